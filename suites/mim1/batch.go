package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// batch sends a batch operation (6.14 to 6.17, 6.31) over these entities or ids.
func batch(t *T, operation string, items []any, options ...Option) *probe.Response {
	return t.POST(entityOperation+operation, append(options, JSON(items))...)
}

// batchChecks gives checks of batch operations what they have in common.
func batchChecks(checks []Check) []Check {
	for i := range checks {
		checks[i].Feature, checks[i].Level, checks[i].Needs = FeatureBatch, Core, writes
	}
	return checks
}

// isListOf expects a body that is a list of exactly these ids, in any order.
func isListOf(t *T, r *probe.Response, ids ...string) {
	got := texts(t.List(r))
	slices.Sort(got)
	t.Expect(slices.Compact(got)).To(gomega.ConsistOf(ids), "the body lists exactly the created entities")
}

// batchResult requires a 207 answer with a BatchOperationResult (5.2.16) that lists
// exactly these ids as success and as errors, and returns the errors' problem
// details by entity id (5.2.17).
func batchResult(t *T, r *probe.Response, succeeded, failed []string) map[string]ngsild.Object {
	t.Require(r).To(HaveStatus(207))
	t.Expect(r).To(HaveMediaType(ngsild.MediaJSON), "a partial success is application/json (6.3.6)")
	result := t.Object(r)
	t.Require(result).To(gomega.And(gomega.HaveKey("success"), gomega.HaveKey("errors")), "a BatchOperationResult has both (5.2.16)")
	success := texts(result["success"])
	slices.Sort(success)
	t.Expect(slices.Compact(success)).To(gomega.ConsistOf(succeeded), "success lists what was treated successfully (5.2.16)")
	problems, inError := map[string]ngsild.Object{}, []string{}
	for _, item := range list(result["errors"]) {
		e, _ := item.(ngsild.Object)
		id, _ := e["entityId"].(string)
		problem, isObject := e["error"].(ngsild.Object)
		t.Expect(isObject).To(gomega.BeTrue(), "an error comes with problem details (5.2.17), seen %s", compact(e))
		problems[id] = problem
		inError = append(inError, id)
	}
	slices.Sort(inError)
	t.Expect(slices.Compact(inError)).To(gomega.ConsistOf(failed), "errors lists what was not (5.2.16)")
	return problems
}

// isProblem expects problem details of the type (5.5.2) inside a batch result.
func isProblem(t *T, details ngsild.Object, kind string) {
	t.Expect(details).To(haveMembers(ngsild.Object{"type": ngsild.ErrorPrefix + kind}))
	t.Expect(details).To(gomega.HaveKey("title"), "problem details have a title (RFC 7807)")
}

// emptyBatch is the check that an empty list is refused.
func emptyBatch(operation, name, clause string) Check {
	return Check{
		ID:           "mim1.batch." + operation + ".empty",
		Title:        "An empty list is refused by batch " + name + " with 400 BadRequestData",
		Requirements: errorAnswers, Clause: cim009 + clause,
		Fault: "batch." + operation + ".empty-accepted",
		Body: func(t *T) {
			t.Expect(batch(t, operation, []any{})).To(BeProblem(400, ngsild.BadRequestData))
		},
	}
}

// notJSONBatch is the check that a body that is not JSON is refused.
func notJSONBatch(operation, name string, purposes ...string) Check {
	return Check{
		ID:           "mim1.batch." + operation + ".notJson",
		Title:        "A body that is not JSON is refused by batch " + name + " with 400 InvalidRequest",
		Requirements: errorAnswers, Clause: cim009 + "5.5.4", TestPurposes: purposes,
		Fault: "batch." + operation + ".syntax-error-as-bad-data",
		Body: func(t *T) {
			broken := []byte(`[{"id": "` + t.URN("Sensor") + `", "type": `)
			t.Expect(t.POST(entityOperation+operation, Body(ngsild.MediaJSON, broken))).To(BeProblem(400, ngsild.InvalidRequest))
		},
	}
}

// invalidItem is the check that a batch with one invalid entity treats the others,
// or is refused as a whole: 5.5.4 lets a platform judge the document before its
// entities, while the batch operations ask for an error per entity.
func invalidItem(operation, name, clause string, purposes ...string) Check {
	return Check{
		ID:           "mim1.batch." + operation + ".invalidEntity",
		Title:        "Batch " + name + " reports an invalid entity and treats the others, or refuses the whole list with 400 BadRequestData",
		Requirements: errorAnswers, Clause: cim009 + clause, TestPurposes: purposes,
		Fault: "batch." + operation + ".takes-any-attribute-type",
		Body: func(t *T) {
			good, goodEntity := aSensor(t)
			bad, badEntity := aSensor(t)
			badEntity[bad.level] = ngsild.Object{"type": "Measurement", "value": 20}
			r := batch(t, operation, []any{goodEntity, badEntity})
			t.Require(r).To(HaveStatus(207, 400))
			if r.Status == 400 {
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
				isGone(t, good.id)
			} else {
				batchResult(t, r, []string{good.id}, []string{bad.id})
				t.Expect(read(t, good.id)).To(haveAttribute(good.level, levelAtFirst()))
			}
			isGone(t, bad.id)
		},
	}
}
