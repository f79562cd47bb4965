package mim8

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"

	. "github.com/oasc/mimcheck/suites"
)

func tilesetChecks() []Check {
	return []Check{
		{
			ID: "mim8.tileset.entry.there", Title: "A tileset JSON is where one gets into the tileset",
			Clause: tiles3D + "core-tileset-json", Fault: "tiles3d.entry.gone",
			Hint: "The endpoint's address is the whole one of the tileset JSON.",
			Body: func(t *T) { first(t) },
		},
		{
			ID: "mim8.tileset.entry.mediaType", Title: "A tileset JSON comes as application/json",
			Level: Extended, Clause: tiles3D + "core-file-extensions-and-media-types", Fault: "tiles3d.entry.as-text",
			Body: func(t *T) { t.Expect(first(t).Response).To(HaveMediaType("application/json")) },
		},
		{
			ID: "mim8.tileset.json.encoding", Title: "The JSON is UTF-8 without a byte order mark",
			Clause: tiles3D + "core-json-encoding", Fault: "tiles3d.json.byte-order-mark",
			Body: func(t *T) {
				for _, s := range tilesets(t) {
					t.Holds(s.Response, !bytes.HasPrefix(s.Body, []byte(byteOrderMark)), "the tileset JSON begins with a byte order mark")
					t.Holds(s.Response, utf8.Valid(s.Body), "the tileset JSON is not UTF-8")
				}
			},
		},
		{
			ID: "mim8.tileset.json.names", Title: "No name is twice in an object of the JSON",
			Clause: tiles3D + "core-json-encoding", Fault: "tiles3d.json.name-twice",
			Body: func(t *T) {
				for _, s := range tilesets(t) {
					name := doubled(s.Body)
					t.Holds(s.Response, name == "", "the name %q is twice in an object", name)
				}
			},
		},
		{
			ID: "mim8.tileset.members.there", Title: "A tileset has an asset, a geometric error and a root tile",
			Clause: tiles3D + "core-tileset-json", Fault: "tiles3d.tileset.no-error",
			Body: func(t *T) { eachTileset(t, "tileset", func(s *tileset) object { return s.document }, true) },
		},
		{
			ID: "mim8.tileset.members.types", Title: "What a tileset has is of the type that the standard gives it",
			Clause: tiles3D + "core-tileset-json", Fault: "tiles3d.tileset.error-as-text",
			Body: func(t *T) { eachTileset(t, "tileset", func(s *tileset) object { return s.document }, false) },
		},
		{
			ID: "mim8.tileset.asset.version", Title: "The asset of a tileset tells the version of 3D Tiles",
			Clause: tiles3D + "core-tileset-json", Fault: "tiles3d.asset.no-version",
			Body: func(t *T) {
				eachTileset(t, "asset", func(s *tileset) object { a, _ := s.document["asset"].(object); return a }, true)
			},
		},
		{
			ID: "mim8.tileset.asset.types", Title: "The versions in an asset are texts",
			Clause: tiles3D + "core-tileset-json", Fault: "tiles3d.asset.version-as-number",
			Body: func(t *T) {
				eachTileset(t, "asset", func(s *tileset) object { a, _ := s.document["asset"].(object); return a }, false)
			},
		},
		{
			ID: "mim8.tileset.extensions.listed", Title: "The first tileset JSON lists all extensions that the tileset uses or requires",
			Clause: tiles3D + "core-extensions-1", Fault: "tiles3d.extensions.not-listed",
			Body: func(t *T) {
				all := tilesets(t)
				entry := all[0]
				listed := texts(entry.document["extensionsUsed"])
				used := texts(entry.document["extensionsRequired"])
				for _, s := range all {
					used = append(used, extensions(s.document)...)
				}
				if len(used) == 0 {
					t.Inapplicable("the tileset uses no extension")
				}
				slices.Sort(used)
				for _, name := range slices.Compact(used) {
					t.Holds(entry.Response, slices.Contains(listed, name), "the extension %s is used, and extensionsUsed of the first tileset JSON does not have it", name)
				}
			},
		},
		{
			ID: "mim8.tileset.external.leaf", Title: "A tile that leads to another tileset has no children",
			Clause: tiles3D + "core-external-tilesets", Fault: "tiles3d.external.with-children",
			Body: func(t *T) {
				all := tilesets(t)
				if len(all) == 1 {
					t.Inapplicable("no tile leads to another tileset, as far as was looked")
				}
				for _, s := range all[1:] {
					children, _ := s.from.body["children"].([]any)
					t.Holds(s.from.in.Response, len(children) == 0, "%s leads to a tileset, and has %d children", s.from.pointer, len(children))
				}
			},
		},
		{
			ID: "mim8.tileset.external.circle", Title: "No tileset leads back to itself",
			Clause: tiles3D + "core-external-tilesets", Fault: "tiles3d.external.circle",
			Body: func(t *T) {
				told := t.Few()
				for _, s := range tilesets(t) {
					for _, c := range s.contents() {
						to, err := c.address()
						told.Holds(s.Response, err != nil || !above(s, to.String()), "%s leads to %s, which leads to it", c.pointer, c.uri)
					}
				}
				told.End()
			},
		},
	}
}

