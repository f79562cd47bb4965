package faults

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// narrow is faults of one case of what others spoil as a whole: what a platform gets
// wrong that handles the usual cases.
func narrow() []Fault {
	return slices.Concat(narrowQueries(), narrowWrites(), narrowNotifications(), narrowCases())
}

func narrowQueries() []Fault {
	hasType := func(so func(string) bool) Match { return querying().where(asks("type", so)) }
	unequal := regexp.MustCompile(`^([A-Za-z]\w*)!=(\d+)$`)
	return []Fault{
		{Name: "query.type.foreign-iri-unknown", Summary: "finds nothing by the IRI of a type that is of no default vocabulary",
			On: hasType(func(v string) bool {
				return strings.Contains(v, "://") && !strings.Contains(v, ",") && !strings.Contains(v, "default-context")
			}),
			Answer: emptied},
		{Name: "query.type.term-of-any-vocabulary", Summary: "finds entities by the last part of their type's IRI, whatever the @context",
			On: hasType(func(v string) bool { return !strings.ContainsAny(v, ":,;|()/") }).where(func(r *http.Request) bool { return r.Header.Get("Link") == "" }),
			Instead: asked("type", func(next http.Handler, r *http.Request, values []string) []string {
				return alike(values, knownTypes(next, r), func(wanted, name string) bool {
					return strings.Contains(name, "://") && (strings.HasSuffix(name, "/"+wanted) || strings.HasSuffix(name, "#"+wanted))
				})
			})},
		{Name: "query.id-pattern.first-of-class", Summary: "reads a range of characters in idPattern as the first of them",
			On: querying(), Request: substitute("idPattern", `\[(\w)-\w\]`, "$1")},
		{Name: "query.q.unequal-whole-numbers", Summary: "compares by != without regard to fractions",
			On: querying().where(asks("q", unequal.MatchString)),
			Answer: kept(func(r *http.Request, e object) bool {
				m := unequal.FindStringSubmatch(r.URL.Query().Get("q"))
				a, _ := e[m[1]].(object)
				value, isNumber := float(a["value"])
				return !isNumber || strconv.Itoa(int(value)) != m[2]
			})},
		{Name: "linked.query.flat-without-sys-attrs", Summary: "does not look at sysAttrs in a query with join=flat",
			On:      querying().where(asks("join", func(v string) bool { return v == "flat" })).where(asks("options", func(v string) bool { return v == "sysAttrs" })),
			Request: DropQuery("options")},
		{Name: "registration.query.crosswise", Summary: "finds sources that have the type in one item of information and the attribute in another",
			On: Op(http.MethodGet, "/csourceRegistrations").WithQuery("type").WithQuery("attrs"),
			Instead: relisted(func(_ *http.Request, _ []any, ask func(func(url.Values)) []any) []any {
				byType, byAttribute := ask(without("attrs")), ask(without("type"))
				return minus(byType, minus(byType, byAttribute))
			})},
	}
}

func narrowWrites() []Fault {
	positive := func(v any) bool { n, is := float(v); return is && n > 0 }
	creating := subscriptionCreate().on
	return []Fault{
		{Name: "batch.upsert.several-replaced", Summary: "replaces what a batch upsert of several entities should update",
			On: batch("upsert").on, Request: func(r *http.Request) {
				if len(items(decode(ReadBody(r)))) > 1 {
					DropQuery("options")(r)
				}
			}},
		{Name: "batch.upsert.replaces-what-others-have", Summary: "replaces what a batch upsert should update, where a context source has the entity as well",
			On: batch("upsert").on.where(asks("options", func(v string) bool { return v == "update" })), Instead: replacingShared},
		{Name: "subscription.takes-throttled-interval", Summary: "leaves out the throttling of a subscription that has a timeInterval", On: creating,
			Instead: repaired(func(s object) {
				if s["timeInterval"] != nil && positive(s["throttling"]) {
					delete(s, "throttling")
				}
			})},
		{Name: "subscription.takes-watched-interval", Summary: "leaves out the watchedAttributes of a subscription that has a timeInterval", On: creating,
			Instead: repaired(func(s object) {
				if positive(s["timeInterval"]) && len(items(s["watchedAttributes"])) > 0 {
					delete(s, "watchedAttributes")
				}
			})},
		{Name: "distributed.create.relationships-lost", Summary: "does not hand on the Relationships of an entity that is created",
			On: func(r *http.Request) bool {
				return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/ngsi-ld/v1/entities")
			},
			Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				attributes(leaveOut(func(a object) bool { return a["type"] == "Relationship" }))(r)
				return next.RoundTrip(r)
			}},
	}
}

// narrowNotifications is the faults of one kind of attribute in one kind of notification:
// for each member that tells what an attribute was, of what was changed, of a deleted
// attribute and of a deleted entity.
func narrowNotifications() []Fault {
	all := []Fault{{Name: "notification.relationships-as-properties", Summary: "notifies Relationships as Properties with the object as value", On: notifications(),
		Outgoing: notifiedAttributes(func(a object) object {
			if a["type"] == "Relationship" && a["object"] != nil {
				return object{"type": "Property", "value": a["object"]}
			}
			return a
		})}}
	for _, m := range []struct{ previous, value string }{
		{"previousValue", "value"}, {"previousObject", "object"}, {"previousLanguageMap", "languageMap"}, {"previousVocab", "vocab"}, {"previousJson", "json"},
	} {
		for _, of := range []struct {
			name, words string
			is          func(entity, attribute object) bool
		}{
			{"changed", "a changed attribute", func(e, a object) bool { return e["deletedAt"] == nil && !gonePart(a[m.value]) }},
			{"deleted-attribute", "a deleted attribute", func(e, a object) bool { return e["deletedAt"] == nil && gonePart(a[m.value]) }},
			{"deleted-entity", "an attribute of a deleted entity", func(e, _ object) bool { return e["deletedAt"] != nil }},
		} {
			all = append(all, Fault{
				Name: "notification.no-" + m.previous + "-of-" + of.name, Summary: "does not tell the " + m.previous + " of " + of.words, On: notifications(),
				Outgoing: notifiedEntities(func(e object) {
					editAttributes(e, func(a object) object {
						if of.is(e, a) {
							delete(a, m.previous)
						}
						return a
					})
				}),
			})
		}
	}
	return all
}

// gonePart says whether a member's value tells that the attribute is deleted: it is not
// there, or holds NGSI-LD Null.
func gonePart(v any) bool {
	return v == nil || strings.Contains(string(encode(v)), "urn:ngsi-ld:null")
}

// replacingShared lets the platform handle the request and then leaves nothing of the
// entities, as the platform itself has them, but what was sent; of those whose type a
// context source is registered for.
func replacingShared(w http.ResponseWriter, r *http.Request, next http.Handler) {
	sent := objects(decode(ReadBody(r)))
	a := Record(next, r)
	for _, e := range sent {
		kind, _ := e["type"].(string)
		found, _ := ask(next, r, http.MethodGet, "/csourceRegistrations?type="+url.QueryEscape(kind), nil).list()
		local := entityPath(idOf(e)) + "?local=true"
		if len(found) > 0 && ask(next, r, http.MethodGet, local, nil).Status == http.StatusOK {
			ask(next, r, http.MethodPut, local, e)
		}
	}
	a.WriteTo(w)
}
