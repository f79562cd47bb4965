package mim1_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// How many things of each kind other clients have: more than a page. Of @contexts, which
// take more memory than all else, more than a part (see inParts).
const others, otherContexts = 130, 15

// crowd fills the platform with what other clients have there: before what a check adds,
// and by their names before and after it. Some of their registrations are of any type.
func crowd(t *testing.T, p *reference.Platform) {
	t.Helper()
	for _, kind := range []struct{ path, body string }{ // registrations first: each new one is held against the subscriptions that are there
		{"/csourceRegistrations", `{"id":"urn:NAME:r","type":"ContextSourceRegistration","information":[OFFERED],"operations":["replaceAttrs"],"endpoint":"http://192.0.2.1/"}`},
		{"/subscriptions", `{"id":"urn:NAME:s","type":"Subscription","isActive":false,"entities":[{"type":"OfNAME"}],"notification":{"endpoint":{"uri":"http://192.0.2.1/"}}}`},
		{"/csourceSubscriptions", `{"id":"urn:NAME:s","type":"Subscription","isActive":false,"entities":[{"type":"OfNAME"}],"notification":{"endpoint":{"uri":"http://192.0.2.1/"}}}`},
		{"/jsonldContexts", `{"@context":{"ofNAME":"urn:NAME:term"}}`},
		{"/entities", `{"id":"urn:NAME:e","type":"OfNAME","ofNAME":{"type":"Property","value":1}}`},
	} {
		for n := range others {
			if kind.path == "/jsonldContexts" && n >= otherContexts {
				continue
			}
			name := fmt.Sprintf("%c%03d", "Az"[n%2], n)
			offered := `{"entities":[{"type":"OfNAME"}]}`
			if n%2 == 0 {
				offered = `{"propertyNames":["ofNAME"]}` // of entities of any type
			}
			r := httptest.NewRequest(http.MethodPost, "/ngsi-ld/v1"+kind.path, strings.NewReader(strings.ReplaceAll(strings.ReplaceAll(kind.body, "OFFERED", offered), "NAME", name)))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			if p.ServeHTTP(w, r); w.Code != http.StatusCreated {
				t.Fatalf("POST %s is answered with %d: %s", kind.path, w.Code, w.Body)
			}
		}
	}
}

// inParts is a platform that gives in parts what the standard foresees no pages of, and
// says where the next part is.
func inParts() faults.Fault {
	const part, from = 7, "from"
	return faults.Fault{Name: "lists in parts", On: func(r *http.Request) bool {
		last := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		return r.Method == http.MethodGet && (last == "types" || last == "attributes" || last == "jsonldContexts")
	}, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		q := r.URL.Query()
		start, _ := strconv.Atoi(q.Get(from)) // 0 when it is not there
		q.Del(from)
		whole := r.Clone(r.Context())
		whole.URL.RawQuery = q.Encode()
		a := faults.Record(next, whole)
		defer a.WriteTo(w)
		var v any
		if a.Status != http.StatusOK || json.Unmarshal(a.Body, &v) != nil {
			return
		}
		cut := func(v any) []any {
			all, _ := v.([]any)
			end := min(start+part, len(all))
			if end < len(all) {
				q.Set(from, strconv.Itoa(end))
				a.Header.Add("Link", "<"+r.URL.Path+"?"+q.Encode()+`>; rel="next"`)
			}
			return all[min(start, end):end]
		}
		switch list := v.(type) {
		case []any:
			v = cut(list)
		case map[string]any:
			for _, member := range []string{"typeList", "attributeList"} {
				if list[member] != nil {
					list[member] = cut(list[member])
				}
			}
		}
		if body, err := json.Marshal(v); err == nil {
			a.Body = body
		}
	}}
}

// No check may take what is on the first page of a list for all that there is, nor what
// others have put there for its own.
func TestAmongManyOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("many checks over again, in the long run")
	}
	n := 0
	for _, check := range everyCheck() {
		reads := false
		for _, part := range []string{".query.", ".list", "ontext.", ".types.", ".attributes.", ".answer.", "Details", "sysAttrs"} {
			reads = reads || strings.Contains(check.ID, part)
		}
		if !reads || !check.Has(suites.NeedWrite) || strings.HasPrefix(check.ID, "mim1.query.") {
			continue
		}
		n++
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			p := made(t, reference.Options{Empty: true, NoTenants: check.Without == suites.FeatureTenants})
			defer p.Close() // a test keeps what its clean-up refers to until all of them are over
			crowd(t, p)
			if r := seeded(t, check, 0, p, inParts()); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
	if n < 50 {
		t.Errorf("%d checks read lists, expected 50 at least", n)
	}
}
