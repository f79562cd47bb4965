// Package ldes is the part of the reference city platform that is a Linked Data Event
// Stream: what was measured in the car parks of the sample city during a day, as versions
// that never change, on pages by the time of their making. It shares nothing with the checks.
package ldes

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/city"
	"github.com/oasc/mimcheck/internal/reference/linked"
)

// Base is the path of the root node. The pages are below.
const Base = "/events"

// Names that are written whole.
const (
	generated = "http://www.w3.org/ns/prov#generatedAtTime"
	versionOf = "http://purl.org/dc/terms/isVersionOf"
	spots     = "https://smartdatamodels.org/dataModel.Parking/"
)

func prefixes() map[string]string {
	return map[string]string{"ldes": "https://w3id.org/ldes#", "tree": "https://w3id.org/tree#", "sh": "http://www.w3.org/ns/shacl#", "xsd": "http://www.w3.org/2001/XMLSchema#",
		"prov": "http://www.w3.org/ns/prov#", "dct": "http://purl.org/dc/terms/", "parking": spots}
}

// window is how long the time of a page lasts.
const window = 8 * time.Hour

// reading is a version of a car park: how it was at a time.
type reading struct {
	of          string
	at          time.Time
	free, total int
}

// page is what was measured in a window of time. It is full when a later page has begun.
type page struct {
	from     time.Time
	readings []reading
	full     bool
}

// Stream serves the event stream, an http.Handler for all paths at and below Base.
type Stream struct{ pages []page }

// New makes the stream of the sample city.
func New() (*Stream, error) {
	s := &Stream{}
	for ago := city.PastReadings; ago >= 0; ago-- {
		for _, e := range city.Entities() {
			if e["type"] != "OffStreetParking" {
				continue
			}
			r, err := read(e, ago)
			if err != nil {
				return nil, fmt.Errorf("the entity %v: %w", e["id"], err)
			}
			if last := len(s.pages) - 1; last < 0 || !r.at.Before(s.pages[last].from.Add(window)) {
				if last >= 0 {
					s.pages[last].full = true
				}
				s.pages = append(s.pages, page{from: r.at})
			}
			last := &s.pages[len(s.pages)-1]
			last.readings = append(last.readings, r)
		}
	}
	return s, nil
}

func read(e ngsild.Object, ago int) (reading, error) {
	id, _ := e["id"].(string)
	free, _ := e["availableSpotNumber"].(ngsild.Object)
	total, _ := e["totalSpotNumber"].(ngsild.Object)
	now, isNumber := free["value"].(int)
	all, also := total["value"].(int)
	text, _ := free["observedAt"].(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || !isNumber || !also {
		return reading{}, fmt.Errorf("its free places are not told with a time")
	}
	return reading{of: id, at: at.Add(-time.Duration(ago) * city.BetweenThem), total: all,
		free: int(math.Round(city.Earlier(float64(now), true, ago)))}, nil
}

// ServeHTTP serves the root node at Base and the pages at Base/pages/N.
func (s *Stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the event stream can be read only", http.StatusMethodNotAllowed)
		return
	}
	root := address(r)
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, Base), "/")
	if path == "" {
		w.Header().Set("Cache-Control", "max-age=60")
		linked.Answer(w, r, prefixes(), s.root(root))
		return
	}
	n, err := strconv.Atoi(strings.TrimPrefix(path, "pages/"))
	if !strings.HasPrefix(path, "pages/") || err != nil || n < 1 || n > len(s.pages) {
		http.Error(w, "there is no resource "+r.URL.Path, http.StatusNotFound)
		return
	}
	p := s.pages[n-1]
	w.Header().Set("Cache-Control", "max-age=60")
	if p.full {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	linked.Answer(w, r, prefixes(), p.nodes(root, n))
}

// address is that of the root node, as the client sees it.
func address(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + Base
}

func to(iris ...string) []any {
	var all []any
	for _, iri := range iris {
		all = append(all, map[string]any{"@id": iri})
	}
	return all
}

func literal(value, kind string) []any {
	return []any{map[string]any{"@value": value, "@type": "xsd:" + kind}}
}

