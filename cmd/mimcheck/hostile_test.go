package main

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/reports"
)

// misbehaviours are ways in which a platform, or what stands in front of it, gives
// no answer that can be judged.
func misbehaviours() map[string]http.HandlerFunc {
	hijack := func(w http.ResponseWriter, bytes string) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = connection.Write([]byte(bytes))
		connection.Close()
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, _ = z.Write(zeros)
	}
	z.Close()
	return map[string]http.HandlerFunc{
		"login page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<!doctype html><title>Sign in</title>"))
		},
		"bad gateway":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "bad gateway", http.StatusBadGateway) },
		"server error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "oops", http.StatusInternalServerError) },
		"unauthorised": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "who are you", http.StatusUnauthorized) },
		"throttled":    func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "slow down", http.StatusTooManyRequests) },
		"cut body": func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[{\"id\":")
		},
		"cut chunk": func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n[]")
		},
		"no HTTP": func(w http.ResponseWriter, _ *http.Request) { hijack(w, "SSH-2.0-OpenSSH_9.9\r\n") },
		"closes":  func(w http.ResponseWriter, _ *http.Request) { hijack(w, "") },
		"redirect loop": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"?again", http.StatusFound)
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://login.invalid/", http.StatusFound)
		},
		"gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
		"wrong charset": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json; charset=utf-16")
			_, _ = w.Write([]byte{0xff, 0xfe, '[', 0, ']', 0})
		},
	}
}

// A platform that is ill from the start, and one that falls ill in the middle of a
// run: what could not be judged is cantTell, and nothing is failed for it.
func TestAnIllPlatformIsNeitherFailedNorPassed(t *testing.T) {
	oneAfterTheOther(t)
	for name, ill := range misbehaviours() {
		for _, after := range []int32{0, 60} {
			t.Run(name, func(t *testing.T) {
				t.Parallel() // most of each run is waiting
				dir := t.TempDir()
				platform, err := reference.New(reference.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer platform.Close()
				var asked atomic.Int32
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if asked.Add(1) > after {
						ill(w, r)
						return
					}
					platform.ServeHTTP(w, r)
				}))
				defer server.Close()
				got := mimcheck(t, "run", "--out", dir, "--state", dir, "--url", server.URL, "--profile", "sandbox", "--rate", "-1", "--concurrency", "16",
					"--filter", "/^entity/ || MIM2", "--features", "merge,replace", "--spec-version", embedded.SpecVersion)
				got.want(t, exitInconclusive)
				content, err := os.ReadFile(filepath.Join(dir, "report.json"))
				if err != nil {
					t.Fatal(err)
				}
				report, err := reports.Decode(content)
				if err != nil {
					t.Fatal(err)
				}
				if report.Counts.Failed > 0 || report.Counts.CantTell == 0 {
					t.Errorf("%d failed, %d cantTell", report.Counts.Failed, report.Counts.CantTell)
					for _, c := range report.Checks {
						if c.Outcome == reports.Failed {
							t.Logf("%s: %s", c.ID, c.Reason)
						}
					}
				}
				if after == 0 && report.Counts.Passed > 0 {
					t.Errorf("%d passed on a platform that never answered", report.Counts.Passed)
				}
			})
		}
	}
}
