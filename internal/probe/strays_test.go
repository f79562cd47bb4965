package probe_test

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

const vocabulary = "https://uri.etsi.org/ngsi-ld/default-context/"

// expanding is a platform that makes an IRI of an id that is none, and says of every
// deletion that it is done.
type expanding struct {
	refuses bool // ids that are no URIs
	short   bool // shows ids as they were sent
	keeps   bool // deletes nothing

	mu     sync.Mutex
	things map[string]string // collection/id -> type
	asked  int               // for lists
}

func (p *expanding) handle(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/ngsi-ld/v1/")
	switch r.Method {
	case http.MethodPost:
		var e struct{ ID, Type string }
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &e)
		if !strings.Contains(e.ID, ":") {
			if p.refuses {
				answerJSON(w, 400, problem("BadRequestData"))
				return
			}
			e.ID = vocabulary + e.ID
		}
		p.things[path+"/"+e.ID] = e.Type
		w.WriteHeader(http.StatusCreated)
	case http.MethodDelete:
		if !p.keeps {
			delete(p.things, path)
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		found := []map[string]any{}
		for name, kind := range p.things {
			if id, in := strings.CutPrefix(name, path+"/"); in && kind == r.URL.Query().Get("type") {
				if p.short {
					id = strings.TrimPrefix(id, vocabulary)
				}
				found = append(found, map[string]any{"id": id, "type": kind})
			}
		}
		if r.URL.Query().Get("type") != "MimcheckCleanup" {
			p.asked++
		}
		body, _ := json.Marshal(found)
		answerJSON(w, 200, string(body))
	}
}

func (p *expanding) left() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for name := range p.things {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// strayed opens a session and sends it what creates entities by ids that are no URIs.
func strayed(t *testing.T, p *expanding, journal string) *probe.Session {
	t.Helper()
	p.things = map[string]string{"entities/urn:somebody:1": "Sensor" + token}
	s := open(t, p.handle, func(_ *target.Target, o *probe.Options) { o.JournalPath = journal })
	for path, id := range map[string]string{"/entities": "one" + token, "/temporal/entities": "two" + token} {
		if _, err := do(s, probe.Request{Method: "POST", Path: path, Body: []byte(`{"id":"` + id + `","type":"Sensor` + token + `"}`)}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestCleanupFindsWhatWasKeptByAnotherID(t *testing.T) {
	for _, short := range []bool{false, true} {
		p := &expanding{short: short}
		s := strayed(t, p, filepath.Join(t.TempDir(), "journal"))
		if n := len(p.left()); n != 3 {
			t.Fatalf("there are %d things, expected 3", n)
		}
		got, err := s.Cleanup(t.Context())
		if err != nil || got.Created != 2 || got.Removed != 2 || len(got.Left) > 0 {
			t.Errorf("got %+v, %v, expected 2 of 2", got, err)
		}
		if left := p.left(); len(left) != 1 || left[0] != "entities/urn:somebody:1" {
			t.Errorf("left are %q, expected somebody else's alone", left)
		}
	}
}

func TestCleanupTellsWhatIsStillThereByAnotherID(t *testing.T) {
	p := &expanding{keeps: true}
	s := strayed(t, p, filepath.Join(t.TempDir(), "journal"))
	got, err := s.Cleanup(t.Context())
	if err != nil || len(got.Left) != 2 || !strings.Contains(got.Left[0], "there is still https://") {
		t.Errorf("got %+v, %v, expected both to be told", got, err)
	}
}

func TestCleanupAsksForNothingThatWasRefused(t *testing.T) {
	p := &expanding{refuses: true}
	s := strayed(t, p, filepath.Join(t.TempDir(), "journal"))
	if _, err := s.Cleanup(t.Context()); err != nil || p.asked != 0 {
		t.Errorf("asked for %d lists (%v), expected none", p.asked, err)
	}
}

func TestCleanupJournalFindsWhatWasKeptByAnotherID(t *testing.T) {
	p := &expanding{}
	journal := filepath.Join(t.TempDir(), "journal")
	var platform *target.Target
	p.things = map[string]string{}
	s := open(t, p.handle, func(at *target.Target, o *probe.Options) { platform, o.JournalPath = at, journal })
	if _, err := do(s, probe.Request{Method: "POST", Path: "/entities", Body: []byte(`{"id":"one` + token + `","type":"Sensor` + token + `"}`)}); err != nil {
		t.Fatal(err)
	}
	got, err := probe.CleanupJournal(t.Context(), platform, journal)
	if err != nil || got.Created != 1 || got.Removed != 1 || len(got.Left) > 0 || len(p.left()) > 0 {
		t.Errorf("got %+v, %v, left %q", got, err, p.left())
	}
}
