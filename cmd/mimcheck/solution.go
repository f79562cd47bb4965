package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/claims"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/reports"
)

func newSolution() *cobra.Command {
	b := &book{}
	cmd := group("solution", "Stuff that Works: solutions with the bundles that prove them",
		newSolutionAdd(b), newSolutionList(b), newSolutionShow(b))
	cmd.Long = `The catalogue is kept in the ledger: an event for each bundle that proves a solution, with
the bundle's digest. A bundle that does not verify is refused.`
	return b.in(cmd)
}

func newSolutionAdd(b *book) *cobra.Command {
	var f membership.SolutionProven
	var keys trustedKeys
	var bundle, member string
	var dataModels []string
	var on day
	cmd := &cobra.Command{
		Use: "add NAME --bundle BUNDLE", Short: "List a solution, or another proof of one that is listed", Args: cobra.ExactArgs(1),
		Long: `The bundle has to be signed by a key that you trust, and its evidence, judged again and
without waivers, has to find at least one MIM conformant. Exit code 4: it does not verify.`,
		Example: `  mimcheck solution add "Example Broker" --provider "Example Systems" --bundle run.mimcheck.zip --key vendor.pub --by "MIMs Working Group"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(keys.files) == 0 {
				return errors.New("no key is trusted: name the public key of who signed the bundle with --key")
			}
			trust, err := keys.read(time.Now())
			if err != nil {
				return err
			}
			read, err := attest.Read(bundle)
			if err != nil {
				return invalid(err)
			}
			replay := func(ctx context.Context, b *attest.Bundle, baseline string) (*reports.Report, error) {
				return harness.Replay(ctx, b, harness.ReplaySettings{Baseline: baseline, Models: dataModels, Tool: tool()})
			}
			evidence, err := claims.Gather(cmd.Context(), []string{bundle}, read.Report.Baseline.ID, claims.Checking{Trust: trust, Replay: replay})
			if err != nil {
				return invalid(err)
			}
			proof := evidence[0]
			manifest, err := proof.Bundle.Manifest()
			if err != nil {
				return err
			}
			r := proof.Bundle.Report
			f.Name, f.Solution, f.On = args[0], membership.SolutionID(f.Provider, args[0]), on.date()
			f.Run, f.Finished, f.Profile, f.Bundle, f.Baseline, f.MIMs = r.Run.ID, r.Run.Finished, r.Run.Profile, manifest.Root, r.Baseline.ID, proof.Conformant()
			f.Keys = proof.SignedBy(trust.Keys)
			return b.write(func(l *ledger.Ledger) error {
				if member != "" {
					m, err := b.member(cmd.Context(), l, member)
					if err != nil {
						return err
					}
					f.Member = m.ID
				}
				if err := b.enter(cmd, l, f); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is proven for %s of %s\n", f.Solution, strings.Join(f.MIMs, ", "), f.Baseline)
				return nil
			})
		},
	}
	keys.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&bundle, "bundle", "", "signed bundle of a run of the solution")
	flags.StringVar(&f.Provider, "provider", "", "who provides the solution")
	flags.StringVar(&f.Version, "version", "", "version of the solution")
	flags.StringVar(&f.URL, "url", "", "where to read about it")
	flags.StringVar(&member, "member", "", "city on whose platform it was shown")
	flags.StringVar(&f.By, "by", "", "who lists it")
	flags.StringSliceVar(&dataModels, "models", nil, "the data-model catalogues of the run, when it had its own")
	onFlag(cmd, &on)
	must(cmd, "bundle", "provider", "by")
	return cmd
}

func newSolutionList(b *book) *cobra.Command {
	return listing(b, &cobra.Command{Use: "list", Short: "List the solutions and what they are proven for"},
		"SOLUTION\tNAME\tPROVIDER\tPROOFS\tPROVEN FOR", (*membership.State).Solutions,
		func(s membership.Solution) string {
			return fmt.Sprintf("%s\t%s\t%s\t%d\t%s", s.ID, s.Name, s.Provider, len(s.Proofs), strings.Join(s.MIMs(), ", "))
		})
}

func newSolutionShow(b *book) *cobra.Command {
	var asOf day
	cmd := &cobra.Command{
		Use: "show SOLUTION", Short: "Show a solution with the digests of the bundles that prove it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.read(cmd, func(l *ledger.Ledger) error {
				state, err := membership.ReadState(cmd.Context(), l, asOf.end())
				if err != nil {
					return err
				}
				for _, s := range state.Solutions() {
					if s.ID != args[0] && !membership.SameName(s.Name, args[0]) {
						continue
					}
					w := cmd.OutOrStdout()
					fmt.Fprintf(w, "%s of %s (%s) %s\n", s.Name, s.Provider, s.ID, s.URL)
					for _, p := range s.Proofs {
						fmt.Fprintf(w, "\n  %s  version %s, %s of %s\n    run     %s of %s, profile %s\n    bundle  %s\n    signed  %s\n    listed  by %s\n",
							p.On, orDash(p.Version), strings.Join(p.MIMs, ", "), p.Baseline, p.Run, p.Finished.Format(time.RFC3339), p.Profile, p.Bundle, strings.Join(p.Keys, ", "), p.By)
					}
					return nil
				}
				return fmt.Errorf("no solution is known as %q: see `mimcheck solution list`", args[0])
			})
		},
	}
	asOfFlag(cmd, &asOf)
	return cmd
}
