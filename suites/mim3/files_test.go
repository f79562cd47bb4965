package mim3_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/reports"
)

// Of thousands of downloads a few are asked for, and only those that state what is judged.
func TestFewDownloadsAreAskedFor(t *testing.T) {
	var b strings.Builder
	b.WriteString(prefixes + "c:all a dcat:Catalog . ")
	for n := range 30 {
		_, _ = fmt.Fprintf(&b, "c:d%d dcat:downloadURL </catalog/f%[1]d> . ", n)
	}
	for _, c := range []struct {
		check, more string
		status      int
		asked       int64
		want        reports.Outcome
	}{
		{"distribution.file.there", "", http.StatusOK, 10, reports.Passed},
		{"distribution.file.there", "", http.StatusNotFound, 10, reports.Failed},
		{"distribution.file.size", "", http.StatusOK, 0, reports.Inapplicable},
		{"distribution.file.size", "c:d7 dcat:byteSize 4 .", http.StatusOK, 1, reports.Passed},
		{"distribution.file.size", "c:d7 dcat:byteSize 5 .", http.StatusOK, 1, reports.Failed},
		{"distribution.file.size", "c:d7 dcat:byteSize 4 .", http.StatusForbidden, 1, reports.Untested},
		{"distribution.file.mediaType", "c:d7 dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> .", http.StatusOK, 1, reports.Passed},
		{"distribution.file.mediaType", "c:d7 dcat:mediaType 'text/csv' .", http.StatusOK, 0, reports.Inapplicable},
		{"distribution.file.checksum", "@prefix s: <http://spdx.org/rdf/terms#> . c:d7 s:checksum [ s:algorithm s:checksumAlgorithm_md5 ; s:checksumValue '8d777f385d3dfec8815d20f7496026dc' ] .", http.StatusOK, 1, reports.Passed},
		{"distribution.file.checksum", "@prefix s: <http://spdx.org/rdf/terms#> . c:d7 s:checksum [ s:algorithm s:checksumAlgorithm_blake3 ; s:checksumValue '00' ] .", http.StatusOK, 0, reports.Inapplicable},
	} {
		var asked atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/catalog" {
				w.Header().Set("Content-Type", "text/turtle")
				_, _ = fmt.Fprint(w, b.String(), c.more) // the client may be gone
				return
			}
			asked.Add(1)
			w.Header().Set("Content-Type", "text/csv")
			w.WriteHeader(c.status)
			_, _ = fmt.Fprint(w, "data") // the client may be gone
		}))
		platform := judgetest.City(t)
		platform.Endpoints["dcat"] = server.URL + "/catalog"
		for _, check := range ofCatalogues() {
			if check.ID != "mim3."+c.check {
				continue
			}
			if r := judgetest.Run(t, check, 7, platform); r.Outcome != c.want || asked.Load() != c.asked {
				t.Errorf("%s, %s, %d: ends as %s after %d downloads, expected %s after %d: %s", c.check, c.more, c.status, r.Outcome, asked.Load(), c.want, c.asked, r.Reason)
			}
		}
		server.Close()
	}
}
