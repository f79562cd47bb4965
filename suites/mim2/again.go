package mim2

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/suites"
)

const (
	mediaJSON    = ngsild.MediaJSON
	mediaJSONLD  = ngsild.MediaJSONLD
	mediaGeoJSON = ngsild.MediaGeoJSON
)

func escape(id string) string { return url.PathEscape(id) }

func accept(media string) suites.Option { return suites.Header("Accept", media) }

// noLink asks under the core @context alone, so that names come as the IRIs that the
// platform knows them by.
func noLink() suites.Option { return suites.Header("Link") }

// again reads some of the sampled entities again: the first ones of the sample, one a
// type as far as there are.
func again(t *suites.T, most int, f func(v *view, s subject)) {
	v := look(t)
	for _, s := range v.spread(most, func(subject) bool { return true }) {
		v.judged++
		f(v, s)
	}
	v.conclude("no sampled entity could be read again")
}

// spread chooses up to n of the subjects that are wanted: one of each type first.
func (v *view) spread(n int, wanted func(s subject) bool) []subject {
	var chosen, rest []subject
	seen := map[string]bool{}
	for _, s := range v.subjects {
		if !wanted(s) {
			continue
		}
		var key strings.Builder
		for _, kind := range s.entity.Types {
			key.WriteString(kind.IRI + " ")
		}
		if seen[key.String()] {
			rest = append(rest, s)
			continue
		}
		seen[key.String()] = true
		chosen = append(chosen, s)
	}
	chosen = append(chosen, rest...)
	return chosen[:min(n, len(chosen))]
}

// gone says whether an entity is no longer there: a living platform may have deleted
// it since the sample was taken. Other answers than 200 are mismatches.
func gone(v *view, s subject, r *probe.Response) bool {
	if r.Status == http.StatusNotFound || r.Status == http.StatusGone {
		v.judged--
		return true
	}
	return !v.t.Expect(r).To(suites.HaveStatus(http.StatusOK), "entity %s of the sample", s.id)
}
