package faults

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// narrowCases is faults of single cases that the rules of an operation spell out.
func narrowCases() []Fault {
	return slices.Concat(narrowProvision(), narrowConsumption())
}

func narrowProvision() []Fault {
	withoutOverwriting := attributeAppend().on.where(asks("options", func(v string) bool { return strings.Contains(v, "noOverwrite") }))
	ofScope := func(op operation) Match {
		return op.on.where(func(r *http.Request) bool { p := parts(r); return p[len(p)-1] == "scope" })
	}
	taken := func(op operation) func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		return swallow(op.success)
	}
	noURI := func(r *http.Request) bool { a, ok := decode(ReadBody(r)).(object); return ok && objectNoURI(a) }
	all := []Fault{
		{Name: "attribute.append.no-overwrite-of-default-only", Summary: "overwrites instances of datasets in spite of noOverwrite",
			On: withoutOverwriting.where(bodyHas(`"datasetId"`)), Request: DropQuery("options")},
		{Name: "attribute.append.no-overwrite-drops-scope", Summary: "leaves out an appended scope with noOverwrite", On: withoutOverwriting,
			Request: fragments(func(e object) { delete(e, "scope") })},
		{Name: "attribute.update.default-not-added", Summary: "leaves out a default instance where there are instances of datasets only", On: attributeUpdate().on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				before := get(next, r, parts(r)[1])
				fragments(func(e object) {
					for _, name := range sorted(e) {
						a, _ := e[name].(object)
						if _, of := a["datasetId"]; a != nil && !of && onlyOfDatasets(before[name]) {
							delete(e, name)
						}
					}
				})(r)
				next.ServeHTTP(w, r)
			}},
		{Name: "attribute.update.dataset-not-added", Summary: "leaves out an instance of a dataset where there is a default instance only", On: attributeUpdate().on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				before := get(next, r, parts(r)[1])
				fragments(func(e object) {
					for _, name := range sorted(e) {
						if a, _ := e[name].(object); a != nil && a["datasetId"] != nil && before[name] != nil && !hasInstance(before[name], a["datasetId"]) {
							delete(e, name)
						}
					}
				})(r)
				next.ServeHTTP(w, r)
			}},
		{Name: "attribute.partial-update.wants-type", Summary: "refuses a fragment without type", On: attributePatch().on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if a, ok := decode(ReadBody(r)).(object); ok && a["type"] == nil {
					refuse(w)
					return
				}
				next.ServeHTTP(w, r)
			}},
		{Name: "attribute.partial-update.takes-any-object", Summary: "says that it took an object that is no URI", On: attributePatch().on.where(noURI), Instead: taken(attributePatch())},
		{Name: "attribute.partial-update.takes-scope", Summary: "says that it updated scope as an attribute", On: ofScope(attributePatch()), Instead: taken(attributePatch())},
		{Name: "attribute.replace.takes-any-object", Summary: "says that it took an object that is no URI", On: attributeReplace().on.where(noURI), Instead: taken(attributeReplace())},
		{Name: "attribute.replace.takes-scope", Summary: "says that it replaced scope as an attribute", On: ofScope(attributeReplace()), Instead: taken(attributeReplace())},
		{Name: "attribute.replace.adds-unknown-instance", Summary: "adds an instance that it should replace and that is not there", On: attributeReplace().on.where(bodyHas(`"datasetId"`)),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				sent, p := decode(ReadBody(r)), parts(r)
				a := Record(next, r)
				if a.Status == http.StatusNotFound {
					a = ask(next, r, http.MethodPost, entityPath(p[1])+"/attrs", object{p[3]: sent})
				}
				a.WriteTo(w)
			}},
		{Name: "entity.merge.observed-at-parameter-wins", Summary: "gives the common observedAt to attributes that bring their own", On: entityMerge().on.WithQuery("observedAt"),
			Request: func(r *http.Request) {
				at := r.URL.Query().Get("observedAt")
				attributes(func(a object) object {
					if a["observedAt"] != nil {
						a["observedAt"] = at
					}
					return a
				})(r)
			}},
		{Name: "entity.replace.takes-any-object", Summary: "leaves out a Relationship whose object is no URI", On: entityReplace().on, Request: attributes(leaveOut(objectNoURI))},
		{Name: "represent.default-dataset-named", Summary: "Default instances are shown with the datasetId @none.", On: reading(), Answer: served(func(_ *http.Request, e object) {
			for _, name := range sorted(e) {
				if l, several := e[name].([]any); several && isAttribute(name) {
					for _, a := range objects(l) {
						if a["datasetId"] == nil && a["type"] != nil {
							a["datasetId"] = "@none"
						}
					}
				}
			}
		})},
	}
	for _, name := range []string{"create", "upsert", "update", "delete"} {
		all = append(all, Fault{Name: "batch." + name + ".null-passed-over", Summary: "passes over null in the list", On: batch(name).on,
			Request: body(func(v any) any {
				if l, ok := v.([]any); ok {
					return slices.DeleteFunc(l, func(item any) bool { return item == nil })
				}
				return v
			})})
	}
	return all
}

// onlyOfDatasets says whether all instances of an attribute are of datasets.
func onlyOfDatasets(attribute any) bool {
	all := objects(attribute)
	return len(all) > 0 && !slices.ContainsFunc(all, func(a object) bool { return a["datasetId"] == nil })
}

