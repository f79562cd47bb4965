package models

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Repair is one known defect of a published schema that was worked around, so that
// the model can judge. Own schemas are never repaired: their owner can mend them.
type Repair struct {
	Name  string // such as enum.repeated
	Where string // path of the document, "#", RFC 6901 pointer
	Why   string // what is wrong, and what is read instead
}

func (r Repair) String() string { return r.Name + " at " + r.Where + ": " + r.Why }

// Names of the repairs.
const (
	repairDialect = "dialect.latest"
	repairEnum    = "enum.repeated"
	repairPattern = "pattern.look-ahead"
)

// repair mends the known defects of a freshly decoded schema document in place, and
// says what it did, in the order of the document's sorted names.
func repair(doc any, path string) []Repair {
	var done []Repair
	note := func(name, pointer, why string) { done = append(done, Repair{name, path + "#" + pointer, why}) }
	if root, ok := doc.(map[string]any); ok && root["$schema"] == "http://json-schema.org/schema#" {
		delete(root, "$schema")
		note(repairDialect, "/$schema", "the address stood for the latest draft of its day; the schema is read by the keywords that it uses")
	}
	var walk func(v any, at string, depth int)
	walk = func(v any, at string, depth int) {
		if depth > maxRepairDepth {
			return
		}
		switch x := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(x)) {
				walk(x[name], at+"/"+escapeToken(name), depth+1)
			}
			if n := dropRepeated(x); n > 0 {
				note(repairEnum, at+"/enum", fmt.Sprintf("%d of the values stand there twice; each is read once", n))
			}
			if why := replacePattern(x); why != "" {
				note(repairPattern, at+"/pattern", why)
			}
		case []any:
			for i, e := range x {
				walk(e, at+"/"+strconv.Itoa(i), depth+1)
			}
		}
	}
	walk(doc, "", 0)
	return done
}

const maxRepairDepth = 256

// dropRepeated removes values of an enum that are there already: drafts want them
// unique, and to say a value twice changes nothing.
func dropRepeated(schema map[string]any) int {
	list, ok := schema["enum"].([]any)
	if !ok {
		return 0
	}
	seen := map[string]bool{}
	var once []any
	for _, v := range list {
		b, err := json.Marshal(v)
		if err != nil {
			return 0
		}
		if !seen[string(b)] {
			seen[string(b)] = true
			once = append(once, v)
		}
	}
	if len(once) == len(list) {
		return 0
	}
	schema["enum"] = once
	return len(list) - len(once)
}

// lookAheads are published patterns that look ahead, which RE2 cannot, with schemas
// that take the same strings: a look-ahead behind a fixed beginning is a second
// pattern that has to match too.
var lookAheads = map[string]string{
	// ISO 8601 durations with a sign, at least one part, and none after a bare T.
	`^(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)([DW]))?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`: `{"allOf": [
		{"pattern": "^-?P(?:\\d+Y)?(?:\\d+M)?(?:\\d+[DW])?(?:T(?:\\d+H)?(?:\\d+M)?(?:\\d+(?:\\.\\d+)?S)?)?$"},
		{"pattern": "^-?P(?:\\d|T\\d)"}]}`,
	// Durations in which the numbers may be left out, but not all digits.
	`^P(?=\w*\d)(?:\d+Y|Y)?(?:\d+M|M)?(?:\d+W|W)?(?:\d+D|D)?(?:T(?:\d+H|H)?(?:\d+M|M)?(?:\d+(?:\?.\d{1,2})?S|S)?)?$`: `{"allOf": [
		{"pattern": "^P(?:\\d+Y|Y)?(?:\\d+M|M)?(?:\\d+W|W)?(?:\\d+D|D)?(?:T(?:\\d+H|H)?(?:\\d+M|M)?(?:\\d+(?:\\?.\\d{1,2})?S|S)?)?$"},
		{"pattern": "^P\\w*\\d"}]}`,
	// Durations in four notations, the first with at least one part, also after a T.
	`^(P(?!$)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?((T(?=[0-9]+[HMS])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?))$|` + otherDurations: `{"anyOf": [
		{"allOf": [
			{"pattern": "^P([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$"},
			{"pattern": "^P[0-9T]"},
			{"pattern": "^[^T]*(T[0-9]+[HMS][0-9HMS]*)?$"}]},
		{"pattern": "` + strings.ReplaceAll(otherDurations, `\`, `\\`) + `"}]}`,
}

const otherDurations = `^(P[0-9]+W)$|^(P[0-9]{4})-(1[0-2]|0[1-9])-(3[0-1]|2[0-9]|1[0-9]|0[1-9])T(2[0-3]|1[0-9]|0[1-9]):([0-5][0-9]):([0-5][0-9])$|` +
	`^(P[0-9]{4})(1[0-2]|0[1-9])(3[0-1]|2[0-9]|1[0-9]|0[1-9])T(2[0-3]|1[0-9]|0[1-9])([0-5][0-9])([0-5][0-9])$`

// replacePattern puts patterns without look-ahead in the place of a known one.
func replacePattern(schema map[string]any) string {
	pattern, ok := schema["pattern"].(string)
	if !ok {
		return ""
	}
	text, known := lookAheads[pattern]
	if !known {
		return ""
	}
	var same any
	if err := json.Unmarshal([]byte(text), &same); err != nil {
		return ""
	}
	list, _ := schema["allOf"].([]any)
	schema["allOf"] = append(slices.Clone(list), same)
	delete(schema, "pattern")
	return "the pattern looks ahead, which RE2 cannot; patterns that take the same strings are read instead"
}
