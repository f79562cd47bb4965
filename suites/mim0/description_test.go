package mim0_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/mim0"
)

// What OGC serves with its standard is known; other documents are not read.
func TestDescriptionsThatReferToOtherDocuments(t *testing.T) {
	const ogc = "https://schemas.opengis.net/ogcapi/features/part1/1.0/openapi/ogcapi-features-1.yaml#/components/"
	for _, c := range []struct {
		name, ref string
		untitled  bool
		want      reports.Outcome
	}{
		{"the standard", ogc + "responses/ServerError", false, reports.Passed},
		{"the standard, and no title", ogc + "responses/ServerError", true, reports.Failed},
		{"another document", "errors.json#/ServerError", false, reports.CantTell},
	} {
		t.Run(c.name, func(t *testing.T) {
			platform := judgetest.City(t, faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return r.Method == http.MethodGet }, Answer: func(_ *http.Request, a *faults.Answer) {
				var document map[string]any
				if json.Unmarshal(a.Body, &document) != nil || document["openapi"] == nil {
					return
				}
				for _, item := range document["paths"].(map[string]any) {
					item.(map[string]any)["get"].(map[string]any)["responses"].(map[string]any)["500"] = map[string]any{"$ref": c.ref}
				}
				if c.untitled {
					delete(document, "info")
				}
				a.Body, _ = json.Marshal(document)
			}})
			for _, check := range mim0.Checks() {
				if check.ID != "mim0.description.document.valid" {
					continue
				}
				if r := judgetest.Run(t, check, 7, platform); r.Outcome != c.want {
					t.Errorf("ends as %s, expected %s: %s", r.Outcome, c.want, r.Reason)
				}
			}
		})
	}
}
