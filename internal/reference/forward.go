package reference

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Distributed operations (4.3.6): this file asks other context sources.

const (
	headerWarning = "NGSILD-Warning"
	sourceTimeout = 5 * time.Second
	fromRequest   = "urn:ngsi-ld:request" // of contextSourceInfo: the value that the request has (4.3.6.5)
)

// ownHeaders are the keys of contextSourceInfo that are no header to be sent: what a
// connection or a request has anyway (4.3.6.5).
var ownHeaders = []string{"accept", "connection", "content-length", "content-type", "host", "ngsild-tenant", "transfer-encoding", "via"}

// share is the part of an operation that a context source is to do.
type share struct {
	source *registration
	attrs  []string // expanded; nil is all
	whole  bool     // the source is registered for all attributes
	refuse bool     // the source claims the data but does not offer the operation
	byMap  string   // the entity map that the source is to go by; empty for none
}

// distributes says whether there are sources that a request could concern.
func (r *request) distributes() bool {
	if r.tenant == nil || r.query.Get("local") == "true" {
		return false
	}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	return len(r.tenant.registrations.list) > 0
}

// shares finds the sources for an operation (4.3.6, 5.12), or for any of several with
// a bar between, unless the request is for local data. A request that has been here before is not sent round again (6.3.18).
func (r *request) shares(operation string, look *sourceQuery) ([]share, error) {
	local, err := r.flag("local")
	if err != nil || local || r.tenant == nil {
		return nil, err
	}
	r.tenant.mu.RLock()
	list := r.tenant.registrations.list
	r.tenant.mu.RUnlock()
	if len(list) == 0 {
		return nil, nil
	}
	via := r.via()
	looped := contains(via, r.p.alias(r.tenant))
	operations := strings.Split(operation, "|")
	var out []share
	for _, g := range list {
		if g.expired(r.now) || !look.match(g) { // which few do
			continue
		}
		offers := slices.ContainsFunc(operations, func(name string) bool { return contains(g.operations, name) })
		if !offers && !claims(g.mode) {
			continue
		}
		if looped {
			if slices.ContainsFunc(operations, isConsumption) {
				r.warn(199, g, "a request that has come back here is not sent round again")
			} else if claims(g.mode) {
				return nil, loop("the registration " + g.id + " would send it round again")
			}
			continue
		}
		if g.alias != "" && contains(via, g.alias) {
			continue
		}
		s := share{source: g, refuse: !offers}
		s.attrs, s.whole = look.attributesOf(g)
		out = append(out, s)
	}
	return out, nil
}

// isConsumption says whether an operation reads entities, or what there is of them (5.7).
func isConsumption(operation string) bool {
	return strings.HasPrefix(operation, "retrieve") || strings.HasPrefix(operation, "query")
}

func loop(why string) error {
	return &problem.Problem{Type: ngsild.ErrorPrefix + "LoopDetected", Title: "Loop detected", Status: http.StatusLoopDetected,
		Detail: "the request has come back here by its Via header, and " + why + " (6.3.18)"}
}

// attributesOf are the attributes that the source is asked for: what is registered,
// and of that what is looked for. whole says that it is registered for all.
func (s *sourceQuery) attributesOf(g *registration) (attrs []string, whole bool) {
	var names []string
	all := false
	for _, i := range g.infos {
		if !s.matchInfo(&i) {
			continue
		}
		if i.attributes == nil {
			all = true
		}
		names = append(names, i.attributes...)
	}
	if all {
		return s.attrs, true
	}
	if s.attrs != nil {
		names = slices.DeleteFunc(names, func(name string) bool { return !contains(s.attrs, name) })
	}
	slices.Sort(names)
	return slices.Compact(names), false
}

// via lists the aliases in the Via headers, in the order of the hops (6.3.18).
func (r *request) via() []string {
	var out []string
	for _, header := range r.Header.Values("Via") {
		for hop := range strings.SplitSeq(header, ",") {
			if fields := strings.Fields(hop); len(fields) >= 2 {
				out = append(out, fields[1])
			}
		}
	}
	return out
}

// sourceCall is a request to a context source.
type sourceCall struct {
	method string
	path   string // below /ngsi-ld/v1
	query  url.Values
	body   any    // nil, an entity as JSON, or a list of them
	linked bool   // the body carries its @context already
	byMap  string // the entity map that the source is to go by; empty for none
}

