package audit

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/oasc/mimcheck/internal/entityfile"
)

// reservoir chooses a fixed number of entities of a stream, each with the same chance,
// by a seed (algorithm R). Broken items are no entities: the first are kept, all are
// counted.
type reservoir struct {
	size   int
	rand   *rand.Rand
	seen   int64
	chosen []Item
	broken []Item
	more   int64 // broken items that are not kept
}

func newReservoir(size int, seed uint64) *reservoir {
	return &reservoir{size: size, rand: rand.New(rand.NewPCG(seed, 0x6175646974))}
}

func (r *reservoir) take(items []Item) error {
	for _, i := range items {
		if i.Broken != "" {
			if len(r.broken) < maxBroken {
				r.broken = append(r.broken, i)
			} else {
				r.more++
			}
			continue
		}
		r.seen++
		if len(r.chosen) < r.size {
			r.chosen = append(r.chosen, i)
		} else if n := r.rand.Int64N(r.seen); n < int64(r.size) {
			r.chosen[n] = i
		}
	}
	return nil
}

// unseen is how many entities were passed.
func (r *reservoir) unseen() int64 { return r.seen - int64(len(r.chosen)) }

// batches are the chosen items in the order of the input.
func (r *reservoir) batches() [][]Item {
	all := append(slices.Clone(r.chosen), r.broken...)
	slices.SortFunc(all, func(a, b Item) int { return cmp.Compare(a.Order, b.Order) })
	return slices.Collect(slices.Chunk(all, entityfile.BatchItems))
}
