package reference

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// Clauses are those of ETSI GS CIM 009 V1.8.1.

func TestCreateRefusesBadEntities(t *testing.T) { // 5.6.1, 5.5.2 to 5.5.4, 4.5, 4.6, 4.7
	c := newClient(t)
	invalid := map[string]string{
		"not JSON":  `{"id":`,
		"array":     `[]`,
		"more":      `{} {}`,
		"too deep":  strings.Repeat("[", 200) + strings.Repeat("]", 200),
		"a string":  `"x"`,
		"not utf-8": "{\"id\":\"\xff\"}",
	}
	for name, body := range invalid {
		t.Run(name, func(t *testing.T) {
			c.send("POST", "/entities", body).problem(400, ngsild.InvalidRequest)
		})
	}
	bad := map[string]string{
		"no id":                       `{"type":"T"}`,
		"id not a URI":                `{"id":"x","type":"T"}`,
		"id with a space":             `{"id":"urn:a b","type":"T"}`,
		"id with a direction mark":    `{"id":"urn:a\u202eb","type":"T"}`,
		"id not a string":             `{"id":1,"type":"T"}`,
		"no type":                     `{"id":"urn:x"}`,
		"empty types":                 `{"id":"urn:x","type":[]}`,
		"type not a name":             `{"id":"urn:x","type":"a b"}`,
		"type is a keyword":           `{"id":"urn:x","type":"type"}`,
		"attribute name":              `{"id":"urn:x","type":"T","a(b":{"type":"Property","value":1}}`,
		"property without value":      `{"id":"urn:x","type":"T","p":{"type":"Property"}}`,
		"property with object":        `{"id":"urn:x","type":"T","p":{"type":"Property","object":"urn:y"}}`,
		"misspelt type":               `{"id":"urn:x","type":"T","p":{"type":"Propperty","value":1}}`,
		"misspelt type, no value":     `{"id":"urn:x","type":"T","p":{"type":"MyProperty"}}`,
		"two values":                  `{"id":"urn:x","type":"T","p":{"value":1,"object":"urn:y"}}`,
		"null attribute":              `{"id":"urn:x","type":"T","p":null}`,
		"null value":                  `{"id":"urn:x","type":"T","p":{"type":"Property","value":null}}`,
		"NGSI-LD Null value":          `{"id":"urn:x","type":"T","p":{"type":"Property","value":"urn:ngsi-ld:null"}}`,
		"NGSI-LD Null attribute":      `{"id":"urn:x","type":"T","p":"urn:ngsi-ld:null"}`,
		"relationship to no URI":      `{"id":"urn:x","type":"T","r":{"type":"Relationship","object":"y"}}`,
		"relationship to nothing":     `{"id":"urn:x","type":"T","r":{"type":"Relationship","object":[]}}`,
		"relationship with unitCode":  `{"id":"urn:x","type":"T","r":{"type":"Relationship","object":"urn:y","unitCode":"CEL"}}`,
		"unitCode not a string":       `{"id":"urn:x","type":"T","p":{"type":"Property","value":1,"unitCode":5}}`,
		"observedAt not a DateTime":   `{"id":"urn:x","type":"T","p":{"type":"Property","value":1,"observedAt":"yesterday"}}`,
		"observedAt without zone":     `{"id":"urn:x","type":"T","p":{"type":"Property","value":1,"observedAt":"2025-01-01T00:00:00"}}`,
		"same datasetId twice":        `{"id":"urn:x","type":"T","p":[{"type":"Property","value":1,"datasetId":"urn:d"},{"type":"Property","value":2,"datasetId":"urn:d"}]}`,
		"no datasetId twice":          `{"id":"urn:x","type":"T","p":[{"type":"Property","value":1},{"type":"Property","value":2}]}`,
		"datasetId not a URI":         `{"id":"urn:x","type":"T","p":{"type":"Property","value":1,"datasetId":"d"}}`,
		"core term as attribute":      `{"id":"urn:x","type":"T","datasetId":{"type":"Property","value":1}}`,
		"geometry collection":         `{"id":"urn:x","type":"T","g":{"type":"GeoProperty","value":{"type":"GeometryCollection","geometries":[]}}}`,
		"point of strings":            `{"id":"urn:x","type":"T","g":{"type":"GeoProperty","value":{"type":"Point","coordinates":["1","2"]}}}`,
		"open ring":                   `{"id":"urn:x","type":"T","g":{"type":"GeoProperty","value":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}}}`,
		"point off the Earth":         `{"id":"urn:x","type":"T","g":{"type":"GeoProperty","value":{"type":"Point","coordinates":[200,0]}}}`,
		"location as a Property":      `{"id":"urn:x","type":"T","location":{"type":"Property","value":"here"}}`,
		"language map of no map":      `{"id":"urn:x","type":"T","l":{"type":"LanguageProperty","languageMap":"hi"}}`,
		"language map of bad tag":     `{"id":"urn:x","type":"T","l":{"type":"LanguageProperty","languageMap":{"e n":"hi"}}}`,
		"language map of numbers":     `{"id":"urn:x","type":"T","l":{"type":"LanguageProperty","languageMap":{"en":1}}}`,
		"language of another type":    `{"id":"urn:x","type":"T","l":{"type":"LanguageProperty","languageMap":{"en":"hi"},"valueType":"string"}}`,
		"sealed id without proof":     `{"id":"urn:x","type":"T","p":{"type":"Property","value":1,"entityIdSealed":"urn:x"}}`,
		"sealed type without proof":   `{"id":"urn:x","type":"T","r":{"type":"Relationship","object":"urn:y","entityTypeSealed":"T"}}`,
		"sealed id of no string":      `{"id":"urn:x","type":"T","p":{"value":1,"ngsildproof":{"value":{"a":1},"entityIdSealed":5}}}`,
		"vocab of a number":           `{"id":"urn:x","type":"T","v":{"type":"VocabProperty","vocab":1}}`,
		"valueList of no list":        `{"id":"urn:x","type":"T","v":{"type":"ListProperty","valueList":1}}`,
		"objectList of no URI":        `{"id":"urn:x","type":"T","v":{"type":"ListRelationship","objectList":["y"]}}`,
		"scope beginning by a digit":  `{"id":"urn:x","type":"T","scope":"/1a"}`,
		"scope of no string":          `{"id":"urn:x","type":"T","scope":5}`,
		"sub-attribute without value": `{"id":"urn:x","type":"T","p":{"type":"Property","value":1,"s":{"type":"Property"}}}`,
		"sub-attribute null":          `{"id":"urn:x","type":"T","p":{"type":"Property","value":1,"s":null}}`,
		"expiresAt":                   `{"id":"urn:x","type":"T","expiresAt":"soon"}`,
	}
	for name, body := range bad {
		t.Run(name, func(t *testing.T) {
			c.send("POST", "/entities", body).problem(400, ngsild.BadRequestData)
		})
	}
	c.get("/entities?local=true&count=true").is(200).equals(`[]`)
}

