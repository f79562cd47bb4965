package runner

import (
	"strings"
	"testing"
)

func TestFiltersMatchLabels(t *testing.T) {
	matches, err := ParseFilter("core && !need:write")
	if err != nil {
		t.Fatal(err)
	}
	if !matches([]string{"core"}) || matches([]string{"core", "need:write"}) {
		t.Error("`core && !need:write` should match core alone, and nothing that writes")
	}
}

func TestWrongFiltersAreToldInOneLineWithoutColours(t *testing.T) {
	for _, filter := range []string{"core &&", "(core", "a && || b", "/[/", "a: {b"} {
		_, err := ParseFilter(filter)
		if err == nil {
			t.Errorf("%q was read as a label expression", filter)
			continue
		}
		if told := err.Error(); strings.ContainsAny(told, "\x1b\n") || strings.Contains(told, "{{") || strings.Contains(told, ": ;") {
			t.Errorf("%q: %q should be one plain line", filter, told)
		}
	}
}
