package mim1

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// worded is a source that is registered, and asked, by the terms of a user @context.
type worded struct {
	*spread
	v vocabulary
}

// newWorded opens such a source. It names what it has by IRIs, which mean the same
// under any @context.
func newWorded(t *T) worded {
	d := newSpread(t)
	w := worded{d, vocabulary{kind: d.kind, level: d.level}.elsewhere("one")}
	d.serve(ngsild.Entity(d.id, w.v.kindIRI, w.v.levelIRI, levelThere()), 0)
	return w
}

// whole registers the source for the entity, under the @context.
func (w worded) whole(t *T, mode string, edits ...edit) {
	edits = append([]edit{having("mode", mode), informing(informationOf(ngsild.Object{"id": w.id, "type": w.kind})), offering("retrieveOps")}, edits...)
	w.registration = register(t, aRegistration(t, w.kind, w.source.URL(), edits...), w.v.linked(t))
}

// telling is a pair of contextSourceInfo.
func telling(key, value string) edit {
	return having("contextSourceInfo", []any{ngsild.Object{"key": key, "value": value}})
}

// contextOf is the @context that a request to a source is to be read under: that of its
// body, else that of its Link header, else nil.
func contextOf(a probe.Asked) any {
	var body any
	if len(a.Body) > 0 && json.Unmarshal(a.Body, &body) == nil {
		if list, is := body.([]any); is && len(list) > 0 {
			body = list[0]
		}
		if o, is := body.(map[string]any); is && o["@context"] != nil {
			return o["@context"]
		}
	}
	if to, ok := weblink.To(a.Header, ngsild.ContextRel); ok {
		return to.Target
	}
	return nil
}

// isMore says whether an @context can give terms of a user's: it is not the core one alone.
func isMore(context any) bool {
	switch c := context.(type) {
	case string:
		return !ngsild.IsCoreContext(c)
	case []any:
		for _, item := range c {
			if isMore(item) {
				return true
			}
		}
		return false
	default:
		return context != nil
	}
}

// said is all that a request to a source names: path, parameters and body.
func said(a probe.Asked) string {
	text := a.Path
	for _, values := range a.Query {
		text += "\n" + strings.Join(values, "\n")
	}
	return text + "\n" + string(a.Body)
}

// means expects that a request to a source names a term of the user's @context so that it
// is understood: by its IRI, or under an @context that has the user's terms.
func (w worded) means(t *T, a probe.Asked, term, iri string) {
	text := said(a)
	if !strings.Contains(text, term) || strings.Contains(text, iri) {
		return
	}
	t.Expect(nil).To(answering(isMore(contextOf(a)), "%s %s?%s names %s, and its @context is %s: nothing tells that %s is meant",
		a.Method, a.Path, a.Query.Encode(), term, compact(contextOf(a)), iri))
}

// mediaOf is the media type of a request's body, without parameters.
func mediaOf(a probe.Asked) string {
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return a.Header.Get("Content-Type")
	}
	return media
}

// holdsContext says whether the body of a request, or each item of it, has an @context.
func holdsContext(a probe.Asked) bool { return strings.Contains(string(a.Body), `"@context"`) }

// changed sends an update of the level through the platform and returns what the source,
// to which the entity is redirected, is told; options name the @context of the request.
func (w worded) changed(t *T, edits []edit, body ngsild.Object, options ...Option) probe.Asked {
	w.whole(t, "redirect", append([]edit{offering("updateEntity", "retrieveEntity")}, edits...)...)
	if body == nil {
		body = ngsild.Object{w.level: ngsild.Property(7)}
	}
	options = append(options, Expecting(500, 502, 503, 504))
	if body["@context"] != nil {
		options = append(options, inlined(), JSONLD(body))
	} else {
		options = append(options, JSON(body))
	}
	r := t.PATCH(attrsPath(w.id), options...)
	w.isAsked(t)
	done(t, r)
	return w.isTold(t, http.MethodPatch, entities+"/"+w.id+"/attrs")
}

