package faults

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
)

const contextsPath = "/jsonldContexts"

func addingContext() Match   { return Op(http.MethodPost, contextsPath) }
func listingContexts() Match { return Op(http.MethodGet, contextsPath) }
func servingContext() Match  { return Op(http.MethodGet, contextsPath+"/*") }
func deletingContext() Match { return Op(http.MethodDelete, contextsPath+"/*") }

// param says whether a query parameter has the value.
func param(name, value string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.URL.Query().Get(name) == value }
}

// aboutCached says whether the path names an @context by the URL that it came from.
func aboutCached(r *http.Request) bool {
	p := parts(r)
	return len(p) > 1 && strings.Contains(p[1], "://")
}

// isHosted says whether an @context that is listed by its URL is the platform's own.
func isHosted(address string) bool { return strings.Contains(address, contextsPath+"/") }

// details is an Answer change of the descriptions of @contexts.
func details(edit func(o object)) func(*http.Request, *Answer) {
	return served(func(_ *http.Request, o object) {
		if o["localId"] != nil {
			edit(o)
		}
	})
}

// storedContexts is the faults of the @contexts that a platform keeps (5.13).
func storedContexts() []Fault {
	listing, serving, deleting := listingContexts(), servingContext(), deletingContext()
	return []Fault{
		{Name: "hosted-context.add.no-location", Summary: "An added @context has no Location.", On: addingContext(), Answer: DropHeader("Location")},
		{Name: "hosted-context.add.first-of-array", Summary: "Of an @context that is an array only the first part is added.",
			On: addingContext(), Request: fragments(func(o object) {
				if parts, ok := o["@context"].([]any); ok && len(parts) > 0 {
					o["@context"] = parts[0]
				}
			})},
		{Name: "hosted-context.add.keeps-rest", Summary: "What stands beside an added @context is stored and served as well.", On: addingContext().or(serving), Instead: keepRest()},
		{Name: "hosted-context.add.syntax-error-as-bad-data", Summary: "A body that is not even JSON is BadRequestData.",
			On: addingContext(), Answer: kind(400, ngsild.BadRequestData)},
		{Name: "hosted-context.add.takes-anything", Summary: "Whatever is added is answered with 201.", On: addingContext(), Answer: failing(http.StatusCreated)},
		{Name: "hosted-context.serve.empty", Summary: "Served @contexts have no terms.", On: serving, Answer: answered(func(o object) {
			if o["@context"] != nil {
				o["@context"] = object{}
			}
		})},
		{Name: "hosted-context.serve.details-always", Summary: "An @context is described whatever details says.",
			On: serving.WithQuery("details"), Request: setQuery("details", "true")},
		{Name: "hosted-context.serve.details-ignored", Summary: "An @context is never described.", On: serving, Request: DropQuery("details")},
		{Name: "hosted-context.serve.unknown-is-empty", Summary: "An unknown @context is an empty object.", On: serving, Answer: emptyObject},
		{Name: "hosted-context.unusable", Summary: "A hosted @context in a Link header is not looked at.",
			On: reading().where(func(r *http.Request) bool { return strings.Contains(r.Header.Get("Link"), contextsPath+"/") }), Request: dropRequestHeader("Link")},
		{Name: "hosted-context.hits-not-counted", Summary: "numberOfHits is always 0.", On: serving.or(listing),
			Answer: details(func(o object) { o["numberOfHits"] = 0 })},
		{Name: "hosted-context.list.without-hosted", Summary: "Hosted @contexts are not in the list.", On: listing, Answer: keepListed(func(address string) bool { return !isHosted(address) })},
		{Name: "hosted-context.list.kind-ignored", Summary: "The list is of all kinds.", On: listing, Request: DropQuery("kind")},
		{Name: "hosted-context.list.kind-unknown", Summary: "The list of implicitly created @contexts is refused.",
			On: listing.where(param("kind", "ImplicitlyCreated")), Answer: func(_ *http.Request, a *Answer) { problem(a, 400, ngsild.BadRequestData) }},
		{Name: "hosted-context.list.details-ignored", Summary: "The list has URLs whatever details says.", On: listing, Request: DropQuery("details"),
			Answer: func(r *http.Request, a *Answer) { // so that only a check of the list itself falls over it
				if l, ok := a.list(); ok && r.URL.Query().Get("details") == "true" {
					for i, address := range l {
						l[i] = object{"URL": address, "localId": lastOf(address)}
					}
					a.setList(l)
				}
			}},
		{Name: "hosted-context.list.unknown-kind-empty", Summary: "The list of an unknown kind is empty.", On: listing.WithQuery("kind"),
			Answer: func(r *http.Request, a *Answer) {
				if a.Status == http.StatusBadRequest {
					emptied(r, a)
				}
			}},
		{Name: "hosted-context.list.bad-details-ignored", Summary: "What details says is not looked at unless it is a boolean.", On: listing, Instead: forgiving("details")},
		{Name: "hosted-context.delete.swallowed", Summary: "Deleting an @context does nothing.", On: deleting, Instead: swallow(http.StatusNoContent)},
		{Name: "hosted-context.delete.all", Summary: "Deleting an @context deletes all hosted ones.", On: deleting, Instead: answering(func(e exchange) {
			if e.Status != http.StatusNoContent {
				return
			}
			addresses, _ := ask(e.next, e.request, http.MethodGet, contextsPath+"?kind=Hosted", nil).list()
			for _, address := range addresses {
				ask(e.next, e.request, http.MethodDelete, contextsPath+"/"+url.PathEscape(lastOf(address)), nil)
			}
		})},
		{Name: "hosted-context.delete.unknown-ok", Summary: "Deleting an unknown @context is answered with 204.", On: deleting, Answer: success},
		{Name: "hosted-context.reload.deletes-hosted", Summary: "Reloading a hosted @context deletes it.", On: deleting.WithQuery("reload"), Request: DropQuery("reload")},
		{Name: "hosted-context.delete.bad-reload-ignored", Summary: "What reload says is not looked at unless it is a boolean.",
			On: deleting.where(func(r *http.Request) bool {
				v := r.URL.Query().Get("reload")
				return v != "true" && v != "false"
			}), Request: DropQuery("reload")},

		{Name: "cached-context.list.as-hosted", Summary: "Cached @contexts are listed as hosted ones.",
			On: listing.where(param("kind", "Hosted")), Request: DropQuery("kind")},
		{Name: "cached-context.details.own-url", Summary: "A cached @context is described by a URL of the platform.", On: serving,
			Answer: details(func(o object) {
				if o["kind"] == "Cached" {
					id, _ := o["localId"].(string)
					o["URL"] = "https://platform.example" + contextsPath + "/" + id
				}
			})},
		{Name: "cached-context.serve.served", Summary: "A cached @context is served.", On: serving, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusUnprocessableEntity {
				a.Status, a.Body = http.StatusOK, []byte(`{"@context": {}}`)
			}
		}},
		{Name: "cached-context.not-kept", Summary: "An @context elsewhere is fetched again for each request.", On: reading().where(hasLink),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				_, rest, _ := strings.Cut(r.Header.Get("Link"), "<")
				address, _, _ := strings.Cut(rest, ">")
				ask(next, r, http.MethodDelete, contextsPath+"/"+url.PathEscape(address), nil)
				next.ServeHTTP(w, r)
			}},
		{Name: "cached-context.reload.swallowed", Summary: "Reloading an @context does nothing.", On: deleting.where(param("reload", "true")).where(aboutCached), Instead: swallow(http.StatusNoContent)},
		{Name: "cached-context.reload.always-ok", Summary: "Reloading an @context that cannot be fetched is answered with 204.", On: deleting.where(param("reload", "true")), Answer: failing(http.StatusNoContent)},
		{Name: "cached-context.reload.takes-anything", Summary: "Reloading an @context that is no valid one anymore is answered with 204.", On: deleting.where(param("reload", "true")),
			Answer: func(r *http.Request, a *Answer) {
				if strings.Contains(string(a.Body), "is no @context any more") {
					failing(http.StatusNoContent)(r, a)
				}
			}},

		{Name: "implicit-context.list.as-hosted", Summary: "Implicitly created @contexts are listed as hosted ones.",
			On: listing.where(param("kind", "Hosted")), Request: DropQuery("kind")},
	}
}

// lastOf is what follows the last slash of a listed URL.
func lastOf(address any) string {
	text, _ := address.(string)
	return text[strings.LastIndex(text, "/")+1:]
}

// keepListed is an Answer change of a list of URLs to those that are so.
func keepListed(so func(address string) bool) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		l, ok := a.list()
		if !ok {
			return
		}
		var left []any
		for _, item := range l {
			if address, isText := item.(string); !isText || so(address) {
				left = append(left, item)
			}
		}
		a.setList(left)
	}
}

// keepRest stores whole documents with the @contexts that are added, and serves them.
func keepRest() handle {
	var documents sync.Map // path of the stored @context -> object
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		sent, _ := decode(ReadBody(r)).(object)
		a := Record(next, r)
		if at := a.Header.Get("Location"); at != "" {
			documents.Store(at, sent)
		}
		if whole, known := documents.Load(r.URL.EscapedPath()); known && a.Status == http.StatusOK && !r.URL.Query().Has("details") {
			a.Body = encode(whole)
		}
		a.WriteTo(w)
	}
}
