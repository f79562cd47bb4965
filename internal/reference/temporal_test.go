package reference

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
)

// evolution makes a temporal entity with speed 10, 20, 30, 40 at the hours 1 to 4.
func (c *client) evolution() {
	c.Helper()
	var list []string
	for h := 1; h <= 4; h++ {
		list = append(list, fmt.Sprintf(`{"type":"Property","value":%d,"observedAt":"2025-01-01T0%d:00:00Z"}`, 10*h, h))
	}
	c.send("POST", "/temporal/entities", `{"id":"urn:v","type":"Vehicle","speed":[`+strings.Join(list, ",")+`],"driver":[{"type":"Relationship","object":"urn:a","observedAt":"2025-01-01T01:30:00Z"}]}`).is(201)
}

// strip removes what the platform makes up.
func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			if key == "instanceId" || key == "createdAt" || key == "modifiedAt" {
				delete(v, key)
			} else {
				v[key] = strip(member)
			}
		}
	case []any:
		for i, item := range v {
			v[i] = strip(item)
		}
	}
	return v
}

func (a *answer) stripped() string {
	a.Helper()
	raw, err := json.Marshal(strip(a.json()))
	if err != nil {
		a.Fatal(err)
	}
	return string(raw)
}

func TestTemporalQueries(t *testing.T) { // 4.11, 4.5.6 to 4.5.9, 4.5.19, 5.7.3, 5.7.4
	c := newClient(t)
	c.evolution()
	at := func(h int) string {
		return fmt.Sprintf(`{"observedAt":"2025-01-01T0%d:00:00Z","type":"Property","value":%d}`, h, 10*h)
	}
	pair := func(h int) string { return fmt.Sprintf(`[%d,"2025-01-01T0%d:00:00Z"]`, 10*h, h) }
	pick := "?pick=speed"
	for _, x := range []struct{ query, want string }{
		{"", at(1) + "," + at(2) + "," + at(3) + "," + at(4)},
		{"&timerel=before&timeAt=2025-01-01T02:00:00Z", at(1)},
		{"&timerel=after&timeAt=2025-01-01T02:00:00Z", at(2) + "," + at(3) + "," + at(4)}, // 4.11: inclusive
		{"&timerel=after&timeAt=2025-01-01T02:00:00.000001Z", at(3) + "," + at(4)},
		{"&timerel=before&timeAt=2025-01-01T02:00:00.000Z", at(1)},
		{"&timeproperty=observedAt&lastN=1", at(4)},
		{"&timerel=between&timeAt=2025-01-01T02:00:00Z&endTimeAt=2025-01-01T04:00:00Z", at(2) + "," + at(3)},
		{"&lastN=2", at(4) + "," + at(3)},
		{"&timerel=before&timeAt=2025-01-01T04:00:00Z&lastN=1", at(3)},
	} {
		if got, want := c.get("/temporal/entities/urn:v"+pick+x.query).is(200).stripped(), `{"speed":[`+x.want+`]}`; got != want {
			t.Errorf("%s:\n got %s\nwant %s", x.query, got, want)
		}
	}
	c.get("/temporal/entities/urn:v?options=temporalValues").is(200).equals(`{"id":"urn:v","type":"Vehicle","speed":{"type":"Property","values":[` + pair(1) + "," + pair(2) + "," + pair(3) + "," + pair(4) + `]},"driver":{"type":"Relationship","objects":[["urn:a","2025-01-01T01:30:00Z"]]}}`)
	between := "&timerel=between&timeAt=2025-01-01T00:00:00Z&endTimeAt=2025-01-01T06:00:00Z"
	c.get("/temporal/entities/urn:v?pick=speed&format=aggregatedValues&aggrMethods=max,avg,totalCount&aggrPeriodDuration=PT2H" + between).is(200).
		equals(`{"speed":{"type":"Property","max":[[10,"2025-01-01T00:00:00Z","2025-01-01T02:00:00Z"],[30,"2025-01-01T02:00:00Z","2025-01-01T04:00:00Z"],[40,"2025-01-01T04:00:00Z","2025-01-01T06:00:00Z"]],"avg":[[10,"2025-01-01T00:00:00Z","2025-01-01T02:00:00Z"],[25,"2025-01-01T02:00:00Z","2025-01-01T04:00:00Z"],[40,"2025-01-01T04:00:00Z","2025-01-01T06:00:00Z"]],"totalCount":[[1,"2025-01-01T00:00:00Z","2025-01-01T02:00:00Z"],[2,"2025-01-01T02:00:00Z","2025-01-01T04:00:00Z"],[1,"2025-01-01T04:00:00Z","2025-01-01T06:00:00Z"]]}}`)
	c.get("/temporal/entities/urn:v?pick=speed&options=aggregatedValues&aggrMethods=sum,min,sumsq,distinctCount,stddev" + between).
		equals(`{"speed":{"type":"Property","sum":[[100,"2025-01-01T00:00:00Z","2025-01-01T06:00:00Z"]],"min":[[10,"2025-01-01T00:00:00Z","2025-01-01T06:00:00Z"]],"sumsq":[[3000,"2025-01-01T00:00:00Z","2025-01-01T06:00:00Z"]],"distinctCount":[[4,"2025-01-01T00:00:00Z","2025-01-01T06:00:00Z"]],"stddev":[[11.180339887498949,"2025-01-01T00:00:00Z","2025-01-01T06:00:00Z"]]}}`)
	for _, x := range []struct{ query, want string }{
		{"?type=Vehicle&timerel=after&timeAt=2025-01-01T00:00:00Z", "v"},
		{"?type=Vehicle&timerel=after&timeAt=2026-01-01T00:00:00Z", ""},
		{"?type=Vehicle&q=speed>35&timerel=after&timeAt=2025-01-01T00:00:00Z", "v"},
		{"?type=Vehicle&q=speed>35&timerel=before&timeAt=2025-01-01T04:00:00Z", ""},
		{"?type=Other&timerel=after&timeAt=2025-01-01T00:00:00Z", ""},
		{"?attrs=speed&timerel=after&timeAt=2025-01-01T00:00:00Z&count=true", "v"},
	} {
		if got := c.get("/temporal/entities" + x.query).is(200).ids(); got != x.want {
			t.Errorf("%s: %q, want %q", x.query, got, x.want)
		}
	}
	if got := c.send("POST", "/temporal/entityOperations/query", `{"type":"Query","entities":[{"type":"Vehicle"}],"temporalQ":{"timerel":"after","timeAt":"2025-01-01T03:00:00Z","lastN":1}}`).is(200).ids(); got != "v" {
		t.Errorf("by POST: %q", got)
	}
	inParams := func(params string) *answer {
		return c.send("POST", "/temporal/entityOperations/query?options=aggregatedValues", `{"type":"Query","entities":[{"type":"Vehicle"}],"pick":["speed"],"aggrParams":`+params+`,
			"temporalQ":{"timerel":"between","timeAt":"2025-01-01T00:00:00Z","endTimeAt":"2025-01-01T06:00:00Z","aggrMethods":["min"]}}`)
	}
	inParams(`{"aggrMethods":"max","aggrPeriodDuration":"PT6H"}`).is(200).equals(`[{"speed":{"type":"Property","max":[[40,"2025-01-01T00:00:00Z","2025-01-01T06:00:00Z"]]}}]`)
	for _, params := range []string{`"max"`, `{}`, `{"aggrMethods":[1]}`, `{"aggrMethods":"max","aggrPeriodDuration":6}`} {
		inParams(params).is(400)
	}
	c.send("POST", "/entityOperations/query", `{"type":"Query","entities":[{"type":"Vehicle"}],"aggrParams":{"aggrMethods":"max"}}`).is(400)
	for _, query := range []string{
		"?type=Vehicle", "?timerel=after&timeAt=2025-01-01T00:00:00Z", "?type=V&timerel=after", "?type=V&timerel=after&timeAt=x", "?type=V&timerel=around&timeAt=2025-01-01T00:00:00Z",
		"?type=V&timerel=between&timeAt=2025-01-01T00:00:00Z", "?type=V&timerel=between&timeAt=2025-01-01T00:00:00Z&endTimeAt=2024-01-01T00:00:00Z",
		"?type=V&timerel=after&timeAt=2025-01-01T00:00:00Z&lastN=0", "?type=V&timerel=after&timeAt=2025-01-01T00:00:00Z&timeproperty=x",
		"?type=V&timerel=after&timeAt=2025-01-01T00:00:00Z&options=aggregatedValues", "?type=V&timerel=after&timeAt=2025-01-01T00:00:00Z&options=aggregatedValues&aggrMethods=mode",
		"?type=V&timerel=after&timeAt=2025-01-01T00:00:00Z&options=aggregatedValues&aggrMethods=max&aggrPeriodDuration=hour",
	} {
		c.get("/temporal/entities"+query).problem(400, ngsild.BadRequestData)
	}
	c.get("/temporal/entities/urn:v?timeAt=2025-01-01T00:00:00Z").problem(400, ngsild.BadRequestData)
	c.get("/temporal/entities/urn:v?format=geo").problem(400, ngsild.InvalidRequest)
	c.get("/temporal/entities/urn:v?pick=nothing").problem(404, ngsild.ResourceNotFound)
	c.get("/temporal/entities/urn:none").problem(404, ngsild.ResourceNotFound)
	c.get("/temporal/entities/none").problem(400, ngsild.BadRequestData)
}

