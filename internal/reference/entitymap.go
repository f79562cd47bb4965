package reference

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

const (
	entityMapPath    = "/entityMaps"
	headerEntityMap  = "NGSILD-EntityMap"
	entityMapLife    = time.Hour
	maxEntityMapLife = 24 * time.Hour
	maxEntityMaps    = 256 // of a tenant; the oldest go first
)

// entityMap is the set of entities that a query found, and where each is: later pages
// are of the same set (5.14). It is immutable.
type entityMap struct {
	id      string
	expires time.Time
	ids     []string
	sources map[string][]string // registrations by entity; "@none" is this platform
	linked  map[string]string   // entity maps at sources, by registration
}

// entityMapSet holds a tenant's entity maps, the oldest first. The tenant's lock
// guards it.
type entityMapSet struct{ list []*entityMap }

func (s *entityMapSet) index(id string, now time.Time) int {
	return slices.IndexFunc(s.list, func(m *entityMap) bool { return m.id == id && m.expires.After(now) })
}

// replace puts a changed map in the place of the one at i.
func (s *entityMapSet) replace(i int, m *entityMap) {
	s.list = slices.Clone(s.list)
	s.list[i] = m
}

func (s *entityMapSet) add(m *entityMap) {
	s.list = append(slices.Clone(s.list), m)
	if len(s.list) > maxEntityMaps {
		s.list = s.list[1:]
	}
}

// emptyMap is a map that holds nothing yet, and lives as long as the request suggests.
func (r *request) emptyMap() (*entityMap, error) {
	life := entityMapLife
	if text := r.query.Get("entityMapLifetime"); text != "" {
		period, ok := model.ParseDuration(text)
		if !ok {
			return nil, problem.BadData("entityMapLifetime must be an ISO 8601 duration such as PT1H, got %q", text)
		}
		life = min(period.After(r.now, 1).Sub(r.now), maxEntityMapLife)
	}
	return &entityMap{id: "urn:ngsi-ld:EntityMap:" + uuid.NewString(), expires: r.now.Add(life), sources: map[string][]string{}}, nil
}

// keepMap makes the map one that can be asked for; the answer names it. The caller holds
// the tenant's lock.
func (r *request) keepMap(m *entityMap) {
	r.tenant.maps.add(m)
	r.w.Header().Set(headerEntityMap, mapLocation(m.id))
}

// mapLocation is the resource of an entity map, here as at a source.
func mapLocation(id string) string { return base + entityMapPath + "/" + url.PathEscape(id) }

// newEntityMap makes a map of what a query found; here says whether the platform itself
// has something of an entity.
func (r *request) newEntityMap(found []*model.Entity, shares []share, here func(id string) bool) (*entityMap, error) {
	m, err := r.emptyMap()
	if err != nil {
		return nil, err
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	for _, e := range found {
		m.ids = append(m.ids, e.ID)
		at := []string{}
		if here(e.ID) {
			at = append(at, "@none")
		}
		for _, s := range shares {
			look := sourceQuery{infos: []entityInfo{{ids: []string{e.ID}, types: query.TypesOf(e.Types...)}}, past: true}
			if look.match(s.source) {
				at = append(at, s.source.id)
			}
		}
		m.sources[e.ID] = at
	}
	r.keepMap(m)
	return m, nil
}

// isHere says whether the platform itself has an entity. The caller holds the tenant's lock.
func (r *request) isHere(id string) bool { return r.tenant.current(id, r) != nil }

// namedMap is the map that a request names, by its URL or its id; nil when there is none
// anymore.
func (r *request) namedMap() *entityMap {
	id := r.Header.Get(headerEntityMap)
	if _, last, isURL := strings.Cut(id, entityMapPath+"/"); isURL {
		if plain, err := url.PathUnescape(last); err == nil {
			id = plain
		}
	}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	i := r.tenant.maps.index(id, r.now)
	if i < 0 {
		return nil
	}
	return r.tenant.maps.list[i]
}

// sourcesByMap are those of the sources that the map which the request names knows for some
// of the entities, or for any when no id is given: it alone says which sources to ask, and
// by which maps of theirs (5.7.1.4, 5.7.2.4). Without a map they are all of them.
func (r *request) sourcesByMap(shares []share, ids ...string) []share {
	m := r.namedMap()
	if m == nil || len(shares) == 0 {
		return shares
	}
	if ids == nil {
		ids = m.ids
	}
	var out []share
	for _, s := range shares {
		if slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(m.sources[id], s.source.id) }) {
			s.byMap = m.linked[s.source.id]
			out = append(out, s)
		}
	}
	return out
}

