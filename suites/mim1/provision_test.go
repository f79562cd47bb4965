package mim1_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

func TestProvisionAgainstTheReferencePlatform(t *testing.T) { judge(t, mim1.Provision()) }

func TestProvisionChecksAreWellFormed(t *testing.T) {
	r, err := suites.NewRegistry(mim1.Provision())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.All()); n < 150 {
		t.Errorf("there are %d checks of provision, expected at least the 150 that there were", n)
	}
}

// liberties are ways in which a platform may answer otherwise than the reference
// platform and still be right: no check may hold one against it.
func liberties() []faults.Fault {
	reading := faults.Op("GET", "/entities/*")
	return []faults.Fault{
		{Name: "absolute Location", On: faults.Op("POST", "/entities"), Answer: func(r *http.Request, a *faults.Answer) {
			if location := a.Header.Get("Location"); location != "" {
				a.Header.Set("Location", "https://gateway.example"+strings.ReplaceAll(location, ":", "%3A"))
			}
		}},
		{Name: "members of its own", On: reading, Answer: inAnswer(func(e map[string]any) {
			for name, member := range e {
				if attribute, ok := member.(map[string]any); ok {
					attribute["brokerNote"] = "kept warm"
					e[name] = attribute
				}
			}
		})},
		{Name: "instances always in a list", On: reading, Answer: inAnswer(func(e map[string]any) {
			for name, member := range e {
				if attribute, ok := member.(map[string]any); ok {
					e[name] = []any{attribute}
				}
			}
		})},
		{Name: "types and scopes always in a list", On: reading, Answer: inAnswer(func(e map[string]any) {
			for _, name := range []string{"type", "scope"} {
				if one, ok := e[name].(string); ok {
					e[name] = []any{one}
				}
			}
		})},
		{Name: "times with fractions", On: reading, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`(T\d\d:\d\d:\d\d)Z"`).ReplaceAll(a.Body, []byte(`${1}.000000Z"`))
		}},
		{Name: "times of a clock that knows seconds only", On: reading, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`("(?:createdAt|modifiedAt)":\s*"[^"]*T\d\d:\d\d:\d\d)\.\d+`).ReplaceAll(a.Body, []byte(`${1}`))
		}},
		{Name: "batch ids in another order", On: anyBatch, Answer: func(_ *http.Request, a *faults.Answer) {
			var ids []any
			if json.Unmarshal(a.Body, &ids) == nil {
				for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
					ids[i], ids[j] = ids[j], ids[i]
				}
				a.Body, _ = json.Marshal(ids)
			}
		}},
		{Name: "problems with more members", On: func(*http.Request) bool { return true }, Answer: func(_ *http.Request, a *faults.Answer) {
			if a.Status >= 400 {
				a.Body = bytes.Replace(a.Body, []byte("{"), []byte(`{"instance": "urn:trace:1", `), 1)
			}
		}},
		{Name: "short names in partial results", On: faults.Op("POST", "/entities/*/attrs"), Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = bytes.ReplaceAll(a.Body, []byte("https://uri.etsi.org/ngsi-ld/default-context/"), nil)
		}},
		{Name: "a batch refused as a whole for one invalid entity", On: anyBatch, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if sent := faults.ReadBody(r); bytes.Contains(sent, []byte("Measurement")) || bytes.Contains(sent, []byte("next door")) {
				refusal(400, "BadRequestData").WriteTo(w)
				return
			}
			next.ServeHTTP(w, r)
		}},
		{Name: "noOverwrite answered by 204 in a batch", On: faults.Op("POST", "/entityOperations/update").WithQuery("options"), Answer: faults.Status(207, 204)},
	}
}

func TestProvisionAllowsWhatTheStandardAllows(t *testing.T) {
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	for _, check := range mim1.Provision() {
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			allowed := liberties()
			if check.ID == "mim1.attribute.append.partialNames" { // of V1.9.1, which leaves no choice
				allowed = slices.DeleteFunc(allowed, func(f faults.Fault) bool { return f.Name == "short names in partial results" })
			}
			if r := outcome(t, check, allowed...); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// A platform without NGSI-LD Null says so with 422: nothing to hold against it, and
// nothing to praise it for.
func TestNullsAreInapplicableWhereThePlatformSaysSo(t *testing.T) {
	withoutNulls := faults.Fault{Name: "no NGSI-LD Null", On: func(r *http.Request) bool { return r.Method == "PATCH" },
		Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if bytes.Contains(faults.ReadBody(r), []byte("urn:ngsi-ld:null")) {
				refusal(422, "OperationNotSupported").WriteTo(w)
				return
			}
			next.ServeHTTP(w, r)
		}}
	n := 0
	for _, check := range mim1.Provision() {
		if strings.Contains(check.ID, ".nullRemoves") && !strings.Contains(check.ID, ".batch.") {
			n++
			if r := outcome(t, check, withoutNulls); r.Outcome != reports.Inapplicable {
				t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
			}
		}
	}
	if n == 0 {
		t.Error("no check of NGSI-LD Null was found")
	}
}

// Until 1.5 an update reported attributes that the entity has not instead of appending them.
func TestUpdateMayReportUnknownAttributes(t *testing.T) {
	reports207 := faults.Fault{Name: "reports unknown attributes", On: faults.Op("PATCH", "/entities/*/attrs"),
		Answer: func(_ *http.Request, a *faults.Answer) {
			a.Status, a.Body = 207, []byte(`{"updated": ["https://example.org/a"], "notUpdated": [{"attributeName": "https://example.org/b", "reason": "unknown"}]}`)
			a.Header.Set("Content-Type", "application/json")
		}}
	check := named(t, "mim1.attribute.update.unknownAttribute")
	for version, want := range map[string]reports.Outcome{"1.3.1": reports.Passed, "1.8.1": reports.Passed, "": reports.Passed, "1.9.1": reports.Failed} {
		if r := inVersion(t, check, version, suites.Features(), 0, platform(t, check), reports207); r.Outcome != want {
			t.Errorf("in version %q the check ends as %s, want %s: %s", version, r.Outcome, want, r.Reason)
		}
	}
}

func named(t *testing.T, id string) suites.Check {
	t.Helper()
	for _, check := range mim1.Provision() {
		if check.ID == id {
			return check
		}
	}
	t.Fatalf("no check %s", id)
	return suites.Check{}
}

func anyBatch(r *http.Request) bool { return strings.Contains(r.URL.Path, "/entityOperations/") }

// inAnswer is an Answer change of a JSON object.
func inAnswer(edit func(o map[string]any)) func(*http.Request, *faults.Answer) {
	return func(r *http.Request, a *faults.Answer) {
		if r.Method == http.MethodGet && a.Status != http.StatusOK {
			return
		}
		d := json.NewDecoder(bytes.NewReader(a.Body))
		d.UseNumber()
		var o map[string]any
		if d.Decode(&o) != nil || o == nil {
			return
		}
		edit(o)
		a.Body, _ = json.Marshal(o)
	}
}

func refusal(status int, kind string) *faults.Answer {
	return &faults.Answer{Status: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: fmt.Appendf(nil, `{"type": "https://uri.etsi.org/ngsi-ld/errors/%s", "title": %q, "status": %d}`, kind, kind, status)}
}