// mannerOfForwarding checks in which form sources are asked: the headers of requests to
// them (6.3.4, 6.3.5), and what their registrations say of it (4.3.6.6).
func mannerOfForwarding() []Check {
	asked := func(t *T, w worded, options ...Option) []probe.Asked {
		t.GET(entityPath(w.id), append([]Option{w.v.linked(t)}, options...)...)
		w.isAsked(t)
		return w.asked()
	}
	return []Check{
		{
			ID:     "mim1.distributed.forward.terms",
			Title:  "A source is asked so that the names in the request mean what they meant to the client: by IRIs or with an @context",
			Clause: cim009 + "4.3.6, 6.3.5", Fault: "distributed.context-lost",
			Body: func(t *T) {
				w := newWorded(t)
				w.whole(t, "inclusive")
				t.GET(entityPath(w.id), w.v.linked(t), Query("attrs", w.level))
				t.GET(entities, w.v.linked(t), Query("type", w.kind))
				w.isAsked(t)
				for _, a := range w.asked() {
					w.means(t, a, w.kind, w.v.kindIRI)
					w.means(t, a, w.level, w.v.levelIRI)
				}
			},
		},
		{
			ID:     "mim1.distributed.forward.termsOfChange",
			Title:  "A change is handed on so that its names mean what they meant to the client, whose @context came by a Link header",
			Clause: cim009 + "4.3.6, 6.3.5", Fault: "distributed.context-lost",
			Body: func(t *T) {
				w := newWorded(t)
				a := w.changed(t, nil, nil, w.v.linked(t))
				w.mentions(t, a, w.level)
				w.means(t, a, w.level, w.v.levelIRI)
			},
		},
		{
			ID:     "mim1.distributed.forward.termsInBody",
			Title:  "A change is handed on so that its names mean what they meant to the client, whose @context came in the body",
			Clause: cim009 + "4.3.6, 6.3.5", Fault: "distributed.context-lost",
			Body: func(t *T) {
				w := newWorded(t)
				body := ngsild.InContext(ngsild.Object{w.level: ngsild.Property(7)}, w.v.context())
				a := w.changed(t, nil, body)
				w.mentions(t, a, w.level)
				w.means(t, a, w.level, w.v.levelIRI)
			},
		},
		{
			ID:     "mim1.distributed.forward.mediaType",
			Title:  "A change is handed on as JSON with its @context linked, or as JSON-LD with it in the body, and says which by Content-Type",
			Clause: cim009 + "6.3.4, 6.3.5", Fault: "distributed.content-type-garbled",
			Body: func(t *T) {
				w := newWorded(t)
				a := w.changed(t, nil, nil, w.v.linked(t))
				t.Require(mediaOf(a)).To(gomega.BeElementOf(ngsild.MediaJSON, ngsild.MediaJSONLD, ngsild.MediaMergePatch), "the Content-Type of what the source is told")
				t.Expect(holdsContext(a)).To(gomega.Equal(mediaOf(a) == ngsild.MediaJSONLD), "only JSON-LD has the @context in the body; it is %s: %s", mediaOf(a), a.Body)
			},
		},
		{
			ID:     "mim1.distributed.forward.accept",
			Title:  "A source is asked for a media type that every source has: JSON or JSON-LD",
			Clause: cim009 + "4.3.6.1, 6.3.4", Fault: "distributed.accept-garbled",
			Body: func(t *T) {
				w := newWorded(t)
				w.whole(t, "inclusive")
				for _, a := range asked(t, w) {
					accepted := strings.Join(a.Header.Values("Accept"), ",")
					if accepted != "" { // without it, JSON is meant
						t.Expect(accepted).To(gomega.Or(gomega.ContainSubstring("application/json"), gomega.ContainSubstring("application/ld+json"),
							gomega.ContainSubstring("application/*"), gomega.ContainSubstring("*/*")), "the Accept header of the request to the source")
					}
				}
			},
		},
		{
			ID:     "mim1.distributed.manner.accept",
			Title:  "A source whose contextSourceInfo has the key accept is asked for that media type",
			Clause: cim009 + "4.3.6.6", Since: "1.8.1", Fault: "distributed.manner.accept-ignored",
			Body: func(t *T) {
				for _, media := range []string{ngsild.MediaJSON, ngsild.MediaJSONLD} {
					w := newWorded(t)
					w.whole(t, "inclusive", telling("accept", media))
					for _, a := range asked(t, w) {
						t.Expect(strings.Join(a.Header.Values("Accept"), ",")).To(gomega.ContainSubstring(media), "the Accept header of the request to the source")
					}
				}
			},
		},
		{
			ID:     "mim1.distributed.manner.acceptConverted",
			Title:  "What a source answers as JSON-LD, as its registration says, is shown as the JSON that the client asks for",
			Clause: cim009 + "4.3.6.6", Since: "1.8.1", Fault: "distributed.answer-context-ignored",
			Body: func(t *T) {
				w := newWorded(t)
				term, kind := t.Name("depth"), t.Name("Gauge") // the source has other terms for the same
				context := ngsild.Object{term: w.v.levelIRI, kind: w.v.kindIRI}
				there := compact([]any{ngsild.InContext(ngsild.Entity(w.id, kind, term, levelThere()), []any{context, ngsild.CoreContextURL})})
				w.source.Serve(func(a probe.Asked) probe.Told {
					switch {
					case w.isMeant(a) && isQuery(a):
						return inMedia(ngsild.MediaJSONLD, there)
					case w.isMeant(a):
						return inMedia(ngsild.MediaJSONLD, there[1:len(there)-1])
					default:
						return answerTo(a, []any{})
					}
				})
				w.whole(t, "inclusive", telling("accept", ngsild.MediaJSONLD))
				r := t.GET(entityPath(w.id), w.v.linked(t), Header("Accept", ngsild.MediaJSON))
				w.isAsked(t)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveHeader("Content-Type", gomega.HavePrefix(ngsild.MediaJSON)))
				e := t.Object(r)
				t.Expect(e).NotTo(gomega.HaveKey("@context"))
				t.Expect(e).To(haveTypes(w.kind))
				w.fromSource(t, e)
			},
		},
		{
			ID:     "mim1.distributed.manner.contentTypeJsonLd",
			Title:  "A source whose contextSourceInfo has the contentType application/ld+json gets that, with the @context in the body, from a client that linked it",
			Clause: cim009 + "4.3.6.6", Since: "1.8.1", Fault: "distributed.manner.contentType-ignored",
			Body: func(t *T) {
				w := newWorded(t)
				a := w.changed(t, []edit{telling("contentType", ngsild.MediaJSONLD)}, nil, w.v.linked(t))
				t.Expect(mediaOf(a)).To(gomega.Equal(ngsild.MediaJSONLD), "the Content-Type of what the source is told")
				t.Expect(holdsContext(a)).To(gomega.BeTrue(), "the @context is in the body: %s", a.Body)
				w.means(t, a, w.level, w.v.levelIRI)
			},
		},
		{
			ID:     "mim1.distributed.manner.contentTypeJson",
			Title:  "A source whose contextSourceInfo has the contentType application/json gets that, with a linked @context, from a client that sent it in the body",
			Clause: cim009 + "4.3.6.6", Since: "1.8.1", Fault: "distributed.manner.contentType-ignored",
			Body: func(t *T) {
				w := newWorded(t)
				body := ngsild.InContext(ngsild.Object{w.level: ngsild.Property(7)}, w.v.context())
				a := w.changed(t, []edit{telling("contentType", ngsild.MediaJSON)}, body)
				t.Expect(mediaOf(a)).To(gomega.Equal(ngsild.MediaJSON), "the Content-Type of what the source is told")
				t.Expect(holdsContext(a)).To(gomega.BeFalse(), "plain JSON has no @context: %s", a.Body)
				w.means(t, a, w.level, w.v.levelIRI)
			},
		},
		{
			ID:     "mim1.distributed.manner.context",
			Title:  "A source whose contextSourceInfo has a jsonldContext is asked in the terms of that @context, which is linked",
			Clause: cim009 + "4.3.6.6", Since: "1.8.1", Fault: "distributed.manner.context-ignored",
			Body: func(t *T) {
				w := newWorded(t)
				other, url := w.otherTerms(t)
				w.whole(t, "inclusive", telling("jsonldContext", url))
				t.GET(entityPath(w.id), w.v.linked(t), Query("attrs", w.level))
				t.GET(entities, w.v.linked(t), Query("type", w.kind))
				w.isAsked(t)
				all := ""
				for _, a := range w.asked() {
					t.Expect(contextOf(a)).To(gomega.Equal(url), "the @context in the Link header of %s %s", a.Method, a.Path)
					t.Expect(said(a)).NotTo(gomega.Or(gomega.ContainSubstring(w.kind), gomega.ContainSubstring(w.level)), "these are the client's terms, not the registration's")
					all += said(a)
				}
				t.Expect(all).To(gomega.ContainSubstring(other.kind), "the type in the registration's terms")
			},
		},
		{
			ID:     "mim1.distributed.manner.contextOfChange",
			Title:  "A source whose contextSourceInfo has a jsonldContext is told of changes in plain JSON, in the terms of that @context, which is linked",
			Clause: cim009 + "4.3.6.6", Since: "1.8.1", Fault: "distributed.manner.changes-as-json-ld",
			Body: func(t *T) {
				w := newWorded(t)
				other, url := w.otherTerms(t)
				body := ngsild.InContext(ngsild.Object{w.level: ngsild.Property(7)}, w.v.context())
				a := w.changed(t, []edit{telling("jsonldContext", url)}, body)
				t.Expect(mediaOf(a)).To(gomega.Equal(ngsild.MediaJSON), "the Content-Type of what the source is told")
				t.Expect(holdsContext(a)).To(gomega.BeFalse(), "the @context is taken out of the body: %s", a.Body)
				t.Expect(contextOf(a)).To(gomega.Equal(url), "the @context in the Link header")
				var told ngsild.Object
				t.Require(json.Unmarshal(a.Body, &told)).To(gomega.Succeed(), "the source is told JSON: %s", a.Body)
				t.Expect(told).To(haveAttribute(other.level, ngsild.Property(7)), "the attribute in the registration's terms: %s", a.Body)
			},
		},
		{
			ID:     "mim1.distributed.manner.conformance",
			Title:  "A source whose contextSourceInfo has a ngsildConformance is told of changes in the form of that version: a VocabProperty as a Property",
			Clause: cim009Later + "4.3.6.6, 4.3.6.8", Since: "1.9.1", Fault: "distributed.manner.conformance-ignored",
			Body: func(t *T) {
				w := newWorded(t)
				body := ngsild.Object{w.level: ngsild.Object{"type": "VocabProperty", "vocab": "nonCommercial"}}
				a := w.changed(t, []edit{telling("ngsildConformance", earlierVersion)}, body, w.v.linked(t))
				t.Expect(string(a.Body)).NotTo(gomega.Or(gomega.ContainSubstring("VocabProperty"), gomega.ContainSubstring(`"vocab"`)), "version %s has no VocabProperty", earlierVersion)
				t.Expect(string(a.Body)).To(gomega.And(gomega.ContainSubstring(`"value"`), gomega.ContainSubstring("nonCommercial")), "it is a Property with that value")
			},
		},
	}
}

// otherTerms publishes an @context with other terms for the same IRIs.
func (w worded) otherTerms(t *T) (vocabulary, string) {
	other := w.v
	other.kind, other.level = t.Name("Gauge"), t.Name("depth")
	return other, t.Env.Callback.ServeContext(other.document())
}
