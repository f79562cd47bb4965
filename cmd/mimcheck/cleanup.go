package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

func newCleanup() *cobra.Command {
	var targetFile, url, state string
	var journals []string
	cmd := &cobra.Command{
		Use:   "cleanup",
		Short: "Remove what an interrupted run left on a platform",
		Long: `Every run writes a journal of what it is about to create. When a run could not
clean up after itself, cleanup reads the journals that are left and removes what
they name from the platform.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := oneTarget(targetFile, url)
			if err != nil {
				return err
			}
			if len(journals) == 0 {
				if journals, err = filepath.Glob(filepath.Join(state, "journals", "*.ndjson")); err != nil {
					return err
				}
			}
			if len(journals) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "nothing to clean up: no journal is left")
				return nil
			}
			var left error
			for _, path := range journals {
				report, err := probe.CleanupJournal(cmd.Context(), t, path)
				if err != nil {
					left = errors.Join(left, fmt.Errorf("%s: %w", path, err))
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d created, %d removed, %d left\n", path, report.Created, report.Removed, len(report.Left))
				for _, resource := range report.Left {
					left = errors.Join(left, fmt.Errorf("%s could not be removed", resource))
				}
				if len(report.Left) == 0 {
					left = errors.Join(left, os.Remove(path))
				}
			}
			if left != nil {
				return exitError{exitInconclusive, left}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&targetFile, "target", "", "the platform's target.yaml")
	cmd.Flags().StringVar(&url, "url", "", "the platform's address")
	cmd.Flags().StringVar(&state, "state", defaultStateDir(), "folder with the journals")
	cmd.Flags().StringSliceVar(&journals, "journal", nil, "clean up after these journals only")
	return cmd
}

func oneTarget(file, url string) (*target.Target, error) {
	switch {
	case file != "" && url == "":
		return target.Load(file)
	case file == "" && url != "":
		return target.FromURL(url)
	}
	return nil, errors.New("name the platform by --target FILE or by --url URL")
}
