package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/flate"
)

// Recorded is what a Log keeps: numbered, and as JSON says it.
type Recorded interface {
	Exchange | Event
	number() int
}

func (x Exchange) number() int { return x.Seq }
func (e Event) number() int    { return e.Seq }

// Log keeps the records of one check. Those that are packed take a tenth of their room, of
// which a run with thousands of checks would need most of its memory otherwise. It is not
// safe for concurrent use. The zero value is empty.
type Log[T Recorded] struct {
	open   []T
	packed []segment
	length int
}

// segment is some records, in their order, as deflated JSON lines.
type segment struct {
	first, last int // numbers
	lines       place
}

// Add appends a record.
func (l *Log[T]) Add(record T) {
	l.open = append(l.open, record)
	l.length++
}

// Len is the number of records.
func (l *Log[T]) Len() int { return l.length }

// Open is the number of those that are not packed.
func (l *Log[T]) Open() int { return len(l.open) }

// Pack packs the open records.
func (l *Log[T]) Pack(p *Packer) error {
	if len(l.open) == 0 {
		return nil
	}
	open := sorted(l.open)
	lines, err := p.pack(func(w io.Writer) error { return WriteLines(w, open) })
	if err != nil {
		return err
	}
	l.packed = append(l.packed, segment{open[0].number(), open[len(open)-1].number(), lines})
	l.open = nil
	return nil
}

// All gives the records by their numbers.
func (l *Log[T]) All(p *Packer) ([]T, error) {
	all := make([]T, 0, l.length)
	for _, s := range l.packed {
		lines, err := p.unpack(s.lines)
		if err != nil {
			return nil, err
		}
		for d := json.NewDecoder(bytes.NewReader(lines)); d.More(); {
			var record T
			if err := d.Decode(&record); err != nil {
				return nil, fmt.Errorf("a packed record can't be read: %w", err)
			}
			all = append(all, record)
		}
	}
	return sorted(append(all, l.open...)), nil
}

// Write writes the records by their numbers, as WriteLines does.
func (l *Log[T]) Write(w io.Writer, p *Packer) error {
	if !l.inOrder() {
		all, err := l.All(p)
		if err != nil {
			return err
		}
		return WriteLines(w, all)
	}
	for _, s := range l.packed {
		lines, err := p.unpack(s.lines)
		if err != nil {
			return err
		}
		if _, err := w.Write(lines); err != nil {
			return err
		}
	}
	return WriteLines(w, sorted(l.open))
}

// inOrder says whether the records come by their numbers when one segment follows the other.
func (l *Log[T]) inOrder() bool {
	last := 0
	for _, s := range l.packed {
		if s.first < last {
			return false
		}
		last = s.last
	}
	return !slices.ContainsFunc(l.open, func(record T) bool { return record.number() < last })
}

func sorted[T Recorded](records []T) []T {
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b T) int { return a.number() - b.number() })
	return records
}

// WriteLines writes JSON with one record a line, in the form that a bundle has it.
func WriteLines[T any](w io.Writer, records []T) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, record := range records {
		if err := e.Encode(record); err != nil {
			return fmt.Errorf("JSON can't hold it: %w", err)
		}
	}
	return nil
}

// Packer deflates and inflates for many logs, one after the other, and keeps what it
// packed: its tables are larger than most of that. It is safe for concurrent use. The zero value is ready.
type Packer struct {
	mu       sync.Mutex
	arena    arena
	out      bytes.Buffer
	deflater *flate.Writer
	inflater io.ReadCloser
}

func (p *Packer) pack(write func(io.Writer) error) (place, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deflater == nil {
		var err error
		if p.deflater, err = flate.NewWriter(nil, flate.BestSpeed); err != nil {
			return place{}, err
		}
	}
	p.out.Reset()
	p.deflater.Reset(&p.out)
	if err := write(p.deflater); err != nil {
		return place{}, err
	}
	if err := p.deflater.Close(); err != nil {
		return place{}, err
	}
	return p.arena.lay(p.out.Bytes()), nil
}

func (p *Packer) unpack(packed place) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inflater == nil {
		p.inflater = flate.NewReader(nil)
	}
	if err := p.inflater.(flate.Resetter).Reset(bytes.NewReader(p.arena.at(packed)), nil); err != nil {
		return nil, err
	}
	p.out.Reset()
	if _, err := p.out.ReadFrom(p.inflater); err != nil {
		return nil, fmt.Errorf("packed records can't be unpacked: %w", err)
	}
	return bytes.Clone(p.out.Bytes()), nil
}
