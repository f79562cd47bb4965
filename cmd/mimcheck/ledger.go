package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

func newLedger() *cobra.Command {
	b := &book{}
	cmd := b.in(group("ledger", "Verify, copy and read the ledger",
		newLedgerVerify(b), newLedgerHead(b), newLedgerEvents(b), newLedgerExport(b), newLedgerImport(b)))
	cmd.Long = `The ledger holds everything that is recorded, each event chained to the one before it
by its hash, so that a change, a removal or another order is found.`
	return cmd
}

func newLedgerVerify(b *book) *cobra.Command {
	var heads []string
	cmd := &cobra.Command{
		Use: "verify", Short: "Check that the ledger is as it was written", Args: cobra.NoArgs,
		Long: `Whoever can write the ledger's file could replace it by an older copy, or write it anew
from some event on. Against that, keep what ` + "`mimcheck ledger head`" + ` prints where that person
can't write, and give it as --head. Exit code 4 when something is wrong.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var anchors []ledger.Head
			for _, s := range heads {
				h, err := ledger.ParseHead(s)
				if err != nil {
					return err
				}
				anchors = append(anchors, h)
			}
			return b.existing(cmd.Context(), func(l *ledger.Ledger) error {
				if err := l.Verify(cmd.Context(), anchors...); err != nil {
					return err
				}
				if err := membership.VerifyBoard(cmd.Context(), l); err != nil {
					return err
				}
				head, err := l.Head(cmd.Context())
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is whole: %d events, head %s\n", b.name(), head.Count, head)
				return nil
			})
		},
	}
	cmd.Flags().StringSliceVar(&heads, "head", nil, "head that was kept elsewhere: the ledger has to go through it")
	return cmd
}

func newLedgerHead(b *book) *cobra.Command {
	return &cobra.Command{
		Use: "head", Short: "Print the ledger's head: the number of events and the last one's hash", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.existing(cmd.Context(), func(l *ledger.Ledger) error {
				head, err := l.Head(cmd.Context())
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), head)
				return nil
			})
		},
	}
}

func newLedgerEvents(b *book) *cobra.Command {
	var member string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "events", Short: "List the events in the order of recording", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.existing(cmd.Context(), func(l *ledger.Ledger) error {
				var only string
				if member != "" {
					m, err := b.member(cmd.Context(), l, member)
					if err != nil {
						return err
					}
					only = m.ID
				}
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
				if !asJSON {
					fmt.Fprintln(table, "EVENT\tRECORDED\tSTREAM\tNUMBER\tKIND\tKEY")
				}
				err := l.Since(cmd.Context(), ledger.Head{}, func(e ledger.Event) error {
					switch {
					case only != "" && e.Stream != only:
					case asJSON:
						fmt.Fprintf(cmd.OutOrStdout(), "%s\n", e.Line())
					default:
						fmt.Fprintf(table, "%d\t%s\t%s\t%d\t%s\t%s\n", e.Position, e.Time.Format(time.DateTime), e.Stream, e.Seq, e.Kind, e.Key)
					}
					return nil
				})
				return errors.Join(err, table.Flush())
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "list the events of this member only")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print each event whole, as a line of JSON")
	return cmd
}

func newLedgerExport(b *book) *cobra.Command {
	var signer signingKey
	cmd := &cobra.Command{
		Use: "export [FILE]", Short: "Copy the whole ledger to a file, or to standard output", Args: cobra.MaximumNArgs(1),
		Long: `An export is a file of JSON lines, an event each, that ` + "`mimcheck ledger import`" + ` verifies as it
reads. With --key it is signed: its last line has a DSSE envelope over the digest of all
the others. A file that is there is not written over.`,
		Example: "  MIMCHECK_PASSPHRASE=... mimcheck ledger export ledger.ndjson --key working-group.key",
		RunE: func(cmd *cobra.Command, args []string) error {
			sign, err := signExport(cmd.Context(), &signer)
			if err != nil {
				return err
			}
			return b.existing(cmd.Context(), func(l *ledger.Ledger) error {
				if len(args) == 0 || args[0] == "-" {
					_, err := l.Export(cmd.Context(), cmd.OutOrStdout(), sign)
					return err
				}
				head, err := exportTo(cmd, l, args[0], sign)
				if err != nil {
					return err
				}
				signed := "signed"
				if sign == nil {
					signed = "not signed"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d events, %s, head %s\n", args[0], head.Count, signed, head)
				return nil
			})
		},
	}
	signer.flags(cmd)
	return cmd
}

// signExport gives what signs an export; nil without a key.
func signExport(ctx context.Context, k *signingKey) (ledger.Sign, error) {
	if k.file == "" {
		return nil, nil
	}
	key, err := k.read()
	if err != nil {
		return nil, err
	}
	return func(summary []byte) (json.RawMessage, error) {
		return attest.SealExport(ctx, summary, time.Now(), key)
	}, nil
}

// exportTo writes an export to a new file, whole or not at all.
func exportTo(cmd *cobra.Command, l *ledger.Ledger, path string, sign ledger.Sign) (head ledger.Head, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return head, fmt.Errorf("%s is there already: name another file, an export is not written over one", path)
	}
	if err != nil {
		return head, err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if head, err = l.Export(cmd.Context(), f, sign); err != nil {
		return head, err
	}
	return head, f.Sync()
}

func newLedgerImport(b *book) *cobra.Command {
	var keys trustedKeys
	var unsigned bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Add the events of an export that the ledger does not have", Args: cobra.ExactArgs(1),
		Long: `The ledger has to be empty, or the beginning of the export. An export that is not whole, or
not signed by a key that you trust, is refused with exit code 4: the line in which a change,
a gap or another order shows is named, and the ledger stays as it is. FILE may be - for
standard input.`,
		Example: "  mimcheck ledger import ledger.ndjson --key working-group.pub --ledger copy.db",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			var check ledger.Check
			switch {
			case len(keys.files) > 0:
				trust, err := keys.read(time.Now())
				if err != nil {
					return err
				}
				check = func(summary []byte, seal json.RawMessage) error {
					return attest.CheckExport(cmd.Context(), summary, seal, trust)
				}
			case !unsigned:
				return errors.New("no key is trusted: name the signer's public key with --key, or import with --unsigned what you trust by other means")
			}
			in, err := input(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, in.Close()) }()
			return b.write(func(l *ledger.Ledger) error {
				added, err := l.Import(cmd.Context(), io.Reader(in), check)
				if err != nil {
					return invalid(fmt.Errorf("%s: %w", args[0], err))
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%d events added to %s\n", added, b.name())
				return nil
			})
		},
	}
	keys.flags(cmd)
	cmd.Flags().BoolVar(&unsigned, "unsigned", false, "import what nobody, or somebody, has signed")
	return cmd
}
