package mim1

import (
	"encoding/json"
	"net/http"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// contexts checks how JSON-LD @contexts give names their meaning (4.4, 5.5.5,
// 5.5.7, 6.3.5).
func contexts() []Check {
	checks := append(inlineContexts(), linkedContexts()...)
	checks = append(checks, contextOfAnswer()...)
	checks = append(checks, contextRefusals()...)
	for i := range checks {
		if checks[i].Requirements == nil {
			checks[i].Requirements = structured
		}
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
		if checks[i].Needs == nil {
			checks[i].Needs = writes
		}
	}
	return checks
}

// vocabulary is a user @context of two terms, an entity type and an attribute, with
// IRIs of its own.
type vocabulary struct {
	kind, level       string
	kindIRI, levelIRI string
}

// namespace is where the checks' own terms expand to. Nothing is ever fetched there.
const namespace = "https://mimcheck.example/"

// newVocabulary makes fresh terms with fresh IRIs.
func newVocabulary(t *T) vocabulary {
	v := vocabulary{kind: t.Name("Sensor"), level: t.Name("level")}
	return v.elsewhere("one")
}

// elsewhere is a vocabulary of the same terms whose IRIs are others.
func (v vocabulary) elsewhere(path string) vocabulary {
	v.kindIRI, v.levelIRI = namespace+path+"/"+v.kind, namespace+path+"/"+v.level
	return v
}

// context is the vocabulary as an @context.
func (v vocabulary) context() ngsild.Object {
	return ngsild.Object{v.kind: v.kindIRI, v.level: v.levelIRI}
}

// document is the vocabulary as a JSON-LD document to publish.
func (v vocabulary) document() []byte {
	raw, err := json.Marshal(ngsild.Object{"@context": v.context()})
	if err != nil {
		panic(err)
	}
	return raw
}

// entity has the vocabulary's type and attribute, by their terms.
func (v vocabulary) entity(t *T, value any) ngsild.Object {
	return ngsild.Entity(t.URN("Sensor"), v.kind, v.level, ngsild.Property(value))
}

// create stores such an entity with the @context in the body.
func (v vocabulary) create(t *T, value any) (id string) {
	e := v.entity(t, value)
	t.Require(t.POST(entities, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(HaveStatus(201),
		"an entity with an @context of its own has to be created first")
	return e["id"].(string)
}

// linked names the published vocabulary in a Link header.
func (v vocabulary) linked(t *T) Option {
	return Header("Link", ngsild.ContextLink(t.Env.Callback.ServeContext(v.document())))
}

// inlined and coreOnly take away a Link header that the target's @context may put on
// each request: the first because JSON-LD bodies bring their own, the second to get
// names by the core @context alone.
func inlined() Option  { return Header("Link") }
func coreOnly() Option { return Header("Link") }

func inlineContexts() []Check {
	return []Check{
		{
			ID:     "mim1.context.inline.attribute",
			Title:  "An attribute is known by the IRI that the @context of its creation gave it, and shown so where no term stands for it",
			Clause: cim009 + "5.5.7", TestPurposes: []string{"018_06", "001_07"},
			Fault: "context.inline-ignored",
			Hint:  "the name is stored as sent instead of being expanded",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := read(t, v.create(t, 20), coreOnly())
				t.Expect(e).To(haveAttribute(v.levelIRI, ngsild.Property(20)))
				t.Expect(e).To(lackAttribute(v.level))
			},
		},
		{
			ID:     "mim1.context.inline.type",
			Title:  "A type is known by the IRI that the @context of its creation gave it",
			Clause: cim009 + "5.5.7", TestPurposes: []string{"018_06", "001_07"},
			Fault: "context.inline-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				t.Expect(read(t, v.create(t, 20), coreOnly())).To(haveTypes(v.kindIRI))
			},
		},
		{
			ID:     "mim1.context.inline.array",
			Title:  "An @context may be an array: all its parts count",
			Clause: cim009 + "4.4",
			Fault:  "context.first-of-array",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := v.entity(t, 20)
				parts := []any{ngsild.Object{v.kind: v.kindIRI}, ngsild.Object{v.level: v.levelIRI}}
				t.Require(t.POST(entities, inlined(), JSONLD(ngsild.InContext(e, parts)))).To(HaveStatus(201))
				got := read(t, e["id"].(string), coreOnly())
				t.Expect(got).To(haveTypes(v.kindIRI))
				t.Expect(got).To(haveAttribute(v.levelIRI, ngsild.Property(20)))
			},
		},
		{
			ID:     "mim1.context.query.iri",
			Title:  "Entities of a user @context are found by their type's IRI, not by the bare term",
			Clause: cim009 + "5.5.7",
			Fault:  "context.inline-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				c := candidates{ids: map[string]string{"expanded": v.create(t, 20)}}
				c.expect(t, both(coreOnly(), Query("type", v.kindIRI)), "expanded")
				c.expect(t, both(coreOnly(), Query("type", v.kind)))
			},
		},
		{
			ID:     "mim1.context.query.twoMeanings",
			Title:  "The same name under two @contexts is two attributes",
			Clause: cim009 + "5.5.7",
			Fault:  "context.local-names",
			Hint:   "names are compared by their last part, or before they are expanded",
			Body: func(t *T) {
				v := newVocabulary(t)
				w := v.elsewhere("two")
				c := candidates{ids: map[string]string{"one": v.create(t, 20), "two": w.create(t, 20)}}
				c.expect(t, both(coreOnly(), Query("type", v.kindIRI+","+w.kindIRI)), "one", "two")
				c.expect(t, both(coreOnly(), Query("attrs", v.levelIRI)), "one")
				c.expect(t, both(coreOnly(), Query("attrs", w.levelIRI)), "two")
			},
		},
		{
			ID:     "mim1.context.core.terms",
			Title:  "The terms of the core @context mean what it says, and their attributes are known by these IRIs",
			Clause: cim009 + "B, 5.5.7", Fault: "context.core-terms-default",
			Body: func(t *T) {
				id := create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"), "location", ngsild.GeoProperty(ngsild.Point(10, 56)),
					"description", ngsild.Property("a view"), "note", ngsild.Property("of no core term")))
				for term, iri := range InOrder(map[string]string{"location": "https://uri.etsi.org/ngsi-ld/location", "description": "http://purl.org/dc/terms/description"}) {
					t.Expect(attributesOf(read(t, id, Query("attrs", iri), coreOnly()))).To(gomega.ConsistOf(term), "the attributes that are %s", iri)
				}
			},
		},
		{
			ID:     "mim1.context.core.wins",
			Title:  "A user @context cannot give the core terms another meaning",
			Clause: cim009 + "5.5.7, 4.4",
			Level:  Extended, Fault: "context.core-overridden",
			Body: func(t *T) {
				e := ngsild.Entity(t.URN("Sight"), t.Name("Sight"), "location", ngsild.GeoProperty(ngsild.Point(10, 56)))
				r := t.POST(entities, inlined(), JSONLD(ngsild.InContext(e, ngsild.Object{"location": namespace + "location"})))
				if r.Status == 400 {
					t.Expect(r).To(BeProblem(400, ngsild.BadRequestData), "redefining a protected term may be refused")
					return
				}
				t.Require(r).To(HaveStatus(201))
				t.Expect(read(t, e["id"].(string), coreOnly())).To(haveAttribute("location", ngsild.GeoProperty(ngsild.Point(10, 56))))
			},
		},
	}
}

