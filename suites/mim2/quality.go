package mim2

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/suites"
)

// qualityChecks are about values that the schema takes and nobody means.
func qualityChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.quality.text.trimmed", Title: "No text value begins or ends with white space",
			Requirements: unambiguous, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.text.padded",
			Hint: "White space around a value makes it another value for every query.",
			Body: func(t *suites.T) {
				eachInstance(t, func(_ models.Attr, i models.Instance) string {
					if s, ok := i.Value.(string); ok && s != strings.TrimSpace(s) {
						return "the text has white space around it"
					}
					return ""
				})
			},
		},
		{
			ID: "mim2.quality.text.meant", Title: "A value that is not known is left out, not written as a word for nothing",
			Requirements: unambiguous, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.text.placeholder",
			Hint: "Texts such as N/A, null or undefined come from an export of empty fields.",
			Body: func(t *suites.T) {
				eachInstance(t, func(_ models.Attr, i models.Instance) string {
					if s, ok := i.Value.(string); ok && slices.Contains(placeholders, strings.ToLower(strings.TrimSpace(s))) {
						return "the text stands for no value"
					}
					return ""
				})
			},
		},
		{
			ID: "mim2.quality.number.meant", Title: "A measurement that was not made is left out, not written as a number that cannot be",
			Requirements: unambiguous, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.number.sentinel",
			Hint: "Numbers such as -9999 mark a missing measurement in the source, and end up in averages.",
			Body: func(t *suites.T) {
				eachInstance(t, func(_ models.Attr, i models.Instance) string {
					if n, ok := i.Value.(json.Number); ok && slices.Contains(sentinels, strings.TrimSuffix(string(n), ".0")) {
						return "the number marks a missing measurement"
					}
					return ""
				})
			},
		},
		{
			ID: "mim2.quality.position.meant", Title: "No entity is at longitude 0 and latitude 0",
			Requirements: unambiguous, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.geometry.null-island",
			Hint: "An unknown position was written as zeros; there is no city there.",
			Body: func(t *suites.T) {
				eachGeometry(t, func(g any) string {
					return positions(g, func(lon, lat float64) string {
						if lon == 0 && lat == 0 {
							return "the position is 0, 0"
						}
						return ""
					})
				})
			},
		},
	}
}

// placeholders are words for no value, in lower case.
var placeholders = []string{"n/a", "#n/a", "na", "null", "nil", "none", "undefined", "nan", "n.a.", "-", "--", "?", "tbd", "todo"}

// sentinels are numbers that sources write for no measurement.
var sentinels = []string{"-999", "-9999", "-99999", "-32768", "2147483647", "-2147483648", "9999999", "99999999"}
