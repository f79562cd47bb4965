package jsonld

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"sync"

	"github.com/piprate/json-gold/ld"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

const (
	maxRemoteContexts = 64  // in one @context, counting nested ones
	maxCachedParsed   = 512 // parsed contexts kept; the least thing that bounds memory
)

// Fetch gets the document at a URL that is not the core @context. ErrUnavailable
// (wrapped) tells that it could not be got.
type Fetch func(ctx context.Context, url string) ([]byte, error)

// ErrUnavailable is wrapped by errors of a Fetch.
var ErrUnavailable = errors.New("the document is not available")

// Resolver turns @context values into Contexts, and keeps them parsed.
type Resolver struct {
	fetch Fetch
	core  *Context

	mu     sync.RWMutex
	parsed map[string]*Context
}

// NewResolver makes a resolver that asks fetch for remote contexts.
func NewResolver(fetch Fetch) (*Resolver, error) {
	r := &Resolver{fetch: fetch, parsed: map[string]*Context{}}
	core, err := r.parse(nil)
	if err != nil {
		return nil, fmt.Errorf("the bundled core @context is not valid: %w", err)
	}
	core.HoldsCore = true
	r.core = core
	return r, nil
}

// Like is a resolver with a fetch of its own that begins with what r has parsed.
func (r *Resolver) Like(fetch Fetch) *Resolver {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return &Resolver{fetch: fetch, core: r.core, parsed: maps.Clone(r.parsed)}
}

// Core is the core @context alone.
func (r *Resolver) Core() *Context { return r.core }

// Forget drops the parsed contexts that were made of the remote context at url.
func (r *Resolver) Forget(url string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, c := range r.parsed {
		for _, u := range c.URLs {
			if u == url {
				delete(r.parsed, key)
				break
			}
		}
	}
}

// Resolve parses a user's @context: a URL, an object or an array of these. The error
// is a problem: LdContextNotAvailable when a remote context cannot be got, and
// BadRequestData when the @context is not valid (5.5.7, 6.3.5).
func (r *Resolver) Resolve(ctx context.Context, source any) (*Context, error) {
	if source == nil {
		return r.core, nil
	}
	if u, ok := source.(string); ok && ngsild.IsCoreContext(u) {
		c := *r.core
		c.Source = u
		return &c, nil
	}
	key, err := json.Marshal(source)
	if err != nil {
		return nil, problem.BadData("the @context is not JSON: %v", err)
	}
	r.mu.RLock()
	c, ok := r.parsed[string(key)]
	r.mu.RUnlock()
	if ok {
		return c, nil
	}
	var plain any // numbers as json-gold expects them
	if err := json.Unmarshal(key, &plain); err != nil {
		return nil, problem.BadData("the @context is not JSON: %v", err)
	}
	f := flattener{ctx: ctx, fetch: r.fetch}
	if err := f.add(plain, "", nil); err != nil {
		return nil, err
	}
	if c, err = r.parse(f.flat); err != nil {
		return nil, problem.BadData("the @context is not valid JSON-LD: %v", err)
	}
	c.Source, c.HoldsCore, c.URLs = source, f.core, f.urls
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.parsed) >= maxCachedParsed {
		clear(r.parsed)
	}
	r.parsed[string(key)] = c
	return c, nil
}

// parse processes contexts that hold no remote reference, with the core @context
// last so that its terms win (4.4).
func (r *Resolver) parse(contexts []any) (c *Context, err error) {
	defer func() { // json-gold asserts the types of some keywords' values
		if recover() != nil {
			c, err = nil, errors.New("a keyword has a value of a wrong type")
		}
	}()
	options := ld.NewJsonLdOptions("")
	options.ProcessingMode = ld.JsonLd_1_1
	options.DocumentLoader = ngsild.Loader(nil)
	active, err := ld.NewContext(nil, options).Parse(append(append([]any{}, contexts...), ngsild.CoreContextURL))
	if err != nil {
		return nil, err
	}
	return newContext(active), nil
}

