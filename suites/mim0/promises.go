package mim0

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Header fields that tell what a client can count on.
const (
	nextUpdate  = "X-Next-Update"
	limit       = "RateLimit"
	limitPolicy = "RateLimit-Policy"
	olderLimit  = "RateLimit-Limit" // of the drafts up to 06
)

// rateLimits is where the rules of rate limits stand. Its drafts differ; what any of them
// allows is right.
const rateLimits = "IETF draft-ietf-httpapi-ratelimit-headers, "

// skew is how far the clocks of platform and harness may be apart.
const skew = 2 * time.Minute

// promiseChecks are about updates and rate limits, which are recommended.
func promiseChecks() []Check {
	checks := []Check{
		{
			ID: "mim0.update.next.told", Title: "The time of the next update is told, by an answer or by the description",
			Requirements: []string{announced}, Clause: announced, Fault: "rest.update.untold",
			Hint: "Items come with the header field " + nextUpdate + ", or the description has an extension such as x-next-update.",
			Body: func(t *T) {
				r := someItems(t)
				if r.Header.Get(nextUpdate) == "" {
					d := description(t)
					t.Holds(d.Response, announces(d.body), "neither items (header field %s) nor the description (an extension with next-update in its name) tell the time of the next update", nextUpdate)
				}
			},
		},
		{
			ID: "mim0.update.next.date", Title: "The time of the next update is a date",
			Requirements: []string{announced}, Clause: announced + "; RFC 9110, 5.6.7", Fault: "rest.update.in-words",
			Body: func(t *T) {
				r := updated(t)
				_, is := date(r.Header.Get(nextUpdate))
				t.Holds(r, is, "%s is %q, expected a date of HTTP or of RFC 3339", nextUpdate, r.Header.Get(nextUpdate))
			},
		},
		{
			ID: "mim0.update.current.kept", Title: "The data are current: the time that is told for the next update has not passed",
			Requirements: []string{current}, Clause: current, Fault: "rest.update.missed",
			Hint: "The data should have been updated since, and were not, or the answer was kept somewhere for too long.",
			Body: func(t *T) {
				r := updated(t)
				due, is := date(r.Header.Get(nextUpdate))
				if !is {
					t.CantTell("the time of the next update is %q, which is no date", r.Header.Get(nextUpdate))
				}
				now, is := date(r.Header.Get("Date")) // the platform's own clock
				if !is {
					now = t.Now()
				}
				t.Holds(r, due.After(now.Add(-skew)), "the update was due at %s, and it is %s", due.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
			},
		},
		{
			ID: "mim0.rate.limits.told", Title: "Rate limits are told by the header fields RateLimit-Policy or RateLimit",
			Requirements: []string{limited}, Clause: rateLimits + "RateLimit-Policy and RateLimit", Fault: "rest.rate.untold",
			Body: func(t *T) {
				r := someItems(t)
				t.Holds(r, slices.ContainsFunc([]string{limit, limitPolicy, olderLimit}, func(name string) bool { return r.Header.Get(name) != "" }),
					"items come without %s and %s", limitPolicy, limit)
			},
		},
		{
			ID: "mim0.rate.policy.form", Title: "RateLimit-Policy is a list of policies, each with its quota",
			Requirements: []string{limited}, Clause: rateLimits + "RateLimit-Policy; RFC 9651, 3.1", Fault: "rest.rate.quota-in-words",
			Body: func(t *T) { judgeField(t, limitPolicy, isPolicy) },
		},
		{
			ID: "mim0.rate.rest.form", Title: "RateLimit is a list that tells for each policy how much remains",
			Requirements: []string{limited}, Clause: rateLimits + "RateLimit; RFC 9651, 3.1", Fault: "rest.rate.less-than-nothing",
			Body: func(t *T) { judgeField(t, limit, isRest) },
		},
	}
	return checks
}

// someItems are the items of a collection.
func someItems(t *T) *probe.Response { return items(t, collections(t)[0]) }

// updated are items with the time of the next update.
func updated(t *T) *probe.Response {
	r := someItems(t)
	if r.Header.Get(nextUpdate) == "" {
		t.Inapplicable("items come without %s, which is one way to tell the time of the next update", nextUpdate)
	}
	return r
}

var extension = regexp.MustCompile(`(?i)^x-.*next-?_?update`)

// announces says whether a part of the description has an extension with the time of the
// next update.
func announces(v any) bool {
	switch v := v.(type) {
	case object:
		for name, value := range v {
			if extension.MatchString(name) && value != nil && value != "" || announces(value) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, announces)
	}
	return false
}

// date reads a date of HTTP or of RFC 3339.
func date(s string) (time.Time, bool) {
	if at, err := http.ParseTime(s); err == nil {
		return at, true
	}
	at, err := time.Parse(time.RFC3339, s)
	return at, err == nil
}

// judgeField holds a header field of items against its form.
func judgeField(t *T, name string, is func(values []string) (wrong string)) {
	r := someItems(t)
	values := r.Header.Values(name)
	if len(values) == 0 {
		t.Inapplicable("items come without %s", name)
	}
	wrong := is(values)
	t.Holds(r, wrong == "", "%s: %s: %s", name, strings.Join(values, ", "), wrong)
}

// isPolicy: a list of items, each a name with its quota q and perhaps a window w; in
// older drafts the quota itself with its window.
func isPolicy(values []string) string {
	list, err := httpsfv.UnmarshalList(values)
	if err != nil || len(list) == 0 {
		return "it is no list of structured fields"
	}
	for _, member := range list {
		item, is := member.(httpsfv.Item)
		if !is {
			return "a member is a list"
		}
		switch item.Value.(type) {
		case int64:
			if !amount(item.Value) {
				return "a quota is less than nothing"
			}
		case string, httpsfv.Token:
			if q, has := item.Params.Get("q"); !has || !amount(q) {
				return "a policy has no quota q that is a whole number"
			}
		default:
			return "a policy has no name"
		}
		if w, has := item.Params.Get("w"); has && !amount(w) {
			return "a window w is no whole number of seconds"
		}
	}
	return ""
}

// isRest: a list of items, each the name of a policy with what remains r and perhaps the
// time t until there is more; in older drafts a dictionary.
func isRest(values []string) string {
	list, err := httpsfv.UnmarshalList(values)
	if err != nil {
		older, err := httpsfv.UnmarshalDictionary(values)
		if err != nil {
			return "it is no list of structured fields"
		}
		for _, name := range []string{"limit", "remaining", "reset"} {
			v, has := older.Get(name)
			if item, is := v.(httpsfv.Item); has && (!is || !amount(item.Value)) {
				return name + " is no whole number"
			}
		}
		if _, has := older.Get("remaining"); !has {
			return "it does not tell what remains"
		}
		return ""
	}
	if len(list) == 0 {
		return "it is empty"
	}
	for _, member := range list {
		item, is := member.(httpsfv.Item)
		if !is {
			return "a member is a list"
		}
		switch item.Value.(type) {
		case string, httpsfv.Token:
		default:
			return "a member does not name its policy"
		}
		if r, has := item.Params.Get("r"); !has || !amount(r) {
			return "it does not tell what remains by a whole number r"
		}
		if wait, has := item.Params.Get("t"); has && !amount(wait) {
			return "a time t is no whole number of seconds"
		}
	}
	return ""
}

// amount says whether a value is a whole number, at least 0.
func amount(v any) bool {
	n, is := v.(int64)
	return is && n >= 0
}
