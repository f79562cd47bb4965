package tmf

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func platform(t *testing.T) *Platform {
	t.Helper()
	p, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ask(p *Platform, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(method, Base+path, strings.NewReader(body)))
	return w
}

const (
	category = "/productCatalogManagement/v4/category"
	offering = "/productCatalogManagement/v4/productOffering"
	order    = "/productOrderingManagement/v4/productOrder"
)

func TestAnswers(t *testing.T) {
	p := platform(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		holds              string
	}{
		{"GET", offering, "", 200, `"id":"parking-open"`},
		{"GET", offering + "?limit=1&offset=1&fields=name", "", 200, `[{"@type":"ProductOffering","href":"http://example.com/tmf-api/productCatalogManagement/v4/productOffering/parking-plus","id":"parking-plus","name":"Parking data (each minute)"}]`},
		{"GET", offering + "?category.id=tourism&fields=id", "", 200, `"id":"poi-open"`},
		{"GET", offering + "?name=none", "", 200, "[]"},
		{"GET", offering + "?limit=some", "", 400, "whole numbers"},
		{"GET", offering + "?limit=-1", "", 400, "whole numbers"},
		{"GET", offering + "/air-open", "", 200, `"productSpecification":{"@referredType":"ProductSpecification","href":"http://example.com/tmf-api/productCatalogManagement/v4/productSpecification/air-feed"`},
		{"GET", offering + "/none", "", 404, `"code":"60"`},
		{"GET", "/productCatalogManagement/v4", "", 404, "no resource"},
		{"GET", "/productCatalogManagement/v1/category", "", 404, "no resource"},
		{"PUT", category + "/tourism", "{}", 405, "not allowed"},
		{"POST", "/party/v4/individual", "{}", 405, "not allowed"},
		{"POST", category, `{"name": "x"}`, 201, `"name":"x"`},
		{"POST", category, `{"name": ""}`, 400, "mandatory"},
		{"POST", category, `{"name": 1}`, 400, "mandatory"},
		{"POST", category, `[`, 400, "no JSON object"},
		{"POST", category, `null`, 400, "no JSON object"},
		{"POST", order, `{"productOrderItem": [{"id": "1", "action": "add"}]}`, 201, `"state":"acknowledged"`},
		{"POST", order, `{"productOrderItem": []}`, 400, "at least one"},
		{"POST", order, `{"productOrderItem": [{"id": "1", "action": "borrow"}]}`, 400, "noChange"},
		{"POST", order, `{"productOrderItem": ["1"]}`, 400, "noChange"},
		{"PATCH", category + "/tourism", `{"description": "new"}`, 200, `"description":"new"`},
		{"PATCH", category + "/tourism", `{"name": null}`, 400, "mandatory"},
		{"PATCH", category + "/tourism", `{"id": "other"}`, 400, "cannot be changed"},
		{"PATCH", category + "/none", `{}`, 404, "no Category"},
		{"DELETE", category + "/tourism", "", 204, ""},
		{"DELETE", category + "/tourism", "", 404, "no Category"},
	} {
		w := ask(p, c.method, c.path, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.holds) {
			t.Errorf("%s %s: %d %s, expected %d with %s", c.method, c.path, w.Code, w.Body, c.status, c.holds)
		}
	}
}

// Every collection has things with unique ids, and each is where its href says.
func TestSample(t *testing.T) {
	p := platform(t)
	for path := range p.collections {
		var list []object
		if err := json.Unmarshal(ask(p, http.MethodGet, "/"+path, "").Body.Bytes(), &list); err != nil || len(list) < 2 {
			t.Errorf("%s: %d things, %v", path, len(list), err)
		}
		seen := map[any]bool{}
		for _, o := range list {
			if seen[o["id"]] {
				t.Errorf("%s: the id %v is there twice", path, o["id"])
			}
			seen[o["id"]] = true
			u, err := url.Parse(o["href"].(string))
			if err != nil {
				t.Fatal(err)
			}
			if w := ask(p, http.MethodGet, strings.TrimPrefix(u.Path, Base), ""); w.Code != http.StatusOK {
				t.Errorf("%s: %d", u, w.Code)
			}
		}
	}
}
