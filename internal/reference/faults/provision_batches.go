package faults

import (
	"net/http"
	"slices"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// batches is the faults of batch operations.
func batches() []Fault {
	var all []Fault
	for _, name := range []string{"create", "upsert", "update", "delete", "merge"} {
		op := batch(name)
		if name != "merge" {
			all = append(all, Fault{Name: op.name + ".empty-accepted", Summary: "takes an empty list for a success", On: op.on,
				Instead: swallowWhen(op.success, func(v any) bool { l, ok := v.([]any); return ok && len(l) == 0 })})
		}
		all = append(all,
			Fault{Name: op.name + ".first-only", Summary: "treats the first of the entities only, and says that it treated all", On: op.on,
				Instead: firstOnly},
			Fault{Name: op.name + ".untyped-problems", Summary: "gives problems in a batch result no type", On: op.on,
				Instead: answering(func(e exchange) {
					result, _ := decode(e.Body).(object)
					for _, item := range objects(result["errors"]) {
						if details, ok := item["error"].(object); ok {
							details["type"] = "about:blank"
						}
					}
					if e.Status == http.StatusMultiStatus {
						e.Body = encode(result)
					}
				})},
		)
	}
	return slices.Concat(all, batchCreations(), batchUpserts(), batchUpdates(), batchDeletions(), batchMerges())
}

func batchCreations() []Fault {
	on := batch("create").on
	return []Fault{
		{Name: "batch.create.no-ids", Summary: "does not list what was created", On: on,
			Instead: answering(func(e exchange) {
				if e.Status == http.StatusCreated {
					e.Body = []byte("[]")
				}
			})},
		{Name: "batch.create.overwrites", Summary: "replaces entities that are there", On: on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				ids := idsOf(decode(ReadBody(r)))
				under("upsert")(r)
				a := Record(next, r)
				if a.Status < 300 && a.Status != http.StatusMultiStatus {
					listIDs(a, ids)
				}
				a.WriteTo(w)
			}},
		{Name: "batch.create.last-duplicate-wins", Summary: "creates the last of entities with the same id, and reports no error", On: on,
			Request: body(func(v any) any { return withoutDuplicates(v, true) })},
		{Name: "batch.create.takes-any-attribute-type", Summary: "takes an attribute of any other type for a Property", On: on, Request: attributes(asProperty)},
	}
}

func batchUpserts() []Fault {
	on := batch("upsert").on
	return []Fault{
		{Name: "batch.upsert.updates-by-default", Summary: "takes update for the default mode", On: on.WithoutQuery("options"), Request: setQuery("options", "update")},
		{Name: "batch.upsert.ignores-replace", Summary: "updates in spite of options=replace",
			On: on.where(func(r *http.Request) bool { return r.URL.Query().Get("options") == "replace" }), Request: setQuery("options", "update")},
		{Name: "batch.upsert.ignores-update", Summary: "replaces in spite of options=update", On: on, Request: DropQuery("options")},
		{Name: "batch.upsert.update-merges-attributes", Summary: "keeps old members in attributes that it replaces", On: on.WithQuery("options"), Instead: stored(keepMembers)},
		{Name: "batch.upsert.lists-updated-too", Summary: "lists updated entities with the created ones", On: on,
			Instead: answering(func(e exchange) {
				if e.Status == http.StatusCreated {
					listIDs(e.Answer, idsOf(e.sent))
				}
			})},
		{Name: "batch.upsert.first-duplicate-wins", Summary: "ignores later ones of entities with the same id", On: on,
			Request: body(func(v any) any { return withoutDuplicates(v, false) })},
		{Name: "batch.upsert.takes-any-attribute-type", Summary: "takes an attribute of any other type for a Property", On: on, Request: attributes(asProperty)},
	}
}

