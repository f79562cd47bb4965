package reference

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// A source that answers with more than it is asked for, or with something else, is not
// believed.
func TestSourcesAreJudgedAgain(t *testing.T) { // 5.7.2.4, 5.7.2.5
	answer := `[{"id":"urn:1","type":"Room","a":{"type":"Property","value":1},"name":{"type":"LanguageProperty","languageMap":{"en":"one","nl":"een"}},"scope":"/x"},` +
		`{"id":"urn:2","type":"Room","a":{"type":"Property","value":2},"b":[{"type":"Property","value":1},{"type":"Property","value":2,"datasetId":"urn:d"}],` +
		`"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[10,50]}}},{"id":"urn:3","type":"Hall","a":{"type":"Property","value":2}}]`
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(answer)) }))
	defer source.Close()
	c := newClient(t)
	c.send("POST", "/csourceRegistrations", `{"id":"urn:reg","type":"ContextSourceRegistration","endpoint":"`+source.URL+`"`+info(`{"type":"Room"}`, "")+`}`).is(201)
	c.send("POST", "/entities?local=true", `{"id":"urn:4","type":"Room","a":2}`).is(201)
	near := "georel=near%3BmaxDistance==1000&geometry=Point&coordinates=%5B10,50%5D"
	for query, want := range map[string]string{
		"type=Room": "1 2 4", "type=Room&q=a==2": "2 4", "type=Room&q=a==1": "1", "type=Room&q=b": "2", "type=Room&" + near: "2",
		"type=Room&scopeQ=/x": "1", "type=Room&attrs=b": "2", "type=Room&id=urn:1": "1", "type=Room&idPattern=.*2$": "2", "type=Hall": "",
		"type=Room&q=a==2&splitEntities=true": "2 4", "type=Room&" + near + "&splitEntities=true": "2", "type=Room&splitEntities=true": "1 2 4",
		"type=Room&limit=1&offset=1": "1", "type=Room&limit=2&offset=2": "2",
	} {
		a := c.get("/entities?count=true&" + query).is(200)
		if got := inOrder(a.ids()); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
		if !strings.Contains(query, "limit") && a.header.Get(ngsild.HeaderCount) != fmt.Sprint(len(strings.Fields(want))) {
			t.Errorf("%s: the count is %s", query, a.header.Get(ngsild.HeaderCount))
		}
	}
	for query, want := range map[string]string{
		"type=Room&id=urn:2&attrs=a&options=keyValues":              `[{"id":"urn:2","type":"Room","a":2}]`,
		"type=Room&id=urn:2&pick=id,a&format=simplified":            `[{"id":"urn:2","a":2}]`,
		"type=Room&id=urn:2&omit=location,a&format=simplified":      `[{"id":"urn:2","type":"Room","b":{"dataset":{"@none":1,"urn:d":2}}}]`,
		"type=Room&id=urn:2&pick=id,b&datasetId=urn:d":              `[{"id":"urn:2","b":{"type":"Property","value":2,"datasetId":"urn:d"}}]`,
		"type=Room&id=urn:1&pick=id,name&lang=nl&format=simplified": `[{"id":"urn:1","name":"een"}]`,
	} {
		c.get("/entities?" + query).is(200).equals(want)
	}
}

