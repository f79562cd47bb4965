package reference

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

const (
	snapshotPath    = "/snapshots"
	snapshotLife    = 24 * time.Hour
	snapshotDefault = 5   // priority, of 1 to 10 (5.5.15)
	maxSnapshots    = 256 // of a tenant; the oldest go first
)

// snapshot is what queries found at one time (4.3.7): a store of its own, in which all
// operations on entities work as in a tenant's (5.5.15). What is told of it is immutable
// but for the time of its last use.
type snapshot struct {
	id       string
	queries  []any // as given, with the names as they were
	details  []any // of each query (5.2.42)
	status   string
	priority int
	created  time.Time
	expires  time.Time
	used     time.Time
	content  *tenant
}

// snapshotSet holds a tenant's snapshots, the oldest first. The tenant's lock guards it.
type snapshotSet struct{ list []*snapshot }

func (s *snapshotSet) index(id string, now time.Time) int {
	return slices.IndexFunc(s.list, func(x *snapshot) bool { return x.id == id && x.expires.After(now) })
}

func (s *snapshotSet) add(x *snapshot) {
	s.list = append(slices.Clone(s.list), x)
	if len(s.list) > maxSnapshots {
		s.list = s.list[1:]
	}
}

// replace puts a changed snapshot in the place of the one at i.
func (s *snapshotSet) replace(i int, x *snapshot) {
	s.list = slices.Clone(s.list)
	s.list[i] = x
}

// enterSnapshot makes the request one about the snapshot that its header names (6.3.22).
func (r *request) enterSnapshot() error {
	id := r.Header.Get(ngsild.HeaderSnapshot)
	if id == "" {
		return nil
	}
	if r.tenant == nil { // one that is to be made has none
		return problem.NotFound("there is no snapshot %s", id)
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	i := r.tenant.snapshots.index(id, r.now)
	if i < 0 {
		return problem.NotFound("there is no snapshot %s", id)
	}
	used := *r.tenant.snapshots.list[i]
	used.used = r.now
	r.tenant.snapshots.replace(i, &used)
	r.w.Header().Set(ngsild.HeaderSnapshot, id)
	r.tenant = used.content
	return nil
}

// createSnapshot is 5.16.1. Its queries are carried out at once.
func (r *request) createSnapshot() error {
	s, err := r.newSnapshot()
	if err != nil {
		return err
	}
	doc := r.object()
	if s.queries, err = queriesOf(doc); err != nil {
		return err
	}
	found := 0
	for _, q := range s.queries {
		entities, err := r.snapshotQuery(q.(map[string]any))
		if err != nil {
			return err
		}
		for _, e := range entities {
			if have := s.content.get(e.ID); have != nil {
				e = have.Union(e, true)
			}
			s.content.put(e)
		}
		result := "success"
		if len(entities) == 0 {
			result = "empty"
		} else {
			found++
		}
		s.details = append(s.details, map[string]any{"resultStatus": result})
	}
	switch found {
	case len(s.queries):
		s.status = "success"
	case 0:
		s.status = "empty"
	default:
		s.status = "partial"
	}
	return r.keepSnapshot(s)
}

// newSnapshot reads what creating and cloning have in common.
func (r *request) newSnapshot() (*snapshot, error) {
	doc := r.object()
	if doc["type"] != "Snapshot" {
		return nil, problem.BadData("a snapshot's type must be Snapshot (5.2.41), got %v", doc["type"])
	}
	for _, name := range []string{"snapshotTemporalQueries", "endpoint", "receiverInfo"} {
		if doc[name] != nil {
			return nil, problem.NotSupported("this platform makes no snapshots with %s", name)
		}
	}
	s := &snapshot{id: "urn:ngsi-ld:Snapshot:" + uuid.NewString(), priority: snapshotDefault,
		created: r.now, expires: r.now.Add(snapshotLife), used: r.now}
	if v, given := doc["id"]; given {
		id, _ := v.(string)
		if !model.IsURI(id) {
			return nil, problem.BadData("the snapshot's id %v is not a URI", v)
		}
		s.id = id
	}
	s.content = newTenant(r.Header.Get(ngsild.HeaderTenant))
	s.content.snapshot = s.id
	return s, s.adjust(doc, r.now)
}

// adjust takes over the members that a client may change (5.2.41).
func (s *snapshot) adjust(doc map[string]any, now time.Time) error {
	if v, given := doc["snapshotPriority"]; given {
		number, _ := v.(json.Number)
		n, err := strconv.Atoi(number.String())
		if err != nil || n < 1 || n > 10 {
			return problem.BadData("snapshotPriority must be a whole number from 1 to 10 (5.5.15), got %v", v)
		}
		s.priority = n
	}
	if v, given := doc["snapshotLifetime"]; given {
		text, _ := v.(string)
		life, ok := parseDuration(text)
		if !ok {
			return problem.BadData("snapshotLifetime must be a duration such as P1DT12H (ISO 8601), got %v", v)
		}
		s.expires = now.Add(life)
	}
	return nil
}

var durationForm = regexp.MustCompile(`^P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$`)

// parseDuration reads an ISO 8601 duration of days, hours, minutes and seconds that is
// longer than nothing.
func parseDuration(text string) (time.Duration, bool) {
	m := durationForm.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(m[i+1]) // digits, or nothing
		d += time.Duration(n) * unit
	}
	return d, d > 0
}

