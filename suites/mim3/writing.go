package mim3

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"time"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// writes are the needs of a check that creates things of its own.
var writes = []Need{NeedWrite}

// write is Check for one that creates things of its own.
func (m resource) write(group, name string, c Check) Check {
	c.Needs = writes
	return m.check(group, name, group, c)
}

// make creates a thing; a platform that does not let clients create any ends the check.
func (m resource) make(t *T, body object) (*probe.Response, object) {
	r := m.posted(t, body)
	t.Require(r).To(HaveStatus(http.StatusCreated))
	return r, t.Object(r)
}

// posted sends a body to create a thing by. Where the platform takes no new ones at all, the
// check ends: to a list that is there, 404 says so as well. It also ends where the platform
// does it later (202, from version 5 of the APIs on), as then nothing is told of the thing.
func (m resource) posted(t *T, body any) *probe.Response {
	r := t.POST("/"+m.name, JSON(body))
	if m.feature == "" && r.Status == http.StatusNotFound {
		m.read(t, Query("limit", "1"))
		t.Inapplicable("the platform lets no client create %s (%d), which is optional", m.words, r.Status)
	}
	m.closed(t, r)
	if r.Status == http.StatusAccepted {
		t.Untested("the platform creates %s later (202), and what becomes of a request cannot be told by its answer", m.words)
	}
	return r
}

// closed ends a check where the platform does not let clients write at all, which only
// orders have to.
func (m resource) closed(t *T, r *probe.Response) {
	if m.feature == "" && (r.Status == http.StatusMethodNotAllowed || r.Status == http.StatusNotImplemented) {
		t.Inapplicable("the platform lets no client write %s in this way (%d), which is optional", m.words, r.Status)
	}
}

// change changes a thing of the check's own and waits until that is done. A platform may want
// changes as a merge patch (RFC 7396), which is what they are.
func (m resource) change(t *T, path string, attributes object) {
	r := t.PATCH(path, JSON(attributes))
	if r.Status == http.StatusUnsupportedMediaType {
		body, err := json.Marshal(attributes)
		if err != nil {
			t.CantTell("the change cannot be written, which is a fault of mimcheck: %v", err)
		}
		r = t.PATCH(path, Body("application/merge-patch+json", body))
	}
	m.closed(t, r)
	t.Require(r).To(HaveStatus(http.StatusOK, http.StatusAccepted))
	if r.Status == http.StatusAccepted {
		await(t, func() bool {
			_, got := found(t, path)
			return !slices.ContainsFunc(slices.Collect(maps.Keys(attributes)), func(name string) bool { return !reflect.DeepEqual(got[name], attributes[name]) })
		})
	}
}

// remove deletes a thing of the check's own and waits until that is done.
func (m resource) remove(t *T, path string) {
	r := t.DELETE(path)
	m.closed(t, r)
	t.Require(r).To(HaveStatus(http.StatusNoContent, http.StatusOK, http.StatusAccepted))
	if r.Status == http.StatusAccepted {
		await(t, func() bool { return t.GET(path).Status != http.StatusOK })
	}
}

// await waits until what the platform has accepted (202) is done.
func await(t *T, done func() bool) {
	for range 5 {
		if done() {
			return
		}
		t.Pause(time.Second)
	}
	t.CantTell("the platform accepted the request (202) and has not done it in five seconds; it may yet")
}

// at is the path of a thing that was created.
func (m resource) at(t *T, r *probe.Response, made object) string {
	id := idOf(made)
	t.MustHold(r, id != "", "what was created has no id")
	return "/" + m.name + "/" + url.PathEscape(id)
}

// located expects that the Location of an answer, which TMF630 leaves optional, leads to
// what was created (RFC 9110, 15.3.2).
func (m resource) located(t *T, r *probe.Response, made object) {
	to := r.Header.Get("Location")
	if to == "" {
		t.Inapplicable("the answer has no Location, which is optional")
	}
	led, got := found(t, below(t, r, m.endpoint, to))
	t.Holds(led, idOf(got) == idOf(made), "the Location leads to %v, and %v was created", got["id"], made["id"])
}

// kept expects that a thing has the attributes that it was given.
func kept(t *T, r *probe.Response, got, given object) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		want := given[name]
		t.Holds(r, reflect.DeepEqual(got[name], want), "%s is %v, and %v was given", name, got[name], want)
	}
}

// a is a body to create a category by.
func aCategory(t *T) object {
	return object{"name": t.Name("Mimcheck"), "description": "Made by a conformance test, which removes it again", "@type": "Category"}
}

