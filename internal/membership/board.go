package membership

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oasc/mimcheck/internal/ledger"
)

// Board keeps the status of all members of a ledger up to date, so that it is read
// without reading the events again: in memory and, where the ledger is a Keeper, beside
// the events for who opens it next. It may be used by many goroutines.
//
// It says what StatusOf says: a fact that comes in the order of time is added to
// what is there; for one that happened before others that are recorded already, the
// member's events are read again.
type Board struct {
	ledger Reader
	keeper Keeper // nil when nothing is kept beside the events
	// keepAfter is how many events are taken in until the board is kept again: to read
	// so many is faster than to wait for the ledger's other writers.
	keepAfter int64

	mu        sync.Mutex
	begun     bool
	head      ledger.Head
	facts     []shaping // those that make up the State, in the order of time
	settled   bool      // register and decisions are those of facts
	register  *Register
	decisions []Decision
	histories map[string]*history // by stream

	kept    ledger.Head     // of what is kept beside the events
	changed map[string]bool // streams since then
}

// NewBoard makes a board of a ledger; its first reading takes in what is kept beside the
// events and all events after that.
func NewBoard(l Reader) *Board {
	b := &Board{ledger: l, keepAfter: 1000}
	b.keeper, _ = l.(Keeper)
	b.forget()
	return b
}

// forget begins anew, without what is kept.
func (b *Board) forget() {
	b.head, b.facts, b.settled, b.histories = ledger.Head{}, nil, false, map[string]*history{}
	b.kept, b.changed = ledger.Head{}, map[string]bool{}
}

// Overview is the status of all members at a time, with everything that the ledger
// has by now.
func (b *Board) Overview(ctx context.Context, asOf time.Time) (Overview, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.catchUp(ctx); err != nil {
		return Overview{}, err
	}
	if b.later(asOf) {
		return ReadOverview(ctx, b.ledger, "", asOf)
	}
	if err := b.settle(); err != nil {
		return Overview{}, err
	}
	o := Overview{AsOf: asOf.UTC(), Members: make([]MemberStatus, len(b.register.members))}
	err := inParts(len(o.Members), func(i int) error {
		m := b.register.members[i]
		mims, err := b.history(m.ID).status(b.decisions, m, asOf)
		o.Members[i] = MemberStatus{m, mims}
		return err
	})
	if err != nil {
		return Overview{}, err
	}
	return o, nil
}

// Member is the status of the member with a name at a time.
func (b *Board) Member(ctx context.Context, name string, asOf time.Time) (Overview, error) {
	m, decisions, err := b.Find(ctx, name, asOf)
	if err != nil {
		return Overview{}, err
	}
	events, err := b.ledger.Events(ctx, m.ID)
	if err != nil {
		return Overview{}, err
	}
	mims, err := StatusOf(events, decisions, m, asOf)
	if err != nil {
		return Overview{}, err
	}
	return Overview{AsOf: asOf.UTC(), Members: []MemberStatus{{m, mims}}}, nil
}

// Find resolves a name in the register as it was at a time; see Register.Find. The
// decisions are those of that time.
func (b *Board) Find(ctx context.Context, name string, asOf time.Time) (Member, []Decision, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.catchUp(ctx); err != nil {
		return Member{}, nil, err
	}
	s, err := b.state(asOf)
	if err != nil {
		return Member{}, nil, err
	}
	r, err := s.Register()
	if err != nil {
		return Member{}, nil, err
	}
	m, err := r.Find(name)
	return m, s.Decisions(), err
}

func (b *Board) history(id string) *history {
	if h := b.histories[id]; h != nil {
		return h
	}
	return newHistory()
}

