package models

import (
	"strings"

	"github.com/oasc/mimcheck/internal/validate"
)

// geoJSONSchema stands in for the geometry schemas that published models refer to by
// the address of geojson.org. It says what RFC 7946, 3.1 says of each geometry.
func geoJSONSchema(address string) (any, bool) {
	name, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimPrefix(address, "https:"), "http:"), "//geojson.org/schema/")
	if !ok {
		return nil, false
	}
	const (
		position = `{"type":"array","minItems":2,"items":{"type":"number"}}`
		line     = `{"type":"array","minItems":2,"items":` + position + `}`
		ring     = `{"type":"array","minItems":4,"items":` + position + `}`
		polygon  = `{"type":"array","items":` + ring + `}`
	)
	coordinates, ok := map[string]string{
		"Point":           position,
		"MultiPoint":      `{"type":"array","items":` + position + `}`,
		"LineString":      line,
		"MultiLineString": `{"type":"array","items":` + line + `}`,
		"Polygon":         polygon,
		"MultiPolygon":    `{"type":"array","items":` + polygon + `}`,
	}[strings.TrimSuffix(name, ".json")]
	if !ok {
		return nil, false
	}
	doc, err := validate.Decode([]byte(`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["type","coordinates"],"properties":{` +
		`"type":{"type":"string","enum":["` + strings.TrimSuffix(name, ".json") + `"]},"coordinates":` + coordinates +
		`,"bbox":{"type":"array","minItems":4,"items":{"type":"number"}}}}`))
	return doc, err == nil
}
