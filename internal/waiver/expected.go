package waiver

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/reports"
)

// Expected is a check that is known not to pass. It changes no outcome and no verdict:
// it tells a failure that is news from one that is not.
type Expected struct {
	Check   string
	Reason  string
	Expires string // YYYY-MM-DD, the last day on which it is expected
	// Reruns is how often the check is run again when it fails, because it is known to
	// pass at times; 0 for one that always fails.
	Reruns int
}

// mostReruns bounds Expected.Reruns.
const mostReruns = 20

// LoadExpected reads the expected failures in the file at path: a list `expected`, each
// with check, reason, expires and, for a check that fails at times, reruns.
func LoadExpected(path string, now time.Time) ([]Expected, error) {
	var file struct {
		Expected []struct {
			Check, Reason, Expires string
			Reruns                 int
		} `yaml:"expected"`
	}
	if err := read(path, &file); err != nil {
		return nil, err
	}
	if len(file.Expected) == 0 {
		return nil, fmt.Errorf("%s has no expected failure: expected a list named expected, see the README", path)
	}
	var wrong []error
	var all []Expected
	for i, e := range file.Expected {
		at := fmt.Sprintf("%s: entry %d (%s)", path, i+1, cmp.Or(e.Check, "no check"))
		for name, value := range map[string]string{"check": e.Check, "reason": e.Reason, "expires": e.Expires} {
			if strings.TrimSpace(value) == "" {
				wrong = append(wrong, fmt.Errorf("%s lacks %s: expected check, reason and expires", at, name))
			}
		}
		if err := holds(e.Expires, now); err != nil {
			wrong = append(wrong, fmt.Errorf("%s %w", at, err))
		}
		if e.Reruns < 0 || e.Reruns > mostReruns {
			wrong = append(wrong, fmt.Errorf("%s has %d reruns: expected 0 to %d", at, e.Reruns, mostReruns))
		}
		all = append(all, Expected{Check: e.Check, Reason: strings.TrimSpace(e.Reason), Expires: e.Expires, Reruns: e.Reruns})
	}
	slices.SortFunc(all, func(a, b Expected) int { return strings.Compare(a.Check, b.Check) })
	for i := 1; i < len(all); i++ {
		if all[i].Check == all[i-1].Check {
			wrong = append(wrong, fmt.Errorf("%s expects %s twice: expected one entry a check", path, all[i].Check))
		}
	}
	return all, sorted(wrong)
}

// News is what a run found that was not expected.
type News struct {
	Failed []string // failed and nobody expected it
	Never  []string // known to fail at times, and failed each time
	Stale  []string // sentences: expected, and it passed or is not there
	Known  []string // failed as expected
}

// Compare holds the report against what was expected. passedAgain names the checks that
// failed in the run and passed when they were run again.
func Compare(r *reports.Report, expected []Expected, passedAgain []string) News {
	var n News
	byCheck := map[string]Expected{}
	for _, e := range expected {
		byCheck[e.Check] = e
	}
	found := map[string]reports.CheckResult{}
	for _, c := range r.Checks {
		found[c.ID] = c
		e, known := byCheck[c.ID]
		switch {
		case c.Outcome != reports.Failed:
		case !known:
			n.Failed = append(n.Failed, c.ID)
		case e.Reruns > 0 && !slices.Contains(passedAgain, c.ID):
			n.Never = append(n.Never, c.ID)
		default:
			n.Known = append(n.Known, c.ID)
		}
	}
	for _, e := range expected {
		c, there := found[e.Check]
		switch {
		case !there:
			n.Stale = append(n.Stale, fmt.Sprintf("%s is expected to fail and is no check of the run: correct its id, see `mimcheck list`", e.Check))
		case e.Reruns == 0 && c.Outcome == reports.Passed:
			n.Stale = append(n.Stale, fmt.Sprintf("%s is expected to fail and passed: remove it from the file, so that its next failure is seen (%s)", e.Check, e.Reason))
		}
	}
	return n
}
