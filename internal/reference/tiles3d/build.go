package tiles3d

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// The city lies between these longitudes and latitudes, in degrees, and heights, in metres.
const (
	west, south, east, north = 4.17, 52.91, 4.25, 52.96
	lowest, highest          = -5, 60
)

// provenance is an extension of the city's own, which says what tiles were made of.
const provenance = "HALVERSTAD_provenance"

// Groups of contents.
const (
	surveyed = iota
	computed
)

// scene is what stands in the city, in the local coordinates of its middle.
type scene struct {
	middle frame
	kinds  map[string][]block // by entity type
}

// build makes all files of the tileset: path below Base -> file.
func build(entities []ngsild.Object) (map[string]file, error) {
	s := scene{frameAt((west+east)/2, (south+north)/2), map[string][]block{}}
	for n, e := range entities {
		if err := s.add(n, e); err != nil {
			return nil, fmt.Errorf("the entity %v: %w", e["id"], err)
		}
	}
	files := map[string]file{}
	documents := map[string]object{"tileset.json": s.city(), "lights/tileset.json": s.lights(), "ground/subtrees/0/0/0.json": subtree()}
	for path, d := range documents {
		f, err := document(d)
		if err != nil {
			return nil, err
		}
		files[path] = f
	}
	models := map[string][]block{
		"buildings/overview.glb": s.overview(), "buildings/points-of-interest.glb": s.kinds["PointOfInterest"], "buildings/car-parks.glb": s.kinds["OffStreetParking"],
		"waste/containers.glb": s.kinds["WasteContainer"], "waste/filling.glb": filling(s.kinds["WasteContainer"]),
	}
	for n := range lightTiles {
		models[fmt.Sprintf("lights/%d.glb", n)] = s.lightsOf(n)
	}
	for level := range groundLevels {
		for x := range 1 << level {
			for y := range 1 << level {
				models[fmt.Sprintf("ground/%d/%d/%d.glb", level, x, y)] = []block{s.ground(level, x, y)}
			}
		}
	}
	for path, blocks := range models {
		f, err := model(blocks)
		if err != nil {
			return nil, err
		}
		files[path] = f
	}
	return files, nil
}

// sizes are half of the width and depth, and the height, of what stands for an entity, in
// metres; what is not there is not shown.
func sizes() map[string]vector {
	return map[string]vector{"PointOfInterest": {12, 9, 14}, "OffStreetParking": {30, 22.5, 3}, "Streetlight": {0.15, 0.15, 6}, "WasteContainer": {0.6, 0.6, 1.2}}
}

func (s *scene) add(n int, e ngsild.Object) error {
	kind, _ := e["type"].(string)
	size, shown := sizes()[kind]
	if !shown {
		return nil
	}
	location, _ := e["location"].(ngsild.Object)
	b, err := json.Marshal(location["value"])
	if err != nil {
		return err
	}
	g, err := geom.UnmarshalGeoJSON(b)
	if err != nil {
		return err
	}
	middle, ok := g.Envelope().Center().XY()
	if !ok {
		return fmt.Errorf("it is nowhere")
	}
	id, _ := e["id"].(string)
	s.kinds[kind] = append(s.kinds[kind], block{name: id, at: s.middle.local(middle.X, middle.Y, 0),
		halfEast: size[0], halfNorth: size[1], height: size[2] + float64(n%3), red: 0.8, green: 0.7, blue: 0.6})
	return nil
}

// overview is the buildings from afar: one block around all that are near one another.
func (s *scene) overview() []block {
	var all []block
	for _, b := range slices.Concat(s.kinds["PointOfInterest"], s.kinds["OffStreetParking"]) {
		b.height /= 2
		all = append(all, b)
	}
	return all
}

// filling is how full containers are.
func filling(containers []block) []block {
	var all []block
	for _, b := range containers {
		b.halfEast, b.halfNorth, b.height = b.halfEast*0.8, b.halfNorth*0.8, b.height/2
		all = append(all, b)
	}
	return all
}

