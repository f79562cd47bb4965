package mim6_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/reference/identity"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim6"
)

// signingIn are some of the checks for which somebody signs in.
func signingIn() []suites.Check {
	var all []suites.Check
	for _, check := range mim6.Checks() {
		switch check.ID {
		case "mim6.code.redirect.code", "mim6.code.exchange.again", "mim6.refresh.token.rotated", "mim6.idToken.nonce.same", "mim6.protected.token.idToken":
			all = append(all, check)
		}
	}
	return all
}

// Where nobody can sign in, nobody can tell, and the reason says what to do.
func TestNobodySignsIn(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was sent to another host", r.Method, r.URL)
	}))
	defer elsewhere.Close()
	page := func(change func(a *faults.Answer)) faults.Fault {
		return answering(identity.Base+"/authorization", http.StatusOK, func(_ *http.Request, a *faults.Answer) { change(a) })
	}
	replaced := func(old, by string) faults.Fault {
		return page(func(a *faults.Answer) { a.Body = []byte(strings.Replace(string(a.Body), old, by, 1)) })
	}
	for _, c := range []struct {
		name   string
		change func(p *target.Target)
		faults []faults.Fault
		want   reports.Outcome
		reason string
	}{
		{"no client", func(p *target.Target) { p.SignIn = nil }, nil, reports.Untested, "clients.code"},
		{"no user", func(p *target.Target) { p.SignIn.User, p.SignIn.Password = "", "" }, nil, reports.Untested, "clients.code.user"},
		{"a wrong password", func(p *target.Target) { p.User.Password = "wrong-password" }, nil, reports.CantTell, "does not let the user in"},
		{"other fields", func(p *target.Target) { p.SignIn.User, p.SignIn.Password = "user", "pass" }, nil, reports.CantTell, "no form with the field user or pass"},
		{"a client that is unknown", func(p *target.Target) { p.SignIn.ClientID = "nobody" }, nil, reports.CantTell, "answered 400"},
		{"a page that a script makes", nil, []faults.Fault{page(func(a *faults.Answer) { a.Body = []byte("<!DOCTYPE html><script src=app.js></script>") })}, reports.CantTell, "a script"},
		{"a form for another host", nil, []faults.Fault{replaced(`action="`, `action="`+elsewhere.URL)}, reports.CantTell, "only the host of the endpoint openid is asked"},
		{"a form in the address", nil, []faults.Fault{replaced(`method="post"`, `method="get"`)}, reports.CantTell, "no form"},
		{"a page at another host", nil, []faults.Fault{page(func(a *faults.Answer) {
			*a = faults.Answer{Status: http.StatusFound, Header: http.Header{"Location": {elsewhere.URL}}}
		})}, reports.CantTell, "only the host of the endpoint openid is asked"},
		{"a question after the password", nil, []faults.Fault{answering(identity.Base+"/sign-in", http.StatusSeeOther, func(_ *http.Request, a *faults.Answer) {
			*a = faults.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(`<!DOCTYPE html><form method=post><button name=consent>Yes</button></form>`)}
		})}, reports.CantTell, "asks for something after"},
		{"a way without an end", nil, []faults.Fault{page(func(a *faults.Answer) {
			*a = faults.Answer{Status: http.StatusFound, Header: http.Header{"Location": {"authorization"}}}
		})}, reports.CantTell, "answered 400"},
	} {
		t.Run(c.name, func(t *testing.T) {
			platform := judgetest.City(t, c.faults...)
			if c.change != nil {
				said := *platform.SignIn
				platform.SignIn = &said
				c.change(platform)
			}
			for _, check := range signingIn() {
				if r := judgetest.Run(t, check, 1, platform); r.Outcome != c.want || !strings.Contains(r.Reason, c.reason) {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// Whether a page can be framed is told by its header fields, and not at all where a script
// may keep it out.
func TestFrames(t *testing.T) {
	for _, c := range []struct {
		policy, options, body string
		want                  reports.Outcome
	}{
		{"frame-ancestors 'none'", "", "", reports.Passed},
		{"default-src 'self'; Frame-Ancestors https://city.example.org", "", "", reports.Passed},
		{"frame-ancestors", "", "", reports.Passed}, // nobody
		{"", "sameorigin", "", reports.Passed},
		{"", "DENY", "", reports.Passed},
		{"frame-ancestors *", "DENY", "", reports.Failed}, // the policy counts where both are there
		{"frame-src 'none'", "ALLOWALL", "", reports.Failed},
		{"", "", "<!DOCTYPE html><p>Sign in", reports.Failed},
		{"", "", "<!DOCTYPE html><script>if (top != self) { top.location = self.location }</script>", reports.CantTell},
	} {
		platform := judgetest.City(t, answering(identity.Base+"/authorization", http.StatusOK, func(_ *http.Request, a *faults.Answer) {
			for name, value := range map[string]string{"Content-Security-Policy": c.policy, "X-Frame-Options": c.options} {
				if a.Header.Del(name); value != "" {
					a.Header.Set(name, value)
				}
			}
			if c.body != "" {
				a.Body = []byte(c.body)
			}
		}))
		for _, check := range mim6.Checks() {
			if check.ID == "mim6.authorization.page.framed" {
				if r := judgetest.Run(t, check, 1, platform); r.Outcome != c.want {
					t.Errorf("%+v ends as %s: %s", c, r.Outcome, r.Reason)
				}
			}
		}
	}
}

// A client with a secret signs people in as well.
func TestAClientWithASecret(t *testing.T) {
	platform := judgetest.City(t)
	for name, want := range map[string]reports.Outcome{"mim6.code.exchange.tokens": reports.CantTell, "mim6.code.redirect.code": reports.Passed} {
		said := *platform.SignIn
		said.Public = false
		platform.SignIn = &said
		platform.Clients[target.Code] = target.Client{ID: said.ClientID, Secret: "a secret that the provider does not know"}
		for _, check := range signingIn() {
			if check.ID == name {
				if r := judgetest.Run(t, check, 1, platform); r.Outcome != want {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		}
	}
}

// A token that was not kept, is none or is another's shows nothing.
func TestTokensThatWereKept(t *testing.T) {
	platform, other := judgetest.City(t), judgetest.City(t)
	good := platform.Tokens[target.Expired]
	for token, want := range map[string]reports.Outcome{"": reports.Untested, "opaque-token": reports.Untested, other.Tokens[target.Expired]: reports.CantTell, good: reports.Passed} {
		platform.Tokens = map[string]string{target.Expired: token}
		for _, check := range mim6.Checks() {
			if check.ID == "mim6.protected.token.expired" {
				if r := judgetest.Run(t, check, 1, platform); r.Outcome != want {
					t.Errorf("%q: %s: %s", token, r.Outcome, r.Reason)
				}
			}
		}
	}
	platform.Clients[target.Outsider] = platform.Clients[target.Reader]
	for _, check := range mim6.Checks() {
		if check.ID == "mim6.protected.audience.refused" {
			if r := judgetest.Run(t, check, 1, platform); r.Outcome != reports.CantTell {
				t.Errorf("a token for the same data: %s: %s", r.Outcome, r.Reason)
			}
		}
	}
}
