package mim1

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

func entityCreate() []Check {
	checks := []Check{
		{
			ID:           "mim1.entity.create.created",
			Title:        "A valid entity is created with 201 and can be retrieved with all its attributes",
			Requirements: access, Clause: cim009 + "5.6.1.4", TestPurposes: []string{"001_01"},
			Level: Core, Needs: writes, Fault: "entity.create.at-most-eight-attributes",
			Hint: "the entity is acknowledged before it is stored, or stored where a read does not look (another tenant, a replica behind)",
			Body: func(t *T) {
				s, e := aSensor(t)
				var more []string
				for i := range 10 {
					more = append(more, t.Name("more"))
					e[more[i]] = ngsild.Property(i)
				}
				t.Require(t.POST(entities, JSON(e))).To(HaveStatus(201))
				s.hasOnlyLevel(t, levelAtFirst())
				got := read(t, s.id)
				for i, name := range more {
					t.Expect(got).To(haveAttribute(name, ngsild.Property(i)))
				}
			},
		},
		{
			ID:           "mim1.entity.create.location",
			Title:        "The answer to a creation names the new entity's resource in its Location header",
			Requirements: access, Clause: cim009 + "6.4.3.1", TestPurposes: []string{"001_01"},
			Level: Core, Needs: writes, Fault: "entity.create.no-location",
			Hint: "Location is lost in a gateway, or names the collection instead of the entity",
			Body: func(t *T) {
				s, e := aSensor(t)
				r := t.POST(entities, JSON(e))
				t.Require(r).To(HaveStatus(201))
				t.Expect(r).To(HaveHeader("Location", gomega.WithTransform(pathFrom(r), gomega.HaveSuffix(entities+"/"+s.id))),
					"relative or absolute, it is the path of the created entity")
			},
		},
		{
			ID:           "mim1.entity.create.noBody",
			Title:        "The answer to a creation has no body",
			Requirements: access, Clause: cim009 + "6.4.3.1",
			Level: Extended, Needs: writes, Fault: "entity.create.echoes-body",
			Body: func(t *T) {
				_, e := aSensor(t)
				r := t.POST(entities, JSON(e))
				t.Require(r).To(HaveStatus(201))
				t.Expect(strings.TrimSpace(string(r.Body))).To(gomega.BeEmpty(), "the table of answers foresees no data in it")
			},
		},
		{
			ID:           "mim1.entity.create.onlyTypeAndId",
			Title:        "An entity without any attribute can be created",
			Requirements: access, Clause: cim009 + "5.2.4", TestPurposes: []string{"001_01"},
			Level: Core, Needs: writes, Fault: "entity.create.wants-attributes",
			Body: func(t *T) {
				id, kind := t.URN("Sensor"), t.Name("Sensor")
				create(t, ngsild.Entity(id, kind))
				e := read(t, id)
				t.Expect(e).To(haveMembers(ngsild.Object{"id": id}))
				t.Expect(e).To(haveTypes(kind))
				t.Expect(attributesOf(e)).To(gomega.BeEmpty())
			},
		},
		{
			ID:           "mim1.entity.create.exists",
			Title:        "Creating an entity whose id is taken is refused with 409 AlreadyExists and leaves the entity alone",
			Requirements: access, Clause: cim009 + "5.6.1.4", TestPurposes: []string{"001_03"},
			Level: Core, Needs: writes, Fault: "entity.create.overwrites",
			Hint: "creation is implemented as an upsert",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.POST(entities, JSON(ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(99))))
				t.Expect(r).To(BeProblem(409, ngsild.AlreadyExists))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.entity.create.values",
			Title:        "Property values of every JSON type come back as they were sent",
			Requirements: structured, Clause: cim009 + "4.5.2.2",
			Level: Core, Needs: writes, Fault: "attribute.text-beyond-latin-lost",
			Body: func(t *T) {
				values := map[string]any{
					t.Name("text"):   "Straße 5 – 日本",
					t.Name("whole"):  1234567,
					t.Name("part"):   -0.5,
					t.Name("truth"):  false,
					t.Name("object"): ngsild.Object{t.Name("inner"): ngsild.Object{t.Name("depth"): 2}, t.Name("also"): "yes"},
				}
				e := ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"))
				for name, value := range values {
					e[name] = ngsild.Property(value)
				}
				list := t.Name("list")
				e[list] = ngsild.Property([]any{3, 1, 2})
				got := read(t, create(t, e))
				for _, name := range slices.Sorted(maps.Keys(values)) {
					t.Expect(got).To(haveAttribute(name, ngsild.Property(values[name])))
				}
				t.Expect(normal(instance(got, list, "")["value"])).To(gomega.ConsistOf(3.0, 1.0, 2.0),
					"all items are kept; their order is promised of a ListProperty only")
			},
		},
		{
			ID:           "mim1.entity.create.relationship",
			Title:        "A Relationship keeps its object",
			Requirements: structured, Clause: cim009 + "4.5.3.2", TestPurposes: []string{"001_01"},
			Level: Core, Needs: writes, Fault: "attribute.object-fragment-lost",
			Body: roundTrip("owner", func(t *T) ngsild.Object {
				return ngsild.Relationship("https://city.example/people/" + t.Name("jane") + "?role=owner#me")
			}),
		},
		{
			ID:           "mim1.entity.create.geoProperty",
			Title:        "A GeoProperty keeps its GeoJSON geometry",
			Requirements: structured, Clause: cim009 + "4.7.1", TestPurposes: []string{"001_12", "001_13"},
			Level: Core, Needs: writes, Fault: "attribute.geometry-axes-swapped",
			Hint: "GeoJSON has longitude before latitude",
			Body: roundTrip("area", func(*T) ngsild.Object {
				return ngsild.GeoProperty(ngsild.Object{"type": "Polygon", "coordinates": []any{[]any{
					[]any{10.19, 56.14}, []any{10.22, 56.14}, []any{10.22, 56.17}, []any{10.19, 56.14}}}})
			}),
		},
		{
			ID:           "mim1.entity.create.languageProperty",
			Title:        "A LanguageProperty keeps all its languages",
			Requirements: structured, Clause: cim009 + "4.5.18.2", TestPurposes: []string{"001_10"}, Since: "1.4.1",
			Level: Core, Needs: writes, Fault: "attribute.one-language-only",
			Body: roundTrip("street", func(*T) ngsild.Object {
				return ngsild.LanguageProperty(ngsild.Object{"en": "Grand Place", "fr": "Grand-Place", "nl": "Grote Markt"})
			}),
		},
		{
			ID:           "mim1.entity.create.vocabProperty",
			Title:        "A VocabProperty keeps its term",
			Requirements: structured, Clause: cim009 + "4.5.20.2", TestPurposes: []string{"001_15"}, Since: "1.7.1",
			Level: Core, Needs: writes, Fault: "attribute.vocab-property-lost",
			Body: roundTrip("category", func(t *T) ngsild.Object {
				return ngsild.Object{"type": "VocabProperty", "vocab": t.Name("nonCommercial")}
			}),
		},
		{
			ID:           "mim1.entity.create.jsonProperty",
			Title:        "A JsonProperty keeps its JSON untouched",
			Requirements: structured, Clause: cim009 + "4.5.24.2", TestPurposes: []string{"001_14"}, Since: "1.8.1",
			Level: Core, Needs: writes, Fault: "attribute.json-property-lost",
			Body: roundTrip("raw", func(*T) ngsild.Object {
				return ngsild.Object{"type": "JsonProperty", "json": ngsild.Object{"id": "x", "type": 7, "nested": []any{true, ngsild.Object{"a": "b"}}}}
			}),
		},
		{
			ID:           "mim1.entity.create.listProperty",
			Title:        "A ListProperty keeps its items, their order and their repetitions",
			Requirements: structured, Clause: cim009 + "4.5.21.2", Since: "1.8.1",
			Level: Core, Needs: writes, Fault: "attribute.list-property-as-set",
			Body: roundTrip("route", func(*T) ngsild.Object {
				return ngsild.Object{"type": "ListProperty", "valueList": []any{3, 1, 3, 2}}
			}),
		},
		{
			ID:           "mim1.entity.create.transient",
			Title:        "An entity is there until the time that its expiresAt says, and no longer",
			Requirements: access, Clause: cim009Later + "4.22", Since: "1.9.1",
			Level: Extended, Needs: writes, Fault: "entity.create.never-expires",
			Hint:  "the times compared are those of the platform's own clock, as its Date header tells it",
			Waits: true,
			Body: func(t *T) {
				stays := newSensor(t)
				r := t.GET(entityPath(stays.id))
				now, err := http.ParseTime(r.Header.Get("Date"))
				if err != nil {
					now = t.Now()
				}
				begun, left := t.Now(), 3*time.Second
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), "expiresAt", now.Add(left).UTC().Format(time.RFC3339)))
				if r = t.GET(entityPath(id)); t.Now().Sub(begun) < time.Second {
					t.Require(r).To(HaveStatus(200), "the entity is to be there for %v", left)
				}
				for r.Status == 200 && t.Now().Sub(begun) < 3*left {
					pause(t, 250*time.Millisecond)
					r = t.GET(entityPath(id))
				}
				t.Expect(r).To(BeProblem(404, ngsild.ResourceNotFound))
				t.Expect(t.GET(entityPath(stays.id))).To(HaveStatus(200), "an entity without expiresAt stays")
			},
		},
		{
			ID:           "mim1.entity.create.listRelationship",
			Title:        "A ListRelationship keeps its objects, their order and their repetitions",
			Requirements: structured, Clause: cim009 + "4.5.22.2", Since: "1.8.1",
			Level: Core, Needs: writes, Fault: "attribute.list-relationship-as-set",
			Body: func(t *T) {
				stops, first, second := t.Name("stops"), t.URN("Stop"), t.URN("Stop")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), stops, listRelationship(second, first, second)))
				t.Expect(objectsIn(read(t, id), stops)).To(gomega.Equal([]string{second, first, second}))
			},
		},
		{
			ID:           "mim1.entity.create.unitCode",
			Title:        "A Property keeps its unitCode",
			Requirements: structured, Clause: cim009 + "5.2.5", TestPurposes: []string{"001_01"},
			Level: Core, Needs: writes, Fault: "attribute.unit-code-rewritten",
			Body: roundTrip("speed", func(*T) ngsild.Object { return ngsild.Property(55, "unitCode", "KMH") }),
		},
		{
			ID:           "mim1.entity.create.observedAt",
			Title:        "An attribute keeps the instant of its observedAt",
			Requirements: structured, Clause: cim009 + "4.8",
			Level: Core, Needs: writes, Fault: "attribute.leap-day-lost",
			Body: roundTrip("speed", func(*T) ngsild.Object {
				return ngsild.Property(55, "observedAt", "2024-02-29T23:30:00Z")
			}),
		},
		{
			ID:           "mim1.entity.create.proof",
			Title:        "The ngsildproof of a Property keeps its entityIdSealed and entityTypeSealed, which are no Properties",
			Requirements: structured, Clause: cim009Later + "4.5.2.2", Since: "1.9.1",
			Level: Extended, Needs: writes, Fault: "attribute.proof-unsealed",
			Body: func(t *T) {
				s, e := aSensor(t)
				sealed := ngsild.Object{"type": "Property", "entityIdSealed": s.id, "entityTypeSealed": s.kind}
				proof := ngsild.Object{"type": "DataIntegrityProof", "created": "2025-01-27T21:02:24Z", "cryptosuite": "eddsa-rdfc-2022",
					"verificationMethod": "https://example.org/issuers/1#key", "proofPurpose": "assertionMethod", "proofValue": "z3XrH3diVCqpVHXkE7WbnictqyQCkJBGTx"}
				create(t, with(e, s.level, ngsild.Property(20, "ngsildproof", with(sealed, "value", proof))))
				// What is signed comes in terms of another vocabulary, which may be read and written anew.
				t.Expect(read(t, s.id)).To(haveAttribute(s.level, ngsild.Property(20, "ngsildproof", sealed)))
			},
		},
		{
			ID:           "mim1.entity.create.subAttributes",
			Title:        "Properties and Relationships of an attribute are kept",
			Requirements: structured, Clause: cim009 + "4.5.2.2", TestPurposes: []string{"001_01"},
			Level: Core, Needs: writes, Fault: "attribute.sub-attributes-lost",
			Body: func(t *T) {
				speed := t.Name("speed")
				want := ngsild.Property(55,
					t.Name("accuracy"), ngsild.Property(0.95, t.Name("method"), ngsild.Property("radar")),
					t.Name("source"), ngsild.Relationship(t.URN("Camera")))
				id := create(t, ngsild.Entity(t.URN("Vehicle"), t.Name("Vehicle"), speed, want))
				t.Expect(read(t, id)).To(haveAttribute(speed, want))
			},
		},
		{
			ID:           "mim1.entity.create.datasets",
			Title:        "Several instances of an attribute are kept apart by their datasetId",
			Requirements: structured, Clause: cim009 + "4.5.5.1", TestPurposes: []string{"001_01"},
			Level: Core, Needs: writes, Fault: "attribute.last-instance-only",
			Body: func(t *T) {
				speed, gps, radar := t.Name("speed"), t.URN("Dataset"), t.URN("Dataset")
				id := create(t, ngsild.Entity(t.URN("Vehicle"), t.Name("Vehicle"), speed, []any{
					ngsild.Property(55), ngsild.Property(54.5, "datasetId", gps), ngsild.Property(56, "datasetId", radar)}))
				e := read(t, id)
				t.Expect(instances(e, speed)).To(gomega.HaveLen(3))
				t.Expect(e).To(haveAttribute(speed, ngsild.Property(55)), "the default instance")
				t.Expect(e).To(haveAttribute(speed, ngsild.Property(54.5, "datasetId", gps)))
				t.Expect(e).To(haveAttribute(speed, ngsild.Property(56, "datasetId", radar)))
			},
		},
		{
			ID:           "mim1.entity.create.types",
			Title:        "An entity can have several types",
			Requirements: structured, Clause: cim009 + "4.16", Since: "1.5.1",
			Level: Core, Needs: writes, Fault: "entity.first-type-only",
			Body: func(t *T) {
				room, office := t.Name("Room"), t.Name("Office")
				e := ngsild.Entity(t.URN("Room"), room)
				e["type"] = []any{room, office}
				t.Expect(read(t, create(t, e))).To(haveTypes(room, office))
			},
		},
		{
			ID:           "mim1.entity.create.scope",
			Title:        "An entity keeps its scopes",
			Requirements: structured, Clause: cim009 + "4.18", TestPurposes: []string{"001_11"}, Since: "1.5.1",
			Level: Core, Needs: writes, Fault: "entity.first-scope-only",
			Body: func(t *T) {
				_, e := aSensor(t)
				e["scope"] = []any{"/Madrid/Gardens/ParqueNorte", "/CompanyA/UnitC"}
				t.Expect(read(t, create(t, e))).To(haveScopes("/Madrid/Gardens/ParqueNorte", "/CompanyA/UnitC"))
			},
		},
		{
			ID:           "mim1.entity.create.concise",
			Title:        "An entity in the concise representation is created as its normalised form says",
			Requirements: structured, Clause: cim009 + "4.5.1", Since: "1.6.1",
			Level: Core, Needs: writes, Fault: "entity.create.concise-refused",
			Body: func(t *T) {
				speed, owner, name, spot := t.Name("speed"), t.Name("owner"), t.Name("name"), t.Name("spot")
				person := t.URN("Person")
				id := create(t, ngsild.Entity(t.URN("Vehicle"), t.Name("Vehicle"),
					speed, ngsild.Object{"value": 55, "unitCode": "KMH"},
					owner, ngsild.Object{"object": person},
					name, "Old Bessie",
					spot, ngsild.Point(10.2, 56.15)))
				e := read(t, id)
				t.Expect(e).To(haveAttribute(speed, ngsild.Property(55, "unitCode", "KMH")))
				t.Expect(e).To(haveAttribute(owner, ngsild.Relationship(person)))
				t.Expect(e).To(haveAttribute(name, ngsild.Property("Old Bessie")))
				t.Expect(e).To(haveAttribute(spot, ngsild.GeoProperty(ngsild.Point(10.2, 56.15))))
			},
		},
		{
			ID:           "mim1.entity.create.timestampsIgnored",
			Title:        "createdAt and modifiedAt of an entity are the platform's: what a producer sends for them is ignored",
			Requirements: structured, Clause: cim009 + "5.2.5, 5.2.2",
			Level: Core, Needs: writes, Fault: "entity.create.refuses-timestamps",
			Body: func(t *T) {
				const sent = "2001-01-01T00:00:00Z"
				s, e := aSensor(t)
				e[s.level] = with(levelAtFirst(), "createdAt", sent, "modifiedAt", sent)
				create(t, e)
				s.hasOnlyLevel(t, levelAtFirst())
				created, modified := stamps(t, s.id, s.level)
				claimed, _ := instant(sent)
				t.Expect(created).NotTo(gomega.BeTemporally("==", claimed), "createdAt of an attribute is not the producer's to say")
				t.Expect(modified).NotTo(gomega.BeTemporally("==", claimed), "modifiedAt of an attribute is not the producer's to say")
				t.Expect(modified).To(gomega.BeTemporally(">=", created), "nothing is modified before it is created")
			},
		},
		{
			ID:           "mim1.entity.create.notJson",
			Title:        "A body that is not JSON is refused with 400 InvalidRequest",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4", TestPurposes: []string{"001_02"},
			Level: Core, Needs: writes, Fault: "entity.create.syntax-error-as-bad-data",
			Body: func(t *T) {
				id := t.URN("Sensor")
				t.Expect(t.POST(entities, notJSON(id))).To(BeProblem(400, ngsild.InvalidRequest))
				isGone(t, id)
			},
		},
	}
	return append(checks, createRefusals()...)
}

