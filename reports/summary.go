package reports

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Draft says whether the baseline is anything less than approved.
func (b BaselineRef) Draft() bool { return b.Status != "approved" }

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

// Waiver is the agreed exception for the check, nil when there is none.
func (r *Report) Waiver(check string) *Waiver {
	for i := range r.Waivers {
		if r.Waivers[i].Check == check {
			return &r.Waivers[i]
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

// needDeclarations is the need, as package suites writes it, of checks that read
// declarations.
const needDeclarations = "declarations"

// Declared says that what the check finds was declared and not tested.
func (c CheckResult) Declared() bool { return slices.Contains(c.Needs, needDeclarations) }
