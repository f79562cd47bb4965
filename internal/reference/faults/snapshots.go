package faults

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// snapshots is the faults of snapshots (5.16).
func snapshots() []Fault {
	create, one, clone := Op(http.MethodPost, "/snapshots"), "/snapshots/*", Op(http.MethodPost, "/snapshots/*/clone")
	get, update, remove := Op(http.MethodGet, one), Op(http.MethodPatch, one), Op(http.MethodDelete, one)
	inside := func(r *http.Request) bool { return r.Header.Get(ngsild.HeaderSnapshot) != "" }
	outOf := dropRequestHeader(ngsild.HeaderSnapshot)
	shown := func(name, summary string, edit func(s object)) Fault {
		return Fault{Name: "snapshot." + name, Summary: summary, On: get, Answer: func(_ *http.Request, a *Answer) {
			if s, ok := decode(a.Body).(object); ok && a.Status == http.StatusOK {
				edit(s)
				a.Body = encode(s)
			}
		}}
	}
	return []Fault{
		{Name: "snapshot.no-location", Summary: "does not say where the created snapshot is", On: create, Answer: DropHeader("Location")},
		{Name: "snapshot.id-wanted", Summary: "refuses a snapshot without id", On: create, Instead: wantsID},
		{Name: "snapshot.clone-id-wanted", Summary: "refuses a clone without id", On: clone, Instead: wantsID},
		believingOf("create-believes", "shows the status and the times that a client gave a snapshot", http.MethodPost),
		believingOf("update-believes", "shows the status and the times that an update gave a snapshot", http.MethodPatch),
		shown("no-end", "does not say when a snapshot ends", func(s object) { delete(s, "expiresAt") }),
		{Name: "snapshot.lifetime-ignored", Summary: "does not look at the lifetime of a new snapshot", On: create, Request: fragments(func(s object) {
			if _, valid := s["snapshotLifetime"].(string); valid {
				delete(s, "snapshotLifetime")
			}
		})},
		shown("last-use-stays", "shows the time of a snapshot's creation as that of its last use", func(s object) { s["lastUsedAt"] = s["createdAt"] }),
		shown("modified-at-stays", "shows the time of a snapshot's creation as that of its modification", func(s object) { s["modifiedAt"] = s["createdAt"] }),
		{Name: "snapshot.first-page-only", Summary: "takes no more than the first page of what a snapshot's queries find", On: create,
			Instead: answering(func(e exchange) {
				s, _ := e.sent.(object)
				id, _ := s["id"].(string)
				inside := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					r.Header.Set(ngsild.HeaderSnapshot, id)
					e.next.ServeHTTP(w, r)
				})
				for _, q := range objects(s["snapshotQueries"]) {
					for _, selector := range objects(q["entities"]) {
						kind, _ := selector["type"].(string)
						beyond := "/entities?limit=1000&offset=20&type=" + url.QueryEscape(kind)
						for _, item := range items(decode(ask(inside, e.request, http.MethodGet, beyond, nil).Body)) {
							ask(inside, e.request, http.MethodDelete, entityPath(idOf(item)), nil)
						}
					}
				}
			})},
		{Name: "snapshot.overwrites", Summary: "takes a snapshot whose id there is already", On: create, Answer: Status(http.StatusConflict, http.StatusCreated)},
		{Name: "snapshot.needs-no-query", Summary: "takes a snapshot without queries", On: create, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if s, ok := decode(ReadBody(r)).(object); ok && s["snapshotQueries"] == nil {
				w.WriteHeader(http.StatusCreated)
				return
			}
			next.ServeHTTP(w, r)
		}},
		shown("never-ready", "never says that a snapshot is made", func(s object) { s["snapshotStatus"] = "preparing" }),
		shown("queries-lost", "does not say by which queries a snapshot was made", func(s object) { delete(s, "snapshotQueries") }),
		shown("no-priority", "does not say which priority a snapshot has", func(s object) { delete(s, "snapshotPriority") }),
		{Name: "snapshot.unknown-is-empty", Summary: "answers with an empty object for a snapshot that is not there", On: get, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNotFound {
				a.Status, a.Body = http.StatusOK, []byte("{}")
			}
		}},
		{Name: "snapshot.any-id-not-found", Summary: "answers 404 for a snapshot's id that is no URI", On: get, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusBadRequest {
				problem(a, http.StatusNotFound, ngsild.ResourceNotFound)
			}
		}},
		{Name: "snapshot.no-echo", Summary: "does not say in an answer which snapshot it is of", On: inside, Answer: DropHeader(ngsild.HeaderSnapshot)},
		{Name: "snapshot.query-of-all", Summary: "queries what there is now although a snapshot is named", On: querying().where(inside), Request: outOf},
		{Name: "snapshot.retrieve-of-all", Summary: "retrieves an entity as it is now although a snapshot is named", On: retrieving().where(inside), Request: outOf},
		{Name: "snapshot.writes-through", Summary: "changes an entity outside of the snapshot that is named", On: attributeUpdate().on.where(inside), Request: outOf},
		{Name: "snapshot.asks-sources", Summary: "asks context sources about what is in a snapshot", On: querying().or(retrieving()).where(inside),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				_, path, _ := strings.Cut(r.URL.EscapedPath(), "/ngsi-ld/v1")
				ask(next, r, http.MethodGet, path+"?"+r.URL.RawQuery, nil) // outside of the snapshot
				next.ServeHTTP(w, r)
			}},
		{Name: "snapshot.unknown-ignored", Summary: "takes no notice of a snapshot that is not there", On: anything().where(inside),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				sent := ReadBody(r)
				a := Record(next, r)
				if a.Status == http.StatusNotFound {
					outOf(r)
					SetBody(r, sent)
					a = Record(next, r)
				}
				a.WriteTo(w)
			}},
		{Name: "snapshot.update-swallowed", Summary: "does not change what a snapshot is told to change", On: update, Instead: swallow(http.StatusNoContent)},
		{Name: "snapshot.priority-fixed", Summary: "leaves the priority of a snapshot at what it was by default", On: update, Request: fragments(func(s object) {
			if n, err := strconv.Atoi(fmt.Sprint(s["snapshotPriority"])); err == nil && n >= 1 && n <= 10 {
				s["snapshotPriority"] = 5
			}
		})},
		{Name: "snapshot.bad-update-taken", Summary: "answers as if it had made a change that is not valid", On: update, Answer: failing(http.StatusNoContent)},
		{Name: "snapshot.delete-swallowed", Summary: "does not delete a snapshot", On: remove, Instead: swallow(http.StatusNoContent)},
		{Name: "snapshot.delete-unknown-done", Summary: "answers as if it had deleted a snapshot that is not there", On: remove, Answer: failing(http.StatusNoContent)},
		{Name: "snapshot.empty-clone", Summary: "clones a snapshot without its content", On: clone, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			s, ok := decode(ReadBody(r)).(object)
			if !ok {
				next.ServeHTTP(w, r)
				return
			}
			s["snapshotQueries"] = []any{object{"type": "Query", "entities": []any{object{"type": "Nothing"}}}}
			ask(next, r, http.MethodPost, "/snapshots", s).WriteTo(w)
		}},
		{Name: "snapshot.bad-create-taken", Summary: "answers as if it had made a snapshot that is not valid", On: create, Answer: failing(http.StatusCreated)},
		shown("always-success", "says of every snapshot that all of its queries found something", func(s object) { s["snapshotStatus"] = "success" }),
		{Name: "snapshot.past-left-out", Summary: "does not carry out the temporal queries of a snapshot", On: create, Request: fragments(func(s object) {
			for _, q := range objects(s["snapshotTemporalQueries"]) {
				q["entities"] = []any{object{"type": "Nothing"}}
			}
		})},
		{Name: "snapshot.past-of-all", Summary: "tells of the past as it is now although a snapshot is named", On: readingPast().where(inside), Request: outOf},
		{Name: "snapshot.past-writes-through", Summary: "adds to an evolution outside of the snapshot that is named", On: appendingPast().where(inside), Request: outOf},
		{Name: "snapshot.made-of-own", Summary: "makes a snapshot without asking any source", On: create, Request: hereOnly},
		{Name: "snapshot.clone-by-queries", Summary: "does not look at queries of a clone's own", On: clone, Request: fragments(func(s object) { delete(s, "snapshotQueries") })},
		{Name: "snapshot.clone-of-nothing", Summary: "clones a snapshot that is not there", On: clone, Answer: failing(http.StatusCreated)},
	}
}

