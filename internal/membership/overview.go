package membership

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/oasc/mimcheck/internal/ledger"
)

// Reader reads the events of a ledger, verified: *ledger.Ledger.
type Reader interface {
	Events(ctx context.Context, streams ...string) ([]ledger.Event, error)
	Since(ctx context.Context, head ledger.Head, f func(ledger.Event) error) error
}

// Overview is the status of members at a time.
type Overview struct {
	AsOf    time.Time      `json:"asOf"`
	Members []MemberStatus `json:"members"` // sorted by id
}

// MemberStatus is the status of one member.
type MemberStatus struct {
	Member Member      `json:"member"`
	MIMs   []MIMStatus `json:"mims"` // by baseline in the order of adoption, then as the baseline has them
}

// ReadOverview computes the status of the member with a name, or with an empty name
// of all members, from a ledger as it was at a time.
func ReadOverview(ctx context.Context, l Reader, name string, asOf time.Time) (Overview, error) {
	o := Overview{AsOf: asOf.UTC()}
	events, err := l.Events(ctx)
	if err != nil {
		return o, err
	}
	s, err := FoldState(events, asOf)
	if err != nil {
		return o, err
	}
	r, err := s.Register()
	if err != nil {
		return o, err
	}
	members := r.Members()
	if name != "" {
		m, err := r.Find(name)
		if err != nil {
			return o, err
		}
		members = []Member{m}
	}
	byStream := map[string][]ledger.Event{}
	for _, e := range events {
		byStream[e.Stream] = append(byStream[e.Stream], e)
	}
	decisions := s.Decisions()
	for _, m := range members {
		mims, err := StatusOf(byStream[m.ID], decisions, m, asOf)
		if err != nil {
			return o, err
		}
		o.Members = append(o.Members, MemberStatus{m, mims})
	}
	return o, nil
}

// FindIn resolves a name in the register as a ledger has it at a time: the printed
// list and those who signed a letter, or were listed, since.
func FindIn(ctx context.Context, l Reader, name string, asOf time.Time) (Member, error) {
	m, _, err := NewBoard(l).Find(ctx, name, asOf)
	return m, err
}

// ReadState computes the state at a time from all events of a ledger.
func ReadState(ctx context.Context, l Reader, asOf time.Time) (*State, error) {
	events, err := l.Events(ctx)
	if err != nil {
		return nil, err
	}
	return FoldState(events, asOf)
}

// WriteStatus writes the status of a member, or with an empty name of all, at a
// time, as text or as JSON.
func WriteStatus(ctx context.Context, w io.Writer, l Reader, name string, asOf time.Time, asJSON bool) error {
	var o Overview
	var err error
	if b := NewBoard(l); name == "" {
		o, err = b.Overview(ctx, asOf)
	} else {
		o, err = b.Member(ctx, name, asOf)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return o.JSON(w)
	}
	return o.Text(w)
}

// JSON writes the overview as JSON; lists are never null.
func (o Overview) JSON(w io.Writer) error {
	members := make([]MemberStatus, len(o.Members))
	for i, m := range o.Members {
		m.Member.Aliases, m.MIMs = listed(m.Member.Aliases), listed(m.MIMs)
		members[i] = m
	}
	o.Members = members
	return writeJSON(w, o)
}

// writeJSON writes a value as indented JSON.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// Text writes a table with a line for each member, or for one member everything.
func (o Overview) Text(w io.Writer) error {
	if len(o.Members) == 1 {
		return o.one(w, o.Members[0])
	}
	return o.table(w)
}

// table has one part for each baseline and a line for each member.
func (o Overview) table(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Implementation responsibility of %d members as of %s\n", len(o.Members), o.AsOf.Format(time.DateTime+" MST"))
	var baselines []string
	columns := map[string][]string{} // MIMs by baseline
	for _, m := range o.Members {
		for _, s := range m.MIMs {
			if !slices.Contains(baselines, s.Baseline) {
				baselines = append(baselines, s.Baseline)
			}
			if !slices.Contains(columns[s.Baseline], s.MIM) {
				columns[s.Baseline] = append(columns[s.Baseline], s.MIM)
			}
		}
	}
	for _, baseline := range baselines {
		if err := o.part(&b, baseline, columns[baseline]); err != nil {
			return err
		}
	}
	b.WriteString("\nThe reasons, the runs and the next steps: mimcheck status --member NAME\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (o Overview) part(b *strings.Builder, baseline string, mims []string) error {
	fmt.Fprintf(b, "\nbaseline %s\n\n", baseline)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "MEMBER\tCOUNTRY\t%s\n", strings.Join(mims, "\t"))
	count := map[MIMState]int{}
	for _, m := range o.Members {
		cells := make([]string, len(mims))
		for i := range cells {
			cells[i] = "-"
		}
		if m.Member.Stage != IsMember {
			cells[0] = fmt.Sprintf("- (%s)", m.Member.Stage)
		}
		for _, s := range m.MIMs {
			if s.Baseline == baseline {
				cells[slices.Index(mims, s.MIM)] = s.label()
				count[s.State]++
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", m.Member.Name, m.Member.Country, strings.Join(cells, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var counts []string
	for _, s := range MIMStates() {
		if count[s] > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", count[s], s))
		}
	}
	fmt.Fprintf(b, "\nin all: %s\n", strings.Join(counts, ", "))
	return nil
}

func (o Overview) one(w io.Writer, m MemberStatus) error {
	var b strings.Builder
	place := m.Member.Country
	if m.Member.Chapter != "" {
		place = m.Member.Chapter + " chapter"
	}
	fmt.Fprintf(&b, "%s (%s) as of %s\n", m.Member.Name, place, o.AsOf.Format(time.DateTime+" MST"))
	if len(m.MIMs) == 0 {
		fmt.Fprintf(&b, "\nNo adopted baseline binds it at that time; its stage is %s.\n", m.Member.Stage)
	}
	for i, s := range m.MIMs {
		if i == 0 || m.MIMs[i-1].Baseline != s.Baseline {
			fmt.Fprintf(&b, "\nbaseline %s\n", s.Baseline)
		}
		title := fmt.Sprintf("%s %s", s.MIM, s.Title)
		fmt.Fprintf(&b, "\n  %s%s  %s\n", title, strings.Repeat(" ", max(0, 46-utf8.RuneCountInString(title))), s.label())
		fmt.Fprintf(&b, "    why    %s\n", s.Reason)
		fmt.Fprintf(&b, "    next   %s\n", s.Next)
		if len(s.Runs) > 0 {
			fmt.Fprintf(&b, "    runs   %s (of %d recorded)\n", strings.Join(s.Runs, ", "), s.Recorded)
		}
		if s.Share.Mandatory > 0 {
			fmt.Fprintf(&b, "    share  %s\n", s.Share)
		}
		if s.Obliges {
			fmt.Fprintf(&b, "    due    start by %s, implement by %s", s.StartBy, s.ImplementBy)
			if len(s.Extensions) > 0 {
				fmt.Fprintf(&b, " (extended: %s)", strings.Join(s.Extensions, "; "))
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// label is the state, and for what is overdue how far it got.
func (s MIMStatus) label() string {
	if s.State == Overdue && s.Progress != NotStarted {
		return fmt.Sprintf("%s (%s)", s.State, s.Progress)
	}
	return string(s.State)
}
