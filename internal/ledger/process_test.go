package ledger

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ledger/ledgertest"
)

// writerEnv makes the test binary a process that writes to the ledger which the
// variable names, until it is killed or has written as many events as it should.
const writerEnv = "MIMCHECK_TEST_LEDGER_WRITER"

func TestMain(m *testing.M) {
	if job := os.Getenv(writerEnv); job != "" {
		if err := writer(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writer appends events and, after each, prints its place and hash: from then on it
// is acknowledged. After some it also keeps something that was computed from them.
func writer(job string) error {
	fields := strings.Split(job, "|") // path or URL, name, number of events
	n, err := strconv.Atoi(fields[2])
	if err != nil {
		return err
	}
	l, err := Open(fields[0])
	if err != nil {
		return err
	}
	defer l.Close()
	var from Head
	for i := range n {
		stream := []string{"shared", fields[1]}[i%2]
		e, err := l.Append(context.Background(), Draft{Stream: stream, Kind: "Note", Data: note{fields[1], i}})
		if err != nil {
			return err
		}
		head := Head{e.Position, e.Hash}
		fmt.Println(head)
		if i%4 == 3 {
			text := []byte(head.String())
			if done, err := l.Keep(context.Background(), "test", from, head, map[string][]byte{"a": text, "b": text}); err != nil {
				return err
			} else if done {
				from = head
			}
		}
	}
	return nil
}

func startWriter(t *testing.T, path, name string, events int) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", writerEnv, path, name, events))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out)
}

// acknowledged reads the heads that a writer printed until there are no more.
func acknowledged(t *testing.T, from io.Reader) []Head {
	t.Helper()
	var heads []Head
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		h, err := ParseHead(lines.Text())
		if err != nil {
			return heads // the line during which it was killed
		}
		heads = append(heads, h)
	}
	return heads
}

// TestTwoProcessesNeverFork: processes that begin with no ledger at all end up with
// one chain that has what each of them was told it has.
func TestTwoProcessesNeverFork(t *testing.T) {
	const each = 40
	for kind, place := range ledgertest.Places() {
		t.Run(kind, func(t *testing.T) {
			at := place(t)
			a, fromA := startWriter(t, at, "a", each)
			b, fromB := startWriter(t, at, "b", each)
			heads := append(acknowledged(t, fromA), acknowledged(t, fromB)...)
			for _, cmd := range []*exec.Cmd{a, b} {
				if err := cmd.Wait(); err != nil {
					t.Error(err)
				}
			}
			holds(t, at, heads)
			if len(heads) != 2*each {
				t.Errorf("%d events were acknowledged, expected %d", len(heads), 2*each)
			}
		})
	}
}

// TestKilledWriterLosesNothing kills a writer at any moment, again and again: every
// event that it had acknowledged is there, and the ledger is whole.
func TestKilledWriterLosesNothing(t *testing.T) {
	kills := 25
	if testing.Short() {
		kills = 5
	}
	for kind, place := range ledgertest.Places() {
		t.Run(kind, func(t *testing.T) {
			at := place(t)
			r := rand.New(rand.NewPCG(3, 4))
			var heads []Head
			for i := range kills {
				cmd, out := startWriter(t, at, fmt.Sprintf("w%d", i), 1_000_000)
				for range r.IntN(12) { // the first kills may come while the ledger is being made
					line, err := out.ReadString('\n')
					if err != nil {
						t.Fatalf("the writer ended by itself: %v", err)
					}
					h, err := ParseHead(strings.TrimSpace(line))
					if err != nil {
						t.Fatal(err)
					}
					heads = append(heads, h)
				}
				for range r.IntN(1_000_000) { // some moment of the next events
					_ = r.Uint64()
				}
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				heads = append(heads, acknowledged(t, out)...)
				_ = cmd.Wait() // "signal: killed"
				holds(t, at, heads)
			}
			t.Logf("%d events acknowledged before %d kills", len(heads), kills)
		})
	}
}

// holds checks that the ledger is whole and goes through all heads, and that what is kept
// is of one of its heads, and all of it of the same.
func holds(t *testing.T, path string, heads []Head) {
	t.Helper()
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Verify(t.Context(), heads...); err != nil {
		t.Fatal(err)
	}
	head, rows, err := kept(t, l, "test")
	if err != nil || rows["a"] != rows["b"] || head != (Head{}) && rows["a"] != head.String() {
		t.Fatalf("kept at %v are %v; %v", head, rows, err)
	}
}
