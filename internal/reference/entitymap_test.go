package reference

import (
	"fmt"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func TestEntityMaps(t *testing.T) { // 5.14
	c := newClient(t)
	for i := range 4 {
		c.send("POST", "/entities", fmt.Sprintf(`{"id":"urn:%d","type":"T"}`, i)).is(201)
	}
	a := c.get("/entities?type=T&limit=2&entityMap=true").is(200)
	id := a.header.Get("NGSILD-EntityMap")
	if id == "" || a.ids() != "0 1" {
		t.Fatalf("%v, %s", a.header, a.ids())
	}
	c.send("POST", "/entities", `{"id":"urn:9","type":"T"}`).is(201)
	c.send("DELETE", "/entities/urn:2", "").is(204)
	if got := c.get("/entities?type=T&offset=1&limit=5", "NGSILD-EntityMap: "+id).is(200).ids(); got != "1 3" {
		t.Errorf("a page of the map: %q", got)
	}
	o := c.get("/entityMaps/" + id).is(200).json().(map[string]any)
	if o["type"] != "EntityMap" || o["expiresAt"] == nil || fmt.Sprint(o["entityMap"].(map[string]any)["urn:3"]) != "[@none]" {
		t.Errorf("%v", o)
	}
	c.get("/entities?type=T", "NGSILD-EntityMap: urn:none").problem(404, ngsild.ResourceNotFound)
	c.send("PATCH", "/entityMaps/"+id, `{"expiresAt":"2099-01-01T00:00:00Z","entityMap":{}}`).is(204)
	if got := c.get("/entityMaps/" + id).json().(map[string]any); got["expiresAt"] != "2099-01-01T00:00:00Z" || len(got["entityMap"].(map[string]any)) != 4 {
		t.Errorf("%v", got)
	}
	c.send("PATCH", "/entityMaps/"+id, `{"expiresAt":"soon"}`).problem(400, ngsild.BadRequestData)
	c.get("/entityMaps/"+id, "NGSILD-Tenant: other").problem(404, ngsild.NonexistentTenant)
	a = c.get("/entityMaps?type=T").is(201)
	if a.header.Get("Location") != "/ngsi-ld/v1/entityMaps/"+a.header.Get("NGSILD-EntityMap") {
		t.Errorf("%v", a.header)
	}
	c.get("/entityMaps").problem(400, ngsild.BadRequestData)
	c.send("DELETE", "/entityMaps/"+id, "").is(204)
	c.send("DELETE", "/entityMaps/"+id, "").problem(404, ngsild.ResourceNotFound)
	c.get("/entityMaps/nonsense").problem(400, ngsild.BadRequestData)
	c.get("/entityMaps/"+id).problem(404, ngsild.ResourceNotFound)
}
