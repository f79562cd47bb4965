package mim8

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"
)

func volumeChecks() []Check {
	// each judges the volumes of a kind, whose member is a list of so many numbers.
	each := func(t *T, kind string, length int, judge func(n []float64) string) {
		eachTile(t, "no tile has a "+kind, func(x *tile) (about bool, wrong string) {
			for _, v := range x.volumes() {
				form, there := v.body[kind]
				if !there {
					continue
				}
				about = true
				n, is := numbers(form)
				what := WrongIf(!is || len(n) != length, "has a %s that is no list of %d numbers", kind, length)
				if what == "" {
					what = judge(n)
				}
				if what != "" && wrong == "" {
					wrong = v.name + " " + what
				}
			}
			return about, wrong
		})
	}
	return []Check{
		{
			ID: "mim8.volume.kind.known", Title: "A bounding volume is a box, a region or a sphere, or what an extension has instead",
			Clause: tiles3D + "core-bounding-volumes; #core-viewer-request-volume; #core-extensions", Fault: "tiles3d.volume.cylinder",
			Body: func(t *T) {
				eachTile(t, "no tile has a bounding volume", func(x *tile) (about bool, wrong string) {
					for _, v := range x.volumes() {
						about = true
						known := false
						for _, kind := range []string{"box", "region", "sphere", "extensions"} {
							known = known || v.body[kind] != nil
						}
						if !known {
							wrong = v.name + " has neither box, region nor sphere"
						}
					}
					return about, wrong
				})
			},
		},
		{
			ID: "mim8.volume.region.form", Title: "A region is west, south, east and north in radians, and the lowest and the highest height",
			Clause: tiles3D + "core-region", Fault: "tiles3d.volume.region-in-degrees",
			Body: func(t *T) {
				each(t, "region", 6, func(n []float64) string {
					const rounding = 1e-9
					for i, most := range []float64{math.Pi, math.Pi / 2, math.Pi, math.Pi / 2} {
						if math.Abs(n[i]) > most+rounding {
							return fmt.Sprintf("has a region with the angle %g, more than %.4g radians", n[i], most)
						}
					}
					if n[1] > n[3] || n[4] > n[5] {
						return fmt.Sprintf("has a region whose south or lowest height is above its north or highest height: %v", n)
					}
					return ""
				})
			},
		},
		{
			ID: "mim8.volume.box.form", Title: "A box is its centre and half of each of three sides",
			Clause: tiles3D + "core-box", Fault: "tiles3d.volume.box-by-corners",
			Body: func(t *T) {
				each(t, "box", 12, func([]float64) string { return "" })
			},
		},
		{
			ID: "mim8.volume.sphere.form", Title: "A sphere is its centre and its radius",
			Clause: tiles3D + "core-sphere", Fault: "tiles3d.volume.sphere-negative",
			Body: func(t *T) {
				each(t, "sphere", 4, func(n []float64) string { return WrongIf(n[3] < 0, "has a sphere with the radius %g", n[3]) })
			},
		},
	}
}

// volume is a bounding volume and what it is of.
type volume struct {
	name string
	body object
}

// volumes are those of a tile and its contents.
func (x *tile) volumes() []volume {
	var all []volume
	for _, name := range []string{"boundingVolume", "viewerRequestVolume"} {
		if v, is := x.body[name].(object); is {
			all = append(all, volume{name, v})
		}
	}
	for _, c := range x.contents() {
		if v, is := c.body["boundingVolume"].(object); is {
			all = append(all, volume{strings.TrimPrefix(c.pointer, x.pointer) + "/boundingVolume", v})
		}
	}
	return all
}

