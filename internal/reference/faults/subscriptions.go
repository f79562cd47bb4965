package faults

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// subscriptions is the faults of subscriptions and their notifications (5.8): ways in
// which brokers store a subscription otherwise than it was sent, or notify too much,
// too little or something else.
func subscriptions() []Fault {
	return slices.Concat(
		subscriptionCreation(), subscriptionMembers(), subscriptionRefusals(), subscriptionContexts(),
		subscriptionReading(), subscriptionListing(), subscriptionUpdating(), subscriptionDeletion(),
		notificationDelivery(), notificationBodies(), []Fault{sameValues()}, notificationForms(), notificationSelections(),
		notificationChanges(), notificationTriggers(), notificationStates(), notificationCounts(),
	)
}

// The operations of subscriptions.
func subscriptionCreate() operation {
	return operation{"subscription.create", Op("POST", "/subscriptions"), 201}
}
func subscriptionUpdate() operation {
	return operation{"subscription.update", Op("PATCH", "/subscriptions/*"), 204}
}
func subscriptionDelete() operation {
	return operation{"subscription.delete", Op("DELETE", "/subscriptions/*"), 204}
}
func subscriptionRetrieve() Match { return Op("GET", "/subscriptions/*") }
func subscriptionQuery() Match    { return Op("GET", "/subscriptions") }

// subscribing matches what gives a subscription its members.
func subscribing() Match { return subscriptionCreate().on.or(subscriptionUpdate().on) }

// notificationOf and endpointOf are parts of a subscription or fragment; nil when it
// has none, which can be read and not written.
func notificationOf(s object) object {
	n, _ := s["notification"].(object)
	return n
}

func endpointOf(s object) object {
	e, _ := notificationOf(s)["endpoint"].(object)
	return e
}

// loses are edits of a subscription that drop a member of it, of notification and of
// endpoint.
func loses(member string) func(object) { return func(s object) { delete(s, member) } }
func losesOfNotification(member string) func(object) {
	return func(s object) { delete(notificationOf(s), member) }
}
func losesOfEndpoint(member string) func(object) {
	return func(s object) { delete(endpointOf(s), member) }
}

// inNotification is an edit of a subscription's notification, where it has one.
func inNotification(edit func(n object)) func(object) {
	return func(s object) {
		if n := notificationOf(s); n != nil {
			edit(n)
		}
	}
}

// inEndpoint is an edit of a subscription's endpoint, where it has one.
func inEndpoint(edit func(e object)) func(object) {
	return func(s object) {
		if e := endpointOf(s); e != nil {
			edit(e)
		}
	}
}

// repaired lets the platform handle the request, and if it refuses the body with 400,
// once more with an edited one.
func repaired(edit func(s object)) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		sent := ReadBody(r)
		a := Record(next, r)
		if s, ok := decode(sent).(object); ok && a.Status >= http.StatusBadRequest {
			edit(s)
			SetBody(r, encode(s))
			a = Record(next, r)
		}
		a.WriteTo(w)
	}
}

