package faults

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// roundTrip is what Fault.Outgoing is.
type roundTrip = func(*http.Request, http.RoundTripper) (*http.Response, error)

// misread is a fault that stores a subscription otherwise than it was sent, so that its
// notifications are others.
func misread(name, summary string, edit func(s object)) Fault {
	return Fault{Name: "notification." + name, Summary: summary, On: subscribing(), Request: fragments(edit)}
}

// missent is a fault that sends notifications otherwise.
func missent(name, summary string, change roundTrip) Fault {
	return Fault{Name: "notification." + name, Summary: summary, On: notifications(), Outgoing: change}
}

// inHeader is an Outgoing change of a notification's header.
func inHeader(edit func(h http.Header)) roundTrip {
	return notified(func(_ object, h http.Header) { edit(h) })
}

// inBody is an Outgoing change of a notification's body.
func inBody(edit func(n object)) roundTrip {
	return notified(func(n object, _ http.Header) { edit(n) })
}

// answeredWith is an Outgoing change of the receiver's answer, as the platform sees it.
func answeredWith(status func(was int) int) roundTrip {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		a, err := next.RoundTrip(r)
		if err == nil {
			a.StatusCode = status(a.StatusCode)
			a.Status = http.StatusText(a.StatusCode)
		}
		return a, err
	}
}

// preferring puts another preference in the place of a receiver's.
func preferring(form, instead string) func(s object) {
	return inEndpoint(func(e object) {
		for _, pair := range objects(e["receiverInfo"]) {
			if pair["key"] == "Prefer" && pair["value"] == form {
				pair["value"] = instead
			}
		}
	})
}

func notificationDelivery() []Fault {
	return []Fault{
		missent("lost", "takes notifications for delivered and never sends them", lost(func(object) bool { return true })),
		missent("by-put", "sends notifications by PUT", func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			r.Method = http.MethodPut
			return next.RoundTrip(r)
		}),
		missent("no-link", "does not name the @context of a notification", inHeader(func(h http.Header) { h.Del("Link") })),
		missent("no-tenant", "does not name the tenant of a notification", inHeader(func(h http.Header) { h.Del(ngsild.HeaderTenant) })),
		misread("json-ld-by-default", "sends JSON-LD unless the endpoint accepts something else", inEndpoint(func(e object) {
			if e["accept"] == nil {
				e["accept"] = ngsild.MediaJSONLD
			}
		})),
		misread("always-json-ld", "sends JSON-LD whatever the endpoint accepts", inEndpoint(func(e object) { e["accept"] = ngsild.MediaJSONLD })),
		misread("always-json", "sends JSON whatever the endpoint accepts", losesOfEndpoint("accept")),
		missent("geojson-without-context", "leaves the @context out of notifications of GeoJSON", notified(func(n object, h http.Header) {
			if c, ok := n["data"].(object); ok && h.Get("Content-Type") == ngsild.MediaGeoJSON {
				delete(c, "@context")
			}
		})),
		misread("prefer-ignored", "does not look at what a receiver of GeoJSON prefers", preferring("body=json", "")),
		misread("prefers-json", "takes each preference of a receiver of GeoJSON for one of plain JSON", preferring("body=ld+json", "body=json")),
		misread("no-receiver-info", "does not send the headers of receiverInfo", losesOfEndpoint("receiverInfo")),
	}
}

func notificationBodies() []Fault {
	return []Fault{
		missent("same-id", "gives every notification the same id", inBody(func(n object) { n["id"] = "urn:ngsi-ld:Notification:1" })),
		missent("no-type", "sends notifications without type", inBody(loses("type"))),
		missent("no-subscription-id", "does not say of which subscription a notification is", inBody(loses("subscriptionId"))),
		missent("local-time", "tells the time of a notification without its time zone", inBody(func(n object) {
			if at, ok := n["notifiedAt"].(string); ok {
				n["notifiedAt"] = strings.TrimSuffix(at, "Z")
			}
		})),
		missent("data-no-array", "sends a single entity as such instead of in an array", inBody(func(n object) {
			if list, ok := n["data"].([]any); ok && len(list) == 1 {
				n["data"] = list[0]
			}
		})),
		missent("first-entity-of-data", "sends the first of several entities only", inBody(func(n object) {
			if list, ok := n["data"].([]any); ok && len(list) > 1 {
				n["data"] = list[:1]
			}
		})),
		misread("core-context", "names the terms of notifications by the core @context unless the subscription says otherwise", func(s object) {
			if s["jsonldContext"] == nil {
				s["jsonldContext"] = ngsild.CoreContextURL
			}
		}),
		misread("jsonld-context-ignored", "does not look at jsonldContext", loses("jsonldContext")),
	}
}

