package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/weblink"
)

// representation checks in which forms entities are served (4.5, 6.3.7, 6.3.11).
func representation() []Check {
	return slices.Concat(simplified(), concise(), timestamps(), projection(), naturalLanguage(), geoJSON())
}

// sight is an entity with an attribute of each kind that representations treat
// differently.
type sight struct {
	id, kind             string
	height, owner, label string // Property with metadata, Relationship, plain Property
	belongsTo            string
}

func newSight(t *T) sight {
	s := sight{id: t.URN("Sight"), kind: t.Name("Sight"), height: t.Name("height"), owner: t.Name("owner"), label: t.Name("label"),
		belongsTo: t.URN("Person")}
	create(t, ngsild.Entity(s.id, s.kind,
		s.height, ngsild.Property(42, "unitCode", "MTR", "observedAt", "2024-03-01T10:00:00Z"),
		s.owner, ngsild.Relationship(s.belongsTo),
		s.label, ngsild.Property("Tower"),
		"location", ngsild.GeoProperty(ngsild.Point(harbour[0], harbour[1]))))
	return s
}

// place is the sight's location.
func (s sight) place() ngsild.Object { return ngsild.Point(harbour[0], harbour[1]) }

// isSimplified expects the sight as 4.5.4 has it: values and objects alone.
func (s sight) isSimplified(t *T, e ngsild.Object) {
	t.Expect(e).To(haveMembers(ngsild.Object{"id": s.id}))
	t.Expect(e).To(haveTypes(s.kind))
	t.Expect(e).To(haveMembers(ngsild.Object{s.height: 42, s.label: "Tower"}), "a Property is its value alone")
	t.Expect(e).To(haveMembers(ngsild.Object{s.owner: s.belongsTo}), "a Relationship is its object's URI alone")
	t.Expect(e).To(haveMembers(ngsild.Object{"location": s.place()}), "a GeoProperty is its geometry alone")
}

// isNormalised expects the sight as 4.5.1 has it.
func (s sight) isNormalised(t *T, e ngsild.Object) {
	t.Expect(e).To(haveAttribute(s.height, ngsild.Property(42, "unitCode", "MTR")))
	t.Expect(e).To(haveAttribute(s.owner, ngsild.Relationship(s.belongsTo)))
	t.Expect(e).To(haveAttribute("location", ngsild.GeoProperty(s.place())))
}

