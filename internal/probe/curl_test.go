package probe

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/evidence"
)

func TestCurl(t *testing.T) {
	for _, c := range []struct {
		request evidence.Request
		body    string
		want    string
	}{
		{evidence.Request{Method: "GET", URL: "http://a.example/e?q=a'b", Header: http.Header{"Accept": {"application/json"}, "User-Agent": {"x"}, "Accept-Encoding": {"gzip"}}}, "",
			`curl -sS -i -g --path-as-is -H 'Accept: application/json' --compressed 'http://a.example/e?q=a'\''b'`},
		{evidence.Request{Method: "HEAD", URL: "http://a.example"}, "",
			`curl -sS -I -g --path-as-is -H 'Accept:' 'http://a.example'`},
		{evidence.Request{Method: "POST", URL: "http://a.example", Header: http.Header{"Accept": {"a"}, "Content-Type": {"application/json"}}}, `{"a":1}`,
			`curl -sS -i -g --path-as-is -H 'Accept: a' -H 'Content-Type: application/json' --data-binary '{"a":1}' 'http://a.example'`},
		{evidence.Request{Method: "PATCH", URL: "http://a.example", Header: http.Header{"Accept": {"a"}, "X-Empty": {""}}}, `x`,
			`curl -sS -i -X 'PATCH' -g --path-as-is -H 'Accept: a' -H 'X-Empty;' --data-binary 'x' -H 'Content-Type:' 'http://a.example'`},
		{evidence.Request{Method: "POST", URL: "http://a.example", Header: http.Header{"Accept": {"a"}}}, "",
			`curl -sS -i -X 'POST' -g --path-as-is -H 'Accept: a' 'http://a.example'`},
		{evidence.Request{Method: "GET", URL: "http://a.example?k=${MIMCHECK_API_KEY}&l=$HOME", Header: http.Header{"Accept": {"a"}, "Authorization": {"Bearer ${MIMCHECK_BEARER}"}}}, "",
			`curl -sS -i -g --path-as-is -H 'Accept: a' -H 'Authorization: Bearer '"${MIMCHECK_BEARER}" 'http://a.example?k='"${MIMCHECK_API_KEY}"'&l=$HOME'`},
		{evidence.Request{Method: "POST", URL: "http://a.example", Header: http.Header{"Accept": {"a"}, "Content-Type": {"b"}}}, "\x00'\\\xff",
			`printf '%b' '\0000\0047\0134\0377' | curl -sS -i -g --path-as-is -H 'Accept: a' -H 'Content-Type: b' --data-binary @- 'http://a.example'`},
		{evidence.Request{Method: "POST", URL: "http://a.example", Header: http.Header{"Accept": {"a"}, "Content-Type": {"b"}}}, "@/etc/passwd",
			`printf '%b' '@/etc/passwd' | curl -sS -i -g --path-as-is -H 'Accept: a' -H 'Content-Type: b' --data-binary @- 'http://a.example'`},
		{evidence.Request{Method: "POST", URL: "http://a.example", Header: http.Header{"Accept": {"a"}, "Content-Type": {"b"}}, Body: evidence.Body{SHA256: "abc"}}, strings.Repeat("x", maxCurlBody+1),
			`curl -sS -i -g --path-as-is -H 'Accept: a' -H 'Content-Type: b' --data-binary '@abc.body' 'http://a.example'`},
	} {
		c.request.Body.Size = int64(len(c.body))
		if got := curl(c.request, []byte(c.body), false); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// A shell that gets the line must send the very same request.
func TestCurlLineRuns(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	type seen struct {
		method, uri, body string
		header            http.Header
	}
	arrived := make(chan seen, 2)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		arrived <- seen{r.Method, r.RequestURI, string(b), r.Header}
	}))
	defer server.Close()
	for _, c := range []struct {
		method, path, body string
		header             http.Header
	}{
		{"GET", "/a/../b?type=A[1-3]&q={x}&k=${MIMCHECK_API_KEY}", "", http.Header{"Accept": {"application/json"}, "X-A": {"$(id) `id` \"quoted\" 'q'"}}},
		{"POST", "/e", "{\"a\": \"it's\n\t$HOME \\\\ é\"}", http.Header{"Content-Type": {"application/ld+json"}, "Authorization": {"Bearer ${MIMCHECK_BEARER}"}}},
		{"PUT", "/e", "\x00\x01\x7f\x80\xff%b%s\\0101'\"", http.Header{"Content-Type": {"x/y"}}},
		{"DELETE", "/e", "", nil},
		{"PATCH", "/e", "@file", http.Header{"Accept": {""}}},
		{"HEAD", "/e", "", nil},
		{"OPTIONS", "/e", "", nil},
	} {
		r := evidence.Request{Method: c.method, URL: server.URL + c.path, Header: c.header, Body: evidence.Body{Size: int64(len(c.body))}}
		command := exec.Command("sh", "-c", curl(r, []byte(c.body), false))
		command.Env = append(os.Environ(), "MIMCHECK_API_KEY=k3y", "MIMCHECK_BEARER=b3arer", "NO_PROXY=*")
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", command.Args, err, out)
			continue
		}
		got := <-arrived
		if want := strings.ReplaceAll(c.path, "${MIMCHECK_API_KEY}", "k3y"); got.method != c.method || got.uri != want || got.body != c.body {
			t.Errorf("sent %+v, want %s %s %q", got, c.method, want, c.body)
		}
		for _, name := range []string{"Accept", "Content-Type", "Authorization", "X-A"} {
			if want := strings.ReplaceAll(c.header.Get(name), "${MIMCHECK_BEARER}", "b3arer"); got.header.Get(name) != want {
				t.Errorf("%s %s: %s is %q, want %q", c.method, c.path, name, got.header.Get(name), want)
			}
		}
	}
}