// reply is a context source's answer.
type reply struct {
	status  int
	body    any
	context *jsonld.Context
}

// silent is the error of a source that did not answer in time, invalid that of one whose
// answer is not what it should be (table 6.3.17-1).
type (
	silent  string
	invalid string
)

func (s silent) Error() string  { return string(s) }
func (i invalid) Error() string { return string(i) }

// ask sends a call to a source and counts it. Its error says that there is no usable
// answer.
func (r *request) ask(s share, c sourceCall) (*reply, error) {
	g := s.source
	c.byMap = s.byMap
	if g.cooldown > 0 {
		g.mu.Lock()
		resting := g.failure.After(g.success) && r.now.Sub(g.failure) < g.cooldown
		g.mu.Unlock()
		if resting {
			return nil, silent("the source failed and is left alone for a while")
		}
	}
	answer, err := r.exchange(g, c)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent++
	if err != nil || answer.status >= http.StatusMultipleChoices && answer.status != http.StatusNotFound {
		g.failed++
		g.failure = r.p.now()
	} else {
		g.success = r.p.now()
	}
	return answer, err
}

func (r *request) exchange(g *registration, c sourceCall) (*reply, error) {
	timeout := sourceTimeout
	if g.timeout > 0 {
		timeout = g.timeout
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	under := r.context
	if g.manner.context != "" {
		to, err := r.p.resolver.Resolve(ctx, g.manner.context)
		if err == nil {
			c, err = r.translated(ctx, c, to)
		}
		if err != nil {
			return nil, fmt.Errorf("what is asked cannot be said in the names of %s", g.manner.context)
		}
		under = to
	}
	query := c.query
	if g.localOnly {
		query = cloneQuery(query)
		query.Set("local", "true")
	}
	address := strings.TrimSuffix(strings.TrimSuffix(g.endpoint, "/"), base) + base + c.path
	if len(query) > 0 {
		address += "?" + encoded(query)
	}
	body, media, link, err := r.content(g, c, under)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, c.method, address, body)
	if err != nil {
		return nil, err
	}
	if c.body != nil {
		req.Header.Set("Content-Type", media)
	}
	if link != "" {
		req.Header.Set("Link", ngsild.ContextLink(link))
	}
	req.Header.Set("Accept", cmp.Or(g.manner.accept, ngsild.MediaJSON))
	if g.tenant != "" {
		req.Header.Set(ngsild.HeaderTenant, g.tenant)
	}
	for _, h := range g.headers {
		name, value := h[0], h[1]
		if contains(ownHeaders, strings.ToLower(name)) {
			continue
		}
		if value == fromRequest {
			if value = r.Header.Get(name); value == "" {
				continue
			}
		}
		req.Header.Set(name, value)
	}
	hops := ""
	for _, alias := range r.via() {
		hops += "1.1 " + alias + ", "
	}
	if c.byMap != "" {
		req.Header.Set(headerEntityMap, mapLocation(c.byMap))
	}
	req.Header.Set("Via", hops+"1.1 "+r.p.alias(r.tenant))
	res, err := r.p.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, silent("it did not answer in time")
		}
		return nil, fmt.Errorf("it could not be reached")
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, silent("it did not answer in time")
	case err != nil || len(raw) > maxBody:
		return nil, invalid("its answer could not be read")
	}
	answer := &reply{status: res.StatusCode, context: under} // that it was asked under, unless it names another
	if len(bytes.TrimSpace(raw)) > 0 {
		if answer.body, err = parseJSON(raw); err != nil && res.StatusCode < 300 {
			return nil, invalid("its answer is not JSON")
		}
	}
	if target, err := contextLink(res.Header); err == nil && target != "" {
		if c, err := r.p.resolver.Resolve(ctx, target); err == nil {
			answer.context = c
		}
	}
	return answer, nil
}

