package mim8

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/validate"
	. "github.com/oasc/mimcheck/suites"
)

// tiles3D is where the rules of tilesets stand. What follows is the section, by the id that
// the standard itself links to it with.
const tiles3D = "OGC 22-025r4, #"

// How much of a tileset a check looks at: a city's can have millions of tiles.
const (
	someTilesets = 3 // external tilesets, beside the first one
	someContents = 4 // contents
)

// byteOrderMark is what JSON may not begin with.
const byteOrderMark = "\uFEFF"

// tileset is one tileset JSON.
type tileset struct {
	*probe.Response
	address  *url.URL
	document object
	from     *tile // that leads to it; nil for the first one
}

// tile is one tile of a tileset JSON.
type tile struct {
	in      *tileset
	parent  *tile // of the root of an external tileset: the tile that leads to it
	pointer string
	body    object
	world   matrix // from the tile's coordinates to those of the first tileset
}

// content is one content of a tile.
type content struct {
	of      *tile
	pointer string
	body    object
	uri     string
}

// first is the tileset JSON at the endpoint, which has to be there.
func first(t *T) *tileset {
	address, err := url.Parse(t.Env.Endpoints[probe.Tiles3D])
	if err != nil || address.Host == "" {
		t.CantTell("the address of the endpoint %s is not known, so that no tile can be found", probe.Tiles3D)
	}
	r := t.GET("", Header("Accept", "application/json, */*;q=0.5"))
	t.Require(r).To(HaveStatus(http.StatusOK), "the tileset JSON")
	s := &tileset{Response: r, address: address}
	v, err := Decode(bytes.TrimPrefix(r.Body, []byte(byteOrderMark)))
	t.MustHold(r, err == nil, "the tileset JSON is no JSON: %v", err)
	s.document, _ = v.(object)
	_, rooted := s.document["root"].(object)
	t.MustHold(r, rooted, "the tileset JSON is no object with an object root")
	return s
}

// tilesets are the first one and some of those that it leads to, as the run's seed chooses.
func tilesets(t *T) []*tileset {
	all := []*tileset{first(t)}
	seen := map[string]bool{all[0].address.String(): true}
	open := all[0].likely(t)
	for asked := 0; len(open) > 0 && len(all) <= someTilesets && asked < 2*someTilesets; {
		c := open[0]
		open = open[1:]
		to, err := c.address()
		if err != nil || seen[to.String()] {
			continue // a check of its own tells of circles
		}
		seen[to.String()] = true
		f, there := fetch(t, c)
		if !there {
			continue
		}
		asked++
		if s := f.tileset(c); s != nil {
			all = append(all, s)
			open = append(s.likely(t), open...)
		}
	}
	return all
}

// likely are the contents that seem to be tilesets, in an order of the run's seed.
func (s *tileset) likely(t *T) []content {
	var some []content
	for _, c := range s.contents() {
		if c.seemsTileset() {
			some = append(some, c)
		}
	}
	t.Rand().Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some
}

// tiles are all tiles that the tileset JSON itself has, a parent before its children.
func (s *tileset) tiles() []*tile {
	body, _ := s.document["root"].(object)
	root := &tile{in: s, parent: s.from, pointer: "/root", body: body, world: identity}
	if s.from != nil {
		root.world = s.from.world
	}
	var all []*tile
	for open := []*tile{root}; len(open) > 0; {
		x := open[len(open)-1]
		open = open[:len(open)-1]
		if m, is := matrixOf(x.body["transform"]); is {
			x.world = x.world.times(m)
		}
		all = append(all, x)
		children, _ := x.body["children"].([]any)
		for i := len(children) - 1; i >= 0; i-- {
			if body, is := children[i].(object); is {
				open = append(open, &tile{in: s, parent: x, pointer: x.pointer + "/children/" + strconv.Itoa(i), body: body, world: x.world})
			}
		}
	}
	return all
}

// contents are those of a tile; what is none is left out.
func (x *tile) contents() []content {
	var all []content
	add := func(pointer string, v any) {
		if body, is := v.(object); is {
			uri, _ := body["uri"].(string)
			all = append(all, content{x, x.pointer + pointer, body, uri})
		}
	}
	if c, there := x.body["content"]; there {
		add("/content", c)
	}
	several, _ := x.body["contents"].([]any)
	for i, c := range several {
		add("/contents/"+strconv.Itoa(i), c)
	}
	return all
}

// implicit says whether the tile stands for a whole tree, whose contents have no addresses
// but patterns of them.
func (x *tile) implicit() bool { return x.body["implicitTiling"] != nil }

// contents are those of all tiles with an address.
func (s *tileset) contents() []content {
	var all []content
	for _, x := range s.tiles() {
		if !x.implicit() {
			for _, c := range x.contents() {
				if c.uri != "" {
					all = append(all, c)
				}
			}
		}
	}
	return all
}

