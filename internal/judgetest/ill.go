package judgetest

import (
	"maps"
	"net/http"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Edit changes an answer of the reference platform.
type Edit = func(*http.Request, *faults.Answer)

// NotJudged holds that checks end as cantTell where a platform is down, refuses whoever
// asks or sends pages of a proxy, and where its answers are as more makes them, by name.
// judges says which checks have something to say all the same; nil for none.
func NotJudged(t *testing.T, on faults.Match, checks []suites.Check, more map[string]Edit, judges func(check, name string) bool) {
	t.Helper()
	ill := map[string]Edit{
		"a gateway's error":   func(_ *http.Request, a *faults.Answer) { a.Status = http.StatusBadGateway },
		"refused credentials": func(_ *http.Request, a *faults.Answer) { a.Status = http.StatusUnauthorized },
		"a login page": func(_ *http.Request, a *faults.Answer) {
			a.Header.Set("Content-Type", "text/html")
			a.Body = []byte("<html><body>Please log in</body></html>")
		},
	}
	maps.Copy(ill, more)
	for name, edit := range ill {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			platform := City(t, faults.Fault{Name: "ill", On: on, Answer: edit})
			for _, check := range checks {
				if judges != nil && judges(check.ID, name) {
					continue
				}
				if r := Run(t, check, 7, platform); r.Outcome != reports.CantTell {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}