// both is two options in one.
func both(a, b Option) Option {
	return func(r *probe.Request) { a(r); b(r) }
}

func linkedContexts() []Check {
	withCallback := []Need{NeedRead, NeedWrite, NeedCallback}
	return []Check{
		{
			ID:     "mim1.context.link.otherRelation",
			Title:  "A link of another relation in a Link header names no @context",
			Clause: cim009 + "6.3.5", Needs: withCallback, Fault: "context.any-link",
			Hint: "the first target in the Link header is taken for the @context, without a look at rel",
			Body: func(t *T) {
				v := newVocabulary(t)
				described := Header("Link", "<"+t.Env.Callback.ServeContext(v.document())+`>; rel="describedby"; type="`+ngsild.MediaJSONLD+`"`)
				e := v.entity(t, 20)
				t.Require(t.POST(entities, JSON(e), described)).To(HaveStatus(201))
				got := read(t, e["id"].(string), coreOnly())
				t.Expect(got).To(haveTypes(v.kind))
				t.Expect(got).To(haveAttribute(v.level, ngsild.Property(20)))
				known := read(t, v.create(t, 30), described)
				t.Expect(known).To(haveTypes(v.kindIRI))
				t.Expect(known).To(haveAttribute(v.levelIRI, ngsild.Property(30)))
			},
		},
		{
			ID:     "mim1.context.link.expands",
			Title:  "The @context of a Link header expands the names in a payload of application/json",
			Clause: cim009 + "6.3.5", Needs: withCallback,
			TestPurposes: []string{"001_04"}, Fault: "context.link-ignored-on-write",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := v.entity(t, 20)
				t.Require(t.POST(entities, JSON(e), v.linked(t))).To(HaveStatus(201))
				got := read(t, e["id"].(string), coreOnly())
				t.Expect(got).To(haveTypes(v.kindIRI))
				t.Expect(got).To(haveAttribute(v.levelIRI, ngsild.Property(20)))
			},
		},
		{
			ID:     "mim1.context.link.outdated",
			Title:  "An @context that says how long it may be kept is fetched again after that, and means what it says then",
			Clause: cim009 + "6.3.16", Needs: withCallback, Since: "1.5.1", Waits: true,
			Fault: "context.kept-for-ever",
			Body: func(t *T) {
				v := newVocabulary(t)
				source := t.Env.Callback.NewSource(t.Name("context"))
				publish := func(document []byte) {
					source.Serve(func(probe.Asked) probe.Told {
						return probe.Told{Header: http.Header{"Content-Type": {ngsild.MediaJSONLD}, "Cache-Control": {"max-age=1"}}, Body: document}
					})
				}
				publish(v.document())
				linked := Header("Link", ngsild.ContextLink(source.URL()+"/context.jsonld"))
				id := v.create(t, 20)
				t.Require(read(t, id, linked)).To(haveAttribute(v.level, ngsild.Property(20)), "by the @context as it is first")
				publish(v.elsewhere("two").document()) // by which the term means something else
				for last := t.Now().Add(t.Patience()); ; pause(t, 200*time.Millisecond) {
					e := read(t, id, linked)
					if e[v.level] == nil || t.Now().After(last) {
						t.Expect(e).To(lackAttribute(v.level), "the @context, which may be kept for a second, says something else since")
						t.Expect(e).To(haveAttribute(v.levelIRI, ngsild.Property(20)))
						return
					}
				}
			},
		},
		{
			ID:     "mim1.context.link.compacts",
			Title:  "The @context of a Link header compacts the names in the answer",
			Clause: cim009 + "6.3.5", Needs: withCallback, TestPurposes: []string{"018_06", "001_04"},
			Fault: "context.link-ignored-on-read",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := read(t, v.create(t, 20), v.linked(t))
				t.Expect(e).To(haveTypes(v.kind))
				t.Expect(e).To(haveAttribute(v.level, ngsild.Property(20)))
			},
		},
		{
			ID:     "mim1.context.link.query",
			Title:  "The @context of a Link header gives type, attrs and q of a query their meaning",
			Clause: cim009 + "5.5.7", Needs: withCallback,
			Fault: "context.link-ignored-on-read",
			Body: func(t *T) {
				v := newVocabulary(t)
				w := v.elsewhere("two")
				c := candidates{ids: map[string]string{"one": v.create(t, 20), "two": w.create(t, 20)}}
				c.expect(t, both(v.linked(t), Query("type", v.kind)), "one")
				c.expect(t, both(w.linked(t), Query("attrs", v.level)), "two")
				c.expect(t, both(w.linked(t), Query("q", v.level+"==20")), "two")
			},
		},
		{
			ID:     "mim1.context.link.otherMeaning",
			Title:  "Under an @context that gives the term another meaning, the attribute is shown by its IRI",
			Clause: cim009 + "5.5.7", Needs: withCallback,
			Fault: "context.compacts-by-local-name",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := read(t, v.create(t, 20), v.elsewhere("two").linked(t))
				t.Expect(e).To(lackAttribute(v.level))
				t.Expect(e).To(haveAttribute(v.levelIRI, ngsild.Property(20)))
			},
		},
		{
			ID:     "mim1.context.link.answered",
			Title:  "An answer of application/json names the @context by which its names are to be read",
			Clause: cim009 + "6.3.6", Needs: withCallback,
			Fault: "context.answer-names-core-only",
			Body: func(t *T) {
				v := newVocabulary(t)
				url := t.Env.Callback.ServeContext(v.document())
				r := t.GET(entityPath(v.create(t, 20)), Header("Link", ngsild.ContextLink(url)), Header("Accept", ngsild.MediaJSON))
				t.Require(r).To(HaveStatus(200))
				to, ok := weblink.To(r.Header, ngsild.ContextRel)
				t.Require(r).To(answering(ok, "the answer has no Link header with rel=%q", ngsild.ContextRel))
				// A platform may name a combination of the user's and the core @context that it serves itself.
				if ngsild.IsCoreContext(to.Target) {
					t.Expect(r).To(answering(false, "the answer's @context is the core @context alone, which does not define the served term %s", v.level))
				}
			},
		},
		{
			ID:     "mim1.context.link.notJson",
			Title:  "A request whose @context cannot be read as JSON-LD is refused",
			Clause: cim009 + "5.5.6", Needs: withCallback, Requirements: errorAnswers,
			Level: Extended, Fault: "context.unreadable-ignored",
			Body: func(t *T) {
				s, e := aSensor(t)
				broken := Header("Link", ngsild.ContextLink(t.Env.Callback.ServeContext([]byte(`{"@context": {`))))
				r := t.POST(entities, JSON(e), broken, Expecting(503, 504))
				// Later versions tell an invalid @context (400) from an unavailable one; earlier ones do not.
				t.Require(r).To(HaveStatus(400, 503, 504))
				t.Expect(r).To(BeProblem(r.Status, ngsild.LdContextNotAvailable, ngsild.BadRequestData, ngsild.InvalidRequest))
				isGone(t, s.id)
			},
		},
	}
}

