package ogc

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peterstace/simplefeatures/geom"
)

// Bounds of limit.
const (
	defaultLimit = 10
	maxLimit     = 1000
)

// itemParameters are the query parameters of a collection's items.
func itemParameters(c *collection) []string {
	return append([]string{"limit", "offset", "bbox", "bbox-crs", "crs", "datetime"}, c.filters...)
}

// selection says which features are wanted.
type selection struct {
	limit, offset int
	crs           crs
	box           *box
	during        *span
	properties    map[string]string
}

func (c *call) items() {
	s, err := c.selection()
	if err != nil {
		c.fail(http.StatusBadRequest, err.Error())
		return
	}
	var matched []*feature
	for _, f := range c.collection.features {
		if s.takes(f) {
			matched = append(matched, f)
		}
	}
	from := min(s.offset, len(matched))
	to := min(from+s.limit, len(matched))
	returned := []object{}
	lines := []string{}
	for _, f := range matched[from:to] {
		returned = append(returned, f.in(s.crs))
		lines = append(lines, f.id)
	}
	links := c.here()
	turn := func(rel, title string, offset int) {
		q := url.Values{}
		for name, values := range c.query {
			q[name] = values
		}
		q.Set("offset", strconv.Itoa(offset))
		q.Set("limit", strconv.Itoa(s.limit))
		media := c.media
		if c.html {
			media = mediaHTML
		}
		links = append(links, link{c.root() + "/collections/" + c.collection.id + "/items?" + q.Encode(), rel, media, title})
	}
	if to < len(matched) {
		turn("next", "Next page", to)
	}
	if from > 0 {
		turn("prev", "Previous page", max(0, from-s.limit))
	}
	links = append(links, c.both("/collections/"+c.collection.id, "collection", mediaJSON, c.collection.title)...)
	c.w.Header().Set("Content-Crs", "<"+s.crs.uri+">")
	c.answer(object{
		"type": "FeatureCollection", "features": returned, "links": links,
		"numberMatched": len(matched), "numberReturned": len(returned), "timeStamp": c.now(),
	}, page{Title: c.collection.title, Lines: lines, Links: links})
}

func (c *call) oneFeature() {
	f := c.collection.feature(c.PathValue("id"))
	if f == nil {
		c.fail(http.StatusNotFound, "the collection has no feature "+c.PathValue("id"))
		return
	}
	s, err := c.wanted("crs")
	if err != nil {
		c.fail(http.StatusBadRequest, err.Error())
		return
	}
	links := append(c.here(), c.both("/collections/"+c.collection.id, "collection", mediaJSON, c.collection.title)...)
	document := f.in(s)
	document["links"] = links
	c.w.Header().Set("Content-Crs", "<"+s.uri+">")
	c.answer(document, page{Title: f.id, Lines: []string{c.collection.title}, Links: links})
}

// wanted is the reference system that a parameter names.
func (c *call) wanted(parameter string) (crs, error) {
	if !c.query.Has(parameter) {
		return systems()[0], nil
	}
	s, known := system(c.query.Get(parameter))
	if !known {
		return crs{}, fmt.Errorf("the coordinate reference system %q of %s is not supported", c.query.Get(parameter), parameter)
	}
	return s, nil
}

func (c *call) selection() (s selection, err error) {
	s.limit, s.properties = defaultLimit, map[string]string{}
	for _, number := range []struct {
		name  string
		to    *int
		least int
	}{{"limit", &s.limit, 1}, {"offset", &s.offset, 0}} {
		if !c.query.Has(number.name) {
			continue
		}
		if *number.to, err = strconv.Atoi(c.query.Get(number.name)); err != nil || *number.to < number.least {
			return s, fmt.Errorf("%s takes a whole number from %d", number.name, number.least)
		}
	}
	s.limit = min(s.limit, maxLimit)
	if s.crs, err = c.wanted("crs"); err != nil {
		return s, err
	}
	boxCRS, err := c.wanted("bbox-crs")
	if err != nil {
		return s, err
	}
	if c.query.Has("bbox") {
		if s.box, err = readBox(c.query.Get("bbox"), boxCRS); err != nil {
			return s, err
		}
	}
	if c.query.Has("datetime") {
		if s.during, err = readSpan(c.query.Get("datetime")); err != nil {
			return s, err
		}
	}
	for _, name := range c.collection.filters {
		if c.query.Has(name) {
			s.properties[name] = c.query.Get(name)
		}
	}
	return s, nil
}

// takes says whether a feature is selected. What has no temporal geometry is selected
// by any datetime (7.15.4).
func (s selection) takes(f *feature) bool {
	for name, value := range s.properties {
		if fmt.Sprint(f.properties[name]) != value {
			return false
		}
	}
	return (s.box == nil || s.box.meets(f.geometry)) && (s.during == nil || f.at.IsZero() || s.during.holds(f.at))
}

// box is a bounding box in a reference system.
type box struct {
	crs   crs
	parts []geom.Geometry
}

// readBox reads four or six numbers (7.15.3). A first edge of longitude beyond the
// second one means a box over the antimeridian.
func readBox(text string, s crs) (*box, error) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return nil, fmt.Errorf("bbox takes four or six numbers, not %d", len(parts))
	}
	var numbers []float64
	for _, p := range parts {
		n, err := strconv.ParseFloat(p, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, fmt.Errorf("bbox takes numbers, not %q", p)
		}
		numbers = append(numbers, n)
	}
	if len(numbers) == 6 { // the places are flat
		numbers = []float64{numbers[0], numbers[1], numbers[3], numbers[4]}
	}
	b := &box{crs: s}
	west, south, east, north := numbers[0], numbers[1], numbers[2], numbers[3]
	rectangle := func(west, east float64) {
		b.parts = append(b.parts, geom.NewEnvelope(geom.XY{X: west, Y: south}, geom.XY{X: east, Y: north}).AsGeometry())
	}
	switch {
	case south > north, west > east && s.uri != crs84:
		return nil, fmt.Errorf("bbox begins with its lower corner")
	case west > east:
		rectangle(west, 180)
		rectangle(-180, east)
	default:
		rectangle(west, east)
	}
	return b, nil
}

func (b *box) meets(g geom.Geometry) bool {
	g = g.TransformXY(b.crs.to)
	return slices.ContainsFunc(b.parts, func(part geom.Geometry) bool { return geom.Intersects(part, g) })
}

// span is an interval of time; a zero end is open.
type span struct{ from, to time.Time }

// readSpan reads an instant or an interval (7.15.4).
func readSpan(text string) (*span, error) {
	instant := func(s string) (time.Time, error) {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return t, fmt.Errorf("datetime takes dates and times as in RFC 3339, not %q", s)
		}
		return t, nil
	}
	first, last, interval := strings.Cut(text, "/")
	if !interval {
		t, err := instant(text)
		return &span{t, t}, err
	}
	open := func(s string) bool { return s == "" || s == ".." }
	s := &span{}
	var err error
	if !open(first) {
		if s.from, err = instant(first); err != nil {
			return nil, err
		}
	}
	if !open(last) {
		if s.to, err = instant(last); err != nil {
			return nil, err
		}
	}
	if !s.to.IsZero() && s.to.Before(s.from) {
		return nil, fmt.Errorf("datetime ends before it begins")
	}
	return s, nil
}

func (s *span) holds(t time.Time) bool {
	return !t.Before(s.from) && (s.to.IsZero() || !t.After(s.to))
}