func implicitChecks() []Check {
	each := func(t *T, judge func(x *tile, implicit object) string) {
		eachTile(t, noImplicit, func(x *tile) (bool, string) {
			implicit, is := x.body["implicitTiling"].(object)
			if !is {
				return false, ""
			}
			return true, judge(x, implicit)
		})
	}
	return []Check{
		{
			ID: "mim8.implicit.root.form", Title: "An implicit tree has a scheme of subdivision, levels and subtrees",
			Clause: tiles3D + "implicittiling-implicit-root-tile; " + tiles3D + "implicittiling-subdivision-scheme", Fault: "tiles3d.implicit.binary-tree",
			Body: func(t *T) {
				each(t, func(_ *tile, implicit object) string {
					if wrong := misfit(t, "implicitTiling", implicit, true); wrong != "" {
						return "implicitTiling, " + wrong
					}
					wrong := misfit(t, "implicitTiling", implicit, false)
					return WrongIf(wrong != "", "implicitTiling, %s", wrong)
				})
			},
		},
		{
			ID: "mim8.implicit.root.bare", Title: "The root of an implicit tree has no children and no metadata, and its content no bounding volume",
			Clause: tiles3D + "implicittiling-implicit-root-tile", Fault: "tiles3d.implicit.with-children",
			Body: func(t *T) {
				each(t, func(x *tile, _ object) string {
					for _, name := range []string{"children", "metadata"} {
						if x.body[name] != nil {
							return "the root of an implicit tree has " + name
						}
					}
					for _, c := range x.contents() {
						if c.body["boundingVolume"] != nil {
							return "the content of the root of an implicit tree has a boundingVolume"
						}
					}
					return ""
				})
			},
		},
		{
			ID: "mim8.implicit.root.divisible", Title: "The bounding volume of an implicit tree is one that can be divided, and no sphere",
			Clause: tiles3D + "implicittiling-subdivision-scheme", Fault: "tiles3d.implicit.sphere",
			Body: func(t *T) {
				each(t, func(x *tile, _ object) string {
					v, _ := x.body["boundingVolume"].(object)
					return WrongIf(v["sphere"] != nil && v["box"] == nil && v["region"] == nil && v["extensions"] == nil, "the bounding volume is a sphere")
				})
			},
		},
		{
			ID: "mim8.implicit.template.variables", Title: "The addresses of an implicit tree have the variables level, x and y, and z of an octree",
			Clause: tiles3D + "implicittiling-template-uris", Fault: "tiles3d.implicit.no-level",
			Body: func(t *T) {
				each(t, func(x *tile, implicit object) string {
					variables := []string{"{level}", "{x}", "{y}"}
					if implicit["subdivisionScheme"] == "OCTREE" {
						variables = append(variables, "{z}")
					}
					for _, uri := range x.templates(implicit) {
						for _, v := range variables {
							if !strings.Contains(uri, v) {
								return fmt.Sprintf("the address %s has no %s", uri, v)
							}
						}
					}
					return ""
				})
			},
		},
		{
			ID: "mim8.implicit.subtree.there", Title: "The first subtree of an implicit tree is there, and tells which tiles are",
			Clause: tiles3D + "implicittiling-subtree-json-format; " + tiles3D + "implicittiling-subtree-binary-format; " + tiles3D + "implicittiling-availability-1", Fault: "tiles3d.subtree.no-tiles",
			Body: func(t *T) {
				eachSubtree(t, func(x *tile, f file) bool {
					document, wrong := f.subtree()
					for _, mandatory := range []bool{true, false} {
						if wrong == "" {
							wrong = misfit(t, "subtree", document, mandatory)
						}
					}
					t.Holds(f.from, wrong == "", "the first subtree of %s: %s", x.pointer, wrong)
					return true
				})
			},
		},
		{
			ID: "mim8.implicit.subtree.someTile", Title: "A subtree has a tile",
			Clause: tiles3D + "implicittiling-tile-availability", Fault: "tiles3d.subtree.empty",
			Body: func(t *T) {
				eachSubtree(t, func(x *tile, f file) bool {
					document, wrong := f.subtree()
					if wrong != "" {
						return false // for another check to say
					}
					availability, _ := document["tileAvailability"].(object)
					constant, is := number(availability["constant"])
					t.Holds(f.from, !is || constant != 0, "the first subtree of %s says that none of its tiles is there", x.pointer)
					return true
				})
			},
		},
		{
			ID: "mim8.implicit.subtree.content", Title: "The content that a subtree says is there can be fetched",
			Clause: tiles3D + "implicittiling-content-availability", Fault: "tiles3d.subtree.content-gone",
			Body: func(t *T) {
				eachSubtree(t, func(x *tile, f file) (judged bool) {
					document, wrong := f.subtree()
					all, _ := document["contentAvailability"].([]any)
					for i, c := range x.contents() {
						if wrong != "" || i >= len(all) {
							break
						}
						availability, _ := all[i].(object)
						if constant, is := number(availability["constant"]); !is || constant != 1 {
							continue // which ones are there is in bits, which are not read here
						}
						u, err := x.in.address.Parse(origin(c.uri))
						if err != nil {
							continue
						}
						if f, asked := fetchAt(t, x.in, u); asked {
							judged = true
							t.Holds(f.from, f.status == http.StatusOK, "the content %s, which the subtree says is there, was answered with %d", origin(c.uri), f.status)
						}
					}
					return judged
				})
			},
		},
	}
}