// queriesOf are a Snapshot's snapshotQueries: at least one Query, none of them temporal.
func queriesOf(doc map[string]any) ([]any, error) {
	list, ok := doc["snapshotQueries"].([]any)
	if !ok || len(list) == 0 {
		return nil, problem.BadData("a snapshot needs snapshotQueries, an array that is not empty (5.2.41)")
	}
	for i, item := range list {
		q, ok := item.(map[string]any)
		switch {
		case !ok || q["type"] != "Query":
			return nil, problem.BadData("item %d of snapshotQueries is no Query (5.2.23)", i)
		case q["temporalQ"] != nil:
			return nil, problem.BadData("item %d of snapshotQueries has temporalQ, and it is no temporal query (5.2.41)", i)
		}
	}
	return list, nil
}

// snapshotQuery finds what one query selects, here and at the sources (5.7.2.4).
func (r *request) snapshotQuery(q map[string]any) ([]*model.Entity, error) {
	one := *r
	one.query = map[string][]string{}
	one.body = q
	if err := one.bodyParameters(q); err != nil {
		return nil, err
	}
	s, err := one.selection()
	if err != nil {
		return nil, err
	}
	if s.infos, err = one.entityInfos(q["entities"]); err != nil {
		return nil, err
	}
	p, err := one.projection()
	if err != nil {
		return nil, err
	}
	s.attrs = p.selecting()
	if !s.selects() {
		return nil, problem.BadData("a query of the snapshot is too wide: it needs a type, an id, attributes, q or a geo-query (5.7.2)")
	}
	shares, err := one.shares("queryEntity", s.sources())
	if err != nil {
		return nil, err
	}
	var found []*model.Entity
	if len(shares) > 0 {
		found = one.queried(s, shares)
	} else {
		one.tenant.mu.RLock()
		found, _ = one.find(s, everyone, nil)
		one.tenant.mu.RUnlock()
	}
	for i, e := range found {
		found[i] = e.Part(s.attrs)
	}
	return found, nil
}

func (r *request) keepSnapshot(s *snapshot) error {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	if r.tenant.snapshots.index(s.id, r.now) >= 0 {
		return problem.Exists("there is a snapshot %s already", s.id)
	}
	r.tenant.snapshots.add(s)
	return r.created(snapshotPath, s.id)
}

// snapshotParam finds the snapshot in the path. The caller holds the tenant's lock.
func (r *request) snapshotParam() (int, *snapshot, error) {
	id, err := r.uriParam("snapshotId")
	if err != nil {
		return 0, nil, err
	}
	i := r.tenant.snapshots.index(id, r.now)
	if i < 0 {
		return 0, nil, problem.NotFound("there is no snapshot %s", id)
	}
	return i, r.tenant.snapshots.list[i], nil
}

