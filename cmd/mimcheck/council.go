package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

func newCouncil() *cobra.Command {
	b := &book{}
	return b.in(group("council", "Show the Council's decisions on baselines, and record proposals and votes",
		newCouncilDecisions(b), newCouncilPropose(b), newCouncilVote(b), newCouncilClose(b)))
}

func newCouncilDecisions(b *book) *cobra.Command {
	return listing(b, &cobra.Command{Use: "decisions", Short: "List the decisions, adopted or not"},
		"DECISION\tBASELINE\tOUTCOME\tPROPOSED\tCLOSED\tYES\tNO\tABSTAIN\tSTART WITHIN\tIMPLEMENT WITHIN\tASSURANCE", (*membership.State).Decisions,
		func(d membership.Decision) string {
			return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d months\t%d months\t%s", d.ID, d.Baseline, d.Outcome, d.Proposed, orDash(string(d.Closed)),
				d.Tally.Yes, d.Tally.No, d.Tally.Abstain, d.Terms.StartMonths, d.Terms.ImplementMonths, d.Terms.Assurance)
		})
}

func newCouncilPropose(b *book) *cobra.Command {
	var f membership.BaselineProposed
	var assurance string
	var on day
	cmd := &cobra.Command{
		Use: "propose BASELINE", Short: "A baseline was put to the vote", Args: cobra.ExactArgs(1),
		Long:    "What is not given of the terms is taken from this program's policy.",
		Example: `  mimcheck council propose oasc-2026-06-draft --by "MIMs Working Group" --implement-months 24`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.write(func(l *ledger.Ledger) error {
				f.Baseline, f.On, f.Terms.Assurance = args[0], on.date(), membership.Assurance(assurance)
				if f.Decision == "" {
					f.Decision = f.Baseline
				}
				e, err := membership.Propose(cmd.Context(), l, f)
				if err != nil {
					return err
				}
				b.tell(cmd, e)
				fmt.Fprintf(cmd.OutOrStdout(), "vote by: mimcheck council vote %s yes|no|abstain --chapter COUNTRY --by PERSON\n", f.Decision)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&f.Decision, "id", "", "name of the decision (default the baseline's id)")
	cmd.Flags().StringVar(&f.By, "by", "", "who proposes it")
	cmd.Flags().IntVar(&f.Terms.StartMonths, "start-months", 0, "months from the adoption until members have to have begun")
	cmd.Flags().IntVar(&f.Terms.ImplementMonths, "implement-months", 0, "months from the adoption until members have to have implemented it")
	cmd.Flags().StringVar(&assurance, "assurance", "", "proof that is asked for: selfDeclared, selfTested, witnessed or certified")
	cmd.Flags().StringSliceVar(&f.Replaces, "replaces", nil, "adopted baselines that it takes the place of")
	onFlag(cmd, &on)
	must(cmd, "by")
	return cmd
}

func newCouncilVote(b *book) *cobra.Command {
	var f membership.VoteCast
	var on day
	cmd := &cobra.Command{
		Use: "vote DECISION yes|no|abstain", Short: "The coordinator of a chapter voted", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.write(func(l *ledger.Ledger) error {
				f.Decision, f.Vote, f.On = args[0], membership.Vote(args[1]), on.date()
				return b.enter(cmd, l, f)
			})
		},
	}
	cmd.Flags().StringVar(&f.Country, "chapter", "", "country of the chapter, such as DK")
	cmd.Flags().StringVar(&f.By, "by", "", "the chapter's network coordinator")
	onFlag(cmd, &on)
	must(cmd, "chapter", "by")
	return cmd
}

func newCouncilClose(b *book) *cobra.Command {
	var on day
	cmd := &cobra.Command{
		Use: "close DECISION", Short: "The vote ended: count, and record the outcome", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.write(func(l *ledger.Ledger) error {
				e, err := membership.CloseDecision(cmd.Context(), l, args[0], on.date())
				if err != nil {
					return err
				}
				b.tell(cmd, e)
				fact, err := membership.FactOf(e)
				if closed, ok := fact.(*membership.DecisionClosed); ok {
					t := closed.Tally
					fmt.Fprintf(cmd.OutOrStdout(), "%s is %s: %d yes, %d no, %d abstentions (yes needed: %d)\n", closed.Decision, closed.Outcome, t.Yes, t.No, t.Abstain, t.Needed())
				}
				return err
			})
		},
	}
	onFlag(cmd, &on)
	return cmd
}
