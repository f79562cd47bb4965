// Package audit holds a stream of entities against their data models: the entities of
// a file or of a whole platform, with constant memory and in parallel. It counts how
// many are as their models say, by type and by attribute, groups what is wrong, and
// names what could not be read or judged; nothing is left out silently.
package audit

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	report "github.com/oasc/mimcheck/reports/audit"
)

// Options of an audit.
type Options struct {
	Models *models.Catalogue
	// Types says which model a type follows: see models.Catalogue.ForType.
	Types map[string]string
	// Contexts are further @context documents by address.
	Contexts map[string][]byte
	// Sample is how many entities of a file are chosen at most; 0 for all of them. A
	// platform chooses by itself.
	Sample int
	Seed   uint64
	// Workers judge at once; default one a processor.
	Workers int
	Tool    reports.Tool
	// Progress is told how many entities were judged so far; it must be quick and safe
	// for concurrent use.
	Progress func(entities int64)
}

// auditor is one audit.
type auditor struct {
	options  Options
	resolved sync.Map // models.Type -> resolved
	kinds    atomic.Int64
	judgedN  atomic.Int64
}

// Run audits what the source gives. With an error, which is of the source or of ctx,
// there is a summary all the same: of what was read before, and not complete.
func Run(ctx context.Context, source Source, o Options) (*report.Summary, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	a := &auditor{options: o}
	p := a.start()
	var err error
	switch {
	case o.Sample > 0:
		chosen := newReservoir(o.Sample, o.Seed)
		if err = source.Each(ctx, chosen.take); err == nil || ctx.Err() == nil {
			p.base.Counts.Unseen += chosen.unseen()
			p.base.Counts.Broken += chosen.more
			for _, batch := range chosen.batches() {
				p.give(batch)
			}
		}
	default:
		err = source.Each(ctx, func(items []Item) error { p.give(items); return nil })
	}
	return a.summarise(source, p.end(), err), err
}

// pool is the workers of an audit with their tallies.
type pool struct {
	audit   *auditor
	base    *tally // what was counted before, and outside of the workers
	work    chan []Item
	workers sync.WaitGroup
	open    sync.WaitGroup // batches that are not judged yet
	tallies []*tally
}

func (a *auditor) start() *pool {
	p := &pool{audit: a, base: newTally(), work: make(chan []Item, a.options.Workers)}
	for range a.options.Workers {
		t := newTally()
		p.tallies = append(p.tallies, t)
		p.workers.Add(1)
		go func() {
			defer p.workers.Done()
			for batch := range p.work {
				for i := range batch {
					a.judge(t, &batch[i])
				}
				if n := a.judgedN.Add(int64(len(batch))); a.options.Progress != nil {
					a.options.Progress(n)
				}
				p.open.Done()
			}
		}()
	}
	return p
}

// give hands a batch to the workers; it waits while all are busy.
func (p *pool) give(batch []Item) {
	p.open.Add(1)
	p.work <- batch
}

// settle waits until what was given is judged and adds it up.
func (p *pool) settle() *tally {
	p.open.Wait()
	sum := newTally()
	sum.add(p.base)
	for _, t := range p.tallies {
		sum.add(t)
	}
	return sum
}

func (p *pool) end() *tally {
	sum := p.settle()
	close(p.work)
	p.workers.Wait()
	return sum
}

// summarise makes the report of what was counted.
func (a *auditor) summarise(source Source, t *tally, err error) *report.Summary {
	s := &report.Summary{SchemaVersion: report.SchemaVersion, Tool: a.options.Tool, Source: source.Describe(), Complete: err == nil, Counts: t.Counts,
		Types: []report.Type{}, Errors: []report.Error{}, Findings: t.Findings, Broken: t.Broken}
	if s.Findings == nil {
		s.Findings = []finding{}
	}
	if a.options.Sample > 0 {
		s.Source.Sample, s.Source.Seed = a.options.Sample, a.options.Seed
	}
	for _, iri := range slices.Sorted(maps.Keys(t.Kinds)) {
		s.Types = append(s.Types, a.typeOf(t.Kinds[iri]))
	}
	for _, e := range t.Errors {
		e.Suggestion = suggest(&e.Error)
		s.Errors = append(s.Errors, e.Error)
	}
	for _, d := range t.Doubts {
		s.Doubts = append(s.Doubts, *d)
	}
	if err != nil {
		s.Notes = append(s.Notes, "Not all was read: "+err.Error())
	}
	for _, what := range slices.Sorted(maps.Keys(t.Crowded)) {
		s.Notes = append(s.Notes, fmt.Sprintf("There are more %s than are kept apart; the rest are counted together under %s.", what, elsewhere))
	}
	for i := range s.Types {
		if t := &s.Types[i]; t.Model == "" && unmapped(t.IRI) {
			s.Notes = append(s.Notes, fmt.Sprintf("Type %s has no IRI of its own: no @context maps it.", t.Name))
		}
	}
	if left := s.LeftOut(); left > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("The first %d errors are listed one by one; %d more are counted only.", len(s.Findings), left))
	}
	if left := s.Counts.Broken - int64(len(s.Broken)); left > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("The first %d broken parts are listed one by one; %d more are counted only.", len(s.Broken), left))
	}
	s.Sort()
	s.Conclude()
	return s
}

func (a *auditor) typeOf(k *kindTally) report.Type {
	t := report.Type{Name: k.Name, IRI: k.IRI, Model: k.Model, Via: string(k.Via), Entities: k.Entities,
		Valid: k.Valid, Invalid: k.Invalid, CantTell: k.CantTell, NoModel: k.NoModel, Attributes: []report.Attribute{}}
	for _, attribute := range k.Attributes {
		t.Attributes = append(t.Attributes, *attribute)
	}
	if k.Model == "" && k.IRI != elsewhere {
		t.Suggestions = a.suggestions(k)
	}
	if m, err := a.options.Models.Find(k.Model); k.Model != "" && err == nil {
		for _, r := range m.Repairs() {
			t.Repairs = append(t.Repairs, r.String())
		}
	}
	return t
}
