package mim3_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim3"
)

type object = map[string]any

// market is a platform whose marketplace differs.
func market(edit func(r *http.Request, a *faults.Answer)) faults.Fault {
	return faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/tmf-api/") }, Answer: edit}
}

// eachThing edits the things of good answers.
func eachThing(edit func(o object)) func(*http.Request, *faults.Answer) {
	return func(_ *http.Request, a *faults.Answer) {
		var list []object
		var one object
		switch {
		case a.Status >= 300:
		case json.Unmarshal(a.Body, &list) == nil:
			for _, o := range list {
				edit(o)
			}
			a.Body, _ = json.Marshal(list)
		case json.Unmarshal(a.Body, &one) == nil:
			edit(one)
			a.Body, _ = json.Marshal(one)
		}
	}
}

// What a marketplace may do does not fail it, whichever check looks.
func TestLibertiesOfMarkets(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each liberty; other tests run the same code")
	}
	for _, c := range []struct {
		name string
		edit func(r *http.Request, a *faults.Answer)
	}{
		{"no counts", func(_ *http.Request, a *faults.Answer) {
			a.Header.Del("X-Total-Count")
			a.Header.Del("X-Result-Count")
		}},
		{"lists in parts have 206", func(r *http.Request, a *faults.Answer) {
			if a.Status == http.StatusOK && r.Method == http.MethodGet && strings.HasPrefix(string(a.Body), "[") {
				a.Status = http.StatusPartialContent
			}
		}},
		{"no types, and attributes of its own", eachThing(func(o object) { delete(o, "@type"); o["x-rating"] = 5 })},
		{"fractions of seconds and offsets", eachThing(func(o object) {
			if o["lastUpdate"] != nil {
				o["lastUpdate"] = "2025-02-03T09:00:00.125+01:00"
			}
		})},
		{"no Location", func(_ *http.Request, a *faults.Answer) { a.Header.Del("Location") }},
		{"422 for what is not valid", func(r *http.Request, a *faults.Answer) {
			if a.Status == http.StatusBadRequest && strings.Contains(string(a.Body), "mandatory") {
				a.Status = http.StatusUnprocessableEntity
			}
		}},
		{"nothing on offer", func(r *http.Request, a *faults.Answer) {
			if r.Method == http.MethodGet && strings.HasPrefix(string(a.Body), "[") {
				a.Body = []byte("[]")
				a.Header.Set("X-Total-Count", "0")
				a.Header.Set("X-Result-Count", "0")
			}
		}},
		{"without prices, as before version 4", func(r *http.Request, a *faults.Answer) {
			if strings.Contains(r.URL.Path, "/productOfferingPrice") {
				a.Status, a.Body = http.StatusNotFound, []byte(`{"code": "60", "reason": "Not Found"}`)
			}
			if strings.Contains(r.URL.Path, "/productOffering") && !strings.Contains(r.URL.Path, "/productOfferingPrice") {
				eachThing(func(o object) {
					if o["productOfferingPrice"] != nil {
						o["productOfferingPrice"] = []any{object{"name": "free", "price": object{"dutyFreeAmount": 0}}}
					}
				})(r, a)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, market(c.edit))
			for _, check := range ofMarkets() {
				if c.name == "nothing on offer" && strings.HasSuffix(check.ID, ".listed") {
					continue // what was created has to be there
				}
				if r := judgetest.Run(t, check, 7, platform); r.Outcome == reports.Failed {
					t.Errorf("%s fails: %s", check.ID, r.Reason)
				}
			}
		})
	}
}

// A catalogue that clients can only read does not fail.
func TestReadOnlyMarkets(t *testing.T) {
	platform := judgetest.City(t, faults.Fault{On: func(r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, "/tmf-api/") && r.Method != http.MethodGet
	},
		Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(http.StatusMethodNotAllowed)
		}})
	for _, check := range ofMarkets() {
		if check.Has(suites.NeedWrite) && !strings.HasPrefix(check.ID, "mim3.productOrder.create.malformed") {
			if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.Inapplicable && r.Outcome != reports.Untested {
				t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
			}
		}
	}
}

// Version 5 calls catalogs otherwise.
func TestProductCatalogs(t *testing.T) {
	platform := judgetest.City(t, faults.Fault{On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/tmf-api/") },
		Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			switch {
			case strings.Contains(r.URL.Path, "/productCatalog/") || strings.HasSuffix(r.URL.Path, "/productCatalog"):
				r.URL.Path = strings.Replace(r.URL.Path, "/productCatalog", "/catalog", 2)
				r.URL.Path = strings.Replace(r.URL.Path, "/catalogManagement", "/productCatalogManagement", 1)
			case strings.HasSuffix(r.URL.Path, "/catalog"):
				r.URL.Path += "-of-old"
			}
			next.ServeHTTP(w, r)
		}})
	for _, check := range ofMarkets() {
		if strings.HasPrefix(check.ID, "mim3.catalog.list.") || strings.HasPrefix(check.ID, "mim3.catalog.fields.") {
			if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.Passed {
				t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
			}
		}
	}
}

// A platform that is down or refuses whoever asks is not judged.
func TestIllMarketsAreNotJudged(t *testing.T) {
	for _, status := range []int{http.StatusBadGateway, http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError, http.StatusTooManyRequests} {
		platform := judgetest.City(t, faults.Fault{Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(status) }})
		for _, check := range ofMarkets()[:40] {
			if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.CantTell {
				t.Errorf("%d: %s ends as %s: %s", status, check.ID, r.Outcome, r.Reason)
			}
		}
	}
}

// ofMarkets are the checks of marketplaces.
func ofMarkets() []suites.Check {
	var all []suites.Check
	for _, c := range mim3.Checks() {
		if strings.HasPrefix(c.Asks()[0], "tmf") {
			all = append(all, c)
		}
	}
	return all
}
