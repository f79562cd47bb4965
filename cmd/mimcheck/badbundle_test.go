package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
)

// members takes an archive apart, in its order.
func members(t *testing.T, content string) (names []string, inside map[string][]byte) {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	inside = map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if inside[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		names = append(names, f.Name)
	}
	return names, inside
}

// archive puts files together; what of gives for one of them is written in its place.
func archive(t *testing.T, names []string, of func(name string, w io.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range names {
		method := zip.Deflate
		if name == "MANIFEST.json" {
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			err = of(name, w)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Every command that reads a bundle names what is wrong with it, and ends with 4.
func TestBadBundlesAreNamedWithTheirExitCode(t *testing.T) {
	oneAfterTheOther(t)
	workdir(t)
	mimcheck(t, "run", "--filter", "mim1.entity.create.location").want(t, 3)
	good := read(t, bundleFile)
	names, inside := members(t, good)
	same := func(name string, w io.Writer) error { _, err := w.Write(inside[name]); return err }
	with := func(change string, content []byte) string {
		return archive(t, names, func(name string, w io.Writer) error {
			if name == change {
				_, err := w.Write(content)
				return err
			}
			return same(name, w)
		})
	}
	altered := []byte(good)
	altered[len(altered)/3] ^= 4
	for _, c := range []struct {
		name, content string
		says          []string
	}{
		{"empty", "", []string{"zip archive"}},
		{"truncated", good[:len(good)*2/3], []string{"is it whole?"}},
		{"altered", string(altered), []string{"not valid"}},
		{"newer", with("MANIFEST.json", bytes.Replace(inside["MANIFEST.json"], []byte(`"version": "1.0"`), []byte(`"version": "2.0"`), 1)), []string{"newer mimcheck"}},
		{"outside", archive(t, append(names, "../../etc/cron.d/x"), same), []string{"../../etc/cron.d/x", "outside"}},
		{"bomb", archive(t, names, func(name string, w io.Writer) error {
			if name != "exchanges.ndjson" {
				return same(name, w)
			}
			_, err := io.CopyN(w, endless{}, attest.MaxFile+1)
			return err
		}), []string{"exchanges.ndjson", "at most"}},
	} {
		file := c.name + ".zip"
		put(t, file, c.content)
		for _, command := range [][]string{{"replay", file}, {"report", "verify", file, "--unsigned"}, {"report", "har", file}, {"report", "diff", file, bundleFile},
			{"report", "history", bundleFile, file}, {"report", "sign", file, "--key", "none.key"}} {
			mimcheck(t, command...).want(t, exitEvidence, append(c.says, file)...)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Keys that are revoked or expired, and clocks that are wrong.
func TestKeysAndClocksThatAreWrong(t *testing.T) {
	oneAfterTheOther(t)
	workdir(t)
	t.Setenv("MIMCHECK_PASSPHRASE", "a passphrase of the test")
	mimcheck(t, "run", "--filter", "mim1.entity.create.location").want(t, 3)
	good := read(t, bundleFile)
	mimcheck(t, "key", "new", "wg").want(t, 0)
	mimcheck(t, "key", "new", "timed", "--expires", "2000-01-01").want(t, 2, "expires on 2000-01-01")
	mimcheck(t, "key", "new", "timed", "--expires", "soon").want(t, 2, "2027-12-31")
	mimcheck(t, "key", "new", "timed", "--expires", time.Now().AddDate(1, 0, 0).Format(time.DateOnly), "--name", "MIMs Working Group").want(t, 0, "timed.crt")
	mimcheck(t, "key", "show", "timed.crt").want(t, 0, "MIMs Working Group")

	mimcheck(t, "report", "sign", bundleFile, "--key", "timed.key").want(t, 0)
	mimcheck(t, "report", "verify", bundleFile, "--key", "timed.crt").want(t, 0, "MIMs Working Group", "verified")
	mimcheck(t, "report", "sign", bundleFile, "--key", "wg.key").want(t, 0)
	mimcheck(t, "report", "verify", bundleFile, "--key", "wg.pub").want(t, 0)
	mimcheck(t, "report", "verify", bundleFile, "--key", "wg.pub", "--revocations", "none.yaml").want(t, 2, "none.yaml")
	mimcheck(t, "key", "revoke", "wg.pub", "--reason", "").want(t, 2, "no reason")
	mimcheck(t, "key", "revoke", "wg.pub", "--reason", "the laptop was stolen").want(t, 0, "revoked.yaml", "--revocations")
	mimcheck(t, "key", "revoke", "wg.pub", "--reason", "again").want(t, 2, "already")
	mimcheck(t, "key", "revoke", "timed.crt", "--reason", "replaced", "--since", "2999-01-01").want(t, 0)
	mimcheck(t, "report", "verify", bundleFile, "--key", "wg.pub", "--revocations", "revoked.yaml").want(t, exitEvidence, "is revoked", "the laptop was stolen")

	key, err := attest.ReadPrivate("timed.key", []byte("a passphrase of the test"))
	if err != nil {
		t.Fatal(err)
	}
	signedAt := func(at time.Time) {
		b, err := attest.Decode([]byte(good))
		if err == nil {
			err = b.Sign(t.Context(), at, key)
		}
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := b.Encode()
		if err == nil {
			err = os.WriteFile("signed.zip", encoded, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	signedAt(time.Now().Add(48 * time.Hour))
	mimcheck(t, "report", "verify", "signed.zip", "--key", "timed.crt").want(t, exitEvidence, "in the future", "a clock is wrong")
	expired, err := attest.Certificate(key, "x", time.Now().AddDate(-2, 0, 0), time.Now().AddDate(-1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	put(t, "expired.crt", string(expired))
	signedAt(time.Now())
	mimcheck(t, "report", "verify", "signed.zip", "--key", "expired.crt").want(t, exitEvidence, "not valid at that time", "valid key")

	b, err := attest.Decode([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	b.Report.Run.Finished = time.Now().AddDate(1, 0, 0) // by the clock of the machine that made it
	encoded, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	put(t, "later.zip", string(encoded))
	mimcheck(t, "report", "sign", "later.zip", "--key", "timed.key").want(t, 2, "set the clock right")
}
