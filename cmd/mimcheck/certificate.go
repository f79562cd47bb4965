package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/certificate"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/reports"
)

func newCertificate() *cobra.Command {
	b := &book{}
	cmd := group("certificate", "File, issue, verify, revoke and list certificates of the Working Group",
		newCertificateFile(b), newCertificateIssue(b), newCertificateVerify(), newCertificateRevoke(b), newCertificateList(b), newCertificateRules())
	cmd.Long = `A member files the bundle of a run of its own. The Working Group makes the run again,
with the same selection; issue holds the two bundles against the rules of certification
and signs a certificate, or names the rule that is not met and its remedy.`
	return b.in(cmd)
}

func newCertificateFile(b *book) *cobra.Command {
	var member, by string
	var on day
	cmd := &cobra.Command{
		Use: "file BUNDLE", Short: "A member filed the bundle of its own run", Args: cobra.ExactArgs(1),
		Example: `  mimcheck certificate file mimcheck-report/run.mimcheck.zip --member Aarhus --by "A. Jensen"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			bundle, err := attest.Read(args[0])
			if err != nil {
				return invalid(err)
			}
			manifest, err := bundle.Manifest()
			if err != nil {
				return err
			}
			return b.write(func(l *ledger.Ledger) error {
				m, err := b.member(cmd.Context(), l, member)
				if err != nil {
					return err
				}
				events, err := membership.File(cmd.Context(), l, m, bundle.Report, membership.BundleFiled{Bundle: manifest.Root, By: by, On: on.date()})
				if err != nil {
					return err
				}
				for _, e := range events {
					b.tell(cmd, e)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "the Working Group runs it again: %s\n", certificate.Again(bundle))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&member, "member", "", "whose run it is")
	cmd.Flags().StringVar(&by, "by", "", "who files it for the member")
	onFlag(cmd, &on)
	must(cmd, "member", "by")
	return cmd
}

func newCertificateIssue(b *book) *cobra.Command {
	var q certificate.Request
	var signer signingKey
	var member, runnerKey, assurance, out string
	var modelPaths []string
	var on, until day
	var asJSON bool
	cmd := &cobra.Command{
		Use: "issue SELF-RUN WITNESSED", Short: "Compare the two bundles; issue a certificate, or refuse it", Args: cobra.ExactArgs(2),
		Long: `SELF-RUN is the bundle that the member filed, WITNESSED that of the run that the Working
Group made and signed. Every rule of certification has to be met (see mimcheck certificate
rules). The decision is recorded. Exit codes: 0 issued, 1 refused, 2 wrong use or a rule of
membership, 4 a bundle or its signature is not valid.`,
		Example: `  mimcheck certificate issue self.mimcheck.zip witnessed.mimcheck.zip --member Aarhus \
    --runner "B. Larsen" --runner-key larsen.pub --issuer "C. Madsen" --key madsen.key \
    --url "https://example.org/certificates/{id}"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if q.SelfRun, err = attest.Read(args[0]); err != nil {
				return invalid(err)
			}
			if q.Witnessed, err = attest.Read(args[1]); err != nil {
				return invalid(err)
			}
			if q.RunnerKey, err = attest.ReadPublic(runnerKey); err != nil {
				return err
			}
			if q.IssuerKey, err = signer.read(); err != nil {
				return err
			}
			q.Assurance, q.On, q.ValidUntil = membership.Assurance(assurance), membership.Date(on), membership.Date(until)
			return b.write(func(l *ledger.Ledger) error {
				if q.Member, err = b.member(cmd.Context(), l, member); err != nil {
					return err
				}
				q.Now = l.Now()
				d, err := certificate.Issue(cmd.Context(), l, q, replayWith(modelPaths))
				if err != nil {
					return invalid(err)
				}
				if asJSON {
					err = printJSON(cmd.OutOrStdout(), d)
				} else {
					err = d.WriteText(cmd.OutOrStdout())
				}
				switch {
				case err != nil:
					return err
				case len(d.Breaches) > 0:
					return exitError{code: exitNonConformant}
				case d.Signed == nil:
					return nil
				}
				if out == "" {
					out = d.Issued.ID + certificate.Extension
				}
				if err := reports.Write(out, d.Signed); err != nil {
					return fmt.Errorf("the certificate %s is recorded and could not be written: revoke it, and issue another one: %w", d.Issued.ID, err)
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "written to %s; publish a new status list, too: mimcheck certificate list --out status.json --key KEY\n", out)
				return nil
			})
		},
	}
	signer.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&member, "member", "", "whose platform it is")
	flags.StringVar(&q.Runner, "runner", "", "who made the witnessed run")
	flags.StringVar(&runnerKey, "runner-key", "", "public key with which that person signed its bundle")
	flags.StringVar(&q.Issuer, "issuer", "", "who issues the certificate: another person, with another key")
	flags.StringVar(&q.URL, "url", "", "address at which its standing is published; {id} stands for its id")
	flags.StringSliceVar(&q.MIMs, "mim", nil, "certify these MIMs only (default all that the platform claims)")
	flags.StringVar(&assurance, "assurance", "", "witnessed or certified (default certified)")
	flags.StringVar(&q.ID, "id", "", "id of the certificate (default made of member, day and bundle)")
	flags.Var(&until, "valid-until", "its last day, YYYY-MM-DD (default the last that the rules allow)")
	flags.StringSliceVar(&modelPaths, "models", nil, "the data-model catalogues of the runs, when they had their own")
	flags.StringVar(&out, "out", "", "file to write (default ID"+certificate.Extension+")")
	flags.BoolVar(&q.DryRun, "dry-run", false, "decide only: sign and record nothing")
	flags.BoolVar(&asJSON, "json", false, "print the decision and the case as JSON")
	onFlag(cmd, &on)
	must(cmd, "member", "runner", "runner-key", "issuer", "url", "key")
	return cmd
}

