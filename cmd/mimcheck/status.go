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
	var timeline, asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the implementation-responsibility status of members",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if timeline && member == "" {
				return errors.New("--timeline is that of one member: name it with --member")
			}
			return b.read(cmd, func(l *ledger.Ledger) error {
				if timeline {
					return membership.WriteTimeline(cmd.Context(), cmd.OutOrStdout(), l, member, asOf.end(), asJSON)
				}
				return membership.WriteStatus(cmd.Context(), cmd.OutOrStdout(), l, member, asOf.end(), asJSON)
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "show this member only")
	cmd.Flags().BoolVar(&timeline, "timeline", false, "show how the status of the member changed, and why")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	asOfFlag(cmd, &asOf)
	return b.in(cmd)
}
