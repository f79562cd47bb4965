package reference

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// manner is how a source wants to be asked, by the keys of contextSourceInfo that have a
// meaning of their own (4.3.6.6). What is empty is for this platform to choose.
type manner struct {
	accept  string // media type of answers
	media   string // media type of bodies
	context string // URL of the @context to ask under
	version string // of the standard that bodies have to conform to, such as 1.5
}

// take reads a pair of contextSourceInfo; it says whether the key is one of these.
func (m *manner) take(key, value string) (bool, error) {
	media := func(into *string) error {
		if value != ngsild.MediaJSON && value != ngsild.MediaJSONLD {
			return problem.BadData("%s of contextSourceInfo must be %s or %s (4.3.6.6), got %q", key, ngsild.MediaJSON, ngsild.MediaJSONLD, value)
		}
		*into = value
		return nil
	}
	switch key {
	case "accept":
		return true, media(&m.accept)
	case "contentType":
		return true, media(&m.media)
	case "jsonldContext":
		if u, err := url.Parse(value); err != nil || !u.IsAbs() || u.Host == "" {
			return true, problem.BadData("jsonldContext of contextSourceInfo must be a URL (4.3.6.6), got %q", value)
		}
		m.context = value
	case "ngsildConformance":
		if conformanceOf(value) == nil {
			return true, problem.BadData("ngsildConformance of contextSourceInfo must be a version such as 1.5 (4.3.6.6), got %q", value)
		}
		m.version = value
	default:
		return false, nil
	}
	return true, nil
}

// isSelection says whether a call's body selects entities (a Query or a Subscription)
// instead of holding some.
func (c sourceCall) isSelection() bool {
	return strings.HasSuffix(c.path, "/query") || strings.HasPrefix(c.path, subscriptionPath) || strings.Contains(c.path, "ntityMaps")
}

// translation gives names by another @context.
type translation struct {
	from, to *jsonld.Context
	resolve  func(source any) (*jsonld.Context, error)
}

func (t translation) name(term string) string { return t.to.Compact(t.from.Expand(term)) }

// translated is a call with the names that another @context has for what the request
// names: in path, query and body, which then has no @context.
func (r *request) translated(ctx context.Context, c sourceCall, to *jsonld.Context) (sourceCall, error) {
	t := translation{r.context, to, func(source any) (*jsonld.Context, error) { return r.p.resolver.Resolve(ctx, source) }}
	out := c
	out.linked = false
	for _, before := range []string{"/attrs/", "/types/", "/attributes/"} {
		if head, name, found := strings.Cut(c.path, before); found && name != "" {
			name, _ = url.PathUnescape(name)
			out.path = head + before + url.PathEscape(t.name(name))
		}
	}
	if c.query != nil {
		out.query = cloneQuery(c.query)
		for name := range out.query {
			text := out.query.Get(name)
			switch name {
			case "type":
				out.query.Set(name, t.selector(text))
			case "attrs", "pick", "omit", "geoproperty", "geometryProperty", "expandValues", "jsonKeys":
				out.query.Set(name, t.names(text))
			case "q":
				renamed, err := query.RenameQ(text, query.QOptions{Context: t.from}, t.name)
				if err != nil {
					return c, err
				}
				out.query.Set(name, renamed)
			}
		}
	}
	var err error
	switch o, isObject := c.body.(map[string]any); {
	case isObject && c.isSelection():
		out.body, err = t.selection(o)
	default:
		out.body, err = t.content(c.body)
	}
	return out, err
}

// nameInSelection is a name in a selection of types (4.17), or in a list of names.
var nameInSelection = regexp.MustCompile(`[^,;|()*]+`)

func (t translation) selector(text string) string {
	return nameInSelection.ReplaceAllStringFunc(text, t.name)
}

// names are members too, which have the same names everywhere.
func (t translation) names(text string) string {
	names := strings.Split(text, ",")
	for i, name := range names {
		if iri := t.from.Expand(name); !strings.HasPrefix(iri, "@") {
			names[i] = t.to.Compact(iri)
		}
	}
	return strings.Join(names, ",")
}

