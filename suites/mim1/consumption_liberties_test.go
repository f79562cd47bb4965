package mim1_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/mim1"
)

func anyRequest(*http.Request) bool { return true }

// normalised matches the reading of entities, one or several, in the normalised representation.
func normalised(r *http.Request) bool {
	q := r.URL.Query()
	one, several := faults.Op("GET", "/entities/*"), faults.Op("GET", "/entities")
	return (one(r) || several(r) || faults.Op("POST", "/entityOperations/query")(r)) && !q.Has("format") &&
		(!q.Has("options") || q.Get("options") == "sysAttrs")
}

// inEntities edits each entity of an answer, or each Feature's properties.
func inEntities(edit func(e map[string]any)) func(*http.Request, *faults.Answer) {
	return func(_ *http.Request, a *faults.Answer) {
		d := json.NewDecoder(bytes.NewReader(a.Body))
		d.UseNumber()
		var v any
		if a.Status != 200 || d.Decode(&v) != nil {
			return
		}
		var visit func(v any)
		visit = func(v any) {
			switch x := v.(type) {
			case []any:
				for _, item := range x {
					visit(item)
				}
			case map[string]any:
				switch {
				case x["features"] != nil:
					visit(x["features"])
				case x["properties"] != nil:
					visit(x["properties"])
				default:
					edit(x)
				}
			}
		}
		visit(v)
		a.Body, _ = json.Marshal(v)
	}
}

// eachAttribute edits each attribute that has one instance.
func eachAttribute(edit func(a map[string]any) any) func(*http.Request, *faults.Answer) {
	return inEntities(func(e map[string]any) {
		for name, member := range e {
			a, isObject := member.(map[string]any)
			if _, typed := a["type"].(string); isObject && typed && name != "@context" {
				e[name] = edit(a)
			}
		}
	})
}

// inLinks edits the Link headers as one list of links.
func inLinks(edit func(links []string) []string) func(*http.Request, *faults.Answer) {
	return func(_ *http.Request, a *faults.Answer) {
		var links []string
		for _, value := range a.Header.Values("Link") {
			links = append(links, strings.Split(value, ", ")...)
		}
		if a.Header.Del("Link"); len(links) > 0 {
			for _, link := range edit(links) {
				a.Header.Add("Link", link)
			}
		}
	}
}

