package runner

import (
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// maxExcerpt is how much of an answer's body a report shows, in bytes.
const maxExcerpt = 2000

// transcript has what the checks sent and got as a report tells it. What tells it all is
// packed away when a check ends.
type transcript struct {
	session Session

	mu sync.Mutex
	of map[string][]reports.Exchange
}

func newTranscript(s Session) *transcript {
	return &transcript{session: s, of: map[string][]reports.Exchange{}}
}

// ended is told each check's result when it has ended.
func (t *transcript) ended(check string, r suites.Result) {
	told := exchanges(t.session, check, r.Findings)
	t.session.Settle(check)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[check] = told
}

// exchanges are those of a check with these findings: made again when there were more
// after its end, or when it was never told of.
func (t *transcript) exchanges(check string, findings []reports.Finding) []reports.Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	if told, have := t.of[check]; have && len(told) == t.session.Settle(check) {
		return told
	}
	return exchanges(t.session, check, findings)
}

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
