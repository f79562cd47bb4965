package reference

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
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
	maxSnapshots    = 256 // of a tenant; those of the lowest priority go first
)

// snapshot is what queries found at one time (4.3.7): a store of its own, in which all
// operations on entities work as in a tenant's (5.5.15). What is told of it is immutable
// but for the time of its last use.
type snapshot struct {
	id       string
	current  queried
	past     queried
	status   string
	priority int
	listener *subscription // who is told of its status (5.16.6); nil is nobody
	created  time.Time
	modified time.Time
	expires  time.Time
	used     time.Time
	content  *tenant
}

// snapshotSet holds a tenant's snapshots, the oldest first. The tenant's lock guards it.
type snapshotSet struct{ list []*snapshot }

func (s *snapshotSet) index(id string, now time.Time) int {
	return slices.IndexFunc(s.list, func(x *snapshot) bool { return x.id == id && x.expires.After(now) })
}

// add keeps a snapshot. Where there are too many, one of the lowest priority goes, of those
// the one that was used least recently (5.5.15).
func (s *snapshotSet) add(x *snapshot) {
	list := slices.Clone(s.list)
	if len(list) >= maxSnapshots {
		leave := slices.MinFunc(list, func(a, b *snapshot) int {
			return cmp.Or(cmp.Compare(a.priority, b.priority), a.used.Compare(b.used))
		})
		list = slices.DeleteFunc(list, func(s *snapshot) bool { return s == leave })
	}
	list = append(list, x)
	s.list = list
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
	r.tenant = used.content
	return nil
}

// createSnapshot is 5.16.1. Its queries are carried out at once.
func (r *request) createSnapshot() error {
	s, err := r.newSnapshot()
	if err != nil {
		return err
	}
	if err := r.fill(s); err != nil {
		return err
	}
	return r.keepSnapshot(s)
}

// newSnapshot reads what creating and cloning have in common.
func (r *request) newSnapshot() (*snapshot, error) {
	doc := r.object()
	if doc["type"] != "Snapshot" {
		return nil, problem.BadData("a snapshot's type must be Snapshot (5.2.41), got %v", doc["type"])
	}
	s := &snapshot{id: "urn:ngsi-ld:Snapshot:" + uuid.NewString(), priority: snapshotDefault,
		created: r.now, modified: r.now, expires: r.now.Add(snapshotLife), used: r.now}
	if v, given := doc["id"]; given {
		id, _ := v.(string)
		if !model.IsURI(id) {
			return nil, problem.BadData("the snapshot's id %v is not a URI", v)
		}
		s.id = id
	}
	s.content = newTenant(r.Header.Get(ngsild.HeaderTenant))
	s.content.snapshot = s.id
	return s, r.adjust(s, doc)
}

// adjust takes over the members that a client may change (5.2.41).
func (r *request) adjust(s *snapshot, doc map[string]any) error {
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
		s.expires = r.now.Add(life)
	}
	return r.listen(s, doc)
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

func (r *request) keepSnapshot(s *snapshot) error {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	if r.tenant.snapshots.index(s.id, r.now) >= 0 {
		return problem.Exists("there is a snapshot %s already", s.id)
	}
	r.tenant.snapshots.add(s)
	s.tell(r.p, r.now)
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
	for _, name := range []string{"snapshotQueries", "snapshotTemporalQueries"} {
		if r.object()[name] != nil {
			return problem.BadData("a clone has what the snapshot has, and no %s of its own (5.16.2)", name)
		}
	}
	r.tenant.mu.RLock()
	_, s, err := r.snapshotParam()
	r.tenant.mu.RUnlock()
	if err != nil {
		return err
	}
	next.current, next.past, next.status = s.current, s.past, s.status
	s.content.mu.RLock()
	for e := range s.content.each {
		next.content.put(e)
	}
	for e := range s.content.history.each {
		next.content.history.take(e, r.now)
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

// show is the snapshot as Table 5.2.41-1 and Table 5.2.41-2 have it.
func (s *snapshot) show() map[string]any {
	out := map[string]any{
		"id": s.id, "type": "Snapshot", "snapshotStatus": s.status, "snapshotPriority": s.priority,
		"createdAt": model.FormatTime(s.created), "modifiedAt": model.FormatTime(s.modified),
		"expiresAt": model.FormatTime(s.expires), "lastUsedAt": model.FormatTime(s.used),
	}
	s.current.show(out, "snapshotQueries", "snapshotQueriesDetails")
	s.past.show(out, "snapshotTemporalQueries", "snapshotTemporalQueriesDetails")
	if s.listener != nil {
		maps.Copy(out, s.listener.doc)
	}
	return out
}

// snapshotOutputs are what only the platform tells of a snapshot: what clients say of it is
// ignored (table 5.2.41-2).
var snapshotOutputs = []string{"snapshotStatus", "snapshotQueriesDetails", "snapshotTemporalQueriesDetails", "createdAt", "modifiedAt", "expiresAt", "lastUsedAt"}

// updateSnapshot is 5.16.4: priority, lifetime and who is notified can be changed, all
// else is the platform's.
func (r *request) updateSnapshot() error {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	i, s, err := r.snapshotParam()
	if err != nil {
		return err
	}
	for name, v := range r.object() {
		if name == "id" && v == s.id || slices.Contains(snapshotOutputs, name) {
			continue
		}
		if !slices.Contains([]string{"snapshotPriority", "snapshotLifetime", "endpoint", "receiverInfo", "type", "@context"}, name) {
			return problem.BadData("the member %s of a snapshot cannot be changed (5.2.41)", name)
		}
	}
	next := *s
	next.modified = r.now
	if err := r.adjust(&next, r.object()); err != nil {
		return err
	}
	r.tenant.snapshots.replace(i, &next)
	next.tell(r.p, r.now)
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
var snapshotMembers = []string{"snapshotPriority", "snapshotStatus", "endpoint"}

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
		if !q.Match(e, nil) {
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
	for _, name := range snapshotMembers {
		if v, told := shown[name]; told {
			doc[name] = map[string]any{"type": "Property", "value": plain(v)}
		}
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
