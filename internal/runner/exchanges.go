package runner

import (
	"strings"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/reports"
)

// maxExcerpt is how much of an answer's body a report shows, in bytes.
const maxExcerpt = 2000

// exchanges lists what the check sent and got, in order. The command that repeats a
// request, and what was answered, are told where a finding points.
func exchanges(s Session, check string, findings []reports.Finding) []reports.Exchange {
	recorded := s.Client(check).Exchanges()
	out := make([]reports.Exchange, 0, len(recorded))
	for _, e := range recorded {
		x := reports.Exchange{
			Seq: e.Seq, Method: e.Request.Method, URL: e.Request.URL, DurationMS: e.Duration.Milliseconds(),
			RequestID: e.Request.Body.SHA256,
		}
		if e.Response != nil {
			x.Status, x.ResponseID = e.Response.Status, e.Response.Body.SHA256
		}
		if e.Failure != nil {
			x.Error = e.Failure.Reason
		}
		if pointedAt(findings, e.Seq) {
			x.Curl = s.Curl(e)
			if e.Response != nil {
				x.Response = excerpt(s.Blobs(), e.Response.Body)
			}
		}
		out = append(out, x)
	}
	return out
}

func pointedAt(findings []reports.Finding, seq int) bool {
	for _, f := range findings {
		if f.Exchange == seq {
			return true
		}
	}
	return false
}

func excerpt(blobs evidence.Blobs, body evidence.Body) string {
	content, _ := blobs.Get(body.SHA256) // an empty body, or one beyond what is kept
	if len(content) > maxExcerpt {
		return strings.ToValidUTF8(string(content[:maxExcerpt]), "") + " …"
	}
	return strings.ToValidUTF8(string(content), "\uFFFD")
}
