package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/audit"
	"github.com/oasc/mimcheck/internal/console"
	"github.com/oasc/mimcheck/internal/entityfile"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	auditreport "github.com/oasc/mimcheck/reports/audit"
)

// mostEntity is the most that --max-entity allows, in MiB.
const mostEntity = 1024

// auditFlags are the flags of `mimcheck models audit`.
type auditFlags struct {
	file, target, url string
	types             map[string]string
	formats           []string
	out, state        string
	sample            int
	seed              uint64
	maxEntity         int
	rate              float64
}

func newModelsAudit(l *library) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Hold all entities of a file or a platform against their data models",
		Long: `Reads entities from a file (NDJSON, a JSON array, JSON-LD, or GeoJSON; compressed by
gzip or not; - is standard input) or from a platform (reading only), and tells how many
are as their data models say, by type and attribute, what is most often wrong and how
it is usually mended, and which model a type without one may be meant to follow.

An audit of a platform that was interrupted goes on where it ended when the same
command is given again.

Exit codes: 0 all that have a data model are as it says, 1 some are not, 2 wrong use,
3 some could not be read or judged, or none was, 130 interrupted.`,
		Example: `  mimcheck models audit --file city.ndjson.gz --out audit
  mimcheck models audit --url https://broker.example.org --sample 1000
  mimcheck models audit --file - --format sarif < entities.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runAudit(cmd, l, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.file, "file", "", "file of entities, or - for standard input")
	flags.StringVar(&f.target, "target", "", "the platform's target.yaml")
	flags.StringVar(&f.url, "url", "", "the platform's address, with or without /ngsi-ld/v1")
	flags.StringToStringVar(&f.types, "type", nil, "which model or subject a type follows, TYPE=MODEL; beside those of target.yaml")
	flags.StringSliceVar(&f.formats, "format", nil, "text, json, csv, sarif or html; without --out one of them (default text; with --out all of them)")
	flags.StringVar(&f.out, "out", "", "folder for the report")
	flags.IntVar(&f.sample, "sample", 0, "look at this many entities at most, chosen at random (default all)")
	flags.Uint64Var(&f.seed, "seed", 1, "seed of the choice")
	flags.IntVar(&f.maxEntity, "max-entity", entityfile.DefaultMaxEntity>>20, "largest entity of a file in MiB; a larger one counts as broken")
	flags.StringVar(&f.state, "state", "", "file that an audit of a platform writes how far it is to (default: by the platform, in "+filepath.Join(defaultStateDir(), "audits")+")")
	flags.Float64Var(&f.rate, "rate", 0, "requests per second to a platform; negative is unlimited")
	cmd.MarkFlagsMutuallyExclusive("file", "target", "url")
	cmd.MarkFlagsOneRequired("file", "target", "url")
	return cmd
}

func runAudit(cmd *cobra.Command, l *library, f auditFlags) error {
	formats, err := f.chosen()
	if err != nil {
		return err
	}
	if f.sample < 0 || f.maxEntity < 1 || f.maxEntity > mostEntity {
		return fmt.Errorf("--sample must not be negative, and --max-entity must be 1 to %d MiB", mostEntity)
	}
	ctx := cmd.Context()
	bar := console.NewCount(cmd.ErrOrStderr(), "entities")
	o := audit.Options{Types: f.types, Sample: f.sample, Seed: f.seed, Tool: tool()}
	var summary *auditreport.Summary
	if f.file != "" {
		if o.Models, err = l.open(cmd); err != nil {
			return err
		}
		o.Progress = bar.Done
		file := &entityfile.File{Path: f.file, MaxEntity: f.maxEntity << 20, Progress: bar.Share}
		if f.file == entityfile.Stdin {
			file.Input = cmd.InOrStdin()
		}
		summary, err = audit.Run(ctx, audit.OfFile(file), o)
	} else {
		summary, err = auditPlatform(ctx, cmd, l, f, o, bar)
	}
	bar.Close()
	if summary == nil {
		return err
	}
	if slices.ContainsFunc(summary.Doubts, func(d auditreport.Doubt) bool {
		return strings.Contains(d.Reason, models.ErrContextUnknown.Error())
	}) {
		summary.Notes = append(summary.Notes, "A copy of an @context that is unknown is given by --context-copy ADDRESS=FILE.")
	}
	written, writeErr := f.write(cmd.OutOrStdout(), formats, summary)
	if len(written) > 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "\nreport: %s\n", strings.Join(written, "  "))
	}
	switch {
	case writeErr != nil:
		return exitError{exitUsage, writeErr}
	case ctx.Err() != nil:
		return exitError{exitInterrupted, errors.New("interrupted: the audit is partial; give the same command again to go on with a platform")}
	case err != nil && summary.Counts.Read == 0 && f.file != "":
		return exitError{exitUsage, err}
	case err != nil && summary.Verdict != auditreport.NonConformant:
		return exitError{exitInconclusive, err}
	}
	if code := summary.Verdict.ExitCode(); code != 0 {
		return exitError{code, err}
	}
	return nil
}

// chosen are the forms that the flags ask for.
func (f auditFlags) chosen() ([]auditreport.Format, error) {
	if len(f.formats) == 0 && f.out != "" {
		return auditreport.Formats(), nil
	}
	if len(f.formats) == 0 {
		f.formats = []string{"text"}
	}
	if len(f.formats) > 1 && f.out == "" {
		return nil, errors.New("several formats need a folder: name one with --out")
	}
	var list []auditreport.Format
	for _, name := range f.formats {
		one, err := auditreport.FormatNamed(name)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// write puts the forms into the folder and the text on the terminal, or the one form
// on the terminal.
func (f auditFlags) write(w io.Writer, formats []auditreport.Format, s *auditreport.Summary) (written []string, err error) {
	if f.out == "" {
		return nil, formats[0].Render(w, s)
	}
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return nil, fmt.Errorf("the report has no place: %w; name another folder with --out", err)
	}
	for _, format := range formats {
		var b bytes.Buffer
		if err := format.Render(&b, s); err != nil {
			return written, err
		}
		path := filepath.Join(f.out, format.File)
		if err := reports.Write(path, b.Bytes()); err != nil {
			return written, err
		}
		written = append(written, path)
	}
	return written, auditreport.Text(w, s)
}

// auditPlatform reads a platform as its statement says.
func auditPlatform(ctx context.Context, cmd *cobra.Command, l *library, f auditFlags, o audit.Options, bar *console.Count) (*auditreport.Summary, error) {
	t, err := oneTarget(f.target, f.url)
	if err != nil {
		return nil, err
	}
	if f.rate != 0 {
		t.Polite.Rate = max(0, f.rate)
	}
	if len(l.paths) == 0 {
		l.paths = t.Models
	}
	if o.Models, err = l.open(cmd); err != nil {
		return nil, err
	}
	types := map[string]string{}
	for _, from := range []map[string]string{t.Statement.Types, f.types} {
		for kind, model := range from {
			types[kind] = model
		}
	}
	o.Types = types
	session, err := probe.Open(ctx, t, probe.Options{Profile: target.Observe, Version: tool().Version})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	p := &audit.Platform{Client: session.Client(audit.ClientID), Name: t.Name, URL: t.Endpoints[target.NGSILD], Sample: f.sample, Seed: f.seed,
		Redact: session.Redact, Progress: bar.Share}
	for kind := range types {
		p.Types = append(p.Types, kind)
	}
	slices.Sort(p.Types)
	state := f.state
	if state == "" {
		sum := sha256.Sum256([]byte(fmt.Sprintf("%s\x00%s\x00%d\x00%d", p.URL, t.Tenant, f.sample, f.seed)))
		state = filepath.Join(defaultStateDir(), "audits", hex.EncodeToString(sum[:8])+".json")
	}
	return audit.RunPlatform(ctx, p, state, o)
}
