package membership

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// RunRecorded is the fact that a run of the harness was made for a member.
type RunRecorded struct {
	Member         string    `json:"member"`
	Run            string    `json:"run"`    // the run's id
	Report         string    `json:"report"` // SHA-256 of the report's canonical JSON, hex
	Baseline       string    `json:"baseline"`
	BaselineSHA256 string    `json:"baselineSha256"`
	Target         string    `json:"target"` // name of the platform
	Profile        string    `json:"profile"`
	Assurance      Assurance `json:"assurance"`
	Started        time.Time `json:"started"`
	Finished       time.Time `json:"finished"`
	// Partial: the run was interrupted, or only some checks of a MIM were selected.
	Partial bool            `json:"partial,omitempty"`
	Verdict reports.Verdict `json:"verdict"`
	MIMs    []RunMIM        `json:"mims"` // those that the run tried, in the baseline's order
}

// RunMIM is what a run found for one MIM.
type RunMIM struct {
	MIM     string          `json:"mim"`
	Claimed bool            `json:"claimed"`
	Verdict reports.Verdict `json:"verdict"`
	// Of the MIM's mandatory requirements, those found conformant.
	Conformant int `json:"conformant"`
	Mandatory  int `json:"mandatory"`
	// Of the checks of its mandatory requirements that apply, those that passed.
	Passed int `json:"passed"`
	Checks int `json:"checks"`
	// Declared: all that its verdict rests on was declared, and nothing of it tested.
	Declared bool `json:"declared,omitempty"`
}

// assurance is that of what the run found for a MIM: a harness that read declarations
// has seen that they were made, whoever ran it.
func (f RunRecorded) assurance(m RunMIM) Assurance {
	if m.Declared {
		return SelfDeclared
	}
	return f.Assurance
}

// referenceProfile is that of runs against the harness's own reference platform:
// an exercise, which proves nothing about a member's platform.
const referenceProfile = "reference"