func TestAttributeTypesRoundTrip(t *testing.T) { // 4.5.2, 4.5.3, 4.5.18 to 4.5.24, 4.5.4
	c := newClient(t)
	cases := []struct{ name, in, normalized, concise, simplified string }{
		{"property", `{"type":"Property","value":"a\u003cb"}`, "", `"a<b"`, `"a<b"`},
		{"concise property", `5`, `{"type":"Property","value":5}`, `5`, `5`},
		{"array of one", `{"type":"Property","value":["a"]}`, "", `["a"]`, `["a"]`},
		{"empty array", `{"type":"Property","value":[]}`, "", `[]`, `[]`},
		{"concise array", `[1,2,[3]]`, `{"type":"Property","value":[1,2,[3]]}`, `[1,2,[3]]`, `[1,2,[3]]`},
		{"object", `{"type":"Property","value":{"a":{"type":"X","b":[true]}}}`, "", `{"value":{"a":{"type":"X","b":[true]}}}`, `{"a":{"type":"X","b":[true]}}`},
		{"concise object", `{"street":"x"}`, `{"type":"Property","value":{"street":"x"}}`, `{"value":{"street":"x"}}`, `{"street":"x"}`},
		{"typed value", `{"type":"Property","value":{"@type":"Date","@value":"2025-01-01"}}`, `{"type":"Property","value":{"type":"Date","@value":"2025-01-01"}}`, `{"value":{"type":"Date","@value":"2025-01-01"}}`, `{"type":"Date","@value":"2025-01-01"}`},
		{"unit and sub-attribute", `{"value":1.5,"unitCode":"CEL","accuracy":0.1}`, `{"type":"Property","value":1.5,"unitCode":"CEL","accuracy":{"type":"Property","value":0.1}}`, `{"value":1.5,"unitCode":"CEL","accuracy":0.1}`, `1.5`},
		{"geometry", `{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}`, "", `{"type":"Point","coordinates":[1,2]}`, `{"type":"Point","coordinates":[1,2]}`},
		{"concise geometry", `{"type":"Point","coordinates":[1,2]}`, `{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}`, `{"type":"Point","coordinates":[1,2]}`, `{"type":"Point","coordinates":[1,2]}`},
		{"geometry as text", `{"type":"GeoProperty","value":"{\"type\":\"Point\",\"coordinates\":[1,2]}"}`, `{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}`, `{"type":"Point","coordinates":[1,2]}`, `{"type":"Point","coordinates":[1,2]}`},
		{"relationship", `{"object":"urn:y"}`, `{"type":"Relationship","object":"urn:y"}`, `{"object":"urn:y"}`, `"urn:y"`},
		{"relationship to many", `{"type":"Relationship","object":["urn:y","urn:z"],"objectType":"T"}`, "", `{"object":["urn:y","urn:z"],"objectType":"T"}`, `["urn:y","urn:z"]`},
		{"language map", `{"languageMap":{"en":"a","nl":["b","c"],"@none":"d"}}`, `{"type":"LanguageProperty","languageMap":{"en":"a","nl":["b","c"],"@none":"d"}}`, `{"languageMap":{"en":"a","nl":["b","c"],"@none":"d"}}`, `{"languageMap":{"en":"a","nl":["b","c"],"@none":"d"}}`},
		{"typed language map", `{"type":"LanguageProperty","languageMap":{"en":"a"},"valueType":"langString"}`, "", `{"languageMap":{"en":"a"},"valueType":"langString"}`, `{"languageMap":{"en":"a"}}`},
		{"proof", `{"type":"Property","value":1,"ngsildproof":{"type":"Property","value":{"cryptosuite":"x"},"entityIdSealed":"urn:e","entityTypeSealed":"T"}}`, "",
			`{"value":1,"ngsildproof":{"value":{"cryptosuite":"x"},"entityIdSealed":"urn:e","entityTypeSealed":"T"}}`, `1`},
		{"vocab", `{"type":"VocabProperty","vocab":["a","b"]}`, "", `{"vocab":["a","b"]}`, `{"vocab":["a","b"]}`},
		{"json", `{"type":"JsonProperty","json":{"id":null,"type":[[]]}}`, "", `{"json":{"id":null,"type":[[]]}}`, `{"json":{"id":null,"type":[[]]}}`},
		{"list", `{"type":"ListProperty","valueList":[1,[2]]}`, "", `{"valueList":[1,[2]]}`, `[1,[2]]`},
		{"list of relationships", `{"type":"ListRelationship","objectList":["urn:y",{"object":"urn:z"}]}`, `{"type":"ListRelationship","objectList":[{"object":"urn:y"},{"object":"urn:z"}]}`, `{"objectList":[{"object":"urn:y"},{"object":"urn:z"}]}`, `["urn:y","urn:z"]`},
		{"instances", `[{"type":"Property","value":1},{"type":"Property","value":2,"datasetId":"urn:d"}]`, "", `[{"value":1},{"value":2,"datasetId":"urn:d"}]`, `{"dataset":{"@none":1,"urn:d":2}}`},
		{"default instance by name", `{"type":"Property","value":1,"datasetId":"@none"}`, `{"type":"Property","value":1}`, `1`, `1`},
		{"keywords", `{"@type":"Property","value":1}`, `{"type":"Property","value":1}`, `1`, `1`},
		{"big number", `{"type":"Property","value":12345678901234567890}`, "", `12345678901234567890`, `12345678901234567890`},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			if x.normalized == "" {
				x.normalized = x.in
			}
			c.send("POST", "/entities", `{"id":"urn:e","type":"T","x":`+x.in+`}`).is(201)
			c.get("/entities/urn:e").is(200).equals(`{"id":"urn:e","type":"T","x":` + x.normalized + `}`)
			c.get("/entities/urn:e?options=concise").is(200).equals(`{"id":"urn:e","type":"T","x":` + x.concise + `}`)
			c.get("/entities/urn:e?options=keyValues").is(200).equals(`{"id":"urn:e","type":"T","x":` + x.simplified + `}`)
			c.send("DELETE", "/entities/urn:e", "").is(204)
			c.send("POST", "/entities", `{"id":"urn:e","type":"T","x":`+x.concise+`}`).is(201)
			c.get("/entities/urn:e").is(200).equals(`{"id":"urn:e","type":"T","x":` + x.normalized + `}`)
			c.send("DELETE", "/entities/urn:e", "").is(204)
		})
	}
}

