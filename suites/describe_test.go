package suites

import (
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

func TestDescribeIsInWordsAndTheSameEachTime(t *testing.T) {
	type thing struct{ N *int }
	n := 7
	for _, c := range []struct {
		value any
		want  string
	}{
		{EqualJSON(map[string]any{"a": 1}), `{"a":1}`},
		{"text", `"text"`},
		{gomega.HaveSuffix("/x"), "a value to have suffix <string>: /x"},
		{gomega.WithTransform(func(s string) string { return s }, gomega.HaveSuffix("/x")), "a value to have suffix <string>: /x"},
		{gomega.Equal(&thing{&n}), "a value to equal <*suites.thing>: {N: 7}"},
		{gomega.Or(gomega.Equal(1), gomega.Equal(2)), "a value"},
	} {
		if m, ok := c.value.(interface{ Match(any) (bool, error) }); ok {
			_, _ = m.Match("seen")
		}
		got := describe(c.value)
		if !strings.HasPrefix(got, c.want) || strings.Contains(got, "0x") {
			t.Errorf("got %q, want %q and no address", got, c.want)
		}
	}
}

func TestFindingsTellNoAddress(t *testing.T) {
	for text, want := range map[string]string{
		"Expected\n <*int | 0xc000123>: 1": "Expected\n <*int>: 1",
		"<[]*http.X | len:1, cap:1>":       "<[]*http.X | len:1, cap:1>",
		"a body with 0xc000 | 0xdead":      "a body with 0xc000 | 0xdead",
	} {
		if got := withoutAddresses(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
