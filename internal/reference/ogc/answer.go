package ogc

import (
	"encoding/json"
	"net/http"
)

type object = map[string]any

// link is a web link (RFC 8288) in an answer.
type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// here are the links of a resource to itself and to its other form.
func (c *call) here() []link {
	self := link{c.address("json"), "self", c.media, "This document"}
	other := link{c.address("html"), "alternate", mediaHTML, "This document as HTML"}
	if c.html {
		self.Rel, other.Rel = "alternate", "self"
	}
	return []link{self, other}
}

// both are links to the two forms of another resource.
func (c *call) both(path, rel, media, title string) []link {
	return []link{
		{c.root() + path + "?f=json", rel, media, title},
		{c.root() + path + "?f=html", rel, mediaHTML, title + " as HTML"},
	}
}

// answer sends a document in the form that was chosen.
func (c *call) answer(document object, p page) {
	if !c.promise() {
		c.fail(http.StatusTooManyRequests, "there were too many requests: see RateLimit")
		return
	}
	c.linkTo(p.Links)
	if c.validate(document) {
		return
	}
	if c.html {
		c.page(document, p)
		return
	}
	c.send(http.StatusOK, c.media, document)
}

func (c *call) send(status int, media string, document any) {
	b, err := json.Marshal(document)
	if err != nil {
		http.Error(c.w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	c.w.Header().Set("Content-Type", media)
	c.w.WriteHeader(status)
	_, _ = c.w.Write(b) // the client may be gone
}

// fail sends problem details (RFC 9457).
func (c *call) fail(status int, detail string) {
	c.send(status, mediaProblem, object{"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail})
}
