package words

import (
	"strings"

	"github.com/oasc/mimcheck/reports"
)

// Outcome is the outcome as reports print it; an unknown one is printed as it is.
func (p *Printer) Outcome(o reports.Outcome) string {
	switch o {
	case reports.Passed:
		return p.Say("Passed")
	case reports.Failed:
		return p.Say("Failed")
	case reports.CantTell:
		return p.Say("Can't tell")
	case reports.Inapplicable:
		return p.Say("Not applicable")
	case reports.Untested:
		return p.Say("Not tested")
	}
	return string(o)
}

// Meaning says in a sentence what the outcome stands for.
func (p *Printer) Meaning(o reports.Outcome) string {
	switch o {
	case reports.Passed:
		return p.Say("The platform did what the clause says.")
	case reports.Failed:
		return p.Say("The platform answered, and not as the clause says.")
	case reports.CantTell:
		return p.Say("There was no answer that could be judged, so it counts neither for nor against the platform.")
	case reports.Inapplicable:
		return p.Say("It is about something optional that the platform does not claim.")
	case reports.Untested:
		return p.Say("It was left out of this run, so nothing is known about it.")
	}
	return ""
}

// Tally is how many checks have an outcome: 18 passed.
func (p *Printer) Tally(o reports.Outcome, n int) string {
	switch o {
	case reports.Passed:
		return p.Say("%d passed", n)
	case reports.Failed:
		return p.Say("%d failed", n)
	case reports.CantTell:
		return p.Say("%d can't tell", n)
	case reports.Inapplicable:
		return p.Say("%d not applicable", n)
	}
	return p.Say("%d not tested", n)
}

// Verdict is the verdict as reports print it; an unknown one is printed as it is.
func (p *Printer) Verdict(v reports.Verdict) string {
	switch v {
	case reports.Conformant:
		return p.Say("Conformant")
	case reports.NonConformant:
		return p.Say("Not conformant")
	case reports.Inconclusive:
		return p.Say("Inconclusive")
	case reports.NotApplicable:
		return p.Say("Not applicable")
	}
	return string(v)
}

// Term is a level or an obligation; an unknown one is printed as it is.
func (p *Printer) Term(word string) string {
	switch word {
	case "core":
		return p.Say("core")
	case "extended":
		return p.Say("extended")
	case "mandatory":
		return p.Say("mandatory")
	case "recommended":
		return p.Say("recommended")
	case "optional":
		return p.Say("optional")
	case "unclear":
		return p.Say("unclear")
	}
	return word
}

// Platform is the name of the report's platform.
func (p *Printer) Platform(r *reports.Report) string {
	if strings.TrimSpace(r.Target.Name) == "" {
		return p.Say("Unnamed platform")
	}
	return r.Target.Name
}

// Summary says in one or two sentences what the verdict of the report means.
func (p *Printer) Summary(r *reports.Report) string {
	name := p.Platform(r)
	switch r.Verdict.Verdict {
	case reports.Conformant:
		return p.Say("Within the scope below, %s meets everything that this baseline obliges it to: nothing that counts for the verdict failed or was left open.", name)
	case reports.NonConformant:
		if r.Counts.Failed == 0 {
			return p.Say("Within the scope below, %s does not meet everything that this baseline obliges it to.", name)
		}
		return p.Say("In %d checks, %s answered, and not as the standard says. What failed is listed first.", r.Counts.Failed, name)
	case reports.Inconclusive:
		return p.Say("This run allows no verdict on %s: too much could not be judged or was not tested. That is neither a pass nor a fail.", name)
	case reports.NotApplicable:
		return p.Say("Nothing in this baseline obliges %s within the scope below, so there is nothing to conform to. That is not a pass.", name)
	}
	return p.Say("The verdict \"%s\" is unknown to this program: read the report with the mimcheck that made it.", r.Verdict.Verdict)
}

// Caveats are the sentences that have to stand beside the verdict wherever it is
// shown: what makes it weaker than it looks.
func (p *Printer) Caveats(r *reports.Report) []string {
	var c []string
	if r.Baseline.Draft() {
		c = append(c, p.Say("The baseline is a draft that can still change: the verdict says where the platform stands against this draft, and is no conformance to an approved baseline."))
	}
	if n := r.Counts.Failed; n > 0 && r.Verdict.Verdict == reports.Conformant {
		c = append(c, p.Say("%d checks failed. None counts for the verdict, because what they are about is not obligatory for this platform.", n))
	}
	for _, w := range r.Waivers {
		c = append(c, p.Waiver(w))
	}
	if r.Run.Interrupted {
		c = append(c, p.Say("The run was interrupted: what had not run by then is reported as not tested."))
	}
	if r.Selection.Filter != "" || len(r.Selection.MIMs) > 0 {
		c = append(c, p.Say("Only a part was selected for this run: %s.", p.Selection(r.Selection)))
	}
	if n := len(r.Cleanup.Left); n > 0 {
		c = append(c, p.Say("The run left %d things on the platform that it created and could not remove.", n))
	}
	return c
}

// Waiver is the waiver in a sentence: the check, who stands for it, until when and why.
func (p *Printer) Waiver(w reports.Waiver) string {
	if !w.Applied {
		return p.Say("The waiver of %s (until %s, by %s) was not needed: the check's outcome is \"%s\". Reason: %s", w.Check, w.Expires, w.Owner, p.Outcome(w.Outcome), w.Reason)
	}
	return p.Say("Waived until %s by %s: %s (outcome \"%s\") does not count for the verdict. Reason: %s", w.Expires, w.Owner, w.Check, p.Outcome(w.Outcome), w.Reason)
}

// Selection is the selection in words.
func (p *Printer) Selection(s reports.Selection) string {
	suites, filter := "", ""
	if len(s.MIMs) > 0 {
		suites = p.Say("the suites %s", strings.Join(s.MIMs, ", "))
	}
	if s.Filter != "" {
		filter = p.Say("the checks that match %s", s.Filter)
	}
	switch {
	case suites != "" && filter != "":
		return p.Say("%s, and of them %s", suites, filter)
	case suites == "" && filter == "":
		return p.Say("everything")
	}
	return suites + filter
}
