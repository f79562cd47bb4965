package probe

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestSourceAnswersAndKeepsWhatItWasAsked(t *testing.T) {
	c := startCallback(t)
	s, other := c.NewSource("mim1.distributed.x y"), c.NewSource("mim1.distributed.x y")
	if s.URL() == other.URL() {
		t.Fatal("two sources of the same name have the same address")
	}
	if r, err := http.Get(s.URL() + "/ngsi-ld/v1/entities"); err != nil || r.StatusCode != 404 {
		t.Errorf("before anybody answers: %v %v, want 404", r, err)
	} else {
		r.Body.Close()
	}
	s.Serve(func(a Asked) Told {
		return Told{Status: 201, Header: http.Header{"location": {"/x"}}, Body: fmt.Appendf(nil, "%s %s", a.Method, a.Path)}
	})
	req, err := http.NewRequest("POST", s.URL()+"/ngsi-ld/v1/entities/urn%3Aa%2Fb?q=a;b&limit=1", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Via", "1.1 one")
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, _ := io.ReadAll(r.Body); r.StatusCode != 201 || string(body) != "POST /entities/urn:a/b" || r.Header.Get("Location") != "/x" {
		t.Errorf("answered %d %q", r.StatusCode, body)
	}
	asked := s.Asked()
	if len(asked) != 2 || len(other.Asked()) != 0 {
		t.Fatalf("asked %d and %d times, want 2 and 0", len(asked), len(other.Asked()))
	}
	if a := asked[1]; a.Query.Get("q") != "a;b" || a.Header.Get("Via") != "1.1 one" || string(a.Body) != "{}" {
		t.Errorf("%+v", a)
	}
	if !c.Reached() {
		t.Error("a source was asked, but the callback server was not reached")
	}
}

func TestSourceIsBoundedAndApart(t *testing.T) {
	c := startCallback(t)
	s := c.NewSource("x").(*source)
	s.asked = make([]Asked, maxAsked)
	for _, x := range []struct {
		url  string
		want int
	}{
		{s.URL() + "/entities", 503},
		{s.URL() + "/entities?a=%zz", 400},
		{strings.TrimSuffix(s.URL(), "x") + "y/entities", 404},
		{c.base + "/sources/unknown/x", 404},
		{c.base + "/sources/", 404},
	} {
		r, err := http.Get(x.url)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != x.want {
			t.Errorf("%s answered %d, want %d", x.url, r.StatusCode, x.want)
		}
	}
}
