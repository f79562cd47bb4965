package probe

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/target"
)

// recorder is the RoundTripper below redirects and retries: nothing reaches the
// platform, and nothing comes from it, without an exchange.
type recorder struct{ s *Session }

// call is one request of a check on its way, over all its hops and attempts.
type call struct {
	client   *client
	request  Request
	base     *url.URL // of the endpoint
	endpoint string
	url      *url.URL // without credentials
	header   http.Header
	chunked  bool // sent without Content-Length

	last     answer            // of the newest hop
	redirect *evidence.Failure // why the newest redirect was not followed
}

// answer is what came back for one hop.
type answer struct {
	seq       int
	status    int
	header    http.Header
	body      []byte            // decoded
	openEnded bool              // neither length nor chunks told where the body ends
	request   evidence.Request  // as recorded
	failure   *evidence.Failure // it did not arrive whole
}

type callKey struct{}

// RoundTrip implements http.RoundTripper for requests that a client made.
func (t recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	s := t.s
	c := req.Context().Value(callKey{}).(*call)
	if req.Body != nil {
		_ = req.Body.Close() // the call has the body
	}
	out, body := c.outgoing(req)
	x := evidence.Exchange{Check: c.client.check, Seq: c.client.next(), Request: s.recordRequest(out, body)}
	c.last = answer{seq: x.Seq, request: x.Request}
	leave, err := s.pace.enter(req.Context())
	x.Started = time.Now().UTC()
	if err != nil {
		c.last.failure = s.failure(req.Context(), err)
	} else {
		s.sent.Add(1)
		s.exchange(out, c, &x)
		leave()
	}
	if c.last.failure != nil {
		c.last.failure.Reason = s.redact.text(c.last.failure.Reason)
		x.Failure = c.last.failure
	}
	x.Duration = time.Since(x.Started)
	c.client.record(x)
	if c.last.failure != nil {
		return nil, &Unjudgeable{Failure: *c.last.failure, Method: req.Method, URL: x.Request.URL, Seq: x.Seq}
	}
	header := c.last.header.Clone()
	header.Del("Content-Encoding") // undone already
	header.Del("Content-Length")
	return &http.Response{
		Status: http.StatusText(c.last.status), StatusCode: c.last.status, Proto: x.Response.Proto, ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(c.last.body)), ContentLength: int64(len(c.last.body)), Request: req,
	}, nil
}

// exchange sends out and reads the whole answer into c.last and x.
func (s *Session) exchange(out *http.Request, c *call, x *evidence.Exchange) {
	limits := s.opts.Limits
	ctx, cancel := context.WithCancelCause(out.Context())
	defer cancel(nil)
	ctx, stop := context.WithTimeoutCause(ctx, limits.Request, errTime)
	defer stop()
	res, err := s.wire.RoundTrip(out.WithContext(ctx))
	if err != nil {
		c.last.failure = s.failure(ctx, err)
		return
	}
	defer func() { _ = res.Body.Close() }() // what matters was read, or its error told
	var body []byte
	if res.ContentLength > limits.Body && out.Method != http.MethodHead {
		err = errTooLarge
	} else {
		body, err = readBody(res.Body, limits.Body, limits.Progress, cancel)
	}
	if err == nil {
		body, err = decode(body, res.Header.Get("Content-Encoding"), limits.Body)
	}
	if err != nil {
		c.last.failure = s.failure(ctx, err)
		body = body[:min(len(body), maxPartial)]
	}
	if c.endpoint == target.OpenID {
		s.redact.learn(body)
		s.redact.learnCode(res.Header.Get("Location"))
	}
	c.last.status, c.last.header, c.last.body = res.StatusCode, res.Header, body
	c.last.openEnded = res.ContentLength < 0 && len(res.TransferEncoding) == 0 && res.ProtoMajor == 1 && res.Body != http.NoBody
	x.Response = &evidence.Response{Status: res.StatusCode, Proto: res.Proto, Header: s.redact.header(res.Header),
		Body: s.blobs.Put(s.redact.bytes(body))}
}

// maxPartial is how much is kept of a body that is not whole, in bytes.
const maxPartial = 64 << 10

// outgoing makes the request as it goes onto the wire, and the body as the record has it:
// what the call says, and nothing that a library adds. Header fields and credentials are for the target's
// own host, which is the only one that redirects may lead to.
func (c *call) outgoing(req *http.Request) (*http.Request, []byte) {
	out := req.Clone(req.Context())
	out.Header = c.header.Clone()
	if !c.request.bare() {
		c.client.s.auth.query(out.URL)
	}
	body := c.request.Body
	sent := body
	if c.request.SignsIn {
		sent = c.client.s.filled(body)
	}
	out.Body, out.GetBody, out.ContentLength = http.NoBody, nil, 0
	if body != nil {
		out.Body = io.NopCloser(bytes.NewReader(sent))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(sent)), nil }
		out.ContentLength = int64(len(sent))
		if c.chunked {
			out.ContentLength = -1
		}
	}
	if host := out.Header.Get("Host"); host != "" {
		out.Host = host
	}
	return out, body
}

// recordRequest is the redacted record of out.
func (s *Session) recordRequest(out *http.Request, body []byte) evidence.Request {
	return evidence.Request{Method: out.Method, URL: s.redact.url(out.URL.String()), Header: s.redact.header(out.Header),
		Body: s.blobs.Put(s.redact.bytes(body))}
}
