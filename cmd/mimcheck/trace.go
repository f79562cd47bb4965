package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/suites/catalogue"
)

func newTrace() *cobra.Command {
	cmd := &cobra.Command{Use: "trace", Short: "Trace checks to test purposes, requirements and operations"}
	var asCSV bool
	etsi := &cobra.Command{
		Use:   "etsi",
		Short: "Print ETSI's NGSI-LD test purposes and the checks with the same aim",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			traces, err := catalogue.TraceETSI()
			if err != nil {
				return err
			}
			if asCSV {
				return traceCSV(cmd.OutOrStdout(), traces)
			}
			return traceText(cmd.OutOrStdout(), traces)
		},
	}
	etsi.Flags().BoolVar(&asCSV, "csv", false, "print CSV")
	cmd.AddCommand(etsi,
		traceClauses("clauses", "Print the clauses of the NGSI-LD API, ETSI GS CIM 009 V1.9.1, and the checks of each", catalogue.TraceNGSILD),
		traceClauses("ogc", "Print the requirements of OGC API - Features, Parts 1 and 2, and the checks of each", catalogue.TraceOGC),
		traceClauses("sensorthings", "Print the requirements of OGC SensorThings API 1.1, and the checks of each", catalogue.TraceSensorThings),
		traceClauses("wfs", "Print the clauses of OGC Web Feature Service 2.0, and the checks of each", catalogue.TraceWFS),
		traceClauses("tmf", "Print what TM Forum's Open APIs ask of a marketplace, and the checks of each", catalogue.TraceTMF),
		traceClauses("dcat", "Print the properties of DCAT-AP 3.0, and the checks of each", catalogue.TraceDCAT),
		traceClauses("3d-tiles", "Print the sections of OGC 3D Tiles 1.1, and the checks of each", catalogue.TraceTiles3D),
		traceClauses("ldes", "Print the sections of Linked Data Event Streams and TREE, and the checks of each", catalogue.TraceLDES),
		traceClauses("security", "Print the sections of OAuth 2.0, OpenID Connect and TLS, and the checks of each", catalogue.TraceSecurity),
		newTraceOperations())
	return cmd
}

func traceClauses(name, short string, trace func() ([]catalogue.ClauseTrace, error)) *cobra.Command {
	var asCSV bool
	cmd := &cobra.Command{
		Use:     name,
		Short:   short,
		Example: "  mimcheck trace " + name + " --csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			traces, err := trace()
			if err != nil {
				return err
			}
			if asCSV {
				return clausesCSV(cmd.OutOrStdout(), traces)
			}
			return clausesText(cmd.OutOrStdout(), traces)
		},
	}
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print CSV")
	return cmd
}

func clausesText(w io.Writer, traces []catalogue.ClauseTrace) error {
	checked, explained := 0, 0
	for _, t := range traces {
		switch {
		case len(t.Checks) > 0:
			checked++
			fmt.Fprintf(w, "%s (%s) %s: %s\n", t.ID, t.Class, t.Title, strings.Join(t.Checks, ", "))
		case t.Reason != "":
			explained++
			fmt.Fprintf(w, "%s (%s) %s: no check: %s\n", t.ID, t.Class, t.Title, t.Reason)
		default:
			fmt.Fprintf(w, "%s (%s) %s: no check yet\n", t.ID, t.Class, t.Title)
		}
	}
	_, err := fmt.Fprintf(w, "\n%d requirements: %d with checks, %d with a reason for having none, %d open\n",
		len(traces), checked, explained, len(traces)-checked-explained)
	return err
}

func clausesCSV(w io.Writer, traces []catalogue.ClauseTrace) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"id", "class", "title", "checks", "reason"}}
	for _, t := range traces {
		rows = append(rows, []string{t.ID, t.Class, t.Title, strings.Join(t.Checks, " "), t.Reason})
	}
	return out.WriteAll(rows)
}

func traceText(w io.Writer, traces []catalogue.Trace) error {
	checked, explained := 0, 0
	for _, t := range traces {
		switch {
		case len(t.Checks) > 0:
			checked++
			fmt.Fprintf(w, "%s %s: %s\n", t.ID, t.Operation, strings.Join(t.Checks, ", "))
		case t.Reason != "":
			explained++
			fmt.Fprintf(w, "%s %s: no check: %s\n", t.ID, t.Operation, t.Reason)
		default:
			fmt.Fprintf(w, "%s %s: no check yet\n", t.ID, t.Operation)
		}
	}
	_, err := fmt.Fprintf(w, "\n%d test purposes: %d with checks, %d with a reason for having none, %d open\n",
		len(traces), checked, explained, len(traces)-checked-explained)
	return err
}

func traceCSV(w io.Writer, traces []catalogue.Trace) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"id", "operation", "checks", "reason"}}
	for _, t := range traces {
		rows = append(rows, []string{t.ID, t.Operation, strings.Join(t.Checks, " "), t.Reason})
	}
	return out.WriteAll(rows)
}
