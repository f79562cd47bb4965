package mim6

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Where the rules of metadata stand.
const (
	discovery = "OpenID Connect Discovery 1.0, "
	rfc8414   = "RFC 8414, "
)

func metadataChecks() []Check {
	return slices.Concat([]Check{
		{
			ID: "mim6.metadata.document.there", Title: "The provider's metadata are a JSON object below the issuer, at /.well-known/openid-configuration",
			Clause: discovery + "4.2", Fault: "identity.metadata.text",
			Body: func(t *T) {
				r, _ := metadata(t)
				t.Expect(r).To(HaveMediaType("application/json"))
			},
		},
		{
			ID: "mim6.metadata.issuer.same", Title: "The issuer is the address that the metadata were found below, character by character",
			Clause: discovery + "4.3", Fault: "identity.metadata.other-issuer",
			Body: func(t *T) {
				r, m := metadata(t)
				issuer, _ := m["issuer"].(string)
				// target.yaml gives the address without a slash at its end
				t.Holds(r, strings.TrimSuffix(issuer, "/") == t.Env.Endpoints[probe.OpenID], "the issuer is %q, expected %s", issuer, t.Env.Endpoints[probe.OpenID])
			},
		},
		{
			ID: "mim6.metadata.issuer.form", Title: "The issuer is an https URL without query and fragment",
			Clause: discovery + "3", Fault: "identity.metadata.issuer-query",
			Body: func(t *T) {
				r, m := metadata(t)
				issuer, _ := m["issuer"].(string)
				t.Holds(r, secure(issuer) && !strings.ContainsAny(issuer, "?#"), "the issuer is %q", issuer)
			},
		},
		{
			ID: "mim6.metadata.responseTypes.there", Title: "The metadata list the response types that the provider knows",
			Clause: discovery + "3", Fault: "identity.metadata.no-response-types",
			Body: func(t *T) {
				r, m := metadata(t)
				all, list := texts(m["response_types_supported"])
				t.Holds(r, list && len(all) > 0, "response_types_supported is no list of texts with at least one")
			},
		},
		{
			ID: "mim6.metadata.subjectTypes.known", Title: "The subject types are pairwise, public or both",
			Clause: discovery + "3", Fault: "identity.metadata.odd-subject-type",
			Body: func(t *T) {
				r, m := metadata(t)
				all, list := texts(m["subject_types_supported"])
				t.Holds(r, list && len(all) > 0, "subject_types_supported is no list of texts with at least one")
				for _, s := range all {
					t.Holds(r, s == "pairwise" || s == "public", "the subject type %q is neither pairwise nor public", s)
				}
			},
		},
		{
			ID: "mim6.metadata.signing.rs256", Title: "The algorithms that ID tokens can be signed by include RS256",
			Requirements: signed, Clause: discovery + "3", Fault: "identity.metadata.no-rs256",
			Body: func(t *T) {
				r, m := metadata(t)
				all, _ := texts(m["id_token_signing_alg_values_supported"])
				t.Holds(r, slices.Contains(all, "RS256"), "id_token_signing_alg_values_supported lacks RS256")
			},
		},
		{
			ID: "mim6.metadata.signing.none", Title: "Clients cannot prove who they are by a token without signature: none is no algorithm at the token, introspection and revocation endpoints",
			Requirements: signed, Clause: rfc8414 + "2", Fault: "identity.metadata.none",
			Body: func(t *T) {
				r, m := metadata(t)
				for _, endpoint := range []string{"token", "introspection", "revocation"} {
					name := endpoint + "_endpoint_auth_signing_alg_values_supported"
					all, _ := texts(m[name])
					t.Holds(r, !slices.Contains(all, "none"), "%s has none", name)
				}
			},
		},
		{
			ID: "mim6.metadata.signing.named", Title: "Where clients prove who they are by signed tokens, the metadata list the algorithms",
			Requirements: signed, Clause: rfc8414 + "2", Fault: "identity.metadata.jwt-without-algorithms",
			Body: func(t *T) {
				r, m := metadata(t)
				for _, endpoint := range []string{"token", "introspection", "revocation"} {
					methods, _ := texts(m[endpoint+"_endpoint_auth_methods_supported"])
					if !slices.Contains(methods, "private_key_jwt") && !slices.Contains(methods, "client_secret_jwt") {
						continue
					}
					all, _ := texts(m[endpoint+"_endpoint_auth_signing_alg_values_supported"])
					t.Holds(r, len(all) > 0, "the %s endpoint takes signed tokens and %s_endpoint_auth_signing_alg_values_supported is not there", endpoint, endpoint)
				}
			},
		},
		{
			ID: "mim6.metadata.scopes.openid", Title: "The scopes, where they are listed, include openid",
			Clause: discovery + "3", Fault: "identity.metadata.no-openid-scope",
			Body: func(t *T) {
				r, m := metadata(t)
				if m["scopes_supported"] == nil {
					t.Inapplicable("the provider does not list its scopes, which is optional")
				}
				all, _ := texts(m["scopes_supported"])
				t.Holds(r, slices.Contains(all, "openid"), "scopes_supported lacks openid")
			},
		},
		{
			ID: "mim6.metadata.pkce.s256", Title: "A provider that gives codes takes proof keys, by the method S256",
			Requirements: signed, Clause: "RFC 7636, 4.2", Fault: "identity.metadata.plain-pkce",
			Body: func(t *T) {
				r, m := metadata(t)
				types, _ := texts(m["response_types_supported"])
				if !slices.ContainsFunc(types, func(s string) bool { return slices.Contains(strings.Fields(s), "code") }) {
					t.Inapplicable("the provider gives no codes")
				}
				if m["code_challenge_methods_supported"] == nil { // RFC 9700, 2.1.1, leaves room to tell it in another way
					t.CantTell("the metadata do not say whether the provider takes proof keys: code_challenge_methods_supported would")
				}
				all, _ := texts(m["code_challenge_methods_supported"])
				t.Holds(r, slices.Contains(all, "S256"), "code_challenge_methods_supported lacks S256")
			},
		},
		{
			ID: "mim6.metadata.lists.filled", Title: "A list without an item is left out of the metadata",
			Clause: discovery + "4.2", Fault: "identity.metadata.empty-list",
			Body: func(t *T) {
				r, m := metadata(t)
				for name, value := range InOrder(m) {
					list, is := value.([]any)
					t.Holds(r, !is || len(list) > 0, "%s is an empty list", name)
				}
			},
		},
		{
			ID: "mim6.metadata.oauth.issuer", Title: "The metadata by RFC 8414, where they are there, are of the same issuer",
			Clause: rfc8414 + "3.3", Fault: "identity.oauth-metadata.other-issuer",
			Body: func(t *T) {
				base, err := url.Parse(t.Env.Endpoints[probe.OpenID])
				if err != nil {
					t.CantTell("the address of the endpoint %s can't be read", probe.OpenID)
				}
				r := t.GET("/.well-known/oauth-authorization-server"+strings.TrimSuffix(base.EscapedPath(), "/"), FromRoot(), Anonymous(), AnyMedia(), Expecting(http.StatusUnauthorized, http.StatusForbidden))
				if r.Status != http.StatusOK {
					t.Inapplicable("the provider has no metadata by RFC 8414 (status %d), which are optional", r.Status)
				}
				issuer, _ := t.Object(r)["issuer"].(string)
				t.Holds(r, strings.TrimSuffix(issuer, "/") == t.Env.Endpoints[probe.OpenID], "the issuer is %q, expected %s", issuer, t.Env.Endpoints[probe.OpenID])
			},
		},
	}, []Check{
		address("authorizationEndpoint", "authorization_endpoint", "address at which people sign in", "identity.metadata.no-authorization-endpoint"),
		address("tokenEndpoint", "token_endpoint", "address that gives tokens", "identity.metadata.plain-token-endpoint"),
		address("jwksUri", "jwks_uri", "address of the keys", "identity.metadata.no-keys"),
	})
}

// address is the check of an address that the metadata have to give.
func address(id, member, words, fault string) Check {
	return Check{
		ID: "mim6.metadata.address." + id, Title: "The metadata give the " + words + ", an https URL without a fragment",
		Clause: discovery + "3", Fault: fault,
		Body: func(t *T) {
			r, m := metadata(t)
			if types, _ := texts(m["response_types_supported"]); member == "token_endpoint" && len(types) > 0 &&
				!slices.ContainsFunc(types, func(s string) bool { return slices.Contains(strings.Fields(s), "code") }) && m[member] == nil {
				t.Inapplicable("the provider gives tokens by the implicit flow only, which has no such address")
			}
			s, _ := m[member].(string)
			t.Holds(r, secure(s) && !strings.Contains(s, "#"), "%s is %q", member, s)
		},
	}
}

// secure says whether s is an absolute https URL.
func secure(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != ""
}
