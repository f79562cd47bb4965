package faults

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
)

// tilesBase is the path that the tileset is below.
const tilesBase = "/tiles/"

// tilesAt matches the reading of files whose path below tilesBase has a beginning and an end.
func tilesAt(beginning, end string) Match {
	return func(r *http.Request) bool {
		below, found := strings.CutPrefix(r.URL.Path, tilesBase)
		return found && r.Method == http.MethodGet && strings.HasPrefix(below, beginning) && strings.HasSuffix(below, end)
	}
}

// eachTile is an Answer change of all tiles of a tileset JSON, a parent before its children.
func eachTile(edit func(tile object)) func(*http.Request, *Answer) {
	var below func(tile object)
	below = func(tile object) {
		edit(tile)
		for _, child := range objects(tile["children"]) {
			below(child)
		}
	}
	return answered(func(o object) {
		if root, is := o["root"].(object); is {
			below(root)
		}
	})
}

// eachContent is an Answer change of all contents of tiles.
func eachContent(edit func(content object)) func(*http.Request, *Answer) {
	return eachTile(func(tile object) {
		for _, c := range append(objects(tile["content"]), objects(tile["contents"])...) {
			edit(c)
		}
	})
}

// eachVolume is an Answer change of all bounding volumes that have a member.
func eachVolume(member string, edit func(volume object)) func(*http.Request, *Answer) {
	change := func(o object) {
		if v, is := o["boundingVolume"].(object); is && v[member] != nil {
			edit(v)
		}
	}
	return eachTile(func(tile object) {
		change(tile)
		for _, c := range append(objects(tile["content"]), objects(tile["contents"])...) {
			change(c)
		}
	})
}

// shrunk makes a bounding volume a hundredth of its size, or a point at one of its ends.
func shrunk(volume object) {
	switch {
	case volume["box"] != nil:
		n := itemsOf(volume["box"])
		for i := 3; i < len(n); i++ {
			n[i] = number(n[i]) * 0.01
		}
	case volume["sphere"] != nil:
		n := itemsOf(volume["sphere"])
		n[3] = number(n[3]) * 0.01
	case volume["region"] != nil:
		n := itemsOf(volume["region"])
		n[2], n[3] = n[0], n[1]
	}
}