func subscriptionCreation() []Fault {
	on := subscriptionCreate().on
	return []Fault{
		{Name: "subscription.create.swallowed", Summary: "says that the subscription was created, and forgets it", On: on,
			Instead: answering(func(e exchange) {
				if e.Status == http.StatusCreated {
					_, path, _ := strings.Cut(e.Header.Get("Location"), "/ngsi-ld/v1")
					ask(e.next, e.request, http.MethodDelete, path, nil)
				}
			})},
		{Name: "subscription.create.local-refused", Summary: "wants entities or attributes of a subscription to what is here, too", On: on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if s, ok := decode(ReadBody(r)).(object); ok && s["entities"] == nil && s["watchedAttributes"] == nil {
					delete(s, "localOnly")
					SetBody(r, encode(s))
				}
				next.ServeHTTP(w, r)
			}},
		{Name: "subscription.create.no-location", Summary: "does not say where the created subscription is", On: on, Answer: DropHeader("Location")},
		{Name: "subscription.create.echoes-body", Summary: "sends the subscription back in the answer to its creation", On: on,
			Instead: answering(func(e exchange) {
				if e.Status == http.StatusCreated {
					e.Body = encode(e.sent)
					e.Header.Set("Content-Type", ngsild.MediaJSON)
				}
			})},
		{Name: "subscription.create.wants-id", Summary: "refuses a subscription without id", On: on,
			Instead: refuseWhen(func(s object) bool { return s["id"] == nil })},
		{Name: "subscription.create.wants-entities", Summary: "refuses a subscription without entities", On: on,
			Instead: refuseWhen(func(s object) bool { return s["entities"] == nil })},
		{Name: "subscription.create.refuses-expiry", Summary: "refuses a subscription that ends", On: on,
			Instead: refuseWhen(func(s object) bool { return s["expiresAt"] != nil })},
		{Name: "subscription.create.refuses-dataset", Summary: "refuses a subscription with datasetId", On: on,
			Instead: refuseWhen(func(s object) bool { return s["datasetId"] != nil })},
		{Name: "subscription.create.overwrites", Summary: "replaces the subscription that has the id already", On: on,
			Instead: answering(func(e exchange) {
				s, ok := e.sent.(object)
				if !ok || e.Status != http.StatusConflict {
					return
				}
				ask(e.next, e.request, http.MethodDelete, subscriptionPath(idOf(s)), nil)
				*e.Answer = *ask(e.next, e.request, http.MethodPost, "/subscriptions", s)
			})},
		{Name: "subscription.create.any-content-type", Summary: "reads a subscription as JSON whatever its Content-Type",
			On: on.where(func(r *http.Request) bool { return !knownContentType(r) }), Request: asJSON},
		{Name: "subscription.create.syntax-error-as-bad-data", Summary: "answers BadRequestData where the subscription is not even JSON",
			On: on, Instead: syntaxAsData},
		{Name: "subscription.create.takes-nothing", Summary: "answers the creation of an empty subscription as if there were one", On: on,
			Instead: answering(func(e exchange) {
				if s, ok := e.sent.(object); ok && len(s) == 0 {
					e.done(http.StatusCreated)
				}
			})},
	}
}

func syntaxAsData(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answering(func(e exchange) {
		if !e.isJSON && e.Status == http.StatusBadRequest {
			e.problem(http.StatusBadRequest, ngsild.BadRequestData)
		}
	})(w, r, next)
}

func subscriptionPath(id string) string { return "/subscriptions/" + url.PathEscape(id) }

// subscriptionMembers is the faults that lose a member of a new subscription.
func subscriptionMembers() []Fault {
	var all []Fault
	for _, group := range []struct {
		lose    func(member string) func(object)
		members []string
	}{
		{loses, []string{"description", "watchedAttributes", "q", "geoQ", "scopeQ", "throttling", "timeInterval", "expiresAt", "isActive", "notificationTrigger",
			"subscriptionName", "lang", "datasetId", "jsonldContext", "localOnly", "splitEntities", "ngsildConformance"}},
		{losesOfNotification, []string{"attributes", "format", "sysAttrs", "showChanges", "pick", "omit", "join", "joinLevel"}},
		{losesOfEndpoint, []string{"accept", "receiverInfo", "timeout", "cooldown"}},
	} {
		for _, member := range group.members {
			all = append(all, Fault{
				Name: "subscription.create.forgets-" + member, Summary: "does not store a subscription's " + member,
				On: subscriptionCreate().on, Request: fragments(group.lose(member)),
			})
		}
	}
	return all
}

