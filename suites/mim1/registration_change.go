package mim1

import (
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/weblink"
)

// registrationRetrieve checks the retrieval of a registration (5.10.1, 6.9.3.1).
func registrationRetrieve() []Check {
	return stated("5.10.1.4", []Check{
		{
			ID:           "mim1.registration.retrieve.unknown",
			Title:        "A registration that is not there is answered with 404 ResourceNotFound",
			Requirements: sourceErrors, TestPurposes: []string{"036_02"},
			Needs: reads, Clause: cim009 + "5.10.1.4, 6.9.3.1", Fault: "registration.retrieve.unknown-empty",
			Body: func(t *T) {
				t.Expect(t.GET(registrationPath(t.URN("ContextSourceRegistration")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.registration.retrieve.idNoUri",
			Title:        "A registration whose id is no URI is answered with 400 BadRequestData",
			Requirements: sourceErrors, TestPurposes: []string{"036_01"},
			Needs: reads, Fault: "registration.retrieve.any-id-not-found",
			Body: func(t *T) { t.Expect(t.GET(registrationPath(t.Name("registration")))).To(beBadData()) },
		},
		{
			ID:     "mim1.registration.retrieve.status",
			Title:  "If a registration tells a status, it is ok or failed",
			Clause: cim009 + "5.2.9", Since: "1.6.1", Fault: "registration.retrieve.status-active",
			Hint: "active, paused and expired are of subscriptions; a registration tells how the last request to its source went",
			Body: func(t *T) {
				if status, told := registration(t, idle(t))["status"]; told {
					t.Expect(status).To(gomega.BeElementOf("ok", "failed"))
				}
			},
		},
		{
			ID:     "mim1.registration.retrieve.json",
			Title:  "A registration as application/json has its @context in a Link header",
			Clause: cim009 + "6.3.6", TestPurposes: []string{"036_05"}, Fault: "registration.retrieve.no-link",
			Body: func(t *T) {
				r := t.GET(registrationPath(idle(t)), Header("Accept", ngsild.MediaJSON))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSON))
				_, ok := weblink.To(r.Header, ngsild.ContextRel)
				t.Expect(r).To(answering(ok, "the answer has no Link header with rel=%q", ngsild.ContextRel))
			},
		},
		{
			ID:     "mim1.registration.retrieve.jsonLd",
			Title:  "A registration as application/ld+json holds its @context",
			Clause: cim009 + "6.3.6", TestPurposes: []string{"036_05"}, Fault: "registration.retrieve.no-context",
			Body: func(t *T) {
				r := t.GET(registrationPath(idle(t)), Header("Accept", ngsild.MediaJSONLD))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSONLD))
				t.Expect(t.Object(r)["@context"]).NotTo(gomega.BeNil())
			},
		},
		{
			ID:           "mim1.registration.retrieve.unacceptable",
			Title:        "If no media type of the API is acceptable, the answer is 406",
			Requirements: sourceErrors, Clause: cim009 + "6.3.4", Fault: "negotiate.never-406",
			Body: func(t *T) {
				t.Expect(t.GET(registrationPath(idle(t)), Header("Accept", "application/pdf"))).To(HaveStatus(406))
			},
		},
	})
}

