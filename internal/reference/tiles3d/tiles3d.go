// Package tiles3d is the part of the reference city platform that shows the city in three
// dimensions, by OGC 3D Tiles 1.1 (OGC 22-025r4): buildings, car parks, street lights,
// waste containers and the ground, made of the sample city's entities. It shares nothing
// with the checks.
package tiles3d

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/city"
)

// Base is the path that everything is below.
const Base = "/tiles"

// Entry is the path of the tileset JSON that leads to all else.
const Entry = Base + "/tileset.json"

// Media types.
const (
	mediaJSON = "application/json"
	mediaGLB  = "model/gltf-binary"
)

type object = map[string]any

// file is what is at one path. It never changes.
type file struct {
	media   string
	content []byte
}

// Platform serves the tileset, an http.Handler for all paths below Base.
type Platform struct{ files map[string]file }

// New makes the tileset of the sample city.
func New() (*Platform, error) {
	c, err := build(city.Entities())
	if err != nil {
		return nil, fmt.Errorf("the city's tileset could not be made: %w", err)
	}
	return &Platform{c}, nil
}

// ServeHTTP serves the files of the tileset.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "tiles can be read only", http.StatusMethodNotAllowed)
		return
	}
	f, there := p.files[strings.TrimPrefix(r.URL.Path, Base+"/")]
	if !there {
		http.Error(w, "there is no resource "+r.URL.Path, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", f.media)
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(f.content) // the client may be gone
}

// document makes a file of a JSON document.
func document(v object) (file, error) {
	b, err := json.Marshal(v)
	return file{mediaJSON, b}, err
}