// sameValues is a fault that takes each update of an attribute for a change.
func sameValues() Fault {
	return Fault{Name: "notification.of-same-values", Summary: "notifies of an update of attributes that changes nothing", On: attributeUpdate().on,
		Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			sent, _ := decode(ReadBody(r)).(object)
			entity := entityPath(parts(r)[1])
			stored, _ := decode(ask(next, r, http.MethodGet, entity, nil).Body).(object)
			for name, a := range sent {
				if is, had := stored[name]; had && bytes.Equal(encode(is), encode(a)) {
					ask(next, r, http.MethodDelete, entity+"/attrs/"+url.PathEscape(name), nil) // so that it comes anew
				}
			}
			next.ServeHTTP(w, r)
		}}
}

func notificationForms() []Fault {
	// formatted replaces one format by another; "" stands for none.
	formatted := func(from, to string) func(object) {
		return inNotification(func(n object) {
			if is, _ := n["format"].(string); is != from {
				return
			}
			if n["format"] = to; to == "" {
				delete(n, "format")
			}
		})
	}
	return []Fault{
		misread("simplified-by-default", "notifies in the simplified format unless told otherwise", formatted("", "keyValues")),
		misread("always-simplified", "notifies in the simplified format whatever is asked for", inNotification(func(n object) { n["format"] = "keyValues" })),
		misread("always-normalized", "notifies in the normalised format whatever is asked for", losesOfNotification("format")),
		misread("simplified-unknown", "does not know the format simplified", formatted("simplified", "")),
		misread("concise-as-normalized", "takes concise for normalised", formatted("concise", "")),
		misread("sysattrs-ignored", "never notifies of system attributes", losesOfNotification("sysAttrs")),
		misread("sysattrs-always", "always notifies of system attributes", inNotification(func(n object) { n["sysAttrs"] = true })),
		missent("relationships-left-out", "leaves Relationships out of notifications", notifiedAttributes(leaveOut(func(a object) bool { return a["type"] == "Relationship" }))),
		misread("attributes-ignored", "notifies of all attributes", losesOfNotification("attributes")),
		misread("attributes-as-watched", "watches the attributes to notify of", func(s object) {
			if names := notificationOf(s)["attributes"]; names != nil && s["watchedAttributes"] == nil {
				s["watchedAttributes"] = names
			}
		}),
		misread("pick-ignored", "does not look at pick", losesOfNotification("pick")),
		misread("omit-ignored", "does not look at omit", losesOfNotification("omit")),
		misread("dataset-ignored", "notifies of the instances of all datasets", loses("datasetId")),
		misread("lang-ignored", "notifies of all languages", loses("lang")),
		misread("join-ignored", "does not notify of linked entities", losesOfNotification("join")),
		misread("join-always", "always notifies of linked entities", inNotification(func(n object) {
			if n["join"] == nil {
				n["join"], n["joinLevel"] = "inline", 1
			}
		})),
		misread("flat-attributes-ignored", "notifies of all attributes beside the linked entities", inNotification(func(n object) {
			if n["join"] == "flat" {
				delete(n, "attributes")
			}
		})),
		misread("no-previous", "never shows what attributes were", losesOfNotification("showChanges")),
		misread("changes-always", "always shows what attributes were", inNotification(func(n object) { n["showChanges"] = true })),
		missent("previous-of-new", "says of new attributes that they were empty", notifiedAttributes(func(a object) object {
			if a["type"] == "Property" && a["previousValue"] == nil {
				a["previousValue"] = ""
			}
			return a
		})),
		missent("previous-of-unchanged", "says of Relationships that did not change what they were", notifiedAttributes(func(a object) object {
			if a["type"] == "Relationship" && a["previousObject"] == nil {
				a["previousObject"] = a["object"]
			}
			return a
		})),
	}
}

