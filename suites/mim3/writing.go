package mim3

import (
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"

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
	r := t.POST("/"+m.name, JSON(body))
	m.closed(t, r)
	t.Require(r).To(HaveStatus(http.StatusCreated))
	return r, t.Object(r)
}

// closed ends a check where the platform does not let clients write at all, which only
// orders have to.
func (m resource) closed(t *T, r *probe.Response) {
	if r.Status == http.StatusMethodNotAllowed || r.Status == http.StatusNotImplemented {
		if m.feature == "" {
			t.Inapplicable("the platform lets no client create %s (%d), which is optional", m.words, r.Status)
		}
	}
}

// at is the path of a thing that was created.
func (m resource) at(t *T, r *probe.Response, made object) string {
	id := idOf(made)
	t.MustHold(r, id != "", "what was created has no id")
	return "/" + m.name + "/" + url.PathEscape(id)
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
				p, named := m.sample(t), 0
				for _, c := range p.things {
					if parent := text(c, "parentId"); parent != "" && named < tries {
						named++
						leads(t, p.Response, "category "+idOf(c), object{"id": parent}, m)
					}
				}
				if named == 0 {
					t.Inapplicable("none of the categories has one above it")
				}
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
				r := t.POST("/"+m.name, JSON(object{"description": t.Name("Mimcheck")}))
				m.closed(t, r)
				t.Expect(r).To(HaveStatus(http.StatusBadRequest, http.StatusUnprocessableEntity))
			}),
		extended("create", "malformed", "A body that is no JSON is refused", "market.create.malformed",
			func(t *T) {
				r := t.POST("/"+m.name, JSON([]byte(`{"name": "`+t.Name("Mimcheck"))))
				m.closed(t, r)
				t.Expect(r).To(HaveStatus(http.StatusBadRequest))
			}),
		extended("create", "error", "A refusal of what is to be created has a code and a reason", "market.error.bare",
			func(t *T) {
				r := t.POST("/"+m.name, JSON(object{"description": t.Name("Mimcheck")}))
				m.closed(t, r)
				refused(t, r, http.StatusBadRequest, http.StatusUnprocessableEntity)
			}),
		extended("update", "success", "An attribute of a category can be changed", "market.update.ignored",
			func(t *T) {
				r, made := m.make(t, aCategory(t))
				path := m.at(t, r, made)
				change := object{"description": "Changed by " + t.Name("Mimcheck")}
				t.Require(t.PATCH(path, JSON(change))).To(HaveStatus(http.StatusOK))
				r, got := found(t, path)
				kept(t, r, got, change)
			}),
		extended("update", "others", "A change leaves the other attributes of a category as they are", "market.update.replaces",
			func(t *T) {
				given := aCategory(t)
				r, made := m.make(t, given)
				path := m.at(t, r, made)
				t.Require(t.PATCH(path, JSON(object{"name": t.Name("Mimcheck")}))).To(HaveStatus(http.StatusOK))
				r, got := found(t, path)
				kept(t, r, got, object{"description": given["description"]})
			}),
		extended("update", "unknown", "A change of a category that is not there gives 404", "market.update.unknown",
			func(t *T) {
				name := t.Name("absent")
				r := t.PATCH("/"+m.name+"/"+name, JSON(object{"description": name}))
				m.closed(t, r)
				t.Expect(r).To(HaveStatus(http.StatusNotFound))
			}),
		extended("delete", "success", "A category that is deleted is not there any more", "market.delete.kept",
			func(t *T) {
				r, made := m.make(t, aCategory(t))
				path := m.at(t, r, made)
				r = t.DELETE(path)
				m.closed(t, r)
				t.Require(r).To(HaveStatus(http.StatusNoContent, http.StatusOK, http.StatusAccepted))
				t.Expect(t.GET(path)).To(HaveStatus(http.StatusNotFound))
			}),
		extended("delete", "unknown", "The deletion of a category that is not there gives 404", "market.delete.unknown",
			func(t *T) {
				r := t.DELETE("/" + m.name + "/" + t.Name("absent"))
				m.closed(t, r)
				t.Expect(r).To(HaveStatus(http.StatusNotFound))
			}),
	}
}