func categoryChecks() []Check {
	m := categories()
	extended := func(group, name, title, fault string, body func(t *T)) Check {
		return m.write(group, name, Check{Title: title, Level: Extended, Fault: fault, Body: body})
	}
	return []Check{
		m.check("content", "parent", "references", Check{
			Title: "The category above a category is there", Fault: "market.category.dead-parent",
			Body: func(t *T) {
				m.refer(t, m, func(c object) []object {
					if parent := text(c, "parentId"); parent != "" {
						return []object{{"id": parent}}
					}
					return nil
				})
			},
		}),
		extended("create", "success", "A category can be created, and the answer is the category with its id and href", "market.create.ok",
			func(t *T) {
				given := aCategory(t)
				r, made := m.make(t, given)
				kept(t, r, made, object{"name": given["name"], "description": given["description"]})
				t.Holds(r, idOf(made) != "" && text(made, "href") != "", "the category has not both id and href")
			}),
		extended("create", "retrievable", "A category that was created is there", "market.create.lost",
			func(t *T) {
				given := aCategory(t)
				r, made := m.make(t, given)
				r, got := found(t, m.at(t, r, made))
				kept(t, r, got, object{"name": given["name"], "description": given["description"]})
			}),
		extended("create", "location", "A Location in the answer to the creation of a category leads to the category", "market.category.location-elsewhere",
			func(t *T) {
				r, made := m.make(t, aCategory(t))
				m.located(t, r, made)
			}),
		extended("create", "listed", "A category that was created is found by its name", "market.create.unlisted",
			func(t *T) {
				given := aCategory(t)
				_, made := m.make(t, given)
				p := m.readAt(t, "/"+m.name, Query("name", text(given, "name")))
				ids := map[string]bool{}
				for _, one := range p.things {
					ids[idOf(one)] = true
				}
				t.Holds(p.Response, ids[idOf(made)], "the list of categories with its name has no %s", idOf(made))
			}),
		extended("create", "noName", "A category without its mandatory name is refused", "market.create.nameless",
			func(t *T) {
				r := m.posted(t, object{"description": t.Name("Mimcheck")})
				t.Expect(r).To(HaveStatus(http.StatusBadRequest, http.StatusUnprocessableEntity))
			}),
		extended("create", "malformed", "A body that is no JSON is refused", "market.create.malformed",
			func(t *T) {
				r := m.posted(t, []byte(`{"name": "`+t.Name("Mimcheck")))
				t.Expect(r).To(HaveStatus(http.StatusBadRequest))
			}),
		extended("create", "error", "A refusal of what is to be created has a code and a reason", "market.error.bare",
			func(t *T) {
				r := m.posted(t, object{"description": t.Name("Mimcheck")})
				refused(t, r, http.StatusBadRequest, http.StatusUnprocessableEntity)
			}),
		extended("update", "success", "An attribute of a category can be changed", "market.update.ignored",
			func(t *T) {
				r, made := m.make(t, aCategory(t))
				path := m.at(t, r, made)
				change := object{"description": "Changed by " + t.Name("Mimcheck")}
				m.change(t, path, change)
				r, got := found(t, path)
				kept(t, r, got, change)
			}),
		extended("update", "others", "A change leaves the other attributes of a category as they are", "market.update.replaces",
			func(t *T) {
				given := aCategory(t)
				r, made := m.make(t, given)
				path := m.at(t, r, made)
				m.change(t, path, object{"name": t.Name("Mimcheck")})
				r, got := found(t, path)
				kept(t, r, got, object{"description": given["description"]})
			}),
		extended("update", "unknown", "A change of a category that is not there any more gives 404", "market.update.unknown",
			func(t *T) {
				r, made := m.make(t, aCategory(t))
				path := m.at(t, r, made)
				m.change(t, path, object{"description": "Changed by " + t.Name("Mimcheck")}) // which is done where it is there
				m.remove(t, path)
				r = t.PATCH(path, JSON(object{"description": t.Name("Mimcheck")}))
				t.Expect(r).To(HaveStatus(http.StatusNotFound, http.StatusGone))
			}),
		extended("delete", "success", "A category that is deleted is not there any more", "market.delete.kept",
			func(t *T) {
				r, made := m.make(t, aCategory(t))
				path := m.at(t, r, made)
				m.remove(t, path)
				t.Expect(t.GET(path)).To(HaveStatus(http.StatusNotFound, http.StatusGone))
			}),
		extended("delete", "unknown", "The deletion of a category that is not there any more gives 404", "market.delete.unknown",
			func(t *T) {
				r, made := m.make(t, aCategory(t))
				path := m.at(t, r, made)
				m.remove(t, path) // which is done where it is there
				t.Expect(t.DELETE(path)).To(HaveStatus(http.StatusNotFound, http.StatusGone))
			}),
	}
}