// consumerLiberties are ways in which a platform may answer a consumer otherwise than
// the reference platform and still be right: no check may hold one against it.
func consumerLiberties() []faults.Fault {
	querying := faults.Op("GET", "/entities")
	return []faults.Fault{
		{Name: "an entity map made with 200", On: anyRequest, Answer: func(r *http.Request, a *faults.Answer) { // as until V1.8.1
			if a.Status == 201 && r.URL.Query().Get("entityMap") == "true" {
				a.Status = 200
			}
		}},
		{Name: "another order", On: querying, Answer: func(_ *http.Request, a *faults.Answer) {
			var l []json.RawMessage
			if json.Unmarshal(a.Body, &l) == nil {
				slices.Reverse(l)
				a.Body, _ = json.Marshal(l)
			}
		}},
		{Name: "types always in a list", On: normalised, Answer: inEntities(func(e map[string]any) {
			if one, ok := e["type"].(string); ok {
				e["type"] = []any{one}
			}
		})},
		{Name: "instances always in a list", On: normalised, Answer: eachAttribute(func(a map[string]any) any { return []any{a} })},
		{Name: "lists of values in another order", On: normalised, Answer: eachAttribute(func(a map[string]any) any {
			if l, ok := a["value"].([]any); ok && a["type"] == "Property" {
				slices.Reverse(l)
			}
			return a
		})},
		{Name: "lists of one item as the item", On: normalised, Answer: eachAttribute(func(a map[string]any) any {
			if l, ok := a["value"].([]any); ok && len(l) == 1 {
				a["value"] = l[0]
			}
			return a
		})},
		{Name: "targets always in a list", On: normalised, Answer: eachAttribute(func(a map[string]any) any {
			if one, ok := a["object"].(string); ok {
				a["object"] = []any{one}
			}
			return a
		})},
		{Name: "members of its own", On: normalised, Answer: eachAttribute(func(a map[string]any) any {
			a["brokerNote"] = "kept warm"
			return a
		})},
		{Name: "times with fractions", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`(T\d\d:\d\d:\d\d)Z"`).ReplaceAll(a.Body, []byte(`${1}.000Z"`))
		}},
		{Name: "times to the second", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`("(?:createdAt|modifiedAt)":\s*"[^"]*T\d\d:\d\d:\d\d)\.\d+`).ReplaceAll(a.Body, []byte(`${1}`))
		}},
		{Name: "media types with charset", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			if mediaType := a.Header.Get("Content-Type"); mediaType != "" {
				a.Header.Set("Content-Type", mediaType+";charset=UTF-8")
			}
		}},
		{Name: "links of a broker behind a gateway, in one header", On: anyRequest, Answer: inLinks(func(links []string) []string {
			for i, link := range links {
				link = regexp.MustCompile(`^</ngsi-ld`).ReplaceAllString(link, "<http://broker.internal:1026/ngsi-ld")
				links[i] = regexp.MustCompile(`; ?rel="(next|prev)"`).ReplaceAllString(link, `;title="a, b";rel=$1`)
			}
			return []string{strings.Join(links, " , ")}
		})},
		{Name: "links between pages that tell a media type", On: anyRequest, Answer: inLinks(func(links []string) []string {
			for i, link := range links {
				if !strings.Contains(link, ngsild.ContextRel) {
					links[i] = strings.ReplaceAll(link, "; ", ";") + `;type="application/ld+json"`
				}
			}
			return links
		})},
		{Name: "ids in Location with their colons encoded", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			if path, id, found := strings.Cut(a.Header.Get("Location"), "urn:"); found {
				a.Header.Set("Location", path+url.QueryEscape("urn:"+id))
			}
		}},
		{Name: "numbers with a fraction of zero, slashes that are escaped", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`("value":\s*-?\d+)([,}\]])`).ReplaceAll(a.Body, []byte("${1}.0${2}"))
			a.Body = bytes.ReplaceAll(a.Body, []byte("://"), []byte(`:\/\/`))
		}},
		{Name: "a hundred results at most", On: anyRequest, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if limit, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && limit > 100 {
				a := refused(ngsild.TooManyResults)
				a.Status = http.StatusForbidden
				a.WriteTo(w)
				return
			}
			next.ServeHTTP(w, r)
		}},
		{Name: "an @context that combines the user's and the core one", On: anyRequest, Answer: func(r *http.Request, a *faults.Answer) {
			inLinks(func(links []string) []string {
				for i, link := range links {
					if strings.Contains(link, ngsild.ContextRel) && !strings.Contains(link, "uri.etsi.org") {
						links[i] = ngsild.ContextLink("http://broker.internal/ngsi-ld/v1/jsonldContexts/urn:combined")
					}
				}
				return links
			})(r, a)
		}},
		{Name: "the core @context of another version", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			older := func(s string) string {
				return regexp.MustCompile(`ngsi-ld-core-context(-v[\d.]+)?\.jsonld`).ReplaceAllString(s, "ngsi-ld-core-context-v1.6.jsonld")
			}
			a.Body = []byte(older(string(a.Body)))
			for i, link := range a.Header["Link"] {
				a.Header["Link"][i] = older(link)
			}
		}},
		{Name: "problems with more and fewer members", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			var p map[string]any
			if a.Status >= 400 && json.Unmarshal(a.Body, &p) == nil {
				delete(p, "status")
				p["instance"], p["trace"] = "urn:trace:1", 7
				a.Body, _ = json.Marshal(p)
			}
		}},
		{Name: "counts that are estimates", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`("(?:entity|attribute)Count":\s*)\d+`).ReplaceAll(a.Body, []byte(`${1}1000`))
		}},
		{Name: "the type of a type's description spelt out", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`("type":\s*)"EntityTypeInfo"`).ReplaceAll(a.Body, []byte(`${1}"EntityTypeInformation"`))
		}},
		{Name: "lists of one name as the name", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`("(?:attributeTypes|typeNames|attributeNames|typeList|attributeList)":\s*)\[("[^"]*")\]`).ReplaceAll(a.Body, []byte(`${1}${2}`))
		}},
		{Name: "pages smaller than asked for", On: querying, Request: func(r *http.Request) {
			q := r.URL.Query()
			if limit, err := strconv.Atoi(q.Get("limit")); err == nil && limit > 1 {
				q.Set("limit", strconv.Itoa((limit+1)/2))
				r.URL.RawQuery = q.Encode()
			}
		}},
		{Name: "opaque links between pages and no offset", On: querying, Instead: opaquePages},
		{Name: "names and errors that clauses leave open", On: anyRequest, Answer: func(r *http.Request, a *faults.Answer) {
			// links to maps at sources by their URLs, Locations of snapshots below the API's root,
			// and lists of unknown kinds refused for their parameter
			a.Body = regexp.MustCompile(`("linkedMaps":\s*\{"[^"]*":\s*")([^"]*)"`).ReplaceAll(a.Body, []byte(`${1}http://source.internal/ngsi-ld/v1/entityMaps/${2}"`))
			if strings.HasPrefix(r.URL.Path, "/ngsi-ld/v1/snapshots") && a.Header.Get("Location") != "" {
				a.Header.Set("Location", strings.TrimPrefix(a.Header.Get("Location"), "/ngsi-ld/v1"))
			}
			if strings.HasSuffix(r.URL.Path, "/jsonldContexts") && r.Method == http.MethodGet && a.Status == 400 {
				a.Body = bytes.ReplaceAll(a.Body, []byte("/"+ngsild.BadRequestData), []byte("/"+ngsild.InvalidRequest))
			}
		}},
		{Name: "a query by id alone is too wide", On: querying.WithQuery("id").WithoutQuery("type"), Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			refused(ngsild.BadRequestData).WriteTo(w)
		}},
	}
}

