// Package identity is the part of the reference city platform that knows who is who: an
// authorization server (RFC 6749) that is an OpenID provider, too (OpenID Connect Core and
// Discovery 1.0), and the point that lets only those who have a token of it to protected
// data. It shares nothing with the checks.
package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/oasc/mimcheck/internal/reference/reply"
)

// Where the platform's parts are.
const (
	// Base is the path of the issuer.
	Base = "/identity"
	// Protected is the path below which data are given to those with a token only.
	Protected = "/protected"
	// oauthMetadata is the path of the metadata by RFC 8414, 3.1: the well-known part comes
	// before the path of the issuer.
	oauthMetadata = "/.well-known/oauth-authorization-server" + Base
)

// Client is a program that may get tokens.
type Client struct {
	ID       string
	Secret   string   // empty for a public client, such as a page in a browser
	Scopes   []string // that it may ask for
	Tenant   string   // whose data it may see; empty for the default one
	Audience string   // path of the data that its tokens are for; empty for Protected
	Redirect string   // where those who signed in are sent back to; empty when nobody can
}

// User is somebody who can sign in.
type User struct{ Name, Password string }

// The scopes that clients can have.
const (
	ScopeOpenID = "openid" // to know who has signed in
	ScopeRead   = "read"   // to see protected data
	ScopeStatus = "status" // to see how the platform is; opens no data
)

type object = map[string]any

// Platform is the provider and the point before protected data, an http.Handler for the
// paths that Serves names.
type Platform struct {
	root    string // https://HOST:PORT
	now     func() time.Time
	users   []User
	clients []Client
	data    http.Handler // what is protected
	signing *ecdsa.PrivateKey
	sealing *ecdsa.PrivateKey // what is sent to the provider may be encrypted for it
	rsa     func() (*rsa.PrivateKey, error)
	mux     *http.ServeMux

	mu        sync.Mutex
	revoked   map[string]bool    // by jti
	signIns   kept               // that nobody has answered yet
	codes     kept               // that were given, by code
	refreshed map[string]*family // by refresh token, also those that were used
}

// New makes the provider of the platform at root, where users can sign in for clients.
// Whoever has a token reads data by it, which serves paths below /ngsi-ld/v1. A nil clock
// is the machine's; key gives the RSA key, which is asked for when somebody reads the keys.
func New(root string, clock func() time.Time, key func() (*rsa.PrivateKey, error), data http.Handler, users []User, clients ...Client) (*Platform, error) {
	if clock == nil {
		clock = time.Now
	}
	signing, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	sealing, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &Platform{root: root, now: clock, users: users, clients: clients, data: data, signing: signing, sealing: sealing, mux: http.NewServeMux(),
		revoked: map[string]bool{}, signIns: kept{}, codes: kept{}, refreshed: map[string]*family{}, rsa: key}
	p.mux.HandleFunc("GET "+Base+"/.well-known/openid-configuration", p.metadata)
	p.mux.HandleFunc("GET "+oauthMetadata, p.metadata)
	p.mux.HandleFunc("GET "+Base+"/keys", p.keys)
	p.mux.HandleFunc("POST "+Base+"/token", p.token)
	p.mux.HandleFunc("POST "+Base+"/introspection", p.introspect)
	p.mux.HandleFunc("POST "+Base+"/revocation", p.revoke)
	p.mux.HandleFunc(Base+"/userinfo", p.userinfo)
	p.mux.HandleFunc("GET "+Base+"/authorization", p.authorize)
	p.mux.HandleFunc("POST "+Base+"/authorization", p.authorize)
	p.mux.HandleFunc("POST "+Base+"/sign-in", p.decide)
	p.mux.HandleFunc(Protected+"/", p.protect)
	p.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		reply.JSON(w, http.StatusNotFound, object{"error": "not_found"})
	})
	return p, nil
}

// Serves says whether the path is one of this part of the platform.
func Serves(path string) bool {
	return path == Base || strings.HasPrefix(path, Base+"/") || strings.HasPrefix(path, Protected+"/") || path == oauthMetadata
}

// ServeHTTP serves the provider and the protected data.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

func (p *Platform) issuer() string { return p.root + Base }

// metadata tells what the provider is and can (OpenID Connect Discovery 1.0, 3; RFC 8414, 2).
func (p *Platform) metadata(w http.ResponseWriter, _ *http.Request) {
	i := p.issuer()
	reply.JSON(w, http.StatusOK, object{
		"issuer":                                         i,
		"authorization_endpoint":                         i + "/authorization",
		"token_endpoint":                                 i + "/token",
		"userinfo_endpoint":                              i + "/userinfo",
		"jwks_uri":                                       i + "/keys",
		"introspection_endpoint":                         i + "/introspection",
		"revocation_endpoint":                            i + "/revocation",
		"scopes_supported":                               []string{ScopeOpenID, ScopeRead, ScopeStatus},
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token", "client_credentials"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"RS256", "ES256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post", "none"},
		"introspection_endpoint_auth_methods_supported":  []string{"client_secret_basic", "client_secret_post"},
		"revocation_endpoint_auth_methods_supported":     []string{"client_secret_basic", "client_secret_post", "none"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
		"request_uri_parameter_supported":                false,
	})
}

// The names of the keys.
const (
	keyES256 = "city-es256"
	keyRS256 = "city-rs256"
	keySeal  = "city-seal"
)

// keys are the public keys that tokens are signed with, and what is sent can be encrypted
// by (RFC 7517).
func (p *Platform) keys(w http.ResponseWriter, _ *http.Request) {
	other, err := p.rsa()
	if err != nil {
		http.Error(w, "the keys could not be made", http.StatusInternalServerError)
		return
	}
	reply.JSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: p.signing.Public(), KeyID: keyES256, Algorithm: string(jose.ES256), Use: "sig"},
		{Key: other.Public(), KeyID: keyRS256, Algorithm: string(jose.RS256), Use: "sig"},
		{Key: p.sealing.Public(), KeyID: keySeal, Algorithm: string(jose.ECDH_ES_A256KW), Use: "enc"},
	}})
}

// same compares two secrets in a time that says nothing of them.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// known is the client of the id; nil when there is none.
func (p *Platform) known(id string) *Client {
	for i := range p.clients {
		if p.clients[i].ID == id {
			return &p.clients[i]
		}
	}
	return nil
}
