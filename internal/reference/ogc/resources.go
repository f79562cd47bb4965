package ogc

import "slices"

// classes are the conformance classes that the platform meets.
func classes() []string {
	const part1, part2 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/", "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
	return []string{part1 + "core", part1 + "geojson", part1 + "html", part1 + "oas30", part2 + "crs"}
}

func (c *call) landing() {
	links := slices.Concat(c.here(),
		[]link{
			{c.root() + "/api?f=json", "service-desc", mediaOpenAPI, "Description of the API"},
			{c.root() + "/api?f=html", "service-doc", mediaHTML, "Description of the API for people"},
		},
		[]link{{c.root() + "/status?f=json", "status", mediaJSON, "State of the service"}},
		c.both("/conformance", "conformance", mediaJSON, "Conformance classes"),
		c.both("/collections", "data", mediaJSON, "Collections"))
	const title, description = "Places of Halverstad", "The places of the sample city, by OGC API - Features"
	c.answer(object{"title": title, "description": description, "links": links},
		page{Title: title, Lines: []string{description}, Links: links})
}

// status tells that the service works (RFC 8631, relation status).
func (c *call) status() {
	c.answer(object{"status": "pass"}, page{Title: "State of the service", Lines: []string{"It works."}, Links: c.here()})
}

func (c *call) conformance() {
	c.answer(object{"conformsTo": classes()},
		page{Title: "Conformance classes", Lines: classes(), Links: c.here()})
}

func (c *call) listCollections() {
	var all []object
	links := c.here()
	lines := []string{}
	shown := slices.Clone(links)
	for _, one := range c.p.collections {
		described := c.describe(one)
		if one.shares {
			described["crs"] = []string{"#/crs"} // the list beside the collections (Part 2, 6.2.3)
		}
		all = append(all, described)
		lines = append(lines, one.title+" ("+one.id+"): "+one.description)
		shown = append(shown, c.both("/collections/"+one.id, "item", mediaJSON, one.title)...)
	}
	c.answer(object{"links": links, "collections": all, "crs": identifiers()}, page{Title: "Collections", Lines: lines, Links: shown})
}

func (c *call) oneCollection() {
	document := c.describe(c.collection)
	links := append(c.here(), document["links"].([]link)...)
	document["links"] = links
	c.answer(document, page{Title: c.collection.title, Lines: []string{c.collection.id, c.collection.description}, Links: links})
}

// describe is a collection as it stands in the list of all.
func (c *call) describe(one *collection) object {
	return object{
		"id": one.id, "title": one.title, "description": one.description, "itemType": "feature",
		"extent": one.extent(), "crs": identifiers(), "storageCrs": crs84,
		"links": c.both("/collections/"+one.id+"/items", "items", mediaGeoJSON, one.title),
	}
}
