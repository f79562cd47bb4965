package harness_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/reference"
)

const (
	roundTrip   = 20 * time.Millisecond
	concurrency = 16
)

// recorded is one request that a run sent, on behalf of one check.
type recorded struct {
	method, url string
	header      http.Header
	body        []byte
}

// slow is the reference platform behind a network that takes roundTrip for each
// answer; it keeps what each check sent, in order.
type slow struct {
	platform http.Handler

	mu     sync.Mutex
	order  []string // checks, in the order of their first request
	checks map[string][]recorded
}

var checkOf = regexp.MustCompile(`\(\+?([^)]+)\)`)

func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(roundTrip)
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	check := r.UserAgent()
	if m := checkOf.FindStringSubmatch(check); m != nil {
		check = m[1]
	}
	s.mu.Lock()
	if _, known := s.checks[check]; !known {
		s.order = append(s.order, check)
	}
	s.checks[check] = append(s.checks[check], recorded{r.Method, r.URL.RequestURI(), r.Header.Clone(), body})
	s.mu.Unlock()
	s.platform.ServeHTTP(w, r)
}

// BenchmarkAgainstBareReplay compares a run against a platform that answers in
// 20 ms with sending the same requests by net/http alone, with the same number at
// once and the same order within each check. x-bare is the ratio of the times.
func BenchmarkAgainstBareReplay(b *testing.B) {
	for b.Loop() {
		platform, err := reference.New(reference.Options{})
		if err != nil {
			b.Fatal(err)
		}
		s := &slow{platform: platform, checks: map[string][]recorded{}}
		server := httptest.NewServer(s)
		started := time.Now()
		prepared, err := harness.Prepare(harness.Settings{
			URL: server.URL, Profile: "reference", Rate: -1, Concurrency: concurrency, Seed: 1, StateDir: b.TempDir(),
			Features: embedded.Statement().Features, SpecVersion: embedded.SpecVersion,
		})
		if err != nil {
			b.Fatal(err)
		}
		report, err := prepared.Run(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		run := time.Since(started)
		prepared.Close()
		requests := report.Run.Requests
		bare := s.replay(b, server.URL)
		server.Close()
		platform.Close()
		b.ReportMetric(run.Seconds()/bare.Seconds(), "x-bare")
		b.ReportMetric(run.Seconds(), "s/run")
		b.ReportMetric(float64(requests), "requests/run")
	}
}

// replay sends each check's requests in their order, concurrency checks at once:
// those of the run itself (preflight, sample) first and its clean-up last, as the
// run does.
func (s *slow) replay(b *testing.B, url string) time.Duration {
	b.Helper()
	s.mu.Lock()
	order, checks := s.order, s.checks
	s.checks = map[string][]recorded{}
	s.mu.Unlock()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: concurrency}}
	send := func(requests []recorded) {
		for _, r := range requests {
			request, err := http.NewRequest(r.method, url+r.url, bytes.NewReader(r.body))
			if err != nil {
				b.Error(err)
				return
			}
			request.Header = r.header
			response, err := client.Do(request)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}
	together := func(groups [][]recorded) {
		next := make(chan []recorded)
		var workers sync.WaitGroup
		for range concurrency {
			workers.Go(func() {
				for g := range next {
					send(g)
				}
			})
		}
		for _, g := range groups {
			next <- g
		}
		close(next)
		workers.Wait()
	}
	started := time.Now()
	var own, cleanup [][]recorded
	for _, check := range order {
		switch check {
		case "run.preflight", "run.sample":
			send(checks[check])
		case "run.cleanup":
			for _, r := range checks[check] {
				cleanup = append(cleanup, []recorded{r})
			}
		default:
			own = append(own, checks[check])
		}
	}
	together(own)
	together(cleanup)
	return time.Since(started)
}
