package target

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/oasc/mimcheck/internal/yamldoc"
)

// shortest is the length of the shortest secret, in bytes: a shorter one can't be
// told from other text, and so not be kept out of the evidence.
const shortest = 3

// largest bounds a file with a secret, in bytes.
const largest = 64 << 10

var environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// secret reads a secret, which is only ever named: {env: NAME} or {file: PATH}.
func (f *file) secret(n ast.Node, at string) string {
	if k := yamldoc.Kind(n); k == "text" || k == "a number" {
		f.Wrong(n, at, "a secret is written into the file: take it out, put it into an environment variable and write {env: NAME}, or into a file and write {file: PATH}; it should be changed if others saw this file")
		return ""
	}
	var value, variable, path string
	seen := f.Mapping(n, at, f.Into("env", &variable), f.Into("file", &path))
	if seen == nil {
		return ""
	}
	switch {
	case len(seen) != 1:
		f.Wrong(n, at, "expected either {env: NAME} or {file: PATH}, seen %d of them", len(seen))
		return ""
	case seen["env"]:
		if variable == "" {
			return "" // told already
		}
		at = yamldoc.Join(at, "env")
		if !environmentName.MatchString(variable) {
			f.Wrong(n, at, "expected the name of an environment variable (letters, digits and _), such as CITY_TOKEN: a secret itself must not stand here")
			return ""
		}
		var set bool
		if value, set = os.LookupEnv(variable); !set {
			f.Wrong(n, at, "the environment variable %s is not set: export it before the run", variable)
			return ""
		}
	default:
		if path == "" {
			return ""
		}
		at = yamldoc.Join(at, "file")
		var err error
		if value, err = f.contents(path); err != nil {
			f.Wrong(n, at, "the secret can't be read: %v", err)
			return ""
		}
	}
	value = strings.TrimRight(value, "\r\n")
	switch {
	case len(value) < shortest:
		f.Wrong(n, at, "the secret has %d characters: expected at least %d, since a shorter one can't be kept out of reports", len(value), shortest)
		return ""
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
		f.Wrong(n, at, "the secret has more than one line or a control character: expected one line of text")
		return ""
	}
	return value
}

func (f *file) contents(path string) (string, error) {
	path = f.path(path)
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > largest {
		return "", fmt.Errorf("%s is no file of at most %d bytes", path, largest)
	}
	b, err := os.ReadFile(path)
	return string(b), err
}

// path is relative to the folder of the target.yaml.
func (f *file) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(f.dir, p)
}
