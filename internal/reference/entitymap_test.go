package reference

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func TestEntityMaps(t *testing.T) { // 5.14
	c := newClient(t)
	for i := range 4 {
		c.send("POST", "/entities", fmt.Sprintf(`{"id":"urn:%d","type":"T"}`, i)).is(201)
	}
	a := c.get("/entities?type=T&limit=2&entityMap=true").is(201)
	named := a.header.Get("NGSILD-EntityMap")
	_, id, found := strings.Cut(named, "/ngsi-ld/v1/entityMaps/")
	if !found || a.ids() != "0 1" {
		t.Fatalf("%v, %s", a.header, a.ids())
	}
	c.send("POST", "/entities", `{"id":"urn:9","type":"T"}`).is(201)
	c.send("DELETE", "/entities/urn:2", "").is(204)
	if got := c.get("/entities?type=T&offset=1&limit=5", "NGSILD-EntityMap: "+named).is(200).ids(); got != "1 3" {
		t.Errorf("a page of the map: %q", got)
	}
	if got := c.get("/entities?type=T", "NGSILD-EntityMap: "+id).is(200).ids(); got != "0 1 3" {
		t.Errorf("the map by its id: %q", got)
	}
	o := c.get("/entityMaps/" + id).is(200).json().(map[string]any)
	if o["type"] != "EntityMap" || o["expiresAt"] == nil || fmt.Sprint(o["entityMap"].(map[string]any)["urn:3"]) != "[@none]" {
		t.Errorf("%v", o)
	}
	if a := c.get("/entities?type=T", "NGSILD-EntityMap: urn:none").is(201); a.ids() != "0 1 3 9" || !strings.HasPrefix(a.header.Get("NGSILD-EntityMap"), "/ngsi-ld/v1/entityMaps/urn:") {
		t.Errorf("an unknown map gives place to a new one: %s, %v", a.ids(), a.header)
	}
	c.send("PATCH", "/entityMaps/"+id, `{"expiresAt":"2099-01-01T00:00:00Z","entityMap":{}}`).is(204)
	if got := c.get("/entityMaps/" + id).json().(map[string]any); got["expiresAt"] != "2099-01-01T00:00:00Z" || len(got["entityMap"].(map[string]any)) != 3 {
		t.Errorf("%v", got)
	}
	c.send("PATCH", "/entityMaps/"+id, `{"expiresAt":"soon"}`).problem(400, ngsild.BadRequestData)
	c.get("/entityMaps/"+id, "NGSILD-Tenant: other").problem(404, ngsild.NonexistentTenant)
	a = c.get("/entityMaps?type=T").is(201)
	if a.header.Get("Location") != a.header.Get("NGSILD-EntityMap") || len(a.json().(map[string]any)["entityMap"].(map[string]any)) != 4 {
		t.Errorf("%v: %s", a.header, a.raw)
	}
	a = c.send("POST", "/entityMaps?entityMapLifetime=PT1S", `{"type":"Query","entities":[{"type":"T"}],"q":"x"}`).is(201)
	if len(a.json().(map[string]any)["entityMap"].(map[string]any)) != 0 {
		t.Errorf("%s", a.raw)
	}
	c.get("/entityMaps?type=T&entityMapLifetime=soon").problem(400, ngsild.BadRequestData)
	c.get("/entityMaps").problem(400, ngsild.BadRequestData)
	c.send("DELETE", "/entityMaps/"+id, "").is(204)
	c.send("DELETE", "/entityMaps/"+id, "").problem(404, ngsild.ResourceNotFound)
	c.get("/entityMaps/nonsense").problem(400, ngsild.BadRequestData)
	c.get("/entityMaps/"+id).problem(404, ngsild.ResourceNotFound)
}

