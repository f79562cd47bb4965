package attest

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// Encode gives the bytes of the bundle: the same for the same bundle. It is a zip
// archive without times, with the manifest first, the other files sorted by name, and
// the signature last. Whether the report is as its schema says was seen when it was read,
// or written as a file of its own; here it is looked at only whether it is valid in itself.
func (b *Bundle) Encode() ([]byte, error) {
	entries, err := b.entries()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = archive(&out, entries, b.Signature)
	return out.Bytes(), err
}

// Write writes the bundle that New would make of the report and the run, without having
// all of its evidence in memory.
func Write(w io.Writer, report *reports.Report, run Run, recorded Recorded) error {
	raw, err := baselines.Source(report.Baseline.ID)
	if err != nil {
		return err
	}
	b := &Bundle{Report: report, Run: run, baseline: raw}
	entries, err := packed(b.parts(valid, recorded))
	if err != nil {
		return err
	}
	return archive(w, entries, nil)
}

// Manifest is the manifest of the bundle.
func (b *Bundle) Manifest() (Manifest, error) {
	if b.manifest != nil {
		return *b.manifest, nil
	}
	entries, err := b.entries()
	if err != nil {
		return Manifest{}, err
	}
	return newManifest(listed(entries)), nil
}

// part is one of the bundle's files beside manifest and signature. Its content is made
// when it is asked for, so that the whole of it need not be in memory.
type part struct {
	name  string
	write func(io.Writer) error
}

// parts are sorted by name; form gives the bytes of the report, and recorded is what is
// judged by it.
func (b *Bundle) parts(form func(*reports.Report) ([]byte, error), recorded Recorded) []part {
	all := []part{
		{reportFile, func(w io.Writer) error {
			report, err := form(b.Report)
			return errors.Join(err, whole(report)(w))
		}},
		{runFile, func(w io.Writer) error { return writeCanonical(w, b.Run) }},
		{baselineFile, whole(b.baseline)},
		{exchangesFile, recorded.WriteExchanges},
		{eventsFile, recorded.WriteEvents},
	}
	for digest, content := range recorded.Bodies() {
		all = append(all, part{blobFolder + "/" + digest, whole(content)})
	}
	slices.SortFunc(all, func(x, y part) int { return strings.Compare(x.name, y.name) })
	return all
}

func whole(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

// valid gives the bytes of a report.
func valid(r *reports.Report) ([]byte, error) {
	if err := r.Canonical().Validate(); err != nil {
		return nil, fmt.Errorf("the report is not a valid one: %w", err)
	}
	return reports.Form(r)
}

// entries are the packed parts.
func (b *Bundle) entries() ([]entry, error) { return packed(b.parts(valid, b)) }

func packed(parts []part) ([]entry, error) {
	var p packer
	entries := make([]entry, 0, len(parts))
	for _, part := range parts {
		e, err := p.pack(part)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// canonical is the one JSON form of v.
func canonical(v any) ([]byte, error) {
	var out bytes.Buffer
	err := writeCanonical(&out, v)
	return out.Bytes(), err
}

func writeCanonical(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("JSON can't hold it: %w", err)
	}
	return nil
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

// packer packs one file after the other with one compressor, whose tables are larger
// than most files. The zero value is ready.
type packer struct {
	w *flate.Writer
}

func (p *packer) pack(part part) (_ entry, err error) {
	var out bytes.Buffer
	if p.w == nil {
		if p.w, err = flate.NewWriter(&out, flate.BestSpeed); err != nil {
			return entry{}, err
		}
	}
	p.w.Reset(&out)
	sum, crc, size := sha256.New(), crc32.NewIEEE(), counter(0)
	err = part.write(io.MultiWriter(p.w, sum, crc, &size))
	if err := errors.Join(err, p.w.Close()); err != nil {
		return entry{}, err
	}
	if size < smallest || int(size) <= out.Len() {
		out.Reset()
		err := part.write(&out)
		return store(part.name, out.Bytes()), err
	}
	return entry{name: part.name, method: zip.Deflate, crc: crc.Sum32(), size: int64(size),
		digest: hex.EncodeToString(sum.Sum(nil)), raw: bytes.Clone(out.Bytes())}, nil // without the spare room
}

// counter counts the bytes that are written to it.
type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// listed are the entries as a manifest lists them.
func listed(entries []entry) []File {
	list := make([]File, len(entries))
	for i, e := range entries {
		list[i] = e.file()
	}
	return list
}

// archive writes the zip file.
func archive(w io.Writer, entries []entry, signature []byte) error {
	manifest, err := canonical(newManifest(listed(entries)))
	if err != nil {
		return err
	}
	all := append([]entry{store(manifestFile, manifest)}, entries...)
	if signature != nil {
		all = append(all, store(signatureFile, signature))
	}
	return zipped(w, all)
}

// zipped writes the archive with these entries, in their order.
func zipped(to io.Writer, all []entry) error {
	w := zip.NewWriter(to)
	for _, e := range all {
		h := &zip.FileHeader{Name: e.name, Method: e.method, CRC32: e.crc,
			UncompressedSize64: uint64(e.size), CompressedSize64: uint64(len(e.raw))}
		h.ModifiedDate = 1<<5 | 1 //nolint:staticcheck // 1980-01-01, the first day that a zip file can tell: no time is meant
		f, err := w.CreateRaw(h)
		if err == nil {
			_, err = f.Write(e.raw)
		}
		if err != nil {
			return fmt.Errorf("the bundle can't be written: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("the bundle can't be written: %w", err)
	}
	return nil
}