// Where entities may be split, sources are asked without filters, and these are for the
// whole.
func TestSplitEntities(t *testing.T) { // 5.7.2.4 of V1.9.1
	b := newBrokers(t, inclusive, `"retrieveOps","queryBatch"`, info(`{"type":"Room"}`, ""))
	b.broker.send("POST", "/entities?local=true", `{"id":"urn:1","type":"Room","a":1}`).is(201)
	b.source.send("POST", "/entities", `{"id":"urn:1","type":"Room","b":2}`).is(201)
	for query, want := range map[string]string{
		"q=a==1;b==2": "", "q=a==1;b==2&splitEntities=true": "1", "q=a==1;b==3&splitEntities=true": "", "q=b==2&splitEntities=true": "1",
	} {
		if got := b.broker.get("/entities?type=Room&" + query).is(200).ids(); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	b.broker.get("/entities?type=Room&options=keyValues&splitEntities=true&q=b==2").is(200).equals(`[{"id":"urn:1","type":"Room","a":1,"b":2}]`)
	if got := b.broker.send("POST", "/entityOperations/query", `{"type":"Query","entities":[{"type":"Room"}],"q":"a==1;b==2","splitEntities":true}`).is(200).ids(); got != "1" {
		t.Errorf("by POST: %q", got)
	}
	b.broker.get("/entities?type=Room&splitEntities=perhaps").problem(400, ngsild.InvalidRequest)
}

func TestDistributedDiscovery(t *testing.T) { // 5.7.5 to 5.7.10
	b := newBrokers(t, inclusive, `"federationOps"`, info(`{"type":"Room"}`, "")+"")
	b.broker.send("POST", "/entities?local=true", `{"id":"urn:1","type":"Room","a":1}`).is(201)
	b.source.send("POST", "/entities", `{"id":"urn:2","type":"Room","b":{"type":"Relationship","object":"urn:x"}}`).is(201)
	b.source.send("POST", "/entities", `{"id":"urn:3","type":"Hall","c":1}`).is(201)
	member := func(path, name, want string) {
		t.Helper()
		o := b.broker.get(path).is(200).json().(map[string]any)
		if got, _ := json.Marshal(o[name]); string(got) != want {
			t.Errorf("%s: %s is %s, want %s", path, name, got, want)
		}
	}
	member("/types", "typeList", `["Room"]`) // nobody is registered for halls
	member("/types/Room", "entityCount", `2`)
	member("/types/Room", "attributeDetails", `[{"attributeName":"a","attributeTypes":["Property"],"id":"https://uri.etsi.org/ngsi-ld/default-context/a","type":"Attribute"},`+
		`{"attributeName":"b","attributeTypes":["Relationship"],"id":"https://uri.etsi.org/ngsi-ld/default-context/b","type":"Attribute"}]`)
	member("/attributes/b", "typeNames", `["Room"]`)
	member("/attributes/b", "attributeCount", `1`)
	b.broker.get("/types/Room?local=true").is(200)
	b.broker.get("/attributes/b?local=true").problem(404, ngsild.ResourceNotFound)
	details := string(b.broker.get("/types?details=true").is(200).raw)
	if !strings.Contains(details, `["a","b"]`) {
		t.Errorf("types with details: %s", details)
	}
	if got := string(b.broker.get("/attributes?details=true").is(200).raw); !strings.Contains(got, `"attributeName":"b"`) {
		t.Errorf("attributes with details: %s", got)
	}
	// A source that does not offer it is not asked, and one that answers nonsense tells nothing.
	only := newBrokers(t, inclusive, `"retrieveOps"`, info(`{"type":"Room"}`, ""))
	only.source.send("POST", "/entities", `{"id":"urn:2","type":"Room","b":1}`).is(201)
	only.broker.get("/types/Room").problem(404, ngsild.ResourceNotFound)
	for _, nonsense := range []string{`[]`, `{}`, `[1]`, `{"typeList":[1,null,""],"attributeList":7,"typeName":3,"attributeDetails":[null,{}]}`, `nonsense`} {
		source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(nonsense)) }))
		c := newClient(t)
		c.send("POST", "/csourceRegistrations", `{"id":"urn:reg","type":"ContextSourceRegistration","endpoint":"`+source.URL+`"`+info(`{"type":"Room"}`, "")+`}`).is(201)
		for _, path := range []string{"/types", "/types?details=true", "/attributes", "/attributes?details=true"} {
			if got := string(c.get(path).is(200).raw); strings.Contains(got, "default-context") {
				t.Errorf("%s of %s: %s", path, nonsense, got)
			}
		}
		c.get("/types/Room").is(404)
		c.get("/attributes/b").is(404)
		source.Close()
	}
}

