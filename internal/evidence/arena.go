package evidence

// arena lays contents behind one another. Thousands of small ones that stay for the whole
// run cost the collector of garbage next to nothing that way, and keep no others' room.
type arena struct {
	slabs [][]byte
}

// place is where a content lies. It holds no pointer.
type place struct{ slab, start, end int }

// slabSize is the capacity of a slab in bytes; a longer content has a slab of its own.
const slabSize = 64 << 10

// lay copies b to where there is room.
func (a *arena) lay(b []byte) place {
	i := len(a.slabs) - 1
	if i < 0 || cap(a.slabs[i])-len(a.slabs[i]) < len(b) {
		a.slabs = append(a.slabs, make([]byte, 0, max(slabSize, len(b))))
		i++
	}
	start := len(a.slabs[i])
	a.slabs[i] = append(a.slabs[i], b...)
	return place{i, start, len(a.slabs[i])}
}

// at is the content at a place, to which nothing can be appended in place.
func (a *arena) at(p place) []byte { return a.slabs[p.slab][p.start:p.end:p.end] }
