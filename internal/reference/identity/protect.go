package identity

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/reply"
)

// bearer is the token of a request (RFC 6750, 2.1); empty when it has none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// challenge refuses a request for its token, or the lack of one (RFC 6750, 3).
func challenge(w http.ResponseWriter, status int, parameters string) {
	value := `Bearer realm="reference city platform"`
	if parameters != "" {
		value += ", " + parameters
	}
	w.Header().Set("WWW-Authenticate", value)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"type":"about:blank","title":"` + http.StatusText(status) + `","status":` + map[int]string{401: "401", 403: "403"}[status] + "}\n")) // the client may be gone
}

// admitted is what the request's token says. It answers itself, and gives nil, without one
// that is good.
func (p *Platform) admitted(w http.ResponseWriter, r *http.Request) *claims {
	token := bearer(r)
	if token == "" {
		challenge(w, http.StatusUnauthorized, "")
		return nil
	}
	said := p.read(token, Protected)
	if said == nil {
		challenge(w, http.StatusUnauthorized, `error="invalid_token"`)
	}
	return said
}

// protect gives data to those who may see them.
func (p *Platform) protect(w http.ResponseWriter, r *http.Request) {
	said := p.admitted(w, r)
	switch {
	case said == nil:
	case !slices.Contains(strings.Fields(said.Scope), ScopeRead):
		challenge(w, http.StatusForbidden, `error="insufficient_scope", scope="`+ScopeRead+`"`)
	case said.Tenant != r.Header.Get(ngsild.HeaderTenant):
		challenge(w, http.StatusForbidden, `error="insufficient_scope"`)
	default:
		below, err := url.Parse("/ngsi-ld/v1" + strings.TrimPrefix(r.URL.EscapedPath(), Protected))
		if err != nil {
			reply.JSON(w, http.StatusBadRequest, object{"error": "invalid_request"})
			return
		}
		to := r.Clone(r.Context())
		to.URL.Path, to.URL.RawPath = below.Path, below.RawPath
		p.data.ServeHTTP(w, to)
	}
}

// userinfo tells who the token is of (OpenID Connect Core 1.0, 5.3).
func (p *Platform) userinfo(w http.ResponseWriter, r *http.Request) {
	said := p.admitted(w, r)
	switch {
	case said == nil:
	case !slices.Contains(strings.Fields(said.Scope), ScopeOpenID):
		challenge(w, http.StatusForbidden, `error="insufficient_scope", scope="`+ScopeOpenID+`"`)
	default:
		reply.JSON(w, http.StatusOK, object{"sub": said.Subject})
	}
}
