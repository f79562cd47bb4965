package faults

import (
	"net/http"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// jsonLD is the faults of operations that know plain JSON only.
func jsonLD() []Fault {
	all := []Fault{{Name: "json-ld.answered.entity.as-json", Summary: "JSON-LD of a single entity is sent as application/json.",
		On: Op(http.MethodGet, "/entities/*"), Answer: func(_ *http.Request, answer *Answer) {
			if strings.HasPrefix(answer.Header.Get("Content-Type"), ngsild.MediaJSONLD) {
				answer.Header.Set("Content-Type", ngsild.MediaJSON)
			}
		}}}
	for _, w := range []struct{ name, method, path string }{
		{"append", http.MethodPost, "/entities/*/attrs"},
		{"update", http.MethodPatch, "/entities/*/attrs"},
		{"partialUpdate", http.MethodPatch, "/entities/*/attrs/*"},
		{"replaceAttribute", http.MethodPut, "/entities/*/attrs/*"},
		{"merge", http.MethodPatch, "/entities/*"},
		{"replace", http.MethodPut, "/entities/*"},
		{"batchUpsert", http.MethodPost, "/entityOperations/upsert"},
		{"batchUpdate", http.MethodPost, "/entityOperations/update"},
		{"batchMerge", http.MethodPost, "/entityOperations/merge"},
		{"evolutionAttributes", http.MethodPost, "/temporal/entities/*/attrs"},
		{"evolutionQuery", http.MethodPost, "/temporal/entityOperations/query"},
		{"instance", http.MethodPatch, "/temporal/entities/*/attrs/*/*"},
		{"sourceSubscription", http.MethodPost, "/csourceSubscriptions"},
		{"sourceSubscriptionUpdate", http.MethodPatch, "/csourceSubscriptions/*"},
	} {
		all = append(all, Fault{Name: "json-ld.sent." + w.name + ".context-ignored", Summary: "The operation takes its names by the core @context, whatever @context is in the body.",
			On: Op(w.method, w.path), Request: fragments(func(o object) {
				if o["@context"] != nil {
					o["@context"] = ngsild.CoreContextURL
				}
			})})
	}
	for _, a := range []struct{ name, method, path string }{
		{"types", http.MethodGet, "/types"},
		{"type", http.MethodGet, "/types/*"},
		{"attributes", http.MethodGet, "/attributes"},
		{"attribute", http.MethodGet, "/attributes/*"},
		{"evolutions", http.MethodGet, "/temporal/entities"},
		{"evolutionsByPost", http.MethodPost, "/temporal/entityOperations/query"},
		{"entitiesByPost", http.MethodPost, "/entityOperations/query"},
	} {
		all = append(all, Fault{Name: "json-ld.answered." + a.name + ".no-context", Summary: "What the operation answers as application/ld+json has no @context.",
			On: Op(a.method, a.path), Answer: func(_ *http.Request, answer *Answer) {
				v := decode(answer.Body)
				if v == nil || !strings.HasPrefix(answer.Header.Get("Content-Type"), ngsild.MediaJSONLD) {
					return
				}
				for _, o := range objects(v) {
					delete(o, "@context")
				}
				answer.Body = encode(v)
			}})
	}
	return all
}
