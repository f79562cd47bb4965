package certificate

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// good is a case that meets every rule.
func good() Case {
	return Case{
		MIMs: []string{"MIM1"}, Baseline: Baseline{"oasc-2019-01-16", "approved"}, Filing: Filing{"filed", "A. Jensen"},
		SelfRun:       Run{ID: "own", Profile: "sandbox", AgeDays: 9, NotConformant: []string{}, ExpiredWaivers: []string{}},
		Witnessed:     Run{ID: "witnessed", Profile: "sandbox", AgeDays: 1, AfterSelfRun: true, NotConformant: []string{}, ExpiredWaivers: []string{}},
		Differences:   Differences{Outcomes: []string{}, Verdicts: []string{}, Others: []string{}},
		LaterFailures: []string{},
	}
}

// merged is the good case with a JSON merge patch (RFC 7396) of objects and values.
func merged(t *testing.T, patch map[string]any) []byte {
	t.Helper()
	raw, err := json.Marshal(good())
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	var merge func(into, from map[string]any)
	merge = func(into, from map[string]any) {
		for name, value := range from {
			if _, there := into[name]; !there {
				t.Fatalf("no case has the fact %s", name)
			}
			if inner, ok := value.(map[string]any); ok {
				merge(into[name].(map[string]any), inner)
				continue
			}
			into[name] = value
		}
	}
	merge(document, patch)
	if raw, err = json.Marshal(document); err != nil {
		t.Fatal(err)
	}
	return raw
}

// Each rule has cases in testdata/rules.json, as patches of the good one, that meet it and
// that break it and no other.
func TestEachRulePassesAndFails(t *testing.T) {
	rules, err := DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("testdata/rules.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct{ Passes, Fails []map[string]any }
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if broken, err := rules.Judge(good()); err != nil || len(broken) != 0 {
		t.Fatalf("the good case: %v, %v", broken, err)
	}
	for _, rule := range rules.Rules {
		t.Run(rule.ID, func(t *testing.T) {
			c := cases[rule.ID]
			delete(cases, rule.ID)
			if len(c.Passes) == 0 || len(c.Fails) == 0 {
				t.Fatal("expected a case that meets the rule and one that breaks it")
			}
			for _, patch := range c.Passes {
				if broken, err := rules.judge(merged(t, patch)); err != nil || len(broken) != 0 {
					t.Errorf("%v: %v, %v", patch, broken, err)
				}
			}
			for _, patch := range c.Fails {
				broken, err := rules.judge(merged(t, patch))
				if err != nil || len(broken) != 1 || broken[0].Rule != rule.ID {
					t.Errorf("%v: broken %v, %v", patch, broken, err)
					continue
				}
				if b := broken[0]; b.Says != rule.Says || b.Remedy != rule.Remedy || !strings.Contains(b.Seen, strings.ReplaceAll(rule.Facts[0][1:], "/", ".")+" is ") {
					t.Errorf("%v is told as %+v", patch, b)
				}
			}
		})
	}
	for id := range cases {
		t.Errorf("there are cases of a rule %s, which does not exist", id)
	}
}

// A fact that is missing is an error: no rule is met by silence.
func TestAMissingFactMeetsNoRule(t *testing.T) {
	rules, err := DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	if broken, err := rules.judge([]byte(`{}`)); err == nil {
		t.Errorf("an empty case breaks %v only", broken)
	}
}

func TestRulesThatAreWrongAreRefused(t *testing.T) {
	rule := func(id, facts, holds string) string {
		return `{"id": "` + id + `", "says": "A sentence of a rule.", "remedy": "What to do about it.", "facts": ` + facts + `, "holds": ` + holds + `}`
	}
	file := func(rules string) string {
		return `{"version": "1.0", "validMonths": {"witnessed": 1, "certified": 2}, "listDays": 3, "rules": [` + rules + `]}`
	}
	for name, c := range map[string]struct{ file, want string }{
		"none":             {file(""), "minItems"},
		"no JSON":          {"rules", "no JSON"},
		"no rule's field":  {file(`{"id": "x"}`), "missing"},
		"twice":            {file(rule("a-b", `["/mims"]`, `{}`) + "," + rule("a-b", `["/mims"]`, `{}`)), "twice"},
		"looks at nothing": {file(rule("a-b", `[]`, `{}`)), "minItems"},
		"no schema":        {file(rule("a-b", `["/mims"]`, `{"type": 7}`)), "/holds/type"},
		"of other schemas": {file(rule("a-b", `["/mims"]`, `{"$ref": "#/$defs/none"}`)), "a-b"},
		"a good one":       {file(rule("a-b", `["/mims"]`, `{"type": "object"}`)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseRules([]byte(c.file))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