// roundTrip is a body that creates an entity with one attribute and expects to read
// that attribute as it was sent.
func roundTrip(name string, attribute func(t *T) ngsild.Object) func(*T) {
	return func(t *T) {
		name, want := t.Name(name), attribute(t)
		id := create(t, ngsild.Entity(t.URN("Thing"), t.Name("Thing"), name, want))
		t.Expect(read(t, id)).To(haveAttribute(name, want))
	}
}

// pathFrom gives the decoded path of a URL reference in an answer, such as a Location,
// which may be relative to what was asked (RFC 9110, 10.2.2).
func pathFrom(r *probe.Response) func(reference string) string {
	asked := url.URL{Path: r.Request.Path}
	return func(reference string) string {
		u, err := asked.Parse(reference)
		if err != nil {
			return reference
		}
		return u.Path
	}
}

// createRefusals are the entities that no platform may create (5.5.4, 5.2.4 and
// the data types of attributes): well-formed JSON with bad data.
func createRefusals() []Check {
	refusal := func(name, title, clause, fault string, spoil func(t *T, s sensor, e ngsild.Object)) Check {
		return Check{
			ID: "mim1.entity.create." + name, Title: title,
			Requirements: errorAnswers, Clause: cim009 + clause,
			Level: Core, Needs: writes, Fault: fault,
			Hint: "the payload is stored without being checked against the data type",
			Body: func(t *T) {
				s, e := aSensor(t)
				spoil(t, s, e)
				t.Expect(t.POST(entities, JSON(e))).To(BeProblem(400, ngsild.BadRequestData))
				if id, ok := e["id"].(string); ok && id == s.id {
					isGone(t, id)
				}
			},
		}
	}
	noID := refusal("idMissing", "An entity without id is refused with 400 BadRequestData", "5.2.4",
		"entity.create.makes-up-id", func(_ *T, _ sensor, e ngsild.Object) { delete(e, "id") })
	noID.TestPurposes = []string{"001_02"}
	noType := refusal("typeMissing", "An entity without type is refused with 400 BadRequestData", "5.2.4",
		"entity.create.makes-up-type", func(_ *T, _ sensor, e ngsild.Object) { delete(e, "type") })
	noType.TestPurposes = []string{"001_02"}
	badID := refusal("idNoUri", "An entity whose id is no URI is refused with 400 BadRequestData", "5.2.4, A.2",
		"entity.create.takes-any-id", func(t *T, _ sensor, e ngsild.Object) { e["id"] = t.Name("sensor") })
	badID.Requirements = identity
	null := refusal("nullMarker", "NGSI-LD Null as a value is refused in a creation with 400 BadRequestData", "5.5.4, 4.5.0, 5.2.1",
		"entity.create.takes-null-marker", func(_ *T, s sensor, e ngsild.Object) { e[s.level] = ngsild.Property(ngsildNull) })
	null.Since = "1.6.1"
	inside := refusal("nullInside", "NGSI-LD Null inside of the JSON object that is a value is refused in a creation with 400 BadRequestData", "5.5.4",
		"entity.create.takes-null-inside", func(_ *T, s sensor, e ngsild.Object) {
			e[s.level] = ngsild.Property(ngsild.Object{"upper": 1, "lower": ngsildNull})
		})
	inside.Since = "1.9.1"
	language := refusal("languageMapMissing", "A LanguageProperty without languageMap is refused with 400 BadRequestData", "5.2.32",
		"entity.create.takes-empty-language-property",
		func(_ *T, s sensor, e ngsild.Object) {
			e[s.level] = ngsild.Object{"type": "LanguageProperty", "value": "x"}
		})
	language.Since = "1.4.1"
	typed := refusal("languageTypeOther", "A LanguageProperty whose valueType is not langString is refused with 400 BadRequestData", "5.2.32",
		"entity.create.takes-any-language-type",
		func(_ *T, s sensor, e ngsild.Object) {
			e[s.level] = ngsild.LanguageProperty(ngsild.Object{"en": "high"}, "valueType", "integer")
		})
	typed.Since, typed.Clause = "1.9.1", cim009Later+"5.2.32"
	sealed := refusal("sealedWithoutProof", "A Property other than ngsildproof with entityIdSealed and entityTypeSealed is refused with 400 BadRequestData", "4.5.2.2",
		"entity.create.takes-seals-without-proof",
		func(_ *T, s sensor, e ngsild.Object) {
			e[s.level] = ngsild.Property(20, "entityIdSealed", s.id, "entityTypeSealed", s.kind)
		})
	sealed.Since, sealed.Clause = "1.9.1", cim009Later+"4.5.2.2"
	return []Check{
		noID, noType, badID, null, inside, language, typed, sealed,
		refusal("attributeTypeUnknown", "An attribute whose type is none of the attribute types is refused with 400 BadRequestData", "5.2.4",
			"entity.create.takes-any-attribute-type",
			func(_ *T, s sensor, e ngsild.Object) { e[s.level] = ngsild.Object{"type": "Measurement", "value": 20} }),
		refusal("valueMissing", "A Property without value is refused with 400 BadRequestData", "5.2.5",
			"entity.create.takes-property-without-value",
			func(_ *T, s sensor, e ngsild.Object) {
				e[s.level] = ngsild.Object{"type": "Property", "unitCode": "CEL"}
			}),
		refusal("objectMissing", "A Relationship without object is refused with 400 BadRequestData", "5.2.6",
			"entity.create.takes-relationship-without-object",
			func(_ *T, s sensor, e ngsild.Object) { e[s.place] = ngsild.Object{"type": "Relationship"} }),
		refusal("objectNoUri", "A Relationship whose object is no URI is refused with 400 BadRequestData", "5.2.6",
			"entity.create.takes-any-object",
			func(_ *T, s sensor, e ngsild.Object) { e[s.place] = ngsild.Relationship("next door") }),
		refusal("geometryInvalid", "A GeoProperty whose value is no GeoJSON geometry is refused with 400 BadRequestData", "5.2.7",
			"entity.create.takes-any-geometry",
			func(_ *T, s sensor, e ngsild.Object) {
				e[s.level] = ngsild.GeoProperty(ngsild.Object{"type": "Point", "coordinates": []any{"north", "pole"}})
			}),
		refusal("observedAtInvalid", "An observedAt that is no DateTime is refused with 400 BadRequestData", "4.6.3",
			"entity.create.takes-any-observed-at",
			func(_ *T, s sensor, e ngsild.Object) { e[s.level] = ngsild.Property(20, "observedAt", "yesterday") }),
	}
}
