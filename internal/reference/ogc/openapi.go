package ogc

import "strings"

// api serves the description of the API by OpenAPI 3.0 (9.1).
func (c *call) api() {
	c.answer(c.openAPI(), page{Title: "Description of the API", Lines: []string{"OpenAPI 3.0"}, Links: c.here()})
}

func (c *call) openAPI() object {
	paths := object{
		"/":            operation("landing", "The landing page", mediaJSON),
		"/conformance": operation("conformance", "The conformance classes", mediaJSON),
		"/api":         operation("api", "This description", mediaOpenAPI),
		"/collections": operation("collections", "The collections", mediaJSON),
	}
	for _, one := range c.p.collections {
		path, name := "/collections/"+one.id, strings.ReplaceAll(one.id, "-", "_")
		paths[path] = operation(name, one.description, mediaJSON)
		parameters := []object{
			query("limit", "How many features at most", object{"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit}),
			query("offset", "How many features to leave out first", object{"type": "integer", "minimum": 0, "default": 0}),
			query("bbox", "A bounding box", object{"type": "array", "minItems": 4, "maxItems": 6, "items": object{"type": "number"}}),
			query("bbox-crs", "The reference system of bbox", reference()),
			query("crs", "The reference system of the answer", reference()),
			query("datetime", "An instant or an interval of time", object{"type": "string"}),
		}
		for _, filter := range one.filters {
			parameters = append(parameters, query(filter, "The value of the property", object{"type": "string"}))
		}
		paths[path+"/items"] = operation(name+"_items", one.description, mediaGeoJSON, parameters...)
		paths[path+"/items/{featureId}"] = operation(name+"_item", "One feature", mediaGeoJSON,
			object{"name": "featureId", "in": "path", "required": true, "schema": object{"type": "string"}},
			query("crs", "The reference system of the answer", reference()))
	}
	return object{
		"openapi": "3.0.3",
		"info":    object{"title": "Places of Halverstad", "version": "1.0.0", "description": "The places of the sample city, by OGC API - Features"},
		"servers": []object{{"url": c.root()}},
		"paths":   paths,
	}
}

// wellKnown serves the description by OpenAPI 3.1, with an example for each operation.
func (c *call) wellKnown() {
	c.answer(c.openAPI31(), page{Title: "Description of the API", Lines: []string{"OpenAPI 3.1"}, Links: c.here()})
}

// openAPI31 is the description of the same operations by OpenAPI 3.1, with an example
// for each of them.
func (c *call) openAPI31() object {
	document := c.openAPI()
	document["openapi"] = "3.1.1"
	document["jsonSchemaDialect"] = "https://spec.openapis.org/oas/3.1/dialect/base"
	paths := document["paths"].(object)
	paths["/openapi.json"] = operation("description", "This description by OpenAPI 3.1", mediaOpenAPI31)
	paths["/status"] = operation("status", "The state of the service", mediaJSON)
	for path, item := range paths {
		get := item.(object)["get"].(object)
		content := get["responses"].(object)["200"].(object)["content"].(object)
		for media, kind := range content {
			if media != mediaHTML {
				kind.(object)["example"] = c.example(path)
			}
		}
	}
	return document
}

// example is what the operation at a path of the description may give.
func (c *call) example(path string) object {
	switch {
	case strings.HasSuffix(path, "/items"):
		return object{"type": "FeatureCollection", "features": []object{}, "numberReturned": 0}
	case strings.HasSuffix(path, "/items/{featureId}"):
		return object{"type": "Feature", "id": "urn:ngsi-ld:Streetlight:halverstad-1", "geometry": object{"type": "Point", "coordinates": []float64{4.9, 52.1}}, "properties": object{"powerState": "on"}}
	case strings.HasPrefix(path, "/collections/"):
		return object{"id": strings.TrimPrefix(path, "/collections/"), "itemType": "feature", "links": []object{}}
	case path == "/collections":
		return object{"links": []object{}, "collections": []object{}}
	case path == "/conformance":
		return object{"conformsTo": classes()}
	case path == "/status":
		return object{"status": "pass"}
	case path == "/":
		return object{"title": "Places of Halverstad", "links": []object{}}
	}
	return object{"openapi": "3.1.1", "info": object{"title": "Places of Halverstad", "version": "1.0.0"}, "paths": object{}}
}

func reference() object {
	return object{"type": "string", "format": "uri", "enum": identifiers(), "default": crs84}
}

func query(name, description string, schema object) object {
	return object{"name": name, "in": "query", "required": false, "description": description, "style": "form", "explode": false, "schema": schema}
}

func operation(id, summary, media string, parameters ...object) object {
	form := query("f", "The form of the answer", object{"type": "string", "enum": []string{"json", "html"}})
	problem := func(description string) object {
		return object{"description": description, "content": object{mediaProblem: object{"schema": object{"type": "object"}}}}
	}
	responses := object{
		"200": object{"description": summary, "content": object{
			media:     object{"schema": object{"type": "object"}},
			mediaHTML: object{"schema": object{"type": "string"}},
		}},
		"400": problem("A parameter is unknown or has no valid value"),
		"404": problem("There is no such resource"),
		"406": problem("There is no such form"),
		"500": problem("The server failed"),
	}
	return object{"get": object{"operationId": id, "summary": summary, "parameters": append(parameters, form), "responses": responses}}
}