func batchUpdates() []Fault {
	on := batch("update").on
	return []Fault{
		{Name: "batch.update.drops-new-attributes", Summary: "ignores attributes that an entity has not", On: on, Instead: dropsUnknown},
		{Name: "batch.update.merges-attributes", Summary: "keeps old members in attributes that it replaces", On: on, Instead: stored(keepMembers)},
		{Name: "batch.update.ignores-no-overwrite", Summary: "overwrites in spite of noOverwrite", On: on, Request: DropQuery("options")},
		{Name: "batch.update.last-duplicate-only", Summary: "ignores former ones of entities with the same id", On: on,
			Request: body(func(v any) any { return withoutDuplicates(v, true) })},
		{Name: "batch.update.creates-unknown", Summary: "creates entities that are not there", On: on, Instead: answering(createsMissing)},
	}
}

func batchDeletions() []Fault {
	on := batch("delete").on
	return []Fault{
		{Name: "batch.delete.deletes-whole-type", Summary: "deletes all entities of the types", On: on, Instead: deletesWholeType},
		{Name: "batch.delete.hides-unknown", Summary: "says 204 when some entities were not there", On: on,
			Instead: answering(func(e exchange) {
				if e.Status == http.StatusMultiStatus {
					e.done(http.StatusNoContent)
				}
			})},
		{Name: "batch.delete.hides-duplicate", Summary: "deletes an id once however often it is listed, and reports no error", On: on,
			Request: body(func(v any) any { return withoutDuplicates(v, false) })},
	}
}

func batchMerges() []Fault {
	on := batch("merge").on
	return []Fault{
		{Name: "batch.merge.replaces-attributes", Summary: "replaces attributes instead of merging into them", On: on, Request: under("update")},
		{Name: "batch.merge.ignores-null-value", Summary: "ignores NGSI-LD Null as a value", On: on, Request: attributes(leaveOut(isNull("value")))},
		{Name: "batch.merge.creates-unknown", Summary: "creates entities that are not there", On: on, Instead: answering(createsMissing)},
		{Name: "batch.merge.reverses-order", Summary: "treats the list from its end", On: on,
			Request: body(func(v any) any {
				if l, ok := v.([]any); ok {
					slices.Reverse(l)
				}
				return v
			})},
	}
}

// idOf is the entity id of an item of a batch.
func idOf(item any) string {
	switch x := item.(type) {
	case string:
		return x
	case object:
		id, _ := x["id"].(string)
		return id
	}
	return ""
}

// idsOf is the entity ids of a batch, in its order.
func idsOf(v any) []any {
	ids := []any{}
	for _, item := range items(v) {
		ids = append(ids, idOf(item))
	}
	return ids
}

// listIDs makes the answer that of a batch that created these.
func listIDs(a *Answer, ids []any) {
	a.Status, a.Body = http.StatusCreated, encode(ids)
	a.Header.Set("Content-Type", ngsild.MediaJSON)
}

// withoutDuplicates keeps the first or the last item of each id.
func withoutDuplicates(v any, last bool) any {
	l, ok := v.([]any)
	if !ok {
		return v
	}
	at, out := map[string]int{}, []any{}
	for _, item := range l {
		i, seen := at[idOf(item)]
		switch {
		case !seen:
			at[idOf(item)] = len(out)
			out = append(out, item)
		case last:
			out[i] = item
		}
	}
	return out
}

// firstOnly sends the first item on, and answers for all.
func firstOnly(w http.ResponseWriter, r *http.Request, next http.Handler) {
	sent := decode(ReadBody(r))
	if l, ok := sent.([]any); ok && len(l) > 1 {
		SetBody(r, encode(l[:1]))
	}
	a := Record(next, r)
	if a.Status == http.StatusCreated {
		listIDs(a, idsOf(sent))
	}
	a.WriteTo(w)
}

// createsMissing creates the entities that a batch operation did not find.
func createsMissing(e exchange) {
	if e.Status != http.StatusMultiStatus {
		return
	}
	result, _ := decode(e.Body).(object)
	sent := sentOf(e.request, e.sent)
	for _, item := range objects(result["errors"]) {
		id, _ := item["entityId"].(string)
		if fresh := sent[id]; fresh != nil {
			ask(e.next, e.request, http.MethodPost, "/entities", fresh)
		}
	}
	e.done(http.StatusNoContent)
}
