package mim7

import (
	"fmt"
	"slices"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

func boxChecks() []Check {
	return []Check{
		{
			ID: "mim7.bbox.select.only", Title: "bbox selects features that the box meets, and no others",
			Clause: core + "fc-bbox-response", Fault: "places.bbox.ignored",
			Body: func(t *T) {
				located(t, func(c collection, f object, g geom.Geometry, others []object) bool {
					box := around(g, tiny)
					far := slices.ContainsFunc(others, func(o object) bool {
						other, there := shape(o)
						return there && !box.wider(2*tiny).meets(other)
					})
					if !far {
						return false // nothing would show that the box was obeyed
					}
					onlyWithin(t, box, read(t, c, Query("bbox", box.String(), "limit", "50")))
					return true
				})
			},
		},
		{
			ID: "mim7.bbox.select.finds", Title: "bbox selects a feature that is in the box",
			Clause: core + "fc-bbox-response", Fault: "places.bbox.half",
			Body: func(t *T) {
				located(t, func(c collection, f object, g geom.Geometry, _ []object) bool {
					return found(t, c, idOf(f), "bbox", around(g, tiny).String())
				})
			},
		},
		{
			ID: "mim7.bbox.select.touches", Title: "bbox selects a feature of which only a part is in the box",
			Clause: core + "fc-bbox-response", Fault: "places.bbox.within",
			Body: func(t *T) {
				located(t, func(c collection, f object, g geom.Geometry, _ []object) bool {
					whole := around(g, 0)
					at, there := g.PointOnSurface().XY()
					// A quarter of its size around a point of the feature, so that its ends stick out.
					w, h := (whole[2]-whole[0])/8, (whole[3]-whole[1])/8
					if !there || g.Dimension() == 0 || max(w, h) < 10*tiny {
						return false
					}
					return found(t, c, idOf(f), "bbox", box{at.X - w - tiny, at.Y - h - tiny, at.X + w + tiny, at.Y + h + tiny}.String())
				})
			},
		},
		{
			ID: "mim7.bbox.select.empty", Title: "bbox away from all features selects none that has a geometry",
			Clause: core + "fc-bbox-response", Fault: "places.bbox.empty-means-all",
			Body: func(t *T) {
				each(t, "features with geometry, none near the south pole", func(c collection) bool {
					far := box{-1, -89.9, 1, -89}
					b := sample(t, c)
					if !slices.ContainsFunc(b.features, func(f object) bool { g, there := shape(f); return there && !far.meets(g) }) {
						return false
					}
					onlyWithin(t, far, read(t, c, Query("bbox", far.String(), "limit", "50")))
					return true
				})
			},
		},
		{
			ID: "mim7.bbox.select.order", Title: "bbox begins with longitude",
			Requirements: slices.Concat(service, systems), Clause: core + "fc-bbox-definition", Fault: "places.bbox.latitude-first",
			Hint: "The default reference system is CRS84, whose first axis is longitude.",
			Body: func(t *T) {
				located(t, func(c collection, f object, g geom.Geometry, _ []object) bool {
					box := around(g, tiny)
					if box.swapped().meets(g) || max(box[0], box[2]) > 90 || min(box[0], box[2]) < -90 {
						return false // both orders would find it, or one is out of range
					}
					onlyWithin(t, box, read(t, c, Query("bbox", box.String(), "limit", "50")))
					return found(t, c, idOf(f), "bbox", box.String())
				})
			},
		},
		{
			ID: "mim7.bbox.form.six", Title: "bbox takes six numbers, too",
			Clause: core + "fc-bbox-definition", Fault: "places.bbox.four-only",
			Body: func(t *T) {
				located(t, func(c collection, f object, g geom.Geometry, _ []object) bool {
					b := around(g, tiny)
					six := fmt.Sprintf("%v,%v,-10000,%v,%v,10000", b[0], b[1], b[2], b[3])
					t.Expect(t.GET(c.items(), accepting(mediaGeoJSON), Query("bbox", six))).To(HaveStatus(200), "a box with heights")
					return true
				})
			},
		},
		{
			ID: "mim7.bbox.form.world", Title: "bbox takes the whole world, and then leaves nothing out",
			Clause: core + "fc-bbox-response", Fault: "places.bbox.world-empty",
			Body: func(t *T) {
				each(t, "numberMatched", func(c collection) bool {
					return agree(t, c, "bbox=-180,-90,180,90 selects", "bbox", "-180,-90,180,90")
				})
			},
		},
	}
}

// located calls judge for a feature with id and geometry of some collections, with the
// other features of its page.
func located(t *T, judge func(c collection, f object, g geom.Geometry, others []object) bool) {
	each(t, "a feature that this can be tried with", func(c collection) bool {
		b := sample(t, c)
		order := t.Rand().Perm(len(b.features))
		for _, i := range order {
			f := b.features[i]
			g, there := shape(f)
			if !there || idOf(f) == "" {
				continue
			}
			others := slices.Delete(slices.Clone(b.features), i, i+1)
			if judge(c, f, g, others) {
				return true
			}
		}
		return false
	})
}

// onlyWithin expects that the features with a geometry meet the box. What has none is
// selected by any box.
func onlyWithin(t *T, b box, got batch) {
	for _, f := range got.features {
		if g, there := shape(f); there {
			expect(t, got.Response, b.wider(tiny).meets(g), "feature %s was selected, and does not meet the box %s", idOf(f), b)
		}
	}
}

// found expects that a selection finds a feature, on one of some pages. It is false
// when that could not be found out.
func found(t *T, c collection, id string, parameters ...string) bool {
	b := read(t, c, Query(append(parameters, "limit", "50")...))
	var last *probe.Response
	for range somePages {
		if slices.Contains(b.idsOf(), id) {
			return true
		}
		last = b.Response
		next, more := readable(related(b.document, "next"))
		if !more {
			if t.GET(c.feature(id), accepting(mediaGeoJSON)).Status != 200 {
				return false // it is gone since
			}
			return expect(t, last, false, "feature %s of collection %s is not selected by %s", id, c.id, shown(parameters)) || true
		}
		b = unpack(t, follow(t, b.Response, next.href, accepting(mediaGeoJSON)))
	}
	return false
}

func shown(parameters []string) string {
	s := ""
	for i := 0; i+1 < len(parameters); i += 2 {
		if i > 0 {
			s += "&"
		}
		s += parameters[i] + "=" + parameters[i+1]
	}
	return s
}

// agree expects that a selection that leaves nothing out matches what none matches. A
// difference may come from a change in between, so that it has to show each time.
func agree(t *T, c collection, what string, parameters ...string) bool {
	var r *probe.Response
	var all, some int
	for range 3 {
		whole := sample(t, c)
		part := read(t, c, Query(append(parameters, "limit", "1")...))
		var stated, stated2 bool
		all, stated = count(whole.document, "numberMatched")
		some, stated2 = count(part.document, "numberMatched")
		if !stated || !stated2 || all == 0 {
			return false
		}
		if r = part.Response; all == some {
			return true
		}
	}
	return expect(t, r, false, "%s %d of the %d features of collection %s", what, some, all, c.id) || true
}
