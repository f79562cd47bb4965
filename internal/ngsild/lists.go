package ngsild

import (
	"slices"
	"strings"
)

// IsList says whether an escaped path below /ngsi-ld/v1 is that of a list: entities,
// subscriptions, an entity's attributes and so on. ETSI GS CIM 009 spelt these with a
// slash at the end (6.4.2, 6.6.2), later versions and most platforms do without, and some
// platforms know the one or the other only. A path that ends with a slash is none.
func IsList(path string) bool {
	segments := strings.Split(strings.TrimPrefix(strings.TrimPrefix(path, "/"), "temporal/"), "/")
	switch len(segments) {
	case 1:
		return slices.Contains([]string{"entities", "subscriptions", "csourceRegistrations", "csourceSubscriptions", "types", "attributes"}, segments[0])
	case 3:
		return segments[0] == "entities" && segments[2] == "attrs"
	}
	return false
}
