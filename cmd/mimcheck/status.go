package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

func newStatus() *cobra.Command {
	var b book
	var member string
	var asOf day
	var timeline, asJSON, recompute bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the implementation-responsibility status of members",
		Long: `The status follows from the events of the ledger and a day. What follows from many events is
kept beside them, so that they need not all be read; ` + "`mimcheck ledger verify`" + ` holds it to them.`,
		Example: "  mimcheck status --member Aarhus --timeline",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if timeline && member == "" {
				return errors.New("--timeline is that of one member: name it with --member")
			}
			return b.read(cmd, func(l *ledger.Ledger) error {
				if recompute {
					if err := membership.Recompute(cmd.Context(), l); err != nil {
						return err
					}
				}
				if timeline {
					return membership.WriteTimeline(cmd.Context(), cmd.OutOrStdout(), l, member, asOf.end(), asJSON)
				}
				return membership.WriteStatus(cmd.Context(), cmd.OutOrStdout(), l, member, asOf.end(), asJSON)
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "show this member only")
	cmd.Flags().BoolVar(&timeline, "timeline", false, "show how the status of the member changed, and why")
	cmd.Flags().BoolVar(&recompute, "recompute", false, "read all events again, and keep what follows from them")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	asOfFlag(cmd, &asOf)
	return b.in(cmd)
}
