package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func keys(t testing.TB) (Sign, Check) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(payload []byte) (json.RawMessage, error) { return json.Marshal(ed25519.Sign(private, payload)) }
	check := func(payload []byte, seal json.RawMessage) error {
		var signature []byte
		if err := json.Unmarshal(seal, &signature); err != nil {
			return err
		}
		if !ed25519.Verify(public, payload, signature) {
			return errors.New("it is not by the trusted key")
		}
		return nil
	}
	return sign, check
}

func export(t testing.TB, l *Ledger, sign Sign) []byte {
	t.Helper()
	var b bytes.Buffer
	head, err := l.Export(t.Context(), &b, sign)
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := l.Head(t.Context()); head != want {
		t.Errorf("head %v, expected %v", head, want)
	}
	return b.Bytes()
}

func TestExportAndImport(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		from := open()
		sign, check := keys(t)
		empty := export(t, from, sign)
		for i := range 20 {
			appendNote(t, from, []string{"aarhus", "oasc"}[i%2], fmt.Sprintf("k%d", i), "ø <&> \u2028")
		}
		early := export(t, from, sign)
		for i := range 5 {
			appendNote(t, from, "aalborg", fmt.Sprintf("later%d", i), "x")
		}
		whole := export(t, from, sign)
		want, err := from.Events(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		for _, kind := range kinds() {
			to := opener(t, kind)()
			for _, step := range []struct {
				what  string
				added int64
			}{{string(empty), 0}, {string(early), 20}, {string(early), 0}, {string(whole), 5}, {string(early), 0}, {string(empty), 0}} {
				added, err := to.Import(t.Context(), strings.NewReader(step.what), check)
				if err != nil || added != step.added {
					t.Fatalf("%d added, %v; expected %d", added, err, step.added)
				}
			}
			got, err := to.Events(t.Context())
			if err != nil || !slices.EqualFunc(got, want, same) {
				t.Errorf("%d events, %v; expected the %d that were exported", len(got), err, len(want))
			}
			if err := to.Verify(t.Context()); err != nil {
				t.Error(err)
			}
			if again := export(t, to, nil); !bytes.Equal(again[:len(again)-200], whole[:len(again)-200]) {
				t.Error("the export of the import is another one")
			}
			appendNote(t, to, "aarhus", "", "it goes on")
			appendNote(t, from, "aarhus", "", "elsewhere too")
			parted := export(t, from, nil)
			if _, err := to.Import(t.Context(), bytes.NewReader(parted), nil); err == nil || !strings.Contains(err.Error(), "parted at event 26") {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestImportRefuses(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		l, to := opener(t, "SQLite")(), open()
		for i := range 6 {
			appendNote(t, l, []string{"aarhus", "oasc"}[i%2], "", fmt.Sprint(i))
		}
		sign, check := keys(t)
		good := string(export(t, l, sign))
		lines := strings.SplitAfter(good, "\n")
		lines = lines[:len(lines)-1]
		edit := func(f func([]string) []string) string { return strings.Join(f(slices.Clone(lines)), "") }
		unsigned := string(export(t, l, nil))
		otherSign, _ := keys(t)
		for name, c := range map[string]struct {
			text     string
			want     string
			position int64 // of a CorruptError; 0: none
		}{
			"nothing":     {"", "without its last line", 1},
			"no export":   {"{}\n", "its first line", 1},
			"cut":         {good[:len(good)-30], "can't be read", 7},
			"no end":      {edit(func(l []string) []string { return l[:5] }), "without its last line", 5},
			"changed":     {strings.Replace(good, `"text":"2"`, `"text":"9"`, 1), "changed", 3},
			"removed":     {edit(func(l []string) []string { return slices.Delete(l, 3, 4) }), "removed, put in or moved", 3},
			"last gone":   {edit(func(l []string) []string { return slices.Delete(l, 6, 7) }), "missing or were added", 6},
			"swapped":     {edit(func(l []string) []string { l[2], l[3] = l[3], l[2]; return l }), "removed, put in or moved", 2},
			"twice":       {edit(func(l []string) []string { return slices.Insert(l, 3, l[2]) }), "removed, put in or moved", 3},
			"spaces":      {strings.Replace(good, `"seq":1,`, `"seq": 1,`, 1), "RFC 8785", 1},
			"more fields": {strings.Replace(good, `"seq":1,`, `"more":1,"seq":1,`, 1), "RFC 8785", 1},
			"more lines":  {good + lines[1], "more after the last line", 7},
			"empty line":  {edit(func(l []string) []string { return slices.Insert(l, 3, "\n") }), "can't be read", 3},
			"long line":   {lines[0] + strings.Repeat("x", maxLine+10), "longer than", 1},
			"not signed":  {unsigned, "is not signed", 0},
			"other key":   {string(export(t, l, otherSign)), "not by the trusted key", 0},
			"seal moved":  {edit(func(l []string) []string { return append(l[:1], l[len(l)-1]) }), "missing or were added", 1},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := to.Import(t.Context(), strings.NewReader(c.text), check)
				var corrupt *CorruptError
				if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &corrupt) != (c.position > 0) {
					t.Fatalf("got %v; expected an error with %q", err, c.want)
				}
				if corrupt != nil && corrupt.Position != c.position {
					t.Errorf("event %d was named, expected %d: %v", corrupt.Position, c.position, err)
				}
				if corrupt != nil && (corrupt.Line < c.position || corrupt.Line > c.position+2 || !strings.Contains(err.Error(), "in line")) {
					t.Errorf("line %d was named: %v", corrupt.Line, err)
				}
				if h, _ := to.Head(t.Context()); h.Count != 0 {
					t.Errorf("%d events were kept", h.Count)
				}
			})
		}
	})
}

func FuzzImport(f *testing.F) {
	path := f.TempDir() + "/ledger.db"
	l, err := Open(path)
	if err != nil {
		f.Fatal(err)
	}
	defer l.Close()
	for i := range 3 {
		appendNote(f, l, "aarhus", fmt.Sprint(i), "x")
	}
	f.Add(export(f, l, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := newReader(bytes.NewReader(b))
		for {
			e, more, err := r.event()
			if err != nil {
				return
			}
			if !more {
				break
			}
			if e.Sum() != e.Hash {
				t.Errorf("%+v was read with a wrong hash", e)
			}
		}
		_ = r.close(nil)
	})
}
