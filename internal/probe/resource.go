package probe

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// resource is what a path below an API's base URL names: a collection, one thing of
// it, or a part of that thing.
type resource struct {
	collection string   // such as entities or temporal/entities
	id         string   // unescaped; empty for the collection itself
	rest       []string // unescaped segments after the id
}

// batchOperations is the collection of operations over many entities (6.14 to 6.17, 6.23, 6.31).
const batchOperations = "entityOperations"

// resourceOf reads the escaped path of u below base. It is false for a path that is
// not below it, or that a server may understand in another way than it is read here.
func resourceOf(base, u *url.URL) (resource, bool) {
	below, ok := strings.CutPrefix(u.EscapedPath(), base.EscapedPath())
	if !ok || below != "" && below[0] != '/' {
		return resource{}, false
	}
	var segments []string
	for segment := range strings.SplitSeq(strings.TrimPrefix(below, "/"), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil || plain == "." || plain == ".." {
			return resource{}, false
		}
		segments = append(segments, plain)
	}
	r := resource{collection: segments[0]}
	segments = segments[1:]
	if r.collection == "temporal" && len(segments) > 0 {
		r.collection += "/" + segments[0]
		segments = segments[1:]
	}
	if len(segments) > 0 {
		r.id, r.rest = segments[0], segments[1:]
	}
	return r, true
}

// isBatch says whether the resource is an operation over many entities.
func (r resource) isBatch() bool {
	return strings.TrimPrefix(r.collection, "temporal/") == batchOperations
}

// isQuery says whether the resource only reads, although by POST (6.23, 6.24).
func (r resource) isQuery() bool { return r.isBatch() && r.id == "query" && len(r.rest) == 0 }

// isClone says whether a request on the resource makes another thing of its collection
// (6.38).
func (r resource) isClone() bool {
	return r.collection == "snapshots" && len(r.rest) == 1 && r.rest[0] == "clone"
}

// purgesSnapshots says whether a request on the resource deletes snapshots that it selects
// (5.16.7).
func (r resource) purgesSnapshots(method string) bool {
	return r.collection == "snapshots" && r.id == "" && len(r.rest) == 0 && method == http.MethodDelete
}

// isRegistry says whether things of the collection can be created and deleted (table 6.2-1).
func (r resource) isRegistry() bool {
	switch r.collection {
	case "entities", "temporal/entities", "subscriptions", "csourceRegistrations", "csourceSubscriptions",
		"jsonldContexts", "entityMaps", "snapshots",
		"category", "productOffering", "productOrder": // of a marketplace (TMF620, TMF622)
		return true
	}
	return false
}

// created gives the things that a request on r creates, or may create on a platform
// that takes an update for a creation.
func (r resource) created(c content) []thing {
	var things []thing
	switch {
	case !r.isRegistry() && !r.isBatch():
	case r.isBatch():
		for _, id := range c.ids {
			things = append(things, thing{Collection: strings.TrimSuffix(r.collection, batchOperations) + "entities", ID: id})
		}
	case r.id != "" && !r.isClone():
		things = append(things, thing{Collection: r.collection, ID: r.id})
	default:
		for _, id := range c.ids {
			things = append(things, thing{Collection: r.collection, ID: id})
		}
	}
	return things
}

// identified is the thing of collection r that an answer's body names by its id, as the
// marketplace's APIs do (TMF630); false when it names none.
func (r resource) identified(body []byte) (thing, bool) {
	switch r.collection {
	case "category", "productOffering", "productOrder":
	default:
		return thing{}, false
	}
	var made struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &made) != nil || made.ID == "" {
		return thing{}, false
	}
	return thing{Collection: r.collection, ID: made.ID}, true
}

// located is the thing of collection r that a Location header names, by an absolute
// reference or one that is relative to what was asked (RFC 9110, 10.2.2); false when it
// names none.
func (r resource) located(asked *url.URL, location string) (thing, bool) {
	u, err := asked.Parse(location)
	if err != nil || location == "" || !r.isRegistry() {
		return thing{}, false
	}
	_, id, found := strings.Cut(u.EscapedPath(), "/"+r.collection+"/")
	if !found {
		return thing{}, false
	}
	if id, err = url.PathUnescape(id); err != nil || id == "" {
		return thing{}, false
	}
	return thing{Collection: r.collection, ID: id}, true
}

// makesEntityMap says whether a GET of u creates an entity map (ETSI GS CIM 009, 5.14): a
// query that asks for one, and a GET of all of them, which is the odd way to create one.
func makesEntityMap(base, u *url.URL) bool {
	if u.Query().Has("entityMap") {
		return true
	}
	r, readable := resourceOf(base, u)
	return !readable || r.id == "" && strings.TrimPrefix(r.collection, "temporal/") == "entityMaps"
}
