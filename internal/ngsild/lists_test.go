package ngsild_test

import (
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func TestIsList(t *testing.T) {
	for path, want := range map[string]bool{
		"/entities": true, "/entities/": false, "/entities/urn:a:1": false, "/entities/urn:a:1/attrs": true,
		"/entities/urn:a:1/attrs/": false, "/entities/urn:a:1/attrs/speed": false, "/temporal/entities": true,
		"/temporal/entities/urn:a:1/attrs": true, "/temporal/entities/urn:a:1": false, "/types": true, "/types/Room": false,
		"/attributes": true, "/subscriptions": true, "/csourceRegistrations": true, "/csourceSubscriptions": true,
		"/entityOperations/query": false, "/jsonldContexts": false, "": false,
	} {
		if got := ngsild.IsList(path); got != want {
			t.Errorf("%q is a list: %v, expected %v", path, got, want)
		}
	}
}
