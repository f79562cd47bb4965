package mim8

import (
	"fmt"
	"net/http"

	. "github.com/oasc/mimcheck/suites"
)

// enclosureChecks hold the vertices of models against bounding volumes.
func enclosureChecks() []Check {
	return []Check{
		{
			ID: "mim8.content.volume.tile", Title: "The bounding volume of a tile encloses its content",
			Clause: tiles3D + "core-bounding-volume-spatial-coherence; #core-gltf-transforms; #core-gltf-node-hierarchy; #core-y-up-to-z-up", Fault: "tiles3d.volume.tile-too-small",
			Body: func(t *T) {
				enclosed(t, "tile", func(c content) []*tile { return []*tile{c.of} }, nil)
			},
		},
		{
			ID: "mim8.content.volume.parent", Title: "The bounding volume of a tile encloses the content of its children",
			Clause: tiles3D + "core-bounding-volume-spatial-coherence; " + tiles3D + "core-tile-json", Fault: "tiles3d.volume.parent-too-small",
			Body: func(t *T) {
				enclosed(t, "parent", func(c content) []*tile {
					if c.of.parent == nil {
						return nil
					}
					return []*tile{c.of.parent}
				}, nil)
			},
		},
		{
			ID: "mim8.content.volume.own", Title: "The bounding volume of a content encloses the content",
			Clause: tiles3D + "core-content-bounding-volume", Fault: "tiles3d.volume.content-too-small",
			Body: func(t *T) {
				enclosed(t, "content", nil, func(c content) (object, bool) { v, is := c.body["boundingVolume"].(object); return v, is })
			},
		},
	}
}

// What content may stand out of a volume by, since producers round: part of the length of
// each side, and so many metres.
const (
	tolerated = 0.01
	rounded   = 0.1
)

// enclosed holds the vertices of some contents against the volumes of tiles, or of their own.
func enclosed(t *T, what string, tiles func(c content) []*tile, own func(c content) (object, bool)) {
	skipped := ""
	volumes := func(c content) (all []solid) {
		if own != nil {
			if v, is := own(c); is {
				if s, known := solidOf(v, c.of.world); known {
					all = append(all, s)
				}
			}
			return all
		}
		for _, x := range tiles(c) {
			v, _ := x.body["boundingVolume"].(object)
			if s, known := solidOf(v, x.world); known {
				all = append(all, s)
			}
		}
		return all
	}
	wanted := func(c content) bool { return !c.seemsTileset() && len(volumes(c)) > 0 }
	eachFile(t, tilesets(t), wanted, func(c content, f file) bool {
		text, data := f.model()
		if f.status != http.StatusOK || text == nil {
			return false
		}
		all, off, why := places(text, data)
		if why != "" || len(all) == 0 {
			skipped = fmt.Sprintf("%s: %s", c.uri, why)
			return false
		}
		off *= c.of.world.scale()
		for _, s := range volumes(c) {
			furthest := 0.0
			for _, p := range all {
				furthest = max(furthest, s.beyond(c.of.world.at(p), tolerated))
			}
			// written so that what is no number is no place inside
			t.Holds(c.of.in.Response, furthest <= rounded+off, "%s: a vertex of the content %s is %.3g m outside of the bounding volume of the %s", c.pointer, c.uri, furthest, what)
		}
		return true
	})
	if skipped != "" {
		t.Note("%s: the vertices of a content could not be told: %s.", t.Check.ID, skipped)
	}
}
