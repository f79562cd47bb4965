package validate

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// tape is a JSON value as a flat list of its parts in their order: quick to make and
// to look through, without a map for each object. What is in any way unusual is not
// put on a tape; the slower reader then says what it is.
type tape struct {
	text  string
	pos   int
	nodes []node
	steps int // rules that were asked
}

// node is one value on a tape.
type node struct {
	kind    byte   // n, t, f, 0 (number), ", { or [
	integer bool   // a number written without fraction and exponent
	short   bool   // a number of which a float64 keeps all digits
	end     int32  // index of the node after the value
	count   int32  // members or items
	name    string // of the member, inside an object
	text    string // of a string, or a number as written
	number  float64
}

// mostParts bounds the parts of a value on a tape, and so the memory that it takes; a
// larger value goes the slow way.
const mostParts = 1 << 17

// mostMembers bounds the members of an object on a tape: names are compared one by one.
const mostMembers = 128

var tapes = sync.Pool{New: func() any { return &tape{nodes: make([]node, 0, 128)} }}

// release gives the tape back. It drops what it refers to, so that no input stays in memory.
func (t *tape) release() {
	t.text, t.steps = "", 0
	if cap(t.nodes) > 1<<14 {
		return
	}
	clear(t.nodes)
	t.nodes = t.nodes[:0]
	tapes.Put(t)
}

// readTape reads one JSON value with nothing after it. It is nil for what Decode
// refuses, and for some of what it takes.
func readTape(b []byte) *tape {
	t := tapes.Get().(*tape)
	t.text, t.pos = string(b), 0
	t.space()
	if t.value(0, "") {
		if t.space(); t.pos == len(t.text) {
			return t
		}
	}
	t.release()
	return nil
}

func (t *tape) space() {
	for t.pos < len(t.text) {
		switch t.text[t.pos] {
		case ' ', '\t', '\n', '\r':
			t.pos++
		default:
			return
		}
	}
}

func (t *tape) next() byte {
	if t.pos < len(t.text) {
		return t.text[t.pos]
	}
	return 0
}

func (t *tape) word(w string) bool {
	if strings.HasPrefix(t.text[t.pos:], w) {
		t.pos += len(w)
		return true
	}
	return false
}

func (t *tape) value(depth int, name string) bool {
	if depth > MaxDepth || len(t.nodes) >= mostParts {
		return false
	}
	at := len(t.nodes)
	t.nodes = append(t.nodes, node{name: name})
	n := node{name: name}
	ok := false
	switch c := t.next(); c {
	case '"':
		n.kind = '"'
		n.text, ok = t.string()
	case '{':
		n.kind = '{'
		n.count, ok = t.object(depth)
	case '[':
		n.kind = '['
		n.count, ok = t.array(depth)
	case 't':
		n.kind, ok = c, t.word("true")
	case 'f':
		n.kind, ok = c, t.word("false")
	case 'n':
		n.kind, ok = c, t.word("null")
	default:
		n.kind = '0'
		from := t.pos
		if t.digits(&n) {
			n.text = t.text[from:t.pos]
			ok = n.measure()
		}
	}
	n.end = int32(len(t.nodes))
	t.nodes[at] = n
	return ok
}

func (t *tape) object(depth int) (count int32, ok bool) {
	t.pos++
	if t.space(); t.next() == '}' {
		t.pos++
		return 0, true
	}
	first := len(t.nodes)
	var met uint64 // names by a few of their bits
	for {
		if t.next() != '"' {
			return 0, false
		}
		name, ok := t.string()
		if !ok || count >= mostMembers {
			return 0, false
		}
		bit := uint64(1) << (len(name) & 63)
		if len(name) > 2 {
			bit = 1 << ((uint(len(name)) + uint(name[len(name)-1])*7 + uint(name[len(name)/2])*13) & 63)
		}
		if met&bit != 0 {
			for i := first; i < len(t.nodes); i = int(t.nodes[i].end) {
				if t.nodes[i].name == name {
					return 0, false
				}
			}
		}
		met |= bit
		if t.space(); t.next() != ':' {
			return 0, false
		}
		t.pos++
		t.space()
		if !t.value(depth+1, name) {
			return 0, false
		}
		count++
		t.space()
		switch t.next() {
		case ',':
			t.pos++
			t.space()
		case '}':
			t.pos++
			return count, true
		default:
			return 0, false
		}
	}
}

func (t *tape) array(depth int) (count int32, ok bool) {
	t.pos++
	if t.space(); t.next() == ']' {
		t.pos++
		return 0, true
	}
	for {
		if !t.value(depth+1, "") {
			return 0, false
		}
		count++
		t.space()
		switch t.next() {
		case ',':
			t.pos++
			t.space()
		case ']':
			t.pos++
			return count, true
		default:
			return 0, false
		}
	}
}

