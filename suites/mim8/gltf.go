package mim8

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/qmuntal/gltf"
)

// Parts of binary glTF (4.4).
const (
	headerLength = 12
	chunkHeader  = 8
	chunkJSON    = 0x4E4F534A
	chunkBinary  = 0x004E4942
)

// wrongHeader is what is wrong with the header of binary glTF; empty when nothing is.
func wrongHeader(b []byte) string {
	if len(b) < headerLength {
		return "ends in its header"
	}
	if version := binary.LittleEndian.Uint32(b[4:]); version != 2 {
		return fmt.Sprintf("is of version %d of binary glTF, expected 2", version)
	}
	if stated := binary.LittleEndian.Uint32(b[8:]); int64(stated) != int64(len(b)) {
		return fmt.Sprintf("has %d bytes, and its header states %d", len(b), stated)
	}
	return ""
}

// chunks are the JSON and the data of binary glTF, and what is wrong with its chunks; empty
// when nothing is.
func chunks(b []byte) (text, data []byte, wrong string) {
	if len(b) < headerLength {
		return nil, nil, "has no chunk"
	}
	rest := b[headerLength:]
	for n := 0; len(rest) > 0; n++ {
		if len(rest) < chunkHeader {
			return text, data, fmt.Sprintf("ends in the header of chunk %d", n)
		}
		size, kind := binary.LittleEndian.Uint32(rest), binary.LittleEndian.Uint32(rest[4:])
		rest = rest[chunkHeader:]
		if int64(size) > int64(len(rest)) {
			return text, data, fmt.Sprintf("has %d bytes left for chunk %d, which states %d", len(rest), n, size)
		}
		chunk := rest[:size]
		rest = rest[size:]
		switch {
		case size%4 != 0:
			return text, data, fmt.Sprintf("has a chunk of %d bytes, which is no multiple of 4", size)
		case n == 0 && kind != chunkJSON, n > 0 && kind == chunkJSON:
			return text, data, fmt.Sprintf("has a chunk of type %#x as number %d: JSON is the first one, and no other", kind, n)
		case kind == chunkBinary && n != 1:
			return text, data, fmt.Sprintf("has data in chunk %d, expected in the second one only", n)
		case n == 0:
			text = chunk
		case n == 1 && kind == chunkBinary:
			data = chunk
		}
	}
	if text == nil {
		return nil, nil, "has no chunk"
	}
	return text, data, ""
}

// model is the JSON of a glTF model and the data that came with it; none when there is none.
func (f file) model() (text, data []byte) {
	switch f.format() {
	case binaryModel:
		text, data, _ = chunks(f.body)
	case textModel:
		text = bytes.TrimPrefix(f.body, []byte(byteOrderMark))
	}
	return text, data
}

// zUp takes a place in the coordinates of glTF, whose y axis points up, to those of 3D
// Tiles (OGC 22-025r4, #core-y-up-to-z-up).
var zUp = matrix{0: 1, 6: 1, 9: -1, 15: 1}

// places are where the vertices of a model are in the coordinates of its tile, and how far
// the numbers that they come from can be off in metres, as the precision of float32 goes.
// Without places, why says why they cannot be told.
func places(text, data []byte) (all []vector, off float64, why string) {
	var doc gltf.Document
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, 0, "its JSON cannot be read: " + err.Error()
	}
	for _, name := range doc.ExtensionsRequired {
		if !strings.HasPrefix(name, "KHR_materials_") && !strings.HasPrefix(name, "KHR_texture_") && !strings.HasPrefix(name, "EXT_texture_") &&
			name != "EXT_structural_metadata" && name != "EXT_mesh_features" {
			return nil, 0, "it requires the extension " + name + ", which is not known here"
		}
	}
	if len(doc.Animations) > 0 || len(doc.Skins) > 0 {
		return nil, 0, "it moves"
	}
	if doc.Extensions["CESIUM_RTC"] != nil {
		return nil, 0, "its centre is elsewhere, by an extension of glTF 1.0"
	}
	if len(doc.Scenes) == 0 {
		return nil, 0, "it has no scene"
	}
	scene := 0
	if doc.Scene != nil {
		scene = *doc.Scene
	}
	if scene < 0 || scene >= len(doc.Scenes) || doc.Scenes[scene] == nil {
		return nil, 0, "its scene is not there"
	}
	m := model{doc: doc, data: data}
	for _, n := range doc.Scenes[scene].Nodes {
		if why := m.visit(n, zUp, 0); why != "" {
			return nil, 0, why
		}
	}
	return m.all, m.off, ""
}

// model is a glTF model whose vertices are being collected.
type model struct {
	doc  gltf.Document
	data []byte
	all  []vector
	off  float64
}

// deepest is how deep nodes may be in one another.
const deepest = 64

