package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/ngsild"
)

// client is one check's Client.
type client struct {
	s     *Session
	check string
	tape  *tape

	mu        sync.Mutex
	seq       int
	exchanges evidence.Log[evidence.Exchange]
	lastSeq   int       // of what was recorded, the highest
	lastAsked time.Time // and when that was sent
}

func (c *client) Token() string { return c.s.guard.token }

func (c *client) Exchanges() []evidence.Exchange {
	c.mu.Lock()
	defer c.mu.Unlock()
	return unpacked(c.exchanges.All(&c.s.packer))
}

// LastAsked implements Client.
func (c *client) LastAsked() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lastAsked
}

// unpacked is what a log holds. That it can't be unpacked is no state of the world: it
// never left this memory.
func unpacked[T any](records []T, err error) []T {
	if err != nil {
		panic(fmt.Sprintf("the evidence in memory is broken: %v", err))
	}
	return records
}

func (c *client) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	return c.seq
}

func (c *client) record(x evidence.Exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	keep(&c.exchanges, x, &c.s.packer)
	if x.Seq > c.lastSeq {
		c.lastSeq, c.lastAsked = x.Seq, x.Started
	}
}

// keep adds a record, and packs when there are many.
func keep[T evidence.Recorded](log *evidence.Log[T], record T, p *evidence.Packer) {
	log.Add(record)
	if log.Open() >= openRecords {
		_ = log.Pack(p) // what can't be packed stays open
	}
}

// openRecords is how many records of one kind a check may have before they are packed
// while it still runs.
const openRecords = 256

// Do implements Client.
func (c *client) Do(ctx context.Context, r Request) (*Response, error) {
	first := c.count() + 1
	k, response, failed := c.do(ctx, r)
	c.tape.call(k, first, c.count(), response, failed)
	if failed != nil {
		return nil, failed
	}
	return response, nil
}

// count is how many exchanges there are.
func (c *client) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seq
}

func (c *client) do(ctx context.Context, r Request) (*call, *Response, *Unjudgeable) {
	k, f := c.call(r)
	if f != nil {
		return k, nil, c.refuse(k, *f)
	}
	if reason := c.s.guard.refusal(k, r.Method, k.url); reason != "" {
		return k, nil, c.refuse(k, evidence.Failure{Class: evidence.Unsafe, Reason: "mimcheck did not send this request: " + reason})
	}
	breaker := c.s.breaker[k.endpoint]
	if f := breaker.blocked(ctx); f != nil {
		return k, nil, c.refuse(k, *f)
	}
	things, f := c.s.announce(k)
	if f != nil {
		return k, nil, c.refuse(k, *f)
	}
	f = c.s.ask(ctx, k)
	breaker.note(ctx, f)
	if f != nil && k.last.seq == 0 {
		return k, nil, c.refuse(k, *f) // it came to no attempt
	}
	if f != nil {
		f.Reason = c.s.redact.text(f.Reason)
		return k, nil, &Unjudgeable{Failure: *f, Method: r.Method, URL: c.s.redact.url(k.url.String()), Seq: k.last.seq}
	}
	c.s.remember(k, things)
	return k, &Response{Status: k.last.status, Header: k.last.header, Body: k.last.body, Request: r, Seq: k.last.seq,
		Curl: curl(k.last.request, c.s.redact.bytes(r.Body), c.s.target.TLS.CertFile != "")}, nil
}

// call works out what r means for the target: its whole URL and all its header fields.
func (c *client) call(r Request) (*call, *evidence.Failure) {
	k := &call{client: c, request: r}
	place, err := locate(c.s.bases, r)
	k.endpoint, k.base, k.url = place.endpoint, place.base, place.url
	if err != nil {
		return k, &evidence.Failure{Class: evidence.Other, Reason: err.Error()}
	}
	k.header, k.chunked = c.s.header(c.check, r)
	if r.bare() {
		if f := c.s.bare(k); f != nil {
			return k, f
		}
	} else if _, own := r.Header["Authorization"]; !own {
		if f := c.s.auth.header(k.header); f != nil {
			return k, f
		}
	}
	for field, values := range r.Header {
		field = http.CanonicalHeaderKey(field)
		delete(k.header, field)
		if len(values) > 0 {
			k.header[field] = values
		}
	}
	return k, nil
}