func TestTemporalEntityMaps(t *testing.T) { // 5.14.5
	c := newClient(t)
	for i := range 3 {
		c.send("POST", "/temporal/entities", fmt.Sprintf(`{"id":"urn:%d","type":"T","a":[{"type":"Property","value":1,"observedAt":"2024-01-0%dT00:00:00Z"}]}`, i, i+1)).is(201)
	}
	c.get("/temporal/entityMaps?type=T").problem(400, ngsild.BadRequestData)
	const after = "timerel=after&timeAt=2024-01-02T00:00:00Z"
	a := c.get("/temporal/entityMaps?type=T&" + after).is(201)
	if m := a.json().(map[string]any)["entityMap"].(map[string]any); len(m) != 2 || fmt.Sprint(m["urn:2"]) != "[@none]" {
		t.Errorf("%s", a.raw)
	}
	c.send("POST", "/temporal/entities", `{"id":"urn:9","type":"T","a":[{"type":"Property","value":1,"observedAt":"2024-02-01T00:00:00Z"}]}`).is(201)
	if got := c.get("/temporal/entities?type=T&"+after, "NGSILD-EntityMap: "+a.header.Get("NGSILD-EntityMap")).is(200).ids(); got != "1 2" {
		t.Errorf("by the map: %q", got)
	}
	a = c.send("POST", "/temporal/entityMaps", `{"type":"Query","entities":[{"type":"T"}],"temporalQ":{"timerel":"before","timeAt":"2024-01-02T00:00:00Z"}}`).is(201)
	if m := a.json().(map[string]any)["entityMap"].(map[string]any); len(m) != 1 {
		t.Errorf("%s", a.raw)
	}
	if a := c.get("/temporal/entities?type=T&entityMap=true&" + after).is(201); a.header.Get("NGSILD-EntityMap") == "" {
		t.Errorf("%v", a.header)
	}
}

// Sources that offer to make entity maps are asked for theirs.
func TestEntityMapsOfSources(t *testing.T) { // 5.14.4.4, 5.14.5.4
	b := newBrokers(t, inclusive, `"createEntityMapQueryEntity","queryEntity"`, info(`{"type":"Room"}`, ""))
	b.broker.send("POST", "/entities?local=true", `{"id":"urn:1","type":"Room","a":1}`).is(201)
	b.source.send("POST", "/entities", `{"id":"urn:1","type":"Room","b":2}`).is(201)
	b.source.send("POST", "/entities", `{"id":"urn:2","type":"Room","b":3}`).is(201)
	both := map[string]any{"urn:1": "[@none urn:reg]", "urn:2": "[urn:reg]"}
	for query, want := range map[string]map[string]any{
		"":                          both,
		"&q=b":                      {"urn:1": "[urn:reg]", "urn:2": "[urn:reg]"},
		"&q=a;b":                    {},
		"&q=a;b&splitEntities=true": both,
		"&id=urn:2":                 {"urn:2": "[urn:reg]"},
		"&local=true":               {"urn:1": "[@none]"},
		"&local=true&q=b":           {},
		"&splitEntities=true":       both,
	} {
		a := b.broker.get("/entityMaps?type=Room" + query).is(201)
		o := a.json().(map[string]any)
		got := map[string]any{}
		for id, sources := range o["entityMap"].(map[string]any) {
			got[id] = fmt.Sprint(sources)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %s, want %v", query, a.raw, want)
		}
		links, _ := o["linkedMaps"].(map[string]any)
		id, _ := links["urn:reg"].(string)
		if asked := !strings.Contains(query, "local"); asked != (id != "") {
			t.Errorf("%s: linked to %v", query, links)
		} else if asked {
			b.source.get("/entityMaps/" + id).is(200)
		}
	}
	a := b.broker.send("POST", "/entityMaps?splitEntities=true", `{"type":"Query","entities":[{"type":"Room"}],"q":"a;b"}`).is(201)
	if m := a.json().(map[string]any)["entityMap"].(map[string]any); len(m) != 2 {
		t.Errorf("by POST: %s", a.raw)
	}
	if got := b.broker.get("/entities?type=Room&q=a;b&splitEntities=true", "NGSILD-EntityMap: "+a.header.Get("NGSILD-EntityMap")).is(200).ids(); got != "1" {
		t.Errorf("by the map: %q", got)
	}
}
