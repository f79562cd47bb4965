// Package weblink reads the links of Link header fields (RFC 8288).
package weblink

import (
	"net/http"
	"slices"
	"strings"
)

// Link is one link of Link headers (RFC 8288): its target as sent, which may be
// relative, and its parameters by lower-case name.
type Link struct {
	Target string
	Params map[string]string
}

// Rels are the link's relation types, in lower case.
func (l Link) Rels() []string { return strings.Fields(strings.ToLower(l.Params["rel"])) }

// Read reads all links of the Link headers. What is no link is left out, as RFC
// 8288, appendix B.2, asks of a reader; of a repeated parameter the first counts.
func Read(h http.Header) []Link {
	var links []Link
	for _, value := range h.Values("Link") {
		for rest := value; ; {
			begin := strings.IndexByte(rest, '<')
			if begin < 0 {
				break
			}
			rest = rest[begin+1:]
			end := strings.IndexByte(rest, '>')
			if end < 0 {
				break
			}
			l := Link{Target: strings.TrimSpace(rest[:end])}
			l.Params, rest = linkParams(rest[end+1:])
			links = append(links, l)
		}
	}
	return links
}

// linkParams reads parameters up to the comma that ends a link and returns what
// follows it. Each begins with a semicolon: without one, what follows the target is no
// parameter, and the link has no relation (RFC 8288, appendix B.3).
func linkParams(s string) (params map[string]string, rest string) {
	params = map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t")
		if s == "" || s[0] == ',' {
			return params, strings.TrimPrefix(s, ",")
		}
		if s[0] != ';' {
			return params, s
		}
		if s = strings.TrimLeft(s[1:], " \t"); s == "" || s[0] == ';' || s[0] == ',' {
			continue
		}
		end := strings.IndexAny(s, "=;,")
		if end < 0 {
			end = len(s)
		}
		name, value := strings.ToLower(strings.TrimSpace(s[:end])), ""
		s = s[end:]
		if strings.HasPrefix(s, "=") {
			value, s = linkValue(strings.TrimLeft(s[1:], " \t"))
		}
		if _, repeated := params[name]; name != "" && !repeated {
			params[name] = value
		}
	}
}

// linkValue reads a token or a quoted string.
func linkValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ";,")
		if end < 0 {
			end = len(s)
		}
		return strings.TrimSpace(s[:end]), s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// To is the first link with the relation type.
func To(h http.Header, rel string) (Link, bool) {
	links := Read(h)
	i := slices.IndexFunc(links, func(l Link) bool { return slices.Contains(l.Rels(), strings.ToLower(rel)) })
	if i < 0 {
		return Link{}, false
	}
	return links[i], true
}