func notificationSelections() []Fault {
	selectors := func(edit func(selector object)) func(object) {
		return func(s object) {
			for _, selector := range objects(s["entities"]) {
				edit(selector)
			}
		}
	}
	rewritten := func(member, expression, with string) func(object) {
		re := regexp.MustCompile(expression)
		return func(o object) {
			if text, ok := o[member].(string); ok {
				o[member] = re.ReplaceAllString(text, with)
			}
		}
	}
	first := func(member string) func(object) {
		return func(s object) {
			if list, ok := s[member].([]any); ok && len(list) > 1 {
				s[member] = list[:1]
			}
		}
	}
	return []Fault{
		{Name: "notification.first-entity-only", Summary: "notifies of one entity of the type only, the first that there was", On: subscriptionCreate().on,
			Instead: knowing(func(s object, ofType func(kind string) []object) {
				for _, selector := range objects(s["entities"]) {
					kind, _ := selector["type"].(string)
					if there := ofType(kind); len(there) > 0 && selector["id"] == nil {
						selector["id"] = idOf(there[0])
					}
				}
			})},
		misread("type-ignored", "notifies of entities of all types", selectors(func(selector object) { selector["type"] = "*" })),
		misread("first-type-only", "notifies of entities of the first type of a selector", selectors(rewritten("type", `[,|].*`, ""))),
		misread("and-as-or", "notifies of entities of one of the types that are asked for together", selectors(rewritten("type", `;`, ","))),
		misread("id-in-lower-case", "compares the ids of entities in lower case with those that are stored", selectors(func(selector object) {
			if id, ok := selector["id"].(string); ok {
				selector["id"] = strings.ToLower(id)
			}
		})),
		misread("id-ignored", "notifies of all entities of the type", selectors(loses("id"))),
		misread("id-pattern-as-text", "takes an idPattern for plain text", selectors(func(selector object) {
			if pattern, ok := selector["idPattern"].(string); ok {
				selector["idPattern"] = regexp.QuoteMeta(pattern)
			}
		})),
		misread("id-pattern-ignored", "does not look at idPattern", selectors(loses("idPattern"))),
		misread("first-id-only", "notifies of the first of several ids", selectors(first("id"))),
		misread("pattern-before-id", "does not look at an id where there is an idPattern", selectors(func(o object) {
			if o["idPattern"] != nil {
				delete(o, "id")
			}
		})),
		misread("any-type-as-name", "takes the type * for a name", selectors(func(o object) {
			if o["type"] == "*" {
				o["type"] = "Nothing"
			}
		})),
		misread("first-selector-only", "notifies of the first entities that a subscription names", first("entities")),
		{Name: "notification.entities-assumed", Summary: "takes a subscription without entities for one to Things", On: subscriptionCreate().on,
			Request: fragments(func(s object) {
				if s["entities"] == nil {
					s["entities"] = []any{object{"type": "Thing"}}
				}
			})},
		{Name: "notification.properties-only", Summary: "watches Properties only unless attributes are named", On: subscriptionCreate().on,
			Instead: knowing(func(s object, ofType func(kind string) []object) {
				var names []any
				for _, selector := range objects(s["entities"]) {
					kind, _ := selector["type"].(string)
					for _, e := range ofType(kind) {
						for _, name := range sortedAttributes(e) {
							if a, ok := e[name].(object); ok && a["type"] == "Property" {
								names = append(names, name)
							}
						}
					}
				}
				if s["watchedAttributes"] == nil && s["timeInterval"] == nil && len(names) > 0 {
					s["watchedAttributes"] = names
				}
			})},
		misread("first-watched-only", "watches the first of several attributes only", first("watchedAttributes")),
		misread("watched-ignored", "notifies of changes of any attribute", func(s object) {
			if s["entities"] != nil {
				delete(s, "watchedAttributes")
			}
		}),
		misread("watched-as-attributes", "notifies of the watched attributes only", func(s object) {
			if n := notificationOf(s); n != nil && s["watchedAttributes"] != nil {
				n["attributes"] = s["watchedAttributes"]
			}
		}),
		misread("q-upside-down", "takes at least for less than", rewritten("q", `>=`, "<")),
		misread("q-ignored", "does not look at q", loses("q")),
		misread("geoq-ignored", "does not look at geoQ", loses("geoQ")),
		misread("geoq-axes-swapped", "takes the positions of geoQ for latitude before longitude", func(s object) {
			if g, ok := s["geoQ"].(object); ok {
				g["coordinates"] = swapAxes(g["coordinates"])
			}
		}),
		missent("geoq-of-single-locations", "does not notify of entities with several locations", lost(func(n object) bool {
			return slices.ContainsFunc(items(n["data"]), func(item any) bool {
				e, _ := item.(object)
				_, several := e["location"].([]any)
				return several
			})
		})),
		misread("geoproperty-ignored", "takes geoQ for one about location", func(s object) {
			if g, ok := s["geoQ"].(object); ok {
				delete(g, "geoproperty")
			}
		}),
		misread("scopeq-ignored", "does not look at scopeQ", loses("scopeQ")),
		misread("scopeq-exactly", "does not know wildcards in scopeQ", rewritten("scopeQ", `/#`, "")),
	}
}

