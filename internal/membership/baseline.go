package membership

import (
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/suites/baselines"
)

// baseline is what of a baseline counts here.
type baseline struct {
	baselines.Baseline
	// obliges says, for each MIM in order, whether any of its requirements is
	// mandatory: a MIM of which none is obliges nobody to implement it.
	obliges []bool
}

// known are the baselines of this program by id: reading them anew for every
// member would cost more than everything else.
var known = sync.OnceValues(func() (map[string]baseline, error) {
	all, err := baselines.All()
	byID := make(map[string]baseline, len(all))
	for _, b := range all {
		obliges := make([]bool, len(b.MIMs))
		for i, m := range b.MIMs {
			obliges[i] = slices.ContainsFunc(m.Requirements(), func(r baselines.Requirement) bool { return r.Obligation == baselines.Mandatory })
		}
		byID[b.ID] = baseline{b, obliges}
	}
	return byID, err
})

// baselineOf finds a baseline of this program.
func baselineOf(id string) (baseline, error) {
	all, err := known()
	if err != nil {
		return baseline{}, err
	}
	b, ok := all[id]
	if !ok {
		return b, breach(RuleKnownBaseline, "%.80q is none: expected one of %s", id, strings.Join(baselines.IDs(), ", "))
	}
	return b, nil
}

// knownMIMs checks that MIMs are of a baseline, each once.
func knownMIMs(baseline string, mims ...string) error {
	b, err := baselineOf(baseline)
	if err != nil {
		return err
	}
	ids := make([]string, len(b.MIMs))
	for i, m := range b.MIMs {
		ids[i] = m.ID
	}
	for i, m := range mims {
		if !slices.Contains(ids, m) {
			return breach(RuleKnownMIM, "%.40q is none of %s: expected one of %s", m, baseline, strings.Join(ids, ", "))
		}
		if slices.Contains(mims[:i], m) {
			return breach(RuleOnce, "%s is given twice", m)
		}
	}
	return nil
}
