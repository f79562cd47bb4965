package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/tmf"
)

// marketSingly is the faults of lists and things again, each in one collection alone: the
// APIs of a marketplace are often of different makers. Collections that can only be read
// are beside its centre, and have the faults that leave nothing of them to use.
func marketSingly() []Fault {
	beside := []string{"market.list.gone", "market.list.no-href", "market.limit.ignored", "market.one.gone", "market.list.as-text", "market.one.as-text"}
	var all []Fault
	for _, c := range tmf.Collections() {
		for _, f := range slices.Concat(marketLists(), marketThings()) {
			if !c.Writable && !slices.Contains(beside, f.Name) {
				continue
			}
			f.Name = "market-" + strings.ToLower(c.Name) + "." + strings.TrimPrefix(f.Name, "market.")
			f.Summary = "of " + c.Name + " alone: " + f.Summary
			f.On = f.On.where(inCollection(c.Name))
			all = append(all, f)
		}
	}
	return all
}

// inCollection says whether a request is to a collection of the marketplace or to a thing of it.
func inCollection(name string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		below, found := strings.CutPrefix(r.URL.EscapedPath(), marketBase)
		segments := strings.Split(strings.Trim(below, "/"), "/")
		return found && len(segments) >= 3 && segments[2] == name
	}
}
