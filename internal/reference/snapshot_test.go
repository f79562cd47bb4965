package reference

import (
	"strconv"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func TestSnapshots(t *testing.T) { // 5.16
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T","temp":{"type":"Property","value":80}}`).is(201)
	c.send("POST", "/entities", `{"id":"urn:2","type":"T","temp":{"type":"Property","value":30}}`).is(201)
	made := c.send("POST", "/snapshots", `{"id":"urn:s","type":"Snapshot","snapshotQueries":[`+
		`{"type":"Query","entities":[{"type":"T"}],"q":"temp>50"},{"type":"Query","entities":[{"type":"Other"}]}]}`).is(201)
	if got := made.header.Get("Location"); got != "/ngsi-ld/v1/snapshots/urn:s" {
		t.Errorf("Location %q", got)
	}
	s := c.get("/snapshots/urn:s").is(200).json().(map[string]any)
	if s["type"] != "Snapshot" || s["snapshotStatus"] != "partial" || len(s["snapshotQueriesDetails"].([]any)) != 2 || s["lastUsedAt"] == nil || s["expiresAt"] == nil {
		t.Errorf("%v", s)
	}
	const in = "NGSILD-Snapshot: urn:s"
	c.send("PATCH", "/entities/urn:1/attrs", `{"temp":{"type":"Property","value":10}}`).is(204)
	c.send("POST", "/entities", `{"id":"urn:3","type":"T","temp":{"type":"Property","value":90}}`).is(201)
	a := c.get("/entities?type=T&options=keyValues", in).is(200).equals(`[{"id":"urn:1","type":"T","temp":80}]`)
	if a.header.Get("NGSILD-Snapshot") != "urn:s" {
		t.Errorf("the answer does not name the snapshot: %v", a.header)
	}
	c.send("PATCH", "/entities/urn:1/attrs", `{"temp":{"type":"Property","value":81}}`, in).is(204)
	c.get("/entities/urn:1?options=keyValues", in).is(200).equals(`{"id":"urn:1","type":"T","temp":81}`)
	c.get("/entities/urn:1?options=keyValues").is(200).equals(`{"id":"urn:1","type":"T","temp":10}`)
	c.get("/entities/urn:2", in).problem(404, ngsild.ResourceNotFound)
	c.get("/entities/urn:1", "NGSILD-Snapshot: urn:none").problem(404, ngsild.ResourceNotFound)
	c.send("POST", "/entities", `{"id":"urn:9","type":"T"}`, "NGSILD-Tenant: other", in).problem(404, ngsild.ResourceNotFound)

	c.send("PATCH", "/snapshots/urn:s", `{"snapshotPriority":2,"snapshotLifetime":"PT1H"}`).is(200)
	c.send("POST", "/snapshots/urn:s/clone", `{"id":"urn:c","type":"Snapshot","snapshotPriority":9}`).is(201)
	c.send("POST", "/snapshots/urn:s/clone", `{"id":"urn:c","type":"Snapshot"}`).problem(409, ngsild.AlreadyExists)
	c.send("POST", "/snapshots/urn:none/clone", `{"type":"Snapshot"}`).problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/snapshots?q=snapshotPriority<5", "").is(204)
	c.get("/snapshots/urn:s").problem(404, ngsild.ResourceNotFound)
	c.get("/entities/urn:1?options=keyValues", "NGSILD-Snapshot: urn:c").is(200).equals(`{"id":"urn:1","type":"T","temp":81}`)
	c.send("DELETE", "/snapshots?q=snapshotPriority<5", "").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/snapshots?q=temp<5", "").problem(400, ngsild.BadRequestData)
	c.send("DELETE", "/snapshots", "").problem(400, ngsild.BadRequestData)
	c.send("DELETE", "/snapshots/urn:c", "").is(204)
	c.send("DELETE", "/snapshots/urn:c", "").problem(404, ngsild.ResourceNotFound)
}

func TestSnapshotsEnd(t *testing.T) {
	c := newClient(t)
	c.send("POST", "/snapshots", `{"id":"urn:s","type":"Snapshot","snapshotLifetime":"P1DT1H","snapshotQueries":[{"type":"Query","entities":[{"type":"T"}]}]}`).is(201)
	if s := c.get("/snapshots/urn:s").is(200).json().(map[string]any); s["snapshotStatus"] != "empty" {
		t.Errorf("%v", s)
	}
	c.clock.skip(26 * time.Hour)
	c.get("/snapshots/urn:s").problem(404, ngsild.ResourceNotFound)
}

func TestSnapshotRefusals(t *testing.T) {
	c := newClient(t)
	const query = `"snapshotQueries":[{"type":"Query","entities":[{"type":"T"}]}]`
	c.send("POST", "/snapshots", `{"id":"urn:s","type":"Snapshot",`+query+`}`).is(201)
	for name, body := range map[string]string{
		"no type":        `{` + query + `}`,
		"no queries":     `{"type":"Snapshot"}`,
		"empty queries":  `{"type":"Snapshot","snapshotQueries":[]}`,
		"no query":       `{"type":"Snapshot","snapshotQueries":[7]}`,
		"temporal query": `{"type":"Snapshot","snapshotQueries":[{"type":"Query","entities":[{"type":"T"}],"temporalQ":{}}]}`,
		"too wide":       `{"type":"Snapshot","snapshotQueries":[{"type":"Query"}]}`,
		"bad q":          `{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"=="}]}`,
		"bad id":         `{"id":"s","type":"Snapshot",` + query + `}`,
		"priority 0":     `{"type":"Snapshot","snapshotPriority":0,` + query + `}`,
		"priority text":  `{"type":"Snapshot","snapshotPriority":"5",` + query + `}`,
		"no lifetime":    `{"type":"Snapshot","snapshotLifetime":"PT0S",` + query + `}`,
		"bad lifetime":   `{"type":"Snapshot","snapshotLifetime":"a day",` + query + `}`,
		"endpoint":       `{"type":"Snapshot","endpoint":{"uri":"http://x/"},` + query + `}`,
		"no URI":         `{"type":"Snapshot","endpoint":"here",` + query + `}`,
		"receiverInfo":   `{"type":"Snapshot","endpoint":"http://x/","receiverInfo":"a: b",` + query + `}`,
		"no temporalQ":   `{"type":"Snapshot","snapshotTemporalQueries":[{"type":"Query","entities":[{"type":"T"}]}]}`,
		"no timerel":     `{"type":"Snapshot","snapshotTemporalQueries":[{"type":"Query","entities":[{"type":"T"}],"temporalQ":{}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			(&client{T: t, url: c.url}).send("POST", "/snapshots", body).problem(400, ngsild.BadRequestData)
		})
	}
	c.send("POST", "/snapshots", `{"id":"urn:s","type":"Snapshot",`+query+`}`).problem(409, ngsild.AlreadyExists)
	if got := c.send("PATCH", "/snapshots/urn:s", `{"snapshotStatus":"failure","createdAt":"2001-01-01T00:00:00Z"}`).is(200).json().(map[string]any); got["snapshotStatus"] == "failure" || got["createdAt"] == "2001-01-01T00:00:00Z" {
		t.Errorf("what a client says of a snapshot's status and times is believed: %v", got)
	}
	c.send("PATCH", "/snapshots/urn:s", `{`+query+`}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/snapshots/urn:s", `{"snapshotPriority":11}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/snapshots/nonsense", `{}`).problem(400, ngsild.BadRequestData)
}

func TestSnapshotsOfThePast(t *testing.T) { // 5.16.1.4, 5.5.15
	c := newClient(t)
	c.send("POST", "/temporal/entities", `{"id":"urn:1","type":"T","temp":[{"type":"Property","value":1,"observedAt":"2025-01-01T10:00:00Z"},`+
		`{"type":"Property","value":2,"observedAt":"2025-01-01T11:00:00Z"},{"type":"Property","value":3,"observedAt":"2025-01-01T12:00:00Z"}]}`).is(201)
	temporal := func(more string) string {
		return `{"type":"Query","entities":[{"type":"T"}],"temporalQ":{"timerel":"after","timeAt":"2025-01-01T10:30:00Z"` + more + `}}`
	}
	c.send("POST", "/snapshots", `{"id":"urn:s","type":"Snapshot","snapshotTemporalQueries":[`+temporal("")+`,`+temporal(`,"lastN":1`)+`]}`).is(201)
	s := c.get("/snapshots/urn:s").is(200).json().(map[string]any)
	if s["snapshotStatus"] != "success" || len(s["snapshotTemporalQueriesDetails"].([]any)) != 2 || s["snapshotQueries"] != nil {
		t.Errorf("%v", s)
	}
	const in, all = "NGSILD-Snapshot: urn:s", "/temporal/entities/urn:1?options=temporalValues"
	c.send("DELETE", "/temporal/entities/urn:1", "").is(204)
	const frozen = `{"id":"urn:1","type":"T","temp":{"type":"Property","values":[[2,"2025-01-01T11:00:00Z"],[3,"2025-01-01T12:00:00Z"]]}}`
	c.get(all, in).is(200).equals(frozen)
	c.get("/entities/urn:1", in).problem(404, ngsild.ResourceNotFound)
	c.send("POST", "/snapshots/urn:s/clone", `{"id":"urn:c","type":"Snapshot"}`).is(201)
	c.send("POST", "/temporal/entities/urn:1/attrs", `{"temp":[{"type":"Property","value":4,"observedAt":"2025-01-01T13:00:00Z"}]}`, in).is(204)
	c.get(all, "NGSILD-Snapshot: urn:c").is(200).equals(frozen)
	c.send("POST", "/snapshots/urn:s/clone", `{"type":"Snapshot","snapshotTemporalQueries":[`+temporal("")+`]}`).problem(400, ngsild.BadRequestData)
}

func TestSnapshotNotifications(t *testing.T) { // 5.16.6, 5.3.4
	c, r := newClient(t), newReceiver(t)
	c.send("POST", "/snapshots", `{"id":"urn:s","type":"Snapshot","endpoint":"`+r.url+`","receiverInfo":[{"key":"X-Key","value":"v"}],`+
		`"snapshotQueries":[{"type":"Query","entities":[{"type":"T"}]}]}`).is(201)
	next := func(priority float64, status string) map[string]any {
		t.Helper()
		_, n, h := r.next()
		if n["type"] != "SnapshotNotification" || n["snapshotId"] == nil || n["snapshotPriority"] != priority || n["snapshotStatus"] != status ||
			n["notifiedAt"] == nil || len(n["snapshotQueriesDetails"].([]any)) != 1 || h.Get("X-Key") != "v" {
			t.Errorf("%v %v", n, h)
		}
		return n
	}
	next(5, "empty")
	s := c.get("/snapshots/urn:s").is(200).json().(map[string]any)
	if s["endpoint"] != r.url || s["receiverInfo"] == nil {
		t.Errorf("%v", s)
	}
	s = c.send("PATCH", "/snapshots/urn:s", `{"snapshotPriority":2,"snapshotLifetime":"PT1H"}`).is(200).json().(map[string]any)
	if n := next(2, "empty"); n["expiresAt"] != s["expiresAt"] {
		t.Errorf("%v but %v", n, s)
	}
	c.send("POST", "/snapshots/urn:s/clone", `{"id":"urn:c","type":"Snapshot"}`).is(201) // nobody is told
	c.send("PATCH", "/snapshots/urn:c", `{"endpoint":"`+r.url+`","receiverInfo":[{"key":"X-Key","value":"v"}]}`).is(200)
	next(5, "empty")
	c.send("PATCH", "/snapshots/urn:c", `{"endpoint":"urn:ngsi-ld:null"}`).is(200)
	c.send("PATCH", "/snapshots/urn:s", `{"snapshotPriority":3}`).is(200)
	if n := next(3, "empty"); n["snapshotId"] != "urn:s" {
		t.Errorf("%v", n)
	}
	c.send("DELETE", `/snapshots?q=endpoint=="`+r.url+`"`, "").is(204)
	c.get("/snapshots/urn:s").problem(404, ngsild.ResourceNotFound)
	c.get("/snapshots/urn:c").is(200)
	r.quiet()
}

// Where a tenant has as many snapshots as there can be, the one of the lowest priority makes
// room, of those the one that nobody has used for the longest time (5.5.15).
func TestSnapshotsMakeRoomByPriority(t *testing.T) {
	var s snapshotSet
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range maxSnapshots {
		x := &snapshot{id: "urn:" + strconv.Itoa(i), priority: snapshotDefault, used: at.Add(time.Duration(i) * time.Second), expires: at.Add(time.Hour)}
		if i == 7 || i == 9 {
			x.priority = 1
		}
		s.add(x)
	}
	s.list[s.index("urn:7", at)].used = at.Add(time.Minute)
	for _, gone := range []string{"urn:9", "urn:7", "urn:0"} {
		s.add(&snapshot{id: "urn:instead of " + gone, priority: 9, used: at, expires: at.Add(time.Hour)})
		if len(s.list) != maxSnapshots || s.index(gone, at) >= 0 || s.index("urn:instead of "+gone, at) < 0 {
			t.Errorf("%s did not make room", gone)
		}
	}
}
