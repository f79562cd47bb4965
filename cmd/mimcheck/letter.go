package main

import (
	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

func newLetter(b *book) *cobra.Command {
	cmd := group("letter", "Record the way of a city's Letter of Intent", newLetterSign(b), newLetterSend(b), newLetterApprove(b))
	cmd.Long = "A Letter of Intent is signed by the city, then sent to the secretariat, then approved by\nthe Board, which makes the city a member."
	return cmd
}

func newLetterSign(b *book) *cobra.Command {
	var f membership.LetterSigned
	var on day
	cmd := &cobra.Command{
		Use: "sign CITY", Short: "A city signed it, and becomes a candidate", Args: cobra.ExactArgs(1),
		Example: `  mimcheck member letter sign Villaclara --country ES --by "Ana Ruiz" --role mayor --on 2020-02-03`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.write(func(l *ledger.Ledger) error {
				state, err := membership.ReadState(cmd.Context(), l, l.Now())
				if err != nil {
					return err
				}
				register, err := state.Register()
				if err != nil {
					return err
				}
				f.Name, f.On = args[0], on.date()
				f.Member = membership.NewID(register, f.Name, f.Country)
				return b.enter(cmd, l, f)
			})
		},
	}
	cmd.Flags().StringVar(&f.Country, "country", "", "the city's country by ISO 3166, such as DK or GB-SCT")
	cmd.Flags().StringVar(&f.By, "by", "", "who signed")
	cmd.Flags().StringVar(&f.Role, "role", "", "role of who signed, such as mayor")
	cmd.Flags().StringArrayVar(&f.Aliases, "alias", nil, "another name or spelling of the city; may be repeated")
	onFlag(cmd, &on)
	must(cmd, "country", "by", "role")
	return cmd
}

func newLetterSend(b *book) *cobra.Command {
	var to string
	var on day
	cmd := &cobra.Command{
		Use: "send CITY", Short: "It went to the secretariat", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.about(cmd, args[0], func(m membership.Member) membership.Fact {
				return membership.LetterSent{Member: m.ID, To: to, On: on.date()}
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "the secretariat", "who received it")
	onFlag(cmd, &on)
	return cmd
}

func newLetterApprove(b *book) *cobra.Command {
	var by string
	var on day
	cmd := &cobra.Command{
		Use: "approve CITY", Short: "The Board approved the city, which is a member from then on", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.about(cmd, args[0], func(m membership.Member) membership.Fact {
				return membership.BoardApproved{Member: m.ID, By: by, On: on.date()}
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "the meeting or resolution of the Board")
	onFlag(cmd, &on)
	must(cmd, "by")
	return cmd
}
