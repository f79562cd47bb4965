package mim7

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	. "github.com/oasc/mimcheck/suites"
)

func collectionChecks() []Check {
	return []Check{
		{
			ID: "mim7.collections.retrieve.success", Title: "The list of collections is there",
			Clause: core + "fc-md-op", Fault: "places.collections.gone",
			Body: func(t *T) { ok(t, "/collections") },
		},
		{
			ID: "mim7.collections.content.members", Title: "The list of collections has links and collections",
			Clause: core + "fc-md-success", Fault: "places.collections.no-links",
			Body: func(t *T) {
				r := ok(t, "/collections")
				document := t.Object(r)
				for _, member := range []string{"links", "collections"} {
					_, isList := document[member].([]any)
					expect(t, r, isList, "the list of collections has no array %s", member)
				}
			},
		},
		{
			ID: "mim7.collections.links.self", Title: "The list of collections links to itself",
			Clause: core + "fc-md-links", Fault: "places.collections.no-self",
			Body: func(t *T) {
				r, document, _ := listed(t)
				expect(t, r, len(related(document, "self")) > 0, "the list of collections has no link of relation self")
			},
		},
		{
			ID: "mim7.collections.links.alternate", Title: "The list of collections links to its HTML form",
			Clause: core + "fc-md-links", Feature: FeaturePlacesHTML, Fault: "places.collections.no-alternate",
			Body: func(t *T) {
				r, document, _ := listed(t)
				expect(t, r, slices.ContainsFunc(related(document, "alternate"), link.isHTML), "the list of collections has no link of relation alternate to HTML")
			},
		},
		{
			ID: "mim7.collections.links.typed", Title: "Links of the list of collections state relation and media type",
			Clause: core + "fc-md-links", Fault: "places.collections.links-untyped",
			Body: func(t *T) {
				r, document, _ := listed(t)
				links := related(document, "self", "alternate")
				if len(links) == 0 {
					t.Untested("the list of collections has no link to itself or its other forms")
				}
				for _, l := range links {
					expect(t, r, l.media != "", "the link %s (%s) states no type", l.href, l.rel)
				}
			},
		},
		{
			ID: "mim7.collections.items.ids", Title: "Each collection has an id of its own",
			Requirements: slices.Concat(service, identifiers), Clause: core + "fc-md-items", Fault: "places.collections.id-twice",
			Body: func(t *T) {
				r, _, all := listed(t)
				seen := map[string]bool{}
				for _, c := range all {
					expect(t, r, !seen[c.id], "two collections have the id %s", c.id)
					seen[c.id] = true
				}
			},
		},
		{
			ID: "mim7.collections.items.links", Title: "Each collection links to its features",
			Clause: core + "fc-md-items-links", Fault: "places.collections.no-items-link",
			Body: func(t *T) {
				r, _, all := listed(t)
				for _, c := range all {
					expect(t, r, len(related(c.body, "items")) > 0, "collection %s has no link of relation items", c.id)
				}
			},
		},
		{
			ID: "mim7.collections.items.typed", Title: "Links to features state relation and media type",
			Clause: core + "fc-md-items-links", Fault: "places.collections.items-link-untyped",
			Body: func(t *T) {
				r, _, all := listed(t)
				judged := 0
				for _, c := range all {
					for _, l := range related(c.body, "items") {
						judged++
						expect(t, r, l.media != "", "the link %s of collection %s states no type", l.href, c.id)
					}
				}
				if judged == 0 {
					t.Untested("no collection links to its features")
				}
			},
		},
		{
			ID: "mim7.collections.items.resolve", Title: "The link to the features leads to the features",
			Clause: core + "fc-md-items-links", Fault: "places.collections.items-link-dead",
			Body: func(t *T) {
				from, _, _ := listed(t)
				each(t, "a link to its features", func(c collection) bool {
					l, there := readable(related(c.body, "items"))
					if !there {
						return false
					}
					r := follow(t, from, l.href, accepting(accepted(l)))
					if t.Expect(r).To(HaveStatus(200), "the link %s is dead", l.href) {
						unpack(t, r)
					}
					return true
				})
			},
		},
		{
			ID: "mim7.collections.extent.spatial", Title: "A spatial extent is a list of bounding boxes in WGS 84",
			Requirements: slices.Concat(service, systems), Clause: core + "fc-md-extent", Fault: "places.extent.flat-box",
			Body: func(t *T) {
				r, _, all := listed(t)
				judged := 0
				for _, c := range all {
					spatial := c.extent("spatial")
					if spatial == nil {
						continue
					}
					judged++
					what := wrongBoxes(spatial)
					expect(t, r, what == "", "the spatial extent of collection %s %s", c.id, what)
				}
				if judged == 0 {
					t.Untested("no collection states a spatial extent")
				}
			},
		},
		{
			ID: "mim7.collections.extent.temporal", Title: "A temporal extent is a list of intervals of date and time",
			Clause: core + "fc-md-extent", Fault: "places.extent.dates-only",
			Body: func(t *T) {
				r, _, all := listed(t)
				judged := 0
				for _, c := range all {
					temporal := c.extent("temporal")
					if temporal == nil {
						continue
					}
					judged++
					what := wrongIntervals(temporal)
					expect(t, r, what == "", "the temporal extent of collection %s %s", c.id, what)
				}
				if judged == 0 {
					t.Untested("no collection states a temporal extent")
				}
			},
		},
		{
			ID: "mim7.collections.extent.covers", Title: "The spatial extent holds the features of the collection",
			Clause: core + "fc-md-extent; /req/core/fc-md-extent-multi", Fault: "places.extent.too-small",
			Body: func(t *T) {
				each(t, "a spatial extent and features with geometry", func(c collection) bool {
					boxes, good := boxesOf(c.extent("spatial"))
					if !good || boxes[0][0] > boxes[0][2] { // over the antimeridian
						return false
					}
					whole, judged := boxes[0].wider(tiny), false
					b := sample(t, c)
					for _, f := range b.features {
						g, there := shape(f)
						if !there {
							continue
						}
						judged = true
						at := around(g, 0)
						expect(t, b.Response, at[0] >= whole[0] && at[1] >= whole[1] && at[2] <= whole[2] && at[3] <= whole[3],
							"feature %s (%s) is not within the extent of collection %s (%s)", idOf(f), at, c.id, boxes[0])
					}
					return judged
				})
			},
		},
		{
			ID: "mim7.collection.retrieve.success", Title: "Each listed collection is there on its own",
			Clause: core + "sfc-md-op", Fault: "places.collection.gone",
			Body: func(t *T) {
				for _, c := range some(t) {
					t.Expect(t.GET(c.path())).To(HaveStatus(200), "collection %s is listed", c.id)
				}
			},
		},
		alike("id", "A collection has the same id on its own as in the list", "places.collection.other-id", "id"),
		alike("texts", "A collection has the same title and description on its own as in the list", "places.collection.other-title", "title", "description", "itemType"),
		alike("extent", "A collection has the same extent on its own as in the list", "places.collection.no-extent", "extent"),
		alike("systems", "A collection has the same reference systems on its own as in the list", "places.collection.other-crs", "crs", "storageCrs"),
		{
			ID: "mim7.collection.content.itemsLink", Title: "A collection on its own links to its features, too",
			Clause: core + "sfc-md-success", Fault: "places.collection.no-items-link",
			Body: func(t *T) {
				each(t, "a link to its features", func(c collection) bool {
					if len(related(c.body, "items")) == 0 {
						return false
					}
					r := ok(t, c.path())
					return expect(t, r, len(related(t.Object(r), "items")) > 0, "collection %s on its own has no link of relation items", c.id) || true
				})
			},
		},
	}
}

