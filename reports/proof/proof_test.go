package proof_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/proof"
	"github.com/oasc/mimcheck/schemas"
)

// full has something in every list.
func full() *proof.Report {
	return &proof.Report{
		SchemaVersion: proof.SchemaVersion, Tool: reports.Tool{Name: "mimcheck", Version: "1"},
		Run:     proof.Run{Seed: 1, Seeds: 2, Baselines: []string{}, Faults: []string{}, Parallel: 4, DurationMS: 12345},
		Reasons: []string{"1 checks noticed no fault at all, so nothing proves that they can fail"},
		Counts: proof.Counts{Checks: 4, Faults: 4, Killed: 2, Survived: 1, Equivalent: 1, Judgements: 9,
			FalseAlarms: 1, Idle: 1, Misnamed: 1, Redundant: 1},
		Score:        2.0 / 3,
		Requirements: []proof.Requirement{{ID: "base/MIM1/access", Checks: 4, Reached: 4, Killed: 2, Survived: 1, Equivalent: 1}},
		Checks: []proof.Check{
			{ID: "mim1.a.b.broad", Fault: "f", Named: true, Killed: 2, Reached: 3, CoveredBy: []string{"mim1.a.b.one", "mim1.a.b.two"}},
			{ID: "mim1.a.b.idle", Fault: "h", Reached: 2},
			{ID: "mim1.a.b.one", Fault: "f", Named: true, Killed: 1, Reached: 2, NeededFor: "f", Twins: []string{"mim1.a.b.other"}},
			{ID: "mim1.a.b.two", Fault: "g", Named: true, Killed: 1, Reached: 2, Sole: 1, NeededFor: "g"},
		},
		Faults: []proof.Fault{
			{Name: "f", Summary: "forgets", Outcome: proof.Killed, Reached: 3, KilledBy: []string{"mim1.a.b.broad", "mim1.a.b.one"}},
			{Name: "g", Summary: "guesses", Outcome: proof.Killed, Reason: "nobody can see it", Reached: 2, KilledBy: []string{"mim1.a.b.broad", "mim1.a.b.two"}},
			{Name: "h", Summary: "hides a <b> | member", Outcome: proof.Survived, Reached: 2, KilledBy: []string{}},
			{Name: "i", Summary: "idles", Outcome: proof.Equivalent, Reason: "the standard leaves it open", KilledBy: []string{}},
		},
		FalseAlarms: []proof.FalseAlarm{{Check: "mim1.a.b.flaky", Seed: 2, Outcome: reports.CantTell, Reason: "nobody answered"}},
		Omitted:     []proof.Omitted{{Check: "mim1.a.b.left", Reason: "the rule came later"}},
		OutOfScope:  []string{"z"},
		Audit:       proof.Audit{Faults: []string{"f"}, Missed: []proof.Miss{{Check: "mim1.a.b.one", Fault: "f"}}},
	}
}

func render(t *testing.T, name string, r *proof.Report) string {
	t.Helper()
	render, err := proof.Format(name)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := render(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTextAndMarkdownSayEverything(t *testing.T) {
	for _, name := range []string{"text", "markdown"} {
		got := render(t, name, full())
		for _, want := range []string{
			"base/MIM1/access", "mim1.a.b.flaky, seed 2: cantTell: nobody answered", "hides a", "idles: the standard leaves it open",
			"g: noticed by mim1.a.b.broad, mim1.a.b.two", "mim1.a.b.one noticed f", "mim1.a.b.idle names h",
			"mim1.a.b.broad: mim1.a.b.one, mim1.a.b.two notice as much", "mim1.a.b.one and mim1.a.b.other",
			"mim1.a.b.left: the rule came later", "66.7 %", "1 more reach none", "The checks are not proved: 1 checks noticed no fault",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("the %s says nothing of %q:\n%s", name, want, got)
			}
		}
	}
	if got := render(t, "markdown", full()); strings.Contains(got, "<b>") || !strings.Contains(got, `hides a &lt;b&gt; \| member`) {
		t.Errorf("a summary is read as HTML or as a table:\n%s", got)
	}
	sound := full()
	sound.Proved, sound.Reasons = true, nil
	if got := render(t, "text", sound); !strings.Contains(got, "The checks are proved.") {
		t.Errorf("the text does not say that the checks are proved:\n%s", got)
	}
}

func TestJSONIsAsItsSchemaSaysAndIsReadAgain(t *testing.T) {
	b, err := schemas.Read("proof.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("proof", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("proof")
	if err != nil {
		t.Fatal(err)
	}
	text := render(t, "json", full())
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Error(err)
	}
	back, err := proof.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), back); diff != "" {
		t.Error(diff)
	}
}

func TestBadInput(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                        "not JSON",
		`{}`:                       `schema version ""`,
		`{"schemaVersion": "2.0"}`: `schema version "2.0"`,
		`{"schemaVersion": "10"}`:  `schema version "10"`,
	} {
		if _, err := proof.Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected an error with %q", text, err, want)
		}
	}
	if _, err := proof.Format("pdf"); err == nil || !strings.Contains(err.Error(), "json, markdown, text") {
		t.Errorf("an unknown format: %v", err)
	}
}
