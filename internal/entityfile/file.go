// Package entityfile reads entities from a file as bytes, one after the other with
// constant memory, and knows where in the file each stands. It loses nothing: what is
// no entity is an item too.
package entityfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/oasc/mimcheck/internal/validate"
)

// Stdin is the name of standard input.
const Stdin = "-"

// File is a source of entities in a file or in standard input, compressed by gzip or
// not: NDJSON (an entity a line), a JSON array of entities, one entity, JSON-LD with
// @graph, or GeoJSON features as NGSI-LD writes them (ETSI GS CIM 009, 5.2.29 and
// 5.2.30). What it is, is told by looking at it. Files are read in one pass with
// constant memory; one in which an @context comes after the entities that it is for
// is read in two.
type File struct {
	Path string // or Stdin
	// Input is read instead of what lies at Path; it can be read once only, so that an
	// @context has to come before the entities that it is for, or soon after.
	Input io.Reader
	// MaxEntity is the most bytes of one entity; default DefaultMaxEntity.
	MaxEntity int
	// Progress is told how many bytes of the file (as it lies there) were read.
	Progress func(read, size int64)
}

// Name is the file for people.
func (f *File) Name() string {
	if f.Path == Stdin {
		return "standard input"
	}
	return f.Path
}

// Each gives the items in order, in batches that are the receiver's to keep, until the
// end, an error of the receiver, or one that says why not all could be read. A file
// that cannot be opened is a *fs.PathError of the operation open.
func (f *File) Each(ctx context.Context, give func([]Item) error) error {
	b := &batcher{give: func(items []Item) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return give(items)
	}}
	in, err := f.open()
	if err != nil {
		return err
	}
	defer in.close()
	err = f.read(in, b)
	if flushed := b.flush(); err == nil {
		err = flushed
	}
	return err
}

func (f *File) most() int {
	if f.MaxEntity > 0 {
		return f.MaxEntity
	}
	return DefaultMaxEntity
}

// opened is an open input.
type opened struct {
	io.Reader
	closers []io.Closer
}

func (o *opened) close() {
	for _, c := range o.closers {
		_ = c.Close() // it was only read
	}
}

func (f *File) open() (*opened, error) {
	o := &opened{}
	raw := f.Input
	if raw == nil {
		file, err := os.Open(f.Path)
		if err != nil {
			return nil, err
		}
		o.closers = append(o.closers, file)
		info, err := file.Stat()
		if err != nil {
			o.close()
			return nil, err
		}
		if info.IsDir() {
			o.close()
			return nil, &fs.PathError{Op: "open", Path: f.Path, Err: errors.New("it is a folder: expected a file of entities")}
		}
		raw = file
		if f.Progress != nil {
			raw = &counting{file, f.Progress, 0, info.Size()}
		}
	}
	buffered := bufio.NewReader(raw)
	o.Reader = buffered
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			o.close()
			return nil, fmt.Errorf("%s is not whole gzip: %w", f.Name(), err)
		}
		o.Reader = z
		o.closers = append([]io.Closer{z}, o.closers...)
	}
	return o, nil
}

type counting struct {
	r    io.Reader
	tell func(read, size int64)
	n    int64
	size int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.tell(c.n, c.size)
	return n, err
}

// read tells the kind of the input and reads it.
func (f *File) read(in io.Reader, b *batcher) error {
	s := newScanner(in, f.most())
	if bom, err := s.r.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = s.r.Discard(3) // what was peeked is there
	}
	first, err := s.peek()
	if errors.Is(err, io.EOF) {
		return nil // nothing is no error: the verdict says that nothing was judged
	}
	if err != nil {
		return unread(err)
	}
	switch {
	case f.isLines(s, first):
		return unread(lines(s, b))
	case first == '[':
		_ = s.read() // what was peeked is there
		if err := list(s, b, Item{}); err != nil {
			return unread(ended(s, b, err))
		}
		return unread(nothingMore(s, b))
	case first == '{':
		return unread(f.document(s, b))
	}
	return unread(lines(s, b)) // so that each line is told
}

// unread explains an error of the input.
func unread(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("the input is damaged: %w", err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the input ends too early: %w", err)
	}
	return err
}

