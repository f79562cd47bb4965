package membership

import (
	"slices"
	"strings"
	"testing"
)

func TestEmbeddedRegister(t *testing.T) {
	r, err := Founders()
	if err != nil {
		t.Fatal(err)
	}
	members := r.Members()
	if len(members) != 122 {
		t.Errorf("%d members, expected the 122 of the printed list", len(members))
	}
	chapters := map[string]int{}
	for _, m := range members {
		if m.ID != slug(m.ID) || m.Stage != IsMember || m.Chapter == "" {
			t.Errorf("%+v", m)
		}
		chapters[m.Country]++
		// whatever it is called, it is found
		for _, name := range append([]string{m.ID, m.Name, strings.ToUpper(m.Name), m.Name + ", " + m.Country}, m.Aliases...) {
			if got, err := r.Find(name); err != nil || got.ID != m.ID {
				t.Errorf("%q: %s, %v; expected %s", name, got.ID, err, m.ID)
			}
		}
	}
	for country, n := range chapters {
		if n < 2 {
			t.Errorf("the chapter of %s has %d member", country, n)
		}
	}
}

func TestFind(t *testing.T) {
	for name, want := range map[string]string{
		"Aarhus": "aarhus", "aarhus": "aarhus", " AARHUS ": "aarhus", "Århus": "aarhus", "arhus": "aarhus", "A\u030Arhus": "aarhus",
		"bodo": "bodo", "Bodø": "bodo", "BODØ": "bodo",
		"Sibenik": "sibenik", "Šibenik": "sibenik",
		"gdansk": "gdansk", "GDAŃSK": "gdansk",
		"Stoke-On-Trent & Staffordshire":   "stoke-on-trent-and-staffordshire",
		"stoke on trent and staffordshire": "stoke-on-trent-and-staffordshire",
		"Anapólis (Goiás)":                 "anapolis", "Las Palmas de Gran Canarias": "las-palmas-de-gran-canaria",
		"issy les moulineaux": "issy-les-moulineaux", "Valencia, Spain": "valencia", "Valencia, ES": "valencia",
		"Olinda (Recife)": "olinda", "Recife": "recife", "Vitoria": "vitoria", "wien": "vienna",
	} {
		if got, err := Find(name); err != nil || got.ID != want {
			t.Errorf("%q: %s, %v; expected %s", name, got.ID, err, want)
		}
	}
	for name, want := range map[string]string{
		"Aarhuus":                   "the nearest names are Aarhus",
		"Copenhage":                 "the nearest names are Copenhagen",
		"Valencia, Peru":            "no member is named",
		"":                          "is empty",
		"  ":                        "is empty",
		"\xff\x00":                  "no member is named",
		"oasc":                      "no member is named",
		strings.Repeat("x", 10_000): "no member is named",
	} {
		_, err := Find(name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v; expected an error with %q", name, err, want)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%.40q: an error of %d bytes", name, len(err.Error()))
		}
	}
}

func TestFindAmbiguous(t *testing.T) {
	members, err := ReadCSV(strings.NewReader("country,name,aliases,chapter\nES,Valencia,,Spain\nVE,Valencia,Nueva Valencia,\nES,Toledo,Tolétum,Spain\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRegister(members)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Find("valencia"); err == nil || !strings.Contains(err.Error(), "valencia-es, valencia-ve") {
		t.Errorf("%v", err)
	}
	for name, want := range map[string]string{"valencia-ve": "valencia-ve", "VALENCIA, ve": "valencia-ve", "Valencia, spain": "valencia-es", "nueva valencia": "valencia-ve"} {
		if got, err := r.Find(name); err != nil || got.ID != want {
			t.Errorf("%q: %s, %v", name, got.ID, err)
		}
	}
	if id := NewID(r, "Toledo", "US"); id != "toledo-us" {
		t.Error(id)
	}
	if id := NewID(r, "Łódź", "PL"); id != "lodz" {
		t.Error(id)
	}
	if id := NewID(r, "OASC", "PL"); id != "oasc-pl" {
		t.Error(id)
	}
	if _, err := NewRegister(append(members, members[0])); err == nil {
		t.Error("a member given twice was accepted")
	}
}

func TestReadCSVRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "no line of column names",
		"name,population\nX,1\n":                `"population" is unknown`,
		"name\nX\n":                             "country is missing",
		"country,name\nDK,\n":                   "line 2",
		"country,name\nDenmark,Aarhus\n":        "ISO 3166",
		"country,name\nDK,Aarhus,x\n":           "wrong number of fields",
		"country,name\nDK,\"Aarhus\n":           "quote",
		"country,name,id\nDK,Aarhus,Å\n":        "id",
		"country,name,id\nDK,Aarhus,oasc\n":     "stands for OASC",
		"country,name,since\nDK,A,2019-02-30\n": "since",
		"country,name,stage\nDK,A,friend\n":     "stage",
	} {
		if _, err := ReadCSV(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; expected an error with %q", text, err, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"Aarhus", "Århus, DK", "\xff", "İstanbul", ",", "ﬃ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		m, err := Find(name)
		if (err == nil) == (m.ID == "") {
			t.Errorf("%q: %+v, %v", name, m, err)
		}
		if s := slug(name); s != slug(s) {
			t.Errorf("the slug %q of %q has the slug %q", s, name, slug(s))
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add(string(membersCSV))
	f.Add("country,name,aliases\nDK,Aarhus,Århus;;x\n")
	f.Fuzz(func(t *testing.T, text string) {
		members, err := ReadCSV(strings.NewReader(text))
		if err == nil && slices.ContainsFunc(members, func(m Member) bool { return m.ID == "" || m.Country == "" }) {
			t.Errorf("%q gave %+v", text, members)
		}
	})
}
