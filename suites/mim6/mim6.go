// Package mim6 checks what of security can be seen from outside (MIM6): an OpenID
// provider, the tokens that it gives to clients and for those who sign in, data that take
// such a token, and TLS.
package mim6

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// What the checks give evidence for.
var (
	identified = []string{ // who asks is known, by OpenID Connect and OAuth 2.0
		"oasc-2026-06-draft/MIM6/R6", "oasc-2026-06-draft/MIM3/C5.R0", "oasc-2026-06-draft/MIM0/C4-identify"}
	cryptography = []string{"oasc-2026-06-draft/MIM6/R5"} // keys and ciphers are sound
	signed       = slices.Concat(identified, cryptography)
)

type object = map[string]any

// Checks lists the checks of MIM6.
func Checks() []Check {
	return slices.Concat(
		of(FeatureOpenID, []string{probe.OpenID}, metadataChecks(), keyChecks(), strangerChecks()),
		of(FeatureClientCredentials, []string{probe.OpenID}, clientChecks(), jwtChecks()),
		of(FeatureSignIn, []string{probe.OpenID}, authorizationChecks(), codeChecks()),
		of(FeatureSignIn, []string{probe.OpenID, probe.Protected}, confusedChecks()),
		of(FeatureProtectedData, []string{probe.Protected, probe.OpenID}, anonymousChecks(), tokenChecks(), expiredChecks(), queryChecks(), tlsChecks()),
		of(FeatureScopes, []string{probe.Protected, probe.OpenID}, scopeChecks()),
		of(FeatureAudiences, []string{probe.Protected, probe.OpenID}, audienceChecks()),
		of(FeatureHSTS, []string{probe.Protected}, hstsChecks()),
		of(FeatureTenantAccess, []string{probe.Protected, probe.OpenID}, tenantChecks()),
	)
}

// of fills in what is the same for all checks of a feature.
func of(feature Feature, endpoints []string, groups ...[]Check) []Check {
	checks := slices.Concat(groups...)
	for i := range checks {
		c := &checks[i]
		c.Endpoints, c.Feature, c.Needs = endpoints, feature, append([]Need{NeedRead}, c.Needs...)
		if c.Level == "" {
			c.Level = Core
		}
		if c.Requirements == nil {
			c.Requirements = identified
		}
	}
	return checks
}

// below is the path of address at the endpoint's host, for FromRoot. A check that asks for
// what is at another host can't tell: nothing of the target is sent there.
func below(t *T, endpoint, what, address string) string {
	base, err := url.Parse(t.Env.Endpoints[endpoint])
	if err != nil {
		t.CantTell("the address of the endpoint %s can't be read", endpoint)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		t.CantTell("%s is no absolute URL", what)
	}
	if u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) {
		t.CantTell("%s is at %s, and only the host of the endpoint %s (%s) is asked", what, u.Host, endpoint, base.Host)
	}
	return u.RequestURI()
}

// metadata is what the provider says of itself, which has to be there.
func metadata(t *T) (*probe.Response, object) {
	r := t.GET("/.well-known/openid-configuration", Anonymous(), At(probe.OpenID))
	t.Require(r).To(HaveStatus(http.StatusOK), "the provider's metadata")
	return r, t.Object(r)
}

// texts are the strings of a list; false when it is no list of strings.
func texts(v any) ([]string, bool) {
	list, is := v.([]any)
	var all []string
	for _, one := range list {
		s, text := one.(string)
		is = is && text
		all = append(all, s)
	}
	return all, is
}
