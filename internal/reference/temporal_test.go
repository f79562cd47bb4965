package reference

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
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
		{"&timerel=after&timeAt=2025-01-01T02:00:00Z", at(3) + "," + at(4)},
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
	c.send("PATCH", "/temporal/entities/urn:v/attrs/speed/"+id, `{"value":11}`).is(204)
	if got := c.get("/temporal/entities/urn:v?pick=speed").json().(map[string]any)["speed"].([]any)[0].(map[string]any); got["value"] != 11.0 || got["observedAt"] == nil || got["instanceId"] != id {
		t.Errorf("%v", got)
	}
	c.send("DELETE", "/temporal/entities/urn:v/attrs/speed/"+id, "").is(204)
	c.send("DELETE", "/temporal/entities/urn:v/attrs/speed/"+id, "").problem(404, ngsild.ResourceNotFound)
	c.send("PATCH", "/temporal/entities/urn:v/attrs/speed/"+id, `{"value":11}`).problem(404, ngsild.ResourceNotFound)
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

func TestPartialContent(t *testing.T) { // 6.3.10
	c := newClient(t)
	var list []string
	for m := range 50 {
		list = append(list, fmt.Sprintf(`{"type":"Property","value":%d,"observedAt":"2025-01-01T00:%02d:00Z"}`, m, m))
	}
	c.send("POST", "/temporal/entities", `{"id":"urn:v","type":"V","a":[`+strings.Join(list, ",")+`],"b":[`+list[5]+`,`+list[45]+`]}`).is(201)
	a := c.get("/temporal/entities/urn:v?timerel=after&timeAt=2024-01-01T00:00:00Z").is(206)
	if got := a.header.Get("Content-Range"); got != "date-time 2025-01-01T00:00:00Z-2025-01-01T00:29:00Z/*" {
		t.Errorf("Content-Range %q", got)
	}
	o := a.json().(map[string]any)
	if len(o["a"].([]any)) != 30 || len(o["b"].([]any)) != 1 {
		t.Errorf("%d, %d instances", len(o["a"].([]any)), len(o["b"].([]any)))
	}
	a = c.get("/temporal/entities?type=V&timerel=after&timeAt=2024-01-01T00:00:00Z&lastN=40").is(206)
	if got := a.header.Get("Content-Range"); got != "date-time 2025-01-01T00:49:00Z-2025-01-01T00:20:00Z/40" {
		t.Errorf("Content-Range %q", got)
	}
	c.get("/temporal/entities/urn:v?lastN=30").is(200)
}
