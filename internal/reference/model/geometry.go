package model

import (
	"encoding/json"
	"fmt"
	"slices"
)

// geometries are the GeoJSON geometry types that 4.7 admits, and how deep the
// arrays of their coordinates are.
var geometries = map[string]int{
	"Point": 1, "MultiPoint": 2, "LineString": 2, "MultiLineString": 3, "Polygon": 3, "MultiPolygon": 4,
}

// isGeometry says whether v looks like a GeoJSON geometry.
func isGeometry(v any) bool {
	o, ok := v.(map[string]any)
	if !ok {
		return false
	}
	kind, ok := o["type"].(string)
	if !ok {
		kind, _ = o["@type"].(string)
	}
	_, known := geometries[kind]
	_, has := o["coordinates"]
	return known && has
}

// Geometry checks a GeoJSON geometry (4.7; RFC 7946) given as an object or as a
// string that holds one, and returns it as an object.
func Geometry(v any) (map[string]any, error) {
	if text, ok := v.(string); ok {
		var o map[string]any
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			return nil, fmt.Errorf("it is a string that holds no GeoJSON geometry")
		}
		v = o
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("expected a GeoJSON geometry object, got a %s", jsonKind(v))
	}
	kind, ok := o["type"].(string)
	if !ok {
		kind, _ = o["@type"].(string)
	}
	if _, known := geometries[kind]; !known {
		return nil, fmt.Errorf("the geometry type %q is none of Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon", kind)
	}
	if err := CheckCoordinates(kind, o["coordinates"]); err != nil {
		return nil, err
	}
	out := map[string]any{"type": kind, "coordinates": o["coordinates"]}
	if bbox, ok := o["bbox"]; ok {
		out["bbox"] = bbox
	}
	return out, nil
}

// CheckCoordinates checks the shape of a geometry type's coordinates.
func CheckCoordinates(kind string, coordinates any) error {
	depth, known := geometries[kind]
	if !known {
		return fmt.Errorf("the geometry type %q is not supported", kind)
	}
	return checkCoordinates(kind, coordinates, depth)
}

func checkCoordinates(kind string, v any, depth int) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("the coordinates of a %s are arrays %d deep; there is a %s where an array should be", kind, geometries[kind], jsonKind(v))
	}
	if depth == 1 {
		return checkPosition(kind, list)
	}
	for _, item := range list {
		if err := checkCoordinates(kind, item, depth-1); err != nil {
			return err
		}
	}
	switch {
	case len(list) == 0:
		return fmt.Errorf("the coordinates of a %s are empty", kind)
	case depth == 2 && (kind == "LineString" || kind == "MultiLineString") && len(list) < 2:
		return fmt.Errorf("a line of a %s needs two positions or more", kind)
	case depth == 2 && (kind == "Polygon" || kind == "MultiPolygon"):
		if len(list) < 4 {
			return fmt.Errorf("a ring of a %s needs four positions or more", kind)
		}
		first, last := list[0].([]any), list[len(list)-1].([]any)
		if !slices.EqualFunc(first, last, func(a, b any) bool {
			x, _ := Number(a)
			y, _ := Number(b)
			return x == y
		}) {
			return fmt.Errorf("a ring of a %s must end where it begins", kind)
		}
	}
	return nil
}

func checkPosition(kind string, list []any) error {
	if len(list) < 2 || len(list) > 3 {
		return fmt.Errorf("a position of a %s is [longitude, latitude] or has an altitude too; one has %d members", kind, len(list))
	}
	for _, item := range list {
		if _, ok := Number(item); !ok {
			return fmt.Errorf("a position of a %s holds a %s where a number should be", kind, jsonKind(item))
		}
	}
	longitude, _ := Number(list[0])
	latitude, _ := Number(list[1])
	if longitude < -180 || longitude > 180 || latitude < -90 || latitude > 90 {
		return fmt.Errorf("the position [%g, %g] is outside of WGS 84 (longitude first)", longitude, latitude)
	}
	return nil
}
