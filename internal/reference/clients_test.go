package reference

import (
	"net/http"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// What follows are habits of clients that the binding allows.

func TestCollectionsWithASlash(t *testing.T) { // 6.4, 6.10, 6.18: the binding's tables write them so
	c := newClient(t)
	c.send("POST", "/entities/", `{"id":"urn:1","type":"T","a":1}`).is(201)
	c.send("POST", "/temporal/entities/", `{"id":"urn:1","type":"T","a":[{"value":1,"observedAt":"2025-01-01T00:00:00Z"}]}`).is(204)
	c.send("POST", "/entities/urn:1/attrs/", `{"b":1}`).is(204)
	for _, path := range []string{"/entities/?type=T", "/temporal/entities/?type=T&timerel=after&timeAt=2020-01-01T00:00:00Z", "/types/", "/attributes/", "/subscriptions/", "/csourceRegistrations/?type=T", "/csourceSubscriptions/", "/jsonldContexts/"} {
		c.get(path).is(200)
	}
	c.send("POST", "/entityOperations/query/", `{"type":"Query","entities":[{"type":"T"}]}`).is(200)
	for _, x := range []struct{ method, path string }{
		{"PATCH", "/subscriptions/"}, {"DELETE", "/subscriptions/"}, {"DELETE", "/csourceRegistrations/"}, {"DELETE", "/temporal/entities/"},
		{"DELETE", "/entities/urn:1/attrs/"}, {"PATCH", "/temporal/entities/urn:1/attrs/a/"},
	} {
		c.send(x.method, x.path, `{}`).is(405)
	}
	// an id or a name that was left out is no licence for a larger operation
	for _, x := range []struct{ method, path string }{
		{"DELETE", "/entities/"}, {"PUT", "/entities/"}, {"PATCH", "/entities/"}, {"DELETE", "/entities//attrs/a"},
		{"DELETE", "/entities/urn:1/"}, {"DELETE", "/temporal/entities/urn:1/attrs/a/"},
	} {
		c.send(x.method, x.path, `{}`).problem(400, ngsild.BadRequestData)
	}
	c.get("/entities/urn:1").equals(`{"id":"urn:1","type":"T","a":{"type":"Property","value":1},"b":{"type":"Property","value":1}}`)
	c.get("/nothing/").problem(404, ngsild.ResourceNotFound)
}

func TestProjectionsExcludeEachOther(t *testing.T) { // 4.21
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T","a":1}`).is(201)
	for _, path := range []string{"/entities/urn:1?attrs=a&pick=a", "/entities/urn:1?attrs=a&omit=b", "/entities?type=T&attrs=a&pick=a", "/temporal/entities/urn:1?attrs=a&omit=b"} {
		c.get(path).problem(400, ngsild.BadRequestData)
	}
	for _, member := range []string{"pick", "omit"} {
		c.send("POST", "/subscriptions", `{"type":"Subscription","entities":[{"type":"T"}],"notification":{"attributes":["a"],"`+member+`":["b"],"endpoint":{"uri":"http://example.org/"}}}`).problem(400, ngsild.BadRequestData)
	}
}

func TestSubscriptionMembersHaveTypes(t *testing.T) { // 5.2.12
	c := newClient(t)
	for _, member := range []string{`"lang":5`, `"description":{}`, `"subscriptionName":true`, `"datasetId":"urn:d"`, `"datasetId":[]`, `"datasetId":["bad"]`} {
		c.send("POST", "/subscriptions", `{"type":"Subscription","entities":[{"type":"T"}],`+member+`,"notification":{"endpoint":{"uri":"http://example.org/"}}}`).problem(400, ngsild.BadRequestData)
	}
	c.send("POST", "/subscriptions", `{"type":"Subscription","entities":[{"type":"T"}],"lang":"en","description":"d","subscriptionName":"n","datasetId":["@none","urn:d"],"notification":{"endpoint":{"uri":"http://example.org/"}}}`).is(201)
}

func TestRegistrationMembersHaveTypes(t *testing.T) { // 5.2.9
	c := newClient(t)
	for _, member := range []string{`"registrationName":5`, `"description":{}`, `"refreshRate":"often"`, `"refreshRate":5`, `"datasetId":["bad"]`} {
		c.send("POST", "/csourceRegistrations", `{"type":"ContextSourceRegistration","endpoint":"http://example.org",`+member+info(`{"type":"Room"}`, "")+`}`).problem(400, ngsild.BadRequestData)
	}
	c.send("POST", "/csourceRegistrations", `{"type":"ContextSourceRegistration","endpoint":"http://example.org","registrationName":"n","description":"d","refreshRate":"PT1H","datasetId":["urn:d"]`+info(`{"type":"Room"}`, "")+`}`).is(201)
}

func TestSubscriptionTellsItsImplicitContext(t *testing.T) { // 5.2.12, 5.13.1
	c := newClient(t)
	contexts, _ := contextServer(t)
	subscribe := func(context string) map[string]any {
		a := c.send("POST", "/subscriptions", `{"type":"Subscription","entities":[{"type":"T"}],"notification":{"endpoint":{"uri":"http://example.org/"}},"@context":`+context+`}`, "Content-Type: "+ngsild.MediaJSONLD).is(201)
		s, _ := c.get(strings.TrimPrefix(a.header.Get("Location"), base)).is(200).json().(map[string]any)
		return s
	}
	made, _ := subscribe(`["` + contexts + `/a",{"own":"http://example.org/own"}]`)["jsonldContext"].(string)
	if !strings.HasPrefix(made, c.url+base+"/jsonldContexts/") {
		t.Fatalf("jsonldContext %q", made)
	}
	if details := c.get(strings.TrimPrefix(made, c.url+base) + "?details=true").is(200).json().(map[string]any); details["kind"] != implicit {
		t.Errorf("%v", details)
	}
	for _, context := range []string{`"` + contexts + `/a"`, `["` + contexts + `/a"]`} {
		if s := subscribe(context); s["jsonldContext"] != nil {
			t.Errorf("%s: jsonldContext %v, which nobody needs", context, s["jsonldContext"])
		}
	}
	subscribe(`[]`)
	subscribe(`{}`)
}

func TestReloadOfAnUnknownContext(t *testing.T) { // 5.13.5
	c := newClient(t)
	c.send("DELETE", "/jsonldContexts/unknown?reload=true", "").problem(400, ngsild.BadRequestData)
	c.send("DELETE", "/jsonldContexts/unknown?reload=false", "").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/jsonldContexts/unknown", "").problem(404, ngsild.ResourceNotFound)
}

func TestPageLinksAreCompact(t *testing.T) { // 6.3.10: clients compare them as they are
	c := newClient(t)
	for _, id := range []string{"1", "2"} {
		c.send("POST", "/subscriptions", `{"id":"urn:`+id+`","type":"Subscription","entities":[{"type":"T"}],"notification":{"endpoint":{"uri":"http://example.org/"}}}`).is(http.StatusCreated)
	}
	got := c.get("/subscriptions?limit=1", "Accept: "+ngsild.MediaJSONLD).is(200).header.Values("Link")
	if want := `</ngsi-ld/v1/subscriptions?limit=1&offset=1>;rel="next";type="application/ld+json"`; len(got) != 1 || got[0] != want {
		t.Errorf("Link %q, want %q", got, want)
	}
}

func TestEncodedBodies(t *testing.T) { // RFC 9110, 8.4
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T"}`, "Content-Encoding: gzip").is(415)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T"}`, "Content-Encoding: identity").is(201)
}

func TestPolygonsThatCrossThemselves(t *testing.T) { // RFC 7946 does not forbid them, and clients store them
	c := newClient(t)
	ring := "[[[13.2865906,52.5648645],[13.2879639,52.5648645],[13.2797241,52.4988679],[13.477478,52.4712703],[13.5049438,52.5373084],[13.2865906,52.5648645]]]"
	c.send("POST", "/entities", `{"id":"urn:1","type":"T","location":{"type":"Polygon","coordinates":`+ring+`}}`).is(201)
	for _, x := range []struct{ relation, geometry, coordinates, want string }{
		{"equals", "Polygon", ring, "1"},
		{"within", "Polygon", "[[[13,52],[14,52],[14,53],[13,53],[13,52]]]", "1"},
		{"within", "Polygon", "[[[13.4,52],[14,52],[14,53],[13.4,53],[13.4,52]]]", ""},
		{"contains", "Polygon", "[[[13.3844376,52.5356966],[13.381691,52.5123012],[13.4235764,52.5100027],[13.4331894,52.5273425],[13.3844376,52.5356966]]]", "1"},
		{"contains", "Point", "[13.4,52.51]", "1"}, {"contains", "Point", "[13,52]", ""},
		{"disjoint", "Polygon", "[[[13.1369019,52.5198225],[13.1365585,52.5200314],[13.131752,52.4980907],[13.1832504,52.5026887],[13.1369019,52.5198225]]]", "1"},
		{"overlaps", "Polygon", "[[[13.4,52.4],[14,52.4],[14,53],[13.4,53],[13.4,52.4]]]", "1"},
		{"overlaps", "Polygon", "[[[13,52],[14,52],[14,53],[13,53],[13,52]]]", ""},
	} {
		if got := c.get("/entities?type=T&georel=" + x.relation + "&geometry=" + x.geometry + "&coordinates=" + x.coordinates).is(200).ids(); got != x.want {
			t.Errorf("%s %s %s: %q, want %q", x.relation, x.geometry, x.coordinates, got, x.want)
		}
	}
}

func TestFlatWithNothingLinked(t *testing.T) { // 4.5.23.3
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T","in":{"type":"Relationship","object":"urn:2"}}`).is(201)
	alone := `{"id":"urn:1","type":"T","in":{"type":"Relationship","object":"urn:2"}}`
	c.get("/entities/urn:1?join=flat").is(200).equals("[" + alone + "]")
	c.get("/entities?type=T&join=flat").is(200).equals("[" + alone + "]")
	c.send("POST", "/entities", `{"id":"urn:2","type":"T"}`).is(201)
	c.get("/entities/urn:1?join=flat").is(200).equals("[" + alone + `,{"id":"urn:2","type":"T"}]`)
}