func moment(t time.Time) []any { return literal(t.UTC().Format(time.RFC3339), "dateTime") }

// root is the root node: what there is to know of the stream, and the way to its pages.
func (s *Stream) root(root string) []linked.Node {
	view := linked.Node{"@id": root, "@type": []any{"tree:Node", "ldes:EventSource"}, "ldes:retentionPolicy": to(root + "#retention")}
	nodes := []linked.Node{
		{"@id": root + "#stream", "@type": []any{"ldes:EventStream"}, "dct:title": []any{map[string]any{"@value": "Free places in the car parks of Halverstad", "@language": "en"}},
			"tree:view": to(root), "tree:shape": to(root + "#shape"), "ldes:timestampPath": to(generated), "ldes:versionOfPath": to(versionOf),
			"ldes:pollingInterval": literal(strconv.Itoa(int(city.BetweenThem.Seconds())), "integer")},
		{"@id": root + "#shape", "@type": []any{"sh:NodeShape"}, "sh:property": to("_:generated", "_:version", "_:free")},
		{"@id": "_:generated", "sh:path": to(generated), "sh:minCount": literal("1", "integer"), "sh:maxCount": literal("1", "integer"), "sh:datatype": to("http://www.w3.org/2001/XMLSchema#dateTime")},
		{"@id": "_:version", "sh:path": to(versionOf), "sh:minCount": literal("1", "integer"), "sh:maxCount": literal("1", "integer"), "sh:nodeKind": to("http://www.w3.org/ns/shacl#IRI")},
		{"@id": "_:free", "sh:path": to(spots + "availableSpotNumber"), "sh:minCount": literal("1", "integer"), "sh:datatype": to("http://www.w3.org/2001/XMLSchema#integer"), "sh:minInclusive": literal("0", "integer")},
		{"@id": root + "#retention", "@type": []any{"ldes:RetentionPolicy"}, "ldes:startingFrom": moment(s.pages[0].from)},
	}
	for i, p := range s.pages {
		relation := func(name, kind string, value time.Time) {
			view["tree:relation"] = append(list(view["tree:relation"]), to(name)...)
			nodes = append(nodes, linked.Node{"@id": name, "@type": []any{"tree:" + kind}, "tree:node": to(pageAt(root, i+1)), "tree:path": to(generated),
				"tree:value": moment(value), "tree:remainingItems": literal(strconv.Itoa(len(p.readings)), "integer")})
		}
		relation(fmt.Sprintf("_:from%d", i+1), "GreaterThanOrEqualToRelation", p.from)
		if p.full {
			relation(fmt.Sprintf("_:until%d", i+1), "LessThanRelation", p.from.Add(window))
		}
	}
	return append(nodes, view)
}

func pageAt(root string, n int) string { return fmt.Sprintf("%s/pages/%d", root, n) }

func list(v any) []any { l, _ := v.([]any); return l }

// nodes are a page with its members.
func (p page) nodes(root string, n int) []linked.Node {
	self := linked.Node{"@id": pageAt(root, n), "@type": []any{"tree:Node"}}
	if p.full {
		self["ldes:immutable"] = literal("true", "boolean")
	}
	stream := linked.Node{"@id": root + "#stream", "@type": []any{"ldes:EventStream"}}
	nodes := []linked.Node{self, stream}
	for _, r := range p.readings {
		member := fmt.Sprintf("%s/members/%s/%s", root, r.of[strings.LastIndex(r.of, ":")+1:], r.at.UTC().Format("20060102T1504Z"))
		stream["tree:member"] = append(list(stream["tree:member"]), to(member)...)
		nodes = append(nodes, linked.Node{"@id": member, "@type": []any{"parking:OffStreetParking"}, "dct:isVersionOf": to(r.of), "prov:generatedAtTime": moment(r.at),
			"parking:availableSpotNumber": literal(strconv.Itoa(r.free), "integer"), "parking:totalSpotNumber": literal(strconv.Itoa(r.total), "integer")})
	}
	return nodes
}
