package models

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A store is a folder with a local, content-addressed copy of catalogues: blobs by
// their SHA-256, and one manifest that says which blob is which file of which
// repository, where it came from, and what the models are. It is read offline.
const (
	manifestFile   = "catalogue.json"
	manifestFormat = 1
	blobFolder     = "blobs"
)

// manifest is the content of a store.
type manifest struct {
	Format       int                   `json:"format"`
	Repositories map[string]repository `json:"repositories"`
	Models       []Summary             `json:"models"` // sorted by id
}

// repository is what a store has of one repository or folder.
type repository struct {
	From    string          `json:"from"`             // the path or URL that it was synced from
	Synced  time.Time       `json:"synced"`           // when it last changed here
	Commit  string          `json:"commit,omitempty"` // as far as the source says
	Date    string          `json:"date,omitempty"`   // of the commit
	Licence string          `json:"licence,omitempty"`
	Files   map[string]blob `json:"files"` // by path, repository first
}

type blob struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Summary is what is told of a model without reading its schema again.
type Summary struct {
	ID         string   `json:"id"`
	Title      string   `json:"title,omitempty"`
	Version    string   `json:"version,omitempty"`
	Licence    string   `json:"licence,omitempty"`
	IRIs       []string `json:"iris,omitempty"`
	Attributes []string `json:"attributes,omitempty"`
	SHA256     string   `json:"sha256"`            // of its schema document
	Broken     string   `json:"broken,omitempty"`  // why it cannot judge
	Repairs    []string `json:"repairs,omitempty"` // named work-arounds
}

// Synced tells what a sync did.
type Synced struct {
	Repositories []string // of the source, sorted
	Added        []string // model ids, sorted
	Changed      []string
	Removed      []string
	Unchanged    int
	Broken       []Problem // models that were stored and cannot judge
	Problems     []Problem // files that could not be read and were left out
	Blobs        int       // files written; those that were there already are not
}

// Sync copies the models of a folder or archive into the store, which is made when
// it is not there. Repositories of the source replace those of the same name in the
// store; others stay. Files that the store has already are not written again. from
// is what the store records as the source, and now when; a store is never half
// written: its manifest is replaced last.
func Sync(store, source, from string, now time.Time) (*Synced, error) {
	s, err := openPath(source, 1)
	if err != nil {
		return nil, fmt.Errorf("data models from %s: %w", source, err)
	}
	old, err := readManifest(store)
	if errors.Is(err, fs.ErrNotExist) {
		old, err = &manifest{Format: manifestFormat, Repositories: map[string]repository{}}, nil
	}
	if err != nil {
		return nil, err
	}
	done := &Synced{}
	fresh, err := s.store(store, from, now, done)
	if err != nil {
		return nil, err
	}
	next := &manifest{Format: manifestFormat, Repositories: maps.Clone(old.Repositories)}
	for name, r := range fresh {
		if was, ok := old.Repositories[name]; ok && maps.Equal(was.Files, r.Files) {
			r.Synced = was.Synced // nothing changed
		}
		next.Repositories[name] = r
		done.Repositories = append(done.Repositories, name)
	}
	slices.Sort(done.Repositories)
	if err := next.summarise(store, done); err != nil {
		return nil, err
	}
	done.compare(old, next)
	return done, next.write(store)
}

// store writes the source's files as blobs and groups them by repository.
func (s *source) store(store, from string, now time.Time, done *Synced) (map[string]repository, error) {
	table, err := s.provenance()
	if err != nil {
		done.Problems = append(done.Problems, Problem{provenanceFile, err.Error()})
	}
	fresh := map[string]repository{}
	for _, p := range slices.Sorted(maps.Keys(s.files)) {
		name, _, inRepository := strings.Cut(p, "/")
		if !inRepository {
			continue
		}
		b, err := s.files[p].read()
		if err != nil {
			done.Problems = append(done.Problems, Problem{p, err.Error()})
			continue
		}
		digest := sha256.Sum256(b)
		key := hex.EncodeToString(digest[:])
		wrote, err := writeBlob(store, key, b)
		if err != nil {
			return nil, err
		}
		if wrote {
			done.Blobs++
		}
		r, ok := fresh[name]
		if !ok {
			pr := table[name]
			r = repository{From: from, Synced: now.UTC().Truncate(time.Second), Commit: pr.commit, Date: pr.date, Licence: pr.licence, Files: map[string]blob{}}
			fresh[name] = r
		}
		r.Files[p] = blob{key, int64(len(b))}
	}
	return fresh, nil
}

