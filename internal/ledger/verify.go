package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Verify reads the whole ledger and checks the storage, every event's hash, the
// chain of every stream, the chain of the ledger and their ends. Given heads that
// were kept elsewhere, it also checks that the ledger still goes through them.
// A *CorruptError names the first event that was changed, removed or moved.
func (l *Ledger) Verify(ctx context.Context, anchors ...Head) error {
	// The chains first: they name an event, the storage names pages.
	if err := l.View(ctx, func(v *View) error { return v.verify(anchors) }); err != nil {
		return err
	}
	return l.explain(l.store.inspect(ctx))
}

func (v *View) verify(anchors []Head) error {
	at := map[int64]Hash{}
	for _, a := range anchors {
		at[a.Count] = a.Hash
	}
	path := v.ledger.path
	walk := newChain(path)
	err := v.tx.scan(0, nil, func(e Event) error {
		if err := walk.next(e); err != nil {
			return err
		}
		if want, ok := at[e.Position]; ok && want != e.Hash {
			return corrupt(path, e, fmt.Sprintf("its hash is %s, the head kept elsewhere says %s: the ledger was rewritten up to here", short(e.Hash), short(want)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	end, err := v.tx.head("")
	if err != nil {
		return err
	}
	if err := walk.ends("", walk.global, end); err != nil {
		return err
	}
	heads, err := v.tx.heads()
	if err != nil {
		return err
	}
	for _, s := range names(walk.streams, heads) {
		if err := walk.ends(s, walk.streams[s], heads[s]); err != nil {
			return err
		}
	}
	for _, a := range anchors {
		if a.Count > walk.global.Count {
			return corrupt(path, Event{Position: walk.global.Count + 1}, fmt.Sprintf("it is missing: a head kept elsewhere says that there were %d events, there are %d", a.Count, walk.global.Count))
		}
	}
	return nil
}

// names lists the streams of some heads, sorted.
func names(heads ...map[string]Head) []string {
	all := map[string]bool{}
	for _, h := range heads {
		for s := range h {
			all[s] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
