package main

import (
	"crypto"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/reports"
)

func newReportSign() *cobra.Command {
	var signer signingKey
	var out string
	cmd := &cobra.Command{
		Use:   "sign BUNDLE --key FILE.key",
		Short: "Sign a run: its report, its scope and its evidence",
		Long: `Sign puts a DSSE envelope with an in-toto statement into the bundle. The signature
covers the report, the scope (baseline, selection, profile, statement, waivers) and the
root of the hash tree over all evidence.`,
		Example: "  MIMCHECK_PASSPHRASE=... mimcheck report sign mimcheck-report/run.mimcheck.zip --key working-group.key",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := attest.Read(args[0])
			if err != nil {
				return invalid(err)
			}
			key, err := signer.read()
			if err != nil {
				return err
			}
			if err := b.Sign(cmd.Context(), time.Now(), []crypto.Signer{key}...); err != nil {
				return err
			}
			encoded, err := b.Encode()
			if err != nil {
				return err
			}
			if out == "" {
				out = args[0]
			}
			if err := reports.Write(out, encoded); err != nil {
				return err
			}
			id, err := attest.KeyID(key.Public())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: signed by key %s\n", out, id)
			return nil
		},
	}
	signer.flags(cmd)
	cmd.Flags().StringVar(&out, "out", "", "bundle to write (default: the same file)")
	must(cmd, "key")
	return cmd
}

func newReportVerify() *cobra.Command {
	var keys trustedKeys
	var unsigned bool
	cmd := &cobra.Command{
		Use:   "verify BUNDLE --key FILE.pub",
		Short: "Verify that a bundle is whole, consistent and signed by who you trust",
		Long: `Verify tells each thing that it checked. The exit code is 4 when something is wrong,
and the message names it. It says that nobody has altered what was signed; that the
outcomes follow from the evidence is for ` + "`mimcheck replay`" + ` to show.`,
		Example: "  mimcheck report verify run.mimcheck.zip --key working-group.pub --revocations revoked.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(keys.files) == 0 && !unsigned {
				return errors.New("no key is trusted: name the signer's public key with --key, or check only that the bundle is whole with --unsigned")
			}
			trust, err := keys.read(time.Now())
			if err != nil {
				return err
			}
			b, err := attest.Read(args[0])
			if err != nil {
				return invalid(err)
			}
			steps, err := b.Verify(cmd.Context(), trust)
			for _, s := range steps {
				fmt.Fprintf(cmd.OutOrStdout(), "ok  %-10s %s\n", s.What, s.Found)
			}
			switch {
			case unsigned && len(keys.files) == 0:
				fmt.Fprintln(cmd.OutOrStdout(), "--  signature  not checked")
				return nil
			case err != nil:
				return invalid(fmt.Errorf("%s: %w", args[0], err))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "verified: %s is %s\n", b.Report.Target.Name, b.Report.Verdict.Verdict.Label())
			return nil
		},
	}
	keys.flags(cmd)
	cmd.Flags().BoolVar(&unsigned, "unsigned", false, "check that the bundle is whole, whoever made it")
	return cmd
}