// knowing is an Instead that edits a subscription by what the platform holds.
func knowing(edit func(s object, ofType func(kind string) []object)) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body := ReadBody(r)
		if s, ok := decode(body).(object); ok {
			edit(s, func(kind string) []object {
				return objects(decode(ask(next, r, http.MethodGet, "/entities?type="+url.QueryEscape(kind), nil).Body))
			})
			body = encode(s)
		}
		SetBody(r, body)
		next.ServeHTTP(w, r)
	}
}

// notificationChanges is the faults that do not notify of some operation, or of what
// was none.
func notificationChanges() []Fault {
	any1 := func(*http.Request) bool { return true }
	return []Fault{
		mute("no-update-attributes", "does not notify of updated attributes", attributeUpdate().on),
		mute("no-partial-update", "does not notify of partial updates", attributePatch().on),
		mute("no-append", "does not notify of appended attributes", attributeAppend().on),
		mute("no-create", "does not notify of new entities", entityCreate().on),
		mute("no-replace", "does not notify of replacements", entityReplace().on.or(attributeReplace().on)),
		mute("no-merge", "does not notify of merges", entityMerge().on),
		mute("no-batch", "does not notify of batch operations", batch("update").on.or(batch("upsert").on)),
		mute("default-instance-only", "does not notify of updates of an instance with datasetId", attributePatch().on.where(func(r *http.Request) bool {
			a, _ := decode(ReadBody(r)).(object)
			return a["datasetId"] != nil
		})),
		{Name: "notification.of-attempts", Summary: "changes the entity, and notifies, when its creation is refused", On: entityCreate().on,
			Instead: answering(func(e exchange) {
				if s, ok := e.sent.(object); ok && e.Status == http.StatusConflict {
					ask(e.next, e.request, http.MethodPost, entityPath(idOf(s))+"/attrs", s)
				}
			})},
		{Name: "notification.one-subscriber-only", Summary: "pauses a second subscription to the same entities", On: subscriptionCreate().on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				body := ReadBody(r)
				if s, ok := decode(body).(object); ok {
					for _, other := range objects(decode(ask(next, r, http.MethodGet, "/subscriptions?limit=1000", nil).Body)) {
						if s["entities"] != nil && string(encode(other["entities"])) == string(encode(s["entities"])) {
							s["isActive"] = false
						}
					}
					body = encode(s)
				}
				SetBody(r, body)
				next.ServeHTTP(w, r)
			}},
		{Name: "notification.tenants-mixed", Summary: "has one store for all tenants", On: Match(any1).where(hasTenant), Request: noTenant},
		{Name: "subscription.tenants-mixed", Summary: "has the subscriptions of all tenants in one place",
			On: subscribing().or(subscriptionRetrieve()).or(subscriptionQuery()).or(subscriptionDelete().on).where(hasTenant), Request: noTenant},
	}
}

