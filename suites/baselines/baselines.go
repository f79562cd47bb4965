// Package baselines holds the OASC MIM baselines as data: frozen, versioned sets
// of requirements, one file each in data/, valid by schemas/baseline.schema.json.
//
// A released file never changes: a correction is a new file with a new id. A test
// holds the files to SHA256SUMS. To add a baseline, put the file into data/, add
// its line to SHA256SUMS (sha256sum data/NAME.json) and to the test's list.
package baselines

// DefaultID is the baseline that a run is judged against unless it says otherwise:
// the newest one that OASC itself approved and that checks exist for.
const DefaultID = "oasc-2019-01-16"

// The states of a baseline.
const (
	Approved = "approved"
	Draft    = "draft"
)

// The obligations. Only mandatory requirements gate a verdict. Unclear: the source
// has no word of obligation; it is kept as that, not guessed.
const (
	Mandatory   = "mandatory"
	Recommended = "recommended"
	Optional    = "optional"
	Unclear     = "unclear"
)

// The ways in which a requirement can be verified.
const (
	OverHTTP      = "overHTTP"      // by requests to the platform
	ByDocument    = "byDocument"    // by reading a document
	ByDeclaration = "byDeclaration" // by the word of who is responsible
)

// Baseline is a versioned, frozen set of requirements.
type Baseline struct {
	ID         string      `json:"id"`                   // such as oasc-2019-01-16
	Title      string      `json:"title"`                // for people
	Status     string      `json:"status"`               // approved or draft
	Date       string      `json:"date"`                 // of approval, or of the draft's newest commit; YYYY-MM-DD or YYYY-MM
	ApprovedBy string      `json:"approvedBy,omitempty"` // empty for a draft
	Source     string      `json:"source"`
	Sources    []Reference `json:"sources,omitempty"` // every page and commit that was read
	Notes      []string    `json:"notes,omitempty"`   // how the source was read, in sentences
	MIMs       []MIM       `json:"mims"`
	SHA256     string      `json:"-"` // of the file's bytes, hex
}

// Reference is a page, or a repository at a commit, that requirements were read from.
type Reference struct {
	URL    string `json:"url"`
	Commit string `json:"commit,omitempty"`
	Date   string `json:"date,omitempty"` // of the commit, or of reading a page
}

// MIM is one Minimal Interoperability Mechanism of a baseline.
type MIM struct {
	ID    string `json:"id"` // MIM0, MIM1, ...
	Title string `json:"title"`
	// Subject says what the MIM is about, in one word that is the same in every
	// baseline. Numbers are not: MIM1 of 2019 and MIM1 of 2026 are two subjects.
	Subject      string       `json:"subject,omitempty"`
	Note         string       `json:"note,omitempty"`
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
	ID           string   `json:"id"` // full: BASELINE/MIM/KEY, such as oasc-2019-01-16/MIM1/access
	Text         string   `json:"text"`
	Obligation   string   `json:"obligation"`        // mandatory, recommended, optional or unclear
	Mechanisms   []string `json:"mechanisms"`        // each of which alone meets it
	Verification string   `json:"verification"`      // overHTTP, byDocument or byDeclaration
	Check        string   `json:"check,omitempty"`   // how it can be checked: a proposal of this project
	Aliases      []string `json:"aliases,omitempty"` // the source's own ids; not always unique
	// Inherits are full ids of requirements of an earlier baseline that ask the
	// same: their checks give evidence for this one too.
	Inherits []string `json:"inherits,omitempty"`
	// Profile is the mechanism (M1, ...) that demands it, where only that one does.
	Profile string `json:"profile,omitempty"`
	Note    string `json:"note,omitempty"`
	Source  string `json:"source"`
}

// Requirements returns the requirements of the MIM in the baseline's order.
func (m MIM) Requirements() []Requirement {
	var all []Requirement
	for _, c := range m.Capabilities {
		all = append(all, c.Requirements...)
	}
	return all
}

// Requirements returns all requirements in the baseline's order.
func (b Baseline) Requirements() []Requirement {
	var all []Requirement
	for _, m := range b.MIMs {
		all = append(all, m.Requirements()...)
	}
	return all
}

// Key is the last part of the requirement's id: the one that is stable in its MIM.
func (r Requirement) Key() string {
	_, _, key, _ := SplitID(r.ID)
	return key
}
