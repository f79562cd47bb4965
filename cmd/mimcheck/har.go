package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/reports"
)

func newReportHAR() *cobra.Command {
	var checks []string
	var out string
	cmd := &cobra.Command{
		Use:     "har BUNDLE",
		Short:   "Export exchanges as an HTTP Archive (HAR 1.2), which browsers and proxies open",
		Example: "  mimcheck report har run.mimcheck.zip --check mim1.entity.create.location --out location.har",
		Args:    cobra.ExactArgs(1),
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
	return cmd
}
