package mim8_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim8"
)

type object = map[string]any

// ofTiles are the checks of tilesets.
func ofTiles() []suites.Check {
	var all []suites.Check
	for _, c := range mim8.Checks() {
		if c.Feature == suites.FeatureTilesets {
			all = append(all, c)
		}
	}
	return all
}

func belowTiles(end string) faults.Match {
	return func(r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, "/tiles/") && strings.HasSuffix(r.URL.Path, end)
	}
}

// documents is a platform whose tileset JSON differs.
func documents(edit func(o object)) faults.Fault {
	return faults.Fault{Name: "liberty", On: belowTiles("tileset.json"), Answer: func(_ *http.Request, a *faults.Answer) {
		var o object
		if json.Unmarshal(a.Body, &o) == nil {
			edit(o)
			a.Body, _ = json.Marshal(o)
		}
	}}
}

func eachTile(edit func(tile object)) func(o object) {
	var below func(tile object)
	below = func(tile object) {
		edit(tile)
		children, _ := tile["children"].([]any)
		for _, c := range children {
			below(c.(object))
		}
	}
	return func(o object) { below(o["root"].(object)) }
}

func eachContent(edit func(c object)) func(o object) {
	return eachTile(func(tile object) {
		if c, is := tile["content"].(object); is && tile["implicitTiling"] == nil {
			edit(c)
		}
		several, _ := tile["contents"].([]any)
		for _, c := range several {
			edit(c.(object))
		}
	})
}

// inSubtree makes a subtree a binary file.
func inSubtree(_ *http.Request, a *faults.Answer) {
	for len(a.Body)%8 != 0 {
		a.Body = append(a.Body, ' ')
	}
	header := make([]byte, 24)
	copy(header, "subt")
	binary.LittleEndian.PutUint32(header[4:], 1)
	binary.LittleEndian.PutUint64(header[8:], uint64(len(a.Body)))
	a.Body = append(header, a.Body...)
	a.Header.Set("Content-Type", "application/octet-stream")
}

