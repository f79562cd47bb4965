package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/compare"
	"github.com/oasc/mimcheck/reports/formats"
	"github.com/oasc/mimcheck/reports/words"
)

func newReplay() *cobra.Command {
	var s harness.ReplaySettings
	var out, format, lang string
	cmd := &cobra.Command{
		Use:   "replay BUNDLE",
		Short: "Judge the recorded evidence of a run again, without a network",
		Long: `Replay runs the same checks over what a bundle recorded. It sends nothing. The
outcomes and the verdict have to be those of the report in the bundle: when they are
not, they are listed, and the exit code is 4. With --baseline the same evidence is
judged by another baseline; a check that asks for what was not recorded is untested.`,
		Example: `  mimcheck replay mimcheck-report/run.mimcheck.zip
  mimcheck replay run.mimcheck.zip --baseline oasc-2026-06-draft`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := words.In(lang)
			if err != nil {
				return err
			}
			b, err := attest.Read(args[0])
			if err != nil {
				return invalid(err)
			}
			s.Tool = tool()
			replayed, err := harness.Replay(cmd.Context(), b, s)
			if replayed == nil {
				return invalid(err)
			}
			if err != nil {
				return err
			}
			if out != "" {
				if _, err := writeReport(out, replayed, in); err != nil {
					return err
				}
			}
			if err := formats.Render(format, cmd.OutOrStdout(), replayed, in); err != nil {
				return err
			}
			if s.Baseline != "" && s.Baseline != b.Baseline.ID || len(s.Claims) > 0 {
				return verdictCode(replayed)
			}
			changed := compare.Reports(b.Report, replayed)
			if changed.Same() {
				fmt.Fprintf(cmd.ErrOrStderr(), "The replay confirms the report: %s and the verdict are the same.\n", reports.Plural(len(replayed.Checks), "outcome", "outcomes"))
				return verdictCode(replayed)
			}
			if err := changed.WriteText(cmd.ErrOrStderr()); err != nil {
				return err
			}
			why := "the evidence does not support the report"
			if b.Report.Tool != replayed.Tool {
				why += fmt.Sprintf(", or the checks of mimcheck %s %s, which made it, are others than those of this one", b.Report.Tool.Version, b.Report.Tool.Build)
			}
			return exitError{exitEvidence, errors.New(why)}
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&s.Baseline, "baseline", "", "judge by this baseline instead of the run's")
	flags.StringSliceVar(&s.Claims, "claim", nil, "judge these MIMs instead of those that the run's target claims")
	flags.StringSliceVar(&s.Models, "models", nil, "the data-model catalogues of the run, when it had its own")
	flags.StringVar(&out, "out", "", "folder for the report of the replay (default: none)")
	languageFlag(cmd, &lang)
	flags.StringVar(&format, "format", "text", "how to print the report")
	return cmd
}

// invalid gives a bundle or signature that is not valid its exit code.
func invalid(err error) error {
	var bad *attest.Error
	var har *attest.HARError
	if errors.As(err, &bad) || errors.As(err, &har) {
		return exitError{exitEvidence, err}
	}
	return err
}
