package linked

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// turtle writes the nodes as Turtle.
func turtle(prefixes map[string]string, nodes []Node) string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(prefixes)) {
		b.WriteString("@prefix " + p + ": <" + prefixes[p] + "> .\n")
	}
	for _, node := range nodes {
		id, _ := node["@id"].(string)
		b.WriteString("\n" + reference(id))
		separator := " "
		for _, name := range slices.Sorted(maps.Keys(node)) {
			values, _ := node[name].([]any)
			predicate := name
			switch name {
			case "@id":
				continue
			case "@type":
				predicate = "a"
			}
			var objects []string
			for _, v := range values {
				objects = append(objects, value(v))
			}
			b.WriteString(separator + predicate + " " + strings.Join(objects, ", "))
			separator = " ;\n    "
		}
		b.WriteString(" .\n")
	}
	return b.String()
}

func value(v any) string {
	switch v := v.(type) {
	case string: // a class
		return v
	case map[string]any:
		if id, is := v["@id"].(string); is {
			return reference(id)
		}
		text, _ := v["@value"].(string)
		quoted := strconv.Quote(text)
		if language, is := v["@language"].(string); is {
			return quoted + "@" + language
		}
		if kind, is := v["@type"].(string); is {
			return quoted + "^^" + kind
		}
		return quoted
	}
	return `""`
}

// reference writes a blank node or a whole IRI.
func reference(id string) string {
	if strings.HasPrefix(id, "_:") {
		return id
	}
	return "<" + id + ">"
}
