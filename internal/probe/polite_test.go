package probe_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// healthy says whether r is the session's own question after the platform's health.
func healthy(r *http.Request) bool { return r.URL.Query().Get("type") == "MimcheckHealth" }

// scripted is a platform that answers a check's requests one after the other from a
// list, the last one again and again, and its health questions well.
type scripted struct {
	mu      sync.Mutex
	answers []http.HandlerFunc
	seen    int
}

func (p *scripted) handle(w http.ResponseWriter, r *http.Request) {
	if healthy(r) {
		answerJSON(w, 200, `[]`)
		return
	}
	p.mu.Lock()
	answer := p.answers[min(p.seen, len(p.answers)-1)]
	p.seen++
	p.mu.Unlock()
	answer(w, r)
}

func later(status int, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", after)
		answerJSON(w, status, `{}`)
	}
}

func TestComingBackLater(t *testing.T) {
	fine := as("application/json", 200, `[]`)
	past := time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat)
	soon := func(w http.ResponseWriter, r *http.Request) {
		later(429, time.Now().Add(time.Second).UTC().Format(http.TimeFormat))(w, r)
	}
	for _, c := range []struct {
		name    string
		answers []http.HandlerFunc
		method  string
		expects []int
		class   evidence.FailureClass
		reason  string
		seen    int
	}{
		{"429 for a second", []http.HandlerFunc{later(429, "1"), fine}, "GET", nil, "", "", 2},
		{"429 until a date", []http.HandlerFunc{soon, fine}, "GET", nil, "", "", 2},
		{"429 until a date that has passed", []http.HandlerFunc{later(429, past), fine}, "GET", nil, "", "", 2},
		{"503 twice", []http.HandlerFunc{later(503, "0"), later(503, "0"), fine}, "HEAD", nil, "", "", 3},
		{"503 again and again", []http.HandlerFunc{later(503, "0")}, "OPTIONS", nil, evidence.Unavailable, "asked 3 times", 3},
		{"for too long", []http.HandlerFunc{later(429, "3600"), fine}, "GET", nil, evidence.Unavailable, "asks to come back in 1h0m0s, and mimcheck waits 30s at most", 1},
		{"no time told", []http.HandlerFunc{as("", 503, ""), fine}, "GET", nil, evidence.Unavailable, "not ready", 1},
		{"502", []http.HandlerFunc{later(502, "0"), fine}, "GET", nil, evidence.Unavailable, "not ready", 1},
		{"a write", []http.HandlerFunc{later(503, "0"), fine}, "POST", nil, evidence.Unavailable, "not ready", 1},
		{"a check that judges it", []http.HandlerFunc{later(429, "0"), fine}, "GET", []int{429}, "", "", 1},
		{"503 of the API", []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "0")
			answerJSON(w, 503, problem("LdContextNotAvailable"))
		}, fine}, "GET", nil, "", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := &scripted{answers: c.answers}
			s := open(t, platform.handle, nil)
			r := probe.Request{Method: c.method, Path: "/entities", Expects: c.expects}
			if c.method == http.MethodPost {
				r.Body = []byte(`{"id":"urn:` + token + `"}`)
			}
			got, err := do(s, r)
			judged(t, got, err, c.class, c.reason)
			if platform.seen != c.seen || len(s.Client("mim1.test").Exchanges()) != c.seen || s.Requests() != c.seen {
				t.Errorf("asked %d times, want %d; recorded %d", platform.seen, c.seen, len(s.Client("mim1.test").Exchanges()))
			}
		})
	}
}

func TestWaitingEndsWithTheCheck(t *testing.T) {
	s := open(t, later(429, "20"), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	got, err := s.Client("mim1.test").Do(ctx, get("/entities"))
	judged(t, got, err, evidence.Timeout, "check's time was over")
}

func TestServerErrorOfAPlatformThatIsWell(t *testing.T) {
	broken := as("application/json", 500, `{}`)
	fine := as("application/json", 200, `[]`)
	for _, c := range []struct {
		name    string
		answers []http.HandlerFunc
		method  string
		class   evidence.FailureClass
		seen    int
	}{
		{"is its answer when it gives it again", []http.HandlerFunc{broken}, "GET", "", 2},
		{"is none when it does not", []http.HandlerFunc{broken, fine}, "GET", evidence.Storm, 2},
		{"is its answer to what must not be repeated", []http.HandlerFunc{broken, fine}, "POST", "", 1},
		{"is its answer in the API's own words", []http.HandlerFunc{as("application/json", 500, problem("InternalError"))}, "GET", "", 2},
		{"501", []http.HandlerFunc{as("application/json", 501, `{}`)}, "GET", "", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			platform := &scripted{answers: c.answers}
			s := open(t, platform.handle, nil)
			r := probe.Request{Method: c.method, Path: "/entities"}
			if c.method == http.MethodPost {
				r.Body = []byte(`{"id":"urn:` + token + `"}`)
			}
			got, err := do(s, r)
			judged(t, got, err, c.class, "not steady")
			if platform.seen != c.seen {
				t.Errorf("asked %d times, want %d", platform.seen, c.seen)
			}
			if n := len(s.Client("run.health").Exchanges()); n != 3 {
				t.Errorf("%d health questions were recorded, want 3", n)
			}
			if err == nil && got.Seq != 1 {
				t.Errorf("the answer is exchange %d, want the first", got.Seq)
			}
		})
	}
}

