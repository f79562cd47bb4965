package main

import (
	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

func newExtension() *cobra.Command {
	b := &book{}
	return b.in(group("extension", "Record more time to implement a baseline", newExtensionGrant(b)))
}

func newExtensionGrant(b *book) *cobra.Command {
	var f membership.TimeframeExtended
	var member string
	var all bool
	var on, startBy, implementBy day
	cmd := &cobra.Command{
		Use: "grant BASELINE", Short: "A member, or all, were given more time", Args: cobra.ExactArgs(1),
		Example: `  mimcheck extension grant oasc-2019-01-16 --mim MIM1 --member Aarhus --implement-by 2027-06-30 --by "Board" --reason "broker is replaced"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Baseline, f.On = args[0], on.date()
			f.StartBy, f.ImplementBy = membership.Date(startBy), membership.Date(implementBy)
			if all {
				return b.write(func(l *ledger.Ledger) error { return b.enter(cmd, l, f) })
			}
			return b.about(cmd, member, func(m membership.Member) membership.Fact {
				f.Member = m.ID
				return f
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "member that is given more time")
	cmd.Flags().BoolVar(&all, "all", false, "all members are given more time")
	cmd.Flags().StringVar(&f.MIM, "mim", "", "this MIM of the baseline only")
	cmd.Flags().Var(&startBy, "start-by", "new day by which a first run has to be recorded")
	cmd.Flags().Var(&implementBy, "implement-by", "new day by which it has to be implemented")
	cmd.Flags().StringVar(&f.By, "by", "", "who grants it")
	cmd.Flags().StringVar(&f.Reason, "reason", "", "why")
	onFlag(cmd, &on)
	must(cmd, "by", "reason")
	cmd.MarkFlagsOneRequired("member", "all")
	cmd.MarkFlagsMutuallyExclusive("member", "all")
	return cmd
}
