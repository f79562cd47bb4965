package faults

import "net/http"

// earlierVersions is the faults of answers in the form of an earlier version (4.3.6.8).
func earlierVersions() []Fault {
	prefers := func(r *http.Request) bool { return r.Header.Get("Prefer") != "" }
	one := Op(http.MethodGet, "/entities/*").where(prefers)
	lists := Op(http.MethodGet, "/entities").or(Op(http.MethodPost, "/entityOperations/query")).where(prefers)
	// claims says that an answer was amended, which is as it always is.
	claims := func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		plain := r.Clone(r.Context())
		plain.Header.Del("Prefer")
		a := Record(next, plain)
		if a.Status == http.StatusOK {
			a.Status = http.StatusNonAuthoritativeInfo
			a.Header.Set("Preference-Applied", r.Header.Get("Prefer"))
		}
		a.WriteTo(w)
	}
	return []Fault{
		{Name: "earlier.not-amended", Summary: "says of an entity that it was amended to an earlier version, which it was not", On: one, Instead: claims},
		{Name: "earlier.lists-not-amended", Summary: "says of entities in a list that they were amended to an earlier version, which they were not", On: lists, Instead: claims},
		{Name: "earlier.evolutions-not-amended", Summary: "says of an evolution that it was amended to an earlier version, which it was not",
			On: Op(http.MethodGet, "/temporal/entities/*").where(prefers), Instead: claims},
		{Name: "earlier.as-200", Summary: "amends an entity to an earlier version and answers 200", On: one, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNonAuthoritativeInfo {
				a.Status = http.StatusOK
			}
		}},
		{Name: "earlier.not-told", Summary: "does not say to which earlier version it has amended an entity", On: one, Answer: DropHeader("Preference-Applied")},
		{Name: "notification.earlier-ignored", Summary: "does not look at ngsildConformance", On: subscriptionCreate().on, Request: fragments(loses("ngsildConformance"))},
	}
}
