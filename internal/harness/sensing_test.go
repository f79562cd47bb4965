package harness

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/sensorthings"
	"github.com/oasc/mimcheck/reports"
)

// A city that serves its places by SensorThings alone is judged by that: OGC API - Features,
// which it does not name, is another way to the same, and does not apply.
func TestPlacesBySensorThingsAlone(t *testing.T) {
	for _, c := range []struct {
		fault string
		want  reports.Verdict // of the service interface
	}{{"", reports.Conformant}, {"sensing.root.astray", reports.NonConformant}} {
		t.Run(c.fault, func(t *testing.T) {
			report := ofCity(t, "oasc-2026-06-draft", c.fault, func(city string) string {
				return fmt.Sprintf("endpoints: {sensorthings: {url: %q}}\n", city+sensorthings.Root)
			})
			for _, r := range report.Checks {
				if strings.HasPrefix(r.ID, "mim7.") && !strings.HasPrefix(r.ID, "mim7.sensing.") && r.Outcome != reports.Inapplicable {
					t.Errorf("%s is %s (%s), expected inapplicable", r.ID, r.Outcome, r.Reason)
				}
			}
			judged := 0
			for _, m := range report.Verdict.MIMs {
				for _, capability := range m.Capabilities {
					for _, r := range capability.Requirements {
						if strings.Contains(r.ID, "/MIM7/") && r.Counts.Passed > 0 {
							judged++
						}
						switch r.ID {
						case "oasc-2026-06-draft/MIM7/R1.1":
							if r.Verdict != c.want {
								t.Errorf("%s is %s (%s), expected %s", r.ID, r.Verdict, r.Reason, c.want)
							}
						case "oasc-2026-06-draft/MIM7/R2.1", "oasc-2026-06-draft/MIM7/R4.1", "oasc-2026-06-draft/MIM7/R5.1":
							if c.fault == "" && r.Verdict != reports.Conformant {
								t.Errorf("%s is %s (%s), expected conformant", r.ID, r.Verdict, r.Reason)
							}
						}
					}
				}
			}
			if judged < 4 {
				t.Errorf("%d requirements were judged, expected those of interface, encoding, identifiers and reference systems", judged)
			}
		})
	}
}
