package faults

import (
	"bytes"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// negotiation is the faults of media types and methods (6.3.2, 6.3.4).
func negotiation() []Fault {
	get := func(r *http.Request) bool { return r.Method == http.MethodGet }
	creating := Op(http.MethodPost, "/entities")
	noAccept := reading().where(func(r *http.Request) bool { return r.Header.Get("Accept") == "" })
	always := func(mediaType string) func(*http.Request) {
		return accept(func(string) string { return mediaType })
	}
	return []Fault{
		{Name: "negotiate.json-ld-by-default", Summary: "Without an Accept header the answer is JSON-LD.",
			On: noAccept, Request: always(ngsild.MediaJSONLD)},
		{Name: "negotiate.any-as-json-ld", Summary: "With Accept: */* the answer is JSON-LD.",
			On: reading().where(func(r *http.Request) bool { return r.Header.Get("Accept") == "*/*" }), Request: always(ngsild.MediaJSONLD)},
		{Name: "negotiate.always-json-ld", Summary: "Answers are always JSON-LD.", On: reading(), Request: always(ngsild.MediaJSONLD)},
		{Name: "negotiate.always-json", Summary: "Answers are always JSON.", On: reading(), Request: always(ngsild.MediaJSON)},
		{Name: "negotiate.ranges-unknown", Summary: "Media ranges such as application/* are not acceptable.",
			On:     reading().where(func(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "application/*") }),
			Answer: func(_ *http.Request, a *Answer) { problem(a, http.StatusNotAcceptable, ngsild.InvalidRequest) }},
		{Name: "negotiate.first-listed", Summary: "Of an Accept header only the first media type counts.",
			On: reading(), Request: accept(func(value string) string { return strings.TrimSpace(upTo(",")(value)) })},
		{Name: "negotiate.quality-ignored", Summary: "The quality in an Accept header does not count.",
			On: reading(), Request: accept(func(value string) string {
				return regexp.MustCompile(`;\s*q=[0-9.]+`).ReplaceAllString(value, "")
			})},
		{Name: "negotiate.never-406", Summary: "What is not acceptable is answered as JSON.",
			On: get, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a := Record(next, r.Clone(r.Context()))
				if a.Status == http.StatusNotAcceptable {
					r.Header.Set("Accept", ngsild.MediaJSON)
					a = Record(next, r)
				}
				a.WriteTo(w)
			}},
		{Name: "negotiate.406-without-list", Summary: "406 does not tell what would be acceptable.",
			On: get, Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusNotAcceptable {
					a.Body = nil
				}
			}},
		{Name: "negotiate.refused-with-body", Summary: "411 and 415 come with problem details.",
			On: func(r *http.Request) bool { return r.Method != http.MethodGet }, Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusLengthRequired || a.Status == http.StatusUnsupportedMediaType {
					problem(a, a.Status, ngsild.InvalidRequest)
				}
			}},
		{Name: "negotiate.ascii-only", Summary: "What is not ASCII is served as question marks.",
			On: reading(), Answer: func(_ *http.Request, a *Answer) {
				a.Body = bytes.Map(func(r rune) rune {
					if r > 126 {
						return '?'
					}
					return r
				}, a.Body)
			}},
		{Name: "negotiate.any-content-type", Summary: "A payload is read as JSON whatever its Content-Type.",
			On: creating.where(func(r *http.Request) bool { return !knownContentType(r) }), Request: func(r *http.Request) {
				r.Header.Set("Content-Type", ngsild.MediaJSON)
			}},
		{Name: "negotiate.content-type-compared-whole", Summary: "A Content-Type with parameters or in another case is refused.",
			On: creating, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !slices.Contains([]string{ngsild.MediaJSON, ngsild.MediaJSONLD}, r.Header.Get("Content-Type")) {
					w.WriteHeader(http.StatusUnsupportedMediaType)
					return
				}
				next.ServeHTTP(w, r)
			}},
		{Name: "negotiate.405-without-allow", Summary: "405 does not tell which methods there are.",
			On: func(r *http.Request) bool { return r.Method != http.MethodGet }, Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusMethodNotAllowed {
					a.Header.Del("Allow")
				}
			}},
	}
}

func knownContentType(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (mediaType == ngsild.MediaJSON || mediaType == ngsild.MediaJSONLD)
}

func isJSONLD(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), ngsild.MediaJSONLD)
}

func hasLink(r *http.Request) bool { return r.Header.Get("Link") != "" }

// asJSON is a Request change of the Content-Type to application/json.
func asJSON(r *http.Request) { r.Header.Set("Content-Type", ngsild.MediaJSON) }

