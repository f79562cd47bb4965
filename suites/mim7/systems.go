package mim7

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Identifiers of coordinate reference systems.
const (
	crs84  = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	crs84h = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
	epsg   = "http://www.opengis.net/def/crs/EPSG/0/"
)

// nowhere is an identifier of no reference system.
const nowhere = "http://www.opengis.net/def/crs/OGC/1.3/mimcheck-none"

func systemChecks() []Check {
	checks := []Check{
		{
			ID: "mim7.crs.list.there", Title: "Each spatial collection lists its reference systems",
			Clause: crs + "fc-md-crs-list", Fault: "places.crs.no-list",
			Body: func(t *T) {
				r, _, all := listed(t)
				judged := 0
				for _, c := range all {
					if c.extent("spatial") == nil {
						continue
					}
					judged++
					expect(t, r, len(c.list("crs")) > 0, "collection %s has no array crs with members", c.id)
				}
				if judged == 0 {
					t.Untested("no collection has a spatial extent")
				}
			},
		},
		ofSystems("list.default", "The reference systems of a collection include CRS84", "fc-md-crs-list", Core, "places.crs.no-default", func(offered []string) string {
			if !slices.Contains(offered, crs84) && !slices.Contains(offered, crs84h) {
				return "offers neither " + crs84 + " nor " + crs84h
			}
			return ""
		}),
		ofSystems("list.uris", "Each reference system is named by a URI", "crs-uri", Core, "places.crs.short-names", func(offered []string) string {
			for _, uri := range offered {
				if u, err := url.Parse(uri); err != nil || !u.IsAbs() || strings.HasPrefix(strings.ToUpper(uri), "EPSG:") {
					return "names the reference system " + uri + ", which is no URI"
				}
			}
			return ""
		}),
		ofSystems("list.known", "Reference systems of EPSG are named by their number", "crs-uri; /rec/crs/crs-format-model", Extended, "places.crs.no-number", func(offered []string) string {
			for _, uri := range offered {
				if strings.Contains(strings.ToUpper(uri), "/EPSG/") && !epsgURI.MatchString(uri) {
					return "names the reference system " + uri + ", expected " + epsg + "and a number"
				}
			}
			return ""
		}),
		{
			ID: "mim7.crs.list.global", Title: "A list of reference systems that collections refer to is there",
			Clause: crs + "fc-md-crs-list-global", Fault: "places.crs.no-global",
			Body: func(t *T) {
				r, document, all := listed(t)
				if !slices.ContainsFunc(all, func(c collection) bool { return global(c.body["crs"]) }) {
					t.Inapplicable("no collection refers to a list for all by #/crs")
				}
				list, _ := document["crs"].([]any)
				expect(t, r, len(list) > 0, "collections refer to #/crs, and beside the collections there is no array crs with members")
			},
		},
		{
			ID: "mim7.crs.storage.listed", Title: "The storage reference system is one of those offered",
			Clause: crs + "fc-md-storageCrs-valid-value", Fault: "places.crs.storage-unlisted",
			Body: func(t *T) {
				r, document, all := listed(t)
				judged := 0
				for _, c := range all {
					storage, there := c.body["storageCrs"]
					if !there {
						continue
					}
					judged++
					uri, _ := storage.(string)
					expect(t, r, slices.Contains(offered(c, document), uri), "collection %s has the storageCrs %v, which is not in its list crs", c.id, storage)
				}
				if judged == 0 {
					t.Untested("no collection states storageCrs")
				}
			},
		},
		{
			ID: "mim7.crs.storage.there", Title: "A spatial collection states the reference system that it is stored in",
			Clause: crs + "fc-md-storageCrs", Level: Extended, Fault: "places.crs.no-storage",
			Hint: "It is left out where features are stored in several reference systems.",
			Body: func(t *T) {
				r, _, all := listed(t)
				judged := 0
				for _, c := range all {
					if c.extent("spatial") == nil {
						continue
					}
					judged++
					expect(t, r, c.body["storageCrs"] != nil, "collection %s states no storageCrs", c.id)
				}
				if judged == 0 {
					t.Untested("no collection has a spatial extent")
				}
			},
		},
		{
			ID: "mim7.crs.header.default", Title: "Without the parameter crs, Content-Crs states CRS84",
			Clause: crs + "fc-crs-default-value", Fault: "places.crs.header-missing",
			Body: func(t *T) {
				spatial(t, func(c collection, _ []string, b batch) bool {
					uri := stated(b.Response)
					return expect(t, b.Response, uri == crs84 || uri == crs84h, "Content-Crs is %q, expected <%s>", b.Header.Get("Content-Crs"), crs84) || true
				})
			},
		},
		{
			ID: "mim7.crs.header.form", Title: "Content-Crs has the identifier in angle brackets",
			Clause: crs + "ogc-crs-header-value", Fault: "places.crs.header-bare",
			Body: func(t *T) {
				spatial(t, func(c collection, _ []string, b batch) bool {
					h := b.Header.Get("Content-Crs")
					if h == "" {
						return false // for another check to say
					}
					return expect(t, b.Response, strings.HasPrefix(h, "<") && strings.HasSuffix(h, ">"), "Content-Crs is %q, expected the identifier between < and >", h) || true
				})
			},
		},
		{
			ID: "mim7.crs.header.requested", Title: "Content-Crs states the reference system that the parameter crs asks for",
			Clause: crs + "ogc-crs-header", Fault: "places.crs.header-default",
			Body: func(t *T) {
				spatial(t, func(c collection, offered []string, _ batch) bool {
					for _, uri := range offered[:min(len(offered), 8)] {
						r := t.GET(c.items(), accepting(mediaGeoJSON), Query("limit", "1", "crs", uri))
						if t.Expect(r).To(HaveStatus(200), "collection %s offers %s", c.id, uri) {
							expect(t, r, stated(r) == uri, "Content-Crs is %q, expected <%s>", r.Header.Get("Content-Crs"), uri)
						}
					}
					return true
				})
			},
		},
		{
			ID: "mim7.crs.header.feature", Title: "Content-Crs of a single feature states its reference system",
			Clause: crs + "ogc-crs-header", Fault: "places.crs.feature-header-missing",
			Body: func(t *T) {
				spatial(t, func(c collection, offered []string, b batch) bool {
					id := idOf(b.features[0])
					if id == "" {
						return false
					}
					for _, uri := range offered[:min(len(offered), 8)] {
						r := t.GET(c.feature(id), accepting(mediaGeoJSON), Query("crs", uri))
						if t.Expect(r).To(HaveStatus(200), "collection %s offers %s", c.id, uri) {
							expect(t, r, stated(r) == uri, "Content-Crs is %q, expected <%s>", r.Header.Get("Content-Crs"), uri)
						}
					}
					return true
				})
			},
		},
		unlisted("crs.parameter.unknown", "An unknown crs gives 400", "crs-exception", "places.crs.unknown-ignored", func(c collection, _ object, _ []string) (string, []string) {
			return c.items(), []string{"crs", nowhere}
		}),
		unlisted("crs.parameter.unlisted", "A crs that the collection does not offer gives 400", "fc-crs-valid-value", "places.crs.unlisted-ignored", func(c collection, _ object, offered []string) (string, []string) {
			return c.items(), []string{"crs", other(offered)}
		}),
		unlisted("crs.parameter.feature", "An unknown crs gives 400 at a single feature", "crs-exception", "places.crs.unknown-ignored-at-feature", func(c collection, f object, _ []string) (string, []string) {
			return c.feature(idOf(f)), []string{"crs", nowhere}
		}),
		unlisted("crs.bbox.unknown", "An unknown bbox-crs gives 400", "bbox-crs-exception", "places.crs.bbox-unknown-ignored", func(c collection, _ object, _ []string) (string, []string) {
			return c.items(), []string{"bbox", "0,0,1,1", "bbox-crs", nowhere}
		}),
		unlisted("crs.bbox.unlisted", "A bbox-crs that the collection does not offer gives 400", "fc-bbox-crs-valid-value", "places.crs.bbox-unlisted-ignored", func(c collection, _ object, offered []string) (string, []string) {
			return c.items(), []string{"bbox", "0,0,1,1", "bbox-crs", other(offered)}
		}),
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Feature = systems, FeaturePlacesCRS
	}
	return checks
}

