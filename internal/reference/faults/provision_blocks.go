package faults

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// object is a JSON object: an entity, a fragment, an attribute.
type object = map[string]any

// handle is what Fault.Instead is.
type handle = func(w http.ResponseWriter, r *http.Request, next http.Handler)

// where narrows a match.
func (m Match) where(also func(*http.Request) bool) Match {
	return func(r *http.Request) bool { return m(r) && also(r) }
}

// parts are the path segments below /ngsi-ld/v1, decoded.
func parts(r *http.Request) []string {
	_, path, _ := strings.Cut(r.URL.EscapedPath(), "/ngsi-ld/v1/")
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, s := range segments {
		if decoded, err := url.PathUnescape(s); err == nil {
			segments[i] = decoded
		}
	}
	return segments
}

// idIsNoURI says whether the entity id in the path has no scheme.
func idIsNoURI(r *http.Request) bool {
	p := parts(r)
	return len(p) > 1 && !strings.Contains(p[1], ":")
}

// decode is b as JSON with numbers as they are written; nil when it is not JSON.
func decode(b []byte) any {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// encode is v, which came from decode, as JSON.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil // cannot be: v holds nothing but JSON
	}
	return b
}

// items is v's members when it is a list, and v alone when it is something else.
func items(v any) []any {
	switch x := v.(type) {
	case nil:
		return nil
	case []any:
		return x
	}
	return []any{v}
}

// objects is the objects of a body: one, or those of a list.
func objects(v any) []object {
	var out []object
	for _, item := range items(v) {
		if o, ok := item.(object); ok {
			out = append(out, o)
		}
	}
	return out
}

// isAttribute says whether a member of an entity or fragment is an attribute's.
func isAttribute(name string) bool {
	return !slices.Contains([]string{"id", "type", "scope", "@context", "createdAt", "modifiedAt", "expiresAt"}, name)
}

// isSub says whether a member of an attribute is a sub-attribute's.
func isSub(name string) bool {
	return isAttribute(name) && !slices.Contains([]string{"value", "object", "objectType", "languageMap", "vocab", "json",
		"valueList", "objectList", "unitCode", "observedAt", "datasetId", "lang", "valueType"}, name)
}

// body is a Request change of the body, when it is JSON.
func body(edit func(v any) any) func(*http.Request) {
	return func(r *http.Request) {
		sent := ReadBody(r)
		if v := decode(sent); v != nil {
			sent = encode(edit(v))
		}
		SetBody(r, sent)
	}
}

// fragments is a Request change of each entity or fragment of the body.
func fragments(edit func(e object)) func(*http.Request) {
	return body(func(v any) any {
		for _, e := range objects(v) {
			edit(e)
		}
		return v
	})
}

// attributes is a Request change of each attribute instance in the entities or
// fragments of the body; edit returns what to send, nil for nothing.
func attributes(edit func(a object) object) func(*http.Request) {
	return fragments(func(e object) { editAttributes(e, edit) })
}

func editAttributes(e object, edit func(a object) object) {
	for _, name := range slices.Sorted(maps.Keys(e)) {
		if !isAttribute(name) {
			continue
		}
		switch x := e[name].(type) {
		case object:
			if a := edit(x); a != nil {
				e[name] = a
			} else {
				delete(e, name)
			}
		case []any:
			var left []any
			for _, item := range x {
				if a, ok := item.(object); ok {
					if a = edit(a); a == nil {
						continue
					}
					item = a
				}
				left = append(left, item)
			}
			if e[name] = left; len(left) == 0 {
				delete(e, name)
			}
		}
	}
}

// swallow answers with the status of success and does nothing.
func swallow(status int) handle {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		if status == http.StatusCreated {
			if e, ok := decode(ReadBody(r)).(object); ok {
				id, _ := e["id"].(string)
				w.Header().Set("Location", "/ngsi-ld/v1/entities/"+url.PathEscape(id))
			}
		}
		w.WriteHeader(status)
	}
}

// swallowWhen swallows requests with such a body, and lets the platform handle the others.
func swallowWhen(status int, when func(v any) bool) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if when(decode(ReadBody(r))) {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// exchange is a request as it was sent and the platform's answer to it.
type exchange struct {
	*Answer
	request *http.Request
	sent    any // the body, nil when it is none or not JSON
	isJSON  bool
	next    http.Handler
}

// answering lets the platform handle the request and then edits the answer, with
// the request's body still at hand.
func answering(edit func(e exchange)) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		b := ReadBody(r)
		original := r.Clone(r.Context())
		SetBody(original, b)
		e := exchange{Answer: Record(next, r), request: original, sent: decode(b), isJSON: json.Valid(b), next: next}
		edit(e)
		e.WriteTo(w)
	}
}

// done makes the answer one of plain success.
func (e exchange) done(status int) {
	e.Status, e.Body = status, nil
	e.Header.Del("Content-Type")
}

// problem makes the answer an error.
func (e exchange) problem(status int, kind string) { problem(e.Answer, status, kind) }

