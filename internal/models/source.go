package models

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/validate"
)

// source is one layer of a catalogue: the files of a folder or an archive that may
// matter, by repository.
type source struct {
	origin  string              // for people
	base    string              // URL of its root
	files   map[string]*file    // by path below the root, repository first
	byID    map[string]*file    // by the $id that own schemas state
	besides map[string][]string // URL of the folder that such a $id is in -> paths of the files' folders
	builtin bool
	// recorded is the provenance by repository, for sources that know it already.
	recorded  map[string]provenance
	summaries map[string]Summary // by model id, of sources that have them at hand
}

// file is one file, read at its first use.
type file struct {
	path string // below the source's root, repository first
	read func() ([]byte, error)

	published bool // by others, so that known defects are repaired
	once      sync.Once
	doc       any
	err       error
	repairs   []Repair

	termsOnce sync.Once
	termsRead map[string]string
}

// document is the file's JSON.
func (f *file) document() (any, error) {
	f.once.Do(func() {
		b, err := f.read()
		if err != nil {
			f.err = err
			return
		}
		if f.doc, f.err = validate.Decode(b); f.err == nil && f.published {
			f.repairs = repair(f.doc, f.path)
		}
	})
	return f.doc, f.err
}

// terms are the terms of an @context document that map to a string, or to an object
// with an @id, resolved by the prefixes of the same document.
// The map is shared: nobody changes it.
func (f *file) terms() map[string]string {
	f.termsOnce.Do(func() {
		if doc, err := f.document(); err == nil {
			f.termsRead = termsOf(doc)
		}
	})
	return f.termsRead
}

func termsOf(doc any) map[string]string {
	terms := map[string]string{}
	collectTerms(doc, terms, 0)
	for term, iri := range terms {
		if prefix, rest, ok := strings.Cut(iri, ":"); ok && !strings.HasPrefix(rest, "//") {
			if ns, known := terms[prefix]; known && ns != iri {
				terms[term] = ns + rest
			}
		}
	}
	return terms
}

func collectTerms(v any, terms map[string]string, depth int) {
	if depth > 8 {
		return
	}
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			collectTerms(e, terms, depth+1)
		}
	case map[string]any:
		if inner, ok := x["@context"]; ok {
			collectTerms(inner, terms, depth+1)
			return
		}
		for term, definition := range x {
			if strings.HasPrefix(term, "@") {
				continue
			}
			if o, ok := definition.(map[string]any); ok {
				definition = o["@id"]
			}
			if iri, ok := definition.(string); ok && !strings.HasPrefix(iri, "@") {
				terms[term] = iri
			}
		}
	}
}

// find is the file that an address stands for, nil for none.
func (s *source) find(address string) *file {
	if p, ok := strings.CutPrefix(address, s.base); ok {
		if unescaped, err := url.PathUnescape(p); err == nil {
			return s.files[unescaped]
		}
	}
	if f := s.byID[address]; f != nil {
		return f
	}
	if at := strings.LastIndexByte(address, '/'); at > 0 { // a neighbour of a schema with an $id
		for _, dir := range s.besides[address[:at+1]] {
			if f := s.files[dir+address[at+1:]]; f != nil {
				return f
			}
		}
	}
	if s.builtin {
		return nil // it does not stand for what others publish
	}
	if p, ok := published(address); ok {
		return s.files[p]
	}
	return nil
}

// published maps an address of a Smart Data Models document to its path, repository
// first: the same documents are at several hosts and branches.
func published(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	parts := strings.Split(strings.Trim(path.Clean("/"+u.Path), "/"), "/")
	drop := func(n int) {
		if len(parts) >= n {
			parts = parts[n:]
		} else {
			parts = nil
		}
	}
	inOrganisation := len(parts) > 2 && parts[0] == "smart-data-models"
	switch strings.ToLower(u.Host) {
	case "smart-data-models.github.io":
	case "raw.githubusercontent.com":
		if !inOrganisation {
			return "", false
		}
		drop(1)
		parts = dropBranch(parts)
	case "github.com", "www.github.com":
		if !inOrganisation || len(parts) < 4 || parts[2] != "blob" && parts[2] != "raw" {
			return "", false
		}
		drop(1)
		parts = dropBranch(slices.Delete(parts, 1, 2))
	default:
		return "", false
	}
	if len(parts) < 2 {
		return "", false
	}
	return strings.Join(parts, "/"), true
}

// dropBranch turns REPOSITORY/BRANCH/PATH into REPOSITORY/PATH.
func dropBranch(parts []string) []string {
	if len(parts) > 4 && parts[1] == "refs" && parts[2] == "heads" {
		return slices.Delete(slices.Clone(parts), 1, 4)
	}
	if len(parts) > 2 {
		return slices.Delete(slices.Clone(parts), 1, 2)
	}
	return nil
}

