package entityfile

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// Item is one entity of the input as its bytes, or what stands where one was expected.
type Item struct {
	Order   int64  // number in the input, from 1, broken ones included
	Line    int64  // of its first byte, from 1; 0 for a platform
	Column  int64  // in Unicode characters, from 1
	Where   string // for a platform: the request
	Pointer string // RFC 6901, of the entity in its JSON document; empty when it is the document
	Raw     []byte // nil when Broken is set

	// Context is the @context of the document around it, nil for none, when the
	// entity has none of its own.
	Context any
	// Feature says that Raw is a GeoJSON Feature (ETSI GS CIM 009, 5.2.29).
	Feature bool
	// Broken says why there is no entity, empty when there is one.
	Broken string

	geometry map[string]any // of a Feature that has no attribute location
}

var errNoObject = errors.New("expected an entity, a JSON object")

// Object decodes the item: the entity with the @context around it where it has none
// of its own, a Feature as the entity that it stands for. An error says why it is no
// entity; a *validate.SyntaxError, why it is no JSON.
func (i *Item) Object() (map[string]any, error) {
	if i.Broken != "" {
		return nil, errors.New(i.Broken)
	}
	doc, err := validate.Decode(i.Raw)
	if err != nil {
		return nil, err
	}
	object, ok := doc.(map[string]any)
	if !ok {
		return nil, errNoObject
	}
	if _, has := object["properties"].(map[string]any); i.Feature || has && object["type"] == "Feature" {
		i.Feature = true
		if object, err = i.fromFeature(object); err != nil {
			return nil, err
		}
	}
	if _, own := object["@context"]; !own && i.Context != nil {
		object["@context"] = i.Context
	}
	return object, nil
}

// fromFeature gives the entity that a Feature stands for (ETSI GS CIM 009, 5.2.29):
// type and attributes are in its properties; the geometry is a copy of an attribute
// that is there too, or, in what others write, the only place of the location. A
// Feature whose properties have no type is of no entity.
func (i *Item) fromFeature(object map[string]any) (map[string]any, error) {
	properties, ok := object["properties"].(map[string]any)
	if !ok || object["type"] != "Feature" {
		return nil, errors.New("expected a GeoJSON Feature with properties")
	}
	if _, ok := properties["type"]; !ok {
		return nil, errors.New("the Feature is no NGSI-LD entity: its properties have no type (ETSI GS CIM 009, 5.2.31)")
	}
	entity := maps.Clone(properties)
	for _, name := range []string{"id", "@context"} {
		if value, has := object[name]; has {
			entity[name] = value
		}
	}
	if _, has := properties["location"]; !has {
		i.geometry, _ = object["geometry"].(map[string]any)
	}
	return entity, nil
}

// Entity reads what Object gave.
func (i *Item) Entity(object map[string]any, form models.Form, names *models.Names) *models.Entity {
	e := models.ReadWith(object, form, names)
	if i.geometry == nil {
		return e
	}
	object = maps.Clone(object)
	object["location"] = i.geometry
	if e.Form == models.Normalised {
		object["location"] = map[string]any{"type": string(models.GeoProperty), "value": i.geometry}
	}
	return models.ReadWith(object, e.Form, names)
}

// Served maps a pointer into the entity, as Entity read it, to one into the item.
func (i *Item) Served(pointer string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	switch {
	case !i.Feature || pointer == "" || name == "id" || name == "@context":
		return pointer
	case name == "location" && i.geometry != nil:
		return "/geometry" + strings.TrimPrefix(strings.TrimPrefix(pointer, "/location"), "/value")
	}
	return "/properties" + pointer
}

// Locate is the line and the column in the input at which the member or list item
// that a pointer into the entity leads to begins; of what is not there, the place of
// the nearest that is around it. Both are 0 for a platform.
func (i *Item) Locate(pointer string) (line, column int64) {
	if i.Line == 0 {
		return 0, 0
	}
	return i.place(offsetOf(i.Raw, i.Served(pointer)))
}

// Explain is what is wrong with an item of which Object gave an error, and where.
func (i *Item) Explain(err error) (line, column int64, message string) {
	var syntax *validate.SyntaxError
	if !errors.As(err, &syntax) {
		return i.Line, i.Column, err.Error()
	}
	line, column = i.place(syntax.Offset)
	message = syntax.Message
	if syntax.Pointer != "" {
		message = short(syntax.Pointer) + ": " + message
	}
	return line, column, "not JSON that can be judged: " + message
}

// short cuts a pointer that would fill a page.
func short(pointer string) string {
	const most = 200 // bytes
	if len(pointer) <= most {
		return pointer
	}
	return strings.ToValidUTF8(pointer[:most], "") + "…"
}

// place is the line and the column of an offset in the item's bytes.
func (i *Item) place(offset int64) (line, column int64) {
	if i.Line == 0 {
		return 0, 0
	}
	before := i.Raw[:min(int64(len(i.Raw)), max(0, offset))]
	line, column = i.Line, i.Column
	if last := bytes.LastIndexByte(before, '\n'); last >= 0 {
		line += int64(bytes.Count(before, []byte{'\n'}))
		column, before = 1, before[last+1:]
	}
	return line, column + int64(utf8.RuneCount(before))
}

// Limits of the input.
const (
	// DefaultMaxEntity is the most bytes of one entity; a larger one is broken.
	DefaultMaxEntity = 16 << 20
	// BatchItems and batchBytes bound a batch, and with the number of workers the memory.
	BatchItems = 256
	batchBytes = 1 << 20
)

// batcher collects items into batches.
type batcher struct {
	give  func([]Item) error
	items []Item
	bytes int
	order int64
}

func (b *batcher) add(i Item) error {
	b.order++
	i.Order = b.order
	b.items = append(b.items, i)
	if b.bytes += len(i.Raw); len(b.items) < BatchItems && b.bytes < batchBytes {
		return nil
	}
	return b.flush()
}

func (b *batcher) flush() error {
	if len(b.items) == 0 {
		return nil
	}
	items := b.items
	b.items, b.bytes = make([]Item, 0, BatchItems), 0
	return b.give(items)
}

// itemPointer is the pointer of the n-th item of a list, from 0.
func itemPointer(list string, n int) string { return fmt.Sprintf("%s/%d", list, n) }
