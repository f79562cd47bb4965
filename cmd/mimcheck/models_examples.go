package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/examples"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

func newModelsExamples() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "examples FOLDER", Short: "Hold the examples that models are published with against them, by every engine", Args: cobra.ExactArgs(1),
		Long: `FOLDER is a checkout of Smart Data Models. Each example is judged by both engines where
both know the schema's keywords, and by the fast path in front of them; where one takes
what another refuses, the table says who and why. Examples in NGSIv2 are left out.

Exit codes: 0 all are valid, 1 one is invalid, 2 wrong use, 3 none is invalid, but one
could not be judged or the engines disagree.`,
		Example: "  mimcheck models examples ./smart-data-models",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := (&library{paths: []string{args[0]}}).open(cmd)
			if err != nil {
				return err
			}
			t := exampleTable{count: map[string]map[validate.Verdict]int{}, broken: map[string]int{}}
			err = examples.Check(cmd.Context(), c, args[0], func(r examples.Result) error {
				t.add(r)
				if !asJSON {
					return nil
				}
				line := json.NewEncoder(cmd.OutOrStdout())
				line.SetEscapeHTML(false)
				return line.Encode(r)
			})
			switch {
			case cmd.Context().Err() != nil:
				return exitError{exitInterrupted, errors.New("interrupted: not all examples were judged")}
			case err != nil:
				return err
			case !asJSON:
				if err := t.write(cmd.OutOrStdout(), c); err != nil {
					return err
				}
			}
			return t.exit()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result of every example as a line of JSON")
	return cmd
}

// exampleTable counts the results of examples.
type exampleTable struct {
	count   map[string]map[validate.Verdict]int // by kind of file
	broken  map[string]int                      // by keyword: entities that break it
	differ  []examples.Result
	untold  []examples.Result
	unnamed int // entities whose @context is not at hand
	alone   int // entities that only one engine can judge
	invalid int
}

func (t *exampleTable) add(r examples.Result) {
	if t.count[r.Kind] == nil {
		t.count[r.Kind] = map[validate.Verdict]int{}
	}
	t.count[r.Kind][r.Verdict]++
	for _, keyword := range r.Keywords {
		t.broken[keyword]++
	}
	if r.Note != "" {
		t.unnamed++
	}
	engines := 0
	for _, o := range r.Opinions {
		if o.Engine != validate.EngineFast {
			engines++
		}
	}
	if engines == 1 {
		t.alone++
	}
	switch {
	case r.Disagree():
		t.differ = append(t.differ, r)
	case r.Verdict == validate.CantTell:
		t.untold = append(t.untold, r)
	}
	if r.Verdict == validate.Invalid {
		t.invalid++
	}
}

func (t *exampleTable) write(w io.Writer, c *models.Catalogue) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "EXAMPLES\tVALID\tINVALID\tCANNOT BE TOLD")
	for _, kind := range slices.Sorted(maps.Keys(t.count)) {
		n := t.count[kind]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", kind, n[validate.Valid], n[validate.Invalid], n[validate.CantTell])
	}
	fmt.Fprintln(table, "\nKEYWORD\tBROKEN BY")
	for _, keyword := range slices.SortedFunc(maps.Keys(t.broken), func(a, b string) int {
		if t.broken[a] != t.broken[b] {
			return t.broken[b] - t.broken[a]
		}
		return strings.Compare(a, b)
	}) {
		fmt.Fprintf(table, "%s\t%d\n", keyword, t.broken[keyword])
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, r := range t.untold {
		fmt.Fprintf(w, "\ncannot be told: %s%s\n  %s\n", r.File, place(r.Line, 1), r.Why)
	}
	fmt.Fprintf(w, "\nDisagreements of the engines: %d\n", len(t.differ))
	for _, r := range t.differ {
		fmt.Fprintf(w, "  %s (%s)\n", r.File, r.Model)
		for _, o := range r.Opinions {
			fmt.Fprintf(w, "    %-13s %s %s\n", examples.Engine(o.Engine), o.Verdict, o.Why)
		}
	}
	repaired := 0
	for _, m := range c.Models() {
		repaired += min(1, len(m.Repairs()))
	}
	fmt.Fprintf(w, "Only one engine knows the keywords: %d. The @context is not at hand, names are taken as they are: %d. Models read with a repair: %d.\n",
		t.alone, t.unnamed, repaired)
	return nil
}

func (t *exampleTable) exit() error {
	switch {
	case t.invalid > 0:
		return exitError{code: exitNonConformant}
	case len(t.differ) > 0 || len(t.untold) > 0:
		return exitError{code: exitInconclusive}
	}
	return nil
}
