// Package proof is the report of a proof: which faults of the reference platform the
// checks notice, and so what a check that passes is worth.
package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/oasc/mimcheck/reports"
)

// SchemaVersion is the version of the JSON form, see schemas/proof.schema.json.
const SchemaVersion = "1.0"

// Report is what a proof found. Lists are sorted by name or id.
type Report struct {
	SchemaVersion string       `json:"schemaVersion"`
	Tool          reports.Tool `json:"tool"`
	Run           Run          `json:"run"`
	Proved        bool         `json:"proved"`
	Reasons       []string     `json:"reasons"` // why it is not proved, in sentences
	Counts        Counts       `json:"counts"`
	// Score is the share of the faults, but for the equivalent ones, that a check
	// noticed: from 0 to 1.
	Score        float64       `json:"score"`
	Requirements []Requirement `json:"requirements"`
	Checks       []Check       `json:"checks"`
	Faults       []Fault       `json:"faults"`
	FalseAlarms  []FalseAlarm  `json:"falseAlarms"`
	Omitted      []Omitted     `json:"omitted"`
	// OutOfScope are faults of what none of the selected checks asks for.
	OutOfScope []string `json:"outOfScope"`
	Audit      Audit    `json:"audit"`
}

// Run says how the proof was done.
type Run struct {
	Seed       uint64   `json:"seed"`  // of the runs with a fault
	Seeds      int      `json:"seeds"` // runs without a fault, from seed 1 on
	Filter     string   `json:"filter,omitempty"`
	Baselines  []string `json:"baselines"` // whose checks; empty is all
	Faults     []string `json:"faults"`    // chosen ones; empty is all
	Parallel   int      `json:"parallel"`  // platforms at once
	DurationMS int64    `json:"durationMs"`
}

// Counts are the numbers of the lists.
type Counts struct {
	Checks      int `json:"checks"`
	Faults      int `json:"faults"`
	Killed      int `json:"killed"`
	Survived    int `json:"survived"`
	Equivalent  int `json:"equivalent"`
	Judgements  int `json:"judgements"` // times that a check was run against a fault
	FalseAlarms int `json:"falseAlarms"`
	Idle        int `json:"idle"`      // checks that noticed nothing
	Misnamed    int `json:"misnamed"`  // checks that did not notice the fault they name
	Redundant   int `json:"redundant"` // checks that are needed for no fault
}

// Outcome is what became of a fault.
type Outcome string

// The outcomes of a fault.
const (
	// Killed: at least one check failed that passes without the fault.
	Killed Outcome = "killed"
	// Survived: no check noticed it.
	Survived Outcome = "survived"
	// Equivalent: no check noticed it and none can, since nothing that the standard
	// asks for is different; the reason is written down.
	Equivalent Outcome = "equivalent"
)

// Fault is one fault and what became of it.
type Fault struct {
	Name     string   `json:"name"`
	Summary  string   `json:"summary"`
	Outcome  Outcome  `json:"outcome"`
	Reason   string   `json:"reason,omitempty"` // why it is said to be equivalent; wrong when it was killed
	Reached  int      `json:"reached"`          // checks that get another answer because of it
	KilledBy []string `json:"killedBy"`
}

// Check is one check and what it noticed.
type Check struct {
	ID     string `json:"id"`
	Fault  string `json:"fault"` // the one that it names
	Named  bool   `json:"named"` // it noticed that one
	Killed int    `json:"killed"`
	// Reached are the faults that change anything that the check sees.
	Reached int `json:"reached"`
	Sole    int `json:"sole"` // faults that no other check notices
	// NeededFor is a fault that the check notices, and no weaker one does: none that runs
	// wherever this one does and whose faults are all noticed by this check too, and not
	// the other way round.
	NeededFor string `json:"neededFor,omitempty"`
	// Twins notice the very same faults.
	Twins []string `json:"twins,omitempty"`
	// CoveredBy are, for a check that is needed for no fault, the weaker checks that
	// together notice all that it does.
	CoveredBy []string `json:"coveredBy,omitempty"`
}

// Requirement is one requirement and what its checks noticed.
type Requirement struct {
	ID     string `json:"id"`
	Checks int    `json:"checks"`
	// Of the faults that change what the requirement's checks see: how many these
	// checks noticed, no check at all noticed, and none can notice. The rest is noticed
	// by checks of other requirements.
	Reached    int `json:"reached"`
	Killed     int `json:"killed"`
	Survived   int `json:"survived"`
	Equivalent int `json:"equivalent"`
}

// FalseAlarm is a check that did not pass on the platform without a fault.
type FalseAlarm struct {
	Check   string          `json:"check"`
	Seed    uint64          `json:"seed"`
	Outcome reports.Outcome `json:"outcome"`
	Reason  string          `json:"reason"`
}

// Omitted is a check that the reference platform is not judged by, and why.
type Omitted struct {
	Check  string `json:"check"`
	Reason string `json:"reason"`
}

// Audit holds the short cut of the proof, which runs a check against a fault only
// where the fault changes something that the check sees, against the long way.
type Audit struct {
	Faults []string `json:"faults"` // judged by every check
	// Missed are what the short cut would have missed: a check that noticed a fault
	// although nothing that it sees was thought to be changed.
	Missed []Miss `json:"missed"`
}

// Miss is a check and the fault that it noticed.
type Miss struct {
	Check string `json:"check"`
	Fault string `json:"fault"`
}

// JSON writes the report as JSON by schemas/proof.schema.json.
func JSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Decode reads what JSON wrote. A report of another major version is an error.
func Decode(b []byte) (*Report, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	r := &Report{}
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("the proof is not JSON of the expected form: %w", err)
	}
	if r.SchemaVersion == "" || r.SchemaVersion[0] != SchemaVersion[0] || len(r.SchemaVersion) < 2 || r.SchemaVersion[1] != '.' {
		return nil, fmt.Errorf("the proof has schema version %q; this program reads %s", r.SchemaVersion, SchemaVersion)
	}
	return r, nil
}
