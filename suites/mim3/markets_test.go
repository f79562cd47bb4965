package mim3_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim3"
)

// ends is how a check of MIM3 ends at a platform that has the fault.
func ends(t *testing.T, id string, fault faults.Fault) suites.Result {
	t.Helper()
	platform := judgetest.City(t, fault)
	for _, check := range mim3.Checks() {
		if check.ID == "mim3."+id {
			return judgetest.Run(t, check, 7, platform)
		}
	}
	t.Fatalf("there is no check %s", id)
	return suites.Result{}
}

// stock serves lists of things by their paths, and things by their ids; what is no UUID it
// calls malformed.
func stock(lists map[string][]object, dumb bool) faults.Fault {
	isUUID := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	return faults.Fault{On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/tmf-api/") },
		Instead: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/tmf-api/"), "/")
			_, path, _ = strings.Cut(path, "/") // without the API and its version
			name, id, one := strings.Cut(path, "/")
			list, there := lists[name]
			answer, status := any(object{"code": "60", "reason": "Not found"}), http.StatusNotFound
			switch {
			case !there || r.Method != http.MethodGet:
			case !one:
				answer, status = list, http.StatusOK
			case !isUUID.MatchString(strings.TrimPrefix(id, "urn:ngsi-ld:catalog:")):
				answer, status = object{"code": "20", "reason": "The id is no UUID"}, http.StatusBadRequest
			case !dumb:
				for _, thing := range list {
					if thing["id"] == id {
						answer, status = thing, http.StatusOK
					}
				}
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(answer) // the client may be gone
		}}
}

// What markets of others do is judged as the standard has it, and by what is there.
func TestMarketsOfOthers(t *testing.T) {
	const a, b = "de5987d4-6be8-4cb6-8756-cc7b932ab2ef", "59ccf102-4f44-4806-8643-bf45f408afac"
	thing := func(id, name string) object {
		return object{"id": id, "href": "/tmf-api/productCatalogManagement/v4/catalog/" + id, "name": name}
	}
	urn := thing("urn:ngsi-ld:catalog:"+a, "A")
	urn["href"] = urn["id"]
	catalogs := map[string][]object{"catalog": {thing(a, "A"), thing(b, "B")}}
	same := map[string][]object{"productOrder": {{"id": a, "state": "acknowledged"}, {"id": b, "state": "acknowledged"}}}
	one := map[string][]object{"catalog": {thing(a, "A")}}
	orders := func(state string, items ...any) map[string][]object {
		return map[string][]object{"productOrder": {{"id": a, "state": state, "orderItem": items}}}
	}
	item := func(id, state string) any { return object{"id": id, "action": "add", "state": state} }
	termed := func(term string) map[string][]object {
		return map[string][]object{"productOffering": {{"id": a, "name": "A", "productOfferingTerm": []any{object{"name": term}}}}}
	}
	refers := func(href, id string) map[string][]object {
		return map[string][]object{"category": {{"id": b}}, "catalog": {{"id": a, "category": []any{object{"id": id, "href": href}}}}}
	}
	for _, c := range []struct {
		name, check string
		lists       map[string][]object
		dumb        bool // nothing is found by its id
		want        reports.Outcome
	}{
		{"ids are UUIDs", "catalog.retrieve.unknown", catalogs, false, reports.Passed},
		{"ids are UUIDs, and the refusal is told", "catalog.retrieve.error", catalogs, false, reports.Passed},
		{"ids end with UUIDs", "catalog.retrieve.unknown", map[string][]object{"catalog": {urn}}, false, reports.Passed},
		{"nothing is found by its id", "catalog.retrieve.unknown", catalogs, true, reports.Untested},
		{"no list", "category.retrieve.unknown", catalogs, false, reports.Failed},
		{"no list of prices", "productOfferingPrice.retrieve.unknown", catalogs, false, reports.Inapplicable},
		{"an empty list", "category.retrieve.unknown", map[string][]object{"category": {}}, false, reports.Passed},
		{"a name as href", "catalog.retrieve.href", map[string][]object{"catalog": {urn}}, false, reports.Failed},
		{"an href without host", "catalog.retrieve.href", catalogs, false, reports.Passed},
		{"numbers as ids", "catalog.retrieve.unknown", map[string][]object{"catalog": {{"id": "42"}}}, true, reports.Untested},
		{"a filter that has nothing to leave out", "productOrder.filter.equal", same, false, reports.Untested},
		{"a filter that is ignored", "catalog.filter.equal", catalogs, false, reports.Failed},
		{"no list to create in", "category.create.success", catalogs, false, reports.Failed},
		{"no list to delete from", "category.delete.unknown", catalogs, false, reports.Failed},
		{"nothing can be created", "category.create.success", map[string][]object{"category": {}}, false, reports.Inapplicable},
		{"nothing can be created, whatever it is", "category.create.noName", map[string][]object{"category": {}}, false, reports.Inapplicable},
		{"nothing can be created, nor deleted", "category.delete.unknown", map[string][]object{"category": {}}, false, reports.Inapplicable},
		{"a reference to what is there", "catalog.content.categories", refers("/tmf-api/productCatalogManagement/v4/category/"+b, b), false, reports.Passed},
		{"a reference to what is not there", "catalog.content.categories", refers("/tmf-api/productCatalogManagement/v4/category/"+a, a), false, reports.Failed},
		{"a reference to another host", "catalog.content.categories", refers("https://elsewhere.example/category/"+a, a), false, reports.CantTell},
		{"an address that the platform has behind a proxy", "catalog.content.categories", refers("http://market:8080/category/"+b, b), false, reports.Passed},
		{"a reference without id", "catalog.content.categories", refers("https://elsewhere.example/category/1", ""), false, reports.Failed},
		{"one thing, and no limit", "catalog.list.limit", one, false, reports.Inapplicable},
		{"one thing, which cannot be there twice", "catalog.list.distinct", one, false, reports.Inapplicable},
		{"a limit that is ignored", "catalog.list.limit", catalogs, false, reports.Failed},
		{"nothing to filter", "category.filter.none", map[string][]object{"category": {}}, false, reports.Inapplicable},
		{"no offering to filter", "productOffering.filter.none", map[string][]object{"productOffering": {}}, false, reports.Untested},
		{"no items", "productOrder.content.actions", orders("held"), false, reports.Untested},
		{"one item", "productOrder.content.distinctItems", orders("held", item("1", "held")), false, reports.Inapplicable},
		{"two items", "productOrder.content.distinctItems", orders("held", item("1", "held"), item("2", "held")), false, reports.Passed},
		{"items with one id", "productOrder.content.distinctItems", orders("held", item("1", "held"), item("1", "held")), false, reports.Failed},
		{"completed, as version 2 spells it", "productOrder.content.completed", orders("Completed", item("1", "Completed")), false, reports.Passed},
		{"half completed, as version 2 spells it", "productOrder.content.completed", orders("Completed", item("1", "InProgress")), false, reports.Failed},
		{"a service level", "productOffering.content.serviceLevel", termed("SLA 99.9 %"), false, reports.Passed},
		{"a word that contains it", "productOffering.content.serviceLevel", termed("Legislation"), false, reports.Failed},
		{"a licence in Italian", "productOffering.content.licence", termed("Licenza CC BY"), false, reports.Passed},
		{"a licence in Finnish", "productOffering.content.licence", termed("Lisenssi"), false, reports.Passed},
		{"no licence", "productOffering.content.licence", termed("Minimum duration"), false, reports.Failed},
		{"a product that is pending, as older versions spell it", "product.content.status", map[string][]object{"product": {{"id": a, "status": "pending active"}}}, false, reports.Passed},
		{"a product in a state of its own", "product.content.status", map[string][]object{"product": {{"id": a, "status": "AVAILABLE"}}}, false, reports.Failed},
		{"a product without status", "product.content.status", map[string][]object{"product": {{"id": a}}}, false, reports.Inapplicable},
		{"no orders", "productOrder.create.malformed", same, false, reports.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := ends(t, c.check, stock(c.lists, c.dumb)); r.Outcome != c.want {
				t.Errorf("%s ends as %s, expected %s: %s", c.check, r.Outcome, c.want, r.Reason)
			}
		})
	}
}

