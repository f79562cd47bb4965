package mim1

import (
	"context"
	"iter"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/probe"
)

// That something is not sent cannot be waited for. What is sent for later changes can, and
// shows after some rounds that it would have come by then.
const (
	// inTurn is for what one subscription is told of, which most platforms send in turn.
	inTurn = 2
	// outOfTurn is for two subscriptions, or one that was updated meanwhile: these are not
	// told in step, so that what should not come may be overtaken for some rounds.
	outOfTurn = 10
	// slower is how many times as long as for the slowest of what comes is waited for what
	// should not: on a busy machine, all takes longer.
	slower = 3
)

// outlast makes rounds, in each of which something comes that the check waits for, until
// what should not come would have come, too: rounds out of turn take a tenth of the
// patience for one notification, at least. Where that patience is used up several times,
// nothing can be told.
func outlast(t *T, rounds int, round func()) {
	begun := t.Now()
	var slowest, least time.Duration
	if rounds >= outOfTurn {
		least = t.Patience() / 10
	}
	for n := 0; ; n++ {
		at := t.Now()
		if n >= rounds && at.Sub(begun) >= max(least, slower*slowest) {
			return
		}
		if n >= rounds && at.Sub(begun) > slower*t.Patience() {
			t.CantTell("the slowest of %d notifications took %s to come: too long to tell what does not come from what comes later", n, slowest)
		}
		round()
		now := t.Now()
		slowest = max(slowest, now.Sub(at))
		if early := least*time.Duration(n+1)/time.Duration(rounds) - now.Sub(begun); early > 0 {
			pause(t, early)
		}
	}
}

// came gives what has come already, one after the other.
func came(t *T, inbox probe.Inbox) iter.Seq[delivery] {
	return func(yield func(delivery) bool) {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		for {
			n, err := inbox.Next(now)
			if err != nil || !yield(received(t, n)) {
				return
			}
		}
	}
}