func TestServedContextsAreJSONByDefault(t *testing.T) { // 6.3.4
	c := newClient(t)
	path := strings.TrimPrefix(c.send("POST", "/jsonldContexts", `{"@context":{"a":"http://example.org/a"}}`).is(201).header.Get("Location"), base)
	for accept, want := range map[string]string{"": ngsild.MediaJSON, "*/*": ngsild.MediaJSON, "application/ld+json, application/json;q=0.9, */*;q=0.1": ngsild.MediaJSONLD, ngsild.MediaJSONLD: ngsild.MediaJSONLD} {
		for _, query := range []string{"", "?details=true"} {
			if got := c.get(path+query, "Accept: "+accept).is(200).header.Get("Content-Type"); got != want {
				t.Errorf("Accept %q%s: %s, want %s", accept, query, got, want)
			}
		}
	}
}

func TestCoreContextByAnyVersion(t *testing.T) { // 5.13.5
	c := newClient(t)
	for _, version := range []string{"-v1.3", "-v1.6", "-v1.9", ""} {
		path := "/jsonldContexts/" + strings.NewReplacer(":", "%3A", "/", "%2F").Replace("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context"+version+".jsonld")
		c.send("DELETE", path, "").problem(400, ngsild.BadRequestData)
		c.send("DELETE", path+"?reload=true", "").is(204)
		c.get(path + "?details=true").is(200)
	}
}

