package tiles3d

import (
	"bytes"
	"fmt"
	"math"

	"github.com/qmuntal/gltf"
	"github.com/qmuntal/gltf/modeler"
)

// block is a box that stands on the ground, its sides to the east and north: the middle of
// its bottom in local coordinates, and half of its width and depth, and its height, in metres.
type block struct {
	name             string
	at               vector
	halfEast         float64
	halfNorth        float64
	height           float64
	corners          []vector // instead of all that: a face through these places, if any
	red, green, blue float64  // colour, from 0 to 1
}

// vertices are the corners of the block, from the middle of its bottom.
func (b block) vertices() (corners []vector, faces []uint16) {
	if b.corners != nil {
		for _, c := range b.corners {
			corners = append(corners, vector{c[0] - b.at[0], c[1] - b.at[1], c[2] - b.at[2]})
		}
		return corners, []uint16{0, 1, 2, 0, 2, 3}
	}
	for i := range 8 {
		side := func(bit int, half float64) float64 {
			if i>>bit&1 == 0 {
				return -half
			}
			return half
		}
		corners = append(corners, vector{side(0, b.halfEast), side(1, b.halfNorth), b.height/2 + side(2, b.height/2)})
	}
	return corners, []uint16{
		0, 2, 1, 1, 2, 3, // bottom
		4, 5, 6, 5, 7, 6, // top
		0, 1, 4, 1, 5, 4, // south
		2, 6, 3, 3, 6, 7, // north
		0, 4, 2, 2, 4, 6, // west
		1, 3, 5, 3, 7, 5, // east
	}
}

// model is the blocks as binary glTF 2.0: a node for each, where it stands.
func model(blocks []block) (file, error) {
	doc := gltf.NewDocument()
	doc.Asset.Generator = "reference city platform"
	for _, b := range blocks {
		corners, faces := b.vertices()
		var positions [][3]float32
		for _, c := range corners {
			p := yUp(c)
			positions = append(positions, [3]float32{float32(p[0]), float32(p[1]), float32(p[2])})
		}
		attributes := gltf.PrimitiveAttributes{gltf.POSITION: modeler.WritePosition(doc, positions)}
		doc.Materials = append(doc.Materials, &gltf.Material{PBRMetallicRoughness: &gltf.PBRMetallicRoughness{BaseColorFactor: &[4]float64{b.red, b.green, b.blue, 1}, MetallicFactor: gltf.Float(0)}})
		doc.Meshes = append(doc.Meshes, &gltf.Mesh{Name: b.name, Primitives: []*gltf.Primitive{{
			Attributes: attributes, Indices: gltf.Index(modeler.WriteIndices(doc, faces)), Material: gltf.Index(len(doc.Materials) - 1),
		}}})
		doc.Nodes = append(doc.Nodes, &gltf.Node{Name: b.name, Mesh: gltf.Index(len(doc.Meshes) - 1), Translation: yUp(b.at)})
		doc.Scenes[0].Nodes = append(doc.Scenes[0].Nodes, len(doc.Nodes)-1)
	}
	var out bytes.Buffer
	if err := gltf.NewEncoder(&out).Encode(doc); err != nil {
		return file{}, fmt.Errorf("a model could not be written: %w", err)
	}
	return file{mediaGLB, out.Bytes()}, nil
}

// yUp is a place in the coordinates of glTF, whose y axis points up.
func yUp(p vector) vector { return vector{p[0], p[2], -p[1]} }

// extent is the lowest and the highest local coordinates of blocks.
func extent(blocks []block) (low, high vector) {
	low, high = vector{math.Inf(1), math.Inf(1), math.Inf(1)}, vector{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	for _, b := range blocks {
		corners, _ := b.vertices()
		for _, c := range corners {
			for i := range c {
				low[i], high[i] = math.Min(low[i], b.at[i]+c[i]), math.Max(high[i], b.at[i]+c[i])
			}
		}
	}
	return low, high
}

// margin is by how much volumes are wider than what they hold, in metres.
const margin = 0.5

// box is a bounding box of blocks.
func box(blocks []block) object {
	low, high := extent(blocks)
	half := func(i int) float64 { return (high[i]-low[i])/2 + margin }
	return object{"box": []float64{
		(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2,
		half(0), 0, 0,
		0, half(1), 0,
		0, 0, half(2),
	}}
}

// sphere is a bounding sphere of blocks.
func sphere(blocks []block) object {
	low, high := extent(blocks)
	radius := math.Sqrt((high[0]-low[0])*(high[0]-low[0])+(high[1]-low[1])*(high[1]-low[1])+(high[2]-low[2])*(high[2]-low[2])) / 2
	return object{"sphere": []float64{(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2, radius + margin}}
}
