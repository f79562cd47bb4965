package suites

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A check that looks at another clock, or at randomness that is not the run's, would
// judge otherwise when its evidence is judged again.
func TestChecksDependOnNothingThatIsNotRecorded(t *testing.T) {
	unrecorded := regexp.MustCompile(`\brange map\[|\btime\.(Now|Since|Until|After|Sleep|Tick|NewTimer|NewTicker|AfterFunc)\(|"crypto/rand"|"net/http/httptest"|\brand\.(Int|N\(|Uint|Float|Perm|Shuffle)|\bhttp\.(Get|Post|Head|DefaultClient)\b|\buuid\.New|\bos\.(Getenv|ReadFile|Open)`)
	for _, text := range []string{"begun := time.Now()", "for k, v := range map[string]int{} {", `import "crypto/rand"`, "http.Get(url)"} {
		if !unrecorded.MatchString(text) {
			t.Errorf("%s is not found", text)
		}
	}
	folders, err := filepath.Glob("mim*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("there are no suites: %v", err)
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			content, err := os.ReadFile(path)
			if found := unrecorded.Find(content); found != nil {
				t.Errorf("%s uses %s: a check has its time from t.Now and t.Pause, its randomness from t.Rand, the members of a map from InOrder, and all else from its client", path, found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