// room makes an entity to change.
func (c *client) room() {
	c.Helper()
	c.send("DELETE", "/entities/urn:room", "")
	c.send("POST", "/entities", `{"id":"urn:room","type":"Room","scope":"/a","temp":[{"type":"Property","value":20,"unitCode":"CEL","observedAt":"2025-01-01T00:00:00Z","by":{"type":"Relationship","object":"urn:s"}},{"type":"Property","value":21,"datasetId":"urn:d"}],"name":{"type":"LanguageProperty","languageMap":{"en":"Hall","nl":"Zaal"}},"address":{"type":"Property","value":{"city":"X","street":"Y"}}}`).is(201)
}

// temp gives the attribute temp of the room.
func (c *client) temp() string {
	c.Helper()
	o := c.get("/entities/urn:room?attrs=temp").is(200).json().(map[string]any)
	raw, err := encode(o["temp"])
	if err != nil {
		c.Fatal(err)
	}
	return string(raw)
}

func TestChangeAttributes(t *testing.T) {
	const second = `{"datasetId":"urn:d","type":"Property","value":21}`
	const first = `{"by":{"object":"urn:s","type":"Relationship"},"observedAt":"2025-01-01T00:00:00Z","type":"Property","unitCode":"CEL","value":20}`
	cases := []struct {
		name, method, path, body string
		status                   int
		want                     string // of temp, empty when it is not looked at
	}{
		{"append replaces", "POST", "/attrs/", `{"temp":{"type":"Property","value":5}}`, 204, `[{"type":"Property","value":5},` + second + `]`},
		{"append without slash", "POST", "/attrs", `{"temp":{"type":"Property","value":5}}`, 204, `[{"type":"Property","value":5},` + second + `]`},
		{"append noOverwrite", "POST", "/attrs/?options=noOverwrite", `{"temp":{"type":"Property","value":5}}`, 207, `[` + first + `,` + second + `]`},
		{"append noOverwrite of another instance", "POST", "/attrs/?options=noOverwrite", `{"temp":{"type":"Property","value":5,"datasetId":"urn:x"}}`, 204, `[` + first + `,` + second + `,{"datasetId":"urn:x","type":"Property","value":5}]`},
		{"append noOverwrite of a scope", "POST", "/attrs/?options=noOverwrite", `{"scope":"/b"}`, 204, ``},
		{"update replaces", "PATCH", "/attrs/", `{"temp":{"type":"Property","value":5}}`, 204, `[{"type":"Property","value":5},` + second + `]`},
		{"update an instance", "PATCH", "/attrs/", `{"temp":{"type":"Property","value":5,"datasetId":"urn:d"}}`, 204, `[` + first + `,{"datasetId":"urn:d","type":"Property","value":5}]`},
		{"update what is not there", "PATCH", "/attrs/", `{"other":{"type":"Property","value":5}}`, 204, `[` + first + `,` + second + `]`},
		{"update deletes by Null", "PATCH", "/attrs/", `{"temp":{"type":"Property","value":"urn:ngsi-ld:null"}}`, 204, second},
		{"update deletes by concise Null", "PATCH", "/attrs/", `{"temp":"urn:ngsi-ld:null"}`, 204, second},
		{"update deletes a language map", "PATCH", "/attrs/", `{"name":{"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"}}}`, 204, ``},
		{"partial value", "PATCH", "/attrs/temp", `{"value":5}`, 204, `[{"by":{"object":"urn:s","type":"Relationship"},"observedAt":"2025-01-01T00:00:00Z","type":"Property","unitCode":"CEL","value":5},` + second + `]`},
		{"partial with type", "PATCH", "/attrs/temp", `{"type":"Property","value":5,"datasetId":"urn:d"}`, 204, `[` + first + `,{"datasetId":"urn:d","type":"Property","value":5}]`},
		{"partial unit", "PATCH", "/attrs/temp", `{"unitCode":"FAH"}`, 204, `[{"by":{"object":"urn:s","type":"Relationship"},"observedAt":"2025-01-01T00:00:00Z","type":"Property","unitCode":"FAH","value":20},` + second + `]`},
		{"partial deletes members", "PATCH", "/attrs/temp", `{"unitCode":"urn:ngsi-ld:null","observedAt":"urn:ngsi-ld:null","by":"urn:ngsi-ld:null"}`, 204, `[{"type":"Property","value":20},` + second + `]`},
		{"partial adds a sub-attribute", "PATCH", "/attrs/temp", `{"quality":{"type":"Property","value":1},"datasetId":"urn:d"}`, 204, `[` + first + `,{"datasetId":"urn:d","quality":{"type":"Property","value":1},"type":"Property","value":21}]`},
		{"partial of another type", "PATCH", "/attrs/temp", `{"type":"Relationship","object":"urn:x"}`, 400, ``},
		{"partial of no attribute", "PATCH", "/attrs/other", `{"value":5}`, 404, ``},
		{"partial of no instance", "PATCH", "/attrs/temp", `{"value":5,"datasetId":"urn:x"}`, 404, ``},
		{"partial of the scope", "PATCH", "/attrs/scope", `{"value":"/x"}`, 400, ``},
		{"partial of a bad name", "PATCH", "/attrs/te(mp", `{"value":5}`, 400, ``},
		{"partial merge-patch", "PATCH", "/attrs/temp", `{"value":5,"datasetId":"urn:d"}`, 204, ``},
		{"replace attribute", "PUT", "/attrs/temp", `{"type":"Property","value":5}`, 204, `[{"type":"Property","value":5},` + second + `]`},
		{"replace no attribute", "PUT", "/attrs/other", `{"type":"Property","value":5}`, 404, ``},
		{"replace without value", "PUT", "/attrs/temp", `{"type":"Property"}`, 400, ``},
		{"delete default instance", "DELETE", "/attrs/temp", ``, 204, second},
		{"delete an instance", "DELETE", "/attrs/temp?datasetId=urn:d", ``, 204, first},
		{"delete no instance", "DELETE", "/attrs/temp?datasetId=urn:x", ``, 404, ``},
		{"delete by bad datasetId", "DELETE", "/attrs/temp?datasetId=x", ``, 400, ``},
		{"delete no attribute", "DELETE", "/attrs/other", ``, 404, ``},
		{"delete scope", "DELETE", "/attrs/scope", ``, 204, ``},
		{"type gate", "DELETE", "/attrs/temp?type=Other", ``, 404, ``},
		{"wrong id", "POST", "/attrs/", `{"id":"urn:other","temp":5}`, 400, ``},
	}
	c := newClient(t)
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			c := &client{T: t, url: c.url, p: c.p}
			c.room()
			a := c.send(x.method, "/entities/urn:room"+x.path, x.body).is(x.status)
			switch x.status {
			case 404:
				a.problem(404, ngsild.ResourceNotFound)
			case 400:
				a.problem(400, ngsild.BadRequestData)
			case 204:
				if len(a.raw) != 0 {
					t.Errorf("204 with a body: %s", a.raw)
				}
			}
			if x.want != "" {
				if got := c.temp(); got != x.want {
					t.Errorf("\n got %s\nwant %s", got, x.want)
				}
			}
		})
	}
	t.Run("delete all instances", func(t *testing.T) {
		c.room()
		c.send("DELETE", "/entities/urn:room/attrs/temp?deleteAll=true", "").is(204)
		c.get("/entities/urn:room?attrs=temp").problem(404, ngsild.ResourceNotFound)
	})
	t.Run("207 says what was not updated", func(t *testing.T) {
		c.room()
		c.send("PATCH", "/entities/urn:room/attrs/", `{"temp":{"value":1},"other":"urn:ngsi-ld:null"}`).is(207).
			equals(`{"updated":["https://uri.etsi.org/ngsi-ld/default-context/temp"],"notUpdated":[{"attributeName":"https://uri.etsi.org/ngsi-ld/default-context/other","reason":"the entity has no such attribute to delete"}]}`)
	})
	t.Run("scope", func(t *testing.T) {
		c.room()
		c.send("POST", "/entities/urn:room/attrs/?options=noOverwrite", `{"scope":["/b"]}`).is(204)
		c.get("/entities/urn:room?pick=scope").is(200).equals(`{"scope":["/a","/b"]}`)
		c.send("PATCH", "/entities/urn:room/attrs/", `{"scope":"/c"}`).is(204)
		c.get("/entities/urn:room?pick=scope").is(200).equals(`{"scope":"/c"}`)
		c.send("DELETE", "/entities/urn:room/attrs/scope", "").is(204)
		c.send("PATCH", "/entities/urn:room/attrs/", `{"scope":"/c"}`).is(207)
	})
	t.Run("types are added", func(t *testing.T) {
		c.room()
		c.send("PATCH", "/entities/urn:room/attrs/", `{"type":"Hall","temp":1}`).is(204)
		c.get("/entities/urn:room?pick=type").is(200).equals(`{"type":["Room","Hall"]}`)
	})
}