// tilesets is the faults of the city in three dimensions, by 3D Tiles.
func tilesets() []Fault {
	entry, documents := tilesAt("tileset.json", ""), tilesAt("", "tileset.json")
	models, subtrees := tilesAt("", ".glb"), tilesAt("ground/subtrees/", ".json")
	rooted := func(edit func(root object)) func(*http.Request, *Answer) {
		return answered(func(o object) {
			if root, is := o["root"].(object); is {
				edit(root)
			}
		})
	}
	implicit := func(edit func(tile, implicit object)) func(*http.Request, *Answer) {
		return eachTile(func(tile object) {
			if i, is := tile["implicitTiling"].(object); is {
				edit(tile, i)
			}
		})
	}
	return []Fault{
		{Name: "tiles3d.entry.gone", Summary: "The tileset JSON is not there.", On: entry, Answer: gone},
		{Name: "tiles3d.entry.as-text", Summary: "The tileset JSON comes as plain text.", On: entry, Answer: retyped("application/json", "text/plain")},
		{Name: "tiles3d.json.byte-order-mark", Summary: "Tileset JSON begins with a byte order mark.", On: documents, Answer: func(_ *http.Request, a *Answer) {
			a.Body = append([]byte("\uFEFF"), a.Body...)
		}},
		{Name: "tiles3d.json.name-twice", Summary: "The tiles state their geometric error twice.", On: documents, Answer: func(_ *http.Request, a *Answer) {
			a.Body = bytes.ReplaceAll(a.Body, []byte(`"geometricError":`), []byte(`"geometricError":0,"geometricError":`))
		}},
		{Name: "tiles3d.tileset.no-error", Summary: "Tilesets have no geometric error of their own.", On: documents, Answer: answered(func(o object) { delete(o, "geometricError") })},
		{Name: "tiles3d.tileset.error-as-text", Summary: "The geometric error of tilesets is a text.", On: documents, Answer: answered(func(o object) { o["geometricError"] = "800 m" })},
		{Name: "tiles3d.asset.no-version", Summary: "Tilesets do not tell the version of 3D Tiles.", On: documents, Answer: answered(func(o object) { o["asset"] = object{"tilesetVersion": "7"} })},
		{Name: "tiles3d.asset.version-as-number", Summary: "The version of 3D Tiles is a number.", On: documents, Answer: answered(func(o object) { o["asset"] = object{"version": 1.1} })},
		{Name: "tiles3d.extensions.not-listed", Summary: "Extensions that are used are not listed.", On: entry, Answer: answered(func(o object) { delete(o, "extensionsUsed") })},
		{Name: "tiles3d.extensions.required-only", Summary: "An extension is listed as required, and not as used.", On: entry, Answer: answered(func(o object) { o["extensionsRequired"] = []any{"HALVERSTAD_collision"} })},
		{Name: "tiles3d.external.with-children", Summary: "A tile that leads to another tileset has children.", On: entry, Answer: eachTile(func(tile object) {
			if c, _ := tile["content"].(object); strings.HasSuffix(textOf(c["uri"]), ".json") {
				tile["children"] = []any{object{"boundingVolume": tile["boundingVolume"], "geometricError": 0}}
			}
		})},
		{Name: "tiles3d.external.circle", Summary: "The tileset of the street lights leads back to that of the city.", On: tilesAt("lights/", "tileset.json"), Answer: rooted(func(root object) {
			root["children"] = append(itemsOf(root["children"]), object{"boundingVolume": root["boundingVolume"], "geometricError": 0, "content": object{"uri": "../tileset.json"}})
		})},
		{Name: "tiles3d.tile.no-volume", Summary: "Tiles without children have no bounding volume.", On: documents, Answer: eachTile(func(tile object) {
			if tile["children"] == nil {
				delete(tile, "boundingVolume")
			}
		})},
		{Name: "tiles3d.tile.children-in-an-object", Summary: "The children of the root are in an object instead of a list.", On: documents, Answer: rooted(func(root object) {
			children := object{}
			for i, c := range itemsOf(root["children"]) {
				children[string(rune('a'+i))] = c
			}
			root["children"] = children
		})},
		{Name: "tiles3d.error.negative", Summary: "The geometric error of tiles without children is -1.", On: documents, Answer: eachTile(func(tile object) {
			if tile["children"] == nil {
				tile["geometricError"] = -1
			}
		})},
		{Name: "tiles3d.error.rising", Summary: "The geometric error of tiles without children is the largest.", On: documents, Answer: eachTile(func(tile object) {
			if tile["children"] == nil {
				tile["geometricError"] = 5000
			}
		})},
		{Name: "tiles3d.refine.root-silent", Summary: "Root tiles do not say how they are refined.", On: documents, Answer: rooted(func(root object) { delete(root, "refine") })},
		{Name: "tiles3d.refine.other", Summary: "Tiles are refined by BLEND.", On: documents, Answer: eachTile(func(tile object) {
			if tile["refine"] != nil {
				tile["refine"] = "BLEND"
			}
		})},
		{Name: "tiles3d.transform.row-after-row", Summary: "Transforms are written row after row.", On: documents, Answer: eachTile(func(tile object) {
			if m := itemsOf(tile["transform"]); len(m) == 16 {
				tile["transform"] = []any{m[0], m[4], m[8], m[12], m[1], m[5], m[9], m[13], m[2], m[6], m[10], m[14], m[3], m[7], m[11], m[15]}
			}
		})},
		{Name: "tiles3d.content.both", Summary: "A tile with several contents has one beside.", On: entry, Answer: eachTile(func(tile object) {
			if several := itemsOf(tile["contents"]); len(several) > 0 {
				tile["content"] = several[0]
			}
		})},
		{Name: "tiles3d.content.no-uri", Summary: "The address of contents is called url, as before version 1.0.", On: documents, Answer: eachContent(func(c object) {
			c["url"] = c["uri"]
			delete(c, "uri")
		})},
		{Name: "tiles3d.content.uri-in-a-list", Summary: "The address of contents is in a list.", On: documents, Answer: eachContent(func(c object) { c["uri"] = []any{c["uri"]} })},
		{Name: "tiles3d.content.no-such-group", Summary: "Contents are in a group that is not there.", On: entry, Answer: eachContent(func(c object) { c["group"] = 7 })},
		{Name: "tiles3d.volume.cylinder", Summary: "Bounding spheres are cylinders, of which no extension tells.", On: documents, Answer: eachVolume("sphere", func(v object) {
			v["cylinder"] = v["sphere"]
			delete(v, "sphere")
		})},
		{Name: "tiles3d.volume.region-in-degrees", Summary: "Regions are in degrees.", On: documents, Answer: eachVolume("region", func(v object) {
			n := itemsOf(v["region"])
			for i := range 4 {
				n[i] = number(n[i]) * 180 / math.Pi
			}
		})},
		{Name: "tiles3d.volume.region-upside-down", Summary: "Regions have their highest height before the lowest one.", On: documents, Answer: eachVolume("region", func(v object) {
			n := itemsOf(v["region"])
			n[4], n[5] = n[5], n[4]
		})},
		{Name: "tiles3d.volume.box-by-corners", Summary: "Boxes are told by two corners.", On: documents, Answer: eachVolume("box", func(v object) {
			if n := itemsOf(v["box"]); len(n) > 6 {
				v["box"] = n[:6]
			}
		})},
		{Name: "tiles3d.volume.sphere-negative", Summary: "The radius of spheres is negative.", On: documents, Answer: eachVolume("sphere", func(v object) {
			n := itemsOf(v["sphere"])
			n[3] = -number(n[3])
		})},
		{Name: "tiles3d.volume.tile-too-small", Summary: "The bounding volumes of tiles without children are smaller than their content.", On: documents, Answer: eachTile(func(tile object) {
			if v, is := tile["boundingVolume"].(object); is && tile["children"] == nil {
				shrunk(v)
			}
		})},
		{Name: "tiles3d.volume.parent-too-small", Summary: "The bounding volumes of tiles with children are smaller than the content of these.", On: documents, Answer: eachTile(func(tile object) {
			if v, is := tile["boundingVolume"].(object); is && tile["children"] != nil {
				shrunk(v)
			}
		})},
		{Name: "tiles3d.volume.content-too-small", Summary: "The bounding volumes of contents are smaller than these.", On: documents, Answer: eachContent(func(c object) {
			if v, is := c["boundingVolume"].(object); is {
				shrunk(v)
			}
		})},
		{Name: "tiles3d.implicit.binary-tree", Summary: "Implicit trees are divided into two.", On: entry, Answer: implicit(func(_, i object) { i["subdivisionScheme"] = "BINARY" })},
		{Name: "tiles3d.implicit.with-children", Summary: "The root of an implicit tree has children.", On: entry, Answer: implicit(func(tile, _ object) {
			tile["children"] = []any{object{"boundingVolume": tile["boundingVolume"], "geometricError": 0}}
		})},
		{Name: "tiles3d.implicit.sphere", Summary: "The bounding volume of an implicit tree is a sphere.", On: entry, Answer: implicit(func(tile, _ object) {
			tile["boundingVolume"] = object{"sphere": []any{0, 0, 0, 6000}}
		})},
		{Name: "tiles3d.implicit.no-level", Summary: "The addresses of contents of an implicit tree do not tell the level.", On: entry, Answer: implicit(func(tile, _ object) {
			for _, c := range objects(tile["content"]) {
				c["uri"] = strings.ReplaceAll(textOf(c["uri"]), "{level}", "0")
			}
		})},
		{Name: "tiles3d.subtree.no-tiles", Summary: "Subtrees do not tell which tiles are there.", On: subtrees, Answer: answered(func(o object) { delete(o, "tileAvailability") })},
		{Name: "tiles3d.subtree.gone", Summary: "Subtrees are not there.", On: subtrees, Answer: gone},
		{Name: "tiles3d.subtree.empty", Summary: "Subtrees say that none of their tiles is there.", On: subtrees, Answer: answered(func(o object) { o["tileAvailability"] = object{"constant": 0} })},
		{Name: "tiles3d.subtree.content-gone", Summary: "The content of implicit tiles is not there.", On: tilesAt("ground/", ".glb"), Answer: gone},
		{Name: "tiles3d.content.gone", Summary: "Models are not there.", On: models, Answer: gone},
		{Name: "tiles3d.content.no-format", Summary: "Models are in a format that nobody knows.", On: models, Answer: func(_ *http.Request, a *Answer) { copy(a.Body, "HV3D") }},
		{Name: "tiles3d.content.as-text", Summary: "Models come as plain text.", On: models, Answer: retyped("model/gltf-binary", "text/plain")},
		{Name: "tiles3d.binary.length", Summary: "Models are longer than they state.", On: models, Answer: func(_ *http.Request, a *Answer) { a.Body = append(a.Body, 0, 0, 0, 0, 0, 0, 0, 0) }},
		{Name: "tiles3d.binary.version", Summary: "Models are of version 1 of binary glTF.", On: models, Answer: func(_ *http.Request, a *Answer) {
			if len(a.Body) > 8 {
				binary.LittleEndian.PutUint32(a.Body[4:], 1)
			}
		}},
		{Name: "tiles3d.binary.chunks-swapped", Summary: "The data of models come before their JSON.", On: models, Answer: swappedChunks},
		{Name: "tiles3d.model.version-1", Summary: "Models are of version 1.0 of glTF.", On: models, Answer: inModel(func(doc object) { doc["asset"] = object{"version": "1.0"} })},
		{Name: "tiles3d.model.no-json", Summary: "The JSON of models is not well-formed.", On: models, Answer: func(_ *http.Request, a *Answer) {
			a.Body = bytes.Replace(a.Body, []byte(`{"`), []byte(`["`), 1)
		}},
		{Name: "tiles3d.model.z-is-up", Summary: "Models stand as if the z axis of glTF were up, as that of tiles is.", On: models, Answer: inModel(func(doc object) {
			for _, n := range objects(doc["nodes"]) {
				if t := itemsOf(n["translation"]); len(t) == 3 {
					n["translation"] = []any{t[0], -number(t[2]), t[1]}
				}
			}
		})},
	}
}