func simplified() []Check {
	checks := []Check{
		{
			ID:    "mim1.entity.represent.keyValues",
			Title: "options=keyValues gives values and relationship targets alone", TestPurposes: []string{"018_04"},
			Fault: "represent.options-ignored",
			Body: func(t *T) {
				s := newSight(t)
				s.isSimplified(t, read(t, s.id, Query("options", "keyValues")))
			},
		},
		{
			ID:    "mim1.entity.represent.keyValuesOfQuery",
			Title: "options=keyValues holds for the entities of a query, too", TestPurposes: []string{"019_04"},
			Fault: "represent.query-options-ignored",
			Body: func(t *T) {
				s := newSight(t)
				s.isSimplified(t, only(t, t.GET(entities, Query("type", s.kind, "options", "keyValues"))))
			},
		},
		{
			ID:    "mim1.entity.represent.formatOfQuery",
			Title: "format=simplified holds for the entities of a query, too",
			Since: "1.8.1", Fault: "generic.get-entities.ignores-format",
			Body: func(t *T) {
				s := newSight(t)
				s.isSimplified(t, only(t, t.GET(entities, Query("type", s.kind, "format", "simplified"))))
			},
		},
		{
			ID:    "mim1.entity.represent.languageMapKept",
			Title: "Simplified, a LanguageProperty keeps all its languages in a languageMap",
			Since: "1.4.1", Level: Extended, Fault: "represent.simplified-language-flat",
			Body: func(t *T) {
				name, texts := t.Name("name"), ngsild.Object{"en": "Tower", "fr": "Tour"}
				id := create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"), name, ngsild.LanguageProperty(texts)))
				e := read(t, id, Query("options", "keyValues"))
				t.Expect(e).To(haveMembers(ngsild.Object{name: ngsild.Object{"languageMap": texts}}))
			},
		},
		{
			ID:    "mim1.entity.represent.severalOptions",
			Title: "Of several options, separated by commas, each holds: keyValues beside sysAttrs simplifies",
			Fault: "represent.several-options-ignored",
			Hint:  "options is compared as a whole instead of being split at its commas",
			Body: func(t *T) {
				s := newSight(t)
				for _, options := range []string{"keyValues,sysAttrs", "sysAttrs,keyValues"} {
					s.isSimplified(t, read(t, s.id, Query("options", options)))
					s.isSimplified(t, only(t, t.GET(entities, Query("type", s.kind, "options", options))))
				}
			},
		},
		{
			ID:    "mim1.entity.represent.simplified",
			Title: "options=simplified is a synonym of keyValues",
			Since: "1.6.1", Fault: "represent.simplified-unknown",
			Body: func(t *T) {
				s := newSight(t)
				s.isSimplified(t, read(t, s.id, Query("options", "simplified")))
			},
		},
		{
			ID:    "mim1.entity.represent.format",
			Title: "format=simplified gives values and relationship targets alone", TestPurposes: []string{"018_15"},
			Since: "1.8.1", Fault: "represent.format-ignored",
			Body: func(t *T) {
				s := newSight(t)
				s.isSimplified(t, read(t, s.id, Query("format", "simplified")))
			},
		},
		{
			ID:    "mim1.entity.represent.formatWins",
			Title: "format takes precedence over options", TestPurposes: []string{"018_15"},
			Since: "1.8.1", Fault: "represent.options-beat-format",
			Body: func(t *T) {
				s := newSight(t)
				s.isNormalised(t, read(t, s.id, Query("format", "normalized", "options", "keyValues")))
			},
		},
		{
			ID:    "mim1.entity.represent.normalizedByDefault",
			Title: "Entities are served normalised unless something else is asked for",
			Fault: "represent.simplified-by-default",
			Body: func(t *T) {
				s := newSight(t)
				s.isNormalised(t, read(t, s.id))
			},
		},
		{
			ID:    "mim1.entity.represent.unknownFormat",
			Title: "An unknown format is refused with 400 InvalidRequest", TestPurposes: []string{"018_16"},
			Since: "1.8.1", Level: Extended, Requirements: errorAnswers, Needs: reads, Fault: "represent.unknown-format-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing"), "format", "pretty"))).
					To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
	}
	for i := range checks {
		checks[i].Clause = cim009 + "6.3.7"
	}
	return shown(checks)
}

// shown completes checks of how what was created is shown.
func shown(checks []Check) []Check {
	for i := range checks {
		if checks[i].Requirements == nil {
			checks[i].Requirements = retrieve
		}
		if checks[i].Needs == nil {
			checks[i].Needs = writes
		}
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
	}
	return checks
}

func concise() []Check {
	return shown([]Check{
		{
			ID:     "mim1.entity.represent.concise",
			Title:  "options=concise leaves out the types of attributes and loses nothing else",
			Clause: cim009 + "4.5.2.3, 4.5.2.1, 4.5.3.1", TestPurposes: []string{"018_15"},
			Since: "1.6.1", Fault: "represent.concise-keeps-types",
			Body: func(t *T) {
				s := newSight(t)
				e := read(t, s.id, Query("options", "concise"))
				t.Expect(e).To(haveAttribute(s.height, ngsild.Object{"value": 42, "unitCode": "MTR", "observedAt": "2024-03-01T10:00:00Z"}, "type"))
				t.Expect(e).To(haveAttribute(s.owner, ngsild.Object{"object": s.belongsTo}, "type"))
			},
		},
		{
			ID:     "mim1.entity.represent.conciseTimestamps",
			Title:  "Concise, an entity and its attributes tell when they were created and modified if options names sysAttrs, too",
			Clause: cim009 + "6.3.11",
			Since:  "1.6.1", Fault: "represent.several-options-ignored",
			Hint: "options is compared as a whole instead of being split at its commas",
			Body: func(t *T) {
				s := newSight(t)
				e := read(t, s.id, Query("options", "concise,sysAttrs"))
				t.Expect(e).To(haveAttribute(s.height, ngsild.Object{"value": 42, "unitCode": "MTR"}, "type"))
				for _, member := range []string{"createdAt", "modifiedAt"} {
					t.Expect(e[member]).To(gomega.MatchRegexp(dateTime), "the entity's %s was asked for", member)
					t.Expect(instance(e, s.height, "")[member]).To(gomega.MatchRegexp(dateTime), "the attribute's %s was asked for", member)
				}
			},
		},
		{
			ID:     "mim1.entity.represent.conciseValue",
			Title:  "Concise, a Property that has nothing but a value is that value, and a GeoProperty its geometry",
			Clause: cim009 + "4.5.2.3",
			Since:  "1.6.1", Fault: "represent.concise-wraps-values",
			Body: func(t *T) {
				s := newSight(t)
				e := read(t, s.id, Query("options", "concise"))
				t.Expect(e).To(haveMembers(ngsild.Object{s.label: "Tower"}))
				t.Expect(e).To(haveMembers(ngsild.Object{"location": s.place()}))
			},
		},
	})
}

