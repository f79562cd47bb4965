package mim1

import (
	"encoding/json"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// cached is an @context elsewhere that the platform has fetched.
type cached struct {
	storedContext
	source probe.Source
	entity string // an entity under it
}

// cache publishes a fresh vocabulary and has the platform use it, so that it fetches it.
func cache(t *T) cached {
	// The address holds a fresh name, so that it is the run's own to delete.
	c := cached{source: t.Env.Callback.NewSource(t.Name("context"))}
	c.vocabulary = newVocabulary(t)
	c.publish(c.document())
	c.url = c.source.URL() + "/context.jsonld"
	c.id = c.url
	c.entity = c.create(t, 20)
	uses(t, c.entity, c.url)
	if !c.among(contextsOf(t, Query("kind", cachedKind))) {
		t.Inapplicable("the platform does not list the @context that it has just used as a cached one: it need not cache (5.13.1)")
	}
	return c
}

// publish sets what the address of the @context serves from now on.
func (c cached) publish(document []byte) {
	c.source.Serve(func(probe.Asked) probe.Told {
		return probe.Told{Header: map[string][]string{"Content-Type": {ngsild.MediaJSONLD}}, Body: document}
	})
}

// withdraw makes the address of the @context answer 404.
func (c cached) withdraw() {
	c.source.Serve(func(probe.Asked) probe.Told { return probe.Told{Status: 404} })
}

func cachedContexts() []Check {
	of := hostingCheck()
	of.Needs = []Need{NeedRead, NeedWrite, NeedCallback}
	return common([]Check{
		{
			ID:     "mim1.cachedContext.list",
			Title:  "A cached @context is listed by the URL that it came from, as cached and not as hosted",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"052_03", "052_07"}, Fault: "cached-context.list.as-hosted",
			Body: func(t *T) {
				c := cache(t)
				c.isListed(t, true)
				c.isListed(t, true, "kind", cachedKind)
				c.isListed(t, false, "kind", hostedKind)
			},
		},
		{
			ID:     "mim1.cachedContext.details",
			Title:  "With details=true a cached @context is described by the URL that it came from",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"052_07"}, Fault: "cached-context.details.own-url",
			Body: func(t *T) {
				c := cache(t)
				o := c.details(t)
				c.isDescribed(t, o, cachedKind)
				t.Expect(o["URL"]).To(gomega.Equal(c.url))
				local, _ := o["localId"].(string)
				r := t.GET(contextPath(local), Query("details", "true"))
				t.Require(r).To(HaveStatus(200), "its local id names it as well as its URL")
				t.Expect(t.Object(r)["URL"]).To(gomega.Equal(c.url))
			},
		},
		{
			ID:     "mim1.cachedContext.serve",
			Title:  "A cached @context is not served: it is to be had from its own address",
			Clause: cim009 + "5.13.4", Requirements: errorAnswers, Fault: "cached-context.serve.served",
			Body: func(t *T) {
				c := cache(t)
				t.Expect(t.GET(contextPath(c.id))).To(BeProblem(422, ngsild.OperationNotSupported))
			},
		},
		{
			ID:     "mim1.cachedContext.kept",
			Title:  "A cached @context goes on working when its own address does not",
			Clause: cim009 + "5.13.1", TestPurposes: []string{"053_05"}, Level: Extended, Fault: "cached-context.not-kept",
			Body: func(t *T) {
				c := cache(t)
				c.withdraw()
				e := t.Object(uses(t, c.entity, c.url))
				t.Expect(e).To(haveAttribute(c.level, ngsild.Property(20)))
			},
		},
		{
			ID:     "mim1.cachedContext.hits",
			Title:  "numberOfHits of a cached @context grows when it is used",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"053_06"}, Level: Extended, Fault: "hosted-context.hits-not-counted",
			Body: func(t *T) {
				c := cache(t)
				before := c.hits(t)
				uses(t, c.entity, c.url)
				t.Expect(c.hits(t)).To(gomega.BeNumerically(">", before), "numberOfHits counts how often the @context was used")
			},
		},
		{
			ID:     "mim1.cachedContext.delete",
			Title:  "A deleted cached @context is no longer listed",
			Clause: cim009 + "5.13.5", TestPurposes: []string{"051_03"}, Fault: "hosted-context.delete.swallowed",
			Body: func(t *T) {
				c := cache(t)
				done(t, t.DELETE(contextPath(c.id)))
				c.isListed(t, false)
			},
		},
		{
			ID:     "mim1.cachedContext.reload",
			Title:  "After reload=true a cached @context means what its address says now",
			Clause: cim009 + "5.13.5", Fault: "cached-context.reload.swallowed",
			Hint: "the document is fetched again, but what was worked out of it is not thrown away",
			Body: func(t *T) {
				c := cache(t)
				later := c.elsewhere("two")
				c.publish(later.document())
				done(t, t.DELETE(contextPath(c.id), Query("reload", "true")))
				c.isListed(t, true)
				e := t.Object(uses(t, c.entity, c.url))
				t.Expect(e).To(haveAttribute(c.levelIRI, ngsild.Property(20)), "the term means something else now, so that the attribute is shown by its IRI")
			},
		},
		{
			ID:     "mim1.cachedContext.reloadUnreachable",
			Title:  "Reloading a cached @context that cannot be fetched is refused with LdContextNotAvailable",
			Clause: cim009 + "5.13.5", TestPurposes: []string{"051_05"}, Requirements: errorAnswers, Fault: "cached-context.reload.always-ok",
			Body: func(t *T) {
				c := cache(t)
				c.withdraw()
				r := t.DELETE(contextPath(c.id), Query("reload", "true"), Expecting(503, 504))
				t.Require(r).To(HaveStatus(unavailable(t.Env.SpecVersion)...))
				t.Expect(r).To(BeProblem(r.Status, ngsild.LdContextNotAvailable))
				c.isListed(t, true, "kind", cachedKind) // nothing is removed in case of an error
			},
		},
		{
			ID:     "mim1.cachedContext.reloadInvalid",
			Title:  "Reloading a cached @context that is no valid one now is refused with LdContextNotAvailable, and it stays",
			Clause: cim009 + "5.13.5", Requirements: errorAnswers, Fault: "cached-context.reload.takes-anything",
			Body: func(t *T) {
				c := cache(t)
				c.publish([]byte(`{"@context": {"` + c.level + `": `))
				r := t.DELETE(contextPath(c.id), Query("reload", "true"), Expecting(503, 504))
				t.Require(r).To(HaveStatus(unavailable(t.Env.SpecVersion)...))
				t.Expect(r).To(BeProblem(r.Status, ngsild.LdContextNotAvailable))
				c.isListed(t, true, "kind", cachedKind)
				e := t.Object(uses(t, c.entity, c.url))
				t.Expect(e).To(haveAttribute(c.level, ngsild.Property(20)), "it means what it meant before")
			},
		},
	}, of)
}

