package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/claims"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

func newClaims() *cobra.Command {
	cmd := group("claims", "Hold what vendors claim against evidence, and make the annex of a tender",
		newClaimsCheck(), newClaimsCompare(), newClaimsTemplate())
	cmd.Long = `A vendor states its claims in a file (schemas/claims.schema.json) and delivers bundles of
runs as evidence. Each claim is proven by evidence, contradicted, or not shown. A bundle is
verified and its evidence judged again before it is believed; waivers do not count.

Exit codes: 0 every claim is proven, 1 one is contradicted, 2 wrong use or a file that is
not as expected, 3 one is not shown, 4 a bundle or its signature is not valid.`
	return cmd
}

// evidenceFlags say which bundles are believed, and by what they are judged.
type evidenceFlags struct {
	keys     trustedKeys
	unsigned bool
	baseline string
	models   []string
	format   string
	out      string
}

func (f *evidenceFlags) add(cmd *cobra.Command) {
	f.keys.flags(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.unsigned, "unsigned", false, "believe bundles that are whole, whoever made them")
	flags.StringVar(&f.baseline, "baseline", "", "judge by this baseline instead of the one that the claims name")
	flags.StringSliceVar(&f.models, "models", nil, "data-model catalogues (folder, zip or tar) instead of the embedded one")
	flags.StringVar(&f.format, "format", "text", "text, markdown, csv or json")
	flags.StringVar(&f.out, "out", "", "file to write (default standard output)")
}

// checkSheet reads a vendor's claims and holds them against bundles, or those that it names.
func (f *evidenceFlags) checkSheet(ctx context.Context, path string, bundles []string) (claims.Checked, error) {
	var none claims.Checked
	if len(f.keys.files) == 0 && !f.unsigned {
		return none, errors.New("no key is trusted: name the public keys of who signed the bundles with --key, or believe any bundle that is whole with --unsigned")
	}
	if f.baseline != "" {
		if _, err := baselines.Get(f.baseline); err != nil {
			return none, err
		}
	}
	trust, err := f.keys.read(time.Now())
	if err != nil {
		return none, err
	}
	dataModels, err := models.Default()
	if len(f.models) > 0 {
		dataModels, err = models.Open(f.models...)
	}
	if err != nil {
		return none, err
	}
	sheet, err := claims.Load(path, claims.Known{Baseline: f.baseline, Models: dataModels})
	if err != nil {
		return none, err
	}
	if len(bundles) > 0 {
		sheet.Bundles = bundles
	}
	if len(sheet.Bundles) == 0 {
		return none, fmt.Errorf("%s names no bundles: name the evidence with --bundle, or in its list bundles", path)
	}
	replay := func(ctx context.Context, b *attest.Bundle, baseline string) (*reports.Report, error) {
		return harness.Replay(ctx, b, harness.ReplaySettings{Baseline: baseline, Models: f.models, Tool: tool()})
	}
	evidence, err := claims.Gather(ctx, sheet.Bundles, sheet.Baseline, claims.Checking{Trust: trust, Unsigned: f.unsigned && len(f.keys.files) == 0, Replay: replay})
	if err != nil {
		return none, invalid(err)
	}
	registry, err := catalogue.Registry()
	if err != nil {
		return none, err
	}
	return claims.NewChecked(sheet, evidence, claims.Judge(sheet, evidence, registry, dataModels)), nil
}

// written is what can be written in the formats of these commands.
type written interface {
	WriteText(io.Writer) error
	WriteMarkdown(io.Writer) error
	WriteCSV(io.Writer) error
	WriteJSON(io.Writer) error
}

func (f *evidenceFlags) write(cmd *cobra.Command, what written, finding claims.Finding) error {
	formats := map[string]func(io.Writer) error{"text": what.WriteText, "markdown": what.WriteMarkdown, "csv": what.WriteCSV, "json": what.WriteJSON}
	if err := writeTo(cmd, f.out, formats[f.format]); err != nil {
		return err
	}
	switch finding {
	case claims.Contradicted:
		return exitError{code: exitNonConformant}
	case claims.NotShown:
		return exitError{code: exitInconclusive}
	}
	return nil
}

