// Package secure lets the reference city platform listen by TLS, with a certificate of an
// authority that is made for the purpose.
package secure

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Listener accepts connections by TLS.
type Listener struct {
	net.Listener
	// Authority is the certificate to trust, in PEM form.
	Authority []byte
}

// Settings is how the platform listens.
type Settings struct {
	Config *tls.Config
	// Certificate is the platform's, before the authority signs it.
	Certificate *x509.Certificate
	// Key is that of the certificate; one of the curve P-256 when nil.
	Key crypto.Signer
	// SelfSigned says that no authority signs it.
	SelfSigned bool
	// Plain also takes connections without TLS.
	Plain bool
}

// Listen listens at address, a host and a port, with a certificate for that host that the
// authority signs for 90 days from now on. Changes are made to the settings before.
func Listen(address string, now time.Time, changes ...func(*Settings)) (*Listener, error) {
	plain, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	l, err := over(plain, now, changes)
	if err != nil {
		_ = plain.Close()
		return nil, fmt.Errorf("the certificate of the reference platform could not be made: %w", err)
	}
	return l, nil
}

func over(plain net.Listener, now time.Time, changes []func(*Settings)) (*Listener, error) {
	host, _, err := net.SplitHostPort(plain.Addr().String())
	if err != nil {
		return nil, err
	}
	s := Settings{
		Config: &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}},
		Certificate: &x509.Certificate{
			SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "reference city platform"},
			NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 90),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.ParseIP(host)},
		},
	}
	for _, change := range changes {
		change(&s)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the reference city platform"},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	signing, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root, err := x509.CreateCertificate(rand.Reader, authority, authority, signing.Public(), signing)
	if err != nil {
		return nil, err
	}
	if s.Key == nil {
		if s.Key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, err
		}
	}
	issuer, by := authority, crypto.Signer(signing)
	if s.SelfSigned {
		issuer, by = s.Certificate, s.Key
	}
	certificate, err := x509.CreateCertificate(rand.Reader, s.Certificate, issuer, s.Key.Public(), by)
	if err != nil {
		return nil, err
	}
	s.Config.Certificates = []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: s.Key}}
	listener := tls.NewListener(plain, s.Config)
	if s.Plain {
		listener = either{plain, s.Config}
	}
	return &Listener{Listener: listener, Authority: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root})}, nil
}
