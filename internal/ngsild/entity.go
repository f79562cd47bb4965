package ngsild

// Object is a JSON object under construction.
type Object = map[string]any

// Entity is a normalised entity with id, type and attributes given as
// name, value, name, value (4.5.1).
func Entity(id, kind string, attributes ...any) Object {
	e := Object{"id": id, "type": kind}
	for i := 0; i+1 < len(attributes); i += 2 {
		e[attributes[i].(string)] = attributes[i+1]
	}
	return e
}

// Property is a Property (4.5.2) with further members given as name, value.
func Property(value any, more ...any) Object {
	return with(Object{"type": "Property", "value": value}, more)
}

// Relationship is a Relationship (4.5.3) to one entity or several.
func Relationship(object any, more ...any) Object {
	return with(Object{"type": "Relationship", "object": object}, more)
}

// GeoProperty is a GeoProperty with a GeoJSON geometry (4.7).
func GeoProperty(geometry any, more ...any) Object {
	return with(Object{"type": "GeoProperty", "value": geometry}, more)
}

// Point is a GeoJSON point in WGS 84 degrees.
func Point(longitude, latitude float64) Object {
	return Object{"type": "Point", "coordinates": []any{longitude, latitude}}
}

// LanguageProperty is a LanguageProperty (4.5.18).
func LanguageProperty(languages Object, more ...any) Object {
	return with(Object{"type": "LanguageProperty", "languageMap": languages}, more)
}

// InContext adds an @context to a copy of e.
func InContext(e Object, context any) Object {
	out := make(Object, len(e)+1)
	for k, v := range e {
		out[k] = v
	}
	out["@context"] = context
	return out
}

func with(o Object, more []any) Object {
	for i := 0; i+1 < len(more); i += 2 {
		o[more[i].(string)] = more[i+1]
	}
	return o
}