// content is the body of a call, nil if there is none, with its media type and the URL for
// a Link header, which is empty where the body has the @context. A source may want one of
// the media types (4.3.6.6); else an @context without a URL travels in the body.
func (r *request) content(g *registration, c sourceCall, under *jsonld.Context) (body io.Reader, media, link string, err error) {
	v := c.body
	if v == nil {
		return nil, "", r.p.contexts.linkFor(r, under), nil
	}
	if g.manner.version != "" && !c.isSelection() {
		v = conformed(v, conformanceOf(g.manner.version).Minor)
	}
	_, named := under.Source.(string)
	media = ngsild.MediaJSON
	switch {
	case g.manner.context != "":
		link = g.manner.context
	case g.manner.media == ngsild.MediaJSON && c.linked: // the @contexts of its items become one
		c.body = v
		all, err := r.translated(r.Context(), c, r.p.resolver.Core())
		if err != nil {
			return nil, "", "", err
		}
		v, link = all.body, ngsild.CoreContextURL
	case c.linked:
		media = ngsild.MediaJSONLD
	case g.manner.media == ngsild.MediaJSONLD, g.manner.media == "" && !named && under.Source != nil:
		media, v = ngsild.MediaJSONLD, embedded(v, under.ForBody(ngsild.CoreContextURL))
	default:
		link = r.p.contexts.linkFor(r, under)
	}
	raw, err := encode(v)
	return bytes.NewReader(raw), media, link, err
}

func cloneQuery(q url.Values) url.Values {
	out := url.Values{}
	for name, values := range q {
		out[name] = values
	}
	return out
}

func embedded(v, context any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = embedded(item, context)
		}
		return out
	case map[string]any:
		return withMember(v, "@context", context)
	case []map[string]any:
		out := make([]map[string]any, len(v))
		for i, o := range v {
			out[i] = withMember(o, "@context", context)
		}
		return out
	default:
		return v
	}
}

func withMember(o map[string]any, name string, v any) map[string]any {
	out := copyObject(o)
	out[name] = v
	return out
}

// problem is the error in a source's answer, nil if it is a success.
func (a *reply) problem(g *registration) *problem.Problem {
	if a.status < 300 {
		return nil
	}
	return reported(a.body, a.status, g)
}

// reported is the problem that a source told of, or what its status says.
func reported(body any, status int, g *registration) *problem.Problem {
	name := ngsild.InternalError
	switch status {
	case http.StatusBadRequest:
		name = ngsild.BadRequestData
	case http.StatusNotFound:
		name = ngsild.ResourceNotFound
	case http.StatusConflict:
		name = ngsild.Conflict
	}
	p := &problem.Problem{Type: ngsild.ErrorPrefix + name, Title: http.StatusText(status), Status: status,
		Detail: fmt.Sprintf("the context source %s answered with status %d", g.endpoint, status)}
	if o, ok := body.(map[string]any); ok {
		for member, into := range map[string]*string{"type": &p.Type, "title": &p.Title, "detail": &p.Detail} {
			if text, ok := o[member].(string); ok && text != "" {
				*into = text
			}
		}
		if number, ok := o["status"].(json.Number); ok {
			if n, err := number.Int64(); err == nil && n >= 400 && n < 600 {
				p.Status = int(n)
			}
		}
	}
	return p
}

// warn adds a warning about a source to the answer (6.3.17).
func (r *request) warn(code int, g *registration, text string) {
	r.w.Header().Add(headerWarning, fmt.Sprintf("%d %s %q", code, g.endpoint, text))
}

// entities reads the entities in a source's answer, or evolutions if they are temporal;
// those that are not valid are left out, and said to have been there.
func (a *reply) entities(r *request, temporal bool) (out []*model.Entity, all bool) {
	list, ok := a.body.([]any)
	if !ok {
		list = []any{a.body}
	}
	all = true
	for _, item := range list {
		o, ok := item.(map[string]any)
		if !ok {
			all = false
			continue
		}
		c := a.context
		if source, given := o["@context"]; given {
			own, err := r.p.resolver.Resolve(r.Context(), source)
			if err != nil {
				all = false
				continue
			}
			c = own
		}
		e, err := (&model.Parser{Context: c, Temporal: temporal}).Entity(o)
		if err != nil {
			all = false
			continue
		}
		e.ReadStamps(o, c)
		if !temporal {
			if e = e.Current(r.now); e == nil {
				continue // its attributes are to be discarded, all of them (4.5.5.2)
			}
		}
		out = append(out, e)
	}
	return out, all
}
