package faults

import "net/http"

// linkedNames is the faults of operations that do not look at the @context that a Link header names.
func linkedNames() []Fault {
	var all []Fault
	for _, o := range []struct{ name, method, path string }{
		{"append", http.MethodPost, "/entities/*/attrs"},
		{"update", http.MethodPatch, "/entities/*/attrs"},
		{"partialUpdate", http.MethodPatch, "/entities/*/attrs/*"},
		{"replaceAttribute", http.MethodPut, "/entities/*/attrs/*"},
		{"delete", http.MethodDelete, "/entities/*/attrs/*"},
		{"merge", http.MethodPatch, "/entities/*"},
		{"replace", http.MethodPut, "/entities/*"},
		{"batchUpsert", http.MethodPost, "/entityOperations/upsert"},
		{"batchUpdate", http.MethodPost, "/entityOperations/update"},
		{"batchMerge", http.MethodPost, "/entityOperations/merge"},
		{"queryByPost", http.MethodPost, "/entityOperations/query"},
		{"type", http.MethodGet, "/types/*"},
		{"attribute", http.MethodGet, "/attributes/*"},
		{"evolutionAttributes", http.MethodPost, "/temporal/entities/*/attrs"},
		{"evolutionAttributeDelete", http.MethodDelete, "/temporal/entities/*/attrs/*"},
		{"evolutionQuery", http.MethodPost, "/temporal/entityOperations/query"},
	} {
		all = append(all, Fault{Name: "linked-names." + o.name + ".link-ignored", Summary: "The operation takes its names by the core @context, whatever the Link header names.",
			On: Op(o.method, o.path).where(hasLink), Request: dropRequestHeader("Link")})
	}
	return append(all, Fault{Name: "linked-names.retrieve.attrs-of-core", Summary: "A retrieval takes the names in attrs by the core @context, whatever the Link header names.",
		On: retrieving().WithQuery("attrs").where(hasLink), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			bare := r.Clone(r.Context())
			bare.Header.Del("Link")
			if a := Record(next, bare); a.Status == http.StatusNotFound {
				a.WriteTo(w)
				return
			}
			next.ServeHTTP(w, r)
		}})
}
