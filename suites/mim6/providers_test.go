package mim6_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/reference/identity"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/mim6"
)

// A provider that shows a page to who may not be asked is still seen to refuse what it has to
// refuse, where its status says so; what follows its pages is not seen.
func TestProvidersThatShowPages(t *testing.T) {
	asIfWell := faults.Fault{Name: "liberty", On: func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/authorization") && strings.HasPrefix(r.URL.Path, identity.Base)
	},
		Answer: func(_ *http.Request, a *faults.Answer) {
			if a.Status >= 400 {
				a.Status = http.StatusOK // a page that tells the error
			}
		}}
	for _, c := range []struct {
		name, fault string
		more        []faults.Fault
		want        map[string]reports.Outcome
	}{
		{"refuses", "", nil, map[string]reports.Outcome{"redirect.path": reports.Passed, "redirect.query": reports.Passed, "client.unknown": reports.Passed}},
		{"takes addresses below", "identity.authorization.redirect-below", nil, map[string]reports.Outcome{"redirect.path": reports.CantTell}},
		{"sends on for any client", "identity.authorization.any-client", nil, map[string]reports.Outcome{"client.unknown": reports.Failed}},
		{"tells errors by 200", "", []faults.Fault{asIfWell}, map[string]reports.Outcome{"redirect.path": reports.CantTell, "client.unknown": reports.CantTell}},
	} {
		t.Run(c.name, func(t *testing.T) {
			names := []string{"identity.authorization.prompt-ignored"}
			if c.fault != "" {
				names = append(names, c.fault)
			}
			active, err := faults.Named(names...)
			if err != nil {
				t.Fatal(err)
			}
			platform := judgetest.City(t, append(active, c.more...)...)
			for _, check := range mim6.Checks() {
				want, asked := c.want[strings.TrimPrefix(check.ID, "mim6.authorization.")]
				if !asked {
					continue
				}
				if r := judgetest.Run(t, check, 7, platform); r.Outcome != want {
					t.Errorf("%s ends as %s: %s; expected %s", check.ID, r.Outcome, r.Reason, want)
				}
			}
		})
	}
}

// A client that may not use codes or refresh tokens at all is refused for that.
func TestClientsWithoutTheGrant(t *testing.T) {
	early := answering(identity.Base+"/token", http.StatusBadRequest, func(r *http.Request, a *faults.Answer) {
		if r.Header.Get("Authorization") != "" { // the other client's
			a.Body = []byte(`{"error":"invalid_request","error_description":"requested grant type is not allowed for this client"}`)
		}
	})
	platform := judgetest.City(t, early)
	for _, check := range mim6.Checks() {
		if check.ID != "mim6.code.exchange.client" && check.ID != "mim6.refresh.token.client" {
			continue
		}
		if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.Passed {
			t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
		}
	}
}

// A provider that does not answer questions about tokens of its kind shows nothing of their end.
func TestRevocationThatCannotBeSeen(t *testing.T) {
	mute := answering(identity.Base+"/introspection", http.StatusOK, func(_ *http.Request, a *faults.Answer) {
		a.Status, a.Body = http.StatusBadRequest, []byte(`{"error":"unsupported_token_type"}`)
	})
	platform := judgetest.City(t, mute)
	for _, check := range mim6.Checks() {
		want, asked := map[string]reports.Outcome{"mim6.revocation.token.ends": reports.Untested, "mim6.introspection.answer.active": reports.Failed}[check.ID]
		if !asked {
			continue
		}
		if r := judgetest.Run(t, check, 7, platform); r.Outcome != want {
			t.Errorf("%s ends as %s: %s; expected %s", check.ID, r.Outcome, r.Reason, want)
		}
	}
}
