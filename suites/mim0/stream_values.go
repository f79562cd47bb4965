package mim0

import (
	"cmp"
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/rdf"
)

// along is where a path of SHACL (2.3.1) leads to from a node. False says that the path is
// none, or of a kind that is not followed here.
func along(g *rdf.Graph, from, path rdf.Term, in *rdf.Graph) ([]rdf.Term, bool) {
	return steps(g, []rdf.Term{from}, path, in, 0)
}

// deepestPath is how deep paths may be in one another.
const deepestPath = 10

func steps(g *rdf.Graph, from []rdf.Term, path rdf.Term, in *rdf.Graph, depth int) (all []rdf.Term, known bool) {
	if depth > deepestPath || path.Kind == rdf.Literal {
		return nil, false
	}
	if path.Kind == rdf.IRI && path != rdf.Ref(rdf.Nil) {
		for _, f := range from {
			all = append(all, g.Objects(f, path.Value)...)
		}
		return all, true
	}
	if inverse, is := in.Object(path, sh+"inversePath"); is {
		if inverse.Kind != rdf.IRI {
			return nil, false
		}
		for _, f := range from {
			all = append(all, g.Subjects(inverse.Value, f)...)
		}
		return all, true
	}
	if alternatives, is := in.Object(path, sh+"alternativePath"); is {
		members, err := in.List(alternatives)
		for _, m := range members {
			some, known := steps(g, from, m, in, depth+1)
			if !known {
				return nil, false
			}
			all = append(all, some...)
		}
		return all, err == nil && len(members) > 0
	}
	members, err := in.List(path)
	if err != nil || len(members) == 0 {
		return nil, false
	}
	all = from
	for _, m := range members {
		if all, known = steps(g, all, m, in, depth+1); !known {
			return nil, false
		}
	}
	return all, true
}

// isPath says whether a node is a path of SHACL, of whatever kind.
func isPath(g *rdf.Graph, path rdf.Term, depth int) bool {
	switch {
	case depth > deepestPath || path.Kind == rdf.Literal || path == rdf.Ref(rdf.Nil):
		return false
	case path.Kind == rdf.IRI && !g.Has(path):
		return true
	}
	for _, kind := range []string{"inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"} {
		if inner, is := g.Object(path, sh+kind); is {
			return isPath(g, inner, depth+1)
		}
	}
	head := path
	if alternatives, is := g.Object(path, sh+"alternativePath"); is {
		head = alternatives
	}
	members, err := g.List(head)
	if err != nil {
		return path.Kind == rdf.IRI // of which the page tells something else
	}
	for _, m := range members {
		if !isPath(g, m, depth+1) {
			return false
		}
	}
	return len(members) > 0
}

// satisfies says whether a value stands to that of a relation as its kind says; false known
// says that this cannot be told.
func satisfies(kind string, value, limit rdf.Term) (holds, known bool) {
	switch kind {
	case "PrefixRelation":
		return strings.HasPrefix(value.Value, limit.Value), value.Kind == rdf.Literal
	case "SubstringRelation":
		return strings.Contains(value.Value, limit.Value), value.Kind == rdf.Literal
	case "SuffixRelation":
		return strings.HasSuffix(value.Value, limit.Value), value.Kind == rdf.Literal
	}
	order, known := compared(value, limit)
	switch kind {
	case "GreaterThanRelation":
		return order > 0, known
	case "GreaterThanOrEqualToRelation":
		return order >= 0, known
	case "LessThanRelation":
		return order < 0, known
	case "LessThanOrEqualToRelation":
		return order <= 0, known
	case "EqualToRelation":
		return order == 0, known
	case "NotEqualToRelation":
		return order != 0, known
	}
	return false, false
}

// compared is the order of two values that can be compared: times with a time zone, numbers,
// texts, or IRIs.
func compared(a, b rdf.Term) (order int, known bool) {
	if a.Kind != b.Kind || a.Kind == rdf.Blank {
		return 0, false
	}
	if a.Kind == rdf.IRI {
		return cmp.Compare(a.Value, b.Value), true
	}
	if x, is := moment(a); is {
		if y, also := moment(b); also {
			return x.Compare(y), true
		}
		return 0, false
	}
	if x, is := a.Number(); is {
		if y, also := b.Number(); also {
			return x.Cmp(y), true
		}
		return 0, false
	}
	if text := rdf.XSD + "string"; a.Datatype == text && b.Datatype == text {
		return cmp.Compare(a.Value, b.Value), true
	}
	return 0, false
}

// moment is an xsd:dateTime with a time zone.
func moment(v rdf.Term) (time.Time, bool) {
	if v.Kind != rdf.Literal || v.Datatype != rdf.XSD+"dateTime" && v.Datatype != rdf.XSD+"dateTimeStamp" {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(v.Value))
	return at, err == nil
}

// isDateTime says whether a literal is an xsd:dateTime, with or without a time zone.
func isDateTime(v rdf.Term) bool {
	if _, is := moment(v); is {
		return true
	}
	_, is := moment(rdf.Term{Kind: v.Kind, Datatype: v.Datatype, Value: strings.TrimSpace(v.Value) + "Z"})
	return is
}

// whole says whether a literal is a whole number from a least one on.
func whole(v rdf.Term, least int64) bool {
	n, is := v.Number()
	return is && n.IsInt() && n.Cmp(big.NewRat(least, 1)) >= 0
}

var duration = regexp.MustCompile(`^-?P(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?$`)

// isDuration says whether a literal is an xsd:duration, or one of the types derived from it.
func isDuration(v rdf.Term) bool {
	kind, is := strings.CutPrefix(v.Datatype, rdf.XSD)
	return v.Kind == rdf.Literal && is && (kind == "duration" || kind == "dayTimeDuration" || kind == "yearMonthDuration") &&
		duration.MatchString(v.Value) && !strings.HasSuffix(v.Value, "P") && !strings.HasSuffix(v.Value, "T")
}
