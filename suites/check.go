// Package suites holds what a check is, how checks are registered and gated, and
// how they become a Ginkgo tree. The checks themselves are in one package a MIM.
package suites

import (
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
)

// Level says how far a check belongs to the core of a standard.
type Level string

// The levels. A failed extended check never makes a requirement non-conformant.
const (
	// Core: what every implementation of the mechanism must do.
	Core Level = "core"
	// Extended: what the standard recommends or leaves room for, and what its text may be
	// read in more than one way about. It is told, and decides nothing.
	Extended Level = "extended"
)

// Need is something that a check cannot be run without.
type Need string

// The needs.
const (
	NeedRead      Need = "read"      // requests that change nothing
	NeedWrite     Need = "write"     // creates, changes and deletes its own entities
	NeedCallback  Need = "callback"  // the platform must reach an address of the harness (contexts, notifications)
	NeedBroker    Need = "broker"    // the platform must reach an MQTT broker of the harness
	NeedExclusive Need = "exclusive" // no other check may run meanwhile
	NeedModels    Need = "models"    // a data-model catalogue
	NeedHandshake Need = "handshake" // shakes hands by TLS itself, so that it can judge how that fails
	// NeedDeclarations: signed declarations of those responsible. What a check with this
	// need finds is declared and not tested.
	NeedDeclarations Need = "declarations"
)

// Feature is an optional capability that a target can claim. A check without
// feature belongs to what every target must do.
type Feature string

// Check is one executable proof of one statement of a standard.
type Check struct {
	// ID is stable and dotted: suite.topic.operation.case, such as
	// mim1.entity.create.duplicate.
	ID string
	// Title reads as the sentence of the standard that it proves.
	Title string
	// Requirements are full ids, BASELINE/MIM/REQUIREMENT, of every baseline
	// that the check gives evidence for.
	Requirements []string
	// Clause is where the rule stands: "ETSI GS CIM 009 V1.8.1, 5.6.1".
	Clause string
	// TestPurposes are ids of ETSI's test purposes with the same aim.
	TestPurposes []string
	Level        Level
	Feature      Feature
	// Without is a feature that the rule is about the lack of: the check is of targets that
	// do not claim it.
	Without Feature
	Needs   []Need
	// Endpoints names the endpoints of the target that the check sends requests to;
	// empty is probe.NGSILD alone. Its requests go to the first one unless At says otherwise.
	Endpoints []string
	// Since is the first version of the specification with the rule ("1.6.1"), empty for all;
	// Until is the last one with it, empty when it still stands.
	Since, Until string
	// Fault names a fault of the reference platform that the check catches.
	Fault string
	// Hint says what usually causes a failure.
	Hint string
	// Waits says that the check lets a second or more pass: a run begins it ahead of
	// the others, so that it does not end alone.
	Waits bool
	Body  func(t *T)
}

// Suite is the first part of the id, in upper case: "MIM1".
func (c Check) Suite() string {
	suite, _, _ := strings.Cut(c.ID, ".")
	return strings.ToUpper(suite)
}

// Group is the id without suite and case: "entity.create".
func (c Check) Group() string {
	parts := strings.Split(c.ID, ".")
	if len(parts) < 3 {
		return c.Suite()
	}
	return strings.Join(parts[1:len(parts)-1], ".")
}

// Asks is Endpoints with its default.
func (c Check) Asks() []string {
	if len(c.Endpoints) == 0 {
		return []string{probe.NGSILD}
	}
	return c.Endpoints
}

// Has says whether the check has need n.
func (c Check) Has(n Need) bool {
	for _, have := range c.Needs {
		if have == n {
			return true
		}
	}
	return false
}
