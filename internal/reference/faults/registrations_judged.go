package faults

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// again lets the platform handle the request once more, with edits.
func (e exchange) again(edits ...func(*http.Request)) *Answer {
	sent := ReadBody(e.request)
	copied := e.request.Clone(e.request.Context())
	SetBody(copied, sent)
	for _, edit := range edits {
		edit(copied)
	}
	return Record(e.next, copied)
}

// hereOnly is a Request change: no source is asked.
func hereOnly(r *http.Request) { setQuery("local", "true")(r) }

// dropping is a Request change: the platform never sees the parameters.
func dropping(names ...string) func(*http.Request) {
	return func(r *http.Request) {
		for _, name := range names {
			DropQuery(name)(r)
		}
	}
}

// believed is the faults of sources' answers that are given on as they come.
func believed() []Fault {
	// As the platform does, but for what sources have: that is as without what loose takes away.
	unjudged := func(name, summary string, on Match, loose func(*http.Request)) Fault {
		return Fault{Name: "distributed." + name + "-unjudged", Summary: summary, On: on, Instead: answering(func(e exchange) {
			found, isList := decode(e.Body).([]any)
			if e.Status != http.StatusOK || !isList {
				return
			}
			here := items(decode(e.again(loose, hereOnly).Body))
			for _, item := range items(decode(e.again(loose).Body)) {
				same := func(o any) bool { return idOf(o) == idOf(item) }
				if !slices.ContainsFunc(here, same) {
					found = append(slices.DeleteFunc(found, same), item)
				}
			}
			e.Body = encode(found)
		})}
	}
	query := func(parameter, summary string, more ...string) Fault {
		return unjudged("query."+parameter, summary, querying(), dropping(append(more, parameter)...))
	}
	// One object that no platform has itself is as without what loose takes away.
	one := func(name, summary string, on Match, loose func(*http.Request)) Fault {
		return Fault{Name: "distributed." + name + "-unjudged", Summary: summary, On: on, Instead: answering(func(e exchange) {
			if e.again(loose, hereOnly).Status == http.StatusNotFound {
				*e.Answer = *e.again(loose)
			}
		})}
	}
	return []Fault{
		query("q", "What sources have is found whether it meets q or not."),
		query("scope", "What sources have is found in whatever scope it is.", "scopeQ"),
		query("id", "What sources have is found whatever ids are asked for."),
		query("idPattern", "What sources have is found whatever idPattern says."),
		query("attrs", "What sources have is found and shown whatever attributes are asked for."),
		query("geo", "What sources have is found wherever it is.", "georel", "geometry", "coordinates", "geoproperty"),
		query("limit", "What sources have does not count for the limit."),
		unjudged("query.post", "What sources have is found by POST whether it meets q or not.", queryingByPost(), fragments(func(q object) { delete(q, "q") })),
		one("retrieve.attrs", "Of an entity of a source all attributes are retrieved, whatever was asked for.", retrieving(), dropping("attrs", "pick")),
		one("past.interval", "Of an evolution of a source all instances are retrieved, whatever time was asked for.", Op(http.MethodGet, "/temporal/entities/*"),
			dropping("timerel", "timeAt", "endTimeAt", "timeproperty")),
		one("past.attrs", "Of an evolution of a source all attributes are retrieved, whatever was asked for.", Op(http.MethodGet, "/temporal/entities/*"), dropping("attrs", "pick")),
		{Name: "distributed.query.type-unjudged", Summary: "What a source answers a query with is taken to be of the type that was asked for.",
			On: toSources(), Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				a, err := next.RoundTrip(r)
				if kinds := listed(r, "type"); err == nil && len(kinds) > 0 && strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/entities") {
					relist(a, func(e object) { e["type"] = []any{kinds[0]} })
				}
				return a, err
			}},
		{Name: "distributed.query.counts-own-only", Summary: "What sources have is not counted.", On: querying().WithQuery("count"),
			Instead: answering(func(e exchange) {
				if own := e.again(hereOnly).Header.Get(ngsild.HeaderCount); own != "" {
					e.Header.Set(ngsild.HeaderCount, own)
				}
			})},
	}
}

// relist changes each object in a source's answer.
func relist(a *http.Response, edit func(o object)) {
	body, err := io.ReadAll(a.Body)
	a.Body.Close()
	v := decode(body)
	if err == nil && v != nil {
		for _, o := range objects(v) {
			edit(o)
		}
		body = encode(v)
	}
	a.Body, a.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	a.Header.Del("Content-Length")
}

