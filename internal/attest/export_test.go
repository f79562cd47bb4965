package attest

import (
	"bytes"
	"maps"
	"slices"
	"testing"
)

// Archive makes a bundle of any files, with a manifest that fits them.
func Archive(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var p packer
	var entries []entry
	for _, name := range slices.Sorted(maps.Keys(files)) {
		e, err := p.pack(part{name, whole(files[name])})
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	var out bytes.Buffer
	if err := archive(&out, entries, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
