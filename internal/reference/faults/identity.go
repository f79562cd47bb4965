package faults

import (
	"net/http"
	"slices"

	"github.com/oasc/mimcheck/internal/reference/identity"
)

// security is the faults of the provider, of the point before protected data, and of how
// the platform listens.
func security() []Fault {
	return slices.Concat(providerMetadata(), providerKeys(), providerTokens(), signingIn(), protectedData(), transport())
}

// atProvider matches a path below the provider's issuer.
func atProvider(method, below string) Match {
	return func(r *http.Request) bool { return r.Method == method && r.URL.Path == identity.Base+below }
}

// listing is a change of the lists that an object has.
func listing(member string, change func(list []any) []any) func(o object) {
	return func(o object) { o[member] = change(itemsOf(o[member])) }
}

func providerMetadata() []Fault {
	on := atProvider(http.MethodGet, "/.well-known/openid-configuration")
	wrong := func(name, summary string, change func(o object)) Fault {
		return Fault{Name: "identity.metadata." + name, Summary: summary, On: on, Answer: answered(change)}
	}
	set := func(member string, value any) func(o object) { return func(o object) { o[member] = value } }
	return []Fault{
		{Name: "identity.metadata.text", Summary: "The provider's metadata come as plain text.", On: on, Answer: func(_ *http.Request, a *Answer) { a.Header.Set("Content-Type", "text/plain") }},
		wrong("other-issuer", "The issuer has another path than the metadata were found below.", func(o object) { o["issuer"] = wordOf(o["issuer"]) + "/other" }),
		wrong("issuer-query", "The issuer has a query.", func(o object) { o["issuer"] = wordOf(o["issuer"]) + "?realm=city" }),
		wrong("no-response-types", "The metadata list no response types.", losing("response_types_supported")),
		wrong("odd-subject-type", "The metadata list a subject type that nobody knows.", set("subject_types_supported", []any{"public", "secret"})),
		wrong("no-rs256", "ID tokens can be signed by ES256 only.", set("id_token_signing_alg_values_supported", []any{"ES256"})),
		wrong("none", "Clients may send tokens without a signature to prove who they are.", set("token_endpoint_auth_signing_alg_values_supported", []any{"RS256", "none"})),
		wrong("jwt-without-algorithms", "Clients may prove who they are by signed tokens, and nobody says by which algorithms.",
			listing("token_endpoint_auth_methods_supported", func(list []any) []any { return append(list, "private_key_jwt") })),
		wrong("no-openid-scope", "The scopes lack openid.", listing("scopes_supported", func(list []any) []any {
			return slices.DeleteFunc(list, func(v any) bool { return v == "openid" })
		})),
		wrong("plain-pkce", "Proof keys are taken as they are only.", set("code_challenge_methods_supported", []any{"plain"})),
		wrong("empty-list", "The metadata have an empty list.", set("claims_supported", []any{})),
		wrong("no-authorization-endpoint", "The metadata do not say where people sign in.", losing("authorization_endpoint")),
		wrong("plain-token-endpoint", "The token endpoint is at an http URL.", func(o object) { o["token_endpoint"] = "http" + wordOf(o["token_endpoint"])[len("https"):] }),
		wrong("no-keys", "The metadata do not say where the keys are.", losing("jwks_uri")),
		{Name: "identity.oauth-metadata.other-issuer", Summary: "The metadata by RFC 8414 are of another issuer.",
			On: func(r *http.Request) bool {
				return r.Method == http.MethodGet && r.URL.Path == "/.well-known/oauth-authorization-server"+identity.Base
			},
			Answer: answered(func(o object) { o["issuer"] = wordOf(o["issuer"]) + "/other" })},
	}
}

func providerKeys() []Fault {
	on := atProvider(http.MethodGet, "/keys")
	wrong := func(name, summary string, change func(k object)) Fault {
		return Fault{Name: "identity.keys." + name, Summary: summary, On: on, Answer: answered(func(o object) {
			for _, k := range objects(o["keys"]) {
				change(k)
			}
		})}
	}
	of := func(kind string, change func(k object)) func(k object) {
		return func(k object) {
			if k["kty"] == kind {
				change(k)
			}
		}
	}
	return []Fault{
		{Name: "identity.keys.bare", Summary: "The keys are an array without an object around it.", On: on, Answer: func(_ *http.Request, a *Answer) {
			if o, is := decode(a.Body).(object); is {
				a.Body = encode(o["keys"])
			}
		}},
		wrong("private", "The keys of curves come with their private part.", of("EC", func(k object) { k["d"] = k["x"] })),
		wrong("use-of-one", "A key is to encrypt by, and the others do not say what they are for.", func(k object) {
			if delete(k, "use"); k["kty"] == "RSA" {
				k["use"] = "enc"
			}
		}),
		{Name: "identity.keys.same-name", Summary: "The first key is there twice, with different algorithms.", On: on, Answer: answered(func(o object) {
			if all := objects(o["keys"]); len(all) > 0 {
				o["keys"] = append(itemsOf(o["keys"]), object{"kty": all[0]["kty"], "kid": all[0]["kid"], "alg": "ES512", "crv": all[0]["crv"], "x": all[0]["x"], "y": all[0]["y"], "use": "sig"})
			}
		})},
		wrong("none-to-sign", "All keys are to encrypt by.", func(k object) { k["use"] = "enc" }),
		wrong("no-exponent", "RSA keys have no exponent.", of("RSA", func(k object) { delete(k, "e") })),
		wrong("short", "RSA keys have 1024 bits.", of("RSA", func(k object) { k["n"] = wordOf(k["n"])[:171] })),
		wrong("cut-coordinate", "Leading octets of coordinates are left out.", of("EC", func(k object) { k["x"] = wordOf(k["x"])[4:] })),
	}
}

// wordOf is the text that v is.
func wordOf(v any) string {
	s, _ := v.(string)
	return s
}
