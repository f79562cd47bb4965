package claims

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
)

// replay is that of the command line.
func replay(ctx context.Context, b *attest.Bundle, baseline string) (*reports.Report, error) {
	return harness.Replay(ctx, b, harness.ReplaySettings{Baseline: baseline, Tool: b.Report.Tool})
}

// recorded is the bundle of a small run against a platform, and that platform's fault.
func recorded(t *testing.T, waivers string, active ...faults.Fault) *attest.Bundle {
	t.Helper()
	city, err := embedded.Start("127.0.0.1:0", reference.Options{}, active...)
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	p, err := harness.Prepare(harness.Settings{URL: city.URL, Profile: "sandbox", Seed: 3, Rate: -1, StateDir: t.TempDir(), Waivers: waivers,
		Tool: reports.Tool{Name: "mimcheck", Version: "test"}, Filter: "mim1.entity.create.location || mim2.schema.value.types"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	report, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Bundle(report)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, b *attest.Bundle) string {
	t.Helper()
	content, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "run.mimcheck.zip")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBundlesAreVerifiedBeforeTheyAreBelieved(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := attest.KeyID(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	trust := attest.Trust{Keys: []attest.PublicKey{{ID: id, Key: key.Public()}}, Now: time.Now()}
	fault, err := faults.Named("entity.create.no-location")
	if err != nil {
		t.Fatal(err)
	}
	good := recorded(t, "")
	unsigned := write(t, good)
	if err := good.Sign(t.Context(), time.Now(), key); err != nil {
		t.Fatal(err)
	}
	signed := write(t, good)
	bytes, err := os.ReadFile(signed)
	if err != nil {
		t.Fatal(err)
	}
	bytes[len(bytes)/2] ^= 1
	altered := filepath.Join(t.TempDir(), "altered.mimcheck.zip")
	if err := os.WriteFile(altered, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	// A vendor who writes another outcome into the report, and signs that.
	bad := recorded(t, "", fault...)
	forged, err := attest.New(bad.Report, bad.Run, bad.Exchanges, bad.Events, evidence.Bodies(bad.Blobs))
	if err != nil {
		t.Fatal(err)
	}
	for n := range forged.Report.Checks {
		if c := &forged.Report.Checks[n]; c.Outcome == reports.Failed {
			c.Outcome, c.Reason, c.Findings = reports.Passed, "", nil
		}
	}
	forged.Report.Counts = reports.Count(forged.Report.Checks)
	if err := forged.Sign(t.Context(), time.Now(), key); err != nil {
		t.Fatal(err)
	}
	forgedPath := write(t, forged)
	for name, c := range map[string]struct {
		path     string
		unsigned bool
		want     string // empty: it is believed
	}{
		"signed":                     {signed, false, ""},
		"whole, and that is enough":  {unsigned, true, ""},
		"not signed":                 {unsigned, false, "nobody signed it"},
		"altered":                    {altered, true, "is not valid"},
		"another report than it has": {forgedPath, false, "otherwise than its evidence"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Gather(t.Context(), []string{c.path}, DefaultBaseline, Checking{Trust: trust, Unsigned: c.unsigned, Replay: replay})
			var invalid *attest.Error
			switch {
			case c.want == "" && (err != nil || len(got) != 1 || (len(got[0].Signed) == 0) != c.unsigned):
				t.Errorf("%+v, %v", got, err)
			case c.want != "" && (!errors.As(err, &invalid) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	gathered, err := Gather(t.Context(), []string{signed}, DefaultBaseline, Checking{Trust: trust, Replay: replay})
	if err != nil {
		t.Fatal(err)
	}
	models := known(t).Models
	results := Judge(Sheet{Claims: []Claim{{Kind: Model, Value: "dataModel.Environment/AirQualityObserved"}, {Kind: Model, Value: "dataModel.Parking/ParkingAccess"}}}, gathered, registry(t), models)
	if results[0].Finding != Proven || !slices.ContainsFunc(results[0].Checks, func(c Check) bool { return c.ID == "mim2.schema.value.types" }) || results[1].Finding != NotShown {
		t.Errorf("the models: %+v", results)
	}
}

// Entities that are not as their model says contradict the claim of it.
func TestInvalidEntitiesContradictTheirModel(t *testing.T) {
	fault, err := faults.Named("models.number.as-string")
	if err != nil {
		t.Fatal(err)
	}
	gathered, err := Gather(t.Context(), []string{write(t, recorded(t, "", fault...))}, DefaultBaseline, Checking{Unsigned: true, Replay: replay})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	catalogue := known(t).Models
	for _, m := range catalogue.Models() {
		r := Judge(Sheet{Claims: []Claim{{Kind: Model, Value: m.ID()}}}, gathered, registry(t), catalogue)[0]
		if r.Finding == Contradicted {
			found = append(found, m.ID())
			if !strings.Contains(r.Reason, "First urn:") || len(r.Checks) == 0 || r.Checks[0].Outcome != reports.Failed {
				t.Errorf("told as %+v", r)
			}
		}
	}
	if len(found) == 0 {
		t.Error("no model is contradicted")
	}
}

// What the vendor waived counts as what it found.
func TestWaiversDoNotCount(t *testing.T) {
	fault, err := faults.Named("entity.create.no-location")
	if err != nil {
		t.Fatal(err)
	}
	waivers := filepath.Join(t.TempDir(), "waivers.yaml")
	if err := os.WriteFile(waivers, []byte("waivers:\n  - {check: mim1.entity.create.location, reason: soon, owner: the vendor, expires: 2999-12-31}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gathered, err := Gather(t.Context(), []string{write(t, recorded(t, waivers, fault...))}, DefaultBaseline, Checking{Unsigned: true, Replay: replay})
	if err != nil {
		t.Fatal(err)
	}
	got := Judge(Sheet{Claims: []Claim{{Kind: Requirement, Value: DefaultBaseline + "/MIM1/access"}}}, gathered, registry(t), known(t).Models)[0]
	if got.Finding != Contradicted || len(gathered[0].Notes) != 1 || !strings.Contains(gathered[0].Notes[0], "waived mim1.entity.create.location") {
		t.Errorf("%+v, %v", got, gathered[0].Notes)
	}
}
