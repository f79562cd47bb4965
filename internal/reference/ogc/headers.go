package ogc

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// freshness is for how many seconds an answer may be used again (RFC 9111, 5.2.2.1).
const freshness = 60

// linkTo repeats in header fields (RFC 8288) the links that lead from a document to
// itself, its other form, and the pages before and after it.
func (c *call) linkTo(links []link) {
	for _, l := range links {
		if slices.Contains([]string{"self", "alternate", "next", "prev"}, l.Rel) {
			c.w.Header().Add("Link", fmt.Sprintf("<%s>; rel=%q; type=%q", l.Href, l.Rel, l.Type))
		}
	}
}

// validate gives the document a weak validator, over all but the time of the answer,
// and answers a request whose condition says that the client has it (RFC 9110, 13.1.2).
func (c *call) validate(document object) (answered bool) {
	lasting := object{"html": c.html}
	for name, value := range document {
		if name != "timeStamp" {
			lasting[name] = value
		}
	}
	b, err := json.Marshal(lasting)
	if err != nil {
		return false // for the answer to tell
	}
	sum := sha256.Sum256(b)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := c.w.Header()
	h.Set("ETag", "W/"+tag)
	h.Set("Cache-Control", fmt.Sprintf("max-age=%d", freshness))
	h.Set("Vary", "Accept")
	for asked := range strings.SplitSeq(strings.Join(c.Header.Values("If-None-Match"), ","), ",") {
		if asked = strings.TrimSpace(asked); asked == "*" || strings.TrimPrefix(asked, "W/") == tag {
			c.w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}
