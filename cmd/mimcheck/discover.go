package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/discover"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

func newDiscover() *cobra.Command {
	var targetFile, url, out string
	cmd := &cobra.Command{
		Use:     "discover",
		Short:   "Write a draft target.yaml by reading what a platform seems to offer",
		Example: "  mimcheck discover --url https://broker.example.org --out city.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			t, err := oneTarget(targetFile, url)
			if err != nil {
				return err
			}
			options := probe.Options{Profile: target.Observe, Version: tool().Version}
			session, err := probe.Open(cmd.Context(), t, options)
			if err != nil {
				return err
			}
			defer func() { session.Close() }()
			if base := t.Endpoints[target.NGSILD]; base != "" && discover.Slashed(cmd.Context(), session.Client(discover.ClientID)) {
				t.Endpoints[target.NGSILD] = base + "/"
				session.Close()
				if session, err = probe.Open(cmd.Context(), t, options); err != nil {
					return err
				}
			}
			found, err := discover.Platform(cmd.Context(), session.Client(discover.ClientID), t.Endpoints)
			if err != nil {
				return exitError{exitInconclusive, err}
			}
			w := cmd.OutOrStdout()
			if out != "" {
				// A statement that a person has edited must not be lost.
				file, openErr := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
				if openErr != nil {
					return fmt.Errorf("the draft: %w; name a new file with --out", openErr)
				}
				defer func() { err = errors.Join(err, file.Close()) }()
				w = file
			}
			return discover.WriteStatement(w, t.Name, t.Endpoints, found)
		},
	}
	cmd.Flags().StringVar(&targetFile, "target", "", "a target.yaml with the address and credentials")
	cmd.Flags().StringVar(&url, "url", "", "the platform's address")
	cmd.Flags().StringVar(&out, "out", "", "file to write, which must not exist (default: standard output)")
	return cmd
}