// What a tileset may do does not fail it, whichever check looks.
func TestLibertiesOfTilesets(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each liberty; other tests run the same code")
	}
	for _, c := range []struct {
		name  string
		fault faults.Fault
	}{
		{"version 1.0", documents(func(o object) { o["asset"] = object{"version": "1.0"} })},
		{"what is mandatory, and no more", documents(func(o object) {
			for _, name := range []string{"schema", "groups", "extensionsUsed"} {
				delete(o, name)
			}
			o["asset"] = object{"version": "1.1"}
			eachTile(func(tile object) { delete(tile, "extensions") })(o)
			eachContent(func(c object) { delete(c, "group"); delete(c, "boundingVolume") })(o)
		})},
		{"empty lists of children", documents(eachTile(func(tile object) {
			if tile["children"] == nil && tile["implicitTiling"] == nil {
				tile["children"] = []any{}
			}
		}))},
		{"members and extras of its own", documents(func(o object) {
			o["extras"] = object{"extensions": "none", "note": "x"}
			eachTile(func(tile object) { tile["extras"] = object{"name": "x"}; tile["x-id"] = 5 })(o)
		})},
		{"volumes of an extension", documents(func(o object) {
			o["extensionsUsed"] = []any{"HALVERSTAD_provenance", "3DTILES_bounding_volume_S2"}
			eachTile(func(tile object) {
				tile["boundingVolume"] = object{"extensions": object{"3DTILES_bounding_volume_S2": object{"token": "89c6c7", "minimumHeight": 0, "maximumHeight": 100}}}
			})(o)
		})},
		{"no content at all", documents(eachTile(func(tile object) {
			for _, name := range []string{"content", "contents", "implicitTiling"} {
				delete(tile, name)
			}
		}))},
		{"contents at another host", documents(eachContent(func(c object) { c["uri"] = "https://tiles.example.org/" + c["uri"].(string) }))},
		{"queries and paths from the root", documents(eachContent(func(c object) {
			if uri := c["uri"].(string); strings.HasSuffix(uri, ".glb") && strings.Contains(uri, "/") {
				c["uri"] = "/tiles/" + uri + "?session=a%20b&v=1"
			}
		}))},
		{"a flat box and a sphere of no size where nothing is", documents(eachTile(func(tile object) {
			if tile["content"] == nil && tile["contents"] == nil && tile["children"] == nil {
				tile["boundingVolume"] = object{"sphere": []any{0, 0, 0, 0}}
			}
		}))},
		{"whole numbers with a fraction", faults.Fault{On: belowTiles(".json"), Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = []byte(strings.NewReplacer(`Levels":2`, `Levels":2.0`, `"group":0`, `"group":0.0`, `"constant":1`, `"constant":1.0`).Replace(string(a.Body)))
		}}},
		{"binary subtrees", faults.Fault{On: belowTiles("0/0/0.json"), Answer: inSubtree}},
		{"bits for what is there", faults.Fault{On: belowTiles("0/0/0.json"), Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = []byte(`{"buffers": [{"uri": "bits.bin", "byteLength": 8}], "bufferViews": [{"buffer": 0, "byteOffset": 0, "byteLength": 1}],
				"tileAvailability": {"bitstream": 0, "availableCount": 5}, "contentAvailability": [{"bitstream": 0}], "childSubtreeAvailability": {"constant": 0}}`)
		}}},
		{"models of version 1.0", faults.Fault{On: belowTiles(".glb"), Answer: func(_ *http.Request, a *faults.Answer) { copy(a.Body, "b3dm") }}},
		{"models in the format of an extension", faults.Fault{On: belowTiles(""), Answer: func(r *http.Request, a *faults.Answer) {
			if strings.HasSuffix(r.URL.Path, ".glb") {
				copy(a.Body, "vox1")
			}
			a.Body = []byte(strings.Replace(string(a.Body), `"extensionsUsed":[`, `"extensionsUsed":["3DTILES_content_voxels",`, 1))
		}}},
		{"models that are compressed", faults.Fault{On: belowTiles(".glb"), Answer: func(_ *http.Request, a *faults.Answer) {
			doc := `{"asset":{"version":"2.0"},"extensionsUsed":["KHR_draco_mesh_compression"],"extensionsRequired":["KHR_draco_mesh_compression"]} `
			for len(doc)%4 != 0 {
				doc += " "
			}
			b := make([]byte, 20)
			copy(b, "glTF")
			binary.LittleEndian.PutUint32(b[4:], 2)
			binary.LittleEndian.PutUint32(b[8:], uint32(20+len(doc)))
			binary.LittleEndian.PutUint32(b[12:], uint32(len(doc)))
			copy(b[16:], "JSON")
			a.Body = append(b, doc...)
		}}},
		{"models inside of the tileset JSON", faults.Fault{On: belowTiles("tileset.json"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := faults.Record(next, r)
			var o object
			if json.Unmarshal(a.Body, &o) == nil {
				eachContent(func(c object) {
					if uri := c["uri"].(string); strings.HasSuffix(uri, ".glb") {
						other := r.Clone(r.Context())
						other.URL.Path = r.URL.Path[:strings.LastIndex(r.URL.Path, "/")+1] + uri
						c["uri"] = "data:model/gltf-binary;base64," + base64.StdEncoding.EncodeToString(faults.Record(next, other).Body)
					}
				})(o)
				a.Body, _ = json.Marshal(o)
			}
			a.WriteTo(w)
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, c.fault)
			for _, check := range ofTiles() {
				if r := judgetest.Run(t, check, 7, platform); r.Outcome == reports.Failed || r.Outcome == reports.CantTell {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// A platform that is down, refuses whoever asks or sends pages of a proxy is not judged.
func TestIllTilesetsAreNotJudged(t *testing.T) {
	judgetest.NotJudged(t, belowTiles(""), ofTiles(), nil, nil)
}

// However large a tileset is, a check asks for a few files only.
func TestTilesetsAreReadInPart(t *testing.T) {
	asked := map[string]bool{}
	platform := judgetest.City(t, faults.Fault{On: belowTiles(""), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		asked[r.URL.Path] = true
		if strings.HasPrefix(r.URL.Path, "/tiles/far") && strings.HasSuffix(r.URL.Path, ".json") { // each leads to a hundred further ones
			r.URL.Path = "/tiles/tileset.json"
		}
		a := faults.Record(next, r)
		var o object
		if json.Unmarshal(a.Body, &o) == nil && o["root"] != nil {
			var many []any
			for i := range 100 {
				many = append(many, object{"boundingVolume": object{"sphere": []any{0, 0, 0, 1}}, "geometricError": 0, "content": object{"uri": "/tiles/far" + strings.Repeat("x", i) + r.URL.Path[len("/tiles/"):]}})
			}
			o["root"].(object)["children"] = many
			a.Body, _ = json.Marshal(o)
		}
		a.WriteTo(w)
	}})
	for _, check := range ofTiles() {
		clear(asked)
		judgetest.Run(t, check, 7, platform)
		if len(asked) > 20 {
			t.Errorf("%s asked for %d files", check.ID, len(asked))
		}
	}
}
