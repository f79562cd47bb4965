package mim1

import (
	"maps"
	"net/url"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// cim009 is the specification that clause numbers refer to.
const cim009 = "ETSI GS CIM 009 V1.8.1, "

// The needs of checks that look only, and of those that also write.
var (
	reads  = []Need{NeedRead}
	writes = []Need{NeedRead, NeedWrite}
)

// Resources of the HTTP binding (table 6.2-1).
const (
	entities        = "/entities"
	entityOperation = "/entityOperations/"
)

// entityPath is the resource of one entity (6.5).
func entityPath(id string) string { return entities + "/" + url.PathEscape(id) }

// attrsPath is the attribute list of an entity (6.6.2).
func attrsPath(id string) string { return entityPath(id) + "/attrs" }

// attrPath is one attribute of an entity (6.7).
func attrPath(id, name string) string { return attrsPath(id) + "/" + url.PathEscape(name) }

// create stores e under the core @context and returns its id; anything but 201
// ends the check, because nothing that follows could be judged.
func create(t *T, e ngsild.Object) (id string) {
	t.Require(t.POST(entities, JSON(e))).To(HaveStatus(201), "an entity to work on has to be created first")
	return e["id"].(string)
}

// read retrieves the entity, normalised and under the core @context unless the
// options ask for something else; anything but 200 with an object ends the check.
func read(t *T, id string, options ...Option) ngsild.Object {
	r := t.GET(entityPath(id), options...)
	t.Require(r).To(HaveStatus(200), "entity %s has to be there", id)
	if len(options) > 0 { // which may leave out the id
		return t.Object(r)
	}
	return itself(t, r, id)
}

// attributesOf lists the names of the members of e that are attributes, sorted.
func attributesOf(e ngsild.Object) []string {
	names := slices.Sorted(maps.Keys(e))
	return slices.DeleteFunc(names, func(n string) bool {
		return slices.Contains([]string{"id", "type", "scope", "@context", "createdAt", "modifiedAt", "deletedAt", "expiresAt"}, n)
	})
}
