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

// standard is a list of requirements, and how the clause of a check names them.
type standard struct {
	file  string
	rows  []byte
	named func(clause string) []string
	// nested says that a clause that has no row of its own belongs to the clause around
	// it, as 5.6.1.4 to 5.6.1.
	nested bool
}

// matching finds the requirements that a clause names as what matches a pattern in it.
func matching(pattern string) func(clause string) []string {
	naming := regexp.MustCompile(pattern)
	return func(clause string) []string { return naming.FindAllString(clause, -1) }
}

//go:embed ngsild.csv
var ngsildRows []byte

// TraceNGSILD traces the clauses of the NGSI-LD API that ask something, in the order and by
// the numbers of ETSI GS CIM 009 V1.9.1, operations and methods of resources whole.
func TraceNGSILD() ([]ClauseTrace, error) {
	return standard{file: "ngsild.csv", rows: ngsildRows, named: clausesOfETSI, nested: true}.trace()
}

// clausesOfETSI gives the numbers of the clauses of ETSI GS CIM 009 that a check's clause
// names, such as 5.6.1.4 and 6.3.3 of "ETSI GS CIM 009 V1.8.1, 5.6.1.4, 6.3.3; RFC 7946, 4".
func clausesOfETSI(clause string) []string {
	var numbers []string
	for text := range strings.SplitSeq(clause, "; ") {
		if rest, is := strings.CutPrefix(text, "ETSI GS CIM 009 "); is {
			numbers = append(numbers, strings.Split(rest, ", ")[1:]...)
		}
	}
	return numbers
}

//go:embed ogc.csv
var ogcRows []byte

// TraceOGC traces every requirement of OGC API - Features, Part 1 (17-069r4) and Part 2
// (18-058r1), in the order of the standards.
func TraceOGC() ([]ClauseTrace, error) {
	return standard{file: "ogc.csv", rows: ogcRows, named: matching(`/req/[a-z0-9]+/[A-Za-z0-9-]+`)}.trace()
}

//go:embed sensorthings.csv
var sensorThingsRows []byte

// TraceSensorThings traces the requirements of OGC SensorThings API Part 1: Sensing 1.1
// (18-088), by the ends of their ids.
func TraceSensorThings() ([]ClauseTrace, error) {
	return standard{file: "sensorthings.csv", rows: sensorThingsRows, named: matching(`\b(?:datamodel/[a-z-]+|resource-path|request-data)/[a-z-]+`)}.trace()
}

//go:embed tmf.csv
var tmfRows []byte

// TraceTMF traces what TM Forum's Open APIs of a marketplace, with their conformance
// profiles, ask of each resource, sorted. The profiles number nothing, so that the ids
// API/resource/aspect are of this project.
func TraceTMF() ([]ClauseTrace, error) {
	return standard{file: "tmf.csv", rows: tmfRows, named: matching(`TMF[0-9]{3}/[A-Za-z]+/[A-Za-z]+`)}.trace()
}

//go:embed dcat.csv
var dcatRows []byte

// TraceDCAT traces the properties of DCAT-AP 3.0, class by class: what each is asked to be.
func TraceDCAT() ([]ClauseTrace, error) {
	return standard{file: "dcat.csv", rows: dcatRows, named: matching(`\b(?:Catalogue Record|Catalogue|Dataset Series|Dataset|Distribution|Data Service|Agent|Checksum|Period of time), [A-Za-z]+(?: [A-Za-z]+)*`)}.trace()
}

//go:embed tiles3d.csv
var tiles3DRows []byte

// TraceTiles3D traces the sections of OGC 3D Tiles 1.1 (22-025r4), by the ids that the
// standard links to them with, and those of glTF 2.0 that models of tiles are held to.
func TraceTiles3D() ([]ClauseTrace, error) {
	return standard{file: "tiles3d.csv", rows: tiles3DRows, named: matching(`#(?:core|implicittiling|tileformats)-[a-z0-9-]+|glTF 2\.0, [0-9]+(?:\.[0-9]+)*`)}.trace()
}

//go:embed wfs.csv
var wfsRows []byte

// TraceWFS traces the clauses of OGC Web Feature Service 2.0 (09-025r2, ISO 19142) that ask
// something of a service by HTTP GET, and those of GML 3.2 that its features are held to.
func TraceWFS() ([]ClauseTrace, error) {
	return standard{file: "wfs.csv", rows: wfsRows, named: matching(`OGC (?:09-025r2|07-036), (?:Table )?[A-Z0-9.]*[0-9]`)}.trace()
}

//go:embed ldes.csv
var ldesRows []byte

// TraceLDES traces the sections of Linked Data Event Streams 1.0.0-alpha, and those of its
// primer for servers and of TREE by the ids that they have themselves.
func TraceLDES() ([]ClauseTrace, error) {
	return standard{file: "ldes.csv", rows: ldesRows, named: matching(`LDES 1\.0\.0-alpha, [0-9]+(?:\.[0-9]+)*|(?:LDES Server Primer|TREE), #[A-Za-z-]+`)}.trace()
}

//go:embed security.csv
var securityRows []byte

// TraceSecurity traces the sections of OAuth 2.0, OpenID Connect and TLS of which a client
// could see something, and of what they build on: what each asks of a platform.
func TraceSecurity() ([]ClauseTrace, error) {
	return standard{file: "security.csv", rows: securityRows, named: matching(`(?:RFC (?:6749|6750|6797|7009|7517|7518|7636|7662|8414|8446|8725|9068|9207|9325|9700)|OpenID Connect (?:Core|Discovery) 1\.0), [0-9]+(?:\.[0-9]+)*`)}.trace()
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
	known := map[string]bool{}
	for _, row := range rows[1:] {
		known[row[0]] = true
	}
	naming := map[string][]string{}
	for _, c := range checks {
		for _, id := range s.named(c.Clause) {
			id = s.row(id, known)
			naming[id] = append(naming[id], c.ID)
		}
	}
	var traces []ClauseTrace
	var wrong []error
	seen := map[string]bool{}
	for i, row := range rows[1:] {
		t := ClauseTrace{ID: row[0], Class: row[1], Title: row[2], Reason: row[3], Checks: slices.Clone(naming[row[0]])}
		slices.Sort(t.Checks)
		t.Checks = slices.Compact(t.Checks)
		switch {
		case t.ID == "" || t.Class == "" || t.Title == "":
			wrong = append(wrong, fmt.Errorf("%s, line %d: expected an id, a class and a title, got %q", s.file, i+2, row))
		case seen[t.ID]:
			wrong = append(wrong, fmt.Errorf("%s, line %d: %s is there twice", s.file, i+2, t.ID))
		case len(t.Checks) > 0 && t.Reason != "":
			wrong = append(wrong, fmt.Errorf("%s, line %d: %s has checks and a reason for having none: remove the reason", s.file, i+2, t.ID))
		}
		seen[t.ID] = true
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

// row gives the row that a named requirement belongs to: its own, or in a standard whose
// clauses nest that of the nearest clause around it. Without one it is the requirement itself.
func (s standard) row(id string, known map[string]bool) string {
	for around := id; s.nested && around != ""; around = around[:max(0, strings.LastIndexByte(around, '.'))] {
		if known[around] {
			return around
		}
	}
	return id
}