var epsgURI = regexp.MustCompile(`^https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/[0-9]{4,6}$`)

// offered are the reference systems of a collection, with those of the whole list
// where it refers to them.
func offered(c collection, document object) []string {
	var uris []string
	for _, one := range c.list("crs") {
		uri, isText := one.(string)
		switch {
		case uri == "#/crs":
			global, _ := document["crs"].([]any)
			for _, g := range global {
				if uri, isText := g.(string); isText {
					uris = append(uris, uri)
				}
			}
		case isText:
			uris = append(uris, uri)
		}
	}
	return uris
}

// stated is the reference system that Content-Crs states.
func stated(r *probe.Response) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(r.Header.Get("Content-Crs")), "<"), ">")
}

// other is a reference system that is known and not among those offered.
func other(offered []string) string {
	for _, code := range []string{"5514", "2193", "27700", "2154", "3035"} {
		if !slices.Contains(offered, epsg+code) {
			return epsg + code
		}
	}
	return nowhere
}

// ofSystems makes a check of the list of reference systems of each collection.
func ofSystems(what, title, clause string, level Level, fault string, wrong func(offered []string) string) Check {
	return Check{
		ID: "mim7.crs." + what, Title: title, Clause: crs + clause, Level: level, Fault: fault,
		Body: func(t *T) {
			r, document, all := listed(t)
			judged := 0
			for _, c := range all {
				uris := offered(c, document)
				if len(uris) == 0 {
					continue
				}
				judged++
				what := wrong(uris)
				expect(t, r, what == "", "collection %s %s", c.id, what)
			}
			if judged == 0 {
				t.Untested("no collection lists reference systems")
			}
		},
	}
}

// spatial calls judge for collections with features that have a geometry and with a
// list of reference systems.
func spatial(t *T, judge func(c collection, offered []string, b batch) bool) {
	_, document, all := listed(t)
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	judged := 0
	for _, c := range all[:min(len(all), tries)] {
		uris := offered(c, document)
		if len(uris) == 0 || judged == someCollections {
			continue
		}
		b := sample(t, c)
		if slices.ContainsFunc(b.features, func(f object) bool { _, there := shape(f); return there }) && judge(c, uris, b) {
			judged++
		}
	}
	if judged == 0 {
		t.Untested("none of the collections looked at has what this takes: reference systems, and features with geometry")
	}
}

// unlisted makes a check that a reference system is refused.
func unlisted(id, title, clause, fault string, request func(c collection, f object, offered []string) (path string, parameters []string)) Check {
	return Check{
		ID: "mim7." + id, Title: title, Clause: crs + clause, Fault: fault,
		Body: func(t *T) {
			spatial(t, func(c collection, offered []string, b batch) bool {
				path, parameters := request(c, b.features[0], offered)
				if strings.HasSuffix(path, "/") {
					return false // the feature has no id
				}
				t.Expect(t.GET(path, accepting(mediaGeoJSON), Query(parameters...))).To(HaveStatus(400), "%s has to be refused", shown(parameters))
				return true
			})
		},
	}
}
