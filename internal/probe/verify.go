package probe

import (
	"crypto"
	_ "crypto/sha512" // two of the functions that tokens are hashed by
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/oasc/mimcheck/internal/evidence"
)

// asymmetric are the algorithms by which a provider signs for everybody (RFC 7518, 3.1; RFC 8037).
var asymmetric = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA}

func (w witness) Verified(token string, keys []byte) (bool, error) {
	yes, err := verified(token, keys)
	return w.says(evidence.Verified, yes, err)
}

func (w witness) Hashed(idToken, accessToken string) (bool, error) {
	yes, err := hashed(idToken, accessToken)
	return w.says(evidence.Hashed, yes, err)
}

// says records what the witness found, and why nobody can tell as a replay tells it.
func (w witness) says(kind evidence.EventKind, yes bool, err error) (bool, error) {
	e := evidence.Event{Kind: kind, Yes: yes}
	if err != nil {
		err = errors.New(w.s.redact.clip(err.Error()))
		e.Reason = err.Error()
	}
	w.tape.add(e)
	return yes, err
}

// hashed compares at_hash: the left half of a digest, by the hash function of the
// algorithm that the ID token is signed by, in base64url.
func hashed(idToken, accessToken string) (bool, error) {
	parsed, err := jwt.ParseSigned(idToken, asymmetric)
	if err != nil {
		return false, errors.New("the ID token is no JWT by an algorithm that mimcheck knows")
	}
	var said struct {
		Hash string `json:"at_hash"`
	}
	if err := parsed.UnsafeClaimsWithoutVerification(&said); err != nil {
		return false, errors.New("what the ID token says can't be read")
	}
	algorithm := parsed.Headers[0].Algorithm
	function, known := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[algorithm[max(0, len(algorithm)-3):]]
	if !known {
		return false, fmt.Errorf("%s says not by which function tokens are hashed", algorithm)
	}
	h := function.New()
	h.Write([]byte(accessToken))
	sum := h.Sum(nil)
	return said.Hash == base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]), nil
}

func verified(token string, keys []byte) (bool, error) {
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(keys, &set); err != nil {
		return false, errors.New("the keys can't be read")
	}
	signed, err := jose.ParseSignedCompact(token, asymmetric)
	if err != nil {
		return false, errors.New("the token is no JWT by an algorithm that mimcheck knows")
	}
	usable := 0
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) != nil || !key.IsPublic() {
			continue // of a kind that is not known; others may do
		}
		usable++
		if _, err := signed.Verify(key.Key); err == nil {
			return true, nil
		}
	}
	if usable == 0 {
		return false, errors.New("none of the keys is of a kind that mimcheck knows")
	}
	return false, nil
}