// swappedChunks puts the second chunk of binary glTF before the first one.
func swappedChunks(_ *http.Request, a *Answer) {
	const header, head = 12, 8
	if len(a.Body) < header+head {
		return
	}
	end := header + head + int(binary.LittleEndian.Uint32(a.Body[header:]))
	if end < len(a.Body) {
		a.Body = slices.Concat(a.Body[:header], a.Body[end:], a.Body[header:end])
	}
}

// inModel is an Answer change of the JSON of binary glTF, whose first chunk it is.
func inModel(edit func(doc object)) func(*http.Request, *Answer) {
	const header, head = 12, 8
	return func(_ *http.Request, a *Answer) {
		if len(a.Body) < header+head {
			return
		}
		end := header + head + int(binary.LittleEndian.Uint32(a.Body[header:]))
		if end > len(a.Body) {
			return
		}
		doc, is := decode(a.Body[header+head : end]).(object)
		if !is {
			return
		}
		edit(doc)
		text := encode(doc)
		for len(text)%4 != 0 {
			text = append(text, ' ')
		}
		body := slices.Concat(a.Body[:header+head], text, a.Body[end:])
		binary.LittleEndian.PutUint32(body[8:], uint32(len(body)))
		binary.LittleEndian.PutUint32(body[header:], uint32(len(text)))
		a.Body = body
	}
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

// number is a JSON number, 0 for what is none.
func number(v any) float64 {
	n, _ := v.(json.Number)
	f, err := n.Float64()
	if err != nil {
		return 0
	}
	return f
}
