package membership

import "time"

// TimeframeExtended is the fact that there is more time to implement a baseline, for
// a member or, without one, for all.
type TimeframeExtended struct {
	Baseline    string `json:"baseline"`
	MIM         string `json:"mim,omitempty"`    // empty for all MIMs of the baseline
	Member      string `json:"member,omitempty"` // empty for all members
	StartBy     Date   `json:"startBy,omitempty"`
	ImplementBy Date   `json:"implementBy,omitempty"`
	By          string `json:"by"` // who grants it
	Reason      string `json:"reason"`
	On          Date   `json:"on"`
}

// Extends is an extension for all members.
type Extends struct {
	MIM         string `json:"mim,omitempty"`
	StartBy     Date   `json:"startBy,omitempty"`
	ImplementBy Date   `json:"implementBy,omitempty"`
	Reason      string `json:"reason"`
	On          Date   `json:"on"`
}

func (f TimeframeExtended) kind() string { return "TimeframeExtended" }
func (f TimeframeExtended) stream() string {
	if f.Member == "" {
		return council
	}
	return f.Member
}
func (f TimeframeExtended) key() string     { return "" }
func (f TimeframeExtended) when() time.Time { return f.On.Start() }
func (f TimeframeExtended) reads() []string { return []string{f.Member} }

func (f TimeframeExtended) allowed(then, _ *State) error {
	if err := said("who grants it", f.By, "the reason", f.Reason); err != nil {
		return err
	}
	mims := []string{}
	if f.MIM != "" {
		mims = append(mims, f.MIM)
	}
	if err := knownMIMs(f.Baseline, mims...); err != nil {
		return err
	}
	d := then.adopted(f.Baseline)
	if d == nil || d.Closed > f.On {
		return breach(RuleTimeframe, "%s is not adopted on %s", f.Baseline, f.On)
	}
	since := Date("")
	if f.Member != "" {
		m, err := then.member(f.Member)
		if err != nil {
			return err
		}
		since = m.Since
	}
	if f.StartBy == "" && f.ImplementBy == "" {
		return breach(RuleTimeframe, "it moves neither startBy nor implementBy")
	}
	due := d.due(since)
	for _, e := range d.Extended {
		due.extend(e, f.MIM)
	}
	for _, e := range then.extended[f.Member] {
		if e.Baseline == f.Baseline {
			due.extend(e.extends(), f.MIM)
		}
	}
	for _, move := range []struct {
		what     string
		to, from Date
	}{{"startBy", f.StartBy, due.start}, {"implementBy", f.ImplementBy, due.implement}} {
		if move.to != "" && (!move.to.Valid() || move.to <= move.from) {
			return breach(RuleTimeframe, "%s is to be %q: expected a day after %s", move.what, move.to, move.from)
		}
	}
	if f.StartBy != "" && f.StartBy > max(f.ImplementBy, due.implement) {
		return breach(RuleTimeframe, "startBy %s is after implementBy %s", f.StartBy, max(f.ImplementBy, due.implement))
	}
	return nil
}

func (f TimeframeExtended) apply(s *State) {
	if f.Member != "" { // part of the member's own status, see StatusOf
		s.extended[f.Member] = append(s.extended[f.Member], f)
		return
	}
	if d := s.adopted(f.Baseline); d != nil {
		d.Extended = append(d.Extended, f.extends())
	}
}

func (f TimeframeExtended) extends() Extends {
	return Extends{MIM: f.MIM, StartBy: f.StartBy, ImplementBy: f.ImplementBy, Reason: f.Reason, On: f.On}
}

// adopted finds the decision that adopted a baseline.
func (s *State) adopted(baseline string) *Decision {
	for _, d := range s.decisions {
		if d.Baseline == baseline && d.Outcome == Adopted {
			return d
		}
	}
	return nil
}

// due are the days until which a member has time.
type due struct {
	start, implement Date
	extended         []string // reasons of what moved them
}

// due is the timeframe of an adopted decision for one who is a member since a day:
// it runs from the later of both days.
func (d Decision) due(since Date) due {
	from := max(d.Closed, since)
	return due{start: from.AddMonths(d.Terms.StartMonths), implement: from.AddMonths(d.Terms.ImplementMonths)}
}

// extend moves the days, if the extension is for this MIM; never nearer.
func (d *due) extend(e Extends, mim string) {
	if e.MIM != "" && e.MIM != mim {
		return
	}
	d.start = max(d.start, e.StartBy)
	d.implement = max(d.implement, e.ImplementBy)
	d.extended = append(d.extended, e.Reason)
}
