package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/audit"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
	report "github.com/oasc/mimcheck/reports/audit"
)

// shop is a small platform with the entities of two types, some of both.
type shop struct {
	requests int
	failAt   int // number of the request that is answered 404; 0 for none
	uncount  bool
	deaf     bool // to offset
}

const sensorIRI = "https://shop.example/Sensor"

func (s *shop) entities(kind string) (list []json.RawMessage) {
	for i := range 250 {
		types := `"AirQualityObserved"`
		if i%2 == 1 {
			types = `["AirQualityObserved","` + sensorIRI + `"]`
		}
		if kind == sensorIRI && i%2 == 0 {
			continue
		}
		change := []string{`"AirQualityObserved",`, types + ","}
		if i == 17 {
			change = append(change, wrongType, `"value":"69"`)
		}
		list = append(list, json.RawMessage(air(i, change...)))
	}
	return list
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests++
	w.Header().Set("Content-Type", "application/ld+json")
	if s.requests == s.failAt {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"type":"https://uri.etsi.org/ngsi-ld/errors/ResourceNotFound","title":"gone"}`))
		return
	}
	if strings.HasSuffix(r.URL.Path, "/types") {
		_, _ = w.Write([]byte(`{"id":"urn:x","type":"EntityTypeList","typeList":["AirQualityObserved","` + sensorIRI + `"]}`))
		return
	}
	q := r.URL.Query()
	list := s.entities(q.Get("type"))
	if !s.uncount {
		w.Header().Set("NGSILD-Results-Count", strconv.Itoa(len(list)))
	}
	limit, _ := strconv.Atoi(q.Get("limit"))
	offset, _ := strconv.Atoi(q.Get("offset"))
	if s.deaf {
		offset = 0
	}
	list = list[min(offset, len(list)):]
	list = list[:min(limit, 30, len(list))] // its pages are smaller than what is asked for
	b, _ := json.Marshal(list)
	if len(list) == 0 {
		b = []byte("[]")
	}
	_, _ = w.Write(b)
}

func platform(t *testing.T, s *shop) *audit.Platform {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	where, err := target.FromURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	where.Polite.Rate = 0
	session, err := probe.Open(t.Context(), where, probe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return &audit.Platform{Client: session.Client(audit.ClientID), Name: "shop", URL: "https://shop.example"}
}

func runPlatform(t *testing.T, p *audit.Platform, state string) (*report.Summary, error) {
	t.Helper()
	catalogue, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	s, err := audit.RunPlatform(t.Context(), p, state, audit.Options{Models: catalogue})
	if s != nil {
		fits(t, s)
	}
	return s, err
}

func TestPlatform(t *testing.T) {
	for _, uncount := range []bool{false, true} {
		s, err := runPlatform(t, platform(t, &shop{uncount: uncount}), "")
		if err != nil {
			t.Fatal(err)
		}
		if want := (report.Counts{Read: 250, Valid: 249, Invalid: 1, Repeats: 125}); s.Counts != want {
			t.Errorf("%+v, want %+v", s.Counts, want)
		}
		if s.Source.URL != "https://shop.example" || s.Verdict != report.NonConformant || len(s.Types) != 2 {
			t.Errorf("%+v", s)
		}
	}
}

func TestPlatformSample(t *testing.T) {
	p := platform(t, &shop{})
	p.Sample, p.Seed = 60, 3
	s, err := runPlatform(t, p, "")
	if err != nil || s.Counts.Read != 60 || s.Counts.Unseen != 375-60 || s.Source.Seed != 3 {
		t.Errorf("%v %+v", err, s)
	}
}

// An audit that ends early is not conformant, and goes on later as if it had not.
func TestPlatformResume(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state", "audit.json")
	whole, err := runPlatform(t, platform(t, &shop{}), "")
	if err != nil {
		t.Fatal(err)
	}
	first, err := runPlatform(t, platform(t, &shop{failAt: 8}), state)
	if err == nil || first.Complete || first.Verdict == report.Conformant || first.Counts.Read != 120 {
		t.Fatalf("%v %+v", err, first)
	}
	other := platform(t, &shop{})
	other.Sample = 5
	if _, err := runPlatform(t, other, state); !errors.Is(err, audit.ErrOtherAudit) {
		t.Errorf("another audit took the state: %v", err)
	}
	s := &shop{}
	second, err := runPlatform(t, platform(t, s), state)
	if err != nil {
		t.Fatal(err)
	}
	second.Notes = second.Notes[:len(second.Notes)-1] // that it went on
	a, _ := json.Marshal(whole)
	b, _ := json.Marshal(second)
	if string(a) != string(b) {
		t.Errorf("resumed:\n%s\nwhole:\n%s", b, a)
	}
	if s.requests > 15 {
		t.Errorf("%d requests: what was read was read again", s.requests)
	}
	if _, err := os.Stat(state); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the state file is left: %v", err)
	}
	if err := os.WriteFile(state, []byte(`{"Version":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := runPlatform(t, platform(t, &shop{}), state); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("a broken state file: %v", err)
	}
}

func TestPlatformThatCannotBeRead(t *testing.T) {
	for n := 1; n <= 3; n++ {
		s, err := runPlatform(t, platform(t, &shop{failAt: n}), "")
		if n == 1 && err == nil {
			t.Errorf("no types: %+v", s)
		}
		if err == nil || s.Verdict != report.Inconclusive {
			t.Errorf("request %d fails: %v %+v", n, err, s)
		}
	}
	if s, err := runPlatform(t, platform(t, &shop{deaf: true}), ""); err == nil || !strings.Contains(err.Error(), "offset") || s.Complete {
		t.Errorf("a platform that does not heed offset: %v %+v", err, s.Counts)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	catalogue, _ := models.Default()
	if s, err := audit.RunPlatform(ctx, platform(t, &shop{}), "", audit.Options{Models: catalogue}); err == nil || s.Verdict != report.Inconclusive {
		t.Errorf("%v %+v", err, s)
	}
}

func TestPlatformRedacts(t *testing.T) {
	p := platform(t, &shop{failAt: 2})
	p.URL = "https://s3cret.example"
	p.Redact = func(s string) string { return strings.ReplaceAll(s, "s3cret", "***") }
	s, _ := runPlatform(t, p, "")
	if strings.Contains(fmt.Sprintf("%+v", s), "s3cret") {
		t.Errorf("%+v", s)
	}
}