// subscriptionRefusals is the faults that take an invalid subscription for another,
// valid one.
func subscriptionRefusals() []Fault {
	takes := func(name, summary string, edit func(s object)) Fault {
		return Fault{Name: "subscription.takes-" + name, Summary: summary, On: subscriptionCreate().on, Instead: repaired(edit)}
	}
	without := func(name, member string) Fault {
		return takes(name, "leaves out a subscription's "+member+" if it is not valid", loses(member))
	}
	ofNotification := func(name, member string) Fault {
		return takes(name, "leaves out a notification's "+member+" if it is not valid", losesOfNotification(member))
	}
	ofEndpoint := func(name, member string) Fault {
		return takes(name, "leaves out an endpoint's "+member+" if it is not valid", losesOfEndpoint(member))
	}
	subscription := func(s object) { s["type"] = "Subscription" }
	somewhere := func(s object) {
		n := notificationOf(s)
		if n == nil {
			n = object{}
			s["notification"] = n
		}
		n["endpoint"] = object{"uri": "http://localhost/notify"}
	}
	inEntities := func(edit func(selector object)) func(s object) {
		return func(s object) {
			for _, selector := range objects(s["entities"]) {
				edit(selector)
			}
		}
	}
	return []Fault{
		takes("typeMissing", "takes what has no type for a subscription", subscription),
		takes("typeWrong", "takes what is of another type for a subscription", subscription),
		takes("idNoUri", "makes a URN of a subscription's id that is no URI", func(s object) {
			if id, ok := s["id"].(string); ok {
				s["id"] = "urn:" + id + ":" + id
			}
		}),
		takes("notificationMissing", "takes a subscription without notification", somewhere),
		takes("endpointMissing", "takes a subscription without endpoint", somewhere),
		takes("uriMissing", "takes a subscription whose endpoint has no uri", somewhere),
		takes("uriNoUri", "takes a subscription whose endpoint's uri is no URI", somewhere),
		ofEndpoint("acceptUnknown", "accept"), ofEndpoint("receiverInfoNoPairs", "receiverInfo"),
		takes("nothingWatched", "takes a subscription to nothing", func(s object) { s["entities"] = []any{object{"type": "Thing"}} }),
		without("entitiesEmpty", "entities"),
		takes("entityTypeMissing", "takes entities of no type for Things", inEntities(func(selector object) { selector["type"] = "Thing" })),
		takes("entityIdNoUri", "leaves out an entity's id that is no URI", inEntities(func(selector object) { delete(selector, "id") })),
		without("watchedEmpty", "watchedAttributes"), without("watchedNoName", "watchedAttributes"),
		ofNotification("attributesEmpty", "attributes"),
		without("q", "q"), without("geoQIncomplete", "geoQ"), without("geoQRelation", "geoQ"), without("scopeQ", "scopeQ"),
		without("intervalAndThrottling", "throttling"), without("intervalAndWatched", "watchedAttributes"),
		without("intervalAndTrigger", "notificationTrigger"), without("intervalNegative", "timeInterval"),
		without("throttlingNegative", "throttling"), without("expiresPast", "expiresAt"), without("expiresNoTime", "expiresAt"),
		without("isActiveNoTruth", "isActive"), without("triggerUnknown", "notificationTrigger"),
		ofNotification("formatUnknown", "format"), ofNotification("simplifiedChanges", "showChanges"),
		ofNotification("joinUnknown", "join"),
		ofEndpoint("timeoutNegative", "timeout"), ofEndpoint("cooldownNegative", "cooldown"),
		ofNotification("sysAttrsNoTruth", "sysAttrs"), ofNotification("showChangesNoTruth", "showChanges"),
		ofNotification("attributesMembers", "attributes"), ofNotification("pickEmpty", "pick"), ofNotification("omitEmpty", "omit"),
		ofNotification("joinLevelZero", "joinLevel"), without("datasetNoUri", "datasetId"),
		without("geoQGeometry", "geoQ"), without("geoQCoordinates", "geoQ"), without("geoQUnlike", "geoQ"),
		takes("pickAndOmit", "leaves out what a notification omits if it picks as well", func(s object) {
			if n := notificationOf(s); len(items(n["pick"])) > 0 && len(items(n["omit"])) > 0 {
				delete(n, "omit")
			}
		}),
		takes("idPattern", "leaves out an idPattern that is none", inEntities(func(selector object) { delete(selector, "idPattern") })),
		without("localOnlyNoTruth", "localOnly"), without("splitEntitiesNoTruth", "splitEntities"),
		without("contextNoUri", "jsonldContext"), without("contextUnavailable", "jsonldContext"),
	}
}