// replayWith judges the evidence of bundles again, with data-model catalogues of their own.
func replayWith(modelPaths []string) certificate.Replay {
	return func(ctx context.Context, b *attest.Bundle) (*reports.Report, error) {
		return harness.Replay(ctx, b, harness.ReplaySettings{Models: modelPaths, Tool: b.Report.Tool})
	}
}

func newCertificateVerify() *cobra.Command {
	var keys trustedKeys
	var listFile string
	var asOf day
	var asJSON bool
	cmd := &cobra.Command{
		Use: "verify CERTIFICATE", Short: "Verify a certificate, and that it still counts, offline", Args: cobra.ExactArgs(1),
		Long: `Verify checks the signature by the keys that you trust, the days of validity and, by the
signed status list of who issued it, that it was not revoked. Exit codes: 0 valid, 1 not
valid (expired, revoked, contradicted by a later run, or not on the list), 3 not known (no
status list, or a stale one), 4 a signature is not valid.`,
		Example: `  mimcheck certificate verify aarhus.certificate.json --key madsen.pub --status-list status.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(keys.files) == 0 {
				return fmt.Errorf("no key is trusted: name the public key of who issues certificates with --key")
			}
			now := asOf.end()
			trust, err := keys.read(time.Now())
			if err != nil {
				return err
			}
			raw, err := readFile(args[0])
			if err != nil {
				return err
			}
			c, err := certificate.Open(cmd.Context(), raw, trust)
			if err != nil {
				return invalid(fmt.Errorf("%s: %w", args[0], err))
			}
			var list *certificate.StatusList
			if listFile != "" {
				content, err := readFile(listFile)
				if err != nil {
					return err
				}
				opened, err := certificate.OpenList(cmd.Context(), content, trust)
				if err != nil {
					return invalid(fmt.Errorf("%s: %w", listFile, err))
				}
				list = &opened
			}
			v := certificate.Verify(c, raw, list, now)
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), struct {
					Certificate  certificate.Certificate  `json:"certificate"`
					Verification certificate.Verification `json:"verification"`
				}{c, v})
			} else {
				err = c.WriteText(cmd.OutOrStdout())
				fmt.Fprintf(cmd.OutOrStdout(), "\n%s: %s %s\n", v.Answer, v.Reason, v.Next)
			}
			switch {
			case err != nil:
				return err
			case v.Answer == certificate.Bad:
				return exitError{code: exitNonConformant}
			case v.Answer == certificate.Unknown:
				return exitError{code: exitInconclusive}
			}
			return nil
		},
	}
	keys.flags(cmd)
	cmd.Flags().StringVar(&listFile, "status-list", "", "the signed status list of who issued it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	asOfFlag(cmd, &asOf)
	return cmd
}

// readFile reads a small file.
func readFile(name string) ([]byte, error) {
	const most = 64 << 20
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(content) > most {
		err = fmt.Errorf("%s has more than %d bytes", name, most)
	}
	return content, err
}

func newCertificateRevoke(b *book) *cobra.Command {
	f := membership.CertificateRevoked{}
	var on day
	cmd := &cobra.Command{
		Use: "revoke ID", Short: "The Working Group took a certificate back", Args: cobra.ExactArgs(1),
		Example: `  mimcheck certificate revoke aarhus-2026-11-25-0a1b2c3d --by "C. Madsen" --reason "the platform was replaced"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.write(func(l *ledger.Ledger) error {
				state, err := membership.ReadState(cmd.Context(), l, l.Now())
				if err != nil {
					return err
				}
				f.Certificate, f.On = args[0], on.date()
				for _, c := range state.Certificates(f.On) {
					if c.Certificate == f.Certificate {
						f.Member = c.Member
					}
				}
				if f.Member == "" {
					return fmt.Errorf("no certificate has the id %q: see `mimcheck certificate list`", f.Certificate)
				}
				if err := b.enter(cmd, l, f); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), "who verifies knows it by the next status list: mimcheck certificate list --out status.json --key KEY")
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&f.By, "by", "", "who revokes it")
	cmd.Flags().StringVar(&f.Reason, "reason", "", "why")
	onFlag(cmd, &on)
	must(cmd, "by", "reason")
	return cmd
}

