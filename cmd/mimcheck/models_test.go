package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// put writes a file of the test's folder.
func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// gardens puts two versions of a catalogue with a model of benches into a folder each.
func gardens(t *testing.T) {
	t.Helper()
	for folder, extra := range map[string]string{"old": "", "new": `, "material": {"type": "string", "description": "Property. What of."}`} {
		put(t, folder+"/dataModel.Garden/context.jsonld", `{"@context": {"Bench": "https://garden.example/Bench", "seats": "https://garden.example/seats"}}`)
		put(t, folder+"/dataModel.Garden/Bench/schema.json", `{"title": "A bench to sit on", "type": "object", "required": ["id", "type", "seats"], "properties": {
			"id": {"type": "string"}, "type": {"enum": ["Bench"]}, "seats": {"type": "integer", "minimum": 1, "description": "Property. How many."}`+extra+`}}`)
		put(t, folder+"/dataModel.Garden/Lost/schema.json", `{"type": "object", "properties": {"a": {"$ref": "https://nowhere.example/schema.json"}}}`)
	}
}

func TestModelsCommands(t *testing.T) {
	workdir(t)
	gardens(t)
	mimcheck(t, "models", "list").want(t, 0, "dataModel.Environment/AirQualityObserved", "(built-in)")
	mimcheck(t, "models", "list", "--json").want(t, 0, `"id": "dataModel.Device/Device"`)
	mimcheck(t, "models", "search", "air", "no2").want(t, 0, "AirQualityObserved", "1 models")
	mimcheck(t, "models", "show", "AirQualityObserved").want(t, 0, "dateObserved", "required", "Apache-2.0")
	mimcheck(t, "models", "show", "https://smartdatamodels.org/dataModel.Device/Device").want(t, 0, "dataModel.Device/Device")
	mimcheck(t, "models", "show", "Bench", "--models", "old").want(t, 0, "A bench to sit on", "https://garden.example/seats")
	mimcheck(t, "models", "diff", "old", "new").want(t, 0, "dataModel.Garden/Bench has a new attribute material", "1 differences")
	mimcheck(t, "models", "diff", "old", "old").want(t, 0, "0 differences")

	mimcheck(t, "models", "sync", "--from", "old").want(t, 0, "2 models added", "cannot judge", "dataModel.Garden/Lost", "nowhere.example")
	mimcheck(t, "models", "list").want(t, 0, "dataModel.Garden/Bench", "broken")
	mimcheck(t, "models", "sync", "--from", "old").want(t, 0, "0 models added", "2 unchanged")
	mimcheck(t, "models", "sync", "--from", "new").want(t, 0, "1 changed")
	mimcheck(t, "models", "show", "Bench").want(t, 0, "material")
}

func TestModelsExamples(t *testing.T) {
	workdir(t)
	gardens(t)
	put(t, "old/dataModel.Garden/Bench/examples/example.json", `{"id": "urn:b:1", "type": "Bench", "seats": 3}`)
	mimcheck(t, "models", "examples", "old").want(t, 0, "example.json  1      0        0", "Disagreements of the engines: 0")
	put(t, "old/dataModel.Garden/Bench/examples/example.jsonld", `{"id": "urn:b:1", "type": "Bench", "seats": 0}`)
	mimcheck(t, "models", "examples", "old").want(t, exitNonConformant, "minimum  1")
	mimcheck(t, "models", "examples", "old", "--json").want(t, exitNonConformant, `"engine":"gojsonschema","verdict":"invalid"`)
	put(t, "new/dataModel.Garden/Bench/examples/example.json", `{"id": `)
	mimcheck(t, "models", "examples", "new").want(t, exitInconclusive, "cannot be told: dataModel.Garden/Bench/examples/example.json:1:1", "ends inside")
	mimcheck(t, "models", "examples", "missing").want(t, exitUsage, "missing")
}