func TestDeletingWhatOnlyTheEvolutionHas(t *testing.T) { // 5.6.5, 5.6.11, 4.5.7
	c := newClient(t)
	c.send("POST", "/temporal/entities", `{"id":"urn:1","type":"T","a":[{"value":1,"observedAt":"2025-01-01T00:00:00Z"}],"in":[{"type":"Relationship","object":"urn:2","observedAt":"2025-01-01T00:00:00Z"}]}`).is(201)
	c.send("DELETE", "/entities/urn:1/attrs/in?deleteAll=false", "").is(204)
	gone := c.get("/temporal/entities/urn:1?timeproperty=deletedAt").is(200).json().(map[string]any)
	list, _ := gone["in"].([]any)
	if len(list) != 1 || gone["a"] != nil || list[0].(map[string]any)["object"] != "urn:ngsi-ld:null" || list[0].(map[string]any)["deletedAt"] == nil {
		t.Errorf("%v", gone)
	}
	c.send("DELETE", "/entities/urn:1/attrs/in", "").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/entities/urn:1/attrs/nothing", "").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/entities/urn:unknown/attrs/a", "").problem(404, ngsild.ResourceNotFound)
	// an entity that was deleted is not known any more
	c.send("POST", "/entities", `{"id":"urn:3","type":"T","a":1}`).is(201)
	c.send("DELETE", "/entities/urn:3", "").is(204)
	c.send("DELETE", "/entities/urn:3/attrs/a", "").problem(404, ngsild.ResourceNotFound)
}

