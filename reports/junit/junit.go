// Package junit renders a report as JUnit XML, for the test views of CI servers.
//
// There is no official schema. The form is what the two in common use, Ant's and
// that of the xUnit plugin for Jenkins, both accept: one testsuite a group of
// checks with its counts, and in a testcase at most one of
//   - failure for a failed check,
//   - error for one that allows no judgement (cantTell),
//   - skipped for one that is inapplicable or untested.
//
// A name is the check's id and title, so that two runs can be compared by name.
package junit

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

type suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []suite  `xml:"testsuite"`
}

type suite struct {
	ID         int        `xml:"id,attr"`
	Package    string     `xml:"package,attr"`
	Name       string     `xml:"name,attr"`
	Timestamp  string     `xml:"timestamp,attr"` // UTC, without a zone as Ant's schema has it
	Hostname   string     `xml:"hostname,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"` // seconds
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
	Out        string     `xml:"system-out"`
	Err        string     `xml:"system-err"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Name      string   `xml:"name,attr"`
	Classname string   `xml:"classname,attr"`
	Time      string   `xml:"time,attr"` // seconds
	Failure   *problem `xml:"failure"`
	Error     *problem `xml:"error"`
	Skipped   *skipped `xml:"skipped"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"` // printable.Text has removed what XML can't hold
}

type skipped struct {
	Message string `xml:"message,attr"`
}

const (
	mostMessage = 1_000 // characters of a message
	mostText    = 4_000 // characters of one value or response
)

// Render writes the report as JUnit XML.
func Render(w io.Writer, r *reports.Report) error {
	r = r.Canonical()
	doc, english := suites{}, words.InEnglish()
	for i, g := range reports.Groups(r.Checks) {
		doc.Suites = append(doc.Suites, suiteOf(i, r, g, english))
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	e := xml.NewEncoder(&out)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("the report can't be written as JUnit XML: %w", err)
	}
	out.WriteString("\n")
	_, err := w.Write(out.Bytes())
	return err
}

func suiteOf(id int, r *reports.Report, g reports.Group, english *words.Printer) suite {
	name := strings.Trim(strings.ToLower(line(g.MIM))+"."+line(g.Name), ". ")
	if name == "" {
		name = "checks"
	}
	s := suite{
		ID: id, Package: "mimcheck", Name: name, Hostname: "localhost",
		Tests: g.Counts.Total, Failures: g.Counts.Failed, Errors: g.Counts.CantTell,
		Skipped: g.Counts.Inapplicable + g.Counts.Untested,
		Properties: []property{
			{"mimcheck.version", line(r.Tool.Version)},
			{"mimcheck.run", line(r.Run.ID)},
			{"mimcheck.target", line(r.Target.Name)},
			{"mimcheck.profile", line(r.Run.Profile)},
			{"mimcheck.seed", strconv.FormatUint(r.Run.Seed, 10)},
			{"mimcheck.baseline", line(r.Baseline.ID)},
			{"mimcheck.baseline.status", line(r.Baseline.Status)},
			{"mimcheck.verdict", string(r.Verdict.Verdict)},
		},
	}
	var total, first int64
	for i := range g.Checks {
		c := &g.Checks[i]
		waiver := ""
		if w := r.Waiver(c.ID); w != nil {
			waiver = english.Waiver(*w)
			s.Properties = append(s.Properties, property{"mimcheck.waiver." + line(c.ID), printable.Short(line(waiver), mostMessage)})
		}
		total += c.DurationMS
		if i == 0 || c.StartedMS < first {
			first = c.StartedMS
		}
		s.Cases = append(s.Cases, caseOf(name, c, waiver))
	}
	s.Time = seconds(total)
	s.Timestamp = r.Run.Started.Add(time.Duration(first) * time.Millisecond).Format("2006-01-02T15:04:05")
	return s
}

// caseOf is the case of a check. A waived check that failed stays a failure: JUnit has no
// word for what is excused, and the text says who excused it.
func caseOf(suite string, c *reports.CheckResult, waiver string) testcase {
	t := testcase{Name: line(c.ID + ": " + c.Title), Classname: suite, Time: seconds(c.DurationMS)}
	message := printable.Short(line(c.Reason), mostMessage)
	switch c.Outcome {
	case reports.Passed:
	case reports.Failed:
		t.Failure = &problem{message, string(c.Outcome), details(c, waiver)}
	case reports.Inapplicable, reports.Untested:
		t.Skipped = &skipped{printable.Short(line(c.Outcome.Label()+": "+message+" "+waiver), mostMessage)}
	default: // cantTell, and never a silent pass for an outcome that is unknown
		t.Error = &problem{message, string(c.Outcome), details(c, waiver)}
	}
	return t
}

// details is what a person needs beside the message, in lines.
func details(c *reports.CheckResult, waiver string) string {
	var b strings.Builder
	say := func(label, value string) {
		if value == "" {
			return
		}
		value, left := printable.Clip(printable.Text(value), mostText)
		if left > 0 {
			value += fmt.Sprintf("… and %d characters more", left)
		}
		fmt.Fprintf(&b, "%s: %s\n", label, value)
	}
	b.WriteString("\n")
	say("check", c.ID)
	say("clause", c.Clause)
	say("requirements", strings.Join(c.Requirements, ", "))
	say("reason", c.Reason)
	say("waiver", waiver)
	shown := map[int]bool{}
	for _, f := range c.Findings {
		b.WriteString("\n")
		say("finding", f.Message)
		say("expected", f.Expected)
		say("actual", f.Actual)
		say("pointer", f.Pointer)
		say("hint", f.Hint)
		if e := c.Exchange(f.Exchange); e != nil && !shown[e.Seq] {
			shown[e.Seq] = true
			say("curl", e.Curl)
			say("response", e.Response)
		}
	}
	return b.String()
}

func line(s string) string { return printable.Line(s) }

func seconds(ms int64) string { return fmt.Sprintf("%d.%03d", ms/1000, ms%1000) }
