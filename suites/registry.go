package suites

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Registry is the set of all checks, sorted by id.
type Registry struct{ checks []Check }

// NewRegistry collects checks and refuses a set that no run should use: see Gate
// for what is asked of each.
func NewRegistry(groups ...[]Check) (*Registry, error) {
	var all []Check
	for _, g := range groups {
		all = append(all, g...)
	}
	slices.SortStableFunc(all, func(a, b Check) int { return cmp.Compare(a.ID, b.ID) })
	r := &Registry{all}
	return r, r.wellFormed()
}

// All returns the checks, sorted by id.
func (r *Registry) All() []Check { return slices.Clone(r.checks) }

// Get returns the check with the id.
func (r *Registry) Get(id string) (Check, bool) {
	i, ok := slices.BinarySearchFunc(r.checks, id, func(c Check, id string) int { return cmp.Compare(c.ID, id) })
	if !ok {
		return Check{}, false
	}
	return r.checks[i], true
}

var idForm = regexp.MustCompile(`^mim\d+(\.[a-z][a-zA-Z0-9]*){2,}$`)

func (r *Registry) wellFormed() error {
	var wrong []error
	seen := map[string]bool{}
	for _, c := range r.checks {
		complain := func(what string) { wrong = append(wrong, fmt.Errorf("check %q: %s", c.ID, what)) }
		if !idForm.MatchString(c.ID) {
			complain("its id is not of the form mimN.topic.operation.case")
		}
		if seen[c.ID] {
			complain("its id is taken twice")
		}
		seen[c.ID] = true
		for _, missing := range []struct {
			is   bool
			what string
		}{
			{c.Title == "", "it has no title"},
			{len(c.Requirements) == 0, "it is bound to no requirement"},
			{c.Clause == "", "it names no clause"},
			{c.Level != Core && c.Level != Extended, "its level is neither core nor extended"},
			{c.Feature != "" && !slices.Contains(Features(), c.Feature), "its feature " + string(c.Feature) + " is unknown"},
			{c.Without != "" && !slices.Contains(Features(), c.Without), "the feature that it is about the lack of, " + string(c.Without) + ", is unknown"},
			{c.Without != "" && c.Without == c.Feature, "it asks for a feature and for its lack"},
			{len(c.Needs) == 0, "it says not what it needs"},
			{c.Fault == "", "it names no fault of the reference platform that it catches"},
			{c.Body == nil, "it has no body"},
		} {
			if missing.is {
				complain(missing.what)
			}
		}
		for _, n := range c.Needs {
			if !slices.Contains([]Need{NeedRead, NeedWrite, NeedCallback, NeedBroker, NeedExclusive, NeedModels, NeedHandshake, NeedDeclarations}, n) {
				complain("its need " + string(n) + " is unknown")
			}
		}
	}
	return errors.Join(wrong...)
}

// Known is what the gate holds the checks against.
type Known struct {
	Requirements []string            // full ids, of every baseline
	NoCheck      map[string]string   // requirement id -> why it has no check
	Derived      map[string][]string // requirement id -> the MIMs whose verdicts it asks for
	TestPurposes map[string]bool     // ids of ETSI's test purposes; nil to leave out
	Faults       map[string]bool     // names of the reference platform's faults; nil to leave out
}

// Gate says what is wrong with the binding of checks, requirements, test purposes
// and faults: an unknown id anywhere, a requirement with neither check, verdicts of
// other MIMs nor written reason, or with such a reason beside another.
func (r *Registry) Gate(known Known) error {
	var wrong []error
	bound := map[string]bool{}
	exists := map[string]bool{}
	for _, id := range known.Requirements {
		exists[id] = true
	}
	for _, c := range r.checks {
		for _, id := range c.Requirements {
			bound[id] = true
			if !exists[id] {
				wrong = append(wrong, fmt.Errorf("check %q: requirement %q is in no baseline", c.ID, id))
			}
		}
		for _, id := range c.TestPurposes {
			if known.TestPurposes != nil && !known.TestPurposes[id] {
				wrong = append(wrong, fmt.Errorf("check %q: test purpose %q is unknown", c.ID, id))
			}
		}
		if known.Faults != nil && !known.Faults[c.Fault] {
			wrong = append(wrong, fmt.Errorf("check %q: fault %q is unknown", c.ID, c.Fault))
		}
	}
	for _, id := range known.Requirements {
		reason, excused := known.NoCheck[id]
		derived := len(known.Derived[id]) > 0
		switch {
		case derived && excused:
			wrong = append(wrong, fmt.Errorf("requirement %q asks for verdicts of other MIMs, and has a reason for having no check", id))
		case !bound[id] && !derived && strings.TrimSpace(reason) == "":
			wrong = append(wrong, fmt.Errorf("requirement %q has neither a check nor a written reason", id))
		case bound[id] && excused:
			wrong = append(wrong, fmt.Errorf("requirement %q has checks and a reason for having none", id))
		}
	}
	for id := range known.NoCheck {
		if !exists[id] {
			wrong = append(wrong, fmt.Errorf("a reason is written for requirement %q, which is in no baseline", id))
		}
	}
	slices.SortFunc(wrong, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(wrong...)
}