// known says whether the format is one of those commands' before anything is judged.
func (f *evidenceFlags) known() error {
	switch f.format {
	case "text", "markdown", "csv", "json":
		return nil
	}
	return fmt.Errorf("--format %q is unknown: expected text, markdown, csv or json", f.format)
}

// writeTo gives what is written to a file, whole or not at all, or to standard output.
func writeTo(cmd *cobra.Command, file string, write func(io.Writer) error) error {
	if file == "" {
		return write(cmd.OutOrStdout())
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return reports.Write(file, b.Bytes())
}

func newClaimsCheck() *cobra.Command {
	var f evidenceFlags
	var bundles []string
	cmd := &cobra.Command{
		Use: "check CLAIMS.yaml --bundle BUNDLE", Short: "Say which claims of a vendor its evidence proves", Args: cobra.ExactArgs(1),
		Example: `  mimcheck claims check claims.yaml --bundle run.mimcheck.zip --key vendor.pub
  mimcheck claims check claims.yaml --key vendor.pub --format csv --out claims.csv  # with the bundles that it names`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.known(); err != nil {
				return err
			}
			checked, err := f.checkSheet(cmd.Context(), args[0], bundles)
			if err != nil {
				return err
			}
			return f.write(cmd, checked, checked.Finding())
		},
	}
	cmd.Flags().StringArrayVar(&bundles, "bundle", nil, "bundle of a run of the product, instead of those that the claims name; may be repeated")
	f.add(cmd)
	return cmd
}

func newClaimsCompare() *cobra.Command {
	var f evidenceFlags
	cmd := &cobra.Command{
		Use: "compare CLAIMS.yaml CLAIMS.yaml...", Short: "Put the claims of several vendors side by side", Args: cobra.MinimumNArgs(2),
		Long:    "Each file names its bundles itself, in its list bundles. All are judged by one baseline:\n--baseline, or that of the first file.",
		Example: `  mimcheck claims compare one/claims.yaml two/claims.yaml --key one.pub,two.pub --format markdown`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.known(); err != nil {
				return err
			}
			var vendors []claims.Checked
			for _, path := range args {
				checked, err := f.checkSheet(cmd.Context(), path, nil)
				if err != nil {
					return err
				}
				vendors = append(vendors, checked)
				if checked.Baseline != vendors[0].Baseline {
					return fmt.Errorf("%s is about the baseline %s and %s about %s: judge both by one with --baseline", args[0], vendors[0].Baseline, path, checked.Baseline)
				}
			}
			c := claims.Compare(vendors[0].Baseline, vendors)
			return f.write(cmd, c, c.Finding())
		},
	}
	f.add(cmd)
	return cmd
}

func newClaimsTemplate() *cobra.Command {
	var baseline, format, out string
	var mims []string
	cmd := &cobra.Command{
		Use: "template", Short: "Make the annex of a tender: what is asked, and how it is tested", Args: cobra.NoArgs,
		Long: `The annex lists the requirements of MIMs of a baseline with the checks of each. As HTML it
opens in a word processor; as YAML it is the form of claims that a tenderer fills in.`,
		Example: `  mimcheck claims template --baseline oasc-2019-01-16 --mims MIM1,MIM2 --format html --out annex.html
  mimcheck claims template --mims MIM1 --format yaml --out claims.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := claims.NewAnnex(baseline, mims)
			if err != nil {
				return err
			}
			write := map[string]func(io.Writer) error{"markdown": a.WriteMarkdown, "html": a.WriteHTML, "csv": a.WriteCSV, "yaml": a.WriteYAML}[format]
			if write == nil {
				return fmt.Errorf("--format %q is unknown: expected markdown, html, csv or yaml", format)
			}
			return writeTo(cmd, out, write)
		},
	}
	cmd.Flags().StringVar(&baseline, "baseline", claims.DefaultBaseline, "baseline id (see `mimcheck baseline list`)")
	cmd.Flags().StringSliceVar(&mims, "mims", nil, "MIMs that are asked for (default all of the baseline)")
	cmd.Flags().StringVar(&format, "format", "markdown", "markdown, html, csv or yaml")
	cmd.Flags().StringVar(&out, "out", "", "file to write (default standard output)")
	return cmd
}
