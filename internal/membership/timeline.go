package membership

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
)

// Change is a MIM's change from one state to another.
type Change struct {
	At       time.Time `json:"at"`
	Baseline string    `json:"baseline"`
	MIM      string    `json:"mim"`
	From     MIMState  `json:"from"` // empty when the MIM begins to bind the member
	To       MIMState  `json:"to"`   // empty when it ends to
	Reason   string    `json:"reason"`
	Runs     []string  `json:"runs"`
}

// Timeline gives every change of the status of a member's MIMs until a time, in
// order: those by what was recorded and those by the passing of days. It says what
// StatusOf would have said at each moment.
func Timeline(events []ledger.Event, decisions []Decision, m Member, until time.Time) ([]Change, error) {
	facts, err := factsUntil(ofStream(events, m.ID), until)
	if err != nil {
		return nil, err
	}
	policy, err := DefaultPolicy()
	if err != nil {
		return nil, err
	}
	var changes []Change
	h, before := newHistory(), []MIMStatus(nil)
	for _, at := range moments(facts, decisions, m, policy) {
		if at.After(until) {
			break
		}
		for len(facts) > 0 && !facts[0].when().After(at) {
			if err := h.add(facts[0]); err != nil {
				return nil, err
			}
			facts = facts[1:]
		}
		now, err := h.status(decisions, m, at)
		if err != nil {
			return nil, err
		}
		changes = append(changes, between(before, now, at)...)
		before = now
	}
	return changes, nil
}

// moments are the times at which a status can change, sorted, each once.
func moments(facts []Fact, decisions []Decision, m Member, p Policy) []time.Time {
	var all []time.Time
	day := func(days ...Date) {
		for _, d := range days {
			if d.Valid() {
				all = append(all, d.Start(), d.End())
			}
		}
	}
	day(m.Since)
	for _, d := range decisions {
		if d.Outcome != Adopted {
			continue
		}
		due := d.due(m.Since)
		day(d.Closed, due.start, due.implement)
		for _, e := range d.Extended {
			day(e.On, e.StartBy, e.ImplementBy)
		}
	}
	for _, f := range facts {
		all = append(all, f.when())
		switch f := f.(type) {
		case *RunRecorded:
			for _, m := range f.MIMs {
				day(DateOf(f.Finished).AddMonths(p.ValidMonths[f.assurance(m)]))
			}
		case *CertificateIssued:
			day(f.ValidUntil)
		case *TimeframeExtended:
			day(f.StartBy, f.ImplementBy)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// between compares the status before and at a time.
func between(before, now []MIMStatus, at time.Time) []Change {
	var changes []Change
	find := func(in []MIMStatus, s MIMStatus) *MIMStatus {
		i := slices.IndexFunc(in, func(o MIMStatus) bool { return o.Baseline == s.Baseline && o.MIM == s.MIM })
		if i < 0 {
			return nil
		}
		return &in[i]
	}
	for _, s := range before {
		if find(now, s) == nil {
			changes = append(changes, Change{at, s.Baseline, s.MIM, s.State, "", "A later baseline has taken its place.", []string{}})
		}
	}
	for _, s := range now {
		old := find(before, s)
		switch {
		case old == nil:
			changes = append(changes, Change{at, s.Baseline, s.MIM, "", s.State, s.Reason, s.Runs})
		case old.State != s.State:
			changes = append(changes, Change{at, s.Baseline, s.MIM, old.State, s.State, s.Reason, s.Runs})
		}
	}
	return changes
}

// WriteTimeline writes the time line of the member with a name until a time, as text
// or as JSON with the fields asOf, member and timeline.
func WriteTimeline(ctx context.Context, w io.Writer, l Reader, name string, asOf time.Time, asJSON bool) error {
	m, decisions, err := NewBoard(l).Find(ctx, name, asOf)
	if err != nil {
		return err
	}
	events, err := l.Events(ctx, m.ID)
	if err != nil {
		return err
	}
	changes, err := Timeline(events, decisions, m, asOf)
	if err != nil {
		return err
	}
	if asJSON {
		m.Aliases = listed(m.Aliases)
		return writeJSON(w, struct {
			AsOf     time.Time `json:"asOf"`
			Member   Member    `json:"member"`
			Timeline []Change  `json:"timeline"`
		}{asOf.UTC(), m, listed(changes)})
	}
	if _, err := fmt.Fprintf(w, "%s until %s\n\n", m.Name, asOf.UTC().Format(time.DateTime+" MST")); err != nil {
		return err
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintf(w, "  No adopted baseline bound it until then; its stage is %s.\n", m.Stage)
		return err
	}
	return writeChanges(w, changes)
}

// writeChanges writes a line for each change, with the MIMs together that changed alike.
func writeChanges(w io.Writer, changes []Change) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := 0; i < len(changes); {
		first, mims := changes[i], []string(nil)
		for ; i < len(changes) && changes[i].alike(first); i++ {
			mims = append(mims, changes[i].MIM)
		}
		fmt.Fprintf(t, "  %s\t%s %s\t%s\t%s\n", DateOf(first.At), first.Baseline, strings.Join(mims, " "), first.label(), first.Reason)
	}
	return t.Flush()
}
