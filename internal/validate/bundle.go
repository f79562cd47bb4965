package validate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// bundle is a schema with everything that it refers to.
//
// When it uses nothing but what drafts 06 to 2020-12 have in common, root is one
// self-contained draft-07 document that both engines can judge: one definition for
// each place that is referred to, annotations left out. So what is broken in a
// document of shared definitions harms only the schemas that use it. Two things are
// rewritten with the same meaning: a keyword beside a $ref where the dialect
// applies it (2019-09 on: the $ref moves into allOf; up to draft-07 the keyword is
// dropped), and draft-04's boolean exclusiveMinimum and exclusiveMaximum.
type bundle struct {
	url      string
	root     map[string]any
	origins  []origin          // by definition number
	patterns map[string]string // pattern -> RE2 form
	formats  map[string]bool   // formats that are not known
	uses     map[string]draft  // keywords outside the common set, and a dialect that they were met under
	newer    bool              // a keyword that its document's dialect does not have yet
	older    bool              // a keyword that its document's dialect has no more
	precise  bool              // const or enum with a number longer than a float64 tells apart
	docs     map[string]any    // the documents reached, by URL
}

// portable says whether both engines can judge.
func (b *bundle) portable() bool { return len(b.uses) == 0 }

// origin is where a definition of the bundle stands.
type origin struct {
	doc *document
	ptr string
}

func (o origin) location() string { return o.doc.url + "#" + o.ptr }

type bundler struct {
	docs    Documents
	loaded  map[string]*document
	targets map[string]int
	out     bundle
	same    [][]int // by target: targets that look at the same value
	nodes   int
	current int // target being written
}

func definition(n int) string { return "#/definitions/" + strconv.Itoa(n) }

// makeBundle collects the schema at address (an absolute URL, perhaps with fragment).
func makeBundle(docs Documents, address string) (*bundle, error) {
	b := &bundler{docs: docs, loaded: map[string]*document{}, targets: map[string]int{},
		out: bundle{url: address, patterns: map[string]string{}, formats: map[string]bool{},
			uses: map[string]draft{}, docs: map[string]any{}}}
	if _, err := b.target(address, ""); err != nil {
		return nil, b.unusable(DefectReference, err)
	}
	definitions := map[string]any{}
	for b.current = 0; b.current < len(b.out.origins); b.current++ {
		o := b.out.origins[b.current]
		b.same = append(b.same, nil)
		node, base, err := o.doc.at(o.ptr)
		if err != nil {
			return nil, b.unusable(DefectReference, err)
		}
		out, err := b.write(node, place{o.doc, base, o.ptr, true, 0})
		if err != nil {
			return nil, b.unusable(DefectShape, err)
		}
		definitions[strconv.Itoa(b.current)] = out
	}
	if err := b.terminates(); err != nil {
		return nil, err
	}
	b.out.root = map[string]any{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"allOf":       []any{map[string]any{"$ref": definition(0)}},
		"definitions": definitions,
	}
	for u, d := range b.loaded {
		b.out.docs[u] = d.root
	}
	return &b.out, nil
}

func (b *bundler) unusable(kind Defect, err error) error {
	var u *Unusable
	if errors.As(err, &u) {
		return &Unusable{b.out.url, u.Kind, u.Reason}
	}
	return &Unusable{b.out.url, kind, err.Error()}
}

// target is the number of the definition that ref leads to, seen from base.
func (b *bundler) target(ref, base string) (int, error) {
	absolute := ref
	if base != "" {
		var err error
		if absolute, err = resolve(base, ref); err != nil {
			return 0, err
		}
	}
	docURL, fragment, _ := strings.Cut(absolute, "#")
	doc, prefix, err := b.find(docURL)
	if err != nil {
		return 0, fmt.Errorf("$ref %s leads nowhere: %w", ref, err)
	}
	ptr := prefix
	switch {
	case fragment == "":
	case strings.HasPrefix(fragment, "/"):
		decoded, err := url.PathUnescape(fragment)
		if err != nil {
			return 0, fmt.Errorf("$ref %s: %w", ref, err)
		}
		ptr += decoded
	default:
		at, ok := doc.anchors[docURL+"#"+fragment]
		if !ok {
			return 0, fmt.Errorf("$ref %s leads nowhere: %s has no anchor %q", ref, docURL, fragment)
		}
		ptr = at
	}
	key := doc.url + "#" + ptr
	if n, ok := b.targets[key]; ok {
		return n, nil
	}
	if len(b.out.origins) >= maxTargets {
		return 0, &Unusable{b.out.url, DefectSize, fmt.Sprintf("it refers to more than %d places", maxTargets)}
	}
	if _, _, err := doc.at(ptr); err != nil {
		return 0, fmt.Errorf("$ref %s leads nowhere: %w", ref, err)
	}
	n := len(b.out.origins)
	b.targets[key] = n
	b.out.origins = append(b.out.origins, origin{doc: doc, ptr: ptr})
	return n, nil
}

