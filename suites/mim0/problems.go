package mim0

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

const mediaProblem = "application/problem+json"

func problemChecks() []Check {
	return []Check{
		{
			ID: "mim0.problem.notFound.media", Title: "What is not there is told as problem details",
			Requirements: []string{problems}, Clause: "RFC 9457, 3", Fault: "rest.problem.plain-404",
			Body: func(t *T) {
				r := absent(t)
				t.Expect(r).To(HaveMediaType(mediaProblem))
			},
		},
		{
			ID: "mim0.problem.invalid.media", Title: "A request that is not valid is refused with problem details",
			Requirements: []string{problems}, Clause: "RFC 9457, 3", Fault: "rest.problem.plain-400",
			Body: func(t *T) {
				r := invalid(t)
				t.Expect(r).To(HaveMediaType(mediaProblem))
			},
		},
		{
			ID: "mim0.problem.notFound.status", Title: "The member status of problem details is the status code of the answer",
			Requirements: []string{problems}, Clause: "RFC 9457, 3.1.2", Fault: "rest.problem.other-status",
			Body: func(t *T) {
				r := detailed(t)
				status, given := t.Object(r)["status"]
				if !given {
					t.Inapplicable("the problem details have no member status, which is optional")
				}
				n, _ := status.(json.Number)
				code, err := n.Int64()
				t.Holds(r, err == nil && int(code) == r.Status, "the member status is %v, and the status code %d", status, r.Status)
			},
		},
		{
			ID: "mim0.problem.notFound.members", Title: "The members type, title, detail and instance of problem details are texts",
			Requirements: []string{problems}, Clause: "RFC 9457, 3.1", Fault: "rest.problem.title-object",
			Body: func(t *T) {
				r := detailed(t)
				body := t.Object(r)
				for _, name := range []string{"type", "title", "detail", "instance"} {
					if v, given := body[name]; given {
						_, is := v.(string)
						t.Holds(r, is, "the member %s is no text", name)
					}
				}
			},
		},
	}
}

// absent asks for a collection that is not there.
func absent(t *T) *probe.Response {
	r := t.GET("/collections/"+t.Name("none"), accepting(jsonFirst+", "+mediaProblem), AnyMedia())
	t.Require(r).To(HaveStatus(http.StatusNotFound), "a collection that is not there")
	return r
}

// invalid asks for items with a limit that is no number.
func invalid(t *T) *probe.Response {
	r := t.GET(collections(t)[0], Query("limit", "none"), accepting(jsonFirst+", "+mediaProblem), AnyMedia())
	if r.Status < http.StatusBadRequest {
		t.Untested("limit=none is not refused, so that there is no error to look at")
	}
	return r
}

// detailed are the problem details of what is not there.
func detailed(t *T) *probe.Response {
	r := absent(t)
	if !strings.HasPrefix(r.Header.Get("Content-Type"), mediaProblem) {
		t.Untested("what is not there is not told as problem details")
	}
	return r
}
