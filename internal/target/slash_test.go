package target_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/oasc/mimcheck/internal/target"
)

func TestListsAtPathsThatEndWithASlash(t *testing.T) {
	for text, want := range map[string]string{
		"endpoints: {ngsi-ld: {url: https://a.example}}":                           "https://a.example/ngsi-ld/v1",
		"endpoints: {ngsi-ld: {url: https://a.example/ngsi-ld/v1/, slash: false}}": "https://a.example/ngsi-ld/v1",
		"endpoints: {ngsi-ld: {slash: true, url: https://a.example}}":              "https://a.example/ngsi-ld/v1/",
		"endpoints: {ngsi-ld: {url: https://a.example, slash: perhaps}}":           "",
		"endpoints: {ogc-features: {url: https://a.example, slash: true}}":         "",
	} {
		file := filepath.Join(t.TempDir(), "target.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := target.Load(file)
		switch {
		case want == "" && err == nil:
			t.Errorf("%s is taken", text)
		case want != "" && (err != nil || got.Endpoints[target.NGSILD] != want):
			t.Errorf("%s gives %+v (%v), expected %s", text, got, err, want)
		}
	}
}