// eachTileset holds a part of some tilesets against its schema.
func eachTileset(t *T, part string, of func(s *tileset) object, mandatory bool) {
	for _, s := range tilesets(t) {
		value := of(s)
		if value == nil {
			value = object{}
		}
		wrong := misfit(t, part, value, mandatory)
		t.Holds(s.Response, wrong == "", "the %s: %s", part, wrong)
	}
}

// above says whether the address is of the tileset or of one that it was come to by.
func above(s *tileset, address string) bool {
	for s != nil {
		if s.address.String() == address {
			return true
		}
		if s.from == nil {
			return false
		}
		s = s.from.in
	}
	return false
}

// doubled is a name that is twice in an object of a JSON text; empty when there is none.
func doubled(b []byte) string {
	type level struct {
		names map[string]bool // nil in a list
		name  bool            // a name comes next
	}
	var open []level
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte(byteOrderMark))))
	for {
		token, err := d.Token()
		if err != nil {
			return "" // for another check to say
		}
		if delimiter, is := token.(json.Delim); is && (delimiter == '}' || delimiter == ']') {
			open = open[:len(open)-1]
			continue
		}
		if last := len(open) - 1; last >= 0 && open[last].names != nil {
			if name, is := token.(string); is && open[last].name {
				if open[last].names[name] {
					return name
				}
				open[last].names[name], open[last].name = true, false
				continue
			}
			open[last].name = true
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{map[string]bool{}, true})
		case json.Delim('['):
			open = append(open, level{})
		}
	}
}

func texts(v any) []string {
	list, _ := v.([]any)
	var all []string
	for _, e := range list {
		if s, is := e.(string); is {
			all = append(all, s)
		}
	}
	return all
}

// extensions are the names of those that a tileset uses, anywhere but in what extensions
// and applications put there themselves.
func extensions(v any) []string {
	var all []string
	switch v := v.(type) {
	case object:
		for name, value := range v {
			of, is := value.(object)
			switch {
			case name == "extensions" && is:
				for extension := range of {
					all = append(all, extension)
				}
			case name == "extras", name == "schema", name == "statistics":
				// what is below has names of the city's own
			case name == "properties":
			default:
				all = append(all, extensions(value)...)
			}
		}
	case []any:
		for _, e := range v {
			all = append(all, extensions(e)...)
		}
	}
	return all
}