// city is the tileset that leads to all else.
func (s *scene) city() object {
	points, parks, waste := s.kinds["PointOfInterest"], s.kinds["OffStreetParking"], s.kinds["WasteContainer"]
	here := s.middle.matrix()
	leaf := func(uri string, blocks []block) object {
		return object{"boundingVolume": box(blocks), "geometricError": 0, "content": object{"uri": uri, "group": surveyed}}
	}
	overview := s.overview()
	return object{
		"asset": object{"version": "1.1", "tilesetVersion": "2025-03-14"},
		"schema": object{"id": "halverstad", "classes": object{"origin": object{"properties": object{
			"kind": object{"type": "STRING", "required": true, "description": "Whether it was surveyed or computed"},
		}}}},
		"groups": []any{
			object{"class": "origin", "properties": object{"kind": "surveyed"}},
			object{"class": "origin", "properties": object{"kind": "computed"}},
		},
		"extensionsUsed": []string{provenance},
		"geometricError": 800,
		"root": object{
			"boundingVolume": region(0, 0, 0), "geometricError": 200, "refine": "ADD",
			"extensions": object{provenance: object{"from": "the city's entities"}},
			"children": []any{
				object{"transform": here, "boundingVolume": box(slices.Concat(overview, points, parks)), "geometricError": 40, "refine": "REPLACE",
					"content":  object{"uri": "buildings/overview.glb", "group": computed, "boundingVolume": box(overview)},
					"children": []any{leaf("buildings/points-of-interest.glb", points), leaf("buildings/car-parks.glb", parks)}},
				object{"boundingVolume": region(0, 0, 0), "geometricError": 20, "content": object{"uri": "lights/tileset.json"}},
				object{"transform": here, "boundingVolume": region(0, 0, 0), "geometricError": 16, "content": object{"uri": "ground/{level}/{x}/{y}.glb"},
					"implicitTiling": object{"subdivisionScheme": "QUADTREE", "availableLevels": groundLevels, "subtreeLevels": groundLevels,
						"subtrees": object{"uri": "ground/subtrees/{level}/{x}/{y}.json"}}},
				object{"transform": here, "boundingVolume": sphere(waste), "geometricError": 0, "contents": []any{
					object{"uri": "waste/containers.glb", "group": surveyed, "boundingVolume": box(waste)},
					object{"uri": "waste/filling.glb", "group": computed, "boundingVolume": box(filling(waste))},
				}},
			},
		},
	}
}

// lightTiles is how many tiles the street lights are in.
const lightTiles = 4

func (s *scene) lightsOf(n int) []block {
	var some []block
	for i, b := range s.kinds["Streetlight"] {
		if i%lightTiles == n {
			some = append(some, b)
		}
	}
	return some
}

// lights is the tileset of the street lights, which that of the city leads to.
func (s *scene) lights() object {
	var children []any
	for n := range lightTiles {
		some := s.lightsOf(n)
		children = append(children, object{"boundingVolume": sphere(some), "geometricError": 0, "content": object{"uri": fmt.Sprintf("%d.glb", n), "boundingVolume": sphere(some)}})
	}
	return object{
		"asset": object{"version": "1.1"}, "geometricError": 20,
		"root": object{"transform": s.middle.matrix(), "boundingVolume": sphere(s.kinds["Streetlight"]), "geometricError": 10, "refine": "ADD", "children": children},
	}
}

// groundLevels is how many levels the quadtree of the ground has.
const groundLevels = 2

// subtree says that all tiles of the ground are there, and all have content.
func subtree() object {
	return object{"tileAvailability": object{"constant": 1}, "contentAvailability": []any{object{"constant": 1}}, "childSubtreeAvailability": object{"constant": 0}}
}

// region is the bounding region of a tile of the quadtree over the city.
func region(level, x, y int) object {
	w, s, e, n := within(level, x, y)
	const radian = math.Pi / 180
	return object{"region": []float64{w * radian, s * radian, e * radian, n * radian, lowest, highest}}
}

func within(level, x, y int) (w, s, e, n float64) {
	wide, high := (east-west)/float64(int(1)<<level), (north-south)/float64(int(1)<<level)
	return west + float64(x)*wide, south + float64(y)*high, west + float64(x+1)*wide, south + float64(y+1)*high
}

// ground is the face of the earth in a tile of the quadtree.
func (s *scene) ground(level, x, y int) block {
	w, so, e, n := within(level, x, y)
	b := block{name: "ground", at: s.middle.local((w+e)/2, (so+n)/2, 0), red: 0.4, green: 0.6, blue: 0.3}
	for _, c := range [][2]float64{{w, so}, {e, so}, {e, n}, {w, n}} {
		b.corners = append(b.corners, s.middle.local(c[0], c[1], 0))
	}
	return b
}
