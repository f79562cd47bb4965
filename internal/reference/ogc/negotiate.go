package ogc

import (
	"mime"
	"strconv"
	"strings"
)

// quality is the highest weight that Accept fields give to one of the media types
// (RFC 9110, 12.5.1), from 0 to 1; no field means any.
func quality(accept []string, types ...string) float64 {
	if len(accept) == 0 {
		return 1
	}
	best := 0.0
	for _, t := range types {
		weight, precision := 0.0, -1
		for entry := range strings.SplitSeq(strings.Join(accept, ","), ",") {
			name, params, err := mime.ParseMediaType(entry)
			if err != nil {
				continue
			}
			p := precise(name, t)
			if p <= precision {
				continue
			}
			precision, weight = p, 1
			if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
				weight = q
			}
		}
		best = max(best, weight)
	}
	return best
}

// precise says how well an entry of Accept fits a media type: -1 not at all.
func precise(entry, media string) int {
	family, _, _ := strings.Cut(media, "/")
	switch entry {
	case media:
		return 2
	case family + "/*":
		return 1
	case "*/*":
		return 0
	}
	return -1
}