func subscriptionContexts() []Fault {
	creating, updating := subscriptionCreate().on, subscriptionUpdate().on
	ignored := func(r *http.Request) {
		withoutContext(r)
		r.Header.Del("Link")
	}
	return []Fault{
		{Name: "subscription.context-ignored", Summary: "does not look at a subscription's @context", On: creating, Request: ignored},
		{Name: "subscription.update.context-ignored", Summary: "does not look at the @context of an update of a subscription", On: updating, Request: ignored},
		{Name: "subscription.context-missing-assumed", Summary: "reads a subscription of JSON-LD without @context as JSON",
			On: creating.where(isJSONLD), Request: func(r *http.Request) {
				if s, ok := decode(ReadBody(r)).(object); ok && s["@context"] == nil {
					asJSON(r)
				}
			}},
		{Name: "subscription.context-in-json-taken", Summary: "drops the @context in a subscription of application/json",
			On: creating.where(func(r *http.Request) bool { return !isJSONLD(r) }), Request: withoutContext},
		ownContext(),
	}
}

// ownContext is a fault that remembers under which @context a subscription was made.
func ownContext() Fault {
	var made sync.Map // id -> Link header
	return Fault{
		Name: "subscription.update.own-context", Summary: "reads the names in an update by the @context of the subscription instead of its own",
		On: subscribing(),
		Request: func(r *http.Request) {
			s, _ := decode(ReadBody(r)).(object)
			if link := r.Header.Get("Link"); r.Method == http.MethodPost && link != "" {
				made.Store(idOf(s), link)
			}
			if p := parts(r); len(p) == 2 && r.Method == http.MethodPatch {
				if link, ok := made.Load(p[1]); ok && r.Header.Get("Link") == "" {
					r.Header.Set("Link", link.(string))
				}
			}
		},
	}
}

func subscriptionReading() []Fault {
	on := subscriptionRetrieve()
	return []Fault{
		{Name: "subscription.retrieve.status-lost", Summary: "does not show a subscription's status", On: on, Answer: answered(loses("status"))},
		{Name: "subscription.retrieve.always-active", Summary: "shows the status of every subscription as active", On: on,
			Answer: answered(func(s object) { s["status"] = "active" })},
		{Name: "subscription.retrieve.counts-creation", Summary: "counts the creation of a subscription as a notification", On: on,
			Answer: answered(inNotification(func(n object) {
				if n["timesSent"] == nil {
					n["timesSent"] = 1
				}
			}))},
		{Name: "subscription.retrieve.sysattrs-ignored", Summary: "never shows when a subscription was created and modified", On: on, Request: DropQuery("options")},
		{Name: "subscription.retrieve.sysattrs-always", Summary: "always shows when a subscription was created and modified", On: on, Request: setQuery("options", "sysAttrs")},
		{Name: "subscription.retrieve.unknown-as-empty", Summary: "answers for an unknown subscription with an empty object", On: on, Answer: emptyObject},
		{Name: "subscription.retrieve.any-id-not-found", Summary: "looks an id up that is no URI, and answers 404 instead of 400",
			On: on.where(idIsNoURI), Answer: notFoundInstead},
		{Name: "subscription.retrieve.never-compacts", Summary: "shows subscriptions under the core @context whatever the request's", On: on,
			Request: func(r *http.Request) { r.Header.Del("Link") }},
		{Name: "subscription.retrieve.no-context", Summary: "does not tell the @context of a subscription", On: on,
			Answer: func(r *http.Request, a *Answer) {
				inLinks(ngsild.ContextRel, nothing)(r, a)
				answered(loses("@context"))(r, a)
			}},
	}
}

