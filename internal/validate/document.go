package validate

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// document is a schema document with the identifiers inside it.
type document struct {
	url     string
	root    any
	dialect draft
	ids     map[string]string // absolute URL of an embedded resource -> pointer
	anchors map[string]string // absolute URL with plain-name fragment -> pointer
}

// load gets and indexes a document.
func (b *bundler) load(u string) (*document, error) {
	if d, ok := b.loaded[u]; ok {
		return d, nil
	}
	root, err := b.docs.Document(u)
	if err != nil {
		return nil, err
	}
	d := &document{url: u, root: root, ids: map[string]string{}, anchors: map[string]string{}}
	if m, ok := root.(map[string]any); ok {
		if s, stated := m["$schema"]; stated {
			text, _ := s.(string)
			if d.dialect, ok = draftOf(text); !ok && text != latestDialect {
				return nil, &Unusable{u, DefectDialect, fmt.Sprintf("$schema of %s is %v, which is no dialect from draft-04 to 2020-12", u, s)}
			}
		}
	}
	d.index(root, u, nil, 0)
	b.loaded[u] = d
	return d, nil
}

// idOf is the identifier that a schema object gives itself, "" for none.
func (d *document) idOf(m map[string]any) string {
	name := "$id"
	if d.dialect == draft04 {
		name = "id"
	}
	if _, isRef := m["$ref"].(string); isRef && d.dialect != unstated && d.dialect <= draft07 {
		return "" // beside $ref all else is ignored
	}
	id, _ := m[name].(string)
	return id
}

// index finds identifiers in all places of a document that may hold schemas.
func (d *document) index(node any, base string, path []string, depth int) {
	m, ok := node.(map[string]any)
	if !ok || depth > MaxDepth {
		return
	}
	if id := d.idOf(m); id != "" {
		if joined, err := resolve(base, id); err == nil {
			if plain, fragment, has := strings.Cut(joined, "#"); has && fragment != "" {
				d.anchors[plain+"#"+fragment] = pointer(path)
			} else {
				base = plain
				if _, taken := d.ids[plain]; !taken {
					d.ids[plain] = pointer(path)
				}
			}
		}
	}
	for _, name := range []string{"$anchor", "$dynamicAnchor"} {
		if a, ok := m[name].(string); ok {
			d.anchors[base+"#"+a] = pointer(path)
		}
	}
	visit := func(child any, tokens ...string) {
		d.index(child, base, append(append([]string(nil), path...), tokens...), depth+1)
	}
	for name, value := range m {
		shape := literal
		if k, ok := keywords[name]; ok {
			shape = k.shape
		} else if name == holders[0] || name == holders[1] {
			shape = schemaMap
		}
		switch v := value.(type) {
		case map[string]any:
			switch shape {
			case subschema, itemsShape:
				visit(v, name)
			case schemaMap, dependencyMap:
				for key, child := range v {
					visit(child, name, key)
				}
			}
		case []any:
			if shape == schemaList || shape == itemsShape {
				for i, child := range v {
					visit(child, name, strconv.Itoa(i))
				}
			}
		}
	}
}

// at follows a pointer and tells the base URL at its end.
func (d *document) at(ptr string) (node any, base string, err error) {
	node, base = d.root, d.url
	enter := func() {
		if m, ok := node.(map[string]any); ok {
			if id := d.idOf(m); id != "" {
				if joined, err := resolve(base, id); err == nil && !strings.Contains(joined, "#") {
					base = joined
				}
			}
		}
	}
	enter()
	if ptr == "" {
		return node, base, nil
	}
	for _, token := range strings.Split(ptr, "/")[1:] {
		token = unescapeToken(token)
		switch n := node.(type) {
		case map[string]any:
			child, ok := n[token]
			if !ok {
				return nil, "", fmt.Errorf("%s has nothing at #%s: no member %q", d.url, ptr, token)
			}
			node = child
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(n) {
				return nil, "", fmt.Errorf("%s has nothing at #%s: no item %q", d.url, ptr, token)
			}
			node = n[i]
		default:
			return nil, "", fmt.Errorf("%s has nothing at #%s: %q is inside a plain value", d.url, ptr, token)
		}
		enter()
	}
	return node, base, nil
}

// resolve resolves ref against base by RFC 3986; a trailing empty fragment is dropped.
func resolve(base, ref string) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("%q is no URL: %w", base, err)
	}
	r, err := url.Parse(ref)
	if err != nil {
		return "", fmt.Errorf("%q is no URL reference: %w", ref, err)
	}
	if b.Opaque != "" && r.Scheme == "" && ref != "" && !strings.HasPrefix(ref, "#") {
		return "", fmt.Errorf("%q cannot be resolved against %q", ref, base)
	}
	if b.Opaque != "" && r.Scheme == "" {
		b.Fragment, b.RawFragment = r.Fragment, r.RawFragment
		return strings.TrimSuffix(b.String(), "#"), nil
	}
	return strings.TrimSuffix(b.ResolveReference(r).String(), "#"), nil
}