// implicit is an @context that the platform made of one that was given inline.
type implicit struct {
	storedContext
	entity string
}

// imply queries with an inline @context in a way that the answer has to name it by a
// URL: by POST as JSON-LD, for an answer as JSON (6.3.5, 6.3.6).
func imply(t *T) implicit {
	c := implicit{storedContext: storedContext{vocabulary: newVocabulary(t)}}
	c.entity = c.create(t, 20)
	body, err := json.Marshal(ngsild.InContext(ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": c.kind}}}, c.context()))
	t.Require(err).To(gomega.Succeed())
	r := t.POST(entityOperation+"query", inlined(), JSONLD(body), Header("Accept", ngsild.MediaJSON))
	t.Require(r).To(HaveStatus(200))
	to, ok := weblink.To(r.Header, ngsild.ContextRel)
	t.Require(r).To(answering(ok, "the answer has no Link header with rel=%q", ngsild.ContextRel))
	c.url = to.Target
	c.id = lastSegment(to.Target)
	for _, o := range describedContexts(t, "kind", implicitKind) {
		if o["URL"] == c.url || o["localId"] == c.id {
			c.id, _ = o["localId"].(string)
			return c
		}
	}
	t.Inapplicable("the platform names no implicitly created @context for an inline one: that it creates any is its own choice (5.13.1)")
	return c
}

func implicitContexts() []Check {
	of := hostingCheck()
	of.Level = Extended
	return common([]Check{
		{
			ID:     "mim1.implicitContext.created",
			Title:  "An @context that the platform created implicitly is listed as such and not as hosted",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"050_03", "052_06"}, Fault: "implicit-context.list.as-hosted",
			Body: func(t *T) {
				c := imply(t)
				c.isListed(t, true)
				c.isListed(t, true, "kind", implicitKind)
				c.isListed(t, false, "kind", hostedKind)
			},
		},
		{
			ID:     "mim1.implicitContext.details",
			Title:  "With details=true an implicitly created @context is described as such",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"053_07"}, Fault: "hosted-context.serve.details-ignored",
			Body: func(t *T) {
				c := imply(t)
				c.isDescribed(t, c.details(t), implicitKind)
			},
		},
		{
			ID:     "mim1.implicitContext.served",
			Title:  "An implicitly created @context is served with the terms of the inline one",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"050_03"}, Fault: "hosted-context.serve.empty",
			Body: func(t *T) {
				c := imply(t)
				r := t.GET(contextPath(c.id))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(answering(defines(t.JSON(r), c.level, c.levelIRI), "the served @context has to give the term %s the IRI %s", c.level, c.levelIRI))
			},
		},
		{
			ID:     "mim1.implicitContext.hits",
			Title:  "numberOfHits of an implicitly created @context grows when it is used",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"053_08"}, Fault: "hosted-context.hits-not-counted",
			Body: func(t *T) {
				c := imply(t)
				before := c.hits(t)
				uses(t, c.entity, absolute(t, c.url))
				t.Expect(c.hits(t)).To(gomega.BeNumerically(">", before), "numberOfHits counts how often the @context was used")
			},
		},
	}, of)
}
