package probe

// beginnings tells, in one pass over a text and whatever their number, that none of
// some words begins in it. It may be wrong the other way round.
type beginnings struct {
	first  map[uint32]struct{}  // the first bytes of each word
	marked [1 << 16 / 64]uint64 // a bit for the hash of each of these: most others have none
	any    bool                 // a word is too short to tell
}

// telling is how many of a word's first bytes are looked at.
const telling = 4

func (b *beginnings) add(word string) {
	if len(word) < telling {
		b.any = true
		return
	}
	var last uint32
	for i := range telling {
		last = last<<8 | uint32(word[i])
	}
	if b.first == nil {
		b.first = map[uint32]struct{}{}
	}
	b.first[last] = struct{}{}
	h := bucket(last)
	b.marked[h/64] |= 1 << (h % 64)
}

// perhaps says whether one of the words may begin in the text.
func perhaps[T string | []byte](b *beginnings, text T) bool {
	if b.any {
		return true
	}
	var last uint32
	for i := range len(text) {
		last = last<<8 | uint32(text[i])
		if h := bucket(last); i >= telling-1 && b.marked[h/64]&(1<<(h%64)) != 0 {
			if _, is := b.first[last]; is {
				return true
			}
		}
	}
	return false
}

// bucket is a hash of four bytes (Knuth's multiplicative one), of 16 bits.
func bucket(four uint32) uint32 { return four * 2654435761 >> 16 }
