// Package claims holds what vendors claim of their products against the evidence of runs,
// for people who buy platforms; and it makes the annex of a tender that says what is asked
// and how each requirement is tested.
//
// A claim is proven, contradicted or not shown. Nothing is believed that the evidence of a
// bundle does not give: bundles are verified, judged again, and judged without waivers.
package claims

import "github.com/oasc/mimcheck/suites/baselines"

// Sheet is what a vendor claims of a product; see schemas/claims.schema.json.
type Sheet struct {
	File     string // that it was read from
	Vendor   string
	Product  string
	Version  string
	Baseline string   // id; the default one when the vendor names none
	Bundles  []string // paths of its evidence
	Claims   []Claim
}

// Title is the product with its version and vendor.
func (s Sheet) Title() string {
	title := s.Product
	if s.Version != "" {
		title += " " + s.Version
	}
	return title + " of " + s.Vendor
}

// Claim is one thing that a vendor claims.
type Claim struct {
	Kind  Kind   `json:"kind"`
	Value string `json:"value"`          // such as MIM1, a requirement's full id, or 1.6.1
	Says  string `json:"says,omitempty"` // in the vendor's words
	Line  int    `json:"line"`           // in its file
}

// String is the claim in a few words.
func (c Claim) String() string { return string(c.Kind) + " " + c.Value }

// Kind is what a claim is about.
type Kind string

// The kinds.
const (
	MIM         Kind = "mim"         // every mandatory requirement of a MIM
	Requirement Kind = "requirement" // one requirement of the baseline
	Feature     Kind = "feature"     // an optional feature of the mechanism
	Model       Kind = "model"       // entities as a data model describes them
	SpecVersion Kind = "specVersion" // a version of ETSI GS CIM 009
)

func kinds() []Kind { return []Kind{MIM, Requirement, Feature, Model, SpecVersion} }

// DefaultBaseline is the baseline of a sheet that names none.
const DefaultBaseline = baselines.DefaultID
