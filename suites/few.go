package suites

import (
	"fmt"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
)

// mostTold is how many mismatches of one kind a check tells: a platform can have thousands.
const mostTold = 20

// Few collects mismatches of one kind that there can be many of: it tells some of them, and
// at the end how many more there are.
type Few struct {
	t *T
	n int
}

// Few begins to collect such mismatches.
func (t *T) Few() *Few { return &Few{t: t} }

// Holds is T.Holds for one of them.
func (f *Few) Holds(r *probe.Response, ok bool, format string, args ...any) {
	if ok {
		return
	}
	if f.n++; f.n <= mostTold {
		f.t.Holds(r, false, format, args...)
	}
}

// End notes how many mismatches were not told.
func (f *Few) End() {
	if f.n > mostTold {
		f.t.Note("%s: %d more mismatches of this kind are not told.", f.t.Check.ID, f.n-mostTold)
	}
}

// WrongIf is the message when it is so, and nothing otherwise.
func WrongIf(so bool, format string, args ...any) string {
	if !so {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf(format, args...))
}