// prune takes from the map that the request names those entities that the query does not
// find anymore (5.5.9.3). What the request does not ask for, and what sources have, which
// may not have answered, stays.
func (r *request) prune(s *selection, found []*model.Entity) {
	m := r.namedMap()
	if m == nil {
		return
	}
	fits := map[string]bool{}
	for _, e := range found {
		fits[e.ID] = true
	}
	gone := func(id string) bool {
		return !fits[id] && slices.Equal(m.sources[id], []string{"@none"}) && s.asksFor(id)
	}
	if !slices.ContainsFunc(m.ids, gone) {
		return
	}
	next := *m
	next.sources = maps.Clone(m.sources)
	next.ids = slices.DeleteFunc(slices.Clone(m.ids), gone)
	maps.DeleteFunc(next.sources, func(id string, _ []string) bool { return gone(id) })
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	if i := r.tenant.maps.index(m.id, r.now); i >= 0 {
		r.tenant.maps.replace(i, &next)
	}
}

// asksFor says whether the ids and patterns of ids of the selection admit an id.
func (s *selection) asksFor(id string) bool {
	return len(s.infos) == 0 || slices.ContainsFunc(s.infos, func(i entityInfo) bool {
		return (i.ids == nil || slices.Contains(i.ids, id)) && (i.pattern == nil || i.pattern.MatchString(id))
	})
}

// mapped gives the entities of a query in the order of an entity map, without those
// that are not in it. It uses the map that the request names, or makes one if the
// request asks for it, or names one that is no more (5.7.2.4); r's answer names it. all
// are all that the query finds.
func (r *request) mapped(all []*model.Entity, shares []share, here func(id string) bool) ([]*model.Entity, error) {
	m := r.namedMap()
	if m == nil {
		_, err := r.newEntityMap(all, shares, here)
		r.madeMap = err == nil
		return all, err
	}
	r.w.Header().Set(headerEntityMap, r.Header.Get(headerEntityMap))
	byID := map[string]*model.Entity{}
	for _, e := range all {
		byID[e.ID] = e
	}
	var out []*model.Entity
	for _, id := range m.ids {
		if e := byID[id]; e != nil {
			out = append(out, e)
		}
	}
	return out, nil
}

// found is the status of a query's answer: 201 when it made an entity map (tables 6.4.3.2-2,
// 6.18.3.2-2, 6.23.3.1-1 and 6.24.3.1-1 of V1.9.1), which earlier versions do not tell.
func (r *request) found() int {
	if v := "v" + r.p.specVersion; r.madeMap && (!semver.IsValid(v) || semver.Compare(v, "v1.9.0") >= 0) {
		return http.StatusCreated
	}
	return http.StatusOK
}

// usesEntityMap says whether a request names an entity map or asks for one.
func (r *request) usesEntityMap() (bool, error) {
	wanted, err := r.flag("entityMap")
	return wanted || r.Header.Get(headerEntityMap) != "", err
}

// createEntityMap is 5.14.4 of V1.9.1.
func (r *request) createEntityMap() error {
	s, err := r.selection()
	if err != nil {
		return err
	}
	return r.answerMap(s)
}

// createEntityMapByPost is 5.14.4 with a Query in the body.
func (r *request) createEntityMapByPost() error {
	s, err := r.postedSelection()
	if err != nil {
		return err
	}
	return r.answerMap(s)
}

func (r *request) answerMap(s *selection) error {
	o, err := r.presentation()
	if err != nil {
		return err
	}
	if err := s.narrow(o); err != nil {
		return err
	}
	split := s.split && !s.local
	r.tenant.mu.RLock()
	var here []*model.Entity
	for e := range r.tenant.candidates(s) {
		if e = e.Current(r.now); e != nil && (split || s.match(e)) {
			here = append(here, e)
		}
	}
	r.tenant.mu.RUnlock()
	return r.createdMap("createEntityMapQueryEntity", entityMapPath, s, here)
}

// createPastMap is 5.14.5 of V1.9.1.
func (r *request) createPastMap() error {
	s, err := r.selection()
	if err != nil {
		return err
	}
	return r.answerPastMap(s)
}

// createPastMapByPost is 5.14.5 with a Query in the body.
func (r *request) createPastMapByPost() error {
	s, err := r.postedPast()
	if err != nil {
		return err
	}
	return r.answerPastMap(s)
}