// registrationUpdate checks the update of a registration (5.9.3, 6.9.3.2).
func registrationUpdate() []Check {
	return stated("5.9.3.4", []Check{
		{
			ID:    "mim1.registration.update.updated",
			Title: "What a fragment names of a registration is replaced", TestPurposes: []string{"034_01"},
			Clause: cim009 + "5.9.3.4, 6.9.3.2", Fault: "registration.update.swallowed",
			Body: func(t *T) {
				id := idle(t)
				done(t, t.PATCH(registrationPath(id), JSON(ngsild.Object{"endpoint": nowhere + "/moved", "description": "moved"})))
				t.Expect(registration(t, id)).To(haveMembers(ngsild.Object{"endpoint": nowhere + "/moved", "description": "moved"}))
			},
		},
		{
			ID:    "mim1.registration.update.othersStay",
			Title: "What a fragment does not name of a registration stays", TestPurposes: []string{"034_01"},
			Clause: cim009 + "5.5.8", Fault: "registration.update.drops-others",
			Body: func(t *T) {
				id := idle(t, having("description", "the sensors of the harbour", "registrationName", "sensors"))
				before := registration(t, id)
				done(t, t.PATCH(registrationPath(id), JSON(ngsild.Object{"registrationName": "buoys"})))
				after := registration(t, id)
				t.Expect(after["registrationName"]).To(gomega.Equal("buoys"))
				t.Expect(after).To(haveMembers(without(before, "registrationName", "@context", "modifiedAt")))
			},
		},
		{
			ID:    "mim1.registration.update.information",
			Title: "After an update of its information, a source is discovered by the new one only", TestPurposes: []string{"034_01"},
			Fault: "registration.update.information-lost",
			Body: func(t *T) {
				kind, other := t.Name("Nothing"), t.Name("Nowhere")
				c := sourcesOf(t, map[string]ngsild.Object{"registered": aRegistration(t, kind, nowhere)})
				done(t, t.PATCH(registrationPath(c.ids["registered"]), JSON(ngsild.Object{"information": []any{informationOf(ngsild.Object{"type": other})}})))
				c.expect(t, Query("type", other), "registered")
				c.expect(t, Query("type", kind))
			},
		},
		{
			ID:    "mim1.registration.update.neverExpires",
			Title: "The end of a registration can be taken away", TestPurposes: []string{"034_05"},
			Fault: "registration.update.end-stays",
			Body: func(t *T) {
				id := idle(t, having("expiresAt", "2099-12-31T12:00:00Z"))
				t.Require(registration(t, id)).To(gomega.HaveKey("expiresAt"), "there is an end that can be taken away")
				// Earlier versions write null for what is to go (JSON Merge Patch), later ones NGSI-LD Null.
				absent := []any{ngsildNull, nil}
				if !hasModes(t) {
					absent = []any{nil, ngsildNull}
				}
				r := t.PATCH(registrationPath(id), JSON(ngsild.Object{"expiresAt": absent[0]}))
				if r.Status != 204 {
					r = t.PATCH(registrationPath(id), JSON(ngsild.Object{"expiresAt": absent[1]}))
				}
				done(t, r)
				t.Expect(registration(t, id)).NotTo(gomega.HaveKey("expiresAt"))
			},
		},
		{
			ID:           "mim1.registration.update.unknown",
			Title:        "The update of a registration that is not there is answered with 404 ResourceNotFound",
			Requirements: sourceErrors, TestPurposes: []string{"034_03"},
			Fault: "registration.update.unknown-updated",
			Body: func(t *T) {
				r := t.PATCH(registrationPath(t.URN("ContextSourceRegistration")), JSON(ngsild.Object{"endpoint": nowhere}))
				t.Expect(r).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.registration.update.idNoUri",
			Title:        "The update of a registration whose id is no URI is refused with 400 BadRequestData",
			Requirements: sourceErrors, TestPurposes: []string{"034_02"},
			Fault: "registration.update.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.PATCH(registrationPath(t.Name("registration")), JSON(ngsild.Object{"endpoint": nowhere}))).To(beBadData())
			},
		},
		{
			ID:           "mim1.registration.update.badData",
			Title:        "A fragment that would make a registration invalid is refused with 400 BadRequestData and changes nothing",
			Requirements: sourceErrors, TestPurposes: []string{"034_02"},
			Fault: "registration.update.takes-bad-data",
			Body: func(t *T) {
				id := idle(t)
				t.Expect(t.PATCH(registrationPath(id), JSON(ngsild.Object{"endpoint": "the source"}))).To(beBadData())
				t.Expect(registration(t, id)["endpoint"]).To(gomega.Equal(nowhere), "a refused request changes nothing")
			},
		},
		{
			ID:           "mim1.registration.update.badManner",
			Title:        "An update by which a source would have to be asked for a media type that is neither JSON nor JSON-LD is refused with 400 BadRequestData and changes nothing",
			Requirements: sourceErrors, Clause: cim009 + "5.9.3.4, 4.3.6.6", Since: "1.8.1",
			Fault: "registration.update.takes-any-manner",
			Body: func(t *T) {
				id := idle(t)
				fragment := ngsild.Object{}
				telling("accept", "text/html")(fragment)
				t.Expect(t.PATCH(registrationPath(id), JSON(fragment))).To(beBadData())
				t.Expect(registration(t, id)).NotTo(gomega.HaveKey("contextSourceInfo"), "a refused request changes nothing")
			},
		},
		{
			ID:           "mim1.registration.update.notJson",
			Title:        "A fragment that is not JSON is refused with 400 InvalidRequest",
			Requirements: sourceErrors, Clause: cim009 + "5.5.4", TestPurposes: []string{"034_04"},
			Fault: "registration.update.syntax-error-as-bad-data",
			Body: func(t *T) {
				id := idle(t)
				t.Expect(t.PATCH(registrationPath(id), notJSON(id))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:           "mim1.registration.update.withoutId",
			Title:        "The list of registrations itself cannot be updated: 405",
			Requirements: sourceErrors, Clause: cim009 + "6.3.2", TestPurposes: []string{"034_06"},
			Fault: "registration.update.collection-not-found",
			Body: func(t *T) {
				t.Expect(t.PATCH(registrations, JSON(ngsild.Object{"description": t.Name("nothing")}))).To(HaveStatus(405))
			},
		},
		{
			ID:           "mim1.registration.update.auxiliaryWrites",
			Title:        "An update by which an auxiliary source would offer more than reading is refused with 400 BadRequestData and changes nothing",
			Requirements: sourceErrors, Clause: cim009Later + "5.9.3.4", Since: "1.9.1",
			Fault: "registration.update.takes-bad-data",
			Body: func(t *T) {
				id := idle(t, inMode("auxiliary"))
				t.Expect(t.PATCH(registrationPath(id), JSON(ngsild.Object{"operations": []any{"updateOps"}}))).To(beBadData())
				t.Expect(texts(registration(t, id)["operations"])).To(gomega.ConsistOf("retrieveOps"), "a refused request changes nothing")
			},
		},
		{
			ID:           "mim1.registration.update.existingEntity",
			Title:        "An update by which a registration would claim what the platform itself has of an entity is refused with 409",
			Requirements: sourceErrors, Clause: cim009Later + "5.9.3.4", Since: "1.9.1", Fault: "registration.update.ignores-entities",
			Body: func(t *T) {
				for _, mode := range []string{"exclusive", "redirect"} {
					s := newSensor(t)
					depth := t.Name("depth")
					id := idle(t, having("mode", mode), informing(informationOf(ngsild.Object{"id": s.id, "type": t.Name("Nothing")}, depth)))
					t.Expect(t.PATCH(registrationPath(id), JSON(ngsild.Object{"information": []any{informationOf(ngsild.Object{"id": s.id, "type": s.kind}, s.level)}}))).To(beConflict())
					t.Expect(texts(infoOf(registration(t, id))["propertyNames"])).To(gomega.ConsistOf(depth), "a refused request changes nothing")
				}
			},
		},
		{
			ID:     "mim1.registration.create.expired",
			Title:  "A registration is deleted when its end has come: it is neither retrieved nor discovered",
			Clause: cim009 + "5.9.2.4", Since: "1.4.1", Waits: true, Fault: "registration.create.end-lost",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"ended": aRegistration(t, kind, nowhere, having("expiresAt", soon(t))), "kept": aRegistration(t, kind, nowhere)})
				for last := t.Now().Add(2*time.Second + t.Patience()); t.GET(registrationPath(c.ids["ended"])).Status != 404 && t.Now().Before(last); {
					pause(t, 200*time.Millisecond)
				}
				noRegistration(t, c.ids["ended"])
				c.expect(t, Query("type", kind), "kept")
			},
		},
		{
			ID:           "mim1.registration.update.conflict",
			Title:        "An update by which a registration would claim what another one has is refused with 409",
			Requirements: sourceErrors, Since: "1.6.1", Fault: "registration.update.conflict-ignored",
			Body: func(t *T) {
				one := ngsild.Object{"id": t.URN("Nothing"), "type": t.Name("Nothing")}
				level, depth := t.Name("level"), t.Name("depth")
				idle(t, having("mode", "exclusive"), informing(informationOf(one, level)))
				id := idle(t, having("mode", "exclusive"), informing(informationOf(one, depth)))
				t.Expect(t.PATCH(registrationPath(id), JSON(ngsild.Object{"information": []any{informationOf(one, level)}}))).To(beConflict())
				t.Expect(texts(infoOf(registration(t, id))["propertyNames"])).To(gomega.ConsistOf(depth), "a refused request changes nothing")
			},
		},
	})
}

