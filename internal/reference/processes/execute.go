package processes

import (
	"encoding/json"
	"io"
	"math"
	"net/http"

	"github.com/oasc/mimcheck/internal/reference/reply"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 1 << 20

// execute runs a process at once and gives its results (7.11).
func execute(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if model(id) == nil {
		noProcess(w, r)
		return
	}
	var request struct {
		Inputs map[string]*float64 `json:"inputs"`
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil || json.Unmarshal(b, &request) != nil {
		fail(w, http.StatusBadRequest, "about:blank", "the request has to be a JSON object with numbers as inputs")
		return
	}
	for name := range model(id)["inputs"].(object) {
		if request.Inputs[name] == nil {
			fail(w, http.StatusBadRequest, "about:blank", "the input "+name+" is missing")
			return
		}
	}
	switch in := request.Inputs; id {
	case "parking-forecast":
		free := math.Round(*in["free"] * math.Pow(0.9, *in["hours"]))
		reply.JSON(w, http.StatusOK, object{"free": free, "taken": *in["free"] - free})
	default:
		loss := 20 * math.Log10(math.Max(1, *in["distance"]))
		reply.JSON(w, http.StatusOK, object{"level": *in["level"] - loss, "loss": loss})
	}
}
