package prove

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports/proof"
	"github.com/oasc/mimcheck/suites"
)

// matrix is which checks a fault reaches, and which of them noticed it.
type matrix struct {
	checks []suites.Check // sorted by id
	faults []faults.Fault // sorted by name
	// By fault: the checks, sorted.
	reached, killed map[string][]string
	// partial: the faults are a choice, so that nothing is said of checks which notice others.
	partial bool
}

// score fills in what the matrix says of faults, checks and requirements.
func (m *matrix) score(r *proof.Report) {
	for _, f := range m.faults {
		r.Faults = append(r.Faults, m.fault(f))
		r.Counts.Judgements += len(m.reached[f.Name])
	}
	outcome := map[string]proof.Outcome{}
	for _, f := range r.Faults {
		outcome[f.Name] = f.Outcome
		switch f.Outcome {
		case proof.Killed:
			r.Counts.Killed++
		case proof.Survived:
			r.Counts.Survived++
		case proof.Equivalent:
			r.Counts.Equivalent++
		}
	}
	r.Checks = m.perCheck()
	r.Requirements = m.perRequirement(outcome)
	r.Counts.Faults, r.Counts.Checks = len(r.Faults), len(r.Checks)
	if judged := r.Counts.Killed + r.Counts.Survived; judged > 0 {
		r.Score = float64(r.Counts.Killed) / float64(judged)
	}
	for _, c := range r.Checks {
		_, ran := m.reached[c.Fault]
		switch {
		case m.partial:
		case c.Killed == 0:
			r.Counts.Idle++
		case c.NeededFor == "":
			r.Counts.Redundant++
		}
		if ran && !c.Named {
			r.Counts.Misnamed++
		}
	}
}

func (m *matrix) fault(f faults.Fault) proof.Fault {
	out := proof.Fault{Name: f.Name, Summary: f.Summary, Outcome: proof.Survived, Reason: equivalent()[f.Name],
		Reached: len(m.reached[f.Name]), KilledBy: append([]string{}, m.killed[f.Name]...)}
	switch {
	case len(out.KilledBy) > 0:
		out.Outcome = proof.Killed
	case out.Reason != "":
		out.Outcome = proof.Equivalent
	}
	return out
}

// set is a set of faults, by their number.
type set []uint64

func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// within says whether all of s is in other.
func (s set) within(other set) bool {
	for i := range s {
		if s[i]&^other[i] != 0 {
			return false
		}
	}
	return true
}

// perCheck finds out what each check is needed for. A check is weaker than another one
// when it runs wherever the other does, and notices some of the faults that the other
// notices and nothing else.
func (m *matrix) perCheck() []proof.Check {
	rows := make([]proof.Check, len(m.checks))
	index := map[string]int{}
	noticed := make([]set, len(m.checks))
	for i, c := range m.checks {
		rows[i] = proof.Check{ID: c.ID, Fault: c.Fault}
		index[c.ID] = i
		noticed[i] = make(set, (len(m.faults)+63)/64)
	}
	for n, f := range m.faults {
		for _, id := range m.reached[f.Name] {
			rows[index[id]].Reached++
		}
		by := m.killed[f.Name]
		for _, id := range by {
			c := &rows[index[id]]
			c.Killed++
			c.Named = c.Named || c.Fault == f.Name
			if len(by) == 1 {
				c.Sole++
			}
			noticed[index[id]].add(n)
		}
	}
	for i := range rows {
		if rows[i].Killed > 0 {
			m.need(rows, noticed, i)
		}
	}
	if m.partial {
		rows = slices.DeleteFunc(rows, func(c proof.Check) bool { return c.Reached == 0 })
	}
	return rows
}