// registrationDelete checks the deletion of a registration (5.9.4, 6.9.3.3).
func registrationDelete() []Check {
	return stated("5.9.4.4", []Check{
		{
			ID:    "mim1.registration.delete.deleted",
			Title: "A registration is deleted with 204, and is neither retrieved nor discovered after that", TestPurposes: []string{"035_01"},
			Clause: cim009 + "5.9.4.4, 6.9.3.3", Fault: "registration.delete.swallowed",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"deleted": aRegistration(t, kind, nowhere), "kept": aRegistration(t, kind, nowhere)})
				done(t, t.DELETE(registrationPath(c.ids["deleted"])))
				noRegistration(t, c.ids["deleted"])
				c.expect(t, Query("type", kind), "kept")
			},
		},
		{
			ID:           "mim1.registration.delete.unknown",
			Title:        "The deletion of a registration that is not there is answered with 404 ResourceNotFound",
			Requirements: sourceErrors, TestPurposes: []string{"035_03"},
			Fault: "registration.delete.unknown-deleted",
			Body: func(t *T) {
				t.Expect(t.DELETE(registrationPath(t.URN("ContextSourceRegistration")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.registration.delete.again",
			Title:        "A registration cannot be deleted twice",
			Requirements: sourceErrors, TestPurposes: []string{"035_03"},
			Fault: "registration.delete.unknown-deleted",
			Body: func(t *T) {
				id := idle(t)
				done(t, t.DELETE(registrationPath(id)))
				t.Expect(t.DELETE(registrationPath(id))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.registration.delete.idNoUri",
			Title:        "The deletion of a registration whose id is no URI is refused with 400 BadRequestData",
			Requirements: sourceErrors, TestPurposes: []string{"035_02"},
			Fault: "registration.delete.any-id-not-found",
			Body:  func(t *T) { t.Expect(t.DELETE(registrationPath(t.Name("registration")))).To(beBadData()) },
		},
	})
}
