package reference

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// operation is one operation of the HTTP binding.
type operation struct {
	parameters []string // query parameters that it knows (6.3.20)
	offers     []string // media types of its answer; nil if it answers without a body
	body       bodyKind
	creates    bool // it makes a tenant that does not exist (4.14)
	whole      bool // it is never about what is in a snapshot
	do         func(*request) error
}

type bodyKind uint8

const (
	noBody     bodyKind = iota
	objectBody          // one JSON object, with one @context
	listBody            // an array of entities, each with its @context (batch operations)
	idsBody             // an array of ids
	rawBody             // the operation reads the @context itself
)

// request is a request on its way through an operation.
type request struct {
	*http.Request
	w       http.ResponseWriter
	p       *Platform
	tenant  *tenant
	query   url.Values
	now     time.Time
	media   string // of the answer
	context *jsonld.Context
	body    any
	linked  bool               // the body is ld+json
	madeMap bool               // the query made an entity map
	conform *model.Conformance // the version of the standard that entities are shown in, as the client prefers
}

var tenantName = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,256}$`)

// handle runs an operation: the checks that all share come first.
func (p *Platform) handle(op operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if name := r.Header.Get(ngsild.HeaderTenant); name != "" && !p.noTenants {
			w.Header().Set(ngsild.HeaderTenant, name)
		}
		if id := r.Header.Get(ngsild.HeaderSnapshot); id != "" { // whatever the answer is (6.3.22)
			w.Header().Set(ngsild.HeaderSnapshot, id)
		}
		req := &request{Request: r, w: w, p: p, now: p.now()}
		if err := req.run(op); err != nil {
			req.fail(err)
		}
	}
}

func (r *request) run(op operation) error {
	var err error
	// a semicolon is an ordinary character of a query (RFC 3986), and NGSI-LD's
	// languages use it; url.ParseQuery would refuse it
	if r.query, err = url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B")); err != nil {
		return problem.Invalid("the query string is not valid: %v", err)
	}
	for name := range r.query {
		if !slices.Contains(op.parameters, name) {
			return problem.Invalid("the query parameter %q is not known to this operation (6.3.20); it knows %s", name, listed(op.parameters))
		}
	}
	r.media = ngsild.MediaJSON
	if op.offers != nil {
		if r.media = negotiate(r.Header.Values("Accept"), op.offers); r.media == "" {
			return unacceptable(op.offers)
		}
	}
	if op.body != noBody {
		if r.body, r.linked, err = readBody(r.Request); err != nil {
			return err
		}
	}
	name := r.Header.Get(ngsild.HeaderTenant)
	if name != "" && r.p.noTenants {
		return problem.NoTenants("this platform has no tenants, and the request is for tenant %q", name)
	}
	if name != "" && !tenantName.MatchString(name) {
		return problem.BadData("the tenant %q is not a valid name", name)
	}
	if r.tenant = r.p.tenant(name, false); r.tenant == nil && !op.creates {
		return problem.NoTenant("there is no tenant %q", name)
	}
	if !op.whole {
		if err := r.enterSnapshot(); err != nil {
			return err
		}
	}
	if err := r.resolveContext(op.body); err != nil {
		return err
	}
	return op.do(r)
}

// makeTenant makes sure that the tenant of a creating operation exists (4.14); it is
// called once the request is known to be good.
func (r *request) makeTenant() *tenant {
	if r.tenant == nil {
		r.tenant = r.p.tenant(r.Header.Get(ngsild.HeaderTenant), true)
	}
	return r.tenant
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(slices.Values(names)), ", ")
}

// resolveContext applies 6.3.5: the @context comes from the body of ld+json, else
// from the Link header, else it is the core one.
func (r *request) resolveContext(kind bodyKind) error {
	link, err := contextLink(r.Header)
	if err != nil {
		return err
	}
	if r.linked && link != "" && kind != rawBody {
		return problem.BadData("the body is %s, so its @context must be in the body and not in a Link header (6.3.5)", ngsild.MediaJSONLD)
	}
	var source any
	if link != "" {
		source = link
	}
	switch kind {
	case objectBody:
		o, ok := r.body.(map[string]any)
		if !ok {
			return problem.Invalid("the body must be a JSON object")
		}
		if source, err = r.bodyContext(o, source); err != nil {
			return err
		}
	case listBody, idsBody:
		list, ok := r.body.([]any)
		if !ok || len(list) == 0 {
			return problem.BadData("the body must be a JSON array that is not empty")
		}
		if r.linked {
			r.context = r.p.resolver.Core()
			return nil // each entity has its own
		}
	}
	r.context, err = r.p.resolve(r.Request, source)
	return err
}

// bodyContext gives the @context for an object of the body; other is what holds
// when the body is plain JSON.
func (r *request) bodyContext(o map[string]any, other any) (any, error) {
	source, given := o["@context"]
	switch {
	case r.linked && !given:
		return nil, problem.BadData("the body is %s but has no @context (6.3.5)", ngsild.MediaJSONLD)
	case !r.linked && given:
		return nil, problem.BadData("the body is %s, so it must not hold an @context: send it in a Link header, or the body as %s (6.3.5)", ngsild.MediaJSON, ngsild.MediaJSONLD)
	case r.linked && source == nil:
		return nil, problem.BadData("the body's @context is null")
	case r.linked:
		return source, nil
	default:
		return other, nil
	}
}

// contextLink finds the @context in the Link headers (6.3.5); empty if there is none.
func contextLink(h http.Header) (string, error) {
	found := ""
	for _, header := range h.Values("Link") {
		for _, l := range parseLinks(header) {
			if l.rel != ngsild.ContextRel {
				continue
			}
			if found != "" && found != l.target {
				return "", problem.BadData("the Link header names more than one @context; one is allowed (6.3.5)")
			}
			if l.target == "" {
				return "", problem.BadData("the Link header names an empty @context")
			}
			found = l.target
		}
	}
	return found, nil
}

type link struct{ target, rel string }

var linkPattern = regexp.MustCompile(`<([^>]*)>((?:\s*;\s*[A-Za-z0-9!#$&+.^_|~*-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)`)
var relPattern = regexp.MustCompile(`(?i);\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))`)

// parseLinks reads a Link header (RFC 8288), as far as target and rel.
func parseLinks(header string) []link {
	var links []link
	for _, m := range linkPattern.FindAllStringSubmatch(header, -1) {
		rel := relPattern.FindStringSubmatch(m[2])
		if rel == nil {
			continue
		}
		for name := range strings.FieldsSeq(rel[1] + rel[2]) {
			links = append(links, link{strings.TrimSpace(m[1]), name})
		}
	}
	return links
}

// object is the body as a JSON object.
func (r *request) object() map[string]any {
	o, _ := r.body.(map[string]any)
	return o
}

// uriParam is a path parameter that must be a URI.
func (r *request) uriParam(name string) (string, error) {
	id := r.PathValue(name)
	if !model.IsURI(id) {
		return "", problem.BadData("the %s %q in the path is not a URI", name, id)
	}
	return id, nil
}

// nameParam is a path parameter that names an attribute or type, expanded.
func (r *request) nameParam(name string) (string, error) {
	text := r.PathValue(name)
	if !model.IsName(text) {
		return "", problem.BadData("the %s %q in the path is not a valid name (4.6.2)", name, text)
	}
	return r.context.Expand(text), nil
}

// flag is a boolean query parameter.
func (r *request) flag(name string) (bool, error) {
	switch v := r.query.Get(name); v {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, problem.Invalid("the parameter %s must be true or false, got %q", name, v)
	}
}

// number is a query parameter that must be a whole number, not negative.
func (r *request) number(name string, otherwise int) (int, error) {
	if !r.query.Has(name) {
		return otherwise, nil
	}
	n, err := strconv.Atoi(r.query.Get(name))
	if err != nil || n < 0 {
		return 0, problem.BadData("the parameter %s must be a whole number that is not negative, got %q", name, r.query.Get(name))
	}
	return n, nil
}

// options splits the options parameter and refuses values that are not allowed (6.3.20).
func (r *request) options(allowed ...string) ([]string, error) {
	var out []string
	for _, list := range r.query["options"] {
		for option := range strings.SplitSeq(list, ",") {
			option = strings.TrimSpace(option)
			if option == "" {
				continue
			}
			if !slices.Contains(allowed, option) {
				return nil, problem.Invalid("the option %q is not known to this operation; it knows %s", option, listed(allowed))
			}
			out = append(out, option)
		}
	}
	return out, nil
}

// list splits a query parameter at commas; nil if it is not given.
func (r *request) list(name string) ([]string, error) {
	if !r.query.Has(name) {
		return nil, nil
	}
	var out []string
	for item := range strings.SplitSeq(r.query.Get(name), ",") {
		if item = strings.TrimSpace(item); item == "" {
			return nil, problem.BadData("the parameter %s has an empty item in its list", name)
		}
		out = append(out, item)
	}
	return out, nil
}
