package faults

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// dataTypes is the faults of members of data types beside entities and attributes.
func dataTypes() []Fault {
	posted := Op(http.MethodPost, "/entityOperations/query")
	inBody := func(edit func(o object)) func(*http.Request) {
		return body(func(v any) any {
			if o, is := v.(object); is {
				edit(o)
			}
			return v
		})
	}
	return []Fault{
		{Name: "batch.query.empty-lists-taken", Summary: "A query by POST does not look at members that are empty lists.", On: posted,
			Request: inBody(func(q object) {
				for _, member := range sorted(q) {
					if l, is := q[member].([]any); is && len(l) == 0 {
						delete(q, member)
					}
				}
			})},
		{Name: "batch.query.pattern-beats-id", Summary: "In a query by POST, a pattern of ids takes precedence over an id.", On: posted,
			Request: inBody(func(q object) {
				for _, s := range objects(q["entities"]) {
					if s["idPattern"] != nil {
						delete(s, "id")
					}
				}
			})},
		{Name: "source-identity.alias-of-all-tenants", Summary: "The platform tells the same alias for all tenants.", On: Op(http.MethodGet, "/info/sourceIdentity"),
			Answer: answered(func(o object) { o["contextSourceAlias"] = "platform" })},
		{Name: "distributed.expiry-unread", Summary: "It is not looked at until when sources have what they answer with.", On: toSources(),
			Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				a, err := next.RoundTrip(r)
				if err != nil {
					return nil, err
				}
				raw, err := io.ReadAll(a.Body)
				a.Body.Close()
				if v := decode(raw); v != nil {
					for _, e := range objects(v) {
						delete(e, "expiresAt")
						editAttributes(e, withoutMember("expiresAt"))
					}
					raw = encode(v)
				}
				a.Body, a.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
				a.Header.Del("Content-Length")
				return a, err
			}},
		{Name: "entity.merge.null-of-name-swallowed", Summary: "NGSI-LD Null in the place of an attribute does nothing.", On: entityMerge().on,
			Request: fragments(func(e object) {
				for _, name := range sortedAttributes(e) {
					if e[name] == "urn:ngsi-ld:null" {
						delete(e, name)
					}
				}
			})},
		{Name: "entity.create.json-null-refused", Summary: "A JSON literal as a value is refused.", On: entityCreate().on,
			Instead: refuseWhen(func(e object) bool { return strings.Contains(string(encode(e)), `"@json"`) })},
	}
}
