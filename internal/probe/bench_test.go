package probe_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// BenchmarkDo is a request through a session; compare it with BenchmarkBare, the
// same one by the standard client.
func BenchmarkDo(b *testing.B) {
	where, err := target.FromURL(benchServer(b))
	if err != nil {
		b.Fatal(err)
	}
	for name, secret := range map[string]string{"open": "", "bearer": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"} {
		b.Run(name, func(b *testing.B) {
			where.Auth.Bearer = secret
			s, err := probe.Open(b.Context(), where, probe.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			client := s.Client("bench")
			for b.Loop() {
				if _, err := client.Do(b.Context(), probe.Request{Method: http.MethodGet, Path: "/entities"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBare(b *testing.B) {
	url := benchServer(b) + "/ngsi-ld/v1/entities"
	client := &http.Client{Transport: &http.Transport{}}
	for b.Loop() {
		res, err := client.Get(url)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
}

func benchServer(b *testing.B) string {
	body := make([]byte, 4096)
	for i := range body {
		body[i] = ' '
	}
	copy(body, "[]")
	return serve(b, as("application/json", 200, string(body)))
}
