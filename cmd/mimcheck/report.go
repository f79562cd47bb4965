package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/formats"
	"github.com/oasc/mimcheck/reports/words"
)

func newReport() *cobra.Command {
	cmd := group("report", "Work with the report of a run")
	var format, out, lang string
	render := &cobra.Command{
		Use:   "render REPORT.json",
		Short: "Render a report in another format",
		Example: `  mimcheck report render mimcheck-report/report.json --format junit --out junit.xml
  mimcheck report render mimcheck-report/report.json --format html --lang fr --out rapport.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := words.In(lang)
			if err != nil {
				return err
			}
			content, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			r, err := reports.Decode(content)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if out == "" {
				return formats.Render(format, cmd.OutOrStdout(), r, in)
			}
			var b bytes.Buffer
			if err := formats.Render(format, &b, r, in); err != nil {
				return err
			}
			return reports.Write(out, b.Bytes())
		},
	}
	render.Flags().StringVar(&format, "format", "text", "one of "+strings.Join(formats.Names(), ", "))
	languageFlag(render, &lang)
	render.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	cmd.AddCommand(render, newReportDiff(), newReportHistory(), newReportHAR(), newReportScrub(), newReportSign(), newReportVerify())
	return cmd
}

// languageFlag adds --lang.
func languageFlag(cmd *cobra.Command, lang *string) {
	cmd.Flags().StringVar(lang, "lang", words.English, "language of what people read: one of "+strings.Join(words.Codes(), ", "))
}
