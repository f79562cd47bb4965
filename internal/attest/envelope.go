package attest

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/oasc/mimcheck/reports/words"
)

// Sign puts a DSSE envelope over the bundle into it, with a signature of each key, in
// place of one that is there.
func (b *Bundle) Sign(ctx context.Context, at time.Time, keys ...crypto.Signer) error {
	if at.Before(b.Report.Run.Finished) {
		return fmt.Errorf("the run ended at %s and it is %s by this machine's clock: set the clock right", b.Report.Run.Finished.Format(time.RFC3339), at.UTC().Format(time.RFC3339))
	}
	statement, err := b.statement(at)
	if err != nil {
		return err
	}
	b.Signature, err = sign(ctx, statement, keys)
	return err
}

// supportedBy says where the statement is not about the bundle.
func (b *Bundle) supportedBy(s SignedStatement) error {
	want, err := b.statement(s.Predicate.SignedAt)
	if err != nil {
		return err
	}
	if len(s.Subject) != len(want.Subject) {
		return wrong(signatureFile, "it is about %d things, expected %d", len(s.Subject), len(want.Subject))
	}
	for i, subject := range want.Subject {
		have := s.Subject[i]
		if have.Name != subject.Name || have.Digest["sha256"] != subject.Digest["sha256"] || len(have.Digest) != 1 {
			return wrong(signatureFile, "what was signed is another %s: signed %s %s, and the bundle has %s", subject.Name, have.Name, have.Digest["sha256"], subject.Digest["sha256"])
		}
	}
	a, err := canonical(s)
	if err != nil {
		return err
	}
	z, err := canonical(want)
	if err != nil {
		return err
	}
	if at := firstDifference(a, z); at >= 0 {
		return wrong(signatureFile, "its predicate says something else than the report (byte %d of the statement)", at)
	}
	return nil
}

// Step is one thing that verification looked at and found right.
type Step struct{ What, Found string }

// Trust says whose signatures count.
type Trust struct {
	Keys    []PublicKey
	Revoked []Revocation
	Now     time.Time
}

// skew is how far clocks may be apart.
const skew = 5 * time.Minute

// Verify checks that a trusted key signed the bundle as it is, and tells each thing
// that it found right. An *Error names the first thing that is wrong.
func (b *Bundle) Verify(ctx context.Context, trust Trust) ([]Step, error) {
	m, err := b.Manifest()
	if err != nil {
		return nil, err
	}
	steps := []Step{
		{"archive", fmt.Sprintf("every byte is as mimcheck writes it; %d files with the digests of the manifest", len(m.Files))},
		{"report", fmt.Sprintf("valid; its %d checks tell of the exchanges that are recorded", len(b.Report.Checks))},
		{"evidence", fmt.Sprintf("%d exchanges, %d events and %d bodies; root %s", len(b.Exchanges), len(b.Events), len(b.Blobs), m.Evidence)},
		{"scope", fmt.Sprintf("baseline %s (%s), profile %s, %s; root %s", b.Baseline.ID, b.Baseline.SHA256, b.Run.Profile, words.InEnglish().Selection(b.Report.Selection), m.Scope)},
	}
	if b.Signature == nil {
		return steps, wrong("", "nobody signed it: `mimcheck report sign` does")
	}
	envelope, statement, err := readEnvelope[Predicate](b.Signature, predicateType)
	if err != nil {
		return steps, err
	}
	if err := b.supportedBy(statement); err != nil {
		return steps, err
	}
	steps = append(steps, Step{"statement", fmt.Sprintf("is about this report, scope and evidence, and says: %s", statement.Predicate.Verdict.Label())})
	signed := statement.Predicate.SignedAt
	switch {
	case signed.Add(skew).Before(b.Report.Run.Finished):
		return steps, wrong(signatureFile, "it was signed at %s, before the run ended at %s: a clock is wrong", signed.Format(time.RFC3339), b.Report.Run.Finished.Format(time.RFC3339))
	case signed.After(trust.Now.Add(skew)):
		return steps, wrong(signatureFile, "it was signed at %s, which is in the future: a clock is wrong", signed.Format(time.RFC3339))
	}
	steps = append(steps, Step{"time", "signed at " + signed.Format(time.RFC3339) + ", after the run"})
	accepted, err := trust.accept(ctx, &envelope)
	if err != nil {
		return steps, err
	}
	for _, key := range accepted {
		if err := trust.valid(key, signed); err != nil {
			return steps, &Error{File: signatureFile, Err: err}
		}
		found := "signed by key " + key.ID
		if key.Cert != nil {
			found += fmt.Sprintf(" of %s, valid until %s", key.Cert.Subject, key.Cert.NotAfter.UTC().Format(time.DateOnly))
		}
		steps = append(steps, Step{"signature", found})
	}
	return steps, nil
}

// accept gives the trusted keys that made a signature of the envelope.
func (t Trust) accept(ctx context.Context, envelope *dsse.Envelope) ([]PublicKey, error) {
	if len(t.Keys) == 0 {
		return nil, errors.New("no key is trusted: name the signer's public key")
	}
	verifiers := make([]dsse.Verifier, len(t.Keys))
	for i, key := range t.Keys {
		verifiers[i] = verifier{key}
	}
	check, err := dsse.NewEnvelopeVerifier(verifiers...)
	if err != nil {
		return nil, err
	}
	accepted, err := check.Verify(ctx, envelope)
	if err != nil || len(accepted) == 0 {
		said := make([]string, len(envelope.Signatures))
		for i, s := range envelope.Signatures {
			said[i] = quoted(s.KeyID)
		}
		return nil, wrong(signatureFile, "no trusted key made its signature; it says that the key is %v, and trusted is %v (%w)", said, t.ids(), err)
	}
	var keys []PublicKey
	for _, a := range accepted {
		for _, k := range t.Keys {
			if k.ID == a.KeyID {
				keys = append(keys, k)
				break
			}
		}
	}
	if len(accepted) != len(envelope.Signatures) {
		return nil, wrong(signatureFile, "it has %d signatures, and %d are of trusted keys: name the keys of all, or take it from who signed it", len(envelope.Signatures), len(accepted))
	}
	return keys, nil
}

func (t Trust) ids() []string {
	ids := make([]string, len(t.Keys))
	for i, k := range t.Keys {
		ids[i] = k.ID
	}
	return ids
}

// valid says why a key does not count at the time of signing.
func (t Trust) valid(key PublicKey, signed time.Time) error {
	for _, r := range t.Revoked {
		if r.Key == key.ID && r.covers(signed) {
			since := ""
			if r.Since != "" {
				since = " since " + r.Since
			}
			return fmt.Errorf("key %s is revoked%s (%s), and it was signed at %s: ask the signer for a signature by another key", key.ID, since, r.Reason, signed.Format(time.RFC3339))
		}
	}
	if c := key.Cert; c != nil && (signed.Before(c.NotBefore) || signed.After(c.NotAfter)) {
		return fmt.Errorf("key %s is not valid at that time: its certificate is from %s to %s, and it was signed at %s; ask the signer for a signature by a valid key", key.ID,
			c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339), signed.Format(time.RFC3339))
	}
	return nil
}