// alike makes a check that members of a collection are the same on its own as in the
// list of all.
func alike(what, title, fault string, members ...string) Check {
	return Check{
		ID: "mim7.collection.content." + what, Title: title, Clause: core + "sfc-md-success", Fault: fault,
		Body: func(t *T) {
			each(t, strings.Join(members, " or "), func(c collection) bool {
				fits := false
				for _, member := range members {
					listed, there := c.body[member]
					if !there {
						continue
					}
					fits = true
					if global(listed) {
						continue // stands for the list above it
					}
					t.Expect(ok(t, c.path())).To(HaveJSON("/"+member, same(listed)), "collection %s", c.id)
				}
				return fits
			})
		},
	}
}

// same matches what is the same JSON.
func same(v any) types.GomegaMatcher { return EqualJSON(v) }

// global says whether a list of reference systems refers to that of all collections.
func global(v any) bool {
	list, _ := v.([]any)
	return slices.Contains(list, any("#/crs"))
}

// boxesOf reads the boxes of a spatial extent; false when one is not good.
func boxesOf(spatial object) ([]box, bool) {
	list, _ := spatial["bbox"].([]any)
	if len(list) == 0 || wrongBoxes(spatial) != "" {
		return nil, false
	}
	var boxes []box
	for _, one := range list {
		n, _ := numbers(one)
		if len(n) == 6 {
			n = []float64{n[0], n[1], n[3], n[4]}
		}
		boxes = append(boxes, box(n))
	}
	return boxes, true
}

func numbers(v any) ([]float64, bool) {
	list, isList := v.([]any)
	var all []float64
	for _, one := range list {
		n, is := one.(json.Number)
		f, err := n.Float64()
		if !is || err != nil {
			return nil, false
		}
		all = append(all, f)
	}
	return all, isList
}

// wrongBoxes says what is wrong with a spatial extent.
func wrongBoxes(spatial object) string {
	list, isList := spatial["bbox"].([]any)
	if !isList || len(list) == 0 {
		return "has no array bbox with boxes"
	}
	inDegrees := true
	if system, stated := text(spatial, "crs"); stated && !strings.Contains(system, "CRS84") {
		inDegrees = false
	}
	for i, one := range list {
		n, good := numbers(one)
		if !good || len(n) != 4 && len(n) != 6 {
			return fmt.Sprintf("has at bbox/%d no array of four or six numbers", i)
		}
		half := len(n) / 2
		switch {
		case n[1] > n[half+1]:
			return fmt.Sprintf("has at bbox/%d a box whose southern edge is north of its northern one", i)
		case inDegrees && (n[0] < -180 || n[0] > 180 || n[half] < -180 || n[half] > 180 || n[1] < -90 || n[half+1] > 90):
			return fmt.Sprintf("has at bbox/%d a box that is not in longitude and latitude", i)
		}
	}
	return ""
}

// wrongIntervals says what is wrong with a temporal extent.
func wrongIntervals(temporal object) string {
	list, isList := temporal["interval"].([]any)
	if !isList || len(list) == 0 {
		return "has no array interval with intervals"
	}
	for i, one := range list {
		pair, isPair := one.([]any)
		if !isPair || len(pair) != 2 {
			return fmt.Sprintf("has at interval/%d no array of two", i)
		}
		for _, end := range pair {
			s, isText := end.(string)
			if _, err := time.Parse(time.RFC3339, s); end != nil && (!isText || err != nil) {
				return fmt.Sprintf("has at interval/%d %v, which is neither null nor date and time as in RFC 3339", i, end)
			}
		}
	}
	return ""
}
