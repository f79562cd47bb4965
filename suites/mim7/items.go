package mim7

import (
	"slices"
	"strconv"
	"time"

	. "github.com/oasc/mimcheck/suites"
)

func itemChecks() []Check {
	return []Check{
		{
			ID: "mim7.items.retrieve.success", Title: "The features of each collection are there",
			Clause: core + "fc-op", Fault: "places.items.gone",
			Body: func(t *T) {
				for _, c := range some(t) {
					t.Expect(t.GET(c.items(), accepting(mediaGeoJSON))).To(HaveStatus(200), "the features of collection %s", c.id)
				}
			},
		},
		{
			ID: "mim7.items.retrieve.features", Title: "The answer holds the features in an array",
			Requirements: slices.Concat(service, encoding), Clause: core + "fc-response", Fault: "places.items.no-array",
			Body: func(t *T) {
				for _, c := range some(t) {
					read(t, c)
				}
			},
		},
		{
			ID: "mim7.items.limit.one", Title: "limit=1 gives one feature at most",
			Clause: core + "fc-limit-response-1", Fault: "places.limit.ignored",
			Body: func(t *T) { limited(t, 1) },
		},
		{
			ID: "mim7.items.limit.two", Title: "limit=2 gives two features at most",
			Clause: core + "fc-limit-response-1", Fault: "places.limit.one-more",
			Body: func(t *T) { limited(t, 2) },
		},
		{
			ID: "mim7.items.limit.gives", Title: "A limit leaves nothing out that it has room for on a first page",
			Clause: core + "fc-limit-definition", Level: Extended, Fault: "places.limit.always-one",
			Hint: "A platform may give fewer features than the limit, but no client expects that while there are more.",
			Body: func(t *T) {
				each(t, "more than one feature", func(c collection) bool {
					b := read(t, c, Query("limit", "2"))
					matched, stated := count(b.document, "numberMatched")
					if !stated || matched < 2 {
						return false
					}
					return expect(t, b.Response, len(b.features) == 2, "limit=2 gave %d of %d features of collection %s", len(b.features), matched, c.id) || true
				})
			},
		},
		{
			ID: "mim7.items.limit.huge", Title: "A limit beyond what the platform gives at once is no error",
			Clause: core + "fc-limit-response-1", Level: Extended, Fault: "places.limit.huge-refused",
			Body: func(t *T) {
				// One feature is asked for besides: a platform without a maximum must not have to give all.
				for _, c := range some(t)[:1] {
					b := sample(t, c)
					options := []Option{accepting(mediaGeoJSON), Query("limit", "10000")}
					if len(b.features) > 0 {
						if g, there := shape(b.features[0]); there {
							options = append(options, Query("bbox", around(g, tiny).String()))
						}
					}
					t.Expect(t.GET(c.items(), options...)).To(HaveStatus(200), "limit=10000 is the largest value that the standard's example takes")
				}
			},
		},
		{
			ID: "mim7.items.links.self", Title: "Features come with a link to the answer itself",
			Clause: core + "fc-links", Fault: "places.items.no-self",
			Body: func(t *T) {
				for _, c := range some(t) {
					b := sample(t, c)
					expect(t, b.Response, len(related(b.document, "self")) > 0, "the features of collection %s come without a link of relation self", c.id)
				}
			},
		},
		{
			ID: "mim7.items.links.alternate", Title: "Features come with a link to their HTML form",
			Clause: core + "fc-links", Feature: FeaturePlacesHTML, Fault: "places.items.no-alternate",
			Body: func(t *T) {
				for _, c := range some(t) {
					b := sample(t, c)
					expect(t, b.Response, slices.ContainsFunc(related(b.document, "alternate"), link.isHTML),
						"the features of collection %s come without a link of relation alternate to HTML", c.id)
				}
			},
		},
		{
			ID: "mim7.items.links.typed", Title: "All links of features state relation and media type",
			Clause: core + "fc-rel-type", Fault: "places.items.links-untyped",
			Body: func(t *T) {
				each(t, "features with links", func(c collection) bool {
					b := sample(t, c)
					for _, l := range linksOf(b.document) {
						expect(t, b.Response, l.rel != "" && l.media != "", "the link %s states not both rel and type (%q, %q)", l.href, l.rel, l.media)
					}
					return len(linksOf(b.document)) > 0
				})
			},
		},
		{
			ID: "mim7.items.count.timeStamp", Title: "timeStamp is a date and time as in RFC 3339",
			Clause: core + "fc-timeStamp", Fault: "places.items.timestamp-local",
			Body: func(t *T) {
				each(t, "a timeStamp", func(c collection) bool {
					b := sample(t, c)
					stamp, there := b.document["timeStamp"]
					if !there {
						return false
					}
					s, _ := stamp.(string)
					_, err := time.Parse(time.RFC3339, s)
					return expect(t, b.Response, err == nil, "timeStamp is %v, which is no date and time as in RFC 3339", stamp) || true
				})
			},
		},
		{
			ID: "mim7.items.count.generated", Title: "timeStamp tells when the answer was made",
			Clause: core + "fc-timeStamp", Fault: "places.items.timestamp-fixed",
			Body: func(t *T) {
				each(t, "a timeStamp and a Date header", func(c collection) bool {
					b := sample(t, c)
					s, _ := text(b.document, "timeStamp")
					made, err := time.Parse(time.RFC3339, s)
					sent, err2 := time.Parse(time.RFC1123, b.Header.Get("Date"))
					if err != nil || err2 != nil {
						return false
					}
					// Caches in between may keep an answer for a while; a day is beyond any that state no age.
					apart := sent.Sub(made).Abs()
					return expect(t, b.Response, apart < 24*time.Hour, "timeStamp is %s while the answer's Date is %s", s, b.Header.Get("Date")) || true
				})
			},
		},
		{
			ID: "mim7.items.count.returned", Title: "numberReturned is the number of features in the answer",
			Clause: core + "fc-numberReturned", Fault: "places.items.returned-wrong",
			Body: func(t *T) {
				each(t, "numberReturned", func(c collection) bool {
					b := sample(t, c)
					if _, there := b.document["numberReturned"]; !there {
						return false
					}
					n, whole := count(b.document, "numberReturned")
					return expect(t, b.Response, whole && n == len(b.features), "numberReturned is %v, and there are %d features", b.document["numberReturned"], len(b.features)) || true
				})
			},
		},
		{
			ID: "mim7.items.count.matched", Title: "numberMatched does not depend on limit",
			Clause: core + "fc-numberMatched", Fault: "places.items.matched-of-page",
			Body: func(t *T) {
				each(t, "numberMatched and more than one feature", func(c collection) bool {
					all, stated := count(sample(t, c).document, "numberMatched")
					if !stated || all < 2 {
						return false
					}
					var of1 int
					for range 3 { // features may come and go between two requests, not each time
						b := read(t, c, Query("limit", "1"))
						of1, _ = count(b.document, "numberMatched")
						all, _ = count(sample(t, c).document, "numberMatched")
						if of1 == all {
							return true
						}
					}
					t.Expect(all).To(Hold(false, "numberMatched of collection %s is %d with limit=1 and %d with limit=%d", c.id, of1, all, someFeatures))
					return true
				})
			},
		},
		{
			ID: "mim7.items.count.atLeast", Title: "numberMatched is not below the number of features in the answer",
			Clause: core + "fc-numberMatched", Fault: "places.items.matched-zero",
			Body: func(t *T) {
				each(t, "numberMatched and a feature", func(c collection) bool {
					b := sample(t, c)
					if _, there := b.document["numberMatched"]; !there || len(b.features) == 0 {
						return false
					}
					n, whole := count(b.document, "numberMatched")
					return expect(t, b.Response, whole && n >= len(b.features), "numberMatched is %v, and there are %d features", b.document["numberMatched"], len(b.features)) || true
				})
			},
		},
	}
}

// limited expects no more features than the limit.
func limited(t *T, limit int) {
	each(t, "features", func(c collection) bool {
		b := read(t, c, Query("limit", strconv.Itoa(limit)))
		expect(t, b.Response, len(b.features) <= limit, "limit=%d gave %d features of collection %s", limit, len(b.features), c.id)
		return len(b.features) > 0
	})
}
