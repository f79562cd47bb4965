package probe

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func TestVerified(t *testing.T) {
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	signed := func(algorithm jose.SignatureAlgorithm, by any) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: by}, nil)
		if err != nil {
			t.Fatal(err)
		}
		made, err := signer.Sign([]byte(`{"sub":"app"}`))
		if err != nil {
			t.Fatal(err)
		}
		token, err := made.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	own, other := key(), key()
	set := func(keys ...any) []byte {
		b, err := json.Marshal(map[string]any{"keys": keys})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	public := func(k *ecdsa.PrivateKey) any { return jose.JSONWebKey{Key: k.Public()} }
	token := signed(jose.ES256, own)
	altered := token[:len(token)-10] + "A" + token[len(token)-9:]
	if altered == token {
		altered = token[:len(token)-10] + "B" + token[len(token)-9:]
	}
	for _, c := range []struct {
		name, token string
		keys        []byte
		yes, told   bool
	}{
		{"its key", token, set(public(own)), true, true},
		{"its key among others", token, set(public(other), map[string]string{"kty": "unheard-of"}, public(own)), true, true},
		{"another key", token, set(public(other)), false, true},
		{"altered", altered, set(public(own)), false, true},
		{"no key", token, set(), false, false},
		{"a key that nobody knows", token, set(map[string]string{"kty": "unheard-of"}), false, false},
		{"no keys", token, []byte("none"), false, false},
		{"a secret", signed(jose.HS256, make([]byte, 32)), set(public(own)), false, false},
		{"no token", "none", set(public(own)), false, false},
	} {
		if yes, err := verified(c.token, c.keys); yes != c.yes || (err == nil) != c.told {
			t.Errorf("%s: %v (%v)", c.name, yes, err)
		}
	}
}
