package probe_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// A platform whose lists are at paths that end with a slash is asked for them there, and for
// everything else where it always is.
func TestListsAtPathsThatEndWithASlash(t *testing.T) {
	for _, c := range []struct {
		slash string
		want  []string
	}{
		{"", []string{"/ngsi-ld/v1/entities", "/ngsi-ld/v1/entities/urn:a:1", "/ngsi-ld/v1/temporal/entities", "/ngsi-ld/v1/types/Room"}},
		{"/", []string{"/ngsi-ld/v1/entities/", "/ngsi-ld/v1/entities/urn:a:1", "/ngsi-ld/v1/temporal/entities/", "/ngsi-ld/v1/types/Room"}},
	} {
		var asked []string
		s := open(t, func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.URL.Path)
			answerJSON(w, 200, `[]`)
		}, func(to *target.Target, _ *probe.Options) { to.Endpoints[target.NGSILD] += c.slash })
		for _, path := range []string{"/entities", "/entities/urn:a:1", "/temporal/entities", "/types/Room"} {
			r, err := do(s, probe.Request{Method: "GET", Path: path})
			if err != nil {
				t.Fatal(err)
			}
			if r.Request.Path != path {
				t.Errorf("the request is of %s, expected %s as the check has it", r.Request.Path, path)
			}
		}
		if !slices.Equal(asked, c.want) {
			t.Errorf("asked for %q, expected %q", asked, c.want)
		}
		if _, err := do(s, probe.Request{Method: "POST", Path: "/entities", Body: []byte(`{"id":"urn:somebody:1","type":"x"}`)}); err == nil {
			t.Error("an entity that is not the run's own was sent")
		}
	}
}
