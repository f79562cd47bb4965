package entityfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// scanner cuts a stream into JSON values without decoding them, and knows the line
// and the column of each. It keeps no more than one value of at most max bytes; what
// is larger it reads past, up to farTooLarge times that: a small file may unpack to
// more than anyone will wait for.
type scanner struct {
	r      *bufio.Reader
	max    int
	line   int64 // of the next byte, from 1
	column int64 // in characters, from 1
}

// farTooLarge is how many times the limit of one entity is read past at most.
const farTooLarge = 64

// tooFar says that the input is given up, since what was read past is no entity by any
// measure; nil while it may be one.
func tooFar(size, most int64, what string) error {
	if size > most {
		return fmt.Errorf("more than %d MiB %s: what follows is not read", most>>20, what)
	}
	return nil
}

func newScanner(r io.Reader, most int) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, 256<<10), max: most, line: 1, column: 1}
}

// read takes the next byte.
func (s *scanner) read() error {
	c, err := s.r.ReadByte()
	if err == nil {
		s.pass(c)
	}
	return err
}

// pass counts a byte.
func (s *scanner) pass(c byte) {
	switch {
	case c == '\n':
		s.line++
		s.column = 1
	case utf8.RuneStart(c):
		s.column++
	}
}

// peek skips white space and shows the next byte without taking it.
func (s *scanner) peek() (byte, error) {
	for size := int64(0); ; size++ {
		if err := tooFar(size, int64(s.max), "of white space"); err != nil {
			return 0, err
		}
		b, err := s.r.Peek(1)
		if err != nil {
			return 0, err
		}
		if c := b[0]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c, nil
		}
		if err := s.read(); err != nil {
			return 0, err
		}
	}
}

// errLarge is the error of a value over the limit, which was read past.
type errLarge struct{ size, most int64 }

func (e errLarge) Error() string {
	return fmt.Sprintf("larger than %d MiB (%d bytes), the limit of one entity", e.most>>20, e.size)
}

// value takes the next value as far as its brackets and quotes tell: an object, an
// array, a string, or a run of other characters up to a comma, a bracket or white
// space. io.ErrUnexpectedEOF says that the input ends inside it; errLarge that it was
// read past.
func (s *scanner) value() ([]byte, error) { return s.cut(true) }

// skip passes a value without keeping it.
func (s *scanner) skip() error {
	_, err := s.cut(false)
	return err
}

func (s *scanner) cut(keep bool) ([]byte, error) {
	var (
		out              []byte
		size             int64
		depth            int
		inString, escape bool
		large            bool
	)
	take := func(c byte) {
		s.pass(c)
		size++
		switch {
		case !keep || large:
		case len(out) >= s.max:
			out, large = nil, true
		default:
			out = append(out, c)
		}
	}
	done := func() ([]byte, error) {
		if large {
			return nil, errLarge{size, int64(s.max)}
		}
		return out, nil
	}
	for {
		if _, err := s.r.Peek(1); err != nil {
			if errors.Is(err, io.EOF) && depth == 0 && !inString && size > 0 {
				return done()
			}
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return out, err
		}
		window, _ := s.r.Peek(s.r.Buffered())
		used := 0
		ended := false
		for _, c := range window {
			if inString {
				take(c)
				used++
				switch {
				case escape:
					escape = false
				case c == '\\':
					escape = true
				case c == '"':
					inString = false
					ended = depth == 0
				}
				if ended {
					break
				}
				continue
			}
			if depth == 0 && size > 0 && (c == ',' || c == ']' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ':' || c == '{' || c == '[' || c == '"') {
				ended = true
				break
			}
			take(c)
			used++
			switch c {
			case '"':
				inString = true
			case '{', '[':
				depth++
			case '}', ']':
				depth--
				ended = depth <= 0
			}
			if ended {
				break
			}
		}
		if _, err := s.r.Discard(used); err != nil {
			return nil, err
		}
		if ended {
			return done()
		}
		if err := tooFar(size, farTooLarge*int64(s.max), "without the end of an entity"); err != nil {
			return nil, err
		}
	}
}

// lineOf takes the rest of the line, without its end. At the end of the input the
// error is io.EOF, and there is no line.
func (s *scanner) lineOf() (text []byte, err error) {
	var (
		out   []byte
		size  int64
		large bool
	)
	for {
		part, err := s.r.ReadSlice('\n')
		size += int64(len(part))
		if !large {
			if len(out)+len(part) > s.max {
				out, large = nil, true
			} else {
				out = append(out, part...)
			}
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if err := tooFar(size, farTooLarge*int64(s.max), "without the end of a line"); err != nil {
				return nil, err
			}
		case err == nil, errors.Is(err, io.EOF) && size > 0:
			s.line++
			s.column = 1
			if large {
				return nil, errLarge{size, int64(s.max)}
			}
			return bytes.TrimRight(out, "\r\n"), nil
		default:
			return nil, err
		}
	}
}