// flattener replaces remote contexts by what is in them. It does this before
// json-gold sees them: cycles and sizes are bounded here.
type flattener struct {
	ctx   context.Context
	fetch Fetch
	flat  []any
	urls  []string
	core  bool
}

func (f *flattener) add(source any, base string, within []string) error {
	switch source := source.(type) {
	case nil:
		f.flat = append(f.flat, nil)
		return nil
	case []any:
		for _, item := range source {
			if err := f.add(item, base, within); err != nil {
				return err
			}
		}
		return nil
	case string:
		document, address, err := f.load(source, base, within)
		if err != nil || document == nil {
			return err
		}
		return f.add(document["@context"], address, append(within[:len(within):len(within)], address))
	case map[string]any:
		if nested, ok := source["@context"]; ok { // {"@context": ...} as an entry
			return f.add(nested, base, within)
		}
		return f.addObject(source, base, within)
	default:
		return problem.BadData("an @context is a URL, an object, or an array of these; it has a %s", jsonKind(source))
	}
}

func (f *flattener) addObject(source map[string]any, base string, within []string) error {
	own := make(map[string]any, len(source))
	if imported, ok := source["@import"].(string); ok {
		document, _, err := f.load(imported, base, within)
		if err != nil {
			return err
		}
		members, ok := document["@context"].(map[string]any)
		if !ok {
			return problem.BadData("the @context imports %s, which holds no single @context object", imported)
		}
		for k, v := range members {
			own[k] = v
		}
	}
	for k, v := range source {
		if k == "@import" {
			continue
		}
		if definition, ok := v.(map[string]any); ok {
			if _, scoped := definition["@context"]; scoped {
				return problem.BadData("the term %q of the @context has a scoped @context, which NGSI-LD does not support (5.5.7)", k)
			}
		}
		own[k] = v
	}
	if v, ok := own["@protected"]; ok {
		if _, isBool := v.(bool); !isBool {
			return problem.BadData("@protected in the @context must be true or false")
		}
		delete(own, "@protected") // the core @context must be able to win over the user's terms (4.4)
	}
	for k, v := range own {
		definition, ok := v.(map[string]any)
		if !ok {
			continue
		}
		if _, protected := definition["@protected"]; protected {
			copied := make(map[string]any, len(definition))
			for name, member := range definition {
				if name != "@protected" {
					copied[name] = member
				}
			}
			own[k] = copied
		}
	}
	f.flat = append(f.flat, own)
	return nil
}

func (f *flattener) load(reference, base string, within []string) (map[string]any, string, error) {
	address, err := absolute(reference, base)
	if err != nil {
		return nil, "", err
	}
	if ngsild.IsCoreContext(address) {
		f.core = true // it is appended at the end anyway
		return nil, address, nil
	}
	for _, u := range within {
		if u == address {
			return nil, "", problem.BadData("the @context %s includes itself", address)
		}
	}
	if len(f.urls) >= maxRemoteContexts {
		return nil, "", problem.BadData("the @context refers to more than %d remote contexts", maxRemoteContexts)
	}
	f.urls = append(f.urls, address)
	raw, err := f.fetch(f.ctx, address)
	if err != nil {
		return nil, "", problem.ContextUnavailable("the @context %s could not be got: %v", address, err)
	}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, "", problem.BadData("the document at %s is not a JSON object, so it is no @context", address)
	}
	if _, ok := document["@context"]; !ok {
		return nil, "", problem.BadData("the document at %s has no @context member", address)
	}
	return document, address, nil
}

func absolute(reference, base string) (string, error) {
	u, err := url.Parse(reference)
	if err != nil {
		return "", problem.BadData("the @context %q is not a URL", reference)
	}
	if base != "" {
		b, err := url.Parse(base)
		if err != nil {
			return "", problem.BadData("the @context %q is not a URL", base)
		}
		u = b.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return "", problem.BadData("the @context %q is not an http or https URL", reference)
	}
	return strings.TrimSpace(u.String()), nil
}

func jsonKind(v any) string {
	switch v.(type) {
	case bool:
		return "boolean"
	case string:
		return "string"
	case nil:
		return "null"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	default:
		return "number"
	}
}
