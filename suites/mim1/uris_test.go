package mim1

import (
	"testing"

	"github.com/oasc/mimcheck/suites"
)

func TestIsURI(t *testing.T) {
	for s, want := range map[string]bool{
		"urn:ngsi-ld:Sensor:1": true, "http://example.org/x": true, "https://example.org/æ#y": true, "mailto:a@b": true,
		"": false, "Sensor": false, "/x": false, "urn:": false, "urn:a b": false, "http://a/<b>": false, "://x": false, "1:2": false,
	} {
		if got := isURI(s); got != want {
			t.Errorf("isURI(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestWrongGeometry(t *testing.T) {
	for raw, right := range map[string]bool{
		`{"type":"Point","coordinates":[10.2,56.15]}`:                         true,
		`{"type":"Point","coordinates":[10.2,56.15,3]}`:                       true,
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`:        true,
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`: true,
		`{"type":"Point","coordinates":[10.2]}`:                               false,
		`{"type":"Point","coordinates":[10.2,"56"]}`:                          false,
		`{"type":"Point","coordinates":[1135000,6250000]}`:                    false,
		`{"type":"Point","coordinates":[10.2,96.15]}`:                         false,
		`{"type":"LineString","coordinates":[10.2,56.15]}`:                    false,
		`{"type":"Circle","coordinates":[10.2,56.15]}`:                        false,
		`{"type":"Point"}`:      false,
		`{}`:                    false,
		`"POINT (10.2 56.15)"`:  false,
		`null`:                  false,
		`[{"type":"Point"}, 1]`: false,
	} {
		v, err := suites.Decode([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		if wrong := wrongGeometry(v); (wrong == "") != right {
			t.Errorf("wrongGeometry(%s) = %q", raw, wrong)
		}
	}
}

func TestDiffersSimplified(t *testing.T) {
	normalised := `{"id":"urn:a","type":"T","n":{"type":"Property","value":1},"l":{"type":"Property","value":[2]},
		"r":{"type":"Relationship","object":"urn:b"},"m":[{"type":"Property","value":1},{"type":"Property","value":2}]}`
	for simplified, agree := range map[string]bool{
		`{"id":"urn:a","type":"T","n":1,"l":[2],"r":"urn:b","m":[1,2]}`:                         true,
		`{"id":"urn:a","type":"T","n":1.0,"l":2,"r":["urn:b"],"m":{"dataset":{}},"@context":1}`: true,
		`{"id":"urn:a","type":"T","n":"1","l":[2],"r":"urn:b","m":1}`:                           false,
		`{"id":"urn:a","type":"T","n":2,"l":[2],"r":"urn:b","m":1}`:                             false,
		`{"id":"urn:a","type":"T","n":1,"l":[2],"r":"urn:c","m":1}`:                             false,
		`{"id":"urn:a","type":"T","n":1,"l":[2],"r":"urn:b"}`:                                   false,
		`{"id":"urn:a","type":"T","n":1,"l":[2],"r":"urn:b","m":1,"x":1}`:                       false,
	} {
		a, _ := suites.Decode([]byte(normalised))
		b, _ := suites.Decode([]byte(simplified))
		if d := differsSimplified(a.(map[string]any), b.(map[string]any)); (d == "") != agree {
			t.Errorf("%s: %q", simplified, d)
		}
	}
}