var (
	runForm    = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (f RunRecorded) kind() string    { return "RunRecorded" }
func (f RunRecorded) stream() string  { return f.Member }
func (f RunRecorded) key() string     { return "run:" + f.Run }
func (f RunRecorded) when() time.Time { return f.Finished }

func (f RunRecorded) reads() []string { return nil }

// keys: that the member is on the register is enough; its runs, which may be thousands,
// are not read for each one that is added.
func (f RunRecorded) keys() []string { return []string{letterKey(f.Member)} }

func (f RunRecorded) allowed(_, now *State) error {
	if _, err := now.known(f.Member); err != nil {
		return err
	}
	switch {
	case !runForm.MatchString(f.Run):
		return breach(RuleRun, "its id is %.120q: expected at most 100 letters, digits and ._-", f.Run)
	case !digestForm.MatchString(f.Report):
		return breach(RuleRun, "the digest of its report is %.80q: expected SHA-256 in 64 hexadecimal digits", f.Report)
	case f.Started.IsZero() || f.Finished.Before(f.Started):
		return breach(RuleDate, "the run started %s and finished %s", f.Started.Format(time.RFC3339), f.Finished.Format(time.RFC3339))
	case f.Assurance != SelfTested && f.Assurance != Witnessed:
		return breach(RuleRun, "its assurance is %.20q: expected selfTested or witnessed", f.Assurance)
	case !f.Verdict.Valid():
		return breach(RuleRun, "its verdict is %.20q", f.Verdict)
	case f.Profile != "observe" && f.Profile != "sandbox" && f.Profile != referenceProfile:
		return breach(RuleRun, "its profile is %.20q: expected observe, sandbox or reference", f.Profile)
	}
	if err := sayable("the name of the platform", f.Target); err != nil {
		return err
	}
	b, err := baselineOf(f.Baseline)
	if err != nil {
		return err
	}
	if b.SHA256 != f.BaselineSHA256 {
		return breach(RuleKnownBaseline, "the run was judged against a %s with the digest %.12s…, this program's has %.12s…: use the program that made the run", f.Baseline, f.BaselineSHA256, b.SHA256)
	}
	var ids []string
	for _, m := range f.MIMs {
		ids = append(ids, m.MIM)
		if !m.Verdict.Valid() || min(m.Conformant, m.Passed) < 0 || m.Conformant > m.Mandatory || m.Passed > m.Checks {
			return breach(RuleRun, "what it found for %s contradicts itself: %+v", m.MIM, m)
		}
		if m.Verdict == reports.Conformant && m.Conformant < m.Mandatory {
			return breach(RuleRun, "it calls %s conformant with %d of %d mandatory requirements", m.MIM, m.Conformant, m.Mandatory)
		}
	}
	return knownMIMs(f.Baseline, ids...)
}

func (f RunRecorded) apply(s *State) { s.runs[f.Run] = f }

// Record enters a report's run as one that the member made itself (selfTested).
// What it refuses, beside what Enter does: a report that is not valid, one made for
// another member, a baseline that is not this program's. A run that was
// interrupted, or is inconclusive, is recorded as what it is.
func Record(ctx context.Context, l *ledger.Ledger, m Member, r *reports.Report) (ledger.Event, error) {
	f, err := runOf(m, r)
	if err != nil {
		return ledger.Event{}, err
	}
	return Enter(ctx, l, f)
}

func runOf(m Member, r *reports.Report) (RunRecorded, error) {
	encoded, err := reports.Encode(r)
	if err != nil {
		return RunRecorded{}, &RuleError{Rule: RuleRun, Seen: err.Error(), Err: err}
	}
	if r.Target.Member != "" && folded(r.Target.Member) != folded(m.Name) && r.Target.Member != m.ID {
		return RunRecorded{}, breach(RuleRun, "the run was made for %q, not for %s", r.Target.Member, m.Name)
	}
	digest := sha256.Sum256(encoded)
	f := RunRecorded{
		Member: m.ID, Run: r.Run.ID, Report: hex.EncodeToString(digest[:]),
		Baseline: r.Baseline.ID, BaselineSHA256: r.Baseline.SHA256, Target: r.Target.Name,
		Profile: r.Run.Profile, Assurance: SelfTested,
		Started: r.Run.Started.UTC(), Finished: r.Run.Finished.UTC(),
		Partial: r.Run.Interrupted || r.Selection.Filter != "", Verdict: r.Verdict.Verdict,
	}
	for _, judged := range r.Verdict.MIMs {
		if found, tried := mimOf(r, judged); tried {
			f.MIMs = append(f.MIMs, found)
		}
	}
	return f, nil
}

// mimOf counts what a report says about a MIM. tried: at least one of its checks
// was made, whatever it found.
func mimOf(r *reports.Report, judged reports.MIMJudge) (found RunMIM, tried bool) {
	found = RunMIM{MIM: judged.ID, Claimed: judged.Claimed, Verdict: judged.Verdict, Declared: judged.Declared}
	var mandatory []string
	for _, c := range judged.Capabilities {
		for _, q := range c.Requirements {
			if q.Obligation != baselines.Mandatory {
				continue
			}
			mandatory = append(mandatory, q.ID)
			found.Mandatory++
			if q.Verdict == reports.Conformant {
				found.Conformant++
			}
		}
	}
	prefix := r.Baseline.ID + "/" + judged.ID + "/"
	for _, c := range r.Checks {
		ofMIM := func(q string) bool { return strings.HasPrefix(q, prefix) }
		if !slices.ContainsFunc(c.Requirements, ofMIM) {
			continue
		}
		made := c.Outcome == reports.Passed || c.Outcome == reports.Failed || c.Outcome == reports.CantTell
		tried = tried || made
		if c.Outcome != reports.Inapplicable && slices.ContainsFunc(c.Requirements, func(q string) bool { return slices.Contains(mandatory, q) }) {
			found.Checks++
			if c.Outcome == reports.Passed {
				found.Passed++
			}
		}
	}
	return found, tried
}
