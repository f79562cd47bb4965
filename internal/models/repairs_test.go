package models_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/dlclark/regexp2"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// lookAheads are the published patterns that a repair knows.
var lookAheads = []string{
	`^(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)([DW]))?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`,
	`^P(?=\w*\d)(?:\d+Y|Y)?(?:\d+M|M)?(?:\d+W|W)?(?:\d+D|D)?(?:T(?:\d+H|H)?(?:\d+M|M)?(?:\d+(?:\?.\d{1,2})?S|S)?)?$`,
	`^(P(?!$)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?((T(?=[0-9]+[HMS])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?))$|^(P[0-9]+W)$|^(P[0-9]{4})-(1[0-2]|0[1-9])-(3[0-1]|2[0-9]|1[0-9]|0[1-9])T(2[0-3]|1[0-9]|0[1-9]):([0-5][0-9]):([0-5][0-9])$|^(P[0-9]{4})(1[0-2]|0[1-9])(3[0-1]|2[0-9]|1[0-9]|0[1-9])T(2[0-3]|1[0-9]|0[1-9])([0-5][0-9])([0-5][0-9])$`,
}

// A repaired pattern takes the strings that the published one takes, by an engine
// that can look ahead: over all short strings of the letters that matter.
func TestRepairedPatternsTakeTheSameStrings(t *testing.T) {
	for _, pattern := range lookAheads {
		published := regexp2.MustCompile(pattern, regexp2.ECMAScript)
		quoted, err := json.Marshal(pattern)
		if err != nil {
			t.Fatal(err)
		}
		cat, err := models.Open(folder(t, map[string]string{"dataModel.X/Y/schema.json": fmt.Sprintf(`{"type": "string", "pattern": %s}`, quoted)}))
		if err != nil {
			t.Fatal(err)
		}
		m := find(t, cat, "dataModel.X/Y")
		if r := m.Repairs(); len(r) != 1 || r[0].Name != "pattern.look-ahead" || r[0].Where != "dataModel.X/Y/schema.json#/pattern" {
			t.Fatalf("repairs: %v", r)
		}
		check := func(s string) {
			want, err := published.MatchString(s)
			if err != nil {
				t.Fatal(err)
			}
			if r := m.Schema().Validate(s); (r.Verdict == validate.Valid) != want {
				t.Errorf("%q against %s: got %s (%s), the published pattern says %v", s, pattern, r.Verdict, r.Reason, want)
			}
		}
		letters := strings.Split("PT1YMDWHS", "")
		for length, row := 1, []string{""}; length <= 5; length++ {
			var longer []string
			for _, s := range row {
				for _, l := range letters {
					longer = append(longer, s+l)
				}
			}
			row = longer
			for _, s := range row {
				if length < 4 || s[0] == 'P' {
					check(s)
				}
			}
		}
		for _, s := range []string{"", "-P1D", "-P", "P1DT", "P1DT1H30M", "PT1.5S", "PT1?.55S", "P1Y2M3W4DT5H6M7S", "P12W", "P2024-12-31T23:59:59", "P20241231T235959", "P2024-13-01T01:00:00", "P1YT2", "PT2H3", "xP1D", "P1D ", "P1D\n"} {
			check(s)
		}
	}
}

func TestRepairsAreListedWhereTheyAreReached(t *testing.T) {
	cat, err := models.Open(folder(t, map[string]string{
		"data-models/common-schema.json": `{"$schema": "http://json-schema.org/schema#", "definitions": {"A": {"enum": ["x", "y", "x"]}, "B": {"enum": [1, 1]}}}`,
		"dataModel.X/Y/schema.json":      `{"properties": {"a": {"$ref": "https://smart-data-models.github.io/data-models/common-schema.json#/definitions/A"}}}`,
		"dataModel.X/Z/schema.json":      `{"properties": {"a": {"type": "string"}}}`,
		"Own.json":                       `{"properties": {"a": {"enum": ["x", "x"]}}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range find(t, cat, "dataModel.X/Y").Repairs() {
		got = append(got, r.Name+" "+r.Where)
	}
	want := []string{"dialect.latest data-models/common-schema.json#/$schema", "enum.repeated data-models/common-schema.json#/definitions/A/enum"}
	slicesEqual(t, got, want)
	if r := find(t, cat, "dataModel.X/Y").Schema().ValidateJSON([]byte(`{"a": "z"}`)); r.Verdict != validate.Invalid {
		t.Errorf("got %s (%s)", r.Verdict, r.Reason)
	}
	if r := find(t, cat, "dataModel.X/Z").Repairs(); len(r) != 0 {
		t.Errorf("repairs of what is not reached: %v", r)
	}
	if err := find(t, cat, "Own").Err(); err == nil || !strings.Contains(err.Error(), "equal") {
		t.Errorf("an own schema was repaired: %v", err)
	}
}

func slicesEqual(t *testing.T, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %v, want %v", got, want)
	}
}