func hasTenant(r *http.Request) bool { return r.Header.Get(ngsild.HeaderTenant) != "" }
func noTenant(r *http.Request)       { r.Header.Del(ngsild.HeaderTenant) }

// mute is a fault that loses the notifications of what the operation changed, until
// the same entity is changed by another one.
func mute(name, summary string, op Match) Fault {
	var muted sync.Map // entity id -> true
	writing := func(r *http.Request) bool {
		p := parts(r)
		return r.Method != http.MethodGet && (p[0] == "entities" || p[0] == "entityOperations")
	}
	silent := lost(func(n object) bool {
		for _, e := range objects(n["data"]) {
			if _, is := muted.Load(idOf(e)); is {
				return true
			}
		}
		return false
	})
	return Fault{
		Name: "notification." + name, Summary: summary,
		On: Match(writing).or(notifications()),
		Request: func(r *http.Request) {
			for id := range sentOf(r, decode(ReadBody(r))) {
				if op(r) {
					muted.Store(id, true)
				} else {
					muted.Delete(id)
				}
			}
		},
		Outgoing: silent,
	}
}

// everyTrigger is all values of notificationTrigger.
func everyTrigger() []any {
	return []any{"entityCreated", "entityUpdated", "entityDeleted", "attributeCreated", "attributeUpdated", "attributeDeleted"}
}

// notificationTriggers is the faults of notificationTrigger.
func notificationTriggers() []Fault {
	// triggered edits each trigger of a subscription.
	triggered := func(edit func(trigger any) any) func(object) {
		return func(s object) {
			if list, ok := s["notificationTrigger"].([]any); ok {
				for i := range list {
					list[i] = edit(list[i])
				}
			}
		}
	}
	all := []Fault{
		misread("trigger-ignored", "notifies of every change, whatever the triggers", func(s object) {
			if s["notificationTrigger"] != nil {
				s["notificationTrigger"] = everyTrigger()
			}
		}),
		{Name: "notification.any-trigger-by-default", Summary: "notifies of every change unless triggers are named", On: subscriptionCreate().on,
			Request: fragments(func(s object) {
				if s["notificationTrigger"] == nil && s["timeInterval"] == nil {
					s["notificationTrigger"] = everyTrigger()
				}
			})},
		misread("first-trigger-only", "looks at the first of several triggers only", func(s object) {
			if list, ok := s["notificationTrigger"].([]any); ok && len(list) > 1 {
				s["notificationTrigger"] = list[:1]
			}
		}),
		misread("entity-updated-as-attribute-updated", "takes entityUpdated for attributeUpdated", triggered(func(trigger any) any {
			if trigger == "entityUpdated" {
				return "attributeUpdated"
			}
			return trigger
		})),
		missent("deleted-attribute-left-out", "leaves deleted attributes out of notifications",
			notifiedAttributes(leaveOut(func(a object) bool { return isNull("value")(a) || isNull("object")(a) }))),
		missent("deleted-with-entity-lost", "does not notify of attributes that are deleted with their entity", lost(func(n object) bool {
			return slices.ContainsFunc(objects(n["data"]), func(e object) bool {
				return e["deletedAt"] != nil && slices.ContainsFunc(sortedAttributes(e), func(name string) bool {
					a, ok := e[name].(object)
					return ok && isNull("value")(a)
				})
			})
		})),
		missent("deleted-without-dataset", "does not say of which dataset a deleted instance was", notifiedAttributes(func(a object) object {
			if isNull("value")(a) {
				delete(a, "datasetId")
			}
			return a
		})),
		missent("deleted-entity-as-it-was", "shows attributes of entities that were deleted", notifiedEntities(func(e object) {
			if e["deletedAt"] != nil {
				e["was"] = object{"type": "Property", "value": "here"}
			}
		})),
		missent("no-deleted-at", "does not say when an entity was deleted", notifiedEntities(loses("deletedAt"))),
	}
	for _, name := range everyTrigger() {
		instead := any("attributeDeleted")
		switch name {
		case "attributeDeleted":
			instead = "entityDeleted"
		case "entityDeleted": // attributes go with their entity
			instead = "entityUpdated"
		}
		all = append(all, misread("trigger-"+name.(string)+"-unknown", "takes the trigger "+name.(string)+" for another", triggered(func(trigger any) any {
			if trigger == name {
				return instead
			}
			return trigger
		})))
	}
	return all
}