func newCertificateList(b *book) *cobra.Command {
	var signer signingKey
	var member, out string
	var asOf, next day
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List certificates and how they stand; with --out, as a signed status list", Args: cobra.NoArgs,
		Long: `With --out and --key the list of all certificates is written and signed, with the time of
issue and the time at which a newer one replaces it (--next-update): whoever has it verifies
certificates offline.`,
		Example: `  mimcheck certificate list --member Aarhus
  mimcheck certificate list --out status.json --key madsen.key`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.read(cmd, func(l *ledger.Ledger) error {
				if out != "" {
					return writeStatusList(cmd, l, signer, out, next)
				}
				list, err := certificatesOf(cmd.Context(), b, l, member, asOf)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), list)
				}
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
				fmt.Fprintln(table, "CERTIFICATE\tMEMBER\tBASELINE\tMIMS\tASSURANCE\tFROM\tUNTIL\tSTANDING\tREASON")
				for _, c := range list {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Certificate, c.Member, c.Baseline, strings.Join(c.MIMs, " "), c.Assurance, c.On, c.ValidUntil, c.Standing, orDash(c.Reason))
				}
				return table.Flush()
			})
		},
	}
	signer.flags(cmd)
	cmd.Flags().StringVar(&member, "member", "", "list those of this member only")
	cmd.Flags().StringVar(&out, "out", "", "write a signed status list to this file")
	cmd.Flags().Var(&next, "next-update", "day from which the signed list is stale, YYYY-MM-DD (default by the rules of certification)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	asOfFlag(cmd, &asOf)
	cmd.MarkFlagsRequiredTogether("out", "key")
	cmd.MarkFlagsMutuallyExclusive("out", "member")
	cmd.MarkFlagsMutuallyExclusive("out", "as-of")
	return cmd
}

func certificatesOf(ctx context.Context, b *book, l *ledger.Ledger, member string, asOf day) ([]membership.Certificate, error) {
	state, err := membership.ReadState(ctx, l, asOf.end())
	if err != nil {
		return nil, err
	}
	all := state.Certificates(membership.DateOf(asOf.end()))
	if member == "" {
		return all, nil
	}
	m, err := b.member(ctx, l, member)
	if err != nil {
		return nil, err
	}
	own := []membership.Certificate{}
	for _, c := range all {
		if c.Member == m.ID {
			own = append(own, c)
		}
	}
	return own, nil
}

func writeStatusList(cmd *cobra.Command, l *ledger.Ledger, signer signingKey, out string, next day) error {
	key, err := signer.read()
	if err != nil {
		return err
	}
	list, signed, err := certificate.SignList(cmd.Context(), l, l.Now(), membership.Date(next).Start(), key)
	if err != nil {
		return err
	}
	if err := reports.Write(out, signed); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, issued %s, next update %s\n", out, reports.Plural(len(list.Certificates), "certificate", "certificates"),
		list.Issued.Format(time.RFC3339), list.NextUpdate.Format(time.RFC3339))
	return nil
}

func newCertificateRules() *cobra.Command {
	return &cobra.Command{
		Use: "rules", Short: "Show the rules of certification, with the remedy of each", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rules, err := certificate.DefaultRules()
			if err != nil {
				return err
			}
			return rules.WriteText(cmd.OutOrStdout())
		},
	}
}
