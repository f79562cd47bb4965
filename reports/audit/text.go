package audit

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/oasc/mimcheck/reports/internal/printable"
)

const (
	mostTextErrors = 15
	mostTextBroken = 10
	mostText       = 300 // characters of one piece of text
)

func line(s string) string { return printable.Short(printable.Line(s), mostText) }

// Text writes what a person wants to see at once, for a terminal.
func Text(w io.Writer, s *Summary) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n%s\n\n", strings.ToUpper(s.Verdict.Label()), line(s.Source.Name), sentence(s.Reason))
	fmt.Fprintf(&b, "entities   %d read: %d valid, %d invalid, %d cannot be judged, %d without a data model\n",
		s.Counts.Read, s.Counts.Valid, s.Counts.Invalid, s.Counts.CantTell, s.Counts.NoModel)
	if s.Source.Sample > 0 {
		fmt.Fprintf(&b, "sample     at most %d, seed %d; %d were not chosen\n", s.Source.Sample, s.Source.Seed, s.Counts.Unseen)
	}
	if s.Counts.Broken > 0 {
		fmt.Fprintf(&b, "broken     %d parts of the input are no entity\n", s.Counts.Broken)
	}
	textTypes(&b, s)
	textErrors(&b, s)
	for i, d := range s.Doubts {
		if i == 0 {
			fmt.Fprintf(&b, "\nNot judged\n")
		}
		if i == mostTextErrors {
			fmt.Fprintf(&b, "  … and %d more reasons\n", len(s.Doubts)-i)
			break
		}
		fmt.Fprintf(&b, "  %d × %s (such as %s%s)\n", d.Entities, line(d.Reason), line(d.Example), at(d.Line, 0))
	}
	for i, x := range s.Broken {
		if i == 0 {
			fmt.Fprintf(&b, "\nBroken input\n")
		}
		if i == mostTextBroken {
			break
		}
		fmt.Fprintf(&b, "  %s: %s\n", s.placeOf(x), line(x.Reason))
	}
	if n := s.Counts.Broken - int64(min(len(s.Broken), mostTextBroken)); n > 0 {
		fmt.Fprintf(&b, "  … and %d more\n", n)
	}
	for i, n := range s.Notes {
		if i == 0 {
			fmt.Fprintf(&b, "\nNotes\n")
		}
		fmt.Fprintf(&b, "  %s\n", line(n))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func textTypes(b *bytes.Buffer, s *Summary) {
	for i, t := range s.Types {
		if i == 0 {
			fmt.Fprintf(b, "\nTypes\n")
		}
		model := "no data model"
		if t.Model != "" {
			model = line(t.Model)
		}
		fmt.Fprintf(b, "  %s (%s): %d entities, %s\n", line(t.Name), model, t.Entities, share(t))
		for _, a := range t.Attributes {
			if a.Faulty > 0 {
				fmt.Fprintf(b, "    %s: wrong in %d\n", line(a.Name), a.Faulty)
			}
		}
		for _, x := range t.Suggestions {
			fmt.Fprintf(b, "    perhaps %s: both have %s\n", line(x.Model), line(someOf(x.Shared)))
		}
	}
}

// someOf names the first of many.
func someOf(names []string) string {
	const most = 8
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// share tells the type's conformity.
func share(t Type) string {
	switch {
	case t.Model == "" && t.Invalid == 0:
		return "not judged"
	case t.Valid+t.Invalid == 0:
		return "none could be judged"
	}
	return percent(t.Valid, t.Valid+t.Invalid) + " valid"
}

// percent is n of all in per cent; only all is 100 and only none is 0.
func percent(n, all int64) string {
	switch {
	case all == 0:
		return "–"
	case n == all:
		return "100 %"
	case n == 0:
		return "0 %"
	}
	return fmt.Sprintf("%.1f %%", min(99.9, max(0.1, 100*float64(n)/float64(all))))
}

func textErrors(b *bytes.Buffer, s *Summary) {
	for i, e := range s.Errors {
		if i == 0 {
			fmt.Fprintf(b, "\nCommonest errors\n")
		}
		if i == mostTextErrors {
			fmt.Fprintf(b, "  … and %d more kinds\n", len(s.Errors)-i)
			break
		}
		fmt.Fprintf(b, "  %d × %s\n", e.Entities, line(e.Title()))
		for j, x := range e.Examples {
			if j == 2 {
				break
			}
			fmt.Fprintf(b, "      %s%s: %s\n", line(x.Entity), at(x.Line, x.Column), line(x.Message))
		}
		if e.Suggestion != "" {
			fmt.Fprintf(b, "      Fix: %s\n", line(e.Suggestion))
		}
	}
}

// Title names the error in a few words.
func (e Error) Title() string {
	place := e.Place
	if e.Member != "" {
		place += "/" + e.Member
	}
	if place == "" {
		place = "the entity"
	}
	return e.Type + " " + place + ": " + e.Keyword
}

func at(line, column int64) string {
	switch {
	case line == 0:
		return ""
	case column == 0:
		return fmt.Sprintf(", line %d", line)
	}
	return fmt.Sprintf(", line %d column %d", line, column)
}

func (s *Summary) placeOf(b Broken) string {
	if b.Line == 0 {
		return line(b.Where)
	}
	return strings.TrimPrefix(at(b.Line, b.Column), ", ")
}

// sentence is s with a capital letter and a full stop.
func sentence(s string) string {
	if s = line(s); s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