// withoutContext is a Request change that drops the @context of a JSON-LD body.
func withoutContext(r *http.Request) {
	fragments(func(e object) { delete(e, "@context") })(r)
	asJSON(r)
}

// contexts is the faults of JSON-LD @contexts (5.5.7, 6.3.5).
func contexts() []Fault {
	creating := Op(http.MethodPost, "/entities")
	byLocalName := func(wanted, name string) bool { return localName(wanted) == localName(name) }
	contextLink := ngsild.ContextRel
	return []Fault{
		{Name: "context.inline-ignored", Summary: "The @context in a created entity is not looked at.",
			On: creating.where(isJSONLD), Request: withoutContext},
		{Name: "context.first-of-array", Summary: "Of an @context array only the first part counts.",
			On: creating.where(isJSONLD), Request: fragments(func(e object) {
				if all, ok := e["@context"].([]any); ok && len(all) > 0 {
					e["@context"] = all[0]
				}
			})},
		{Name: "context.core-terms-default", Summary: "Terms of the core @context are of the default vocabulary.", On: reading().WithQuery("attrs"),
			Request: inParam("attrs", func(names string) string {
				for _, vocabulary := range []string{"https://uri.etsi.org/ngsi-ld/", "http://purl.org/dc/terms/"} {
					if term, is := strings.CutPrefix(names, vocabulary); is && !strings.Contains(term, "/") {
						return ngsild.DefaultVocab + term
					}
				}
				return names
			})},
		{Name: "context.core-overridden", Summary: "A user @context gives the core term location another meaning.",
			On: creating.where(isJSONLD), Request: fragments(func(e object) {
				terms, _ := e["@context"].(object)
				if iri, ok := terms["location"].(string); ok {
					delete(terms, "location")
					e[iri] = e["location"]
					delete(e, "location")
				}
			})},
		{Name: "context.local-names", Summary: "A query by a fully qualified attribute name looks at its last part only.",
			On: querying().WithQuery("attrs"), Instead: asked("attrs", func(next http.Handler, r *http.Request, names []string) []string {
				return alike(names, knownNames(next, r, "/attributes", "attributeList"), byLocalName)
			})},
		{Name: "context.compacts-by-local-name", Summary: "Fully qualified names are served as their last part.",
			On: reading(), Answer: served(func(_ *http.Request, e object) {
				if kind, ok := e["type"].(string); ok {
					e["type"] = localName(kind)
				}
				for _, name := range sorted(e) {
					if strings.Contains(name, "://") {
						e[localName(name)] = e[name]
						delete(e, name)
					}
				}
			})},
		{Name: "context.link-ignored-on-write", Summary: "The @context of a Link header is not looked at when an entity is created.",
			On: creating, Request: func(r *http.Request) { r.Header.Del("Link") }},
		{Name: "context.link-ignored-on-read", Summary: "The @context of a Link header is not looked at when entities are read.",
			On: reading(), Request: func(r *http.Request) { r.Header.Del("Link") }},
		{Name: "context.kept-for-ever", Summary: "How long an @context may be kept does not count.", On: func(r *http.Request) bool { return r.Method == http.MethodGet },
			Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				a, err := next.RoundTrip(r)
				if err == nil {
					a.Header.Del("Cache-Control")
					a.Header.Del("Expires")
				}
				return a, err
			}},
		{Name: "context.any-link", Summary: "Any link in a Link header is taken for that of an @context.",
			On: hasLink, Request: func(r *http.Request) {
				for i, link := range r.Header.Values("Link") {
					if target, _, ok := strings.Cut(link, ">"); ok {
						r.Header["Link"][i] = ngsild.ContextLink(strings.TrimPrefix(target, "<"))
					}
				}
			}},
		{Name: "context.unreadable-ignored", Summary: "An @context that cannot be read is not looked at.",
			On: creating.where(hasLink), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				sent := ReadBody(r)
				a := Record(next, r)
				if a.Status >= http.StatusBadRequest {
					r.Header.Del("Link")
					SetBody(r, sent)
					a = Record(next, r)
				}
				a.WriteTo(w)
			}},
		{Name: "context.answer-without-link", Summary: "A retrieved entity's @context is not named in a Link header.",
			On: retrieving(), Answer: inLinks(contextLink, nothing)},
		{Name: "context.link-without-names", Summary: "Errors and answers without a body name an @context in a Link header, too.",
			On: anything(), Answer: func(_ *http.Request, a *Answer) {
				if a.Status >= 400 || len(a.Body) == 0 {
					a.Header.Add("Link", ngsild.ContextLink(ngsild.CoreContextURL))
				}
			}},
		{Name: "context.query-answer-without-link", Summary: "A query's @context is not named in a Link header.",
			On: querying(), Answer: inLinks(contextLink, nothing)},
		{Name: "context.answer-names-core-only", Summary: "The Link header of an answer always names the core @context.",
			On: reading(), Answer: inLinks(contextLink, func(string) string { return ngsild.ContextLink(ngsild.CoreContextURL) })},
		{Name: "context.answer-without-member", Summary: "A retrieved entity holds no @context.",
			On: retrieving(), Answer: served(func(_ *http.Request, e object) { delete(e, "@context") })},
		{Name: "context.query-answer-without-member", Summary: "Entities of a query hold no @context.",
			On: querying(), Answer: served(func(_ *http.Request, e object) { delete(e, "@context") })},
		{Name: "context.hides-type", Summary: "The served @context makes the entity's type stand for nothing.",
			On: querying(), Answer: served(func(_ *http.Request, e object) {
				if kind, ok := e["type"].(string); ok && e["@context"] != nil {
					e["@context"] = append(slices.Clone(items(e["@context"])), object{kind: nil})
				}
			})},
		{Name: "context.missing-assumed", Summary: "JSON-LD without @context is read as JSON.",
			On: creating.where(isJSONLD), Request: func(r *http.Request) {
				if e, ok := decode(ReadBody(r)).(object); ok && e["@context"] == nil {
					asJSON(r)
				}
			}},
		{Name: "context.in-json-taken", Summary: "An @context in application/json is dropped.",
			On: creating.where(func(r *http.Request) bool { return !isJSONLD(r) }), Request: withoutContext},
		{Name: "context.link-beside-body-ignored", Summary: "A Link header beside JSON-LD is not looked at.",
			On: creating.where(isJSONLD), Request: func(r *http.Request) { r.Header.Del("Link") }},
	}
}

