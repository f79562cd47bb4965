package harness

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/wfs"
	"github.com/oasc/mimcheck/reports"
)

// A city that serves its places by a Web Feature Service alone is judged by that, in each
// baseline that names it; that it has no OGC API in front of it is told, and decides nothing.
func TestPlacesByAFeatureServiceAlone(t *testing.T) {
	for _, c := range []struct {
		baseline, service, front, fault string
		want                            reports.Verdict // of the service interface
	}{
		{"oasc-2022-06-07", "requirement-1", "recommendation-1", "", reports.Conformant},
		{"mims-plus-5.0", "requirement-1", "recommendation-1", "", reports.Conformant},
		{"oasc-2026-06-draft", "R1.1", "", "", reports.Conformant},
		{"oasc-2026-06-draft", "R1.1", "", "wfs.hits.others", reports.NonConformant},
	} {
		t.Run(c.baseline+c.fault, func(t *testing.T) {
			report := ofCity(t, c.baseline, c.fault, func(city string) string {
				return fmt.Sprintf("endpoints: {wfs: {url: %q}}\nstatement: {mims: [MIM7], features: [wfs]}\n", city+wfs.Base)
			})
			passed := 0
			for _, r := range report.Checks {
				switch {
				case !strings.HasPrefix(r.ID, "mim7.wfs.") && r.Outcome != reports.Inapplicable:
					t.Errorf("%s is %s (%s), expected inapplicable", r.ID, r.Outcome, r.Reason)
				case r.Outcome == reports.Passed:
					passed++
				}
			}
			if passed < 50 {
				t.Errorf("%d checks passed", passed)
			}
			for _, m := range report.Verdict.MIMs {
				for _, capability := range m.Capabilities {
					for _, r := range capability.Requirements {
						want := map[string]reports.Verdict{c.baseline + "/MIM7/" + c.service: c.want, c.baseline + "/MIM7/" + c.front: reports.NonConformant}[r.ID]
						if want != "" && r.Verdict != want {
							t.Errorf("%s is %s (%s), expected %s", r.ID, r.Verdict, r.Reason, want)
						}
					}
				}
				if m.ID == "MIM7" && c.front != "" && m.Verdict != reports.Conformant {
					t.Errorf("MIM7 is %s, expected conformant: what is only recommended decides nothing", m.Verdict)
				}
			}
		})
	}
}