func TestUnknownAndInvalidTargets(t *testing.T) {
	c := newClient(t)
	body := `{"p":{"type":"Property","value":1}}`
	for _, x := range []struct{ method, path, body string }{
		{"GET", "/entities/%s", ""}, {"DELETE", "/entities/%s", ""},
		{"PUT", "/entities/%s", `{"type":"T"}`}, {"PATCH", "/entities/%s", body},
		{"POST", "/entities/%s/attrs/", body}, {"PATCH", "/entities/%s/attrs/", body},
		{"PATCH", "/entities/%s/attrs/p", `{"value":1}`}, {"PUT", "/entities/%s/attrs/p", `{"value":1}`},
		{"DELETE", "/entities/%s/attrs/p", ""},
	} {
		c.send(x.method, strings.Replace(x.path, "%s", "urn:nobody", 1), x.body).problem(404, ngsild.ResourceNotFound)
		c.send(x.method, strings.Replace(x.path, "%s", "nobody", 1), x.body).problem(400, ngsild.BadRequestData)
		c.send(x.method, strings.Replace(x.path, "%s", "", 1), x.body).problem(400, ngsild.BadRequestData)
	}
}

func TestReplaceEntity(t *testing.T) { // 5.6.18
	c := newClient(t)
	c.room()
	before := c.get("/entities/urn:room?options=sysAttrs").is(200).json().(map[string]any)
	c.send("PUT", "/entities/urn:room", `{"id":"urn:room","type":"Room","temp":{"type":"Property","value":1}}`).is(204)
	c.get("/entities/urn:room").equals(`{"id":"urn:room","type":"Room","temp":{"type":"Property","value":1}}`)
	after := c.get("/entities/urn:room?options=sysAttrs").is(200).json().(map[string]any)
	if after["createdAt"] != before["createdAt"] || after["modifiedAt"] == before["modifiedAt"] {
		t.Errorf("times before %v, after %v", before, after)
	}
	c.send("PUT", "/entities/urn:room", `{"id":"urn:other","type":"Room"}`).problem(400, ngsild.BadRequestData)
}