// summarise reads the models of the whole new content and tells which are broken.
func (n *manifest) summarise(store string, done *Synced) error {
	c, err := open([]*source{n.source(store, "mimcheck:///store/")})
	if err != nil {
		return err
	}
	done.Problems = append(done.Problems, c.problems...)
	for _, m := range c.models {
		if m.source.builtin {
			continue
		}
		sum := m.summarise()
		sum.SHA256 = n.Repositories[m.Subject].Files[m.file.path].SHA256
		if sum.Broken != "" {
			done.Broken = append(done.Broken, Problem{m.ID(), sum.Broken})
		}
		n.Models = append(n.Models, sum)
	}
	slices.SortFunc(n.Models, func(a, b Summary) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

// compare fills in which models came, changed and went.
func (d *Synced) compare(old, next *manifest) {
	before := map[string]string{}
	for _, m := range old.Models {
		before[m.ID] = m.SHA256
	}
	for _, m := range next.Models {
		switch was, there := before[m.ID]; {
		case !there:
			d.Added = append(d.Added, m.ID)
		case was != m.SHA256:
			d.Changed = append(d.Changed, m.ID)
		default:
			d.Unchanged++
		}
		delete(before, m.ID)
	}
	d.Removed = slices.Sorted(maps.Keys(before))
}

// source is the store's content as a layer of a catalogue.
func (n *manifest) source(store, base string) *source {
	s := newSource(store, base)
	s.recorded, s.summaries = map[string]provenance{}, map[string]Summary{}
	for _, m := range n.Models {
		s.summaries[m.ID] = m
	}
	for name, r := range n.Repositories {
		s.recorded[name] = provenance{r.Commit, r.Date, r.Licence}
		for p, b := range r.Files {
			s.add(p, "", func() ([]byte, error) { return readBlob(store, b) })
		}
	}
	return s
}

func readManifest(store string) (*manifest, error) {
	b, err := os.ReadFile(filepath.Join(store, manifestFile))
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("the catalogue in %s is broken: %s: %w; sync it again into an empty folder", store, manifestFile, err)
	}
	if m.Format != manifestFormat {
		return nil, fmt.Errorf("the catalogue in %s has format %d, and this version reads %d; sync it again into an empty folder", store, m.Format, manifestFormat)
	}
	if m.Repositories == nil {
		m.Repositories = map[string]repository{}
	}
	return &m, nil
}

func (n *manifest) write(store string) error {
	b, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(store, manifestFile), append(b, '\n'), true)
}

func blobPath(store, key string) string { return filepath.Join(store, blobFolder, key[:2], key[2:]) }

func writeBlob(store, key string, b []byte) (wrote bool, err error) {
	p := blobPath(store, key)
	if info, err := os.Stat(p); err == nil && info.Size() == int64(len(b)) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return false, err
	}
	return true, replaceFile(p, b, false) // a blob that a crash spoils is found by its digest
}

// readBlob reads a file of the store and makes sure that it is what was stored.
func readBlob(store string, b blob) ([]byte, error) {
	if raw, err := hex.DecodeString(b.SHA256); err != nil || len(raw) != sha256.Size {
		return nil, fmt.Errorf("the store names a blob %q, which is no SHA-256 digest", b.SHA256)
	}
	data, err := os.ReadFile(blobPath(store, b.SHA256))
	if err != nil {
		return nil, err
	}
	if digest := sha256.Sum256(data); hex.EncodeToString(digest[:]) != b.SHA256 {
		return nil, fmt.Errorf("blob %s of the store %s is not what was stored: sync it again", b.SHA256, store)
	}
	return data, nil
}

// replaceFile writes a file under a temporary name and renames it; durable ones are on
// the disk when it returns.
func replaceFile(name string, b []byte, durable bool) (err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(b); err != nil {
		_ = f.Close()
		return err
	}
	if durable {
		if err = f.Sync(); err != nil {
			_ = f.Close()
			return err
		}
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