// need tells what check i is needed for: a fault of its own choice first.
func (m *matrix) need(rows []proof.Check, noticed []set, i int) {
	var weaker []int
	for j := range rows {
		if j == i || rows[j].Killed == 0 || !noticed[j].within(noticed[i]) {
			continue
		}
		if rows[j].Killed == rows[i].Killed {
			rows[i].Twins = append(rows[i].Twins, rows[j].ID)
		} else if runsWherever(m.checks[j], m.checks[i]) {
			weaker = append(weaker, j)
		}
	}
	for n, f := range m.faults {
		if noticed[i].has(n) && !slices.ContainsFunc(weaker, func(j int) bool { return noticed[j].has(n) }) &&
			(rows[i].NeededFor == "" || f.Name == rows[i].Fault) {
			rows[i].NeededFor = f.Name
		}
	}
	if rows[i].NeededFor != "" {
		return
	}
	// the strongest of the weaker first, so that the list is short
	slices.SortStableFunc(weaker, func(a, b int) int { return cmp.Compare(rows[b].Killed, rows[a].Killed) })
	left := slices.Clone(noticed[i])
	for _, j := range weaker {
		adds := false
		for n := range left {
			adds = adds || left[n]&noticed[j][n] != 0
			left[n] &^= noticed[j][n]
		}
		if adds {
			rows[i].CoveredBy = append(rows[i].CoveredBy, rows[j].ID)
		}
	}
	slices.Sort(rows[i].CoveredBy)
}

// runsWherever says whether a target that c is run against has check w run against it, too:
// w is of the same suite and asks for no more.
func runsWherever(w, c suites.Check) bool {
	return w.Suite() == c.Suite() && (w.Feature == "" || w.Feature == c.Feature) && (w.Since == "" || w.Since == c.Since) && w.Until == "" &&
		!slices.ContainsFunc(w.Needs, func(n suites.Need) bool { return !c.Has(n) })
}

func (m *matrix) perRequirement(outcome map[string]proof.Outcome) []proof.Requirement {
	of := map[string][]string{} // check -> requirements
	rows := map[string]*proof.Requirement{}
	for _, c := range m.checks {
		of[c.ID] = c.Requirements
		for _, id := range c.Requirements {
			if rows[id] == nil {
				rows[id] = &proof.Requirement{ID: id}
			}
			rows[id].Checks++
		}
	}
	// requirements gives those of the checks, each once.
	requirements := func(checks []string) map[*proof.Requirement]bool {
		found := map[*proof.Requirement]bool{}
		for _, check := range checks {
			for _, id := range of[check] {
				found[rows[id]] = true
			}
		}
		return found
	}
	for _, f := range m.faults {
		for row := range requirements(m.reached[f.Name]) {
			row.Reached++
			switch outcome[f.Name] {
			case proof.Survived:
				row.Survived++
			case proof.Equivalent:
				row.Equivalent++
			}
		}
		for row := range requirements(m.killed[f.Name]) {
			row.Killed++
		}
	}
	var sorted []proof.Requirement
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		sorted = append(sorted, *rows[id])
	}
	return sorted
}

// conclude says whether the checks are proved, and if not, why.
func conclude(r *proof.Report, atLeast float64) {
	not := func(n int, format string, args ...any) {
		if n > 0 {
			r.Reasons = append(r.Reasons, fmt.Sprintf(format, args...))
		}
	}
	if r.Score < atLeast {
		r.Reasons = append(r.Reasons, fmt.Sprintf("%.1f %% of the faults were noticed, and at least %.1f %% should be", 100*r.Score, 100*atLeast))
	}
	not(r.Counts.FalseAlarms, "%d checks did not pass on the platform without a fault", r.Counts.FalseAlarms)
	not(r.Counts.Idle, "%d checks noticed no fault at all, so nothing proves that they can fail", r.Counts.Idle)
	not(r.Counts.Misnamed, "%d checks did not notice the fault that they name", r.Counts.Misnamed)
	not(r.Counts.Redundant, "%d checks are needed for no fault", r.Counts.Redundant)
	wrong := 0
	for _, f := range r.Faults {
		if f.Outcome == proof.Killed && f.Reason != "" {
			wrong++
		}
	}
	not(wrong, "%d faults are noticed that are said to be equivalent", wrong)
	not(len(r.Audit.Missed), "%d times a check noticed a fault that was thought not to reach it", len(r.Audit.Missed))
	r.Proved = len(r.Reasons) == 0
}
