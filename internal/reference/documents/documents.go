// Package documents publishes the reference platform's declarations and the documents
// that they point to, as files of a web server.
package documents

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// Base is the address below which everything is.
const Base = "/declarations"

// Documents serves files: path below Base, empty for Base itself -> content. The type of
// a file is that of its name's ending; without one it is JSON.
type Documents struct {
	files    map[string][]byte
	modified time.Time
}

// New serves files that were last changed at a time.
func New(files map[string][]byte, modified time.Time) *Documents {
	return &Documents{files: files, modified: modified}
}

// ServeHTTP answers GET and HEAD, conditional requests and ranges (RFC 9110).
func (d *Documents) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, there := d.files[strings.TrimPrefix(r.URL.Path, Base)]
	switch {
	case !there:
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "documents can be read only", http.StatusMethodNotAllowed)
	default:
		kind := mime.TypeByExtension(path.Ext(r.URL.Path))
		if kind == "" {
			kind = "application/json"
		}
		w.Header().Set("Content-Type", kind)
		http.ServeContent(w, r, "", d.modified, bytes.NewReader(content))
	}
}
