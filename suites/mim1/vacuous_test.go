package mim1_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

// everyCheck is all checks of the suite.
func everyCheck() []suites.Check {
	return slices.Concat(mim1.Provision(), mim1.Consumption(), mim1.Subscriptions(), mim1.Registrations(), mim1.MQTT(), mim1.Temporal(), mim1.Further())
}

// empty is an Answer change: a success finds nothing.
func empty(_ *http.Request, a *faults.Answer) {
	if a.Status == 200 {
		a.Body = []byte(`[]`)
	}
}

// bare is an Answer change: a success shows no attributes.
func bare(_ *http.Request, a *faults.Answer) {
	inEntities(func(e map[string]any) {
		for name := range e {
			if !slices.Contains([]string{"id", "type", "@context"}, name) {
				delete(e, name)
			}
		}
	})(nil, a)
}

// nothing is an Answer change: a success is an empty object.
func nothing(_ *http.Request, a *faults.Answer) {
	if a.Status == 200 {
		a.Body = []byte(`{}`)
	}
}

// swallowed is a success that does nothing.
func swallowed(status int) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(status) }
}

// withoutOptions is a Request change: no options are asked for.
func withoutOptions(r *http.Request) {
	q := r.URL.Query()
	q.Del("options")
	r.URL.RawQuery = q.Encode()
}

// emptied is an Answer change: a success says nothing of what was done.
func emptied(_ *http.Request, a *faults.Answer) {
	if a.Status == 200 {
		a.Status, a.Body = 204, nil
	}
}

// removedAll deletes what is to be reloaded, and answers as if it had not been there to be had.
func removedAll(w http.ResponseWriter, r *http.Request, next http.Handler) {
	tried := httptest.NewRecorder()
	next.ServeHTTP(tried, r)
	plain := r.Clone(r.Context())
	plain.URL.RawQuery = ""
	next.ServeHTTP(httptest.NewRecorder(), plain)
	for name, values := range tried.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(tried.Code)
	_, _ = w.Write(tried.Body.Bytes())
}

// inPart is an answer in part that holds nothing.
func inPart(body string) func(*http.Request, *faults.Answer) {
	return func(_ *http.Request, a *faults.Answer) {
		if a.Status == 200 || a.Status == 206 {
			a.Status, a.Body = 206, []byte(body)
			a.Header.Set("Content-Range", "DateTime 2024-03-01T10:59:00Z-2024-03-01T10:00:00Z/*")
		}
	}
}