func problem(a *Answer, status int, kind string) {
	a.Status = status
	a.Body = encode(object{"type": ngsild.ErrorPrefix + kind, "title": kind, "status": status})
	a.Header = http.Header{"Content-Type": {ngsild.MediaJSON}}
}

// kind is an Answer change of the error type of answers with a status.
func kind(status int, to string) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if a.Status == status {
			problem(a, status, to)
		}
	}
}

// refuse is the answer to a request that the platform never sees.
func refuse(w http.ResponseWriter) {
	a := &Answer{}
	problem(a, http.StatusBadRequest, ngsild.BadRequestData)
	a.WriteTo(w)
}

// notFoundInstead is an Answer change of 400 into 404.
func notFoundInstead(_ *http.Request, a *Answer) {
	if a.Status == http.StatusBadRequest {
		problem(a, http.StatusNotFound, ngsild.ResourceNotFound)
	}
}

// success is an Answer change of 404 into plain success.
func success(_ *http.Request, a *Answer) {
	if a.Status == http.StatusNotFound {
		a.Status, a.Body = http.StatusNoContent, nil
		a.Header.Del("Content-Type")
	}
}

// ask lets the platform handle a request of the fault's own, in the tenant of like
// and under the core @context.
func ask(next http.Handler, like *http.Request, method, path string, v any) *Answer {
	prefix, _, _ := strings.Cut(like.URL.EscapedPath(), "/ngsi-ld/v1/")
	var payload io.Reader = http.NoBody
	if v != nil {
		payload = bytes.NewReader(encode(v))
	}
	r, err := http.NewRequestWithContext(like.Context(), method, prefix+"/ngsi-ld/v1"+path, payload)
	if err != nil {
		return &Answer{Status: http.StatusInternalServerError, Header: http.Header{}}
	}
	r.Host, r.RemoteAddr, r.RequestURI = like.Host, like.RemoteAddr, r.URL.RequestURI()
	if v != nil {
		r.Header.Set("Content-Type", ngsild.MediaJSON)
	}
	if tenant := like.Header.Values(ngsild.HeaderTenant); len(tenant) > 0 {
		r.Header[http.CanonicalHeaderKey(ngsild.HeaderTenant)] = tenant
	}
	return Record(next, r)
}

func entityPath(id string) string { return "/entities/" + url.PathEscape(id) }

// get is the stored entity, normalised, or nil when there is none.
func get(next http.Handler, like *http.Request, id string) object {
	a := ask(next, like, http.MethodGet, entityPath(id), nil)
	if a.Status != http.StatusOK {
		return nil
	}
	e, _ := decode(a.Body).(object)
	return e
}

// put makes e what is stored of the entity.
func put(next http.Handler, like *http.Request, e object) {
	ask(next, like, http.MethodPut, entityPath(idOf(e)), e)
}

// change is what a request did to one entity.
type change struct {
	sent          object // the entity or fragment; of an attribute's request, a fragment with that attribute
	before, after object // as stored; nil when it was not or is not there
}

// sentOf gives the fragment of each entity that a request is about.
func sentOf(r *http.Request, sent any) map[string]object {
	out := map[string]object{}
	p := parts(r)
	switch {
	case p[0] == "entities" && len(p) > 3:
		out[p[1]] = object{p[3]: sent}
	case p[0] == "entities" && len(p) > 1:
		fragment, _ := sent.(object)
		out[p[1]] = fragment
	default:
		for _, item := range items(sent) {
			switch x := item.(type) {
			case string:
				out[x] = nil
			case object:
				if id, ok := x["id"].(string); ok {
					out[id] = x
				}
			}
		}
	}
	return out
}

// stored lets the platform handle the request and then spoils what is stored of
// the entities that it was about, where they were there before and still are.
func stored(spoil func(c change)) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		b := ReadBody(r)
		about := sentOf(r, decode(b))
		before := map[string]object{}
		for id := range about {
			before[id] = get(next, r, id)
		}
		a := Record(next, r)
		if a.Status < 300 {
			for _, id := range slices.Sorted(maps.Keys(about)) {
				c := change{sent: about[id], before: before[id], after: get(next, r, id)}
				if c.before == nil || c.after == nil || c.sent == nil {
					continue
				}
				was := encode(c.after)
				if spoil(c); !bytes.Equal(was, encode(c.after)) {
					put(next, r, c.after)
				}
			}
		}
		a.WriteTo(w)
	}
}

// inSent calls f for each attribute with a single instance that was sent and was there before.
func (c change) inSent(f func(name string, sent, before, after object)) {
	for _, name := range slices.Sorted(maps.Keys(c.sent)) {
		sent, a := c.sent[name].(object)
		before, b := c.before[name].(object)
		after, d := c.after[name].(object)
		if isAttribute(name) && a && b && d {
			f(name, sent, before, after)
		}
	}
}

// keepMembers leaves old members, which should be gone, in the attributes that were sent.
func keepMembers(c change) {
	c.inSent(func(_ string, _, before, after object) {
		for member, old := range before {
			if _, there := after[member]; !there {
				after[member] = old
			}
		}
	})
}

