package runner

import (
	"fmt"
	"strconv"
	"strings"
)

// version is a version of ETSI GS CIM 009: major, technical, editorial.
type version [3]int

func parseVersion(s string) (version, error) {
	var v version
	parts := strings.Split(strings.TrimPrefix(strings.ToLower(s), "v"), ".")
	if len(parts) < 2 || len(parts) > 3 {
		return v, fmt.Errorf("%q is no version of the specification: expected the form 1.6.1", s)
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return v, fmt.Errorf("%q is no version of the specification: expected the form 1.6.1", s)
		}
		v[i] = n
	}
	return v, nil
}

// before compares major and technical number: an editorial revision changes no rule.
func (v version) before(other version) bool {
	return v[0] < other[0] || v[0] == other[0] && v[1] < other[1]
}
