package validate_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// BenchmarkAgainstAjv goes from the same bytes to a verdict by turns here and in ajv's
// compiled validator of the same schema. It reports how many times ajv's throughput, which
// has one thread, ours is on one thread (x-ajv) and on all cores (x-ajv-all-cores). It
// needs Node.js, and MIMCHECK_AJV has to name a folder made by
// `npm install --prefix FOLDER ajv ajv-formats`.
func BenchmarkAgainstAjv(b *testing.B) {
	const turn = 20_000 // verdicts, some ten milliseconds
	c, err := models.Default()
	if err != nil {
		b.Fatal(err)
	}
	m, err := c.Find("AirQualityObserved")
	if err != nil {
		b.Fatal(err)
	}
	schema, text := m.Schema(), []byte(airKeyValues)
	ajv := startAjv(b, schema, text)
	ours := func(n, threads int) time.Duration {
		start := time.Now()
		var all sync.WaitGroup
		for range threads {
			all.Go(func() {
				for range n / threads {
					if r := schema.ValidateJSON(text); r.Verdict != validate.Valid {
						b.Errorf("%+v", r)
						return
					}
				}
			})
		}
		all.Wait()
		return time.Since(start)
	}
	cores := runtime.GOMAXPROCS(0)
	for range 5 { // until both are warm
		ours(turn, 1)
		ajv(turn)
	}
	var one, every, theirs time.Duration
	for b.Loop() {
		one += ours(turn, 1)
		every += ours(turn, cores)
		theirs += ajv(turn)
	}
	n := float64(b.N) * turn
	b.ReportMetric(float64(one.Nanoseconds())/n, "ns/verdict")
	b.ReportMetric(float64(theirs.Nanoseconds())/n, "ajv-ns/verdict")
	b.ReportMetric(theirs.Seconds()/one.Seconds(), "x-ajv")
	b.ReportMetric(theirs.Seconds()/every.Seconds(), "x-ajv-all-cores")
}

// startAjv starts ajv and returns what lets it judge text n times.
func startAjv(b *testing.B, s *validate.Schema, text []byte) func(n int) time.Duration {
	b.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		b.Skip("Node.js is not installed: ", err)
	}
	folder := os.Getenv("MIMCHECK_AJV")
	if folder == "" {
		b.Skip("MIMCHECK_AJV names no folder with ajv and ajv-formats (npm install --prefix FOLDER ajv ajv-formats)")
	}
	if folder, err = filepath.Abs(folder); err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"ajv", "ajv-formats"} {
		if _, err := os.Stat(filepath.Join(folder, "node_modules", name)); err != nil {
			b.Skipf("%s is not installed (npm install --prefix FOLDER ajv ajv-formats): %v", name, err)
		}
	}
	portable, err := validate.Portable(s)
	if err != nil {
		b.Fatal(err)
	}
	schema, err := json.Marshal(portable)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	schemaFile, valueFile := filepath.Join(dir, "schema.json"), filepath.Join(dir, "value.json")
	for path, content := range map[string][]byte{schemaFile: schema, valueFile: text} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	command := exec.CommandContext(context.WithoutCancel(b.Context()), node, filepath.Join("testdata", "ajv.cjs"), folder, schemaFile, valueFile)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close() // ends it
		if err := command.Wait(); err != nil {
			b.Error("ajv: ", err)
		}
	})
	lines := bufio.NewReader(out)
	return func(n int) time.Duration {
		if _, err := fmt.Fprintln(in, n); err != nil {
			b.Fatal("ajv: ", err)
		}
		line, err := lines.ReadString('\n')
		if err != nil {
			b.Fatal("ajv: ", err)
		}
		ns, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err != nil {
			b.Fatal("ajv takes the value for invalid: ", line)
		}
		return time.Duration(ns)
	}
}