// inParts calls f with 0 to n-1, on all processors.
func inParts(n int, f func(i int) error) error {
	parts := runtime.GOMAXPROCS(0)
	var g errgroup.Group
	for p := range parts {
		g.Go(func() error {
			for i := p * n / parts; i < (p+1)*n/parts; i++ {
				if err := f(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// catchUp takes in the events that were appended since the last reading. After an
// error it begins anew the next time: what was taken in is not known to be whole.
func (b *Board) catchUp(ctx context.Context) error {
	if !b.begun {
		b.load(ctx)
		b.begun = true
	}
	if err := b.takeAll(ctx); err != nil {
		b.forget()
		return err
	}
	if b.keeper != nil && b.head.Count-b.kept.Count >= b.keepAfter {
		// For a ledger that others write to, only a moment. It is needed for nothing but
		// the speed of the next reading: where it can't be written, that takes longer.
		soon, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		_ = b.keep(soon)
	}
	return nil
}

func (b *Board) takeAll(ctx context.Context) error {
	late := map[string]bool{}
	err := b.ledger.Since(ctx, b.head, func(e ledger.Event) error {
		b.head = ledger.Head{Count: e.Position, Hash: e.Hash}
		b.changed[e.Stream] = true
		f, err := FactOf(e)
		if err != nil {
			return err
		}
		inTime, err := b.take(e, f)
		if !inTime {
			late[e.Stream] = true
		}
		return err
	})
	for stream := range late {
		if err == nil {
			err = b.reread(ctx, stream)
		}
	}
	return err
}

// take adds a fact; it is not in time when it happened before others of its stream.
func (b *Board) take(e ledger.Event, f Fact) (inTime bool, err error) {
	if shapesState(f) {
		s := shaping{f, f.when(), e.Position, e.Kind, e.Data}
		i, _ := slices.BinarySearchFunc(b.facts, s, shaping.compare)
		b.facts = slices.Insert(b.facts, i, s)
		b.settled = false
	}
	h := b.histories[e.Stream]
	if h == nil {
		h = newHistory()
		b.histories[e.Stream] = h
	}
	if f.when().Before(h.latest) && e.Stream != council {
		return false, nil
	}
	return true, h.add(f)
}

// shapesState says whether a fact is one of the register, the chapters or the
// decisions. Runs are not, and there are many of them.
func shapesState(f Fact) bool {
	switch f := f.(type) {
	case *RunRecorded, *BundleFiled, *CertificateIssued, *CertificateRefused, *CertificateRevoked, *Contributed, *SolutionProven:
		return false
	case *TimeframeExtended:
		return f.Member == ""
	}
	return true
}

// reread makes the history of a stream anew from what the board has taken in.
func (b *Board) reread(ctx context.Context, stream string) error {
	events, err := b.ledger.Events(ctx, stream)
	if err != nil {
		return err
	}
	events = slices.DeleteFunc(events, func(e ledger.Event) bool { return e.Position > b.head.Count })
	h, err := historyOf(events, Member{ID: stream}, forever)
	if err == nil {
		b.histories[stream] = h
	}
	return err
}

// later says whether anything that was taken in happened after a time.
func (b *Board) later(asOf time.Time) bool {
	for _, h := range b.histories {
		if h.latest.After(asOf) {
			return true
		}
	}
	return false
}

// settle computes the register and the decisions anew where facts have changed them.
func (b *Board) settle() error {
	if b.settled {
		return nil
	}
	s, err := b.state(forever)
	if err != nil {
		return err
	}
	if b.register, err = s.Register(); err != nil {
		return err
	}
	b.decisions = s.Decisions()
	b.settled = true
	return nil
}

// state is what the facts that were taken in make up at a time.
func (b *Board) state(asOf time.Time) (*State, error) {
	s, err := initial()
	if err != nil {
		return nil, err
	}
	for _, f := range b.facts {
		if f.at.After(asOf) {
			break
		}
		f.apply(s)
	}
	return s, nil
}

// load takes in what is kept beside the events. Where that is nothing, or damaged, the
// board is made from the events.
func (b *Board) load(ctx context.Context) {
	if b.keeper == nil {
		return
	}
	var names []string
	var rows [][]byte
	head, err := b.keeper.Kept(ctx, keptForm(), func(name string, data []byte) error {
		names, rows = append(names, name), append(rows, slices.Clone(data))
		return nil
	})
	if err != nil {
		return
	}
	facts, histories := make([][]shaping, len(rows)), make([]*history, len(rows))
	err = inParts(len(rows), func(i int) (err error) {
		facts[i], histories[i], err = readRow(rows[i])
		return err
	})
	if err != nil {
		return
	}
	for i, name := range names {
		b.facts = append(b.facts, facts[i]...)
		b.histories[name] = histories[i]
	}
	slices.SortFunc(b.facts, shaping.compare)
	b.head, b.kept = head, head
}

// keep keeps the board beside the events.
func (b *Board) keep(ctx context.Context) error {
	kept, err := b.keeper.Keep(ctx, keptForm(), b.kept, b.head, b.rows(b.changed))
	if !kept || err != nil {
		b.kept = ledger.Head{} // next time all of it, in place of whatever is there
		for stream := range b.histories {
			b.changed[stream] = true
		}
		return err
	}
	b.kept = b.head
	clear(b.changed)
	return nil
}

// rows are what is to be kept of some streams.
func (b *Board) rows(streams map[string]bool) map[string][]byte {
	facts := map[string][]shaping{}
	for _, f := range b.facts {
		if s := f.stream(); streams[s] {
			facts[s] = append(facts[s], f)
		}
	}
	rows := make(map[string][]byte, len(streams))
	for s := range maps.Keys(streams) {
		rows[s] = row(facts[s], b.history(s))
	}
	return rows
}
