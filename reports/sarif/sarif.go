// Package sarif renders a report as SARIF 2.1.0 (OASIS), so that code review
// tools show what a platform fails beside the change that made it fail.
//
// Each failed check is a result: an error if its rule is core, a warning if it is
// extended. A check that allows no judgement is no result but a notification of
// the tool, because it says nothing about the platform. All checks that ran or
// were left out are the rules; the run's properties have the verdict and counts.
//
// Code review tools want a place in a file of the repository. A platform has none,
// so that results point to the file that describes the platform (Options.File),
// and as a logical location to the address that was asked.
package sarif

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

// Options say what the report can't know.
type Options struct {
	// File is the path, in the repository, of the file that describes the
	// platform; empty is target.yaml.
	File string
}

const (
	version    = "2.1.0"
	schema     = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	language   = "en"
	mostText   = 2_000
	rootFolder = "%SRCROOT%" // SARIF's usual name for the top of the repository
)

type document struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool        tool         `json:"tool"`
	Language    string       `json:"language"`
	Automation  automation   `json:"automationDetails"`
	Invocations []invocation `json:"invocations"`
	Results     []result     `json:"results"`
	Properties  properties   `json:"properties"`
}

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Language string `json:"language"`
	Rules    []rule `json:"rules"`
}

type rule struct {
	ID               string         `json:"id"`
	ShortDescription message        `json:"shortDescription"`
	FullDescription  message        `json:"fullDescription"`
	Default          configuration  `json:"defaultConfiguration"`
	Properties       ruleProperties `json:"properties"`
}

type configuration struct {
	Level string `json:"level"`
}

type ruleProperties struct {
	Tags         []string `json:"tags"`
	Requirements []string `json:"requirements"`
	Clause       string   `json:"clause"`
	Outcome      string   `json:"outcome"`
	Reason       string   `json:"reason,omitempty"`
}

type automation struct {
	ID string `json:"id"`
}

type invocation struct {
	Successful    bool           `json:"executionSuccessful"`
	Start         string         `json:"startTimeUtc"`
	End           string         `json:"endTimeUtc"`
	Notifications []notification `json:"toolExecutionNotifications,omitempty"`
}

type notification struct {
	Level          string    `json:"level"`
	Message        message   `json:"message"`
	AssociatedRule reference `json:"associatedRule"`
}

type reference struct {
	ID    string `json:"id"`
	Index int    `json:"index"`
}

type result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Kind         string            `json:"kind"`
	Level        string            `json:"level"`
	Message      message           `json:"message"`
	Locations    []location        `json:"locations"`
	Suppressions []suppression     `json:"suppressions,omitempty"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

// suppression is a waiver that excuses the result.
type suppression struct {
	Kind          string                `json:"kind"`
	Status        string                `json:"status"`
	Justification string                `json:"justification"`
	Properties    suppressionProperties `json:"properties"`
}

type suppressionProperties struct {
	Owner   string `json:"owner"`
	Expires string `json:"expires"`
}

type message struct {
	Text string `json:"text"`
}

type location struct {
	Physical physical  `json:"physicalLocation"`
	Logical  []logical `json:"logicalLocations,omitempty"`
}

type physical struct {
	Artifact artifact `json:"artifactLocation"`
	Region   region   `json:"region"`
}

type artifact struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId"`
}

type region struct {
	StartLine int `json:"startLine"`
}

type logical struct {
	Name string `json:"fullyQualifiedName"`
	Kind string `json:"kind"`
}

type properties struct {
	Verdict  string           `json:"verdict"`
	Reason   string           `json:"reason"`
	Baseline string           `json:"baseline"`
	Status   string           `json:"baselineStatus"`
	Target   string           `json:"target"`
	Profile  string           `json:"profile"`
	Counts   reports.Counts   `json:"counts"`
	Caveats  []string         `json:"caveats,omitempty"`
	Waivers  []reports.Waiver `json:"waivers,omitempty"`
}

// Render writes the report as SARIF with the usual Options.
func Render(w io.Writer, r *reports.Report) error { return RenderWith(w, r, Options{}) }

