package reference

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// kinds of stored contexts (5.13.1).
const (
	hosted   = "Hosted"
	cached   = "Cached"
	implicit = "ImplicitlyCreated"
)

const (
	contextPath     = "/jsonldContexts"
	maxContextBytes = 4 << 20
	maxContexts     = 1024 // cached and implicitly created ones; the least used leave
	maxHosts        = 64
)

// storedContext is an @context document that the platform keeps (5.13).
type storedContext struct {
	localID string
	url     string // of a cached one; others have the platform's
	kind    string
	tenant  string // of hosted ones and implicitly created ones
	raw     []byte
	created time.Time
	used    time.Time
	hits    int
	until   time.Time // when a cached one has to be fetched again (6.3.16), zero for never
}

// contextStore keeps contexts. Cached ones are shared by all tenants.
type contextStore struct {
	p *Platform

	mu    sync.Mutex
	byID  map[string]*storedContext
	byURL map[string]*storedContext // cached ones
	hosts map[string]bool           // under which the platform has been addressed
	timed map[string]bool           // URLs of the cached ones that have an until, which invalidate looks at
}

func newContextStore(p *Platform) *contextStore {
	s := &contextStore{p: p, byID: map[string]*storedContext{}, byURL: map[string]*storedContext{}, hosts: map[string]bool{}, timed: map[string]bool{}}
	s.add(&storedContext{url: ngsild.CoreContextURL, kind: cached, raw: ngsild.CoreContext()})
	return s
}

// add stores a context and gives its local id. The id is made here if it is empty.
func (s *contextStore) add(c *storedContext) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.localID == "" {
		c.localID = uuid.NewString()
	}
	c.created = s.p.now()
	s.evict()
	s.byID[c.localID] = c
	if c.kind == cached {
		s.cache(c)
	}
	return c.localID
}

// cache makes c the context of its URL.
func (s *contextStore) cache(c *storedContext) {
	s.byURL[c.url] = c
	delete(s.timed, c.url)
	if !c.until.IsZero() {
		s.timed[c.url] = true
	}
}

// invalidate drops the cached contexts that were to be kept until now only (6.3.16).
func (s *contextStore) invalidate() {
	now := s.p.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for address := range s.timed {
		if c := s.byURL[address]; !now.Before(c.until) {
			s.drop(c)
			s.p.resolver.Forget(address)
		}
	}
}

// keptUntil is when an answer stops being fresh by what its header says of it (RFC 9111,
// 4.2.1); zero if that says nothing.
func keptUntil(h http.Header, now time.Time) time.Time {
	seconds := map[string]string{}
	for part := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), "=")
		seconds[name] = strings.Trim(value, `"`)
	}
	for _, name := range []string{"s-maxage", "max-age"} {
		if n, err := strconv.ParseUint(seconds[name], 10, 31); err == nil {
			return now.Add(time.Duration(n) * time.Second)
		}
	}
	if until, err := http.ParseTime(h.Get("Expires")); err == nil {
		return until
	}
	return time.Time{}
}

// evict makes room: the least recently used context that the platform may drop goes.
func (s *contextStore) evict() {
	if len(s.byID) < maxContexts {
		return
	}
	var oldest *storedContext
	for _, c := range s.byID {
		if c.kind == hosted || ngsild.IsCoreContext(c.url) {
			continue
		}
		if oldest == nil || c.used.Before(oldest.used) {
			oldest = c
		}
	}
	if oldest != nil {
		s.drop(oldest)
	}
}

func (s *contextStore) drop(c *storedContext) {
	delete(s.byID, c.localID)
	if s.byURL[c.url] == c {
		delete(s.byURL, c.url)
		delete(s.timed, c.url)
	}
}

// hit counts a use.
func (s *contextStore) hit(c *storedContext) {
	c.hits++
	c.used = s.p.now()
}

// find gives the context with a local id or, if it is a cached one, a URL.
func (s *contextStore) find(id, tenant string) *storedContext {
	if ngsild.IsCoreContext(id) { // by whatever version it is named, it is the platform's own
		id = ngsild.CoreContextURL
	}
	if c := s.byURL[id]; c != nil {
		return c
	}
	c := s.byID[id]
	if c == nil {
		if own := s.ownID(id); own != "" {
			c = s.byID[own]
		}
	}
	if c == nil || c.kind != cached && c.tenant != tenant {
		return nil
	}
	return c
}

// ownID gives the local id in a URL of this platform's contexts; else it is empty.
func (s *contextStore) ownID(address string) string {
	u, err := url.Parse(address)
	if err != nil || !s.hosts[u.Host] {
		return ""
	}
	id, ok := strings.CutPrefix(u.Path, base+contextPath+"/")
	if !ok {
		return ""
	}
	return id
}

// seen remembers a host name of the platform, so that its own contexts need no
// request to itself.
func (s *contextStore) seen(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hosts) < maxHosts {
		s.hosts[host] = true
	}
}

