package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/target"
)

// guard decides what may be sent at all. It is the last one to be asked, whatever a
// check wants: a run observes, or it touches its own things only.
type guard struct {
	profile   target.Profile
	queryPOST bool
	tenant    string // of the target; empty for the default one
	token     string

	mu  sync.Mutex
	own map[thing]bool // what the platform itself named for the run, by Location
}

func newGuard(profile target.Profile, t *target.Target, token string) *guard {
	return &guard{profile: profile, queryPOST: t.Polite.QueryPOST, tenant: t.Tenant, token: token, own: map[thing]bool{}}
}

// adopt notes that the platform made t for the run.
func (g *guard) adopt(t thing) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.own[t.bare()] = true
}

func (g *guard) owns(t thing) bool {
	if strings.Contains(t.ID, g.token) {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.own[t.bare()]
}

// refusal is why the call's request may not be sent by this method to this URL;
// empty when it may.
func (g *guard) refusal(k *call, method string, u *url.URL) string {
	base, body := k.base, k.request.Body
	if safe(method) {
		if g.profile == target.Observe && makesEntityMap(base, u) {
			return "a query for an entity map creates a resource on the platform (ETSI GS CIM 009, 5.14), and profile observe creates nothing"
		}
		return ""
	}
	if k.request.SignsIn && (k.endpoint != target.OpenID || g.profile == target.Observe) {
		return "it would sign somebody in, which is done at the endpoint openid only, and not by a run that observes"
	}
	if k.endpoint == target.OpenID && method == http.MethodPost && k.header.Get("Content-Type") == formType {
		return "" // a request for a token or about one of the run's own, which profile observe may send too
	}
	r, readable := resourceOf(base, u)
	query := readable && method == http.MethodPost && r.isQuery()
	switch {
	case query && (g.profile != target.Observe || g.queryPOST):
		return ""
	case query:
		return "profile observe sends a query by POST only if the target's politeness.queryPost allows it"
	case g.profile == target.Observe:
		return "profile observe sends GET, HEAD and OPTIONS only; profile sandbox lets checks write"
	case !readable:
		return "its path is not one below the endpoint's base URL that can be read in one way only"
	}
	if tenant := k.header.Get(ngsild.HeaderTenant); tenant != g.tenant && !strings.Contains(tenant, g.token) {
		return fmt.Sprintf("it would write to the tenant %q, which is neither the target's (%q) nor the run's own", tenant, g.tenant)
	}
	if r.purgesSnapshots(method) && strings.Contains(k.header.Get(ngsild.HeaderTenant), g.token) {
		return "" // by members that the snapshots of others have, too, but of a tenant that is the run's own
	}
	c := contentOf(body)
	for _, reason := range []string{g.foreignPath(method, r, u.Query(), body), g.foreignBody(method, r, c, body), g.foreignRegistration(method, r, body)} {
		if reason != "" {
			return reason
		}
	}
	return ""
}

// foreignPath is why the resource is not the run's own.
func (g *guard) foreignPath(method string, r resource, query url.Values, body []byte) string {
	switch {
	case r.isBatch():
		return ""
	case r.id != "" && !g.owns(thing{Collection: r.collection, ID: r.id}):
		return fmt.Sprintf("it would touch %s/%s, which is not the run's own: its id does not hold the token %s", r.collection, r.id, g.token)
	case r.id != "" || g.named(r.rest...):
		return ""
	case method == http.MethodDelete && r.collection != "entities":
		return fmt.Sprintf("it would delete the whole of %s", r.collection)
	case method == http.MethodDelete && !g.ownTypes(query["type"]):
		return fmt.Sprintf("it would delete from the whole of %s: it must name types, and each must hold the token %s", r.collection, g.token)
	case len(r.rest) > 0 && !bytes.Contains(body, []byte(g.token)):
		return fmt.Sprintf("it names no thing of %s that is the run's own", r.collection)
	}
	return ""
}

// foreignBody is why what the body is about is not the run's own.
func (g *guard) foreignBody(method string, r resource, c content, body []byte) string {
	for _, id := range c.ids {
		t := thing{Collection: r.collection, ID: id}
		if r.isBatch() {
			t.Collection = "entities"
		}
		if !g.owns(t) {
			return fmt.Sprintf("its body is about %q, which is not the run's own: the id does not hold the token %s", id, g.token)
		}
	}
	if r.id != "" && !r.isBatch() || method == http.MethodDelete || c.empty {
		return ""
	}
	// A platform that makes up what is missing would create what nobody can find again.
	unnamed := c.loose
	if !c.json {
		unnamed = [][]byte{body}
	}
	for _, part := range unnamed {
		if !bytes.Contains(part, []byte(g.token)) {
			return fmt.Sprintf("its body has something without id that does not hold the token %s either, so that what it may create could not be told from others' things", g.token)
		}
	}
	return ""
}

// foreignRegistration is why a context source registration (5.2.9) would draw
// requests to it that are not about the run's own entities.
func (g *guard) foreignRegistration(method string, r resource, body []byte) string {
	if r.collection != "csourceRegistrations" || method == http.MethodDelete {
		return ""
	}
	var registration struct {
		Information json.RawMessage `json:"information"`
	}
	if json.Unmarshal(body, &registration) != nil {
		return "" // no object: no platform can read it either, and the token is in it
	}
	for _, information := range listOf(registration.Information) {
		var i struct {
			Entities          json.RawMessage `json:"entities"`
			PropertyNames     any             `json:"propertyNames"`
			RelationshipNames any             `json:"relationshipNames"`
		}
		ok := json.Unmarshal(information, &i) == nil
		entities := listOf(i.Entities)
		for _, entity := range entities {
			var e struct{ ID, IDPattern, Type any }
			ok = ok && json.Unmarshal(entity, &e) == nil && (g.allNamed(e.ID) || g.allNamed(e.IDPattern) || g.allNamed(e.Type))
		}
		if len(entities) == 0 {
			ok = ok && (g.allNamed(i.PropertyNames) || g.allNamed(i.RelationshipNames))
		}
		if !ok {
			return fmt.Sprintf("it would register a source for entities that are not the run's own: each entry of information must name entities whose id or type holds the token %s", g.token)
		}
	}
	return ""
}

// listOf gives the items of a JSON array; JSON-LD takes one object for a list of one.
func listOf(raw json.RawMessage) []json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) == nil {
		return items
	}
	if len(raw) > 0 && raw[0] == '{' {
		return []json.RawMessage{raw}
	}
	return nil
}

// named says whether one of the texts holds the token.
func (g *guard) named(texts ...string) bool {
	for _, s := range texts {
		if strings.Contains(s, g.token) {
			return true
		}
	}
	return false
}

// allNamed says whether v is a text, or a list of texts, and all hold the token.
func (g *guard) allNamed(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, g.token)
	case []any:
		for _, one := range v {
			if name, ok := one.(string); !ok || !strings.Contains(name, g.token) {
				return false
			}
		}
		return len(v) > 0
	}
	return false
}

// ownTypes says whether every alternative of every type selector (4.17) names a
// type of the run, so that nothing else can be selected.
func (g *guard) ownTypes(selectors []string) bool {
	for _, selector := range selectors {
		names := strings.FieldsFunc(selector, func(r rune) bool { return strings.ContainsRune(",|;()", r) })
		for _, name := range names {
			if !strings.Contains(name, g.token) {
				return false
			}
		}
		if len(names) == 0 {
			return false
		}
	}
	return len(selectors) > 0
}
