package audit_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/oasc/mimcheck/internal/audit"
	"github.com/oasc/mimcheck/internal/entityfile"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	report "github.com/oasc/mimcheck/reports/audit"
	"github.com/oasc/mimcheck/schemas"
)

// context is an @context under which the names are those of the built-in models.
const context1 = `{"AirQualityObserved":"https://smartdatamodels.org/dataModel.Environment/AirQualityObserved","no2":"https://smartdatamodels.org/dataModel.Environment/no2","dateObserved":"https://smartdatamodels.org/dateObserved"}`

// air is an entity; change replaces parts of it.
func air(n int, change ...string) string {
	e := fmt.Sprintf(`{"id":"urn:ngsi-ld:AirQualityObserved:%d","type":"AirQualityObserved","dateObserved":{"type":"Property","value":"2025-05-01T10:00:00Z"},`+
		`"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[4.2,52.9]}},"no2":{"type":"Property","value":69},"@context":%s}`, n, context1)
	return strings.NewReplacer(change...).Replace(e)
}

func run(t *testing.T, f *entityfile.File, o audit.Options) *report.Summary {
	t.Helper()
	s, err := tryRun(t, f, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryRun(t *testing.T, f *entityfile.File, o audit.Options) (*report.Summary, error) {
	t.Helper()
	var err error
	if o.Models == nil {
		if o.Models, err = models.Default(); err != nil {
			t.Fatal(err)
		}
	}
	o.Tool = reports.Tool{Name: "mimcheck", Version: "1"}
	s, err := audit.Run(t.Context(), audit.OfFile(f), o)
	if s != nil {
		fits(t, s)
		if c := s.Counts; c.Read != c.Valid+c.Invalid+c.CantTell+c.NoModel {
			t.Errorf("the counts do not add up: %+v", c)
		}
	}
	return s, err
}

// fits holds the JSON form against the published schema.
func fits(t *testing.T, s *report.Summary) {
	t.Helper()
	b, err := schemas.Read("audit.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("audit", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("audit")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := report.JSON(&out, s); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("the report is not as its schema says: %v", err)
	}
	back, err := report.Decode(out.Bytes())
	if err != nil || back.Counts != s.Counts {
		t.Errorf("read back: %v", err)
	}
}

func stdin(text string) *entityfile.File {
	return &entityfile.File{Path: entityfile.Stdin, Input: strings.NewReader(text)}
}

func file(t *testing.T, name, text string) *entityfile.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return &entityfile.File{Path: path}
}

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

const wrongType = `"value":69`

// whereIs is the line and the column of a part of a text, compressed or not.
func whereIs(t *testing.T, text, part string) string {
	if strings.HasPrefix(text, "\x1f\x8b") {
		z, err := gzip.NewReader(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(z)
		text = string(b)
	}
	before, _, found := strings.Cut(strings.TrimPrefix(text, "\xef\xbb\xbf"), part)
	if !found {
		t.Fatalf("%q is not in the text", part)
	}
	return fmt.Sprintf("%d:%d", 1+strings.Count(before, "\n"), len(before)-strings.LastIndex(before, "\n"))
}

func TestForms(t *testing.T) {
	bare := func(n int, change ...string) string {
		return strings.Replace(air(n, change...), `,"@context":`+context1, "", 1)
	}
	feature := func(n int, change ...string) string {
		e := bare(n, change...)
		id, rest, _ := strings.Cut(e, ",")
		return id + `,"type":"Feature","geometry":null,"properties":{` + rest + "}"
	}
	bad := []string{wrongType, `"value":"69"`}
	for name, c := range map[string]struct {
		file string
		text string
	}{
		"lines":                   {"a.ndjson", air(1) + "\n" + air(2, bad...) + "\n"},
		"lines without an ending": {"a", air(1) + "\n" + air(2, bad...)},
		"lines, empty ones":       {"a.jsonl", "\n" + air(1) + "\r\n\r\n  " + air(2, bad...)},
		"record separators":       {"a.jsonl", "\x1e" + air(1) + "\n\x1e" + air(2, bad...)},
		"array":                   {"a.json", "[" + air(1) + ",\n" + air(2, bad...) + "]"},
		"array with a mark":       {"a.json", "\xef\xbb\xbf[" + air(1) + ",\n" + air(2, bad...) + "]"},
		"one after the other":     {"a.json", air(1) + " " + air(2, bad...)},
		"graph":                   {"a.jsonld", `{"@context":` + context1 + `,"@graph":[` + bare(1) + ",\n" + bare(2, bad...) + "]}"},
		"graph, context last":     {"a.jsonld", `{"@graph":[` + bare(1) + ",\n" + bare(2, bad...) + `],"@context":` + context1 + "}"},
		"features":                {"a.geojson", `{"type":"FeatureCollection","features":[` + "\n" + feature(1) + ",\n" + feature(2, bad...) + `],"@context":` + context1 + "}"},
		"compressed":              {"a.ndjson.gz", gzipped(air(1) + "\n" + air(2, bad...) + "\n")},
		"compressed, other name":  {"a", gzipped("[" + air(1) + ",\n" + air(2, bad...) + "]")},
	} {
		t.Run(name, func(t *testing.T) {
			s := run(t, file(t, c.file, c.text), audit.Options{})
			if want := (report.Counts{Read: 2, Valid: 1, Invalid: 1}); s.Counts != want {
				t.Fatalf("counts %+v, want %+v\n%+v", s.Counts, want, s)
			}
			f := s.Findings[0]
			if got, want := fmt.Sprintf("%d:%d", f.Line, f.Column), whereIs(t, c.text, bad[1]); got != want || f.Pointer != "/no2/value" || f.Keyword != "type" || !strings.HasSuffix(f.Entity, ":2") {
				t.Errorf("at %s, want %s: %+v", got, want, f)
			}
			if len(s.Errors) != 1 || s.Errors[0].Suggestion != "Write a number, without quotes." || s.Errors[0].Entities != 1 {
				t.Errorf("errors %+v", s.Errors)
			}
			if s.Verdict != report.NonConformant {
				t.Errorf("verdict %s", s.Verdict)
			}
		})
	}
}

func TestStandardInput(t *testing.T) {
	bare := strings.Replace(air(1), `,"@context":`+context1, "", 1)
	if s := run(t, stdin(`{"@context":`+context1+`,"@graph":[`+bare+"]}"), audit.Options{}); s.Counts.Valid != 1 {
		t.Errorf("%+v", s)
	}
	if s := run(t, stdin(`{"@graph":[`+bare+`],"@context":`+context1+`}`), audit.Options{}); s.Counts.Valid != 1 {
		t.Errorf("a short input, context last: %+v", s)
	}
	long := `{"@graph":[` + strings.Repeat(bare+",", 2000) + bare + `],"@context":` + context1 + `}`
	s, err := tryRun(t, stdin(long), audit.Options{})
	if err == nil || !strings.Contains(err.Error(), "put it first") || s.Verdict == report.Conformant {
		t.Errorf("a long input, context last: %v %+v", err, s)
	}
	if s := run(t, file(t, "a.jsonld", long), audit.Options{}); s.Counts.Valid != 2001 {
		t.Errorf("a long file, context last: %+v", s.Counts)
	}
}

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		want    report.Verdict
		reason  string
		options audit.Options
	}{
		"valid":         {air(1), report.Conformant, "all 1 entities", audit.Options{}},
		"missing":       {air(1, `"dateObserved":{"type":"Property","value":"2025-05-01T10:00:00Z"},`, ""), report.NonConformant, "1 of 1", audit.Options{}},
		"no NGSI-LD":    {air(1, `{"type":"Property","value":69}`, "69"), report.NonConformant, "1 of 1", audit.Options{}},
		"no model":      {air(1, `"AirQualityObserved",`, `"Thing",`), report.Inconclusive, "no entity", audit.Options{}},
		"some no model": {air(1) + "\n" + air(1, `"AirQualityObserved",`, `"Thing",`), report.Conformant, "1 have none", audit.Options{}},
		"declared":      {air(1, `"AirQualityObserved",`, `"Thing",`), report.NonConformant, "1 of 1", audit.Options{Types: map[string]string{"Thing": "ParkingSpot", "no": "no"}}},
		"no such model": {air(1, `"AirQualityObserved",`, `"Thing",`), report.Inconclusive, "no judgement", audit.Options{Types: map[string]string{"Thing": "Nothing"}}},
		"context":       {air(1, context1, `"https://nowhere.example/c"`), report.Inconclusive, "no judgement", audit.Options{}},
		"broken":        {air(1) + "\n" + `{"id":`, report.Inconclusive, "could not be read", audit.Options{}},
		"broken, wrong": {air(1, wrongType, `"value":"69"`) + "\n" + `{"id":`, report.NonConformant, "1 of 1", audit.Options{}},
		"nothing":       {"", report.Inconclusive, "no entity", audit.Options{}},
		"white space":   {" \n ", report.Inconclusive, "no entity", audit.Options{}},
		"no object":     {"[1]", report.Inconclusive, "could not be read", audit.Options{}},
		"no list":       {"[]", report.Inconclusive, "no entity", audit.Options{}},
		"text":          {"hello\nworld", report.Inconclusive, "2 parts", audit.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := run(t, stdin(c.text), c.options)
			if s.Verdict != c.want || !strings.Contains(s.Reason, c.reason) {
				t.Errorf("got %s (%s), want %s (%s)", s.Verdict, s.Reason, c.want, c.reason)
			}
		})
	}
}

func TestBrokenPartsAreNamedAndTheRestIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		valid      int64
		broken     []string
	}{
		"a cut line":         {"a.ndjson", air(1) + "\n" + air(2)[:100] + "\n" + air(3), 2, []string{"2:101 /dateObserved/type: the text ends"}},
		"a cut first line":   {"a", air(1)[:100] + "\n" + air(2), 1, []string{"1:101 /dateObserved/type: the text ends"}},
		"a list on a line":   {"a.ndjson", "[1]\n" + air(3), 1, []string{"1:1 expected an entity"}},
		"an item":            {"a.json", "[" + air(1) + ",\n nonsense,\n" + air(2) + "]", 2, []string{"2:3 invalid character"}},
		"a cut array":        {"a.json", "[" + air(1) + ",\n" + air(2)[:100], 1, []string{"2:1 the input ends inside this entity"}},
		"an array's end":     {"a.json", "[" + air(1) + ",\n" + air(2), 2, []string{"2:482 the input ends"}},
		"commas":             {"a.json", "[" + air(1) + ",," + air(2) + " " + air(3) + ",]", 3, []string{"comma without an item", "no comma before", "comma without an item"}},
		"more text":          {"a.json", "[" + air(1) + "]\n" + air(2), 1, []string{"2:1 the document has ended"}},
		"a cut entity":       {"a.json", air(1)[:200], 0, []string{"1:1 the input ends inside"}},
		"a cut graph":        {"a.jsonld", `{"@context":` + context1 + `,"@graph":[` + air(1) + ",", 1, []string{"the input ends inside"}},
		"a malformed graph":  {"a.jsonld", `{"@context":` + context1 + `,"@graph":[` + air(1) + "], 5: 6}", 1, []string{"name of a member"}},
		"duplicate names":    {"a.ndjson", air(1, `{"id"`, `{"id":"urn:x","id"`) + "\n" + air(2), 1, []string{"duplicate"}},
		"invalid UTF-8":      {"a.ndjson", air(1, "69", "\"\xff\"") + "\n" + air(2), 1, []string{"UTF-8"}},
		"a lone surrogate":   {"a.ndjson", air(1, "69", `"\ud800"`) + "\n" + air(2), 1, []string{"surrogate"}},
		"NaN":                {"a.ndjson", air(1, "69", "NaN") + "\n" + air(2), 1, []string{"invalid character 'N'"}},
		"Infinity":           {"a.ndjson", air(1, "69", "-Infinity") + "\n" + air(2), 1, []string{"invalid character"}},
		"a huge number":      {"a.ndjson", air(1, "69", "1e999") + "\n" + air(2), 1, []string{"64-bit float"}},
		"a very huge number": {"a.ndjson", air(1, "69", "1e999999999") + "\n" + air(2), 1, []string{"64-bit float"}},
		"depth 10,000":       {"a.ndjson", air(1, "69", strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)) + "\n" + air(2), 1, []string{"nested deeper than 128"}},
		"depth in an array":  {"a.json", "[" + air(1, "69", strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)) + "," + air(2) + "]", 1, []string{"nested deeper than 128"}},
		"depth, not closed":  {"a.json", strings.Repeat("[", 100_000), 0, []string{"the input ends inside this entity"}},
		"no feature":         {"a.geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"name":"x"}}]}`, 0, []string{"no NGSI-LD entity"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := run(t, file(t, c.file, c.text), audit.Options{})
			if s.Counts.Valid != c.valid || s.Counts.Broken != int64(len(c.broken)) || len(s.Broken) != len(c.broken) || s.Counts.Read != c.valid {
				t.Fatalf("%+v\n%+v", s.Counts, s.Broken)
			}
			for i, want := range c.broken {
				if got := fmt.Sprintf("%d:%d %s", s.Broken[i].Line, s.Broken[i].Column, strings.TrimPrefix(s.Broken[i].Reason, "not JSON that can be judged: ")); !strings.Contains(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
}

func TestLargeEntity(t *testing.T) {
	large := air(1, "69", `"`+strings.Repeat("x", 20<<20)+`"`)
	for name, text := range map[string]string{
		"a.ndjson": large + "\n" + air(2), "a.json": "[" + large + "," + air(2) + "]",
		"b.json": large + "\n\n\n" + air(2), "a.ndjson.gz": gzipped(large + "\n" + air(2)),
	} {
		s := run(t, file(t, name, text), audit.Options{})
		if s.Counts.Valid != 1 || s.Counts.Broken != 1 || !strings.Contains(s.Broken[0].Reason, "larger than 16 MiB (2097") {
			t.Errorf("%s: %+v %+v", name, s.Counts, s.Broken)
		}
	}
	f := file(t, "a.ndjson", air(1)+"\n")
	f.MaxEntity = 100
	if s := run(t, f, audit.Options{}); s.Counts.Broken != 1 || s.Counts.Read != 0 {
		t.Errorf("%+v", s.Counts)
	}
}

// A small file may unpack to more than anyone will wait for.
func TestEndlessFiles(t *testing.T) {
	for name, text := range map[string]string{
		"white.json":  strings.Repeat(" ", 1<<20) + air(1),
		"value.json":  `{"a":"` + strings.Repeat("x", 1<<20) + `"}` + air(1),
		"line.ndjson": air(1) + "\n" + air(2)[:20] + strings.Repeat("x", 1<<20) + "\n" + air(3),
	} {
		f := file(t, name, text)
		f.MaxEntity = 4 << 10 // 64 times that is read past
		s, err := tryRun(t, f, audit.Options{})
		told := fmt.Sprint(err)
		for _, b := range s.Broken {
			told += b.Reason
		}
		if !strings.Contains(told, "what follows is not read") || s.Counts.Read > 1 {
			t.Errorf("%s: %+v %s", name, s.Counts, told)
		}
	}
}

func TestDamagedFiles(t *testing.T) {
	whole := gzipped(strings.Repeat(air(1)+"\n", 5000))
	s, err := tryRun(t, file(t, "a.ndjson.gz", whole[:len(whole)/2]), audit.Options{})
	if err == nil || s.Complete || s.Verdict == report.Conformant || s.Counts.Valid == 0 {
		t.Errorf("a cut archive: %v %+v", err, s.Counts)
	}
	damaged := []byte(whole)
	damaged[len(damaged)-6] ^= 1
	if s, err = tryRun(t, file(t, "a.ndjson.gz", string(damaged)), audit.Options{}); err == nil || s.Verdict == report.Conformant {
		t.Errorf("a wrong checksum: %v %+v", err, s)
	}
	for _, f := range []*entityfile.File{{Path: filepath.Join(t.TempDir(), "none")}, {Path: t.TempDir()}} {
		if s, err := tryRun(t, f, audit.Options{}); err == nil || s.Verdict != report.Inconclusive {
			t.Errorf("%s: %v %+v", f.Path, err, s)
		}
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		switch i % 10 {
		case 3:
			b.WriteString(air(i, wrongType, `"value":"69"`))
		case 5:
			b.WriteString(air(i, `"AirQualityObserved",`, `"Sensor",`))
		case 7:
			b.WriteString(air(i)[:50])
		default:
			b.WriteString(air(i))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// The report is the same however many judge, and whoever is first.
func TestWorkersDoNotMatter(t *testing.T) {
	text := many(3000)
	var first []byte
	for _, workers := range []int{1, 2, 7} {
		s := run(t, stdin(text), audit.Options{Workers: workers})
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b
		} else if !bytes.Equal(first, b) {
			t.Errorf("with %d workers the report is another:\n%s\n%s", workers, first, b)
		}
		if want := (report.Counts{Read: 2700, Valid: 2100, Invalid: 300, NoModel: 300, Broken: 300}); s.Counts != want {
			t.Errorf("%+v", s.Counts)
		}
	}
}

func TestSample(t *testing.T) {
	text := many(3000)
	a := run(t, stdin(text), audit.Options{Sample: 100, Seed: 7})
	b := run(t, stdin(text), audit.Options{Sample: 100, Seed: 7, Workers: 1})
	c := run(t, stdin(text), audit.Options{Sample: 100, Seed: 8})
	if a.Counts.Read+a.Counts.Broken != 100 || a.Counts.Unseen != 2900 || a.Source.Sample != 100 || a.Source.Seed != 7 {
		t.Errorf("%+v", a)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	z, _ := json.Marshal(c)
	if !bytes.Equal(x, y) || bytes.Equal(x, z) {
		t.Errorf("the seed does not decide")
	}
}

func TestTypesWithoutModelGetSuggestions(t *testing.T) {
	s := run(t, stdin(air(1, `"AirQualityObserved",`, `"Sensor",`)), audit.Options{})
	if len(s.Types) != 1 || s.Types[0].Model != "" || len(s.Types[0].Suggestions) == 0 || s.Types[0].Suggestions[0].Model != "dataModel.Environment/AirQualityObserved" {
		t.Errorf("%+v", s.Types)
	}
	if !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "Sensor has no IRI") }) {
		t.Errorf("%v", s.Notes)
	}
}

func TestAttributes(t *testing.T) {
	s := run(t, stdin(air(1)+"\n"+air(2, wrongType, `"value":"69"`)+"\n"+air(3, `{"type":"Property","value":69}`, "69")), audit.Options{})
	a := s.Types[0].Attributes[0]
	if want := (report.Attribute{Name: "no2", Present: 3, Faulty: 2, InModel: true}); a != want {
		t.Errorf("%+v", a)
	}
}

// What is kept is bounded, however many different things there are.
func TestCrowds(t *testing.T) {
	var b strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&b, `{"id":"urn:x:%d","type":"T%d","a%d":{"type":"Property"},"b":{"type":"Property","value":1}}`+"\n", i, i, i)
	}
	s := run(t, stdin(b.String()), audit.Options{})
	if s.Counts.Invalid != 2500 || len(s.Types) > 2*2001 || len(s.Findings) != 1000 {
		t.Errorf("%+v, %d types, %d findings", s.Counts, len(s.Types), len(s.Findings))
	}
	var sum int64
	for _, e := range s.Errors {
		sum += e.Count
	}
	if sum != 2500 || s.LeftOut() != 1500 {
		t.Errorf("%d errors are counted, %d left out", sum, s.LeftOut())
	}
}

