package badge

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	for name, b := range golden.Check(t, *update, ".svg", Render) {
		if err := wellFormed(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSaysWhatItIs(t *testing.T) {
	for _, v := range []reports.Verdict{reports.Conformant, reports.NonConformant, reports.Inconclusive, reports.NotApplicable, "great"} {
		r := fixture.Conformant()
		r.Verdict.Verdict = v
		got := string(golden.Render(t, Render, r))
		if strings.Contains(got, ">conformant<") != (v == reports.Conformant) {
			t.Errorf("%s: %s", v, got)
		}
	}
	for name, want := range map[string]string{"unreachable": "inconclusive (draft)", "interrupted": "inconclusive (in part)"} {
		if got := string(golden.Render(t, Render, fixture.Report(name))); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
}

func TestHostileLabel(t *testing.T) {
	r := fixture.Conformant()
	r.Baseline.ID = `"/><script>alert(1)</script>` + fixture.Long()
	got := golden.Render(t, Render, r)
	if err := wellFormed(got); err != nil || bytes.Contains(got, []byte("<script>")) || len(got) > 3000 {
		t.Errorf("%v, %d bytes: %s", err, len(got), got)
	}
}

func wellFormed(b []byte) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
