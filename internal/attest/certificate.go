package attest

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"time"
)

// Certificate says who a key is of, and until when: an X.509 certificate that the key
// signs itself, in PEM. Signatures that are made after expires do not count.
func Certificate(key crypto.Signer, name string, from, expires time.Time) ([]byte, error) {
	if !expires.After(from) {
		return nil, fmt.Errorf("the key expires on %s, before it is made: expected a day to come", expires.UTC().Format(time.DateOnly))
	}
	template := &x509.Certificate{Subject: pkix.Name{CommonName: name}, NotBefore: from.UTC().Add(-skew), NotAfter: expires.UTC(),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("the certificate can't be made: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: der}), nil
}