// find gives the document at u, or the one that holds an embedded resource of that
// name, with the pointer to it. Embedded names go first: they are closer.
func (b *bundler) find(u string) (*document, string, error) {
	for _, known := range slices.SortedFunc(maps.Values(b.loaded), func(x, y *document) int { return cmp.Compare(x.url, y.url) }) {
		if ptr, ok := known.ids[u]; ok {
			return known, ptr, nil
		}
	}
	d, err := b.load(u)
	return d, "", err
}

// place is where the writer is.
type place struct {
	doc     *document
	base    string
	ptr     string
	inPlace bool // still looks at the value that the definition was applied to
	depth   int
}

func (p place) child(tokens ...string) place {
	p.ptr += pointer(tokens)
	p.depth++
	return p
}

func (p place) wrong(formatted string, args ...any) error {
	return fmt.Errorf("%s#%s: %s", p.doc.url, p.ptr, fmt.Sprintf(formatted, args...))
}

// write copies what judges in a schema, with references to definitions of the bundle.
func (b *bundler) write(node any, at place) (any, error) {
	if at.depth > MaxDepth {
		return nil, &Unusable{b.out.url, DefectSize, at.wrong("nested deeper than %d", MaxDepth).Error()}
	}
	if b.nodes++; b.nodes > maxNodes {
		return nil, &Unusable{b.out.url, DefectSize, fmt.Sprintf("it reaches more than %d subschemas", maxNodes)}
	}
	if _, ok := node.(bool); ok {
		return node, nil
	}
	m, ok := node.(map[string]any)
	if !ok {
		return nil, at.wrong("expected a schema (an object or a boolean), found %s", kindOf(node))
	}
	if id := at.doc.idOf(m); id != "" {
		if joined, err := resolve(at.base, id); err == nil && !strings.Contains(joined, "#") {
			at.base = joined
		}
	}
	out := map[string]any{}
	ref, isRef := m["$ref"]
	beside := at.doc.dialect != unstated && at.doc.dialect <= draft07 // keywords beside $ref are ignored
	if isRef {
		text, ok := ref.(string)
		if !ok {
			return nil, at.wrong("$ref is %s, expected a string", kindOf(ref))
		}
		n, err := b.target(text, at.base)
		if err != nil {
			var u *Unusable
			if errors.As(err, &u) {
				return nil, u
			}
			return nil, &Unusable{b.out.url, DefectReference, at.wrong("%v", err).Error()}
		}
		if at.inPlace {
			b.same[b.current] = append(b.same[b.current], n)
		}
		out["$ref"] = definition(n)
		if beside {
			return out, nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if err := b.keyword(out, m, name, at); err != nil {
			return nil, err
		}
	}
	if target, ok := out["$ref"]; ok && len(out) > 1 {
		list, _ := out["allOf"].([]any)
		out["allOf"] = append(slices.Clone(list), map[string]any{"$ref": target})
		delete(out, "$ref")
	}
	return out, nil
}

func (b *bundler) keyword(out, m map[string]any, name string, at place) error {
	k, judges := keywords[name]
	if !judges {
		return nil
	}
	value := m[name]
	b.note(name, k, value, m, at)
	here := at.child(name)
	here.inPlace = at.inPlace && k.inPlace
	switch k.shape {
	case literal:
		return b.literal(out, m, name, here)
	case subschema:
		sub, err := b.write(value, here)
		out[name] = sub
		return err
	case itemsShape:
		if list, ok := value.([]any); ok {
			return b.list(out, name, list, here)
		}
		sub, err := b.write(value, here)
		out[name] = sub
		return err
	case schemaList:
		list, ok := value.([]any)
		if !ok {
			return here.wrong("expected a list of schemas, found %s", kindOf(value))
		}
		return b.list(out, name, list, here)
	default: // schemaMap, dependencyMap
		object, ok := value.(map[string]any)
		if !ok {
			return here.wrong("expected an object of schemas, found %s", kindOf(value))
		}
		copied := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if names, ok := object[key].([]any); ok && k.shape == dependencyMap {
				copied[key] = names
				continue
			}
			if name == "patternProperties" {
				if err := b.pattern(key, here); err != nil {
					return err
				}
			}
			sub, err := b.write(object[key], here.child(key))
			if err != nil {
				return err
			}
			copied[key] = sub
		}
		out[name] = copied
	}
	return nil
}

