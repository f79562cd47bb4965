package mim7

import (
	"maps"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

func featureChecks() []Check {
	return []Check{
		{
			ID: "mim7.feature.retrieve.success", Title: "A feature of a collection can be retrieved by its id",
			Requirements: slices.Concat(service, identifiers), Clause: core + "f-op", Fault: "places.feature.gone",
			Body: func(t *T) { retrieved(t, func(collection, object, single) {}) },
		},
		{
			ID: "mim7.feature.content.id", Title: "A feature has the id under which it was asked for",
			Requirements: identifiers, Clause: core + "f-success", Fault: "places.feature.other-id",
			Body: func(t *T) {
				retrieved(t, func(c collection, f object, got single) {
					expect(t, got.r, idOf(got.feature) == idOf(f), "the feature %s of collection %s comes with the id %q", idOf(f), c.id, idOf(got.feature))
				})
			},
		},
		{
			ID: "mim7.feature.content.geometry", Title: "A feature has the same geometry on its own as in the collection",
			Clause: core + "f-success", Level: Extended, Fault: "places.feature.moved",
			Hint: "A collection may show simplified geometries: then this is to be expected.",
			Body: func(t *T) {
				retrieved(t, func(c collection, f object, got single) {
					t.Expect(got.r).To(HaveJSON("/geometry", same(f["geometry"])), "feature %s of collection %s", idOf(f), c.id)
				})
			},
		},
		{
			ID: "mim7.feature.content.properties", Title: "A feature on its own has the properties that it has in the collection",
			Clause: core + "f-success", Fault: "places.feature.no-properties",
			Body: func(t *T) {
				retrieved(t, func(c collection, f object, got single) {
					for _, name := range sorted(inner(f, "properties")) {
						_, there := inner(got.feature, "properties")[name]
						expect(t, got.r, there, "feature %s has the property %s in collection %s and not on its own", idOf(f), name, c.id)
					}
				})
			},
		},
		{
			ID: "mim7.feature.links.self", Title: "A feature links to itself",
			Clause: core + "f-links", Fault: "places.feature.no-self",
			Body: func(t *T) {
				retrieved(t, func(_ collection, f object, got single) {
					expect(t, got.r, len(related(got.feature, "self")) > 0, "feature %s has no link of relation self", idOf(f))
				})
			},
		},
		{
			ID: "mim7.feature.links.alternate", Title: "A feature links to its HTML form",
			Clause: core + "f-links", Feature: FeaturePlacesHTML, Fault: "places.feature.no-alternate",
			Body: func(t *T) {
				retrieved(t, func(_ collection, f object, got single) {
					expect(t, got.r, slices.ContainsFunc(related(got.feature, "alternate"), link.isHTML), "feature %s has no link of relation alternate to HTML", idOf(f))
				})
			},
		},
		{
			ID: "mim7.feature.links.collection", Title: "A feature links to its collection",
			Clause: core + "f-links", Fault: "places.feature.no-collection",
			Body: func(t *T) {
				retrieved(t, func(_ collection, f object, got single) {
					expect(t, got.r, len(related(got.feature, "collection")) > 0, "feature %s has no link of relation collection", idOf(f))
				})
			},
		},
		{
			ID: "mim7.feature.links.resolve", Title: "The link of a feature to its collection leads to that collection",
			Clause: core + "f-links", Fault: "places.feature.other-collection",
			Body: func(t *T) {
				retrieved(t, func(c collection, f object, got single) {
					l, there := readable(related(got.feature, "collection"))
					if !there {
						return // for another check to say
					}
					r := follow(t, got.r, l.href, accepting(accepted(l)))
					if t.Expect(r).To(HaveStatus(200), "the link %s is dead", l.href) {
						t.Expect(r).To(HaveJSON("/id", c.id), "feature %s is of collection %s", idOf(f), c.id)
					}
				})
			},
		},
		{
			ID: "mim7.identity.id.there", Title: "Each feature has an identifier",
			Requirements: identifiers, Clause: core + "f-op; RFC 7946, 3.2", Fault: "places.ids.none",
			Body: func(t *T) {
				each(t, "features", func(c collection) bool {
					b := sample(t, c)
					for i, f := range b.features {
						expect(t, b.Response, idOf(f) != "", "/features/%d of collection %s has no id", i, c.id)
					}
					return len(b.features) > 0
				})
			},
		},
		{
			ID: "mim7.identity.id.stable", Title: "Features have the same identifiers when asked for again",
			Requirements: identifiers, Clause: core + "f-op", Fault: "places.ids.fresh",
			Hint: "Identifiers are made up for each answer.",
			Body: func(t *T) {
				each(t, "features with ids", func(c collection) bool {
					var before, after batch
					for range 3 { // features may come and go meanwhile, not each time
						before, after = sample(t, c), sample(t, c)
						if len(before.features) == 0 || idOf(before.features[0]) == "" {
							return false
						}
						for i, id := range before.idsOf() {
							if slices.Contains(after.idsOf(), id) {
								return true
							}
							// A platform may show other features each time, and still know these.
							if i < 3 && t.GET(c.feature(id), accepting(mediaGeoJSON)).Status == 200 {
								return true
							}
						}
					}
					return expect(t, after.Response, false, "collection %s has the features %v, and a moment before it had %v", c.id, after.idsOf(), before.idsOf()) || true
				})
			},
		},
	}
}

// single is one feature on its own.
type single struct {
	r       *probe.Response
	feature object
}

// retrieved retrieves one feature of some collections and calls judge with it as it is
// in the collection and as it is on its own.
func retrieved(t *T, judge func(c collection, f object, got single)) {
	each(t, "a feature with an id", func(c collection) bool {
		b := sample(t, c)
		for _, i := range t.Rand().Perm(len(b.features)) {
			f := b.features[i]
			if idOf(f) == "" {
				continue
			}
			r := t.GET(c.feature(idOf(f)), accepting(mediaGeoJSON))
			if r.Status == 404 && !slices.Contains(sample(t, c).idsOf(), idOf(f)) {
				continue // gone since
			}
			t.Require(r).To(HaveStatus(200), "feature %s of collection %s", idOf(f), c.id)
			judge(c, f, single{r, t.Object(r)})
			return true
		}
		return false
	})
}

func sorted(o object) []string { return slices.Sorted(maps.Keys(o)) }
