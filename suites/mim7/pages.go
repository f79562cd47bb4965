package mim7

import (
	"slices"
	"strconv"

	"github.com/peterstace/simplefeatures/geom"

	. "github.com/oasc/mimcheck/suites"
)

func pageChecks() []Check {
	return []Check{
		{
			ID: "mim7.pages.next.there", Title: "A page that is not the last one links to the next",
			Clause: part1 + "/rec/core/fc-next-1", Level: Extended, Fault: "places.pages.no-next",
			Body: func(t *T) {
				each(t, "more than one feature", func(c collection) bool {
					b := read(t, c, Query("limit", "1"))
					if matched, stated := count(b.document, "numberMatched"); !stated || matched < 2 {
						return false
					}
					return expect(t, b.Response, len(related(b.document, "next")) > 0, "the first page of collection %s has no link of relation next", c.id) || true
				})
			},
		},
		{
			ID: "mim7.pages.next.resolve", Title: "The link to the next page leads to features",
			Clause: core + "fc-links", Fault: "places.pages.next-dead",
			Body: func(t *T) {
				turned(t, func(c collection, first, second batch) bool {
					return expect(t, second.Response, len(second.features) > 0, "the second page of collection %s has no features", c.id) || true
				})
			},
		},
		{
			ID: "mim7.pages.next.distinct", Title: "The next page has other features",
			Requirements: slices.Concat(service, identifiers), Clause: core + "fc-links", Fault: "places.pages.next-same",
			Body: func(t *T) {
				turned(t, func(c collection, first, second batch) bool {
					for _, id := range second.idsOf() {
						expect(t, second.Response, id == "" || !slices.Contains(first.idsOf(), id), "feature %s is on the first and on the second page of collection %s", id, c.id)
					}
					return len(second.features) > 0
				})
			},
		},
		{
			ID: "mim7.pages.next.limit", Title: "The next page keeps the limit",
			Clause: core + "fc-limit-response-1", Fault: "places.pages.next-forgets-limit",
			Body: func(t *T) {
				turned(t, func(c collection, first, second batch) bool {
					return expect(t, second.Response, len(second.features) <= 1, "limit=1 gave %d features on the second page of collection %s", len(second.features), c.id) || true
				})
			},
		},
		{
			ID: "mim7.pages.next.selection", Title: "The next page keeps the selection",
			Clause: core + "fc-response", Fault: "places.pages.next-forgets-bbox",
			Body: func(t *T) {
				located(t, func(c collection, f object, g geom.Geometry, others []object) bool {
					for _, o := range others { // a box around two features that leaves a third one out
						other, there := shape(o)
						if !there {
							continue
						}
						b := around(geom.NewGeometryCollection([]geom.Geometry{g, other}).AsGeometry(), tiny)
						leftOut := func(o object) bool { x, there := shape(o); return there && !b.wider(2*tiny).meets(x) }
						if !slices.ContainsFunc(others, leftOut) {
							continue
						}
						first := read(t, c, Query("bbox", b.String(), "limit", "1"))
						matched, stated := count(first.document, "numberMatched")
						for range 5 {
							next, more := readable(related(first.document, "next"))
							if !more {
								break
							}
							first = unpack(t, follow(t, first.Response, next.href, accepting(mediaGeoJSON)))
							onlyWithin(t, b, first)
							now, again := count(first.document, "numberMatched")
							if !stated || !again || now == matched {
								continue
							}
							if since, _ := count(read(t, c, Query("bbox", b.String(), "limit", "1")).document, "numberMatched"); since != matched {
								break // features come and go
							}
							expect(t, first.Response, false, "numberMatched is %d on the first page of a selection and %d on a later one", matched, now)
						}
						return true
					}
					return false
				})
			},
		},
		{
			ID: "mim7.pages.all.complete", Title: "All pages together have as many features as match",
			Clause: core + "fc-numberMatched", Fault: "places.pages.lose-one",
			Body: func(t *T) {
				walked(t, func(c collection, all []object, matched int, last batch) {
					expect(t, last.Response, len(all) == matched, "the pages of collection %s have %d features together, numberMatched is %d", c.id, len(all), matched)
				})
			},
		},
		{
			ID: "mim7.pages.all.unique", Title: "No identifier is there twice over all pages",
			Requirements: identifiers, Clause: core + "fc-response; RFC 7946, 3.2", Fault: "places.ids.twice",
			Body: func(t *T) {
				walked(t, func(c collection, all []object, _ int, last batch) {
					seen := map[string]bool{}
					for _, f := range all {
						id := idOf(f)
						expect(t, last.Response, id == "" || !seen[id], "two features of collection %s have the id %s", c.id, id)
						seen[id] = true
					}
				})
			},
		},
		{
			ID: "mim7.pages.all.end", Title: "The last page links to no next one",
			Clause: part1 + "/rec/core/fc-next-1", Level: Extended, Fault: "places.pages.no-end",
			Body: func(t *T) {
				each(t, "numberMatched within one page", func(c collection) bool {
					b := read(t, c, Query("limit", "100"))
					matched, stated := count(b.document, "numberMatched")
					if !stated || matched != len(b.features) {
						return false
					}
					return expect(t, b.Response, len(related(b.document, "next")) == 0, "all %d features of collection %s are on the page, and it links to a next one", matched, c.id) || true
				})
			},
		},
	}
}

// turned calls judge with the first two pages of one feature each.
func turned(t *T, judge func(c collection, first, second batch) bool) {
	each(t, "a second page", func(c collection) bool {
		first := read(t, c, Query("limit", "1"))
		next, more := readable(related(first.document, "next"))
		if !more {
			return false
		}
		r := follow(t, first.Response, next.href, accepting(mediaGeoJSON))
		t.Require(r).To(HaveStatus(200), "the link %s of relation next is dead", next.href)
		return judge(c, first, unpack(t, r))
	})
}

// walked calls judge with the features of all pages of collections that can be walked
// to their end: three pages or so each.
func walked(t *T, judge func(c collection, all []object, matched int, last batch)) {
	each(t, "pages that can be walked to their end", func(c collection) bool {
		matched, stated := count(sample(t, c).document, "numberMatched")
		limit := (matched + 2) / 3
		if !stated || matched == 0 || limit > 100 {
			return false
		}
		for range 3 { // features may come and go meanwhile, not each time
			b := read(t, c, Query("limit", strconv.Itoa(limit)))
			all := slices.Clone(b.features)
			for range somePages {
				next, more := readable(related(b.document, "next"))
				if !more {
					break
				}
				b = unpack(t, follow(t, b.Response, next.href, accepting(mediaGeoJSON)))
				all = append(all, b.features...)
			}
			if _, more := readable(related(b.document, "next")); more {
				return false // the platform's pages are smaller than asked for, and too many
			}
			now, _ := count(b.document, "numberMatched")
			if now == matched {
				judge(c, all, matched, b)
				return true
			}
			matched = now
		}
		return false
	})
}
