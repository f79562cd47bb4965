package probe

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// strayMark ends the collection of a thing that stands for whatever entities of one type
// there are; its id is the type. A platform that takes an id which is no URI may keep the
// entity under another one, such as an IRI that it makes of it, and answer to the deletion
// of the id that was sent as if that were gone.
const strayMark = "?type"

func (t thing) isStray() bool { return strings.HasSuffix(t.Collection, strayMark) }

// named is how many of the things are known by their ids.
func named(things []thing) int {
	n := 0
	for _, t := range things {
		if !t.isStray() {
			n++
		}
	}
	return n
}

// strays are the types of the entities that a request on r would create by ids that are no URIs.
func (r resource) strays(body []byte) []thing {
	collection := r.collection
	switch {
	case r.isBatch():
		collection = strings.TrimSuffix(r.collection, batchOperations) + "entities"
	case r.id != "" || strings.TrimPrefix(r.collection, "temporal/") != "entities":
		return nil
	}
	var found []thing
	for _, item := range listOf(body) {
		var e struct {
			ID   string `json:"id"`
			Type string `json:"type"`
		}
		if json.Unmarshal(item, &e) == nil && e.ID != "" && e.Type != "" && !isURI(e.ID) {
			found = append(found, thing{Collection: collection + strayMark, ID: e.Type})
		}
	}
	return found
}

// deleteOrSearch removes t from the platform, or all that it stands for, and says why
// something may still be there.
func (s *Session) deleteOrSearch(ctx context.Context, t thing) string {
	if !t.isStray() {
		return s.delete(ctx, t)
	}
	found, reason := s.search(ctx, t)
	if reason != "" || len(found) == 0 {
		return reason
	}
	for _, one := range found {
		s.delete(ctx, one) // whether that did it is seen below
		if !isURI(one.ID) {
			one.ID = ngsild.DefaultVocab + one.ID // shown short, and perhaps kept by its IRI (5.5.7)
			s.delete(ctx, one)
		}
	}
	if found, reason = s.search(ctx, t); reason == "" && len(found) > 0 {
		reason = "there is still " + found[0].ID + " of that type"
	}
	return reason
}

// search finds the entities of the type that t stands for and that are the run's own, or
// says why the platform did not tell.
func (s *Session) search(ctx context.Context, t thing) (found []thing, reason string) {
	collection := strings.TrimSuffix(t.Collection, strayMark)
	r := Request{Method: http.MethodGet, Path: "/" + collection, Query: url.Values{"type": {t.ID}, "limit": {"100"}}}
	if collection != "entities" {
		r.Query.Set("timerel", "after")
		r.Query.Set("timeAt", "2000-01-01T00:00:00Z")
	}
	answer, reason := s.tidy(ctx, t, r)
	if reason != "" {
		return nil, reason
	}
	var there []struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(answer.Body, &there) != nil {
		return nil, "" // no list: nothing of that type can be seen
	}
	for _, e := range there {
		if strings.Contains(e.ID, s.guard.token) { // else it is somebody else's
			found = append(found, thing{Endpoint: t.Endpoint, Collection: collection, ID: e.ID, Tenant: t.Tenant})
		}
	}
	return found, ""
}
