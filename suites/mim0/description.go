package mim0

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/oasc/mimcheck/internal/openapi"
	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// openAPI is where the rules of descriptions stand.
const openAPI = "OpenAPI 3.1.1, "

func descriptionChecks() []Check {
	return []Check{
		{
			ID: "mim0.description.wellKnown.there", Title: "An OpenAPI document is found at a well-known path",
			Requirements: []string{wellKnown}, Clause: mim0 + "M1-openapi", Fault: "rest.description.gone",
			Hint: "The document is looked for at /openapi.json and at /api, below the endpoint's address.",
			Body: func(t *T) {
				documents, last := found(t)
				t.Holds(last, len(documents) > 0, "neither %s holds an OpenAPI document in JSON", strings.Join(wellKnownPaths(), " nor "))
			},
		},
		{
			ID: "mim0.description.wellKnown.version", Title: "The OpenAPI document at the well-known path is by OpenAPI 3.1",
			Requirements: []string{wellKnown}, Clause: openAPI + "4.8.1", Fault: "rest.description.older",
			Body: func(t *T) {
				documents, last := found(t)
				if len(documents) == 0 {
					t.Untested("no well-known path holds an OpenAPI document")
				}
				var versions []string
				for _, d := range documents {
					versions = append(versions, text(d.body, "openapi"))
				}
				t.Holds(last, slices.ContainsFunc(versions, func(v string) bool { return v == "3.1" || strings.HasPrefix(v, "3.1.") }),
					"the OpenAPI version is %s, expected 3.1", strings.Join(versions, " and "))
			},
		},
		{
			ID: "mim0.description.document.valid", Title: "The interface has a formal description, which is valid by OpenAPI",
			Requirements: []string{described}, Clause: openAPI + "4.8.1", Fault: "rest.description.untitled",
			Body: func(t *T) {
				d := description(t)
				if elsewhere := openapi.Unread(d.body); len(elsewhere) > 0 {
					t.CantTell("the description refers to other documents, which are not fetched: %s", strings.Join(elsewhere, ", "))
				}
				body, err := openapi.Alone(d.body, d.Body)
				t.MustHold(d.Response, err == nil, "the description cannot be read: %v", err)
				loader := openapi3.NewLoader()
				loader.IsExternalRefsAllowed = false
				read, err := loader.LoadFromData(body)
				if err != nil && strings.Contains(err.Error(), "external") {
					t.CantTell("the description refers to other documents, which are not fetched: %v", err)
				}
				t.MustHold(d.Response, err == nil, "the description cannot be read: %v", err)
				// Examples and regular expressions are beyond the document's own form.
				err = read.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaPatternValidation(), openapi3.DisableSchemaDefaultsValidation())
				t.Holds(d.Response, err == nil, "the description is not valid: %v", err)
			},
		},
		{
			ID: "mim0.description.paths.served", Title: "What the description tells of is there",
			Requirements: []string{described}, Clause: openAPI + "4.8.8", Fault: "rest.description.not-there",
			Body: func(t *T) {
				asked(t, func(d document, o operation, r *probe.Response) {
					t.Holds(r, r.Status < http.StatusBadRequest, "the description has GET %s, which answers %d", o.path, r.Status)
				})
			},
		},
		{
			ID: "mim0.description.answers.status", Title: "Answers have a status code that the description tells of",
			Requirements: []string{described}, Clause: openAPI + "4.8.16", Fault: "rest.answers.other-status",
			Body: func(t *T) {
				asked(t, func(d document, o operation, r *probe.Response) {
					code := strconv.Itoa(r.Status)
					responses := inner(o.get, "responses")
					told := responses[code] != nil || responses[code[:1]+"XX"] != nil || responses["default"] != nil
					t.Holds(r, told, "GET %s answers %d, of which the description does not tell", o.path, r.Status)
				})
			},
		},
		{
			ID: "mim0.description.answers.media", Title: "Answers have a media type that the description tells of",
			Requirements: []string{described}, Clause: openAPI + "4.8.17", Fault: "rest.answers.other-media-type",
			Body: func(t *T) {
				asked(t, func(d document, o operation, r *probe.Response) {
					content := inner(d.success(o), "content")
					media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
					if r.Status != http.StatusOK || len(content) == 0 || len(r.Body) == 0 {
						return
					}
					t.Holds(r, err == nil && tells(content, media), "GET %s answers with %q, of which the description does not tell", o.path, r.Header.Get("Content-Type"))
				})
			},
		},
		{
			ID: "mim0.description.version.stated", Title: "The version of the interface is stated, in the description or in its address",
			Requirements: []string{versioned}, Clause: openAPI + "4.8.2", Fault: "rest.description.no-version",
			Body: func(t *T) {
				d := description(t)
				t.Holds(d.Response, text(inner(d.body, "info"), "version") != "", "the description has no info.version")
			},
		},
		{
			ID: "mim0.description.models.there", Title: "The description tells the data model of what each operation gives",
			Requirements: []string{modelled}, Clause: openAPI + "4.8.14", Fault: "rest.description.no-schemas",
			Body: func(t *T) {
				d := description(t)
				judged := 0
				for _, o := range d.reads() {
					for media, v := range inner(d.success(o), "content") {
						if !strings.Contains(media, "json") {
							continue
						}
						judged++
						kind, _ := v.(object)
						t.Holds(d.Response, kind["schema"] != nil, "GET %s gives %s without a schema", o.path, media)
					}
				}
				if judged == 0 {
					t.Untested("the description tells of no operation that gives JSON")
				}
			},
		},
		{
			ID: "mim0.description.models.resolve", Title: "What the description refers to is in it",
			Requirements: []string{modelled}, Clause: openAPI + "4.8.23", Fault: "rest.description.dangling",
			Body: func(t *T) {
				d := description(t)
				for _, ref := range references(d.body) {
					if pointer, local := strings.CutPrefix(ref, "#/"); local {
						_, err := Lookup(d.body, "/"+pointer)
						t.Holds(d.Response, err == nil, "the reference %q leads nowhere", ref)
					}
				}
			},
		},
	}
}

// asked asks for some of what the description tells of, and needs no parameter.
func asked(t *T, judge func(d document, o operation, r *probe.Response)) {
	d := description(t)
	all := slices.DeleteFunc(d.reads(), func(o operation) bool { return !d.plain(o) })
	if len(all) == 0 {
		t.Untested("the description tells of no GET without parameters that must be given")
	}
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	prefix := d.prefix(t)
	for _, o := range all[:min(len(all), 24)] {
		r := t.GET(prefix+o.path, accepting(jsonFirst+", */*;q=0.1"), AnyMedia())
		judge(d, o, r)
	}
}

// tells says whether media types or ranges of the description include one.
func tells(content object, media string) bool {
	for name := range content {
		told, _, err := mime.ParseMediaType(name)
		if err != nil {
			continue
		}
		family, isRange := strings.CutSuffix(told, "/*")
		if told == media || told == "*/*" || isRange && strings.HasPrefix(media, family+"/") {
			return true
		}
	}
	return false
}

// references are the values of all $ref that stand where no data do, sorted.
func references(v any) []string {
	var all []string
	switch v := v.(type) {
	case object:
		for name, value := range v {
			if ref, is := value.(string); is && name == "$ref" {
				all = append(all, ref)
			}
			if name != "example" && name != "examples" && name != "default" && name != "const" && name != "enum" {
				all = append(all, references(value)...)
			}
		}
	case []any:
		for _, e := range v {
			all = append(all, references(e)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
