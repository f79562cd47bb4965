// Command mimcheck tests a city platform against the OASC Minimal Interoperability
// Mechanisms, reports what it found and records it for the member.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/reports"
)

// Exit codes, part of the contract with scripts.
const (
	exitNonConformant = 1
	exitUsage         = 2
	exitInconclusive  = 3
	exitEvidence      = 4
	exitInterrupted   = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var coded exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &coded):
		if coded.err != nil {
			fmt.Fprintln(stderr, "mimcheck:", coded.err)
		}
		return coded.code
	}
	fmt.Fprintln(stderr, "mimcheck:", err)
	return exitUsage
}

// exitError carries an exit code; without err there is nothing more to say.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return fmt.Sprintf("exit code %d: %v", e.code, e.err) }
func (e exitError) Unwrap() error { return e.err }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "mimcheck",
		Short: "Conformance tests for the OASC Minimal Interoperability Mechanisms",
		Long: `mimcheck probes a city platform's NGSI-LD and data-model endpoints against a
versioned baseline of the OASC Minimal Interoperability Mechanisms (MIMs), reports
the verdict with its evidence, and records it for the member city.

Exit codes: 0 conformant, 1 not conformant, 2 wrong use or bad configuration,
3 inconclusive, 4 evidence or ledger not valid, 130 interrupted.`,
		Version:       tool().Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(
		newRun(), newReplay(), newKey(), newList(), newExplain(), newBaseline(), newReport(), newStatus(),
		newCleanup(), newReference(), newProve(), newTrace(), newDiscover(),
		newMember(), newChapter(), newCouncil(), newExtension(), newActivity(), newDeclaration(), newCertificate(), newClaims(), newSolution(), newLedger(), newModels(),
	)
	return root
}

// tool names this build.
func tool() reports.Tool {
	t := reports.Tool{Name: "mimcheck", Version: "0.1.0"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				t.Build = s.Value
			}
		}
	}
	return t
}
