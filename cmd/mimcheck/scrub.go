package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
)

func newReportScrub() *cobra.Command {
	var targetFile string
	var check bool
	cmd := &cobra.Command{
		Use:   "scrub --check --target FILE PATH...",
		Short: "Look for a target's secrets in reports, bundles and folders",
		Long: `Nothing that mimcheck writes holds a secret: they are replaced before anything is
recorded. Scrub looks at files all the same, and into archives, for the secrets that a
target.yaml names, in whatever way they are escaped. It changes nothing. The exit code
is 4 when one is found.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if !check {
				return errors.New("scrub only looks, and changes nothing: say so with --check")
			}
			t, err := target.Load(targetFile)
			if err != nil {
				return err
			}
			secrets := probe.SecretsOf(t)
			if !secrets.Any() {
				return fmt.Errorf("%s names no secret, so there is nothing to look for", targetFile)
			}
			found, files, err := attest.Leaks(secrets, paths...)
			if err != nil {
				return err
			}
			for _, leak := range found {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: byte %d tells the secret that %s stands for\n", leak.File, leak.Offset, leak.Variable)
			}
			if len(found) > 0 {
				return exitError{exitEvidence, fmt.Errorf("secrets of %s are told in %s: share none of them, and change the secrets if you did", targetFile, reports.Plural(len(found), "place", "places"))}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "No secret of %s is told in %s.\n", targetFile, reports.Plural(files, "file", "files"))
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "look, and change nothing")
	cmd.Flags().StringVar(&targetFile, "target", "", "the target.yaml that names the secrets")
	must(cmd, "target")
	return cmd
}
