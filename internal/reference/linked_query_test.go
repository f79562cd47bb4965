package reference

import (
	"net/url"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// TestQueriesFollowRelationships is 4.9 of V1.9.1, EXAMPLES 12 to 14, and what a query by
// != or !~= takes for a match.
func TestQueriesFollowRelationships(t *testing.T) {
	c := newClient(t)
	c.send("POST", "/entityOperations/create", `[
	{"id":"urn:1","type":"Station","sensor":{"type":"Relationship","object":["urn:3","urn:9"]},"name":{"type":"LanguageProperty","languageMap":{"en":"red","fr":"rouge"}}},
	{"id":"urn:2","type":"Station","sensor":[{"type":"Relationship","object":"urn:4"},{"type":"Relationship","object":"urn:3","datasetId":"urn:d"}],"name":{"type":"LanguageProperty","languageMap":{"en":["black","coal"],"fr":"noir"}}},
	{"id":"urn:3","type":"Device","humidity":40,"by":{"type":"Relationship","object":"urn:5"},"data":{"a":{"b":1}}},
	{"id":"urn:4","type":"Probe","humidity":50,"by":{"type":"Relationship","object":"urn:2"},"kind":{"type":"VocabProperty","vocab":"Old"}},
	{"id":"urn:5","type":"Maker","name":"ACME","humidity":"wet"}
	]`).is(201)
	q := func(text string) string {
		return "/entities?local=true&join=inline&joinLevel=4&pick=id&q=" + url.QueryEscape(text)
	}
	for query, want := range map[string]string{
		`sensor{humidity}`: "1 2", `sensor{humidity}==40`: "1 2", `sensor{humidity}==50`: "2", `sensor{humidity}>50`: "", `sensor{nothing}`: "",
		`sensor{Device:humidity}==40`: "1 2", `sensor{Probe:humidity}==40`: "", `sensor{Probe,Device:humidity}==50`: "2",
		`sensor{by{name}}=="ACME"`: "1 2", `sensor{Device:by{Maker:name}}=="ACME"`: "1 2", `sensor{Probe:by{name}}=="ACME"`: "", `sensor{by{Station:sensor{humidity}}}==50`: "2",
		`sensor{data[a.b]}==1`: "1 2", `sensor{humidity}==50;name[en]=="coal"`: "2", `(sensor{humidity}==50|humidity==40)`: "2 3",
		`humidity{name}`: "", `name{humidity}`: "",
		`name[*]!="red"`: "2", `name!="rouge"`: "2 5", `name[en]!="red"`: "2", `name[fr]!="red"`: "1 2", `name[en]!="coal"`: "1", `name!~="^r"`: "2 5", `name[*]!~="^n"`: "1",
		`humidity!~="4"`: "5", `humidity!="wet"`: "3 4",
	} {
		if got := c.get(q(query)).is(200).ids(); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{`sensor{`, `sensor{}`, `sensor{humidity`, `sensor{humidity==40}`, `sensor.x{humidity}`, `sensor{humidity}}`, `{humidity}`, `sensor{:humidity}`, `kind==Old`, `!humidity`} {
		c.get(q(query)).problem(400, ngsild.BadRequestData)
	}
	c.get(q(strings.Repeat("a{", 20)+"a"+strings.Repeat("}", 20))).problem(403, ngsild.TooComplexQuery)
	if got := c.get(q("kind==Old") + "&expandValues=kind").is(200).ids(); got != "4" {
		t.Errorf("a term without quotes: %q", got)
	}
	if got := c.send("POST", "/entityOperations/query", `{"type":"Query","entities":[{"type":"Station"}],"q":"sensor{humidity}==50","join":"flat","pick":["id"]}`).is(200).ids(); got != "2" {
		t.Errorf("by POST: %q", got)
	}
	for _, query := range []string{"q=sensor{humidity}", "join=inline&q=sensor{by{name}}", "join=flat&joinLevel=2&q=sensor{by{sensor{humidity}}}"} { // too deep (5.7.2.4)
		c.get("/entities?type=Station&"+query).problem(400, ngsild.BadRequestData)
	}
	c.send("POST", "/entityMaps", `{"type":"Query","entities":[{"type":"Station"}],"q":"sensor{humidity}"}`).problem(400, ngsild.BadRequestData)
	c.send("POST", "/entityMaps", `{"type":"Query","entities":[{"type":"Station"}],"q":"sensor{humidity}","join":"inline"}`).is(201)
	c.get("/temporal/entities?type=Station&timerel=after&timeAt=2020-01-01T00:00:00Z&q=sensor{humidity}").problem(400, ngsild.BadRequestData)
	for _, query := range []string{"q=createdAt>2020-01-01T00:00:00Z", "attrs=createdAt,modifiedAt"} { // too wide
		c.get("/entities?"+query).problem(400, ngsild.BadRequestData)
		c.get("/temporal/entities?timerel=after&timeAt=2020-01-01T00:00:00Z&"+query).problem(400, ngsild.BadRequestData)
	}
	c.get("/entities?q=" + url.QueryEscape("createdAt>2020-01-01T00:00:00Z;humidity")).is(200)
	c.send("POST", "/entityOperations/query", `{"type":"Query","entities":[{"type":"Station"}],"temporalQ":{"timerel":"after","timeAt":"2020-01-01T00:00:00Z"}}`).problem(400, ngsild.BadRequestData)
}

// TestNullsInsideValues is 5.5.4: they are for merges only (5.5.12).
func TestNullsInsideValues(t *testing.T) {
	c := newClient(t)
	const inside, deeper = `{"city":"urn:ngsi-ld:null"}`, `{"a":[{"city":"urn:ngsi-ld:null"}]}`
	for _, v := range []string{inside, deeper} {
		c.send("POST", "/entities", `{"id":"urn:1","type":"T","p":{"type":"Property","value":`+v+`}}`).problem(400, ngsild.BadRequestData)
	}
	c.send("POST", "/entities", `{"id":"urn:1","type":"T","p":{"type":"Property","value":{"city":"Aarhus","list":["urn:ngsi-ld:nulls"]}},"j":{"type":"JsonProperty","json":`+inside+`}}`).is(201)
	c.send("PATCH", "/entities/urn:1/attrs/p", `{"value":`+inside+`}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/entities/urn:1/attrs", `{"p":{"value":`+inside+`}}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/entities/urn:1", `{"p":{"value":`+inside+`}}`).is(204)
	c.get("/entities/urn:1?attrs=p").equals(`{"id":"urn:1","type":"T","p":{"type":"Property","value":{"list":["urn:ngsi-ld:nulls"]}}}`)
}

// TestIdsHaveNoTags is RFC 3987, 2.2: ucschar has no characters of plane 14 below U+E1000.
func TestIdsHaveNoTags(t *testing.T) {
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:a`+"\U000E0100"+`b","type":"T"}`).problem(400, ngsild.BadRequestData)
	c.send("POST", "/entities", `{"id":"urn:Århus","type":"T"}`).is(201)
}