// RenderWith writes the report as SARIF.
func RenderWith(w io.Writer, r *reports.Report, o Options) error {
	if o.File == "" {
		o.File = "target.yaml"
	}
	r = r.Canonical()
	one := run{
		Tool:       tool{driver{Name: r.Tool.Name, Version: r.Tool.Version, Language: language, Rules: []rule{}}},
		Language:   language,
		Automation: automation{"mimcheck/" + r.Baseline.ID + "/" + r.Run.ID},
		Results:    []result{},
		Properties: properties{
			Verdict: string(r.Verdict.Verdict), Reason: r.Verdict.Reason, Baseline: r.Baseline.ID, Status: r.Baseline.Status,
			Target: r.Target.Name, Profile: r.Run.Profile, Counts: r.Counts, Caveats: words.InEnglish().Caveats(r), Waivers: r.Waivers,
		},
	}
	call := invocation{Successful: !r.Run.Interrupted, Start: utc(r.Run.Started), End: utc(r.Run.Finished)}
	for i := range r.Checks {
		c := &r.Checks[i]
		one.Tool.Driver.Rules = append(one.Tool.Driver.Rules, ruleOf(c))
		switch c.Outcome {
		case reports.Failed:
			found := resultOf(c, i, o.File)
			if w := r.Waiver(c.ID); w != nil && w.Applied {
				found.Suppressions = []suppression{{"external", "accepted", printable.Short(printable.Line(w.Reason), mostText), suppressionProperties{w.Owner, w.Expires}}}
			}
			one.Results = append(one.Results, found)
		case reports.CantTell:
			call.Notifications = append(call.Notifications, notification{"warning", text(c.Outcome.Label() + ": " + c.Reason), reference{c.ID, i}})
		}
	}
	one.Invocations = []invocation{call}

	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document{schema, version, []run{one}}); err != nil {
		return fmt.Errorf("the report can't be written as SARIF: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func ruleOf(c *reports.CheckResult) rule {
	tags := []string{c.MIM, c.Level}
	if c.Feature != "" {
		tags = append(tags, c.Feature)
	}
	return rule{
		ID: c.ID, ShortDescription: text(c.Title), FullDescription: text(c.Title + ". " + c.Clause),
		Default:    configuration{level(c)},
		Properties: ruleProperties{tags, c.Requirements, c.Clause, string(c.Outcome), printable.Short(printable.Line(c.Reason), mostText)},
	}
}

func level(c *reports.CheckResult) string {
	if c.Level == "core" {
		return "error"
	}
	return "warning"
}

func resultOf(c *reports.CheckResult, index int, file string) result {
	lines := []string{c.Reason}
	var where []logical
	named := map[string]bool{}
	for i, f := range c.Findings {
		if i > 0 || f.Message != c.Reason {
			lines = append(lines, f.Message)
		}
		for _, part := range [][2]string{{"Expected", f.Expected}, {"Actual", f.Actual}, {"At", f.Pointer}, {"Usual cause", f.Hint}} {
			if part[1] != "" {
				lines = append(lines, part[0]+": "+part[1])
			}
		}
		e := c.Exchange(f.Exchange)
		if e == nil {
			continue
		}
		if e.Curl != "" && !named[e.Curl] {
			named[e.Curl] = true
			lines = append(lines, "Repeat the request: "+e.Curl)
		}
		if name := e.Method + " " + e.URL; !named[name] {
			named[name] = true
			where = append(where, logical{printable.Line(name), "resource"})
		}
	}
	for i := range lines {
		lines[i] = printable.Short(printable.Text(lines[i]), mostText)
	}
	return result{
		RuleID: c.ID, RuleIndex: index, Kind: "fail", Level: level(c),
		Message:      message{strings.Join(lines, "\n")},
		Locations:    []location{{physical{artifact{file, rootFolder}, region{1}}, where}},
		Fingerprints: map[string]string{"mimcheckCheck/v1": c.ID},
	}
}

func text(s string) message { return message{printable.Short(printable.Line(s), mostText)} }

func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
