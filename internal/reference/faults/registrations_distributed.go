package faults

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// toSources matches what the platform asks of registered sources. It also matches what
// the platform itself is asked, which an Outgoing change never sees.
func toSources() Match {
	return func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/ngsi-ld/v1/") }
}

// asking is an Outgoing change of a request to a source.
func asking(edit func(r *http.Request)) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		edit(r)
		return next.RoundTrip(r)
	}
}

// distributing is the faults of operations that are shared with registered sources.
func distributing() []Fault {
	var all []Fault
	alone := func(name, summary string, on Match) {
		all = append(all, Fault{Name: "distributed." + name + ".not-forwarded", Summary: summary, On: on, Request: setQuery("local", "true")})
	}
	alone("retrieve", "An entity is retrieved without asking any source.", retrieving())
	alone("query", "A query asks no source.", querying())
	alone("create", "An entity is created without telling any source.", entityCreate().on)
	alone("delete", "An entity is deleted without telling any source.", entityDelete().on)
	alone("append", "Attributes are appended without telling any source.", attributeAppend().on)
	alone("update", "Attributes are updated without telling any source.", attributeUpdate().on)
	alone("partialUpdate", "An attribute is partially updated without telling any source.", attributePatch().on)
	alone("replaceAttribute", "An attribute is replaced without telling any source.", attributeReplace().on)
	alone("deleteAttribute", "An attribute is deleted without telling any source.", attributeDelete().on)
	alone("merge", "An entity is merged without telling any source.", entityMerge().on)
	alone("replace", "An entity is replaced without telling any source.", entityReplace().on)
	alone("purge", "Entities are purged without telling any source.", Op(http.MethodDelete, "/entities"))
	alone("batch", "A batch is carried out without telling any source.", func(r *http.Request) bool {
		p := parts(r)
		return len(p) == 2 && p[0] == "entityOperations" && p[1] != "query"
	})
	alone("pastCreate", "An evolution is created without telling any source.", creatingPast())
	alone("pastAppend", "Attributes are added to an evolution without telling any source.", appendingPast())
	alone("pastDeleteAttribute", "An attribute of an evolution is deleted without telling any source.", deletingPastAttribute())
	alone("pastModify", "An instance is modified without telling any source.", modifyingInstance())
	alone("pastDeleteInstance", "An instance is deleted without telling any source.", deletingInstance())
	alone("pastDelete", "An evolution is deleted without telling any source.", deletingPast())
	return append(slices.Concat(all, forwardedWrong(), answeredWrong(), believed(), discoveredWrong(), pastWrong(), severalSources(), failingSources(), manners(), groupedWrong(), mergingWrong()), Fault{
		Name: "distributed.query.post-not-forwarded", Summary: "A query by POST asks no source.",
		On: Op(http.MethodPost, "/entityOperations/query"), Request: setQuery("local", "true"),
	})
}

// forwardedWrong is the faults of what sources are asked.
func forwardedWrong() []Fault {
	loses := func(name, summary, header string) Fault {
		return Fault{Name: "distributed." + name, Summary: summary, On: toSources(), Outgoing: asking(func(r *http.Request) { r.Header.Del(header) })}
	}
	return []Fault{
		{Name: "distributed.local-ignored", Summary: "Sources are asked although the request is for local data.",
			On: toSources(), Request: DropQuery("local")},
		{Name: "distributed.via-ignored", Summary: "It does not count where a request has come through.",
			On: toSources(), Request: func(r *http.Request) { r.Header.Del("Via") }},
		loses("entity-map-not-sent", "A source that made an entity map for a query is asked without it.", ngsild.HeaderEntityMap),
		loses("no-via", "Sources are not told where a request has come through.", "Via"),
		{Name: "distributed.values-lost", Summary: "Sources are told of changes without the values.",
			On: toSources(), Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				if v := decode(ReadBody(r)); v != nil && r.Method != http.MethodGet {
					loseValues(v)
					sent := encode(v)
					SetBody(r, sent)
					r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(sent)), nil }
				}
				return next.RoundTrip(r)
			}},
		{Name: "distributed.no-via-of-changes", Summary: "Sources are not told where a change has come through.",
			On: toSources(), Outgoing: asking(func(r *http.Request) {
				if r.Method != http.MethodGet {
					r.Header.Del("Via")
				}
			})},
		loses("tenant-lost", "Sources are asked in their default tenant.", ngsild.HeaderTenant),
		{Name: "distributed.via-own-only", Summary: "Sources are told the last place that a request has come through.",
			On: toSources(), Outgoing: asking(func(r *http.Request) {
				hops := strings.Split(strings.Join(r.Header.Values("Via"), ","), ",")
				r.Header.Set("Via", strings.TrimSpace(hops[len(hops)-1]))
			})},
		{Name: "distributed.request-value-literal", Summary: "What is to be taken from the request is sent as it is written.",
			On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
				for _, pair := range objects(g["contextSourceInfo"]) {
					if pair["value"] == "urn:ngsi-ld:request" {
						pair["value"] = "request"
					}
				}
			})},
		{Name: "distributed.cascades", Summary: "Sources are never told to keep to what they have themselves.",
			On: Op(http.MethodPost, registered), Request: fragments(func(g object) { delete(g, "management") })},
		{Name: "distributed.asks-for-everything", Summary: "Sources are asked for all attributes.", On: toSources(),
			Outgoing: asking(func(r *http.Request) { DropQuery("attrs")(r); DropQuery("pick")(r) })},
		{Name: "distributed.asks-for-all-types", Summary: "Sources are asked for all types that a query names.",
			On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
				for _, info := range objects(g["information"]) {
					delete(info, "entities")
					if info["propertyNames"] == nil {
						info["propertyNames"] = []any{"name"}
					}
				}
			})},
		{Name: "distributed.asks-for-all-ids", Summary: "Sources are asked for all entities that a query names by their ids.",
			On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
				for _, info := range objects(g["information"]) {
					for _, e := range objects(info["entities"]) {
						delete(e, "id")
					}
				}
			})},
		{Name: "distributed.info-sets-tenant", Summary: "A tenant in contextSourceInfo counts as the registration's.",
			On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
				for _, pair := range objects(g["contextSourceInfo"]) {
					if pair["key"] == ngsild.HeaderTenant && g["tenant"] == nil {
						g["tenant"] = pair["value"]
					}
				}
			})},
		{Name: "distributed.options-lost", Summary: "Sources are not told the options of what they are told.", On: toSources(),
			Outgoing: asking(func(r *http.Request) {
				for _, name := range []string{"options", "deleteAll", "datasetId"} {
					DropQuery(name)(r)
				}
			})},
		{Name: "distributed.forwards-twice", Summary: "Sources are told everything twice.", On: toSources(),
			Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				sent := ReadBody(r)
				first := r.Clone(r.Context())
				SetBody(first, sent)
				if a, err := next.RoundTrip(first); err == nil {
					a.Body.Close()
				}
				SetBody(r, sent)
				return next.RoundTrip(r)
			}},
	}
}

