package mim0

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// someCollections is how many collections a check looks at, at most.
const someCollections = 12

type object = map[string]any

func accepting(media string) Option { return Header("Accept", media) }

// jsonFirst is what clients send that read JSON and know GeoJSON.
const jsonFirst = "application/json, application/geo+json;q=0.9"

func inner(o object, member string) object { i, _ := o[member].(object); return i }

func list(o object, member string) []any { l, _ := o[member].([]any); return l }

func text(o object, member string) string { s, _ := o[member].(string); return s }

// wellKnownPaths are where a description is looked for without being told.
func wellKnownPaths() []string { return []string{"/openapi.json", "/api"} }

// descriptionMedia is what to accept for a description.
const descriptionMedia = "application/vnd.oai.openapi+json;version=3.1, application/vnd.oai.openapi+json;q=0.9, application/json;q=0.8"

// found are the OpenAPI documents at the well-known paths, and the last answer; those
// that are no JSON object with a member openapi are left out.
func found(t *T) (documents []document, last *probe.Response) {
	for _, path := range wellKnownPaths() {
		last = t.GET(path, accepting(descriptionMedia), AnyMedia())
		if d, is := readDescription(last); is {
			documents = append(documents, d)
		}
	}
	return documents, last
}

// document is a description of the API.
type document struct {
	*probe.Response
	body object
}

func readDescription(r *probe.Response) (document, bool) {
	if r.Status != http.StatusOK {
		return document{}, false
	}
	v, err := Decode(r.Body)
	body, is := v.(object)
	return document{r, body}, err == nil && is && text(body, "openapi") != ""
}

// description is the OpenAPI document: by 3.1 at a well-known path, or any there, or
// the one that the landing page leads to.
func description(t *T) document {
	documents, last := found(t)
	if i := slices.IndexFunc(documents, func(d document) bool { return strings.HasPrefix(text(d.body, "openapi"), "3.1") }); i >= 0 {
		return documents[i]
	}
	if len(documents) > 0 {
		return documents[0]
	}
	if landing := t.GET("", accepting(jsonFirst), AnyMedia()); landing.Status == http.StatusOK {
		for _, l := range linksIn(landing) {
			if l.rel != "service-desc" || strings.Contains(l.media, "html") {
				continue
			}
			r := follow(t, landing, l.href, accepting(descriptionMedia), AnyMedia())
			if d, is := readDescription(r); is {
				return d
			}
			t.CantTell("the landing page leads to a description at %s that is no OpenAPI document in JSON, and only such can be read here", l.href)
		}
	}
	t.MustHold(last, false, "there is no OpenAPI document at %s, nor does the landing page lead to one", strings.Join(wellKnownPaths(), " or "))
	return document{}
}

// operation is the GET of a path.
type operation struct {
	path string
	item object // its path item
	get  object
}

// reads are the GET operations, sorted by path.
func (d document) reads() []operation {
	var all []operation
	for path, v := range inner(d.body, "paths") {
		item, _ := v.(object)
		if get := inner(item, "get"); get != nil {
			all = append(all, operation{path, item, get})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path, b.path) })
	return all
}

// resolve is what a value of the description stands for: itself, or what its $ref leads
// to within the document; nil for what is nowhere or in another document.
func (d document) resolve(v any) object {
	o, _ := v.(object)
	for range 10 { // references may lead to references
		ref := text(o, "$ref")
		if ref == "" {
			return o
		}
		pointer, local := strings.CutPrefix(ref, "#")
		if !local {
			return nil
		}
		to, err := Lookup(d.body, pointer)
		if err != nil {
			return nil
		}
		o, _ = to.(object)
	}
	return nil
}

// parameters are those of an operation and its path.
func (d document) parameters(o operation) []object {
	var all []object
	for _, p := range slices.Concat(list(o.item, "parameters"), list(o.get, "parameters")) {
		if p := d.resolve(p); p != nil {
			all = append(all, p)
		}
	}
	return all
}

// success is the answer 200 of an operation, or the one that stands for it.
func (d document) success(o operation) object {
	responses := inner(o.get, "responses")
	for _, code := range []string{"200", "2XX", "default"} {
		if v, have := responses[code]; have {
			return d.resolve(v)
		}
	}
	return nil
}

// plain says whether the operation can be asked for as it stands.
func (d document) plain(o operation) bool {
	return !strings.Contains(o.path, "{") && !slices.ContainsFunc(d.parameters(o), func(p object) bool { return p["required"] == true })
}

