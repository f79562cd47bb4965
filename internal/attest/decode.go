package attest

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Limits of what Decode reads.
const (
	MaxArchive = 512 << 20 // bytes of the archive
	MaxContent = 1 << 30   // bytes of all that it holds, unpacked
	MaxFile    = 256 << 20 // bytes of one file, unpacked
	MaxFiles   = 200_000
)

// Error says what is wrong with a bundle, or with something else that is signed, and where.
type Error struct {
	File string // in the bundle; empty for the bundle as a whole
	Err  error
	What string // that is not valid; empty for the bundle
}

// Error names the thing, the file in it and what is wrong.
func (e *Error) Error() string {
	what := cmp.Or(e.What, "the bundle")
	if e.File == "" {
		return what + " is not valid: " + e.Err.Error()
	}
	return fmt.Sprintf("%s is not valid: %s: %v", what, e.File, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func wrong(file, format string, args ...any) *Error {
	return &Error{File: file, Err: fmt.Errorf(format, args...)}
}

// Read reads the bundle at path; see Decode.
func Read(name string) (*Bundle, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the bundle can't be read: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, MaxArchive+1))
	if err != nil {
		return nil, fmt.Errorf("the bundle can't be read: %w", err)
	}
	b, err := Decode(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// Decode reads a bundle. It accepts the bytes that Encode wrote, whatever compressor the
// version had that did, and no others: every byte that is altered, added or missing is an
// *Error that names the file and place.
func Decode(content []byte) (*Bundle, error) {
	if len(content) > MaxArchive {
		return nil, wrong("", "it has more than %d bytes: is it a bundle?", MaxArchive)
	}
	entries, err := unzip(content)
	if err != nil {
		return nil, err
	}
	manifest, err := readManifest(entries)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.name] = true
	}
	for _, f := range manifest.Files {
		if !there[f.Name] {
			return nil, wrong(f.Name, "the file is missing, and %s lists it", manifestFile)
		}
	}
	var signature []byte
	files := map[string][]byte{}
	for _, e := range entries[1:] {
		if e.name == signatureFile { // which is made after the manifest and not listed there
			if signature, err = readSignature(e); err != nil {
				return nil, err
			}
			continue
		}
		if files[e.name], err = open(e, manifest); err != nil {
			return nil, err
		}
	}
	if want := newManifest(manifest.Files); want.Root != manifest.Root || want.Evidence != manifest.Evidence || want.Scope != manifest.Scope {
		return nil, wrong(manifestFile, "its root digests are not those of its files: expected root %s, evidence %s, scope %s", want.Root, want.Evidence, want.Scope)
	}
	var again bytes.Buffer
	if err := zipped(&again, entries); err != nil {
		return nil, &Error{Err: err}
	}
	if at := firstDifference(again.Bytes(), content); at >= 0 {
		return nil, wrong("", "byte %d, %s, is not what mimcheck writes there", at, whereIs(entries, int64(at)))
	}
	b := &Bundle{Signature: signature, manifest: &manifest}
	if err := b.fill(files); err != nil {
		return nil, err
	}
	return b, b.consistent()
}

// readSignature holds the signature's file, which is stored as it is, against the archive
// and against the form of an envelope.
func readSignature(e entry) ([]byte, error) {
	if crc := crc32.ChecksumIEEE(e.raw); crc != e.crc {
		return nil, wrong(e.name, "its checksum is %08x, and the archive says %08x", crc, e.crc)
	}
	_, _, err := readEnvelope[Predicate](e.raw, predicateType)
	return e.raw, err
}

var blobName = regexp.MustCompile(`^` + blobFolder + `/[0-9a-f]{64}$`)

// known says whether a bundle has files of the name.
func known(name string) bool {
	switch name {
	case manifestFile, reportFile, runFile, baselineFile, exchangesFile, eventsFile, signatureFile:
		return true
	}
	return blobName.MatchString(name)
}

// unzip takes the archive apart without unpacking anything. The manifest comes first.
func unzip(content []byte) ([]entry, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, wrong("", "it can't be opened as a zip archive (%v): is it whole?", err)
	}
	if len(z.File) > MaxFiles {
		return nil, wrong("", "it has %d files, expected at most %d", len(z.File), MaxFiles)
	}
	if version, told := versionOf(z.File); told {
		if err := readable(version); err != nil {
			return nil, &Error{File: manifestFile, Err: err}
		}
	}
	entries := make([]entry, 0, len(z.File))
	seen := map[string]bool{}
	var total uint64
	for _, f := range z.File {
		shown := quoted(f.Name)
		switch {
		case !known(f.Name) && (strings.Contains(f.Name, "..") || path.IsAbs(f.Name) || strings.Contains(f.Name, `\`)):
			return nil, wrong("", "it has a file named %s, which would lie outside: no bundle has that", shown)
		case !known(f.Name):
			return nil, wrong("", "it has a file named %s, which no bundle of version %s has", shown, FormatVersion)
		case seen[f.Name]:
			return nil, wrong(f.Name, "the file is there twice")
		case f.Method != zip.Store && f.Method != zip.Deflate:
			return nil, wrong(f.Name, "it is packed by method %d: expected 0 or 8", f.Method)
		case f.Method != zip.Store && (f.Name == manifestFile || f.Name == signatureFile):
			return nil, wrong(f.Name, "it is packed, and mimcheck stores it as it is: was the bundle unpacked and packed again?")
		case f.UncompressedSize64 > MaxFile:
			return nil, wrong(f.Name, "it says that it has %d bytes, expected at most %d", f.UncompressedSize64, MaxFile)
		}
		seen[f.Name] = true
		if total += f.UncompressedSize64; total > MaxContent {
			return nil, wrong("", "its files say that they have more than %d bytes together: expected less", MaxContent)
		}
		r, err := f.OpenRaw()
		if err != nil {
			return nil, wrong(f.Name, "it can't be read (%v): is the bundle whole?", err)
		}
		raw, err := io.ReadAll(r)
		if err != nil || uint64(len(raw)) != f.CompressedSize64 {
			return nil, wrong(f.Name, "it has %d bytes where the archive says %d (%v): is the bundle whole?", len(raw), f.CompressedSize64, err)
		}
		entries = append(entries, entry{name: f.Name, method: f.Method, crc: f.CRC32, size: int64(f.UncompressedSize64), raw: raw})
	}
	if len(entries) == 0 || entries[0].name != manifestFile {
		return nil, wrong("", "it does not begin with %s: is it a bundle of mimcheck?", manifestFile)
	}
	return entries, nil
}

// versionOf is what the manifest says of the version, as far as that can be told before
// anything else is looked at: what another version has in it is not for this one to judge.
// What is broken is told of when it is read.
func versionOf(files []*zip.File) (string, bool) {
	if len(files) == 0 || files[0].Name != manifestFile || files[0].Method != zip.Store || files[0].CompressedSize64 > MaxFile {
		return "", false
	}
	r, err := files[0].OpenRaw()
	if err != nil {
		return "", false
	}
	var head heading
	err = json.NewDecoder(r).Decode(&head)
	return head.Version, err == nil && head.Format == formatName
}

// heading is what the manifests of all versions have.
type heading struct {
	Format  string `json:"format"`
	Version string `json:"version"`
}

func quoted(name string) string { return strconv.Quote(name[:min(len(name), 100)]) }

// readManifest reads the manifest, which has to be in its one form.
func readManifest(entries []entry) (Manifest, error) {
	var head heading
	raw := entries[0].raw
	if err := json.Unmarshal(raw, &head); err != nil {
		return Manifest{}, wrong(manifestFile, "it is no JSON: %w", err)
	}
	if head.Format != formatName {
		return Manifest{}, wrong(manifestFile, "its format is %s, expected %s", quoted(head.Format), formatName)
	}
	if err := readable(head.Version); err != nil {
		return Manifest{}, &Error{File: manifestFile, Err: err}
	}
	var m Manifest
	if err := strictly(manifestFile, raw, &m); err != nil {
		return m, err
	}
	for i, f := range m.Files {
		if i > 0 && m.Files[i-1].Name >= f.Name {
			return m, wrong(manifestFile, "%s comes after %s: expected the files sorted by name, each once", quoted(f.Name), quoted(m.Files[i-1].Name))
		}
		if !digest.MatchString(f.SHA256) || !digest.MatchString(f.Packed) {
			return m, wrong(manifestFile, "%s has a digest that is no SHA-256 in lower-case hex", quoted(f.Name))
		}
	}
	return m, nil
}

var digest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// readable says whether this program reads the version of the form.
func readable(version string) error {
	major := func(v string) (int, bool) {
		first, _, _ := strings.Cut(v, ".")
		n, err := strconv.Atoi(first)
		return n, err == nil
	}
	ours, _ := major(FormatVersion)
	theirs, ok := major(version)
	switch {
	case !ok:
		return fmt.Errorf("its version is %s, expected %s", quoted(version), FormatVersion)
	case theirs > ours:
		return fmt.Errorf("its version is %s and this program reads %s: it comes from a newer mimcheck, read it with that version or a later one", quoted(version), FormatVersion)
	case version != FormatVersion:
		return fmt.Errorf("its version is %s and this program reads %s: read it with the mimcheck that made it", quoted(version), FormatVersion)
	}
	return nil
}

// strictly reads JSON that has to be in the form in which canonical writes it.
func strictly(file string, raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return wrong(file, "it can't be read: %w", err)
	}
	again, err := canonical(v)
	if err != nil {
		return &Error{File: file, Err: err}
	}
	if at := firstDifference(again, raw); at >= 0 {
		return wrong(file, "byte %d is not as mimcheck writes it", at)
	}
	return nil
}

// open unpacks a file and holds it against the manifest.
func open(e entry, m Manifest) ([]byte, error) {
	want, listed := m.find(e.name)
	if !listed {
		return nil, wrong(e.name, "%s does not list the file", manifestFile)
	}
	if sum := sha256.Sum256(e.raw); hex.EncodeToString(sum[:]) != want.Packed {
		return nil, wrong(e.name, "its packed bytes were altered: their digest is %x, and %s says %s", sum, manifestFile, want.Packed)
	}
	content := e.raw
	if e.method == zip.Deflate {
		var err error
		if content, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(e.raw)), e.size+1)); err != nil {
			return nil, wrong(e.name, "it can't be unpacked: %w", err)
		}
	}
	if int64(len(content)) != e.size || e.size != want.Size {
		return nil, wrong(e.name, "it has %d bytes or more where the archive says %d and %s says %d", len(content), e.size, manifestFile, want.Size)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != want.SHA256 {
		return nil, wrong(e.name, "its content was altered: its digest is %x, and %s says %s", sum, manifestFile, want.SHA256)
	}
	if crc := crc32.ChecksumIEEE(content); crc != e.crc {
		return nil, wrong(e.name, "its checksum is %08x, and the archive says %08x", crc, e.crc)
	}
	return content, nil
}

// firstDifference is the offset of the first byte in which a and b differ, or -1.
func firstDifference(a, b []byte) int {
	if bytes.Equal(a, b) {
		return -1
	}
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// whereIs says in words what lies at an offset of the archive.
func whereIs(entries []entry, at int64) string {
	const header = 30 // bytes of a local file header without the name
	var offset int64
	for _, e := range entries {
		content := offset + header + int64(len(e.name))
		end := content + int64(len(e.raw))
		switch {
		case at < content:
			return "in the archive's header of " + e.name
		case at < end:
			return "in " + e.name
		}
		offset = end
	}
	return "in the archive's directory"
}
