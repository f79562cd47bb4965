package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/nearest"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain CHECK|REQUIREMENT",
		Short: "Tell what a check proves, or which checks prove a requirement",
		Example: `  mimcheck explain mim1.entity.create.location
  mimcheck explain oasc-2019-01-16/MIM1/access`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return explain(cmd.OutOrStdout(), args[0])
		},
	}
}

func explain(w io.Writer, id string) error {
	registry, err := catalogue.Registry()
	if err != nil {
		return err
	}
	all, err := baselines.All()
	if err != nil {
		return err
	}
	if c, ok := registry.Get(id); ok {
		explainCheck(w, c, all)
		return nil
	}
	known := make([]string, 0, 512)
	for _, b := range all {
		for _, r := range b.Requirements() {
			if r.ID == id {
				return explainRequirement(w, r, b, registry)
			}
			known = append(known, r.ID)
		}
	}
	for _, c := range registry.All() {
		known = append(known, c.ID)
	}
	return fmt.Errorf("%q is neither a check nor a requirement; the nearest are %s", id, strings.Join(nearest.To(id, known, 3), ", "))
}

func explainCheck(w io.Writer, c suites.Check, all []baselines.Baseline) {
	fmt.Fprintf(w, "%s\n  %s\n\n", c.ID, c.Title)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-14s %s\n", name, value)
		}
	}
	line("clause", c.Clause)
	line("level", string(c.Level))
	line("feature", string(c.Feature))
	needs := make([]string, len(c.Needs))
	for i, n := range c.Needs {
		needs[i] = string(n)
	}
	line("needs", strings.Join(needs, ", "))
	line("since", c.Since)
	line("until", c.Until)
	line("ETSI purposes", strings.Join(c.TestPurposes, ", "))
	line("catches", c.Fault+" (a fault of the reference platform)")
	line("usual cause", c.Hint)
	fmt.Fprintln(w, "\n  gives evidence for")
	for _, b := range all {
		for _, r := range b.Requirements() {
			if slices.Contains(c.Requirements, r.ID) {
				fmt.Fprintf(w, "  - %s (%s): %s\n", r.ID, r.Obligation, r.Text)
			}
		}
	}
}

func explainRequirement(w io.Writer, r baselines.Requirement, b baselines.Baseline, registry *suites.Registry) error {
	fmt.Fprintf(w, "%s (%s)\n  %s\n\n", r.ID, r.Obligation, r.Text)
	fmt.Fprintf(w, "  %-14s %s (%s)\n", "baseline", b.Title, b.Status)
	fmt.Fprintf(w, "  %-14s %s\n", "mechanisms", strings.Join(r.Mechanisms, "; "))
	fmt.Fprintf(w, "  %-14s %s\n", "source", r.Source)
	noCheck, err := catalogue.NoCheck()
	if err != nil {
		return err
	}
	if reason, ok := noCheck[r.ID]; ok {
		fmt.Fprintf(w, "\n  has no check: %s\n", reason)
		return nil
	}
	derived, err := catalogue.Derived()
	if err != nil {
		return err
	}
	checks := slices.DeleteFunc(registry.All(), func(c suites.Check) bool { return !slices.Contains(c.Requirements, r.ID) })
	if from := derived[r.ID]; len(from) > 0 {
		fmt.Fprintf(w, "\n  follows from what is found about %s of the same baseline\n", strings.Join(from, " and "))
		if len(checks) == 0 {
			return nil
		}
	}
	fmt.Fprintln(w, "\n  is checked by")
	for _, c := range checks {
		fmt.Fprintf(w, "  - %s: %s\n", c.ID, c.Title)
	}
	return nil
}
