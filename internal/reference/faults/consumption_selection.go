package faults

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// typeSelection is the faults of queries by type, and of queries as a whole (5.7.2, 4.17).
func typeSelection() []Fault {
	byType := querying().WithQuery("type")
	return []Fault{
		{Name: "query.csf.invalid-ignored", Summary: "A filter of sources that is not valid is passed over.", On: querying(), Instead: forgiving("csf")},
		{Name: "query.type.prefix", Summary: "A query by type also gives entities whose type begins like it, whatever the case.",
			On: byType, Instead: asked("type", func(next http.Handler, r *http.Request, types []string) []string {
				return alike(types, knownTypes(next, r), looksLike)
			})},
		{Name: "query.type.everything", Summary: "A query by type gives entities of all types.",
			On: byType, Instead: asked("type", func(next http.Handler, r *http.Request, types []string) []string {
				return alike(types, knownTypes(next, r), func(string, string) bool { return true })
			})},
		{Name: "query.type.first-of-list", Summary: "Of a list of types only the first counts.",
			On: byType, Request: inParam("type", upTo(","))},
		{Name: "query.type.bar-unknown", Summary: "A type selector ends at the first |.",
			On: byType, Request: inParam("type", upTo("|"))},
		{Name: "query.type.and-as-or", Summary: "In a type selector ; means or.",
			On: byType, Request: inParam("type", strings.NewReplacer("(", "", ")", "", ";", ",").Replace)},
		{Name: "query.type.first-of-entity", Summary: "An entity of several types is found by the first of them only.",
			On: byType, Answer: kept(func(r *http.Request, e object) bool {
				several, ok := e["type"].([]any)
				return !ok || several[0] == r.URL.Query().Get("type")
			})},
		{Name: "query.type.bare-left-out", Summary: "A query by type leaves out entities that have no attributes.",
			On: byType, Answer: kept(func(_ *http.Request, e object) bool {
				return slices.ContainsFunc(slices.Collect(maps.Keys(e)), func(name string) bool {
					return !slices.Contains([]string{"id", "type", "@context", "scope", "createdAt", "modifiedAt"}, name)
				})
			})},
		{Name: "query.type.iri-unknown", Summary: "A query by a type's fully qualified name finds nothing.",
			On: byType.where(func(r *http.Request) bool { return strings.Contains(r.URL.Query().Get("type"), "://") }), Answer: emptied},
		{Name: "query.type.demanded", Summary: "A query without type is refused.",
			On: querying().WithoutQuery("type"), Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w) }},
		{Name: "query.empty.not-found", Summary: "A query that finds nothing gives 404.",
			On: querying(), Answer: notFoundIfEmpty},
		{Name: "query.too-wide.answered", Summary: "A query without any selector is answered.",
			On:     querying().WithoutQuery("type").WithoutQuery("attrs").WithoutQuery("q").WithoutQuery("georel"),
			Answer: emptied},
		{Name: "query.combination.q-dropped", Summary: "A query with attrs does not look at q.",
			On: querying().WithQuery("attrs"), Request: DropQuery("q")},
		{Name: "query.dataset-ignored", Summary: "A query with datasetId gives the instances of all datasets.",
			On: querying(), Request: DropQuery("datasetId")},
		{Name: "query.dataset-anything", Summary: "A datasetId that is no URI is not looked at.",
			On: querying(), Instead: forgiving("datasetId")},
		{Name: "query.answer.duplicates", Summary: "An entity that has several of the attributes that were asked for comes several times.",
			On: querying().WithQuery("attrs"), Answer: func(r *http.Request, a *Answer) {
				l, _ := a.list()
				for _, item := range slices.Clone(l) {
					if e, ok := item.(object); ok && len(listed(r, "attrs")) > 1 && hasAll(e, listed(r, "attrs")) {
						l = append(l, item)
					}
				}
				a.setList(l)
			}},
		{Name: "query.answer.loses-metadata", Summary: "Attributes in a query's answer come without unitCode and observedAt.",
			On: querying(), Answer: servedAttributes(func(a object) object {
				delete(a, "unitCode")
				delete(a, "observedAt")
				return a
			})},
	}
}

func notFoundIfEmpty(_ *http.Request, a *Answer) {
	if l, ok := a.list(); ok && len(l) == 0 {
		problem(a, http.StatusNotFound, ngsild.ResourceNotFound)
	}
}

