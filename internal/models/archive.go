package models

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Limits of an archive or folder, against bombs.
const (
	maxFile    = 16 << 20  // bytes of one file
	maxArchive = 512 << 20 // bytes of all files that matter, unpacked
	maxEntries = 200_000   // entries, whether they matter or not
	maxScanned = 4 << 30   // bytes of a tar stream, unpacked
)

// addArchive adds the files of a zip or tar archive, which are read at once.
func (s *source) addArchive(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	own := filepath.Base(name)
	for _, suffix := range []string{".gz", ".tgz", ".tar", ".zip"} {
		own = strings.TrimSuffix(own, suffix)
	}
	return s.readArchive(f, info.Size(), own)
}

// readArchive tells zip, tar and gzip apart by their first bytes.
func (s *source) readArchive(f interface {
	io.Reader
	io.ReaderAt
}, size int64, own string) error {
	a := &unpacker{source: s, own: own}
	var magic [4]byte
	if _, err := f.ReadAt(magic[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case string(magic[:2]) == "PK":
		return a.zip(f, size)
	case magic[0] == 0x1f && magic[1] == 0x8b:
		z, err := gzip.NewReader(bufio.NewReader(f))
		if err != nil {
			return fmt.Errorf("the gzip stream is broken: %w", err)
		}
		return a.tar(z)
	default:
		return a.tar(f)
	}
}

type unpacker struct {
	source  *source
	own     string
	entries int
	kept    int64
}

// entry counts an entry and says whether it is to be kept. A name that leads out of
// the archive is refused: an honest archive has none.
func (a *unpacker) entry(name string) (clean string, keep bool, err error) {
	if a.entries++; a.entries > maxEntries {
		return "", false, fmt.Errorf("the archive has more than %d entries", maxEntries)
	}
	slashed := strings.ReplaceAll(name, `\`, "/")
	if strings.HasPrefix(slashed, "/") || strings.Contains(slashed, "\x00") || len(slashed) > 1 && slashed[1] == ':' {
		return "", false, fmt.Errorf("entry %q has an absolute or impossible name", name)
	}
	for _, segment := range strings.Split(slashed, "/") {
		if segment == ".." {
			return "", false, fmt.Errorf("entry %q leads out of the archive", name)
		}
	}
	clean = path.Clean(slashed)
	return clean, relevant("/" + clean), nil
}

func (a *unpacker) keep(name string, r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return fmt.Errorf("entry %q is broken: %w", name, err)
	}
	if len(b) > maxFile {
		return fmt.Errorf("entry %q is larger than %d bytes", name, maxFile)
	}
	if a.kept += int64(len(b)); a.kept > maxArchive {
		return fmt.Errorf("the archive unpacks to more than %d bytes", maxArchive)
	}
	a.source.add(name, a.own, func() ([]byte, error) { return bytes.Clone(b), nil })
	return nil
}

func (a *unpacker) zip(f io.ReaderAt, size int64) error {
	z, err := zip.NewReader(f, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("the zip archive is broken: %w", err)
	}
	for _, e := range z.File {
		name, keep, err := a.entry(e.Name)
		if err != nil {
			return err
		}
		if !keep || !e.Mode().IsRegular() {
			continue
		}
		r, err := e.Open()
		if err != nil {
			return fmt.Errorf("entry %q is broken: %w", name, err)
		}
		err = a.keep(name, r)
		_ = r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *unpacker) tar(r io.Reader) error {
	limited := &io.LimitedReader{R: r, N: maxScanned}
	t := tar.NewReader(limited)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if limited.N <= 0 {
			return fmt.Errorf("the archive unpacks to more than %d bytes", int64(maxScanned))
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("not a zip, tar or tar.gz archive, or a broken one: %w", err)
		}
		name, keep, err := a.entry(h.Name)
		if err != nil {
			return err
		}
		if !keep || h.Typeflag != tar.TypeReg {
			continue
		}
		if err := a.keep(name, t); err != nil {
			return err
		}
	}
}
