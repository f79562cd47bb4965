package mim3

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

type object = map[string]any

// some is how many things of a collection a check looks at.
const some = 20

// resource is one collection of a TM Forum Open API.
type resource struct {
	api      string // TMF620
	endpoint string
	name     string // last part of the path
	later    string // its name since version 5 of the API, if it is another one
	words    string // for titles, in the plural
	feature  Feature
	// requirements that its checks give evidence for
	requirements []string
	// empty says that there may be none of it: then its things are inapplicable to
	// checks, and otherwise untested.
	empty bool
	// since4 says that the resource came with version 4 of the API.
	since4 bool
}

// check makes a check of the resource. Where the rule stands is told by a key of this
// project, API/resource/aspect, since the conformance profiles number nothing.
func (m resource) check(group, name, aspect string, c Check) Check {
	c.ID = "mim3." + m.name + "." + group + "." + name
	c.Clause = fmt.Sprintf("TM Forum %s/%s/%s", m.api, m.name, aspect)
	c.Feature = m.feature
	if c.Endpoints == nil {
		c.Endpoints = []string{m.endpoint}
	}
	if c.Requirements == nil {
		c.Requirements = m.requirements
	}
	return c
}

// path is the resource's path below the API's base URL.
func (m resource) path(t *T) string {
	if m.later != "" && t.GET("/"+m.name, Query("limit", "1")).Status == http.StatusNotFound {
		return "/" + m.later
	}
	return "/" + m.name
}

// page is one list of things.
type page struct {
	*probe.Response
	path   string
	things []object
}

// read asks for things; anything but a list of objects ends the check.
func (m resource) read(t *T, options ...Option) page {
	return m.readAt(t, m.path(t), options...)
}

func (m resource) readAt(t *T, path string, options ...Option) page {
	p := page{Response: t.GET(path, options...), path: path}
	if p.Status == http.StatusNotFound && m.since4 {
		t.Inapplicable("the API has no %s, which came with its version 4", m.name)
	}
	// TMF630 lets a list that is not the whole one have 206.
	t.Require(p.Response).To(HaveStatus(http.StatusOK, http.StatusPartialContent), "the list of %s has to be there", m.words)
	for i, one := range t.List(p.Response) {
		thing, isObject := one.(object)
		t.MustHold(p.Response, isObject, "/%d is no object", i)
		p.things = append(p.things, thing)
	}
	return p
}

// sample is some things of the resource; the check ends when there are none.
func (m resource) sample(t *T, options ...Option) page {
	p := m.read(t, append([]Option{Query("limit", strconv.Itoa(some))}, options...)...)
	p.things = slices.DeleteFunc(p.things, func(o object) bool { // another check's, and soon gone
		return t.Own(text(o, "name")) || t.Own(text(o, "description"))
	})
	if len(p.things) == 0 {
		m.none(t, "the list of %s is empty", m.words)
	}
	p.things = p.things[:min(len(p.things), some)] // a platform may not know limit: another check says so
	return p
}

// none ends the check: there is nothing that it could look at.
func (m resource) none(t *T, format string, args ...any) {
	if m.empty {
		t.Inapplicable(format, args...)
	}
	t.Untested(format, args...)
}

// one is some thing of the sample that has an id, as the run's seed chooses.
func (m resource) one(t *T) (page, object, string) {
	p := m.sample(t)
	for _, i := range t.Rand().Perm(len(p.things)) {
		if id := idOf(p.things[i]); id != "" {
			return p, p.things[i], p.path + "/" + url.PathEscape(id)
		}
	}
	t.MustHold(p.Response, false, "none of the %s in the list has an id", m.words)
	return p, nil, ""
}

// absent is the path of a thing that is not there. Its id is of the form of those that are, as
// far as that is known: who has UUIDs only may call another one malformed. What is there has to
// be found, or else nothing would be.
func (m resource) absent(t *T) string {
	p := m.read(t, Query("limit", strconv.Itoa(some)))
	id := unique(t)
	for _, thing := range p.things {
		known := idOf(thing)
		if known == "" || t.Own(text(thing, "name")) || t.Own(text(thing, "description")) {
			continue
		}
		if r := t.GET(p.path + "/" + url.PathEscape(known)); r.Status != http.StatusOK {
			t.Untested("%s is in the list and is not found by its id either (%d), so that nothing can be told of ids that are not there", known, r.Status)
		}
		id = another(t, known)
		break
	}
	return p.path + "/" + url.PathEscape(id)
}

// another is an id of the form of a known one, which nobody has: with a UUID of its own at the
// end, a number, or a word.
func another(t *T, known string) string {
	front := max(0, len(known)-36)
	_, err := uuid.Parse(known[front:])
	switch {
	case err == nil:
		return known[:front] + unique(t)
	case strings.Trim(known, "0123456789") == "":
		return strconv.Itoa(1_900_000_000 + t.Rand().IntN(100_000_000)) // fits 32 bits
	}
	return t.Name("absent")
}

// unique is a UUID that the run's seed makes.
func unique(t *T) string {
	n := t.Rand()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", n.Uint32(), n.IntN(1<<16), n.IntN(1<<12), n.IntN(1<<12), n.Int64N(1<<48))
}

// found asks for one thing, which has to be there.
func found(t *T, path string, options ...Option) (*probe.Response, object) {
	r := t.GET(path, options...)
	t.Require(r).To(HaveStatus(http.StatusOK))
	return r, t.Object(r)
}

// idOf is the id of a thing as a path has it; empty when it has none. One that is no
// text is for another check to say.
func idOf(thing object) string {
	switch id := thing["id"].(type) {
	case string:
		return id
	case json.Number:
		return id.String()
	}
	return ""
}

func text(o object, member string) string { s, _ := o[member].(string); return s }

// unspaced is a word of a life cycle without what the versions of the APIs spell differently.
func unspaced(word string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(word))
}

// objects are the objects of a list; a single object counts as a list of one.
func objects(v any) []object {
	if o, is := v.(object); is {
		return []object{o}
	}
	var all []object
	list, _ := v.([]any)
	for _, one := range list {
		if o, is := one.(object); is {
			all = append(all, o)
		}
	}
	return all
}

// below is the path below the endpoint of what a reference leads to. When it leads
// elsewhere it is not asked for, and the check ends.
func below(t *T, from *probe.Response, endpoint, href string) string {
	base, err := url.Parse(t.Env.Endpoints[endpoint])
	if err != nil || base.Host == "" {
		t.CantTell("the address of the endpoint is not known, so that no reference can be followed")
	}
	to, err := base.Parse(href)
	t.MustHold(from, err == nil && strings.HasPrefix(to.Scheme, "http"), "the href %q is no address that can be followed, expected one of http or https", href)
	path, within := strings.CutPrefix(to.EscapedPath(), base.EscapedPath())
	if to.Scheme != base.Scheme || to.Host != base.Host || !within || path == "" || path[0] != '/' {
		t.CantTell("the href leads to %s, which is not below the endpoint %s and is not asked for: is the endpoint's address the one that the platform knows itself by?", href, base)
	}
	return path
}

// isTime says whether v is a date and time as RFC 3339 has them.
func isTime(v any) bool {
	s, _ := v.(string)
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// count is a header that holds a whole number; false when it is not there.
func count(t *T, r *probe.Response, header string) (int, bool) {
	value := strings.TrimSpace(r.Header.Get(header))
	if value == "" {
		return 0, false
	}
	n, err := strconv.Atoi(value)
	t.MustHold(r, err == nil && n >= 0, "%s is %q, which is no whole number", header, value)
	return n, true
}
