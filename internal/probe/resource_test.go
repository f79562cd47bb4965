package probe

import (
	"fmt"
	"net/url"
	"testing"
)

func TestWhatARequestCreates(t *testing.T) {
	base := &url.URL{Path: "/ngsi-ld/v1"}
	for _, c := range []struct{ path, ids, want string }{
		{"/snapshots", "urn:2", "[snapshots/urn:2]"},
		{"/snapshots/urn:1", "", "[snapshots/urn:1]"},
		{"/snapshots/urn:1/clone", "urn:2", "[snapshots/urn:2]"},
		{"/entities/urn:1/attrs", "", "[entities/urn:1]"},
		{"/entityOperations/upsert", "urn:2", "[entities/urn:2]"},
		{"/types", "urn:2", "[]"},
	} {
		r, ok := resourceOf(base, &url.URL{Path: "/ngsi-ld/v1" + c.path})
		var content content
		if c.ids != "" {
			content.ids = []string{c.ids}
		}
		got := []string{}
		for _, made := range r.created(content) {
			got = append(got, made.Collection+"/"+made.ID)
		}
		if !ok || fmt.Sprint(got) != c.want {
			t.Errorf("%s with %q: %v, want %s", c.path, c.ids, got, c.want)
		}
	}
}
