package target

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/oasc/mimcheck/schemas"

	"github.com/oasc/mimcheck/internal/yamldoc"
)

const whole = `# every field
name: City of Example
endpoints:
  ngsi-ld:
    url: https://broker.example.org/
tenant: openiot
headers:
  X-Request-Class: test
  X-Gateway-Token: {env: MIMCHECK_TEST_SECRET}
context: https://example.org/context.jsonld
auth:
  oauth2:
    tokenUrl: https://login.example.org/token
    clientId: mimcheck
    clientSecret: {file: secret.txt}
    scopes: [read, write]
clients:
  reader: {id: app, secret: {env: MIMCHECK_TEST_SECRET}, scopes: [read]}
  stranger: {id: other, secret: {file: secret.txt}}
  code:
    id: page
    scopes: [openid]
    redirectUri: org.example.app:/signed-in
    user: {name: test, password: {env: MIMCHECK_TEST_SECRET}, passwordField: secret}
tokens:
  expired: {file: secret.txt}
tls:
  cert: cert.pem
  key: cert.pem
  ca: cert.pem
  serverName: broker
statement:
  baseline: oasc-2019-01-16
  mims: [MIM1, MIM2]
  features: [batch]
  specVersion: 1.6.1
  types:
    https://example.org/AirQualityObserved: AirQualityObserved
  profiles:
    ParkingSpot: CitySpot
  places:
    parking: {type: OffStreetParking}
    benches:
      type: https://example.org/Bench
      id: "urn:ngsi-ld:Bench:{code}"
      geometry: position
      properties: {label: name}
      tolerance: 2.5
politeness:
  rate: 2.5
  concurrency: 3
  queryPost: true
  maxBody: 1048576
models:
  - models
  - /srv/models.zip
`

// folder makes a folder with the files that targets of the tests name.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"secret.txt": "s3cret-of-file\n", "cert.pem": "no PEM, and not looked at here", "short.txt": "ab\n", "two.txt": "line one\nline two\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("MIMCHECK_TEST_SECRET", "s3cret-of-env")
	return dir
}