// selection translates a Query or a Subscription.
func (t translation) selection(o map[string]any) (map[string]any, error) {
	out := copyObject(o)
	delete(out, "@context")
	if list, ok := o["entities"].([]any); ok {
		renamed := make([]any, len(list))
		for i, item := range list {
			renamed[i] = item
			if selected, ok := item.(map[string]any); ok {
				if text, ok := selected["type"].(string); ok {
					renamed[i] = withMember(selected, "type", t.selector(text))
				}
			}
		}
		out["entities"] = renamed
	}
	for _, member := range []string{"attrs", "watchedAttributes", "pick", "omit", "expandValues", "jsonKeys"} {
		if names := stringsOf(o[member]); names != nil {
			renamed := make([]any, len(names))
			for i, name := range names {
				renamed[i] = t.names(name)
			}
			out[member] = renamed
		}
	}
	if geo, ok := o["geoQ"].(map[string]any); ok {
		if name, ok := geo["geoproperty"].(string); ok {
			out["geoQ"] = withMember(geo, "geoproperty", t.name(name))
		}
	}
	if text, ok := o["q"].(string); ok {
		renamed, err := query.RenameQ(text, query.QOptions{Context: t.from}, t.name)
		if err != nil {
			return nil, err
		}
		out["q"] = renamed
	}
	return out, nil
}

// content translates entities, fragments of them, attributes, and lists of all these.
func (t translation) content(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = t.content(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if source, own := v["@context"]; own { // an entity of a batch has its own
			from, err := t.resolve(source)
			if err != nil {
				return nil, err
			}
			t.from = from
		}
		out := map[string]any{}
		for key, member := range v {
			if key == "@context" {
				continue
			}
			name, translated, err := t.member(key, member)
			if err != nil {
				return nil, err
			}
			out[name] = translated
		}
		return out, nil
	default:
		return v, nil
	}
}

func (t translation) member(key string, v any) (string, any, error) {
	iri := t.from.Expand(key)
	switch {
	case iri == "@type", iri == ngsild.CoreVocab+"hasVocab", iri == model.ObjectType:
		return key, t.texts(v), nil
	case iri == ngsild.CoreVocab+"hasValue":
		return key, t.to.CompactValue(t.from.Value(v)), nil
	case strings.HasPrefix(iri, "@"), iri == ngsild.CoreVocab+"hasJSON", iri == ngsild.CoreVocab+"hasLanguageMap":
		return key, v, nil
	}
	translated, err := t.content(v)
	return t.to.Compact(iri), translated, err
}

// texts translates a name, or a list of names.
func (t translation) texts(v any) any {
	switch v := v.(type) {
	case string:
		return t.name(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = t.texts(item)
		}
		return out
	default:
		return v
	}
}

// youngerMembers are those of entities and attributes that versions before 1.n do not
// have (tables 4.3.6.8-1 to 4.3.6.8-3).
var youngerMembers = map[string]int{
	"expiresAt": 9, "valueType": 9, "objectType": 8, "scope": 4, "datasetId": 3, "observedAt": 3, "unitCode": 3,
}

// youngerKinds are the kinds of attributes that versions before 1.n do not have: by the
// member that each has, the kind and the member that stand for it.
var youngerKinds = map[string]struct {
	since        int
	kind, member string
}{
	"languageMap": {4, "Property", "value"}, "json": {8, "Property", "value"}, "vocab": {8, "Property", "value"},
	"valueList": {8, "Property", "value"}, "objectList": {8, "Relationship", "object"},
}

// conformed gives entities, fragments of them, attributes, and lists of all these as
// version 1.minor has them (4.3.6.8).
func conformed(v any, minor int) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = conformed(item, minor)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key, member := range v {
			young, isYoung := youngerKinds[key]
			switch {
			case minor < youngerMembers[key]:
			case isYoung && minor < young.since:
				out["type"], out[young.member] = young.kind, member
			case key == "type" && out["type"] != nil: // it is replaced
			case slices.Contains([]string{"@context", "type", "value", "object", "json", "languageMap"}, key):
				out[key] = member
			default:
				out[key] = conformed(member, minor)
			}
		}
		if types, many := out["type"].([]any); many && minor < 3 && len(types) > 0 {
			out["type"] = types[0]
		}
		return out
	default:
		return v
	}
}
