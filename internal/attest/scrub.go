package attest

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oasc/mimcheck/internal/probe"
)

// Leak is a secret that an artefact tells.
type Leak struct {
	probe.Leak
	File string // path; of a file in an archive, PATH!NAME
}

// Leaks looks for secrets in files, folders and zip archives, and returns how many files
// it looked at. An archive that can't be unpacked is an error: nobody knows what is in it.
func Leaks(secrets probe.Secrets, paths ...string) (found []Leak, files int, err error) {
	look := func(name string, content []byte) {
		files++
		for _, leak := range secrets.Find([]byte(name)) {
			found = append(found, Leak{leak, "the name of " + name})
		}
		for _, leak := range secrets.Find(content) {
			found = append(found, Leak{leak, name})
		}
	}
	for _, root := range paths {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := readAtMost(path, MaxArchive)
			if err != nil {
				return err
			}
			look(path, content)
			if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
				return unpacked(path, content, look)
			}
			return nil
		})
		if err != nil {
			return found, files, fmt.Errorf("not everything could be looked at: %w", err)
		}
	}
	return found, files, nil
}

// unpacked gives look each file of an archive.
func unpacked(path string, content []byte, look func(string, []byte)) error {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("%s can't be unpacked: %w", path, err)
	}
	var total int64
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("%s can't be unpacked: %s: %w", path, quoted(f.Name), err)
		}
		inside, err := io.ReadAll(io.LimitReader(r, MaxContent-total+1))
		if err := errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("%s can't be unpacked: %s: %w", path, quoted(f.Name), err)
		}
		if total += int64(len(inside)); total > MaxContent {
			return fmt.Errorf("%s has more than %d bytes when it is unpacked", path, MaxContent)
		}
		look(path+"!"+f.Name, inside)
	}
	return nil
}

func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(content)) > most {
		err = fmt.Errorf("%s has more than %d bytes", path, most)
	}
	return content, err
}
