package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/membership"
)

func newStatus() *cobra.Command {
	var member, asOf, path string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the implementation-responsibility status of members",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			at := time.Now().UTC()
			if asOf != "" {
				if at, err = time.Parse(time.DateOnly, asOf); err != nil {
					return fmt.Errorf("--as-of %q is no date: expected the form 2026-01-31", asOf)
				}
				at = at.AddDate(0, 0, 1).Add(-time.Nanosecond) // the whole day counts
			}
			store, err := openLedger(path)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			return membership.WriteStatus(cmd.Context(), cmd.OutOrStdout(), store, member, at, asJSON)
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "show this member only")
	cmd.Flags().StringVar(&asOf, "as-of", "", "show the status at the end of this day (YYYY-MM-DD)")
	cmd.Flags().StringVar(&path, "ledger", defaultLedger(), "ledger file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
