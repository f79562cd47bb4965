package declared_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/declaration"
	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/declared"
)

// Each check passes on the reference platform as it is, and fails with each fault of
// declarations.
func TestChecks(t *testing.T) {
	checks, err := declared.Checks()
	if err != nil || len(checks) == 0 {
		t.Fatalf("%d checks (%v)", len(checks), err)
	}
	platforms := map[string]*target.Target{"": judgetest.City(t)}
	for _, f := range faults.All() {
		if strings.HasPrefix(f.Name, "declarations.") {
			platforms[f.Name] = judgetest.City(t, f)
		}
	}
	if len(platforms) < 7 {
		t.Fatalf("%d faults of declarations, expected at least 6", len(platforms)-1)
	}
	for _, check := range checks {
		t.Run(check.ID, func(t *testing.T) {
			for name, platform := range platforms {
				want := reports.Failed
				if name == "" {
					want = reports.Passed
				}
				if r := judgetest.Run(t, check, 0, platform); r.Outcome != want {
					t.Errorf("with fault %q the check ends as %s (%s), expected %s", name, r.Outcome, r.Reason, want)
				}
			}
		})
	}
}

// What a city declares decides, whatever platform publishes it.
func TestWhatIsDeclared(t *testing.T) {
	const mandatory, optional = "mim6.declared.accessRules", "mim4.declared.channels"
	page := []byte("<p>Our rules of access.</p>")
	sum := sha256.Sum256(page)
	now := time.Now()
	whole := func() declaration.Declarations {
		return declaration.Declarations{Platform: "a city", Expires: now.AddDate(0, 1, 0).Format(time.DateOnly),
			Signer: declaration.Signer{Name: "A", Role: "b", Organisation: "C"},
			Entries: []declaration.Statement{{Requirement: "oasc-2026-06-draft/MIM6/R1", Statement: "They are in force.",
				Documents: []declaration.Document{{Title: "rules", URL: "../docs/rules?v=1", SHA256: hex.EncodeToString(sum[:])}}}},
		}
	}
	for name, c := range map[string]struct {
		check  string
		change func(*declaration.Declarations)
		signed time.Time
		want   reports.Outcome
		says   string
	}{
		"shown":                {mandatory, func(*declaration.Declarations) {}, now, reports.Passed, ""},
		"shown without digest": {mandatory, func(d *declaration.Declarations) { d.Entries[0].Documents[0].SHA256 = "" }, now, reports.Passed, ""},
		"digest in capitals": {mandatory, func(d *declaration.Declarations) {
			d.Entries[0].Documents[0].SHA256 = strings.ToUpper(d.Entries[0].Documents[0].SHA256)
		}, now, reports.Passed, ""},
		"expires today":     {mandatory, func(d *declaration.Declarations) { d.Expires = now.UTC().Format(time.DateOnly) }, now, reports.Passed, ""},
		"ran out":           {mandatory, func(d *declaration.Declarations) { d.Expires = now.AddDate(0, 0, -2).Format(time.DateOnly) }, now.AddDate(0, 0, -9), reports.Failed, "ran out"},
		"signed tomorrow":   {mandatory, func(*declaration.Declarations) {}, now.AddDate(0, 0, 1), reports.Failed, "future"},
		"about another one": {mandatory, func(d *declaration.Declarations) { d.Entries[0].Requirement = "oasc-2026-06-draft/MIM6/R2" }, now, reports.Untested, "nothing is declared about it"},
		"optional, nothing": {optional, func(*declaration.Declarations) {}, now, reports.Inapplicable, "not mandatory"},
		"another document":  {mandatory, func(d *declaration.Declarations) { d.Entries[0].Documents[0].SHA256 = strings.Repeat("0", 64) }, now, reports.Failed, "changed since"},
		"no document there": {mandatory, func(d *declaration.Declarations) { d.Entries[0].Documents[0].URL = "/gone" }, now, reports.Failed, "can't be read"},
		"the second is not there": {mandatory, func(d *declaration.Declarations) {
			d.Entries[0].Documents = append(d.Entries[0].Documents, declaration.Document{Title: "more", URL: "/gone"})
		}, now, reports.Failed, "can't be read"},
		"at another host": {mandatory, func(d *declaration.Declarations) { d.Entries[0].Documents[0].URL = "http://127.0.0.2:1/rules" }, now, reports.Untested, "127.0.0.2:1"},
		"behind a login":  {mandatory, func(d *declaration.Declarations) { d.Entries[0].Documents[0].URL = "/login" }, now, reports.CantTell, "401"},
	} {
		t.Run(name, func(t *testing.T) {
			_, key, err := ed25519.GenerateKey(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			d := whole()
			c.change(&d)
			signed, err := declaration.Sign(t.Context(), d, c.signed, key)
			if err != nil {
				t.Fatal(err)
			}
			mux := http.NewServeMux()
			mux.HandleFunc("/mim/declared.json", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(signed) })
			mux.HandleFunc("/docs/rules", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
			mux.HandleFunc("/login", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
			server := httptest.NewServer(mux)
			defer server.Close()
			r := judgetest.Run(t, named(t, c.check), 0, &target.Target{Endpoints: map[string]string{target.Declarations: server.URL + "/mim/declared.json"}})
			if r.Outcome != c.want || !strings.Contains(r.Reason, c.says) {
				t.Errorf("%s (%s), expected %s (%s)", r.Outcome, r.Reason, c.want, c.says)
			}
			if told := strings.Join(r.Notes, " "); (c.want == reports.Passed) != strings.Contains(told, "declared and not tested: A (b, C) stands for it") {
				t.Errorf("the notes are %q", told)
			}
		})
	}
}

// What is no signed declaration is no evidence, whatever it is.
func TestWhatIsNoDeclaration(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want reports.Outcome
	}{
		"plain JSON":  {`{"declarations": []}`, reports.Failed},
		"no key":      {`{"payload": "e30=", "payloadType": "application/vnd.in-toto+json", "signatures": []}`, reports.Failed},
		"not JSON":    {"We declare that all is well.", reports.Failed},
		"empty":       {"", reports.Failed},
		"a wrong key": {`{"payload": "eyJwcmVkaWNhdGUiOnsic2lnbmVyIjp7ImtleSI6ImFhYWEifX19", "signatures": []}`, reports.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c.body)) }))
			defer server.Close()
			r := judgetest.Run(t, named(t, "mim6.declared.accessRules"), 0, &target.Target{Endpoints: map[string]string{target.Declarations: server.URL}})
			if r.Outcome != c.want {
				t.Errorf("%s (%s), expected %s", r.Outcome, r.Reason, c.want)
			}
		})
	}
}

func named(t *testing.T, id string) suites.Check {
	t.Helper()
	checks, err := declared.Checks()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("there is no check %s", id)
	return suites.Check{}
}
