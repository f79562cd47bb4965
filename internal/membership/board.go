package membership

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
)

// Board keeps the status of all members of a ledger up to date in memory, so that it
// is read without reading the events again. It may be used by many goroutines.
//
// It says what StatusOf says: a fact that comes in the order of time is added to
// what is there; for one that happened before others that are recorded already, the
// member's events are read again.
type Board struct {
	ledger Reader

	mu        sync.Mutex
	head      ledger.Head
	facts     []Fact // those that make up the State, in the order of time
	settled   bool   // register, members and decisions are those of facts
	register  *Register
	decisions []Decision
	histories map[string]*history // by member
}

// NewBoard makes a board of a ledger; its first reading takes in all events.
func NewBoard(l Reader) *Board {
	return &Board{ledger: l, histories: map[string]*history{}}
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
	none := newHistory()
	for i, m := range b.register.members {
		h := b.histories[m.ID]
		if h == nil {
			h = none
		}
		mims, err := h.status(b.decisions, m, asOf)
		if err != nil {
			return Overview{}, err
		}
		o.Members[i] = MemberStatus{m, mims}
	}
	return o, nil
}

// catchUp takes in the events that were appended since the last reading. After an
// error it begins anew the next time: what was taken in is not known to be whole.
func (b *Board) catchUp(ctx context.Context) error {
	err := b.takeAll(ctx)
	if err != nil {
		b.head, b.facts, b.settled, b.histories = ledger.Head{}, nil, false, map[string]*history{}
	}
	return err
}

func (b *Board) takeAll(ctx context.Context) error {
	late := map[string]bool{}
	err := b.ledger.Since(ctx, b.head, func(e ledger.Event) error {
		b.head = ledger.Head{Count: e.Position, Hash: e.Hash}
		f, err := FactOf(e)
		if err != nil {
			return err
		}
		inTime, err := b.take(e.Stream, f)
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
func (b *Board) take(stream string, f Fact) (inTime bool, err error) {
	if shapesState(f) {
		i, _ := slices.BinarySearchFunc(b.facts, f.when(), func(g Fact, at time.Time) int {
			if g.when().After(at) {
				return 1
			}
			return -1 // it comes after those of the same time
		})
		b.facts = slices.Insert(b.facts, i, f)
		b.settled = false
	}
	if stream == council {
		return true, nil
	}
	h := b.histories[stream]
	if h == nil {
		h = newHistory()
		b.histories[stream] = h
	}
	if f.when().Before(h.latest) {
		return false, nil
	}
	return true, h.add(f)
}

// shapesState says whether a fact is one of the register, the chapters or the
// decisions. Runs are not, and there are many of them.
func shapesState(f Fact) bool {
	switch f := f.(type) {
	case *RunRecorded, *BundleFiled, *CertificateIssued, *CertificateRefused, *CertificateRevoked, *Contributed:
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
	if n := len(b.facts); n > 0 && b.facts[n-1].when().After(asOf) {
		return true
	}
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
	s, err := foldFacts(b.facts, forever)
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
