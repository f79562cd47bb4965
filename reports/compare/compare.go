// Package compare says what is different between two reports of the same platform, or
// of two runs that should have found the same.
package compare

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/words"
)

// Kind says what a change means.
type Kind string

// The kinds of changes.
const (
	Regression Kind = "regression" // it passed and does not anymore, or fails and did not before
	Fixed      Kind = "fixed"      // it failed and passes now
	Changed    Kind = "changed"    // another outcome that is neither
	Added      Kind = "added"      // only the second report has the check
	Removed    Kind = "removed"    // only the first report has the check
	Reworded   Kind = "reworded"   // the same outcome for another reason, or with other findings
)

// Change is one check that is not the same.
type Change struct {
	Check      string          `json:"check"`
	Kind       Kind            `json:"kind"`
	Was        reports.Outcome `json:"was,omitempty"`
	Is         reports.Outcome `json:"is,omitempty"`
	WasReason  string          `json:"wasReason,omitempty"`
	IsReason   string          `json:"isReason,omitempty"`
	Exchange   string          `json:"exchange,omitempty"`   // the first exchange that differs, in words
	DurationMS int64           `json:"durationMs,omitempty"` // how much longer it took
}

// Judgement is a verdict that is not the same.
type Judgement struct {
	What string          `json:"what"` // baseline, MIM or requirement
	Was  reports.Verdict `json:"was"`
	Is   reports.Verdict `json:"is"`
}

// Difference is what is different from the first report to the second.
type Difference struct {
	Checks   []Change      `json:"checks"`   // sorted by id
	Verdicts []Judgement   `json:"verdicts"` // the baseline's first, then in its order
	Took     time.Duration `json:"took"`     // how much longer the second run took, in nanoseconds
	// Scope says in sentences what was judged otherwise: then differences may be of it.
	Scope []string `json:"scope"`
}

// Reports compares a with b.
func Reports(a, b *reports.Report) Difference {
	d := Difference{Checks: []Change{}, Verdicts: []Judgement{}, Scope: Scope(a, b), Took: b.Run.Took() - a.Run.Took()}
	was, is := byID(a), byID(b)
	for id, c := range was {
		if _, both := is[id]; !both {
			d.Checks = append(d.Checks, Change{Check: id, Kind: Removed, Was: c.Outcome, WasReason: c.Reason})
		}
	}
	for id, c := range is {
		old, both := was[id]
		if !both {
			d.Checks = append(d.Checks, Change{Check: id, Kind: Added, Is: c.Outcome, IsReason: c.Reason})
		} else if change, differs := compare(old, c); differs {
			d.Checks = append(d.Checks, change)
		}
	}
	slices.SortFunc(d.Checks, func(x, y Change) int { return strings.Compare(x.Check, y.Check) })
	d.Verdicts = verdicts(a.Verdict, b.Verdict)
	return d
}

func byID(r *reports.Report) map[string]reports.CheckResult {
	all := make(map[string]reports.CheckResult, len(r.Checks))
	for _, c := range r.Checks {
		all[c.ID] = c
	}
	return all
}

func compare(a, b reports.CheckResult) (Change, bool) {
	c := Change{Check: a.ID, Was: a.Outcome, Is: b.Outcome, WasReason: a.Reason, IsReason: b.Reason, DurationMS: b.DurationMS - a.DurationMS}
	switch {
	case a.Outcome == b.Outcome && a.Reason == b.Reason && slices.Equal(a.Findings, b.Findings):
		return c, false
	case a.Outcome == b.Outcome:
		c.Kind = Reworded
	case a.Outcome == reports.Passed, b.Outcome == reports.Failed:
		c.Kind = Regression
	case a.Outcome == reports.Failed && b.Outcome == reports.Passed:
		c.Kind = Fixed
	default:
		c.Kind = Changed
	}
	c.Exchange = FirstExchange(a.Exchanges, b.Exchanges)
	return c, true
}

// FirstExchange tells of the first exchange in which two runs of a check differ: in the
// request's method, in the status, or in whether there was an answer. It is empty when
// there is none. Ids and bodies are others in each run, and are not compared.
func FirstExchange(a, b []reports.Exchange) string {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return fmt.Sprintf("exchange %d: only in the second run, %s", b[i].Seq, told(b[i]))
		case i >= len(b):
			return fmt.Sprintf("exchange %d: only in the first run, %s", a[i].Seq, told(a[i]))
		case a[i].Method != b[i].Method || a[i].Status != b[i].Status || (a[i].Error == "") != (b[i].Error == ""):
			return fmt.Sprintf("exchange %d: %s, then %s", a[i].Seq, told(a[i]), told(b[i]))
		}
	}
	return ""
}

func told(x reports.Exchange) string {
	answer := fmt.Sprintf("answered %d", x.Status)
	if x.Status == 0 {
		answer = "without an answer"
	}
	if x.Error != "" {
		answer += " (" + x.Error + ")"
	}
	return fmt.Sprintf("%s %s %s", x.Method, x.URL, answer)
}

