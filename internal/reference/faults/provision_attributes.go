package faults

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// longNames are texts that are URIs: the last part is what follows the last slash or #.
var longNames = regexp.MustCompile(`"https?://[^"]*[/#]([^"/#]+)"`)

// attributeAppending is the faults of appending attributes.
func attributeAppending() []Fault {
	on := attributeAppend().on
	return []Fault{
		{Name: "attribute.append.replaces-entity", Summary: "removes the attributes that are not appended", On: on, Instead: stored(dropOthers)},
		{Name: "attribute.append.merges", Summary: "keeps old members in an attribute that it overwrites", On: on, Instead: stored(keepMembers)},
		{Name: "attribute.append.ignores-no-overwrite", Summary: "overwrites in spite of noOverwrite", On: on, Request: DropQuery("options")},
		{Name: "attribute.append.hides-partial-result", Summary: "says 204 when only some attributes were appended", On: on,
			Instead: answering(func(e exchange) {
				if e.Status == http.StatusMultiStatus {
					e.done(http.StatusNoContent)
				}
			})},
		{Name: "attribute.append.partial-names-short", Summary: "names attributes by their last part when only some were appended", On: on,
			Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusMultiStatus {
					a.Body = longNames.ReplaceAll(a.Body, []byte(`"$1"`))
				}
			}},
		{Name: "attribute.append.replaces-all-instances", Summary: "replaces all instances of an attribute by the appended one", On: on, Instead: stored(sentOnly)},
		{Name: "attribute.append.ignores-dataset", Summary: "overwrites the default instance whatever the datasetId", On: on,
			Request: attributes(withoutMember("datasetId"))},
		{Name: "attribute.append.ignores-type", Summary: "ignores types in the fragment", On: on, Request: fragments(func(e object) { delete(e, "type") })},
		{Name: "attribute.append.ignores-scope", Summary: "ignores scopes in the fragment", On: on, Request: fragments(func(e object) { delete(e, "scope") })},
		{Name: "attribute.append.recreates-attributes", Summary: "deletes and appends what it should overwrite", On: on, Instead: recreated},
		{Name: "attribute.append.creates-unknown", Summary: "creates an entity that is not there", On: on, Instead: answering(createsUnknown)},
		{Name: "attribute.append.takes-any-object", Summary: "leaves out a Relationship whose object is no URI", On: on, Request: attributes(leaveOut(objectNoURI))},
	}
}

// attributeUpdating is the faults of updating attributes.
func attributeUpdating() []Fault {
	on := attributeUpdate().on
	return []Fault{
		{Name: "attribute.update.drops-other-attributes", Summary: "removes the attributes that are not updated", On: on, Instead: stored(dropOthers)},
		{Name: "attribute.update.merges", Summary: "keeps old members in an attribute that it replaces", On: on, Instead: stored(keepMembers)},
		{Name: "attribute.update.drops-unknown-silently", Summary: "ignores attributes that the entity has not, and says 204", On: on, Instead: dropsUnknown},
		{Name: "attribute.update.ignores-dataset", Summary: "replaces the default instance whatever the datasetId", On: on,
			Request: attributes(withoutMember("datasetId"))},
		{Name: "attribute.update.ignores-null-value", Summary: "ignores NGSI-LD Null as a value", On: on, Request: attributes(leaveOut(isNull("value")))},
		{Name: "attribute.update.ignores-type", Summary: "ignores types in the fragment", On: on, Request: fragments(func(e object) { delete(e, "type") })},
		{Name: "attribute.update.adds-scope", Summary: "adds scopes instead of replacing them", On: on,
			Instead: stored(func(c change) {
				if c.sent["scope"] != nil {
					c.after["scope"] = slices.Concat(items(c.before["scope"]), items(c.after["scope"]))
				}
			})},
		{Name: "attribute.update.adds-missing-scope", Summary: "gives a scope to an entity that has none", On: on,
			Instead: stored(func(c change) {
				if c.sent["scope"] != nil && c.before["scope"] == nil {
					c.after["scope"] = c.sent["scope"]
				}
			})},
		{Name: "attribute.update.recreates-attributes", Summary: "deletes and appends what it should replace", On: on, Instead: recreated},
		{Name: "attribute.update.touches-all", Summary: "writes all attributes again, so that all are modified", On: on, Instead: touchesAll},
		{Name: "attribute.update.creates-unknown", Summary: "creates an entity that is not there", On: on, Instead: answering(createsUnknown)},
		{Name: "attribute.update.takes-any-object", Summary: "leaves out a Relationship whose object is no URI", On: on, Request: attributes(leaveOut(objectNoURI))},
	}
}

