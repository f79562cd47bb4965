package models_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

var day = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func sync(t *testing.T, store, source string) *models.Synced {
	t.Helper()
	done, err := models.Sync(store, source, "https://example.org/models.zip", day)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestSync(t *testing.T) {
	store := filepath.Join(t.TempDir(), "store")
	first := sync(t, store, folder(t, checkout))
	all := []string{"dataModel.Garden/Bench", "dataModel.Garden/Cut", "dataModel.Garden/Lost", "dataModel.Garden/Tree", "dataModel.Wood/Tree"}
	slicesEqual(t, first.Added, all)
	slicesEqual(t, first.Repositories, []string{"data-models", "dataModel.Garden", "dataModel.Wood"})
	if len(first.Broken) != 2 || first.Blobs == 0 {
		t.Errorf("got %+v", first)
	}

	again := sync(t, store, file(t, "models.zip", zipped(checkout, "x/")))
	if again.Blobs != 0 || again.Unchanged != len(all) || len(again.Added)+len(again.Changed)+len(again.Removed) != 0 {
		t.Errorf("a sync of the same models did %+v", again)
	}

	changed := maps.Clone(checkout)
	delete(changed, "dataModel.Garden/Lost/schema.json")
	changed["dataModel.Garden/Cut/schema.json"] = `{"type": "object", "properties": {"a": {}}}`
	changed["dataModel.Garden/Pond/schema.json"] = `{"type": "object", "properties": {"depth": {}}}`
	third := sync(t, store, folder(t, changed))
	slicesEqual(t, third.Added, []string{"dataModel.Garden/Pond"})
	slicesEqual(t, third.Changed, []string{"dataModel.Garden/Cut"})
	slicesEqual(t, third.Removed, []string{"dataModel.Garden/Lost"})

	other := sync(t, store, folder(t, map[string]string{"dataModel.Sea/Buoy/schema.json": `{"type": "object", "properties": {"depth": {"type": "number"}}}`}))
	if len(other.Removed) != 0 || !slices.Equal(other.Added, []string{"dataModel.Sea/Buoy"}) {
		t.Errorf("a sync of another repository did %+v", other)
	}

	cat, err := models.Open(store)
	if err != nil {
		t.Fatal(err)
	}
	m := find(t, cat, "Bench")
	if m.Commit != "abc123" || m.Licence != "CC-BY-4.0" || m.Summary().Title != "A bench" {
		t.Errorf("got %+v", m.Summary())
	}
	if r := m.Schema().ValidateJSON([]byte(`{"id": "1", "type": "Bench", "seats": 3}`)); r.Verdict != validate.Invalid {
		t.Errorf("got %s (%s)", r.Verdict, r.Reason)
	}
}

func TestStoreThatIsBroken(t *testing.T) {
	store := filepath.Join(t.TempDir(), "store")
	sync(t, store, folder(t, checkout))
	var blobs []string
	_ = filepath.WalkDir(filepath.Join(store, "blobs"), func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			blobs = append(blobs, p)
		}
		return nil
	})
	for _, p := range blobs {
		if err := os.WriteFile(p, []byte(`{"type": "object"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := models.Open(store)
	if err != nil {
		t.Fatal(err)
	}
	if r := find(t, cat, "dataModel.Wood/Tree").Schema().ValidateJSON([]byte(`1`)); r.Verdict == validate.Valid {
		t.Errorf("a spoilt blob judges as %s", r.Verdict)
	}
	if r := find(t, cat, "dataModel.Garden/Tree").Schema().ValidateJSON([]byte(`{}`)); r.Verdict != validate.CantTell || !strings.Contains(r.Reason, "not what was stored") {
		t.Errorf("got %s (%s)", r.Verdict, r.Reason)
	}
	for _, text := range []string{`{`, `{"format": 2}`, `[]`} {
		if err := os.WriteFile(filepath.Join(store, "catalogue.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := models.Open(store); err == nil || !strings.Contains(err.Error(), "sync it again") {
			t.Errorf("%s: got %v", text, err)
		}
		if _, err := models.Sync(store, folder(t, checkout), "", day); err == nil {
			t.Errorf("%s: a broken store was written over", text)
		}
	}
}

func TestSearchAndNearest(t *testing.T) {
	cat := builtin(t)
	first := func(query string) string {
		found := cat.Search(query)
		if len(found) == 0 {
			return ""
		}
		return found[0].ID
	}
	for query, want := range map[string]string{
		"airqualityobserved": "dataModel.Environment/AirQualityObserved",
		"parking spot":       "dataModel.Parking/ParkingSpot",
		"fillingLevel":       "dataModel.WasteManagement/WasteContainer",
		"no such thing":      "",
	} {
		if got := first(query); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
	if n := len(cat.Search("")); n != len(cat.Models()) {
		t.Errorf("no words list %d models", n)
	}
	near := cat.Nearest([]string{"https://city.example/no2", "pm10", "name", "location", "mood"}, 2)
	if len(near) == 0 || near[0].Model.Name != "AirQualityObserved" || strings.Join(near[0].Shared, " ") != "no2 pm10" {
		t.Errorf("got %+v", near)
	}
	if near := cat.Nearest([]string{"name", "location"}, 2); len(near) != 0 {
		t.Errorf("got %+v", near)
	}
}

func TestDiff(t *testing.T) {
	from, err := models.Open(folder(t, checkout))
	if err != nil {
		t.Fatal(err)
	}
	changed := maps.Clone(checkout)
	delete(changed, "dataModel.Wood/Tree/schema.json")
	changed["dataModel.Garden/Pond/schema.json"] = `{"type": "object"}`
	changed["dataModel.Garden/Bench/schema.json"] = `{"$schemaVersion": "0.0.3", "properties": {"id": {}, "type": {}, "seats": {"type": ["integer", "string"], "description": "Property. x"}, "colour": {"type": "string"}}, "required": ["colour"]}`
	changed["dataModel.Garden/Tree/schema.json"] = strings.Replace(checkout["dataModel.Garden/Tree/schema.json"], `"number"`, `"number", "minimum": 1`, 1)
	to, err := models.Open(folder(t, changed))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range models.Diff(from, to) {
		got = append(got, c.Model+" "+c.What)
	}
	slicesEqual(t, got, []string{
		"dataModel.Garden/Bench has version 0.0.3 instead of 0.0.2",
		"dataModel.Garden/Bench has a new attribute colour, which is required",
		"dataModel.Garden/Bench no longer requires attribute id",
		"dataModel.Garden/Bench takes anything for attribute id instead of string",
		"dataModel.Garden/Bench no longer requires attribute seats",
		"dataModel.Garden/Bench takes number or string for attribute seats instead of number",
		"dataModel.Garden/Bench no longer requires attribute type",
		"dataModel.Garden/Bench takes anything for attribute type instead of string",
		"dataModel.Garden/Pond is new",
		"dataModel.Garden/Tree has other constraints or words",
		"dataModel.Wood/Tree is gone",
	})
	if same := models.Diff(from, from); len(same) != 0 {
		t.Errorf("got %v", same)
	}
}
