package target

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/net/http/httpguts"

	"github.com/oasc/mimcheck/internal/yamldoc"
)

// maxFile is the largest target.yaml that is read, in bytes.
const maxFile = 64 << 10

// Load reads a target.yaml, as schemas/target.schema.json describes it, and the
// secrets that it names. Every problem is told, each as *yamldoc.Error, joined.
func Load(path string) (*Target, error) {
	opened, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the target can't be read: %w", err)
	}
	defer opened.Close() //nolint:errcheck // it was only read
	b, err := io.ReadAll(io.LimitReader(opened, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("the target can't be read: %w", err)
	}
	if len(b) > maxFile {
		return nil, &yamldoc.Error{File: path, Message: fmt.Sprintf("the file is larger than %d bytes: expected a target.yaml as the README shows it", maxFile)}
	}
	return read(path, b)
}

// read reads the bytes of the target.yaml at path.
func read(path string, b []byte) (*Target, error) {
	f := &file{Document: yamldoc.Document{File: path, Want: "at least endpoints, with ngsi-ld and its url"}, dir: filepath.Dir(path)}
	if body := f.Parse(b); body != nil {
		f.root(body)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	return &f.t, nil
}

// file is a target.yaml while it is read.
type file struct {
	yamldoc.Document
	dir string
	t   Target
}

func (f *file) root(n ast.Node) {
	t := &f.t
	seen := f.Mapping(n, "",
		f.Into("name", &t.Name),
		yamldoc.Named("endpoints", f.endpoints),
		yamldoc.Named("tenant", func(n ast.Node, at string) {
			if t.Tenant = f.Text(n, at); !httpguts.ValidHeaderFieldValue(t.Tenant) {
				f.Wrong(n, at, "expected one line of text, as a header can carry it")
			}
		}),
		yamldoc.Named("headers", f.headers),
		yamldoc.Named("context", func(n ast.Node, at string) { t.Context = f.address(n, at) }),
		yamldoc.Named("auth", f.auth),
		yamldoc.Named("clients", f.clients),
		yamldoc.Named("tokens", f.tokens),
		yamldoc.Named("tls", f.tls),
		yamldoc.Named("statement", f.statement),
		yamldoc.Named("politeness", f.politeness),
		yamldoc.Named("models", func(n ast.Node, at string) {
			for _, p := range f.Texts(n, at) {
				t.Models = append(t.Models, f.path(p))
			}
		}),
	)
	if seen != nil && !seen["endpoints"] {
		f.Wrong(n, "endpoints", "missing: expected endpoints, with ngsi-ld and its url")
	}
	for _, name := range endpointNames() {
		if u, err := httpURL(t.Endpoints[name]); err == nil && t.Name == "" {
			t.Name = u.Host
		}
	}
}

func (f *file) endpoints(n ast.Node, at string) {
	f.t.Endpoints = map[string]string{}
	var fields []yamldoc.Field
	for _, name := range endpointNames() {
		base := baseURL
		if name == NGSILD {
			base = ngsildBase
		}
		fields = append(fields, f.endpoint(name, base))
	}
	seen := f.Mapping(n, at, fields...)
	if seen != nil && len(seen) == 0 {
		f.Wrong(n, at, "expected at least one endpoint: ngsi-ld, with its url")
	}
}

// endpoint reads the address of one API, of which base makes its base URL.
func (f *file) endpoint(name string, base func(raw string) (string, error)) yamldoc.Field {
	return yamldoc.Named(name, func(n ast.Node, at string) {
		fields := []yamldoc.Field{yamldoc.Named("url", func(n ast.Node, at string) {
			s := f.Text(n, at)
			if s == "" {
				return
			}
			u, err := base(s)
			if err != nil {
				f.Wrong(n, at, "%v", err)
			}
			f.t.Endpoints[name] = u
		})}
		slash := false
		if name == NGSILD {
			fields = append(fields, yamldoc.Named("slash", func(n ast.Node, at string) { slash = f.Flag(n, at) }))
		}
		seen := f.Mapping(n, at, fields...)
		f.need(n, at, seen, "url")
		if slash && f.t.Endpoints[name] != "" {
			f.t.Endpoints[name] += "/"
		}
	})
}

// address reads an http or https URL.
func (f *file) address(n ast.Node, at string) string {
	s := f.Text(n, at)
	if s == "" {
		return ""
	}
	u, err := httpURL(s)
	if err != nil {
		f.Wrong(n, at, "%v", err)
		return ""
	}
	return u.String()
}

// secretHeader matches names of header fields that hold secrets.
var secretHeader = regexp.MustCompile(`(?i)^(proxy-)?authorization$|^cookie$|token|secret|password|api-?key`)

func (f *file) headers(n ast.Node, at string) {
	members, ok := f.Members(n, at)
	if !ok {
		return
	}
	f.t.Header = map[string]string{}
	for _, m := range members {
		at := yamldoc.Join(at, m.Name)
		switch {
		case !httpguts.ValidHeaderFieldName(m.Name):
			f.Wrong(m.Key, at, "expected the name of a header field: letters, digits and -")
			continue
		case strings.EqualFold(m.Name, "NGSILD-Tenant"):
			f.Wrong(m.Key, at, "the tenant has a field of its own: write tenant, beside headers")
			continue
		case slices.Contains([]string{"host", "content-length", "content-type", "accept", "transfer-encoding", "connection", "te", "trailer", "upgrade"}, strings.ToLower(m.Name)):
			f.Wrong(m.Key, at, "this header belongs to each single request: leave it out")
			continue
		}
		isSecret := yamldoc.Kind(m.Value) == "fields with values" || secretHeader.MatchString(m.Name)
		var value string
		if isSecret {
			value = f.secret(m.Value, at)
			f.t.SecretHeaders = append(f.t.SecretHeaders, m.Name)
		} else {
			value = f.Text(m.Value, at)
		}
		if !httpguts.ValidHeaderFieldValue(value) {
			f.Wrong(m.Value, at, "expected one line of text, as a header can carry it")
		}
		f.t.Header[m.Name] = value
	}
	slices.Sort(f.t.SecretHeaders)
}

func (f *file) auth(n ast.Node, at string) {
	a := &f.t.Auth
	seen := f.Mapping(n, at,
		yamldoc.Named("bearer", func(n ast.Node, at string) { a.Bearer = f.secret(n, at) }),
		yamldoc.Named("apiKey", func(n ast.Node, at string) {
			in := f.Mapping(n, at, f.Into("header", &a.APIKey.Header), f.Into("query", &a.APIKey.Query),
				yamldoc.Named("value", func(n ast.Node, at string) { a.APIKey.Value = f.secret(n, at) }))
			f.need(n, at, in, "value")
			if in != nil && in["header"] == in["query"] {
				f.Wrong(n, at, "expected either header or query, with the name under which the key is sent")
			}
			if a.APIKey.Header != "" && !httpguts.ValidHeaderFieldName(a.APIKey.Header) {
				f.Wrong(n, yamldoc.Join(at, "header"), "expected the name of a header field: letters, digits and -")
			}
		}),
		yamldoc.Named("basic", func(n ast.Node, at string) {
			in := f.Mapping(n, at, f.Into("user", &a.Basic.User),
				yamldoc.Named("password", func(n ast.Node, at string) { a.Basic.Password = f.secret(n, at) }))
			f.need(n, at, in, "user", "password")
			if strings.Contains(a.Basic.User, ":") {
				f.Wrong(n, yamldoc.Join(at, "user"), "a user name of Basic authentication can't hold a colon (RFC 7617)")
			}
		}),
		yamldoc.Named("oauth2", func(n ast.Node, at string) {
			o := &a.OAuth2
			in := f.Mapping(n, at,
				yamldoc.Named("tokenUrl", func(n ast.Node, at string) { o.TokenURL = f.address(n, at) }),
				f.Into("clientId", &o.ClientID),
				yamldoc.Named("clientSecret", func(n ast.Node, at string) { o.ClientSecret = f.secret(n, at) }),
				yamldoc.Named("scopes", func(n ast.Node, at string) { o.Scopes = f.Texts(n, at) }))
			f.need(n, at, in, "tokenUrl", "clientId", "clientSecret")
		}),
	)
	if seen != nil && len(seen) != 1 {
		f.Wrong(n, at, "expected one of bearer, apiKey, basic and oauth2, seen %d of them", len(seen))
	}
}

func (f *file) clients(n ast.Node, at string) {
	f.t.Clients = map[string]Client{}
	var fields []yamldoc.Field
	for _, name := range ClientNames() {
		fields = append(fields, yamldoc.Named(name, func(n ast.Node, at string) {
			var c Client
			all := []yamldoc.Field{f.Into("id", &c.ID),
				yamldoc.Named("secret", func(n ast.Node, at string) { c.Secret = f.secret(n, at) }),
				yamldoc.Named("scopes", func(n ast.Node, at string) { c.Scopes = f.Texts(n, at) })}
			if name == Code {
				s := &SignIn{}
				seen := f.Mapping(n, at, append(all,
					yamldoc.Named("redirectUri", func(n ast.Node, at string) { s.Redirect = f.redirect(n, at) }),
					yamldoc.Named("user", func(n ast.Node, at string) { f.user(n, at, s) }))...)
				f.need(n, at, seen, "id", "redirectUri")
				s.ClientID, s.Public = c.ID, !seen["secret"]
				f.t.SignIn = s
			} else {
				f.need(n, at, f.Mapping(n, at, all...), "id", "secret")
			}
			f.t.Clients[name] = c
		}))
	}
	f.Mapping(n, at, fields...)
}

// redirect reads an address that a provider sends people back to, character by character:
// it may be of any scheme (RFC 8252, 7.1), and has no fragment (RFC 6749, 3.1.2).
func (f *file) redirect(n ast.Node, at string) string {
	s := f.Text(n, at)
	if u, err := url.Parse(s); s != "" && (err != nil || u.Scheme == "" || u.Fragment != "" || strings.HasSuffix(s, "#") || u.User != nil) {
		f.Wrong(n, at, "expected the address that the client registered with the provider: a URL without credentials and fragment")
	}
	return s
}

// user reads who signs in, and into which fields of the provider's page.
func (f *file) user(n ast.Node, at string, s *SignIn) {
	s.User, s.Password = "username", "password"
	seen := f.Mapping(n, at, f.Into("name", &f.t.User.Name),
		yamldoc.Named("password", func(n ast.Node, at string) { f.t.User.Password = f.secret(n, at) }),
		f.Into("nameField", &s.User), f.Into("passwordField", &s.Password))
	f.need(n, at, seen, "name", "password")
	if secret := f.t.User.Password; secret != "" && (strings.Contains(s.User, secret) || strings.Contains(s.Password, secret)) {
		f.Wrong(n, yamldoc.Join(at, "password"), "the name of a field of the page holds it: what is secret is taken out of the evidence, and the name with it, so that no replay could confirm the run; give the user who is there for tests another password")
	}
}

func (f *file) tokens(n ast.Node, at string) {
	f.t.Tokens = map[string]string{}
	var fields []yamldoc.Field
	for _, name := range TokenNames() {
		fields = append(fields, yamldoc.Named(name, func(n ast.Node, at string) { f.t.Tokens[name] = f.secret(n, at) }))
	}
	f.Mapping(n, at, fields...)
}

// need tells which fields are missing; seen is nil when that was told before.
func (f *file) need(n ast.Node, at string, seen map[string]bool, names ...string) {
	for _, name := range names {
		if seen != nil && !seen[name] {
			f.Wrong(n, yamldoc.Join(at, name), "missing: expected %s with %s", at, strings.Join(names, ", "))
		}
	}
}

func (f *file) tls(n ast.Node, at string) {
	t := &f.t.TLS
	there := func(name string, to *string) yamldoc.Field {
		return yamldoc.Named(name, func(n ast.Node, at string) {
			if *to = f.path(f.Text(n, at)); *to == "" {
				return
			}
			if _, err := os.Stat(*to); err != nil {
				f.Wrong(n, at, "the file can't be read: %v", err)
			}
		})
	}
	seen := f.Mapping(n, at, there("cert", &t.CertFile), there("key", &t.KeyFile), there("ca", &t.CAFile), f.Into("serverName", &t.ServerName))
	if seen["cert"] != seen["key"] {
		f.Wrong(n, at, "a client certificate takes both: expected cert and key, or neither")
	}
}

// Patterns of a statement's values.
var (
	mimPattern     = regexp.MustCompile(`^MIM[0-9]{1,2}$`)
	featurePattern = regexp.MustCompile(`^[A-Za-z]+$`)
	versionPattern = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
)

func (f *file) statement(n ast.Node, at string) {
	s := &f.t.Statement
	matching := func(name string, to *[]string, pattern *regexp.Regexp, expected string) yamldoc.Field {
		return yamldoc.Named(name, func(n ast.Node, at string) {
			*to = f.Texts(n, at)
			for i, v := range *to {
				if !pattern.MatchString(v) {
					f.Wrong(n, fmt.Sprintf("%s[%d]", at, i), "expected %s, seen %q", expected, v)
				}
			}
		})
	}
	f.Mapping(n, at,
		f.Into("baseline", &s.Baseline),
		matching("mims", &s.MIMs, mimPattern, "a MIM such as MIM1"),
		matching("features", &s.Features, featurePattern, "the name of a feature such as temporal"),
		yamldoc.Named("specVersion", func(n ast.Node, at string) {
			if yamldoc.Kind(n) == "a number" {
				f.Wrong(n, at, "expected a version with three parts such as 1.6.1, seen a number")
				return
			}
			if s.SpecVersion = f.Text(n, at); s.SpecVersion != "" && !versionPattern.MatchString(s.SpecVersion) {
				f.Wrong(n, at, "expected a version of ETSI GS CIM 009 such as 1.6.1, seen %q", s.SpecVersion)
			}
		}),
		yamldoc.Named("types", func(n ast.Node, at string) { s.Types = f.names(n, at) }),
		yamldoc.Named("profiles", func(n ast.Node, at string) { s.Profiles = f.names(n, at) }),
		yamldoc.Named("places", func(n ast.Node, at string) {
			members, _ := f.Members(n, at)
			s.Places = make(map[string]Place, len(members))
			for _, m := range members {
				s.Places[m.Name] = f.place(m.Value, yamldoc.Join(at, m.Name))
			}
		}),
	)
}

// names reads texts by name.
func (f *file) names(n ast.Node, at string) map[string]string {
	members, _ := f.Members(n, at)
	all := make(map[string]string, len(members))
	for _, m := range members {
		all[m.Name] = f.Text(m.Value, yamldoc.Join(at, m.Name))
	}
	return all
}

// maxTolerance is how far apart a feature and its entity may be said to be, in metres.
const maxTolerance = 10_000

func (f *file) place(n ast.Node, at string) Place {
	p := NewPlace("")
	seen := f.Mapping(n, at,
		f.Into("type", &p.Type),
		yamldoc.Named("id", func(n ast.Node, at string) {
			if p.ID = f.Text(n, at); p.ID != "" && !placeholder.MatchString(p.ID) {
				f.Wrong(n, at, "expected an id with {id} for that of the feature, or {NAME} for one of its properties")
			}
		}),
		f.Into("geometry", &p.Geometry),
		yamldoc.Named("properties", func(n ast.Node, at string) { p.Properties = f.names(n, at) }),
		yamldoc.Named("tolerance", func(n ast.Node, at string) { p.Tolerance = f.Number(n, at, 0.001, maxTolerance) }),
	)
	f.need(n, at, seen, "type")
	return p
}

// placeholder is what stands for a part of an id.
var placeholder = regexp.MustCompile(`\{[^{}]+\}`)

// Bounds of politeness.
const (
	maxRate        = 10_000
	maxConcurrency = 256
	minBody        = 1 << 10
	maxBody        = 1 << 30
)

func (f *file) politeness(n ast.Node, at string) {
	p := &f.t.Polite
	f.Mapping(n, at,
		yamldoc.Named("rate", func(n ast.Node, at string) { p.Rate = f.Number(n, at, 0.01, maxRate) }),
		yamldoc.Named("concurrency", func(n ast.Node, at string) { p.Concurrency = int(f.Whole(n, at, 1, maxConcurrency)) }),
		yamldoc.Named("queryPost", func(n ast.Node, at string) { p.QueryPOST = f.Flag(n, at) }),
		yamldoc.Named("maxBody", func(n ast.Node, at string) { p.MaxBody = f.Whole(n, at, minBody, maxBody) }),
	)
}
