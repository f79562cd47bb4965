package mim1

import (
	"regexp"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

const identityPath = "/info/sourceIdentity"

// identityOf asks the platform who it is. One that cannot tell says so with 501 (5.15.1.4).
func identityOf(t *T, options ...Option) *probe.Response {
	r := t.GET(identityPath, append(options, Expecting(501))...)
	if r.Status == 501 {
		t.Inapplicable("the platform says with 501 that it tells nothing of its identity, as 5.15.1.4 allows")
	}
	t.Require(r).To(HaveStatus(200))
	return r
}

var (
	// isoDuration is the form of durations (ISO 8601), parts of which may be fractions.
	isoDuration = regexp.MustCompile(`^P(?:[\d.]+Y)?(?:[\d.]+M)?(?:[\d.]+W)?(?:[\d.]+D)?(?:T(?:[\d.]+H)?(?:[\d.]+M)?(?:[\d.]+S)?)?$`)
	// pseudonym is the form of a name in a Via header (RFC 9110, 7.6.3): a token, or a host
	// with its port.
	pseudonym = "^[!#$%&'*+.^_`|~0-9A-Za-z:\\[\\]-]+$"
)

// uptime reads how long the source has been up; the specification's text and the core
// @context write the member's name differently.
func uptime(o ngsild.Object) any {
	if v, ok := o["contextSourceUptime"]; ok {
		return v
	}
	return o["contextSourceUpTime"]
}

// sourceIdentity checks Retrieve Context Source Identity Information (5.15.1).
func sourceIdentity() []Check {
	return common([]Check{
		{
			ID: "mim1.sourceIdentity.form", Title: "The platform's identity is a ContextSourceIdentity with a URI as id",
			Clause: cim009 + "5.2.40, 5.15.1", Fault: "source-identity.no-id",
			Body: func(t *T) {
				o := t.Object(identityOf(t))
				t.Expect(o["id"]).To(beURI(), "id")
				t.Expect(o["type"]).To(gomega.Equal("ContextSourceIdentity"))
			},
		},
		{
			ID: "mim1.sourceIdentity.alias", Title: "The platform's identity tells the alias by which it is known in Via headers",
			Fault: "source-identity.no-alias",
			Body: func(t *T) {
				t.Expect(identityOf(t)).To(HaveJSON("/contextSourceAlias", gomega.And(gomega.BeAssignableToTypeOf(""), gomega.MatchRegexp(pseudonym))))
			},
		},
		{
			ID: "mim1.sourceIdentity.time", Title: "The platform's identity tells the time there, a DateTime in UTC",
			Fault: "source-identity.time-stands",
			Body: func(t *T) {
				r := identityOf(t)
				t.Require(r).To(HaveJSON("/contextSourceTimeAt", gomega.MatchRegexp(dateTime)))
				there, err := instant(t.Object(r)["contextSourceTimeAt"])
				t.Require(err).To(gomega.Succeed())
				t.Expect(there).To(gomega.BeTemporally("~", t.Now(), 24*time.Hour), "contextSourceTimeAt is the time of now, as far as clocks agree")
			},
		},
		{
			ID: "mim1.sourceIdentity.uptime", Title: "The platform's identity tells, as a duration, how long it has been up",
			Fault: "source-identity.uptime-in-seconds",
			Body: func(t *T) {
				r := identityOf(t)
				up, _ := uptime(t.Object(r)).(string)
				t.Expect(r).To(answering(len(up) > 2 && isoDuration.MatchString(up), "the uptime is %s, expected an ISO 8601 duration such as P1DT2H3M4S", compact(uptime(t.Object(r)))))
			},
		},
		{
			ID: "mim1.sourceIdentity.jsonLd", Title: "The platform's identity as application/ld+json has its @context in the body",
			Clause: cim009 + "6.3.6", Fault: "source-identity.no-context",
			Body: func(t *T) {
				r := identityOf(t, Header("Accept", ngsild.MediaJSONLD))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSONLD))
				t.Expect(t.Object(r)).To(gomega.HaveKey("@context"))
			},
		},
		{
			ID: "mim1.sourceIdentity.media", Title: "The answer with a context source's identity tells by Content-Type that it is JSON",
			Clause: cim009 + "6.33.3.1", Fault: "generic.get-info-sourceidentity.media-type",
			Body: func(t *T) { t.Expect(identityOf(t)).To(HaveMediaType(ngsild.MediaJSON)) },
		},
		{
			ID: "mim1.sourceIdentity.again", Title: "The time that a context source tells goes on",
			Fault: "generic.get-info-sourceidentity.stale",
			Waits: true,
			Body: func(t *T) {
				before := t.Object(identityOf(t))
				t.Pause(1100 * time.Millisecond)
				after := t.Object(identityOf(t))
				t.Expect(after["contextSourceTimeAt"]).NotTo(gomega.Equal(before["contextSourceTimeAt"]), "more than a second lies between the two answers")
			},
		},
	}, Check{Requirements: discover, Clause: cim009 + "5.2.40", Level: Core, Feature: FeatureDistributed, Needs: reads, Since: "1.8.1",
		Hint: "the members of the identity are in table 5.2.40-1: contextSourceAlias, contextSourceUptime and contextSourceTimeAt"})
}