// localName is what follows the last slash or hash.
func localName(iri string) string { return iri[strings.LastIndexAny(iri, "/#")+1:] }

// problems is the faults of error answers (5.5.2, 5.5.3, 6.3.3, 6.3.20).
func problems() []Fault {
	get := func(r *http.Request) bool { return r.Method == http.MethodGet }
	inProblem := func(name, summary string, edit func(p object)) Fault {
		return Fault{Name: "problem." + name, Summary: summary, On: get, Answer: func(_ *http.Request, a *Answer) {
			if p, ok := decode(a.Body).(object); ok && a.Status >= http.StatusBadRequest {
				edit(p)
				a.Body = encode(p)
			}
		}}
	}
	as := func(name, summary, mediaType string) Fault {
		return Fault{Name: "problem." + name, Summary: summary, On: get, Answer: func(_ *http.Request, a *Answer) {
			if a.Status >= http.StatusBadRequest {
				a.Header.Set("Content-Type", mediaType)
			}
		}}
	}
	return []Fault{
		inProblem("about-blank", "Errors have the type about:blank.", func(p object) { p["type"] = "about:blank" }),
		inProblem("no-title", "Errors have no title.", func(p object) { delete(p, "title") }),
		inProblem("no-detail", "Errors have no detail.", func(p object) { delete(p, "detail") }),
		inProblem("wrong-status", "Errors tell status 500 whatever the status.", func(p object) { p["status"] = 500 }),
		as("json-ld", "Errors are application/ld+json.", ngsild.MediaJSONLD),
		as("plain-text", "Errors are text/plain.", "text/plain"),
		{Name: "problem.unknown-parameter-ignored", Summary: "Parameters that an operation has not are not looked at.",
			On: get, Request: func(r *http.Request) {
				q := r.URL.Query()
				for name := range q {
					if !slices.Contains(knownParameters(), name) {
						q.Del(name)
					}
				}
				r.URL.RawQuery = q.Encode()
			}},
	}
}

// knownParameters are the URL parameters of the consumption operations.
func knownParameters() []string {
	return []string{
		"attrs", "collation", "containedBy", "coordinates", "count", "csf", "datasetId", "details", "entityMap", "entityMapLifetime",
		"expandValues", "format", "geometry", "geometryProperty", "geoproperty", "georel", "id", "idPattern", "join", "joinLevel",
		"jsonKeys", "kind", "lang", "limit", "local", "offset", "omit", "options", "orderBy", "orderFrom", "orderGeometry", "pick",
		"q", "scopeQ", "splitEntities", "type",
	}
}
