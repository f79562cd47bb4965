package membership

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
)

// A board is kept beside the events, so that who opens the ledger next need not read all
// of them again: a row for each stream, with the facts of it that shape the State and
// with its history. A row is made from the events alone, and the same events give the
// same bytes: ledger.Kept and VerifyBoard hold it to that.

// Keeper is a Reader that can keep a board: *ledger.Ledger.
type Keeper interface {
	Reader
	Kept(ctx context.Context, form string, f func(name string, data []byte) error) (ledger.Head, error)
	Keep(ctx context.Context, form string, from, to ledger.Head, rows map[string][]byte) (bool, error)
}

// keptVersion is counted up whenever a history takes in facts, or is written, otherwise
// than before: what was kept by another program is computed anew.
const keptVersion = 2

// keptForm names how the rows are made: it changes with the program and with the policy,
// on which histories depend.
func keptForm() string {
	policy := sha256.Sum256(policyJSON)
	return fmt.Sprintf("board/%d/%s", keptVersion, hex.EncodeToString(policy[:8]))
}

// VerifyBoard computes what is kept of a ledger's board anew from all events, and names
// what differs: *ledger.KeptError.
func VerifyBoard(ctx context.Context, l Keeper) error {
	kept := map[string][]byte{}
	head, err := l.Kept(ctx, keptForm(), func(name string, data []byte) error {
		kept[name] = slices.Clone(data)
		return nil
	})
	if err != nil || head == (ledger.Head{}) {
		return err
	}
	anew := NewBoard(beginning{l, head})
	if err := anew.catchUp(ctx); err != nil {
		return err
	}
	rows := anew.rows(anew.changed)
	for _, stream := range sortedKeys(rows, strings.Compare) {
		if !bytes.Equal(rows[stream], kept[stream]) {
			return &ledger.KeptError{Path: pathOf(l), Problem: fmt.Sprintf("it says of %s otherwise than its events do", stream)}
		}
	}
	for _, stream := range sortedKeys(kept, strings.Compare) {
		if rows[stream] == nil {
			return &ledger.KeptError{Path: pathOf(l), Problem: fmt.Sprintf("it tells of %s, which has no events", stream)}
		}
	}
	return nil
}

// Recompute makes a ledger's board anew from all events and keeps it, in place of what
// is kept.
func Recompute(ctx context.Context, l Keeper) error {
	b := NewBoard(Reader(struct{ Reader }{l}))
	if err := b.catchUp(ctx); err != nil {
		return err
	}
	b.keeper = l
	return b.keep(ctx)
}

// beginning reads the events of a ledger up to a head, and nothing that is kept.
type beginning struct {
	Reader
	head ledger.Head
}

func (b beginning) Since(ctx context.Context, head ledger.Head, f func(ledger.Event) error) error {
	over := errors.New("over")
	err := b.Reader.Since(ctx, head, func(e ledger.Event) error {
		if e.Position > b.head.Count {
			return over
		}
		return f(e)
	})
	if errors.Is(err, over) {
		return nil
	}
	return err
}

func pathOf(l Keeper) string {
	if named, ok := l.(interface{ Path() string }); ok {
		return named.Path()
	}
	return ""
}

// shaping is a fact that shapes the State, with its place in the ledger.
type shaping struct {
	Fact
	at       time.Time // when it happened
	position int64
	kind     string
	data     []byte
}

// compare orders facts by when they happened; those of one time as they were recorded.
func (s shaping) compare(o shaping) int {
	return cmp.Or(s.at.Compare(o.at), cmp.Compare(s.position, o.position))
}

// row writes what is kept of a stream.
func row(facts []shaping, h *history) []byte {
	var w writer
	w.count(len(facts))
	for _, f := range facts {
		w.number(f.position)
		w.text(f.kind)
		w.text(string(f.data))
	}
	h.write(&w)
	return w.b
}

// readRow reads what row wrote.
func readRow(data []byte) ([]shaping, *history, error) {
	r := reader{b: data, s: string(data)}
	facts := make([]shaping, r.count())
	for i := range facts {
		f := &facts[i]
		f.position, f.kind, f.data = r.number(), r.text(), []byte(r.text())
		var err error
		if f.Fact, err = readFact(f.kind, f.data); err != nil {
			return nil, nil, err
		}
		f.at = f.when()
	}
	h := newHistory()
	h.read(&r)
	if r.failed || r.at < len(data) {
		return nil, nil, errors.New("what is kept of the board can't be read")
	}
	return facts, h, nil
}

