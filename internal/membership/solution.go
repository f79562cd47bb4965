package membership

import (
	"slices"
	"strings"
	"time"
)

// SolutionProven is the fact that a bundle shows that a solution works: "Stuff that Works"
// is the catalogue of these. The ledger keeps the bundle's digest; whoever has the bundle
// can tell by it that it is the one that was verified.
type SolutionProven struct {
	Solution string    `json:"solution"` // id, see SolutionID
	Name     string    `json:"name"`
	Provider string    `json:"provider"`
	Version  string    `json:"version,omitempty"`
	URL      string    `json:"url,omitempty"`
	Member   string    `json:"member,omitempty"` // whose platform it was shown on; empty for none
	Run      string    `json:"run"`
	Finished time.Time `json:"finished"`
	Profile  string    `json:"profile"`
	Bundle   string    `json:"bundle"` // the root of its hash tree, hex SHA-256
	Keys     []string  `json:"keys"`   // ids of those that signed it
	Baseline string    `json:"baseline"`
	MIMs     []string  `json:"mims"` // that its evidence, without waivers, finds conformant
	By       string    `json:"by"`   // who lists it
	On       Date      `json:"on"`
}

// SolutionID is the id of a provider's solution.
func SolutionID(provider, name string) string { return slug(provider + " " + name) }

func (f SolutionProven) kind() string    { return "SolutionProven" }
func (f SolutionProven) stream() string  { return council }
func (f SolutionProven) key() string     { return "solution:" + f.Solution + ":" + f.Bundle }
func (f SolutionProven) when() time.Time { return f.On.Start() }
func (f SolutionProven) reads() []string { return []string{f.Member} }

func (f SolutionProven) allowed(then, _ *State) error {
	if err := said("the name of the solution", f.Name, "its provider", f.Provider, "who lists it", f.By); err != nil {
		return err
	}
	for _, text := range [][2]string{{"its version", f.Version}, {"its URL", f.URL}} {
		if err := sayable(text[0], text[1]); err != nil {
			return err
		}
	}
	switch {
	case f.Solution == "" || f.Solution != SolutionID(f.Provider, f.Name) || len(f.Solution) > 150:
		return breach(RuleWords, "the name %q of %q: expected a few words with Latin letters", f.Name, f.Provider)
	case !runForm.MatchString(f.Run) || !digestForm.MatchString(f.Bundle):
		return breach(RuleSolution, "the run %.100q with the bundle %.80q: expected an id, and SHA-256 in 64 hexadecimal digits", f.Run, f.Bundle)
	case len(f.Keys) == 0 || slices.ContainsFunc(f.Keys, func(k string) bool { return !digestForm.MatchString(k) }):
		return breach(RuleSolution, "nobody signed its bundle, or the ids of the keys are no SHA-256")
	case f.Profile != "observe" && f.Profile != "sandbox":
		return breach(RuleSolution, "its run has the profile %.20q: expected observe or sandbox, which are of a real platform", f.Profile)
	case len(f.MIMs) == 0:
		return breach(RuleSolution, "its bundle finds no MIM conformant")
	case f.Finished.IsZero() || DateOf(f.Finished) > f.On:
		return breach(RuleDate, "its run ended on %s, after it was listed on %s", DateOf(f.Finished), f.On)
	}
	if f.Member != "" {
		if _, err := then.known(f.Member); err != nil {
			return err
		}
	}
	return knownMIMs(f.Baseline, f.MIMs...)
}

func (f SolutionProven) apply(s *State) { s.proven = append(s.proven, f) }

// Solution is an entry of the catalogue "Stuff that Works".
type Solution struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Provider string           `json:"provider"`
	URL      string           `json:"url,omitempty"` // the newest
	Proofs   []SolutionProven `json:"proofs"`        // in the order of their days
}

// MIMs are what any of its proofs shows, as BASELINE MIM, sorted.
func (s Solution) MIMs() []string {
	var all []string
	for _, p := range s.Proofs {
		for _, m := range p.MIMs {
			all = append(all, p.Baseline+" "+m)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Solutions is the catalogue, sorted by id.
func (s *State) Solutions() []Solution {
	all := []Solution{}
	for _, p := range s.proven {
		i, found := slices.BinarySearchFunc(all, p.Solution, func(s Solution, id string) int { return strings.Compare(s.ID, id) })
		if !found {
			all = slices.Insert(all, i, Solution{ID: p.Solution})
		}
		one := &all[i]
		one.Name, one.Provider = p.Name, p.Provider
		if p.URL != "" {
			one.URL = p.URL
		}
		one.Proofs = append(one.Proofs, p)
	}
	return all
}
