package filecheck

import (
	"fmt"
	"maps"
	"strings"
)

// found is an entity within a document.
type found struct {
	pointer string // RFC 6901, of what holds it in the document
	object  map[string]any
	feature bool // it was a GeoJSON feature: its attributes stand in "properties"
	// geometry is that of the feature, when no attribute location is there.
	geometry map[string]any
	problem  string // why it is no entity
}

// entitiesOf finds the entities of a document: an entity, a list of them, a JSON-LD
// document with @graph, or a GeoJSON Feature or FeatureCollection (ETSI GS CIM 009,
// 5.2.29 to 5.2.31).
func entitiesOf(v any) []found {
	switch x := v.(type) {
	case []any:
		return each(x, "", nil)
	case map[string]any:
		if graph, ok := x["@graph"].([]any); ok {
			return each(graph, "/@graph", x["@context"])
		}
		if features, ok := x["features"].([]any); ok && x["type"] == "FeatureCollection" {
			return each(features, "/features", x["@context"])
		}
		return []found{one(x, "", nil)}
	}
	return []found{{problem: "expected an entity (a JSON object), or a list of them"}}
}

func each(list []any, at string, context any) []found {
	if len(list) == 0 {
		return []found{{pointer: at, problem: "the list is empty: there is nothing to judge"}}
	}
	all := make([]found, len(list))
	for i, v := range list {
		here := fmt.Sprintf("%s/%d", at, i)
		if object, ok := v.(map[string]any); ok {
			all[i] = one(object, here, context)
		} else {
			all[i] = found{pointer: here, problem: "expected an entity (a JSON object)"}
		}
	}
	return all
}

// one is the entity of an object, with the @context around it where it has none.
func one(object map[string]any, at string, context any) found {
	f := found{pointer: at, object: object}
	properties, ok := object["properties"].(map[string]any)
	if object["type"] == "Feature" && ok {
		f.feature, f.object = true, maps.Clone(properties)
		for _, name := range []string{"id", "@context"} {
			if v, has := object[name]; has {
				f.object[name] = v
			}
		}
		if _, has := properties["location"]; !has {
			f.geometry, _ = object["geometry"].(map[string]any)
		}
	}
	if _, has := f.object["@context"]; !has && context != nil {
		f.object = maps.Clone(f.object)
		f.object["@context"] = context
	}
	return f
}

// served maps a pointer into the entity to one into the document.
func (f found) served(pointer string) string {
	if !f.feature || pointer == "/id" {
		return f.pointer + pointer
	}
	if rest, ok := strings.CutPrefix(pointer, "/location"); ok && f.geometry != nil {
		return f.pointer + "/geometry" + strings.TrimPrefix(rest, "/value")
	}
	return f.pointer + "/properties" + pointer
}
