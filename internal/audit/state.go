package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oasc/mimcheck/reports"
	report "github.com/oasc/mimcheck/reports/audit"
)

// state is what an audit of a platform needs to go on later.
type state struct {
	Version int
	URL     string
	Sample  int
	Seed    uint64
	At      Position
	Unseen  int64
	Repeats int64
	Counted savedTally
}

const stateVersion = 1

// savedTally is a tally as JSON can hold it.
type savedTally struct {
	Tally  *tally // without its errors, whose keys are no strings
	Errors []*errorTally
}

func save(t *tally) savedTally {
	s := savedTally{Tally: t}
	for _, e := range t.Errors {
		s.Errors = append(s.Errors, e)
	}
	return s
}

func (s savedTally) restore() *tally {
	t := newTally()
	if s.Tally == nil {
		return t
	}
	s.Tally.Errors = map[errorKey]*errorTally{}
	for _, e := range s.Errors {
		s.Tally.Errors[errorKey{e.Type, e.Model, e.Place, e.Keyword, e.Member}] = e
	}
	t.add(s.Tally)
	return t
}

// ErrOtherAudit is the error of a state file that another audit has written.
var ErrOtherAudit = errors.New("it is of another audit")

// RunPlatform audits a platform. After each page it writes to the state file, when one
// is named, how far it is; an audit that finds the file goes on from there, and one
// that comes to its end removes it. The file holds ids and values of entities.
func RunPlatform(ctx context.Context, p *Platform, file string, o Options) (*report.Summary, error) {
	resumed, err := p.resume(file)
	if err != nil {
		return nil, err
	}
	a := &auditor{options: o}
	a.options.Sample = 0
	if a.options.Workers <= 0 {
		a.options.Workers = 1 // the platform is slower than one
	}
	pool := a.start()
	if resumed != nil {
		pool.base = resumed.Counted.restore()
	}
	p.Reached = func(at Position) error {
		if file == "" {
			return nil
		}
		return writeState(file, state{stateVersion, p.URL, p.Sample, p.Seed, at, p.unseen, p.repeats, save(pool.settle())})
	}
	err = p.Each(ctx, func(items []Item) error { pool.give(items); return nil })
	sum := pool.end()
	sum.Counts.Unseen, sum.Counts.Repeats = p.unseen, p.repeats
	if err != nil {
		err = errors.New(p.redact(err.Error()))
	}
	s := a.summarise(p, sum, err)
	if resumed != nil {
		s.Notes = append(s.Notes, fmt.Sprintf("The audit went on from an earlier one after %d entities; those may have changed since.", resumed.At.Order))
	}
	if err == nil && file != "" {
		if removed := os.Remove(file); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
			err = fmt.Errorf("the state file is left over: %w", removed)
		}
	}
	return s, err
}

// resume reads the state file, if there is one, and puts the platform where it ended.
func (p *Platform) resume(file string) (*state, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var s state
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("the state file %s cannot be read: %w; remove it to begin anew", file, err)
	}
	if s.Version != stateVersion || s.URL != p.URL || s.Sample != p.Sample || s.Seed != p.Seed || s.At.Kind < 0 || s.At.Done < 0 {
		return nil, fmt.Errorf("the state file %s: %w (of %s, sample %d, seed %d); name another one, or remove it to begin anew", file, ErrOtherAudit, s.URL, s.Sample, s.Seed)
	}
	p.From, p.unseen, p.repeats, p.read = s.At, s.Unseen, s.Repeats, s.At.Order
	return &s, nil
}

func writeState(file string, s state) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("the state file has no place: %w", err)
	}
	return reports.Write(file, b)
}
