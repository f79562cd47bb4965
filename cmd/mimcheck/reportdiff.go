package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/compare"
)

func newReportDiff() *cobra.Command {
	var failOn string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two reports, or the reports in two bundles",
		Long: `Diff tells which outcomes and verdicts are different from the first report to the
second, and the first exchange in which a changed check differs. With --fail-on
regression the exit code is 1 when a check passed and does not anymore, when one
fails that did not, or when a verdict got worse; with --fail-on change, when anything
is different.`,
		Example: "  mimcheck report diff last/report.json mimcheck-report/report.json --fail-on regression",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if failOn != "" && failOn != "regression" && failOn != "change" {
				return fmt.Errorf("--fail-on %q: expected regression or change", failOn)
			}
			a, err := readReport(args[0])
			if err != nil {
				return err
			}
			b, err := readReport(args[1])
			if err != nil {
				return err
			}
			d := compare.Reports(a, b)
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), d)
			} else {
				err = d.WriteText(cmd.OutOrStdout())
			}
			switch {
			case err != nil:
				return err
			case failOn == "regression" && len(d.Regressions()) > 0:
				return exitError{exitNonConformant, fmt.Errorf("got worse: %s", strings.Join(d.Regressions(), ", "))}
			case failOn == "change" && !d.Same():
				return exitError{exitNonConformant, fmt.Errorf("%s changed", reports.Plural(len(d.Checks), "check", "checks"))}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&failOn, "fail-on", "", "regression or change: exit with 1 when there is one")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// readReport reads a report, or the one in a bundle.
func readReport(path string) (*reports.Report, error) {
	if strings.HasSuffix(path, ".zip") {
		b, err := attest.Read(path)
		if err != nil {
			return nil, invalid(err)
		}
		return b.Report, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r, err := reports.Decode(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
