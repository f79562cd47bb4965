package harness

import (
	"context"

	"github.com/oasc/mimcheck/internal/attest"
)

// ImportHAR makes a bundle of an HTTP Archive that `report har` wrote. Of one with a part
// of a run's checks the report is judged anew, by these checks alone.
func ImportHAR(ctx context.Context, path string, s ReplaySettings) (*attest.Bundle, error) {
	b, part, err := attest.ReadHAR(path)
	if err != nil || !part {
		return b, err
	}
	s.Tool = b.Report.Tool
	report, err := Replay(ctx, b, s)
	if err != nil {
		return nil, err
	}
	return b.Rejudged(report)
}