func load(t *testing.T, dir, content string) (*Target, error) {
	t.Helper()
	path := filepath.Join(dir, "city.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

func TestLoad(t *testing.T) {
	dir := folder(t)
	got, err := load(t, dir, whole)
	if err != nil {
		t.Fatal(err)
	}
	want := &Target{
		Name: "City of Example", Endpoints: map[string]string{NGSILD: "https://broker.example.org/ngsi-ld/v1"}, Tenant: "openiot",
		Header: map[string]string{"X-Request-Class": "test", "X-Gateway-Token": "s3cret-of-env"}, SecretHeaders: []string{"X-Gateway-Token"},
		Context: "https://example.org/context.jsonld",
		Clients: map[string]Client{Reader: {ID: "app", Secret: "s3cret-of-env", Scopes: []string{"read"}}, Stranger: {ID: "other", Secret: "s3cret-of-file"}, Code: {ID: "page", Scopes: []string{"openid"}}},
		SignIn:  &SignIn{ClientID: "page", Public: true, Redirect: "org.example.app:/signed-in", User: "username", Password: "secret"},
		User:    User{Name: "test", Password: "s3cret-of-env"}, Tokens: map[string]string{Expired: "s3cret-of-file"},
		TLS: TLS{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "cert.pem"), CAFile: filepath.Join(dir, "cert.pem"), ServerName: "broker"},
		Statement: Statement{Baseline: "oasc-2019-01-16", MIMs: []string{"MIM1", "MIM2"}, Features: []string{"batch"}, SpecVersion: "1.6.1",
			Types:    map[string]string{"https://example.org/AirQualityObserved": "AirQualityObserved"},
			Profiles: map[string]string{"ParkingSpot": "CitySpot"},
			Places: map[string]Place{
				"parking": {Type: "OffStreetParking", ID: "{id}", Geometry: "location", Tolerance: 1},
				"benches": {Type: "https://example.org/Bench", ID: "urn:ngsi-ld:Bench:{code}", Geometry: "position", Properties: map[string]string{"label": "name"}, Tolerance: 2.5},
			}},
		Polite: Politeness{Rate: 2.5, Concurrency: 3, QueryPOST: true, MaxBody: 1 << 20},
		Models: []string{filepath.Join(dir, "models"), "/srv/models.zip"},
	}
	want.Auth.OAuth2.TokenURL, want.Auth.OAuth2.ClientID = "https://login.example.org/token", "mimcheck"
	want.Auth.OAuth2.ClientSecret, want.Auth.OAuth2.Scopes = "s3cret-of-file", []string{"read", "write"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestLoadKindsOfAuth(t *testing.T) {
	dir := folder(t)
	const start = "endpoints: {ngsi-ld: {url: https://a.example}}\nauth: "
	for content, want := range map[string]func(a Auth) bool{
		"{bearer: {env: MIMCHECK_TEST_SECRET}}":                                    func(a Auth) bool { return a.Bearer == "s3cret-of-env" },
		"{basic: {user: me, password: {file: secret.txt}}}":                        func(a Auth) bool { return a.Basic.User == "me" && a.Basic.Password == "s3cret-of-file" },
		"{apiKey: {header: X-Key, value: {env: MIMCHECK_TEST_SECRET}}}":            func(a Auth) bool { return a.APIKey.Header == "X-Key" && a.APIKey.Value == "s3cret-of-env" },
		"\n  apiKey:\n    query: key\n    value:\n      env: MIMCHECK_TEST_SECRET": func(a Auth) bool { return a.APIKey.Query == "key" && a.APIKey.Value == "s3cret-of-env" },
	} {
		got, err := load(t, dir, start+content)
		if err != nil || !want(got.Auth) {
			t.Errorf("%s: got %+v, %v", content, got, err)
		} else if got.Name != "a.example" {
			t.Errorf("a target without a name is called %q, want its host", got.Name)
		}
	}
}

// bad are files with one thing wrong each. structural says that the schema sees it too.
var bad = []struct {
	name, content string
	want          string // in the error, after the file's name
	structural    bool
}{
	{"empty", "", ": the file is empty", false},
	{"a comment only", "# nothing\n", ": the file is empty", false},
	{"no YAML", "endpoints: [\n", ": this is no YAML", false},
	{"a tab for indentation", "endpoints:\n\tngsi-ld: x\n", ":2:1: this is no YAML", false},
	{"no mapping", "- a\n", ":1:1: expected fields with values, seen a list", true},
	{"two documents", "endpoints: {ngsi-ld: {url: https://a.example}}\n---\nname: b\n", "the file holds 2 documents", false},
	{"a field twice", "name: a\nname: b\nendpoints: {ngsi-ld: {url: https://a.example}}\n", ":2:1: this is no YAML", false},
	{"no endpoints", "name: a\n", ":1:1: endpoints: missing: expected endpoints, with ngsi-ld and its url", true},
	{"empty endpoints", "endpoints: {}\n", "endpoints: expected at least one endpoint", true},
	{"null endpoints", "endpoints:\nname: a\n", "endpoints: expected fields with values, seen nothing", true},
	{"no url", "endpoints:\n  ngsi-ld: {}\n", "endpoints.ngsi-ld.url: missing", true},
	{"an unknown endpoint", "endpoints:\n  ngsi-ld:\n    url: https://a.example\n  ngsild:\n    url: https://a.example\n", ":4:3: endpoints.ngsild: unknown field: expected one of ngsi-ld, ogc-features", true},
	{"an unknown field", ok + "tennant: a\n", ":2:1: tennant: unknown field: expected one of name, endpoints, tenant, headers, context, auth, clients, tokens, tls, statement, politeness, models; tenant is nearest", true},
	{"an unknown field below", ok + "politeness:\n  rate: 1\n  concurency: 2\n", ":4:3: politeness.concurency: unknown field", true},
	{"a number for text", ok + "tenant: 12\n", ":2:9: tenant: expected text, seen a number: put it in quotes", true},
	{"text for a number", ok + "politeness: {rate: fast}\n", ":2:20: politeness.rate: expected a number, seen text", true},
	{"a rate of nothing", ok + "politeness: {rate: 0}\n", "politeness.rate: expected a number from 0.01 to 10000, seen 0", true},
	{"no number", ok + "politeness: {rate: .nan}\n", "politeness.rate: expected a number from 0.01 to 10000, seen NaN", false},
	{"part of a request", ok + "politeness: {concurrency: 1.5}\n", "politeness.concurrency: expected a whole number, seen 1.5", true},
	{"text for a flag", ok + "politeness: {queryPost: \"yes\"}\n", "politeness.queryPost: expected true or false, seen text", true},
	{"a small body", ok + "politeness: {maxBody: 1}\n", "politeness.maxBody: expected a number from 1024 to 1073741824, seen 1", true},
	{"an address without scheme", "endpoints: {ngsi-ld: {url: broker.example.org}}\n", `:1:28: endpoints.ngsi-ld.url: the address has the scheme ""`, true},
	{"credentials in an address", "endpoints: {ngsi-ld: {url: \"https://me:s3cret@a.example\"}}\n", "endpoints.ngsi-ld.url: the address holds credentials", true},
	{"a query in an address", "endpoints: {ngsi-ld: {url: \"https://a.example?x=1\"}}\n", "endpoints.ngsi-ld.url: the address has a query or a fragment", true},
	{"an empty fragment in an address", "endpoints: {ngsi-ld: {url: \"https://a.example#\"}}\n", "endpoints.ngsi-ld.url: the address has a query or a fragment", true},
	{"a bad context", ok + "context: ftp://a.example\n", "context: the address has the scheme", true},
	{"a literal bearer", ok + "auth:\n  bearer: s3cret\n", ":3:11: auth.bearer: a secret is written into the file: take it out", true},
	{"a literal password", ok + "auth: {basic: {user: me, password: 1234567}}\n", "auth.basic.password: a secret is written into the file", true},
	{"a literal secret header", ok + "headers:\n  X-Api-Key: s3cret\n", ":3:14: headers.X-Api-Key: a secret is written into the file", true},
	{"a literal cookie", ok + "headers: {cookie: a=s3cret}\n", "headers.cookie: a secret is written into the file", true},
	{"a secret where its name is due", ok + "auth: {bearer: {env: \"s3cret/=\"}}\n", "auth.bearer.env: expected the name of an environment variable", true},
	{"env and file", ok + "auth: {bearer: {env: MIMCHECK_TEST_SECRET, file: secret.txt}}\n", "auth.bearer: expected either {env: NAME} or {file: PATH}, seen 2 of them", true},
	{"neither env nor file", ok + "auth: {bearer: {}}\n", "auth.bearer: expected either", true},
	{"a variable that is not set", ok + "auth: {bearer: {env: MIMCHECK_TEST_NOT_SET}}\n", "auth.bearer.env: the environment variable MIMCHECK_TEST_NOT_SET is not set: export it", false},
	{"a file that is not there", ok + "auth: {bearer: {file: no.txt}}\n", "auth.bearer.file: the secret can't be read", false},
	{"a folder for a file", ok + "auth: {bearer: {file: .}}\n", "auth.bearer.file: the secret can't be read", false},
	{"a short secret", ok + "auth: {bearer: {file: short.txt}}\n", "auth.bearer.file: the secret has 2 characters", false},
	{"two lines", ok + "auth: {bearer: {file: two.txt}}\n", "auth.bearer.file: the secret has more than one line", false},
	{"a password that names a field", ok + "clients: {code: {id: page, redirectUri: 'https://a.example/x', user: {name: test, password: {env: MIMCHECK_TEST_SECRET}, passwordField: the-s3cret-of-env}}}\n", "clients.code.user.password: the name of a field of the page holds it", false},
	{"two kinds of auth", ok + "auth: {bearer: {env: MIMCHECK_TEST_SECRET}, basic: {user: a, password: {env: MIMCHECK_TEST_SECRET}}}\n", "auth: expected one of bearer, apiKey, basic and oauth2, seen 2 of them", true},
	{"no kind of auth", ok + "auth: {}\n", "auth: expected one of", true},
	{"a key without place", ok + "auth: {apiKey: {value: {env: MIMCHECK_TEST_SECRET}}}\n", "auth.apiKey: expected either header or query", true},
	{"a key with two places", ok + "auth: {apiKey: {header: a, query: b, value: {env: MIMCHECK_TEST_SECRET}}}\n", "auth.apiKey: expected either header or query", true},
	{"a key without value", ok + "auth: {apiKey: {header: a}}\n", "auth.apiKey.value: missing", true},
	{"a key in a bad header", ok + "auth: {apiKey: {header: \"a b\", value: {env: MIMCHECK_TEST_SECRET}}}\n", "auth.apiKey.header: expected the name of a header field", true},
	{"a user with a colon", ok + "auth: {basic: {user: \"a:b\", password: {env: MIMCHECK_TEST_SECRET}}}\n", "auth.basic.user: a user name", true},
	{"no client id", ok + "auth: {oauth2: {tokenUrl: https://a.example, clientSecret: {env: MIMCHECK_TEST_SECRET}}}\n", "auth.oauth2.clientId: missing", true},
	{"a client without a secret", ok + "clients: {reader: {id: app}}\n", "clients.reader.secret: missing", true},
	{"a client's secret in the file", ok + "clients: {reader: {id: app, secret: s3cret}}\n", "a secret is written into the file", true},
	{"a client that no check asks as", ok + "clients: {writer: {id: app, secret: {env: MIMCHECK_TEST_SECRET}}}\n", "writer: unknown field: expected one of reader, limited, stranger, outsider, code", true},
	{"a client that nobody can be sent back to", ok + "clients: {code: {id: page}}\n", "clients.code.redirectUri: missing", true},
	{"an address that is none", ok + "clients: {code: {id: page, redirectUri: /back}}\n", "clients.code.redirectUri: expected the address that the client registered", false},
	{"an address with a fragment", ok + "clients: {code: {id: page, redirectUri: \"https://a.example/#b\"}}\n", "clients.code.redirectUri: expected the address that the client registered", false},
	{"a user without a password", ok + "clients: {code: {id: page, redirectUri: https://a.example, user: {name: test}}}\n", "clients.code.user.password: missing", true},
	{"a password in the file", ok + "clients: {code: {id: page, redirectUri: https://a.example, user: {name: test, password: s3cret}}}\n", "a secret is written into the file", true},
	{"a token in the file", ok + "tokens: {expired: abc}\n", "a secret is written into the file", true},
	{"a bad token URL", ok + "auth: {oauth2: {tokenUrl: a, clientId: b, clientSecret: {env: MIMCHECK_TEST_SECRET}}}\n", "auth.oauth2.tokenUrl: the address has the scheme", true},
	{"a certificate without key", ok + "tls: {cert: cert.pem}\n", "tls: a client certificate takes both", true},
	{"a certificate that is not there", ok + "tls: {ca: no.pem}\n", "tls.ca: the file can't be read", false},
	{"a header with a space", ok + "headers: {\"a b\": c}\n", "headers.a b: expected the name of a header field", true},
	{"a header of two lines", ok + "headers: {a: \"b\\nc\"}\n", "headers.a: expected one line of text", true},
	{"a header of each request", ok + "headers: {Accept: text/plain}\n", "headers.Accept: this header belongs to each single request", false},
	{"a tenant among the headers", ok + "headers: {NGSILD-Tenant: a}\n", "headers.NGSILD-Tenant: the tenant has a field of its own", false},
	{"a tenant of two lines", ok + "tenant: \"a\\nb\"\n", "tenant: expected one line of text", true},
	{"a MIM that is none", ok + "statement: {mims: [MIM1, mim2]}\n", `statement.mims[1]: expected a MIM such as MIM1, seen "mim2"`, true},
	{"a MIM without list", ok + "statement: {mims: MIM1}\n", "statement.mims: expected a list", true},
	{"a version as a number", ok + "statement: {specVersion: 1.6}\n", "statement.specVersion: expected a version with three parts", true},
	{"a version in words", ok + "statement: {specVersion: V1.6.1}\n", "statement.specVersion: expected a version of ETSI GS CIM 009", true},
	{"a profile without model", ok + "statement: {profiles: {A: }}\n", "statement.profiles.A: expected text, seen nothing", true},
	{"a place without type", ok + "statement: {places: {parking: {id: \"{id}\"}}}\n", "statement.places.parking.type: missing", true},
	{"a place with one id for all", ok + "statement: {places: {parking: {type: A, id: urn:a}}}\n", "statement.places.parking.id: expected an id with {id}", true},
	{"a place with a strange member", ok + "statement: {places: {parking: {type: A, kind: B}}}\n", "statement.places.parking.kind", true},
	{"a place of any distance", ok + "statement: {places: {parking: {type: A, tolerance: 0}}}\n", "statement.places.parking.tolerance", true},
	{"a place with a bare property", ok + "statement: {places: {parking: {type: A, properties: {name: }}}}\n", "statement.places.parking.properties.name: expected text", true},
	{"a type without model", ok + "statement: {types: {A: }}\n", "statement.types.A: expected text, seen nothing", true},
	{"an empty name", ok + "name: \"\"\n", "name: expected text, seen an empty one", true},
	{"an alias", "name: &a x\nendpoints: {ngsi-ld: {url: https://a.example}}\ntenant: *a\n", "expected text, seen an anchor or alias", false},
	{"a tag", ok + "name: !!str x\n", "expected text, seen a tag", false},
	{"a large file", ok + "name: " + strings.Repeat("x", maxFile) + "\n", "the file is larger than 65536 bytes", false},
}

const ok = "endpoints: {ngsi-ld: {url: https://a.example}}\n"

func TestLoadTellsWhatIsWrong(t *testing.T) {
	dir := folder(t)
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			got, err := load(t, dir, c.content)
			if err == nil {
				t.Fatalf("accepted as %+v", got)
			}
			var one *yamldoc.Error
			if !errors.As(err, &one) || !strings.HasPrefix(err.Error(), filepath.Join(dir, "city.yaml")) {
				t.Errorf("the error does not start with the file: %v", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %q in it", err, c.want)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

func TestLoadTellsEverythingAtOnce(t *testing.T) {
	_, err := load(t, folder(t), "nam: a\nendpoints: {ngsi-ld: {url: b}}\nauth: {bearer: c}\n")
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v, want three problems", err)
	}
}

func TestLoadOfNoFile(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "no.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
}

// The published schema and the loader must not contradict each other: whatever the
// loader takes is valid, and what is structurally wrong is invalid.
func TestSchemaAgrees(t *testing.T) {
	schema := compile(t)
	for _, good := range []string{whole, ok, ok + "headers: {a: b, X-Token: {env: A}}\n", ok + "statement: {mims: []}\n"} {
		if err := schema.Validate(asJSON(t, good)); err != nil {
			t.Errorf("the schema refuses what the loader takes: %v\n%s", err, good)
		}
	}
	for _, c := range bad {
		if !c.structural {
			continue
		}
		if err := schema.Validate(asJSON(t, c.content)); err == nil {
			t.Errorf("%s: the schema takes what the loader refuses:\n%s", c.name, c.content)
		}
	}
}

func compile(t testing.TB) *jsonschema.Schema {
	t.Helper()
	b, err := schemas.Read("target.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("target", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("target")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func asJSON(t testing.TB, content string) any {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(content))
	if err != nil {
		t.Fatalf("%v\n%s", err, content)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFromURL(t *testing.T) {
	const untidy = " http://a.example:1026/broker/ "
	for raw, want := range map[string]string{
		"https://a.example":                   "https://a.example/ngsi-ld/v1",
		"https://a.example/":                  "https://a.example/ngsi-ld/v1",
		"https://a.example/ngsi-ld/v1":        "https://a.example/ngsi-ld/v1",
		"https://a.example/ngsi-ld/v1/":       "https://a.example/ngsi-ld/v1",
		untidy:                                "http://a.example:1026/broker/ngsi-ld/v1",
		"http://[::1]:9090":                   "http://[::1]:9090/ngsi-ld/v1",
		"https://a.example/b%20c/ngsi-ld/v1/": "https://a.example/b%20c/ngsi-ld/v1",
	} {
		got, err := FromURL(raw)
		if err != nil || got.Endpoints[NGSILD] != want {
			t.Errorf("%q: got %+v, %v, want %s", raw, got, err, want)
		}
	}
	for raw, want := range map[string]string{
		"":                               "scheme",
		"a.example":                      "scheme",
		"a.example:80":                   "scheme",
		"ftp://a.example":                "scheme",
		"https://":                       "host",
		"https:///x":                     "host",
		"https://me:s3cret@a.example":    "credentials",
		"https://s3cret@a.example":       "credentials",
		"https://a.example?token=s3cret": "query",
		"https://a.example#s3cret":       "fragment",
		"https://a.example/%zz":          "no URL",
		"https://a.example:s3cret":       "no URL",
		"https://a b":                    "no URL",
	} {
		got, err := FromURL(raw)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v, want an error about %s", raw, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(whole)
	for _, c := range bad {
		if len(c.content) < 1000 {
			f.Add(c.content)
		}
	}
	f.Setenv("MIMCHECK_TEST_SECRET", "s3cret-of-env")
	schema := compile(f)
	f.Fuzz(func(t *testing.T, content string) {
		got, err := read("city.yaml", []byte(content))
		if (got == nil) == (err == nil) {
			t.Fatalf("got %+v and %v", got, err)
		}
		if err != nil {
			return
		}
		if got.Endpoints[NGSILD] == "" {
			t.Errorf("a target without endpoint was taken: %+v", got)
		}
		b, err := yaml.YAMLToJSON([]byte(content))
		if err != nil {
			return // the conversion has limits of its own
		}
		var v any
		if json.Unmarshal(b, &v) == nil {
			if err := schema.Validate(v); err != nil {
				t.Errorf("the loader takes what the schema refuses: %v", err)
			}
		}
	})
}