func TestMergeEntity(t *testing.T) { // 5.6.17, 5.5.12
	c := newClient(t)
	cases := []struct{ name, query, body, attr, want string }{
		{"value", "", `{"temp":{"type":"Property","value":5}}`, "temp", `[{"type":"Property","value":5,"unitCode":"CEL","observedAt":"2025-01-01T00:00:00Z","by":{"type":"Relationship","object":"urn:s"}},{"type":"Property","value":21,"datasetId":"urn:d"}]`},
		{"sub-attribute", "", `{"temp":{"type":"Property","datasetId":"urn:d","q":{"type":"Property","value":1}}}`, "temp", `[{"type":"Property","value":20,"unitCode":"CEL","observedAt":"2025-01-01T00:00:00Z","by":{"type":"Relationship","object":"urn:s"}},{"type":"Property","value":21,"datasetId":"urn:d","q":{"type":"Property","value":1}}]`},
		{"delete sub-attribute", "", `{"temp":{"by":"urn:ngsi-ld:null","unitCode":"urn:ngsi-ld:null"}}`, "temp", `[{"type":"Property","value":20,"observedAt":"2025-01-01T00:00:00Z"},{"type":"Property","value":21,"datasetId":"urn:d"}]`},
		{"delete instance", "", `{"temp":{"value":"urn:ngsi-ld:null"}}`, "temp", `{"type":"Property","value":21,"datasetId":"urn:d"}`},
		{"inside a value", "", `{"address":{"type":"Property","value":{"street":"Z","city":"urn:ngsi-ld:null","no":1}}}`, "address", `{"type":"Property","value":{"street":"Z","no":1}}`},
		{"language", "", `{"name":{"languageMap":{"fr":"Salle","nl":"urn:ngsi-ld:null"}}}`, "name", `{"type":"LanguageProperty","languageMap":{"en":"Hall","fr":"Salle"}}`},
		{"simplified", "?options=keyValues", `{"address":{"city":"W"}}`, "address", `{"type":"Property","value":{"city":"W","street":"Y"}}`},
		{"simplified language", "?format=simplified&lang=de", `{"name":"Saal"}`, "name", `{"type":"LanguageProperty","languageMap":{"en":"Hall","nl":"Zaal","de":"Saal"}}`},
		{"observedAt", "?observedAt=2026-01-01T00:00:00Z", `{"temp":{"value":7}}`, "temp", `[{"type":"Property","value":7,"unitCode":"CEL","observedAt":"2026-01-01T00:00:00Z","by":{"type":"Relationship","object":"urn:s"}},{"type":"Property","value":21,"datasetId":"urn:d"}]`},
		{"new attribute", "", `{"fresh":{"type":"Property","value":1}}`, "fresh", `{"type":"Property","value":1}`},
		{"another type", "", `{"address":{"type":"Relationship","object":"urn:a"}}`, "address", `{"type":"Relationship","object":"urn:a"}`},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			c := &client{T: t, url: c.url, p: c.p}
			c.room()
			c.send("PATCH", "/entities/urn:room"+x.query, x.body).is(204)
			c.get("/entities/urn:room?pick=" + x.attr).is(200).equals(`{"` + x.attr + `":` + x.want + `}`)
		})
	}
	c.room()
	c.send("PATCH", "/entities/urn:room", `{"fresh":{"unitCode":"CEL"}}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/entities/urn:room", `{"temp":null}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/entities/urn:room", `{"type":"Room"}`, "Content-Type: application/merge-patch+json").is(204)
}

