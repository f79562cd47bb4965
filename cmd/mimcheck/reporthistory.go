package main

import (
	"bytes"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/history"
	"github.com/oasc/mimcheck/reports/words"
)

func newReportHistory() *cobra.Command {
	var format, out, lang string
	cmd := &cobra.Command{
		Use:   "history RUN...",
		Short: "Put several runs into one view: which outcomes changed, and when",
		Long: `History puts reports and bundles in the order in which the runs started, and tells of
each check whose outcome is not the same in all: in which run it changed, why, and the
first exchange that differs. A check that goes back to an outcome that it had left is
marked: what it finds may depend on time, or on what else happens on the platform.`,
		Example: "  mimcheck report history monday/run.mimcheck.zip tuesday/run.mimcheck.zip --format html --out history.html",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := words.In(lang)
			if err != nil {
				return err
			}
			f, err := history.Find(format)
			if err != nil {
				return err
			}
			var sources []history.Source
			for _, path := range args {
				r, err := readReport(path)
				if err != nil {
					return err
				}
				sources = append(sources, history.Source{Name: path, Report: r})
			}
			h, err := history.Of(sources)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := f.Render(&b, h, in); err != nil {
				return err
			}
			if out == "" {
				_, err := cmd.OutOrStdout().Write(b.Bytes())
				return err
			}
			return reports.Write(out, b.Bytes())
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "one of "+strings.Join(history.Names(), ", "))
	cmd.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	languageFlag(cmd, &lang)
	return cmd
}