// cloneSnapshot is 5.16.2.
func (r *request) cloneSnapshot() error {
	next, err := r.newSnapshot()
	if err != nil {
		return err
	}
	if r.object()["snapshotQueries"] != nil {
		return problem.BadData("a clone has what the snapshot has, and no snapshotQueries of its own (5.16.2)")
	}
	r.tenant.mu.RLock()
	_, s, err := r.snapshotParam()
	r.tenant.mu.RUnlock()
	if err != nil {
		return err
	}
	next.queries, next.details, next.status = s.queries, s.details, s.status
	s.content.mu.RLock()
	for e := range s.content.each {
		next.content.put(e)
	}
	s.content.mu.RUnlock()
	return r.keepSnapshot(next)
}

// retrieveSnapshot is 5.16.3.
func (r *request) retrieveSnapshot() error {
	r.tenant.mu.RLock()
	_, s, err := r.snapshotParam()
	r.tenant.mu.RUnlock()
	if err != nil {
		return err
	}
	return r.answer(http.StatusOK, s.show())
}

func (s *snapshot) show() map[string]any {
	return map[string]any{
		"id": s.id, "type": "Snapshot", "snapshotQueries": s.queries, "snapshotQueriesDetails": s.details,
		"snapshotStatus": s.status, "snapshotPriority": s.priority,
		"createdAt": model.FormatTime(s.created), "expiresAt": model.FormatTime(s.expires), "lastUsedAt": model.FormatTime(s.used),
	}
}

// updateSnapshot is 5.16.4: priority and lifetime can be changed, all else is the
// platform's.
func (r *request) updateSnapshot() error {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	i, s, err := r.snapshotParam()
	if err != nil {
		return err
	}
	for name := range r.object() {
		if !slices.Contains([]string{"snapshotPriority", "snapshotLifetime", "type", "@context"}, name) {
			return problem.BadData("the member %s of a snapshot cannot be changed (5.2.41)", name)
		}
	}
	next := *s
	if err := next.adjust(r.object(), r.now); err != nil {
		return err
	}
	r.tenant.snapshots.replace(i, &next)
	return r.answer(http.StatusOK, next.show())
}

// deleteSnapshot is 5.16.5.
func (r *request) deleteSnapshot() error {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	i, _, err := r.snapshotParam()
	if err != nil {
		return err
	}
	r.tenant.snapshots.list = slices.Delete(slices.Clone(r.tenant.snapshots.list), i, i+1)
	return r.noContent()
}

// snapshotMembers are what a purge can select by (5.16.7).
var snapshotMembers = []string{"snapshotPriority", "snapshotStatus"}

// purgeSnapshots is 5.16.7.
func (r *request) purgeSnapshots() error {
	if !r.query.Has("q") {
		return problem.BadData("a purge of snapshots needs q (5.16.7)")
	}
	core := r.p.resolver.Core()
	q, err := query.ParseQ(r.query.Get("q"), query.QOptions{Context: core})
	if err != nil {
		return err
	}
	for _, name := range q.Attributes() {
		if !slices.Contains(core.ExpandAll(snapshotMembers), name) {
			return problem.BadData("q is about %s, which is no member of a Snapshot that can be asked for: it can be about %v (5.16.7)", core.Compact(name), snapshotMembers)
		}
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	var kept []*snapshot
	for _, s := range r.tenant.snapshots.list {
		e, err := s.asEntity(r)
		if err != nil {
			return err
		}
		if !q.Match(e) {
			kept = append(kept, s)
		}
	}
	if len(kept) == len(r.tenant.snapshots.list) {
		return problem.NotFound("no snapshot matches q (6.36.3.2)")
	}
	r.tenant.snapshots.list = kept
	return r.noContent()
}

// asEntity shows a snapshot to the query language.
func (s *snapshot) asEntity(r *request) (*model.Entity, error) {
	shown := s.show()
	doc := map[string]any{"id": s.id, "type": "Snapshot"}
	for _, name := range []string{"snapshotPriority", "snapshotStatus"} {
		doc[name] = map[string]any{"type": "Property", "value": plain(shown[name])}
	}
	e, err := (&model.Parser{Context: r.p.resolver.Core()}).Entity(doc)
	if err != nil {
		return nil, fmt.Errorf("a snapshot as an entity: %w", err)
	}
	return e, nil
}

// plain is a value as JSON is read here.
func plain(v any) any {
	if n, ok := v.(int); ok {
		return json.Number(strconv.Itoa(n))
	}
	return v
}