func TestServerErrorOfAFlickeringPlatform(t *testing.T) {
	var n atomic.Int64
	s := open(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1)%2 == 1 { // every other answer is a failure
			answerJSON(w, 500, `{}`)
			return
		}
		answerJSON(w, 200, `[]`)
	}, nil)
	got, err := do(s, probe.Request{Method: http.MethodPost, Path: "/entities", Body: []byte(`{"id":"urn:` + token + `"}`)})
	judged(t, got, err, evidence.Storm, "not well enough")
}

func TestHealthQuestionCanBeChosen(t *testing.T) {
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ngsi-ld/v1/types" {
			answerJSON(w, 200, `{}`)
			return
		}
		answerJSON(w, 500, `{}`)
	}, func(_ *target.Target, o *probe.Options) {
		o.Health = &probe.Request{Method: http.MethodGet, Path: "/types"}
	})
	got, err := do(s, get("/entities"))
	judged(t, got, err, "", "")
}

func TestManyDoubtsShareTheHealthQuestion(t *testing.T) {
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		if healthy(r) {
			answerJSON(w, 200, `[]`)
			return
		}
		answerJSON(w, 500, `{}`)
	}, nil)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if _, err := s.Client(fmt.Sprint("mim1.test.", i)).Do(t.Context(), get("/entities")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(s.Client("run.health").Exchanges()); n >= 3*40 {
		t.Errorf("40 doubts took %d health questions", n)
	}
}

// flaky is a platform that can be away: it then drops every connection.
type flaky struct{ away atomic.Bool }

func (p *flaky) handle(w http.ResponseWriter, _ *http.Request) {
	if p.away.Load() {
		panic(http.ErrAbortHandler)
	}
	answerJSON(w, 200, `[]`)
}

func TestAPlatformThatIsAwayIsNotAskedOverAndOver(t *testing.T) {
	platform := &flaky{}
	platform.away.Store(true)
	s := open(t, platform.handle, func(_ *target.Target, o *probe.Options) {
		o.Limits.BreakAfter, o.Limits.BreakPause = 3, 50*time.Millisecond
	})
	for range 3 {
		got, err := do(s, get("/entities"))
		judged(t, got, err, evidence.Cut, "")
	}
	sent := s.Requests()
	got, err := do(s, get("/entities"))
	judged(t, got, err, evidence.Cut, "unreachable since")
	if s.Requests() != sent {
		t.Errorf("%d more requests were sent to a platform that is away", s.Requests()-sent)
	}
	if x := s.Client("mim1.test").Exchanges(); len(x) != 4 || x[3].Failure == nil || x[3].Response != nil {
		t.Errorf("what was not asked is not recorded: %+v", x)
	}
	platform.away.Store(false)
	for range 1000 { // until the pause is over, and the platform is found to be back
		if _, err = do(s, get("/entities")); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		t.Errorf("the platform is back and still not asked: %v", err)
	}
}

func TestOneSlowResourceDoesNotStopTheAsking(t *testing.T) {
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ngsi-ld/v1/types" {
			<-r.Context().Done()
			return
		}
		answerJSON(w, 200, `[]`)
	}, func(_ *target.Target, o *probe.Options) {
		o.Limits.Request, o.Limits.BreakAfter = 30*time.Millisecond, 2
	})
	for range 4 {
		got, err := do(s, get("/types"))
		judged(t, got, err, evidence.Timeout, "no whole answer within")
	}
	got, err := do(s, get("/entities"))
	judged(t, got, err, "", "")
}

func TestConcurrencyIsKept(t *testing.T) {
	var now, most atomic.Int64
	gate := make(chan struct{})
	s := open(t, func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		<-gate
		now.Add(-1)
		answerJSON(w, 200, `[]`)
	}, func(where *target.Target, _ *probe.Options) { where.Polite.Concurrency = 3 })
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() { _, _ = do(s, get("/entities")) })
	}
	for range 12 {
		gate <- struct{}{}
	}
	all.Wait()
	if most.Load() > 3 {
		t.Errorf("%d requests were under way at once, want 3 at most", most.Load())
	}
}

func TestRateIsKept(t *testing.T) {
	s := open(t, as("application/json", 200, `[]`), func(where *target.Target, _ *probe.Options) { where.Polite.Rate = 0.5 })
	if got, err := do(s, get("/entities")); err != nil {
		t.Fatal(got, err)
	}
	// The next one's turn is in two seconds, after the check's end: it is not waited for.
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	got, err := s.Client("mim1.test").Do(ctx, get("/entities"))
	judged(t, got, err, evidence.Timeout, "before the request's turn came")
	if s.Requests() != 1 {
		t.Errorf("%d requests were sent, want 1", s.Requests())
	}
}

func TestInterruption(t *testing.T) {
	arrived := make(chan struct{})
	s := open(t, func(_ http.ResponseWriter, r *http.Request) { close(arrived); <-r.Context().Done() }, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	got, err := s.Client("mim1.test").Do(ctx, get("/entities"))
	judged(t, got, err, evidence.Interrupted, "stopped")
}

func TestSessionOutlivesTheContextThatOpenedIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	where, err := target.FromURL(serve(t, as("application/json", 200, `[]`)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := probe.Open(ctx, where, probe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cancel()
	got, err := do(s, get("/entities"))
	judged(t, got, err, "", "")
}