func TestTemporalProvision(t *testing.T) { // 5.6.11 to 5.6.16
	c := newClient(t)
	c.evolution()
	c.send("POST", "/temporal/entities", `{"id":"urn:v","type":"Vehicle","speed":{"type":"Property","value":50,"observedAt":"2025-01-01T05:00:00Z"}}`).is(204)
	c.get("/entities/urn:v").problem(404, ngsild.ResourceNotFound) // the current state is another thing
	c.send("POST", "/temporal/entities", `{"id":"urn:v"}`).problem(400, ngsild.BadRequestData)
	c.send("POST", "/temporal/entities/urn:v/attrs/", `{"fuel":[{"type":"Property","value":1,"observedAt":"2025-01-01T05:00:00Z","datasetId":"urn:d"},{"type":"Property","value":2,"observedAt":"2025-01-01T06:00:00Z"}]}`).is(204)
	c.send("POST", "/temporal/entities/urn:none/attrs/", `{"fuel":1}`).problem(404, ngsild.ResourceNotFound)
	speeds := c.get("/temporal/entities/urn:v?pick=speed").json().(map[string]any)["speed"].([]any)
	if len(speeds) != 5 {
		t.Fatalf("%v", speeds)
	}
	id := speeds[0].(map[string]any)["instanceId"].(string)
	c.send("PATCH", "/temporal/entities/urn:v/attrs/speed/"+id, `{"type":"Property","value":11,"observedAt":"2025-01-01T00:30:00Z"}`).is(204)
	c.send("PATCH", "/temporal/entities/urn:v/attrs/speed/"+id, `{"observedAt":"2025-01-01T00:40:00Z"}`).problem(400, ngsild.BadRequestData) // 5.6.14: a whole instance
	if got := c.get("/temporal/entities/urn:v?pick=speed").json().(map[string]any)["speed"].([]any)[0].(map[string]any); got["value"] != 11.0 || got["observedAt"] != "2025-01-01T00:30:00Z" || got["instanceId"] != id {
		t.Errorf("%v", got)
	}
	c.send("DELETE", "/temporal/entities/urn:v/attrs/speed/"+id, "").is(204)
	c.send("DELETE", "/temporal/entities/urn:v/attrs/speed/"+id, "").problem(404, ngsild.ResourceNotFound)
	c.send("PATCH", "/temporal/entities/urn:v/attrs/speed/"+id, `{"speed":[{"type":"Property","value":11}]}`).problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/temporal/entities/urn:v/attrs/none/"+id, "").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/temporal/entities/urn:v/attrs/speed/nonsense", "").problem(400, ngsild.BadRequestData)
	c.send("DELETE", "/temporal/entities/urn:v/attrs/fuel?datasetId=urn:d", "").is(204)
	c.send("DELETE", "/temporal/entities/urn:v/attrs/fuel?datasetId=urn:d", "").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/temporal/entities/urn:v/attrs/fuel", "").is(204)
	c.send("DELETE", "/temporal/entities/urn:v/attrs/speed?deleteAll=true", "").is(204)
	c.get("/temporal/entities/urn:v?pick=speed").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/temporal/entities/urn:v", "").is(204)
	c.send("DELETE", "/temporal/entities/urn:v", "").problem(404, ngsild.ResourceNotFound)
}

