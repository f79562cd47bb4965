package baselines

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/oasc/mimcheck/schemas"
)

//go:embed data/*.json
var files embed.FS

const schemaName = "baseline.schema.json"

// All returns every baseline, sorted by id.
func All() ([]Baseline, error) {
	all := make([]Baseline, 0, len(IDs()))
	for _, id := range IDs() {
		b, err := Get(id)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// IDs lists the ids of all baselines, sorted.
func IDs() []string {
	names, _ := fs.Glob(files, "data/*.json") // the pattern is a constant, so it can't be malformed
	ids := make([]string, len(names))
	for i, name := range names {
		ids[i] = strings.TrimSuffix(path.Base(name), ".json")
	}
	slices.Sort(ids) // "a.json" sorts otherwise than "a" where an id begins another
	return ids
}

// Get returns the baseline with the id. The error of an unknown id lists the known ones.
func Get(id string) (Baseline, error) {
	raw, err := Source(id)
	if err != nil {
		return Baseline{}, err
	}
	b, err := Parse(raw)
	if err != nil {
		return Baseline{}, fmt.Errorf("data/%s.json: %w", id, err)
	}
	if b.ID != id {
		return Baseline{}, fmt.Errorf("data/%s.json holds baseline %q: a file is named after its baseline", id, b.ID)
	}
	return b, nil
}

// Source returns the bytes of the baseline with the id, which Parse reads.
func Source(id string) ([]byte, error) {
	if !slices.Contains(IDs(), id) {
		return nil, fmt.Errorf("baseline %q is unknown: expected one of %s; `mimcheck baseline list` describes them", id, strings.Join(IDs(), ", "))
	}
	raw, err := files.ReadFile("data/" + id + ".json")
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", id, err)
	}
	return raw, nil
}

// Parse reads one baseline file. It has to be valid by schemas/baseline.schema.json,
// and its ids have to be whole and unique; the error names everything that is wrong.
func Parse(raw []byte) (Baseline, error) {
	schema, err := compiled()
	if err != nil {
		return Baseline{}, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return Baseline{}, fmt.Errorf("a baseline is expected, this is no JSON document: %w", err)
	}
	if err := schema.Validate(document); err != nil {
		return Baseline{}, fmt.Errorf("this is no baseline by %s: %w", schemaName, err)
	}
	var b Baseline
	if err := json.Unmarshal(raw, &b); err != nil {
		return Baseline{}, fmt.Errorf("baseline: %w", err)
	}
	sum := sha256.Sum256(raw)
	b.SHA256 = hex.EncodeToString(sum[:])
	return b, b.consistent()
}

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	raw, err := schemas.Read(schemaName)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", schemaName, err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaName, document); err != nil {
		return nil, fmt.Errorf("%s: %w", schemaName, err)
	}
	return c.Compile(schemaName)
})

// consistent checks what the schema cannot say.
func (b Baseline) consistent() error {
	var wrong []error
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	mims, requirements := map[string]bool{}, map[string]bool{}
	for _, m := range b.MIMs {
		if mims[m.ID] {
			complain("MIM %s is there twice", m.ID)
		}
		mims[m.ID] = true
		capabilities := map[string]bool{}
		for _, c := range m.Capabilities {
			if capabilities[c.ID] {
				complain("capability %s of %s is there twice", c.ID, m.ID)
			}
			capabilities[c.ID] = true
			for _, r := range c.Requirements {
				if baseline, mim, _, _ := SplitID(r.ID); baseline != b.ID || mim != m.ID {
					complain("requirement %q stands in %s of %s: its id has to begin with %s/%s/", r.ID, m.ID, b.ID, b.ID, m.ID)
				}
				if requirements[r.ID] {
					complain("requirement %q is there twice", r.ID)
				}
				requirements[r.ID] = true
				for _, from := range r.Inherits {
					if baseline, _, _, _ := SplitID(from); baseline == b.ID {
						complain("requirement %q inherits from %q of the same baseline: bind checks to both instead", r.ID, from)
					}
				}
			}
		}
	}
	return errors.Join(wrong...)
}

// SplitID takes a requirement's full id, BASELINE/MIM/KEY, apart.
func SplitID(id string) (baseline, mim, key string, ok bool) {
	parts := strings.Split(id, "/")
	if len(parts) != 3 || slices.Contains(parts, "") {
		return "", "", "", false
	}
	return parts[0], parts[1], parts[2], true
}
