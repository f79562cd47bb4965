package claims

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/compare"
)

// Evidence is a bundle that was verified, and what its evidence gives.
type Evidence struct {
	Path   string
	Bundle *attest.Bundle
	// Report is that of the evidence judged again, by the sheet's baseline and without any
	// waiver: what a vendor excuses is not what a buyer gets.
	Report *reports.Report
	Signed []string // what verification found of signatures; empty when they were not asked for
	Notes  []string // what a reader has to know, in sentences
}

// Replay judges the evidence of a bundle again, by the baseline with an id or, when that
// is empty, the run's own.
type Replay func(ctx context.Context, b *attest.Bundle, baseline string) (*reports.Report, error)

// Checking says how bundles are verified.
type Checking struct {
	Trust    attest.Trust
	Unsigned bool // believe a bundle that is whole, whoever made it
	Replay   Replay
}

// referenceProfile is that of runs against the harness's own reference platform.
const referenceProfile = "reference"

// Gather reads and verifies bundles before anything in them is believed. One that is
// altered, not signed by a trusted key, or whose report says otherwise than its evidence,
// is an *attest.Error.
func Gather(ctx context.Context, paths []string, baseline string, c Checking) ([]Evidence, error) {
	var all []Evidence
	for _, path := range paths {
		e, err := gather(ctx, path, baseline, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, e)
	}
	return all, nil
}

func gather(ctx context.Context, path, baseline string, c Checking) (Evidence, error) {
	e := Evidence{Path: path}
	var err error
	if e.Bundle, err = attest.Read(path); err != nil {
		return e, err
	}
	if !c.Unsigned {
		steps, err := e.Bundle.Verify(ctx, c.Trust)
		if err != nil {
			return e, err
		}
		for _, s := range steps {
			if s.What == "signature" {
				e.Signed = append(e.Signed, s.Found)
			}
		}
	}
	said := e.Bundle.Report
	if e.Report, err = c.Replay(ctx, e.Bundle, ""); e.Report == nil || err != nil {
		return e, fmt.Errorf("its evidence can't be judged again: %w", err)
	}
	if d := compare.Reports(said, e.Report); !d.Same() {
		var b strings.Builder
		if err := d.WriteText(&b); err != nil {
			return e, err
		}
		first, _, _ := strings.Cut(b.String(), "\n")
		if said.Tool == e.Report.Tool {
			return e, &attest.Error{Err: fmt.Errorf("its report says otherwise than its evidence, judged again: %s", first)}
		}
		e.Notes = append(e.Notes, fmt.Sprintf("It was made by mimcheck %s %s, and this one judges its evidence otherwise, which counts here: %s", said.Tool.Version, said.Tool.Build, first))
	}
	if len(said.Waivers) > 0 || said.Baseline.ID != baseline {
		if e.Report, err = c.Replay(ctx, withoutWaivers(e.Bundle), baseline); e.Report == nil || err != nil {
			return e, fmt.Errorf("its evidence can't be judged by %s: %w", baseline, err)
		}
	}
	for _, w := range said.Waivers {
		if w.Applied {
			e.Notes = append(e.Notes, fmt.Sprintf("The vendor's run waived %s (%s); here it counts as what it found.", w.Check, w.Reason))
		}
	}
	if said.Run.Profile == referenceProfile {
		e.Notes = append(e.Notes, "It is a run of the harness's own reference platform: it shows nothing of the product.")
	}
	return e, nil
}

func withoutWaivers(b *attest.Bundle) *attest.Bundle {
	bare, report := *b, *b.Report
	report.Waivers = nil
	bare.Report = &report
	return &bare
}

// about tells what the evidence is, in a line.
func (e Evidence) about() string {
	r := e.Bundle.Report
	parts := []string{fmt.Sprintf("run %s of %s on %s, profile %s", r.Run.ID, r.Target.Name, r.Run.Finished.UTC().Format(time.DateOnly), r.Run.Profile)}
	if len(e.Signed) == 0 {
		return parts[0] + ", signatures not checked"
	}
	return strings.Join(append(parts, e.Signed...), ", ")
}
