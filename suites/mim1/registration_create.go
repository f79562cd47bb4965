package mim1

import (
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// registrationCreate checks the registration of context sources (5.9.2, 6.8.3.1).
func registrationCreate() []Check {
	return stated("5.9.2.4", []Check{
		{
			ID:    "mim1.registration.create.created",
			Title: "A valid registration is created with 201 and can be retrieved", TestPurposes: []string{"033_01"},
			Fault: "registration.create.swallowed",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				id := register(t, aRegistration(t, kind, nowhere))
				g := registration(t, id)
				t.Expect(g).To(haveMembers(ngsild.Object{"id": id, "type": "ContextSourceRegistration", "endpoint": nowhere}))
				t.Expect(entityOf(g)["type"]).To(gomega.Or(gomega.Equal(any(kind)), gomega.Equal(any([]any{kind}))))
			},
		},
		{
			ID:    "mim1.registration.create.location",
			Title: "The answer to a registration names its resource in the Location header", TestPurposes: []string{"033_01"},
			Clause: cim009 + "6.8.3.1", Fault: "registration.create.no-location",
			Hint: "Location is lost in a gateway, or names the collection instead of the registration",
			Body: func(t *T) {
				g := aRegistration(t, t.Name("Nothing"), nowhere)
				r := t.POST(registrations, JSON(g))
				t.Require(r).To(HaveStatus(201))
				t.Expect(r).To(HaveHeader("Location", gomega.WithTransform(pathFrom(r), gomega.HaveSuffix(registrations+"/"+g["id"].(string)))),
					"relative or absolute, it is the path of the created registration")
			},
		},
		{
			ID:     "mim1.registration.create.noBody",
			Title:  "The answer to a registration has no body",
			Clause: cim009 + "6.8.3.1", Level: Extended, Fault: "registration.create.echoes-body",
			Body: func(t *T) {
				r := t.POST(registrations, JSON(aRegistration(t, t.Name("Nothing"), nowhere)))
				t.Require(r).To(HaveStatus(201))
				t.Expect(strings.TrimSpace(string(r.Body))).To(gomega.BeEmpty(), "the table of answers foresees no data in it")
			},
		},
		{
			ID:    "mim1.registration.create.withoutId",
			Title: "A registration without id gets one from the platform, a URI that Location leads to", TestPurposes: []string{"033_11"},
			Clause: cim009 + "5.2.9", Fault: "registration.create.wants-id",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				r := t.POST(registrations, JSON(aRegistration(t, kind, nowhere, lacking("id"))))
				t.Require(r).To(HaveStatus(201))
				id := located(t, r, registrations)
				g := registration(t, id)
				t.Expect(g["id"]).To(gomega.And(beURI(), gomega.Equal(id)))
				t.Expect(texts(entityOf(g)["type"])).To(gomega.ConsistOf(kind))
			},
		},
		{
			ID:           "mim1.registration.create.exists",
			Title:        "A registration whose id is taken is refused with 409 AlreadyExists and leaves the registration alone",
			Requirements: sourceErrors, TestPurposes: []string{"033_03"},
			Fault: "registration.create.overwrites",
			Body: func(t *T) {
				id := idle(t)
				other := aRegistration(t, t.Name("Nothing"), nowhere+"/second", having("id", id))
				t.Expect(t.POST(registrations, JSON(other))).To(BeProblem(409, ngsild.AlreadyExists))
				t.Expect(registration(t, id)["endpoint"]).To(gomega.Equal(nowhere), "a refused request changes nothing")
			},
		},
		{
			ID:     "mim1.registration.create.described",
			Title:  "A registration keeps what it says of itself: name, description and end",
			Clause: cim009 + "5.2.9", Fault: "registration.create.description-lost",
			Body: func(t *T) {
				until := t.Now().Add(48 * time.Hour).Truncate(time.Second)
				g := registration(t, idle(t, having("registrationName", "sensors", "description", "the sensors of the harbour", "expiresAt", until.Format(time.RFC3339))))
				t.Expect(g).To(haveMembers(ngsild.Object{"registrationName": "sensors", "description": "the sensors of the harbour"}))
				end, err := instant(g["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt is a DateTime (4.6.3)")
				t.Expect(end).To(gomega.BeTemporally("==", until))
			},
		},
		{
			ID:     "mim1.registration.create.properties",
			Title:  "A registration keeps the names of the properties that the source has",
			Clause: cim009 + "5.2.10", Fault: "registration.create.properties-lost",
			Body: func(t *T) {
				level, depth := t.Name("level"), t.Name("depth")
				kind := t.Name("Nothing")
				g := registration(t, idle(t, informing(informationOf(ngsild.Object{"type": kind}, level, depth))))
				t.Expect(texts(infoOf(g)["propertyNames"])).To(gomega.ConsistOf(level, depth))
			},
		},
		{
			ID:     "mim1.registration.create.relationships",
			Title:  "A registration keeps the names of the relationships that the source has",
			Clause: cim009 + "5.2.10", Fault: "registration.create.relationships-lost",
			Body: func(t *T) {
				place := t.Name("place")
				g := registration(t, idle(t, informing(ngsild.Object{
					"entities": []any{ngsild.Object{"type": t.Name("Nothing")}}, "relationshipNames": []any{place}})))
				t.Expect(texts(infoOf(g)["relationshipNames"])).To(gomega.ConsistOf(place))
			},
		},
		{
			ID:     "mim1.registration.create.entityId",
			Title:  "A registration for one entity keeps that entity's id",
			Clause: cim009 + "5.2.8", Requirements: lookup, Fault: "registration.create.entity-id-lost",
			Body: func(t *T) {
				one := t.URN("Nothing")
				g := registration(t, idle(t, informing(informationOf(ngsild.Object{"id": one, "type": t.Name("Nothing")}))))
				t.Expect(entityOf(g)["id"]).To(gomega.Equal(one))
			},
		},
		{
			ID:     "mim1.registration.create.idPattern",
			Title:  "A registration for entities by a pattern of their ids keeps the pattern",
			Clause: cim009 + "5.2.8", Fault: "registration.create.pattern-lost",
			Body: func(t *T) {
				pattern := t.URN("Nothing") + ".*"
				g := registration(t, idle(t, informing(informationOf(ngsild.Object{"idPattern": pattern, "type": t.Name("Nothing")}))))
				t.Expect(entityOf(g)["idPattern"]).To(gomega.Equal(pattern))
			},
		},
		{
			ID:     "mim1.registration.create.severalInformation",
			Title:  "A registration keeps every item of its information",
			Clause: cim009 + "5.2.9", Fault: "registration.create.first-information-only",
			Body: func(t *T) {
				one, two := t.Name("Nothing"), t.Name("Nowhere")
				g := registration(t, idle(t, informing(informationOf(ngsild.Object{"type": one}), informationOf(ngsild.Object{"type": two}))))
				var kinds []string
				for _, info := range instances(g, "information") {
					for _, e := range instances(info, "entities") {
						kinds = append(kinds, texts(e["type"])...)
					}
				}
				t.Expect(kinds).To(gomega.ConsistOf(one, two))
			},
		},
		{
			ID:     "mim1.registration.create.sourceLocation",
			Title:  "A registration keeps the location for which the source has information",
			Clause: cim009 + "5.2.9", Fault: "registration.create.location-lost",
			Body: func(t *T) {
				g := registration(t, idle(t, having("location", ngsild.Point(10.2, 56.15))))
				place := memberOf(g, "location")
				if inner, ok := place["value"].(ngsild.Object); ok {
					place = inner // as a GeoProperty
				}
				t.Expect(place).To(haveMembers(ngsild.Object{"type": "Point", "coordinates": []any{10.2, 56.15}}))
			},
		},
		{
			ID:     "mim1.registration.create.observationInterval",
			Title:  "A registration of a source of the past keeps the interval of which it has information",
			Clause: cim009 + "5.2.11", Fault: "registration.create.interval-lost",
			Body: func(t *T) {
				g := registration(t, idle(t, having("observationInterval", ngsild.Object{"startAt": "2020-01-01T00:00:00Z", "endAt": "2022-01-01T00:00:00Z"})))
				interval := memberOf(g, "observationInterval")
				for member, want := range InOrder(map[string]int{"startAt": 2020, "endAt": 2022}) {
					at, err := instant(interval[member])
					t.Require(err).To(gomega.Succeed(), "observationInterval has %s, a DateTime", member)
					t.Expect(at).To(gomega.BeTemporally("==", time.Date(want, 1, 1, 0, 0, 0, 0, time.UTC)), "%s of observationInterval", member)
				}
			},
		},
		{
			ID:     "mim1.registration.create.modes",
			Title:  "A source can be registered in each mode, and the registration keeps it",
			Clause: cim009 + "4.3.6", TestPurposes: []string{"033_01"}, Since: "1.6.1",
			Fault: "registration.create.mode-lost",
			Body: func(t *T) {
				for _, mode := range []string{"inclusive", "auxiliary", "redirect", "exclusive"} {
					one := ngsild.Object{"id": t.URN("Nothing"), "type": t.Name("Nothing")}
					g := registration(t, idle(t, inMode(mode), informing(informationOf(one, t.Name("level")))))
					t.Expect(g["mode"]).To(gomega.Equal(mode))
				}
			},
		},
		{
			ID:     "mim1.registration.create.modeByDefault",
			Title:  "A registration without mode is inclusive: if it shows a mode, then that one",
			Clause: cim009 + "5.2.9", TestPurposes: []string{"033_01"}, Since: "1.6.1",
			Fault: "registration.create.exclusive-by-default",
			Body: func(t *T) {
				t.Expect(registration(t, idle(t))["mode"]).To(gomega.Or(gomega.BeNil(), gomega.Equal("inclusive")))
			},
		},
		{
			ID:     "mim1.registration.create.operations",
			Title:  "A registration keeps the operations that the source offers",
			Clause: cim009 + "4.20", TestPurposes: []string{"033_01"}, Since: "1.6.1",
			Fault: "registration.create.operations-lost",
			Body: func(t *T) {
				one := ngsild.Object{"id": t.URN("Nothing"), "type": t.Name("Nothing")} // by its id, so that no other check's updates are handed on to it
				g := registration(t, idle(t, offering("retrieveEntity", "updateOps"), informing(informationOf(one))))
				t.Expect(texts(g["operations"])).To(gomega.ConsistOf("retrieveEntity", "updateOps"))
			},
		},
		{
			ID:     "mim1.registration.create.contextSourceInfo",
			Title:  "A registration keeps the pairs of key and value that are to be sent to the source",
			Clause: cim009 + "5.2.9", Since: "1.5.1", Fault: "registration.create.info-lost",
			Body: func(t *T) {
				g := registration(t, idle(t, having("contextSourceInfo", []any{ngsild.Object{"key": "x-purpose", "value": "conformance"}})))
				t.Expect(memberOf(g, "contextSourceInfo")).To(haveMembers(ngsild.Object{"key": "x-purpose", "value": "conformance"}))
			},
		},
		{
			ID:           "mim1.registration.create.unsupportedMedia",
			Title:        "A registration that is neither JSON nor JSON-LD by its Content-Type is refused with 415",
			Requirements: sourceErrors, Clause: cim009 + "6.3.4",
			Fault: "registration.create.any-content-type",
			Body: func(t *T) {
				g := aRegistration(t, t.Name("Nothing"), nowhere)
				t.Expect(t.POST(registrations, JSON(g), Header("Content-Type", "text/plain"))).To(HaveStatus(415))
				noRegistration(t, g["id"].(string))
			},
		},
		{
			ID:           "mim1.registration.create.notJson",
			Title:        "A registration that is not JSON is refused with 400 InvalidRequest",
			Requirements: sourceErrors, Clause: cim009 + "5.5.4",
			Fault: "registration.create.syntax-error-as-bad-data",
			Body: func(t *T) {
				t.Expect(t.POST(registrations, notJSON(t.URN("ContextSourceRegistration")))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
	})
}

// invalidRegistration is a registration that no platform may create.
type invalidRegistration struct {
	name, title string
	clause      string
	purposes    []string
	since       string
	level       Level
	edits       func(t *T) []edit
}

func invalidRegistrations() []invalidRegistration {
	fixed := func(edits ...edit) func(*T) []edit { return func(*T) []edit { return edits } }
	about := func(e func(t *T) ngsild.Object, properties ...any) func(*T) []edit {
		return func(t *T) []edit { return []edit{informing(informationOf(e(t), properties...))} }
	}
	one := func(t *T) ngsild.Object { return ngsild.Object{"id": t.URN("Nothing"), "type": t.Name("Nothing")} }
	return []invalidRegistration{
		{name: "typeMissing", title: "without type", clause: "5.2.9", purposes: []string{"033_02"}, edits: fixed(lacking("type"))},
		{name: "typeWrong", title: "whose type is not ContextSourceRegistration", clause: "5.2.9", purposes: []string{"033_10"}, edits: fixed(having("type", "Subscription"))},
		{name: "idNoUri", title: "whose id is no URI", clause: "5.9.2.4",
			edits: func(t *T) []edit { return []edit{having("id", t.Name("registration"))} }},
		{name: "endpointMissing", title: "without endpoint", clause: "5.2.9", purposes: []string{"033_10"}, edits: fixed(lacking("endpoint"))},
		{name: "endpointNoUri", title: "whose endpoint is no URI", clause: "5.2.9", edits: fixed(having("endpoint", "the source"))},
		{name: "informationMissing", title: "without information", clause: "5.2.9", purposes: []string{"033_02"},
			edits: func(t *T) []edit { return []edit{lacking("information"), having("description", t.Name("nothing"))} }},
		{name: "informationEmpty", title: "whose information is an empty list", clause: "5.2.9",
			edits: func(t *T) []edit { return []edit{informing(), having("description", t.Name("nothing"))} }},
		{name: "entityTypeMissing", title: "for entities of no type", clause: "5.2.8",
			edits: about(func(t *T) ngsild.Object { return ngsild.Object{"id": t.URN("Nothing")} })},
		{name: "entityIdNoUri", title: "for an entity whose id is no URI", clause: "5.2.8",
			edits: about(func(t *T) ngsild.Object { return ngsild.Object{"id": t.Name("nothing"), "type": t.Name("Nothing")} })},
		{name: "propertiesEmpty", title: "whose list of property names is empty", clause: "5.2.10", level: Extended,
			edits: func(t *T) []edit {
				return []edit{informing(with(informationOf(one(t)), "propertyNames", []any{}))}
			}},
		{name: "relationshipsEmpty", title: "whose list of relationship names is empty", clause: "5.2.10", level: Extended,
			edits: func(t *T) []edit {
				return []edit{informing(with(informationOf(one(t)), "relationshipNames", []any{}))}
			}},
		{name: "entitiesEmpty", title: "whose list of entities is empty", clause: "5.2.10",
			edits: func(t *T) []edit {
				return []edit{informing(ngsild.Object{"entities": []any{}, "propertyNames": []any{t.Name("level")}})}
			}},
		{name: "intervalNoTime", title: "whose interval of observation begins at what is no DateTime", clause: "5.2.11, 4.6.3",
			edits: fixed(having("observationInterval", ngsild.Object{"startAt": "yesterday"}))},
		{name: "intervalEndNoTime", title: "whose interval of observation ends at what is no DateTime", clause: "5.2.11, 4.6.3",
			edits: fixed(having("observationInterval", ngsild.Object{"startAt": "2020-01-01T00:00:00Z", "endAt": "tomorrow"}))},
		{name: "managementOpen", title: "whose interval of management has no beginning", clause: "5.2.11",
			edits: fixed(having("managementInterval", ngsild.Object{"endAt": "2022-01-01T00:00:00Z"}))},
		{name: "expiresPast", title: "that ended in the past", clause: "5.9.2.4", since: "1.4.1", edits: fixed(having("expiresAt", "2020-01-01T00:00:00Z"))},
		{name: "datasetNoUri", title: "whose datasetId has what is neither a URI nor @none", clause: "5.2.9", since: "1.8.1", level: Extended,
			edits: fixed(having("datasetId", []any{"the first one"}))},
		{name: "aliasEmpty", title: "whose contextSourceAlias is empty", clause: "5.2.9", since: "1.8.1", level: Extended, edits: fixed(having("contextSourceAlias", ""))},
		{name: "descriptionEmpty", title: "whose description is empty", clause: "5.2.9", since: "1.8.1", level: Extended, edits: fixed(having("description", ""))},
		{name: "nameEmpty", title: "whose registrationName is empty", clause: "5.2.9", since: "1.8.1", level: Extended, edits: fixed(having("registrationName", ""))},
		{name: "rateNoDuration", title: "whose refreshRate is no duration", clause: "5.2.9", since: "1.8.1", level: Extended, edits: fixed(having("refreshRate", "daily"))},
		{name: "managementNoObject", title: "whose management is no object", clause: "5.2.9, 5.2.34", since: "1.8.1", level: Extended, edits: fixed(having("management", "local"))},
		{name: "localNoBoolean", title: "whose management has a localOnly that is neither true nor false", clause: "5.2.34", since: "1.8.1", level: Extended,
			edits: fixed(having("management", ngsild.Object{"localOnly": "sometimes"}))},
		{name: "timeoutZero", title: "whose management has a timeout that is not greater than 0", clause: "5.2.34", since: "1.8.1", level: Extended,
			edits: fixed(having("management", ngsild.Object{"timeout": 0}))},
		{name: "cooldownZero", title: "whose management has a cooldown that is not greater than 0", clause: "5.2.34", since: "1.8.1", level: Extended,
			edits: fixed(having("management", ngsild.Object{"cooldown": 0}))},
		{name: "cacheNoDuration", title: "whose management has a cacheDuration that is no duration", clause: "5.2.34", since: "1.8.1", level: Extended,
			edits: fixed(having("management", ngsild.Object{"cacheDuration": "long"}))},
		{name: "intervalOpen", title: "whose interval of observation has no beginning", clause: "5.2.11",
			edits: fixed(having("observationInterval", ngsild.Object{"endAt": "2022-01-01T00:00:00Z"}))},
		{name: "expiresNoTime", title: "whose end is no DateTime", clause: "4.6.3", edits: fixed(having("expiresAt", "tomorrow"))},
		{name: "locationNoGeometry", title: "whose location is no geometry", clause: "5.2.9",
			edits: fixed(having("location", ngsild.Object{"type": "Point"}))},
		{name: "infoNoPairs", title: "whose contextSourceInfo is no list of keys and values", clause: "5.2.22", since: "1.5.1", level: Extended,
			edits: fixed(having("contextSourceInfo", []any{"x-purpose"}))},
		{name: "infoAccept", title: "in whose contextSourceInfo accept is neither JSON nor JSON-LD", clause: "5.9.2.4, 4.3.6.6", since: "1.8.1", edits: fixed(telling("accept", "text/html"))},
		{name: "infoContentType", title: "in whose contextSourceInfo contentType is neither JSON nor JSON-LD", clause: "5.9.2.4, 4.3.6.6", since: "1.8.1", edits: fixed(telling("contentType", "text/html"))},
		{name: "infoContext", title: "in whose contextSourceInfo jsonldContext is no URL", clause: "5.9.2.4, 4.3.6.6", since: "1.8.1", edits: fixed(telling("jsonldContext", "no URL"))},
		{name: "infoConformance", title: "in whose contextSourceInfo ngsildConformance is no version", clause: "5.9.2.4, 4.3.6.6", since: "1.9.1", edits: fixed(telling("ngsildConformance", "latest"))},
		{name: "modeUnknown", title: "with an unknown mode", clause: "5.2.9", since: "1.6.1", edits: fixed(having("mode", "sometimes"))},
		{name: "operationUnknown", title: "with an operation that the specification does not have", clause: "4.20", since: "1.6.1",
			edits: fixed(offering("retrieveEntity", "flyEntity"))},
		{name: "exclusiveOfType", title: "in exclusive mode that names no entity by its id", clause: "4.3.6.3", since: "1.6.1",
			edits: func(t *T) []edit {
				return []edit{having("mode", "exclusive"), informing(informationOf(ngsild.Object{"type": t.Name("Nothing")}, t.Name("level")))}
			}},
		{name: "exclusiveOfPattern", title: "in exclusive mode that names entities by a pattern", clause: "4.3.6.3", since: "1.6.1",
			edits: func(t *T) []edit {
				return []edit{having("mode", "exclusive"), informing(informationOf(
					ngsild.Object{"idPattern": t.URN("Nothing") + ".*", "type": t.Name("Nothing")}, t.Name("level")))}
			}},
		{name: "exclusiveOfAll", title: "in exclusive mode that names no attributes", clause: "4.3.6.3", since: "1.6.1",
			edits: func(t *T) []edit { return []edit{having("mode", "exclusive"), informing(informationOf(one(t)))} }},
		{name: "auxiliaryWrites", title: "in auxiliary mode whose source is offered for updates", clause: "4.3.6.2", since: "1.6.1",
			edits: fixed(having("mode", "auxiliary"), offering("updateOps"))},
	}
}

// registrationRefusals checks that registrations that are not valid are refused with
// 400 BadRequestData (5.5.4, 5.9.2.4).
func registrationRefusals() []Check {
	var checks []Check
	for _, g := range invalidRegistrations() {
		checks = append(checks, Check{
			ID:           "mim1.registration.refusal." + g.name,
			Title:        "A registration " + g.title + " is refused with 400 BadRequestData",
			Requirements: sourceErrors, Clause: cim009 + g.clause, TestPurposes: g.purposes,
			Level: g.level, Since: g.since, Fault: "registration.takes-" + g.name,
			Hint: "the member is dropped or repaired instead of being refused, so that other operations are forwarded than was meant",
			Body: func(t *T) {
				invalid := aRegistration(t, t.Name("Nothing"), nowhere, g.edits(t)...)
				t.Expect(t.POST(registrations, JSON(invalid))).To(beBadData())
			},
		})
	}
	return checks
}

// beConflict matches the refusal of what a registration or an entity stands against.
// The specification names the error Conflict, but no status for it in its table; 409
// is what the name says.
func beConflict() gomega.OmegaMatcher { return BeProblem(409, ngsild.Conflict, ngsild.AlreadyExists) }

// registrationConflicts checks which registrations exclude one another (4.3.6, 5.9.2.4).
func registrationConflicts() []Check {
	// proxied describes a registration of the mode for the entity's attributes.
	proxied := func(t *T, mode, id, kind string, attributes ...any) ngsild.Object {
		return aRegistration(t, kind, nowhere, inMode(mode), informing(informationOf(ngsild.Object{"id": id, "type": kind}, attributes...)))
	}
	checks := stated("5.9.2.4", []Check{
		{
			ID:    "mim1.registration.conflict.exclusive",
			Title: "A second exclusive registration for the same attribute of the same entity is refused with 409",
			Fault: "registration.conflict.none", Requirements: sourceErrors,
			Body: func(t *T) {
				id, kind, level := t.URN("Nothing"), t.Name("Nothing"), t.Name("level")
				register(t, proxied(t, "exclusive", id, kind, level))
				second := proxied(t, "exclusive", id, kind, level, t.Name("depth"))
				t.Expect(t.POST(registrations, JSON(second))).To(beConflict())
				noRegistration(t, second["id"].(string))
			},
		},
		{
			ID:    "mim1.registration.conflict.exclusiveAfterRedirect",
			Title: "An exclusive registration for what another one redirects is refused with 409",
			Fault: "registration.conflict.none", Requirements: sourceErrors,
			Body: func(t *T) {
				id, kind, level := t.URN("Nothing"), t.Name("Nothing"), t.Name("level")
				register(t, proxied(t, "redirect", id, kind, level))
				t.Expect(t.POST(registrations, JSON(proxied(t, "exclusive", id, kind, level)))).To(beConflict())
			},
		},
		{
			ID:    "mim1.registration.conflict.otherAttribute",
			Title: "Exclusive registrations for different attributes of one entity stand side by side",
			Fault: "registration.conflict.by-entity",
			Body: func(t *T) {
				id, kind := t.URN("Nothing"), t.Name("Nothing")
				register(t, proxied(t, "exclusive", id, kind, t.Name("level")))
				t.Expect(t.POST(registrations, JSON(proxied(t, "exclusive", id, kind, t.Name("depth"))))).To(HaveStatus(201))
			},
		},
		{
			ID:    "mim1.registration.conflict.twoRedirects",
			Title: "Several registrations may redirect the same entities", Clause: cim009 + "4.3.6.3",
			Fault: "registration.conflict.by-entity",
			Body: func(t *T) {
				id, kind := t.URN("Nothing"), t.Name("Nothing")
				register(t, proxied(t, "redirect", id, kind))
				t.Expect(t.POST(registrations, JSON(proxied(t, "redirect", id, kind)))).To(HaveStatus(201))
			},
		},
		{
			ID:    "mim1.registration.conflict.auxiliary",
			Title: "An auxiliary registration is always accepted", Clause: cim009 + "4.3.6.2",
			Fault: "registration.conflict.by-entity",
			Body: func(t *T) {
				id, kind, level := t.URN("Nothing"), t.Name("Nothing"), t.Name("level")
				register(t, proxied(t, "exclusive", id, kind, level))
				t.Expect(t.POST(registrations, JSON(proxied(t, "auxiliary", id, kind, level)))).To(HaveStatus(201), "there can never be a conflict")
			},
		},
		{
			ID:    "mim1.registration.conflict.existingAttribute",
			Title: "An exclusive registration for an attribute that the platform itself has of the entity is refused with 409",
			Since: "1.9.1", Fault: "registration.conflict.ignores-entities", Requirements: sourceErrors,
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.POST(registrations, JSON(proxied(t, "exclusive", s.id, s.kind, s.level)))).To(beConflict())
			},
		},
		{
			ID:    "mim1.registration.conflict.existingEntity",
			Title: "A registration that would redirect an entity that the platform itself has is refused with 409",
			Since: "1.9.1", Fault: "registration.conflict.ignores-entities", Requirements: sourceErrors,
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.POST(registrations, JSON(proxied(t, "redirect", s.id, s.kind)))).To(beConflict())
			},
		},
	})
	for i := range checks {
		if checks[i].Since == "" {
			checks[i].Since = "1.6.1"
		}
	}
	return checks
}

