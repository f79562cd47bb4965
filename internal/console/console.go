// Package console shows a run's progress: a bar on a terminal, plain lines elsewhere.
package console

import (
	"fmt"
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Progress tells how a run goes on; the runner calls its methods one at a time.
type Progress struct {
	w      io.Writer
	bars   *mpb.Progress
	bar    *mpb.Bar
	run    int
	done   int
	counts map[reports.Outcome]int
}

// New makes a Progress that writes to w: a bar if w is a terminal, lines if not.
func New(w io.Writer) *Progress {
	p := &Progress{w: w, counts: map[reports.Outcome]int{}}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	}
	return p
}

// Planned is told once, before the first check.
func (p *Progress) Planned(run, leftOut int) {
	p.run = run
	if p.bars == nil {
		fmt.Fprintf(p.w, "running %d checks, %d left out\n", run, leftOut)
		return
	}
	p.bar = p.bars.AddBar(int64(run),
		mpb.PrependDecorators(decor.CountersNoUnit("%d/%d checks")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.tally() }), decor.Elapsed(decor.ET_STYLE_MMSS)),
	)
}

// Finished is told after each check.
func (p *Progress) Finished(c suites.Check, r suites.Result) {
	p.done++
	p.counts[r.Outcome]++
	line := ""
	if r.Outcome == reports.Failed || r.Outcome == reports.CantTell {
		line = fmt.Sprintf("%s %s: %s\n", r.Outcome, c.ID, r.Reason)
	}
	if p.bars != nil {
		if line != "" {
			_, _ = p.bars.Write([]byte(line)) // the terminal is gone: nobody to tell
		}
		p.bar.Increment()
		return
	}
	fmt.Fprint(p.w, line)
	if every := max(1, p.run/10); p.done%every == 0 || p.done == p.run {
		fmt.Fprintf(p.w, "%d of %d checks: %s\n", p.done, p.run, p.tally())
	}
}

func (p *Progress) tally() string {
	return fmt.Sprintf("%d passed, %d failed, %d cantTell ",
		p.counts[reports.Passed], p.counts[reports.Failed], p.counts[reports.CantTell])
}

// Close ends the bar.
func (p *Progress) Close() {
	if p.bars == nil || p.bar == nil {
		return
	}
	if !p.bar.Completed() {
		p.bar.Abort(false)
	}
	p.bars.Wait()
}
