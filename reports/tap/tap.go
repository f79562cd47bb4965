// Package tap renders a report as TAP 14, the Test Anything Protocol, one line a
// check with a YAML block that says why.
//
// TAP knows no outcome between ok and not ok. A check that allows no judgement is
// written as "not ok ... # TODO", which a harness counts neither as success nor as
// failure of the run, and so is one that failed and is excused by a waiver; one that was
// left out or is inapplicable is "# SKIP".
package tap

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

const mostText = 2_000 // characters of one text

// Render writes the report as TAP.
func Render(w io.Writer, r *reports.Report) error {
	r = r.Canonical()
	var out bytes.Buffer
	fmt.Fprintf(&out, "TAP version 14\n1..%d", len(r.Checks))
	if len(r.Checks) == 0 {
		out.WriteString(" # SKIP no checks")
	}
	fmt.Fprintf(&out, "\n# %s: %s\n", r.Verdict.Verdict.Label(), short(r.Verdict.Reason))
	english := words.InEnglish()
	for _, caveat := range english.Caveats(r) {
		fmt.Fprintf(&out, "# %s\n", short(caveat))
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		waiver, waived := r.Waiver(c.ID), ""
		if waiver != nil && waiver.Applied {
			waived = " " + short(english.Waiver(*waiver))
		}
		ok, directive := "ok", ""
		switch c.Outcome {
		case reports.Passed:
		case reports.Failed:
			ok = "not ok"
			if waived != "" {
				directive = " # TODO" + waived
			}
		case reports.Inapplicable, reports.Untested:
			directive = " # SKIP " + strings.ToLower(c.Outcome.Label()) + ": " + short(c.Reason) + waived
		default:
			ok, directive = "not ok", " # TODO can't tell: "+short(c.Reason)+waived
		}
		fmt.Fprintf(&out, "%s %d - %s%s\n", ok, i+1, escape(short(c.ID+": "+c.Title)), directive)
		if c.Outcome == reports.Failed {
			diagnose(&out, c, waiver)
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

// diagnose writes the YAML block. Its strings are JSON's, which YAML has too.
func diagnose(out *bytes.Buffer, c *reports.CheckResult, waiver *reports.Waiver) {
	out.WriteString("  ---\n")
	say := func(indent, name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %s%s: %s\n", indent, name, quote(value))
		}
	}
	say("", "message", c.Reason)
	say("", "clause", c.Clause)
	say("", "requirements", strings.Join(c.Requirements, ", "))
	if waiver != nil {
		out.WriteString("  waiver:\n")
		say("  ", "owner", waiver.Owner)
		say("  ", "reason", waiver.Reason)
		say("  ", "expires", waiver.Expires)
	}
	if len(c.Findings) > 0 {
		out.WriteString("  findings:\n")
	}
	for _, f := range c.Findings {
		fmt.Fprintf(out, "    - message: %s\n", quote(f.Message))
		say("    ", "expected", f.Expected)
		say("    ", "actual", f.Actual)
		say("    ", "pointer", f.Pointer)
		say("    ", "hint", f.Hint)
		if e := c.Exchange(f.Exchange); e != nil {
			say("    ", "curl", e.Curl)
		}
	}
	out.WriteString("  ...\n")
}

func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(printable.Short(printable.Text(s), mostText)) // a string always can be
	return strings.TrimSuffix(b.String(), "\n")
}

func short(s string) string { return printable.Short(printable.Line(s), mostText) }

// escape keeps a description from being read as a directive.
func escape(s string) string { return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(s) }
