package dcat

import (
	"encoding/json"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/rdf"
	"github.com/oasc/mimcheck/internal/reference/linked"
)

func ask(path, accept string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", path, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	New().ServeHTTP(w, r)
	return w
}

func TestForms(t *testing.T) {
	for _, c := range []struct{ path, accept, media string }{
		{Base, "", linked.Turtle},
		{Base, "text/turtle", linked.Turtle},
		{Base, "application/ld+json, text/turtle;q=0.9", linked.JSONLD},
		{Base, "text/turtle;q=0.9, application/ld+json;q=0.1", linked.Turtle},
		{Base, "application/json", linked.JSONLD},
		{Base + "/datasets/parking", "text/turtle", linked.Turtle},
		{Base + "/files/parking.csv", "", "text/csv"},
	} {
		if w := ask(c.path, c.accept); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), c.media) {
			t.Errorf("%s, Accept %q: %d %s, expected %s", c.path, c.accept, w.Code, w.Header().Get("Content-Type"), c.media)
		}
	}
	for path, status := range map[string]int{Base + "/datasets/none": 404, Base + "/files/none": 404, Base + "/x": 404} {
		if w := ask(path, "text/turtle"); w.Code != status {
			t.Errorf("%s: %d, expected %d", path, w.Code, status)
		}
	}
	if w := ask(Base, "image/png"); w.Code != 406 {
		t.Errorf("an image: %d", w.Code)
	}
}

// Both forms are the same graph.
func TestFormsAgree(t *testing.T) {
	a, err := rdf.JSONLD(ask(Base, linked.JSONLD).Body.Bytes(), "http://example.com/catalog")
	if err != nil {
		t.Fatal(err)
	}
	b, err := rdf.Turtle(ask(Base, linked.Turtle).Body.Bytes(), "http://example.com/catalog")
	if err != nil {
		t.Fatal(err)
	}
	x, err := a.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	y, err := b.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if x != y || a.Len() < 100 {
		t.Errorf("JSON-LD has %d triples, Turtle %d", a.Len(), b.Len())
	}
}

// The pages have all of the catalogue between them, each with what its entries refer to.
func TestPages(t *testing.T) {
	all, had := rdf.New(), 0
	for n, want := range []int{400, 200, 200, 404} {
		w := ask(Base+"?page="+strconv.Itoa(n), linked.Turtle)
		if w.Code != want {
			t.Errorf("page %d: %d, expected %d", n, w.Code, want)
		}
		if w.Code != 200 {
			continue
		}
		g, err := rdf.Turtle(w.Body.Bytes(), "http://example.com/catalog")
		if err != nil {
			t.Fatal(err)
		}
		listed := g.Linked("http://www.w3.org/ns/dcat#dataset")
		if had += len(listed); had > n*perPage || len(listed) == 0 {
			t.Errorf("page %d lists %v", n, listed)
		}
		for _, pair := range append(listed, g.Linked("http://www.w3.org/ns/dcat#distribution")...) {
			if !g.Has(pair[1]) {
				t.Errorf("page %d does not describe %v", n, pair[1])
			}
		}
		all.Merge(g, "p"+strconv.Itoa(n))
	}
	var whole document
	if err := json.Unmarshal([]byte(sample), &whole); err != nil {
		t.Fatal(err)
	}
	for _, node := range whole.Graph {
		id, _ := node["@id"].(string)
		iri := strings.ReplaceAll(id, "{root}", "http://example.com")
		if strings.HasPrefix(iri, "http") && !all.Has(rdf.Ref(iri)) {
			t.Errorf("no page describes %s", iri)
		}
	}
}