// refused is a 400 answer.
func refused(kind string) *faults.Answer {
	body, _ := json.Marshal(map[string]any{"type": ngsild.ErrorPrefix + kind, "title": kind, "detail": "not here"})
	return &faults.Answer{Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {ngsild.MediaJSON}}, Body: body}
}

// opaquePages hides the query of a page in a token and refuses the parameter offset.
func opaquePages(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if token := r.URL.Query().Get("page"); token != "" {
		hidden, _ := base64.URLEncoding.DecodeString(token)
		r.URL.RawQuery = string(hidden)
	} else if r.URL.Query().Has("offset") {
		refused(ngsild.InvalidRequest).WriteTo(w)
		return
	}
	a := faults.Record(next, r)
	inLinks(func(links []string) []string {
		for i, link := range links {
			if target := regexp.MustCompile(`^<([^?>]*)\?([^>]*)>`).FindStringSubmatch(link); target != nil && !strings.Contains(link, ngsild.ContextRel) {
				links[i] = "<" + target[1] + "?page=" + url.QueryEscape(base64.URLEncoding.EncodeToString([]byte(target[2]))) + ">" + link[len(target[0]):]
			}
		}
		return links
	})(r, a)
	a.WriteTo(w)
}

func TestConsumptionAllowsWhatTheStandardAllows(t *testing.T) {
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	for _, liberty := range consumerLiberties() {
		t.Run(liberty.Name, func(t *testing.T) {
			t.Parallel()
			results := consume(t, liberty)
			for _, check := range mim1.Consumption() {
				r := results[check.ID]
				allowed := r.Outcome == reports.Passed ||
					r.Outcome == reports.Inapplicable && strings.Contains(check.ID, ".offset") && strings.Contains(liberty.Name, "no offset")
				if !allowed {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// TestErrorsAreLookedAtWhateverTheirStatus has a platform look ids up before it checks them
// to be URIs. That is for one check to see, and not for those of what an error looks like.
func TestErrorsAreLookedAtWhateverTheirStatus(t *testing.T) {
	lookedUp := faults.Fault{Name: "ids are looked up first", On: faults.Op("GET", "/entities/*"), Answer: func(_ *http.Request, a *faults.Answer) {
		if a.Status == http.StatusBadRequest {
			unknown := refused(ngsild.ResourceNotFound)
			a.Status, a.Header, a.Body = http.StatusNotFound, unknown.Header, unknown.Body
		}
	}}
	problems := 0
	for _, check := range mim1.Consumption() {
		want := reports.Passed
		switch {
		case check.ID == "mim1.entity.retrieve.idNoUri":
			want = reports.Failed
		case !strings.HasPrefix(check.ID, "mim1.error.problem."):
			continue
		}
		problems++
		if r := seeded(t, check, 0, platform(t, check), lookedUp); r.Outcome != want {
			t.Errorf("%s ends as %s (%s), expected %s", check.ID, r.Outcome, r.Reason, want)
		}
	}
	if problems != 6 {
		t.Errorf("%d checks were looked at, expected 6", problems)
	}
}

// TestAPlatformWithoutPages has a platform give whole lists, whatever limit and offset say.
// Nothing can be said of pages that it does not have, so that no check of them may pass.
func TestAPlatformWithoutPages(t *testing.T) {
	whole := faults.Fault{Name: "no pages", On: anyRequest, Request: func(r *http.Request) {
		faults.DropQuery("limit")(r)
		faults.DropQuery("offset")(r)
	}}
	parts := []string{".query.page.", ".observe.page.", ".order.paged", "entityMap.paged", ".query.limit", ".query.next", ".query.prev", ".pages", ".beyond"}
	judged := 0
	for _, check := range everyCheck() {
		paged := slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(check.ID, part) })
		if !paged || check.ID == "mim1.query.page.large" { // for which all at once is an answer
			continue
		}
		judged++
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, whole); r.Outcome != reports.Failed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
	if judged < 30 {
		t.Errorf("%d checks were looked at", judged)
	}
}

// TestALinkThatIsMissingIsNamed has a platform give a list's first page and no link to the
// next: who reads of what was not found has to learn that it may be further on.
func TestALinkThatIsMissingIsNamed(t *testing.T) {
	short := faults.Fault{Name: "one a page, no links", On: faults.Op("GET", "/subscriptions"), Request: func(r *http.Request) {
		q := r.URL.Query()
		q.Set("limit", "1")
		r.URL.RawQuery = q.Encode()
	}, Answer: func(_ *http.Request, a *faults.Answer) { a.Header.Del("Link") }}
	r := outcome(t, subscriptionCheck(t, "mim1.subscription.query.all"), short)
	if r.Outcome != reports.Failed || !strings.Contains(r.Reason, `no Link header with rel="next"`) {
		t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
	}
}

// TestEntitiesWithoutAttributesThatAreNotFound has a platform look for entities among their
// attributes: one check says so, and the others of types and ids say nothing else.
func TestEntitiesWithoutAttributesThatAreNotFound(t *testing.T) {
	all := faults.All()
	leftOut := all[slices.IndexFunc(all, func(f faults.Fault) bool { return f.Name == "query.type.bare-left-out" })]
	for _, check := range mim1.Consumption() {
		want := reports.Passed
		switch check.ID {
		case "mim1.query.type.bare":
			want = reports.Failed
		case "mim1.query.type.one", "mim1.query.type.list", "mim1.query.id.andType", "mim1.query.idPattern.match", "mim1.query.idPattern.case":
		default:
			continue
		}
		if r := seeded(t, check, 0, platform(t, check), leftOut); r.Outcome != want {
			t.Errorf("%s ends as %s (%s), expected %s", check.ID, r.Outcome, r.Reason, want)
		}
	}
}
