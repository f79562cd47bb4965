package probe_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// city is a platform that keeps whatever it is sent.
type city struct {
	temporal bool   // it keeps the temporal evolution of entities
	journal  string // looked into before each creation

	mu       sync.Mutex
	things   map[string]bool // tenant collection/id
	deleted  []string        // in order
	unnoted  []string        // things that were created before they were in the journal
	stubborn string          // what can't be deleted
	contexts int
}

func (c *city) handle(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.things == nil {
		c.things = map[string]bool{}
	}
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.Path, "/ngsi-ld/v1/")
	name := r.Header.Get("NGSILD-Tenant") + " " + path
	switch {
	case r.Method == http.MethodGet && path == "temporal/entities":
		if !c.temporal {
			answerJSON(w, 404, `{}`)
			return
		}
		answerJSON(w, 200, `[]`)
	case r.Method == http.MethodPost && path == "jsonldContexts":
		c.contexts++
		id := fmt.Sprint("made-up-", c.contexts)
		c.things[name+"/"+id] = true
		w.Header().Set("Location", "/ngsi-ld/v1/jsonldContexts/"+id)
		w.WriteHeader(http.StatusCreated)
	case r.Method == http.MethodPost && path == "unsupported":
		answerJSON(w, 405, `{}`)
	case strings.HasSuffix(path, "/query"):
		answerJSON(w, 200, `[]`)
	case r.Method == http.MethodPost && strings.HasSuffix(path, "/attrs"):
		answerJSON(w, 404, problem("ResourceNotFound"))
	case r.Method == http.MethodPost || r.Method == http.MethodPut:
		for _, word := range strings.FieldsFunc(string(body), func(r rune) bool { return strings.ContainsRune(`"[]{},`, r) }) {
			if !strings.HasPrefix(word, "urn:") {
				continue
			}
			collection := path
			if strings.HasPrefix(path, "entityOperations/") {
				collection = "entities"
			}
			if noted, _ := os.ReadFile(c.journal); !strings.Contains(string(noted), word) {
				c.unnoted = append(c.unnoted, word)
			}
			c.things[r.Header.Get("NGSILD-Tenant")+" "+collection+"/"+word] = true
			if c.temporal && collection == "entities" {
				c.things[r.Header.Get("NGSILD-Tenant")+" temporal/entities/"+word] = true
			}
		}
		w.WriteHeader(http.StatusCreated)
	case r.Method == http.MethodDelete && path == c.stubborn:
		answerJSON(w, 409, `{}`)
	case r.Method == http.MethodDelete && c.things[name]:
		delete(c.things, name)
		c.deleted = append(c.deleted, name)
		w.WriteHeader(http.StatusNoContent)
	default:
		answerJSON(w, 404, problem("ResourceNotFound"))
	}
}

func (c *city) left() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var left []string
	for name := range c.things {
		left = append(left, name)
	}
	slices.Sort(left)
	return left
}