func (h *history) write(w *writer) {
	w.time(h.latest)
	w.count(len(h.tracks))
	for _, key := range sortedKeys(h.tracks, mimKey.compare) {
		t := h.tracks[key]
		w.text(key.baseline)
		w.text(key.mim)
		w.number(int64(t.runs))
		w.runAt(t.latest)
		w.flags(t.partial, t.onlyOwn, t.measured)
		w.share(t.first)
		w.share(t.share)
		w.runAt(t.shareRun)
		w.runAt(t.failed)
		w.count(len(t.proofs))
		for _, p := range t.proofs {
			w.runAt(p.run)
			w.text(p.selfRun)
			w.text(p.certificate)
			w.text(string(p.assurance))
			w.time(p.begins)
			w.time(p.ends)
			w.text(p.cut)
			w.text(p.cutBy)
		}
		w.count(len(t.revoked))
		for _, r := range t.revoked {
			w.text(r.run)
			w.text(r.why)
		}
	}
	w.count(len(h.extended))
	for _, baseline := range sortedKeys(h.extended, strings.Compare) {
		w.text(baseline)
		w.count(len(h.extended[baseline]))
		for _, e := range h.extended[baseline] {
			w.text(e.MIM)
			w.text(string(e.StartBy))
			w.text(string(e.ImplementBy))
			w.text(e.Reason)
			w.text(string(e.On))
		}
	}
}

func (h *history) read(r *reader) {
	h.latest = r.time()
	for range r.count() {
		key := mimKey{r.text(), r.text()}
		t := &track{runs: int(r.number()), latest: r.runAt()}
		r.flags(&t.partial, &t.onlyOwn, &t.measured)
		t.first, t.share, t.shareRun, t.failed = r.share(), r.share(), r.runAt(), r.runAt()
		for range r.count() {
			t.proofs = append(t.proofs, proof{
				run: r.runAt(), selfRun: r.text(), certificate: r.text(), assurance: Assurance(r.text()),
				begins: r.time(), ends: r.time(), cut: r.text(), cutBy: r.text(),
			})
		}
		for range r.count() {
			t.revoked = append(t.revoked, revokedRun{r.text(), r.text()})
		}
		h.tracks[key] = t
	}
	for range r.count() {
		baseline := r.text()
		for range r.count() {
			h.extended[baseline] = append(h.extended[baseline], Extends{
				MIM: r.text(), StartBy: Date(r.text()), ImplementBy: Date(r.text()), Reason: r.text(), On: Date(r.text()),
			})
		}
	}
}

func (k mimKey) compare(o mimKey) int {
	return cmp.Or(strings.Compare(k.baseline, o.baseline), strings.Compare(k.mim, o.mim))
}

func sortedKeys[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

// writer writes values one after another, in as few bytes as they need.
type writer struct{ b []byte }

func (w *writer) number(n int64) { w.b = binary.AppendVarint(w.b, n) }
func (w *writer) count(n int)    { w.number(int64(n)) }

func (w *writer) text(s string) {
	w.count(len(s))
	w.b = append(w.b, s...)
}

func (w *writer) time(t time.Time) {
	w.number(t.Unix())
	w.number(int64(t.Nanosecond()))
}

func (w *writer) runAt(r runAt) {
	w.text(r.id)
	w.time(r.at)
}

func (w *writer) share(s Share) {
	for _, n := range []int{s.Conformant, s.Mandatory, s.Passed, s.Checks} {
		w.number(int64(n))
	}
}

func (w *writer) flags(flags ...bool) {
	var n int64
	for i, set := range flags {
		if set {
			n |= 1 << i
		}
	}
	w.number(n)
}

// reader reads what a writer wrote; once something is not there, it has failed and
// gives zero values.
type reader struct {
	b      []byte
	s      string // the same, so that texts need no room of their own
	at     int
	failed bool
}

func (r *reader) number() int64 {
	n, size := binary.Varint(r.b[r.at:])
	if size <= 0 {
		r.failed = true
		return 0
	}
	r.at += size
	return n
}

// count reads a number of things, of which each takes a byte or more.
func (r *reader) count() int {
	n := r.number()
	if n < 0 || n > int64(len(r.b)-r.at) {
		r.failed = true
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.count()
	r.at += n
	return r.s[r.at-n : r.at]
}

func (r *reader) time() time.Time {
	seconds, nanoseconds := r.number(), r.number()
	return time.Unix(seconds, nanoseconds).UTC()
}

func (r *reader) runAt() runAt { return runAt{r.text(), r.time()} }

func (r *reader) share() (s Share) {
	for _, n := range []*int{&s.Conformant, &s.Mandatory, &s.Passed, &s.Checks} {
		*n = int(r.number())
	}
	return s
}

func (r *reader) flags(flags ...*bool) {
	n := r.number()
	for i, flag := range flags {
		*flag = n&(1<<i) != 0
	}
}