// snapshotNotifying is the faults of what a snapshot's endpoint is told (5.16.6).
func snapshotNotifying() []Fault {
	isOne := func(n object) bool { return n["type"] == "SnapshotNotification" }
	told := func(name, summary string, edit func(n object, h http.Header)) Fault {
		return Fault{Name: "snapshot." + name, Summary: summary, On: notifications(), Outgoing: notified(func(n object, h http.Header) {
			if isOne(n) {
				edit(n, h)
			}
		})}
	}
	var before sync.Map // id of a snapshot -> whether something was told of it
	var ends sync.Map   // id of a snapshot -> when it was to end at first
	return []Fault{
		{Name: "snapshot.notification-not-sent", Summary: "tells nobody of a snapshot's status", On: notifications(), Outgoing: lost(isOne)},
		told("notification-untyped", "sends what is told of a snapshot as a Notification", func(n object, _ http.Header) { n["type"] = "Notification" }),
		{Name: "snapshot.notification-without-receiver-info", Summary: "does not send the headers of a snapshot's receiverInfo", On: Op(http.MethodPost, "/snapshots"),
			Request: fragments(func(s object) { delete(s, "receiverInfo") })},
		{Name: "snapshot.update-not-notified", Summary: "tells of a snapshot's status once only", On: notifications(), Outgoing: lost(func(n object) bool {
			_, was := before.LoadOrStore(n["snapshotId"], true)
			return was && isOne(n)
		})},
		told("notification-of-former-end", "always tells the end that a snapshot was to have at first", func(n object, _ http.Header) {
			n["expiresAt"], _ = ends.LoadOrStore(n["snapshotId"], n["expiresAt"])
		}),
		{Name: "snapshot.endpoint-kept", Summary: "does not change who is told of a snapshot", On: Op(http.MethodPatch, "/snapshots/*"),
			Request: fragments(func(s object) { delete(s, "endpoint") })},
	}
}