// registrationContexts checks how the @context gives the names in a registration their
// meaning (5.5.7, 6.3.5).
func registrationContexts() []Check {
	described := func(t *T, v vocabulary) ngsild.Object {
		return aRegistration(t, v.kind, nowhere, informing(informationOf(ngsild.Object{"type": v.kind}, v.level)))
	}
	named := func(t *T, g ngsild.Object, kind, level string) {
		t.Expect(texts(entityOf(g)["type"])).To(gomega.ConsistOf(kind))
		t.Expect(texts(infoOf(g)["propertyNames"])).To(gomega.ConsistOf(level))
	}
	return stated("6.3.5", []Check{
		{
			ID:    "mim1.registration.context.inBody",
			Title: "The @context in a registration's body gives its names their meaning", TestPurposes: []string{"033_07", "036_03"},
			Requirements: structured, Fault: "registration.context.ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				g := described(t, v)
				t.Require(t.POST(registrations, inlined(), JSONLD(ngsild.InContext(g, v.context())))).To(HaveStatus(201))
				named(t, registration(t, g["id"].(string), coreOnly()), v.kindIRI, v.levelIRI)
			},
		},
		{
			ID:    "mim1.registration.context.link",
			Title: "The @context of a Link header gives the names in a registration their meaning, and shows them by its terms",
			Needs: notifies, TestPurposes: []string{"033_04", "033_07", "036_04"},
			Requirements: structured, Fault: "registration.context.ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := register(t, described(t, v), v.linked(t))
				named(t, registration(t, id, coreOnly()), v.kindIRI, v.levelIRI)
				named(t, registration(t, id, v.linked(t)), v.kind, v.level)
			},
		},
		{
			ID:    "mim1.registration.context.byDefault",
			Title: "Without a user @context, the names in a registration are of the default vocabulary", TestPurposes: []string{"033_05", "036_03"},
			Requirements: structured, Clause: cim009 + "5.5.7", Fault: "registration.context.no-default",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				g := aRegistration(t, kind, nowhere)
				t.Require(t.POST(registrations, coreOnly(), JSON(g))).To(HaveStatus(201))
				c := sourcesIn(map[string]string{"registered": g["id"].(string)})
				c.expect(t, both(coreOnly(), Query("type", ngsild.DefaultVocab+kind)), "registered")
			},
		},
		{
			ID:    "mim1.registration.context.jsonWithMember",
			Title: "A registration of application/json that holds an @context is refused with 400 BadRequestData", TestPurposes: []string{"033_06"},
			Requirements: sourceErrors, Fault: "registration.context.mixes",
			Body: func(t *T) {
				g := ngsild.InContext(aRegistration(t, t.Name("Nothing"), nowhere), ngsild.CoreContextURL)
				t.Expect(t.POST(registrations, JSON(g))).To(beBadData())
			},
		},
		{
			ID:    "mim1.registration.context.jsonLdWithoutMember",
			Title: "A registration of application/ld+json that holds no @context is refused with 400 BadRequestData", TestPurposes: []string{"033_08"},
			Requirements: sourceErrors, Fault: "registration.context.mixes",
			Body: func(t *T) {
				t.Expect(t.POST(registrations, inlined(), JSONLD(aRegistration(t, t.Name("Nothing"), nowhere)))).To(beBadData())
			},
		},
		{
			ID:    "mim1.registration.context.jsonLdWithLink",
			Title: "A registration of application/ld+json with an @context in a Link header is refused with 400 BadRequestData", TestPurposes: []string{"033_09"},
			Requirements: sourceErrors, Fault: "registration.context.mixes",
			Body: func(t *T) {
				g := ngsild.InContext(aRegistration(t, t.Name("Nothing"), nowhere), ngsild.CoreContextURL)
				t.Expect(t.POST(registrations, JSONLD(g), Header("Link", ngsild.ContextLink(ngsild.CoreContextURL)))).To(beBadData())
			},
		},
	})
}