// isLines says whether the input is NDJSON: its name says so, or its first line is a
// whole object with another one after it, or the first two lines begin one each.
func (f *File) isLines(s *scanner, first byte) bool {
	name := strings.TrimSuffix(strings.ToLower(f.Path), ".gz")
	for _, suffix := range []string{".ndjson", ".jsonl", ".ldjson", ".geojsonl", ".geojsons"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	if first != '{' {
		return false
	}
	window, _ := s.r.Peek(128 << 10) // less when the input is shorter
	head, rest, found := bytes.Cut(window, []byte("\n"))
	if !found {
		return false
	}
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if !bytes.HasPrefix(rest, []byte("{")) {
		return false
	}
	head = bytes.TrimSpace(head)
	open := len(head) < 2 || bytes.ContainsRune([]byte("[{,:"), rune(head[len(head)-1])) // a document that goes on
	return json.Valid(head) || !open
}

// lines reads NDJSON. A line that is no JSON object is broken, and the next goes on.
func lines(s *scanner, b *batcher) error {
	for {
		at := s.line
		text, err := s.lineOf()
		var large errLarge
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &large):
			if err := b.add(Item{Line: at, Column: 1, Broken: large.Error()}); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		}
		trimmed := bytes.TrimLeft(text, " \t")
		indent := len(text) - len(trimmed)
		if trimmed = bytes.TrimRight(trimmed, " \t"); len(trimmed) == 0 {
			continue
		}
		if trimmed[0] == 0x1e { // RFC 7464 puts a record separator before each value
			trimmed = trimmed[1:]
			indent++
		}
		if err := b.add(Item{Line: at, Column: int64(indent) + 1, Raw: trimmed}); err != nil {
			return err
		}
	}
}

// list reads the items of an array up to its end; the opening bracket is taken. common
// is what they have in common, with the pointer of the array.
func list(s *scanner, b *batcher, common Item) error {
	const (
		begun = iota
		afterItem
		afterComma
	)
	wrong := func(what string) error { return b.add(Item{Line: s.line, Column: s.column, Broken: what}) }
	n := 0
	for state := begun; ; {
		c, err := s.peek()
		if err != nil {
			return endedEarly(err)
		}
		switch {
		case c == ']' || c == ',':
			if state == afterComma || state == begun && c == ',' {
				if err := wrong("the array has a comma without an item"); err != nil {
					return err
				}
			}
			if err := s.read(); err != nil || c == ']' {
				return err
			}
			state = afterComma
			continue
		case state == afterItem:
			if err := wrong("the array has no comma before this item"); err != nil {
				return err
			}
		}
		state = afterItem
		at := common
		at.Line, at.Column, at.Pointer = s.line, s.column, itemPointer(common.Pointer, n)
		n++
		raw, err := s.value()
		var large errLarge
		switch {
		case errors.As(err, &large):
			at.Broken = large.Error()
		case errors.Is(err, io.ErrUnexpectedEOF):
			at.Broken = "the input ends inside this entity"
			if addErr := b.add(at); addErr != nil {
				return addErr
			}
			return nil
		case err != nil:
			return err
		default:
			at.Raw = raw
			if len(raw) == 1 && (raw[0] == '}' || raw[0] == ':') {
				at.Raw, at.Broken = nil, fmt.Sprintf("found %q where an entity was expected", raw)
			}
		}
		if err := b.add(at); err != nil {
			return err
		}
	}
}

// ended turns the end of the input inside what is around the entities into a broken
// item, so that it is counted and told with its place.
func ended(s *scanner, b *batcher, err error) error {
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return b.add(Item{Line: s.line, Column: s.column, Broken: "the input ends inside what is around the entities"})
}

// nothingMore tells of text after the document.
func nothingMore(s *scanner, b *batcher) error {
	_, err := s.peek()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return b.add(Item{Line: s.line, Column: s.column, Broken: "the document has ended, and there is more text: it was not read"})
}