// prefix is what stands between the endpoint and the paths of the description, which
// are relative to its server. One that is not below the endpoint ends the check.
func (d document) prefix(t *T) string {
	address := t.Env.Endpoints[probe.REST]
	base, err := url.Parse(address)
	if err != nil || base.Host == "" {
		t.CantTell("the address of the endpoint is not known, so that no path of the description can be asked for")
	}
	servers := list(d.body, "servers")
	if len(servers) == 0 {
		servers = []any{object{"url": "/"}} // OpenAPI 3.1, 4.8.1
	}
	at, err := url.Parse(address + d.Request.Path)
	if err != nil {
		t.CantTell("the address of the description is no URL: %v", err)
	}
	for _, s := range servers {
		server, _ := s.(object)
		u, err := at.Parse(text(server, "url"))
		if err != nil || u.Scheme != base.Scheme || u.Host != base.Host {
			continue
		}
		below, is := strings.CutPrefix(strings.TrimRight(u.Path, "/"), strings.TrimRight(base.Path, "/"))
		if is && (below == "" || below[0] == '/') {
			return below
		}
	}
	t.CantTell("no server of the description is at or below the endpoint %s, so that its paths are not asked for", address)
	return ""
}

// link is one member of a links array.
type link struct{ href, rel, media string }

// linksIn reads the links array of a document.
func linksIn(r *probe.Response) []link {
	v, err := Decode(r.Body)
	body, is := v.(object)
	if err != nil || !is {
		return nil
	}
	var links []link
	for _, one := range list(body, "links") {
		o, _ := one.(object)
		links = append(links, link{text(o, "href"), text(o, "rel"), text(o, "type")})
	}
	return links
}

// follow asks for what a link leads to, relative to the answer that it stands in. What
// is not below the endpoint is not asked for.
func follow(t *T, from *probe.Response, href string, options ...Option) *probe.Response {
	address := t.Env.Endpoints[probe.REST]
	base, err := url.Parse(address)
	if err != nil || base.Host == "" {
		t.CantTell("the address of the endpoint is not known, so that no link can be followed")
	}
	at, err := url.Parse(address + from.Request.Path)
	if err != nil {
		t.CantTell("the address of the answer is no URL: %v", err)
	}
	to, err := at.Parse(href)
	t.MustHold(from, err == nil && href != "", "the link %q is no reference to a URL (RFC 8288, 3.1)", href)
	path, below := strings.CutPrefix(to.EscapedPath(), strings.TrimRight(base.EscapedPath(), "/"))
	if to.Scheme != base.Scheme || to.Host != base.Host || !below || path != "" && path[0] != '/' {
		t.CantTell("the link leads to %s, which is not below the endpoint %s and is not asked for: is the endpoint's address the one that the platform knows itself by?", href, address)
	}
	query := to.Query()
	return t.GET(path, append([]Option{func(r *probe.Request) {
		for name, values := range query {
			r.Query[name] = append(r.Query[name], values...)
		}
	}}, options...)...)
}

// collections are the paths of the collections' items, some of them when there are many.
func collections(t *T) []string {
	r := t.GET("/collections", accepting(jsonFirst))
	t.Require(r).To(HaveStatus(http.StatusOK), "the list of collections")
	all := list(t.Object(r), "collections")
	var paths []string
	for _, one := range all {
		o, _ := one.(object)
		if id := text(o, "id"); id != "" {
			paths = append(paths, "/collections/"+url.PathEscape(id)+"/items")
		}
	}
	if len(paths) == 0 {
		t.Untested("the list of collections has none with an id")
	}
	t.Rand().Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	return paths[:min(len(paths), someCollections)]
}

// items asks for items, which have to be there.
func items(t *T, path string, options ...Option) *probe.Response {
	r := t.GET(path, append([]Option{accepting(jsonFirst + ", */*;q=0.1")}, options...)...)
	t.Require(r).To(HaveStatus(http.StatusOK), "the items at %s", path)
	return r
}

// envelope is the member that the items of an answer are in, and them; "" for a list
// without any envelope, and false where it is not to be told.
func envelope(r *probe.Response) (member string, all []any, told bool) {
	v, err := Decode(r.Body)
	if err != nil {
		return "", nil, false
	}
	if bare, is := v.([]any); is {
		return "", bare, true
	}
	body, _ := v.(object)
	for name, value := range body {
		l, is := value.([]any)
		if !is || name == "links" || name == "@context" || slices.ContainsFunc(l, func(e any) bool { _, o := e.(object); return !o }) {
			continue
		}
		if told {
			return "", nil, false // several that it could be
		}
		member, all, told = name, l, true
	}
	return member, all, told
}
