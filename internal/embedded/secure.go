package embedded

import (
	"crypto/rand"
	"net"
	"net/http"

	"github.com/oasc/mimcheck/internal/reference/identity"
	"github.com/oasc/mimcheck/internal/target"
)

// cityClients are the programs that the reference platform knows, by what checks call
// them. Their secrets are new with each start.
func cityClients() map[string]identity.Client {
	client := func(id, tenant string, scopes ...string) identity.Client {
		return identity.Client{ID: id, Secret: rand.Text(), Scopes: scopes, Tenant: tenant}
	}
	outsider := client("library-app", "", identity.ScopeRead)
	outsider.Audience = "/library"
	return map[string]identity.Client{
		target.Reader:   client("parking-app", "", identity.ScopeRead),
		target.Limited:  client("status-page", "", identity.ScopeStatus),
		target.Stranger: client("harbour-app", "harbour", identity.ScopeRead),
		target.Outsider: outsider,
		target.Code:     {ID: "city-guide", Scopes: []string{identity.ScopeOpenID, identity.ScopeRead}, Redirect: "https://guide.example.org/signed-in"},
	}
}

// cityUser is somebody who can sign in, with a password that is new with each start.
func cityUser() identity.User { return identity.User{Name: "ana", Password: rand.Text()} }

// signIn is what checks know of the client that people sign in for.
func signIn(c identity.Client) *target.SignIn {
	return &target.SignIn{ClientID: c.ID, Public: c.Secret == "", Redirect: c.Redirect, User: "username", Password: "password"}
}

// hostOf is the address that the listener is at, with a free port.
func hostOf(l net.Listener) string {
	host, _, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "127.0.0.1:0" // not reached: addresses of TCP have a port
	}
	return net.JoinHostPort(host, "0")
}

// strict tells who came by TLS to come in no other way (RFC 6797, 7.1 and 7.2).
func strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
