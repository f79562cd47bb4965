package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/formats"
)

func newReport() *cobra.Command {
	cmd := group("report", "Work with the report of a run")
	var format, out string
	render := &cobra.Command{
		Use:     "render REPORT.json",
		Short:   "Render a report in another format",
		Example: "  mimcheck report render mimcheck-report/report.json --format junit --out junit.xml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			content, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			r, err := reports.Decode(content)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if out == "" {
				return formats.Render(format, cmd.OutOrStdout(), r)
			}
			var b bytes.Buffer
			if err := formats.Render(format, &b, r); err != nil {
				return err
			}
			return reports.Write(out, b.Bytes())
		},
	}
	render.Flags().StringVar(&format, "format", "text", "one of "+strings.Join(formats.Names(), ", "))
	render.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	cmd.AddCommand(render, newReportDiff(), newReportHAR(), newReportScrub(), newReportSign(), newReportVerify())
	return cmd
}
