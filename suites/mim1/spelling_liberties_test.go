package mim1_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/mim1"
)

// spelt is JSON as some brokers write it: in lines, whole numbers with a fraction of
// nothing, slashes and everything beyond ASCII escaped.
func spelt(body []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil || d.More() {
		return body
	}
	var b bytes.Buffer
	spell(&b, v, "\r\n")
	b.WriteString("\r\n")
	return b.Bytes()
}

func spell(b *bytes.Buffer, v any, line string) {
	item := func(i int, write func()) {
		if i > 0 {
			b.WriteString(" ,")
		}
		b.WriteString(line + "\t")
		write()
	}
	switch x := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(x)) {
			item(i, func() {
				spellText(b, name)
				b.WriteString(" : ")
				spell(b, x[name], line+"\t")
			})
		}
		b.WriteString(line + "}")
	case []any:
		b.WriteByte('[')
		for i, inner := range x {
			item(i, func() { spell(b, inner, line+"\t") })
		}
		b.WriteString(line + "]")
	case string:
		spellText(b, x)
	case json.Number:
		b.WriteString(x.String())
		if !strings.ContainsAny(x.String(), ".eE") {
			b.WriteString(".0")
		}
	default:
		fmt.Fprint(b, map[any]string{nil: "null", true: "true", false: "false"}[x])
	}
}

func spellText(b *bytes.Buffer, s string) {
	b.WriteByte('"')
	for _, unit := range utf16.Encode([]rune(s)) {
		switch {
		case unit == '/':
			b.WriteString(`\/`)
		case unit == '"' || unit == '\\' || unit < ' ' || unit > '~':
			fmt.Fprintf(b, `\u%04X`, unit)
		default:
			b.WriteByte(byte(unit))
		}
	}
	b.WriteByte('"')
}

// spellingLiberties are ways of writing the same answers, notifications and requests that
// are seen from brokers in use: what JSON, HTTP and the API leave open to each of them.
func spellingLiberties() []faults.Fault {
	isJSON := func(h http.Header) bool { return strings.Contains(h.Get("Content-Type"), "json") }
	return []faults.Fault{
		{Name: "packed, and sent without a length", On: anyRequest, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := faults.Record(next, r)
			maps.Copy(w.Header(), a.Header)
			w.Header().Del("Content-Length")
			w.Header().Set("Connection", "close")
			if len(a.Body) == 0 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				w.WriteHeader(a.Status)
				_, _ = w.Write(a.Body) // the client may be gone; nobody is left to tell
				return
			}
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(a.Status)
			z := gzip.NewWriter(w)
			_, _ = z.Write(a.Body)
			_ = z.Flush()
			http.NewResponseController(w).Flush()
			_ = z.Close()
		}},
		{Name: "JSON spelt otherwise", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			if isJSON(a.Header) {
				a.Body = spelt(a.Body)
			}
		}},
		{Name: "headers of its own", On: anyRequest, Answer: func(r *http.Request, a *faults.Answer) {
			a.Header.Set("Fiware-Correlator", "3f2504e0-4f89-11d3-9a0c-0305e82c3301")
			a.Header.Set("X-Frame-Options", "DENY")
			a.Header.Add("Vary", "Origin")
			if mediaType := a.Header.Get("Content-Type"); mediaType != "" {
				a.Header.Set("Content-Type", mediaType+"; charset=utf-8")
			}
			inLinks(func(links []string) []string {
				for i, link := range links {
					if target, _, ok := strings.Cut(link, ">"); ok && strings.Contains(link, ngsild.ContextRel) {
						links[i] = target + `> ; title="the, @context"; type=application/ld+json;REL="` + ngsild.ContextRel + `"`
					}
				}
				return append([]string{`<https://broker.example/terms>; rel="terms-of-service"`}, links...)
			})(r, a)
		}},
		{Name: "absolute Location", On: anyRequest, Answer: func(r *http.Request, a *faults.Answer) {
			if location := a.Header.Get("Location"); location != "" && !strings.Contains(r.URL.Path, "/jsonldContexts") {
				a.Header.Set("Location", "https://gateway.example"+strings.ReplaceAll(location, ":", "%3A"))
			}
		}},
		{Name: "members of its own in what is stored", On: func(r *http.Request) bool {
			return r.Method == http.MethodGet && regexp.MustCompile(`/(subscriptions|csource\w+|types|attributes|entityMaps|info)\b`).MatchString(r.URL.Path)
		}, Answer: func(_ *http.Request, a *faults.Answer) {
			var v any
			if a.Status != http.StatusOK || json.Unmarshal(a.Body, &v) != nil {
				return
			}
			for _, o := range anyList(v) {
				if o, ok := o.(map[string]any); ok {
					o["origin"] = "cache"
				}
			}
			a.Body, _ = json.Marshal(v)
		}},
		{Name: "notifications and forwarded requests spelt otherwise", On: anyRequest, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			again := r.Clone(r.Context())
			for name, value := range map[string]string{"User-Agent": "broker/1.9", "Accept": "application/json", "Ngsild-Attribute-Format": "Normalized", "X-Forwarded-For": "10.0.0.1", "Connection": "close"} {
				if again.Header.Get(name) == "" {
					again.Header.Set(name, value)
				}
			}
			if isNotification(r) {
				again.URL.RawQuery = url.Values{"subscriptionId": {"urn:ngsi-ld:Subscription:1"}}.Encode()
			}
			if !isJSON(r.Header) {
				return next.RoundTrip(again)
			}
			again.Header.Set("Content-Type", r.Header.Get("Content-Type")+"; charset=utf-8")
			return sends(again, next, spelt(faults.ReadBody(r)))
		}},
	}
}

