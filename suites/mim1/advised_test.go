package mim1_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

// TestParametersNeedNotBeRefused has a platform look at no parameter, which 6.3.20 advises
// against and does not forbid: what its refusals look like is then not to be seen there.
func TestParametersNeedNotBeRefused(t *testing.T) {
	easy := faults.Fault{Name: "no parameter is looked at", On: func(r *http.Request) bool { return r.Method == http.MethodGet },
		Request: func(r *http.Request) { r.URL.RawQuery = url.Values{}.Encode() }}
	asked := map[string]bool{"mim1.error.form.retrieveEntityTypes": true, "mim1.error.form.listContexts": true}
	for _, check := range append(mim1.Consumption(), mim1.Further()...) {
		if !asked[check.ID] {
			continue
		}
		delete(asked, check.ID)
		if r := outcome(t, check, easy); r.Outcome != reports.Inapplicable {
			t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
		}
		if check.Level != suites.Core {
			t.Errorf("%s is %s", check.ID, check.Level)
		}
	}
	for id := range asked {
		t.Errorf("there is no check %s", id)
	}
}
