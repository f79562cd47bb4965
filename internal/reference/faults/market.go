package faults

import (
	"net/http"
	"slices"
	"strings"
)

// market is the faults of the marketplace, by TM Forum's Open APIs.
func market() []Fault {
	return slices.Concat(marketLists(), marketThings(), marketContents(), marketCreations(), marketChanges())
}

// marketBase is the path that the APIs of the marketplace begin with.
const marketBase = "/tmf-api/"

// inMarket matches requests to collections of the marketplace, or to single things of
// them; without names it matches those of all APIs.
func inMarket(method string, single bool, names ...string) Match {
	segments := 3 // API, version, collection
	if single {
		segments = 4
	}
	return func(r *http.Request) bool {
		below, found := strings.CutPrefix(r.URL.EscapedPath(), marketBase)
		got := strings.Split(strings.Trim(below, "/"), "/")
		return found && r.Method == method && len(got) == segments && (len(names) == 0 || slices.Contains(names, got[2]))
	}
}

func marketList(names ...string) Match { return inMarket(http.MethodGet, false, names...) }
func marketOne(names ...string) Match  { return inMarket(http.MethodGet, true, names...) }
func marketPost(names ...string) Match { return inMarket(http.MethodPost, false, names...) }

// things is an Answer change of each thing in a good answer: of the list, or the one.
func things(edit func(o object)) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if a.Status != http.StatusOK && a.Status != http.StatusCreated {
			return
		}
		v := decode(a.Body)
		for _, o := range objects(v) {
			edit(o)
		}
		if v != nil {
			a.Body = encode(v)
		}
	}
}

// listOf is an Answer change of a whole list.
func listOf(edit func(list []any) []any) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if list, ok := decode(a.Body).([]any); ok && a.Status == http.StatusOK {
			a.Body = encode(edit(list))
		}
	}
}

// referring makes the references of a member of things lead nowhere.
func referring(member string) func(o object) {
	return func(o object) {
		for _, reference := range objects(o[member]) {
			id, _ := reference["id"].(string)
			reference["id"] = id + "-old"
		}
	}
}

// losing loses members of things.
func losing(members ...string) func(o object) {
	return func(o object) {
		for _, m := range members {
			delete(o, m)
		}
	}
}

// sent is a Request change of the JSON object that is sent.
func sent(edit func(o object)) func(*http.Request) {
	return func(r *http.Request) {
		o, ok := decode(ReadBody(r)).(object)
		if ok {
			edit(o)
			SetBody(r, encode(o))
		}
	}
}