func TestBatches(t *testing.T) { // 5.6.7 to 5.6.10, 5.6.20
	c := newClient(t)
	c.send("POST", "/entityOperations/create", `[{"id":"urn:1","type":"T","p":1},{"id":"urn:2","type":"T"}]`).is(201).equals(`["urn:1","urn:2"]`)
	a := c.send("POST", "/entityOperations/create", `[{"id":"urn:3","type":"T"},{"id":"urn:1","type":"T"},{"id":"urn:4","type":"T","p":{"type":"Property"}},{"id":"urn:3","type":"T"}]`).is(207)
	result := a.json().(map[string]any)
	if len(result["success"].([]any)) != 1 || len(result["errors"].([]any)) != 3 {
		t.Errorf("%s", a.raw)
	}
	for i, want := range []string{ngsild.AlreadyExists, ngsild.BadRequestData, ngsild.AlreadyExists} {
		e := result["errors"].([]any)[i].(map[string]any)
		if e["error"].(map[string]any)["type"] != ngsild.ErrorPrefix+want || e["entityId"] == "" {
			t.Errorf("error %d: %v, want %s", i, e, want)
		}
	}
	for _, op := range []string{"create", "upsert", "update", "merge", "delete"} {
		c.send("POST", "/entityOperations/"+op, `[`).problem(400, ngsild.InvalidRequest)
		c.send("POST", "/entityOperations/"+op, `{}`).problem(400, ngsild.BadRequestData)
		c.send("POST", "/entityOperations/"+op, `[]`).problem(400, ngsild.BadRequestData)
		c.send("POST", "/entityOperations/"+op, `[null]`).problem(400, ngsild.BadRequestData)
	}
	c.send("POST", "/entityOperations/upsert", `[{"id":"urn:1","type":"T","p":2},{"id":"urn:5","type":"T"}]`).is(201).equals(`["urn:5"]`)
	c.send("POST", "/entityOperations/upsert", `[{"id":"urn:1","type":"T","q":2}]`).is(204)
	c.get("/entities/urn:1?options=keyValues").equals(`{"id":"urn:1","type":"T","q":2}`)
	c.send("POST", "/entityOperations/upsert?options=update", `[{"id":"urn:1","type":"T","p":3}]`).is(204)
	c.get("/entities/urn:1?options=keyValues").equals(`{"id":"urn:1","type":"T","p":3,"q":2}`)
	c.send("POST", "/entityOperations/update", `[{"id":"urn:1","p":4},{"id":"urn:9","p":1}]`).is(207)
	c.send("POST", "/entityOperations/update?options=noOverwrite", `[{"id":"urn:1","p":5,"r":1}]`).is(207)
	c.get("/entities/urn:1?options=keyValues").equals(`{"id":"urn:1","type":"T","p":4,"q":2,"r":1}`)
	c.send("POST", "/entityOperations/update", `[{"id":"urn:1","p":5}]`).is(204)
	c.send("POST", "/entityOperations/merge", `[{"id":"urn:1","q":"urn:ngsi-ld:null"}]`).is(204)
	c.get("/entities/urn:1?options=keyValues").equals(`{"id":"urn:1","type":"T","p":5,"r":1}`)
	c.send("POST", "/entityOperations/delete", `["urn:1","urn:2"]`).is(204)
	c.send("POST", "/entityOperations/delete", `["urn:3","urn:3"]`).is(207)
	c.send("POST", "/entityOperations/delete", `[1]`).problem(400, ngsild.BadRequestData)
	// each entity of an ld+json batch has its own @context (6.3.5)
	core := ngsild.CoreContextURL
	c.send("POST", "/entityOperations/create", `[{"id":"urn:7","type":"T","@context":"`+core+`"},{"id":"urn:8","type":"T"}]`, "Content-Type: application/ld+json").is(207)
	c.send("POST", "/entityOperations/create", `[{"id":"urn:9","type":"T","@context":"`+core+`"}]`).is(207)
	c.send("POST", "/entityOperations/create", `[{"id":"urn:9","type":"T","@context":"`+core+`"}]`, "Content-Type: application/ld+json", "Link: "+ngsild.ContextLink(core)).problem(400, ngsild.BadRequestData)
}

