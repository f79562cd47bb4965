package attest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/schemas"
)

// ran is the bundle of a small run.
func ran() (*attest.Bundle, error) {
	state, err := os.MkdirTemp("", "attest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(state)
	p, err := harness.Prepare(harness.Settings{Seed: 3, StateDir: state, Tool: reports.Tool{Name: "mimcheck", Version: "test"}, Features: []string{"all"},
		Filter: "mim1.entity.create.location || mim1.notification.state.several || mim1.entity.create.scope || mim2.context.inline.present"})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	report, err := p.Run(context.Background())
	if err != nil {
		return nil, err
	}
	return p.Bundle(report)
}

// recorded is ran for the test, which may change it: making it anew takes less than reading
// it again.
func recorded(t testing.TB) *attest.Bundle {
	t.Helper()
	b, err := ran()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encode(t testing.TB, b *attest.Bundle) []byte {
	t.Helper()
	encoded, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// key is the same each time.
func key() (ed25519.PrivateKey, attest.PublicKey) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	id, err := attest.KeyID(private.Public())
	if err != nil {
		panic(err)
	}
	return private, attest.PublicKey{ID: id, Key: private.Public()}
}

func TestEncodedBundlesAreReadAgain(t *testing.T) {
	b, err := ran()
	if err != nil {
		t.Fatal(err)
	}
	first := encode(t, b)
	read, err := attest.Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	if again := encode(t, read); !bytes.Equal(first, again) {
		t.Errorf("a bundle that was read gives other bytes")
	}
	if len(read.Exchanges) == 0 || len(read.Events) == 0 || len(read.Blobs) == 0 || len(read.Missing()) != 0 {
		t.Errorf("%d exchanges, %d events, %d bodies, missing %v", len(read.Exchanges), len(read.Events), len(read.Blobs), read.Missing())
	}
}

func TestBundlesAreAsTheSchemaSays(t *testing.T) {
	b := recorded(t)
	private, _ := key()
	if err := b.Sign(t.Context(), time.Now(), private); err != nil {
		t.Fatal(err)
	}
	schema := func(part string) *jsonschema.Schema {
		raw, err := schemas.Read("bundle.schema.json")
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource("bundle", doc); err != nil {
			t.Fatal(err)
		}
		s, err := c.Compile("bundle#/$defs/" + part)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	parts := map[string]*jsonschema.Schema{"MANIFEST.json": schema("manifest"), "run.json": schema("run"), "signature.dsse.json": schema("envelope"),
		"exchanges.ndjson": schema("exchange"), "events.ndjson": schema("event")}
	z, err := zip.NewReader(bytes.NewReader(encode(t, b)), int64(len(encode(t, b))))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range z.File {
		s := parts[f.Name]
		if s == nil {
			continue
		}
		seen++
		content := inside(t, f)
		documents := [][]byte{content}
		if strings.HasSuffix(f.Name, ".ndjson") {
			documents = bytes.Split(bytes.TrimSpace(content), []byte("\n"))
		}
		for i, d := range documents {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(d))
			if err == nil {
				err = s.Validate(v)
			}
			if err != nil {
				t.Errorf("%s, line %d: %v", f.Name, i+1, err)
			}
		}
	}
	if seen != len(parts) {
		t.Errorf("%d of %d files are there", seen, len(parts))
	}
	if err := parts["run.json"].Validate(map[string]any{"token": 1}); err == nil {
		t.Error("the schema takes anything")
	}
}

func inside(t testing.TB, f *zip.File) []byte {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return content
}

// Every single byte counts: one that is altered, wherever it is, is named.
func TestAlteredBytesAreDetected(t *testing.T) {
	private, public := key()
	b := recorded(t)
	for _, signed := range []bool{false, true} {
		t.Run(fmt.Sprintf("signed %v", signed), func(t *testing.T) {
			places := 250
			if signed {
				places = 1000
				if err := b.Sign(t.Context(), time.Now(), private); err != nil {
					t.Fatal(err)
				}
			}
			good := encode(t, b)
			random := rand.New(rand.NewPCG(1, 2))
			if testing.Short() {
				places = 10
			}
			for range places {
				at, bit := random.IntN(len(good)), random.IntN(8)
				bad := bytes.Clone(good)
				bad[at] ^= 1 << bit
				err := check(t, bad, public, signed)
				if err == nil {
					t.Errorf("bit %d of byte %d of %d was altered, and nobody noticed", bit, at, len(good))
					continue
				}
				var named *attest.Error
				if !errors.As(err, &named) {
					t.Errorf("byte %d: %v is no *attest.Error", at, err)
				}
			}
			for _, at := range []int{0, 1, len(good) / 2, len(good) - 1} {
				if err := check(t, good[:at], public, signed); err == nil {
					t.Errorf("cut after %d bytes, and nobody noticed", at)
				}
			}
			for _, more := range [][]byte{append(bytes.Clone(good), 0), append([]byte("x"), good...)} {
				if err := check(t, more, public, signed); err == nil {
					t.Error("a byte more, and nobody noticed")
				}
			}
			if err := check(t, good, public, signed); err != nil {
				t.Errorf("the bundle as it was made: %v", err)
			}
			if !signed {
				return
			}
			for range places / 20 { // of the signature, as who makes the archive anew does, with the right checksum
				at, bit, bad := random.IntN(len(b.Signature)), random.IntN(8), *b
				bad.Signature = bytes.Clone(b.Signature)
				bad.Signature[at] ^= 1 << bit
				if err := check(t, encode(t, &bad), public, signed); err == nil {
					t.Errorf("bit %d of byte %d of the signature was altered, and nobody noticed", bit, at)
				}
			}
		})
	}
}

func check(t *testing.T, content []byte, public attest.PublicKey, signed bool) error {
	t.Helper()
	read, err := attest.Decode(content)
	if err != nil || !signed {
		return err
	}
	_, err = read.Verify(t.Context(), attest.Trust{Keys: []attest.PublicKey{public}, Now: time.Now()})
	return err
}

// files takes a bundle apart, and zipped puts files together again as anybody may.
func files(t testing.TB, content []byte) (names []string, byName map[string][]byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	byName = map[string][]byte{}
	for _, f := range z.File {
		names = append(names, f.Name)
		byName[f.Name] = inside(t, f)
	}
	return names, byName
}

func zipped(t testing.TB, names []string, byName map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		method := zip.Deflate
		if name == "MANIFEST.json" {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = f.Write(byName[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestHostileBundlesAreRefusedByName(t *testing.T) {
	if testing.Short() {
		t.Skip("bombs, which take long to go off")
	}
	good := encode(t, recorded(t))
	names, byName := files(t, good)
	with := func(more string, content []byte) []byte {
		all := map[string][]byte{more: content}
		for n, c := range byName {
			if _, replaced := all[n]; !replaced {
				all[n] = c
			}
		}
		list := names
		if _, there := byName[more]; !there {
			list = append(append([]string{}, names...), more)
		}
		return zipped(t, list, all)
	}
	newer := bytes.Replace(byName["MANIFEST.json"], []byte(`"version": "1.0"`), []byte(`"version": "2.0"`), 1)
	for _, c := range []struct {
		name    string
		content []byte
		want    []string
	}{
		{"nothing", nil, []string{"zip archive"}},
		{"no archive", []byte("{}"), []string{"zip archive"}},
		{"an empty archive", zipped(t, nil, nil), []string{"MANIFEST.json"}},
		{"a path outside", with("../evil", nil), []string{`"../evil"`, "outside"}},
		{"an absolute path", with("/etc/passwd", nil), []string{`"/etc/passwd"`, "outside"}},
		{"a path outside for Windows", with(`..\evil`, nil), []string{"outside"}},
		{"a stranger", with("readme.txt", nil), []string{`"readme.txt"`, "no bundle"}},
		{"a blob in a folder", with("blobs/../../x", nil), []string{"outside"}},
		{"twice", zipped(t, append(append([]string{}, names...), "report.json"), byName), []string{"report.json", "twice"}},
		{"the manifest last", zipped(t, append(append([]string{}, names[1:]...), names[0]), byName), []string{"begin with MANIFEST.json"}},
		{"another manifest", with("MANIFEST.json", []byte(`{"format":"other","version":"1.0"}`)), []string{"mimcheck-bundle"}},
		{"no manifest", with("MANIFEST.json", []byte("nothing")), []string{"MANIFEST.json", "no JSON"}},
		{"a newer version", with("MANIFEST.json", newer), []string{`"2.0"`, "newer mimcheck"}},
		{"a newer version with other files", zipped(t, append(append([]string{}, names...), "attachments.json"), map[string][]byte{"MANIFEST.json": newer}), []string{`"2.0"`, "newer mimcheck"}},
		{"another report", with("report.json", []byte("{}")), []string{"altered"}},
		{"a file less", zipped(t, names[:len(names)-1], byName), []string{names[len(names)-1], "missing"}},
		{"packed otherwise", zipped(t, names, byName), []string{"altered"}},
		{"packed manifest", repacked(t, names, byName), []string{"MANIFEST.json", "packed again"}},
		{"a bomb", bomb(t, names, byName), []string{"baseline.json", "bytes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := attest.Decode(c.content)
			var named *attest.Error
			if !errors.As(err, &named) {
				t.Fatalf("got %v, want an *attest.Error", err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q says nothing of %q", err, w)
				}
			}
		})
	}
}

// repacked is what a zip program makes of the files.
func repacked(t *testing.T, names []string, byName map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(byName[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a bundle whose baseline unpacks to more than it may.
func bomb(t *testing.T, names []string, byName map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		method := zip.Deflate
		if name == "MANIFEST.json" {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil && name == "baseline.json" {
			_, err = io.CopyN(f, zeros{}, attest.MaxFile+1)
		} else if err == nil {
			_, err = f.Write(byName[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A whole, valid archive may still contradict itself.
func TestContradictionsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*attest.Bundle)
		want   string
	}{
		{"another seed", func(b *attest.Bundle) { b.Run.Seed++ }, "run.json"},
		{"an exchange less than the report tells of", func(b *attest.Bundle) { b.Exchanges = b.Exchanges[1:] }, "no exchange refers to it|exchanges"},
		{"another status than the report tells of", func(b *attest.Bundle) {
			for i, x := range b.Exchanges {
				if strings.HasPrefix(x.Check, "mim1.") {
					response := *x.Response
					response.Status = 418
					b.Exchanges[i].Response = &response
					return
				}
			}
		}, "418"},
		{"an exchange twice", func(b *attest.Bundle) { b.Exchanges = append(b.Exchanges[:1:1], b.Exchanges...) }, "twice"},
		{"an event twice", func(b *attest.Bundle) { b.Events = append(b.Events[:1:1], b.Events...) }, "twice"},
		{"an event less", func(b *attest.Bundle) { b.Events = b.Events[1:] }, "missing"},
		{"a body nobody sent", func(b *attest.Bundle) { b.Blobs[strings.Repeat("0", 64)] = []byte("x") }, "digest"},
		{"a body under another name", func(b *attest.Bundle) {
			for digest := range b.Blobs {
				b.Blobs[digest] = []byte("other")
				return
			}
		}, "digest"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := recorded(t)
			c.change(b)
			_, err := attest.Decode(encode(t, b))
			matched := false
			for _, w := range strings.Split(c.want, "|") {
				matched = matched || err != nil && strings.Contains(err.Error(), w)
			}
			if !matched {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestReadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.mimcheck.zip")
	if err := os.WriteFile(path, []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := attest.Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if _, err := attest.Read(path + "x"); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

var update = flag.Bool("update", false, "make the sample bundle anew")

// sample is a small bundle that was made once: what could be read then has to be readable
// for as long as the major version stays.
const sample = "testdata/small.mimcheck.zip"

func TestBundlesOfOldAreRead(t *testing.T) {
	if *update {
		b := recorded(t)
		run := reports.With(b.Report.Checks, reports.Passed)
		b.Report.Checks, b.Report.Counts, b.Report.Verdict.MIMs = run, reports.Count(run), nil
		private, _ := key()
		if err := b.Sign(t.Context(), time.Now(), private); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(sample, encode(t, b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := attest.Read(sample)
	if err != nil {
		t.Fatal(err)
	}
	_, public := key()
	if _, err := b.Verify(t.Context(), attest.Trust{Keys: []attest.PublicKey{public}, Now: time.Now()}); err != nil {
		t.Error(err)
	}
}

// root is that of all files of the bundle.
func root(t *testing.T, b *attest.Bundle) string {
	t.Helper()
	m, err := b.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	return m.Root
}

func FuzzDecode(f *testing.F) {
	good, err := os.ReadFile(sample)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	names, byName := files(f, good)
	f.Add(zipped(f, names, byName))
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, content []byte) {
		read, err := attest.Decode(content)
		if err != nil {
			var named *attest.Error
			if !errors.As(err, &named) {
				t.Errorf("%v is no *attest.Error", err)
			}
			return
		}
		again, err := attest.Decode(encode(t, read)) // packed by what packs today, which need not be what packed it
		if err != nil {
			t.Fatalf("it is accepted, and not when it was written again: %v", err)
		}
		if was, is := root(t, read), root(t, again); is != was {
			t.Errorf("it is accepted with the root %s, and written with %s", was, is)
		}
	})
}

// The files inside are read by their own decoders, which the digests keep bytes of
// strangers from; whoever makes a bundle can put anything there.
func FuzzFiles(f *testing.F) {
	good, err := os.ReadFile(sample)
	if err != nil {
		f.Fatal(err)
	}
	_, byName := files(f, good)
	for _, name := range []string{"run.json", "events.ndjson", "exchanges.ndjson", "report.json"} {
		f.Add(name, byName[name])
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		altered := map[string][]byte{name: content}
		for n, c := range byName {
			if _, replaced := altered[n]; !replaced && n != "MANIFEST.json" && n != "signature.dsse.json" {
				altered[n] = c
			}
		}
		b, err := attest.Decode(attest.Archive(t, altered))
		if err != nil {
			var named *attest.Error
			if !errors.As(err, &named) {
				t.Errorf("%v is no *attest.Error", err)
			}
			return
		}
		if again, err := b.Encode(); err != nil || len(again) == 0 {
			t.Errorf("it is accepted, and can't be written again: %v", err)
		}
		record := probe.Recording{Endpoints: b.Run.Target.Endpoints, Exchanges: b.Exchanges, Events: b.Events, Blobs: evidence.NewMemoryBlobs(0)}
		replay, err := probe.NewReplay(record)
		if err != nil {
			return
		}
		for _, e := range b.Events { // whatever is recorded may be asked for
			ctx, leave := replay.Enter(t.Context(), e.Check, 0)
			if e.Call != nil {
				_, _ = replay.Client(e.Check).Do(ctx, probe.Request{Method: e.Call.Method, Path: "/x"})
			}
			_, _ = replay.Receiver(e.Check, nil).NewInbox(e.Key).Next(ctx)
			_ = replay.Receiver(e.Check, nil).NewSource(e.Key).Asked()
			_ = replay.Clock(e.Check).Now()
			_ = leave("")
		}
	})
}
