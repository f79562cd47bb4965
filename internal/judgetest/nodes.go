package judgetest

import (
	"encoding/json"
	"net/http"

	"github.com/oasc/mimcheck/internal/reference/faults"
)

// EachNode is an Answer change of the nodes of a JSON-LD document with @graph.
func EachNode(edit func(n map[string]any)) func(*http.Request, *faults.Answer) {
	return func(_ *http.Request, a *faults.Answer) {
		var document map[string]any
		if a.Status != http.StatusOK || json.Unmarshal(a.Body, &document) != nil {
			return
		}
		nodes, _ := document["@graph"].([]any)
		for _, n := range nodes {
			if node, is := n.(map[string]any); is {
				edit(node)
			}
		}
		a.Body, _ = json.Marshal(document)
	}
}