// sets are members whose values are lists without an order.
var sets = []string{"watchedAttributes", "attributes", "pick", "omit", "datasetId", "notificationTrigger", "propertyNames", "relationshipNames", "operations",
	"entities", "information", "receiverInfo", "notifierInfo", "contextSourceInfo", "scope", "type", "typeList", "attributeList", "typeNames", "attributeNames",
	"attributeTypes", "attributeDetails"}

// turned has the sets within v the other way round, and times with a fraction of nothing.
func turned(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for name, inner := range x {
			if l, ok := inner.([]any); ok && slices.Contains(sets, name) {
				slices.Reverse(l)
			}
			x[name] = turned(inner)
		}
	case []any:
		for i, inner := range x {
			x[i] = turned(inner)
		}
	case string:
		return wholeSecond.ReplaceAllString(x, "${1}.000Z")
	}
	return v
}

var wholeSecond = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z$`)

// inTurn has the instances of each attribute of an entity the other way round, too.
func turnedEntity(e map[string]any) {
	for name, member := range e {
		if l, ok := member.([]any); ok && name != "type" && name != "scope" {
			slices.Reverse(l)
		}
	}
}

// orderLiberties are orders, and spellings of times, that nothing prescribes.
func orderLiberties() []faults.Fault {
	edited := func(body []byte, edit func(v any) any) []byte {
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return body
		}
		out, err := json.Marshal(edit(v))
		if err != nil {
			return body
		}
		return out
	}
	return []faults.Fault{
		{Name: "Location relative to the request", On: anyRequest, Answer: func(r *http.Request, a *faults.Answer) {
			if location := a.Header.Get("Location"); location != "" {
				a.Header.Set("Location", strings.TrimPrefix(location, r.URL.Path[:strings.LastIndex(r.URL.Path, "/")+1]))
			}
		}},
		{Name: "no Link of an empty list", On: anyRequest, Answer: func(_ *http.Request, a *faults.Answer) {
			if string(bytes.TrimSpace(a.Body)) == "[]" {
				a.Header.Del("Link")
			}
		}},
		{Name: "sets the other way round", On: anyRequest, Answer: func(r *http.Request, a *faults.Answer) {
			if a.Status < 300 && !strings.Contains(r.URL.Path, "/jsonldContexts") {
				a.Body = edited(a.Body, turned)
			}
		}},
		{Name: "instances the other way round", On: normalised, Answer: inEntities(turnedEntity)},
		{Name: "notifications the other way round", On: isNotification, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			return sends(r, next, edited(faults.ReadBody(r), func(v any) any {
				n, _ := v.(map[string]any)
				data, _ := n["data"].([]any)
				slices.Reverse(data)
				for _, e := range data {
					if e, ok := e.(map[string]any); ok && e["type"] != nil {
						turnedEntity(e)
					}
				}
				return turned(v)
			}))
		}},
	}
}

func TestSpellingIsNobodysFault(t *testing.T) { allow(t, spellingLiberties()) }

func TestOrderIsNobodysFault(t *testing.T) { allow(t, orderLiberties()) }

// allow runs every check against a platform that takes all the liberties.
func allow(t *testing.T, liberties []faults.Fault) {
	t.Helper()
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	t.Parallel()
	for _, check := range everyCheck() {
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, liberties...); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// An instance of a dataset may be simplified to an object that says of which it is (4.5.4).
func TestSimplifiedInstancesMayTellTheirDatasets(t *testing.T) {
	const dataset = "urn:ngsi-ld:Dataset:1"
	ofDataset := faults.Fault{Name: "all instances are of a dataset", On: normalised, Answer: eachAttribute(func(a map[string]any) any {
		a["datasetId"] = dataset
		return a
	})}
	simplified := faults.Fault{Name: "and tell it", On: faults.Op("GET", "/entities/*").WithQuery("options"), Answer: func(r *http.Request, a *faults.Answer) {
		if r.URL.Query().Get("options") != "keyValues" {
			return
		}
		inEntities(func(e map[string]any) {
			for name, v := range e {
				if !slices.Contains([]string{"id", "type", "scope", "@context"}, name) {
					e[name] = map[string]any{"dataset": map[string]any{dataset: v}}
				}
			}
		})(r, a)
	}}
	for _, check := range mim1.Consumption() {
		if check.ID != "mim1.observe.represent.keyValues" {
			continue
		}
		if r := outcome(t, check, ofDataset, simplified); r.Outcome != reports.Passed {
			t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
		}
		if r := outcome(t, check, simplified); r.Outcome != reports.Failed {
			t.Errorf("where normalised instances are of no dataset the check ends as %s: %s", r.Outcome, r.Reason)
		}
	}
}