// fetch gets a remote context for the resolver: own ones and cached ones from the
// store, others from the network.
func (s *contextStore) fetch(ctx context.Context, address string) ([]byte, error) {
	s.mu.Lock()
	c := s.byURL[address]
	if id := s.ownID(address); c == nil && id != "" {
		if c = s.byID[id]; c == nil {
			s.mu.Unlock()
			return nil, fmt.Errorf("this platform has no such @context: %w", jsonld.ErrUnavailable)
		}
	}
	s.mu.Unlock()
	if c != nil {
		return c.raw, nil
	}
	raw, until, err := s.download(ctx, address)
	if err != nil {
		return nil, err
	}
	s.add(&storedContext{url: address, kind: cached, raw: raw, until: until})
	return raw, nil
}

func (s *contextStore) download(ctx context.Context, address string) (raw []byte, until time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, until, fmt.Errorf("%w: %w", jsonld.ErrUnavailable, err)
	}
	req.Header.Set("Accept", ngsild.MediaJSONLD+", "+ngsild.MediaJSON+";q=0.9, */*;q=0.1")
	res, err := s.p.client.Do(req)
	if err != nil {
		return nil, until, fmt.Errorf("%w: %w", jsonld.ErrUnavailable, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, until, fmt.Errorf("%w: it answers with status %d", jsonld.ErrUnavailable, res.StatusCode)
	}
	raw, err = io.ReadAll(io.LimitReader(res.Body, maxContextBytes+1))
	if err != nil {
		return nil, until, fmt.Errorf("%w: %w", jsonld.ErrUnavailable, err)
	}
	if len(raw) > maxContextBytes {
		return nil, until, fmt.Errorf("%w: it has more than %d bytes", jsonld.ErrUnavailable, maxContextBytes)
	}
	return raw, keptUntil(res.Header, s.p.now()), nil
}

// resolve resolves a request's @context and counts the uses of what it is made of.
func (p *Platform) resolve(r *http.Request, source any) (*jsonld.Context, error) {
	if source == nil {
		return p.resolver.Core(), nil
	}
	p.contexts.seen(r.Host)
	p.contexts.invalidate()
	c, err := p.resolver.Resolve(r.Context(), source)
	if err != nil {
		return nil, err
	}
	p.contexts.used(c, source)
	return c, nil
}

func (s *contextStore) used(c *jsonld.Context, source any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	urls := c.URLs
	if u, ok := source.(string); ok && len(urls) == 0 {
		urls = []string{u}
	}
	for _, u := range urls {
		if stored := s.byURL[u]; stored != nil {
			s.hit(stored)
		} else if stored = s.byID[s.ownID(u)]; stored != nil {
			s.hit(stored)
		}
	}
}

// hasURL says whether an @context is a single document that has a URL of its own.
func hasURL(c *jsonld.Context) bool {
	switch source := c.Source.(type) {
	case nil, string:
		return true
	case []any:
		if len(source) == 1 {
			_, ok := source[0].(string)
			return ok
		}
	}
	return false
}

// linkFor gives the URL that stands for an @context in a Link header. One that is
// not a single URL is stored to have one: it is implicitly created (5.13.1).
func (s *contextStore) linkFor(r *request, c *jsonld.Context) string {
	switch source := c.Source.(type) {
	case nil:
		return ngsild.CoreContextURL
	case string:
		return source
	case []any:
		if hasURL(c) {
			return source[0].(string)
		}
	}
	return s.implicit(r, c.Source)
}

// implicit stores an @context that was given in a body and gives its URL.
func (s *contextStore) implicit(r *request, source any) string {
	raw, err := encode(map[string]any{"@context": source})
	if err != nil {
		return ngsild.CoreContextURL
	}
	tenant := r.Header.Get(ngsild.HeaderTenant)
	id := uuid.NewSHA1(uuid.NameSpaceURL, append([]byte(tenant+"\n"), raw...)).String()
	s.mu.Lock()
	stored := s.byID[id]
	s.mu.Unlock()
	if stored == nil {
		s.add(&storedContext{localID: id, kind: implicit, tenant: tenant, raw: raw})
	}
	return ownURL(r.Request, contextPath, id)
}

// ownURL is an absolute URL of this platform, as the client of r addresses it.
func ownURL(r *http.Request, path, id string) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + base + path + "/" + url.PathEscape(id)
}

func (r *request) addContext() error {
	o, ok := r.body.(map[string]any)
	if !ok {
		return problem.Invalid("the body must be a JSON object with an @context member (5.13.2)")
	}
	source, given := o["@context"]
	if !given {
		return problem.Invalid("the body has no @context member (5.13.2)")
	}
	switch source.(type) {
	case map[string]any, []any, string:
	default:
		return problem.BadData("the @context must be an object, an array or a URL (5.13.2)")
	}
	r.p.contexts.seen(r.Host)
	if _, err := r.p.resolver.Resolve(r.Context(), source); err != nil {
		return err
	}
	raw, err := encode(map[string]any{"@context": source})
	if err != nil {
		return err
	}
	r.makeTenant()
	id := r.p.contexts.add(&storedContext{kind: hosted, tenant: r.tenant.name, raw: raw})
	return r.created(contextPath, id)
}

