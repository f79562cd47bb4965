package mim1_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

func TestFurtherAgainstTheReferencePlatform(t *testing.T) { judge(t, mim1.Further()) }

func TestFurtherChecksAreWellFormed(t *testing.T) {
	r, err := suites.NewRegistry(mim1.Provision(), mim1.Consumption(), mim1.Further())
	if err != nil {
		t.Fatal(err)
	}
	of := map[suites.Feature]int{}
	for _, c := range mim1.Further() {
		of[c.Feature]++
	}
	if n := len(mim1.Further()); n < 60 {
		t.Errorf("there are %d further checks, expected at least 60", n)
	}
	t.Logf("%d checks in all; of the further ones by feature: %v", len(r.All()), of)
}

func TestFurtherAllowsWhatTheStandardAllows(t *testing.T) {
	for _, liberty := range consumerLiberties() {
		t.Run(liberty.Name, func(t *testing.T) {
			t.Parallel()
			results := onOnePlatform(t, mim1.Further(), liberty)
			for _, check := range mim1.Further() {
				if check.Without != "" { // of another platform than this one
					continue
				}
				// With orderBy, the order is no liberty.
				if strings.HasPrefix(check.ID, "mim1.query.order.") && liberty.Name == "another order" {
					continue
				}
				r := results[check.ID]
				allowed := r.Outcome == reports.Passed ||
					r.Outcome == reports.Inapplicable && strings.HasPrefix(check.ID, "mim1.implicitContext.") && strings.Contains(liberty.Name, "combines") ||
					r.Outcome == reports.Inapplicable && check.ID == "mim1.query.page.fullHasNoNext" && strings.Contains(liberty.Name, "pages smaller")
				if !allowed {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// A snapshot that is being made may say so by either word of the specification.
func TestSnapshotsMayTakeTime(t *testing.T) {
	for _, check := range mim1.Further() {
		if !strings.HasPrefix(check.ID, "mim1.snapshot.content.") && check.ID != "mim1.snapshot.status.success" {
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			slow := faults.Fault{Name: "slow", On: faults.Op("GET", "/snapshots/*"), Answer: func(_ *http.Request, a *faults.Answer) {
				if asked.Add(1) == 1 && a.Status == 200 {
					a.Body = bytes.ReplaceAll(a.Body, []byte(`"success"`), []byte(`"preparation"`))
				}
			}}
			if r := outcome(t, check, slow); r.Outcome != reports.Passed || asked.Load() == 1 {
				t.Errorf("after %d looks the check ends as %s: %s", asked.Load(), r.Outcome, r.Reason)
			}
		})
	}
}

// A platform may be without tenants, and may bound what it is asked, as long as it says so
// by the error that is meant for it.
func TestLimitsAreThePlatformsAffair(t *testing.T) {
	small := made(t, reference.Options{Empty: true, MostConditions: 20, MostResults: 1000})
	t.Cleanup(small.Close)
	for _, check := range mim1.Further() {
		if slices.Contains([]string{"mim1.query.q.long", "mim1.batch.query.qLong", "mim1.query.page.large"}, check.ID) {
			if r := seeded(t, check, 0, small); r.Outcome != reports.Passed {
				t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
			}
			wrong := faults.Fault{Name: "403 of another kind", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
				a.Body = bytes.ReplaceAll(bytes.ReplaceAll(a.Body, []byte("/TooComplexQuery"), []byte("/TooManyX")), []byte("/TooManyResults"), []byte("/TooComplexQuery"))
				a.Body = bytes.ReplaceAll(a.Body, []byte("/TooManyX"), []byte("/TooManyResults"))
			}}
			if r := seeded(t, check, 0, small, wrong); r.Outcome != reports.Failed {
				t.Errorf("with 403 of another kind %s ends as %s: %s", check.ID, r.Outcome, r.Reason)
			}
		}
		if check.Without == suites.FeatureTenants { // which the target has without a claim
			has := check
			has.Without = ""
			if r := inVersion(t, has, "1.9.1", claimedFor(check), 0, platform(t, has)); r.Outcome != reports.Inapplicable {
				t.Errorf("%s ends as %s on a platform with tenants: %s", check.ID, r.Outcome, r.Reason)
			}
		}
	}
}

// A platform shall endeavour to show entities as an earlier version has them, and need not
// know how: then it shows them as it always does.
func TestEarlierVersionsNeedNotBeKnown(t *testing.T) {
	latest := faults.Fault{Name: "the latest version only", On: anyRequest, Request: func(r *http.Request) { r.Header.Del("Prefer") }}
	n := 0
	for _, check := range mim1.Further() {
		if !strings.HasPrefix(check.ID, "mim1.earlier.") {
			continue
		}
		n++
		if r := outcome(t, check, latest); r.Outcome != reports.Inapplicable {
			t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
		}
	}
	if n == 0 {
		t.Error("no check was found")
	}
}

// How tenants come into being is the platform's affair: one that makes none by a creation
// breaks no rule, and leaves nothing to test tenants in.
func TestTenantsMayHaveToBeThereBefore(t *testing.T) {
	strict := faults.Fault{Name: "no implicit tenants", On: func(r *http.Request) bool { return r.Header.Get(ngsild.HeaderTenant) != "" },
		Instead: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			refusal(404, "NonexistentTenant").WriteTo(w)
		}}
	for _, check := range mim1.Further() {
		if check.Feature != suites.FeatureTenants {
			continue
		}
		want := reports.Untested
		if check.ID == "mim1.tenant.create" {
			want = reports.Inapplicable
		}
		if r := outcome(t, check, strict); r.Outcome != want {
			t.Errorf("%s ends as %s, want %s: %s", check.ID, r.Outcome, want, r.Reason)
		}
	}
}

// TestGeneratedChecksJudgeWithEverySeed: what is made up differs by the seed, and the
// faults that the checks catch must not go unseen by chance, nor must a platform
// without faults fail by it.
func TestGeneratedChecksJudgeWithEverySeed(t *testing.T) {
	for _, check := range mim1.Further() {
		if !strings.HasPrefix(check.ID, "mim1.generated.") {
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			broken, err := faults.Named(check.Fault)
			if err != nil {
				t.Fatal(err)
			}
			platform := platform(t, check)
			for seed := range uint64(8) {
				if r := seeded(t, check, seed, platform); r.Outcome != reports.Passed {
					t.Errorf("with seed %d the check ends as %s: %s", seed, r.Outcome, r.Reason)
				}
				r := seeded(t, check, seed, platform, broken...)
				if r.Outcome != reports.Failed || !strings.Contains(r.Reason, "with that: ") {
					t.Errorf("with seed %d and fault %s the check ends as %s: %s", seed, check.Fault, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// TestCounterexamplesAreSmall: a platform that loses one kind of attribute is shown an
// entity with no other attribute.
func TestCounterexamplesAreSmall(t *testing.T) {
	loses := faults.Fault{Name: "no relationships", On: faults.Op("GET", "/entities/*"), Answer: inAnswer(func(e map[string]any) {
		for name, member := range e {
			if a, ok := member.(map[string]any); ok && a["type"] == "Relationship" {
				delete(e, name)
			}
		}
	})}
	for _, check := range mim1.Further() {
		if check.ID != "mim1.generated.entity.normalised" {
			continue
		}
		r := seeded(t, check, 3, platform(t, check), loses)
		if n := strings.Count(r.Reason, `"object"`); r.Outcome != reports.Failed || n != 1 || strings.Contains(r.Reason, `"value"`) {
			t.Errorf("the check ends as %s with %d relationships: %s", r.Outcome, n, r.Reason)
		}
	}
}

// What is told of a snapshot may begin before it is made, and need not have more than says
// which snapshot it is and how it stands.
func TestSnapshotNotificationsMayBeginEarlyAndBeShort(t *testing.T) {
	sent := func(change func(n map[string]any) []map[string]any) faults.Fault {
		return faults.Fault{Name: "liberty", On: func(r *http.Request) bool {
			return r.Method == http.MethodPost && !strings.Contains(r.URL.Path, "/ngsi-ld/v1/")
		}, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			var n map[string]any
			raw, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			if err := json.Unmarshal(raw, &n); err != nil {
				return nil, err
			}
			var answer *http.Response
			for _, one := range change(n) {
				body, err := json.Marshal(one)
				if err != nil {
					return nil, err
				}
				again := r.Clone(r.Context())
				again.Body, again.ContentLength, again.GetBody = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
				if answer, err = next.RoundTrip(again); err != nil {
					return nil, err
				}
			}
			return answer, nil
		}}
	}
	for name, liberty := range map[string]faults.Fault{
		"early": sent(func(n map[string]any) []map[string]any {
			early := maps.Clone(n)
			early["id"], early["snapshotStatus"] = fmt.Sprint(n["id"], "early"), "preparing"
			return []map[string]any{early, n}
		}),
		"short": sent(func(n map[string]any) []map[string]any {
			for _, member := range []string{"snapshotPriority", "snapshotQueriesDetails"} {
				delete(n, member)
			}
			return []map[string]any{n}
		}),
		"twice": sent(func(n map[string]any) []map[string]any {
			again := maps.Clone(n)
			again["id"] = fmt.Sprint(n["id"], "again")
			return []map[string]any{n, again}
		}),
		"more": sent(func(n map[string]any) []map[string]any {
			n["@context"] = ngsild.CoreContextURL
			n["more"] = true
			return []map[string]any{n}
		}),
	} {
		for _, check := range mim1.Further() {
			if !strings.HasPrefix(check.ID, "mim1.snapshot.notification.") {
				continue
			}
			t.Run(name+"/"+check.ID, func(t *testing.T) {
				t.Parallel()
				if r := outcome(t, check, liberty); r.Outcome != reports.Passed {
					t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
				}
			})
		}
	}
}

// annotatedOnly follows those Relationships only that tell the type of what they lead to,
// as 5.7.1.5 can be read.
func annotatedOnly() faults.Fault {
	var follow func(v any) any
	follow = func(v any) any {
		switch x := v.(type) {
		case []any:
			for i, item := range x {
				x[i] = follow(item)
			}
		case map[string]any:
			if x["objectType"] == nil {
				delete(x, "entity")
				delete(x, "entityList")
			}
			for name, inner := range x {
				x[name] = follow(inner)
			}
		}
		return v
	}
	return faults.Fault{Name: "annotated Relationships only", On: anyRequest, Answer: func(r *http.Request, a *faults.Answer) {
		q := r.URL.Query()
		var v any
		if a.Status != http.StatusOK || q.Has("options") || json.Unmarshal(a.Body, &v) != nil {
			return
		}
		v = follow(v)
		if found, isList := v.([]any); isList && q.Get("join") == "flat" {
			reached := map[any]bool{found[0].(map[string]any)["id"]: true} // the one that is asked for
			for range found {
				for _, item := range found {
					e := item.(map[string]any)
					for _, member := range e {
						a, _ := member.(map[string]any)
						if reached[e["id"]] && a["objectType"] != nil {
							for _, to := range append(anyList(a["object"]), listed(a["objectList"])...) {
								if o, ok := to.(map[string]any); ok {
									to = o["object"]
								}
								reached[to] = true
							}
						}
					}
				}
			}
			v = slices.DeleteFunc(found, func(item any) bool { return !reached[item.(map[string]any)["id"]] })
		}
		a.Body, _ = json.Marshal(v) // it was JSON
	}}
}

// Which Relationships are followed, the standard does not say in one way: checks tell the
// types of what theirs lead to, so that no reading is held against a platform.
func TestRelationshipsMayHaveToTellWhereTheyLead(t *testing.T) {
	for _, check := range everyCheck() {
		// what is picked, or is not there, leaves nothing of which this could be told
		if !strings.HasPrefix(check.ID, "mim1.linked.") || strings.Contains(check.ID, "pick") {
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, annotatedOnly()); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}