func contextOfAnswer() []Check {
	checks := []Check{
		{
			ID:    "mim1.context.answer.link",
			Title: "An answer of application/json names its @context in a Link header", TestPurposes: []string{"045_01"},
			Fault: "context.answer-without-link",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(entityPath(s.id), Header("Accept", ngsild.MediaJSON))
				t.Require(r).To(HaveStatus(200))
				to, ok := weblink.To(r.Header, ngsild.ContextRel)
				t.Require(r).To(answering(ok, "the answer has no Link header with rel=%q", ngsild.ContextRel))
				t.Expect(to.Target).NotTo(gomega.BeEmpty())
				t.Expect(to.Params["type"]).To(gomega.Equal(ngsild.MediaJSONLD), "the link's type has to be that of an @context")
			},
		},
		{
			ID:    "mim1.context.answer.queryLink",
			Title: "A query's answer of application/json names its @context in a Link header",
			Fault: "context.query-answer-without-link",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(entities, Query("type", s.kind), Header("Accept", ngsild.MediaJSON))
				t.Require(r).To(HaveStatus(200))
				_, ok := weblink.To(r.Header, ngsild.ContextRel)
				t.Expect(r).To(answering(ok, "the answer has no Link header with rel=%q", ngsild.ContextRel))
			},
		},
		{
			ID:    "mim1.context.answer.member",
			Title: "An answer of application/ld+json holds its @context",
			Fault: "context.answer-without-member",
			Body: func(t *T) {
				s := newSensor(t)
				e := read(t, s.id, Header("Accept", ngsild.MediaJSONLD))
				t.Expect(e["@context"]).NotTo(gomega.BeNil(), "the entity has to hold an @context")
			},
		},
		{
			ID:    "mim1.context.answer.members",
			Title: "In a query's answer of application/ld+json each entity holds its @context",
			Fault: "context.query-answer-without-member",
			Body: func(t *T) {
				c := around(t)
				r := c.query(t, Header("Accept", ngsild.MediaJSONLD))
				c.expectIn(t, r, "below", "at", "above", "without")
				for _, e := range entitiesIn(t, r) {
					t.Expect(e["@context"]).NotTo(gomega.BeNil(), "entity %v has to hold an @context", e["id"])
				}
			},
		},
		{
			ID:    "mim1.context.answer.noLink",
			Title: "Errors, and successful writes that are answered without a body, have no Link to an @context",
			Level: Extended, Fault: "context.link-without-names",
			Body: func(t *T) {
				s, e := aSensor(t)
				for _, r := range []*probe.Response{t.POST(entities, JSON(e)), t.DELETE(entityPath(s.id)), t.GET(entityPath(s.id))} {
					_, there := weblink.To(r.Header, ngsild.ContextRel)
					t.Expect(r).To(answering(!there, "the answer with %d has a Link header with rel=%q", r.Status, ngsild.ContextRel))
				}
			},
		},
	}
	for i := range checks {
		checks[i].Clause, checks[i].Requirements = cim009+"6.3.6", negotiation
	}
	return checks
}

