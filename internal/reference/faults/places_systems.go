package faults

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Identifiers of coordinate reference systems.
const (
	placesCRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	placesEPSG  = "http://www.opengis.net/def/crs/EPSG/0/"
)

var epsgNumber = regexp.MustCompile(`/EPSG/0/[0-9]+$`)

// placeSystems is the faults of coordinate reference systems.
func placeSystems() []Fault {
	one, items := placeFeature(), placeFeaturesOf()
	all := placeList().or(placeCollection())
	known := func(uri string) bool { // of some registry, offered or not
		return uri == placesCRS84 || epsgNumber.MatchString(uri)
	}
	offered := func(uri string) bool {
		return slices.Contains([]string{placesCRS84, placesEPSG + "4326", placesEPSG + "4258", placesEPSG + "3857", placesEPSG + "25831"}, uri)
	}
	unknown := func(uri string) bool { return !known(uri) }
	unlisted := func(uri string) bool { return known(uri) && !offered(uri) }
	is := func(code string) func(string) bool { return func(uri string) bool { return uri == placesEPSG+code } }
	renamed := func(edit func(uri string) string) func(*http.Request, *Answer) {
		return collectionsIn(func(c object) {
			list := itemsOf(c["crs"])
			for i := range list {
				if s, ok := list[i].(string); ok {
					list[i] = edit(s)
				}
			}
			if s, ok := c["storageCrs"].(string); ok {
				c["storageCrs"] = edit(s)
			}
		})
	}
	header := func(edit func(value string) string) func(*http.Request, *Answer) {
		return func(_ *http.Request, a *Answer) {
			if v := a.Header.Get("Content-Crs"); v != "" {
				if v = edit(v); v == "" {
					a.Header.Del("Content-Crs")
				} else {
					a.Header.Set("Content-Crs", v)
				}
			}
		}
	}
	// untransformed answers as without crs, and says otherwise.
	untransformed := func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		right := Record(next, r)
		a := again(next, r, without("crs"))
		a.Header["Content-Crs"] = right.Header["Content-Crs"]
		a.WriteTo(w)
	}
	return []Fault{
		{Name: "places.crs.no-list", Summary: "Collections do not list reference systems.", On: all, Answer: collectionsIn(func(c object) { delete(c, "crs") })},
		{Name: "places.crs.no-global", Summary: "Collections refer to a list of reference systems that is not there.", On: placeList(), Answer: answered(func(o object) { delete(o, "crs") })},
		{Name: "places.crs.no-default", Summary: "The reference systems of collections do not include CRS84.", On: all, Answer: collectionsIn(func(c object) {
			kept := []any{}
			for _, uri := range itemsOf(c["crs"]) {
				if uri != placesCRS84 {
					kept = append(kept, uri)
				}
			}
			c["crs"], c["storageCrs"] = kept, placesEPSG+"4326"
		})},
		{Name: "places.crs.short-names", Summary: "Reference systems have names such as EPSG:4326.", On: all, Answer: renamed(func(uri string) string { return strings.Replace(uri, placesEPSG, "EPSG:", 1) })},
		{Name: "places.crs.no-number", Summary: "Reference systems of EPSG are named by words.", On: all, Answer: renamed(func(uri string) string { return strings.Replace(uri, placesEPSG+"4258", placesEPSG+"ETRS89", 1) })},
		{Name: "places.crs.storage-unlisted", Summary: "Collections are stored in a reference system that they do not offer.", On: all, Answer: collectionsIn(func(c object) { c["storageCrs"] = placesEPSG + "28992" })},
		{Name: "places.crs.no-storage", Summary: "Collections do not state what they are stored in.", On: all, Answer: collectionsIn(func(c object) { delete(c, "storageCrs") })},
		{Name: "places.crs.header-missing", Summary: "Features in the default reference system come without Content-Crs.", On: items.WithoutQuery("crs"), Answer: DropHeader("Content-Crs")},
		{Name: "places.crs.header-bare", Summary: "Content-Crs has no angle brackets.", On: items, Answer: header(func(v string) string { return strings.Trim(v, "<>") })},
		{Name: "places.crs.header-default", Summary: "Content-Crs always states CRS84.", On: items, Answer: header(func(string) string { return "<" + placesCRS84 + ">" })},
		{Name: "places.crs.feature-header-missing", Summary: "A feature comes without Content-Crs.", On: one, Answer: DropHeader("Content-Crs")},
		{Name: "places.crs.unknown-ignored", Summary: "An unknown reference system is ignored.", On: items.where(asks("crs", unknown)), Request: DropQuery("crs")},
		{Name: "places.crs.unlisted-ignored", Summary: "A reference system that is not offered is ignored.", On: items.where(asks("crs", unlisted)), Request: DropQuery("crs")},
		{Name: "places.crs.unknown-ignored-at-feature", Summary: "An unknown reference system is ignored at a feature.", On: one.where(asks("crs", unknown)), Request: DropQuery("crs")},
		{Name: "places.crs.bbox-unknown-ignored", Summary: "An unknown reference system of a box is ignored.", On: items.where(asks("bbox-crs", unknown)), Request: DropQuery("bbox-crs")},
		{Name: "places.crs.bbox-unlisted-ignored", Summary: "A reference system of a box that is not offered is ignored.", On: items.where(asks("bbox-crs", unlisted)), Request: DropQuery("bbox-crs")},
		{Name: "places.crs.identity-swapped", Summary: "CRS84 has latitude first when it is asked for.", On: items.where(asks("crs", func(uri string) bool { return uri == placesCRS84 })), Answer: movedBy(exchanged)},
		{Name: "places.crs.longitude-first", Summary: "EPSG:4326 has longitude first.", On: items.where(asks("crs", is("4326"))), Answer: movedBy(exchanged)},
		{Name: "places.crs.etrs-longitude-first", Summary: "EPSG:4258 has longitude first.", On: items.where(asks("crs", is("4258"))), Answer: movedBy(exchanged)},
		{Name: "places.crs.untransformed", Summary: "Positions in Web Mercator are degrees.", On: items.where(asks("crs", is("3857"))), Instead: untransformed},
		{Name: "places.crs.shifted-grid", Summary: "Positions in the national grid are off by a datum, a hundred metres or so.", On: items.where(asks("crs", is("25831"))), Answer: movedBy(func(x, y float64) (float64, float64) { return x + 84, y + 97 })},
		{Name: "places.crs.feature-untransformed", Summary: "A feature is always in CRS84.", On: one, Instead: untransformed},
		{Name: "places.crs.bbox-in-crs", Summary: "A box is in the reference system of the answer.", On: items.WithQuery("crs").WithQuery("bbox").WithoutQuery("bbox-crs"), Request: func(r *http.Request) {
			setting("bbox-crs", r.URL.Query().Get("crs"))(r)
		}},
		{Name: "places.crs.bbox-crs-ignored", Summary: "The reference system of a box is ignored.", On: items.where(asks("bbox-crs", offered)), Request: DropQuery("bbox-crs")},
		{Name: "places.crs.bbox-longitude-first", Summary: "A box in EPSG:4326 is read with longitude first.", On: items.where(asks("bbox-crs", is("4326"))), Request: DropQuery("bbox-crs")},
	}
}
