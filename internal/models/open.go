package models

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/validate"
)

//go:embed builtin
var builtin embed.FS

// Default is the catalogue of the built-in models. An error is a fault of the program.
func Default() (*Catalogue, error) { return open(nil) }

// Open layers folders and archives (.zip, .tar, .tar.gz, .tgz) over the built-in
// models: a model given later replaces one of the same type IRI given earlier.
// A path holds repositories of Smart Data Models (folders dataModel.SUBJECT with
// MODEL/schema.json, and data-models with what they share), or JSON Schemas of one's
// own, one a file; or it is a store that Sync wrote. What cannot be read inside a path is listed by Problems; the error
// is about a path as a whole.
func Open(paths ...string) (*Catalogue, error) {
	var layers []*source
	for i, p := range paths {
		s, err := openPath(p, i+1)
		if err != nil {
			return nil, fmt.Errorf("data models from %s: %w", p, err)
		}
		layers = append(layers, s)
	}
	return open(layers)
}

// open makes the catalogue of the built-in models and the layers over them.
func open(layers []*source) (*Catalogue, error) {
	base := newSource("built-in", "mimcheck:///builtin/")
	base.builtin = true
	root, err := fs.Sub(builtin, "builtin")
	if err != nil {
		return nil, err
	}
	if err := base.addFS(root, ""); err != nil {
		return nil, err
	}
	c := &Catalogue{names: map[string]*namesEntry{}}
	c.loose = validate.New(c, validate.Options{})
	c.strict = validate.New(c, validate.Options{Strict: true})
	taken := map[string]*source{}
	for _, s := range append([]*source{base}, layers...) {
		c.sources = append([]*source{s}, c.sources...)
	}
	for _, s := range c.sources { // the top layer first
		found, problems := s.models(c)
		c.problems = append(c.problems, problems...)
		for _, m := range found {
			hidden := false
			for _, iri := range m.IRIs() {
				over, ok := taken[iri]
				hidden = hidden || ok && over != s
			}
			if hidden {
				continue
			}
			for _, iri := range m.IRIs() {
				taken[iri] = s
			}
			c.models = append(c.models, m)
		}
	}
	sortModels(c.models)
	return c, nil
}

func newSource(origin, base string) *source {
	return &source{origin: origin, base: base, files: map[string]*file{}, byID: map[string]*file{}, besides: map[string][]string{}}
}

func openPath(p string, n int) (*source, error) {
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(p)
	if err != nil {
		return nil, err
	}
	s := newSource(p, "mimcheck:///"+strconv.Itoa(n)+"/")
	if info.IsDir() {
		m, err := readManifest(absolute)
		if err == nil {
			return m.source(absolute, s.base), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		root, err := os.OpenRoot(absolute) // links do not lead out of it
		if err != nil {
			return nil, err
		}
		if err := s.addFS(root.FS(), filepath.Base(absolute)); err != nil {
			return nil, err
		}
	} else if err := s.addArchive(absolute); err != nil {
		return nil, err
	}
	if len(s.files) == 0 {
		return nil, errors.New("there is no schema in it: expected folders dataModel.SUBJECT/MODEL/schema.json, or JSON Schemas")
	}
	return s, nil
}

// addFS adds the files of a folder, to be read when they are needed.
func (s *source) addFS(root fs.FS, own string) error {
	return fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); p != "." && (strings.HasPrefix(name, ".") || name == "examples" || name == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !relevant("/"+p) {
			return nil
		}
		s.add(p, own, func() ([]byte, error) { return readLimited(root, p) })
		return nil
	})
}

// add files a file under its repository.
func (s *source) add(p, own string, read func() ([]byte, error)) {
	placed := p
	if own != "" || path.Base(p) == provenanceFile {
		placed = placeInRepository(p, own)
	}
	if path.Base(p) == provenanceFile {
		placed = provenanceFile
	}
	repo, _, _ := strings.Cut(placed, "/")
	_, smart := repositoryOf(repo)
	s.files[placed] = &file{path: placed, read: read, published: smart && !s.builtin}
}

func readLimited(root fs.FS, p string) ([]byte, error) {
	f, err := root.Open(p)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("larger than %d bytes", maxFile)
	}
	return b, nil
}

type provenance struct{ commit, date, licence string }

// provenance reads the table beside the repositories, if there is one.
func (s *source) provenance() (map[string]provenance, error) {
	f := s.files[provenanceFile]
	if f == nil {
		return s.recorded, nil
	}
	b, err := f.read()
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, name := range []string{"repo", "commit", "commit_date", "licence"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("column %q is missing: expected repo, commit, commit_date and licence", name)
		}
	}
	table := map[string]provenance{}
	for _, row := range rows[1:] {
		table[path.Base(row[column["repo"]])] = provenance{row[column["commit"]], row[column["commit_date"]], row[column["licence"]]}
	}
	return table, nil
}
