package sarif

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"strings"
	"testing"

	official "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	for name, b := range golden.Check(t, *update, ".sarif", Render) {
		if err := valid(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// valid holds b against OASIS's schema, which the library brings along.
func valid(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&official.Report{}); err != nil {
		return err
	}
	r, err := official.FromBytes(b)
	if err != nil {
		return err
	}
	for _, one := range r.Runs {
		one.NewlineSequences = []string{"\n"} // the library writes an empty list, which the schema refuses
	}
	return r.Validate()
}

func TestValidRefuses(t *testing.T) {
	whole := string(golden.Render(t, Render, fixture.Full()))
	for name, c := range map[string]struct{ old, new string }{
		"another version":   {`"version": "2.1.0"`, `"version": "3.0.0"`},
		"an unknown level":  {`"level": "error"`, `"level": "catastrophe"`},
		"an unknown member": {`"ruleId"`, `"ruleName"`},
		"an unknown kind":   {`"kind": "fail"`, `"kind": "failed"`},
	} {
		broken := strings.ReplaceAll(whole, c.old, c.new)
		if broken == whole {
			t.Fatalf("%s: the sample has no %s", name, c.old)
		}
		if valid([]byte(broken)) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestResultsAreTheFailures(t *testing.T) {
	for _, name := range fixture.Names() {
		r := fixture.Report(name)
		var doc document
		if err := json.Unmarshal(golden.Render(t, Render, r), &doc); err != nil {
			t.Fatal(err)
		}
		one := doc.Runs[0]
		if len(one.Results) != r.Counts.Failed || len(one.Invocations[0].Notifications) != r.Counts.CantTell || len(one.Tool.Driver.Rules) != r.Counts.Total {
			t.Errorf("%s: %d results, %d notifications, %d rules for %+v", name, len(one.Results), len(one.Invocations[0].Notifications), len(one.Tool.Driver.Rules), r.Counts)
		}
		if one.Invocations[0].Successful == r.Run.Interrupted {
			t.Errorf("%s: interrupted %v, successful %v", name, r.Run.Interrupted, one.Invocations[0].Successful)
		}
		for _, got := range one.Results {
			c := one.Tool.Driver.Rules[got.RuleIndex]
			want := map[string]string{"core": "error", "extended": "warning"}[c.Properties.Tags[1]]
			if c.ID != got.RuleID || got.Level != want {
				t.Errorf("%s: result %s has the rule %s and the level %s, want %s", name, got.RuleID, c.ID, got.Level, want)
			}
		}
	}
}

func TestFile(t *testing.T) {
	b := golden.Render(t, func(w io.Writer, r *reports.Report) error { return RenderWith(w, r, Options{File: "deploy/city.yaml"}) }, fixture.Full())
	if !bytes.Contains(b, []byte(`"uri": "deploy/city.yaml"`)) || bytes.Contains(b, []byte("target.yaml\",")) {
		t.Error("results don't point to the file that was given")
	}
}

// A waiver suppresses the result of its check, which stays in the file.
func TestWaiversSuppress(t *testing.T) {
	var doc document
	if err := json.Unmarshal(golden.Render(t, Render, fixture.Full()), &doc); err != nil {
		t.Fatal(err)
	}
	for _, got := range doc.Runs[0].Results {
		if waived := got.RuleID == "mim1.entity.create.duplicate"; waived != (len(got.Suppressions) == 1) {
			t.Errorf("%s has the suppressions %+v", got.RuleID, got.Suppressions)
		}
	}
}
