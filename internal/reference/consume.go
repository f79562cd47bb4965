package reference

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// retrieveEntity is 5.7.1.
func (r *request) retrieveEntity() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	o, err := r.presentation()
	if err != nil {
		return err
	}
	types, err := r.typeSelection()
	if err != nil {
		return err
	}
	look := r.about(id, nil, o.projection.attributes())
	if types != nil {
		look.infos[0].types = types
	}
	shares, err := r.shares("retrieveEntity", look)
	if err != nil {
		return err
	}
	byMap, err := r.usesEntityMap()
	if err != nil {
		return err
	}
	shares = r.sourcesByMap(shares, id)
	r.tenant.mu.RLock()
	e := r.tenant.current(id, r)
	r.tenant.mu.RUnlock()
	if len(shares) > 0 {
		e = r.gather(id, e, shares)
	}
	if byMap && e != nil && types.Match(e) {
		if _, err := r.mapped([]*model.Entity{e}, shares, r.isHere); err != nil {
			return err
		}
	}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	if e == nil || !types.Match(e) {
		return problem.NotFound("there is no entity %s%s", id, ofType(r))
	}
	if o.projection.empty(o.projection.apply(e)) {
		return problem.NotFound("entity %s has none of the members that were asked for", id)
	}
	shown := o.show(r, []*model.Entity{e})
	switch {
	case o.join == "flat" && r.media == ngsild.MediaGeoJSON:
		return r.answer(http.StatusOK, featureCollection(shown))
	case o.join == "flat": // always a list
		return r.answer(http.StatusOK, shown)
	default:
		return r.answer(http.StatusOK, shown[0])
	}
}

func featureCollection(features []map[string]any) map[string]any {
	return map[string]any{"type": "FeatureCollection", "features": features}
}

const (
	defaultLimit = 20
	maxLimit     = 1000
)

var pageParameters = []string{"limit", "offset", "count"}

// page is the part of a result that is asked for (5.5.9, 6.3.10, 6.3.13).
type page struct {
	limit, offset int
	count         bool
}

func (r *request) page() (page, error) {
	var p page
	var err error
	if p.count, err = r.flag("count"); err != nil {
		return p, err
	}
	if p.limit, err = r.number("limit", defaultLimit); err != nil {
		return p, err
	}
	if p.offset, err = r.number("offset", 0); err != nil {
		return p, err
	}
	if p.limit == 0 && !p.count {
		return p, problem.BadData("limit can be 0 with count=true only (6.3.10)")
	}
	if most := r.p.most.results; most > 0 && p.limit > most {
		return p, problem.TooMany("limit is %d; this platform gives %d at once", p.limit, most)
	}
	p.limit = min(p.limit, maxLimit)
	return p, nil
}

// headers announces the pages around and the count; total is -1 if it is unknown.
func (p page) headers(r *request, more bool, total int) {
	if p.count {
		r.w.Header().Set(ngsild.HeaderCount, strconv.Itoa(total))
	}
	if p.limit == 0 || r.Method != http.MethodGet && r.Method != http.MethodHead {
		p.links(r, more && p.limit > 0)
		return
	}
	p.links(r, more)
}

func (p page) links(r *request, more bool) {
	if p.limit == 0 {
		return
	}
	if p.offset > 0 {
		before := max(0, p.offset-p.limit)
		r.w.Header().Add("Link", p.link(r, before, min(p.limit, p.offset), "prev"))
	}
	if more {
		r.w.Header().Add("Link", p.link(r, p.offset+p.limit, p.limit, "next"))
	}
}

func (p page) link(r *request, offset, limit int, rel string) string {
	q := make(url.Values, len(r.query)+2)
	for name, values := range r.query {
		q[name] = values
	}
	q.Set("offset", strconv.Itoa(offset))
	q.Set("limit", strconv.Itoa(limit))
	return "<" + r.URL.EscapedPath() + "?" + encoded(q) + `>;rel="` + rel + `";type="` + r.media + `"`
}

// plainly undoes what url.Values escapes without need (RFC 3986, 3.4), so that ids and
// names stay readable.
var plainly = strings.NewReplacer("%3A", ":", "%2C", ",", "%2F", "/", "%28", "(", "%29", ")", "%2A", "*", "%40", "@")

func encoded(q url.Values) string { return plainly.Replace(q.Encode()) }

