// Package catalogue puts together what the parts of the project say of each other:
// the checks of every suite, the requirements of every baseline, the reasons why a
// requirement has no check, and ETSI's test purposes. Its test is the gate that
// every check has to pass.
package catalogue

import (
	"slices"

	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/declared"
)

// Registry returns all checks. A check that is bound to a requirement is bound to
// the requirements that inherit from it, too. An error is a fault of the project.
func Registry() (*suites.Registry, error) {
	heirs, err := heirs()
	if err != nil {
		return nil, err
	}
	declared, err := declared.Checks()
	if err != nil {
		return nil, err
	}
	checks := slices.Concat(append(groups(), declared)...)
	for i := range checks {
		checks[i].Requirements = withHeirs(checks[i].Requirements, heirs)
	}
	return suites.NewRegistry(checks)
}

// For returns the checks that give evidence for the baseline, sorted by id.
func For(baselineID string) ([]suites.Check, error) {
	if _, err := baselines.Get(baselineID); err != nil {
		return nil, err
	}
	registry, err := Registry()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(registry.All(), func(c suites.Check) bool {
		return !slices.ContainsFunc(c.Requirements, func(id string) bool {
			baseline, _, _, _ := baselines.SplitID(id)
			return baseline == baselineID
		})
	}), nil
}

// heirs maps a requirement to those of later baselines that inherit its checks.
func heirs() (map[string][]string, error) {
	all, err := baselines.All()
	if err != nil {
		return nil, err
	}
	heirs := map[string][]string{}
	for _, b := range all {
		for _, r := range b.Requirements() {
			for _, from := range r.Inherits {
				heirs[from] = append(heirs[from], r.ID)
			}
		}
	}
	return heirs, nil
}

// withHeirs returns a list of its own, since checks share their lists.
func withHeirs(requirements []string, heirs map[string][]string) []string {
	all := slices.Clone(requirements)
	for _, id := range requirements {
		all = append(all, heirs[id]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
