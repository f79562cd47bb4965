package reference

import (
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
)

// listen reads whom a snapshot's status is told (5.16.6): the members endpoint, a URI, and
// receiverInfo (5.2.41). What is not given stays as it is, and an NGSI-LD Null ends it.
func (r *request) listen(s *snapshot, doc map[string]any) error {
	given := map[string]any{}
	if s.listener != nil {
		maps.Copy(given, s.listener.doc)
	}
	changed := false
	for _, name := range []string{"endpoint", "receiverInfo"} {
		v, is := doc[name]
		if !is {
			continue
		}
		changed = true
		if v == nil || v == model.NullURI {
			delete(given, name)
		} else {
			given[name] = v
		}
	}
	if !changed {
		return nil
	}
	s.listener = nil
	if len(given) == 0 {
		return nil
	}
	next := &subscription{doc: given, tenant: r.tenant, link: ngsild.CoreContextURL}
	if uri, is := given["endpoint"]; is { // without one, receiverInfo is kept for the day that there is
		o := map[string]any{"uri": uri}
		if info, is := given["receiverInfo"]; is {
			o["receiverInfo"] = info
		}
		if err := compileEndpoint(o, &next.rules.endpoint); err != nil {
			return err
		}
	}
	s.listener = next
	return nil
}

// tell sends a SnapshotNotification (5.3.4) of the snapshot as it is now.
func (s *snapshot) tell(p *Platform, now time.Time) {
	if s.listener == nil || s.listener.rules.endpoint.url == "" {
		return
	}
	body := map[string]any{
		"id": "urn:ngsi-ld:SnapshotNotification:" + uuid.NewString(), "type": "SnapshotNotification",
		"snapshotId": s.id, "notifiedAt": model.FormatTime(now), "expiresAt": model.FormatTime(s.expires),
		"snapshotStatus": s.status, "snapshotPriority": s.priority,
	}
	if s.current.details != nil {
		body["snapshotQueriesDetails"] = s.current.details
	}
	if s.past.details != nil {
		body["temporalSnapshotQueriesDetails"] = s.past.details // which 5.2.41 names the other way round
	}
	s.listener.queue(p, now, func() (any, error) { return body, nil })
}
