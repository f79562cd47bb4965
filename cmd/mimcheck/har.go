package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/reports"
)

func newReportHAR() *cobra.Command {
	var checks []string
	var out string
	cmd := &cobra.Command{
		Use:   "har BUNDLE",
		Short: "Export exchanges as an HTTP Archive (HAR 1.2), which browsers and proxies open",
		Long: `A HAR holds, beside the exchanges, what it takes to judge them again: import makes a
bundle of it, for replay and verify.`,
		Example: `  mimcheck report har run.mimcheck.zip --check mim1.entity.create.location --out location.har
  mimcheck report har import location.har --out location.mimcheck.zip`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := attest.Read(args[0])
			if err != nil {
				return invalid(err)
			}
			for _, id := range checks {
				if len(b.Of(id)) == 0 {
					return fmt.Errorf("the bundle has no exchange of %s: expected the id of a check that was run, see its report", id)
				}
			}
			har, err := b.HAR(checks...)
			if err != nil {
				return err
			}
			if out == "" {
				_, err := cmd.OutOrStdout().Write(har)
				return err
			}
			return reports.Write(out, har)
		},
	}
	cmd.Flags().StringSliceVar(&checks, "check", nil, "export the exchanges of these checks only")
	cmd.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	cmd.AddCommand(newReportHARImport())
	return cmd
}

func newReportHARImport() *cobra.Command {
	var s harness.ReplaySettings
	var out string
	cmd := &cobra.Command{
		Use:   "import FILE.har --out BUNDLE",
		Short: "Make a bundle of an HTTP Archive that `report har` exported",
		Long: `Import makes a bundle again of what was exported: that of a whole run is the same, byte
by byte, but for its signature; that of some checks has a report about these alone. What
was altered on the way is named, with exit code 4. HARs of other programs are refused:
what a check is told besides its exchanges is not in them.`,
		Example: "  mimcheck report har import location.har --out location.mimcheck.zip",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := harness.ImportHAR(cmd.Context(), args[0], s)
			if err != nil {
				return invalid(err)
			}
			encoded, err := b.Encode()
			if err != nil {
				return err
			}
			if err := reports.Write(out, encoded); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %s\n", out, reports.Plural(len(b.Exchanges), "exchange", "exchanges"), b.Report.Verdict.Verdict.Label())
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "bundle to write")
	cmd.Flags().StringSliceVar(&s.Models, "models", nil, "the data-model catalogues of the run, when it had its own")
	must(cmd, "out")
	return cmd
}
