package mim1

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/piprate/json-gold/ld"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/weblink"
)

func observeDiscovery() []Check {
	checks := []Check{
		{
			ID:     "mim1.observe.types.listed",
			Title:  "The list of entity types, with and without details, names the types of the entities that there are",
			Clause: cim009 + "5.7.5", Fault: "types.details-ignored",
			Body: func(t *T) {
				listed := namesIn(t, typesPath, "typeList")
				some(t, "can be queried", any1, func(o observed) {
					t.Expect(listed).To(gomega.ContainElements(o.Types), "types of entity %s", o.ID)
					for _, kind := range o.Types {
						described(t, typesPath, "typeName", kind)
					}
				})
			},
		},
		{
			ID:     "mim1.observe.types.described",
			Title:  "The description of an entity type names it and tells the attributes of an entity of that type",
			Clause: cim009 + "5.7.7", Fault: "types.one.no-attributes",
			Body: func(t *T) {
				some(t, "has attributes", func(o observed) bool { return len(attributesOf(o.body)) > 0 }, func(o observed) {
					agree(t, func() string {
						r := t.GET(typePath(o.kind))
						t.Require(r).To(HaveStatus(200))
						info := t.Object(r)
						var names []string
						for _, d := range instances(info, "attributeDetails") {
							name, _ := d["attributeName"].(string)
							names = append(names, name)
						}
						if info["typeName"] != o.kind {
							return fmt.Sprintf("the description of type %s has typeName %s", o.kind, compact(info["typeName"]))
						}
						for _, name := range attributesOf(read(t, o.ID)) {
							if !slices.Contains(names, name) {
								return fmt.Sprintf("the description of type %s lacks attribute %s of entity %s", o.kind, name, o.ID)
							}
						}
						return ""
					})
				})
			},
		},
		{
			ID:     "mim1.observe.attributes.listed",
			Title:  "The list of attributes names the attributes of the entities that there are",
			Clause: cim009 + "5.7.8", Fault: "attributes.list.no-relationships",
			Body: func(t *T) {
				listed := namesIn(t, attributesPath, "attributeList")
				some(t, "has attributes", func(o observed) bool { return len(attributesOf(o.body)) > 0 }, func(o observed) {
					t.Expect(listed).To(gomega.ContainElements(attributesOf(o.body)), "attributes of entity %s", o.ID)
				})
			},
		},
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Feature = discover, FeatureDiscovery
	}
	return checks
}

func observeContexts() []Check {
	return []Check{
		{
			ID:     "mim1.observe.context.member",
			Title:  "Each entity served as application/ld+json holds its @context",
			Clause: cim009 + "6.3.6", Requirements: negotiation, Fault: "context.query-answer-without-member",
			Body: func(t *T) {
				for _, o := range sampled(t) {
					t.Expect(o.body["@context"]).NotTo(gomega.BeNil(), "entity %s has to hold an @context", o.ID)
				}
			},
		},
		{
			ID:     "mim1.observe.context.link",
			Title:  "An entity served as application/json comes with a Link header that names its @context",
			Clause: cim009 + "6.3.6", Requirements: negotiation, Fault: "context.answer-without-link",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					r := t.GET(entityPath(o.ID), Header("Accept", ngsild.MediaJSON))
					t.Require(r).To(HaveStatus(200))
					_, ok := weblink.To(r.Header, ngsild.ContextRel)
					t.Expect(r).To(answering(ok, "the answer has no Link header with rel=%q", ngsild.ContextRel))
				})
			},
		},
		{
			ID:     "mim1.observe.context.expands",
			Title:  "By its @context, each type and attribute name of an entity expands to an IRI",
			Level:  Extended, // no context at another host is asked for
			Clause: cim009 + "5.5.7", Fault: "context.hides-type",
			Hint: "the served @context cannot be processed, or a name in it stands for nothing",
			Body: func(t *T) {
				loader, judged := ngsild.Loader(hosted(t)), 0
				for _, o := range sampled(t) {
					if !reachable(o.body["@context"]) {
						continue // at a host that is not the platform's
					}
					wrong := unexpanded(o.body, loader)
					t.Expect(o.ID).To(answering(wrong == "", "entity %s: %s", o.ID, wrong))
					judged++
				}
				if judged == 0 {
					t.Untested("the @contexts of the sample are at other hosts than the platform's, which this check does not ask")
				}
			},
		},
		{
			ID:     "mim1.observe.context.coreOnly",
			Title:  "Under the core @context alone, an entity's types are names or IRIs by which it is found",
			Clause: cim009 + "5.5.7", Fault: "context.compacts-by-local-name",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					for _, kind := range texts(read(t, o.ID, coreOnly())["type"]) {
						t.Expect(kind).To(gomega.Or(gomega.MatchRegexp(attributeName.String()), beURI()))
						if !strings.ContainsAny(kind, ",;|()") {
							r := t.GET(entities, coreOnly(), Query("type", kind, "id", o.ID))
							t.Expect(o.found(t, r)).NotTo(gomega.BeNil(), "a query by type=%s has to find entity %s", kind, o.ID)
						}
					}
				})
			},
		},
	}
}

// hostedContexts is where a platform serves @contexts (6.30).
const hostedContexts = "/jsonldContexts/"

// hosted fetches an @context that the platform itself serves. The host of its URL does
// not count: behind a gateway a platform may not know its own name.
func hosted(t *T) func(url string) ([]byte, error) {
	return func(url string) ([]byte, error) {
		_, id, _ := strings.Cut(url, hostedContexts)
		r := t.GET(hostedContexts + id)
		if r.Status != 200 {
			return nil, fmt.Errorf("the platform answered %d for it", r.Status)
		}
		return r.Body, nil
	}
}

// reachable says whether an @context can be had without asking another host: inline,
// the core @context, or served by the platform.
func reachable(context any) bool {
	for _, part := range list(context) {
		if url, ok := part.(string); ok && !ngsild.IsCoreContext(url) && !strings.Contains(url, hostedContexts) {
			return false
		}
	}
	return context != nil
}

// unexpanded says which names of the entity expand to no IRI, or what is wrong with
// its @context, or nothing. The core @context always counts, served or not (5.5.7).
func unexpanded(e ngsild.Object, loader ld.DocumentLoader) string {
	options := ld.NewJsonLdOptions("")
	options.DocumentLoader = loader
	parts := list(normal(e["@context"]))
	if !slices.ContainsFunc(parts, func(part any) bool { url, _ := part.(string); return ngsild.IsCoreContext(url) }) {
		parts = append(parts, ngsild.CoreContextURL)
	}
	parts, err := ngsild.InlineContext(parts, loader)
	if err != nil {
		return "its @context cannot be read: " + err.Error()
	}
	context, err := ld.NewContext(nil, options).Parse(parts)
	if err != nil {
		return "its @context cannot be read: " + err.Error()
	}
	var wrong []string
	names := append(attributesOf(e), texts(e["type"])...)
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		iri, err := context.ExpandIri(name, false, true, nil, nil)
		if err != nil || !isURI(iri) {
			wrong = append(wrong, name)
		}
	}
	if len(wrong) > 0 {
		return "these names expand to no IRI: " + strings.Join(wrong, ", ")
	}
	return ""
}
