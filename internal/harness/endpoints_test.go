package harness

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/suites/baselines"
)

// What is claimed has to have an endpoint at which it can be checked.
func TestAClaimWithoutItsEndpointIsRefused(t *testing.T) {
	for _, c := range []struct{ name, endpoints, mims, wrong string }{
		{"both", "{ngsi-ld: {url: 'http://127.0.0.1:9'}, ogc-features: {url: 'http://127.0.0.1:9/ogc'}}", "[MIM1, MIM7]", ""},
		{"places alone", "{ogc-features: {url: 'http://127.0.0.1:9/ogc'}}", "[MIM7]", ""},
		{"no places", "{ngsi-ld: {url: 'http://127.0.0.1:9'}}", "[MIM1, MIM7]", "claims MIM7, which is checked at the endpoint ogc-features"},
		{"no broker", "{ogc-features: {url: 'http://127.0.0.1:9/ogc'}}", "[MIM1, MIM7]", "claims MIM1, which is checked at the endpoint ngsi-ld"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "target.yaml")
			text := "endpoints: " + c.endpoints + "\nstatement: {baseline: oasc-2022-06-07, mims: " + c.mims + "}\n"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := Prepare(Settings{TargetFile: file, StateDir: t.TempDir()})
			if err == nil {
				p.Close()
			}
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("the error is %v, expected %q", err, c.wrong)
			}
		})
	}
}

func TestEndpointsClaimWhatIsCheckedAtThem(t *testing.T) {
	b, err := baselines.Get("oasc-2026-06-draft")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		endpoints map[string]string
		want      []string
	}{
		{map[string]string{"ngsi-ld": "x"}, []string{"MIM0", "MIM1", "MIM2"}},
		{map[string]string{"ogc-features": "x"}, []string{"MIM7"}},
		{map[string]string{"ngsi-ld": "x", "ogc-features": "x"}, []string{"MIM0", "MIM1", "MIM2", "MIM7"}},
		{nil, nil},
	} {
		if got := claimedByEndpoints(b, c.endpoints); !slices.Equal(got, c.want) {
			t.Errorf("%v claim %v, expected %v", c.endpoints, got, c.want)
		}
	}
}
