package prove

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/suites"
)

// trace is what passed between the platform without fault and the rest of the world
// while the checks ran.
type trace struct {
	mu       sync.Mutex
	passages []passage
}

// passage is one request and its answer.
type passage struct {
	client   string // which sent the request: a check's id, or another client's name
	outgoing bool   // the platform sent it
	request  *http.Request
	sent     []byte
	answer   faults.Answer
}

// tap is a fault that changes nothing and notes what passes.
func (t *trace) tap() faults.Fault {
	return faults.Fault{
		Name: "trace",
		On:   func(*http.Request) bool { return true },
		Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			p := passage{client: client(r), sent: faults.ReadBody(r)}
			p.request = r.Clone(r.Context())
			a := faults.Record(next, r)
			p.answer = faults.Answer{Status: a.Status, Header: a.Header.Clone(), Body: a.Body}
			t.note(p)
			a.WriteTo(w)
		},
		Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			p := passage{outgoing: true, sent: faults.ReadBody(r)}
			p.request = r.Clone(r.Context())
			res, err := next.RoundTrip(r)
			if err != nil {
				p.answer.Status = http.StatusBadGateway // nobody was there; a fault sees the request all the same
				t.note(p)
				return nil, err
			}
			p.answer = faults.Answer{Status: res.StatusCode, Header: res.Header.Clone()}
			p.answer.Body, err = io.ReadAll(res.Body)
			_ = res.Body.Close()
			res.Body = io.NopCloser(bytes.NewReader(p.answer.Body))
			t.note(p)
			return res, err
		},
	}
}

func (t *trace) note(p passage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.passages = append(t.passages, p)
}

var agent = regexp.MustCompile(`^mimcheck/\S* \((.*)\)$`)

// client is who sent a request to the platform, by its User-Agent; empty when it says
// nothing of that.
func client(r *http.Request) string {
	m := agent.FindStringSubmatch(r.Header.Get("User-Agent"))
	if m == nil {
		return ""
	}
	return m[1]
}

// reach finds the checks that each fault reaches, by its name: those which are told
// anything else because of it, those that name it, of what is published over MQTT all that
// look at that, and of how the platform listens by TLS all that ask by it.
func (t *trace) reach(checks []suites.Check, list []faults.Fault) map[string][]string {
	owners := t.owners(checks)
	reached := make([]map[string]bool, len(list))
	for n := range list {
		reached[n] = map[string]bool{}
	}
	var mu sync.Mutex // guards what is in reached
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				p := comparison{passage: t.passages[i]}
				for n, f := range list {
					mu.Lock()
					news := slices.ContainsFunc(owners[i], func(id string) bool { return !reached[n][id] })
					mu.Unlock()
					if !news || !p.changedBy(f) {
						continue
					}
					mu.Lock()
					for _, id := range owners[i] {
						reached[n][id] = true
					}
					mu.Unlock()
				}
			}
		})
	}
	for i := range t.passages {
		next <- i
	}
	close(next)
	workers.Wait()
	out := map[string][]string{}
	for n, f := range list {
		for _, c := range checks {
			// Nobody notes what is published, or how a connection is made.
			if c.Fault == f.Name || f.Publishing != nil && c.Has(suites.NeedBroker) || f.Listening != nil && asksByTLS(c) {
				reached[n][c.ID] = true
			}
		}
		out[f.Name] = slices.Sorted(maps.Keys(reached[n]))
	}
	return out
}

// asksByTLS says whether the platform answers the check by TLS.
func asksByTLS(c suites.Check) bool {
	return slices.ContainsFunc(c.Asks(), func(endpoint string) bool { return endpoint == target.OpenID || endpoint == target.Protected })
}

