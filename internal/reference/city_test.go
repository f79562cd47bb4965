package reference

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func TestCity(t *testing.T) {
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p)
	defer server.Close()
	c := &client{T: t, url: server.URL, p: p}
	link := "Link: " + ngsild.ContextLink(server.URL+CityContextPath)

	types := c.get("/types", link).is(200).json().(map[string]any)["typeList"].([]any)
	if len(types) != 9 {
		t.Errorf("types %v, want nine without prefixes", types)
	}
	var all []map[string]any
	a := c.get("/entities?local=true&limit=1000&count=true", link).is(200)
	if err := json.Unmarshal(a.raw, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 60 || a.header.Get(ngsild.HeaderCount) == "" {
		t.Errorf("%d entities", len(all))
	}
	ids := map[string]bool{}
	for _, e := range all {
		ids[e["id"].(string)] = true
	}
	for _, e := range all {
		if strings.Contains(e["type"].(string), ":") {
			t.Errorf("%s: type %s is not compacted", e["id"], e["type"])
		}
		for name, v := range e {
			if strings.Contains(name, "://") {
				t.Errorf("%s: attribute %s is not compacted", e["id"], name)
			}
			if o, ok := v.(map[string]any); ok && o["type"] == "Relationship" && !ids[o["object"].(string)] {
				t.Errorf("%s: %s leads to %s, which is not there", e["id"], name, o["object"])
			}
		}
	}
	if got := c.get("/entities?type=WasteContainer&q=fillingLevel>=0&limit=100", link).is(200).ids(); len(strings.Fields(got)) != 10 {
		t.Errorf("containers: %s", got)
	}
	served := c.get("/jsonldContexts/city", "Accept: "+ngsild.MediaJSONLD).is(200)
	if served.header.Get("Content-Type") != ngsild.MediaJSONLD {
		t.Errorf("the @context is served as %s", served.header.Get("Content-Type"))
	}
	c.send("GET", "/entities/urn:ngsi-ld:AirQualityObserved:Halverstad:001?join=inline", "", link).is(200)
}

// The measurements of the city have a past of a day, which leads up to the present.
func TestCityHasAPast(t *testing.T) {
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p)
	defer server.Close()
	c := &client{T: t, url: server.URL, p: p}
	link := "Link: " + ngsild.ContextLink(server.URL+CityContextPath)
	const air = "urn:ngsi-ld:AirQualityObserved:Halverstad:001"
	now := c.get("/entities/"+air+"?format=keyValues&pick=no2", link).is(200).json().(map[string]any)
	a := c.get("/temporal/entities/"+air+"?format=temporalValues&timerel=between&timeAt=2025-03-13T00:00:00Z&endTimeAt=2025-03-15T00:00:00Z&pick=no2", link).is(200)
	for name, v := range a.json().(map[string]any) {
		values := v.(map[string]any)["values"].([]any)
		last := values[len(values)-1].([]any)
		if len(values) != 13 || last[0] != now[name] || values[0].([]any)[1] != "2025-03-13T09:30:00Z" {
			t.Errorf("%s is %v, and was %v", name, now[name], values)
		}
	}
}
