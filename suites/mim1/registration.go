package mim1

import (
	"net/url"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// Registrations is the checks of context sources: their registrations (5.9), the
// discovery of these (5.10), subscriptions to them (5.11), and the operations that a
// platform shares with registered sources (4.3.6).
func Registrations() []Check {
	return slices.Concat(
		featured(FeatureRegistrations, slices.Concat(
			registrationCreate(), registrationRefusals(), registrationConflicts(), registrationContexts(),
			registrationRetrieve(), registrationUpdate(), registrationDelete(), registrationQuery(), registrationReadOnly(),
		)),
		featured(FeatureSourceSubs, slices.Concat(
			sourceSubscriptionCreate(), sourceSubscriptionRefusals(), sourceSubscriptionRead(),
			sourceSubscriptionChange(), sourceNotifications(), sourceSubscriptionReadOnly(),
		)),
		featured(FeatureDistributed, distributed()),
	)
}

// featured gives checks of context sources what they have in common.
func featured(f Feature, checks []Check) []Check {
	for i := range checks {
		c := &checks[i]
		if c.Feature == "" {
			c.Feature = f
		}
		if c.Level == "" {
			c.Level = Core
		}
		if c.Requirements == nil {
			c.Requirements = discover
		}
		if c.Needs == nil {
			c.Needs = writes
		}
	}
	return checks
}

// stated gives checks without a clause theirs.
func stated(number string, checks []Check) []Check {
	for i := range checks {
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + number
		}
	}
	return checks
}

// What the checks of context sources give evidence for, beside discover.
var (
	lookup = []string{ // one identifier, looked up in several systems
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/discover",
		"oasc-2026-06-draft/MIM1/R1.3",
	}
	sourceErrors = []string{
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/discover",
		"oasc-2026-06-draft/MIM0/C2-j",
	}
)

// registrations is the resource of all context source registrations (6.8).
const registrations = "/csourceRegistrations"

// registrationPath is the resource of one registration (6.9).
func registrationPath(id string) string { return registrations + "/" + url.PathEscape(id) }

// nowhere is the endpoint of sources that are never to be asked: nobody asks for what
// they are registered for, and no host has a name under .example (RFC 2606).
const nowhere = "http://source.example:1026"

// aRegistration describes the registration of a source for entities of the type, with
// edits. It offers no more than to tell about one type, so that what other checks ask
// for, such as entities of whatever type, is not forwarded to it.
func aRegistration(t *T, kind, endpoint string, edits ...edit) ngsild.Object {
	g := ngsild.Object{
		"id": t.URN("ContextSourceRegistration"), "type": "ContextSourceRegistration", "endpoint": endpoint,
		"information": []any{ngsild.Object{"entities": []any{ngsild.Object{"type": kind}}}},
	}
	if hasModes(t) {
		g["operations"] = []any{"retrieveEntityTypeInfo"}
	}
	for _, e := range edits {
		e(g)
	}
	return g
}

// hasModes says whether registrations have modes and operations: since 1.6.1.
func hasModes(t *T) bool {
	v := t.Env.SpecVersion
	return v == "" || semver.Compare("v"+v, "v1.6.1") >= 0
}

// inMode sets the mode. An auxiliary source offers reading entities and no more (5.9.2.4).
func inMode(mode string) edit {
	return func(g ngsild.Object) {
		g["mode"] = mode
		if mode == "auxiliary" {
			g["operations"] = []any{"retrieveOps"}
		}
	}
}

// informing sets what a source is registered for (5.2.10).
func informing(information ...any) edit {
	return having("information", append([]any{}, information...))
}

// offering sets the operations that a source offers (4.20).
func offering(operations ...any) edit { return having("operations", operations) }

// informationOf is a RegistrationInfo about entities, with properties by name.
func informationOf(entity ngsild.Object, properties ...any) ngsild.Object {
	info := ngsild.Object{"entities": []any{entity}}
	if len(properties) > 0 {
		info["propertyNames"] = properties
	}
	return info
}

// register registers a source and returns the registration's id; anything but 201 ends
// the check.
func register(t *T, g ngsild.Object, options ...Option) (id string) {
	t.Require(t.POST(registrations, append([]Option{JSON(g)}, options...)...)).To(HaveStatus(201), "a registration to work on has to be created first")
	return g["id"].(string)
}

// idle registers a source that is never asked, with edits.
func idle(t *T, edits ...edit) (id string) {
	return register(t, aRegistration(t, t.Name("Nothing"), nowhere, edits...))
}

// registration retrieves a registration; anything but 200 with an object ends the check.
func registration(t *T, id string, options ...Option) ngsild.Object {
	r := t.GET(registrationPath(id), options...)
	t.Require(r).To(HaveStatus(200), "registration %s has to be there", id)
	return itself(t, r, id)
}

// itself is the object in the answer, which has to be the one with the id: what is not
// there is then missing from it, and not from some other answer.
func itself(t *T, r *probe.Response, id string) ngsild.Object {
	o := t.Object(r)
	t.Require(r).To(HaveJSON("/id", id))
	return o
}

// noRegistration expects that no registration has the id.
func noRegistration(t *T, id string) {
	t.Expect(t.GET(registrationPath(id))).To(HaveStatus(404), "registration %s must not be there", id)
}

// infoOf is a registration's first RegistrationInfo, entityOf that one's first EntityInfo.
func infoOf(g ngsild.Object) ngsild.Object   { return memberOf(g, "information") }
func entityOf(g ngsild.Object) ngsild.Object { return memberOf(infoOf(g), "entities") }

// located is the id at the end of a Location header of resource.
func located(t *T, r *probe.Response, resource string) string {
	_, id, found := strings.Cut(pathFrom(r)(r.Header.Get("Location")), resource+"/")
	t.Require(r).To(answering(found && id != "", "the Location header leads to nothing below %s: %q", resource, r.Header.Get("Location")))
	return id
}
