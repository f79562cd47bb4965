package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

// book is the ledger that the commands of a group read and write.
type book struct{ path string }

// in adds the flag --ledger to a group, for all of its commands.
func (b *book) in(cmd *cobra.Command) *cobra.Command {
	ledgerFlag(cmd.PersistentFlags(), &b.path, "")
	return cmd
}

// ledgerFlag adds --ledger; also is more to say about it.
func ledgerFlag(flags *pflag.FlagSet, path *string, also string) {
	const name = "ledger"
	flags.StringVar(path, name, defaultLedger(), "ledger file, or postgres:// URL of its database"+also)
	flags.Lookup(name).DefValue = ledger.Name(*path) // help shows no password
}

// name is the ledger as it may be shown.
func (b *book) name() string { return ledger.Name(b.path) }

// write opens the ledger for f, and makes one where there is none yet.
func (b *book) write(f func(*ledger.Ledger) error) (err error) {
	l, err := openLedger(b.path)
	if err != nil {
		return err
	}
	defer func() { err = evidence(errors.Join(err, l.Close())) }()
	return f(l)
}

// read opens the ledger for f. A ledger that is named and not there is a misspelt
// path, not an empty ledger.
func (b *book) read(cmd *cobra.Command, f func(*ledger.Ledger) error) error {
	if cmd.Flags().Changed("ledger") {
		return b.existing(cmd.Context(), f)
	}
	return b.write(f)
}

// existing opens a ledger that has to be there.
func (b *book) existing(ctx context.Context, f func(*ledger.Ledger) error) error {
	there, err := ledger.Exists(ctx, b.path)
	if err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("there is no ledger to read at %s: name one with --ledger, or record something first (see `mimcheck member --help`)", b.name())
	}
	return b.write(f)
}

// enter records a fact and says so.
func (b *book) enter(cmd *cobra.Command, l *ledger.Ledger, f membership.Fact) error {
	e, err := membership.Enter(cmd.Context(), l, f)
	if err != nil {
		return err
	}
	b.tell(cmd, e)
	return nil
}

func (b *book) tell(cmd *cobra.Command, e ledger.Event) {
	fmt.Fprintf(cmd.OutOrStdout(), "recorded in %s: %s (event %d of %s)\n", b.name(), e.Kind, e.Seq, e.Stream)
}

// member finds who is meant, among those on the register by now.
func (b *book) member(ctx context.Context, l *ledger.Ledger, name string) (membership.Member, error) {
	return membership.FindIn(ctx, l, name, l.Now())
}

// about records the fact that is made for the member with a name.
func (b *book) about(cmd *cobra.Command, name string, fact func(membership.Member) membership.Fact) error {
	return b.write(func(l *ledger.Ledger) error {
		m, err := b.member(cmd.Context(), l, name)
		if err != nil {
			return err
		}
		return b.enter(cmd, l, fact(m))
	})
}

// evidence gives damage of a ledger, or of an export, its exit code.
func evidence(err error) error {
	var corrupt *ledger.CorruptError
	var wrong *ledger.KeptError
	if errors.As(err, &corrupt) || errors.As(err, &wrong) || errors.Is(err, ledger.ErrNotSigned) {
		return exitError{exitEvidence, err}
	}
	return err
}

// memberOf finds who is meant, by the ledger where there is one already.
func memberOf(ctx context.Context, path, name string) (m membership.Member, err error) {
	switch there, err := ledger.Exists(ctx, path); {
	case err != nil:
		return m, err
	case !there:
		return membership.Find(name)
	}
	b := book{path}
	err = b.write(func(l *ledger.Ledger) error {
		m, err = b.member(ctx, l, name)
		return err
	})
	return m, err
}

// must marks flags that a command can't do without.
func must(cmd *cobra.Command, flags ...string) {
	for _, f := range flags {
		if err := cmd.MarkFlagRequired(f); err != nil {
			panic(err) // the flag is not one of the command: a fault of the program
		}
	}
}

// listing makes cmd one that lists what the ledger has at a day: as a table, with a header
// and a row for each, or as JSON. Cells are separated by tabs.
func listing[T any](b *book, cmd *cobra.Command, header string, list func(*membership.State) []T, row func(T) string) *cobra.Command {
	var asOf day
	var asJSON bool
	cmd.Args = cobra.NoArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return b.read(cmd, func(l *ledger.Ledger) error {
			state, err := membership.ReadState(cmd.Context(), l, asOf.end())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), list(state))
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(table, header)
			for _, one := range list(state) {
				fmt.Fprintln(table, row(one))
			}
			return table.Flush()
		})
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	asOfFlag(cmd, &asOf)
	return cmd
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
