package mim2

import (
	"fmt"
	"strings"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// originChecks are about what the data models themselves say of their licence and
// where they come from. What the Smart Data Models publish is its publisher's matter,
// which a platform that follows it can't mend; so only other models can fail.
func originChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.models.licence.stated", Title: "A data model of one's own says under which licence others may use it",
			Requirements: unambiguous, Clause: sdmRules + ": license",
			Level: suites.Extended, Needs: needs(), Fault: "models.type.of-draft",
			Hint: "Write the member license at the top of the schema, by its SPDX identifier or its address.",
			Body: func(t *suites.T) {
				eachModel(t, func(m *models.Model) (missing []string) {
					if m.StatedLicence() == "" {
						missing = append(missing, "licence (license)")
					}
					return missing
				})
			},
		},
		{
			ID: "mim2.models.origin.stated", Title: "A data model of one's own says which version it is, and where it comes from",
			Requirements: unambiguous, Clause: sdmRules + ": $schemaVersion, $id and derivedFrom",
			Level: suites.Extended, Needs: needs(), Fault: "models.type.of-draft",
			Hint: "Without version and address nobody can tell which text of the model the data were made by.",
			Body: func(t *suites.T) {
				eachModel(t, func(m *models.Model) (missing []string) {
					if m.Version() == "" {
						missing = append(missing, "version ($schemaVersion)")
					}
					if m.Provenance() == "" {
						missing = append(missing, "absolute address ($id or derivedFrom)")
					}
					return missing
				})
			},
		},
	}
}

// eachModel reports what each model that sampled entities follow does not say.
func eachModel(t *suites.T, missing func(m *models.Model) []string) {
	v := look(t)
	y := v.tally()
	v.eachModelled(func(s subject, m *models.Model) {
		if m.Published() {
			v.judged--
			return
		}
		if list := missing(m); len(list) > 0 {
			y.add(fmt.Sprintf("its model %s states no %s", m.ID(), strings.Join(list, " and no ")), s.id,
				reports.Finding{Pointer: "/type", Expected: "a " + strings.Join(list, " and a "), Actual: "nothing"})
		}
	})
	y.report()
	v.conclude("no sampled entity follows a data model that is not one of the published Smart Data Models")
}
