package claims

import (
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/reports"
)

// Conformant are the MIMs that the evidence of a bundle finds conformant, in the baseline's
// order; none for a run of the harness's own reference platform.
func (e Evidence) Conformant() []string {
	if e.Bundle.Report.Run.Profile == referenceProfile {
		return nil
	}
	var mims []string
	for _, m := range e.Report.Verdict.MIMs {
		if m.Claimed && m.Verdict == reports.Conformant {
			mims = append(mims, m.ID)
		}
	}
	return mims
}

// SignedBy are the ids of those keys by which verification found the bundle signed.
func (e Evidence) SignedBy(keys []attest.PublicKey) []string {
	var ids []string
	for _, k := range keys {
		if slices.ContainsFunc(e.Signed, func(found string) bool { return strings.Contains(found, k.ID) }) {
			ids = append(ids, k.ID)
		}
	}
	return ids
}
