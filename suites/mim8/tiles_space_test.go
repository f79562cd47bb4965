package mim8

import (
	"encoding/json"
	"math"
	"testing"
)

func list(n ...float64) []any {
	var all []any
	for _, f := range n {
		b, _ := json.Marshal(f)
		all = append(all, json.Number(b))
	}
	return all
}

func TestGeographic(t *testing.T) {
	const polar = 6356752.314245
	for _, c := range []struct {
		at               vector
		lon, lat, height float64
	}{
		{vector{6378137, 0, 0}, 0, 0, 0},
		{vector{0, 6378137 + 100, 0}, 90, 0, 100},
		{vector{0, 0, polar + 7}, 0, 90, 7},
		{vector{-6378137, 0, 0}, 180, 0, 0},
		// by the formulas of EPSG method 9602
		{vector{3842086.1357, 282819.3645, 5066222.8655}, 4.21, 52.935, 45},
	} {
		lon, lat, height := geographic(c.at)
		if math.Abs(height-c.height) > 1e-3 {
			t.Errorf("%v: height %v, expected %v", c.at, height, c.height)
		}
		if math.Abs(lon*180/math.Pi-c.lon) > 1e-8 || math.Abs(lat*180/math.Pi-c.lat) > 1e-8 {
			t.Errorf("%v: %v, %v, expected %v, %v", c.at, lon*180/math.Pi, lat*180/math.Pi, c.lon, c.lat)
		}
	}
}

func TestVolumes(t *testing.T) {
	half := math.Sqrt(0.5)
	turned := matrix{0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 10, 0, 0, 1} // a quarter to the left, then 10 along x
	radius := 6378137.0
	for _, c := range []struct {
		name   string
		volume object
		by     matrix
		at     vector
		want   float64
	}{
		{"in a sphere", object{"sphere": list(0, 0, 0, 2)}, identity, vector{1, 1, 1}, math.Sqrt(3) - 2},
		{"beside a sphere", object{"sphere": list(1, 0, 0, 2)}, identity, vector{5, 0, 0}, 2},
		{"beside a sphere that was moved", object{"sphere": list(1, 0, 0, 2)}, turned, vector{10, 5, 0}, 2},
		{"in a box", object{"box": list(0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4)}, identity, vector{1, 2.5, -3.5}, -0.5},
		{"beside a box", object{"box": list(0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4)}, identity, vector{2.5, 0, 0}, 0.5},
		{"beside a box that was turned", object{"box": list(0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4)}, turned, vector{10, 2.5, 0}, 0.5},
		{"a slanting box", object{"box": list(0, 0, 0, half, half, 0, -half, half, 0, 0, 0, 1)}, identity, vector{math.Sqrt2, 0, 0}, 0},
		{"above a flat box", object{"box": list(0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0)}, identity, vector{1, 1, 0.25}, 0.25},
		{"in a region over the date line", object{"region": list(3.1, -0.1, -3.1, 0.1, 0, 10)}, identity, vector{-radius - 5, 0, 0}, -5},
		{"above a region", object{"region": list(-0.1, -0.1, 0.1, 0.1, 0, 10)}, turned, vector{radius + 12, 0, 0}, 2},
		{"east of a region", object{"region": list(-0.2, -0.1, -0.1, 0.1, 0, 10)}, identity, vector{radius, 0, 0}, 0.1 * radius},
	} {
		s, known := solidOf(c.volume, c.by)
		if !known {
			t.Errorf("%s: not known", c.name)
			continue
		}
		if got := s.beyond(c.at, 0); math.Abs(got-c.want) > 1e-3 {
			t.Errorf("%s: %v, expected %v", c.name, got, c.want)
		}
	}
	for _, v := range []object{{}, {"box": list(1)}, {"sphere": "x"}, {"box": list(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)}, {"box": list(0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1)}} {
		if _, known := solidOf(v, identity); known {
			t.Errorf("%v is known", v)
		}
	}
}

// What is no model, or one that lies about its data, is told and breaks nothing.
func TestPlacesOfStrangeModels(t *testing.T) {
	data := make([]byte, 24)
	whole := func(accessor, view string) string {
		return `{"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0}],"meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],"buffers":[{"byteLength":24}],"bufferViews":[` + view + `],"accessors":[` + accessor + `]}`
	}
	const view = `{"buffer":0,"byteLength":24}`
	if all, _, why := places([]byte(whole(`{"bufferView":0,"componentType":5126,"type":"VEC3","count":2}`, view)), data); why != "" || len(all) != 2 {
		t.Errorf("%d places, %s", len(all), why)
	}
	for name, text := range map[string]string{
		"no JSON":               `x`,
		"no scene":              `{}`,
		"a scene too far":       `{"scene":3,"scenes":[{}]}`,
		"nodes in a circle":     `{"scenes":[{"nodes":[0]}],"nodes":[{"children":[0]}]}`,
		"a node too far":        `{"scenes":[{"nodes":[7]}]}`,
		"a null node":           `{"scenes":[{"nodes":[0]}],"nodes":[null]}`,
		"a mesh too far":        `{"scenes":[{"nodes":[0]}],"nodes":[{"mesh":9}]}`,
		"bones":                 `{"scenes":[{}],"skins":[{"joints":[0]}]}`,
		"more than there is":    whole(`{"bufferView":0,"componentType":5126,"type":"VEC3","count":3}`, view),
		"a huge count":          whole(`{"bufferView":0,"componentType":5126,"type":"VEC3","count":9000000000000000000}`, view),
		"a negative offset":     whole(`{"bufferView":0,"byteOffset":-4,"componentType":5126,"type":"VEC3","count":1}`, view),
		"a view too long":       whole(`{"bufferView":0,"componentType":5126,"type":"VEC3","count":1}`, `{"buffer":0,"byteLength":9000000000000000000,"byteOffset":8}`),
		"a huge stride":         whole(`{"bufferView":0,"componentType":5126,"type":"VEC3","count":2}`, `{"buffer":0,"byteLength":24,"byteStride":9000000000000000000}`),
		"shorts":                whole(`{"bufferView":0,"componentType":5123,"type":"VEC3","count":1}`, view),
		"an accessor of no use": whole(`{"componentType":5126,"type":"VEC3","count":1}`, view),
	} {
		if all, _, why := places([]byte(text), data); why == "" {
			t.Errorf("%s: %d places", name, len(all))
		}
	}
}
