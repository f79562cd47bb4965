package membership

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
)

// Policy is what this project takes where OASC's text leaves it open: a reasonable
// timeframe, and for how long evidence is fresh.
type Policy struct {
	StartMonths     int       `json:"startMonths"`     // from adoption until a first run has to be recorded
	ImplementMonths int       `json:"implementMonths"` // from adoption until conformance has to be shown
	Assurance       Assurance `json:"assurance"`       // that conformance has to be shown with
	// ValidMonths is for how long a run of each assurance proves conformance. A
	// certificate says so itself.
	ValidMonths map[Assurance]int `json:"validMonths"`
}

// Assurance is how much a proof can be relied on.
type Assurance string

// The assurances, from the weakest on.
const (
	SelfDeclared Assurance = "selfDeclared" // the member says so
	SelfTested   Assurance = "selfTested"   // the member ran the harness
	Witnessed    Assurance = "witnessed"    // the Working Group ran it, and it agrees
	Certified    Assurance = "certified"    // signed by the Working Group, with an expiry
)

// level orders assurances; 0 for an unknown one.
func (a Assurance) level() int {
	switch a {
	case SelfDeclared:
		return 1
	case SelfTested:
		return 2
	case Witnessed:
		return 3
	case Certified:
		return 4
	}
	return 0
}

//go:embed data/policy.json
var policyJSON []byte

// DefaultPolicy is the embedded policy.
func DefaultPolicy() (Policy, error) { return ParsePolicy(policyJSON) }

// ParsePolicy reads a policy in JSON.
func ParsePolicy(b []byte) (Policy, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var p Policy
	if err := d.Decode(&p); err != nil {
		return Policy{}, fmt.Errorf("the policy can't be read: %w", err)
	}
	return p, p.valid()
}

func (p Policy) valid() error {
	const most = 600 // months; longer than any timeframe that is meant
	switch {
	case p.StartMonths < 1 || p.ImplementMonths > most:
		return fmt.Errorf("the policy has startMonths %d and implementMonths %d: expected 1 to %d", p.StartMonths, p.ImplementMonths, most)
	case p.StartMonths > p.ImplementMonths:
		return fmt.Errorf("the policy has startMonths %d after implementMonths %d: expected the start before the end", p.StartMonths, p.ImplementMonths)
	case p.Assurance.level() == 0:
		return fmt.Errorf("the policy has the assurance %q: expected selfDeclared, selfTested, witnessed or certified", p.Assurance)
	}
	for a, months := range p.ValidMonths {
		if a.level() == 0 || months < 1 || months > most {
			return fmt.Errorf("the policy has validMonths %d for %q: expected a known assurance and 1 to %d", months, a, most)
		}
	}
	return nil
}