// snapshotPurging is the faults of Purge Snapshots (5.16.7).
func snapshotPurging() []Fault {
	purge := Op(http.MethodDelete, "/snapshots")
	return []Fault{
		{Name: "snapshot.purge-swallowed", Summary: "purges no snapshot", On: purge, Instead: swallow(http.StatusNoContent)},
		{Name: "snapshot.purge-of-all", Summary: "purges all snapshots whatever is asked for", On: purge, Request: setQuery("q", "snapshotPriority>0")},
		{Name: "snapshot.purge-of-nothing-done", Summary: "answers as if it had purged snapshots when none was to be", On: purge, Answer: Status(http.StatusNotFound, http.StatusNoContent)},
		{Name: "snapshot.bad-purge-taken", Summary: "answers as if it had purged snapshots by a query that is none", On: purge, Answer: failing(http.StatusNoContent)},
		{Name: "snapshot.of-any-tenant", Summary: "finds a snapshot of whatever tenant without the tenant", On: anything(), Instead: tenantOfSnapshot()},
	}
}

// tenantOfSnapshot finds the tenant that a snapshot was made in, where a request about
// what is in the snapshot names none.
func tenantOfSnapshot() handle {
	var made sync.Map // id -> tenant
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if Op(http.MethodPost, "/snapshots")(r) {
			if s, ok := decode(ReadBody(r)).(object); ok {
				made.Store(s["id"], r.Header.Get(ngsild.HeaderTenant))
			}
		}
		if tenant, known := made.Load(r.Header.Get(ngsild.HeaderSnapshot)); known && r.Header.Get(ngsild.HeaderTenant) == "" {
			r.Header.Set(ngsild.HeaderTenant, tenant.(string))
		}
		next.ServeHTTP(w, r)
	}
}

// snapshotSilence is the faults of answers and notifications that do not name the snapshot
// that they are of (6.3.22).
func snapshotSilence() []Fault {
	inside := anything().where(func(r *http.Request) bool { return r.Header.Get(ngsild.HeaderSnapshot) != "" })
	mute := func(what, words string, on Match) Fault {
		return Fault{Name: "snapshot." + what + "-no-echo", Summary: "does not say in answers " + words + " which snapshot they are of", On: on, Answer: DropHeader(ngsild.HeaderSnapshot)}
	}
	without := func(a *Answer, so bool) {
		if so {
			a.Header.Del(ngsild.HeaderSnapshot)
		}
	}
	return []Fault{
		mute("batch", "to batches", inside.where(below("entityOperations"))),
		mute("discovery", "about types and attributes", inside.where(below("types")).or(inside.where(below("attributes")))),
		mute("subscription", "about subscriptions", inside.where(below("subscriptions"))),
		mute("temporal", "about evolutions", inside.where(below("temporal"))),
		{Name: "snapshot.no-echo-of-changes", Summary: "does not say in answers without content which snapshot they are of", On: inside,
			Answer: func(_ *http.Request, a *Answer) { without(a, a.Status == http.StatusNoContent) }},
		{Name: "snapshot.no-echo-of-errors", Summary: "does not say in errors which snapshot they are of", On: inside,
			Answer: func(_ *http.Request, a *Answer) { without(a, a.Status >= http.StatusBadRequest) }},
		{Name: "snapshot.notification-no-echo", Summary: "does not say in notifications which snapshot they are of", On: notifications(),
			Outgoing: inHeader(func(h http.Header) { h.Del(ngsild.HeaderSnapshot) })},
	}
}

// wantsID refuses what is to be made and has no id.
func wantsID(w http.ResponseWriter, r *http.Request, next http.Handler) {
	a := &Answer{Header: http.Header{}}
	if s, ok := decode(ReadBody(r)).(object); !ok || s["id"] != nil {
		a = Record(next, r)
	} else {
		problem(a, http.StatusBadRequest, ngsild.BadRequestData)
	}
	a.WriteTo(w)
}

// believingOf is a fault that shows of a snapshot what a client said that only the platform
// can tell.
func believingOf(name, summary, method string) Fault {
	return believing("snapshot."+name, summary, method, "/snapshots",
		func(sent object) object { return only(sent, "snapshotStatus", "createdAt", "expiresAt", "lastUsedAt") },
		func(shown, taken object) {
			for member, v := range taken {
				shown[member] = v
			}
		})
}
