package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

func newMember() *cobra.Command {
	b := &book{}
	return b.in(group("member", "Show members, and record how cities become members",
		newMemberList(b), newMemberShow(b), newMemberCard(b), newMemberImport(b), newLetter(b)))
}

func newMemberList(b *book) *cobra.Command {
	var format, country string
	var asOf day
	cmd := &cobra.Command{
		Use: "list", Short: "List members and candidates", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.read(cmd, func(l *ledger.Ledger) error {
				register, err := registerOf(cmd, l, asOf, country)
				if err != nil {
					return err
				}
				switch format {
				case "csv":
					return register.CSV(cmd.OutOrStdout())
				case "json":
					return register.JSON(cmd.OutOrStdout())
				case "text":
					return membersTable(cmd.OutOrStdout(), register.Members())
				}
				return fmt.Errorf("--format %q is unknown: expected text, csv or json", format)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, csv or json")
	cmd.Flags().StringVar(&country, "country", "", "list those of this country only, such as DK or GB-SCT")
	asOfFlag(cmd, &asOf)
	return cmd
}

func registerOf(cmd *cobra.Command, l *ledger.Ledger, asOf day, country string) (*membership.Register, error) {
	state, err := membership.ReadState(cmd.Context(), l, asOf.end())
	if err != nil {
		return nil, err
	}
	register, err := state.Register()
	if err != nil || country == "" {
		return register, err
	}
	var some []membership.Member
	for _, m := range register.Members() {
		if strings.EqualFold(m.Country, country) {
			some = append(some, m)
		}
	}
	if len(some) == 0 {
		return nil, fmt.Errorf("no member is of the country %q: expected a code of ISO 3166 such as DK or GB-SCT; `mimcheck member list` shows them", country)
	}
	return membership.NewRegister(some)
}

func membersTable(w io.Writer, members []membership.Member) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tCOUNTRY\tCHAPTER\tSTAGE\tSINCE")
	for _, m := range members {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", m.ID, m.Name, m.Country, orDash(m.Chapter), m.Stage, orDash(string(m.Since)))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d members and candidates\n", len(members))
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func newMemberShow(b *book) *cobra.Command {
	var asOf day
	cmd := &cobra.Command{
		Use: "show NAME", Short: "Show a member's entry in the register", Args: cobra.ExactArgs(1),
		Long: "A member is found by its id, its name, or another spelling of it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.read(cmd, func(l *ledger.Ledger) error {
				m, err := membership.FindIn(cmd.Context(), l, args[0], asOf.end())
				if err != nil {
					return err
				}
				w := cmd.OutOrStdout()
				for _, line := range [][2]string{
					{"id", m.ID}, {"name", m.Name}, {"also", strings.Join(m.Aliases, "; ")}, {"country", m.Country}, {"chapter", m.Chapter},
					{"stage", string(m.Stage)}, {"since", string(m.Since)}, {"printed as", m.Qualifier}, {"note", m.Note},
				} {
					if line[1] != "" {
						fmt.Fprintf(w, "%-10s  %s\n", line[0], line[1])
					}
				}
				return nil
			})
		},
	}
	asOfFlag(cmd, &asOf)
	return cmd
}

func newMemberCard(b *book) *cobra.Command {
	var asOf day
	var asJSON bool
	cmd := &cobra.Command{
		Use: "card NAME", Short: "Show all that is recorded of a member", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.read(cmd, func(l *ledger.Ledger) error {
				return membership.WriteCard(cmd.Context(), cmd.OutOrStdout(), l, args[0], asOf.end(), asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	asOfFlag(cmd, &asOf)
	return cmd
}

func newMemberImport(b *book) *cobra.Command {
	var format, source string
	var on day
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Take over members from a list in CSV or JSON", Args: cobra.ExactArgs(1),
		Long: `Members that are on the register already stay as they are. FILE is of the form that
` + "`mimcheck member list --format csv`" + ` (or json) writes; - reads from standard input.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			members, err := readMembers(cmd, args[0], format)
			if err != nil {
				return err
			}
			if source == "" {
				source = filepath.Base(args[0])
			}
			return b.write(func(l *ledger.Ledger) error {
				ids, err := membership.ImportMembers(cmd.Context(), l, members, source, on.date())
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%d read, %d were on the register already, %d added to %s\n", len(members), len(members)-len(ids), len(ids), b.name())
				for _, id := range ids {
					fmt.Fprintln(cmd.OutOrStdout(), " ", id)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "csv or json (default by the file's name)")
	cmd.Flags().StringVar(&source, "source", "", "which list it is, to be recorded (default the file's name)")
	onFlag(cmd, &on)
	return cmd
}

func readMembers(cmd *cobra.Command, name, format string) (members []membership.Member, err error) {
	if format == "" {
		format = strings.TrimPrefix(strings.ToLower(filepath.Ext(name)), ".")
	}
	read := map[string]func(io.Reader) ([]membership.Member, error){"csv": membership.ReadCSV, "json": membership.ReadJSON}[format]
	if read == nil {
		return nil, fmt.Errorf("the form of %s is %q: expected csv or json; say which with --format", name, format)
	}
	in, err := input(cmd, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if members, err = read(in); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return members, nil
}

// input is a file that is read, or standard input for -.
func input(cmd *cobra.Command, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	return os.Open(name)
}