// hasInstance says whether an attribute has an instance of the dataset.
func hasInstance(attribute, dataset any) bool {
	return slices.ContainsFunc(objects(attribute), func(a object) bool { return a["datasetId"] == dataset })
}

// inAnyLanguage is a q that asks for texts unequal to one in any language.
var inAnyLanguage = regexp.MustCompile(`^` + qName + `\[\*\]!="([^"]*)"$`)

func narrowConsumption() []Fault {
	term := func(r *http.Request) []string { return simpleTerm.FindStringSubmatch(r.URL.Query().Get("q")) }
	isNumber := func(v any) bool { _, is := v.(json.Number); return is }
	return []Fault{
		{Name: "query.q.unequal-of-one-type", Summary: "In q, != finds values of the same type only.", On: byQ(), Answer: kept(func(r *http.Request, e object) bool {
			m := term(r)
			if m == nil || m[2] != "!=" || strings.ContainsAny(m[3], `",.`) {
				return true
			}
			a, _ := e[m[1]].(object)
			return a["value"] == nil || isNumber(a["value"])
		})},
		{Name: "query.q.unequal-in-some-language", Summary: "In q, [*] with != is met by any text that is not equal.", On: byQ(),
			Instead: relisted(func(r *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				if m := inAnyLanguage.FindStringSubmatch(r.URL.Query().Get("q")); m != nil {
					return union(found, slices.DeleteFunc(ask(func(v url.Values) { v.Set("q", m[1]) }), func(item any) bool {
						e, _ := item.(object)
						a, _ := e[m[1]].(object)
						texts, _ := a["languageMap"].(object)
						return !slices.ContainsFunc(slices.Collect(maps.Values(texts)), func(text any) bool { return text != m[2] })
					}))
				}
				return found
			})},
		{Name: "query.q.not-pattern-of-any-type", Summary: "In q, !~= is met by values that are no strings.", On: byQ(),
			Instead: relisted(func(r *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				name, _, is := strings.Cut(r.URL.Query().Get("q"), "!~=")
				if !is {
					return found
				}
				return union(found, slices.DeleteFunc(ask(func(v url.Values) { v.Set("q", name) }), func(item any) bool {
					e, _ := item.(object)
					a, _ := e[name].(object)
					_, isText := a["value"].(string)
					return isText || a["value"] == nil
				}))
			})},
		{Name: "query.q.relationships-ordered", Summary: "In q, an operator of order compares the objects of Relationships as texts.", On: byQ(),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a, m := Record(next, r), term(r)
				if l, ok := a.list(); ok && m != nil && strings.HasPrefix(m[2], ">") {
					plain := r.Clone(r.Context())
					setQuery("q", m[1])(plain)
					for _, e := range objects(decode(Record(next, plain).Body)) {
						relation, _ := e[m[1]].(object)
						if target, is := relation["object"].(string); is && `"`+target+`"` > m[3] {
							l = append(l, e)
						}
					}
					a.setList(l)
				}
				a.WriteTo(w)
			}},
		{Name: "query.q.relationship-path-unknown", Summary: "In q, a path that leads to a Relationship of an attribute leads nowhere.",
			On: byQ().where(asks("q", regexp.MustCompile(`^\w+\.\w+=="\w+:`).MatchString)), Answer: emptied},
		{Name: "query.id.beats-known-type", Summary: "A query by id does not look further than whether there are entities of the type.",
			On: querying().WithQuery("id").WithQuery("type"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if slices.Contains(knownTypes(next, r), r.URL.Query().Get("type")) {
					DropQuery("type")(r)
				}
				next.ServeHTTP(w, r)
			}},
		{Name: "order.created-at-unknown", Summary: "An order by createdAt is the order of the ids.",
			On: querying().where(asks("orderBy", func(v string) bool { return strings.HasPrefix(v, "createdAt") })), Request: setting("orderBy", "id")},
		{Name: "query.page.next-if-full", Summary: "A page that is full links to a next one, whether there is any.", On: querying().WithQuery("limit"),
			Answer: func(r *http.Request, a *Answer) {
				l, ok := a.list()
				if limit := r.URL.Query().Get("limit"); ok && len(l) > 0 && limit == string(encode(len(l))) && !strings.Contains(strings.Join(a.Header.Values("Link"), ","), `rel="next"`) {
					q := r.URL.Query()
					q.Set("offset", limit)
					a.Header.Add("Link", "<"+r.URL.Path+"?"+q.Encode()+`>; rel="next"; type="application/json"`)
				}
			}},
		{Name: "query.type.any-everywhere", Summary: "A query by the type * may ask others.", On: querying().where(asks("type", func(v string) bool { return v == "*" })), Request: DropQuery("local")},
		{Name: "query.type.any-unknown", Summary: "A query by the type * finds nothing.", On: querying().where(asks("type", func(v string) bool { return v == "*" })), Answer: emptied},
		{Name: "represent.pick-bar-unknown", Summary: "In pick, | is refused.", On: reading().where(asks("pick", func(v string) bool { return strings.Contains(v, "|") })),
			Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w) }},
		{Name: "represent.geometry-property-of-json-taken", Summary: "geometryProperty is passed over where the answer is no GeoJSON.", On: reading().WithQuery("geometryProperty").where(func(r *http.Request) bool {
			return !strings.Contains(r.Header.Get("Accept"), ngsild.MediaGeoJSON)
		}), Request: DropQuery("geometryProperty")},
	}
}
