package probe_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// raw starts a server that speaks whatever talk says, and returns its URL.
func raw(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 4096))
				talk(conn)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// says is a talk of one fixed text.
func says(text string) func(net.Conn) {
	return func(c net.Conn) { _, _ = io.WriteString(c, text) }
}

// forever is a talk that goes on until the client is gone.
func forever(first string, write func(n int) string) func(net.Conn) {
	return func(c net.Conn) {
		_, err := io.WriteString(c, first)
		for n := 0; err == nil; n++ {
			_, err = io.WriteString(c, write(n))
		}
	}
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func deflated(b []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

const jsonHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

// problem is the body of an NGSI-LD error answer.
func problem(kind string) string {
	return fmt.Sprintf(`{"type":%q,"title":"t"}`, ngsild.ErrorPrefix+kind)
}

// coded answers 200 with bytes in a content coding.
func coded(coding string, b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", coding)
		_, _ = w.Write(b)
	}
}

// as answers with a media type, a status and a body.
func as(mediaType string, status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{mediaType}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// quick makes every limit small.
func quick(_ *target.Target, o *probe.Options) {
	o.Limits.Request = 400 * time.Millisecond
	o.Limits.Progress = 50 * time.Millisecond
	o.Limits.Body = 1 << 20
}

const page = "<!DOCTYPE html><html><body>Sign in</body></html>"

func TestHostilePlatforms(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	expects := func(status int) func(*probe.Request) {
		return func(r *probe.Request) { r.Expects = []int{status} }
	}
	anyMedia := func(r *probe.Request) { r.AnyMedia = true }
	post := func(r *probe.Request) {
		r.Method, r.Body = http.MethodPost, []byte(`{"id":"urn:`+token+`"}`)
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		talk    func(net.Conn)
		change  func(*probe.Request)
		class   evidence.FailureClass // empty: a check may judge the answer
		reason  string
		status  int
	}{
		{name: "never answers", handler: hang, class: evidence.Timeout, reason: "no whole answer within"},
		{name: "drips a header", talk: forever("HTTP/1.1 200 OK\r\nX: ", func(int) string { time.Sleep(5 * time.Millisecond); return "x" }), class: evidence.Timeout},
		{name: "drips a body", talk: forever(jsonHead+"Content-Length: 10000\r\n\r\n", func(int) string { time.Sleep(10 * time.Millisecond); return " " }),
			class: evidence.Timeout, reason: "too slowly"},
		{name: "stops in a body", talk: func(c net.Conn) {
			_, _ = io.WriteString(c, jsonHead+"Content-Length: 10000\r\n\r\n[")
			_, _ = c.Read(make([]byte, 1))
		}, class: evidence.Timeout, reason: "too slowly"},
		{name: "closes without a word", talk: says(""), class: evidence.Cut},
		{name: "resets", talk: func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, class: evidence.Cut},
		{name: "cuts a header", talk: says("HTTP/1.1 200 OK\r\nContent-"), class: evidence.Cut},
		{name: "cuts a body with a length", talk: says(jsonHead + "Content-Length: 100\r\n\r\n[{}"), class: evidence.Cut},
		{name: "cuts a chunked body", talk: says(jsonHead + "Transfer-Encoding: chunked\r\n\r\n3\r\n[{}\r\n"), class: evidence.Cut},
		{name: "breaks chunks", talk: says(jsonHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n"), class: evidence.Cut},
		{name: "cuts a body without a length", talk: says(jsonHead + "Connection: close\r\n\r\n[{\"id\":\"urn:a\"},"), class: evidence.Cut, reason: "stops in the middle"},
		{name: "a whole body without a length", talk: says(jsonHead + "Connection: close\r\n\r\n[]"), status: 200},
		{name: "no body and no length", talk: says(jsonHead + "Connection: close\r\n\r\n"), class: evidence.Cut},
		{name: "no body and a length of 0", talk: says(jsonHead + "Content-Length: 0\r\n\r\n"), status: 200},
		{name: "invalid JSON that is whole", handler: as("application/json", 200, `[{"a":1},`), status: 200},
		{name: "speaks something else", talk: says("SSH-2.0-OpenSSH_9.9\r\n"), class: evidence.NotTheAPI, reason: "does not speak HTTP"},
		{name: "an endless body", talk: forever(jsonHead+"Connection: close\r\n\r\n[", func(int) string { return strings.Repeat(" ", 64<<10) }), class: evidence.TooLarge},
		{name: "a huge announced body", talk: says(jsonHead + "Content-Length: 1073741824\r\n\r\n["), class: evidence.TooLarge},
		{name: "an endless chunked body", talk: forever(jsonHead+"Transfer-Encoding: chunked\r\n\r\n", func(int) string { return "8000\r\n" + strings.Repeat(" ", 0x8000) + "\r\n" }), class: evidence.TooLarge},
		{name: "endless headers", talk: forever("HTTP/1.1 200 OK\r\n", func(n int) string { return fmt.Sprintf("X-%d: %s\r\n", n, strings.Repeat("x", 1000)) }), class: evidence.TooLarge, reason: "header"},
		{name: "a gzip bomb", handler: coded("gzip", gzipped(make([]byte, 8<<20))), class: evidence.TooLarge},
		{name: "a gzip bomb in gzip", handler: coded("gzip, gzip", gzipped(gzipped(make([]byte, 64<<20)))), class: evidence.TooLarge},
		{name: "gzip", handler: coded("gzip", gzipped([]byte("[]"))), status: 200},
		{name: "x-gzip", handler: coded("x-gzip", gzipped([]byte("[]"))), status: 200},
		{name: "deflate", handler: coded("deflate", deflated([]byte("[]"))), status: 200},
		{name: "deflate without frame", handler: coded("deflate", []byte{0x8b, 0x8e, 0x05, 0x00}), status: 200},
		{name: "no gzip in spite of its name", handler: coded("gzip", []byte("[]")), class: evidence.Encoding},
		{name: "half a gzip", handler: coded("gzip", gzipped([]byte(strings.Repeat("abc", 1000)))[:20]), class: evidence.Encoding},
		{name: "a gzip with a wrong checksum", handler: coded("gzip", append(gzipped([]byte("[]"))[:22], 1, 2, 3, 4)), class: evidence.Encoding},
		{name: "an unknown coding", handler: coded("br", []byte("[]")), class: evidence.Encoding, reason: "br"},
		{name: "many codings", handler: coded("gzip, gzip, gzip, gzip", gzipped([]byte("[]"))), class: evidence.Encoding},
		{name: "Latin-1", handler: as("application/json; charset=ISO-8859-1", 200, "[\"\xe9\"]"), class: evidence.Encoding, reason: "iso-8859-1"},
		{name: "Latin-1 without saying so", handler: as("application/ld+json", 200, "[\"\xe9\"]"), class: evidence.Encoding, reason: "not valid UTF-8"},
		{name: "Latin-1 of no type", handler: as("", 200, "[\"\xe9\"]"), class: evidence.Encoding, reason: "not valid UTF-8"},
		{name: "bytes of a type of their own", handler: as("application/octet-stream", 200, "\xe9"), status: 200},
		{name: "UTF-16", handler: as("application/json; charset=utf-16", 200, "\xfe\xff\x00[\x00]"), class: evidence.Encoding},
		{name: "UTF-8 and said so", handler: as(`application/json; charset="UTF-8"`, 200, `["é"]`), status: 200},
		{name: "deep JSON", handler: as("application/json", 200, strings.Repeat("[", 129)+strings.Repeat("]", 129)), class: evidence.TooLarge, reason: "nested"},
		{name: "brackets in texts", handler: as("application/json", 200, `["`+strings.Repeat(`[\"`, 200)+`"]`), status: 200},

		{name: "an HTML page", handler: as("text/html", 200, page), class: evidence.NotTheAPI},
		{name: "an HTML page that says it is JSON", handler: as("application/json", 200, "\n "+page), class: evidence.NotTheAPI},
		{name: "an HTML page of no type", handler: as("", 200, page), class: evidence.NotTheAPI},
		{name: "XHTML", handler: as("application/xhtml+xml", 201, "<?xml version='1.0'?><html/>"), class: evidence.NotTheAPI},
		{name: "an HTML page with 302", handler: as("text/html", 302, page), class: evidence.NotTheAPI},
		{name: "an HTML page with 500", handler: as("text/html", 500, page), class: evidence.NotTheAPI},
		{name: "an HTML page with an expected 401", handler: as("text/html", 401, page), change: expects(401), class: evidence.NotTheAPI},
		{name: "an HTML page with 404", handler: as("text/html", 404, page), status: 404},
		{name: "an HTML page that the check judges", handler: as("text/html", 200, page), change: anyMedia, status: 200},
		{name: "text/html without a body", handler: as("text/html", 200, " "), status: 200},

		{name: "401", handler: as("application/json", 401, `{}`), class: evidence.Denied},
		{name: "403", handler: as("application/json", 403, `{}`), class: evidence.Denied},
		{name: "407", handler: as("application/json", 407, `{}`), class: evidence.Denied},
		{name: "401 that the check judges", handler: as("application/json", 401, `{}`), change: expects(401), status: 401},
		{name: "403 of the API", handler: as("application/json", 403, problem("TooManyResults")), status: 403},
		{name: "403 in the API's form", handler: as("application/json", 403, problem("BadRequestData")), class: evidence.Denied},
		{name: "429", handler: as("application/json", 429, `{}`), class: evidence.Unavailable},
		{name: "429 that the check judges", handler: as("application/json", 429, `{}`), change: expects(429), status: 429},
		{name: "502", handler: as("text/plain", 502, `bad gateway`), class: evidence.Unavailable},
		{name: "503", handler: as("text/html", 503, page), class: evidence.Unavailable},
		{name: "504", handler: as("application/json", 504, `{}`), class: evidence.Unavailable},
		{name: "408", handler: as("text/plain", 408, ``), class: evidence.Unavailable},
		{name: "511", handler: as("text/html", 511, page), class: evidence.Unavailable},
		{name: "522", handler: as("text/plain", 522, ``), class: evidence.Unavailable},
		{name: "503 that the check judges", handler: as("application/json", 503, `{}`), change: expects(503), status: 503},
		{name: "503 of the API", handler: as("application/json", 503, problem("LdContextNotAvailable")), status: 503},
		{name: "504 of the API", handler: as("application/json", 504, problem("LdContextNotAvailable")), status: 504},
		{name: "501 of the API", handler: as("application/json", 501, problem("NoMultiTenantSupport")), status: 501},
		{name: "500 to everything", handler: as("application/json", 500, `{}`), class: evidence.Storm},
		{name: "500 InternalError to everything", handler: as("application/json", 500, problem("InternalError")), class: evidence.Storm},
		{name: "503 InternalError to everything", handler: as("application/json", 503, problem("InternalError")), class: evidence.Storm},
		{name: "500 to a POST and everything", handler: as("application/json", 500, `{}`), change: post, class: evidence.Storm},
		{name: "500 that the check judges", handler: as("application/json", 500, `{}`), change: expects(500), status: 500},
		{name: "404", handler: as("application/json", 404, problem("ResourceNotFound")), status: 404},
		{name: "204", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, status: 204},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s *probe.Session
			if c.handler != nil {
				s = open(t, c.handler, quick)
			} else {
				s = openURL(t, raw(t, c.talk), quick)
			}
			r := get("/entities")
			if c.change != nil {
				c.change(&r)
			}
			got, err := do(s, r)
			judged(t, got, err, c.class, c.reason)
			if c.class == "" && err == nil && got.Status != c.status {
				t.Errorf("status %d, want %d", got.Status, c.status)
			}
			if len(s.Client("mim1.test").Exchanges()) == 0 || s.Requests() == 0 {
				t.Error("nothing was recorded")
			}
		})
	}
}

// judged expects a failure of the class, or none for an empty one.
func judged(t *testing.T, got *probe.Response, err error, class evidence.FailureClass, reason string) {
	t.Helper()
	if class == "" {
		if err != nil {
			t.Errorf("a check can't judge the answer: %v", err)
		}
		return
	}
	var why *probe.Unjudgeable
	if !errors.As(err, &why) {
		t.Fatalf("got %+v, %v, want a failure of class %s", got, err, class)
	}
	if why.Class != class || !strings.Contains(why.Reason, reason) || len(why.Reason) < 20 {
		t.Errorf("got %s (%s), want %s with %q", why.Class, why.Reason, class, reason)
	}
	if why.URL == "" || why.Method == "" || why.Seq == 0 {
		t.Errorf("the failure does not say which request it is of: %+v", why)
	}
}

func TestNobodyThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for name, c := range map[string]struct {
		address string
		class   evidence.FailureClass
		reason  string
	}{
		"nothing listens":             {"http://" + listener.Addr().String(), evidence.Refused, "nothing listens"},
		"an unknown authority":        {secure.URL, evidence.TLS, "not trusted"},
		"https to what is plain":      {strings.Replace(plain.URL, "http", "https", 1), evidence.TLS, "secure connection"},
		"a name that nobody can have": {"http://broker.mimcheck.invalid", evidence.DNS, "broker.mimcheck.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.class == evidence.DNS && os.Getenv("HTTP_PROXY")+os.Getenv("http_proxy") != "" {
				t.Skip("a proxy resolves names here")
			}
			s := openURL(t, c.address, func(_ *target.Target, o *probe.Options) { o.Limits.Request = 5 * time.Second })
			got, err := do(s, get("/entities"))
			judged(t, got, err, c.class, c.reason)
			x := s.Client("mim1.test").Exchanges()
			if len(x) != 1 || x[0].Failure == nil || x[0].Failure.Class != c.class || x[0].Response != nil {
				t.Errorf("recorded %+v", x)
			}
		})
	}
}