// refuse records a request that is not sent.
func (c *client) refuse(k *call, f evidence.Failure) *Unjudgeable {
	f.Reason = c.s.redact.text(f.Reason)
	x := evidence.Exchange{Check: c.check, Seq: c.next(), Started: time.Now().UTC(), Failure: &f,
		Request: evidence.Request{Method: k.request.Method, URL: c.s.redact.url(k.url.String()), Header: c.s.redact.header(k.header),
			Body: c.s.blobs.Put(c.s.redact.bytes(k.request.Body))}}
	c.record(x)
	return &Unjudgeable{Failure: f, Method: k.request.Method, URL: x.Request.URL, Seq: x.Seq}
}

// header is what each request says unless the check wants it otherwise.
func (s *Session) header(check string, r Request) (h http.Header, chunked bool) {
	h = http.Header{
		"Accept":          {ngsild.MediaJSON},
		"Accept-Encoding": {"gzip"},
		"User-Agent":      {"mimcheck/" + s.opts.Version + " (" + check + ")"},
	}
	for name, value := range s.target.Header {
		h.Set(name, value)
	}
	if s.target.Tenant != "" {
		h.Set(ngsild.HeaderTenant, s.target.Tenant)
	}
	length, set := r.Header["Content-Length"]
	return h, set && len(length) == 0
}

// ask sends the call, as often as it may, and says why no check may judge the
// answer; nil when one may.
func (s *Session) ask(ctx context.Context, k *call) *evidence.Failure {
	var waited time.Duration
	for try := 1; ; try++ {
		f := s.send(ctx, k)
		if f != nil {
			return f
		}
		j := judge(k.request, k.last, s.opts.Limits)
		switch {
		case j.doubt:
			return s.resolve(ctx, k)
		case j.failure == nil || !j.later:
			return j.failure
		}
		wait, told := retryAfter(k.last.header, time.Now())
		switch {
		case !told || !k.repeatable():
			return j.failure
		case waited+wait > s.opts.Limits.RetryWait:
			j.failure.Reason += fmt.Sprintf("; it asks to come back in %s, and mimcheck waits %s at most", wait, s.opts.Limits.RetryWait)
			return j.failure
		case try == s.opts.Limits.Tries:
			j.failure.Reason += fmt.Sprintf("; asked %d times, with the waiting that it asked for", try)
			return j.failure
		}
		waited += wait
		s.pace.hold(wait)
	}
}

// repeatable says whether to send the call twice does no harm.
func (k *call) repeatable() bool {
	return safe(k.request.Method) || k.client.check == cleanupClient && k.request.Method == http.MethodDelete
}

// send sends the call once, over its redirects. The answer is in k.last.
func (s *Session) send(ctx context.Context, k *call) *evidence.Failure {
	k.redirect = nil
	k.last = answer{}
	_, err := s.rest.R().SetContext(context.WithValue(ctx, callKey{}, k)).Execute(k.request.Method, k.url.String())
	var known *Unjudgeable
	switch {
	case k.redirect != nil:
		return k.redirect
	case err == nil:
		return nil
	case errors.As(err, &known):
		return &known.Failure
	}
	return s.failure(ctx, err)
}

// resolve decides on a server error that may be the platform's true answer or a
// sign that it is down. It is true when the platform answers known good requests
// all the same, and gives the same error when a request is repeated that may be.
func (s *Session) resolve(ctx context.Context, k *call) *evidence.Failure {
	status := k.last.status
	storm := func(format string, args ...any) *evidence.Failure {
		return &evidence.Failure{Class: evidence.Storm, Reason: fmt.Sprintf(format, args...)}
	}
	if reason := s.health[k.endpoint].check(ctx); reason != "" {
		return storm("the platform answered %d, and does not answer a request that is known to be good either (%s): it is not well enough to be judged", status, reason)
	}
	if !safe(k.request.Method) {
		return nil
	}
	first := k.last
	if f := s.send(ctx, k); f != nil {
		return f
	}
	if k.last.status != status {
		return storm("the platform answered %d, and %d when asked the same again: it is not steady enough to be judged", status, k.last.status)
	}
	k.last = first
	return nil
}