// Since version 5 of the APIs changes may be done later, and may have to be merge patches.
func TestChangesOfMarkets(t *testing.T) {
	writes := func(methods string) func(r *http.Request) bool {
		return func(r *http.Request) bool {
			return strings.HasPrefix(r.URL.Path, "/tmf-api/") && strings.Contains(methods, r.Method)
		}
	}
	accepted := func(methods string) faults.Fault {
		return faults.Fault{On: writes(methods), Answer: func(_ *http.Request, a *faults.Answer) {
			if a.Status < 300 {
				a.Status, a.Body = http.StatusAccepted, nil
			}
		}}
	}
	merging := faults.Fault{On: writes("PATCH"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("Content-Type") != "application/merge-patch+json" {
			http.Error(w, "expected application/merge-patch+json", http.StatusUnsupportedMediaType)
			return
		}
		next.ServeHTTP(w, r)
	}}
	created := faults.Fault{On: writes("PATCH"), Answer: func(_ *http.Request, a *faults.Answer) {
		if a.Status == http.StatusOK {
			a.Status = http.StatusCreated
		}
	}}
	gone := faults.Fault{On: writes("GET PATCH DELETE"), Answer: func(_ *http.Request, a *faults.Answer) {
		if a.Status == http.StatusNotFound {
			a.Status = http.StatusGone
		}
	}}
	for _, c := range []struct {
		name, check string
		fault       faults.Fault
		want        reports.Outcome
	}{
		{"created later", "category.create.success", accepted("POST"), reports.Untested},
		{"refused later", "category.create.noName", accepted("POST"), reports.Passed}, // this one is refused at once
		{"ordered later", "productOrder.create.success", accepted("POST"), reports.Untested},
		{"changed later", "category.update.success", accepted("PATCH"), reports.Passed},
		{"deleted later", "category.delete.success", accepted("DELETE"), reports.Passed},
		{"deleted later, and not again", "category.delete.unknown", accepted("DELETE"), reports.Passed},
		{"changed by merge patches", "category.update.success", merging, reports.Passed},
		{"a change as if it made something", "category.update.success", created, reports.Failed},
		{"gone after the deletion", "category.delete.success", gone, reports.Passed},
		{"gone, and not changed any more", "category.update.unknown", gone, reports.Passed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := ends(t, c.check, c.fault); r.Outcome != c.want {
				t.Errorf("%s ends as %s, expected %s: %s", c.check, r.Outcome, c.want, r.Reason)
			}
		})
	}
}