// mostPlaces is how many vertices are looked at.
const mostPlaces = 4_000_000

func (m *model) visit(n int, to matrix, depth int) (why string) {
	if n < 0 || n >= len(m.doc.Nodes) || m.doc.Nodes[n] == nil || depth > deepest {
		return "its nodes are not in order"
	}
	node := m.doc.Nodes[n]
	if node.Extensions["EXT_mesh_gpu_instancing"] != nil {
		return "it has instances"
	}
	to = to.times(placed(node))
	if node.Mesh != nil {
		if *node.Mesh < 0 || *node.Mesh >= len(m.doc.Meshes) || m.doc.Meshes[*node.Mesh] == nil {
			return "a mesh is not there"
		}
		for _, p := range m.doc.Meshes[*node.Mesh].Primitives {
			if p == nil || len(p.Targets) > 0 || len(p.Extensions) > 0 && p.Extensions["KHR_draco_mesh_compression"] != nil {
				return "its meshes are compressed or change"
			}
			at, there := p.Attributes[gltf.POSITION]
			if !there {
				continue
			}
			if why := m.read(at, to); why != "" {
				return why
			}
		}
	}
	for _, child := range node.Children {
		if why := m.visit(child, to, depth+1); why != "" {
			return why
		}
	}
	return ""
}

// placed is the transformation of a node: its matrix, or scale, rotation and translation.
func placed(n *gltf.Node) matrix {
	if m := matrix(n.MatrixOrDefault()); m != identity {
		return m
	}
	q, s, t := n.RotationOrDefault(), n.ScaleOrDefault(), n.TranslationOrDefault()
	x, y, z, w := q[0], q[1], q[2], q[3]
	return matrix{
		(1 - 2*(y*y+z*z)) * s[0], 2 * (x*y + z*w) * s[0], 2 * (x*z - y*w) * s[0], 0,
		2 * (x*y - z*w) * s[1], (1 - 2*(x*x+z*z)) * s[1], 2 * (y*z + x*w) * s[1], 0,
		2 * (x*z + y*w) * s[2], 2 * (y*z - x*w) * s[2], (1 - 2*(x*x+y*y)) * s[2], 0,
		t[0], t[1], t[2], 1,
	}
}

// read collects the places of an accessor. Only such as are plain float32 are read.
func (m *model) read(n int, to matrix) (why string) {
	if n < 0 || n >= len(m.doc.Accessors) || m.doc.Accessors[n] == nil {
		return "an accessor is not there"
	}
	a := m.doc.Accessors[n]
	const size = 12
	if a.Type != gltf.AccessorVec3 || a.ComponentType != gltf.ComponentFloat || a.Sparse != nil || a.BufferView == nil ||
		*a.BufferView < 0 || *a.BufferView >= len(m.doc.BufferViews) || m.doc.BufferViews[*a.BufferView] == nil {
		return "its vertices are not in three plain float32"
	}
	view := m.doc.BufferViews[*a.BufferView]
	if len(view.Extensions) > 0 {
		return "its data are compressed"
	}
	data := m.buffer(view.Buffer)
	stride := max(view.ByteStride, size)
	if data == nil || view.ByteOffset < 0 || view.ByteLength < 0 || view.ByteOffset > len(data) || view.ByteLength > len(data)-view.ByteOffset {
		return "its data are elsewhere, or not there"
	}
	data = data[view.ByteOffset : view.ByteOffset+view.ByteLength]
	if a.ByteOffset < 0 || a.Count < 0 || a.ByteOffset > len(data) || a.Count > 0 && (len(data)-a.ByteOffset < size || (a.Count-1) > (len(data)-a.ByteOffset-size)/stride) {
		return "its data end before its vertices do"
	}
	if len(m.all)+a.Count > mostPlaces {
		return "it has more vertices than are looked at"
	}
	const precision = 1.0 / (1 << 23)
	for i := range a.Count {
		at := a.ByteOffset + i*stride
		var p vector
		for k := range p {
			p[k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[at+4*k:])))
		}
		m.all = append(m.all, to.at(p))
		m.off = max(m.off, length(p)*to.scale()*precision)
	}
	return ""
}

// buffer is the data of a buffer: those that came with the model, or that its address
// holds; nil when they are elsewhere.
func (m *model) buffer(n int) []byte {
	if n < 0 || n >= len(m.doc.Buffers) || m.doc.Buffers[n] == nil {
		return nil
	}
	uri := m.doc.Buffers[n].URI
	if uri == "" && n == 0 {
		return m.data
	}
	if _, text, is := strings.Cut(uri, ";base64,"); is && strings.HasPrefix(uri, "data:") {
		if b, err := base64.StdEncoding.DecodeString(text); err == nil {
			return b
		}
	}
	return nil
}
