package reference

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func write(w http.ResponseWriter, status int, media string, v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
	return nil
}

// fail answers with an error.
func (r *request) fail(err error) {
	var status bare
	if errors.As(err, &status) {
		r.w.WriteHeader(int(status))
		return
	}
	var available unacceptable
	if errors.As(err, &available) {
		_ = write(r.w, http.StatusNotAcceptable, ngsild.MediaJSON, []string(available)) // texts always encode
		return
	}
	p := problem.From(err).InVersion(r.p.specVersion)
	_ = write(r.w, p.Status, ngsild.MediaJSON, p) // 5.5.3: not the media type of RFC 7807; a problem always encodes
}

// answer sends JSON that has names: with the @context in a Link header for plain
// JSON, in the body for ld+json (6.3.5). v is an object, or a list of them.
func (r *request) answer(status int, v any) error {
	switch r.media {
	case ngsild.MediaJSONLD:
		context := r.context.ForBody(ngsild.CoreContextURL)
		switch v := v.(type) {
		case map[string]any:
			v["@context"] = context
		case []map[string]any:
			for _, o := range v {
				o["@context"] = context
			}
		}
	case ngsild.MediaGeoJSON:
		if r.prefersBareGeoJSON() {
			r.linkContext()
			r.w.Header().Set("Preference-Applied", "body=json")
			break
		}
		if o, ok := v.(map[string]any); ok {
			o["@context"] = r.context.ForBody(ngsild.CoreContextURL)
		}
	default:
		r.linkContext()
	}
	if c := r.conform; c != nil {
		r.w.Header().Add("Preference-Applied", "ngsi-ld=1."+strconv.Itoa(min(c.Minor, model.Latest)))
		if c.Altered && status == http.StatusOK {
			status = http.StatusNonAuthoritativeInfo
		}
	}
	return write(r.w, status, r.media, v)
}

// prefersBareGeoJSON reads Prefer: body=json (6.3.6).
func (r *request) prefersBareGeoJSON() bool { return r.preference("body") == "json" }

// preference is what the client prefers in a matter (RFC 7240): the first counts.
func (r *request) preference(name string) string {
	for _, header := range r.Header.Values("Prefer") {
		for part := range strings.SplitSeq(header, ",") {
			part, _, _ = strings.Cut(part, ";")
			key, value, _ := strings.Cut(part, "=")
			if strings.EqualFold(strings.TrimSpace(key), name) {
				return strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))
			}
		}
	}
	return ""
}

var versionForm = regexp.MustCompile(`^1\.([0-9]{1,4})(\.[0-9]+)?$`)

// conformanceOf is the version of the standard that a text names, such as 1.6; nil if it
// names none.
func conformanceOf(text string) *model.Conformance {
	m := versionForm.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	minor, _ := strconv.Atoi(m[1]) // it is digits
	return &model.Conformance{Minor: minor}
}

// conformance is the version of the standard that the client prefers answers in
// (4.3.6.8), nil where it does not care.
func (r *request) conformance() *model.Conformance {
	if r.conform == nil && r.Request != nil {
		r.conform = conformanceOf(r.preference("ngsi-ld"))
	}
	return r.conform
}

func (r *request) linkContext() {
	r.w.Header().Add("Link", ngsild.ContextLink(r.p.contexts.linkFor(r, r.context)))
}

// created answers 201 with the place of the new resource.
func (r *request) created(path, id string) error {
	r.w.Header().Set("Location", base+path+"/"+url.PathEscape(id))
	r.w.WriteHeader(http.StatusCreated)
	return nil
}

func (r *request) noContent() error {
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}
