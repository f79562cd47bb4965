package mim1

import (
	"testing"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/suites"
)

func object(t *testing.T, text string) ngsild.Object {
	t.Helper()
	v, err := suites.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v.(ngsild.Object)
}

func TestHaveAttribute(t *testing.T) {
	for name, c := range map[string]struct {
		entity  string
		want    ngsild.Object
		without []string
		matches bool
	}{
		"same":                     {`{"p": {"type": "Property", "value": 1}}`, ngsild.Property(1), nil, true},
		"other value":              {`{"p": {"type": "Property", "value": 2}}`, ngsild.Property(1), nil, false},
		"other type":               {`{"p": {"type": "GeoProperty", "value": 1}}`, ngsild.Property(1), nil, false},
		"not there":                {`{"q": {"type": "Property", "value": 1}}`, ngsild.Property(1), nil, false},
		"no object":                {`{"p": 1}`, ngsild.Property(1), nil, false},
		"number written otherwise": {`{"p": {"type": "Property", "value": 1.0}}`, ngsild.Property(1), nil, true},
		"number as text":           {`{"p": {"type": "Property", "value": "1"}}`, ngsild.Property(1), nil, false},
		"member that was added":    {`{"p": {"type": "Property", "value": 1, "more": 2}}`, ngsild.Property(1), nil, true},
		"member that must be gone": {`{"p": {"type": "Property", "value": 1, "unitCode": "CEL"}}`, ngsild.Property(1), []string{"unitCode"}, false},
		"member that is gone":      {`{"p": {"type": "Property", "value": 1}}`, ngsild.Property(1), []string{"unitCode"}, true},
		"member lost":              {`{"p": {"type": "Property", "value": 1}}`, ngsild.Property(1, "unitCode", "CEL"), nil, false},
		"same instant":             {`{"p": {"type": "Property", "value": 1, "observedAt": "2024-01-01T01:00:00.000+01:00"}}`, ngsild.Property(1, "observedAt", "2024-01-01T00:00:00Z"), nil, true},
		"other instant":            {`{"p": {"type": "Property", "value": 1, "observedAt": "2024-01-01T01:00:00Z"}}`, ngsild.Property(1, "observedAt", "2024-01-01T00:00:00Z"), nil, false},
		"no instant":               {`{"p": {"type": "Property", "value": 1, "observedAt": "soon"}}`, ngsild.Property(1, "observedAt", "2024-01-01T00:00:00Z"), nil, false},
		"list of one":              {`{"p": {"type": "Property", "value": [1]}}`, ngsild.Property(1), nil, true},
		"list in other order":      {`{"p": {"type": "Property", "value": [2, 1]}}`, ngsild.Property([]any{1, 2}), nil, true},
		"list with an item more":   {`{"p": {"type": "Property", "value": [2, 1, 2]}}`, ngsild.Property([]any{1, 2}), nil, false},
		"list that has an order":   {`{"p": {"type": "ListProperty", "valueList": [2, 1]}}`, ngsild.Object{"type": "ListProperty", "valueList": []any{1, 2}}, nil, false},
		"line the other way round": {`{"p": {"type": "GeoProperty", "value": {"type": "LineString", "coordinates": [[2, 1], [1, 2]]}}}`, ngsild.GeoProperty(ngsild.Object{"type": "LineString", "coordinates": []any{[]any{1, 2}, []any{2, 1}}}), nil, false},
		"value with a member more": {`{"p": {"type": "Property", "value": {"a": 1, "b": 2}}}`, ngsild.Property(ngsild.Object{"a": 1}), nil, false},
		"geometry":                 {`{"p": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2.0]}}}`, ngsild.GeoProperty(ngsild.Point(1, 2)), nil, true},
		"geometry moved":           {`{"p": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [2, 1]}}}`, ngsild.GeoProperty(ngsild.Point(1, 2)), nil, false},
		"sub-attribute":            {`{"p": {"type": "Property", "value": 1, "s": {"type": "Property", "value": 2, "x": 3}}}`, ngsild.Property(1, "s", ngsild.Property(2)), nil, true},
		"sub-attribute changed":    {`{"p": {"type": "Property", "value": 1, "s": {"type": "Property", "value": 3}}}`, ngsild.Property(1, "s", ngsild.Property(2)), nil, false},
		"default of several":       {`{"p": [{"type": "Property", "value": 2, "datasetId": "urn:d:1"}, {"type": "Property", "value": 1}]}`, ngsild.Property(1), nil, true},
		"default written out":      {`{"p": [{"type": "Property", "value": 1, "datasetId": "@none"}]}`, ngsild.Property(1), nil, true},
		"dataset of several":       {`{"p": [{"type": "Property", "value": 2, "datasetId": "urn:d:1"}, {"type": "Property", "value": 1}]}`, ngsild.Property(2, "datasetId", "urn:d:1"), nil, true},
		"dataset not there":        {`{"p": {"type": "Property", "value": 2}}`, ngsild.Property(2, "datasetId", "urn:d:1"), nil, false},
		"default not there":        {`{"p": {"type": "Property", "value": 2, "datasetId": "urn:d:1"}}`, ngsild.Property(2), nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := haveAttribute("p", c.want, c.without...)
			got, err := m.Match(object(t, c.entity))
			if err != nil || got != c.matches {
				t.Fatalf("Match = %v, %v, expected %v", got, err, c.matches)
			}
			if !got && m.FailureMessage(nil) == "" {
				t.Error("a mismatch has no message")
			}
		})
	}
}

