package attest

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// Dated is a predicate that says when it was signed.
type Dated interface{ SignedAt() time.Time }

// Seal signs an in-toto statement about subjects. It gives a DSSE envelope in JSON, with a
// signature of each key.
func Seal[P Dated](ctx context.Context, predicateType string, subjects []Subject, predicate P, keys ...crypto.Signer) ([]byte, error) {
	return sign(ctx, InToto[P]{Type: statementType, Subject: subjects, PredicateType: predicateType, Predicate: predicate}, keys)
}

// Unseal reads what Seal wrote about a kind of predicate, and who signed it: all of its
// signatures have to be of keys that are trusted and were valid when it was signed. what
// names it in errors, which are *Error.
func Unseal[P Dated](ctx context.Context, what, predicateType string, raw []byte, trust Trust) (InToto[P], []PublicKey, error) {
	envelope, statement, err := readEnvelope[P](raw, predicateType)
	if err != nil {
		return statement, nil, about(what, err)
	}
	if signed := statement.Predicate.SignedAt(); signed.After(trust.Now.Add(skew)) {
		return statement, nil, about(what, fmt.Errorf("it was signed at %s, which is in the future: a clock is wrong", signed.Format(time.RFC3339)))
	}
	keys, err := trust.accept(ctx, &envelope)
	if err != nil {
		return statement, nil, about(what, err)
	}
	for _, key := range keys {
		if err := trust.valid(key, statement.Predicate.SignedAt()); err != nil {
			return statement, nil, about(what, err)
		}
	}
	return statement, keys, nil
}

// about makes an error one about a thing that is no bundle.
func about(what string, err error) error {
	var known *Error
	if errors.As(err, &known) {
		err = known.Err
	}
	return &Error{What: what, Err: err}
}

// sign puts a DSSE envelope around a statement.
func sign(ctx context.Context, statement any, keys []crypto.Signer) ([]byte, error) {
	payload, err := canonical(statement)
	if err != nil {
		return nil, err
	}
	signers := make([]dsse.Signer, len(keys))
	for i, key := range keys {
		if signers[i], err = newSigner(key); err != nil {
			return nil, err
		}
	}
	envelopes, err := dsse.NewEnvelopeSigner(signers...)
	if err != nil {
		return nil, err
	}
	envelope, err := envelopes.SignPayload(ctx, payloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("it can't be signed: %w", err)
	}
	return canonical(envelope)
}

// readEnvelope reads an envelope, which has to be in its one form.
func readEnvelope[P any](raw []byte, predicateType string) (envelope dsse.Envelope, statement InToto[P], err error) {
	if err := strictly(signatureFile, raw, &envelope); err != nil {
		return envelope, statement, err
	}
	if envelope.PayloadType != payloadType {
		return envelope, statement, wrong(signatureFile, "it signs a %s, expected %s", quoted(envelope.PayloadType), payloadType)
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(envelope.Payload)
	if err != nil {
		return envelope, statement, wrong(signatureFile, "its payload is no base64: %w", err)
	}
	for i, s := range envelope.Signatures {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Sig); err != nil {
			return envelope, statement, wrong(signatureFile, "signature %d is no base64: %w", i+1, err)
		}
	}
	var head InToto[json.RawMessage]
	if err := json.Unmarshal(payload, &head); err != nil {
		return envelope, statement, wrong(signatureFile, "its payload is no JSON: %w", err)
	}
	if head.Type != statementType || head.PredicateType != predicateType {
		return envelope, statement, wrong(signatureFile, "it is a %s about %s, expected %s about %s", quoted(head.Type), quoted(head.PredicateType), statementType, predicateType)
	}
	return envelope, statement, strictly(signatureFile, payload, &statement)
}
