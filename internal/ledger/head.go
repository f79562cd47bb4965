package ledger

import (
	"fmt"
	"strconv"
	"strings"
)

// Head is an end of a chain: of the ledger or of one stream. A head that is kept
// elsewhere is the anchor that Verify can hold a ledger to.
type Head struct {
	Count int64 // events up to and with this one
	Hash  Hash  // of that event; zero when there is none
}

// String is the count, a colon and the hash in hexadecimal.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Count, h.Hash) }

// ParseHead reads what String gives.
func ParseHead(s string) (Head, error) {
	count, hash, _ := strings.Cut(s, ":")
	var h Head
	var err error
	h.Count, err = strconv.ParseInt(count, 10, 64)
	if err != nil || h.Count < 0 || h.Hash.UnmarshalText([]byte(hash)) != nil {
		return Head{}, fmt.Errorf("%.100q is no head of a ledger: expected a number of events, a colon and 64 hexadecimal digits", s)
	}
	return h, nil
}
