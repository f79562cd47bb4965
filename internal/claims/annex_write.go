package claims

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
)

// steps are what a tenderer delivers, and how the buyer checks it.
func (a Annex) steps() []string {
	return []string{
		"The tenderer states its claims in a file, claims.yaml, of the form that comes with this annex.",
		"The tenderer runs the harness against the platform that it offers: " + a.Run + ". The file TARGET.yaml names the endpoints and the optional features that are claimed.",
		"The tenderer signs the bundle of the run (mimcheck report sign) and delivers it with the public key. The bundle holds every exchange, and no secret.",
		"The buyer verifies the bundle, judges its evidence again and holds the claims against it: mimcheck claims check claims.yaml --bundle BUNDLE --key KEY.",
		"A claim that is contradicted is not met. A claim that is not shown is met only when the tenderer shows it otherwise before the award.",
		"The buyer may run the harness again on the delivered platform, with the same selection, before acceptance.",
	}
}

func (a Annex) intro() string {
	said := fmt.Sprintf("This annex asks for %s of the baseline %s (%s, %s, sha256 %s).", strings.Join(a.ids(), ", "), a.Baseline.ID, a.Baseline.Title, a.Baseline.Date, a.Baseline.SHA256)
	if a.Baseline.Status == baselines.Draft {
		said += " The baseline is a draft that nobody approved."
	}
	return said + " A requirement is met by any one of its mechanisms; mandatory requirements decide."
}

func (a Annex) ids() []string {
	var ids []string
	for _, m := range a.MIMs {
		ids = append(ids, m.ID)
	}
	return ids
}

// conditions says when a check is made.
func conditions(c suites.Check) string {
	var parts []string
	switch {
	case c.Feature != "":
		parts = append(parts, "if "+string(c.Feature)+" is claimed")
	case c.Level == suites.Extended:
		parts = append(parts, "recommended")
	}
	if c.Since != "" {
		parts = append(parts, "from version "+c.Since)
	}
	if c.Until != "" {
		parts = append(parts, "until version "+c.Until)
	}
	return strings.Join(parts, ", ")
}

// WriteMarkdown writes the annex in Markdown.
func (a Annex) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Annex: interoperability requirements and how they are tested\n\n%s\n\n## How to show conformance\n\n", cell(a.intro()))
	for i, s := range a.steps() {
		fmt.Fprintf(&b, "%d. %s\n", i+1, cell(s))
	}
	for _, m := range a.MIMs {
		fmt.Fprintf(&b, "\n## %s %s\n\n| No. | Requirement | Obligation | Met by one of | How it is tested | Tenderer's answer |\n| --- | --- | --- | --- | --- | --- |\n", m.ID, cell(m.Title))
		for _, q := range m.Requirements {
			fmt.Fprintf(&b, "| %d | %s (%s) | %s | %s | %s | |\n", q.Number, cell(q.Text), cell(q.ID), q.Obligation, cell(strings.Join(q.Mechanisms, "; ")), cell(q.Tested))
		}
		for _, q := range m.Requirements {
			if len(q.Checks) == 0 {
				continue
			}
			fmt.Fprintf(&b, "\n### Checks of requirement %d, %s\n\n| Check | The platform is to do | Source | When |\n| --- | --- | --- | --- |\n", q.Number, cell(q.ID))
			for _, c := range q.Checks {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.ID, cell(c.Title), cell(c.Clause), conditions(c))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

//go:embed annex.tmpl.html
var annexFile embed.FS

// WriteHTML writes the annex as one HTML file without scripts, styles from elsewhere or
// images, which word processors open and save as their own.
func (a Annex) WriteHTML(w io.Writer) error {
	t, err := template.New("annex.tmpl.html").Funcs(template.FuncMap{
		"conditions": conditions, "join": func(list []string) string { return strings.Join(list, "; ") },
	}).ParseFS(annexFile, "annex.tmpl.html")
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		Annex
		Intro string
		Steps []string
	}{a, a.intro(), a.steps()})
}

// WriteCSV writes a row for each requirement and check, or one for a requirement without.
func (a Annex) WriteCSV(w io.Writer) error {
	rows := [][]string{{"no", "baseline", "mim", "requirement", "text", "obligation", "mechanisms", "how tested", "check", "check title", "source", "when", "answer"}}
	for _, m := range a.MIMs {
		for _, q := range m.Requirements {
			head := []string{strconv.Itoa(q.Number), a.Baseline.ID, m.ID, q.ID, q.Text, q.Obligation, strings.Join(q.Mechanisms, "; "), q.Tested}
			if len(q.Checks) == 0 {
				rows = append(rows, append(head, "", "", "", "", ""))
			}
			for _, c := range q.Checks {
				rows = append(rows, append(append([]string{}, head...), c.ID, c.Title, c.Clause, conditions(c), ""))
			}
		}
	}
	return writeCSV(w, rows)
}

// WriteYAML writes the form that a tenderer fills in: claims.yaml.
func (a Annex) WriteYAML(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Claims of a tenderer. Fill in vendor, product and version, and leave out what is not claimed.\nvendor: NAME\nproduct: NAME\nversion: \"1.0\"\nbaseline: %s\nbundles: [run.mimcheck.zip]  # relative to this file\nclaims:\n", a.Baseline.ID)
	for _, m := range a.MIMs {
		fmt.Fprintf(&b, "  - mim: %s  # %s\n", m.ID, m.Title)
		for _, q := range m.Requirements {
			fmt.Fprintf(&b, "  - requirement: %s  # %s\n", q.ID, q.Obligation)
		}
	}
	for _, f := range a.features() {
		fmt.Fprintf(&b, "  # - feature: %s\n", f)
	}
	b.WriteString("  # - model: AirQualityObserved  # entities of the platform as this data model describes them\n  # - specVersion: 1.6.1  # of ETSI GS CIM 009\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// features are the optional ones that checks of the annex are about.
func (a Annex) features() []suites.Feature {
	about := map[suites.Feature]bool{}
	for _, m := range a.MIMs {
		for _, q := range m.Requirements {
			for _, c := range q.Checks {
				about[c.Feature] = true
			}
		}
	}
	var list []suites.Feature
	for _, f := range suites.Features() {
		if about[f] {
			list = append(list, f)
		}
	}
	return list
}