// What is said of each item of an answer must not hold of an answer without any.
func TestNothingIsNoAnswer(t *testing.T) {
	querying, evolution := faults.Op("GET", "/entities"), faults.Op("GET", "/temporal/entities/*")
	asJSONLD := func(r *http.Request) bool {
		return querying(r) && strings.Contains(r.Header.Get("Accept"), "ld+json")
	}
	byType := func(r *http.Request) bool {
		return querying(r) && !r.URL.Query().Has("id") && r.URL.Query().Get("limit") == "20" // not those of the sample
	}
	for id, f := range map[string]faults.Fault{
		"mim1.context.answer.members":            {On: asJSONLD, Answer: empty},
		"mim1.observe.query.type":                {On: byType, Answer: empty},
		"mim1.observe.query.attrs":               {On: querying.WithQuery("attrs"), Answer: empty},
		"mim1.distributed.query.projected":       {On: querying, Answer: empty},
		"mim1.temporal.query.local":              {On: faults.Op("GET", "/temporal/entities"), Answer: empty},
		"mim1.temporal.page.whole":               {On: evolution, Answer: inPart(`{}`)},
		"mim1.temporal.page.wholeOfQuery":        {On: faults.Op("GET", "/temporal/entities"), Answer: inPart(`[]`)},
		"mim1.temporal.page.wholeOfPost":         {On: faults.Op("POST", "/temporal/entityOperations/query"), Answer: inPart(`[]`)},
		"mim1.temporal.page.backwards":           {On: evolution, Answer: inPart(`{}`)},
		"mim1.temporal.retrieve.instances":       {On: evolution, Answer: bare},
		"mim1.temporal.retrieve.noSysAttrs":      {On: evolution, Request: withoutOptions},
		"mim1.snapshot.update.answer":            {On: faults.Op("PATCH", "/snapshots/*"), Answer: emptied},
		"mim1.cachedContext.reloadUnreachable":   {On: faults.Op("DELETE", "/jsonldContexts/*").WithQuery("reload"), Instead: removedAll},
		"mim1.temporal.observe.times":            {On: evolution.WithQuery("attrs"), Answer: bare},
		"mim1.entity.represent.bareFeature":      {On: faults.Op("GET", "/entities/*"), Answer: nothing},
		"mim1.subscription.create.watchedOnly":   {On: faults.Op("GET", "/subscriptions/*"), Answer: nothing},
		"mim1.subscription.update.null":          {On: faults.Op("GET", "/subscriptions/*"), Answer: bare},
		"mim1.registration.create.modeByDefault": {On: faults.Op("GET", "/csourceRegistrations/*"), Answer: nothing},
		"mim1.sourceSubscription.create.active":  {On: faults.Op("GET", "/csourceSubscriptions/*"), Answer: nothing},
		"mim1.temporal.attributeDelete.all":      {On: evolution, Answer: bare},
		"mim1.temporal.page.inRange":             {On: evolution, Answer: inPart(`{"id":"urn:ngsi-ld:Sensor:1","type":"Sensor"}`)},
		"mim1.jsonLd.answered.entitiesByPost":    {On: faults.Op("POST", "/entityOperations/query"), Answer: empty},
		"mim1.jsonLd.answered.evolutions":        {On: faults.Op("GET", "/temporal/entities"), Answer: empty},
		"mim1.subscription.query.jsonLd":         {On: faults.Op("GET", "/subscriptions"), Answer: empty},
		"mim1.purge.types":                       {On: querying, Answer: empty},
		"mim1.registration.query.otherTimes":     {On: faults.Op("GET", "/csourceRegistrations"), Answer: empty},
		"mim1.registration.update.neverExpires":  {On: faults.Op("GET", "/csourceRegistrations/*"), Answer: bare},
		"mim1.sourceSubscription.create.apart":   {On: faults.Op("GET", "/csourceSubscriptions/*"), Answer: faults.Status(200, 404)},
		"mim1.batch.query.count":                 {On: faults.Op("POST", "/entityOperations/query"), Answer: empty},
		"mim1.query.page.prev":                   {On: querying, Answer: empty},
		"mim1.subscription.query.first":          {On: faults.Op("GET", "/subscriptions"), Answer: empty},
		"mim1.tenant.apart.default":              {On: faults.Op("GET", "/entities/*"), Answer: faults.Status(200, 404)},
		"mim1.tenant.echo.read":                  {On: faults.Op("GET", "/entities/*"), Answer: faults.Status(200, 404)},
		"mim1.negotiation.accept.json":           {On: querying, Answer: nothing},
		"mim1.distributed.update.local":          {On: faults.Op("PATCH", "/entities/*/attrs"), Instead: swallowed(204)},
		"mim1.distributed.create.local":          {On: faults.Op("POST", "/entities"), Instead: swallowed(201)},
		"mim1.distributed.delete.local":          {On: faults.Op("DELETE", "/entities/*"), Instead: swallowed(204)},
		"mim1.hostedContext.list.detailsOfKind":  {On: faults.Op("GET", "/jsonldContexts").WithQuery("kind"), Answer: empty},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			all := everyCheck()
			i := slices.IndexFunc(all, func(c suites.Check) bool { return c.ID == id })
			if i < 0 {
				t.Fatal("there is no such check")
			}
			if r := outcome(t, all[i], f); r.Outcome != reports.Failed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// A snapshot need not tell any times: then there is nothing to say of them.
func TestSnapshotsNeedTellNoTimes(t *testing.T) {
	all := everyCheck()
	i := slices.IndexFunc(all, func(c suites.Check) bool { return c.ID == "mim1.snapshot.status.times" })
	timeless := faults.Fault{On: faults.Op("GET", "/snapshots/*"), Answer: inEntities(func(s map[string]any) {
		for _, name := range []string{"createdAt", "modifiedAt", "expiresAt", "lastUsedAt"} {
			delete(s, name)
		}
	})}
	if r := outcome(t, all[i], timeless); r.Outcome != reports.Inapplicable {
		t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
	}
}

// What is said of a source that is asked must not hold of one that never is.
func TestASourceThatIsNeverAskedShowsNothing(t *testing.T) {
	cut := faults.Fault{On: func(r *http.Request) bool { return !isNotification(r) }, Outgoing: func(*http.Request, http.RoundTripper) (*http.Response, error) {
		return nil, http.ErrServerClosed
	}}
	judged := 0
	for _, check := range everyCheck() {
		local, isDistributed := strings.CutPrefix(check.ID, "mim1.distributed.")
		if !isDistributed || !slices.Contains([]string{"types.once", "attributes.once", "types.sourceFails", "retrieve.auxiliaryOverridesNothing",
			"query.csf", "pastQuery.csf", "purge.csf", "entityMap.csf", "pastMap.csf"}, local) {
			continue
		}
		judged++
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, cut); r.Outcome == reports.Passed {
				t.Error("the check passes")
			}
		})
	}
	if judged != 9 {
		t.Errorf("%d checks were looked at, expected 9", judged)
	}
}
