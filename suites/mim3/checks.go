// Package mim3 checks how data are offered and exchanged. What MIM3 asks changed with the
// baselines: those of 2019 and 2022 ask for a marketplace (Ecosystem Transactions
// Management), which is checked by TM Forum's Open APIs in the versions 2, 4 and 5; the
// draft of 2026 asks for terms of exchange (Exchanging Data), which are checked in a data
// catalogue by DCAT-AP. All checks but those that say that they write only observe,
// whichever things are there.
package mim3

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"
)

// Checks lists the checks of MIM3.
func Checks() []Check {
	checks := slices.Concat(catalogueChecks(), offeringChecks(), categoryChecks(), orderChecks(), moduleChecks(), dataCatalogueChecks())
	for i := range checks {
		c := &checks[i]
		if c.Level == "" {
			c.Level = Core
		}
		if c.Needs == nil {
			c.Needs = []Need{NeedRead}
		}
	}
	return checks
}
