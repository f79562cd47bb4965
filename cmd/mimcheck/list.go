package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/catalogue"
)

func newList() *cobra.Command {
	var filter string
	var labels, asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the checks",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks, err := filtered(filter)
			if err != nil {
				return err
			}
			if asJSON {
				return listJSON(cmd.OutOrStdout(), checks)
			}
			return listTable(cmd.OutOrStdout(), checks, labels)
		},
	}
	cmd.Flags().StringVar(&filter, "filter", "", "list the checks whose labels match this expression only")
	cmd.Flags().BoolVar(&labels, "labels", false, "show the labels that --filter can name")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func filtered(filter string) ([]suites.Check, error) {
	registry, err := catalogue.Registry()
	if err != nil {
		return nil, err
	}
	if filter == "" {
		return registry.All(), nil
	}
	matches, err := runner.ParseFilter(filter)
	if err != nil {
		return nil, err
	}
	var checks []suites.Check
	for _, c := range registry.All() {
		if matches(runner.Labels(c)) {
			checks = append(checks, c)
		}
	}
	if len(checks) == 0 {
		return nil, fmt.Errorf("--filter %q matches no check; `mimcheck list --labels` shows the labels", filter)
	}
	return checks, nil
}

func listTable(w io.Writer, checks []suites.Check, labels bool) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, c := range checks {
		last := c.Title
		if labels {
			last = strings.Join(runner.Labels(c)[1:], " ")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.ID, c.Level, last)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d checks\n", len(checks))
	return nil
}

func listJSON(w io.Writer, checks []suites.Check) error {
	type entry struct {
		ID           string   `json:"id"`
		Title        string   `json:"title"`
		Clause       string   `json:"clause"`
		Requirements []string `json:"requirements"`
		TestPurposes []string `json:"testPurposes,omitempty"`
		Level        string   `json:"level"`
		Feature      string   `json:"feature,omitempty"`
		Needs        []string `json:"needs"`
		Since        string   `json:"since,omitempty"`
		Until        string   `json:"until,omitempty"`
	}
	entries := make([]entry, 0, len(checks))
	for _, c := range checks {
		e := entry{ID: c.ID, Title: c.Title, Clause: c.Clause, Requirements: c.Requirements, TestPurposes: c.TestPurposes,
			Level: string(c.Level), Feature: string(c.Feature), Since: c.Since, Until: c.Until}
		for _, n := range c.Needs {
			e.Needs = append(e.Needs, string(n))
		}
		entries = append(entries, e)
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(entries)
}
