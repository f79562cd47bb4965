package probe

import (
	"os"
	"path/filepath"
	"testing"
)

func FuzzReadJournal(f *testing.F) {
	f.Add(`{"run":{"version":1,"token":"mctest1234","endpoints":{"ngsi-ld":"http://a.example"}}}` + "\n" +
		`{"create":{"collection":"entities","id":"urn:mctest1234:1"}}` + "\n" + `{"removed":{"collection":"entities","id":"urn:mctest1234:1"}}` + "\n")
	f.Add(`{"create":{"collection":"entities","id":"urn:a"}}` + "\n" + `{"create":{"collection":"enti`)
	f.Add("\n\nnull\n7\n{}\n")
	path := filepath.Join(f.TempDir(), "journal")
	f.Fuzz(func(t *testing.T, content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		j, _, _, err := readJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		all, left := j.list()
		if len(left) > len(all) {
			t.Errorf("%d of %d things are left", len(left), len(all))
		}
		for _, one := range all {
			if one.ID == "" || one.Collection == "" {
				t.Errorf("a thing without name was read: %+v", one)
			}
		}
	})
}
