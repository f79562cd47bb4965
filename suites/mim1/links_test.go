package mim1

import (
	"net/http"
	"reflect"
	"testing"
)

func TestLinksOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []string
		want   []link
	}{
		{"none", nil, nil},
		{"one", []string{`</a?b=c>; rel="next"`}, []link{{"/a?b=c", map[string]string{"rel": "next"}}}},
		{"two in a value", []string{`<a>; rel="prev", <b>;rel=next;type="x"`},
			[]link{{"a", map[string]string{"rel": "prev"}}, {"b", map[string]string{"rel": "next", "type": "x"}}}},
		{"two values", []string{`<a>; rel="prev"`, `<b>; rel="next"`},
			[]link{{"a", map[string]string{"rel": "prev"}}, {"b", map[string]string{"rel": "next"}}}},
		{"commas and semicolons in the target", []string{`<a?id=1,2;q=x;y>; rel="next"`}, []link{{"a?id=1,2;q=x;y", map[string]string{"rel": "next"}}}},
		{"quoted separators", []string{`<a>; title="x, y; <z>"; REL="next"`}, []link{{"a", map[string]string{"title": "x, y; <z>", "rel": "next"}}}},
		{"escaped quote", []string{`<a>; title="say \"x\""; rel="next"`}, []link{{"a", map[string]string{"title": `say "x"`, "rel": "next"}}}},
		{"first of a repeated parameter", []string{`<a>; rel="next"; rel="prev"`}, []link{{"a", map[string]string{"rel": "next"}}}},
		{"parameter without value", []string{`<a>; crossorigin; rel=next`}, []link{{"a", map[string]string{"crossorigin": "", "rel": "next"}}}},
		{"spaces", []string{" < a > ; rel = \"next\" "}, []link{{"a", map[string]string{"rel": "next"}}}},
		{"not closed", []string{`<a; rel="next"`}, nil},
		{"quote not closed", []string{`<a>; rel="next`}, []link{{"a", map[string]string{"rel": "next"}}}},
		{"no link", []string{`rel="next"`}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := linksOf(http.Header{"Link": c.values}); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestLinkTo(t *testing.T) {
	h := http.Header{"Link": {`<c>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json", <n>; rel="Next last"`}}
	if l, ok := linkTo(h, "next"); !ok || l.target != "n" {
		t.Errorf("next: got %v %v", l, ok)
	}
	if l, ok := linkTo(h, "http://www.w3.org/ns/json-ld#context"); !ok || l.target != "c" {
		t.Errorf("context: got %v %v", l, ok)
	}
	if l, ok := linkTo(h, "prev"); ok {
		t.Errorf("prev: got %v, want none", l)
	}
}

func FuzzLinksOf(f *testing.F) {
	for _, seed := range []string{``, `<a>; rel="next"`, `<a>;rel=`, `<a>,<b`, `<a>;;;=;"\`, `<a>; x="\"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, l := range linksOf(http.Header{"Link": {value}}) {
			l.rels()
		}
	})
}
