package membership

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/reports"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with the file of a name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := reports.Write(path, []byte(got)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update to write it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// filled is a ledger with something of everything.
func filled(t *testing.T) *ledger.Ledger {
	l := openLedger(t)
	good := run("run-2", "2025-05-02", reports.Conformant, 10)
	enter(t, l, voted(Yes, Yes, No)...)
	enter(t, l, becomes("villaclara", "Villaclara", "ES", "2024")...)
	enter(t, l,
		LetterSigned{Member: "svendby", Name: "Svendby", Country: "DK", By: "M. Ayor", Role: "mayor", On: "2026-02-01"},
		run("run-1", "2024-05-02", reports.NonConformant, 4), good, run("run-3", "2026-01-07", reports.Inconclusive, 0),
		run("run-4", "2026-01-07", reports.NonConformant, 4, func(f *RunRecorded) { f.Member = "vejle" }),
		CouncilMet{Title: "Spring meeting", Mode: OnSite, Place: "Brussels", Present: []string{"DK", "FI"}, On: "2024-04-01"},
		Elected{Office: CityRepresentative, Person: "D. Ane", Member: "aarhus", On: "2024-05-01"},
		Contributed{Member: "aarhus", What: Practice, Title: "Parking for all", URL: "https://example.org/parking", On: "2024-06-01"},
		Contributed{Member: "aarhus", What: Webinar, Title: "How we did it", On: "2024-07-01"},
		extension("aarhus", "", "2027-01-01", "2024-02-01"),
	)
	if _, err := CloseDecision(t.Context(), l, "mims-2022", "2024-02-29"); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestWriteStatusAndCard(t *testing.T) {
	l := filled(t)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"all.txt":     func(b *bytes.Buffer) error { return WriteStatus(t.Context(), b, l, "", at(today), false) },
		"aarhus.txt":  func(b *bytes.Buffer) error { return WriteStatus(t.Context(), b, l, "Århus", at(today), false) },
		"aarhus.json": func(b *bytes.Buffer) error { return WriteStatus(t.Context(), b, l, "aarhus", at(today), true) },
		"early.txt":   func(b *bytes.Buffer) error { return WriteStatus(t.Context(), b, l, "aarhus", at("2018-01-01"), false) },
		"svendby.txt": func(b *bytes.Buffer) error { return WriteStatus(t.Context(), b, l, "svendby", at(today), false) },
		"card.txt":    func(b *bytes.Buffer) error { return WriteCard(t.Context(), b, l, "Aarhus", at(today), false) },
		"card.json":   func(b *bytes.Buffer) error { return WriteCard(t.Context(), b, l, "villaclara", at(today), true) },
	} {
		t.Run(name, func(t *testing.T) {
			var b, again bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			if err := write(&again); err != nil || again.String() != b.String() {
				t.Errorf("written again, it was another text: %v", err)
			}
			if strings.HasSuffix(name, ".json") && (!json.Valid(b.Bytes()) || strings.Contains(b.String(), "null")) {
				t.Errorf("no JSON, or with null:\n%s", b.String())
			}
			golden(t, name, b.String())
		})
	}
	for _, name := range []string{"nowhere", "svendbi, DK"} {
		if err := WriteStatus(t.Context(), new(bytes.Buffer), l, name, at(today), false); err == nil || !strings.Contains(err.Error(), "nearest names") {
			t.Errorf("%s: %v", name, err)
		}
		if err := WriteCard(t.Context(), new(bytes.Buffer), l, name, at(today), false); err == nil {
			t.Errorf("%s has a card", name)
		}
	}
	// before its letter, a city is not on the register
	if err := WriteStatus(t.Context(), new(bytes.Buffer), l, "svendby", at("2026-01-31"), false); err == nil {
		t.Error("a city is shown before it signed")
	}
	if _, err := CardOf(nil, "nowhere", at(today)); err == nil {
		t.Error("nowhere has a card")
	}
}

func TestImportAndExport(t *testing.T) {
	l := filled(t)
	events, err := l.Events(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := FoldState(events, at(today))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Register()
	if err != nil {
		t.Fatal(err)
	}
	var asCSV, asJSON bytes.Buffer
	if err := r.CSV(&asCSV); err != nil {
		t.Fatal(err)
	}
	if err := r.JSON(&asJSON); err != nil {
		t.Fatal(err)
	}
	fromCSV, err := ReadCSV(&asCSV)
	if err != nil {
		t.Fatal(err)
	}
	fromJSON, err := ReadJSON(&asJSON)
	if err != nil {
		t.Fatal(err)
	}
	want := r.Members()
	for i := range want {
		want[i].Aliases = listed(want[i].Aliases)
		fromCSV[i].Aliases = listed(fromCSV[i].Aliases)
	}
	if diff := cmp.Diff(want, fromCSV); diff != "" {
		t.Errorf("CSV (-register +read):\n%s", diff)
	}
	if diff := cmp.Diff(want, fromJSON); diff != "" {
		t.Errorf("JSON (-register +read):\n%s", diff)
	}

	more, err := ReadCSV(strings.NewReader("name,country,aliases,since\nAarhus,DK,,\nSkagen,DK,Skaw,2025-01-01\nNuuk,GL,Godthåb,\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"skagen nuuk", ""} { // the second time there is nothing to do
		ids, err := ImportMembers(t.Context(), l, more, "list of the secretariat", "2026-01-01")
		if err != nil || strings.Join(ids, " ") != want {
			t.Errorf("%v, %v; expected %q", ids, err, want)
		}
	}
	o, err := ReadOverview(t.Context(), l, "Skaw", at(today))
	if err != nil || o.Members[0].Member.Chapter != "Denmark" || o.Members[0].MIMs[0].StartBy != "2026-01-01" {
		t.Errorf("%+v, %v", o, err)
	}
	head, err := l.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bad := []Member{{ID: "good", Name: "Good", Country: "DK", Stage: IsMember}, {ID: "bad", Name: "Bad\nname", Country: "DK", Stage: IsMember}}
	if ids, err := ImportMembers(t.Context(), l, bad, "list", "2026-01-01"); err == nil {
		t.Errorf("%v", ids)
	}
	if ids, err := ImportMembers(t.Context(), l, []Member{{ID: "soon", Name: "Soon", Country: "DK", Stage: LetterIsSent}}, "list", "2026-01-01"); err == nil {
		t.Errorf("%v", ids)
	}
	if now, _ := l.Head(t.Context()); now != head {
		t.Error("a list that is refused left something behind")
	}
}

func TestReadJSONRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"": "can't be read", "{}": "can't be read", `[{"name":"A","country":"DK","people":1}]`: "people",
		`[{"name":"A","country":"Denmark"}]`: "member 1", `[] []`: "more after", `[{"name":"A","country":"DK","aliases":["x;y"]}]`: "semicolon",
	} {
		if _, err := ReadJSON(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; expected an error with %q", text, err, want)
		}
	}
}
