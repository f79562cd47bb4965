package mim1

import (
	"net/url"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// Resources of discovery (6.25-6.28).
const (
	typesPath      = "/types"
	attributesPath = "/attributes"
)

// typePath is the resource of one entity type (6.26).
func typePath(name string) string { return typesPath + "/" + url.PathEscape(name) }

// attributePath is the resource of one attribute (6.28).
func attributePath(name string) string { return attributesPath + "/" + url.PathEscape(name) }

// namesIn requires a 200 answer with an object whose member is a list of names. A platform
// that gives them in parts says where the next part is.
func namesIn(t *T, path, member string) []string {
	var names []string
	resource, _, _ := strings.Cut(path, "?")
	onPages(t, t.GET(path), resource, func(page *probe.Response) bool {
		t.Require(page).To(HaveStatus(200))
		names = append(names, texts(t.Object(page)[member])...)
		return false
	})
	return names
}

// described requires a 200 answer with an array and returns its item of which the
// member is the name.
func described(t *T, path, member, name string) ngsild.Object {
	return describedFrom(t, t.GET(path, Query("details", "true")), path, member, name)
}

// describedFrom is described for an answer that has come.
func describedFrom(t *T, first *probe.Response, path, member, name string) (found ngsild.Object) {
	var pages turned
	onPages(t, first, path, func(page *probe.Response) bool {
		all := thingsIn(t, page)
		pages.see(len(all))
		if i := slices.IndexFunc(all, func(o ngsild.Object) bool { return o[member] == name }); i >= 0 {
			found = all[i]
		}
		return found != nil
	})
	t.Require(first).To(answering(found != nil, "no item has %s %q: %s", member, name, &pages))
	return found
}

// beIRIOf matches the fully qualified name to which a name of the check's own expands:
// in the default vocabulary, or in that of a default @context of the platform (5.5.5).
func beIRIOf(name string) types.GomegaMatcher {
	return gomega.And(beURI(), gomega.HaveSuffix(name))
}

// areNames says whether v is a list of names; a list of one may come as the name
// alone, as JSON-LD compaction has it.
func areNames(v any) bool { return v != nil && len(texts(v)) == len(list(v)) }

// unsigned matches a JSON number that counts something. Each expectation needs its own:
// a matcher remembers what it last saw.
func unsigned() types.GomegaMatcher {
	return gomega.WithTransform(normal, gomega.And(gomega.BeAssignableToTypeOf(1.0), gomega.BeNumerically(">=", 0.0)))
}

// typesDiscovery checks the retrieval of entity types (5.7.5-5.7.7).
func typesDiscovery() []Check {
	checks := []Check{
		{
			ID:     "mim1.types.list.contains",
			Title:  "The list of entity types names the type of an entity as soon as there is one",
			Clause: cim009 + "5.7.5", TestPurposes: []string{"022_01"},
			Fault: "types.list.rare-left-out",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(namesIn(t, typesPath, "typeList")).To(gomega.ContainElement(s.kind))
			},
		},
		{
			ID:     "mim1.types.list.form",
			Title:  "The list of entity types is an EntityTypeList with a URI as id",
			Clause: cim009 + "5.2.24, 4.5.10", TestPurposes: []string{"022_01"}, Needs: reads,
			Fault: "types.list.bare-array",
			Body: func(t *T) {
				r := t.GET(typesPath)
				t.Require(r).To(HaveStatus(200))
				list := t.Object(r)
				t.Expect(list["type"]).To(gomega.Equal("EntityTypeList"))
				t.Expect(list["id"]).To(beURI())
				t.Expect(r).To(answering(areNames(list["typeList"]), "typeList is %s, expected an array of names", compact(list["typeList"])))
			},
		},
		{
			ID:     "mim1.types.list.once",
			Title:  "The list of entity types names each type once",
			Clause: cim009 + "5.7.5",
			Fault:  "types.list.once-an-entity",
			Body: func(t *T) {
				c := around(t)
				named := slices.DeleteFunc(namesIn(t, typesPath, "typeList"), func(name string) bool { return name != c.kind })
				t.Expect(named).To(gomega.HaveLen(1))
			},
		},
		{
			ID:     "mim1.types.list.gone",
			Title:  "The list of entity types no longer names a type when its last entity is deleted",
			Clause: cim009 + "5.7.5",
			Fault:  "discovery.remembers-deleted",
			Body: func(t *T) {
				s := newSensor(t)
				t.Require(namesIn(t, typesPath, "typeList")).To(gomega.ContainElement(s.kind))
				done(t, t.DELETE(entityPath(s.id)))
				t.Expect(namesIn(t, typesPath, "typeList")).NotTo(gomega.ContainElement(s.kind))
			},
		},
		{
			ID:     "mim1.types.details.attributes",
			Title:  "With details=true, each entity type is an EntityType with its IRI and the names of its attributes",
			Clause: cim009 + "5.7.6, 4.5.11, 5.2.25", TestPurposes: []string{"023_01"},
			Fault: "types.details-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				d := described(t, typesPath, "typeName", s.kind)
				t.Expect(d).To(haveMembers(ngsild.Object{"type": "EntityType"}))
				t.Expect(d["id"]).To(beIRIOf(s.kind))
				t.Expect(texts(d["attributeNames"])).To(gomega.ConsistOf(s.level, s.place))
			},
		},
		{
			ID:     "mim1.types.one.info",
			Title:  "An entity type is described by its IRI, its name and how many entities have it",
			Clause: cim009 + "5.7.7, 4.5.12, 5.2.26", TestPurposes: []string{"024_02"},
			Fault: "types.one.no-count",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(typePath(s.kind))
				t.Require(r).To(HaveStatus(200))
				info := t.Object(r)
				// The value of type was spelt out in early versions of the specification.
				t.Expect(info["type"]).To(gomega.BeElementOf("EntityTypeInfo", "EntityTypeInformation"))
				t.Expect(info).To(haveMembers(ngsild.Object{"typeName": s.kind}))
				t.Expect(info["id"]).To(beIRIOf(s.kind))
				t.Expect(info["entityCount"]).To(unsigned(), "entityCount may be an estimate, but has to be a count (5.7.11)")
			},
		},
		{
			ID:     "mim1.types.one.attributes",
			Title:  "An entity type's description tells its attributes and what kinds they are of",
			Clause: cim009 + "5.7.7", TestPurposes: []string{"024_02"},
			Fault: "types.one.all-properties",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(typePath(s.kind))
				t.Require(r).To(HaveStatus(200))
				kinds := map[string][]string{}
				for _, d := range instances(t.Object(r), "attributeDetails") {
					name, _ := d["attributeName"].(string)
					kinds[name] = texts(d["attributeTypes"])
				}
				t.Expect(kinds).To(gomega.Equal(map[string][]string{s.level: {"Property"}, s.place: {"Relationship"}}))
			},
		},
		{
			ID:     "mim1.types.one.iri",
			Title:  "An entity type is also found by its fully qualified name",
			Clause: cim009 + "6.26.2", TestPurposes: []string{"024_02"},
			Fault: "types.one.iri-unknown",
			Body: func(t *T) {
				v := newVocabulary(t)
				v.create(t, 20)
				r := t.GET(typePath(v.kindIRI))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveJSON("/id", v.kindIRI))
			},
		},
		{
			ID:     "mim1.types.one.unknown",
			Title:  "An entity type that no entity has is answered with 404 ResourceNotFound",
			Clause: cim009 + "6.26.3.1", TestPurposes: []string{"024_01"}, Needs: reads,
			Fault: "types.one.unknown-empty",
			Body: func(t *T) {
				t.Expect(t.GET(typePath(t.Name("Nothing")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
	}
	return discovering(checks)
}

// discovering completes checks of discovery.
func discovering(checks []Check) []Check {
	for i := range checks {
		checks[i].Requirements, checks[i].Feature = discover, FeatureDiscovery
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
		if checks[i].Needs == nil {
			checks[i].Needs = writes
		}
	}
	return checks
}
