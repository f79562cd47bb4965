package ogc

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
)

//go:embed page.html
var layout string

var pages = template.Must(template.New("page").Parse(layout))

// page is what an HTML page shows beside its document.
type page struct {
	Title string
	Lines []string
	Links []link
}

// page sends the HTML form of a document.
func (c *call) page(document object, p page) {
	raw, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		http.Error(c.w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	var b bytes.Buffer
	if err := pages.Execute(&b, struct {
		page
		Document string
	}{p, string(raw)}); err != nil {
		http.Error(c.w, "the page could not be written", http.StatusInternalServerError)
		return
	}
	c.w.Header().Set("Content-Type", mediaHTML+"; charset=utf-8")
	_, _ = c.w.Write(b.Bytes()) // the client may be gone
}
