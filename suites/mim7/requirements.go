// Package mim7 checks geospatial data (MIM7, Places): an API by OGC API - Features,
// Part 1 (Core, GeoJSON, HTML, OpenAPI 3.0) and Part 2 (coordinate reference systems by
// reference), and entities of NGSI-LD that are the same things. All checks only observe; they look at some features of some collections,
// whichever the platform has.
package mim7

// What the checks give evidence for, in every baseline that asks it.
var (
	// the data are served through a standard interface
	service = []string{
		"oasc-2022-06-07/MIM7/requirement-1",
		"mims-plus-5.0/MIM7/requirement-1",
		"oasc-2026-06-draft/MIM7/R1.1",
	}
	// the interface is an OGC API, which a WFS should have in front of it
	front = []string{
		"oasc-2022-06-07/MIM7/requirement-1",
		"oasc-2022-06-07/MIM7/recommendation-1",
		"mims-plus-5.0/MIM7/requirement-1",
		"mims-plus-5.0/MIM7/recommendation-1",
		"oasc-2026-06-draft/MIM7/R1.1",
	}
	// the data are encoded in an open standard
	encoding = []string{
		"oasc-2022-06-07/MIM7/recommendation-2",
		"mims-plus-5.0/MIM7/recommendation-2",
		"oasc-2026-06-draft/MIM7/R2.1",
	}
	// features have identifiers that are unique and last
	identifiers = []string{
		"oasc-2022-06-07/MIM7/requirement-2",
		"mims-plus-5.0/MIM7/requirement-2",
		"oasc-2026-06-draft/MIM7/R4.1",
	}
	// geospatial and contextual data belong together
	combined = []string{"oasc-2026-06-draft/MIM7/R3.1"}
	// coordinate reference systems are standard ones and stated
	systems = []string{
		"oasc-2022-06-07/MIM7/requirement-1",
		"mims-plus-5.0/MIM7/requirement-1",
		"oasc-2026-06-draft/MIM7/R5.1",
	}
)

// Where the rules stand: the requirement of OGC that follows.
const (
	part1 = "OGC 17-069r4, "
	part2 = "OGC 18-058r1, "
	core  = part1 + "/req/core/"
	json7 = part1 + "/req/geojson/"
	html7 = part1 + "/req/html/"
	oas30 = part1 + "/req/oas30/"
	crs   = part2 + "/req/crs/"
)

// Conformance classes.
const (
	classCore    = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
	classGeoJSON = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson"
	classHTML    = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html"
	classOpenAPI = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30"
	classCRS     = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"
)
