package catalogue

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/suites"
)

// ClauseTrace leads from one requirement of a standard to the checks that name it as
// their clause.
type ClauseTrace struct {
	ID     string   // such as /req/core/fc-op
	Class  string   // of the standard's requirements
	Title  string   // what it asks, in short
	Checks []string // ids, sorted
	Reason string   // why there is none; empty when there are checks, or no reason is written
}

// standard is a list of requirements, and how a clause names them.
type standard struct {
	file   string
	rows   []byte
	naming *regexp.Regexp
}

//go:embed ogc.csv
var ogcRows []byte

// TraceOGC traces every requirement of OGC API - Features, Part 1 (17-069r4) and Part 2
// (18-058r1), in the order of the standards.
func TraceOGC() ([]ClauseTrace, error) {
	return standard{"ogc.csv", ogcRows, regexp.MustCompile(`/req/[a-z0-9]+/[A-Za-z0-9-]+`)}.trace()
}

//go:embed sensorthings.csv
var sensorThingsRows []byte

// TraceSensorThings traces the requirements of OGC SensorThings API Part 1: Sensing 1.1
// (18-088), by the ends of their ids.
func TraceSensorThings() ([]ClauseTrace, error) {
	return standard{"sensorthings.csv", sensorThingsRows, regexp.MustCompile(`\b(?:datamodel/[a-z-]+|resource-path|request-data)/[a-z-]+`)}.trace()
}

//go:embed tmf.csv
var tmfRows []byte

// TraceTMF traces what TM Forum's Open APIs of a marketplace, with their conformance
// profiles, ask of each resource, sorted. The profiles number nothing, so that the ids
// API/resource/aspect are of this project.
func TraceTMF() ([]ClauseTrace, error) {
	return standard{"tmf.csv", tmfRows, regexp.MustCompile(`TMF[0-9]{3}/[A-Za-z]+/[A-Za-z]+`)}.trace()
}

//go:embed dcat.csv
var dcatRows []byte

// TraceDCAT traces the properties of DCAT-AP 3.0, class by class: what each is asked to be.
func TraceDCAT() ([]ClauseTrace, error) {
	return standard{"dcat.csv", dcatRows, regexp.MustCompile(`\b(?:Catalogue Record|Catalogue|Dataset Series|Dataset|Distribution|Data Service|Agent|Checksum|Period of time), [A-Za-z]+(?: [A-Za-z]+)*`)}.trace()
}

//go:embed tiles3d.csv
var tiles3DRows []byte

// TraceTiles3D traces the sections of OGC 3D Tiles 1.1 (22-025r4), by the ids that the
// standard links to them with, and those of glTF 2.0 that models of tiles are held to.
func TraceTiles3D() ([]ClauseTrace, error) {
	return standard{"tiles3d.csv", tiles3DRows, regexp.MustCompile(`#(?:core|implicittiling|tileformats)-[a-z0-9-]+|glTF 2\.0, [0-9]+(?:\.[0-9]+)*`)}.trace()
}

//go:embed wfs.csv
var wfsRows []byte

// TraceWFS traces the clauses of OGC Web Feature Service 2.0 (09-025r2, ISO 19142) that ask
// something of a service by HTTP GET, and those of GML 3.2 that its features are held to.
func TraceWFS() ([]ClauseTrace, error) {
	return standard{"wfs.csv", wfsRows, regexp.MustCompile(`OGC (?:09-025r2|07-036), (?:Table )?[A-Z0-9.]*[0-9]`)}.trace()
}

//go:embed ldes.csv
var ldesRows []byte

// TraceLDES traces the sections of Linked Data Event Streams 1.0.0-alpha, and those of its
// primer for servers and of TREE by the ids that they have themselves.
func TraceLDES() ([]ClauseTrace, error) {
	return standard{"ldes.csv", ldesRows, regexp.MustCompile(`LDES 1\.0\.0-alpha, [0-9]+(?:\.[0-9]+)*|(?:LDES Server Primer|TREE), #[A-Za-z-]+`)}.trace()
}

//go:embed security.csv
var securityRows []byte

// TraceSecurity traces the sections of OAuth 2.0, OpenID Connect and TLS of which a client
// could see something, and of what they build on: what each asks of a platform.
func TraceSecurity() ([]ClauseTrace, error) {
	return standard{"security.csv", securityRows, regexp.MustCompile(`(?:RFC (?:6749|6750|6797|7009|7517|7518|7636|7662|8414|8446|8725|9068|9207|9325|9700)|OpenID Connect (?:Core|Discovery) 1\.0), [0-9]+(?:\.[0-9]+)*`)}.trace()
}

// trace traces every requirement. One that has neither checks nor a reason is there too,
// so that the gap is seen.
func (s standard) trace() ([]ClauseTrace, error) {
	registry, err := Registry()
	if err != nil {
		return nil, err
	}
	return s.join(registry.All())
}

// join joins the requirements and the checks. A check whose clause names a requirement
// that is not there, and a reason beside checks, are errors.
func (s standard) join(checks []suites.Check) ([]ClauseTrace, error) {
	const columns = "id,class,title,reason"
	rows, err := csv.NewReader(bytes.NewReader(s.rows)).ReadAll() // wants as many fields in each row as in the first
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != columns {
		return nil, fmt.Errorf("%s has to begin with the line %s", s.file, columns)
	}
	naming := map[string][]string{}
	for _, c := range checks {
		for _, id := range s.naming.FindAllString(c.Clause, -1) {
			naming[id] = append(naming[id], c.ID)
		}
	}
	var traces []ClauseTrace
	var wrong []error
	known := map[string]bool{}
	for i, row := range rows[1:] {
		t := ClauseTrace{ID: row[0], Class: row[1], Title: row[2], Reason: row[3], Checks: slices.Clone(naming[row[0]])}
		slices.Sort(t.Checks)
		t.Checks = slices.Compact(t.Checks)
		switch {
		case t.ID == "" || t.Class == "" || t.Title == "":
			wrong = append(wrong, fmt.Errorf("%s, line %d: expected an id, a class and a title, got %q", s.file, i+2, row))
		case known[t.ID]:
			wrong = append(wrong, fmt.Errorf("%s, line %d: %s is there twice", s.file, i+2, t.ID))
		case len(t.Checks) > 0 && t.Reason != "":
			wrong = append(wrong, fmt.Errorf("%s, line %d: %s has checks and a reason for having none: remove the reason", s.file, i+2, t.ID))
		}
		known[t.ID] = true
		traces = append(traces, t)
	}
	for id, by := range naming {
		if !known[id] {
			wrong = append(wrong, fmt.Errorf("%s names the requirement %s, which %s does not have", by[0], id, s.file))
		}
	}
	slices.SortFunc(wrong, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return traces, errors.Join(wrong...)
}
