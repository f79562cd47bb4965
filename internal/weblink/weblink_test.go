package weblink

import (
	"net/http"
	"reflect"
	"testing"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []string
		want   []Link
	}{
		{"none", nil, nil},
		{"one", []string{`</a?b=c>; rel="next"`}, []Link{{"/a?b=c", map[string]string{"rel": "next"}}}},
		{"two in a value", []string{`<a>; rel="prev", <b>;rel=next;type="x"`},
			[]Link{{"a", map[string]string{"rel": "prev"}}, {"b", map[string]string{"rel": "next", "type": "x"}}}},
		{"two values", []string{`<a>; rel="prev"`, `<b>; rel="next"`},
			[]Link{{"a", map[string]string{"rel": "prev"}}, {"b", map[string]string{"rel": "next"}}}},
		{"commas and semicolons in the target", []string{`<a?id=1,2;q=x;y>; rel="next"`}, []Link{{"a?id=1,2;q=x;y", map[string]string{"rel": "next"}}}},
		{"quoted separators", []string{`<a>; title="x, y; <z>"; REL="next"`}, []Link{{"a", map[string]string{"title": "x, y; <z>", "rel": "next"}}}},
		{"escaped quote", []string{`<a>; title="say \"x\""; rel="next"`}, []Link{{"a", map[string]string{"title": `say "x"`, "rel": "next"}}}},
		{"first of a repeated parameter", []string{`<a>; rel="next"; rel="prev"`}, []Link{{"a", map[string]string{"rel": "next"}}}},
		{"parameter without value", []string{`<a>; crossorigin; rel=next`}, []Link{{"a", map[string]string{"crossorigin": "", "rel": "next"}}}},
		{"spaces", []string{" < a > ; rel = \"next\" "}, []Link{{"a", map[string]string{"rel": "next"}}}},
		{"not closed", []string{`<a; rel="next"`}, nil},
		{"quote not closed", []string{`<a>; rel="next`}, []Link{{"a", map[string]string{"rel": "next"}}}},
		{"no semicolon before a parameter", []string{`<a>rel="next", <b>; rel="prev"`}, []Link{{"a", map[string]string{}}, {"b", map[string]string{"rel": "prev"}}}},
		{"nothing between semicolons", []string{`<a>;; rel="next";`}, []Link{{"a", map[string]string{"rel": "next"}}}},
		{"no link", []string{`rel="next"`}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Read(http.Header{"Link": c.values}); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTo(t *testing.T) {
	h := http.Header{"Link": {`<c>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json", <n>; rel="Next last"`}}
	if l, ok := To(h, "next"); !ok || l.Target != "n" {
		t.Errorf("next: got %v %v", l, ok)
	}
	if l, ok := To(h, "http://www.w3.org/ns/json-ld#context"); !ok || l.Target != "c" {
		t.Errorf("context: got %v %v", l, ok)
	}
	if l, ok := To(h, "prev"); ok {
		t.Errorf("prev: got %v, want none", l)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{``, `<a>; rel="next"`, `<a>;rel=`, `<a>,<b`, `<a>;;;=;"\`, `<a>; x="\"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, l := range Read(http.Header{"Link": {value}}) {
			l.Rels()
		}
	})
}