// owners are, for each passage, the checks that may notice when it is another one: the
// one that sent the request; those that look at the sample, when it is for that; for a
// request of the platform, those that told it where to send it; and when in doubt, all.
func (t *trace) owners(checks []suites.Check) [][]string {
	var all, observing []string
	said := map[string]*strings.Builder{} // by check: all that it sent
	for _, c := range checks {
		all = append(all, c.ID)
		said[c.ID] = &strings.Builder{}
		if !c.Has(suites.NeedWrite) && slices.Contains(c.Asks(), target.NGSILD) {
			observing = append(observing, c.ID)
		}
	}
	for _, p := range t.passages {
		if b := said[p.client]; b != nil {
			p.tell(b)
		}
	}
	mentioning := map[string][]string{}
	mentions := func(address string) []string {
		if found, have := mentioning[address]; have {
			return found
		}
		var found []string
		for _, id := range all {
			if strings.Contains(said[id].String(), address) {
				found = append(found, id)
			}
		}
		mentioning[address] = found
		return found
	}
	owners := make([][]string, len(t.passages))
	for i, p := range t.passages {
		_, known := said[p.client]
		switch {
		case known:
			owners[i] = []string{p.client}
		case p.client == runner.SampleClient:
			owners[i] = observing
		case p.outgoing:
			// most of an address is enough: a context source has more below what was registered
			segments := strings.SplitN(p.request.URL.Host+p.request.URL.Path, "/", 4)
			for n := min(3, len(segments)); n > 0 && len(owners[i]) == 0; n-- {
				owners[i] = mentions(strings.Join(segments[:n], "/"))
			}
		}
		if len(owners[i]) == 0 {
			owners[i] = all
		}
	}
	return owners
}

// tell writes all of the request, a part a line.
func (p passage) tell(to *strings.Builder) {
	fmt.Fprintf(to, "%s\n%s\n", p.request.URL, p.sent)
	for _, values := range p.request.Header {
		for _, v := range values {
			to.WriteString(v + "\n")
		}
	}
}

// comparison is a passage that faults are held against one after the other, which is for
// one goroutine at a time.
type comparison struct {
	passage
	said any // the body of the answer as JSON, once it was read as such
}

// changedBy says whether a fault changes the passage: the request on its way, how often
// it is sent, or the answer.
func (p *comparison) changedBy(f faults.Fault) bool {
	if p.outgoing && f.Outgoing == nil || !p.outgoing && f.Request == nil && f.Answer == nil && f.Instead == nil {
		return false
	}
	faults.SetBody(p.request, p.sent)
	if f.On != nil && !f.On(p.request) {
		return false
	}
	request := p.request.Clone(p.request.Context())
	faults.SetBody(request, p.sent)
	if p.outgoing {
		return p.outgoingChangedBy(f, request)
	}
	seen := arrivals{of: p.passage}
	got := faults.Record(faults.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.add(r)
		a := faults.Answer{Status: p.answer.Status, Header: p.answer.Header.Clone(), Body: bytes.Clone(p.answer.Body)}
		a.WriteTo(w)
	}), f), request)
	return seen.differ || seen.count != 1 || !p.same(got)
}

func (p *comparison) outgoingChangedBy(f faults.Fault, request *http.Request) bool {
	seen := arrivals{of: p.passage}
	res, err := f.Outgoing(request, replies(func(r *http.Request) *http.Response {
		seen.add(r)
		return &http.Response{StatusCode: p.answer.Status, Header: p.answer.Header.Clone(), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Body: io.NopCloser(bytes.NewReader(p.answer.Body)), ContentLength: int64(len(p.answer.Body)), Request: r}
	}))
	if err != nil {
		return true
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return err != nil || seen.differ || seen.count != 1 || !p.same(&faults.Answer{Status: res.StatusCode, Header: res.Header, Body: body})
}

// replies is a transport that answers by a function.
type replies func(*http.Request) *http.Response

// RoundTrip implements http.RoundTripper.
func (f replies) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// arrivals are the requests that come behind a fault.
type arrivals struct {
	of     passage
	count  int
	differ bool // one of them is another than was sent
}

func (a *arrivals) add(r *http.Request) {
	a.count++
	want := a.of.request
	a.differ = a.differ || r.Method != want.Method || r.URL.String() != want.URL.String() ||
		!maps.EqualFunc(r.Header, want.Header, slices.Equal) || !alike(faults.ReadBody(r), a.of.sent)
}

// same says whether a is the answer of the passage, but for what a connection adds.
func (p *comparison) same(a *faults.Answer) bool {
	length := func(h http.Header) http.Header {
		h = h.Clone()
		h.Del("Content-Length")
		return h
	}
	if a.Status != p.answer.Status || !maps.EqualFunc(length(a.Header), length(p.answer.Header), slices.Equal) {
		return false
	}
	if bytes.Equal(a.Body, p.answer.Body) {
		return true
	}
	if p.said == nil {
		p.said = decoded(p.answer.Body)
	}
	return p.said != nil && reflect.DeepEqual(decoded(a.Body), p.said)
}

// alike says whether two bodies say the same: byte by byte, or as JSON.
func alike(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, y := decoded(a), decoded(b)
	return x != nil && reflect.DeepEqual(x, y)
}

func decoded(b []byte) any {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}
