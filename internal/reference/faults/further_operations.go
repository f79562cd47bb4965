package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// purging is the faults of Purge Entities (5.6.21).
func purging() []Fault {
	op := Op(http.MethodDelete, "/entities")
	ignoring := func(what string, names ...string) Fault {
		return Fault{Name: "purge.ignores-" + what, Summary: "A purge does not look at " + what + ".", On: op, Request: func(r *http.Request) {
			for _, name := range names {
				DropQuery(name)(r)
			}
		}}
	}
	// The platform would refuse these; a purge that ignores what is wrong deletes.
	forgives := func(what string, names ...string) Fault {
		return Fault{Name: "purge." + what, Summary: "A purge with " + strings.Join(names, " and ") + " that it should refuse goes on without.", On: op, Instead: forgiving(names...)}
	}
	return []Fault{
		{Name: "purge.swallowed", Summary: "A purge does nothing.", On: op, Instead: swallow(http.StatusNoContent)},
		ignoring("q", "q"), ignoring("id", "id"), ignoring("id-pattern", "idPattern"), ignoring("geo", "georel", "geometry", "coordinates"),
		{Name: "purge.first-of-types", Summary: "Of a list of types only the first is purged.", On: op, Request: inParam("type", upTo(","))},
		{Name: "purge.drop-ignored", Summary: "A purge with drop deletes the entities.", On: op, Request: DropQuery("drop")},
		{Name: "purge.keep-ignored", Summary: "A purge with keep deletes the entities.", On: op, Request: DropQuery("keep")},
		{Name: "purge.nothing-not-found", Summary: "A purge that nothing matches is answered with 404.", On: op,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if found, ok := ask(next, r, http.MethodGet, "/entities?"+r.URL.RawQuery, nil).list(); ok && len(found) == 0 {
					a := &Answer{Header: http.Header{}}
					problem(a, http.StatusNotFound, ngsild.ResourceNotFound)
					a.WriteTo(w)
					return
				}
				next.ServeHTTP(w, r)
			}},
		forgives("linked-q-ignored", "q"),
		{Name: "purge.context-ignored", Summary: "A purge does not look at the @context of its names.", On: op, Request: dropRequestHeader("Link")},
		forgives("keep-and-drop", "drop"), forgives("bad-q-ignored", "q"), forgives("bad-id-ignored", "id"),
		{Name: "purge.unknown-parameter-ignored", Summary: "A purge does not look at parameters that it does not know.", On: op, Request: func(r *http.Request) {
			q := r.URL.Query()
			for name := range q {
				if !slices.Contains([]string{"id", "type", "idPattern", "q", "georel", "geometry", "coordinates", "geoproperty", "scopeQ", "local", "drop", "keep", "csf"}, name) {
					q.Del(name)
				}
			}
			r.URL.RawQuery = q.Encode()
		}},
	}
}

// inTenant says whether the request names a tenant.
func inTenant(r *http.Request) bool { return r.Header.Get(ngsild.HeaderTenant) != "" }

// anything matches every request.
func anything() Match { return func(*http.Request) bool { return true } }

// below matches requests for a resource and all that its path leads to.
func below(resource string) Match {
	return func(r *http.Request) bool {
		_, path, _ := strings.Cut(r.URL.Path, "/ngsi-ld/v1/")
		first, _, _ := strings.Cut(path, "/")
		return first == resource
	}
}

// tenancy is the faults of tenants (4.14).
func tenancy() []Fault {
	named := anything().where(inTenant)
	inDefault := func(what string, on Match) Fault {
		return Fault{Name: "tenant." + what + "-of-default", Summary: "In a tenant, what is asked by " + what + " is done in the default one.",
			On: on.where(inTenant), Request: dropRequestHeader(ngsild.HeaderTenant)}
	}
	mute := func(what, resource string) Fault {
		return Fault{Name: "tenant." + what + "-no-echo", Summary: "Answers below " + resource + " do not name the tenant.",
			On: named.where(below(resource)), Answer: DropHeader(ngsild.HeaderTenant)}
	}
	return []Fault{
		mute("batch", "entityOperations"), mute("subscription", "subscriptions"), mute("registration", "csourceRegistrations"), mute("temporal", "temporal"),
		{Name: "tenant.ignored", Summary: "NGSILD-Tenant is not looked at.", On: named, Request: dropRequestHeader(ngsild.HeaderTenant)},
		{Name: "tenant.one-for-all", Summary: "All tenants are one, whose entities are overwritten.", On: named,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				r.Header.Set(ngsild.HeaderTenant, "tenant")
				b := ReadBody(r)
				SetBody(r, b)
				a := Record(next, r)
				if e, ok := decode(b).(object); ok && a.Status == http.StatusConflict {
					put(next, r, e)
					a.Status, a.Body = http.StatusCreated, nil
				}
				a.WriteTo(w)
			}},
		{Name: "tenant.creation-refused", Summary: "Creating an entity in a tenant is refused as bad data.", On: Op(http.MethodPost, "/entities").where(inTenant),
			Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusCreated {
					problem(a, http.StatusBadRequest, ngsild.BadRequestData)
				}
			}},
		inDefault("query", querying()),
		inDefault("update", Op(http.MethodPatch, "/entities/*/attrs")),
		inDefault("delete", Op(http.MethodDelete, "/entities/*")),
		inDefault("types", Op(http.MethodGet, "/types")),
		inDefault("batch", Op(http.MethodPost, "/entityOperations/*")),
		{Name: "registration.tenant-dropped", Summary: "A registration's tenant is not looked at.", On: Op(http.MethodPost, "/csourceRegistrations"),
			Request: sent(func(g object) { delete(g, "tenant") })},
		{Name: "tenant.no-echo", Summary: "Answers do not name the tenant.", On: named, Answer: DropHeader(ngsild.HeaderTenant)},
		{Name: "tenant.no-echo-without-content", Summary: "Answers without a body do not name the tenant.", On: named, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNoContent {
				a.Header.Del(ngsild.HeaderTenant)
			}
		}},
		{Name: "tenant.no-echo-of-errors", Summary: "Errors do not name the tenant.", On: named, Answer: func(_ *http.Request, a *Answer) {
			if a.Status >= http.StatusBadRequest {
				a.Header.Del(ngsild.HeaderTenant)
			}
		}},
		{Name: "tenant.unknown-not-told", Summary: "A tenant that is not there is answered as an entity that is not there.", On: named, Answer: kind(http.StatusNotFound, ngsild.ResourceNotFound)},
		{Name: "tenant.unknown-is-empty", Summary: "A query in a tenant that is not there finds nothing.", On: querying().where(inTenant), Answer: func(r *http.Request, a *Answer) {
			if a.Status == http.StatusNotFound {
				emptied(r, a)
			}
		}},
	}
}
