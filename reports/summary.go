package reports

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Meaning says in one or two sentences what the verdict of the report means.
func (r *Report) Meaning() string {
	platform := "the platform"
	if r.Target.Name != "" {
		platform = r.Target.Name
	}
	switch r.Verdict.Verdict {
	case Conformant:
		return fmt.Sprintf("Within the scope below, %s meets everything that this baseline obliges it to: nothing that counts for the verdict failed or was left open.", platform)
	case NonConformant:
		if r.Counts.Failed == 0 {
			return fmt.Sprintf("Within the scope below, %s does not meet everything that this baseline obliges it to.", platform)
		}
		return fmt.Sprintf("In %s, %s answered, and not as the standard says. What failed is listed first.", Plural(r.Counts.Failed, "check", "checks"), platform)
	case Inconclusive:
		return fmt.Sprintf("This run allows no verdict on %s: too much could not be judged or was not tested. That is neither a pass nor a fail.", platform)
	case NotApplicable:
		return fmt.Sprintf("Nothing in this baseline obliges %s within the scope below, so there is nothing to conform to. That is not a pass.", platform)
	}
	return fmt.Sprintf("The verdict %q is unknown to this program: read the report with the mimcheck that made it.", r.Verdict.Verdict)
}

// Caveats are the sentences that have to stand beside the verdict wherever it is
// shown: what makes it weaker than it looks.
func (r *Report) Caveats() []string {
	var c []string
	if r.Baseline.Draft() {
		c = append(c, "The baseline is a draft that can still change: the verdict says where the platform stands against this draft, and is no conformance to an approved baseline.")
	}
	if n := r.Counts.Failed; n > 0 && r.Verdict.Verdict == Conformant {
		c = append(c, fmt.Sprintf("%s failed. None counts for the verdict, because what they are about is not obligatory for this platform.", Plural(n, "check", "checks")))
	}
	for _, w := range r.Waivers {
		c = append(c, w.String())
	}
	if r.Run.Interrupted {
		c = append(c, "The run was interrupted: what had not run by then is reported as not tested.")
	}
	if r.Selection.Filter != "" || len(r.Selection.MIMs) > 0 {
		c = append(c, "Only a part was selected for this run: "+r.Selection.String()+".")
	}
	if n := len(r.Cleanup.Left); n > 0 {
		c = append(c, fmt.Sprintf("The run left %s on the platform that it created and could not remove.", Plural(n, "thing", "things")))
	}
	return c
}

// String is the waiver in a sentence.
func (w Waiver) String() string {
	if !w.Applied {
		return fmt.Sprintf("The waiver of %s (until %s, by %s) was not needed: the check's outcome is %q.", w.Check, w.Expires, w.Owner, w.Outcome.Label())
	}
	return fmt.Sprintf("Waived until %s by %s: %s (outcome %q) does not count for the verdict. Reason: %s", w.Expires, w.Owner, w.Check, w.Outcome.Label(), w.Reason)
}

// Draft says whether the baseline is anything less than approved.
func (b BaselineRef) Draft() bool { return b.Status != "approved" }

// String is the selection in words.
func (s Selection) String() string {
	var parts []string
	if len(s.MIMs) > 0 {
		parts = append(parts, "the suites "+strings.Join(s.MIMs, ", "))
	}
	if s.Filter != "" {
		parts = append(parts, "the checks that match "+s.Filter)
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(parts, ", and of them ")
}

// Reproduce is the command line that repeats the run: the one that the run
// recorded, or else one made from its settings.
func (r *Report) Reproduce() string {
	if r.Run.Command != "" {
		return r.Run.Command
	}
	words := []string{r.Tool.Name, "run"}
	option := func(name, value string) { words = append(words, "--"+name, shellQuote(value)) }
	if r.Run.Profile != "reference" { // whose target is built in, at a fresh address
		if urls := slices.Collect(maps.Values(r.Target.Endpoints)); len(urls) == 1 {
			option("url", urls[0])
		} else {
			option("target", "target.yaml")
		}
		option("profile", r.Run.Profile)
	}
	option("baseline", r.Baseline.ID)
	for _, m := range r.Selection.MIMs {
		option("mim", m)
	}
	if r.Selection.Filter != "" {
		option("filter", r.Selection.Filter)
	}
	option("seed", strconv.FormatUint(r.Run.Seed, 10))
	option("concurrency", strconv.Itoa(r.Run.Concurrency))
	rate := strconv.FormatFloat(r.Run.Rate, 'g', -1, 64)
	if r.Run.Rate == 0 {
		rate = "-1" // the command line's unlimited
	}
	option("rate", rate)
	return strings.Join(words, " ")
}

// shellQuote quotes s for a POSIX shell where it has to be.
func shellQuote(s string) string {
	safe := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_./:@%+,=", c)
	}
	if s != "" && strings.IndexFunc(s, func(c rune) bool { return !safe(c) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Exchange is the exchange of the check with number seq, nil when it has none.
func (c *CheckResult) Exchange(seq int) *Exchange {
	for i := range c.Exchanges {
		if c.Exchanges[i].Seq == seq {
			return &c.Exchanges[i]
		}
	}
	return nil
}

// Group is the checks of one topic of a suite.
type Group struct {
	MIM    string
	Name   string
	Checks []CheckResult
	Counts Counts
}

// Groups sorts checks into their groups, by MIM and name; checks keep their order.
func Groups(checks []CheckResult) []Group {
	var groups []Group
	at := map[[2]string]int{}
	for _, c := range checks {
		key := [2]string{c.MIM, c.Group}
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, Group{MIM: c.MIM, Name: c.Group})
		}
		groups[i].Checks = append(groups[i].Checks, c)
	}
	for i := range groups {
		groups[i].Counts = Count(groups[i].Checks)
	}
	slices.SortStableFunc(groups, func(a, b Group) int {
		if c := compareMIMs(a.MIM, b.MIM); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return groups
}

// Reason is the checks that have one outcome for the same reason.
type Reason struct {
	Text   string
	Checks []CheckResult
}

// Reasons groups checks by their reason: the reason of most checks first, then
// in the order in which they come.
func Reasons(checks []CheckResult) []Reason {
	var reasons []Reason
	at := map[string]int{}
	for _, c := range checks {
		i, ok := at[c.Reason]
		if !ok {
			i = len(reasons)
			at[c.Reason] = i
			reasons = append(reasons, Reason{Text: c.Reason})
		}
		reasons[i].Checks = append(reasons[i].Checks, c)
	}
	slices.SortStableFunc(reasons, func(a, b Reason) int { return len(b.Checks) - len(a.Checks) })
	return reasons
}

// Took is how long the run lasted.
func (r Run) Took() time.Duration { return r.Finished.Sub(r.Started) }

// Plural is n with the word that fits it: "1 check", "2 checks", "no checks".
func Plural(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
