package reference

import (
	"mime"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// negotiate picks the answer's media type out of what the operation offers, the
// preferred first; it is empty when the Accept header admits none (6.3.4). An offer
// counts with the weight of the most specific range that covers it (RFC 9110 12.5.1).
func negotiate(accept []string, offers []string) string {
	header := strings.TrimSpace(strings.Join(accept, ","))
	if header == "" {
		return offers[0]
	}
	best, bestWeight := "", 0.0
	for _, offer := range offers {
		weight, specificity := 0.0, -1
		for part := range strings.SplitSeq(header, ",") {
			accepted, q := mediaRange(part)
			if s := covers(accepted, offer); s > specificity {
				weight, specificity = q, s
			}
		}
		if weight > bestWeight {
			best, bestWeight = offer, weight
		}
	}
	return best
}

func mediaRange(part string) (string, float64) {
	media, parameters, err := mime.ParseMediaType(part)
	if err != nil {
		return "", 0
	}
	q, given := parameters["q"]
	if !given {
		return media, 1
	}
	weight, err := strconv.ParseFloat(q, 64)
	if err != nil || !(weight >= 0 && weight <= 1) {
		return media, 0
	}
	return media, weight
}

// covers tells how specifically a range covers a media type; -1 is not at all.
func covers(accepted, offer string) int {
	switch {
	case accepted == offer:
		return 2
	case accepted == "application/*":
		return 1
	case accepted == "*/*":
		return 0
	default:
		return -1
	}
}

var (
	jsonOnly    = []string{ngsild.MediaJSON, ngsild.MediaJSONLD}
	jsonAndGeo  = []string{ngsild.MediaJSON, ngsild.MediaJSONLD, ngsild.MediaGeoJSON}
	contextOnly = []string{ngsild.MediaJSON, ngsild.MediaJSONLD}
)
