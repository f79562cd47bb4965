package faults

import (
	"net/http"
	"slices"
	"strings"
)

// further is the faults of what is optional beside provision, consumption,
// subscriptions and context sources, and of single topics across them.
func further() []Fault {
	return slices.Concat(storedContexts(), purging(), tenancy(), joining(), ordering(), entityMaps(), sourceIdentities(), snapshots(), snapshotNotifying(), snapshotPurging(), snapshotSilence(), batchContexts(), kinds(), listRelationships(), nulls(), defaults(), attributeForms(), sundry(), earlierVersions(), credulous())
}

// failing answers success to what the platform refuses.
func failing(status int) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if a.Status >= 400 {
			a.Status, a.Body, a.Header = status, nil, http.Header{}
		}
	}
}

// dropRequestHeader is a Request change: the platform never sees the header.
func dropRequestHeader(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

// bodyHas narrows a match to requests whose body has the text.
func bodyHas(text string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.Contains(string(ReadBody(r)), text) }
}
