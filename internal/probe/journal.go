package probe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

// thing is something that a run creates on the platform.
type thing struct {
	Endpoint   string `json:"endpoint,omitempty"`
	Collection string `json:"collection"` // path below the endpoint's base URL
	ID         string `json:"id"`
	Tenant     string `json:"tenant,omitempty"`
}

// bare is the thing without where it is: ids of a run are its own everywhere.
func (t thing) bare() thing { return thing{Collection: t.Collection, ID: t.ID} }

func (t thing) String() string {
	s := t.Collection + "/" + t.ID
	if t.isStray() {
		s = t.Collection + "=" + t.ID
	}
	if t.Tenant != "" {
		s += " of tenant " + t.Tenant
	}
	return s
}

// line is one line of a journal file: the first one has the run, each other one a
// thing that is about to be created, or that is gone.
type line struct {
	Run     *journalRun `json:"run,omitempty"`
	Create  *thing      `json:"create,omitempty"`
	Removed *thing      `json:"removed,omitempty"`
}

type journalRun struct {
	Version   int               `json:"version"`
	Token     string            `json:"token"`
	Started   time.Time         `json:"started"`
	Endpoints map[string]string `json:"endpoints"`
}

// journal knows what the run has created, and has it on disk before it is created.
type journal struct {
	path string // empty: in memory only
	run  journalRun

	mu      sync.Mutex
	things  []thing // in order of creation
	state   map[thing]bool
	file    *os.File
	pending *commit
	writing sync.Mutex // one commit at a time
}

// commit is a group of lines that are written and synced together.
type commit struct {
	lines bytes.Buffer
	done  chan struct{}
	err   error
}

func newJournal(path string, run journalRun) *journal {
	return &journal{path: path, run: run, state: map[thing]bool{}}
}

// create notes the things durably and returns those that were not noted before;
// the others cost nothing.
func (j *journal) create(things ...thing) (created []thing, err error) {
	j.mu.Lock()
	var fresh []line
	for _, t := range things {
		if there, known := j.state[t]; known && there {
			continue
		} else if !known {
			j.things = append(j.things, t)
		}
		j.state[t] = true
		created = append(created, t)
		fresh = append(fresh, line{Create: &t})
	}
	if len(fresh) == 0 || j.path == "" {
		j.mu.Unlock()
		return created, nil
	}
	c := j.add(fresh)
	j.mu.Unlock()
	j.flush(c)
	<-c.done
	return created, c.err
}

// removed notes that the thing is gone. It is not waited for: to remove a thing twice does no harm.
func (j *journal) removed(t thing) {
	j.mu.Lock()
	there, known := j.state[t]
	if !known || !there {
		j.mu.Unlock()
		return
	}
	j.state[t] = false
	if j.path == "" {
		j.mu.Unlock()
		return
	}
	j.add([]line{{Removed: &t}}) // written with the next lines, or by close
	j.mu.Unlock()
}

// list gives all things and those that are still there, newest first.
func (j *journal) list() (all, left []thing) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, t := range slices.Backward(j.things) {
		all = append(all, t)
		if j.state[t] {
			left = append(left, t)
		}
	}
	return all, left
}

// add puts lines into the next commit. The caller holds mu.
func (j *journal) add(lines []line) *commit {
	if j.pending == nil {
		j.pending = &commit{done: make(chan struct{})}
	}
	for _, l := range lines {
		b, err := json.Marshal(l)
		if err != nil {
			panic(err) // a struct of texts always has a JSON form
		}
		j.pending.lines.Write(append(b, '\n'))
	}
	return j.pending
}

// flush writes the commit unless another caller does: many checks that create at
// once share one write and one sync.
func (j *journal) flush(c *commit) {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.mu.Lock()
	if j.pending != c {
		j.mu.Unlock()
		return
	}
	j.pending = nil
	j.mu.Unlock()
	c.err = j.write(c.lines.Bytes())
	close(c.done)
}

// write appends b durably. The caller holds writing.
func (j *journal) write(b []byte) error {
	if j.file == nil {
		if err := j.open(); err != nil {
			return err
		}
	}
	_, err := j.file.Write(b)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		_ = j.file.Close() // the next write opens it again, at the start of a line
		j.file = nil
		return fmt.Errorf("can't write the clean-up journal: %w", err)
	}
	return nil
}

func (j *journal) open() error {
	_, err := os.Stat(j.path)
	fresh := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("can't open the clean-up journal: %w", err)
	}
	j.file = f
	head, err := json.Marshal(line{Run: &j.run})
	if err != nil {
		return err
	}
	if !fresh {
		head = nil // what is there ends in a line that may be torn
	}
	if _, err := f.Write(append(head, '\n')); err != nil {
		return fmt.Errorf("can't write the clean-up journal: %w", err)
	}
	if fresh && runtime.GOOS != "windows" { // Windows can't sync a folder
		return syncDir(filepath.Dir(j.path))
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// close writes what is pending and closes the file.
func (j *journal) close() error {
	j.mu.Lock()
	c := j.pending
	j.mu.Unlock()
	var err error
	if c != nil {
		j.flush(c)
		<-c.done
		err = c.err
	}
	j.writing.Lock()
	defer j.writing.Unlock()
	if j.file == nil {
		return err
	}
	err = errors.Join(err, j.file.Close())
	j.file = nil
	return err
}

// maxJournal is the largest journal that is read, in bytes.
const maxJournal = 256 << 20

// readJournal reads a journal file. Lines that can't be read are counted; a torn
// last one is what a crash in the middle of a write leaves, and nothing that it
// names was created, because the request waits for the line.
func readJournal(path string) (j *journal, unreadable []int, torn bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, false, err
	}
	if info.Size() > maxJournal {
		return nil, nil, false, fmt.Errorf("the journal has %d bytes, expected at most %d", info.Size(), maxJournal)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, false, err
	}
	j = newJournal(path, journalRun{})
	whole, last := b, []byte(nil)
	if i := bytes.LastIndexByte(b, '\n'); i+1 < len(b) {
		whole, last = b[:i+1], b[i+1:]
	}
	torn = len(last) > 0
	number := 0
	for one := range bytes.SplitSeq(whole, []byte("\n")) {
		number++
		if len(bytes.TrimSpace(one)) == 0 {
			continue
		}
		var l line
		if err := json.Unmarshal(one, &l); err != nil {
			unreadable = append(unreadable, number)
			continue
		}
		switch {
		case l.Run != nil && j.run.Token == "":
			j.run = *l.Run
		case l.Create != nil && l.Create.ID != "" && l.Create.Collection != "":
			if _, known := j.state[*l.Create]; !known {
				j.things = append(j.things, *l.Create)
			}
			j.state[*l.Create] = true
		case l.Removed != nil:
			if _, known := j.state[*l.Removed]; known {
				j.state[*l.Removed] = false
			}
		}
	}
	return j, unreadable, torn, nil
}