func TestPurge(t *testing.T) { // 5.6.21 of V1.9.1
	c := newClient(t)
	make := func() {
		c.send("POST", "/entityOperations/upsert", `[{"id":"urn:1","type":"A","p":1,"q":1},{"id":"urn:2","type":"A","p":2},{"id":"urn:3","type":"B","p":1}]`)
	}
	make()
	for _, query := range []string{"", "?id=urn:1", "?idPattern=.*", "?scopeQ=/a", "?drop=p", "?type=A&drop=p&keep=q"} {
		c.send("DELETE", "/entities"+query, "").problem(400, ngsild.BadRequestData)
	}
	c.send("DELETE", "/entities?anything=1", "").problem(400, ngsild.InvalidRequest)
	c.send("DELETE", "/entities/", "").problem(400, ngsild.BadRequestData)
	if got := c.get("/entities?local=true").ids(); got != "1 2 3" {
		t.Fatalf("left: %s", got)
	}
	c.send("DELETE", "/entities?type=A&q=p==2", "").is(204)
	if got := c.get("/entities?local=true").ids(); got != "1 3" {
		t.Errorf("left: %s", got)
	}
	make()
	c.send("DELETE", "/entities?type=A&drop=p", "").is(204)
	c.get("/entities/urn:1?options=keyValues").equals(`{"id":"urn:1","type":"A","q":1}`)
	make()
	c.send("DELETE", "/entities?type=A&keep=p", "").is(204)
	c.get("/entities/urn:1?options=keyValues").equals(`{"id":"urn:1","type":"A","p":1}`)
	c.send("DELETE", "/entities?local=true", "").is(204)
	c.get("/entities?local=true").equals(`[]`)
}

func TestTransientEntities(t *testing.T) { // 4.22
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T","expiresAt":"2020-01-01T00:00:00Z"}`).is(201)
	c.get("/entities/urn:1").problem(404, ngsild.ResourceNotFound)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T","expiresAt":"2099-01-01T00:00:00Z","p":{"value":1,"expiresAt":"2020-01-01T00:00:00Z"},"q":1}`).is(201)
	c.get("/entities/urn:1").equals(`{"id":"urn:1","type":"T","q":{"type":"Property","value":1}}`)
	if got := c.get("/entities/urn:1?options=sysAttrs").json().(map[string]any)["expiresAt"]; got != "2099-01-01T00:00:00Z" {
		t.Errorf("expiresAt %v", got)
	}
}