func TestInterrupted(t *testing.T) {
	catalogue, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := audit.Run(ctx, audit.OfFile(stdin(many(1000))), audit.Options{Models: catalogue})
	if !errors.Is(err, context.Canceled) || s.Complete || s.Verdict == report.Conformant {
		t.Errorf("%v %+v", err, s)
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{air(1), "[" + air(1) + "]", `{"@graph":[{}]}`, `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"type":"T"}}],"@context":{}}`, "{}\n{}", gzipped("{}"), `[,]`, "{\"a\":\n{", `"`} {
		f.Add([]byte(seed))
	}
	catalogue, err := models.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := audit.Run(t.Context(), audit.OfFile(&entityfile.File{Path: entityfile.Stdin, Input: bytes.NewReader(b), MaxEntity: 1 << 16}), audit.Options{Models: catalogue, Workers: 1})
		if s == nil {
			t.Fatal("no summary")
		}
		if err == nil && len(bytes.TrimSpace(b)) > 0 && s.Counts.Read+s.Counts.Broken == 0 && !bytes.ContainsAny(b, "[@f\x1f\xef") {
			t.Fatalf("%q is lost", b)
		}
		for _, format := range report.Formats() {
			var out bytes.Buffer
			if err := format.Render(&out, s); err != nil {
				t.Fatalf("%s: %v", format.Name, err)
			}
		}
	})
}
