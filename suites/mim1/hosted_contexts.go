package mim1

import (
	"net/url"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// Kinds of stored @contexts (5.13.1).
const (
	hostedKind   = "Hosted"
	cachedKind   = "Cached"
	implicitKind = "ImplicitlyCreated"
)

const contextList = "/jsonldContexts"

// contextPath is the resource of one stored @context (6.30).
func contextPath(id string) string { return contextList + "/" + url.PathEscape(id) }

// storedContext is an @context of the run's own that the platform keeps.
type storedContext struct {
	vocabulary
	id  string // by which the platform knows it
	url string // absolute, or as far as the platform told it
}

// host has the platform host a fresh vocabulary (5.13.2).
func host(t *T) storedContext {
	c := storedContext{vocabulary: newVocabulary(t)}
	r := t.POST(contextList, inlined(), JSON(ngsild.Object{"@context": c.context()}))
	t.Require(r).To(HaveStatus(201), "an @context to work on has to be added first")
	c.url = r.Header.Get("Location")
	c.id = lastSegment(c.url)
	t.Require(c.id).NotTo(gomega.BeEmpty(), "the answer has to name the new @context in its Location header")
	return c
}

// lastSegment is what follows the last slash of a URL's path, unescaped.
func lastSegment(address string) string {
	path, _, _ := strings.Cut(address, "?")
	id, err := url.PathUnescape(path[strings.LastIndex(path, "/")+1:])
	if err != nil {
		return ""
	}
	return id
}

// contextsOf lists the stored @contexts by their local ids, or URLs that are of others.
func contextsOf(t *T, by ...Option) []string {
	var ids []string
	onPages(t, t.GET(contextList, by...), contextList, func(page *probe.Response) bool {
		t.Require(page).To(HaveStatus(200))
		for _, item := range t.List(page) {
			address, ok := item.(string)
			t.Require(page).To(answering(ok, "without details, the list holds URLs, seen %s", compact(item)))
			ids = append(ids, address)
		}
		return false
	})
	return ids
}

// among says whether the list of URLs has the @context, by its own URL or by the
// platform's for it.
func (c storedContext) among(list []string) bool {
	for _, address := range list {
		if address == c.url || lastSegment(address) == c.id {
			return true
		}
	}
	return false
}

// isListed expects that the list of @contexts with the parameters has c, or has it not.
func (c storedContext) isListed(t *T, want bool, by ...string) {
	list := contextsOf(t, Query(by...))
	t.Expect(c.among(list)).To(gomega.Equal(want), "whether the list with %v has the @context %s", by, c.url)
}

// describedContexts lists the stored @contexts with details.
func describedContexts(t *T, by ...string) []ngsild.Object {
	var all []ngsild.Object
	onPages(t, t.GET(contextList, Query(append(by, "details", "true")...)), contextList, func(page *probe.Response) bool {
		all = append(all, thingsIn(t, page)...)
		return false
	})
	return all
}

// details reads what the platform tells about the @context (5.13.4).
func (c storedContext) details(t *T) ngsild.Object {
	r := t.GET(contextPath(c.id), Query("details", "true"))
	t.Require(r).To(HaveStatus(200))
	return t.Object(r)
}

// hits is how often the platform says that the @context was used.
func (c storedContext) hits(t *T) float64 {
	told, there := c.details(t)["numberOfHits"]
	if !there {
		t.Inapplicable("the platform does not count the uses of @contexts, as 5.13.4 allows")
	}
	n, ok := normal(told).(float64)
	t.Require(ok).To(gomega.BeTrue(), "numberOfHits is a number, seen %s", compact(told))
	return n
}

// isDescribed expects the members that the details of a stored @context have (5.13.3, 5.13.4).
func (c storedContext) isDescribed(t *T, o ngsild.Object, kind string) {
	t.Expect(o["kind"]).To(gomega.Equal(kind), "kind tells how the @context came to be there")
	t.Expect(o["localId"]).To(gomega.And(gomega.BeAssignableToTypeOf(""), gomega.Not(gomega.BeEmpty())), "localId is the id within the platform")
	t.Expect(o["URL"]).To(beURI(), "URL is where the @context is")
	stored, there := o["createdAt"]
	if !there {
		stored = o["timestamp"]
	}
	_, err := instant(stored)
	t.Expect(err).To(gomega.Succeed(), "createdAt (or timestamp, as some name it) is when the @context was stored")
	if hits, told := o["numberOfHits"]; told {
		t.Expect(hits).To(unsigned(), "numberOfHits, which is optional, is how often the @context was found in the storage")
	}
}

// defines says whether a JSON-LD document's @context gives the term the IRI.
func defines(document any, term, iri string) bool {
	o, ok := document.(ngsild.Object)
	if !ok {
		return false
	}
	for _, part := range list(o["@context"]) {
		terms, ok := part.(ngsild.Object)
		if !ok {
			continue
		}
		switch is := terms[term].(type) {
		case string:
			if is == iri {
				return true
			}
		case ngsild.Object:
			if is["@id"] == iri {
				return true
			}
		}
	}
	return false
}

// uses retrieves an entity under the @context at the URL.
func uses(t *T, id, address string) *probe.Response {
	r := t.GET(entityPath(id), Header("Link", ngsild.ContextLink(address)))
	t.Require(r).To(HaveStatus(200), "an entity has to be readable under the @context %s", address)
	return r
}

func contextHosting() []Check {
	return common([]Check{
		{
			ID:     "mim1.hostedContext.add.location",
			Title:  "An added @context is answered with 201 and a Location that names it",
			Clause: cim009 + "5.13.2, 6.29.3.1", TestPurposes: []string{"050_01"}, Fault: "hosted-context.add.no-location",
			Body: func(t *T) {
				v := newVocabulary(t)
				r := t.POST(contextList, inlined(), JSON(ngsild.Object{"@context": v.context()}))
				t.Require(r).To(HaveStatus(201))
				t.Expect(r).To(HaveHeader("Location", gomega.WithTransform(pathFrom(r), gomega.ContainSubstring(contextList+"/"))))
			},
		},
		{
			ID:     "mim1.hostedContext.add.served",
			Title:  "A hosted @context is served with the terms that it was added with",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"050_01", "053_01"}, Fault: "hosted-context.serve.empty",
			Body: func(t *T) {
				c := host(t)
				r := t.GET(contextPath(c.id))
				t.Require(r).To(HaveStatus(200))
				document := t.JSON(r)
				for term, iri := range InOrder(map[string]string{c.kind: c.kindIRI, c.level: c.levelIRI}) {
					t.Expect(r).To(answering(defines(document, term, iri), "the served @context has to give the term %s the IRI %s", term, iri))
				}
			},
		},
		{
			ID:     "mim1.hostedContext.add.detailsFalse",
			Title:  "With details=false the @context itself is served",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"053_01"}, Fault: "hosted-context.serve.details-always",
			Body: func(t *T) {
				c := host(t)
				r := t.GET(contextPath(c.id), Query("details", "false"))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(answering(defines(t.JSON(r), c.level, c.levelIRI), "the served document has to be the @context"))
			},
		},
		{
			ID:     "mim1.hostedContext.add.array",
			Title:  "An @context that is an array is hosted with all its parts",
			Clause: cim009 + "5.13.2", TestPurposes: []string{"050_04"}, Fault: "hosted-context.add.first-of-array",
			Body: func(t *T) {
				v := newVocabulary(t)
				r := t.POST(contextList, inlined(), JSON(ngsild.Object{"@context": []any{
					ngsild.Object{v.kind: v.kindIRI}, ngsild.Object{v.level: v.levelIRI}, ngsild.CoreContextURL}}))
				t.Require(r).To(HaveStatus(201))
				id := v.create(t, 20)
				e := read(t, id, Header("Link", ngsild.ContextLink(absolute(t, r.Header.Get("Location")))))
				t.Expect(e).To(haveTypes(v.kind))
				t.Expect(e).To(haveAttribute(v.level, ngsild.Property(20)))
			},
		},
		{
			ID:     "mim1.hostedContext.add.rest",
			Title:  "What stands beside the @context that is added is discarded, and its terms are served",
			Clause: cim009 + "5.13.2.3", Fault: "hosted-context.add.keeps-rest",
			Body: func(t *T) {
				v, rest := newVocabulary(t), t.Name("rest")
				r := t.POST(contextList, inlined(), JSON(ngsild.Object{"@context": v.context(), rest: "of the document"}))
				t.Require(r).To(HaveStatus(201))
				served := t.GET(contextPath(lastSegment(r.Header.Get("Location"))))
				t.Require(served).To(HaveStatus(200))
				t.Expect(served).To(answering(defines(t.JSON(served), v.level, v.levelIRI), "the served document has to be the @context"))
				t.Expect(t.JSON(served)).NotTo(gomega.HaveKey(rest), "what was beside the @context")
			},
		},
		{
			ID:     "mim1.hostedContext.add.notJson",
			Title:  "Adding an @context by a body that is not JSON is refused with 400 InvalidRequest",
			Clause: cim009 + "5.5.3", TestPurposes: []string{"050_02"}, Requirements: errorAnswers, Fault: "hosted-context.add.syntax-error-as-bad-data",
			Body: func(t *T) {
				v := newVocabulary(t)
				t.Expect(t.POST(contextList, inlined(), Body(ngsild.MediaJSON, []byte(`{"@context": {"`+v.level+`": `)))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.hostedContext.add.noContext",
			Title:  "Adding a document without @context is refused with 400",
			Clause: cim009 + "5.13.2", TestPurposes: []string{"050_02"}, Requirements: errorAnswers, Fault: "hosted-context.add.takes-anything",
			Body: func(t *T) {
				v := newVocabulary(t)
				t.Expect(t.POST(contextList, inlined(), JSON(v.context()))).To(BeProblem(400, ngsild.InvalidRequest, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.hostedContext.add.badContext",
			Title:  "Adding an @context that is no object, array or URI is refused with 400",
			Clause: cim009 + "5.13.2", Requirements: errorAnswers, Fault: "hosted-context.add.takes-anything",
			Body: func(t *T) {
				r := t.POST(contextList, inlined(), JSON(ngsild.Object{"@context": 42, t.Name("note"): true}))
				t.Expect(r).To(BeProblem(400, ngsild.InvalidRequest, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.hostedContext.use.compacts",
			Title:  "A hosted @context can be named in a Link header, and gives names their terms",
			Clause: cim009 + "5.13.1", TestPurposes: []string{"050_04"}, Fault: "hosted-context.unusable",
			Body: func(t *T) {
				c := host(t)
				id := c.create(t, 20)
				e := t.Object(uses(t, id, absolute(t, c.url)))
				t.Expect(e).To(haveTypes(c.kind))
				t.Expect(e).To(haveAttribute(c.level, ngsild.Property(20)))
			},
		},
		{
			ID:     "mim1.hostedContext.use.hits",
			Title:  "numberOfHits of a hosted @context grows when it is used",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"053_04"}, Level: Extended, Fault: "hosted-context.hits-not-counted",
			Body: func(t *T) {
				c := host(t)
				id := c.create(t, 20)
				before := c.hits(t)
				uses(t, id, absolute(t, c.url))
				t.Expect(c.hits(t)).To(gomega.BeNumerically(">", before), "numberOfHits counts how often the @context was used")
			},
		},
		{
			ID:     "mim1.hostedContext.serve.details",
			Title:  "With details=true a hosted @context is described: URL, local id, kind and when it was stored",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"053_02"}, Fault: "hosted-context.serve.details-ignored",
			Body: func(t *T) {
				c := host(t)
				c.isDescribed(t, c.details(t), hostedKind)
			},
		},
		{
			ID:     "mim1.hostedContext.serve.unknown",
			Title:  "An @context that is not there is answered with 404 ResourceNotFound",
			Clause: cim009 + "5.13.4", TestPurposes: []string{"053_03"}, Requirements: errorAnswers, Needs: reads, Fault: "hosted-context.serve.unknown-is-empty",
			Body: func(t *T) {
				t.Expect(t.GET(contextPath(t.Name("context")))).To(BeProblem(404, ngsild.ResourceNotFound))
				t.Expect(t.GET(contextPath(t.Name("context")), Query("details", "true"))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.hostedContext.list.urls",
			Title:  "The list of @contexts has the URL of each hosted one",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"052_02"}, Fault: "hosted-context.list.without-hosted",
			Body: func(t *T) {
				c := host(t)
				c.isListed(t, true)
				c.isListed(t, true, "details", "false")
			},
		},
		{
			ID:     "mim1.hostedContext.list.anyKind",
			Title:  "The list of @contexts can be asked for with each kind, and without",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"052_01"}, Needs: reads, Fault: "hosted-context.list.kind-unknown",
			Body: func(t *T) {
				contextsOf(t)
				for _, kind := range []string{hostedKind, cachedKind, implicitKind} {
					contextsOf(t, Query("kind", kind))
					contextsOf(t, Query("kind", kind, "details", "false"))
				}
			},
		},
		{
			ID:     "mim1.hostedContext.list.kind",
			Title:  "The list of @contexts of one kind has those of that kind only",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"052_02", "052_03"}, Fault: "hosted-context.list.kind-ignored",
			Body: func(t *T) {
				c := host(t)
				c.isListed(t, true, "kind", hostedKind)
				c.isListed(t, false, "kind", cachedKind)
				c.isListed(t, false, "kind", implicitKind)
			},
		},
		{
			ID:     "mim1.hostedContext.list.details",
			Title:  "With details=true the list describes each @context",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"052_05"}, Fault: "hosted-context.list.details-ignored",
			Body: func(t *T) {
				c := host(t)
				found := false
				for _, o := range describedContexts(t) {
					if o["localId"] == c.id || o["URL"] == c.url {
						found = true
						c.isDescribed(t, o, hostedKind)
					}
				}
				t.Expect(found).To(gomega.BeTrue(), "the list has to describe the hosted @context %s", c.url)
			},
		},
		{
			ID:     "mim1.hostedContext.list.detailsOfKind",
			Title:  "With details=true and a kind, all @contexts that are described are of that kind",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"052_05", "052_07"}, Fault: "hosted-context.list.kind-ignored",
			Body: func(t *T) {
				host(t)
				t.Expect(describedContexts(t, "kind", hostedKind)).NotTo(gomega.BeEmpty(), "one is hosted, at least")
				for _, kind := range []string{hostedKind, cachedKind} {
					for _, o := range describedContexts(t, "kind", kind) {
						t.Expect(o["kind"]).To(gomega.Equal(kind), "the list was asked for that kind")
					}
				}
			},
		},
		{
			ID:     "mim1.hostedContext.list.unknownKind",
			Title:  "A list of @contexts of an unknown kind is refused with 400",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"052_04"}, Requirements: errorAnswers, Needs: reads, Level: Extended, Fault: "hosted-context.list.unknown-kind-empty",
			Body: func(t *T) {
				// 5.13.3 names no error; of parameters that are not valid 6.3.20 says that they should give InvalidRequest
				t.Expect(t.GET(contextList, Query("kind", "Borrowed"))).To(BeProblem(400, badOrInvalid...))
			},
		},
		{
			ID:     "mim1.hostedContext.list.badDetails",
			Title:  "A list of @contexts with details that is no boolean is refused with 400",
			Clause: cim009 + "5.13.3", TestPurposes: []string{"052_04"}, Requirements: errorAnswers, Needs: reads, Level: Extended, Fault: "hosted-context.list.bad-details-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(contextList, Query("details", "perhaps"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.hostedContext.delete.deleted",
			Title:  "A deleted hosted @context is gone",
			Clause: cim009 + "5.13.5, 6.30.3.2", TestPurposes: []string{"051_01"}, Fault: "hosted-context.delete.swallowed",
			Body: func(t *T) {
				c := host(t)
				done(t, t.DELETE(contextPath(c.id)))
				t.Expect(t.GET(contextPath(c.id))).To(BeProblem(404, ngsild.ResourceNotFound))
				c.isListed(t, false)
			},
		},
		{
			ID:     "mim1.hostedContext.delete.others",
			Title:  "Deleting a hosted @context leaves others alone",
			Clause: cim009 + "5.13.5", Fault: "hosted-context.delete.all",
			Body: func(t *T) {
				c, other := host(t), host(t)
				done(t, t.DELETE(contextPath(c.id)))
				t.Expect(t.GET(contextPath(other.id))).To(HaveStatus(200))
			},
		},
		{
			ID:     "mim1.hostedContext.delete.unknown",
			Title:  "Deleting an @context that is not there is answered with 404 ResourceNotFound, and reloading it is refused",
			Clause: cim009 + "5.13.5", TestPurposes: []string{"051_02", "051_04"}, Requirements: errorAnswers, Fault: "hosted-context.delete.unknown-ok",
			Body: func(t *T) {
				id := t.Name("context")
				t.Expect(t.DELETE(contextPath(id))).To(BeProblem(404, ngsild.ResourceNotFound))
				// what is not there is unknown, and is no cached @context either
				t.Expect(t.DELETE(contextPath(id), Query("reload", "true"))).To(gomega.Or(BeProblem(404, ngsild.ResourceNotFound), BeProblem(400, ngsild.BadRequestData)))
			},
		},
		{
			ID:     "mim1.hostedContext.delete.reload",
			Title:  "Reloading a hosted @context is refused with 400 BadRequestData, and it stays",
			Clause: cim009 + "5.13.5", TestPurposes: []string{"051_04"}, Requirements: errorAnswers, Fault: "hosted-context.reload.deletes-hosted",
			Body: func(t *T) {
				c := host(t)
				t.Expect(t.DELETE(contextPath(c.id), Query("reload", "true"))).To(BeProblem(400, ngsild.BadRequestData))
				t.Expect(t.GET(contextPath(c.id))).To(HaveStatus(200), "a refused request changes nothing")
			},
		},
		{
			ID:     "mim1.hostedContext.delete.badReload",
			Title:  "Deleting an @context with reload that is no boolean is refused with 400",
			Clause: cim009 + "5.13.5", TestPurposes: []string{"051_04"}, Requirements: errorAnswers, Level: Extended, Fault: "hosted-context.delete.bad-reload-ignored",
			Body: func(t *T) {
				c := host(t)
				t.Expect(t.DELETE(contextPath(c.id), Query("reload", "perhaps"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
	}, hostingCheck())
}

// hostingCheck is what checks of stored @contexts have in common.
func hostingCheck() Check {
	return Check{Requirements: structured, Level: Core, Feature: FeatureContexts, Needs: writes, Since: "1.5.1"}
}

// absolute is the URL by which the platform can be told of an @context that it hosts.
// A Location may be relative (RFC 9110, 10.2.2); what it is relative to is known from
// the platform's own description.
func absolute(t *T, location string) string {
	if u, err := url.Parse(location); err == nil && u.IsAbs() {
		return location
	}
	c := storedContext{id: lastSegment(location)}
	address, _ := c.details(t)["URL"].(string)
	u, err := url.Parse(address)
	if err != nil || !u.IsAbs() {
		t.CantTell("the platform names the hosted @context %s by no absolute URL, neither in Location nor in its details, so it cannot be used in a Link header", location)
	}
	return address
}