func TestLackAndNames(t *testing.T) {
	e := object(t, `{"type": ["A", "B"], "scope": "/x", "p": [{"type": "Property", "value": 1, "datasetId": "urn:d:1"}], "q": []}`)
	for name, c := range map[string]struct {
		matcher gomega.OmegaMatcher
		matches bool
	}{
		"attribute that is there":     {lackAttribute("p"), false},
		"attribute that is not":       {lackAttribute("r"), true},
		"attribute without instances": {lackAttribute("q"), true},
		"instance that is there":      {lackInstance("p", "urn:d:1"), false},
		"default that is not":         {lackInstance("p", ""), true},
		"types":                       {haveTypes("B", "A"), true},
		"one type less":               {haveTypes("A"), false},
		"one type more":               {haveTypes("A", "B", "C"), false},
		"scope":                       {haveScopes("/x"), true},
		"no scope":                    {haveScopes(), false},
		"members":                     {haveMembers(ngsild.Object{"scope": "/x"}), true},
		"other members":               {haveMembers(ngsild.Object{"scope": "/y"}), false},
	} {
		if got, err := c.matcher.Match(e); err != nil || got != c.matches {
			t.Errorf("%s: Match = %v, %v, expected %v", name, got, err, c.matches)
		}
	}
	if got, err := haveScopes().Match(ngsild.Object{}); err != nil || !got {
		t.Errorf("no scope where none is expected: Match = %v, %v", got, err)
	}
	if _, err := haveScopes().Match("an entity"); err == nil {
		t.Error("text is taken for an entity")
	}
}

// Whatever a platform answers, the matchers neither panic nor take it for what it is not.
func FuzzHaveAttribute(f *testing.F) {
	f.Add([]byte(`{"p": [{"type": "Property", "value": [[1]], "observedAt": 5}, null, [[]]]}`))
	f.Add([]byte(`{"p": {"type": ["Property"], "value": {"p": {}}, "datasetId": {}}, "type": 7, "scope": [null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := suites.Decode(body)
		e, ok := v.(ngsild.Object)
		if err != nil || !ok {
			return
		}
		for _, m := range []gomega.OmegaMatcher{
			haveAttribute("p", ngsild.Property(1, "observedAt", "2024-01-01T00:00:00Z", "s", ngsild.Property(2))), lackAttribute("p"), haveTypes("T"), haveScopes("/s"),
		} {
			if ok, err := m.Match(e); err == nil && !ok && m.FailureMessage(e) == "" {
				t.Error("a mismatch has no message")
			}
		}
	})
}
