package probe

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// maxAsked is how many requests a source keeps; who asks more is told 503.
const maxAsked = 10_000

// Asked is a request that came to a context source.
type Asked struct {
	Method string
	Path   string // below /ngsi-ld/v1, unescaped: /entities/urn:ngsi-ld:Sensor:1
	Query  url.Values
	Header http.Header
	Body   []byte
	At     time.Time // when it had come whole
}

// Told is a context source's answer.
type Told struct {
	Status int // 200 if zero
	Header http.Header
	Body   []byte
	Delay  time.Duration // before the answer begins
}

// Source is a context source of the harness that can be registered with a platform
// (ETSI GS CIM 009, 5.9): a check says what it answers, and looks at what it was asked.
// It is safe for concurrent use.
type Source interface {
	// URL is the endpoint to register, which cannot be guessed; the API is below it,
	// at /ngsi-ld/v1.
	URL() string
	// Serve sets who answers from now on, for one request at a time or several. Until
	// then every answer is 404.
	Serve(answer func(Asked) Told)
	// Asked are the requests so far, in the order in which they came.
	Asked() []Asked
}

// NewSource opens a context source; name is part of its address, for people who look
// at what a platform stores. It is there until the callback server is closed.
func (c *Callback) NewSource(name string) Source {
	key := strings.ToLower(rand.Text())
	s := &source{base: "/sources/" + key + "/" + url.PathEscape(name), answer: func(Asked) Told { return Told{Status: http.StatusNotFound} }}
	s.url = c.base + s.base
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sources[key] = s
	return s
}

// sourceOf finds the source whose address the path begins with. The caller holds the lock.
func (c *Callback) sourceOf(path string) *source {
	rest, found := strings.CutPrefix(path, "/sources/")
	if !found {
		return nil
	}
	key, _, _ := strings.Cut(rest, "/")
	if s := c.sources[key]; s != nil && (path == s.base || strings.HasPrefix(path, s.base+"/")) {
		return s
	}
	return nil
}

type source struct {
	url, base string

	mu     sync.Mutex
	answer func(Asked) Told
	asked  []Asked
}

func (s *source) URL() string { return s.url }

func (s *source) Serve(answer func(Asked) Told) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *source) Asked() []Asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Asked(nil), s.asked...)
}

// keep notes what was asked; false when there is no room for it.
func (s *source) keep(a Asked) (answer func(Asked) Told, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) >= maxAsked {
		return nil, false
	}
	s.asked = append(s.asked, a)
	return s.answer, true
}

// ServeHTTP implements http.Handler.
func (s *source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotification))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // cut off: who asked is gone
	}
	path, err := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), s.base))
	if err != nil {
		http.Error(w, "the path is not valid", http.StatusBadRequest)
		return
	}
	// a bare semicolon is fine in a URI, but net/url would drop the parameter
	query, err := url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B"))
	if err != nil {
		http.Error(w, "the query is not valid", http.StatusBadRequest)
		return
	}
	a := Asked{Method: r.Method, Path: strings.TrimPrefix(path, "/ngsi-ld/v1"), Query: query, Header: r.Header.Clone(), Body: body, At: time.Now()}
	answer, ok := s.keep(a)
	if !ok {
		http.Error(w, "too many requests came to this source", http.StatusServiceUnavailable)
		return
	}
	told := answer(a)
	if told.Delay > 0 {
		timer := time.NewTimer(told.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	for name, values := range told.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if told.Status == 0 {
		told.Status = http.StatusOK
	}
	w.WriteHeader(told.Status)
	_, _ = w.Write(told.Body) // the platform may be gone; nobody is left to tell
}
