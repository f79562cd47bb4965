package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

func newChapter() *cobra.Command {
	b := &book{}
	return b.in(group("chapter", "Show chapters, and record who founds, joins and nominates",
		newChapterList(b), newChapterFound(b), newChapterJoin(b), newChapterNominate(b)))
}

func newChapterList(b *book) *cobra.Command {
	return listing(b, &cobra.Command{Use: "list", Short: "List the chapters and their coordinators"},
		"COUNTRY\tCHAPTER\tFOUNDED\tMEMBERS\tCOORDINATOR", (*membership.State).Chapters,
		func(c membership.Chapter) string {
			coordinator := "-"
			if c.Coordinator != nil {
				coordinator = fmt.Sprintf("%s (%s) since %s", c.Coordinator.Person, c.Coordinator.Member, c.Coordinator.Since)
			}
			return fmt.Sprintf("%s\t%s\t%s\t%d\t%s", c.Country, c.Name, orDash(string(c.Founded)), len(c.Members), coordinator)
		})
}

func newChapterFound(b *book) *cobra.Command {
	f := membership.ChapterFounded{}
	var on day
	cmd := &cobra.Command{
		Use: "found COUNTRY MEMBER MEMBER...", Short: "Members of a country founded its chapter", Args: cobra.MinimumNArgs(2),
		Example: `  mimcheck chapter found PL Warsaw Lodz --name Poland`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.write(func(l *ledger.Ledger) error {
				f.Country, f.On = args[0], on.date()
				for _, name := range args[1:] {
					m, err := b.member(cmd.Context(), l, name)
					if err != nil {
						return err
					}
					f.Members = append(f.Members, m.ID)
				}
				return b.enter(cmd, l, f)
			})
		},
	}
	cmd.Flags().StringVar(&f.Name, "name", "", "name of the chapter, such as Poland")
	onFlag(cmd, &on)
	must(cmd, "name")
	return cmd
}

func newChapterJoin(b *book) *cobra.Command {
	var country string
	var on day
	cmd := &cobra.Command{
		Use: "join MEMBER", Short: "A member joined the chapter of its country", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.about(cmd, args[0], func(m membership.Member) membership.Fact {
				return membership.ChapterJoined{Country: cmp.Or(country, m.Country), Member: m.ID, On: on.date()}
			})
		},
	}
	cmd.Flags().StringVar(&country, "chapter", "", "country of the chapter (default the member's)")
	onFlag(cmd, &on)
	return cmd
}

func newChapterNominate(b *book) *cobra.Command {
	var country, member string
	var on day
	cmd := &cobra.Command{
		Use: "nominate PERSON", Short: "A chapter nominated its network coordinator to the Council", Args: cobra.ExactArgs(1),
		Example: `  mimcheck chapter nominate "Ana Ruiz" --member Villaclara`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.about(cmd, member, func(m membership.Member) membership.Fact {
				return membership.CoordinatorNominated{Country: cmp.Or(country, m.Country), Person: args[0], Member: m.ID, On: on.date()}
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "the person's city")
	cmd.Flags().StringVar(&country, "chapter", "", "country of the chapter (default the city's)")
	onFlag(cmd, &on)
	must(cmd, "member")
	return cmd
}
