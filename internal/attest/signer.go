package attest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
)

// signer signs for DSSE by any crypto.Signer: Ed25519 over the message itself, ECDSA
// (ASN.1) and RSA (PSS) over its SHA-256.
type signer struct {
	key crypto.Signer
	id  string
}

func newSigner(key crypto.Signer) (signer, error) {
	id, err := KeyID(key.Public())
	return signer{key, id}, err
}

func (s signer) KeyID() (string, error) { return s.id, nil }

func (s signer) Sign(_ context.Context, data []byte) ([]byte, error) {
	digest := sha256.Sum256(data)
	switch s.key.Public().(type) {
	case ed25519.PublicKey:
		return s.key.Sign(rand.Reader, data, crypto.Hash(0))
	case *ecdsa.PublicKey:
		return s.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	case *rsa.PublicKey:
		return s.key.Sign(rand.Reader, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	}
	return nil, fmt.Errorf("a key of kind %T can't sign: expected Ed25519, ECDSA or RSA", s.key.Public())
}

// verifier is the other half of signer.
type verifier struct{ key PublicKey }

func (v verifier) KeyID() (string, error)   { return v.key.ID, nil }
func (v verifier) Public() crypto.PublicKey { return v.key.Key }

func (v verifier) Verify(_ context.Context, data, signature []byte) error {
	digest := sha256.Sum256(data)
	ok := false
	switch key := v.key.Key.(type) {
	case ed25519.PublicKey:
		ok = ed25519.Verify(key, data, signature)
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(key, digest[:], signature)
	case *rsa.PublicKey:
		return rsa.VerifyPSS(key, crypto.SHA256, digest[:], signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	if !ok {
		return errors.New("the signature is not of this key over these bytes")
	}
	return nil
}
