// Package baselines holds the OASC MIM baselines as data: frozen, versioned sets
// of requirements. A released baseline file never changes; a correction is a new one.
package baselines

// Baseline is a versioned, frozen set of requirements.
type Baseline struct {
	ID     string `json:"id"`     // such as oasc-2019-01-16
	Title  string `json:"title"`  // for people
	Status string `json:"status"` // approved or draft
	Date   string `json:"date"`   // of approval, or of the draft's newest source; YYYY-MM-DD or YYYY-MM
	Source string `json:"source"`
	MIMs   []MIM  `json:"mims"`
	SHA256 string `json:"-"` // of the file's bytes, hex
}

// MIM is one Minimal Interoperability Mechanism of a baseline.
type MIM struct {
	ID           string       `json:"id"` // MIM0, MIM1, ...
	Title        string       `json:"title"`
	Capabilities []Capability `json:"capabilities"`
}

// Capability groups requirements.
type Capability struct {
	ID           string        `json:"id"`
	Title        string        `json:"title"`
	Requirements []Requirement `json:"requirements"`
}

// Requirement is one thing that a baseline asks for.
type Requirement struct {
	ID           string   `json:"id"` // full: BASELINE/MIM/KEY, such as oasc-2019-01-16/MIM1/api
	Text         string   `json:"text"`
	Obligation   string   `json:"obligation"`        // mandatory, recommended, optional or unclear
	Mechanisms   []string `json:"mechanisms"`        // each of which alone meets it
	Verification string   `json:"verification"`      // overHTTP, byDocument or byDeclaration
	Aliases      []string `json:"aliases,omitempty"` // the source's own ids
	Source       string   `json:"source"`
}