func verdicts(a, b reports.BaselineJudge) []Judgement {
	changed := []Judgement{}
	add := func(what string, was, is reports.Verdict) {
		if was != is {
			changed = append(changed, Judgement{what, was, is})
		}
	}
	add("baseline", a.Verdict, b.Verdict)
	was := map[string]reports.Verdict{}
	for _, m := range a.MIMs {
		was[m.ID] = m.Verdict
		for _, c := range m.Capabilities {
			for _, r := range c.Requirements {
				was[r.ID] = r.Verdict
			}
		}
	}
	for _, m := range b.MIMs {
		if old, both := was[m.ID]; both {
			add(m.ID, old, m.Verdict)
		}
		for _, c := range m.Capabilities {
			for _, r := range c.Requirements {
				if old, both := was[r.ID]; both {
					add(r.ID, old, r.Verdict)
				}
			}
		}
	}
	return changed
}

// Scope says in sentences what of the two runs was not the same: what they judged, by what.
func Scope(a, b *reports.Report) []string {
	list := []string{}
	add := func(what, was, is string) {
		if was != is {
			list = append(list, fmt.Sprintf("%s: %s, then %s", what, orNone(was), orNone(is)))
		}
	}
	add("baseline", a.Baseline.ID+" "+a.Baseline.SHA256, b.Baseline.ID+" "+b.Baseline.SHA256)
	add("target", a.Target.Name, b.Target.Name)
	add("profile", a.Run.Profile, b.Run.Profile)
	english := words.InEnglish()
	add("selection", english.Selection(a.Selection), english.Selection(b.Selection))
	add("claimed MIMs", strings.Join(a.Target.MIMs, ", "), strings.Join(b.Target.MIMs, ", "))
	add("claimed features", strings.Join(a.Target.Features, ", "), strings.Join(b.Target.Features, ", "))
	add("stated version", a.Target.Version, b.Target.Version)
	add("mimcheck", a.Tool.Version+" "+a.Tool.Build, b.Tool.Version+" "+b.Tool.Build)
	return list
}

func orNone(s string) string {
	if strings.TrimSpace(s) == "" {
		return "none"
	}
	return s
}

// Same says whether nothing is different in what was found and judged.
func (d Difference) Same() bool { return len(d.Checks) == 0 && len(d.Verdicts) == 0 }

// Regressions are the checks that got worse, and the verdicts that were conformant.
func (d Difference) Regressions() []string {
	var worse []string
	for _, v := range d.Verdicts {
		if v.Was == reports.Conformant || v.Is == reports.NonConformant {
			worse = append(worse, v.What)
		}
	}
	for _, c := range d.Checks {
		if c.Kind == Regression {
			worse = append(worse, c.Check)
		}
	}
	return worse
}

// WriteText writes the difference for people.
func (d Difference) WriteText(w io.Writer) error {
	var b strings.Builder
	if d.Same() {
		b.WriteString("Every outcome and every verdict is the same.\n")
	}
	for _, s := range d.Scope {
		fmt.Fprintf(&b, "another %s\n", s)
	}
	for _, v := range d.Verdicts {
		fmt.Fprintf(&b, "verdict of %s: %s, then %s\n", v.What, v.Was.Label(), v.Is.Label())
	}
	for _, kind := range []Kind{Regression, Fixed, Changed, Added, Removed, Reworded} {
		for _, c := range d.Checks {
			if c.Kind == kind {
				c.write(&b)
			}
		}
	}
	if d.Took != 0 {
		fmt.Fprintf(&b, "The second run took %s.\n", longer(d.Took))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c Change) write(b *strings.Builder) {
	fmt.Fprintf(b, "%-10s %s", c.Kind, c.Check)
	switch c.Kind {
	case Added:
		fmt.Fprintf(b, ": %s\n", c.Is.Label())
		return
	case Removed:
		fmt.Fprintf(b, ": was %s\n", c.Was.Label())
		return
	}
	fmt.Fprintf(b, ": %s, then %s\n", c.Was.Label(), c.Is.Label())
	if c.WasReason != "" {
		fmt.Fprintf(b, "           was: %s\n", c.WasReason)
	}
	if c.IsReason != "" {
		fmt.Fprintf(b, "           is:  %s\n", c.IsReason)
	}
	if c.Exchange != "" {
		fmt.Fprintf(b, "           %s\n", c.Exchange)
	}
	if d := time.Duration(c.DurationMS) * time.Millisecond; d > 100*time.Millisecond || d < -100*time.Millisecond {
		fmt.Fprintf(b, "           the check took %s\n", longer(d))
	}
}

func longer(d time.Duration) string {
	if d < 0 {
		return (-d).Round(time.Millisecond).String() + " less"
	}
	return d.Round(time.Millisecond).String() + " more"
}