// populate creates things of several kinds, seven of which the session has to remember.
func populate(t *testing.T, s *probe.Session) {
	t.Helper()
	id := func(n int) string { return fmt.Sprintf("urn:%s:%d", token, n) }
	other := http.Header{"Ngsild-Tenant": {"other" + token}}
	for _, r := range []probe.Request{
		{Method: "POST", Path: "/entities", Body: []byte(`{"id":"` + id(1) + `"}`)},
		{Method: "POST", Path: "/entities", Body: []byte(`{"id":"` + id(1) + `"}`)}, // again
		{Method: "POST", Path: "/entities", Header: other, Body: []byte(`{"id":"` + id(1) + `"}`)},
		{Method: "POST", Path: "/entityOperations/upsert", Body: []byte(`[{"id":"` + id(2) + `"},{"id":"` + id(3) + `"}]`)},
		{Method: "DELETE", Path: "/entities/" + id(3)},
		{Method: "POST", Path: "/subscriptions", Body: []byte(`{"id":"` + id(4) + `"}`)},
		{Method: "POST", Path: "/jsonldContexts", Body: []byte(`{"@context":{"` + token + `":"http://a.example"}}`)},
		{Method: "POST", Path: "/entities/" + id(5) + "/attrs", Body: []byte(`{}`)}, // 404 by the standard, but who knows
		{Method: "POST", Path: "/unsupported", Body: []byte(`{"id":"` + id(6) + `"}`)},
		{Method: "GET", Path: "/entities"},
		{Method: "POST", Path: "/entityOperations/query", Body: []byte(`{"entities":[{"id":"` + id(7) + `"}]}`)},
	} {
		if _, err := do(s, r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCleanup(t *testing.T) {
	for _, temporal := range []bool{false, true} {
		t.Run(fmt.Sprint("temporal ", temporal), func(t *testing.T) {
			platform := &city{temporal: temporal, journal: filepath.Join(t.TempDir(), "journal")}
			s := open(t, platform.handle, func(_ *target.Target, o *probe.Options) { o.JournalPath = platform.journal })
			populate(t, s)
			if len(platform.unnoted) > 0 {
				t.Errorf("created before they were in the journal: %v", platform.unnoted)
			}
			got, err := s.Cleanup(t.Context())
			if err != nil || got.Created != 7 || got.Removed != 7 || len(got.Left) > 0 || got.Torn {
				t.Errorf("got %+v, %v, want 7 of 7", got, err)
			}
			if left := platform.left(); len(left) > 0 {
				t.Errorf("left on the platform: %q", left)
			}
			first := slices.Index(platform.deleted, " subscriptions/urn:mctest1234:4")
			last := slices.Index(platform.deleted, " jsonldContexts/made-up-1")
			entity := slices.Index(platform.deleted, " entities/urn:mctest1234:1")
			if first != 1 || entity < first || last < entity { // 0 is the check's own deletion
				t.Errorf("deleted in the order %q", platform.deleted)
			}
			if again, err := s.Cleanup(t.Context()); err != nil || again.Removed != 7 || len(again.Left) > 0 {
				t.Errorf("a second time: %+v, %v", again, err)
			}
		})
	}
}

func TestCleanupTellsWhatIsLeft(t *testing.T) {
	platform := &city{stubborn: "entities/urn:" + token + ":2"}
	s := open(t, platform.handle, nil)
	populate(t, s)
	got, err := s.Cleanup(t.Context())
	if err != nil || got.Removed != 6 || len(got.Left) != 1 || !strings.Contains(got.Left[0], "entities/urn:mctest1234:2: DELETE answered 409") {
		t.Errorf("got %+v, %v", got, err)
	}
}

// What was sent to see its id refused is not there; a URI that a platform does not delete may be.
func TestCleanupOfRefusedIDs(t *testing.T) {
	s := open(t, func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, http.StatusBadRequest, problem("BadRequestData"))
	}, nil)
	for _, id := range []string{"sensor" + token, "urn:" + token + ":1 b", `urn:` + token + `:1\\b`, "urn:" + token + ":1"} {
		if _, err := do(s, probe.Request{Method: "POST", Path: "/entities", Body: []byte(`{"id":"` + id + `"}`)}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Cleanup(t.Context())
	if err != nil || got.Created != 4 || len(got.Left) != 1 || !strings.Contains(got.Left[0], "entities/urn:mctest1234:1: DELETE answered 400") {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCleanupOfAPlatformThatIsAway(t *testing.T) {
	platform := &flaky{}
	s := open(t, platform.handle, nil)
	for i := range 10 {
		if _, err := do(s, probe.Request{Method: "POST", Path: "/entities", Body: fmt.Appendf(nil, `{"id":"urn:%s:%d"}`, token, i)}); err != nil {
			t.Fatal(err)
		}
	}
	platform.away.Store(true)
	got, err := s.Cleanup(t.Context())
	if err != nil || got.Created != 10 || got.Removed != 0 || len(got.Left) != 10 {
		t.Errorf("got %+v, %v", got, err)
	}
	platform.away.Store(false)
}

func TestCleanupThatIsStopped(t *testing.T) {
	platform := &city{}
	s := open(t, platform.handle, nil)
	populate(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := s.Cleanup(ctx)
	if err == nil || got.Created != 7 || got.Removed+len(got.Left) != 7 || len(got.Left) == 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCleanupWaitsWhenTold(t *testing.T) {
	var once sync.Once
	platform := &city{}
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			told := false
			once.Do(func() { told = true })
			if told {
				later(429, "0")(w, r)
				return
			}
		}
		platform.handle(w, r)
	}, nil)
	if _, err := do(s, probe.Request{Method: "POST", Path: "/entities", Body: []byte(`{"id":"urn:` + token + `"}`)}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Cleanup(t.Context()); err != nil || got.Removed != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// crashed makes a platform with things of a session that never cleaned up, and its journal.
func crashed(t *testing.T) (*city, *target.Target, string) {
	t.Helper()
	platform := &city{}
	address := serve(t, platform.handle)
	where, err := target.FromURL(address)
	if err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(t.TempDir(), "journal.ndjson")
	s := openURL(t, address, func(_ *target.Target, o *probe.Options) { o.JournalPath = journal })
	populate(t, s)
	return platform, where, journal
}

func TestCleanupJournal(t *testing.T) {
	platform, where, journal := crashed(t)
	got, err := probe.CleanupJournal(t.Context(), where, journal)
	if err != nil || got.Created != 7 || got.Removed != 7 || len(got.Left) > 0 || got.Torn {
		t.Errorf("got %+v, %v", got, err)
	}
	if left := platform.left(); len(left) > 0 {
		t.Errorf("left on the platform: %q", left)
	}
	deleted := len(platform.deleted)
	if again, err := probe.CleanupJournal(t.Context(), where, journal); err != nil || again.Removed != 7 || len(platform.deleted) != deleted {
		t.Errorf("a second time: %+v, %v; %d more deleted", again, err, len(platform.deleted)-deleted)
	}
}

func TestCleanupJournalThatIsTorn(t *testing.T) {
	platform, where, journal := crashed(t)
	spoil(t, journal, func(b []byte) []byte { return append(b, `{"create":{"collection":"entities","id":"urn:mcte`...) })
	got, err := probe.CleanupJournal(t.Context(), where, journal)
	if err != nil || !got.Torn || got.Created != 7 || got.Removed != 7 || len(got.Left) > 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if len(platform.deleted) == 0 {
		t.Error("nothing was deleted")
	}
	// What was appended after the torn line can be read.
	if got, err = probe.CleanupJournal(t.Context(), where, journal); err != nil || got.Removed != 7 || got.Torn {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCleanupJournalThatIsDamaged(t *testing.T) {
	_, where, journal := crashed(t)
	spoil(t, journal, func(b []byte) []byte { // the second line is damaged
		lines := strings.SplitAfter(string(b), "\n")
		for i, line := range lines {
			if strings.Contains(line, `"create"`) {
				lines[i] = "\x00\x00\x00\n"
				break
			}
		}
		return []byte(strings.Join(lines, ""))
	})
	got, err := probe.CleanupJournal(t.Context(), where, journal)
	if err != nil || got.Removed != 6 || len(got.Left) != 1 || !strings.Contains(got.Left[0], "of the journal can't be read") || !strings.Contains(got.Left[0], token) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCleanupJournalOfAnotherPlatform(t *testing.T) {
	_, _, journal := crashed(t)
	other := &city{}
	where, err := target.FromURL(serve(t, other.handle))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := probe.CleanupJournal(t.Context(), where, journal); err == nil || !strings.Contains(err.Error(), "of another platform") || got.Removed > 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := probe.CleanupJournal(t.Context(), where, filepath.Join(t.TempDir(), "no")); err == nil {
		t.Error("a journal that is not there was read")
	}
}

func TestCleanupJournalWithNothingInIt(t *testing.T) {
	where, err := target.FromURL("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(t.TempDir(), "journal")
	for _, content := range []string{"", "\n\n", `{"run":{"version":1`} {
		if err := os.WriteFile(journal, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := probe.CleanupJournal(t.Context(), where, journal); err != nil || got.Created != 0 || len(got.Left) > 0 {
			t.Errorf("%q: got %+v, %v", content, got, err)
		}
	}
}

func spoil(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsCreatedThatCannotBeWrittenDown(t *testing.T) {
	platform := &city{}
	s := open(t, platform.handle, func(_ *target.Target, o *probe.Options) { o.JournalPath = filepath.Join(t.TempDir(), "no", "folder") })
	got, err := do(s, probe.Request{Method: "POST", Path: "/entities", Body: []byte(`{"id":"urn:` + token + `"}`)})
	judged(t, got, err, evidence.Other, "could not write down first")
	if len(platform.left()) > 0 {
		t.Error("it was sent all the same")
	}
}

func TestObservingMakesNoJournal(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "journal")
	s := open(t, as("application/json", 200, `[]`), func(_ *target.Target, o *probe.Options) { o.Profile, o.JournalPath = target.Observe, journal })
	if _, err := do(s, get("/entities")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Cleanup(t.Context()); err != nil || got.Created != 0 || s.Requests() != 1 {
		t.Errorf("got %+v, %v after %d requests", got, err, s.Requests())
	}
	if _, err := os.Stat(journal); err == nil {
		t.Error("a journal was made")
	}
}

func TestManyCreateAtOnce(t *testing.T) {
	platform := &city{}
	journal := filepath.Join(t.TempDir(), "journal")
	s := open(t, platform.handle, func(_ *target.Target, o *probe.Options) { o.JournalPath = journal })
	platform.journal = journal
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			r := probe.Request{Method: "PUT", Path: "/entities/" + url.PathEscape(fmt.Sprintf("urn:%s:%d", token, i)), Body: fmt.Appendf(nil, `{"id":"urn:%s:%d"}`, token, i)}
			if _, err := s.Client(fmt.Sprint(i)).Do(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(platform.unnoted) > 0 {
		t.Errorf("created before they were in the journal: %v", platform.unnoted)
	}
}
