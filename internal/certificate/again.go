package certificate

import (
	"fmt"
	"strings"

	"github.com/oasc/mimcheck/internal/attest"
)

// Again is the command line by which the Working Group makes the run of a bundle again:
// the same baseline, selection, profile and statement. TARGET.yaml stands for a file that
// names the platform's endpoints.
func Again(b *attest.Bundle) string {
	r := b.Report
	line := []string{"mimcheck run --target TARGET.yaml", "--baseline " + r.Baseline.ID, "--profile " + r.Run.Profile}
	for _, list := range []struct {
		flag   string
		values []string
	}{{"mim", r.Selection.MIMs}, {"claim", r.Target.MIMs}, {"features", r.Target.Features}} {
		if len(list.values) > 0 {
			line = append(line, "--"+list.flag+" "+strings.Join(list.values, ","))
		}
	}
	if r.Target.Version != "" {
		line = append(line, "--spec-version "+r.Target.Version)
	}
	if r.Selection.Filter != "" {
		line = append(line, fmt.Sprintf("--filter %q", r.Selection.Filter))
	}
	if len(r.Waivers) > 0 {
		line = append(line, "--waivers WAIVERS.yaml")
	}
	return strings.Join(line, " ")
}
