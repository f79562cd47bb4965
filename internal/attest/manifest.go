package attest

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"
)

// The files of a bundle.
const (
	manifestFile  = "MANIFEST.json"
	reportFile    = "report.json"
	runFile       = "run.json"
	baselineFile  = "baseline.json"
	exchangesFile = "exchanges.ndjson"
	eventsFile    = "events.ndjson"
	signatureFile = "signature.dsse.json"
	blobFolder    = "blobs"
)

// Manifest lists the files of a bundle with their digests.
type Manifest struct {
	Format  string `json:"format"` // mimcheck-bundle
	Version string `json:"version"`
	// Root is the root of the hash tree over all files; Evidence and Scope are those
	// over what was exchanged, and over what it was judged by.
	Root     string `json:"root"`
	Evidence string `json:"evidence"`
	Scope    string `json:"scope"`
	Files    []File `json:"files"` // sorted by name
}

// File is one file of a bundle.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // of these, hex
	Packed string `json:"packed"` // SHA-256 of the bytes as the archive holds them, hex
}

const formatName = "mimcheck-bundle"

// newManifest makes the manifest of files, which are sorted by name.
func newManifest(files []File) Manifest {
	part := func(in func(File) bool) string {
		var leaves [][]byte
		for _, f := range files {
			if in(f) {
				leaves = append(leaves, leaf(f))
			}
		}
		return hex.EncodeToString(root(leaves))
	}
	return Manifest{Format: formatName, Version: FormatVersion, Files: files,
		Root:     part(func(File) bool { return true }),
		Evidence: part(isEvidence),
		Scope:    part(func(f File) bool { return !isEvidence(f) && f.Name != reportFile })}
}

func isEvidence(f File) bool {
	return f.Name == exchangesFile || f.Name == eventsFile || path.Dir(f.Name) == blobFolder
}

// find is the file with the name.
func (m Manifest) find(name string) (File, bool) {
	i, found := slices.BinarySearchFunc(m.Files, name, func(f File, name string) int { return strings.Compare(f.Name, name) })
	if !found {
		return File{}, false
	}
	return m.Files[i], true
}

// The hash tree is that of RFC 9162, 2.1.1: a leaf is the name, a zero byte and the
// digest of a file's content.
func leaf(f File) []byte {
	digest, _ := hex.DecodeString(f.SHA256) // made, or checked, by this package
	h := sha256.New()
	h.Write([]byte{0})
	h.Write([]byte(f.Name))
	h.Write([]byte{0})
	h.Write(digest)
	return h.Sum(nil)
}

func root(leaves [][]byte) []byte {
	switch len(leaves) {
	case 0:
		sum := sha256.Sum256(nil)
		return sum[:]
	case 1:
		return leaves[0]
	}
	split := 1 // the largest power of two below the number of leaves
	for split*2 < len(leaves) {
		split *= 2
	}
	h := sha256.New()
	h.Write([]byte{1})
	h.Write(root(leaves[:split]))
	h.Write(root(leaves[split:]))
	return h.Sum(nil)
}
