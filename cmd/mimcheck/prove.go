package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/prove"
	"github.com/oasc/mimcheck/reports/proof"
)

// proofMemory is what a proof may take, in bytes, before garbage is looked for more often.
const proofMemory = 2 << 30

func newProve() *cobra.Command {
	o := prove.Options{Tool: tool()}
	var format string
	var percent float64
	cmd := &cobra.Command{
		Use:   "prove",
		Short: "Prove the checks: run them against every fault of the reference platform",
		Long: `Runs the checks against the reference platform as it is, where every one has to pass,
and with each of its faults, where one has to fail; and tells which faults each check
and the checks of each requirement notice, and which check is needed for none.

A check is run against a fault only where the fault changes something that the check
sees. Faults that reach many checks and are noticed by few share a platform before most
of these: what does not pass there judges each of them alone. Faults that none of these
notices, and that nothing explains, are judged by all checks, several at once, and then
one by one by those that noticed something; and as many others as --audit says, chosen
at random, are judged by all checks, each alone. With --fault there are no runs without
a fault, and no audit, unless they are asked for.

Exit codes: 0 the checks are proved, 1 they are not, 2 wrong use, 130 interrupted.`,
		Example: `  mimcheck prove --filter entity.create
  mimcheck prove --format json > proof.json
  mimcheck prove --fault entity.create.no-location`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			render, err := proof.Format(format)
			if err != nil {
				return err
			}
			if percent < 0 || percent > 100 || o.Seeds < 0 || o.Audit < 0 || o.Parallel < 0 {
				return errors.New("--at-least must be 0 to 100, and --seeds, --audit and --parallel must not be negative")
			}
			o.AtLeast = percent / 100
			if len(o.Faults) > 0 { // then they are what the user wants to know about
				o.Seeds = ifGiven(cmd, "seeds", o.Seeds)
				o.Audit = ifGiven(cmd, "audit", o.Audit)
			}
			o.Progress = func(done, of int, what string) {
				if done == of || done%50 == 0 {
					fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d runs: %s\n", done, of, what)
				}
			}
			if os.Getenv("GOGC") == "" {
				// What a platform and its checks leave behind goes all at once when they are done:
				// looking for it sooner took a quarter of the time.
				defer debug.SetGCPercent(debug.SetGCPercent(800))
				defer debug.SetMemoryLimit(debug.SetMemoryLimit(proofMemory))
			}
			r, err := prove.Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := render(cmd.OutOrStdout(), r); err != nil {
				return err
			}
			if !r.Proved {
				return exitError{exitNonConformant, errors.New("the checks are not proved: " + strings.Join(r.Reasons, "; "))}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&o.Faults, "fault", nil, "prove against these faults only")
	flags.StringVar(&o.Filter, "filter", "", "prove the checks whose labels match this expression only, and against the faults that reach them")
	flags.StringSliceVar(&o.Baselines, "baseline", nil, "prove the checks of these baselines only (default all)")
	flags.Uint64Var(&o.Seed, "seed", 1, "seed of everything random in the runs with a fault")
	flags.IntVar(&o.Seeds, "seeds", 50, "runs without any fault, each with a seed of its own, in which every check has to pass")
	flags.IntVar(&o.Audit, "audit", 3, "faults that are judged by all checks, to hold the short cut against the long way")
	flags.Float64Var(&percent, "at-least", 98, "share of the faults, in percent, that has to be noticed when nothing is left out")
	flags.IntVar(&o.Parallel, "parallel", 0, "platforms at once (default six a processor)")
	flags.StringVar(&format, "format", "text", "one of "+strings.Join(proof.Formats(), ", "))
	return cmd
}

// ifGiven is the value of a flag that the user gave, and else 0.
func ifGiven(cmd *cobra.Command, flag string, value int) int {
	if cmd.Flags().Changed(flag) {
		return value
	}
	return 0
}
