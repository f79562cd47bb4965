package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/suites/baselines"
)

func newBaseline() *cobra.Command {
	cmd := group("baseline", "Show the baselines: the frozen sets of requirements")
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List the baselines", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				all, err := baselines.All()
				if err != nil {
					return err
				}
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
				fmt.Fprintln(table, "ID\tSTATUS\tDATE\tREQUIREMENTS\tTITLE")
				for _, b := range all {
					fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", b.ID, b.Status, b.Date, len(b.Requirements()), b.Title)
				}
				return table.Flush()
			},
		},
		&cobra.Command{
			Use: "show ID", Short: "Show the requirements of a baseline", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				b, err := baselines.Get(args[0])
				if err != nil {
					return err
				}
				return b.WriteText(cmd.OutOrStdout())
			},
		},
		&cobra.Command{
			Use: "diff ID ID", Short: "Compare two baselines", Args: cobra.ExactArgs(2),
			RunE: func(cmd *cobra.Command, args []string) error {
				a, err := baselines.Get(args[0])
				if err != nil {
					return err
				}
				b, err := baselines.Get(args[1])
				if err != nil {
					return err
				}
				return baselines.Diff(a, b).WriteText(cmd.OutOrStdout())
			},
		},
	)
	return cmd
}