// idSelection is the faults of queries by id and idPattern.
func idSelection() []Fault {
	byID := querying().WithQuery("id")
	return []Fault{
		{Name: "query.id.ignored", Summary: "A query does not look at id.", On: byID, Request: DropQuery("id")},
		{Name: "query.id.first-of-list", Summary: "Of a list of ids only the first counts.",
			On: byID, Request: inParam("id", upTo(","))},
		{Name: "query.id.wants-all", Summary: "A query by ids gives nothing unless all of them are there.",
			On: byID, Answer: func(r *http.Request, a *Answer) {
				if l, ok := a.list(); ok && len(l) < len(listed(r, "id")) {
					a.setList(nil)
				}
			}},
		{Name: "query.id.beats-type", Summary: "A query by id does not look at anything else.",
			On: byID.WithQuery("type"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a := Record(next, r)
				if _, ok := a.list(); ok {
					var found []any
					for _, id := range listed(r, "id") {
						if e := get(next, r, id); e != nil {
							found = append(found, e)
						}
					}
					a.setList(found)
				}
				a.WriteTo(w)
			}},
		{Name: "query.id.alone-empty", Summary: "A query by id alone gives nothing.",
			On: byID.WithoutQuery("type"), Answer: emptied},
		{Name: "query.id.any-string", Summary: "Ids that are no URIs are passed over.",
			On: byID, Request: func(r *http.Request) {
				uris := slices.DeleteFunc(listed(r, "id"), func(id string) bool { return !strings.Contains(id, ":") })
				if len(uris) == 0 {
					DropQuery("id")(r)
					return
				}
				setQuery("id", strings.Join(uris, ","))(r)
			}},
		{Name: "query.id-pattern.ignored", Summary: "A query does not look at idPattern.",
			On: querying(), Request: DropQuery("idPattern")},
		{Name: "query.id-pattern.literal", Summary: "idPattern is taken literally.",
			On: querying(), Request: inParam("idPattern", func(p string) string {
				return "^" + regexp.QuoteMeta(strings.Trim(p, "^$"))
			})},
		{Name: "query.id-pattern.any-case", Summary: "idPattern is matched without regard to case.",
			On: querying(), Request: inParam("idPattern", func(p string) string { return "(?i)" + p })},
		{Name: "query.id-pattern.invalid-matches-nothing", Summary: "An idPattern that is no regular expression finds nothing.",
			On: querying().WithQuery("idPattern"), Answer: func(r *http.Request, a *Answer) {
				if a.Status == http.StatusBadRequest {
					emptied(r, a)
				}
			}},
	}
}

// attrsSelection is the faults of queries by attrs.
func attrsSelection() []Fault {
	byAttrs := querying().WithQuery("attrs")
	return []Fault{
		{Name: "query.attrs.projects-only", Summary: "attrs reduces the entities of a query but does not choose among them.",
			On: byAttrs, Request: func(r *http.Request) {
				q := r.URL.Query()
				q.Set("pick", "id,type,"+q.Get("attrs"))
				q.Del("attrs")
				r.URL.RawQuery = q.Encode()
			}},
		{Name: "query.attrs.selects-only", Summary: "attrs chooses among the entities but does not reduce them.",
			On: byAttrs, Request: func(r *http.Request) {
				q := r.URL.Query()
				exists := "(" + strings.ReplaceAll(q.Get("attrs"), ",", "|") + ")"
				if q.Has("q") {
					exists = q.Get("q") + ";" + exists
				}
				q.Set("q", exists)
				q.Del("attrs")
				r.URL.RawQuery = q.Encode()
			}},
		{Name: "query.attrs.wants-all", Summary: "A query by attrs gives only entities that have all of them.",
			On: byAttrs, Answer: kept(func(r *http.Request, e object) bool { return hasAll(e, listed(r, "attrs")) })},
		{Name: "query.attrs.unknown-ignored", Summary: "attrs that no entity has are not looked at.",
			On: byAttrs, Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				if len(found) == 0 {
					return ask(without("attrs"))
				}
				return found
			})},
	}
}

// scopeSelection is the faults of scope queries (4.19).
func scopeSelection() []Fault {
	byScope := querying().WithQuery("scopeQ")
	return []Fault{
		{Name: "query.scope.ignored", Summary: "A query does not look at scopeQ.", On: byScope, Request: DropQuery("scopeQ")},
		{Name: "query.scope.subtree", Summary: "A scope query always gives the scopes below as well.",
			On: byScope, Request: substitute("scopeQ", `([^#])$`, "$1/#")},
		{Name: "query.scope.hash-ignored", Summary: "A scope query never gives the scopes below.",
			On: byScope, Request: substitute("scopeQ", `([^/])/#$`, "$1")},
		{Name: "query.scope.plus-as-hash", Summary: "A + in a scope query stands for everything below.",
			On: byScope, Request: substitute("scopeQ", `/\+.*$`, "/#")},
		{Name: "query.scope.bar-unknown", Summary: "A scope query ends at the first |.", On: byScope, Request: inParam("scopeQ", upTo("|"))},
		{Name: "query.scope.and-as-or", Summary: "In a scope query ; means or.", On: byScope,
			Request: inParam("scopeQ", strings.NewReplacer("(", "", ")", "", ";", ",").Replace)},
		{Name: "query.scope.first-of-entity", Summary: "An entity of several scopes is found by the first of them only.", On: byScope, Answer: kept(func(r *http.Request, e object) bool {
			several, ok := e["scope"].([]any)
			return !ok || several[0] == r.URL.Query().Get("scopeQ")
		})},
		{Name: "query.scope.first-of-list", Summary: "Of a list of scopes only the first counts.",
			On: byScope, Request: inParam("scopeQ", upTo(","))},
	}
}
