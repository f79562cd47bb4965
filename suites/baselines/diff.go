package baselines

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Difference is what changed from one baseline to another.
type Difference struct {
	From, To Baseline
	// MIMs are the MIMs that are not the same in both, in the order of their numbers.
	MIMs []MIMChange
	// Added and Removed are requirements that only one of the two has.
	Added, Removed []Requirement
	// Changed are requirements that both have, and not alike.
	Changed []RequirementChange
}

// MIMChange is a MIM number that means something else in the two baselines.
type MIMChange struct {
	ID       string
	From, To string // titles; empty where the baseline has no MIM of that number
	// OtherSubject: both baselines have the number, for two subjects. Nothing of
	// the one can be compared to the other, even where keys are the same.
	OtherSubject bool
	// MovedFrom is the number that the subject had in the first baseline, MovedTo
	// the one that it has in the second; empty when it has none there.
	MovedFrom, MovedTo string
}

// RequirementChange is a requirement of both baselines with the fields that differ.
type RequirementChange struct {
	From, To Requirement
	Fields   []string // text, obligation, mechanisms, verification
}

// Diff compares b to a. Requirements are the same when MIM number, subject and key are.
func Diff(a, b Baseline) Difference {
	d := Difference{From: a, To: b}
	for _, id := range mimIDs(a, b) {
		from, inA := a.mim(id)
		to, inB := b.mim(id)
		if inA && inB && from.Subject == to.Subject {
			if from.Title != to.Title {
				d.MIMs = append(d.MIMs, MIMChange{ID: id, From: from.Title, To: to.Title})
			}
			d.compare(from, to)
			continue
		}
		change := MIMChange{ID: id, From: from.Title, To: to.Title, OtherSubject: inA && inB}
		if inA {
			change.MovedTo = b.number(from.Subject)
		}
		if inB {
			change.MovedFrom = a.number(to.Subject)
		}
		d.MIMs = append(d.MIMs, change)
		d.Removed = append(d.Removed, from.Requirements()...)
		d.Added = append(d.Added, to.Requirements()...)
	}
	return d
}

// compare takes two MIMs of one number and subject apart, requirement by requirement.
func (d *Difference) compare(a, b MIM) {
	before := map[string]Requirement{}
	for _, r := range a.Requirements() {
		before[r.Key()] = r
	}
	after := map[string]bool{}
	for _, to := range b.Requirements() {
		after[to.Key()] = true
		from, had := before[to.Key()]
		if !had {
			d.Added = append(d.Added, to)
			continue
		}
		if fields := differing(from, to); len(fields) > 0 {
			d.Changed = append(d.Changed, RequirementChange{From: from, To: to, Fields: fields})
		}
	}
	for _, from := range a.Requirements() {
		if !after[from.Key()] {
			d.Removed = append(d.Removed, from)
		}
	}
}

func differing(a, b Requirement) []string {
	var fields []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"text", a.Text == b.Text},
		{"obligation", a.Obligation == b.Obligation},
		{"mechanisms", slices.Equal(a.Mechanisms, b.Mechanisms)},
		{"verification", a.Verification == b.Verification},
	} {
		if !f.same {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// Empty says that nothing changed.
func (d Difference) Empty() bool {
	return len(d.MIMs)+len(d.Added)+len(d.Removed)+len(d.Changed) == 0
}

// WriteText writes Text to w.
func (d Difference) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, d.Text())
	return err
}

// Text renders the difference for a terminal, one change a line, ending in a newline.
func (d Difference) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "From %s (%s, %s) to %s (%s, %s)\n", d.From.ID, d.From.Status, d.From.Date, d.To.ID, d.To.Status, d.To.Date)
	if d.Empty() {
		b.WriteString("Nothing differs.\n")
		return b.String()
	}
	section := func(title string, n int) {
		if n > 0 {
			fmt.Fprintf(&b, "\n%s (%d)\n", title, n)
		}
	}
	section("MIMs", len(d.MIMs))
	for _, m := range d.MIMs {
		fmt.Fprintf(&b, "  %s\n", m.text())
	}
	section("Requirements removed", len(d.Removed))
	for _, r := range d.Removed {
		fmt.Fprintf(&b, "  - %s %s: %s\n", r.short(), r.Obligation, r.Text)
	}
	section("Requirements added", len(d.Added))
	for _, r := range d.Added {
		fmt.Fprintf(&b, "  + %s %s: %s\n", r.short(), r.Obligation, r.Text)
	}
	section("Requirements changed", len(d.Changed))
	for _, c := range d.Changed {
		fmt.Fprintf(&b, "  ~ %s: %s\n", c.To.short(), strings.Join(c.Fields, ", "))
		for _, field := range c.Fields {
			fmt.Fprintf(&b, "      - %s\n      + %s\n", c.From.field(field), c.To.field(field))
		}
	}
	return b.String()
}

func (m MIMChange) text() string {
	moved := ""
	if m.MovedTo != "" && m.From != "" {
		moved += fmt.Sprintf("; %s is %s now", m.From, m.MovedTo)
	}
	if m.MovedFrom != "" && m.To != "" {
		moved += fmt.Sprintf("; %s was %s", m.To, m.MovedFrom)
	}
	switch {
	case m.From == "":
		return fmt.Sprintf("+ %s %s%s", m.ID, m.To, moved)
	case m.To == "":
		return fmt.Sprintf("- %s %s%s", m.ID, m.From, moved)
	case m.OtherSubject:
		return fmt.Sprintf("! %s: same number, other subject: %s, then %s%s", m.ID, m.From, m.To, moved)
	}
	return fmt.Sprintf("~ %s: %s is called %s", m.ID, m.From, m.To)
}

// short is the id without its baseline.
func (r Requirement) short() string {
	_, mim, key, _ := SplitID(r.ID)
	return mim + "/" + key
}

func (r Requirement) field(name string) string {
	switch name {
	case "text":
		return r.Text
	case "obligation":
		return r.Obligation
	case "mechanisms":
		return strings.Join(r.Mechanisms, "; ")
	}
	return r.Verification
}

func (b Baseline) mim(id string) (MIM, bool) {
	i := slices.IndexFunc(b.MIMs, func(m MIM) bool { return m.ID == id })
	if i < 0 {
		return MIM{}, false
	}
	return b.MIMs[i], true
}

// number is the id of the MIM about the subject, empty when there is none.
func (b Baseline) number(subject string) string {
	i := slices.IndexFunc(b.MIMs, func(m MIM) bool { return m.Subject == subject })
	if i < 0 {
		return ""
	}
	return b.MIMs[i].ID
}

// mimIDs are the MIM ids of both, each once, by number: MIM2 before MIM10.
func mimIDs(a, b Baseline) []string {
	var ids []string
	for _, m := range slices.Concat(a.MIMs, b.MIMs) {
		ids = append(ids, m.ID)
	}
	slices.SortFunc(ids, func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
	return slices.Compact(ids)
}
