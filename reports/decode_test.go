package reports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
)

func TestDecodeRefuses(t *testing.T) {
	whole := string(encode(t, fixture.Full()))
	replace := func(old, new string) string {
		if !strings.Contains(whole, old) {
			t.Fatalf("the sample has no %s", old)
		}
		return strings.Replace(whole, old, new, 1)
	}
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"nothing":         {"", []string{"empty"}},
		"a list":          {"[]", []string{"no JSON object"}},
		"null":            {"null", []string{"no JSON object"}},
		"another object":  {`{"a":1}`, []string{"/schemaVersion is missing", "mimcheck report?"}},
		"HTML":            {"<html>", []string{"no JSON at byte"}},
		"cut":             {whole[:len(whole)/2], []string{"no JSON at byte", "/checks/", "is the file whole?"}},
		"two documents":   {whole + "{}", []string{"more after the report's end"}},
		"byte order mark": {"\xef\xbb\xbf" + whole, []string{"byte order mark"}},
		"Latin-1":         {replace("Aarhus", "\xc5rhus"), []string{"not UTF-8 at byte", "0xc5"}},
		"too deep":        {strings.Repeat("[", 200), []string{"deeper than 128"}},
		"too large":       {strings.Repeat(" ", reports.MaxSize+1), []string{"at most 67108864"}},
		"newer major":     {replace(`"schemaVersion": "1.1"`, `"schemaVersion": "2.0"`), []string{`"2.0"`, "newer mimcheck"}},
		"older major":     {replace(`"schemaVersion": "1.1"`, `"schemaVersion": "0.9"`), []string{`"0.9"`, "older mimcheck"}},
		"version in words": {replace(`"schemaVersion": "1.1"`, `"schemaVersion": "latest"`),
			[]string{`"latest"`, "two numbers"}},
		"version as a number": {replace(`"schemaVersion": "1.1"`, `"schemaVersion": 1.0`), []string{"no string"}},
		"newer minor with a new member": {replace(`"schemaVersion": "1.1"`, `"schemaVersion": "1.7", "weather": "fine"`),
			[]string{`"weather"`, "version 1.7, newer than the 1.1"}},
		"a member twice": {replace(`"name": "mimcheck"`, `"name": "mimcheck", "name": "other"`),
			[]string{"/tool has the member \"name\" twice"}},
		"a member twice, spelt otherwise": {replace(`"name": "mimcheck"`, `"name": "mimcheck", "\u006eame": "other"`),
			[]string{"/tool has the member \"name\" twice"}},
		"a member in capitals": {replace(`"name": "mimcheck"`, `"name": "mimcheck", "Name": "other"`),
			[]string{`/tool has "Name", which no report has`}},
		"a member missing":    {replace(`"profile": "sandbox",`, ``), []string{`/run lacks "profile"`}},
		"another type":        {replace(`"concurrency": 4`, `"concurrency": "4"`), []string{`/run/concurrency is "4", expected integer`}},
		"null for a list":     {replace(`"left": [`, `"left": null, "x": [`), []string{"/cleanup/left is null, expected array"}},
		"unknown outcome":     {replace(`"outcome": "passed"`, `"outcome": "pass"`), []string{`/outcome is "pass", expected one of passed, failed`}},
		"time with an offset": {replace(`"started": "2026-03-14T09:26:53.589Z"`, `"started": "2026-03-14T09:26:53+01:00"`), []string{"/run/started"}},
		"no day of the year":  {replace(`"started": "2026-03-14T09:26:53.589Z"`, `"started": "2026-02-31T09:26:53Z"`), []string{"can't be read"}},
		"huge number":         {replace(`"rate": 5`, `"rate": 1e999999999`), []string{"/run/rate is the number 1e999999999"}},
		"long number":         {replace(`"rate": 5`, `"rate": `+strings.Repeat("1", 100)), []string{"/run/rate"}},
		"a fraction":          {replace(`"concurrency": 4`, `"concurrency": 4.5`), []string{"/run/concurrency is 4.5"}},
		"seed of 65 bits":     {replace(`"seed": 18446744073709551615`, `"seed": 18446744073709551616`), []string{"/run/seed", "at most"}},
		"a failure made to pass": {replace(`"outcome": "failed"`, `"outcome": "passed"`),
			[]string{"/counts", "passed with a finding"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reports.Decode([]byte(c.in))
			if err == nil {
				t.Fatal("it was accepted")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
		})
	}
}

func TestDecodeAccepts(t *testing.T) {
	whole := encode(t, fixture.Full())
	for name, in := range map[string][]byte{
		"as written":              whole,
		"without indentation":     bytes.ReplaceAll(whole, []byte("\n"), nil),
		"a newer minor version":   bytes.Replace(whole, []byte(`"1.1"`), []byte(`"1.9"`), 1),
		"an integer with a point": bytes.Replace(whole, []byte(`"rate": 5`), []byte(`"rate": 5.0`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := reports.Decode(in); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDecodeTellsManyProblemsShortly(t *testing.T) {
	in := bytes.ReplaceAll(encode(t, fixture.Unreachable()), []byte(`"cantTell",`), []byte(`"`+strings.Repeat("x", 9999)+`",`))
	_, err := reports.Decode(in)
	if err == nil || !strings.Contains(err.Error(), "and 50 more") || len(err.Error()) > 5000 {
		t.Errorf("expected a short error with \"and 50 more\", got %d bytes: %.300v", len(fmt.Sprint(err)), err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"interrupted", "empty", "conformant"} {
		b, err := reports.Encode(fixture.Report(name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"schemaVersion":"1.1","a":{"b":[1,2,{"c":null}]}}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := reports.Decode(b)
		if err != nil {
			return
		}
		once, err := reports.Encode(r)
		if err != nil {
			t.Fatalf("what was read can't be written: %v", err)
		}
		again, err := reports.Decode(once)
		if err != nil {
			t.Fatalf("what was written can't be read: %v", err)
		}
		if twice, err := reports.Encode(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("the canonical form is not stable (%v):\n%s\n%s", err, once, twice)
		}
	})
}
