// Package reply writes the answers of the reference platform's APIs beside NGSI-LD.
package reply

import (
	"encoding/json"
	"net/http"
)

// JSON answers with the document.
func JSON(w http.ResponseWriter, status int, document any) {
	b, err := json.Marshal(document)
	if err != nil {
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client may be gone
}