// dropMembers loses the members, which should have stayed, that were not sent.
func dropMembers(which func(member string) bool) func(change) {
	return func(c change) {
		c.inSent(func(_ string, sent, _, after object) {
			for member := range after {
				if _, there := sent[member]; !there && member != "type" && which(member) {
					delete(after, member)
				}
			}
		})
	}
}

// dropOthers loses the attributes that were not sent.
func dropOthers(c change) {
	for name := range c.after {
		if _, there := c.sent[name]; !there && isAttribute(name) {
			delete(c.after, name)
		}
	}
}

// sentOnly leaves nothing in the attributes that were sent but what was sent.
func sentOnly(c change) {
	for name, sent := range c.sent {
		if _, there := c.before[name]; there && isAttribute(name) {
			c.after[name] = sent
		}
	}
}

// recreated lets the platform handle the request and then deletes and appends the
// attributes that were sent, so that they are new ones.
func recreated(w http.ResponseWriter, r *http.Request, next http.Handler) {
	about := sentOf(r, decode(ReadBody(r)))
	a := Record(next, r)
	if a.Status < 300 {
		for id, sent := range about {
			after := get(next, r, id)
			for _, name := range slices.Sorted(maps.Keys(sent)) {
				if kept, there := after[name]; there && isAttribute(name) {
					path := entityPath(id) + "/attrs"
					ask(next, r, http.MethodDelete, path+"/"+url.PathEscape(name)+"?deleteAll=true", nil)
					ask(next, r, http.MethodPost, path, object{name: kept})
				}
			}
		}
	}
	a.WriteTo(w)
}

// createsUnknown creates the entity that was not found, out of the fragment.
func createsUnknown(e exchange) {
	if e.Status != http.StatusNotFound {
		return
	}
	for id, fragment := range sentOf(e.request, e.sent) {
		fresh := object{"type": "Thing"}
		for name, member := range fragment {
			fresh[name] = member
		}
		fresh["id"] = id
		if ask(e.next, e.request, http.MethodPost, "/entities", fresh).Status == http.StatusCreated {
			e.done(http.StatusNoContent)
		}
	}
}

// appendsUnknown appends the attribute that was not found.
func appendsUnknown(e exchange) {
	if e.Status != http.StatusNotFound {
		return
	}
	for id, fragment := range sentOf(e.request, e.sent) {
		if ask(e.next, e.request, http.MethodPost, entityPath(id)+"/attrs", fragment).Status == http.StatusNoContent {
			e.done(http.StatusNoContent)
		}
	}
}

// under rewrites the last segment of the path.
func under(segment string) func(*http.Request) {
	return func(r *http.Request) {
		i := strings.LastIndex(strings.TrimSuffix(r.URL.Path, "/"), "/")
		r.URL.Path, r.URL.RawPath = r.URL.Path[:i+1]+segment, ""
	}
}

// setQuery is a Request change that sets a query parameter.
func setQuery(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Set(name, value)
		r.URL.RawQuery = q.Encode()
	}
}

// asMethod is a Request change of the method.
func asMethod(method string) func(*http.Request) {
	return func(r *http.Request) { r.Method = method }
}

// withoutMember is an edit of attributes that loses a member.
func withoutMember(name string) func(object) object {
	return func(a object) object {
		delete(a, name)
		return a
	}
}

// leaveOut is an edit of attributes that drops those that are so.
func leaveOut(so func(a object) bool) func(object) object {
	return func(a object) object {
		if so(a) {
			return nil
		}
		return a
	}
}

// isNull says whether an attribute's value or object is NGSI-LD Null.
func isNull(member string) func(object) bool {
	return func(a object) bool { return a[member] == "urn:ngsi-ld:null" }
}

// withoutNulls is an edit of attributes that loses members that are NGSI-LD Null.
func withoutNulls(a object) object {
	for member, v := range a {
		if v == "urn:ngsi-ld:null" && member != "value" && member != "object" {
			delete(a, member)
		}
	}
	return a
}

// withoutNullsInside is an edit of attributes that loses members of the value that are
// NGSI-LD Null.
func withoutNullsInside(a object) object {
	if v, ok := a["value"].(object); ok {
		maps.DeleteFunc(v, func(_ string, member any) bool { return member == "urn:ngsi-ld:null" })
	}
	return a
}

// objectNoURI says whether an attribute's object has no scheme.
func objectNoURI(a object) bool {
	s, ok := a["object"].(string)
	return ok && !strings.Contains(s, ":")
}

// withoutBadTimes is an edit of attributes that loses an observedAt that is no time.
func withoutBadTimes(a object) object {
	if s, ok := a["observedAt"].(string); ok && !strings.Contains(s, "T") {
		delete(a, "observedAt")
	}
	return a
}

// knownType says whether an attribute's type is one of the attribute types, or left out.
func knownType(a object) bool {
	t, typed := a["type"].(string)
	return !typed || slices.Contains([]string{"Property", "Relationship", "GeoProperty", "LanguageProperty",
		"VocabProperty", "JsonProperty", "ListProperty", "ListRelationship"}, t)
}
