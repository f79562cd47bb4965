package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/reports/internal/printable"
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

type object = map[string]any

// SARIF writes the findings as SARIF 2.1.0 (OASIS), each with the line and the column
// of the offending member in the input file. What is broken is an error of its own;
// what could not be judged is a notification, because it says nothing of the data.
func SARIF(w io.Writer, s *Summary) error {
	rules, index := sarifRules(s)
	results := []any{}
	for _, f := range s.Findings {
		results = append(results, sarifResult(ruleID(f.Type, f.Keyword), index, s.sarifPlace(f.File, f.Line, f.Column), f.Pointer,
			sarifText(f.Entity+" "+f.Pointer+": "+f.Message), f.Entity+"\x00"+f.Pointer+"\x00"+f.Keyword+"\x00"+f.Member, f.Entity))
	}
	for _, b := range s.Broken {
		results = append(results, sarifResult(brokenRule, index, s.sarifPlace(b.File, b.Line, b.Column), "", sarifText(b.Reason), b.Where+"\x00"+b.Reason+"\x00"+number(b.Line), b.Where))
	}
	notifications := []any{}
	for _, d := range s.Doubts {
		n := object{"level": "warning", "message": object{"text": sarifText(number(d.Entities) + " entities cannot be judged, such as " + d.Example + ": " + d.Reason)}}
		if d.Line > 0 {
			n["locations"] = []any{s.sarifPlace(d.File, d.Line, 0)}
		}
		notifications = append(notifications, n)
	}
	for _, n := range s.Notes {
		notifications = append(notifications, object{"level": "note", "message": object{"text": sarifText(n)}})
	}
	if left := s.LeftOut(); left > 0 {
		notifications = append(notifications, object{"level": "note", "message": object{"text": number(left) + " more errors are counted in the audit and not listed here."}})
	}
	return writeJSON(w, object{
		"$schema": sarifSchema, "version": "2.1.0",
		"runs": []any{object{
			"tool":              object{"driver": object{"name": s.Tool.Name, "version": s.Tool.Version, "language": "en", "rules": rules}},
			"columnKind":        "unicodeCodePoints",
			"automationDetails": object{"id": "mimcheck/audit/"},
			"invocations":       []any{object{"executionSuccessful": s.Complete, "toolExecutionNotifications": notifications}},
			"results":           results,
			"properties":        object{"verdict": s.Verdict, "reason": s.Reason, "counts": s.Counts},
		}},
	})
}

const brokenRule = "input.broken"

func ruleID(kind, keyword string) string {
	return printable.Short(printable.Line(kind), 200) + "/" + keyword
}

func sarifRules(s *Summary) (rules []any, index map[string]int) {
	help := map[string]string{}
	for _, f := range s.Findings {
		help[ruleID(f.Type, f.Keyword)] = "An entity of type " + f.Type + " is not as its data model says: " + f.Keyword + "."
	}
	if len(s.Broken) > 0 {
		help[brokenRule] = "A part of the input is no JSON entity, so it could not be judged."
	}
	var ids []string
	for id := range help {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	rules, index = []any{}, map[string]int{}
	for i, id := range ids {
		index[id] = i
		rules = append(rules, object{"id": id, "shortDescription": object{"text": sarifText(help[id])}, "defaultConfiguration": object{"level": "error"}})
	}
	return rules, index
}

// sarifPlace is a place in a file of the input, the only one when it is not named.
func (s *Summary) sarifPlace(file string, line, column int64) object {
	region := object{"startLine": max(1, line)}
	if column > 0 {
		region["startColumn"] = column
	}
	uri := cmp.Or(file, s.Source.File)
	if uri == "" || uri == "-" {
		uri = s.Source.Name
	}
	return object{"physicalLocation": object{"artifactLocation": artifact(uri), "region": region}}
}

func sarifResult(rule string, index map[string]int, location object, pointer, message, identity, logical string) object {
	if name := sarifText(logical + pointer); name != "" {
		location["logicalLocations"] = []any{object{"fullyQualifiedName": name, "kind": "element"}}
	}
	sum := sha256.Sum256([]byte(identity))
	return object{"ruleId": rule, "ruleIndex": index[rule], "kind": "fail", "level": "error", "message": object{"text": message},
		"locations": []any{location}, "partialFingerprints": object{"mimcheckAudit/v1": hex.EncodeToString(sum[:16])}}
}

// artifact is a file by the path as it was given: relative to the top of the
// repository when it is relative.
func artifact(path string) object {
	path = filepath.ToSlash(path)
	if strings.HasPrefix(path, "/") {
		return object{"uri": (&url.URL{Scheme: "file", Path: path}).String()}
	}
	return object{"uri": (&url.URL{Path: strings.TrimPrefix(path, "./")}).EscapedPath(), "uriBaseId": "%SRCROOT%"}
}

func sarifText(s string) string { return printable.Short(printable.Line(s), 2_000) }