func timestamps() []Check {
	checks := []Check{
		{
			ID:    "mim1.entity.represent.sysAttrs",
			Title: "options=sysAttrs shows when the entity and its attributes were created and modified",
			Fault: "represent.sys-attrs-of-entity-only",
			Body: func(t *T) {
				s := newSight(t)
				created, modified := stamps(t, s.id, "")
				t.Expect(modified).To(gomega.BeTemporally(">=", created), "the entity was not modified before it was created")
				created, modified = stamps(t, s.id, s.height)
				t.Expect(modified).To(gomega.BeTemporally(">=", created), "the attribute was not modified before it was created")
			},
		},
		{
			ID:    "mim1.entity.represent.noSysAttrs",
			Title: "createdAt and modifiedAt are not shown unless asked for", Clause: cim009 + "4.8, 5.2.2",
			Fault: "represent.sys-attrs-always",
			Body: func(t *T) {
				s := newSight(t)
				e := read(t, s.id)
				for _, member := range []string{"createdAt", "modifiedAt"} {
					t.Expect(e).NotTo(gomega.HaveKey(member), "the entity's %s was not asked for", member)
					t.Expect(e).To(haveAttribute(s.height, ngsild.Property(42), member))
				}
			},
		},
		{
			ID:    "mim1.entity.represent.utc",
			Title: "Timestamps are DateTimes in UTC, written with Z",
			Fault: "represent.local-time",
			Body: func(t *T) {
				s := newSight(t)
				e := read(t, s.id, Query("options", "sysAttrs"))
				for _, member := range []string{"createdAt", "modifiedAt"} {
					t.Expect(e[member]).To(gomega.MatchRegexp(dateTime), "%s has to be a DateTime by 4.6.3", member)
				}
				t.Expect(instance(e, s.height, "")["observedAt"]).To(gomega.MatchRegexp(dateTime), "observedAt has to be a DateTime by 4.6.3")
			},
		},
	}
	for i := range checks {
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "4.8"
		}
	}
	return shown(checks)
}

// dateTime is the form of a DateTime in an answer (4.6.3). Up to V1.4.1 the decimal
// sign was a comma.
const dateTime = `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d{1,9})?Z$`