// unavailable are the statuses of LdContextNotAvailable: 503 up to V1.8.1, 504 since
// V1.9.1 (table 6.3.2-1), either when the target states no version.
func unavailable(specVersion string) []int {
	switch {
	case !semver.IsValid("v" + specVersion):
		return []int{503, 504}
	case semver.Compare("v"+specVersion, "v1.9.0") < 0:
		return []int{503}
	}
	return []int{504}
}

func contextRefusals() []Check {
	checks := []Check{
		{
			ID:     "mim1.context.missing",
			Title:  "application/ld+json without @context is refused with 400 BadRequestData",
			Clause: cim009 + "6.3.5", TestPurposes: []string{"001_08"}, Fault: "context.missing-assumed",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Expect(t.POST(entities, inlined(), JSONLD(e))).To(BeProblem(400, ngsild.BadRequestData))
				isGone(t, s.id)
			},
		},
		{
			ID:     "mim1.context.inJson",
			Title:  "application/json with an @context in it is refused with 400 BadRequestData",
			Clause: cim009 + "6.3.5", TestPurposes: []string{"001_06"}, Fault: "context.in-json-taken",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Expect(t.POST(entities, JSON(ngsild.InContext(e, ngsild.CoreContextURL)))).To(BeProblem(400, ngsild.BadRequestData))
				isGone(t, s.id)
			},
		},
		{
			ID:     "mim1.context.twice",
			Title:  "application/ld+json with an @context in a Link header as well is refused with 400 BadRequestData",
			Clause: cim009 + "6.3.5", TestPurposes: []string{"001_09"}, Fault: "context.link-beside-body-ignored",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Expect(t.POST(entities, JSONLD(ngsild.InContext(e, ngsild.CoreContextURL)),
					Header("Link", ngsild.ContextLink(ngsild.CoreContextURL)))).To(BeProblem(400, ngsild.BadRequestData))
				isGone(t, s.id)
			},
		},
		{
			ID:     "mim1.context.unavailable",
			Title:  "A request whose @context cannot be retrieved is refused with LdContextNotAvailable and changes nothing",
			Clause: cim009 + "5.5.6", TestPurposes: []string{"043_01"}, Fault: "context.unreadable-ignored",
			Hint: "the platform goes on without the @context, so that names get another meaning than the client's",
			Body: func(t *T) {
				s, e := aSensor(t)
				// No host has a name under .invalid (RFC 2606).
				nowhere := Header("Link", ngsild.ContextLink("http://"+t.Name("context")+".invalid/context.jsonld"))
				r := t.POST(entities, JSON(e), nowhere, Expecting(503, 504))
				t.Require(r).To(HaveStatus(unavailable(t.Env.SpecVersion)...))
				t.Expect(r).To(BeProblem(r.Status, ngsild.LdContextNotAvailable))
				isGone(t, s.id)
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = errorAnswers
	}
	return checks
}