func tileChecks() []Check {
	return []Check{
		{
			ID: "mim8.tile.members.there", Title: "A tile has a bounding volume and a geometric error",
			Clause: tiles3D + "core-tile-json", Fault: "tiles3d.tile.no-volume",
			Body: func(t *T) {
				eachTile(t, "", func(x *tile) (bool, string) { return true, misfit(t, "tile", x.body, true) })
			},
		},
		{
			ID: "mim8.tile.members.types", Title: "What a tile has is of the type that the standard gives it",
			Clause: tiles3D + "core-tile-json", Fault: "tiles3d.tile.children-in-an-object",
			Body: func(t *T) {
				eachTile(t, "", func(x *tile) (bool, string) { return true, misfit(t, "tile", x.body, false) })
			},
		},
		{
			ID: "mim8.tile.error.positive", Title: "A geometric error is not negative",
			Clause: tiles3D + "core-geometric-error", Fault: "tiles3d.error.negative",
			Body: func(t *T) {
				eachTile(t, "no geometric error is a number", func(x *tile) (bool, string) {
					n, is := number(x.body["geometricError"])
					return is, WrongIf(is && n < 0, "the geometric error is %v, and no number from 0", n)
				})
			},
		},
		{
			ID: "mim8.tile.error.descending", Title: "The geometric error of a child is not greater than that of its parent",
			Level: Extended, Clause: tiles3D + "core-geometric-error; " + tiles3D + "core-tile-json", Fault: "tiles3d.error.rising",
			Body: func(t *T) {
				eachTile(t, "no tile has children", func(x *tile) (bool, string) {
					if x.parent == nil || x.parent.in != x.in {
						return false, ""
					}
					n, is := number(x.body["geometricError"])
					above, also := number(x.parent.body["geometricError"])
					n, above = n*x.world.scale(), above*x.parent.world.scale()
					const rounding = 1 + 1e-6
					return is && also, WrongIf(is && also && n > above*rounding, "the geometric error is %g m, that of the parent %g m", n, above)
				})
			},
		},
		{
			ID: "mim8.tile.refine.root", Title: "The root tile of a tileset says how it is refined",
			Clause: tiles3D + "core-refinement", Fault: "tiles3d.refine.root-silent",
			Body: func(t *T) {
				for _, s := range tilesets(t) {
					root := s.tiles()[0]
					t.Holds(s.Response, root.body["refine"] != nil, "/root has no refine")
				}
			},
		},
		{
			ID: "mim8.tile.refine.value", Title: "A tile is refined by ADD or by REPLACE",
			Clause: tiles3D + "core-refinement", Fault: "tiles3d.refine.other",
			Body: func(t *T) {
				eachTile(t, "no tile says how it is refined", func(x *tile) (bool, string) {
					how, there := x.body["refine"]
					return there, WrongIf(there && how != "ADD" && how != "REPLACE", "refine is %v, expected ADD or REPLACE", how)
				})
			},
		},
		{
			ID: "mim8.tile.transform.affine", Title: "A transform is an affine one, column after column",
			Clause: tiles3D + "core-tile-transforms", Fault: "tiles3d.transform.row-after-row",
			Body: func(t *T) {
				eachTile(t, "no tile has a transform of 16 numbers", func(x *tile) (bool, string) {
					m, is := matrixOf(x.body["transform"])
					last := [4]float64{m[3], m[7], m[11], m[15]}
					return is, WrongIf(is && last != [4]float64{0, 0, 0, 1}, "the last row of the transform is %v, expected [0 0 0 1]", last)
				})
			},
		},
		{
			ID: "mim8.tile.content.single", Title: "A tile has content or contents, and not both",
			Clause: tiles3D + "core-tile-json", Fault: "tiles3d.content.both",
			Body: func(t *T) {
				eachTile(t, "no tile has content", func(x *tile) (bool, string) {
					_, one := x.body["content"]
					_, several := x.body["contents"]
					return one || several, WrongIf(one && several, "the tile has content and contents")
				})
			},
		},
		{
			ID: "mim8.tile.content.uri", Title: "A content has an address",
			Clause: tiles3D + "core-tile-content", Fault: "tiles3d.content.no-uri",
			Body: func(t *T) {
				eachContent(t, "no tile has content", func(c content) (bool, string) { return true, misfit(t, "content", c.body, true) })
			},
		},
		{
			ID: "mim8.tile.content.types", Title: "What a content has is of the type that the standard gives it",
			Clause: tiles3D + "core-tile-json", Fault: "tiles3d.content.uri-in-a-list",
			Body: func(t *T) {
				eachContent(t, "no tile has content", func(c content) (bool, string) { return true, misfit(t, "content", c.body, false) })
			},
		},
		{
			ID: "mim8.tile.content.group", Title: "The group of a content is one of those that the tileset has",
			Clause: tiles3D + "core-tile-json", Fault: "tiles3d.content.no-such-group",
			Body: func(t *T) {
				eachContent(t, "no content is in a group", func(c content) (bool, string) {
					n, is := number(c.body["group"])
					groups, _ := c.of.in.document["groups"].([]any)
					return is, WrongIf(is && n >= float64(len(groups)), "is in the group %g, and the tileset has %d groups", n, len(groups))
				})
			},
		},
	}
}