func projection() []Check {
	checks := []Check{
		{
			ID:    "mim1.entity.represent.pick",
			Title: "pick reduces an entity to the named members", TestPurposes: []string{"018_17"},
			Fault: "represent.pick-ignored",
			Body: func(t *T) {
				s := newSight(t)
				e := read(t, s.id, Query("pick", "id,"+s.height))
				t.Expect(e).To(haveMembers(ngsild.Object{"id": s.id}))
				t.Expect(e).NotTo(gomega.HaveKey("type"), "type was not picked")
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.height))
			},
		},
		{
			ID:    "mim1.entity.represent.omit",
			Title: "omit takes the named members away and no other", TestPurposes: []string{"018_17"},
			Fault: "represent.omit-ignored",
			Body: func(t *T) {
				s := newSight(t)
				e := read(t, s.id, Query("omit", s.height+",location"))
				t.Expect(e).To(haveTypes(s.kind))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.owner, s.label))
			},
		},
		{
			ID:    "mim1.entity.represent.pickSelectsNothing",
			Title: "In a query, pick reduces the entities but does not choose among them", TestPurposes: []string{"019_17"},
			Level: Extended, Fault: "represent.pick-selects",
			Body: func(t *T) {
				c, first, _ := withAttributes(t)
				c.expect(t, Query("pick", "id,"+first), "both", "first", "second", "none")
			},
		},
		{
			ID:    "mim1.entity.represent.pickNone",
			Title: "Retrieving with pick of which the entity has nothing is answered with 404 ResourceNotFound", TestPurposes: []string{"018_19"},
			Level: Extended, Fault: "represent.pick-none-bare",
			Body: func(t *T) {
				s := newSight(t)
				t.Expect(t.GET(entityPath(s.id), Query("pick", t.Name("missing")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:    "mim1.entity.represent.pickAndOmit",
			Title: "A member that is both picked and omitted is refused with 400 BadRequestData", TestPurposes: []string{"018_18"},
			Level: Extended, Requirements: errorAnswers, Fault: "represent.pick-beats-omit",
			Body: func(t *T) {
				s := newSight(t)
				t.Expect(t.GET(entityPath(s.id), Query("pick", s.height, "omit", s.height))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}
	for i := range checks {
		checks[i].Clause, checks[i].Since = cim009+"4.21", "1.8.1"
	}
	return shown(checks)
}

// inEither expects a text that is "Tower" in English and "Tour" in French as a Property in
// one of the two.
func inEither(t *T, e ngsild.Object, name string) {
	got := instance(e, name, "")
	t.Require(got).NotTo(gomega.BeNil(), "the attribute must not vanish")
	language, _ := got["lang"].(string)
	t.Require(language).To(gomega.Or(gomega.Equal("en"), gomega.Equal("fr")), "lang says which of the attribute's languages was chosen")
	t.Expect(got).To(haveMembers(ngsild.Object{"value": map[string]any{"en": "Tower", "fr": "Tour"}[language]}))
}

func naturalLanguage() []Check {
	// named is an entity with a name in English and French.
	named := func(t *T) (id, name string) {
		name = t.Name("name")
		return create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"), name,
			ngsild.LanguageProperty(ngsild.Object{"en": "Tower", "fr": "Tour"}))), name
	}
	checks := []Check{
		{
			ID:    "mim1.entity.represent.lang",
			Title: "lang turns a LanguageProperty into a Property with the text in that language, and says which one", TestPurposes: []string{"018_07"},
			Fault: "represent.lang-ignored",
			Body: func(t *T) {
				id, name := named(t)
				e := read(t, id, Query("lang", "fr"))
				t.Expect(e).To(haveAttribute(name, ngsild.Property("Tour", "lang", "fr"), "languageMap"))
			},
		},
		{
			ID:    "mim1.entity.represent.langList",
			Title: "lang may list languages: the text is in the one of them that is there",
			Fault: "represent.lang-first-only",
			Body: func(t *T) {
				id, name := named(t)
				t.Expect(read(t, id, Query("lang", "da,fr"))).To(haveAttribute(name, ngsild.Property("Tour", "lang", "fr"), "languageMap"))
			},
		},
		{
			ID:    "mim1.entity.represent.langRanked",
			Title: "Of the languages in lang, the one with the highest quality value is chosen, wherever it stands",
			Fault: "represent.lang-unranked",
			Body: func(t *T) {
				id, name := named(t)
				t.Expect(read(t, id, Query("lang", "en;q=0.3,fr;q=0.9"))).To(haveAttribute(name, ngsild.Property("Tour", "lang", "fr"), "languageMap"))
				t.Expect(read(t, id, Query("lang", "fr;q=0.3,en;q=0.9"))).To(haveAttribute(name, ngsild.Property("Tower", "lang", "en"), "languageMap"))
			},
		},
		{
			ID:    "mim1.entity.represent.langAny",
			Title: "lang=* gives the text in any language, and says which one",
			Fault: "represent.lang-any-ignored",
			Body: func(t *T) {
				id, name := named(t)
				inEither(t, read(t, id, Query("lang", "*")), name)
			},
		},
		{
			ID:    "mim1.entity.represent.langFallback",
			Title: "lang with a language that is not there gives the text in one that is, and says which one", TestPurposes: []string{"018_07"},
			Fault: "represent.lang-missing-drops",
			Body: func(t *T) {
				id, name := named(t)
				inEither(t, read(t, id, Query("lang", "da")), name)
			},
		},
	}
	for i := range checks {
		checks[i].Clause, checks[i].Since = cim009+"4.15", "1.4.1"
	}
	return shown(checks)
}

func geoJSON() []Check {
	asGeoJSON := Header("Accept", ngsild.MediaGeoJSON)
	checks := []Check{
		{
			ID:    "mim1.entity.represent.feature",
			Title: "As GeoJSON, an entity is a Feature with its id, its location as geometry and its attributes as properties", TestPurposes: []string{"019_05", "018_05"},
			Fault: "represent.feature-without-geometry",
			Body: func(t *T) {
				s := newSight(t)
				r := t.GET(entityPath(s.id), asGeoJSON)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveMediaType(ngsild.MediaGeoJSON))
				s.isFeature(t, t.Object(r))
			},
		},
		{
			ID:    "mim1.entity.represent.featureCollection",
			Title: "As GeoJSON, a query's answer is a FeatureCollection", TestPurposes: []string{"019_02_05"},
			Clause: cim009 + "4.5.16.3, 5.2.30", Fault: "represent.collection-as-array",
			Body: func(t *T) {
				s := newSight(t)
				r := t.GET(entities, Query("type", s.kind), asGeoJSON)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveMediaType(ngsild.MediaGeoJSON))
				collection := t.Object(r)
				t.Expect(collection["type"]).To(gomega.Equal("FeatureCollection"))
				features := instances(collection, "features")
				t.Require(features).To(gomega.HaveLen(1))
				s.isFeature(t, features[0])
			},
		},
		{
			ID:    "mim1.entity.represent.featureSimplified",
			Title: "As simplified GeoJSON, the properties are values and relationship targets alone", TestPurposes: []string{"018_05"},
			Clause: cim009 + "4.5.17.1", Fault: "represent.options-ignored",
			Body: func(t *T) {
				s := newSight(t)
				r := t.GET(entityPath(s.id), asGeoJSON, Query("options", "keyValues"))
				t.Require(r).To(HaveStatus(200))
				t.Expect(t.Object(r)["properties"]).To(haveMembers(ngsild.Object{s.height: 42, s.owner: s.belongsTo}))
			},
		},
		{
			ID:    "mim1.entity.represent.geometryProperty",
			Title: "geometryProperty names the attribute that becomes the Feature's geometry", Clause: cim009 + "4.5.16.1",
			Fault: "represent.geometry-property-ignored",
			Body: func(t *T) {
				entrance := t.Name("entrance")
				id := create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"), "location", ngsild.GeoProperty(ngsild.Point(10, 56)),
					entrance, ngsild.GeoProperty(ngsild.Point(11, 57))))
				r := t.GET(entityPath(id), asGeoJSON, Query("geometryProperty", entrance))
				t.Require(r).To(HaveStatus(200))
				t.Expect(t.Object(r)).To(haveMembers(ngsild.Object{"geometry": ngsild.Point(11, 57)}))
			},
		},
		{
			ID:     "mim1.entity.represent.bareFeature",
			Title:  "As GeoJSON with Prefer: body=json, the @context is in a Link header and not in the body",
			Clause: cim009 + "6.3.6", Since: "1.6.1", Fault: "represent.prefer-ignored",
			Body: func(t *T) {
				s := newSight(t)
				r := t.GET(entityPath(s.id), asGeoJSON, Header("Prefer", "body=json"))
				t.Require(r).To(HaveStatus(200))
				t.Expect(t.Object(r)).To(haveMembers(ngsild.Object{"type": "Feature", "id": s.id}))
				t.Expect(t.Object(r)).NotTo(gomega.HaveKey("@context"))
				to, _ := weblink.To(r.Header, ngsild.ContextRel)
				t.Expect(to.Target).NotTo(gomega.BeEmpty(), "the Link header with rel=%q", ngsild.ContextRel)
			},
		},
		{
			ID:    "mim1.entity.represent.noGeometry",
			Title: "As GeoJSON, an entity without location is a Feature whose geometry is null", TestPurposes: []string{"018_05"}, Clause: cim009 + "4.5.16.1",
			Fault: "represent.no-geometry-not-found",
			Body: func(t *T) {
				id := create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"), t.Name("height"), ngsild.Property(1)))
				r := t.GET(entityPath(id), asGeoJSON)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveJSON("/id", id))
				t.Expect(r).To(HaveJSON("/type", "Feature"))
				t.Expect(r).To(HaveJSON("/geometry", nil))
			},
		},
	}
	for i := range checks {
		checks[i].Feature, checks[i].Requirements = FeatureGeoJSON, geo
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "4.5.16.2, 5.2.29, 5.2.31"
		}
	}
	return shown(checks)
}

// isFeature expects the sight as a GeoJSON Feature with normalised properties.
func (s sight) isFeature(t *T, f ngsild.Object) {
	t.Expect(f).To(haveMembers(ngsild.Object{"type": "Feature", "id": s.id, "geometry": s.place()}))
	properties, _ := f["properties"].(ngsild.Object)
	t.Require(properties).NotTo(gomega.BeNil(), "a Feature has properties")
	t.Expect(properties).To(haveTypes(s.kind))
	s.isNormalised(t, properties)
}
