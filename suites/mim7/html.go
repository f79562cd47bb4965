package mim7

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

func pagesOfHTMLChecks() []Check {
	paged := func(what, title, fault string, path func(t *T) string) Check {
		return Check{
			ID: "mim7.html.media." + what, Title: title, Clause: html7 + "definition", Fault: fault,
			Body: func(t *T) { page(t, path(t)) },
		}
	}
	checks := []Check{
		paged("landing", "The landing page has an HTML form", "places.html.landing-json", func(t *T) string { return landing(t).Request.Path }),
		paged("conformance", "The conformance declaration has an HTML form", "places.html.conformance-json", func(*T) string { return "/conformance" }),
		paged("collections", "The list of collections has an HTML form", "places.html.collections-json", func(*T) string { return "/collections" }),
		paged("collection", "A collection has an HTML form", "places.html.collection-json", func(t *T) string { return some(t)[0].path() }),
		paged("items", "Features have an HTML form", "places.html.items-json", func(t *T) string { return some(t)[0].items() }),
		paged("feature", "A feature has an HTML form", "places.html.feature-json", func(t *T) string {
			c, b := filled(t)
			return c.feature(idOf(b.features[0]))
		}),
		{
			ID: "mim7.html.content.document", Title: "The HTML form is an HTML page with a title",
			Clause: html7 + "definition", Fault: "places.html.fragment",
			Body: func(t *T) {
				for _, path := range []string{landing(t).Request.Path, "/collections"} {
					r, p := page(t, path)
					expect(t, r, strings.TrimSpace(p.title) != "", "the page has no title")
				}
			},
		},
		{
			ID: "mim7.html.content.landing", Title: "The page of the landing page leads on to the collections",
			Clause: html7 + "content", Fault: "places.html.no-way-on",
			Body: func(t *T) {
				r, p := page(t, landing(t).Request.Path)
				expect(t, r, slices.ContainsFunc(p.links, func(href string) bool { return strings.Contains(href, "collections") }), "no link of the page leads to collections")
			},
		},
		{
			ID: "mim7.html.content.collections", Title: "The page of collections shows each collection",
			Clause: html7 + "content", Fault: "places.html.empty-list",
			Body: func(t *T) {
				_, _, all := listed(t)
				r, p := page(t, "/collections")
				for _, c := range all {
					title, _ := text(c.body, "title")
					expect(t, r, p.shows(c.id) || title != "" && p.shows(title), "the page shows neither id nor title of collection %s", c.id)
				}
			},
		},
		{
			ID: "mim7.html.content.feature", Title: "The page of a feature shows its properties",
			Clause: html7 + "content", Level: Extended, Fault: "places.html.no-properties",
			Body: func(t *T) {
				retrieved(t, func(c collection, f object, got single) {
					r, p := page(t, c.feature(idOf(f)))
					for _, name := range sorted(inner(got.feature, "properties")) {
						s, isText := text(inner(got.feature, "properties"), name)
						if isText && s != "" && len(s) < 100 && !strings.Contains(s, "\n") {
							expect(t, r, p.shows(s), "the page of feature %s does not show %q, the value of %s", idOf(f), s, name)
							return // pages may show the others in their own way
						}
					}
				})
			},
		},
	}
	for i := range checks {
		checks[i].Feature = FeaturePlacesHTML
	}
	return checks
}

// web is a page for people.
type web struct {
	title, text string
	links       []string
}

func (p web) shows(s string) bool {
	return strings.Contains(strings.Join(strings.Fields(p.text), " "), strings.Join(strings.Fields(s), " "))
}

// page asks for the HTML form of a resource.
func page(t *T, path string) (*probe.Response, web) {
	r := t.GET(path, accepting(mediaHTML), AnyMedia())
	t.Require(r).To(HaveStatus(200))
	t.Require(r).To(HaveMediaType(mediaHTML, "application/xhtml+xml"))
	root, err := html.Parse(strings.NewReader(string(r.Body)))
	require(t, r, err == nil, "the page is no HTML: %v", err)
	var p web
	var texts []string
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode && n.Parent.Data == "title":
			p.title += n.Data
			texts = append(texts, n.Data)
		case n.Type == html.TextNode:
			texts = append(texts, n.Data)
		case n.Type == html.ElementNode:
			for _, a := range n.Attr {
				if a.Key == "href" {
					p.links = append(p.links, a.Val)
				}
				texts = append(texts, a.Val)
			}
		}
	}
	p.text = strings.Join(texts, " ")
	return r, p
}