func TestEvolutionOfTheCurrentState(t *testing.T) {
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:r","type":"Room","temp":1}`).is(201)
	c.send("PATCH", "/entities/urn:r/attrs/temp", `{"value":2}`).is(204)
	c.send("DELETE", "/entities/urn:r/attrs/temp", "").is(204)
	list := c.get("/temporal/entities/urn:r").is(200).json().(map[string]any)["temp"].([]any)
	if len(list) != 3 || list[1].(map[string]any)["value"] != 2.0 || list[2].(map[string]any)["deletedAt"] == nil {
		t.Errorf("%v", list)
	}
	if got := c.get("/temporal/entities?type=Room&timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt").ids(); got != "r" {
		t.Errorf("by modifiedAt: %q", got)
	}
	c.send("DELETE", "/entities/urn:r", "").is(204)
	c.get("/temporal/entities/urn:r").is(200)
}

// minutes are instances of an attribute, one a minute, with the value of the minute.
func minutes(from, to int) string {
	var list []string
	for m := from; m < to; m++ {
		list = append(list, fmt.Sprintf(`{"type":"Property","value":%d,"observedAt":"2025-01-01T00:%02d:00Z"}`, m, m))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func TestPartialContent(t *testing.T) { // 6.3.10
	c := newClient(t)
	c.send("POST", "/temporal/entities", `{"id":"urn:v","type":"V","a":`+minutes(0, 50)+`,"b":`+minutes(5, 6)+`,"c":`+minutes(45, 50)+`}`).is(201)
	for _, x := range []struct{ query, span, a, b, c string }{
		{"timerel=after&timeAt=2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z-2025-01-01T00:14:00Z/*", minutes(0, 15), minutes(5, 6), "[]"},
		{"timerel=between&timeAt=2025-01-01T00:10:00Z&endTimeAt=2025-01-01T01:00:00Z", "2025-01-01T00:10:00Z-2025-01-01T00:24:00Z/*", minutes(10, 25), "", "[]"},
		{"timerel=before&timeAt=2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z-2025-01-01T00:14:00Z/*", minutes(0, 15), minutes(5, 6), "[]"},
		{"timerel=after&timeAt=2025-01-01T00:15:00Z&lastN=40", "2025-01-01T00:49:00Z-2025-01-01T00:35:00Z/40", minutes(35, 50), "", minutes(45, 50)},
		{"timerel=before&timeAt=2025-01-01T00:46:00Z&lastN=20", "2025-01-01T00:46:00Z-2025-01-01T00:31:00Z/20", minutes(31, 46), "[]", minutes(45, 46)},
	} {
		for _, path := range []string{"/temporal/entities/urn:v?", "/temporal/entities?type=V&"} {
			a := c.get(path + x.query).is(206)
			if got := a.header.Get("Content-Range"); got != "date-time "+x.span {
				t.Errorf("%s%s: Content-Range %q, want %s", path, x.query, got, x.span)
			}
			o := a.json()
			if list, ok := o.([]any); ok {
				o = list[0]
			}
			for name, want := range map[string]string{"a": x.a, "b": x.b, "c": x.c} {
				got, there := o.(map[string]any)[name].([]any)
				if !there {
					if want != "" {
						t.Errorf("%s%s: no %s", path, x.query, name)
					}
					continue
				}
				slices.SortFunc(got, func(a, b any) int {
					return cmp.Compare(a.(map[string]any)["value"].(float64), b.(map[string]any)["value"].(float64))
				})
				var wanted []any
				if err := json.Unmarshal([]byte(want), &wanted); err != nil {
					t.Fatalf("%s%s: %s is there: %v", path, x.query, name, got)
				}
				if !reflect.DeepEqual(strip(got), wanted) && len(got)+len(wanted) > 0 {
					t.Errorf("%s%s: %s is %v, want %s", path, x.query, name, got, want)
				}
			}
		}
	}
	c.get("/temporal/entities/urn:v?lastN=15").is(200)
	c.get("/temporal/entities/urn:v?options=aggregatedValues&aggrMethods=max").is(200)
	c.get("/temporal/entities/urn:v?lastN=20&options=temporalValues").is(206)
}

func TestScopeAsHistory(t *testing.T) { // 4.5.6, 4.19
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:r","type":"Room","scope":"/A","temp":1}`).is(201)
	c.send("POST", "/entities/urn:r/attrs", `{"scope":["/B","/C"]}`).is(204)
	c.send("PATCH", "/entities/urn:r/attrs/temp", `{"value":2}`).is(204)
	c.send("DELETE", "/entities/urn:r/attrs/scope", "").is(204)
	scopes := c.get("/temporal/entities/urn:r?options=sysAttrs").is(200).json().(map[string]any)["scope"].([]any)
	if len(scopes) != 3 {
		t.Fatalf("%v", scopes)
	}
	first, last := scopes[0].(map[string]any), scopes[2].(map[string]any)
	if first["type"] != "Property" || first["value"] != "/A" || first["observedAt"] != first["modifiedAt"] || first["instanceId"] == nil {
		t.Errorf("%v", first)
	}
	if last["deletedAt"] == nil || last["value"] != "urn:ngsi-ld:null" {
		t.Errorf("%v", last)
	}
	c.send("POST", "/temporal/entities", `{"id":"urn:s","type":"Room","scope":[{"type":"Property","value":"/A","observedAt":"2025-01-01T00:00:00Z"},{"type":"Property","value":"/B","observedAt":"2025-01-02T00:00:00Z"}],"temp":{"value":1,"observedAt":"2025-01-01T12:00:00Z"}}`).is(201)
	for _, x := range []struct{ query, want string }{
		{"scopeQ=/A&timerel=before&timeAt=2025-01-02T00:00:00Z", "s"},
		{"scopeQ=/B&timerel=before&timeAt=2025-01-02T00:00:00Z", ""},
		{"scopeQ=/A&timerel=after&timeAt=2025-01-01T12:00:00Z", "s"}, // it held until the second
		{"scopeQ=/B&timerel=after&timeAt=2025-01-01T12:00:00Z", "s"},
		{"scopeQ=/A&timerel=after&timeAt=2025-01-02T00:00:00Z", ""},
	} {
		if got := c.get("/temporal/entities?id=urn:s&type=Room&" + x.query).is(200).ids(); got != x.want {
			t.Errorf("%s: %q, want %q", x.query, got, x.want)
		}
	}
	c.send("POST", "/temporal/entities", `{"id":"urn:x","type":"Room","scope":[{"type":"Relationship","object":"urn:a"}]}`).problem(400, ngsild.BadRequestData)
	c.send("POST", "/temporal/entities", `{"id":"urn:x","type":"Room","scope":[{"type":"Property","value":"not a scope"}]}`).problem(400, ngsild.BadRequestData)
}

func TestDeletions(t *testing.T) { // 4.5.7, 4.8
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:r","type":"Room","temp":{"value":1,"observedAt":"2025-01-01T00:00:00Z"},"name":{"type":"LanguageProperty","languageMap":{"en":"a"}}}`).is(201)
	c.get("/temporal/entities/urn:r?timeproperty=deletedAt").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/entities/urn:r/attrs/temp", "").is(204)
	gone := c.get("/temporal/entities/urn:r?timeproperty=deletedAt").is(200).json().(map[string]any)
	if list := gone["temp"].([]any); len(list) != 1 || list[0].(map[string]any)["value"] != "urn:ngsi-ld:null" || gone["name"] != nil {
		t.Errorf("%v", gone)
	}
	c.send("DELETE", "/entities/urn:r", "").is(204)
	gone = c.get("/temporal/entities/urn:r?timeproperty=deletedAt&timerel=after&timeAt=2020-01-01T00:00:00Z&attrs=name").is(200).json().(map[string]any)
	if texts := gone["name"].([]any)[0].(map[string]any)["languageMap"].(map[string]any); texts["@none"] != "urn:ngsi-ld:null" {
		t.Errorf("%v", gone)
	}
	// history that is carried over may tell of deletions too (5.5.4)
	c.send("POST", "/temporal/entities", `{"id":"urn:s","type":"Room","temp":[{"type":"Property","value":1,"observedAt":"2025-01-01T00:00:00Z"},{"type":"Property","value":"urn:ngsi-ld:null","deletedAt":"2025-01-02T00:00:00Z"}]}`).is(201)
	c.get("/temporal/entities/urn:s?timeproperty=deletedAt&timerel=before&timeAt=2025-02-01T00:00:00Z").is(200)
	c.get("/temporal/entities/urn:s?options=aggregatedValues&aggrMethods=avg").is(200)
	c.send("POST", "/temporal/entities", `{"id":"urn:t","type":"Room","temp":"urn:ngsi-ld:null"}`).problem(400, ngsild.BadRequestData)
}

func TestTemporalValuesOfEveryKind(t *testing.T) { // 4.5.9
	c := newClient(t)
	at := `"observedAt":"2025-01-01T00:00:00Z"`
	c.send("POST", "/temporal/entities", `{"id":"urn:v","type":"V",
		"a":[{"type":"Property","value":{"x":1},`+at+`}],
		"b":[{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]},`+at+`}],
		"c":[{"type":"LanguageProperty","languageMap":{"en":"yes"},`+at+`}],
		"d":[{"type":"VocabProperty","vocab":"Red",`+at+`}],
		"e":[{"type":"JsonProperty","json":{"id":1},`+at+`}],
		"f":[{"type":"ListProperty","valueList":[1,2],`+at+`}],
		"g":[{"type":"Relationship","object":["urn:a","urn:b"],`+at+`}],
		"h":[{"type":"ListRelationship","objectList":["urn:a","urn:b"],`+at+`}],
		"i":[{"type":"Property","value":1,`+at+`},{"type":"Property","value":2,"datasetId":"urn:d",`+at+`}]}`).is(201)
	pair := func(v string) string { return `[[` + v + `,"2025-01-01T00:00:00Z"]]` }
	c.get("/temporal/entities/urn:v?options=temporalValues&omit=id,type").is(200).equals(`{
		"a":{"type":"Property","values":` + pair(`{"x":1}`) + `},
		"b":{"type":"GeoProperty","values":` + pair(`{"type":"Point","coordinates":[1,2]}`) + `},
		"c":{"type":"LanguageProperty","languageMaps":` + pair(`{"languageMap":{"en":"yes"}}`) + `},
		"d":{"type":"VocabProperty","vocabs":` + pair(`{"vocab":"Red"}`) + `},
		"e":{"type":"JsonProperty","jsons":` + pair(`{"json":{"id":1}}`) + `},
		"f":{"type":"ListProperty","valueLists":` + pair(`[1,2]`) + `},
		"g":{"type":"Relationship","objects":` + pair(`["urn:a","urn:b"]`) + `},
		"h":{"type":"ListRelationship","objectLists":` + pair(`["urn:a","urn:b"]`) + `},
		"i":[{"type":"Property","values":` + pair(`1`) + `},{"type":"Property","datasetId":"urn:d","values":` + pair(`2`) + `}]}`)
}

func TestAggregationByType(t *testing.T) { // 4.5.19.1
	c := newClient(t)
	c.send("POST", "/temporal/entities", `{"id":"urn:v","type":"V",
		"n":[{"value":1,"observedAt":"2025-01-01T00:00:00Z"},{"value":3,"observedAt":"2025-01-01T01:00:00Z"},{"value":3.0,"observedAt":"2025-01-01T02:00:00Z"}],
		"s":[{"value":"b","observedAt":"2025-01-01T00:00:00Z"},{"value":"a","observedAt":"2025-01-01T01:00:00Z"}],
		"l":[{"value":[1,2],"observedAt":"2025-01-01T00:00:00Z"},{"value":[5],"observedAt":"2025-01-01T01:00:00Z"}],
		"t":[{"value":true,"observedAt":"2025-01-01T00:00:00Z"},{"value":false,"observedAt":"2025-01-01T01:00:00Z"}],
		"o":[{"value":{"x":1},"observedAt":"2025-01-01T00:00:00Z"},{"value":{"x":1},"observedAt":"2025-01-01T01:00:00Z"}],
		"r":[{"object":"urn:a","observedAt":"2025-01-01T00:00:00Z"},{"object":"urn:b","observedAt":"2025-01-01T01:00:00Z"}]}`).is(201)
	for _, x := range []struct{ attr, methods, want string }{
		{"n", "totalCount", "3"}, {"n", "distinctCount", "2"}, {"n", "sum", "7"}, {"n", "min", "1"}, {"n", "max", "3"}, {"n", "sumsq", "19"},
		{"s", "totalCount", "2"}, {"s", "min", `"a"`}, {"s", "max", `"b"`}, {"s", "avg", ""}, {"s", "sum", ""},
		{"l", "avg", "1.5"}, {"l", "sum", "3"}, {"l", "min", "1"}, {"l", "max", "2"}, {"l", "stddev", ""}, {"l", "sumsq", ""},
		{"t", "avg", "0.5"}, {"t", "sum", "1"}, {"t", "stddev", "0.5"}, {"t", "sumsq", "1"}, {"t", "max", "1"},
		{"o", "distinctCount", "1"}, {"o", "max", ""}, {"r", "distinctCount", "2"}, {"r", "totalCount", "2"}, {"r", "min", ""},
	} {
		query := "?attrs=" + x.attr + "&options=aggregatedValues&aggrMethods=" + x.methods + "&timerel=between&timeAt=2025-01-01T00:00:00Z&endTimeAt=2025-01-02T00:00:00Z"
		for _, path := range []string{"/temporal/entities/urn:v", "/temporal/entities"} {
			a := c.get(path + query)
			if x.want == "" {
				a.problem(400, ngsild.InvalidRequest)
				continue
			}
			kind := "Property"
			if x.attr == "r" {
				kind = "Relationship"
			}
			want := `{"id":"urn:v","type":"V","` + x.attr + `":{"type":"` + kind + `","` + x.methods + `":[[` + x.want + `,"2025-01-01T00:00:00Z","2025-01-02T00:00:00Z"]]}}`
			if path == "/temporal/entities" {
				want = "[" + want + "]"
			}
			a.is(200).equals(want)
		}
	}
}

func TestTemporalQueryOrder(t *testing.T) { // 4.23, 5.7.4
	c := newClient(t)
	for _, id := range []string{"b", "a", "c"} {
		c.send("POST", "/temporal/entities", `{"id":"urn:`+id+`","type":"V","n":{"value":1,"observedAt":"2025-01-01T00:00:00Z"}}`).is(201)
	}
	in := "/temporal/entities?type=V&timerel=after&timeAt=2024-01-01T00:00:00Z"
	for query, want := range map[string]string{"": "b a c", "&orderBy=id&local=true": "a b c", "&orderBy=id;desc&local=true&limit=2": "c b", "&limit=1&offset=1": "a"} {
		if got := c.get(in + query).is(200).ids(); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	c.get(in+"&orderBy=n&local=true").problem(400, ngsild.BadRequestData)
	c.get(in+"&orderBy=id").problem(400, ngsild.BadRequestData)
	c.get(in+"&pick=owner{name}").problem(400, ngsild.BadRequestData)
	if got := c.get(in + "&count=true&limit=0").is(200).header.Get(ngsild.HeaderCount); got != "3" {
		t.Errorf("count %q", got)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := history{limit: 100}
	now := time.Unix(0, 0)
	one := func(id string, n int) *model.Entity {
		e := &model.Entity{ID: id, Types: []string{"T"}, Attributes: map[string][]*model.Attribute{}}
		for range n {
			e.Attributes["a"] = append(e.Attributes["a"], &model.Attribute{Kind: model.Property, Value: true})
		}
		return e
	}
	for i := range 500 {
		h.add(one(fmt.Sprint("urn:", i), 10), now)
	}
	if h.kept != 100 || len(h.byID) != 10 || h.get("urn:499") == nil || h.get("urn:489") != nil || len(h.order) > 128 {
		t.Errorf("%d instances of %d entities, order %d", h.kept, len(h.byID), len(h.order))
	}
	h.add(one("urn:499", 200), now) // what is being written stays
	if len(h.byID) != 1 || h.kept != 210 {
		t.Errorf("%d instances of %d entities", h.kept, len(h.byID))
	}
	h.add(one("urn:499", maxInstances), now)
	if n := len(h.get("urn:499").Attributes["a"]); n != maxInstances || h.kept != maxInstances {
		t.Errorf("%d instances, %d kept", n, h.kept)
	}
	h.remove("urn:499")
	if h.kept != 0 {
		t.Errorf("%d instances left", h.kept)
	}
}
