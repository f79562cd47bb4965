package faults

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// pitfalls is defects that real brokers had.
func pitfalls() []Fault {
	return slices.Concat(pitfallsOfProvision(), pitfallsOfQueries(), pitfallsOfNotifications())
}

func pitfallsOfProvision() []Fault {
	all := []Fault{
		{Name: "entity.create.takes-any-character-in-ids", Summary: "says that it created an entity whose id has characters that no URI has", On: entityCreate().on,
			Instead: swallowWhen(http.StatusCreated, func(v any) bool {
				e, _ := v.(object)
				id, _ := e["id"].(string)
				return strings.Contains(id, ":") && strings.ContainsAny(id, ` <>"{}|\^`)
			})},
		{Name: "attribute.delete.for-good", Summary: "does not show an attribute again that was deleted once", On: attributeDelete().on.or(Op(http.MethodGet, "/entities/*")),
			Instead: forGood()},
		{Name: "batch.update.first-duplicate-wins", Summary: "ignores later ones of entities with the same id", On: batch("update").on,
			Request: body(func(v any) any { return withoutDuplicates(v, false) })},
		{Name: "batch.upsert.duplicate-replaces", Summary: "ignores earlier ones of entities with the same id in spite of options=update", On: batch("upsert").on.WithQuery("options"),
			Request: body(func(v any) any { return withoutDuplicates(v, true) })},
		{Name: "batch.upsert.last-duplicate-only", Summary: "treats an entity once however often it is listed, by the last", On: batch("upsert").on.WithoutQuery("options"),
			Request: body(func(v any) any { return withoutDuplicates(v, true) })},
	}
	for _, op := range []operation{attributeAppend(), attributeUpdate(), attributePatch(), attributeReplace(), attributeDelete(), entityMerge(),
		batch("update"), batch("upsert"), batch("merge")} {
		all = append(all, Fault{Name: op.name + ".entity-not-modified", Summary: "leaves the modifiedAt of the entity as it is", On: anything(), Instead: unmoved(op.on)})
	}
	return all
}

// forGood hides attributes that were deleted once from those who retrieve the entity.
func forGood() handle {
	var deleted sync.Map // path of the attribute
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		p := parts(r)
		a := Record(next, r)
		if r.Method == http.MethodDelete && a.Status < 300 {
			deleted.Store(p[1]+"\n"+p[3], true)
		}
		if r.Method == http.MethodGet {
			answered(func(e object) {
				for _, name := range sorted(e) {
					if _, was := deleted.Load(p[1] + "\n" + name); was {
						delete(e, name)
					}
				}
			})(r, a)
		}
		a.WriteTo(w)
	}
}

// unmoved shows for entities that the operation changed last when they were modified before.
func unmoved(on Match) handle {
	var before sync.Map // id of the entity -> modifiedAt
	modified := func(next http.Handler, r *http.Request, id string) any {
		e, _ := decode(ask(next, r, http.MethodGet, entityPath(id)+"?options=sysAttrs", nil).Body).(object)
		return e["modifiedAt"]
	}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		p := parts(r)
		switch {
		case r.Method == http.MethodGet && p[0] == "entities" && len(p) == 2:
			a := Record(next, r)
			answered(func(e object) {
				if at, have := before.Load(p[1]); have && e["modifiedAt"] != nil {
					e["modifiedAt"] = at
				}
			})(r, a)
			a.WriteTo(w)
		case on(r):
			b := ReadBody(r)
			for id := range sentOf(r, decode(b)) {
				if _, have := before.Load(id); !have {
					before.Store(id, modified(next, r, id))
				}
			}
			next.ServeHTTP(w, r)
		default:
			if r.Method != http.MethodGet && p[0] == "entities" && len(p) > 1 {
				before.Delete(p[1])
			}
			next.ServeHTTP(w, r)
		}
	}
}

// quoted is a text of q.
var quoted = regexp.MustCompile(`"[^"]*"`)

func pitfallsOfQueries() []Fault {
	refusing := func(name, summary string, so func(q string) bool) Fault {
		return Fault{Name: name, Summary: summary, On: byQ().where(asks("q", so)),
			Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w) }}
	}
	isForeign := func(s string) bool { return strings.ContainsFunc(s, func(c rune) bool { return c > 127 }) }
	return []Fault{
		refusing("query.q.operators-in-quotes", "In q, operators are looked for in quoted texts, too.", func(q string) bool {
			return slices.ContainsFunc(quoted.FindAllString(q, -1), func(s string) bool {
				return strings.ContainsAny(s, "|;()") || strings.Contains(s, "==") || strings.Contains(s, "..")
			})
		}),
		refusing("query.q.no-escapes", "In q, a backslash in quotes has no meaning.", func(q string) bool { return strings.Contains(q, `\"`) }),
		refusing("query.q.ascii-texts-only", "In q, texts have to be of ASCII characters.", func(q string) bool {
			return slices.ContainsFunc(quoted.FindAllString(q, -1), isForeign)
		}),
		refusing("query.q.ascii-names-only", "In q, names have to be of ASCII characters.", func(q string) bool { return isForeign(quoted.ReplaceAllString(q, "")) }),
		{Name: "query.geo.malformed-distance-ignored", Summary: "A geo-query by a distance that is none finds nothing.",
			On: querying().where(asks("georel", func(v string) bool { return strings.HasPrefix(v, "near;") })), Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusBadRequest {
					a.Status, a.Body = http.StatusOK, []byte("[]")
				}
			}},
	}
}

func pitfallsOfNotifications() []Fault {
	return []Fault{
		missent("flat-attributes", "leaves the attributes of attributes out of notifications", inBody(func(n object) {
			for _, e := range objects(n["data"]) {
				editAttributes(e, func(a object) object {
					for _, name := range sorted(a) {
						if isSub(name) && a["type"] != nil {
							delete(a, name)
						}
					}
					return a
				})
			}
		})),
		endsWithDeletion(),
		missent("stops-at-failure", "notifies nobody else of an entity of which a receiver has failed to be notified", stopsAtFailure()),
	}
}

// endsWithDeletion is a fault that notifies no more of entities of which an attribute was deleted.
func endsWithDeletion() Fault {
	var without sync.Map // ids of the entities
	deletes := attributeDelete().on
	return Fault{Name: "notification.ends-with-deletion", Summary: "notifies no more of an entity of which an attribute was deleted", On: deletes.or(notifications()),
		Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if deletes(r) { // what comes in may look like a notification
				without.Store(parts(r)[1], true)
			}
			next.ServeHTTP(w, r)
		},
		Outgoing: lost(func(n object) bool {
			return slices.ContainsFunc(objects(n["data"]), func(e object) bool {
				_, is := without.Load(idOf(e))
				return is
			})
		})}
}

// stopsAtFailure takes notifications for delivered that are for others than the receiver that
// failed last to be notified of the same entity.
func stopsAtFailure() roundTrip {
	var mu sync.Mutex
	failed := map[string]string{} // receivers, by the entity's id
	drop := lost(func(object) bool { return true })
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		to, about := r.URL.String(), ""
		n, _ := decode(ReadBody(r)).(object)
		for _, e := range objects(n["data"]) {
			about = idOf(e)
		}
		mu.Lock()
		at := failed[about]
		mu.Unlock()
		if at != "" && at != to {
			return drop(r, next)
		}
		a, err := next.RoundTrip(r)
		mu.Lock()
		defer mu.Unlock()
		if err == nil && a.StatusCode >= http.StatusBadRequest {
			failed[about] = to
		}
		return a, err
	}
}
