package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/console"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/formats"
	"github.com/oasc/mimcheck/reports/words"
)

// runFlags are the flags of `mimcheck run` beside those of the settings.
type runFlags struct {
	settings   harness.Settings
	out        string
	ledger     string
	bundle     string // file; empty: beside the report
	expected   string // file of expected failures
	lang       string // of the reports for people
	repeat     int
	dryRun     bool
	runTimeout time.Duration
	command    string // that was typed
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Test a platform; without --target or --url, the embedded reference platform",
		Example: `  mimcheck run                                   # the embedded reference platform
  mimcheck run --url https://broker.example.org  # a live platform, reading only
  mimcheck run --target city.yaml --profile sandbox --member Aarhus
  mimcheck run --target city.yaml --filter 'core && !need:write' --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.command = commandLine(cmd)
			return run(cmd.Context(), f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	s, flags := &f.settings, cmd.Flags()
	flags.StringVar(&s.TargetFile, "target", "", "the platform's target.yaml")
	flags.StringVar(&s.URL, "url", "", "the platform's address, with or without /ngsi-ld/v1")
	flags.StringSliceVar(&s.Faults, "fault", nil, "switch on named faults of the embedded platform (see mimcheck reference faults)")
	flags.StringVar(&s.Baseline, "baseline", "", "baseline id (see mimcheck baseline list)")
	flags.StringSliceVar(&s.MIMs, "mim", nil, "run the checks of these MIMs only")
	flags.StringVar(&s.Filter, "filter", "", "run the checks whose labels match this expression only")
	flags.StringSliceVar(&s.Claims, "claim", nil, "MIMs that the platform claims, instead of its statement's")
	flags.StringSliceVar(&s.Features, "features", nil, "optional features that the platform claims, or all")
	flags.StringVar(&s.SpecVersion, "spec-version", "", "version of ETSI GS CIM 009 that the platform implements, such as 1.6.1")
	flags.StringSliceVar(&s.Models, "models", nil, "data-model catalogues (folder, zip or tar) instead of the embedded one")
	flags.StringVar(&s.Profile, "profile", "", "observe (reads only), sandbox (writes its own things only) or reference")
	flags.IntVar(&s.Concurrency, "concurrency", 0, "checks at once")
	flags.Float64Var(&s.Rate, "rate", 0, "requests per second; negative is unlimited")
	flags.DurationVar(&s.Timeout, "timeout", 0, "longest time of one check (default 30s)")
	flags.DurationVar(&f.runTimeout, "run-timeout", 0, "longest time of the whole run (default none)")
	flags.BoolVar(&s.FailFast, "fail-fast", false, "stop after the first failed check")
	flags.Uint64Var(&s.Seed, "seed", 0, "seed of everything random (default: a fresh one, told in the report)")
	flags.IntVar(&s.Sample, "sample", 0, "entities that observing checks look at (default 50)")
	flags.StringVar(&s.CallbackHost, "callback-host", "", "address of this machine that the platform can reach, HOST or HOST:PORT")
	flags.StringVar(&s.NotifyURL, "notify-url", "", "where the platform reaches that address, if it is elsewhere for it: http://HOST:PORT")
	flags.StringVar(&s.NotifyMQTT, "notify-mqtt", "", "where the platform reaches the MQTT broker of this run: mqtt://HOST or mqtt://HOST:PORT")
	flags.StringVar(&s.MQTTListen, "mqtt-listen", "", "where that broker listens, HOST:PORT, if not at the port of --notify-mqtt")
	flags.StringVar(&s.StateDir, "state", defaultStateDir(), "folder for clean-up journals")
	flags.StringVar(&s.Member, "member", "", "record the run for this member city")
	ledgerFlag(flags, &f.ledger, ", with --member")
	flags.StringVar(&f.out, "out", "mimcheck-report", "folder for the report")
	languageFlag(cmd, &f.lang)
	flags.StringVar(&f.bundle, "bundle", "", "file for the bundle of report and evidence (default: run"+attest.Extension+" beside the report)")
	flags.StringVar(&s.Waivers, "waivers", "", "file of agreed exceptions: check, reason, owner, expires")
	flags.StringVar(&f.expected, "expected-failures", "", "file of checks that are known to fail: exit with 1 only for other ones")
	flags.IntVar(&f.repeat, "repeat", 1, "run as often as this, and tell which outcomes vary")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print the plan and the number of requests, and run nothing")
	return cmd
}

// runMemory is how much memory a run takes before it rather collects garbage, in bytes
// beyond what the process has already. What it keeps may still be more than that.
const runMemory = 84 << 20

// bounded bounds the memory of the process to what it has and so many bytes more, until
// the end is called. A bound that the user gave stays.
func bounded(more int64) (end func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := debug.SetMemoryLimit(int64(m.Sys-m.HeapReleased) + more)
	return func() { debug.SetMemoryLimit(before) }
}

func run(ctx context.Context, f runFlags, stdout, stderr io.Writer) error {
	defer bounded(runMemory)()
	f.settings.Tool = tool()
	if f.repeat < 1 {
		return fmt.Errorf("--repeat %d: expected a number from 1", f.repeat)
	}
	in, err := words.In(f.lang)
	if err != nil {
		return err
	}
	expected, err := loadExpected(f.expected)
	if err != nil {
		return err
	}
	var member membership.Member
	if f.settings.Member != "" { // before an hour of testing, not after
		if member, err = memberOf(ctx, f.ledger, f.settings.Member); err != nil {
			return err
		}
		f.settings.Member = member.Name
	}
	progress := console.New(stderr)
	f.settings.Progress = progress
	prepared, err := harness.Prepare(f.settings)
	if err != nil {
		return err
	}
	defer prepared.Close()
	if f.dryRun {
		return dryRun(ctx, prepared, stdout)
	}
	runCtx, cancel := ctx, context.CancelFunc(func() {})
	if f.runTimeout > 0 {
		runCtx, cancel = context.WithTimeout(ctx, f.runTimeout)
	}
	defer cancel()
	report, err := prepared.Run(runCtx)
	progress.Close()
	if report == nil {
		return err
	}
	report.Run.Command = f.command
	if f.settings.Seed == 0 {
		report.Run.Command += fmt.Sprintf(" --seed %d", report.Run.Seed)
	}
	written, writeErr := writeAll(f, prepared, report, in)
	if err := formats.Render("text", stdout, report, in); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nreport: %s\n", strings.Join(written, "  "))
	if f.settings.Member != "" && writeErr == nil {
		writeErr = record(ctx, f.ledger, member, report, stdout)
	}
	switch {
	case err != nil || writeErr != nil:
		return exitError{exitUsage, errors.Join(err, writeErr)}
	case ctx.Err() != nil:
		return exitError{exitInterrupted, errors.New("interrupted: the report is partial, what the run created has been removed")}
	}
	if f.repeat > 1 {
		if err := repeat(ctx, f.settings, f.repeat, prepared, report, stdout); err != nil {
			return err
		}
	}
	if expected != nil {
		return news(ctx, f.settings, expected, report, stdout)
	}
	return verdictCode(report)
}

// writeAll writes the report and the bundle, side by side, and returns the paths.
func writeAll(f runFlags, prepared *harness.Prepared, report *reports.Report, in *words.Printer) ([]string, error) {
	if err := makeFolder(f.out); err != nil {
		return nil, err
	}
	var written []string
	var bundle string
	var both errgroup.Group
	both.Go(func() (err error) { written, err = writeReport(f.out, report, in); return err })
	both.Go(func() (err error) { bundle, err = writeBundle(f, prepared, report); return err })
	err := both.Wait()
	if bundle != "" {
		written = append(written, bundle)
	}
	return written, err
}

func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the report has no place: %w; name another folder with --out", err)
	}
	return nil
}

// writeBundle writes everything that the run is judged by into one file.
func writeBundle(f runFlags, prepared *harness.Prepared, report *reports.Report) (string, error) {
	path := f.bundle
	if path == "" {
		path = filepath.Join(f.out, "run"+attest.Extension)
	}
	if err := reports.WriteFrom(path, func(w io.Writer) error { return prepared.WriteBundle(w, report) }); err != nil {
		return "", err
	}
	return path, nil
}

// commandLine is the command with the flags that were given, for a POSIX shell.
func commandLine(cmd *cobra.Command) string {
	words := []string{cmd.CommandPath()}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		value := flag.Value.String()
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			value = strings.Join(list.GetSlice(), ",")
		}
		switch {
		case flag.Value.Type() == "bool":
			words = append(words, "--"+flag.Name+"="+value)
		case strings.ContainsFunc(value, func(r rune) bool {
			return !strings.ContainsRune("-_./:,", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}):
			words = append(words, "--"+flag.Name, "'"+strings.ReplaceAll(value, "'", `'\''`)+"'")
		default:
			words = append(words, "--"+flag.Name, value)
		}
	})
	return strings.Join(words, " ")
}

func verdictCode(r *reports.Report) error {
	code, err := r.Verdict.Verdict.ExitCode()
	if err != nil {
		return err
	}
	if code == 0 {
		return nil
	}
	return exitError{code: code}
}

// writeReport writes the report in the formats that people and machines ask for
// first and returns the paths; the others come by `mimcheck report render`.
func writeReport(dir string, r *reports.Report, in *words.Printer) ([]string, error) {
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	encoded, err := reports.Encode(r)
	if err != nil {
		return nil, err
	}
	var written []string
	write := func(name string, content []byte) error {
		path := filepath.Join(dir, name)
		if err := reports.Write(path, content); err != nil {
			return err
		}
		written = append(written, path)
		return nil
	}
	if err := write("report.json", encoded); err != nil {
		return written, err
	}
	for _, f := range []struct{ format, file string }{{"html", "report.html"}, {"markdown", "report.md"}, {"junit", "junit.xml"}} {
		var b strings.Builder
		if err := formats.Render(f.format, &b, r, in); err != nil {
			return written, err
		}
		if err := write(f.file, []byte(b.String())); err != nil {
			return written, err
		}
	}
	return written, nil
}

func record(ctx context.Context, path string, member membership.Member, r *reports.Report, stdout io.Writer) (err error) {
	store, err := openLedger(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	event, err := membership.Record(context.WithoutCancel(ctx), store, member, r)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "recorded for %s in %s (event %d); see `mimcheck status --member %q`\n", member.Name, ledger.Name(path), event.Seq, member.Name)
	return nil
}

func openLedger(path string) (*ledger.Ledger, error) {
	if !ledger.IsURL(path) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("the ledger has no place: %w; name one with --ledger", err)
		}
	}
	store, err := ledger.Open(path)
	var corrupt *ledger.CorruptError
	if errors.As(err, &corrupt) {
		return nil, exitError{exitEvidence, err}
	}
	return store, err
}

// defaultStateDir is where journals and the ledger live when no flag says
// otherwise, by the XDG base directory rules.
func defaultStateDir() string {
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "mimcheck")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".mimcheck"
	}
	return filepath.Join(home, ".local", "state", "mimcheck")
}

func defaultLedger() string {
	if path := os.Getenv("MIMCHECK_LEDGER"); path != "" {
		return path
	}
	return filepath.Join(defaultStateDir(), "ledger.db")
}
