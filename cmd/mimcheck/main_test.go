package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
)

// TestMain lets garbage be collected seldom: what a run leaves behind goes all at once
// when it is over.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// outcome is what a user sees of one command.
type outcome struct {
	code        int
	out, errOut string
}

// mimcheck runs one command line in a folder of its own, with state of its own.
func mimcheck(t *testing.T, args ...string) outcome {
	t.Helper()
	var out, errOut bytes.Buffer
	code := execute(t.Context(), args, &out, &errOut)
	return outcome{code, out.String(), errOut.String()}
}

// workdir moves the test to an empty folder and keeps its state there.
func workdir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	t.Setenv("MIMCHECK_LEDGER", "")
	return dir
}

func (o outcome) want(t *testing.T, code int, says ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d\n%s\n%s", o.code, code, o.out, o.errOut)
	}
	for _, s := range says {
		if !strings.Contains(o.out+o.errOut, s) {
			t.Errorf("says nothing of %q:\n%s\n%s", s, o.out, o.errOut)
		}
	}
}

// oneAfterTheOther leaves a test out in the short run.
func oneAfterTheOther(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("whole runs, one after the other; other tests run the same code")
	}
}

func TestEmbeddedRunIsConformant(t *testing.T) {
	dir := workdir(t)
	mimcheck(t, "run", "--member", "Aarhus").want(t, 0, "conformant", "recorded for Aarhus")
	for _, name := range []string{"report.json", "report.html", "report.md", "junit.xml"} {
		if info, err := os.Stat(filepath.Join(dir, "mimcheck-report", name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	mimcheck(t, "status", "--member", "aarhus").want(t, 0, "MIM1", "Aarhus")
	mimcheck(t, "report", "render", "mimcheck-report/report.json", "--format", "markdown").want(t, 0, "MIM1")
	mimcheck(t, "run", "--member", "Aarhus", "--filter", atOnce, "--fault", anyFault(t)).want(t, 1)
	mimcheck(t, "cleanup", "--url", "http://127.0.0.1:9").want(t, 0, "nothing to clean up")
}

// atOnce selects the checks of creation that wait for nothing.
const atOnce = "entity.create && !mim1.entity.create.transient"

func anyFault(t *testing.T) string {
	t.Helper()
	const name = "entity.create.no-location"
	if _, err := faults.Named(name); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestBadInputIsNamedWithItsExitCode(t *testing.T) {
	dir := workdir(t)
	broken := filepath.Join(dir, "city.yaml")
	if err := os.WriteFile(broken, []byte("name: x\nendpoints:\n  ngsi-ld: {url: http://127.0.0.1:1}\ncolour: red\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		says []string
	}{
		{"unknown command", []string{"rnu"}, 2, []string{"rnu"}},
		{"unknown flag", []string{"run", "--colour"}, 2, []string{"colour"}},
		{"unknown field", []string{"run", "--target", broken}, 2, []string{"city.yaml", "colour", "4"}},
		{"missing file", []string{"run", "--target", "none.yaml"}, 2, []string{"none.yaml"}},
		{"two targets", []string{"run", "--target", broken, "--url", "http://x"}, 2, []string{"--target", "--url"}},
		{"unknown member", []string{"run", "--member", "Aarhuss"}, 2, []string{"Aarhus"}},
		{"unknown baseline", []string{"run", "--baseline", "oasc-1999"}, 2, []string{"oasc-2019-01-16"}},
		{"unknown fault", []string{"run", "--fault", "none"}, 2, []string{"none", "reference faults"}},
		{"unknown profile", []string{"run", "--profile", "careless"}, 2, []string{"observe"}},
		{"unknown MIM", []string{"run", "--mim", "MIM77"}, 2, []string{"MIM77"}},
		{"bad filter", []string{"run", "--filter", "core &&"}, 2, []string{"label expression"}},
		{"empty selection", []string{"run", "--filter", "no-such-label"}, 2, []string{"the selection is empty"}},
		{"unknown check", []string{"explain", "mim1.entity.create.locaton"}, 2, []string{"mim1.entity.create.location"}},
		{"bad date", []string{"status", "--as-of", "yesterday"}, 2, []string{"2026-01-31"}},
		{"unknown language", []string{"run", "--lang", "fr-FR"}, 2, []string{"fr-FR", "did you mean fr?"}},
		{"unknown format", []string{"report", "render", broken, "--format", "odt"}, 2, nil},
		{"cleanup without a target", []string{"cleanup"}, 2, []string{"--target"}},
		{"unknown command of a group", []string{"baseline", "lst"}, 2, []string{"lst", "list"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mimcheck(t, c.args...).want(t, c.code, c.says...)
		})
	}
}

func TestUnreachableTargetIsInconclusive(t *testing.T) {
	workdir(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close() // nothing listens there now
	mimcheck(t, "run", "--url", "http://"+free.Addr().String(), "--rate", "-1").want(t, 3, "inconclusive", "nothing listens")
}

func TestInterruptedRunKeepsAPartialReport(t *testing.T) {
	dir := workdir(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out, errOut bytes.Buffer
	if code := execute(ctx, []string{"run"}, &out, &errOut); code != exitInterrupted {
		t.Errorf("exit code %d, want 130\n%s\n%s", code, out.String(), errOut.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "mimcheck-report", "report.json")); err != nil {
		t.Error(err)
	}
}

// A platform on the network, as the README's two terminals have it: exactly the
// checks that should fail do.
func TestRemoteRun(t *testing.T) {
	oneAfterTheOther(t)
	workdir(t)
	fault, err := faults.Named(anyFault(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		active []faults.Fault
		args   string
		code   int
		says   []string
	}{
		{"sandbox", nil, "--profile sandbox --mim MIM2 --claim MIM2", 0, []string{"conformant"}}, // of all MIMs: TestREADME
		{"observe", nil, "--profile observe", 3, []string{"inconclusive", "left out by profile observe"}},
		{"sandbox with a fault", fault, "--profile sandbox --filter entity.create", 1, []string{"mim1.entity.create.location", "curl"}},
		{"observe cannot see a fault of writing", fault, "--profile observe", 3, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			city, err := embedded.Start("127.0.0.1:0", reference.Options{}, c.active...)
			if err != nil {
				t.Fatal(err)
			}
			defer city.Close()
			mimcheck(t, append(strings.Fields("run "+c.args), "--url", city.URL, "--rate", "-1", "--concurrency", "16",
				"--features", strings.Join(embedded.Statement().Features, ","), "--spec-version", embedded.SpecVersion)...).want(t, c.code, c.says...)
		})
	}
}

func TestDryRunAsksTheTargetNothing(t *testing.T) {
	workdir(t)
	mimcheck(t, "run", "--url", "http://127.0.0.1:9", "--dry-run").want(t, 0, "checks would run with about", "left out by profile observe")
}

func TestListAndExplain(t *testing.T) {
	mimcheck(t, "list").want(t, 0, "mim1.entity.create.location")
	mimcheck(t, "list", "--filter", "MIM2", "--json").want(t, 0, `"id": "mim2.`)
	mimcheck(t, "list", "--labels").want(t, 0, "need:write", "req:oasc-2019-01-16.MIM1.access")
	mimcheck(t, "explain", "mim1.entity.create.location").want(t, 0, "gives evidence for", "oasc-2019-01-16/MIM1/access")
	mimcheck(t, "explain", "oasc-2019-01-16/MIM1/access").want(t, 0, "is checked by", "mim1.entity.create.location")
	mimcheck(t, "explain", "oasc-2022-06-07/MIM9/gap").want(t, 0, "has no check")
	mimcheck(t, "explain", "oasc-2026-06-draft/MIM2/R3-C1").want(t, 0, "follows from what is found about MIM0 and MIM1")
	mimcheck(t, "explain", "mims-plus-5.0/MIM1/mim2-models").want(t, 0, "follows from what is found about MIM2", "is checked by")
	mimcheck(t, "baseline", "list").want(t, 0, "oasc-2019-01-16", "draft")
	mimcheck(t, "baseline", "show", "oasc-2019-01-16").want(t, 0, "MIM3")
	mimcheck(t, "baseline", "diff", "oasc-2019-01-16", "oasc-2026-06-draft").want(t, 0, "MIM0")
	mimcheck(t, "reference", "faults").want(t, 0, "entity.create.no-location")
	mimcheck(t, "--version").want(t, 0, "mimcheck")
}
