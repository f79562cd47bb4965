package probe

import (
	"encoding/json"
	"errors"

	"github.com/go-jose/go-jose/v4"

	"github.com/oasc/mimcheck/internal/evidence"
)

// asymmetric are the algorithms by which a provider signs for everybody (RFC 7518, 3.1; RFC 8037).
var asymmetric = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA}

func (w witness) Verified(token string, keys []byte) (bool, error) {
	yes, err := verified(token, keys)
	e := evidence.Event{Kind: evidence.Verified, Yes: yes}
	if err != nil {
		err = errors.New(w.s.redact.clip(err.Error()))
		e.Reason = err.Error()
	}
	w.tape.add(e)
	return yes, err
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
