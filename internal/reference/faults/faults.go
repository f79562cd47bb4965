// Package faults makes the reference platform wrong on purpose, in ways that have
// a name. A fault sits in front of the platform as an HTTP middleware: it changes
// the request before the platform sees it, or the answer before the client does; or it
// stands behind, and changes what the platform itself sends.
// The platform itself knows nothing of faults, so that it stays clean.
package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/mqtt"
	"github.com/oasc/mimcheck/internal/reference/secure"
)

// Fault is one named, deterministic defect.
type Fault struct {
	Name    string // dotted: what.is.wrong, such as entity.create.no-location
	Summary string // a sentence: what a platform with this fault does
	// On says which requests it touches; it must not look at anything that only
	// this project's own checks would send.
	On Match
	// Request, if set, changes the request before the platform sees it.
	Request func(*http.Request)
	// Answer, if set, changes the platform's answer.
	Answer func(*http.Request, *Answer)
	// Instead, if set, replaces the platform's handling; it may call next.
	Instead func(w http.ResponseWriter, r *http.Request, next http.Handler)
	// Outgoing, if set, replaces the sending of a request that the platform itself
	// makes, such as a notification; On says which. See Client.
	Outgoing func(r *http.Request, next http.RoundTripper) (*http.Response, error)
	// Publishing, if set, replaces the publication of a notification over MQTT, whatever
	// On says; see Publish.
	Publishing func(ctx context.Context, to mqtt.Endpoint, payload []byte, next mqtt.Publish) error
	// Listening, if set, changes how the platform listens by TLS, whatever On says.
	Listening func(*secure.Settings)
}

// Match says whether a fault touches a request.
type Match func(*http.Request) bool

// Answer is a whole answer of the platform.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Publish is what the platform publishes by, so that faults can change that. Without a
// fault that does so it is nil, which leaves the platform its own.
func Publish(active ...Fault) mqtt.Publish {
	var publish mqtt.Publish
	for _, f := range slices.Backward(active) {
		if f.Publishing == nil {
			continue
		}
		next := publish
		if next == nil {
			next = mqtt.Send
		}
		publish = func(ctx context.Context, to mqtt.Endpoint, payload []byte) error {
			return f.Publishing(ctx, to, payload, next)
		}
	}
	return publish
}

// Wrap puts the faults in front of next, the first one outermost.
func Wrap(next http.Handler, active ...Fault) http.Handler {
	for _, f := range slices.Backward(active) {
		next = f.wrap(next)
	}
	return next
}

func (f Fault) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.On != nil && !f.On(r) {
			next.ServeHTTP(w, r)
			return
		}
		if f.Instead != nil {
			f.Instead(w, r, next)
			return
		}
		original := r.Clone(r.Context()) // the answer's change may look at the request as sent
		if f.Request != nil {
			f.Request(r)
		}
		if f.Answer == nil {
			next.ServeHTTP(w, r)
			return
		}
		a := Record(next, r)
		f.Answer(original, a)
		a.WriteTo(w)
	})
}

// Record lets next handle r and returns the answer.
func Record(next http.Handler, r *http.Request) *Answer {
	rec := &recorder{Answer: Answer{Header: http.Header{}}}
	next.ServeHTTP(rec, r)
	if rec.Status == 0 {
		rec.Status = http.StatusOK
	}
	return &rec.Answer
}

// WriteTo sends the answer.
func (a *Answer) WriteTo(w http.ResponseWriter) {
	h := w.Header()
	for name, values := range a.Header {
		h[name] = values
	}
	h.Del("Content-Length")
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the client may be gone; nobody is left to tell
}

type recorder struct{ Answer }

func (r *recorder) Header() http.Header { return r.Answer.Header }
func (r *recorder) WriteHeader(status int) {
	if r.Status == 0 {
		r.Status = status
	}
}
func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.Body = append(r.Body, b...)
	return len(b), nil
}

// Op matches a method and a path pattern below /ngsi-ld/v1, where "*" is one
// segment: Op("PATCH", "/entities/*/attrs/*"). A trailing slash is ignored.
func Op(method, pattern string) Match {
	want := strings.Split(strings.Trim(pattern, "/"), "/")
	return func(r *http.Request) bool {
		if r.Method != method {
			return false
		}
		_, path, found := strings.Cut(r.URL.EscapedPath(), "/ngsi-ld/v1/")
		got := strings.Split(strings.Trim(path, "/"), "/")
		if !found || len(got) != len(want) {
			return false
		}
		for i, segment := range want {
			if segment != "*" && segment != got[i] {
				return false
			}
		}
		return true
	}
}

// WithQuery narrows a match to requests that have the query parameter.
func (m Match) WithQuery(name string) Match {
	return func(r *http.Request) bool { return m(r) && r.URL.Query().Has(name) }
}

// WithoutQuery narrows a match to requests that lack the query parameter.
func (m Match) WithoutQuery(name string) Match {
	return func(r *http.Request) bool { return m(r) && !r.URL.Query().Has(name) }
}

// DropQuery is a Request change: the platform never sees the parameter.
func DropQuery(name string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Del(name)
		r.URL.RawQuery = q.Encode()
	}
}

// Status is an Answer change of the status code from one to another; the body stays.
func Status(from, to int) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if a.Status == from {
			a.Status = to
		}
	}
}

// DropHeader is an Answer change: the header is lost.
func DropHeader(name string) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) { a.Header.Del(name) }
}

// calledText is an Answer change: what has a body is said to be text/plain.
func calledText(_ *http.Request, a *Answer) {
	if len(a.Body) > 0 {
		a.Header.Set("Content-Type", "text/plain")
	}
}

// ReadBody returns the request's body and leaves it readable again.
func ReadBody(r *http.Request) []byte {
	if r.Body == nil {
		return nil
	}
	b, _ := io.ReadAll(r.Body) // a broken upload is the platform's to judge
	r.Body = io.NopCloser(bytes.NewReader(b))
	return b
}

// SetBody replaces the request's body.
func SetBody(r *http.Request, b []byte) {
	r.Body = io.NopCloser(bytes.NewReader(b))
	r.ContentLength = int64(len(b))
}

// All lists every named fault, sorted by name.
func All() []Fault {
	var all []Fault
	for _, group := range [][]Fault{provision(), consumption(), dataModels(), further(), subscriptions(), mqttNotifications(), registrations(), temporal(), places(), featureService(), rest(), processes(), tilesets(), sensors(), eventStream(), security(), market(), dataCatalogue(), declarations(), generic(), narrow(), marketSingly(), jsonLD(), linkedNames(), pitfalls()} {
		all = append(all, group...)
	}
	slices.SortFunc(all, func(a, b Fault) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Named returns the faults with the names; an unknown name is an error.
func Named(names ...string) ([]Fault, error) {
	if len(names) == 0 {
		return nil, nil
	}
	var found []Fault
	all := All()
	for _, name := range names {
		i := slices.IndexFunc(all, func(f Fault) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("fault %q is unknown: `mimcheck reference faults` lists the names", name)
		}
		found = append(found, all[i])
	}
	return found, nil
}
