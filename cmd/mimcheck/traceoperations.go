package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/catalogue"
)

func newTraceOperations() *cobra.Command {
	var asCSV bool
	var reportPath string
	cmd := &cobra.Command{
		Use:   "operations",
		Short: "Print the operations of the NGSI-LD API and the checks of each, with the outcomes of a run",
		Long: `Operations tells how many checks each operation of the NGSI-LD API has. A check may
belong to several. With --report the outcomes of that run are counted, an operation a
row; a check that the run's baseline does not ask for is in none of the columns.`,
		Example: "  mimcheck trace operations\n  mimcheck trace operations --report mimcheck-report/report.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			traces, err := catalogue.TraceOperations()
			if err != nil {
				return err
			}
			var outcomes map[string]reports.CheckResult
			if reportPath != "" {
				r, err := readReport(reportPath)
				if err != nil {
					return err
				}
				outcomes = map[string]reports.CheckResult{}
				for _, c := range r.Checks {
					outcomes[c.ID] = c
				}
			}
			if asCSV {
				return operationsCSV(cmd.OutOrStdout(), traces, outcomes)
			}
			return operationsText(cmd.OutOrStdout(), traces, outcomes)
		},
	}
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print CSV, with the ids of the checks")
	cmd.Flags().StringVar(&reportPath, "report", "", "count the outcomes of this report or bundle")
	return cmd
}

// counted are the numbers of an operation's checks, by column.
func counted(checks []suites.Check, outcomes map[string]reports.CheckResult) []string {
	if outcomes != nil {
		var results []reports.CheckResult
		for _, c := range checks {
			if result, ran := outcomes[c.ID]; ran {
				results = append(results, result)
			}
		}
		counts := reports.Count(results)
		cells := []string{strconv.Itoa(counts.Total)}
		for _, o := range reports.Outcomes() {
			cells = append(cells, strconv.Itoa(counts.Of(o)))
		}
		return cells
	}
	core, readOnly := 0, 0
	for _, c := range checks {
		if c.Level == suites.Core {
			core++
		}
		if !c.Has(suites.NeedWrite) {
			readOnly++
		}
	}
	return []string{strconv.Itoa(len(checks)), strconv.Itoa(core), strconv.Itoa(readOnly)}
}

// countColumns are the names of what counted gives.
func countColumns(outcomes map[string]reports.CheckResult) []string {
	if outcomes == nil {
		return []string{"checks", "core", "readOnly"}
	}
	columns := []string{"checks"}
	for _, o := range reports.Outcomes() {
		columns = append(columns, string(o))
	}
	return columns
}

func operationsText(w io.Writer, traces []catalogue.OperationTrace, outcomes map[string]reports.CheckResult) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(table, "operation\tclause\t%s\n", strings.Join(countColumns(outcomes), "\t"))
	var without []string // operations without checks, and why
	explained := 0
	all := map[string]suites.Check{}
	for _, t := range traces {
		fmt.Fprintf(table, "%s\t%s\t%s\n", strings.Join(strings.Fields(t.Operation+" "+t.Method+" "+t.Path), " "), t.Clause, strings.Join(counted(t.Checks, outcomes), "\t"))
		for _, c := range t.Checks {
			all[c.ID] = c
		}
		switch {
		case len(t.Checks) > 0:
		case t.Reason != "":
			explained++
			without = append(without, t.Operation+": no check: "+t.Reason)
		default:
			without = append(without, t.Operation+": no check yet")
		}
	}
	var whole []suites.Check
	for _, c := range all {
		whole = append(whole, c)
	}
	slices.SortFunc(whole, func(a, b suites.Check) int { return cmp.Compare(a.ID, b.ID) })
	fmt.Fprintf(table, "all, each check once\t\t%s\n", strings.Join(counted(whole, outcomes), "\t"))
	if err := table.Flush(); err != nil {
		return err
	}
	if len(without) > 0 {
		fmt.Fprintf(w, "\n%s\n", strings.Join(without, "\n"))
	}
	_, err := fmt.Fprintf(w, "\n%d operations and topics: %d with checks, %d with a reason for having none, %d open\n",
		len(traces), len(traces)-len(without), explained, len(without)-explained)
	return err
}

func operationsCSV(w io.Writer, traces []catalogue.OperationTrace, outcomes map[string]reports.CheckResult) error {
	rows := [][]string{slices.Concat([]string{"operation", "method", "path", "clause", "since"}, countColumns(outcomes), []string{"ids", "reason"})}
	for _, t := range traces {
		ids := make([]string, len(t.Checks))
		for i, c := range t.Checks {
			ids[i] = c.ID
		}
		rows = append(rows, slices.Concat([]string{t.Operation, t.Method, t.Path, t.Clause, t.Since}, counted(t.Checks, outcomes), []string{strings.Join(ids, " "), t.Reason}))
	}
	return csv.NewWriter(w).WriteAll(rows)
}
