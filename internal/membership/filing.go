package membership

import (
	"context"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/reports"
)

// BundleFiled is the fact that a member gave the bundle of a run of its own to the
// Working Group, to be certified.
type BundleFiled struct {
	Member string `json:"member"`
	Run    string `json:"run"`
	Bundle string `json:"bundle"` // the root of the bundle's hash tree, hex SHA-256
	By     string `json:"by"`     // who filed it for the member
	On     Date   `json:"on"`
}

func (f BundleFiled) kind() string    { return "BundleFiled" }
func (f BundleFiled) stream() string  { return f.Member }
func (f BundleFiled) key() string     { return "filed:" + f.Run }
func (f BundleFiled) when() time.Time { return f.On.Start() }
func (f BundleFiled) reads() []string { return []string{f.Member} }

func (f BundleFiled) allowed(_, now *State) error {
	if _, err := now.member(f.Member); err != nil {
		return err
	}
	if err := said("who files it", f.By); err != nil {
		return err
	}
	run, ok := now.runs[f.Run]
	switch {
	case !digestForm.MatchString(f.Bundle):
		return breach(RuleFiling, "the digest of its bundle is %.80q: expected SHA-256 in 64 hexadecimal digits", f.Bundle)
	case !ok || run.Member != f.Member:
		return breach(RuleFiling, "no run %.100q is recorded for %s", f.Run, f.Member)
	case DateOf(run.Finished) > f.On:
		return breach(RuleDate, "the run %s ended on %s, after it was filed on %s", f.Run, DateOf(run.Finished), f.On)
	}
	return nil
}

func (f BundleFiled) apply(s *State) { s.filed[f.Run] = f }

// File enters a report's run, if it is not recorded yet, and that its bundle was filed.
func File(ctx context.Context, l *ledger.Ledger, m Member, r *reports.Report, f BundleFiled) ([]ledger.Event, error) {
	f.Member, f.Run = m.ID, r.Run.ID
	return EnterWithRuns(ctx, l, m, []*reports.Report{r}, f)
}

// EnterWithRuns enters a fact about runs of a member after those of the runs that are not
// recorded yet. One that is recorded with another report is a breach.
func EnterWithRuns(ctx context.Context, l *ledger.Ledger, m Member, runs []*reports.Report, f Fact) ([]ledger.Event, error) {
	s, err := ReadState(ctx, l, forever)
	if err != nil {
		return nil, err
	}
	var facts []Fact
	for _, r := range runs {
		run, err := runOf(m, r)
		if err != nil {
			return nil, err
		}
		switch known, ok := s.runs[run.Run]; {
		case !ok:
			facts = append(facts, run)
			s.runs[run.Run] = run
		case known.Report != run.Report || known.Member != run.Member:
			return nil, breach(RuleRun, "the run %s is recorded for %s with another report (digest %.12s…, this one has %.12s…)", run.Run, known.Member, known.Report, run.Report)
		}
	}
	return EnterAll(ctx, l, append(facts, f)...)
}
