package proof

import (
	"fmt"
	"strings"
)

// list is what a reader has to look at, line by line.
type list struct {
	title string
	lines []string
}

// lists are the lists that are not empty, the worst first.
func (r *Report) lists() []list {
	var alarms, survived, wrong, equivalent, missed, idle, misnamed, redundant, twins, omitted []string
	for _, a := range r.FalseAlarms {
		alarms = append(alarms, fmt.Sprintf("%s, seed %d: %s: %s", a.Check, a.Seed, a.Outcome, a.Reason))
	}
	for _, f := range r.Faults {
		switch {
		case f.Outcome == Survived && r.partial(): // other checks may notice it
		case f.Outcome == Survived:
			survived = append(survived, fmt.Sprintf("%s, which %s (%d checks could have)", f.Name, f.Summary, f.Reached))
		case f.Outcome == Equivalent:
			equivalent = append(equivalent, fmt.Sprintf("%s, which %s: %s", f.Name, f.Summary, f.Reason))
		case f.Reason != "":
			wrong = append(wrong, fmt.Sprintf("%s: noticed by %s", f.Name, some(f.KilledBy)))
		}
	}
	for _, m := range r.Audit.Missed {
		missed = append(missed, m.Check+" noticed "+m.Fault)
	}
	ran := map[string]bool{}
	for _, f := range r.Faults {
		ran[f.Name] = true
	}
	for _, c := range r.Checks {
		switch {
		case len(r.Run.Faults) > 0: // other faults may be what the check is for
		case c.Killed == 0:
			idle = append(idle, c.ID)
		case c.NeededFor == "":
			redundant = append(redundant, c.ID+": "+some(c.CoveredBy)+" notice as much")
		}
		if ran[c.Fault] && !c.Named {
			misnamed = append(misnamed, c.ID+" names "+c.Fault)
		}
		if len(c.Twins) > 0 && len(r.Run.Faults) == 0 && c.ID < c.Twins[0] {
			twins = append(twins, c.ID+" and "+some(c.Twins))
		}
	}
	for _, o := range r.Omitted {
		omitted = append(omitted, o.Check+": "+o.Reason)
	}
	var out []list
	for _, l := range []list{
		{"False alarms: checks that did not pass on the platform without a fault", alarms},
		{"Survivors: faults that no check noticed", survived},
		{"Faults that are said to be equivalent and were noticed", wrong},
		{"Short cut: checks that noticed a fault which was thought not to reach them", missed},
		{"Checks that noticed nothing", idle},
		{"Checks that did not notice the fault they name", misnamed},
		{"Checks that are needed for no fault, since weaker ones notice as much together", redundant},
		{"Checks that notice the very same faults", twins},
		{"Equivalent faults", equivalent},
		{"Checks left out", omitted},
	} {
		if len(l.lines) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// some joins the first names of a list.
func some(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// summary is the whole in a line.
func (r *Report) summary() string {
	scope := ""
	if n := len(r.OutOfScope); n > 0 {
		scope = fmt.Sprintf(" (%d more reach none of the selected checks)", n)
	}
	return fmt.Sprintf("%d faults%s: %d killed, %d survived, %d equivalent: %.1f %%; %d checks, %d false alarms in %d runs without a fault; %d judgements in %.0f s",
		r.Counts.Faults, scope, r.Counts.Killed, r.Counts.Survived, r.Counts.Equivalent, 100*r.Score,
		r.Counts.Checks, r.Counts.FalseAlarms, r.Run.Seeds+1, r.Counts.Judgements, float64(r.Run.DurationMS)/1000)
}

// escape keeps a line from being read as Markdown or HTML, and on one line.
func escape(line string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "\n", " ", "|", `\|`).Replace(line)
}

// partial says whether some of the checks were left out by choice, and no fault was asked about.
func (r *Report) partial() bool {
	return (r.Run.Filter != "" || len(r.Run.Baselines) > 0) && len(r.Run.Faults) == 0
}
