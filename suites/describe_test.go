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

// Two findings of the same evidence are the same, whatever the order in which Go walks a map.
func TestFindingsOfMapsAreTheSameEachTime(t *testing.T) {
	steadyMaps()
	o := map[string]any{}
	for _, name := range strings.Split("abcdefghijklmnop", "") {
		o[name] = map[string]any{"x": 1, "y": []any{map[string]any{"p": 1, "q": 2}}}
	}
	first := gomega.HaveLen(1)
	_, _ = first.Match([]map[string]any{o, o})
	message := first.FailureMessage([]map[string]any{o, o})
	if !strings.Contains(message, `{"a":{"x":1,"y":[{"p":1,"q":2}]},"b":`) {
		t.Errorf("the message is %s, expected the members in order", message)
	}
	for range 20 {
		if again := first.FailureMessage([]map[string]any{o, o}); again != message {
			t.Fatalf("another time the message is %s, expected %s", again, message)
		}
	}
}