func subscriptionListing() []Fault {
	on := subscriptionQuery()
	return []Fault{
		{Name: "subscription.query.notified-only", Summary: "lists subscriptions that have notified only", On: on,
			Answer: kept(func(_ *http.Request, s object) bool { return notificationOf(s)["timesSent"] != nil })},
		{Name: "subscription.query.active-only", Summary: "lists active subscriptions only", On: on,
			Answer: kept(func(_ *http.Request, s object) bool { return s["status"] == "active" })},
		{Name: "subscription.query.shortened", Summary: "lists subscriptions without their description", On: on,
			Answer: served(func(_ *http.Request, s object) { delete(s, "description") })},
		{Name: "subscription.query.first-selector", Summary: "lists subscriptions with the first of their entity selectors only", On: on,
			Answer: served(func(_ *http.Request, s object) {
				if selectors := itemsOf(s["entities"]); len(selectors) > 1 {
					s["entities"] = selectors[:1]
				}
			})},
		{Name: "subscription.query.limit-ignored", Summary: "lists pages of its own size", On: on, Request: DropQuery("limit")},
		{Name: "subscription.query.no-next", Summary: "does not link to the next page of subscriptions", On: on, Answer: inLinks("next", nothing)},
		{Name: "subscription.query.no-prev", Summary: "does not link to the previous page of subscriptions", On: on, Answer: inLinks("prev", nothing)},
		{Name: "subscription.query.count-of-page", Summary: "counts the subscriptions of the page", On: on.WithQuery("count"),
			Answer: func(_ *http.Request, a *Answer) {
				if l, ok := a.list(); ok {
					a.Header.Set(ngsild.HeaderCount, string(encode(len(l))))
				}
			}},
		{Name: "subscription.query.offset-ignored", Summary: "always lists the first page of subscriptions", On: on, Request: DropQuery("offset")},
		{Name: "subscription.query.invalid-page-ignored", Summary: "lists the first page for an invalid limit", On: on, Instead: forgiving("limit", "offset")},
		{Name: "subscription.query.no-context", Summary: "lists subscriptions without their @context", On: on,
			Answer: served(func(_ *http.Request, s object) { delete(s, "@context") })},
	}
}

