package faults

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// retold is an Outgoing change: what a source answers, or that it does not, is taken for an
// answer of another status.
func retold(so func(a *http.Response, body []byte, err error) bool, status int) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		a, err := next.RoundTrip(r)
		var body []byte
		if err == nil {
			body, _ = io.ReadAll(a.Body) // what cannot be read to its end is as if it ended there
			a.Body.Close()
			a.Body = io.NopCloser(bytes.NewReader(body))
		}
		if !so(a, body, err) {
			return a, err
		}
		return &http.Response{Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}
}

// failing is the faults of what a client learns of sources that fail (6.3.17).
func failingSources() []Fault {
	reads := func(r *http.Request) bool {
		return toSources()(r) && (r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/query"))
	}
	changes := func(r *http.Request) bool { return toSources()(r) && !reads(r) }
	withStatus := func(status int) func(*http.Response, []byte, error) bool {
		return func(a *http.Response, _ []byte, err error) bool { return err == nil && a.StatusCode == status }
	}
	answered := func(so func(a *http.Response, body []byte) bool) func(*http.Response, []byte, error) bool {
		return func(a *http.Response, body []byte, err error) bool {
			return err == nil && a.StatusCode == http.StatusOK && so(a, body)
		}
	}
	silent := func(_ *http.Response, _ []byte, err error) bool { return err != nil }
	change := func(name, summary string, so func(*http.Response, []byte, error) bool, status int) Fault {
		return Fault{Name: "distributed.failing." + name, Summary: summary, On: changes, Outgoing: retold(so, status)}
	}
	// told is the answer to a change, with another status in place of that for a source that failed.
	told := func(name, summary string, from int, detail string, to int) Fault {
		return Fault{Name: "distributed.failing." + name, Summary: summary, On: func(r *http.Request) bool { return r.Method != http.MethodGet },
			Answer: func(_ *http.Request, a *Answer) {
				if a.Status == from && strings.Contains(string(a.Body), detail) {
					problem(a, to, ngsild.InternalError)
				}
			}}
	}
	nothing := func(name, summary string, so func(*http.Response, []byte, error) bool) Fault {
		return Fault{Name: "distributed.warning." + name, Summary: summary, On: reads, Outgoing: retold(so, http.StatusNotFound)}
	}
	isEntity := func(o object) bool { return o["id"] != nil && o["type"] != nil }
	return []Fault{
		change("not-found-as-refused", "That a source does not have what is to be changed is taken for a refusal.", withStatus(http.StatusNotFound), http.StatusForbidden),
		told("refusal-as-told", "That a source refuses a change is handed on as the platform's own refusal.", http.StatusBadGateway, "status 403", http.StatusConflict),
		told("error-as-told", "That a source fails is handed on as the platform's own failure.", http.StatusBadGateway, "status 500", http.StatusInternalServerError),
		change("silence-as-error", "A source that does not answer in time is taken for one that fails.", silent, http.StatusInternalServerError),
		nothing("refusal-as-nothing", "A source that refuses to be read is taken for one that has nothing.", withStatus(http.StatusForbidden)),
		nothing("silence-as-nothing", "A source that does not answer in time is taken for one that has nothing.", silent),
		nothing("page-as-nothing", "A source that answers with a page of HTML is taken for one that has nothing.", answered(func(a *http.Response, _ []byte) bool {
			return strings.HasPrefix(a.Header.Get("Content-Type"), "text/html")
		})),
		nothing("broken-as-nothing", "A source whose JSON is broken is taken for one that has nothing.", answered(func(a *http.Response, body []byte) bool {
			return strings.HasPrefix(a.Header.Get("Content-Type"), ngsild.MediaJSON) && !json.Valid(body)
		})),
		nothing("no-entity-as-nothing", "A source that answers with other JSON than entities is taken for one that has nothing.", answered(func(_ *http.Response, body []byte) bool {
			list := objects(decode(body))
			return len(list) > 0 && !isEntity(list[0])
		})),
		nothing("invalid-as-nothing", "A source that answers with an entity that is not valid is taken for one that has nothing.", answered(func(_ *http.Response, body []byte) bool {
			invalid := false
			for _, e := range objects(decode(body)) {
				editAttributes(e, func(a object) object {
					invalid = invalid || a["type"] == "Property" && a["value"] == nil
					return a
				})
			}
			return invalid
		})),
		{Name: "distributed.warning.of-unknown", Summary: "That a source does not have an entity is told as a failure.", On: reads,
			Outgoing: retold(withStatus(http.StatusNotFound), http.StatusForbidden)},
		{Name: "distributed.warning.loop-as-error", Summary: "A retrieval that has come back is refused.", On: Match(func(r *http.Request) bool { return r.Method == http.MethodGet }),
			Answer: func(_ *http.Request, a *Answer) {
				if strings.Contains(a.Header.Get("NGSILD-Warning"), "has come back") {
					problem(a, http.StatusLoopDetected, "LoopDetected")
				}
			}},
	}
}

// manners is the faults of how sources are asked (4.3.6.6), and of the headers of requests
// to them.
func manners() []Fault {
	create := Op(http.MethodPost, registered)
	ignores := func(name, key, summary string) Fault {
		return Fault{Name: "distributed.manner." + name + "-ignored", Summary: summary, On: create, Request: fragments(func(g object) {
			for _, pair := range objects(g["contextSourceInfo"]) {
				if pair["key"] == key {
					pair["key"] = "X-" + key
				}
			}
		})}
	}
	return []Fault{
		ignores("accept", "accept", "It does not count in which media type a source is to be asked to answer."),
		ignores("contentType", "contentType", "It does not count in which media type a source is to be told of changes."),
		ignores("context", "jsonldContext", "It does not count in which terms a source is to be asked."),
		ignores("conformance", "ngsildConformance", "It does not count of which version a source is."),
		{Name: "distributed.manner.changes-as-json-ld", Summary: "Sources are told of changes in JSON-LD, whatever they want.", On: toSources(), Outgoing: asking(func(r *http.Request) {
			_, link, linked := strings.Cut(r.Header.Get("Link"), "<")
			target, _, _ := strings.Cut(link, ">")
			if r.Method == http.MethodGet || !linked {
				return
			}
			editedBody(r, func(o object) {
				o["@context"] = target
				r.Header.Del("Link")
				r.Header.Set("Content-Type", ngsild.MediaJSONLD)
			})
		})},
		{Name: "distributed.context-lost", Summary: "Sources are asked without the @context of the request.", On: toSources(), Outgoing: asking(func(r *http.Request) {
			r.Header.Del("Link")
			editedBody(r, func(o object) { delete(o, "@context") })
		})},
		{Name: "distributed.content-type-garbled", Summary: "Sources are not told that what they are sent is JSON.", On: toSources(), Outgoing: asking(func(r *http.Request) {
			if r.Header.Get("Content-Type") != "" {
				r.Header.Set("Content-Type", "text/plain")
			}
		})},
		{Name: "distributed.accept-garbled", Summary: "Sources are asked for a page of HTML.", On: toSources(), Outgoing: asking(func(r *http.Request) { r.Header.Set("Accept", "text/html") })},
		{Name: "distributed.answer-context-ignored", Summary: "The @context of what a source answers does not count.", On: toSources(),
			Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				a, err := next.RoundTrip(r)
				if err == nil {
					relist(a, func(o object) { delete(o, "@context") })
				}
				return a, err
			}},
	}
}

// editedBody changes each object in the body of a request that the platform sends.
func editedBody(r *http.Request, edit func(o object)) {
	v := decode(ReadBody(r))
	if v == nil {
		return
	}
	for _, o := range objects(v) {
		edit(o)
	}
	sent := encode(v)
	SetBody(r, sent)
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(sent)), nil }
}
