package console

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Count shows how far a long count is: a bar on a terminal, a line every ten seconds
// elsewhere. It is safe for concurrent use.
type Count struct {
	w    io.Writer
	what string

	done atomic.Int64 // not under mu: the bar asks for it while Share may wait for the bar

	mu    sync.Mutex
	bars  *mpb.Progress
	bar   *mpb.Bar
	share int
	told  time.Time
}

// NewCount makes a Count of what (a plural noun) that writes to w.
func NewCount(w io.Writer, what string) *Count {
	c := &Count{w: w, what: what, told: time.Now()}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		c.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	}
	return c
}

// Done tells how many were done so far.
func (c *Count) Done(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done.Store(max(n, c.done.Load()))
	c.tell()
}

// Share tells how much of the whole (bytes, or things) was read; of is 0 when that is
// not known.
func (c *Count) Share(read, of int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if of <= 0 {
		return
	}
	if c.share = int(100 * read / of); c.bars == nil {
		c.tell()
		return
	}
	if c.bar == nil {
		c.bar = c.bars.AddBar(of, mpb.PrependDecorators(decor.Percentage()),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return c.text() }), decor.Elapsed(decor.ET_STYLE_MMSS)))
	}
	c.bar.SetTotal(of, false)
	c.bar.SetCurrent(read)
}

// text is what the bar says.
func (c *Count) text() string {
	n := c.done.Load()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s ", n, c.what)
}

// tell writes a line, with the lock held.
func (c *Count) tell() {
	if c.bars != nil || time.Since(c.told) < 10*time.Second {
		return
	}
	c.told = time.Now()
	fmt.Fprintf(c.w, "%d %s, %d %% read\n", c.done.Load(), c.what, c.share)
}

// Close ends the bar.
func (c *Count) Close() {
	c.mu.Lock()
	bar := c.bar
	c.mu.Unlock()
	if bar == nil {
		return
	}
	if !bar.Completed() {
		bar.Abort(false)
	}
	c.bars.Wait()
}
