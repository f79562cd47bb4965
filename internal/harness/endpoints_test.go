package harness

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

// What is claimed has to have an endpoint at which it can be checked.
func TestAClaimWithoutItsEndpointIsRefused(t *testing.T) {
	for _, c := range []struct{ name, endpoints, mims, wrong string }{
		{"both", "{ngsi-ld: {url: 'http://127.0.0.1:9'}, ogc-features: {url: 'http://127.0.0.1:9/ogc'}}", "[MIM1, MIM7]", ""},
		{"places alone", "{ogc-features: {url: 'http://127.0.0.1:9/ogc'}}", "[MIM7]", ""},
		{"no places", "{ngsi-ld: {url: 'http://127.0.0.1:9'}}", "[MIM1, MIM7]", "claims MIM7, which is checked at the endpoint ogc-features"},
		{"no broker", "{ogc-features: {url: 'http://127.0.0.1:9/ogc'}}", "[MIM1, MIM7]", "claims MIM1, which is checked at the endpoint ngsi-ld"},
		{"a market without orders", "{tmf620: {url: 'http://127.0.0.1:9/tmf-api/x/v4'}}", "[MIM3], features: [productOrders]", "claims MIM3, feature productOrders, which is checked at the endpoint tmf622"},
	} {
		for _, baseline := range []string{"oasc-2022-06-07", "oasc-2026-06-draft"} {
			if baseline == "oasc-2026-06-draft" && strings.HasPrefix(c.mims, "[MIM3]") {
				continue // another subject there
			}
			t.Run(c.name+", "+baseline, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "target.yaml")
				text := "endpoints: " + c.endpoints + "\nstatement: {baseline: " + baseline + ", mims: " + c.mims + "}\n"
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
}

func TestEndpointsClaimWhatIsCheckedAtThem(t *testing.T) {
	for _, c := range []struct {
		baseline  string
		endpoints map[string]string
		want      []string
	}{
		{"oasc-2026-06-draft", map[string]string{"ngsi-ld": "x"}, []string{"MIM0", "MIM1", "MIM2"}},
		{"oasc-2026-06-draft", map[string]string{"ogc-features": "x"}, []string{"MIM7"}},
		{"oasc-2026-06-draft", map[string]string{"ngsi-ld": "x", "ogc-features": "x"}, []string{"MIM0", "MIM1", "MIM2", "MIM7"}},
		{"oasc-2026-06-draft", nil, nil},
		// MIM3 is another subject in each.
		{"oasc-2019-01-16", map[string]string{"tmf620": "x", "dcat": "x"}, []string{"MIM3"}},
		{"oasc-2019-01-16", map[string]string{"dcat": "x"}, nil},
		{"oasc-2026-06-draft", map[string]string{"dcat": "x"}, []string{"MIM3"}},
		{"oasc-2026-06-draft", map[string]string{"tmf620": "x"}, nil},
		{"oasc-2026-06-draft", map[string]string{"ogc-processes": "x"}, []string{"MIM8"}},
		{"oasc-2026-06-draft", map[string]string{"3d-tiles": "x", "openid": "x"}, []string{"MIM6", "MIM8"}},
		{"oasc-2026-06-draft", map[string]string{"sensorthings": "x"}, []string{"MIM7"}},
		{"oasc-2022-06-07", map[string]string{"sensorthings": "x", "ngsi-ld": "x"}, []string{"MIM1", "MIM2"}},
		{"oasc-2026-06-draft", map[string]string{"wfs": "x"}, []string{"MIM7"}},
		{"oasc-2022-06-07", map[string]string{"wfs": "x"}, []string{"MIM7"}},
		{"oasc-2026-06-draft", map[string]string{"ldes": "x"}, []string{"MIM0"}},
	} {
		b, err := baselines.Get(c.baseline)
		if err != nil {
			t.Fatal(err)
		}
		if got := claimedByEndpoints(b, c.endpoints); !slices.Equal(got, c.want) {
			t.Errorf("%v claim %v, expected %v", c.endpoints, got, c.want)
		}
	}
}

// Each endpoint that a target can name, and that a feature is for alone, is a claim to it.
func TestEndpointsOfferTheirFeatures(t *testing.T) {
	registry, err := catalogue.Registry()
	if err != nil {
		t.Fatal(err)
	}
	without, of := map[string]bool{}, map[string]map[suites.Feature]bool{}
	for _, c := range registry.All() {
		if endpoint := c.Asks()[0]; c.Feature == "" {
			without[endpoint] = true
		} else if of[endpoint] == nil {
			of[endpoint] = map[suites.Feature]bool{c.Feature: true}
		} else {
			of[endpoint][c.Feature] = true
		}
	}
	for endpoint, features := range of {
		got := offeredByEndpoints(map[string]string{endpoint: "x"})
		switch {
		case without[endpoint] && len(got) > 0:
			t.Errorf("%s offers %v, and is checked without any feature", endpoint, got)
		case !without[endpoint] && (len(got) != 1 || !features[suites.Feature(got[0])]):
			t.Errorf("%s offers %v, expected one of %v", endpoint, got, features)
		}
	}
	if got := offeredByEndpoints(nil); len(got) > 0 {
		t.Errorf("nothing offers %v", got)
	}
}

// A target that names endpoints and claims nothing is checked at them.
func TestTargetsThatClaimNothingAreCheckedAtTheirEndpoints(t *testing.T) {
	file := filepath.Join(t.TempDir(), "target.yaml")
	if err := os.WriteFile(file, []byte("endpoints:\n  ogc-processes: {url: \"http://127.0.0.1:1/\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Prepare(Settings{TargetFile: file, StateDir: t.TempDir(), Baseline: "oasc-2026-06-draft"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if !slices.ContainsFunc(p.Plan.Selected(), func(c runner.Planned) bool { return c.ID == "mim8.processes.list.there" }) {
		t.Error("the list of processes is not checked")
	}
}

// What a baseline has no requirement of yet, the embedded platform does not claim.
func TestTheCityClaimsWhatCanBeShown(t *testing.T) {
	registry, err := catalogue.Registry()
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{
		"oasc-2019-01-16":    nil,
		"oasc-2022-06-07":    {"MIM4", "MIM5"},
		"mims-plus-5.0":      {"MIM4", "MIM5"},
		"oasc-2026-06-draft": {"MIM4", "MIM6", "MIM8"},
	} {
		b, err := baselines.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := claimedByCity(b, nil, registry); !slices.Equal(got, want) {
			t.Errorf("%s: the city claims %v, expected %v", id, got, want)
		}
	}
}
