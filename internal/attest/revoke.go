package attest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Revocation says that a key counts no more.
type Revocation struct {
	Key string `yaml:"key"` // its id, see KeyID
	// Since is the first day (YYYY-MM-DD, UTC) whose signatures count no more; empty for
	// all, as for a key that was stolen: its thief chooses the day.
	Since  string `yaml:"since,omitempty"`
	Reason string `yaml:"reason"`
}

// maxRevocations is the largest list that is read, in bytes.
const maxRevocations = 4 << 20

type revocationFile struct {
	Revoked []Revocation `yaml:"revoked"`
}

// ReadRevocations reads the list of revoked keys in the YAML file at path: a list
// `revoked`, each with key, reason and, for a key that was only replaced, since.
func ReadRevocations(path string) ([]Revocation, error) {
	content, err := readAtMost(path, maxRevocations)
	if err != nil {
		return nil, fmt.Errorf("the list of revoked keys can't be read: %w", err)
	}
	var file revocationFile
	if err := yaml.UnmarshalWithOptions(content, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s is no list of revoked keys: %w", path, err)
	}
	if len(file.Revoked) == 0 {
		return nil, fmt.Errorf("%s revokes no key: expected a list named revoked, see `mimcheck key revoke`", path)
	}
	var wrong []error
	for i, r := range file.Revoked {
		if err := r.check(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: entry %d %w", path, i+1, err))
		}
	}
	return file.Revoked, errors.Join(wrong...)
}

func (r Revocation) check() error {
	if !digest.MatchString(r.Key) {
		return fmt.Errorf("revokes the key %s: expected its id, 64 digits in lower-case hex, as `mimcheck key show` tells it", quoted(r.Key))
	}
	if strings.TrimSpace(r.Reason) == "" {
		return errors.New("has no reason: expected a sentence that says why the key counts no more")
	}
	if r.Since != "" {
		if _, err := time.Parse(time.DateOnly, r.Since); err != nil {
			return fmt.Errorf("holds since %s: expected a day such as 2026-12-31, or none for all signatures", quoted(r.Since))
		}
	}
	return nil
}

// covers says whether a signature of the time counts no more.
func (r Revocation) covers(signed time.Time) bool {
	since, err := time.Parse(time.DateOnly, r.Since)
	return err != nil || !signed.Before(since) // what is no day is no reason to trust
}

// Revoke gives the bytes of the list at path with one revocation more; a list that is not
// there is begun. A key that is in the list already is an error.
func Revoke(path string, r Revocation) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("the revocation %w", err)
	}
	list, err := ReadRevocations(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if slices.ContainsFunc(list, func(old Revocation) bool { return old.Key == r.Key }) {
		return nil, fmt.Errorf("%s revokes key %s already: correct the entry there if it should say something else", path, r.Key)
	}
	var out bytes.Buffer
	if err := yaml.NewEncoder(&out, yaml.IndentSequence(true)).Encode(revocationFile{append(list, r)}); err != nil {
		return nil, fmt.Errorf("the list can't be written: %w", err)
	}
	return out.Bytes(), nil
}
