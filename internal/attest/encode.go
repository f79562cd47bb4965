package attest

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"

	"github.com/oasc/mimcheck/reports"
)

// Encode gives the bytes of the bundle: the same for the same bundle. It is a zip
// archive without times, with the manifest first, the other files sorted by name, and
// the signature last.
func (b *Bundle) Encode() ([]byte, error) {
	files, err := b.contents()
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(files))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		e, err := pack(name, files[name])
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return archive(entries, b.Signature)
}

// Manifest is the manifest of the bundle.
func (b *Bundle) Manifest() (Manifest, error) {
	if b.manifest != nil {
		return *b.manifest, nil
	}
	files, err := b.contents()
	if err != nil {
		return Manifest{}, err
	}
	list := make([]File, 0, len(files))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		e, err := pack(name, files[name])
		if err != nil {
			return Manifest{}, err
		}
		list = append(list, e.file())
	}
	return newManifest(list), nil
}

// contents gives the bundle's files beside manifest and signature.
func (b *Bundle) contents() (map[string][]byte, error) {
	report, err := reports.Encode(b.Report)
	if err != nil {
		return nil, err
	}
	run, err := canonical(b.Run)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{reportFile: report, runFile: run, baselineFile: b.baseline}
	if files[exchangesFile], err = lines(b.Exchanges); err != nil {
		return nil, err
	}
	if files[eventsFile], err = lines(b.Events); err != nil {
		return nil, err
	}
	for digest, content := range b.Blobs {
		files[blobFolder+"/"+digest] = content
	}
	return files, nil
}

// canonical is the one JSON form of v.
func canonical(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("JSON can't hold it: %w", err)
	}
	return out.Bytes(), nil
}

// lines is JSON with one value a line.
func lines[T any](values []T) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	for _, v := range values {
		if err := e.Encode(v); err != nil {
			return nil, fmt.Errorf("JSON can't hold it: %w", err)
		}
	}
	return out.Bytes(), nil
}

// entry is one file as the archive holds it.
type entry struct {
	name   string
	method uint16
	crc    uint32
	size   int64
	digest string // of the content
	raw    []byte // packed
}

func (e entry) file() File {
	sum := sha256.Sum256(e.raw)
	return File{Name: e.name, Size: e.size, SHA256: e.digest, Packed: hex.EncodeToString(sum[:])}
}

// smallest is the size in bytes from which packing a file is worth it.
const smallest = 256

// store is a file that is not packed: the manifest and the signature, for whose packed
// form nothing vouches.
func store(name string, content []byte) entry {
	sum := sha256.Sum256(content)
	return entry{name: name, method: zip.Store, crc: crc32.ChecksumIEEE(content), size: int64(len(content)),
		digest: hex.EncodeToString(sum[:]), raw: content}
}

func pack(name string, content []byte) (entry, error) {
	e := store(name, content)
	if len(content) < smallest {
		return e, nil
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		return e, err
	}
	_, err = w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		return e, err
	}
	if out.Len() < len(content) {
		e.method, e.raw = zip.Deflate, out.Bytes()
	}
	return e, nil
}

// archive writes the zip file.
func archive(entries []entry, signature []byte) ([]byte, error) {
	list := make([]File, len(entries))
	for i, e := range entries {
		list[i] = e.file()
	}
	manifest, err := canonical(newManifest(list))
	if err != nil {
		return nil, err
	}
	all := append([]entry{store(manifestFile, manifest)}, entries...)
	if signature != nil {
		all = append(all, store(signatureFile, signature))
	}
	return zipped(all)
}

// zipped is the archive with these entries, in their order.
func zipped(all []entry) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range all {
		h := &zip.FileHeader{Name: e.name, Method: e.method, CRC32: e.crc,
			UncompressedSize64: uint64(e.size), CompressedSize64: uint64(len(e.raw))}
		h.ModifiedDate = 1<<5 | 1 //nolint:staticcheck // 1980-01-01, the first day that a zip file can tell: no time is meant
		f, err := w.CreateRaw(h)
		if err != nil {
			return nil, fmt.Errorf("the bundle can't be written: %w", err)
		}
		if _, err := f.Write(e.raw); err != nil {
			return nil, fmt.Errorf("the bundle can't be written: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("the bundle can't be written: %w", err)
	}
	return out.Bytes(), nil
}