func (r *request) answerPastMap(s *selection) error {
	o, err := r.temporalView(true)
	if err != nil {
		return err
	}
	if err := o.narrow(s); err != nil {
		return err
	}
	split := s.split && !s.local
	here := slices.DeleteFunc(r.pastCandidates(s, o), func(e *model.Entity) bool { return !o.concerns(e) || !split && !s.match(e) })
	return r.createdMap("createEntityMapQueryTemporal", "/temporal"+entityMapPath, s, here)
}

// createdMap answers with a new map of what is here and of what is in the maps that
// sources make of the same query. Its header and Location name it (5.14.4.4, 5.14.5.4).
func (r *request) createdMap(operation, path string, s *selection, here []*model.Entity) error {
	m, err := r.emptyMap()
	if err != nil {
		return err
	}
	shares, err := r.shares(operation, s.sources())
	if err != nil {
		return err
	}
	put := func(id, source string) {
		if m.sources[id] == nil {
			m.ids = append(m.ids, id)
		}
		m.sources[id] = append(m.sources[id], source)
	}
	for _, e := range here {
		put(e.ID, "@none")
	}
	for i, answer := range r.replies(shares, func(of share) sourceCall { return r.mapCall(path, s, of) }) {
		remote, ok := mapIn(answer)
		if !ok {
			continue
		}
		g := shares[i].source
		for _, id := range slices.Sorted(maps.Keys(remote.sources)) {
			if s.of(id, nil).match(g) {
				put(id, g.id)
			}
		}
		if m.linked == nil {
			m.linked = map[string]string{}
		}
		m.linked[g.id] = remote.id
	}
	r.tenant.mu.Lock()
	r.keepMap(m)
	r.tenant.mu.Unlock()
	r.w.Header().Set("Location", r.w.Header().Get(headerEntityMap))
	return r.answer(http.StatusCreated, m.show())
}

// mapCall asks a source for its map of the query.
func (r *request) mapCall(path string, s *selection, of share) sourceCall {
	if r.Method == http.MethodPost {
		return sourceCall{method: http.MethodPost, path: path, query: url.Values{}, body: r.forwardedBody(s, of)}
	}
	q := r.forwardedQuery(s, of)
	q.Del("options")
	q.Del("limit")
	if s.past {
		for _, name := range pastParameters {
			if r.query.Has(name) {
				q.Set(name, r.query.Get(name))
			}
		}
	}
	return sourceCall{method: http.MethodGet, path: path, query: q}
}

// mapIn reads the entity map in a source's answer, if there is one.
func mapIn(answer *reply) (*entityMap, bool) {
	if answer == nil {
		return nil, false
	}
	o, _ := answer.body.(map[string]any)
	id, named := o["id"].(string)
	entries, listed := o["entityMap"].(map[string]any)
	if !named || !listed {
		return nil, false
	}
	m := &entityMap{id: id, sources: map[string][]string{}}
	for id := range entries {
		m.sources[id] = nil // where a source has its entities from is its own affair
	}
	return m, true
}

// show is the map as an answer has it (5.2.39).
func (m *entityMap) show() map[string]any {
	o := map[string]any{"id": m.id, "type": "EntityMap", "expiresAt": model.FormatTime(m.expires), "entityMap": m.sources}
	if m.linked != nil {
		o["linkedMaps"] = m.linked
	}
	return o
}

// entityMapParam finds the map in the path. The caller holds the tenant's lock.
func (r *request) entityMapParam() (int, error) {
	id, err := r.uriParam("entityMapId")
	if err != nil {
		return 0, err
	}
	i := r.tenant.maps.index(id, r.now)
	if i < 0 {
		return 0, problem.NotFound("there is no entity map %s", id)
	}
	return i, nil
}

// retrieveEntityMap is 5.14.1.
func (r *request) retrieveEntityMap() error {
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	i, err := r.entityMapParam()
	if err != nil {
		return err
	}
	return r.answer(http.StatusOK, r.tenant.maps.list[i].show())
}

// updateEntityMap is 5.14.2: the expiry can be changed, all else is the platform's.
func (r *request) updateEntityMap() error {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	i, err := r.entityMapParam()
	if err != nil {
		return err
	}
	v, given := r.object()["expiresAt"]
	if !given {
		return r.noContent()
	}
	expires, err := timeOf("expiresAt", v)
	if err != nil {
		return err
	}
	next := *r.tenant.maps.list[i]
	next.expires = expires
	r.tenant.maps.replace(i, &next)
	return r.noContent()
}

// deleteEntityMap is 5.14.3.
func (r *request) deleteEntityMap() error {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	i, err := r.entityMapParam()
	if err != nil {
		return err
	}
	r.tenant.maps.list = slices.Delete(slices.Clone(r.tenant.maps.list), i, i+1)
	return r.noContent()
}
