package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/declaration"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/declared"
)

func newDeclaration() *cobra.Command {
	cmd := group("declaration", "Declare of a platform what no machine can test", newDeclarationTemplate(), newDeclarationSign(), newDeclarationShow())
	cmd.Long = `Some requirements are about organisation and documents: no machine can test them. A
person who answers for the platform declares them, signs, and publishes the signed file
with the documents that it points to. target.yaml names its address as the endpoint
declarations; a run then checks signature, date and documents, and every report tells
what was declared apart from what was tested.`
	return cmd
}

func newDeclarationTemplate() *cobra.Command {
	var baseline, out string
	var mims []string
	cmd := &cobra.Command{
		Use:     "template",
		Short:   "Write the questions of a baseline as a file to fill in",
		Example: "  mimcheck declaration template --baseline oasc-2026-06-draft --mim MIM6 --out declarations.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			questions, err := questionsOf(baseline, mims)
			if err != nil {
				return err
			}
			template := declaration.Template(questions, time.Now())
			if out == "" {
				_, err := cmd.OutOrStdout().Write(template)
				return err
			}
			return reports.Write(out, template)
		},
	}
	cmd.Flags().StringVar(&baseline, "baseline", baselines.DefaultID, "baseline id (see `mimcheck baseline list`)")
	cmd.Flags().StringSliceVar(&mims, "mim", nil, "ask about these MIMs only")
	cmd.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	return cmd
}

// questionsOf lists what a baseline asks to be declared.
func questionsOf(baseline string, mims []string) ([]declaration.Question, error) {
	b, err := baselines.Get(baseline)
	if err != nil {
		return nil, err
	}
	for _, mim := range mims {
		if !slices.ContainsFunc(b.MIMs, func(m baselines.MIM) bool { return m.ID == mim }) {
			return nil, fmt.Errorf("baseline %s has no %s: `mimcheck baseline show %s` lists its MIMs", baseline, mim, baseline)
		}
	}
	asked, err := declared.All()
	if err != nil {
		return nil, err
	}
	var questions []declaration.Question
	for _, a := range asked {
		for _, requirement := range a.Requirements {
			of, mim, _, _ := baselines.SplitID(requirement)
			if of == baseline && (len(mims) == 0 || slices.Contains(mims, mim)) {
				questions = append(questions, declaration.Question{Requirement: requirement, Declared: a.Declared, Why: a.Why, Mandatory: a.Mandatory})
			}
		}
	}
	if len(questions) == 0 {
		return nil, fmt.Errorf("nothing of %s asks for a declaration: everything of it is tested or has no check (see `mimcheck explain`)", strings.Join(append([]string{baseline}, mims...), " "))
	}
	return questions, nil
}

func newDeclarationSign() *cobra.Command {
	var keyFile, passphraseFile, out string
	cmd := &cobra.Command{
		Use:     "sign FILE.yaml --key FILE.key --out FILE.json",
		Short:   "Sign declarations, as the person that they name",
		Example: "  MIMCHECK_PASSPHRASE=... mimcheck declaration sign declarations.yaml --key city.key --out declarations.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := askedAbout()
			if err != nil {
				return err
			}
			draft, err := declaration.ReadDraft(args[0], known)
			if err != nil {
				return err
			}
			passphrase, err := attest.Passphrase(passphraseFile)
			if err != nil {
				return err
			}
			key, err := attest.ReadPrivate(keyFile, passphrase)
			if err != nil {
				return err
			}
			signed, err := declaration.Sign(cmd.Context(), draft, time.Now(), key)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if err := reports.Write(out, signed); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d declarations, signed by %s; publish it, and name its address as the endpoint declarations\n", out, len(draft.Entries), draft.Signer.Name)
			return nil
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "", "the signer's private key, see `mimcheck key new`")
	cmd.Flags().StringVar(&passphraseFile, "passphrase-file", "", "file with its passphrase (default: MIMCHECK_PASSPHRASE)")
	cmd.Flags().StringVar(&out, "out", "", "file to write")
	must(cmd, "key", "out")
	return cmd
}

// askedAbout says of requirements whether they ask for a declaration.
func askedAbout() (func(string) bool, error) {
	asked, err := declared.All()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, a := range asked {
		for _, requirement := range a.Requirements {
			known[requirement] = true
		}
	}
	return func(requirement string) bool { return known[requirement] }, nil
}

func newDeclarationShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show FILE.json",
		Short: "Verify signed declarations and show what they say",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("the declarations can't be read: %w", err)
			}
			now := time.Now()
			d, key, err := declaration.Read(cmd.Context(), raw, now)
			if err == nil {
				err = d.InForce(now)
			}
			if err != nil {
				return exitError{exitEvidence, fmt.Errorf("%s: %w", args[0], err)}
			}
			w := cmd.OutOrStdout()
			fmt.Fprintf(w, "%s\nsigned by %s, %s of %s, on %s\nby the key %s\nuntil %s\n", d.Platform, d.Signer.Name, d.Signer.Role, d.Signer.Organisation,
				d.Signed.Format(time.DateOnly), key, d.Expires)
			for _, s := range d.Entries {
				fmt.Fprintf(w, "\n%s\n  %s\n", s.Requirement, s.Statement)
				for _, doc := range s.Documents {
					fmt.Fprintf(w, "  - %s: %s\n", doc.Title, doc.URL)
				}
			}
			return nil
		},
	}
}