func (b *bundler) list(out map[string]any, name string, list []any, at place) error {
	copied := make([]any, 0, len(list)+1)
	for i, item := range list {
		sub, err := b.write(item, at.child(strconv.Itoa(i)))
		if err != nil {
			return err
		}
		copied = append(copied, sub)
	}
	out[name] = copied
	return nil
}

// note records the use of a keyword that not all drafts from 06 to 2020-12
// understand alike.
func (b *bundler) note(name string, k keyword, value any, m map[string]any, at place) {
	d := at.doc.dialect
	from, to := k.from, k.to
	if _, isList := value.([]any); isList && name == "items" {
		to = draft2019
	}
	if name == "additionalItems" {
		if _, tuple := m["items"].([]any); !tuple {
			return // without a list of items it says nothing in any draft
		}
	}
	if d != unstated && from > d {
		b.out.uses[name], b.out.newer = d, true
	}
	if d != unstated && to < d {
		b.out.uses[name], b.out.older = d, true
	}
	if from > draft07 {
		b.out.uses[name] = d
	}
}

func (b *bundler) literal(out, m map[string]any, name string, at place) error {
	value := m[name]
	switch name {
	case "pattern":
		text, ok := value.(string)
		if !ok {
			return at.wrong("expected a pattern, found %s", kindOf(value))
		}
		if err := b.pattern(text, at); err != nil {
			return err
		}
	case "format":
		if text, ok := value.(string); ok && !isKnownFormat(text) {
			b.out.formats[text] = true
			return nil
		}
	case "const", "enum":
		b.out.precise = b.out.precise || hasLongNumber(value)
	case "exclusiveMinimum", "exclusiveMaximum":
		if exclusive, ok := value.(bool); ok && (at.doc.dialect == draft04 || at.doc.dialect == unstated) {
			limit := strings.ToLower(strings.TrimPrefix(name, "exclusive"))
			if bound, has := m[limit]; has && exclusive {
				out[name] = bound
			}
			return nil
		}
	case "minimum", "maximum":
		exclusive := "exclusive" + strings.ToUpper(name[:1]) + name[1:]
		if yes, ok := m[exclusive].(bool); ok && yes && (at.doc.dialect == draft04 || at.doc.dialect == unstated) {
			return nil // written by the case above
		}
	}
	out[name] = value
	return nil
}

func (b *bundler) pattern(text string, at place) error {
	if _, done := b.out.patterns[text]; done {
		return nil
	}
	re2, err := translate(text)
	if err != nil {
		return &Unusable{b.out.url, DefectPattern, at.wrong("%v", err).Error()}
	}
	b.out.patterns[text] = re2
	return nil
}

// terminates refuses references that lead back to themselves on the same value,
// which no validator can follow to an end, and those that branch without measure.
func (b *bundler) terminates() error {
	const (
		unseen = iota
		open
		closed
	)
	state := make([]int, len(b.same))
	cost := make([]int, len(b.same))
	var visit func(n int) error
	visit = func(n int) error {
		switch state[n] {
		case open:
			return &Unusable{b.out.url, DefectCycle,
				fmt.Sprintf("%s refers back to itself for the same value, which has no end", b.out.origins[n].location())}
		case closed:
			return nil
		}
		state[n] = open
		cost[n] = 1
		for _, next := range b.same[n] {
			if err := visit(next); err != nil {
				return err
			}
			if cost[n] += cost[next]; cost[n] > maxApplications {
				return &Unusable{b.out.url, DefectSize,
					fmt.Sprintf("%s applies more than %d subschemas to one value by references", b.out.origins[n].location(), maxApplications)}
			}
		}
		state[n] = closed
		return nil
	}
	for n := range b.same {
		if err := visit(n); err != nil {
			return err
		}
	}
	return nil
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "a number"
}
