package reports_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	for _, text := range []string{"first", "second, longer"} {
		if err := reports.Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Fatalf("the file has %q (%v), want %q", got, err, text)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("temporary files were left behind: %v", left)
	}
}

func TestWriteKeepsWhatIsThere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has neither these permissions nor links without a privilege")
	}
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(real, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	if err := reports.Write(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
	if info, _ := os.Stat(real); info.Mode().Perm() != 0o640 {
		t.Errorf("the permissions became %v", info.Mode().Perm())
	}
	if b, _ := os.ReadFile(real); string(b) != "new" {
		t.Errorf("the file has %q", b)
	}
	if err := reports.Write(os.DevNull, []byte("x")); err != nil {
		t.Errorf("writing to a device: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ path, want string }{
		"a directory":  {dir, "is a directory"},
		"no directory": {filepath.Join(dir, "no", "report.json"), "no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			err := reports.Write(c.path, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
				t.Errorf("got %v, want one with %q and the path", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), ".tmp") {
				t.Errorf("the error names the temporary file: %v", err)
			}
		})
	}
}
