package claims

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

// Annex is what a tender asks of a platform, and how each requirement is tested.
type Annex struct {
	Baseline baselines.Baseline
	MIMs     []AnnexMIM
	Run      string // command line by which the tenderer makes the evidence
}

// AnnexMIM is one MIM that is asked for.
type AnnexMIM struct {
	ID, Title    string
	Requirements []Asked
}

// Asked is one requirement with its checks.
type Asked struct {
	Number     int // in the annex, from 1
	ID         string
	Text       string
	Obligation string
	Mechanisms []string
	Tested     string // how, in sentences
	Checks     []suites.Check
}

// NewAnnex makes the annex for MIMs of a baseline, in the baseline's order; none for all.
func NewAnnex(baseline string, mims []string) (Annex, error) {
	b, err := baselines.Get(baseline)
	if err != nil {
		return Annex{}, err
	}
	ids := make([]string, len(b.MIMs))
	for i, m := range b.MIMs {
		ids[i] = m.ID
	}
	for _, m := range mims {
		if !slices.Contains(ids, m) {
			return Annex{}, fmt.Errorf("%q is no MIM of %s: expected one of %s", m, b.ID, strings.Join(ids, ", "))
		}
	}
	if len(mims) == 0 {
		mims = ids
	}
	checks, err := catalogue.For(b.ID)
	if err != nil {
		return Annex{}, err
	}
	noCheck, err := catalogue.NoCheck()
	if err != nil {
		return Annex{}, err
	}
	derived, err := catalogue.Derived()
	if err != nil {
		return Annex{}, err
	}
	a := Annex{Baseline: b}
	var asked []string
	number := 0
	for _, m := range b.MIMs {
		if !slices.Contains(mims, m.ID) {
			continue
		}
		asked = append(asked, m.ID)
		part := AnnexMIM{ID: m.ID, Title: m.Title}
		for _, q := range m.Requirements() {
			number++
			own := slices.DeleteFunc(slices.Clone(checks), func(c suites.Check) bool { return !slices.Contains(c.Requirements, q.ID) })
			part.Requirements = append(part.Requirements, Asked{
				Number: number, ID: q.ID, Text: q.Text, Obligation: q.Obligation, Mechanisms: q.Mechanisms, Checks: own, Tested: tested(q, own, noCheck[q.ID], derived[q.ID]),
			})
		}
		a.MIMs = append(a.MIMs, part)
	}
	a.Run = fmt.Sprintf("mimcheck run --target TARGET.yaml --profile sandbox --baseline %s --claim %s", b.ID, strings.Join(asked, ","))
	return a, nil
}

// tested says how a requirement is tested.
func tested(q baselines.Requirement, checks []suites.Check, noCheck string, from []string) string {
	follows := ""
	if len(from) > 0 {
		follows = fmt.Sprintf("By the harness, from what it finds about %s, which the tenderer claims, too.", strings.Join(from, " and "))
	}
	if len(checks) == 0 && follows != "" {
		return follows
	}
	if len(checks) == 0 {
		return "Not by the harness. " + noCheck + " The tenderer shows it " + shownBy(q.Verification) + "."
	}
	features := map[suites.Feature]bool{}
	writes := false
	for _, c := range checks {
		if c.Feature != "" {
			features[c.Feature] = true
		}
		writes = writes || c.Has(suites.NeedWrite)
	}
	said := fmt.Sprintf("By %s of the harness, on the tenderer's platform.", reports.Plural(len(checks), "check", "checks"))
	if writes {
		said += " Checks that write create and remove entities of their own (profile sandbox)."
	}
	if len(features) > 0 {
		var names []string
		for _, f := range suites.Features() {
			if features[f] {
				names = append(names, string(f))
			}
		}
		said += " Those of optional features are made where the tenderer claims the feature: " + strings.Join(names, ", ") + "."
	}
	if follows != "" {
		said += " " + follows
	}
	return said
}

func shownBy(verification string) string {
	switch verification {
	case baselines.ByDocument:
		return "by a document"
	case baselines.ByDeclaration:
		return "by a declaration"
	}
	return "by a demonstration"
}
