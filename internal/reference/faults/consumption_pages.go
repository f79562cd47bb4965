package faults

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

var offsetIn = regexp.MustCompile(`offset=(\d+)`)

// paging is the faults of pages (5.5.9).
func paging() []Fault {
	return []Fault{
		{Name: "query.page.limit-ignored", Summary: "A query does not look at limit.", On: querying(), Request: DropQuery("limit")},
		{Name: "query.page.overlaps", Summary: "The next page begins with the last entity of the page before.",
			On: querying(), Answer: inLinks("next", func(link string) string {
				return offsetIn.ReplaceAllStringFunc(link, func(s string) string {
					n, _ := strconv.Atoi(strings.TrimPrefix(s, "offset="))
					return "offset=" + strconv.Itoa(max(n-1, 0))
				})
			})},
		{Name: "query.page.no-next", Summary: "No answer links to the next page.", On: querying(), Answer: inLinks("next", nothing)},
		{Name: "query.page.no-prev", Summary: "No answer links to the previous page.", On: querying(), Answer: inLinks("prev", nothing)},
		{Name: "query.page.always-next", Summary: "The last page links to a next one.",
			On: querying(), Answer: func(r *http.Request, a *Answer) { addLink(r, a, "next") }},
		{Name: "query.page.always-prev", Summary: "The first page links to a previous one.",
			On: querying().WithoutQuery("offset"), Answer: func(r *http.Request, a *Answer) { addLink(r, a, "prev") }},
		{Name: "query.page.next-forgets-q", Summary: "The link to the next page lacks q.",
			On: querying(), Answer: inLinks("next", func(link string) string {
				return regexp.MustCompile(`([?&])q=[^&>]*&?`).ReplaceAllString(link, "$1")
			})},
		{Name: "query.page.link-type-fixed", Summary: "Pages are linked to as application/json whatever was asked for.",
			On: querying(), Answer: inLinks("next", func(link string) string {
				return strings.Replace(link, `type="`+ngsild.MediaJSONLD+`"`, `type="`+ngsild.MediaJSON+`"`, 1)
			})},
		{Name: "query.page.offset-from-one", Summary: "offset counts from 1.",
			On: querying(), Request: inParam("offset", func(offset string) string {
				n, err := strconv.Atoi(offset)
				if err != nil || n < 1 {
					return offset
				}
				return strconv.Itoa(n - 1)
			})},
		{Name: "query.page.offset-beyond-wraps", Summary: "An offset beyond the last entity gives the first page.",
			On: querying().WithQuery("offset"), Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				if len(found) == 0 {
					return ask(without("offset"))
				}
				return found
			})},
		{Name: "query.page.invalid-ignored", Summary: "A limit or offset that is not allowed is not looked at.",
			On: querying(), Instead: forgiving("limit", "offset")},
	}
}

// addLink links an answer that lacks it to a page of the same query.
func addLink(r *http.Request, a *Answer, rel string) {
	if a.Status != http.StatusOK || strings.Contains(strings.Join(a.Header.Values("Link"), ","), `rel="`+rel+`"`) {
		return
	}
	q := r.URL.Query()
	q.Set("offset", "0")
	a.Header.Add("Link", "<"+r.URL.Path+"?"+q.Encode()+`>; rel="`+rel+`"`)
}

// countOfPage is an Answer change of the count to how many entities the page holds.
func countOfPage(_ *http.Request, a *Answer) {
	if l, ok := a.list(); ok && a.Header.Get(ngsild.HeaderCount) != "" {
		a.Header.Set(ngsild.HeaderCount, strconv.Itoa(len(l)))
	}
}

// counting is the faults of counts (6.3.13).
func counting() []Fault {
	counted := querying().WithQuery("count")
	return []Fault{
		{Name: "query.count.of-page", Summary: "The count is of the entities on the page.", On: counted, Answer: countOfPage},
		{Name: "query.count.ignores-q", Summary: "The count does not look at q.",
			On: counted.WithQuery("q"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				all := again(next, r, without("q"))
				a := Record(next, r)
				a.Header.Set(ngsild.HeaderCount, all.Header.Get(ngsild.HeaderCount))
				a.WriteTo(w)
			}},
		{Name: "query.count.absent-if-zero", Summary: "Where nothing matches, the answer has no count.",
			On: counted, Answer: func(_ *http.Request, a *Answer) {
				if a.Header.Get(ngsild.HeaderCount) == "0" {
					a.Header.Del(ngsild.HeaderCount)
				}
			}},
		{Name: "query.count.limit-zero-as-default", Summary: "limit=0 is read as no limit given.",
			On: counted.where(func(r *http.Request) bool { return r.URL.Query().Get("limit") == "0" }), Request: DropQuery("limit")},
	}
}

