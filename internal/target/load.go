package target

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/net/http/httpguts"
)

// maxFile is the largest target.yaml that is read, in bytes.
const maxFile = 64 << 10

// Load reads a target.yaml, as schemas/target.schema.json describes it, and the
// secrets that it names. Every problem is told, each as *Error, joined.
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
		return nil, &Error{File: path, Message: fmt.Sprintf("the file is larger than %d bytes: expected a target.yaml as the README shows it", maxFile)}
	}
	return read(path, b)
}

// read reads the bytes of the target.yaml at path.
func read(path string, b []byte) (*Target, error) {
	f := &file{document: document{file: path}, dir: filepath.Dir(path)}
	if body := f.parse(b); body != nil {
		f.root(body)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return &f.t, nil
}

// file is a target.yaml while it is read.
type file struct {
	document
	dir string
	t   Target
}

func (f *file) root(n ast.Node) {
	t := &f.t
	seen := f.mapping(n, "",
		f.into("name", &t.Name),
		field{"endpoints", f.endpoints},
		field{"tenant", func(n ast.Node, at string) {
			if t.Tenant = f.text(n, at); !httpguts.ValidHeaderFieldValue(t.Tenant) {
				f.wrong(n, at, "expected one line of text, as a header can carry it")
			}
		}},
		field{"headers", f.headers},
		field{"context", func(n ast.Node, at string) { t.Context = f.address(n, at) }},
		field{"auth", f.auth},
		field{"tls", f.tls},
		field{"statement", f.statement},
		field{"politeness", f.politeness},
		field{"models", func(n ast.Node, at string) {
			for _, p := range f.texts(n, at) {
				t.Models = append(t.Models, f.path(p))
			}
		}},
	)
	if seen != nil && !seen["endpoints"] {
		f.wrong(n, "endpoints", "missing: expected endpoints, with ngsi-ld and its url")
	}
	for _, name := range []string{NGSILD, OGCFeatures} {
		if u, err := httpURL(t.Endpoints[name]); err == nil && t.Name == "" {
			t.Name = u.Host
		}
	}
}

func (f *file) endpoints(n ast.Node, at string) {
	f.t.Endpoints = map[string]string{}
	seen := f.mapping(n, at, f.endpoint(NGSILD, ngsildBase), f.endpoint(OGCFeatures, baseURL))
	if seen != nil && len(seen) == 0 {
		f.wrong(n, at, "expected at least one endpoint: ngsi-ld, with its url")
	}
}

// endpoint reads the address of one API, of which base makes its base URL.
func (f *file) endpoint(name string, base func(raw string) (string, error)) field {
	return field{name, func(n ast.Node, at string) {
		seen := f.mapping(n, at, field{"url", func(n ast.Node, at string) {
			s := f.text(n, at)
			if s == "" {
				return
			}
			u, err := base(s)
			if err != nil {
				f.wrong(n, at, "%v", err)
			}
			f.t.Endpoints[name] = u
		}})
		f.need(n, at, seen, "url")
	}}
}

// address reads an http or https URL.
func (f *file) address(n ast.Node, at string) string {
	s := f.text(n, at)
	if s == "" {
		return ""
	}
	u, err := httpURL(s)
	if err != nil {
		f.wrong(n, at, "%v", err)
		return ""
	}
	return u.String()
}

// secretHeader matches names of header fields that hold secrets.
var secretHeader = regexp.MustCompile(`(?i)^(proxy-)?authorization$|^cookie$|token|secret|password|api-?key`)

func (f *file) headers(n ast.Node, at string) {
	members, ok := f.members(n, at)
	if !ok {
		return
	}
	f.t.Header = map[string]string{}
	for _, m := range members {
		at := join(at, m.name)
		switch {
		case !httpguts.ValidHeaderFieldName(m.name):
			f.wrong(m.key, at, "expected the name of a header field: letters, digits and -")
			continue
		case strings.EqualFold(m.name, "NGSILD-Tenant"):
			f.wrong(m.key, at, "the tenant has a field of its own: write tenant, beside headers")
			continue
		case slices.Contains([]string{"host", "content-length", "content-type", "accept", "transfer-encoding", "connection", "te", "trailer", "upgrade"}, strings.ToLower(m.name)):
			f.wrong(m.key, at, "this header belongs to each single request: leave it out")
			continue
		}
		isSecret := kind(m.value) == "fields with values" || secretHeader.MatchString(m.name)
		var value string
		if isSecret {
			value = f.secret(m.value, at)
			f.t.SecretHeaders = append(f.t.SecretHeaders, m.name)
		} else {
			value = f.text(m.value, at)
		}
		if !httpguts.ValidHeaderFieldValue(value) {
			f.wrong(m.value, at, "expected one line of text, as a header can carry it")
		}
		f.t.Header[m.name] = value
	}
	slices.Sort(f.t.SecretHeaders)
}

func (f *file) auth(n ast.Node, at string) {
	a := &f.t.Auth
	seen := f.mapping(n, at,
		field{"bearer", func(n ast.Node, at string) { a.Bearer = f.secret(n, at) }},
		field{"apiKey", func(n ast.Node, at string) {
			in := f.mapping(n, at, f.into("header", &a.APIKey.Header), f.into("query", &a.APIKey.Query),
				field{"value", func(n ast.Node, at string) { a.APIKey.Value = f.secret(n, at) }})
			f.need(n, at, in, "value")
			if in != nil && in["header"] == in["query"] {
				f.wrong(n, at, "expected either header or query, with the name under which the key is sent")
			}
			if a.APIKey.Header != "" && !httpguts.ValidHeaderFieldName(a.APIKey.Header) {
				f.wrong(n, join(at, "header"), "expected the name of a header field: letters, digits and -")
			}
		}},
		field{"basic", func(n ast.Node, at string) {
			in := f.mapping(n, at, f.into("user", &a.Basic.User),
				field{"password", func(n ast.Node, at string) { a.Basic.Password = f.secret(n, at) }})
			f.need(n, at, in, "user", "password")
			if strings.Contains(a.Basic.User, ":") {
				f.wrong(n, join(at, "user"), "a user name of Basic authentication can't hold a colon (RFC 7617)")
			}
		}},
		field{"oauth2", func(n ast.Node, at string) {
			o := &a.OAuth2
			in := f.mapping(n, at,
				field{"tokenUrl", func(n ast.Node, at string) { o.TokenURL = f.address(n, at) }},
				f.into("clientId", &o.ClientID),
				field{"clientSecret", func(n ast.Node, at string) { o.ClientSecret = f.secret(n, at) }},
				field{"scopes", func(n ast.Node, at string) { o.Scopes = f.texts(n, at) }})
			f.need(n, at, in, "tokenUrl", "clientId", "clientSecret")
		}},
	)
	if seen != nil && len(seen) != 1 {
		f.wrong(n, at, "expected one of bearer, apiKey, basic and oauth2, seen %d of them", len(seen))
	}
}

// need tells which fields are missing; seen is nil when that was told before.
func (f *file) need(n ast.Node, at string, seen map[string]bool, names ...string) {
	for _, name := range names {
		if seen != nil && !seen[name] {
			f.wrong(n, join(at, name), "missing: expected %s with %s", at, strings.Join(names, ", "))
		}
	}
}

func (f *file) tls(n ast.Node, at string) {
	t := &f.t.TLS
	there := func(name string, to *string) field {
		return field{name, func(n ast.Node, at string) {
			if *to = f.path(f.text(n, at)); *to == "" {
				return
			}
			if _, err := os.Stat(*to); err != nil {
				f.wrong(n, at, "the file can't be read: %v", err)
			}
		}}
	}
	seen := f.mapping(n, at, there("cert", &t.CertFile), there("key", &t.KeyFile), there("ca", &t.CAFile), f.into("serverName", &t.ServerName))
	if seen["cert"] != seen["key"] {
		f.wrong(n, at, "a client certificate takes both: expected cert and key, or neither")
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
	matching := func(name string, to *[]string, pattern *regexp.Regexp, expected string) field {
		return field{name, func(n ast.Node, at string) {
			*to = f.texts(n, at)
			for i, v := range *to {
				if !pattern.MatchString(v) {
					f.wrong(n, fmt.Sprintf("%s[%d]", at, i), "expected %s, seen %q", expected, v)
				}
			}
		}}
	}
	f.mapping(n, at,
		f.into("baseline", &s.Baseline),
		matching("mims", &s.MIMs, mimPattern, "a MIM such as MIM1"),
		matching("features", &s.Features, featurePattern, "the name of a feature such as temporal"),
		field{"specVersion", func(n ast.Node, at string) {
			if kind(n) == "a number" {
				f.wrong(n, at, "expected a version with three parts such as 1.6.1, seen a number")
				return
			}
			if s.SpecVersion = f.text(n, at); s.SpecVersion != "" && !versionPattern.MatchString(s.SpecVersion) {
				f.wrong(n, at, "expected a version of ETSI GS CIM 009 such as 1.6.1, seen %q", s.SpecVersion)
			}
		}},
		field{"types", func(n ast.Node, at string) {
			members, _ := f.members(n, at)
			s.Types = make(map[string]string, len(members))
			for _, m := range members {
				s.Types[m.name] = f.text(m.value, join(at, m.name))
			}
		}},
	)
}

// Bounds of politeness.
const (
	maxRate        = 10_000
	maxConcurrency = 256
	minBody        = 1 << 10
	maxBody        = 1 << 30
)

func (f *file) politeness(n ast.Node, at string) {
	p := &f.t.Polite
	f.mapping(n, at,
		field{"rate", func(n ast.Node, at string) { p.Rate = f.number(n, at, 0.01, maxRate) }},
		field{"concurrency", func(n ast.Node, at string) { p.Concurrency = int(f.whole(n, at, 1, maxConcurrency)) }},
		field{"queryPost", func(n ast.Node, at string) { p.QueryPOST = f.flag(n, at) }},
		field{"maxBody", func(n ast.Node, at string) { p.MaxBody = f.whole(n, at, minBody, maxBody) }},
	)
}
