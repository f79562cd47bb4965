package probe

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestContentOf(t *testing.T) {
	for _, c := range []struct {
		body        string
		json, empty bool
		ids, loose  string // joined by |
	}{
		{"", false, true, "", ""},
		{"  ", false, true, "", ""},
		{"null", true, true, "", ""},
		{"{}", true, true, "", "{}"},
		{"[]", true, true, "", ""},
		{`{"id":"a","type":"T"}`, true, false, "a", ""},
		{`{"@id":"a"}`, true, false, "a", ""},
		{`{"id":"a","id":"b"}`, true, false, "a|b", ""},
		{`{"id":"a\u0062"}`, true, false, "ab", ""},
		{`{"id":7}`, true, false, "", `{"id":7}`},
		{`{"id":null}`, true, false, "", `{"id":null}`},
		{`{"type":"T","x":{"id":"inner"}}`, true, false, "", `{"type":"T","x":{"id":"inner"}}`},
		{`[{"id":"a"},{"id":"b"}]`, true, false, "a|b", ""},
		{`["a","b"]`, true, false, "a|b", ""},
		{`[{"id":"a"}, {"type":"T"} ]`, true, false, "a", `, {"type":"T"}`},
		{`[{"id":"a"},null]`, true, false, "a", ""},
		{`[1]`, true, false, "", "1"},
		{`[[{"id":"a"}]]`, true, false, "", `[{"id":"a"}]`},
		{`"text"`, true, false, "", `"text"`},
		{`{"id":"a"`, false, false, "", ""},
		{`{"id":"a"}{"id":"b"}`, false, false, "", ""},
		{`{"id":"a"} x`, false, false, "", ""},
		{`{"id" "a"}`, false, false, "", ""},
		{"7\f", false, false, "", ""},
		{"<html>", false, false, "", ""},
	} {
		got := contentOf([]byte(c.body))
		if got.json != c.json || got.empty != c.empty || strings.Join(got.ids, "|") != c.ids || string(bytes.Join(got.loose, []byte("|"))) != c.loose {
			t.Errorf("%s: got %+v", c.body, got)
		}
	}
}

func FuzzContentOf(f *testing.F) {
	for _, body := range []string{`{"id":"a","type":"T"}`, `["a","b"]`, `[{"id":"a"},{"@id":"b"}]`, `{"id":"a"`, `[[]]`, `null`, ``, `{"a":{"id":"x"}}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		c := contentOf([]byte(body))
		if c.json && !json.Valid([]byte(body)) {
			t.Error("what is no JSON was taken for it")
		}
		if !c.json && (c.ids != nil || c.loose != nil) {
			t.Errorf("something was read from no JSON: %+v", c)
		}
		// Whatever a simple reader takes for the id must be among the ids.
		var simple map[string]any
		if c.json && json.Unmarshal([]byte(body), &simple) == nil {
			if id, ok := simple["id"].(string); ok && !slices.Contains(c.ids, id) {
				t.Errorf("the id %q is not among %q", id, c.ids)
			}
		}
	})
}