func (c content) address() (*url.URL, error) { return c.of.in.address.Parse(c.uri) }

// seemsTileset says whether the address ends as that of a tileset JSON does.
func (c content) seemsTileset() bool {
	u, err := c.address()
	return err == nil && strings.EqualFold(path.Ext(u.Path), ".json")
}

// file is what a content's address leads to.
type file struct {
	from    *probe.Response // the answer that it came with; the tileset JSON that it is in, when embedded
	status  int
	media   string
	body    []byte
	address *url.URL
}

// fetch asks for a content. False says that nothing was asked for, since it is not at the
// endpoint's host, or is no address.
func fetch(t *T, c content) (file, bool) {
	u, err := c.address()
	if err != nil {
		return file{}, false
	}
	return fetchAt(t, c.of.in, u)
}

func fetchAt(t *T, from *tileset, u *url.URL) (file, bool) {
	if u.Scheme == "data" {
		media, body, err := embedded(u)
		return file{from.Response, http.StatusOK, media, body, u}, err == nil
	}
	base := from.address
	if u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) {
		return file{}, false
	}
	query := u.Query()
	r := t.GET(u.EscapedPath(), FromRoot(), AnyMedia(), Header("Accept", "*/*"), func(r *probe.Request) { r.Query = query })
	return file{r, r.Status, mediaOf(r.Header.Get("Content-Type")), r.Body, u}, true
}

// embedded is what a data URL holds (RFC 2397).
func embedded(u *url.URL) (media string, body []byte, err error) {
	kind, data, found := strings.Cut(u.Opaque, ",")
	if !found {
		return "", nil, fmt.Errorf("the data URL has no comma")
	}
	text, err := url.PathUnescape(data)
	if err != nil {
		return "", nil, err
	}
	if kind, base64d := strings.CutSuffix(kind, ";base64"); base64d {
		body, err = base64.StdEncoding.DecodeString(text)
		return mediaOf(kind), body, err
	}
	return mediaOf(kind), []byte(text), nil
}

func mediaOf(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// tileset is the file as a tileset JSON; nil when it is none.
func (f file) tileset(c content) *tileset {
	if f.status != http.StatusOK {
		return nil
	}
	v, err := Decode(bytes.TrimPrefix(f.body, []byte(byteOrderMark)))
	document, _ := v.(object)
	if _, rooted := document["root"].(object); err != nil || !rooted {
		return nil
	}
	return &tileset{Response: f.from, address: f.address, document: document, from: c.of}
}

// eachTile calls judge for all tiles of some tilesets: about says whether the rule is about
// the tile at all, wrong what is wrong with it, if anything. Without a tile that it is about
// the check ends as inapplicable, for the reason.
func eachTile(t *T, none string, judge func(x *tile) (about bool, wrong string)) {
	told := t.Few()
	found := false
	for _, s := range tilesets(t) {
		for _, x := range s.tiles() {
			about, wrong := judge(x)
			found = found || about
			told.Holds(s.Response, wrong == "", "%s: %s", x.pointer, wrong)
		}
	}
	told.End()
	if !found {
		t.Inapplicable("%s", none)
	}
}

// eachContent is eachTile for contents.
func eachContent(t *T, none string, judge func(c content) (about bool, wrong string)) {
	eachTile(t, none, func(x *tile) (about bool, wrong string) {
		for _, c := range x.contents() {
			is, what := judge(c)
			about = about || is
			if what != "" && wrong == "" {
				wrong = strings.TrimPrefix(c.pointer, x.pointer) + " " + what
			}
		}
		return about, wrong
	})
}

//go:embed tileset.schema.json
var tilesetSchema []byte

const tilesetURL = "urn:mimcheck:schema:tileset:1"

var tilesetValidator = sync.OnceValues(func() (*validate.Validator, error) {
	document, err := validate.Decode(tilesetSchema)
	if err != nil {
		return nil, fmt.Errorf("tileset.schema.json: %w", err)
	}
	return validate.New(validate.Map{tilesetURL: document}, validate.Options{}), nil
})

// misfit is how a part of a tileset JSON is not as its schema says: in what it has to have,
// or in the types of what it has; empty when it is so.
func misfit(t *T, part string, value object, mandatory bool) string {
	v, err := tilesetValidator()
	if err != nil {
		t.CantTell("the schema of tilesets cannot be read, which is a fault of mimcheck: %v", err)
	}
	result := v.Schema(tilesetURL + "#/$defs/" + part).Validate(value)
	if result.Verdict == validate.CantTell {
		t.CantTell("a %s cannot be judged: %s", part, result.Reason)
	}
	for _, e := range result.Errors {
		// what is missing inside of a member is a matter of that member's type
		if (e.Keyword == "required" && e.Pointer == "") == mandatory {
			return e.String()
		}
	}
	return ""
}