// string reads a string; the position is at its quote.
func (t *tape) string() (string, bool) {
	from := t.pos + 1
	ascii := true
	for i := from; i < len(t.text); i++ {
		switch c := t.text[i]; {
		case c == '"':
			t.pos = i + 1
			s := t.text[from:i]
			return s, ascii || utf8.ValidString(s)
		case c == '\\':
			return t.escaped(from, i)
		case c < ' ':
			return "", false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return "", false
}

// escaped reads the rest of a string from its first backslash on.
func (t *tape) escaped(from, at int) (string, bool) {
	var b strings.Builder
	b.WriteString(t.text[from:at])
	for i := at; i < len(t.text); {
		c := t.text[i]
		switch {
		case c == '"':
			t.pos = i + 1
			s := b.String()
			return s, utf8.ValidString(s)
		case c < ' ':
			return "", false
		case c != '\\':
			b.WriteByte(c)
			i++
			continue
		}
		if i+1 >= len(t.text) {
			return "", false
		}
		if plain := strings.IndexByte(`"\/bfnrt`, t.text[i+1]); plain >= 0 {
			b.WriteByte("\"\\/\b\f\n\r\t"[plain])
			i += 2
			continue
		}
		if t.text[i+1] != 'u' {
			return "", false
		}
		r, ok := t.unit(i)
		i += 6
		if ok && r >= 0xd800 && r < 0xdc00 {
			low, paired := t.unit(i)
			if ok = paired && low >= 0xdc00 && low < 0xe000; ok {
				r = (r-0xd800)<<10 + low - 0xdc00 + 0x10000
				i += 6
			}
		} else if r >= 0xdc00 && r < 0xe000 {
			ok = false
		}
		if !ok {
			return "", false
		}
		b.WriteRune(r)
	}
	return "", false
}

// unit reads \uXXXX.
func (t *tape) unit(at int) (rune, bool) {
	if at+6 > len(t.text) || t.text[at] != '\\' || t.text[at+1] != 'u' {
		return 0, false
	}
	for i := at + 2; i < at+6; i++ {
		if !isHex(t.text[i]) {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(t.text[at+2:at+6], 16, 32)
	return rune(n), err == nil
}

// digits reads a number by the grammar of RFC 8259.
func (t *tape) digits(n *node) bool {
	if t.next() == '-' {
		t.pos++
	}
	run := func() int {
		from := t.pos
		for isDigit(t.next()) {
			t.pos++
		}
		return t.pos - from
	}
	n.integer = true
	switch zero := t.next() == '0'; {
	case zero:
		t.pos++
	case run() == 0:
		return false
	}
	if t.next() == '.' {
		n.integer = false
		if t.pos++; run() == 0 {
			return false
		}
	}
	if c := t.next(); c == 'e' || c == 'E' {
		n.integer = false
		t.pos++
		if c = t.next(); c == '+' || c == '-' {
			t.pos++
		}
		if run() == 0 {
			return false
		}
	}
	return true
}

// measure works out the value of a number from its text.
func (n *node) measure() bool {
	if len(n.text) > 40 {
		return false
	}
	var mantissa uint64
	digits, places := 0, -1
	negative := false
	for i := 0; i < len(n.text); i++ {
		switch c := n.text[i]; {
		case c == '-' && i == 0:
			negative = true
		case isDigit(c):
			digits++
			if digits <= 15 {
				mantissa = mantissa*10 + uint64(c-'0')
			}
			if places >= 0 {
				places++
			}
		case c == '.':
			places = 0
		default:
			digits = 99 // an exponent
		}
	}
	if digits <= 15 { // both parts are exact, so the quotient is the nearest float
		n.short = true
		n.number = float64(mantissa) / tens[max(0, places)]
		if negative {
			n.number = -n.number
		}
		return true
	}
	if !representable(n.text) {
		return false
	}
	var err error
	n.number, err = strconv.ParseFloat(n.text, 64)
	return err == nil
}

var tens = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// decoded is the value at a node as Decode gives it.
func (t *tape) decoded(at int32) any {
	n := &t.nodes[at]
	switch n.kind {
	case 't':
		return true
	case 'f':
		return false
	case '"':
		return n.text
	case '0':
		return json.Number(n.text)
	case '{':
		object := make(map[string]any, n.count)
		for i := at + 1; i < n.end; i = t.nodes[i].end {
			object[t.nodes[i].name] = t.decoded(i)
		}
		return object
	case '[':
		array := make([]any, 0, n.count)
		for i := at + 1; i < n.end; i = t.nodes[i].end {
			array = append(array, t.decoded(i))
		}
		return array
	}
	return nil
}

// tapeOf puts a decoded value on a tape; nil when it has something unusual in it.
func tapeOf(v any) *tape {
	t := tapes.Get().(*tape)
	if t.put(v, 0, "") {
		return t
	}
	t.release()
	return nil
}

func (t *tape) put(v any, depth int, name string) bool {
	if depth > MaxDepth || len(t.nodes) >= mostParts {
		return false
	}
	at := len(t.nodes)
	t.nodes = append(t.nodes, node{name: name})
	n := node{name: name}
	switch x := v.(type) {
	case nil:
		n.kind = 'n'
	case bool:
		if n.kind = 'f'; x {
			n.kind = 't'
		}
	case string:
		n.kind, n.text = '"', x
	case json.Number:
		other := tape{text: string(x)}
		n.kind, n.text = '0', string(x)
		if !other.digits(&n) || other.pos != len(x) || !n.measure() {
			return false
		}
	case map[string]any:
		n.kind, n.count = '{', int32(len(x))
		if len(x) > mostMembers {
			return false
		}
		for key, inner := range x {
			if !t.put(inner, depth+1, key) {
				return false
			}
		}
	case []any:
		n.kind, n.count = '[', int32(len(x))
		for _, inner := range x {
			if !t.put(inner, depth+1, "") {
				return false
			}
		}
	default:
		return false
	}
	n.end = int32(len(t.nodes))
	t.nodes[at] = n
	return true
}
