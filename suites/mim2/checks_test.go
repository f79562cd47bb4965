package mim2_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim2"
)

// Each check passes on the reference platform as it is, and fails with its fault.
func TestChecks(t *testing.T) {
	catalogue, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range mim2.Checks() {
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, catalogue, nil); r.Outcome != reports.Passed {
				t.Errorf("without a fault the check ends as %s: %s", r.Outcome, r.Reason)
			}
			if testing.Short() {
				return // with faults, in the long run
			}
			found, err := faults.Named(check.Fault)
			if err != nil {
				t.Fatal(err)
			}
			r := outcome(t, check, catalogue, nil, found...)
			if r.Outcome != reports.Failed {
				t.Errorf("with fault %s the check ends as %s (%s), expected failed", check.Fault, r.Outcome, r.Reason)
			}
		})
	}
}

// outcome runs one check in the observe profile against a reference platform of its own.
func outcome(t *testing.T, check suites.Check, catalogue *models.Catalogue, types map[string]string, active ...faults.Fault) suites.Result {
	t.Helper()
	platform, err := reference.New(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer platform.Close()
	server := httptest.NewServer(faults.Wrap(http.Handler(platform), active...))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	session, err := probe.Open(ctx, &target.Target{
		Name:      "reference",
		Endpoints: map[string]string{target.NGSILD: server.URL + "/ngsi-ld/v1"},
	}, probe.Options{Profile: target.Observe, JournalPath: filepath.Join(t.TempDir(), "journal")})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	return suites.Run(ctx, check, session.Client(check.ID), suites.Env{
		Profile: string(target.Observe), Features: suites.Features(), Models: catalogue, Types: types,
		Sample: func(ctx context.Context) (*suites.Sample, error) {
			return suites.TakeSample(ctx, session.Client("sample"), 1, 50, nil)
		},
	})
}
