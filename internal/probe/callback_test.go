package probe_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/probe"
)

func TestCallback(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1", "127.0.0.1:0", "localhost", "localhost:0"} {
		c, err := probe.StartCallback(address)
		if err != nil {
			t.Fatalf("%q: %v", address, err)
		}
		doc := []byte(`{"@context":{"a":"http://a.example/a"}}`)
		where := c.ServeContext(doc)
		if again := c.ServeContext(doc); again != where {
			t.Errorf("the same document is at %s and %s", where, again)
		}
		if other := c.ServeContext([]byte(`{}`)); other == where {
			t.Errorf("two documents are at %s", where)
		}
		doc[0] = '!' // what is served is a copy
		for _, c := range []struct {
			method, url string
			status      int
			body        string
		}{
			{"GET", where, 200, `{"@context":{"a":"http://a.example/a"}}`},
			{"HEAD", where, 200, ""},
			{"POST", where, 405, "only GET and HEAD\n"},
			{"GET", where[:strings.LastIndex(where, "/")], 404, "404 page not found\n"},
		} {
			r, err := http.NewRequestWithContext(t.Context(), c.method, c.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(res.Body)
			res.Body.Close()
			if res.StatusCode != c.status || string(b) != c.body {
				t.Errorf("%s %s: got %d %q", c.method, c.url, res.StatusCode, b)
			}
			if c.status == 200 && res.Header.Get("Content-Type") != "application/ld+json" {
				t.Errorf("Content-Type is %q", res.Header.Get("Content-Type"))
			}
		}
		c.Close()
		if _, err := http.Get(where); err == nil {
			t.Error("it serves after it was closed")
		}
	}
	for _, address := range []string{"0.0.0.0", "[::]:0", "192.0.2.1", "127.0.0.1:port"} {
		if c, err := probe.StartCallback(address); err == nil {
			c.Close()
			t.Errorf("%s was taken", address)
		}
	}
}