// groupedWrong is the faults of the groups of operations that sources offer (4.20).
func groupedWrong() []Fault {
	unknown := func(name, group, summary string) Fault {
		return Fault{Name: "distributed.group." + name, Summary: summary, On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
			for i, offered := range items(g["operations"]) {
				if offered == group {
					items(g["operations"])[i] = "retrieveEntity"
				}
			}
		})}
	}
	return []Fault{
		unknown("updates-unknown", "updateOps", "The group of operations updateOps stands for nothing."),
		unknown("redirection-unknown", "redirectionOps", "The group of operations redirectionOps stands for nothing."),
		unknown("association-unknown", "associationOps", "The group of operations associationOps stands for nothing."),
		{Name: "distributed.group.default-all", Summary: "A source that names no operations is told of changes.", On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
			if g["operations"] == nil {
				g["operations"] = []any{"federationOps", "redirectionOps"}
			}
		})},
	}
}

// answeredWrong is the faults of what is made of the sources' answers.
func answeredWrong() []Fault {
	reads := Match(func(r *http.Request) bool {
		return r.Method == http.MethodGet && slices.Contains([]string{"entities", "types", "attributes", "temporal"}, parts(r)[0])
	})
	mode := func(name, summary, from, to string) Fault {
		return Fault{Name: "distributed." + name, Summary: summary, On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
			if g["mode"] == from {
				g["mode"] = to
			}
		})}
	}
	return []Fault{
		mode("auxiliary-as-inclusive", "An auxiliary source is taken as an inclusive one.", "auxiliary", "inclusive"),
		mode("inclusive-as-auxiliary", "An inclusive source is taken as an auxiliary one.", "inclusive", "auxiliary"),
		{Name: "distributed.fails-with-source", Summary: "If a source fails, so does the platform.", On: reads, Answer: func(_ *http.Request, a *Answer) {
			if a.Header.Get("NGSILD-Warning") != "" {
				problem(a, http.StatusBadGateway, ngsild.InternalError)
			}
		}},
		{Name: "distributed.no-warning", Summary: "It is not said that a source failed.", On: reads, Answer: DropHeader("NGSILD-Warning")},
		{Name: "distributed.retrieve.nothing-as-empty", Summary: "What nobody has is retrieved as an empty object.", On: retrieving(), Answer: emptyObject},
		{Name: "distributed.query.attrs-ignored", Summary: "Attributes do not count in a query.", On: querying(), Request: DropQuery("attrs")},
		{Name: "distributed.partial-as-success", Summary: "What is done in part, or refused because of a source, is said to be done.", On: changesOfOne,
			Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusMultiStatus || a.Status == http.StatusConflict {
					a.Status, a.Body = http.StatusNoContent, nil
				}
			}},
		{Name: "distributed.partial-untold", Summary: "What is done in part is said to be so, and not which part.", On: changesOfOne,
			Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusMultiStatus {
					a.Body = encode(object{})
				}
			}},
		{Name: "distributed.partial-anonymous", Summary: "Of what was not done it is not said of what entity or attribute it is.", On: changesOfOne,
			Answer: func(_ *http.Request, a *Answer) {
				if o, is := decode(a.Body).(object); is && a.Status == http.StatusMultiStatus {
					for _, e := range append(objects(o["errors"]), objects(o["notUpdated"])...) {
						delete(e, "entityId")
						delete(e, "attributeName")
					}
					a.Body = encode(o)
				}
			}},
		{Name: "distributed.not-counted", Summary: "It is not counted how often a source was asked, or failed.", On: Op(http.MethodGet, registered+"/*"),
			Answer: answered(func(g object) {
				for _, member := range []string{"timesSent", "timesFailed", "lastSuccess", "lastFailure", "status"} {
					delete(g, member)
				}
			})},
	}
}

// changesOfOne matches changes of an entity or of an evolution.
func changesOfOne(r *http.Request) bool {
	p := parts(r)
	return r.Method != http.MethodGet && (p[0] == "entities" || len(p) > 1 && p[0] == "temporal" && p[1] == "entities")
}

// loseValues takes the value out of each Property in a JSON document.
func loseValues(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			loseValues(item)
		}
	case object:
		if v["type"] == "Property" {
			delete(v, "value")
		}
		for _, member := range v {
			loseValues(member)
		}
	}
}
