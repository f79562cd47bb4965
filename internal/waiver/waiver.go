// Package waiver reads agreed exceptions from files and applies them to the outcomes of
// a run before anything is judged.
package waiver

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/oasc/mimcheck/reports"
)

// maxFile is the largest file that is read, in bytes.
const maxFile = 1 << 20

// Load reads the waivers in the file at path: a list `waivers`, each with check, reason,
// owner and expires (YYYY-MM-DD, the last day on which it holds). One that has expired
// at the time, one that lacks something, and two for one check are errors.
func Load(path string, now time.Time) ([]reports.Waiver, error) {
	var file struct {
		Waivers []struct{ Check, Reason, Owner, Expires string } `yaml:"waivers"`
	}
	if err := read(path, &file); err != nil {
		return nil, err
	}
	if len(file.Waivers) == 0 {
		return nil, fmt.Errorf("%s has no waiver: expected a list named waivers, see the README", path)
	}
	var wrong []error
	var all []reports.Waiver
	for i, w := range file.Waivers {
		at := fmt.Sprintf("%s: waiver %d (%s)", path, i+1, cmp.Or(w.Check, "no check"))
		for name, value := range map[string]string{"check": w.Check, "reason": w.Reason, "owner": w.Owner, "expires": w.Expires} {
			if strings.TrimSpace(value) == "" {
				wrong = append(wrong, fmt.Errorf("%s lacks %s: expected check, reason, owner and expires", at, name))
			}
		}
		if err := holds(w.Expires, now); err != nil {
			wrong = append(wrong, fmt.Errorf("%s %w", at, err))
		}
		all = append(all, reports.Waiver{Check: w.Check, Reason: strings.TrimSpace(w.Reason), Owner: strings.TrimSpace(w.Owner), Expires: w.Expires})
	}
	slices.SortFunc(all, func(a, b reports.Waiver) int { return strings.Compare(a.Check, b.Check) })
	for i := 1; i < len(all); i++ {
		if all[i].Check == all[i-1].Check {
			wrong = append(wrong, fmt.Errorf("%s waives %s twice: expected one waiver a check", path, all[i].Check))
		}
	}
	return all, sorted(wrong)
}

// read reads a YAML file into v and refuses members that v does not have.
func read(path string, v any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s can't be read: %w", path, err)
	case len(content) > maxFile:
		return fmt.Errorf("%s has more than %d bytes: expected a list", path, maxFile)
	}
	if err := yaml.UnmarshalWithOptions(content, v, yaml.Strict()); err != nil {
		return fmt.Errorf("%s is not as expected: %w", path, err)
	}
	return nil
}

// holds says why something that expires at the end of the day does not hold now.
func holds(day string, now time.Time) error {
	if day == "" {
		return nil // told already
	}
	last, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil:
		return fmt.Errorf("expires on %q: expected a day such as 2026-12-31", day)
	case !now.UTC().Before(last.AddDate(0, 0, 1)):
		return fmt.Errorf("expired on %s: agree on a new one, or remove it", day)
	}
	return nil
}

func sorted(wrong []error) error {
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(wrong...)
}

// Match says which waivers are of no check of the run.
func Match(waivers []reports.Waiver, checks []string) error {
	var wrong []error
	for _, w := range waivers {
		if !slices.Contains(checks, w.Check) {
			wrong = append(wrong, fmt.Errorf("the waiver of %s matches no check of the run: expected the id of a check, see `mimcheck list`", w.Check))
		}
	}
	return sorted(wrong)
}

// Apply gives the checks as they are to be judged, and the waivers with what they
// excused. A waived check that did not pass counts neither for nor against the platform:
// it is judged as one that does not apply, so that waivers alone never make a platform
// conformant. The report goes on to tell what was found.
func Apply(checks []reports.CheckResult, waivers []reports.Waiver) ([]reports.CheckResult, []reports.Waiver) {
	judged, told := slices.Clone(checks), slices.Clone(waivers)
	for i := range told {
		w := &told[i]
		w.Outcome, w.Applied = "", false
		for j := range judged {
			c := &judged[j]
			if c.ID != w.Check {
				continue
			}
			w.Outcome = c.Outcome
			switch c.Outcome {
			case reports.Failed, reports.CantTell, reports.Untested:
				w.Applied = true
				c.Outcome, c.Findings = reports.Inapplicable, nil
				c.Reason = fmt.Sprintf("waived until %s by %s: %s", w.Expires, w.Owner, w.Reason)
			}
		}
	}
	return judged, told
}