func TestEarlierVersions(t *testing.T) { // 4.3.6.8
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:1","type":["T","U"],"scope":"/a",
		"kind":{"type":"VocabProperty","vocab":"green"},
		"label":{"type":"LanguageProperty","languageMap":{"en":"fish"}},
		"raw":{"type":"JsonProperty","json":{"a":[1]}},
		"list":{"type":"ListProperty","valueList":[1,2],"deep":{"type":"VocabProperty","vocab":"red"}},
		"near":{"type":"ListRelationship","objectList":[{"object":"urn:2"},{"object":"urn:3"}]},
		"in":{"type":"Relationship","object":"urn:4","objectType":"City"},
		"speed":[{"type":"Property","value":1,"unitCode":"KMH","observedAt":"2020-01-01T00:00:00Z","valueType":"xsd:int"},{"type":"Property","value":2,"datasetId":"urn:d"}]}`).is(201)
	applied := func(a *answer, want string) *answer {
		t.Helper()
		if got := a.header.Get("Preference-Applied"); got != want {
			t.Errorf("Preference-Applied is %q, want %q", got, want)
		}
		return a
	}
	at17 := `{"id":"urn:1","type":["T","U"],"scope":"/a",
		"kind":{"type":"Property","value":"green"},
		"label":{"type":"LanguageProperty","languageMap":{"en":"fish"}},
		"raw":{"type":"Property","value":{"a":[1]}},
		"list":{"type":"Property","value":[1,2],"deep":{"type":"Property","value":"red"}},
		"near":{"type":"Relationship","object":["urn:2","urn:3"]},
		"in":{"type":"Relationship","object":"urn:4"},
		"speed":[{"type":"Property","value":1,"unitCode":"KMH","observedAt":"2020-01-01T00:00:00Z"},{"type":"Property","value":2,"datasetId":"urn:d"}]}`
	applied(c.get("/entities/urn:1", "Prefer: ngsi-ld=1.7").is(203), "ngsi-ld=1.7").equals(at17)
	applied(c.get("/entities?type=T", `Prefer: respond-async, NGSI-LD="1.7.1";q=0.1`).is(203), "ngsi-ld=1.7").equals("[" + at17 + "]")
	applied(c.get("/entities/urn:1", "Prefer: ngsi-ld=1.0").is(203), "ngsi-ld=1.0").equals(`{"id":"urn:1","type":"T",
		"kind":{"type":"Property","value":"green"},
		"label":{"type":"Property","value":{"en":"fish"}},
		"raw":{"type":"Property","value":{"a":[1]}},
		"list":{"type":"Property","value":[1,2],"deep":{"type":"Property","value":"red"}},
		"near":{"type":"Relationship","object":["urn:2","urn:3"]},
		"in":{"type":"Relationship","object":"urn:4"},
		"speed":{"type":"Property","value":1}}`)
	applied(c.get("/entities/urn:1?format=simplified&pick=kind,speed", "Prefer: ngsi-ld=1.7").is(203), "ngsi-ld=1.7").equals(`{"kind":"green","speed":{"dataset":{"@none":1,"urn:d":2}}}`)
	applied(c.get("/entities/urn:1?pick=label", "Prefer: ngsi-ld=1.7").is(200), "ngsi-ld=1.7")
	applied(c.get("/entities/urn:1?pick=kind", "Prefer: ngsi-ld=1.9").is(200), "ngsi-ld=1.9").equals(`{"kind":{"type":"VocabProperty","vocab":"green"}}`)
	applied(c.get("/entities/urn:1?pick=kind", "Prefer: ngsi-ld=1.12").is(200), "ngsi-ld=1.9")
	applied(c.get("/entities/urn:1?pick=kind", "Prefer: ngsi-ld=2.0").is(200), "")
	applied(c.get("/entities/urn:1", "Prefer: respond-async").is(200), "")
	a := applied(c.get("/temporal/entities/urn:1?pick=kind&timerel=after&timeAt=2000-01-01T00:00:00Z&timeproperty=modifiedAt", "Prefer: ngsi-ld=1.7").is(203), "ngsi-ld=1.7")
	if kind := a.json().(map[string]any)["kind"].([]any)[0].(map[string]any); kind["value"] != "green" {
		t.Errorf("the evolution has %v", kind)
	}

	r := newReceiver(t)
	sub := `{"id":"urn:s","type":"Subscription","entities":[{"type":"T"}],"ngsildConformance":%s,"notification":{"attributes":["kind"],"showChanges":true,"endpoint":{"uri":"` + r.url + `"}}}`
	c.send("POST", "/subscriptions", strings.Replace(sub, "%s", `"newest"`, 1)).problem(400, "BadRequestData")
	c.send("POST", "/subscriptions", strings.Replace(sub, "%s", `"1.7"`, 1)).is(201)
	applied(c.get("/subscriptions/urn:s", "Prefer: ngsi-ld=1.0").is(200), "") // no entity, which alone has earlier forms
	c.send("PATCH", "/entities/urn:1/attrs", `{"kind":{"type":"VocabProperty","vocab":"blue"}}`).is(204)
	r.wants(`[{"id":"urn:1","type":["T","U"],"scope":"/a","kind":{"type":"Property","value":"blue","previousValue":"green"}}]`)
}

func TestWhatOnlyThePlatformCanTellIsIgnored(t *testing.T) { // 5.2.9, 5.2.12, 5.2.14.2
	c := newClient(t)
	const told = `"timesSent":9,"timesFailed":8,"lastSuccess":"2001-01-01T00:00:00Z","lastFailure":"2001-01-01T00:00:00Z"`
	c.send("POST", "/subscriptions", `{"id":"urn:s","type":"Subscription","status":"expired","createdAt":"2001-01-01T00:00:00Z","entities":[{"type":"T"}],
		"notification":{"endpoint":{"uri":"http://192.0.2.1/"},"status":"failed","lastNotification":"2001-01-01T00:00:00Z",`+told+`}}`).is(201)
	c.send("PATCH", "/subscriptions/urn:s", `{"status":5,"notification":{"endpoint":{"uri":"http://192.0.2.2/"},`+told+`}}`).is(204)
	c.get("/subscriptions/urn:s").is(200).equals(`{"id":"urn:s","type":"Subscription","status":"active","entities":[{"type":"T"}],"notification":{"endpoint":{"uri":"http://192.0.2.2/"}}}`)
	c.send("POST", "/csourceRegistrations", `{"id":"urn:r","type":"ContextSourceRegistration","information":[{"entities":[{"type":"U"}]}],"endpoint":"http://192.0.2.1/","status":"failed",`+told+`}`).is(201)
	c.send("PATCH", "/csourceRegistrations/urn:r", `{"description":"d",`+told+`}`).is(204)
	c.get("/csourceRegistrations/urn:r").is(200).equals(`{"id":"urn:r","type":"ContextSourceRegistration","information":[{"entities":[{"type":"U"}]}],"endpoint":"http://192.0.2.1/","description":"d"}`)
}