// noImplicit says that there is nothing that the checks of implicit trees are about.
const noImplicit = "no tile stands for an implicit tree"

// eachSubtree asks for the first subtrees of some implicit trees, as the run's seed chooses.
func eachSubtree(t *T, judge func(x *tile, f file) (judged bool)) {
	var some []*tile
	for _, s := range tilesets(t) {
		for _, x := range s.tiles() {
			if x.implicit() {
				some = append(some, x)
			}
		}
	}
	if len(some) == 0 {
		t.Inapplicable(noImplicit)
	}
	t.Rand().Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	judged := 0
	for _, x := range some[:min(len(some), someContents)] {
		implicit, _ := x.body["implicitTiling"].(object)
		subtrees, _ := implicit["subtrees"].(object)
		uri, is := subtrees["uri"].(string)
		u, err := x.in.address.Parse(origin(uri))
		if !is || err != nil {
			continue // for another check to say
		}
		if f, asked := fetchAt(t, x.in, u); asked && judge(x, f) {
			judged++
		}
	}
	if judged == 0 {
		t.Untested("no first subtree of an implicit tree that was looked at can be judged by this")
	}
}

// templates are the patterns of addresses of an implicit tree.
func (x *tile) templates(implicit object) []string {
	var all []string
	subtrees, _ := implicit["subtrees"].(object)
	if uri, is := subtrees["uri"].(string); is {
		all = append(all, uri)
	}
	for _, c := range x.contents() {
		all = append(all, c.uri)
	}
	return all
}

// origin is the address of the first tile, or of the first subtree.
func origin(template string) string {
	return strings.NewReplacer("{level}", "0", "{x}", "0", "{y}", "0", "{z}", "0").Replace(template)
}

// subtree is the document of a subtree, which stands alone or in a binary file; or what is
// wrong with it.
func (f file) subtree() (object, string) {
	const header = 24
	if f.status != http.StatusOK {
		return nil, fmt.Sprintf("was answered with %d", f.status)
	}
	text := f.body
	if bytes.HasPrefix(f.body, []byte("subt")) {
		if len(f.body) < header {
			return nil, "ends in its header"
		}
		version := binary.LittleEndian.Uint32(f.body[4:])
		document, buffer := binary.LittleEndian.Uint64(f.body[8:]), binary.LittleEndian.Uint64(f.body[16:])
		rest := uint64(len(f.body) - header)
		switch {
		case version != 1:
			return nil, fmt.Sprintf("is of version %d, expected 1", version)
		case document > rest || buffer > rest-document:
			return nil, fmt.Sprintf("has %d bytes after its header, and states %d and %d", rest, document, buffer)
		case document%8 != 0 || buffer%8 != 0:
			return nil, "has parts that do not end at a multiple of 8 bytes"
		}
		text = f.body[header : header+document]
	}
	v, err := Decode(text)
	document, is := v.(object)
	if err != nil || !is {
		return nil, "is neither a JSON object nor a binary subtree"
	}
	return document, ""
}