// limitedIfOfAnyType makes a query for any type one of local data (table 6.4.3.2-1 of V1.9.1).
func (r *request) limitedIfOfAnyType() error {
	if r.query.Get("type") != "*" {
		return nil
	}
	if r.query.Get("local") == "false" {
		return problem.BadData("a query for the type * is limited to this platform, so that local cannot be false (6.4.3.2)")
	}
	r.query.Set("local", "true")
	return nil
}

// queryEntities is 5.7.2 by GET.
func (r *request) queryEntities() error {
	if err := r.limitedIfOfAnyType(); err != nil {
		return err
	}
	s, err := r.selection()
	if err != nil {
		return err
	}
	o, err := r.presentation()
	if err != nil {
		return err
	}
	return r.answerQuery(s, o)
}

// answerQuery finds and shows a page of entities.
func (r *request) answerQuery(s *selection, o presentation) error {
	if err := s.narrow(o); err != nil {
		return err
	}
	p, err := r.page()
	if err != nil {
		return err
	}
	order, err := r.ordering()
	if err != nil {
		return err
	}
	if order != nil && !s.local && r.tenant.snapshot == "" {
		return problem.BadData("orderBy needs local=true (5.7.2)")
	}
	shares, err := r.shares("queryEntity", s.sources())
	if err != nil {
		return err
	}
	shares = r.sourcesByMap(shares)
	byMap, err := r.usesEntityMap()
	if err != nil {
		return err
	}
	var found []*model.Entity
	total := 0
	if len(shares) > 0 {
		if order != nil {
			return problem.BadData("a query that other context sources take part in cannot be ordered (4.23)")
		}
		found = r.queried(s, shares)
	} else if byMap {
		r.tenant.mu.RLock()
		found, _ = r.find(s, everyone, order)
		r.tenant.mu.RUnlock()
	}
	if byMap {
		r.prune(s, found)
		if found, err = r.mapped(found, shares, r.isHere); err != nil {
			return err
		}
	}
	total = len(found)
	found = cut(found, p)
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	if len(shares) == 0 && !byMap {
		found, total = r.find(s, p, order)
	}
	p.headers(r, total > p.offset+p.limit, total)
	shown := o.show(r, found)
	if r.media == ngsild.MediaGeoJSON {
		return r.answer(r.found(), featureCollection(shown))
	}
	return r.answer(r.found(), shown)
}

// everyone is the page of everything.
var everyone = page{limit: math.MaxInt32}

// find gives a page of the entities that are selected, and how many there are: all
// of them when they are counted or ordered, else one more than the page at most.
// The caller holds the tenant's lock.
func (r *request) find(s *selection, p page, order *query.Order) ([]*model.Entity, int) {
	var found []*model.Entity
	total := 0
	for e := range r.tenant.candidates(s) {
		if e = e.Current(r.now); e == nil || !s.match(e) {
			continue
		}
		total++
		if order != nil || total > p.offset && total <= p.offset+p.limit {
			found = append(found, e)
		}
		if order == nil && !p.count && total > p.offset+p.limit {
			break
		}
	}
	if order != nil {
		slices.SortStableFunc(found, order.Compare)
		found = found[min(p.offset, len(found)):min(p.offset+p.limit, len(found))]
	}
	return found, total
}

// candidates yields the entities that may be selected: by what they are, whatever they
// have. Given ids are looked up.
func (t *tenant) candidates(s *selection) func(func(*model.Entity) bool) {
	if len(s.infos) != 1 || s.infos[0].ids == nil {
		return func(yield func(*model.Entity) bool) {
			for e := range t.each {
				if s.isCandidate(e) && !yield(e) {
					return
				}
			}
		}
	}
	return func(yield func(*model.Entity) bool) {
		var done []string
		for _, id := range s.infos[0].ids {
			if e := t.get(id); e != nil && !contains(done, id) {
				done = append(done, id)
				if !yield(e) {
					return
				}
			}
		}
	}
}

// ordering reads orderBy (4.23).
func (r *request) ordering() (*query.Order, error) {
	if !r.query.Has("orderBy") {
		return nil, nil
	}
	return query.ParseOrder(r.query.Get("orderBy"), r.query.Get("collation"), cmp.Or(r.query.Get("orderGeometry"), "Point"), r.query.Get("orderFrom"), r.context)
}