var (
	repositoryName = regexp.MustCompile(`^(dataModel\.[A-Za-z0-9_.-]+?|data-models)(-(?:master|main|[0-9a-f]{7,40}))?$`)
	plainName      = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
)

// repositoryOf is the repository that a path segment names, as published.
func repositoryOf(segment string) (string, bool) {
	m := repositoryName.FindStringSubmatch(segment)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// placeInRepository splits a slash path of a folder or archive into repository and
// rest. What is in no repository of Smart Data Models belongs to own, the name of
// the folder or archive.
func placeInRepository(p, own string) string {
	segments := strings.Split(p, "/")
	for i, s := range segments[:len(segments)-1] {
		if repo, ok := repositoryOf(s); ok {
			return repo + "/" + strings.Join(segments[i+1:], "/")
		}
	}
	if repo, ok := repositoryOf(own); ok {
		return repo + "/" + p
	}
	return own + "/" + p
}

// relevant says whether a file may be a schema, an @context, a licence or a record
// of provenance.
func relevant(p string) bool {
	name := path.Base(p)
	if strings.HasPrefix(name, ".") || strings.Contains(p, "/examples/") || strings.Contains(p, "/templates/") ||
		strings.Contains(p, "/doc/") || strings.Contains(p, "/.git/") || strings.Contains(p, "/node_modules/") {
		return false
	}
	return strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".jsonld") ||
		strings.HasPrefix(name, "LICENSE") || name == provenanceFile
}

// provenanceFile is a table beside repositories: repo,commit,commit_date,licence,...
const provenanceFile = "PROVENANCE.csv"

// models finds the models of a source and what cannot be one.
func (s *source) models(c *Catalogue) ([]*Model, []Problem) {
	var (
		found    []*Model
		problems []Problem
	)
	provenance, err := s.provenance()
	if err != nil {
		problems = append(problems, Problem{s.origin + "/" + provenanceFile, err.Error()})
	}
	paths := make([]string, 0, len(s.files))
	for p := range s.files {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		segments := strings.Split(p, "/")
		repo := segments[0]
		m := &Model{Subject: repo, Origin: s.origin, catalogue: c, source: s, file: s.files[p], context: s.contextFor(p)}
		switch _, smart := repositoryOf(repo); {
		case smart && (len(segments) != 3 || segments[2] != "schema.json" || repo == "data-models"):
			continue
		case smart:
			m.Name = segments[1]
			m.SchemaURL = "https://smart-data-models.github.io/" + escapePath(p)
			if s.builtin {
				m.SchemaURL = s.base + escapePath(p)
			}
		default:
			if !strings.HasSuffix(p, ".json") {
				continue
			}
			name, id, err := ownModel(s.files[p], segments)
			if err != nil {
				problems = append(problems, Problem{p, err.Error()})
				continue
			}
			if at := strings.LastIndexByte(id, '/'); at > 0 {
				s.byID[id] = s.files[p]
				s.besides[id[:at+1]] = append(s.besides[id[:at+1]], path.Dir(p)+"/")
			}
			if name == "" {
				continue
			}
			m.Name, m.SchemaURL = name, s.base+escapePath(p)
		}
		pr := provenance[repo]
		m.Commit, m.Date, m.Licence = pr.commit, pr.date, pr.licence
		found = append(found, m)
	}
	return found, problems
}

// ownModel looks whether a JSON file of a folder of own models is a schema of an
// entity, and gives its name and $id. No name and no error: it is something else.
func ownModel(f *file, segments []string) (name, id string, err error) {
	doc, err := f.document()
	if err != nil {
		return "", "", err
	}
	root, ok := doc.(map[string]any)
	if !ok {
		return "", "", nil
	}
	if _, isContext := root["@context"]; isContext {
		return "", "", nil
	}
	about := false
	for _, keyword := range []string{"properties", "required", "allOf", "$ref", "anyOf", "oneOf"} {
		_, has := root[keyword]
		about = about || has
	}
	for _, keyword := range []string{"$id", "id"} { // draft-04 has id
		if id, _ = root[keyword].(string); id != "" {
			break
		}
	}
	id = strings.TrimSuffix(id, "#")
	if !about {
		return "", id, nil // definitions that others refer to, or no schema at all
	}
	last := segments[len(segments)-1]
	name = strings.TrimSuffix(strings.TrimSuffix(last, ".json"), ".schema")
	if name == "schema" && len(segments) > 1 {
		name = segments[len(segments)-2]
	}
	if !plainName.MatchString(name) {
		return "", "", fmt.Errorf("the name %q is no plain name of letters, digits, '.', '_' and '-'", name)
	}
	return name, id, nil
}

// contextFor is the @context beside a schema or above it, up to its repository.
func (s *source) contextFor(p string) *file {
	for dir := path.Dir(p); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if f := s.files[dir+"/context.jsonld"]; f != nil {
			return f
		}
	}
	return nil
}

func escapePath(p string) string { return (&url.URL{Path: p}).EscapedPath() }
