package mim8

import (
	"bytes"
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"
)

// glTF is where the rules of tiles' main format stand; the section follows.
const glTF = "glTF 2.0, "

// Media types of glTF.
const (
	mediaBinary = "model/gltf-binary"
	mediaModel  = "model/gltf+json"
)

func contentChecks() []Check {
	return []Check{
		{
			ID: "mim8.content.file.there", Title: "What the address of a content leads to can be fetched",
			Clause: tiles3D + "core-uris", Fault: "tiles3d.content.gone",
			Body: func(t *T) {
				eachFile(t, tilesets(t), func(c content) bool { return true }, func(c content, f file) bool {
					t.Holds(f.from, f.status == http.StatusOK, "the content %s was answered with %d", c.uri, f.status)
					return true
				})
			},
		},
		{
			ID: "mim8.content.file.format", Title: "A content is glTF, another tileset, or of one of the formats of version 1.0",
			Clause: tiles3D + "core-tile-format-specifications", Fault: "tiles3d.content.no-format",
			Body: func(t *T) {
				all := tilesets(t)
				further := strings.Contains(strings.ToLower(strings.Join(texts(all[0].document["extensionsUsed"]), " ")), "content")
				eachFile(t, all, func(c content) bool { return true }, func(c content, f file) bool {
					if f.status != http.StatusOK || f.format() == "" && further { // extensions bring formats of their own
						return false
					}
					t.Holds(f.from, f.format() != "", "the content %s is of no known format: it begins with %q", c.uri, f.body[:min(len(f.body), 8)])
					return true
				})
			},
		},
		{
			ID: "mim8.content.file.mediaType", Title: "A content comes under the media type of its format",
			Level: Extended, Clause: tiles3D + "core-file-extensions-and-media-types; " + tiles3D + "tileformats-gltf-file-extensions-and-media-types", Fault: "tiles3d.content.as-text",
			Body: func(t *T) {
				eachFile(t, tilesets(t), func(c content) bool { return true }, func(c content, f file) bool {
					stated := map[string]string{binaryModel: mediaBinary, textModel: mediaModel, furtherTileset: "application/json"}[f.format()]
					if f.status != http.StatusOK || stated == "" {
						return false
					}
					t.Holds(f.from, f.media == stated, "the content %s comes as %q, expected %s", c.uri, f.media, stated)
					return true
				})
			},
		},
		{
			ID: "mim8.content.binary.header", Title: "Binary glTF is of version 2 of the container, and as long as its header says",
			Clause: glTF + "4.4.2", Fault: "tiles3d.binary.length",
			Body: func(t *T) {
				eachBinary(t, wrongHeader)
			},
		},
		{
			ID: "mim8.content.binary.chunks", Title: "Binary glTF has a chunk of JSON and then at most one of data, each whole and aligned",
			Clause: glTF + "4.4.3", Fault: "tiles3d.binary.chunks-swapped",
			Body: func(t *T) {
				eachBinary(t, func(body []byte) string {
					_, _, wrong := chunks(body)
					return wrong
				})
			},
		},
		{
			ID: "mim8.content.model.version", Title: "The asset of a glTF model says that it is of version 2",
			Clause: glTF + "3.2; " + tiles3D + "tileformats-gltf-gltf", Fault: "tiles3d.model.version-1",
			Body: func(t *T) {
				eachModel(t, func(c content, f file) bool {
					text, _ := f.model()
					v, err := Decode(text)
					document, is := v.(object)
					if text == nil || err != nil || !is {
						return false // for another check to say
					}
					asset, _ := document["asset"].(object)
					version, _ := asset["version"].(string)
					t.Holds(f.from, strings.HasPrefix(version, "2."), "the model %s is of the version %q of glTF", c.uri, version)
					return true
				})
			},
		},
		{
			ID: "mim8.content.model.json", Title: "The JSON of a glTF model can be read",
			Clause: glTF + "4.4.3; " + glTF + "3.2", Fault: "tiles3d.model.no-json",
			Body: func(t *T) {
				eachModel(t, func(c content, f file) bool {
					text, _ := f.model()
					if text == nil {
						return false
					}
					v, err := Decode(text)
					_, is := v.(object)
					t.Holds(f.from, err == nil && is, "the JSON of the model %s is no object (%v)", c.uri, err)
					return true
				})
			},
		},
	}
}

// Formats of contents.
const (
	binaryModel    = "binary glTF"
	textModel      = "glTF"
	furtherTileset = "tileset"
	legacy         = "of version 1.0"
)

// format is that of a content, by what it begins with, and not by its name; empty when it is
// of none.
func (f file) format() string {
	switch magic := string(f.body[:min(len(f.body), 4)]); magic {
	case "glTF":
		return binaryModel
	case "b3dm", "i3dm", "pnts", "cmpt":
		return legacy
	}
	v, err := Decode(bytes.TrimPrefix(f.body, []byte(byteOrderMark)))
	document, is := v.(object)
	_, rooted := document["root"].(object)
	_, owned := document["asset"].(object)
	switch {
	case err != nil || !is:
		return ""
	case rooted:
		return furtherTileset
	case owned:
		return textModel
	}
	return ""
}

// eachFile calls judge for what some contents that are wanted lead to, as the run's seed
// chooses, until it has judged enough of them.
func eachFile(t *T, all []*tileset, wanted func(c content) bool, judge func(c content, f file) (judged bool)) {
	var some []content
	for _, s := range all {
		for _, c := range s.contents() {
			if wanted(c) {
				some = append(some, c)
			}
		}
	}
	if len(some) == 0 {
		t.Inapplicable("no tile that was looked at has content of its own")
	}
	t.Rand().Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	judged, asked := 0, 0
	for _, c := range some {
		if judged == someContents || asked == 2*someContents {
			break
		}
		f, there := fetch(t, c)
		if !there {
			continue
		}
		asked++
		if judge(c, f) {
			judged++
		}
	}
	switch {
	case judged > 0:
	case asked == 0:
		t.Untested("all contents that were looked at are at another host than the endpoint's, and are not asked for")
	default:
		t.Untested("none of the %d contents that were fetched can be judged by this", asked)
	}
}

// eachBinary is eachModel for binary glTF: wrong says what is wrong with its bytes, if anything.
func eachBinary(t *T, wrong func(body []byte) string) {
	eachModel(t, func(c content, f file) bool {
		if f.format() != binaryModel {
			return false
		}
		what := wrong(f.body)
		t.Holds(f.from, what == "", "the content %s %s", c.uri, what)
		return true
	})
}

// eachModel is eachFile for contents that are glTF.
func eachModel(t *T, judge func(c content, f file) (judged bool)) {
	eachFile(t, tilesets(t), func(c content) bool { return !c.seemsTileset() }, func(c content, f file) bool {
		format := f.format()
		return f.status == http.StatusOK && (format == binaryModel || format == textModel) && judge(c, f)
	})
}
