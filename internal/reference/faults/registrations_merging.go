package faults

import (
	"net/http"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// mergingWrong is the faults of entities of which both the platform and sources have a part.
func mergingWrong() []Fault {
	return []Fault{
		{Name: "distributed.default-instances-only", Summary: "Of what sources have, instances of datasets are left out.", On: toSources(),
			Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				a, err := next.RoundTrip(r)
				if err == nil && a.StatusCode == http.StatusOK {
					relist(a, func(e object) {
						editAttributes(e, func(a object) object {
							if a["datasetId"] != nil {
								return nil
							}
							return a
						})
					})
				}
				return a, err
			}},
		{Name: "distributed.own-geometries-only", Summary: "As GeoJSON, an entity has no geometry but what the platform itself has.", On: retrieving().where(asGeoJSON),
			Instead: answering(func(e exchange) {
				all, found := decode(e.Body).(object)
				mine, here := decode(e.again(hereOnly).Body).(object)
				if found && here && mine["id"] == all["id"] {
					all["geometry"] = mine["geometry"]
					e.Body = encode(all)
				}
			})},
		ownTenantForwarded(),
		{Name: "distributed.registrations-of-all-tenants", Summary: "What sources of the default tenant have is shown in every tenant.", On: retrieving().where(inTenant),
			Instead: answering(func(e exchange) {
				all, found := decode(e.Body).(object)
				a := e.again(dropRequestHeader(ngsild.HeaderTenant))
				other, there := decode(a.Body).(object)
				if !found || !there || a.Status != http.StatusOK {
					return
				}
				for _, name := range sorted(other) {
					if all[name] == nil {
						all[name] = other[name]
					}
				}
				e.Body = encode(all)
			})},
	}
}

// ownTenantForwarded is a fault that asks sources in the tenant of the request where their
// registration names none.
func ownTenantForwarded() Fault {
	var mu sync.Mutex
	tenant := ""
	return Fault{Name: "distributed.own-tenant-forwarded", Summary: "Sources are asked in the tenant of the request where their registration names none.", On: toSources(),
		Request: func(r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if of := r.Header.Get(ngsild.HeaderTenant); of != "" {
				tenant = of
			}
		},
		Outgoing: asking(func(r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if tenant != "" && r.Header.Get(ngsild.HeaderTenant) == "" {
				r.Header.Set(ngsild.HeaderTenant, tenant)
			}
		})}
}