func TestDistributedPast(t *testing.T) { // 5.7.3, 5.7.4
	instance := func(value int, at string) string {
		return fmt.Sprintf(`{"type":"Property","value":%d,"observedAt":"2024-01-%sT00:00:00Z"}`, value, at)
	}
	const times = `,"observationInterval":{"startAt":"2020-01-01T00:00:00Z"}`
	for _, x := range []struct{ name, mode, operations, want, found string }{
		{"inclusive", inclusive, `"retrieveTemporal","queryTemporal"`, "1 2 3", "1 2"},
		{"auxiliary", auxiliary, `"retrieveTemporal","queryTemporal"`, "1 2 3", "1 2"},
		{"redirect", redirect, `"retrieveTemporal","queryTemporal"`, "20 3", "1 2"},
		{"not offered", inclusive, `"retrieveOps"`, "1 2", "1"},
	} {
		t.Run(x.name, func(t *testing.T) {
			b := newBrokers(t, x.mode, x.operations, info(`{"type":"Room"}`, "")+times)
			b.broker.send("POST", "/temporal/entities?local=true", `{"id":"urn:1","type":"Room","a":[`+instance(1, "01")+`,`+instance(2, "02")+`]}`).is(201)
			b.source.send("POST", "/temporal/entities", `{"id":"urn:1","type":"Room","a":[`+instance(20, "02")+`,`+instance(3, "03")+`]}`).is(201)
			b.source.send("POST", "/temporal/entities", `{"id":"urn:2","type":"Room","a":[`+instance(4, "04")+`]}`).is(201)
			values := func(a *answer, member func(any) any) string {
				var got []string
				for _, item := range member(a.is(200).json()).(map[string]any)["a"].(map[string]any)["values"].([]any) {
					got = append(got, fmt.Sprint(item.([]any)[0]))
				}
				return strings.Join(got, " ")
			}
			self := func(v any) any { return v }
			first := func(v any) any { return v.([]any)[0] }
			want := x.want
			if x.mode == inclusive && x.name != "not offered" {
				want = "1 20 3" // the source's was modified last
				b.source.clock.skip(1e12)
				b.source.send("DELETE", "/temporal/entities/urn:1", "").is(204)
				b.source.send("POST", "/temporal/entities", `{"id":"urn:1","type":"Room","a":[`+instance(20, "02")+`,`+instance(3, "03")+`]}`).is(201)
			}
			if got := values(b.broker.get("/temporal/entities/urn:1?options=temporalValues"), self); got != want {
				t.Errorf("retrieved %s, want %s", got, want)
			}
			if got := values(b.broker.get("/temporal/entities?type=Room&id=urn:1&timerel=after&timeAt=2023-01-01T00:00:00Z&options=temporalValues"), first); got != want {
				t.Errorf("queried %s, want %s", got, want)
			}
			if got := inOrder(b.broker.get("/temporal/entities?type=Room&timerel=after&timeAt=2023-01-01T00:00:00Z").is(200).ids()); got != x.found {
				t.Errorf("found %s, want %s", got, x.found)
			}
			if got := b.broker.get("/temporal/entities?type=Room&local=true&timerel=after&timeAt=2023-01-01T00:00:00Z").is(200).ids(); got != "1" {
				t.Errorf("found here %s", got)
			}
			got := b.broker.send("POST", "/temporal/entityOperations/query", `{"type":"Query","entities":[{"type":"Room"}],"temporalQ":{"timerel":"after","timeAt":"2023-01-01T00:00:00Z"}}`).is(200).ids()
			if got := inOrder(got); got != x.found {
				t.Errorf("found by POST %s, want %s", got, x.found)
			}
		})
	}
	t.Run("another time", func(t *testing.T) {
		b := newBrokers(t, inclusive, `"retrieveTemporal","queryTemporal"`, info(`{"type":"Room"}`, "")+`,"observationInterval":{"startAt":"2020-01-01T00:00:00Z","endAt":"2021-01-01T00:00:00Z"}`)
		b.source.send("POST", "/temporal/entities", `{"id":"urn:2","type":"Room","a":[`+instance(4, "04")+`]}`).is(201)
		if got := b.broker.get("/temporal/entities?type=Room&timerel=after&timeAt=2023-01-01T00:00:00Z").is(200).ids(); got != "" {
			t.Errorf("found %s of a source that has nothing of that time", got)
		}
	})
}

// inOrder sorts the ids of an answer.
func inOrder(ids string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Fields(ids))), " ")
}