func subscriptionUpdating() []Fault {
	on := subscriptionUpdate().on
	takes := func(name, member string) Fault {
		return Fault{Name: "subscription.update.takes-" + name, Summary: "leaves out the " + member + " of an update if it is not valid",
			On: on, Instead: repaired(loses(member))}
	}
	// keeps loses a member of an update, so that the subscription keeps what it has.
	keeps := func(name, summary, member string) Fault {
		return Fault{Name: "subscription.update." + name, Summary: summary, On: on, Request: fragments(loses(member))}
	}
	return []Fault{
		{Name: "subscription.update.replaces-all", Summary: "takes an update for the whole subscription, but for what is mandatory", On: on,
			Instead: answering(func(e exchange) {
				fragment, ok := e.sent.(object)
				id := parts(e.request)[1]
				stored, _ := decode(ask(e.next, e.request, http.MethodGet, subscriptionPath(id), nil).Body).(object)
				if !ok || e.Status != http.StatusNoContent || stored == nil {
					return
				}
				fresh := object{"id": id, "type": "Subscription", "entities": stored["entities"], "notification": stored["notification"]}
				for member, v := range fragment {
					fresh[member] = v
				}
				ask(e.next, e.request, http.MethodDelete, subscriptionPath(id), nil)
				ask(e.next, e.request, http.MethodPost, "/subscriptions", fresh)
			})},
		{Name: "subscription.update.no-new-members", Summary: "updates members only that the subscription has", On: on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				sent := ReadBody(r)
				stored, _ := decode(ask(next, r, http.MethodGet, subscriptionPath(parts(r)[1]), nil).Body).(object)
				if fragment, ok := decode(sent).(object); ok && stored["id"] != nil {
					for member := range fragment {
						if stored[member] == nil {
							delete(fragment, member)
						}
					}
					sent = encode(fragment)
				}
				SetBody(r, sent)
				next.ServeHTTP(w, r)
			}},
		{Name: "subscription.update.cannot-pause", Summary: "does not pause a subscription by an update", On: on, Request: fragments(active(false))},
		{Name: "subscription.update.cannot-resume", Summary: "does not make a subscription active again by an update", On: on, Request: fragments(active(true))},
		keeps("forgets-expiry", "does not look at expiresAt in an update", "expiresAt"),
		keeps("old-q", "does not look at q in an update", "q"),
		keeps("old-watched", "does not look at watchedAttributes in an update", "watchedAttributes"),
		keeps("old-endpoint", "does not look at notification in an update", "notification"),
		{Name: "subscription.update.no-merge-patch", Summary: "refuses an update of application/merge-patch+json",
			On: on.where(func(r *http.Request) bool {
				return strings.HasPrefix(r.Header.Get("Content-Type"), ngsild.MediaMergePatch)
			}),
			Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
				w.WriteHeader(http.StatusUnsupportedMediaType)
			}},
		{Name: "subscription.update.stores-null", Summary: "stores NGSI-LD Null as text", On: on, Request: fragments(func(s object) {
			for member, v := range s {
				if v == "urn:ngsi-ld:null" && member != "notification" {
					s[member] = "null"
				}
			}
		})},
		{Name: "subscription.update.modified-at-stays", Summary: "shows the time of a subscription's creation as that of its modification",
			On: subscriptionRetrieve(), Answer: answered(func(s object) {
				if s["modifiedAt"] != nil {
					s["modifiedAt"] = s["createdAt"]
				}
			})},
		{Name: "subscription.update.unknown-ignored", Summary: "says that it updated a subscription that is not there", On: on, Answer: success},
		{Name: "subscription.update.any-id-not-found", Summary: "looks an id up that is no URI, and answers 404 instead of 400",
			On: on.where(idIsNoURI), Answer: notFoundInstead},
		{Name: "subscription.update.syntax-error-as-bad-data", Summary: "answers BadRequestData where the update is not even JSON", On: on, Instead: syntaxAsData},
		takes("invalidFragment", "q"), takes("invalidWatched", "watchedAttributes"), takes("nullMandatory", "notification"),
		takes("expiresPast", "expiresAt"), takes("wrongType", "type"),
		takes("contextUnavailable", "jsonldContext"),
		{Name: "subscription.update.renames", Summary: "gives a subscription the id of an update", On: on,
			Instead: answering(func(e exchange) {
				fragment, _ := e.sent.(object)
				id := parts(e.request)[1]
				stored, _ := decode(ask(e.next, e.request, http.MethodGet, subscriptionPath(id), nil).Body).(object)
				if fragment["id"] == nil || fragment["id"] == id || stored == nil {
					return
				}
				stored["id"] = fragment["id"]
				ask(e.next, e.request, http.MethodPost, "/subscriptions", stored)
				e.done(http.StatusNoContent)
			})},
	}
}

// active is an edit that drops isActive if it has the value.
func active(value bool) func(object) {
	return func(s object) {
		if s["isActive"] == value {
			delete(s, "isActive")
		}
	}
}

func subscriptionDeletion() []Fault {
	op := subscriptionDelete()
	return []Fault{
		{Name: "subscription.delete.swallowed", Summary: "says that it deleted a subscription, and does not", On: op.on, Instead: swallow(op.success)},
		{Name: "subscription.delete.always-done", Summary: "says that it deleted a subscription that is not there", On: op.on, Answer: success},
		{Name: "subscription.delete.any-id-not-found", Summary: "looks an id up that is no URI, and answers 404 instead of 400",
			On: op.on.where(idIsNoURI), Answer: notFoundInstead},
		{Name: "subscription.delete.of-endpoint", Summary: "deletes every subscription with the same endpoint", On: op.on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				path := "/subscriptions?limit=1000"
				of, _ := decode(ask(next, r, http.MethodGet, subscriptionPath(parts(r)[1]), nil).Body).(object)
				others := items(decode(ask(next, r, http.MethodGet, path, nil).Body))
				a := Record(next, r)
				if a.Status == http.StatusNoContent {
					for _, item := range others {
						if s, ok := item.(object); ok && endpointOf(s)["uri"] == endpointOf(of)["uri"] {
							ask(next, r, http.MethodDelete, subscriptionPath(idOf(s)), nil)
						}
					}
				}
				a.WriteTo(w)
			}},
	}
}
