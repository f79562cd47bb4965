package filecheck

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/validate"
)

// Limits of what is held in memory at once, unpacked, in bytes.
const (
	maxLine     = 32 << 20
	maxDocument = 256 << 20
)

// document is one JSON value of a file.
type document struct {
	line    int // from 1, for a file with a value on each line; else 0
	value   any
	problem string // why there is no value
}

// documents calls f for each JSON value of a file, packed by gzip or not: the file as
// a whole or, when it has a value on each line, every line. What cannot be read is a
// document with a problem. The error is f's.
func documents(name string, in io.Reader, f func(document) error) error {
	r, err := unpacked(bufio.NewReaderSize(in, 1<<16))
	if err != nil {
		return f(document{problem: err.Error()})
	}
	if namesLines(name) {
		return lines(r, 1, f)
	}
	number := 1
	first, tooLong, err := readLine(r, maxDocument)
	for ; err == nil && !tooLong && len(bytes.TrimSpace(first)) == 0; number++ {
		first, tooLong, err = readLine(r, maxDocument)
	}
	if tooLong {
		return f(document{problem: tooLarge(maxDocument)})
	}
	value, syntax := validate.Decode(first)
	rest, blank, err := peek(r, err)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return f(document{problem: cutOff(err)})
	case syntax == nil && !rest:
		return f(document{value: value})
	case syntax == nil:
		if err := f(document{line: number, value: value}); err != nil {
			return err
		}
		return lines(r, number+1+blank, f)
	}
	// The first line is the beginning of one value.
	whole, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(first), r), maxDocument+1))
	switch {
	case err != nil:
		return f(document{problem: cutOff(err)})
	case len(whole) > maxDocument:
		return f(document{problem: tooLarge(maxDocument)})
	case len(bytes.TrimSpace(whole)) == 0:
		return f(document{problem: empty})
	}
	return f(decoded(0, whole))
}

// unpacked is r, or what it unpacks to when it begins as gzip does.
func unpacked(r *bufio.Reader) (*bufio.Reader, error) {
	magic, err := r.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("it can't be read: %w", err)
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return withoutMark(r), nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("it begins as a gzip file and can't be unpacked: %w", err)
	}
	return withoutMark(bufio.NewReaderSize(z, 1<<16)), nil
}

// withoutMark leaves out the mark that some editors put before UTF-8.
func withoutMark(r *bufio.Reader) *bufio.Reader {
	if mark, err := r.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = r.Discard(3) // they were peeked
	}
	return r
}

// namesLines says whether a file's name promises a value on each line.
func namesLines(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return slices.Contains([]string{".ndjson", ".jsonl", ".ldjson", ".geojsonl"}, path.Ext(name))
}

// lines reads a value on each line, from the number of the first on.
func lines(r *bufio.Reader, number int, f func(document) error) error {
	found := number > 1
	for ; ; number++ {
		line, tooLong, err := readLine(r, maxLine)
		switch text := bytes.TrimSpace(line); {
		case tooLong:
			found = true
			if err := f(document{line: number, problem: tooLarge(maxLine)}); err != nil {
				return err
			}
		case err != nil && !errors.Is(err, io.EOF):
			return f(document{line: number, problem: cutOff(err)})
		case len(text) > 0:
			found = true
			if err := f(decoded(number, text)); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF) && !found:
			return f(document{problem: empty})
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return f(document{line: number, problem: cutOff(err)})
		}
	}
}

// readLine reads up to and with the next line feed. A line longer than most is read to
// its end and not kept. The error is io.EOF after the last line.
func readLine(r *bufio.Reader, most int) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > most {
			line, tooLong = nil, true
		}
		if !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

// peek says whether anything but space follows, and after how many line feeds, given
// the error of the last reading.
func peek(r *bufio.Reader, err error) (follows bool, lineFeeds int, _ error) {
	for err == nil {
		var b byte
		if b, err = r.ReadByte(); err != nil {
			break
		}
		if !strings.ContainsRune(" \t\r\n", rune(b)) {
			return true, lineFeeds, r.UnreadByte()
		}
		if b == '\n' {
			lineFeeds++
		}
	}
	return false, lineFeeds, err
}

func decoded(line int, b []byte) document {
	value, err := validate.Decode(b)
	if err == nil {
		return document{line: line, value: value}
	}
	var syntax *validate.SyntaxError
	if line == 0 && errors.As(err, &syntax) && syntax.Offset <= int64(len(b)) {
		before := b[:syntax.Offset]
		return document{problem: fmt.Sprintf("line %d, column %d: %v", 1+bytes.Count(before, []byte("\n")),
			len(before)-bytes.LastIndexByte(before, '\n'), err)}
	}
	return document{line: line, problem: err.Error()}
}

const empty = "it is empty: expected JSON"

func tooLarge(most int) string {
	return fmt.Sprintf("it is larger than %d MiB, too large to be judged: give each entity a line of its own (NDJSON)", most>>20)
}

func cutOff(err error) string { return fmt.Sprintf("it can't be read further: %v", err) }