// notificationStates is the faults of paused and expired subscriptions and of time.
func notificationStates() []Fault {
	const late = time.Hour
	// moved adds to a member that is a DateTime.
	moved := func(s object, member string, by time.Duration) (time.Time, bool) {
		text, _ := s[member].(string)
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return at, false
		}
		at = at.Add(by)
		s[member] = at.Format(time.RFC3339Nano)
		return at, true
	}
	return []Fault{
		{Name: "notification.paused-notifies", Summary: "notifies although a subscription was created paused", On: subscriptionCreate().on, Request: fragments(active(false))},
		{Name: "notification.expired-notifies", Summary: "notifies for an hour after a subscription has ended",
			On: subscriptionCreate().on.or(subscriptionRetrieve()),
			Request: func(r *http.Request) {
				if r.Method == http.MethodPost {
					fragments(func(s object) { moved(s, "expiresAt", late) })(r)
				}
			},
			Answer: answered(func(s object) {
				if end, ends := moved(s, "expiresAt", -late); ends && end.Before(time.Now()) {
					s["status"] = "expired"
				}
			})},
		misread("throttling-ignored", "does not look at throttling", loses("throttling")),
		misread("throttling-in-minutes", "takes throttling for minutes", func(s object) {
			if n, ok := s["throttling"].(interface{ Float64() (float64, error) }); ok {
				if seconds, err := n.Float64(); err == nil {
					s["throttling"] = 60 * seconds
				}
			}
		}),
		{Name: "notification.empty-periodic", Summary: "begins with a notification of nothing where one is to be sent again and again", On: subscriptionCreate().on,
			Instead: answering(func(e exchange) {
				s, _ := e.sent.(object)
				uri, _ := endpointOf(s)["uri"].(string)
				if e.Status != http.StatusCreated || s["timeInterval"] == nil {
					return
				}
				body := encode(object{"id": "urn:ngsi-ld:Notification:nothing", "type": "Notification", "subscriptionId": s["id"],
					"notifiedAt": time.Now().UTC().Format(time.RFC3339), "data": []any{}})
				if answer, err := http.Post(uri, ngsild.MediaJSON, bytes.NewReader(body)); err == nil {
					_ = answer.Body.Close() // it tells nothing
				}
			})},
		misread("interval-ignored", "does not look at timeInterval", loses("timeInterval")),
	}
}

// notificationCounts is the faults of what a subscription tells about its notifications.
func notificationCounts() []Fault {
	told := func(name, summary string, edit func(n object)) Fault {
		return Fault{Name: "notification." + name, Summary: summary, On: subscriptionRetrieve(), Answer: answered(inNotification(edit))}
	}
	return []Fault{
		told("times-sent-stays", "counts no notification but the first", func(n object) {
			if n["timesSent"] != nil {
				n["timesSent"] = 1
			}
		}),
		told("no-last-notification", "does not say when a notification was last sent", loses("lastNotification")),
		told("no-last-success", "does not say when a notification was last delivered", loses("lastSuccess")),
		told("no-failures", "does not say that notifications failed", func(n object) {
			for _, member := range []string{"lastFailure", "timesFailed", "status"} {
				delete(n, member)
			}
		}),
		told("failed-for-good", "says that notifications fail once one has failed", func(n object) {
			if slices.Contains(sorted(n), "lastFailure") {
				n["status"] = "failed"
			}
		}),
		missent("failures-as-successes", "takes every answer of a receiver for a success", answeredWith(func(int) int { return http.StatusOK })),
	}
}
