package main

import (
	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

func newActivity() *cobra.Command {
	b := &book{}
	record := group("record", "Record a meeting, an election or a contribution",
		newMeeting(b), newElection(b),
		newContribution(b, membership.Practice, "A member shared a best practice"),
		newContribution(b, membership.Webinar, "A member took part in a webinar"),
		newContribution(b, membership.Conference, "A member took part in a conference"))
	cmd := group("activity", "Record what members do beside implementing MIMs", record)
	cmd.Long = "What is recorded is shown by `mimcheck member card`. It never changes the status of a MIM."
	return b.in(cmd)
}

func newMeeting(b *book) *cobra.Command {
	f := membership.CouncilMet{Mode: membership.OnSite}
	var remote bool
	var on day
	cmd := &cobra.Command{
		Use: "meeting TITLE", Short: "The Council met", Args: cobra.ExactArgs(1),
		Example: `  mimcheck activity record meeting "Council of Cities, spring" --place Brussels --present DK,ES --on 2026-03-10`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if remote {
				f.Mode = membership.Remote
			}
			f.Title, f.On = args[0], on.date()
			return b.write(func(l *ledger.Ledger) error { return b.enter(cmd, l, f) })
		},
	}
	cmd.Flags().StringVar(&f.Place, "place", "", "where it was held")
	cmd.Flags().BoolVar(&remote, "remote", false, "it was held remotely")
	cmd.Flags().StringSliceVar(&f.Present, "present", nil, "countries of the chapters whose coordinators took part")
	onFlag(cmd, &on)
	cmd.MarkFlagsOneRequired("place", "remote")
	cmd.MarkFlagsMutuallyExclusive("place", "remote")
	return cmd
}

func newElection(b *book) *cobra.Command {
	var person, member string
	var on day
	cmd := &cobra.Command{
		Use: "election OFFICE", Short: "A person was elected into an office", Args: cobra.ExactArgs(1),
		Long:    "OFFICE is cityRepresentative, viceCityRepresentative (of the Cities, to the Board),\ncouncilCoordinator or viceCouncilCoordinator; each is elected once a year.",
		Example: `  mimcheck activity record election councilCoordinator --person "Ana Ruiz" --member Villaclara`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.about(cmd, member, func(m membership.Member) membership.Fact {
				return membership.Elected{Office: membership.Office(args[0]), Person: person, Member: m.ID, On: on.date()}
			})
		},
	}
	cmd.Flags().StringVar(&person, "person", "", "who was elected")
	cmd.Flags().StringVar(&member, "member", "", "the person's city")
	onFlag(cmd, &on)
	must(cmd, "person", "member")
	return cmd
}

func newContribution(b *book, what membership.Contribution, short string) *cobra.Command {
	var member, url string
	var on day
	cmd := &cobra.Command{
		Use: string(what) + " TITLE", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.about(cmd, member, func(m membership.Member) membership.Fact {
				return membership.Contributed{Member: m.ID, What: what, Title: args[0], URL: url, On: on.date()}
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "whose it is")
	cmd.Flags().StringVar(&url, "url", "", "where to read or see it")
	onFlag(cmd, &on)
	must(cmd, "member")
	return cmd
}
