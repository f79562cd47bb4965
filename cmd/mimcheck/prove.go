package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/prove"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

func newProve() *cobra.Command {
	o := prove.Options{Settings: harness.Settings{Tool: tool(), StateDir: defaultStateDir()}}
	var names []string
	cmd := &cobra.Command{
		Use:   "prove",
		Short: "Prove the checks: run them against every fault of the reference platform",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if len(names) > 0 {
				o.Faults, err = faults.Named(names...)
			} else {
				o.Faults, err = faultsOf(o.Settings.Baseline)
			}
			if err != nil {
				return err
			}
			done := 0
			o.Progress = func(fault string, kills int) {
				done++
				fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d: %s, noticed by %d\n", done, len(o.Faults), fault, kills)
			}
			proof, err := prove.Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := proof.WriteText(cmd.OutOrStdout()); err != nil {
				return err
			}
			if len(proof.Survived())+len(proof.FalseAlarms)+len(proof.Misnamed()) > 0 {
				return exitError{exitNonConformant, errors.New("the checks are not proved: see the lists above")}
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&names, "fault", nil, "prove against these faults only")
	cmd.Flags().StringVar(&o.Settings.Filter, "filter", "", "prove the checks whose labels match this expression only")
	cmd.Flags().StringVar(&o.Settings.Baseline, "baseline", "", "prove the checks of this baseline only")
	cmd.Flags().Uint64Var(&o.Settings.Seed, "seed", 0, "seed of everything random")
	cmd.Flags().IntVar(&o.Parallel, "parallel", 2, "platforms at once")
	return cmd
}

// faultsOf are the faults that checks of the baseline could notice: all but those
// that only checks of other baselines name.
func faultsOf(baseline string) ([]faults.Fault, error) {
	registry, err := catalogue.Registry()
	if err != nil {
		return nil, err
	}
	checks, err := catalogue.For(cmp.Or(baseline, baselines.DefaultID))
	if err != nil {
		return nil, err
	}
	elsewhere := map[string]bool{}
	for _, c := range registry.All() {
		elsewhere[c.Fault] = true
	}
	for _, c := range checks {
		delete(elsewhere, c.Fault)
	}
	return slices.DeleteFunc(faults.All(), func(f faults.Fault) bool { return elsewhere[f.Name] }), nil
}