func endedEarly(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// wrappers are the members of a document that hold entities.
func isWrapper(name string) bool { return name == "@graph" || name == "features" }

// document reads an object that is an entity, or holds entities: JSON-LD with @graph,
// a GeoJSON FeatureCollection, or a Feature. After it others may follow.
func (f *File) document(s *scanner, b *batcher) error {
	wrapper, err := f.looksWrapped(s)
	if err != nil {
		return err
	}
	if !wrapper {
		return objects(s, b)
	}
	context, err := f.contextOf(s)
	if err != nil {
		return err
	}
	return f.wrapped(s, b, context)
}

// objects reads objects one after the other, whatever white space is between them.
func objects(s *scanner, b *batcher) error {
	for {
		_, err := s.peek()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at := Item{Line: s.line, Column: s.column}
		raw, err := s.value()
		var large errLarge
		switch {
		case errors.As(err, &large):
			at.Broken = large.Error()
		case errors.Is(err, io.ErrUnexpectedEOF):
			at.Broken = "the input ends inside this entity"
			return b.add(at)
		case err != nil:
			return err
		case len(raw) == 1 && strings.ContainsRune(",:]}", rune(raw[0])):
			at.Broken = fmt.Sprintf("found %q where an entity was expected", raw)
		default:
			at.Raw = raw
		}
		if err := b.add(at); err != nil {
			return err
		}
	}
}

// looksWrapped reads the names of the members at the top as far as the buffer goes.
func (f *File) looksWrapped(s *scanner) (bool, error) {
	window, err := s.r.Peek(s.r.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return false, unread(err)
	}
	inner := newScanner(bytes.NewReader(window), f.most())
	collection := bytes.Contains(window, []byte("FeatureCollection"))
	wrapper := false
	_ = members(inner, func(name string) (bool, error) { // its error is that the window ends
		if name == "@graph" || name == "features" && collection {
			wrapper = true
			return true, nil
		}
		return false, inner.skip()
	})
	return wrapper, nil
}

// members calls each for the name of each member of the object that comes next, until
// it says that it is enough; it takes the value.
func members(s *scanner, each func(name string) (enough bool, err error)) error {
	if err := s.read(); err != nil { // the brace
		return err
	}
	for {
		c, err := s.peek()
		if err != nil {
			return endedEarly(err)
		}
		switch c {
		case '}':
			return s.read()
		case ',':
			if err := s.read(); err != nil {
				return err
			}
			continue
		}
		line, column := s.line, s.column
		quoted, err := s.value()
		if err != nil {
			return err
		}
		var name string
		if c, err = s.peek(); err != nil {
			return endedEarly(err)
		}
		if json.Unmarshal(quoted, &name) != nil || c != ':' {
			return &malformed{line, column}
		}
		if err := s.read(); err != nil {
			return err
		}
		if _, err := s.peek(); err != nil {
			return endedEarly(err)
		}
		if enough, err := each(name); enough || err != nil {
			return err
		}
	}
}

// malformed is the error of a document around the entities that is no JSON.
type malformed struct{ line, column int64 }

func (m *malformed) Error() string {
	return fmt.Sprintf("line %d column %d: expected the name of a member and a colon", m.line, m.column)
}

// contextOf finds the @context of a document: for a file by reading it once more than
// needed, since it may stand at the end; for standard input it has to come first.
func (f *File) contextOf(s *scanner) (any, error) {
	if f.Input == nil {
		again := *f
		again.Progress = nil
		in, err := again.open()
		if err != nil {
			return nil, err
		}
		defer in.close()
		s = newScanner(in, f.most())
		if bom, err := s.r.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
			_, _ = s.r.Discard(3) // what was peeked is there
		}
		if _, err := s.peek(); err != nil {
			return nil, unread(err)
		}
	} else {
		window, _ := s.r.Peek(s.r.Size()) // less when the input is shorter
		s = newScanner(bytes.NewReader(window), f.most())
	}
	var context any
	var wrong error
	err := members(s, func(name string) (bool, error) {
		if name != "@context" {
			return false, s.skip()
		}
		raw, err := s.value()
		if err != nil {
			return true, err
		}
		context, wrong = validate.Decode(raw)
		return true, nil
	})
	if wrong != nil {
		return nil, fmt.Errorf("the @context of the document: %w", wrong)
	}
	_ = err // the document itself is read again, and its errors told then
	return context, nil
}

// wrapped reads the entities inside a document.
func (f *File) wrapped(s *scanner, b *batcher, context any) error {
	err := members(s, func(name string) (bool, error) {
		c, err := s.peek()
		if err != nil {
			return true, endedEarly(err)
		}
		switch {
		case isWrapper(name) && c == '[':
			_ = s.read()
			return false, list(s, b, Item{Context: context, Feature: name == "features", Pointer: "/" + name})
		case isWrapper(name) && c == '{':
			at := Item{Line: s.line, Column: s.column, Context: context, Feature: name == "features", Pointer: "/" + name}
			if at.Raw, err = s.value(); err != nil {
				return true, err
			}
			return false, b.add(at)
		case name == "@context" && f.Input != nil && context == nil:
			return true, errors.New("the @context stands after the entities or too far from the start to be seen in standard input: put it first, or give a file")
		}
		return false, s.skip()
	})
	var wrong *malformed
	if errors.As(err, &wrong) {
		return b.add(Item{Line: wrong.line, Column: wrong.column, Broken: "expected the name of a member and a colon; what follows is not read"})
	}
	if err != nil {
		return ended(s, b, err)
	}
	return nothingMore(s, b)
}
