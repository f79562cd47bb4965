package mim0

import (
	"testing"
	"time"
)

// What any draft of the header fields allows is right.
func TestRateLimitForms(t *testing.T) {
	for name, c := range map[string]struct {
		is     func([]string) string
		values []string
		right  bool
	}{
		"a policy":                        {isPolicy, []string{`"burst";q=100;w=60`}, true},
		"two policies in two fields":      {isPolicy, []string{`"burst";q=100;w=60`, `"daily";q=1000;w=86400`}, true},
		"a policy with more":              {isPolicy, []string{`"peruser";q=100;w=60;pk=:cHsdsRa894==:`}, true},
		"a policy of a token":             {isPolicy, []string{`default;q=100`}, true},
		"a policy of older drafts":        {isPolicy, []string{`10;w=1, 50;w=60`}, true},
		"a policy without quota":          {isPolicy, []string{`"burst";w=60`}, false},
		"a quota in words":                {isPolicy, []string{`"burst";q="100"`}, false},
		"a quota less than nothing":       {isPolicy, []string{`"burst";q=-1`}, false},
		"an older quota below nothing":    {isPolicy, []string{`-1;w=60`}, false},
		"a window of half a second":       {isPolicy, []string{`"burst";q=1;w=0.5`}, false},
		"a policy in words":               {isPolicy, []string{`100 per minute`}, false},
		"a policy of a list":              {isPolicy, []string{`("burst");q=1`}, false},
		"a policy without name":           {isPolicy, []string{`?1;q=1`}, false},
		"what remains":                    {isRest, []string{`"default";r=50;t=30`}, true},
		"what remains, without time":      {isRest, []string{`"default";r=0`}, true},
		"what remains, of a token":        {isRest, []string{`default;r=50;t=30`}, true},
		"what remains, older":             {isRest, []string{`limit=100, remaining=50, reset=50`}, true},
		"older, without what remains":     {isRest, []string{`limit=100`}, false},
		"older, in words":                 {isRest, []string{`limit=100, remaining=some`}, false},
		"nothing of what remains":         {isRest, []string{`"default";t=30`}, false},
		"what remains, less than nothing": {isRest, []string{`"default";r=-1`}, false},
		"a time in words":                 {isRest, []string{`"default";r=1;t=soon`}, false},
		"a bare number":                   {isRest, []string{`50`}, false},
	} {
		if wrong := c.is(c.values); (wrong == "") != c.right {
			t.Errorf("%s: %v: %q", name, c.values, wrong)
		}
	}
}

func TestAnnouncements(t *testing.T) {
	for name, c := range map[string]struct {
		v    any
		want bool
	}{
		"of the API":        {object{"info": object{"x-next-update": "2030-01-01"}}, true},
		"of an operation":   {object{"paths": object{"/": object{"get": object{"x-city-nextUpdate": "2030-01-01"}}}}, true},
		"within a list":     {object{"servers": []any{object{"x-next_update": "2030-01-01"}}}, true},
		"empty":             {object{"x-next-update": ""}, false},
		"of something else": {object{"x-update": "2030-01-01", "next-update": "2030-01-01"}, false},
		"nothing":           {object{}, false},
	} {
		if got := announces(c.v); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	want := time.Date(2025, 3, 14, 9, 30, 0, 0, time.UTC)
	for _, s := range []string{"Fri, 14 Mar 2025 09:30:00 GMT", "2025-03-14T10:30:00+01:00"} {
		if got, is := date(s); !is || !got.Equal(want) {
			t.Errorf("%s: %v, %t", s, got, is)
		}
	}
	if _, is := date("tomorrow"); is {
		t.Error("tomorrow is a date")
	}
}