func TestModelsValidate(t *testing.T) {
	workdir(t)
	gardens(t)
	mimcheck(t, "models", "sync", "--from", "old").want(t, 0)
	const good = `{"id": "urn:b:1", "type": "Bench", "seats": 3, "@context": "garden"}`
	with := strings.NewReplacer(`"garden"`, `{"Bench": "https://garden.example/Bench", "seats": "https://garden.example/seats"}`)
	bad, bare := strings.Replace(good, "3", "0", 1), `{"id": "urn:b:1", "type": "Bench", "seats": 3}`
	put(t, "good.jsonld", with.Replace(good))
	put(t, "bad.json", with.Replace(bad))
	put(t, "all.ndjson", with.Replace(good+"\n"+bad+"\n{\n"))
	put(t, "bare.json", bare)
	put(t, "feature.geojson", `{"type": "Feature", "id": "urn:b:1", "geometry": null, "properties": {"type": "Bench", "seats": 0}}`)
	put(t, "broken.json", `{"id": `)
	put(t, "empty.json", "")
	put(t, "own/Stool.json", `{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["id"]}`)
	put(t, "stool.json", `{"id": "urn:s:1", "type": "Stool"}`)
	put(t, "lost.json", `{"id": "urn:l:1", "type": "Lost", "a": 1}`)
	put(t, "context.jsonld", `{"@context": {"Bench": "https://garden.example/Bench"}}`)
	put(t, "no-context.jsonld", `[]`)
	put(t, "away.json", strings.Replace(good, "garden", "https://away.example/c.jsonld", 1))
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(with.Replace(good + "\n" + good)))
	z.Close()
	put(t, "packed.ndjson.gz", b.String())
	for _, c := range []struct {
		line string
		code int
		says []string
	}{
		{"good.jsonld", 0, []string{"1 valid, 0 invalid, 0 cannot be told"}},
		{"packed.ndjson.gz", 0, []string{"2 valid"}},
		{"good.jsonld packed.ndjson.gz --strict", 0, []string{"3 valid"}},
		{"bad.json", 1, []string{"bad.json:1:1 urn:b:1 invalid", "bad.json:1:36 /seats: is 0", "dataModel.Garden/Bench"}},
		{"all.ndjson", 1, []string{"all.ndjson:2:1", "all.ndjson:3:2", "1 valid, 1 invalid, 1 cannot be told"}},
		{"all.ndjson --format json", 1, []string{`"verdict":"valid"`, `"line":2`, `"pointer":"/seats"`}},
		{"all.ndjson bare.json --format sarif", 1, []string{`"uri": "all.ndjson"`, `"startLine": 2`, `"startColumn": 36`, `"ruleId": "Bench/minimum"`,
			`"ruleId": "input.broken"`, `"uri": "bare.json"`, "1 entities cannot be judged"}},
		{"good.jsonld --format xml", 2, []string{"text, json or sarif"}},
		{"good.jsonld --max-entity 0", 2, []string{"1 to 1024"}},
		{"feature.geojson --model Bench", 1, []string{"/properties/seats"}},
		{"bare.json", 3, []string{"use its @context"}},
		{"stool.json --models own", 3, []string{"own/Stool", "no @context beside it"}},
		{"stool.json --models own --model Stool", 0, nil},
		{"bare.json --model Bench", 0, nil},
		{"bare.json --type Bench=dataModel.Garden/Bench", 0, nil},
		{"bare.json --type Bench=dataModel.Garden", 0, nil},
		{"bare.json --context context.jsonld", 0, nil},
		{"away.json", 3, []string{"https://away.example/c.jsonld is not in the catalogue"}},
		{"away.json --context-copy https://away.example/c.jsonld=context.jsonld", 0, []string{"1 valid"}},
		{"away.json --context-copy away=context.jsonld", 2, []string{"--context-copy away", "no address"}},
		{"away.json --context-copy https://away.example/c.jsonld=no-context.jsonld", 2, []string{"no-context.jsonld", "no @context document"}},
		{"away.json --context-copy https://away.example/c.jsonld=missing.jsonld", 2, []string{"missing.jsonld"}},
		{"bare.json --form keyValues --model Bench", 0, nil},
		{"bare.json --form normalised --model Bench", 1, nil},
		{"broken.json", 3, []string{"broken.json:1:1", "the input ends inside this entity"}},
		{"empty.json", 3, []string{"empty"}},
		{"lost.json --model Lost", 3, []string{"nowhere.example"}}, // a model that cannot judge passes nothing
		{"missing.json", 2, []string{"missing.json"}},
		{"good.jsonld missing.json", 2, []string{"missing.json"}},
		{"good.jsonld --model Bank", 2, []string{"Bank", "models search"}},
		{"good.jsonld --type Bench=Bank", 2, []string{"--type Bench", "Bank"}},
		{"good.jsonld --type Bench", 2, []string{"Bench"}},
		{"good.jsonld --form xml", 2, []string{"normalised, concise or keyValues"}},
		{"good.jsonld --context no-context.jsonld", 2, []string{"no-context.jsonld", "@context"}},
		{"good.jsonld --context https://city.example/c.jsonld", 2, []string{"c.jsonld", "not in the catalogue"}},
		{"good.jsonld --models missing", 2, []string{"missing"}},
		{"", 2, []string{"1 arg"}},
	} {
		t.Run(c.line, func(t *testing.T) {
			mimcheck(t, append([]string{"models", "validate"}, strings.Fields(c.line)...)...).want(t, c.code, c.says...)
		})
	}
}

func TestModelsValidateReadsStandardInput(t *testing.T) {
	workdir(t)
	gardens(t)
	root := newRoot()
	root.SetArgs([]string{"models", "validate", "--models", "old", "--model", "Bench", "-"})
	root.SetIn(strings.NewReader(`{"id": "urn:b:1", "type": "Bench", "seats": 3}`))
	var out bytes.Buffer
	root.SetOut(&out)
	if err := root.ExecuteContext(t.Context()); err != nil || !strings.Contains(out.String(), "1 valid") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestModelsValidateIsInterrupted(t *testing.T) {
	workdir(t)
	gardens(t)
	put(t, "bare.json", `{"id": "urn:b:1", "type": "Bench", "seats": 3}`)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	if code := execute(ctx, []string{"models", "validate", "--models", "old", "--model", "Bench", "bare.json"}, &out, &out); code != exitInterrupted {
		t.Errorf("exit code %d, want %d\n%s", code, exitInterrupted, out.String())
	}
}

func TestModelsCommandsNameWhatIsWrong(t *testing.T) {
	workdir(t)
	for _, c := range []struct{ line, says string }{
		{"models show Bank", "models search"},
		{"models search bank", "fewer words"},
		{"models search", "1 arg"},
		{"models list --models missing", "missing"},
		{"models diff missing missing", "missing"},
		{"models sync", "from"},
		{"models sync --from missing", "missing"},
		{"models sync --from http://city.example/models.zip", "https"},
		{"models synch", "sync"},
	} {
		t.Run(c.line, func(t *testing.T) {
			mimcheck(t, strings.Fields(c.line)...).want(t, exitUsage, c.says)
		})
	}
}
