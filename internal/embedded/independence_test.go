package embedded

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// The reference platform and the checks must not share their mistakes: they share
// the vocabulary of internal/ngsild and nothing else.
func TestReferenceAndChecksShareNothingButTheVocabulary(t *testing.T) {
	const module = "github.com/oasc/mimcheck/"
	for _, side := range []struct{ root, mayImport string }{
		{"../reference", "internal/ngsild internal/reference"},
		{"../../suites", "internal/declaration internal/ngsild internal/probe internal/models internal/openapi internal/rdf internal/shacl internal/validate internal/weblink internal/xmldoc reports schemas suites"},
	} {
		files := 0
		err := filepath.WalkDir(side.root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files++
			parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, imported := range parsed.Imports {
				name, own := strings.CutPrefix(strings.Trim(imported.Path.Value, `"`), module)
				if own && !within(name, strings.Fields(side.mayImport)) {
					t.Errorf("%s imports %s, expected only %s of this module", path, name, side.mayImport)
				}
			}
			return nil
		})
		if err != nil || files == 0 {
			t.Fatalf("%s: %d files (%v)", side.root, files, err)
		}
	}
}

func within(name string, rooms []string) bool {
	for _, room := range rooms {
		if name == room || strings.HasPrefix(name, room+"/") {
			return true
		}
	}
	return false
}