// attributePatching is the faults of the partial update of an attribute.
func attributePatching() []Fault {
	on := attributePatch().on
	fragment := func(edit func(a object) object) func(*http.Request) { // of an attribute
		return body(func(v any) any {
			if a, ok := v.(object); ok {
				return edit(a)
			}
			return v
		})
	}
	return []Fault{
		{Name: "attribute.partial-update.replaces-whole", Summary: "replaces the attribute instead of patching it", On: on, Request: asMethod(http.MethodPut)},
		{Name: "attribute.partial-update.drops-sub-attributes", Summary: "loses sub-attributes that the fragment does not repeat", On: on,
			Instead: stored(dropMembers(isSub))},
		{Name: "attribute.partial-update.relationships-fixed", Summary: "never changes a Relationship", On: on,
			Instead: swallowWhen(http.StatusNoContent, func(v any) bool { a, ok := v.(object); return ok && a["type"] == "Relationship" })},
		{Name: "attribute.partial-update.ignores-dataset", Summary: "patches the default instance whatever the datasetId", On: on,
			Request: fragment(withoutMember("datasetId"))},
		{Name: "attribute.partial-update.falls-back-to-default-instance", Summary: "patches the default instance when there is none of the datasetId", On: on,
			Instead: answering(func(e exchange) {
				a, ok := e.sent.(object)
				if !ok || a["datasetId"] == nil || e.Status != http.StatusNotFound {
					return
				}
				delete(a, "datasetId")
				again := ask(e.next, e.request, http.MethodPatch, attributePath(e.request), a)
				*e.Answer = *again
			})},
		{Name: "attribute.partial-update.ignores-null-member", Summary: "ignores NGSI-LD Null as a member", On: on, Request: fragment(withoutNulls)},
		{Name: "attribute.partial-update.takes-null-inside", Summary: "leaves out members of values that are NGSI-LD Null", On: on, Request: fragment(withoutNullsInside)},
		{Name: "attribute.partial-update.changes-type", Summary: "lets a partial update change the attribute's type", On: on,
			Instead: answering(func(e exchange) {
				if a, ok := e.sent.(object); ok && a["object"] != nil && e.Status == http.StatusBadRequest {
					*e.Answer = *ask(e.next, e.request, http.MethodPut, attributePath(e.request), a)
				}
			})},
		{Name: "attribute.partial-update.recreates-attributes", Summary: "deletes and appends what it should patch", On: on, Instead: recreated},
		{Name: "attribute.partial-update.appends-unknown", Summary: "appends an attribute that is not there", On: on, Instead: answering(appendsUnknown)},
		{Name: "attribute.partial-update.unknown-accepted", Summary: "says 204 for an attribute that is not there", On: on, Answer: success},
	}
}

// attributeReplacement is the faults of replacing an attribute.
func attributeReplacement() []Fault {
	on := attributeReplace().on
	return []Fault{
		{Name: "attribute.replace.merges", Summary: "patches the attribute instead of replacing it", On: on, Request: asMethod(http.MethodPatch)},
		{Name: "attribute.replace.ignores-dataset", Summary: "replaces the default instance whatever the datasetId", On: on,
			Request: body(func(v any) any {
				if a, ok := v.(object); ok {
					delete(a, "datasetId")
				}
				return v
			})},
		{Name: "attribute.replace.recreates-attributes", Summary: "deletes and appends what it should replace", On: on, Instead: recreated},
		{Name: "attribute.replace.appends-unknown", Summary: "appends an attribute that is not there", On: on, Instead: answering(appendsUnknown)},
		{Name: "attribute.replace.unknown-accepted", Summary: "says 204 for an attribute that is not there", On: on, Answer: success},
	}
}

// attributeDeletion is the faults of deleting an attribute.
func attributeDeletion() []Fault {
	on := attributeDelete().on
	return []Fault{
		{Name: "attribute.delete.deletes-all-instances", Summary: "deletes the instances of all datasets with the default one",
			On: on.WithoutQuery("datasetId"), Request: setQuery("deleteAll", "true")},
		{Name: "attribute.delete.ignores-dataset", Summary: "deletes the default instance whatever the datasetId", On: on, Request: DropQuery("datasetId")},
		{Name: "attribute.delete.ignores-delete-all", Summary: "deletes the default instance only", On: on, Request: DropQuery("deleteAll")},
		{Name: "attribute.delete.scope-stays", Summary: "says that it removed the scopes, and does not",
			On: Op("DELETE", "/entities/*/attrs/scope"), Instead: swallow(http.StatusNoContent)},
		{Name: "attribute.delete.unknown-accepted", Summary: "says 204 for an attribute that is not there", On: on, Answer: success},
		{Name: "attribute.delete.unknown-wrong-type", Summary: "says BadRequestData in a 404 answer", On: on, Answer: kind(404, ngsild.BadRequestData)},
	}
}

// attributePath is the path of the attribute that the request is about.
func attributePath(r *http.Request) string {
	p := parts(r)
	return entityPath(p[1]) + "/attrs/" + url.PathEscape(p[3])
}

// dropsUnknown leaves out of a request the attributes that the entities have not.
func dropsUnknown(w http.ResponseWriter, r *http.Request, next http.Handler) {
	sent := decode(ReadBody(r))
	for id, fragment := range sentOf(r, sent) {
		if e := get(next, r, id); e != nil {
			for _, name := range sortedAttributes(fragment) {
				if _, there := e[name]; !there {
					delete(fragment, name)
				}
			}
		}
	}
	if sent != nil {
		SetBody(r, encode(sent))
	}
	next.ServeHTTP(w, r)
}

// touchesAll updates, after the request, each attribute that it did not name with
// the value that it has.
func touchesAll(w http.ResponseWriter, r *http.Request, next http.Handler) {
	about := sentOf(r, decode(ReadBody(r)))
	a := Record(next, r)
	if a.Status < 300 {
		for id, sent := range about {
			others := object{}
			for name, member := range get(next, r, id) {
				if _, named := sent[name]; !named && isAttribute(name) {
					others[name] = member
				}
			}
			ask(next, r, http.MethodPatch, entityPath(id)+"/attrs", others)
		}
	}
	a.WriteTo(w)
}
