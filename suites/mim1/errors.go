package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// errorTypes are the error types of table 5.5.2-1.
func errorTypes() []any {
	names := []string{
		ngsild.InvalidRequest, ngsild.BadRequestData, ngsild.AlreadyExists, ngsild.Conflict, ngsild.OperationNotSupported,
		ngsild.ResourceNotFound, ngsild.NonexistentTenant, ngsild.NoMultiTenantSupport, ngsild.InternalError,
		ngsild.TooComplexQuery, ngsild.TooManyResults, ngsild.LdContextNotAvailable,
	}
	uris := make([]any, len(names))
	for i, name := range names {
		uris[i] = ngsild.ErrorPrefix + name
	}
	return uris
}

// problems checks what an error's answer looks like (5.5.2, 5.5.3, 6.3.3).
func problems() []Check {
	// Whether these are to be refused, and by which status, is for other checks to judge.
	refused := func(t *T) []*probe.Response {
		missing, bad := t.GET(entityPath(t.URN("Nothing"))), t.GET(entityPath(t.Name("sensor")))
		all := slices.DeleteFunc([]*probe.Response{missing, bad}, func(r *probe.Response) bool { return r.Status < 400 })
		if len(all) == 0 {
			t.Require(missing).To(HaveStatus(404))
		}
		return all
	}
	checks := []Check{
		{
			ID:     "mim1.error.problem.type",
			Title:  "An error's type is one of the URIs that the specification lists",
			Clause: cim009 + "5.5.2", Fault: "problem.about-blank",
			Body: func(t *T) {
				for _, r := range refused(t) {
					t.Expect(t.Object(r)["type"]).To(gomega.BeElementOf(errorTypes()...))
				}
			},
		},
		{
			ID:     "mim1.error.problem.title",
			Title:  "An error has a title that says in short what is wrong",
			Clause: cim009 + "5.5.3", Fault: "problem.no-title",
			Body: func(t *T) {
				for _, r := range refused(t) {
					title, _ := t.Object(r)["title"].(string)
					t.Expect(title).NotTo(gomega.BeEmpty())
				}
			},
		},
		{
			ID:     "mim1.error.problem.detail",
			Title:  "An error has a detail that helps to understand it",
			Clause: cim009 + "5.5.3", Level: Extended, Fault: "problem.no-detail",
			Body: func(t *T) {
				for _, r := range refused(t) {
					detail, _ := t.Object(r)["detail"].(string)
					t.Expect(detail).NotTo(gomega.BeEmpty())
				}
			},
		},
		{
			ID:     "mim1.error.problem.status",
			Title:  "If an error tells a status, it is the status of the answer",
			Clause: cim009 + "5.5.3", Fault: "problem.wrong-status",
			Body: func(t *T) {
				for _, r := range refused(t) {
					if status, told := t.Object(r)["status"]; told {
						t.Expect(normal(status)).To(EqualJSON(r.Status))
					}
				}
			},
		},
		{
			ID:     "mim1.error.problem.mediaType",
			Title:  "Errors are application/json",
			Clause: cim009 + "6.3.3", Fault: "problem.plain-text",
			Body: func(t *T) {
				for _, r := range refused(t) {
					t.Expect(r).To(HaveMediaType(ngsild.MediaJSON))
				}
			},
		},
		{
			ID:     "mim1.error.parameter.ofQuery",
			Title:  "A query with a parameter that the operation has not is refused with 400 InvalidRequest",
			Clause: cim009 + "6.3.20", TestPurposes: []string{"059_01"}, Since: "1.7.1", Level: Extended,
			Fault: "problem.unknown-parameter-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing"), "invalidParameter", "x"))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.error.parameter.ofRetrieval",
			Title:  "A retrieval with a parameter that the operation has not is refused with 400 InvalidRequest",
			Clause: cim009 + "6.3.20", TestPurposes: []string{"059_01"}, Since: "1.7.1", Level: Extended, Needs: writes,
			Fault: "problem.unknown-parameter-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.GET(entityPath(s.id), Query("invalidParameter", "x"))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.error.parameter.ofTypes",
			Title:  "A request for the types with a parameter that the operation has not is refused with 400 InvalidRequest",
			Clause: cim009 + "6.3.20", TestPurposes: []string{"059_01"}, Since: "1.7.1", Level: Extended, Feature: FeatureDiscovery,
			Fault: "problem.unknown-parameter-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(typesPath, Query("invalidParameter", "x"))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = errorAnswers
		if checks[i].Needs == nil {
			checks[i].Needs = reads
		}
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
	}
	return checks
}
