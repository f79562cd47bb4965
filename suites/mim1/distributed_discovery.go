package mim1

import (
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// discovered is a source that tells of the types and attributes of its entities
// (5.7.5-5.7.10): of a type that only it has, and of one that the platform has as well.
type discovered struct {
	*spread
	alone string // the type that the source alone has; its entities have the level
	extra string // an attribute of both types that the source alone has, a Relationship
}

// newDiscovered registers such a source that offers these operations.
func newDiscovered(t *T, operations ...any) discovered {
	s := discovered{spread: newSpread(t), alone: t.Name("Alone"), extra: t.Name("extra")}
	s.tells(s.answer)
	s.register(t, "inclusive", ngsild.Object{"entities": []any{ngsild.Object{"type": s.kind}, ngsild.Object{"type": s.alone}}},
		[]edit{offering(operations...)})
	return s
}

// answer is what the source tells: three entities of each type.
func (s discovered) answer(a probe.Asked) any {
	iri := func(name string) string { return ngsild.DefaultVocab + name }
	attribute := func(name, kind string) ngsild.Object {
		return ngsild.Object{"id": iri(name), "type": "Attribute", "attributeName": name, "attributeTypes": []any{kind}}
	}
	path, details := strings.Trim(a.Path, "/"), a.Query.Get("details") == "true"
	resource, name, _ := strings.Cut(path, "/")
	is := func(wanted string) bool { return name == wanted || strings.HasSuffix(name, "/"+wanted) }
	switch {
	case path == "types" && !details:
		return ngsild.Object{"id": "urn:ngsi-ld:EntityTypeList:" + s.alone, "type": "EntityTypeList", "typeList": []any{s.kind, s.alone}}
	case path == "types":
		var list []any
		for _, kind := range []string{s.kind, s.alone} {
			list = append(list, ngsild.Object{"id": iri(kind), "type": "EntityType", "typeName": kind, "attributeNames": []any{s.level, s.extra}})
		}
		return list
	case resource == "types" && (is(s.kind) || is(s.alone)):
		kind := s.kind
		if is(s.alone) {
			kind = s.alone
		}
		return ngsild.Object{"id": iri(kind), "type": "EntityTypeInfo", "typeName": kind, "entityCount": 3,
			"attributeDetails": []any{attribute(s.level, "Property"), attribute(s.extra, "Relationship")}}
	case path == "attributes" && !details:
		return ngsild.Object{"id": "urn:ngsi-ld:AttributeList:" + s.alone, "type": "AttributeList", "attributeList": []any{s.level, s.extra}}
	case path == "attributes":
		var list []any
		for _, name := range []string{s.level, s.extra} {
			list = append(list, with(ngsild.Object{"id": iri(name), "type": "Attribute", "attributeName": name}, "typeNames", []any{s.kind, s.alone}))
		}
		return list
	case resource == "attributes" && is(s.level):
		return with(attribute(s.level, "Property"), "attributeCount", 6, "typeNames", []any{s.kind, s.alone})
	case resource == "attributes" && is(s.extra):
		return with(attribute(s.extra, "Relationship"), "attributeCount", 6, "typeNames", []any{s.kind, s.alone})
	default:
		return nil
	}
}

// isAsked expects that the source was asked below a resource of discovery.
func (s discovered) isAsked(t *T, resource string) {
	if !slices.ContainsFunc(s.source.Asked(), func(a probe.Asked) bool { return strings.HasPrefix(a.Path, resource) }) {
		s.shouldHaveBeenAsked(t)
	}
}

// discoveredAtSources checks that types and attributes are also those of registered sources.
func discoveredAtSources() []Check {
	// own is an entity of the platform itself, of the type that both have, with a level.
	own := func(t *T, s discovered) {
		create(t, ngsild.Entity(t.URN("Sensor"), s.kind, s.level, ngsild.Property(7), s.place, s.there))
	}
	count := func(o ngsild.Object, member string) any { return normal(o[member]) }
	checks := []Check{
		{
			ID: "mim1.distributed.types.adds", Title: "The list of entity types names those of registered sources, too",
			Clause: cim009 + "5.7.5.4", Fault: "distributed.types.not-forwarded",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypes")
				own(t, s)
				names := namesIn(t, typesPath, "typeList")
				t.Expect(names).To(gomega.ContainElement(s.kind))
				if !slices.Contains(names, s.alone) {
					s.isAsked(t, typesPath)
				}
				t.Expect(names).To(gomega.ContainElement(s.alone), "the source has entities of this type")
			},
		},
		{
			ID: "mim1.distributed.types.once", Title: "A type that both the platform and a source have is listed once",
			Clause: cim009 + "5.7.5.4", Fault: "distributed.types.listed-twice",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypes")
				own(t, s)
				names := namesIn(t, typesPath, "typeList")
				if !slices.Contains(names, s.alone) { // which is also in the registration
					s.isAsked(t, typesPath)
				}
				t.Expect(slices.DeleteFunc(names, func(name string) bool { return name != s.kind })).To(gomega.HaveLen(1))
			},
		},
		{
			ID: "mim1.distributed.types.local", Title: "With local=true the list of entity types does not name those that only sources have",
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypes")
				own(t, s)
				names := namesIn(t, typesPath+"?local=true", "typeList")
				t.Expect(names).To(gomega.And(gomega.ContainElement(s.kind), gomega.Not(gomega.ContainElement(s.alone))))
			},
		},
		{
			ID: "mim1.distributed.types.sourceFails", Title: "If a source fails, the entity types of the platform itself are listed all the same",
			Clause: cim009 + "6.3.17", Fault: "distributed.fails-with-source",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypes")
				own(t, s)
				s.source.Serve(func(probe.Asked) probe.Told { return problemAnswer(500) })
				names := namesIn(t, typesPath, "typeList")
				t.Expect(names).To(gomega.ContainElement(s.kind))
				if !slices.Contains(names, s.alone) {
					s.isAsked(t, typesPath)
				}
			},
		},
		{
			ID: "mim1.distributed.types.otherOperation", Title: "A source that does not offer to tell of its types is not asked to",
			Clause: cim009 + "4.20", Fault: "registration.create.operations-lost",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntity")
				own(t, s)
				t.Expect(namesIn(t, typesPath, "typeList")).To(gomega.ContainElement(s.kind))
				for _, a := range s.source.Asked() {
					t.Expect(a.Path).NotTo(gomega.HavePrefix(typesPath), "the source offers to retrieve entities only")
				}
			},
		},
		{
			ID: "mim1.distributed.typeDetails.adds", Title: "The details of the entity types tell of those of registered sources, too",
			Clause: cim009 + "5.7.6.4", Fault: "distributed.typeDetails.not-forwarded",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypeDetails")
				names := s.describedIn(t, typesPath, "typeName", s.alone)
				t.Expect(texts(names["attributeNames"])).To(gomega.ContainElements(s.level, s.extra))
			},
		},
		{
			ID: "mim1.distributed.typeDetails.merges", Title: "A type that both the platform and a source have is described with the attributes of both",
			Clause: cim009 + "5.7.6.4", Fault: "distributed.typeDetails.own-attributes-only",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypeDetails")
				own(t, s)
				names := s.describedIn(t, typesPath, "typeName", s.kind)
				t.Expect(texts(names["attributeNames"])).To(gomega.ConsistOf(s.level, s.place, s.extra))
			},
		},
		{
			ID: "mim1.distributed.typeInfo.sourceOnly", Title: "An entity type that only a source has is described by what the source tells",
			Clause: cim009 + "5.7.7.4", Fault: "distributed.typeInfo.not-forwarded",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypeInfo")
				o := s.info(t, typePath(s.alone))
				t.Expect(count(o, "entityCount")).To(gomega.Equal(3.0))
				t.Expect(s.attributesOf(o)).To(gomega.ConsistOf(s.level, s.extra))
			},
		},
		{
			ID: "mim1.distributed.typeInfo.merges", Title: "An entity type that both the platform and a source have is described with the attributes of both",
			Clause: cim009 + "5.7.7.4", Fault: "distributed.typeInfo.own-attributes-only",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypeInfo")
				own(t, s)
				t.Expect(s.attributesOf(s.info(t, typePath(s.kind)))).To(gomega.ConsistOf(s.level, s.place, s.extra))
			},
		},
		{
			ID: "mim1.distributed.typeInfo.counts", Title: "The number of entities of a type is that of platform and sources together",
			Clause: cim009 + "5.7.7.4", Level: Extended, Fault: "distributed.typeInfo.counts-own-only",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypeInfo")
				own(t, s)
				t.Expect(count(s.info(t, typePath(s.kind)), "entityCount")).To(gomega.Equal(4.0))
			},
		},
		{
			ID: "mim1.distributed.typeInfo.local", Title: "With local=true an entity type that only a source has is not found",
			Clause: cim009 + "6.3.18", Fault: "generic.get-types-type.ignores-local",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveEntityTypeInfo")
				t.Expect(t.GET(typePath(s.alone), local)).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.distributed.attributes.local", Title: "With local=true the list of attributes does not name those that only sources have",
			Clause: cim009 + "6.3.18", Fault: "generic.get-attributes.ignores-local",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypes")
				own(t, s)
				names := namesIn(t, attributesPath+"?local=true", "attributeList")
				t.Expect(names).To(gomega.And(gomega.ContainElement(s.place), gomega.Not(gomega.ContainElement(s.extra))))
			},
		},
		{
			ID: "mim1.distributed.attributeInfo.local", Title: "With local=true an attribute that only a source has is not found",
			Clause: cim009 + "6.3.18", Fault: "generic.get-attributes-attr.ignores-local",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypeInfo")
				t.Expect(t.GET(attributePath(s.extra), local)).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.distributed.attributes.adds", Title: "The list of attributes names those of registered sources, too",
			Clause: cim009 + "5.7.8.4", Fault: "distributed.attributes.not-forwarded",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypes")
				own(t, s)
				names := namesIn(t, attributesPath, "attributeList")
				t.Expect(names).To(gomega.ContainElement(s.place))
				if !slices.Contains(names, s.extra) {
					s.isAsked(t, attributesPath)
				}
				t.Expect(names).To(gomega.ContainElement(s.extra), "the source has this attribute")
			},
		},
		{
			ID: "mim1.distributed.attributes.once", Title: "An attribute that both the platform and a source have is listed once",
			Clause: cim009 + "5.7.8.4", Fault: "distributed.attributes.listed-twice",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypes")
				own(t, s)
				t.Expect(slices.DeleteFunc(namesIn(t, attributesPath, "attributeList"), func(name string) bool { return name != s.level })).To(gomega.HaveLen(1))
				s.isAsked(t, attributesPath)
			},
		},
		{
			ID: "mim1.distributed.attributeDetails.adds", Title: "The details of the attributes tell of those of registered sources, too",
			Clause: cim009 + "5.7.9.4", Fault: "distributed.attributeDetails.not-forwarded",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypeDetails")
				t.Expect(texts(s.describedIn(t, attributesPath, "attributeName", s.extra)["typeNames"])).To(gomega.ConsistOf(s.kind, s.alone))
			},
		},
		{
			ID: "mim1.distributed.attributeDetails.merges", Title: "An attribute that both the platform and a source have is described with the types of both",
			Clause: cim009 + "5.7.9.4", Fault: "distributed.attributeDetails.own-types-only",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypeDetails")
				own(t, s)
				t.Expect(texts(s.describedIn(t, attributesPath, "attributeName", s.level)["typeNames"])).To(gomega.ConsistOf(s.kind, s.alone))
			},
		},
		{
			ID: "mim1.distributed.attributeInfo.sourceOnly", Title: "An attribute that only a source has is described by what the source tells",
			Clause: cim009 + "5.7.10.4", Level: Extended, Fault: "distributed.attributeInfo.not-forwarded",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypeInfo")
				o := s.info(t, attributePath(s.extra))
				t.Expect(texts(o["attributeTypes"])).To(gomega.ConsistOf("Relationship"))
				t.Expect(texts(o["typeNames"])).To(gomega.ConsistOf(s.kind, s.alone))
			},
		},
		{
			ID: "mim1.distributed.attributeInfo.merges", Title: "An attribute that both the platform and a source have is described with the types of both",
			Clause: cim009 + "5.7.10.4", Level: Extended, Fault: "distributed.attributeInfo.own-types-only",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypeInfo")
				own(t, s)
				t.Expect(texts(s.info(t, attributePath(s.level))["typeNames"])).To(gomega.ConsistOf(s.kind, s.alone))
			},
		},
		{
			ID: "mim1.distributed.attributeInfo.counts", Title: "The number of instances of an attribute is that of platform and sources together",
			Clause: cim009 + "5.7.10.4", Level: Extended, Fault: "distributed.attributeInfo.counts-own-only",
			Body: func(t *T) {
				s := newDiscovered(t, "retrieveAttrTypeInfo")
				own(t, s)
				t.Expect(count(s.info(t, attributePath(s.level)), "attributeCount")).To(gomega.Equal(7.0))
			},
		},
	}
	for i := range checks {
		c := &checks[i]
		c.Requirements = lookup
		body := c.Body
		c.Body = func(t *T) {
			alsoClaims(t, FeatureDiscovery)
			body(t)
		}
	}
	return checks
}

// info describes one type or attribute; the source has to have a part in it.
func (s discovered) info(t *T, path string) ngsild.Object {
	r := t.GET(path)
	s.isAsked(t, "/")
	t.Require(r).To(HaveStatus(200))
	return t.Object(r)
}

// describedIn finds the item of the name in a list with details.
func (s discovered) describedIn(t *T, path, member, name string) ngsild.Object {
	first := t.GET(path, Query("details", "true"))
	s.isAsked(t, path)
	return describedFrom(t, first, path, member, name)
}

// attributesOf are the names in attributeDetails (5.2.26).
func (s discovered) attributesOf(o ngsild.Object) []string {
	var names []string
	for _, item := range list(o["attributeDetails"]) {
		detail, _ := item.(ngsild.Object)
		name, _ := detail["attributeName"].(string)
		names = append(names, name)
	}
	return names
}
