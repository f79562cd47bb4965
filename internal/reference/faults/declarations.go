package faults

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/documents"
)

func declarations() []Fault {
	file := func(r *http.Request) bool { return r.URL.Path == documents.Base }
	shown := func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, documents.Base+"/") }
	gone := func(_ *http.Request, a *Answer) {
		a.Status, a.Header, a.Body = http.StatusNotFound, http.Header{"Content-Type": {"text/plain"}}, []byte("not found\n")
	}
	return []Fault{
		{Name: "declarations.gone", Summary: "has no declarations at their address", On: file, Answer: gone},
		{Name: "declarations.unsigned", Summary: "publishes declarations that nobody signed", On: file,
			Answer: changeEnvelope(func(e map[string]any) { e["signatures"] = []any{} })},
		{Name: "declarations.altered", Summary: "changes declarations after they were signed", On: file,
			Answer: changeEnvelope(func(e map[string]any) {
				payload, _ := base64.StdEncoding.DecodeString(e["payload"].(string))
				e["payload"] = base64.StdEncoding.EncodeToString(bytes.ReplaceAll(payload, []byte("Robin"), []byte("Robyn")))
			})},
		{Name: "declarations.documents-gone", Summary: "has none of the documents that its declarations point to", On: shown, Answer: gone},
		{Name: "declarations.documents-empty", Summary: "has empty documents where its declarations point", On: shown,
			Answer: func(_ *http.Request, a *Answer) { a.Body = nil }},
		{Name: "declarations.documents-changed", Summary: "changes documents after the declarations were signed", On: shown,
			Answer: func(_ *http.Request, a *Answer) { a.Body = append(a.Body, "<p>All of this is void.</p>\n"...) }},
	}
}

// changeEnvelope changes the members of a DSSE envelope.
func changeEnvelope(change func(map[string]any)) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		var envelope map[string]any
		if json.Unmarshal(a.Body, &envelope) != nil {
			return
		}
		change(envelope)
		if changed, err := json.MarshalIndent(envelope, "", "  "); err == nil {
			a.Body = slices.Concat(changed, []byte("\n"))
		}
	}
}