// postedQueries is the faults of queries by POST (6.23).
func postedQueries() []Fault {
	posted := Op(http.MethodPost, "/entityOperations/query")
	inQuery := fragments
	drop := func(name, summary, member string) Fault {
		return Fault{Name: "batch.query." + name, Summary: summary, On: posted, Request: inQuery(func(q object) { delete(q, member) })}
	}
	dropInSelectors := func(name, summary, member string) Fault {
		return Fault{Name: "batch.query." + name, Summary: summary, On: posted, Request: inQuery(func(q object) {
			for _, s := range objects(q["entities"]) {
				delete(s, member)
			}
		})}
	}
	return []Fault{
		drop("q-ignored", "A query by POST does not look at q.", "q"),
		drop("geo-ignored", "A query by POST does not look at geoQ.", "geoQ"),
		drop("attrs-ignored", "A query by POST does not look at attrs.", "attrs"),
		dropInSelectors("id-ignored", "A query by POST does not look at the ids of its selectors.", "id"),
		dropInSelectors("id-pattern-ignored", "A query by POST does not look at the id patterns of its selectors.", "idPattern"),
		{Name: "batch.query.no-next", Summary: "No answer to a query by POST links to the next page.", On: posted, Answer: inLinks("next", nothing)},
		{Name: "batch.query.no-prev", Summary: "No answer to a query by POST links to the previous page.", On: posted, Answer: inLinks("prev", nothing)},
		{Name: "batch.query.always-next", Summary: "The last page of a query by POST links to a next one.", On: posted, Answer: func(r *http.Request, a *Answer) { addLink(r, a, "next") }},
		{Name: "batch.query.first-selector", Summary: "Of the selectors of a query by POST only the first counts.",
			On: posted, Request: inQuery(func(q object) {
				if all := items(q["entities"]); len(all) > 1 {
					q["entities"] = all[:1]
				}
			})},
		{Name: "batch.query.type-prefix", Summary: "A query by POST also gives entities whose type begins like the wanted one.",
			On: posted, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				known := knownTypes(next, r)
				inQuery(func(q object) {
					for _, s := range objects(q["entities"]) {
						if kind, ok := s["type"].(string); ok {
							s["type"] = strings.Join(alike([]string{kind}, known, looksLike), ",")
						}
					}
				})(r)
				next.ServeHTTP(w, r)
			}},
		{Name: "batch.query.loses-attributes", Summary: "Entities that are queried by POST come without their relationships.",
			On: posted, Answer: servedAttributes(leaveOut(func(a object) bool { return a["type"] == "Relationship" }))},
		{Name: "batch.query.options-ignored", Summary: "A query by POST does not look at options.", On: posted, Request: DropQuery("options")},
		{Name: "batch.query.count-of-page", Summary: "The count of a query by POST is of the page.", On: posted, Answer: countOfPage},
		{Name: "batch.query.empty-not-found", Summary: "A query by POST that finds nothing gives 404.", On: posted, Answer: notFoundIfEmpty},
		{Name: "batch.query.context-ignored", Summary: "A query by POST does not look at the @context in its body.",
			On: posted.where(isJSONLD), Request: withoutContext},
		{Name: "batch.query.too-wide-answered", Summary: "A query by POST without any selector is answered.",
			On: posted, Instead: answering(func(e exchange) {
				q, ok := e.sent.(object)
				if ok && e.Status == http.StatusBadRequest && !hasAny(q, []string{"entities", "attrs", "q", "geoQ"}) {
					emptied(e.request, e.Answer)
				}
			})},
		{Name: "batch.query.any-type", Summary: "The type of a query by POST does not matter.",
			On: posted, Request: inQuery(func(q object) { q["type"] = "Query" })},
		{Name: "batch.query.syntax-error-as-bad-data", Summary: "A query by POST that is no JSON is refused as bad data.",
			On: posted, Answer: kind(http.StatusBadRequest, ngsild.BadRequestData)},
	}
}