func (r *request) listContexts() error {
	details, err := r.flag("details")
	if err != nil {
		return err
	}
	kind := r.query.Get("kind")
	if r.query.Has("kind") && kind != hosted && kind != cached && kind != implicit {
		return problem.BadData("the kind %q is none of %s, %s, %s (5.13.3)", kind, hosted, cached, implicit)
	}
	out := []any{}
	for _, c := range r.p.contexts.list(r.tenant.name, kind) {
		if details {
			out = append(out, c.details(r.Request))
		} else {
			out = append(out, c.address(r.Request))
		}
	}
	return write(r.w, http.StatusOK, r.media, out)
}

func (r *request) serveContext() error {
	details, err := r.flag("details")
	if err != nil {
		return err
	}
	s := r.p.contexts
	s.seen(r.Host)
	s.mu.Lock()
	c := s.find(r.PathValue("contextId"), r.tenant.name)
	var copied storedContext
	if c != nil {
		copied = *c
		if !details {
			s.hit(c)
		}
	}
	s.mu.Unlock()
	switch {
	case c == nil:
		return problem.NotFound("there is no @context %s", r.PathValue("contextId"))
	case details:
		return write(r.w, http.StatusOK, r.media, copied.details(r.Request))
	case copied.kind == cached && !ngsild.IsCoreContext(copied.url):
		return problem.NotSupported("the @context %s is cached; get it from its own address (5.13.4)", copied.url)
	}
	r.w.Header().Set("Content-Type", r.media)
	_, _ = r.w.Write(copied.raw)
	return nil
}

func (r *request) deleteContext() error {
	reload, err := r.flag("reload")
	if err != nil {
		return problem.BadData("the parameter reload must be true or false, got %q", r.query.Get("reload"))
	}
	s := r.p.contexts
	s.seen(r.Host)
	s.mu.Lock()
	c := s.find(r.PathValue("contextId"), r.tenant.name)
	s.mu.Unlock()
	switch {
	case c == nil && reload:
		return problem.BadData("there is no cached @context %s to reload (5.13.5)", r.PathValue("contextId"))
	case c == nil:
		return problem.NotFound("there is no @context %s", r.PathValue("contextId"))
	case reload && c.kind != cached:
		return problem.BadData("the @context %s is not a cached one, so it cannot be reloaded (5.13.5)", c.localID)
	case ngsild.IsCoreContext(c.url) && !reload:
		return problem.BadData("the core @context cannot be deleted (5.13.5)")
	case ngsild.IsCoreContext(c.url):
		return r.noContent() // it is bundled: reloading changes nothing
	}
	if reload {
		if err := s.reload(r.Context(), c); err != nil {
			return err
		}
	} else {
		s.mu.Lock()
		s.drop(c)
		s.mu.Unlock()
	}
	address := c.address(r.Request)
	r.p.resolver.Forget(address)
	return r.noContent()
}

// reload gets a cached context anew; if that fails, the old one stays (5.13.5).
func (s *contextStore) reload(ctx context.Context, c *storedContext) error {
	raw, until, err := s.download(ctx, c.url)
	if err != nil {
		return problem.ContextUnavailable("the @context %s could not be reloaded: %v", c.url, err)
	}
	var document map[string]any
	if json.Unmarshal(raw, &document) != nil || document["@context"] == nil {
		return problem.ContextUnavailable("the document at %s is no @context any more", c.url)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := *c
	fresh.raw, fresh.created, fresh.until = raw, s.p.now(), until
	s.byID[c.localID] = &fresh
	s.cache(&fresh)
	return nil
}

// list gives copies of the contexts that a tenant sees, oldest first.
func (s *contextStore) list(tenant, kind string) []storedContext {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []storedContext
	for _, c := range s.byID {
		if (kind == "" || c.kind == kind) && (c.kind == cached || c.tenant == tenant) {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b storedContext) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.localID, b.localID))
	})
	return out
}

// address is the context's URL.
func (c *storedContext) address(r *http.Request) string {
	if c.kind == cached {
		return c.url
	}
	return ownURL(r, contextPath, c.localID)
}

// details is the context's metadata (5.13.3).
func (c *storedContext) details(r *http.Request) map[string]any {
	out := map[string]any{
		"URL": c.address(r), "localId": c.localID, "kind": c.kind,
		"createdAt": model.FormatTime(c.created), "numberOfHits": c.hits,
	}
	if !c.used.IsZero() {
		out["lastUsage"] = model.FormatTime(c.used)
	}
	return out
}
