package mim7

import "testing"

// A form is asked with times at which the collection has something, as far as it says.
func TestTimesOfFormsAreWithinTheExtent(t *testing.T) {
	for _, c := range []struct {
		name        string
		interval    any
		first, last string
	}{
		{"closed", []any{"2001-01-01T00:00:00Z", "2001-01-04T00:00:00Z"}, "2001-01-02T00:00:00Z", "2001-01-03T00:00:00Z"},
		{"open end", []any{"2001-01-01T00:00:00Z", nil}, "2001-01-01T01:00:00Z", "2001-01-02T00:00:00Z"},
		{"open start", []any{"..", "2001-01-04T00:00:00Z"}, "2001-01-03T00:00:00Z", "2001-01-03T23:00:00Z"},
		{"open", []any{nil, nil}, "2018-02-12T00:00:00Z", "2018-03-18T12:31:12Z"},
		{"none", nil, "2018-02-12T00:00:00Z", "2018-03-18T12:31:12Z"},
	} {
		body := object{"extent": object{"temporal": object{"interval": []any{c.interval}}}}
		if first, last := within(collection{body: body}); first != c.first || last != c.last {
			t.Errorf("%s: %s and %s, expected %s and %s", c.name, first, last, c.first, c.last)
		}
	}
}