// ownMember is a fault: a member of an answer tells of the platform itself only.
func ownMember(name, summary, member string, on Match) Fault {
	return Fault{Name: "distributed." + name, Summary: summary, On: on, Instead: answering(func(e exchange) {
		all := decode(e.Body)
		for _, mine := range objects(decode(e.again(hereOnly).Body)) {
			for _, o := range objects(all) {
				if o["id"] == mine["id"] && o[member] != nil {
					o[member] = mine[member]
				}
			}
		}
		if all != nil {
			e.Body = encode(all)
		}
	})}
}

// discoveredWrong is the faults of types and attributes of which sources have some (5.7.5-5.7.10).
func discoveredWrong() []Fault {
	types, oneType := Op(http.MethodGet, "/types"), Op(http.MethodGet, "/types/*")
	attributeList, oneAttribute := Op(http.MethodGet, "/attributes"), Op(http.MethodGet, "/attributes/*")
	return []Fault{
		{Name: "distributed.types.not-forwarded", Summary: "Types are listed without asking any source.", On: types.WithoutQuery("details"), Request: hereOnly},
		{Name: "distributed.typeDetails.not-forwarded", Summary: "Types are described in a list without asking any source.", On: types.WithQuery("details"), Request: hereOnly},
		{Name: "distributed.typeInfo.not-forwarded", Summary: "A type is described without asking any source.", On: oneType, Request: hereOnly},
		{Name: "distributed.attributes.not-forwarded", Summary: "Attributes are listed without asking any source.", On: attributeList.WithoutQuery("details"), Request: hereOnly},
		{Name: "distributed.attributeDetails.not-forwarded", Summary: "Attributes are described in a list without asking any source.", On: attributeList.WithQuery("details"), Request: hereOnly},
		{Name: "distributed.attributeInfo.not-forwarded", Summary: "An attribute is described without asking any source.", On: oneAttribute, Request: hereOnly},
		listedAgain("types", "typeList", types),
		listedAgain("attributes", "attributeList", attributeList),
		ownMember("typeDetails.own-attributes-only", "Types in a list are described with the attributes that they have on the platform itself.", "attributeNames", types.WithQuery("details")),
		ownMember("typeInfo.own-attributes-only", "A type is described with the attributes that it has on the platform itself.", "attributeDetails", oneType),
		ownMember("typeInfo.counts-own-only", "Of a type the entities of sources are not counted.", "entityCount", oneType),
		ownMember("attributeDetails.own-types-only", "Attributes in a list are described with the types that have them on the platform itself.", "typeNames", attributeList.WithQuery("details")),
		ownMember("attributeInfo.own-types-only", "An attribute is described with the types that have it on the platform itself.", "typeNames", oneAttribute),
		ownMember("attributeInfo.counts-own-only", "Of an attribute the instances of sources are not counted.", "attributeCount", oneAttribute),
	}
}

// listedAgain is a fault: what the platform has itself is listed for itself and for the sources.
func listedAgain(name, member string, on Match) Fault {
	return Fault{Name: "distributed." + name + ".listed-twice", Summary: "What is known both here and at a source is listed twice.", On: on.WithoutQuery("details"),
		Instead: answering(func(e exchange) {
			own, _ := decode(e.again(hereOnly).Body).(object)
			if all, ok := decode(e.Body).(object); ok {
				all[member] = append(items(all[member]), items(own[member])...)
				e.Body = encode(all)
			}
		})}
}

// pastWrong is the faults of temporal evolutions of which sources have a part (5.7.3, 5.7.4).
func pastWrong() []Fault {
	retrieve, query := Op(http.MethodGet, "/temporal/entities/*"), Op(http.MethodGet, "/temporal/entities")
	return []Fault{
		{Name: "distributed.past.not-forwarded", Summary: "An evolution is retrieved without asking any source.", On: retrieve, Request: hereOnly},
		{Name: "distributed.pastQuery.not-forwarded", Summary: "Evolutions are queried without asking any source.", On: query, Request: hereOnly},
		{Name: "distributed.pastQuery.post-not-forwarded", Summary: "Evolutions are queried by POST without asking any source.",
			On: Op(http.MethodPost, "/temporal/entityOperations/query"), Request: hereOnly},
		{Name: "distributed.past.nothing-as-empty", Summary: "An evolution that nobody has is retrieved as an empty object.", On: retrieve, Answer: emptyObject},
		{Name: "distributed.past.all-operations", Summary: "Every source is asked about the past, whatever it offers.",
			On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
				if g["operations"] != nil {
					g["operations"] = append(items(g["operations"]), "retrieveTemporal", "queryTemporal")
				}
			})},
		{Name: "distributed.past.time-ignored", Summary: "Sources are asked about the past whatever time they are registered for.",
			On: Op(http.MethodPost, registered), Request: fragments(func(g object) {
				if g["observationInterval"] != nil {
					g["observationInterval"] = object{"startAt": "1970-01-01T00:00:00Z"}
				}
			})},
	}
}
