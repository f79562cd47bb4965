package attest_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
)

// signedBy is the bundle of recorded, signed and read again.
func signedBy(t *testing.T, at time.Time, keys ...crypto.Signer) *attest.Bundle {
	t.Helper()
	b := recorded(t)
	if at.IsZero() {
		at = time.Now()
	}
	if err := b.Sign(t.Context(), at, keys...); err != nil {
		t.Fatal(err)
	}
	read, err := attest.Decode(encode(t, b))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func public(t *testing.T, key crypto.Signer) attest.PublicKey {
	t.Helper()
	id, err := attest.KeyID(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return attest.PublicKey{ID: id, Key: key.Public()}
}

func TestEveryKindOfKeySignsAndVerifies(t *testing.T) {
	ed, _ := key()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]crypto.Signer{"Ed25519": ed, "ECDSA": ec, "RSA": rs} {
		t.Run(name, func(t *testing.T) {
			b := signedBy(t, time.Time{}, k)
			steps, err := b.Verify(t.Context(), attest.Trust{Keys: []attest.PublicKey{public(t, k)}, Now: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, s := range steps {
				said = append(said, s.What)
			}
			if got := strings.Join(said, " "); got != "archive report evidence scope statement time signature" {
				t.Errorf("looked at %s", got)
			}
		})
	}
}

func TestWhatIsNotSignedByATrustedKeyIsRefused(t *testing.T) {
	ed, trusted := key()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	good := signedBy(t, time.Time{}, ed)
	both := signedBy(t, time.Time{}, ed, other)
	if _, err := both.Verify(t.Context(), attest.Trust{Keys: []attest.PublicKey{trusted, public(t, other)}, Now: now}); err != nil {
		t.Errorf("two signatures of two trusted keys: %v", err)
	}
	unsigned := recorded(t)
	swapped, err := ran() // another run's signature
	if err != nil {
		t.Fatal(err)
	}
	swapped.Signature = good.Signature
	certificate := trusted
	certificate.Cert = &x509.Certificate{NotBefore: now.AddDate(-2, 0, 0), NotAfter: now.AddDate(-1, 0, 0)}
	for _, c := range []struct {
		name   string
		bundle *attest.Bundle
		trust  attest.Trust
		want   string
	}{
		{"nobody signed it", unsigned, attest.Trust{Keys: []attest.PublicKey{trusted}, Now: now}, "nobody signed"},
		{"another key", good, attest.Trust{Keys: []attest.PublicKey{public(t, other)}, Now: now}, "no trusted key"},
		{"no key", good, attest.Trust{Now: now}, "no key is trusted"},
		{"one of two", both, attest.Trust{Keys: []attest.PublicKey{trusted}, Now: now}, "2 signatures, and 1"},
		{"revoked", good, attest.Trust{Keys: []attest.PublicKey{trusted}, Revoked: []attest.Revocation{{Key: trusted.ID, Reason: "stolen"}}, Now: now}, "revoked"},
		{"expired", good, attest.Trust{Keys: []attest.PublicKey{certificate}, Now: now}, "its certificate is from"},
		{"the future", good, attest.Trust{Keys: []attest.PublicKey{trusted}, Now: now.Add(-time.Hour)}, "future"},
		{"of another run", swapped, attest.Trust{Keys: []attest.PublicKey{trusted}, Now: now}, "another report.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := c.bundle.Verify(t.Context(), c.trust); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if err := unsigned.Sign(t.Context(), now.AddDate(-1, 0, 0), ed); err == nil || !strings.Contains(err.Error(), "clock") {
		t.Errorf("signed before the run ended: %v", err)
	}
}

// Whoever changes the outcome and makes the manifest anew is found by the signature.
func TestASignatureCoversReportScopeAndEvidence(t *testing.T) {
	ed, trusted := key()
	for name, change := range map[string]func(*attest.Bundle){
		"the report":   func(b *attest.Bundle) { b.Report.Notes = append(b.Report.Notes, "All is well.") },
		"the scope":    func(b *attest.Bundle) { b.Run.Target.Statement.Features = nil },
		"the evidence": func(b *attest.Bundle) { b.Events = b.Events[:len(b.Events)-1] },
	} {
		t.Run(name, func(t *testing.T) {
			b := recorded(t)
			if err := b.Sign(t.Context(), time.Now(), ed); err != nil {
				t.Fatal(err)
			}
			change(b)
			forged, err := attest.Decode(encode(t, b))
			if err == nil {
				_, err = forged.Verify(t.Context(), attest.Trust{Keys: []attest.PublicKey{trusted}, Now: time.Now()})
			}
			if err == nil || !strings.Contains(err.Error(), "signed") && !strings.Contains(err.Error(), "refers to it") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The payload is one that other tools for in-toto read.
func TestTheStatementIsInToto(t *testing.T) {
	ed, _ := key()
	b := signedBy(t, time.Time{}, ed)
	var envelope struct{ Payload, PayloadType string }
	if err := json.Unmarshal(b.Signature, &envelope); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(envelope.Payload)
	if err != nil {
		t.Fatal(err)
	}
	var statement struct {
		Type    string `json:"_type"`
		Subject []struct {
			Name   string
			Digest map[string]string
		}
		PredicateType string
		Predicate     map[string]any
	}
	if err := json.Unmarshal(payload, &statement); err != nil {
		t.Fatal(err)
	}
	if envelope.PayloadType != "application/vnd.in-toto+json" || statement.Type != "https://in-toto.io/Statement/v1" || len(statement.Subject) != 4 ||
		len(statement.Subject[0].Digest["sha256"]) != 64 || statement.Predicate["verdict"] == nil || statement.Predicate["waivers"] == nil {
		t.Errorf("%s", payload)
	}
}

func TestKeysAreEncryptedAtRest(t *testing.T) {
	dir := t.TempDir()
	passphrase := []byte("correct horse battery")
	if _, _, err := attest.NewKey([]byte("short")); err == nil {
		t.Error("a short passphrase is taken")
	}
	private, shown, err := attest.NewKey(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	secret, open := write("a.key", private), write("a.pub", shown)
	signer, err := attest.ReadPrivate(secret, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	read, err := attest.ReadPublic(open)
	if err != nil || read.ID != public(t, signer).ID {
		t.Errorf("%s and %s are two keys (%v)", read.ID, public(t, signer).ID, err)
	}
	if _, err := attest.ReadPrivate(secret, []byte("wrong horse battery")); err == nil || !strings.Contains(err.Error(), "passphrase") {
		t.Errorf("a wrong passphrase: %v", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(private, []byte(base64.StdEncoding.EncodeToString(der)[:40])) {
		t.Error("the key is there to read")
	}
	for name, path := range map[string]string{
		"not encrypted": write("plain.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"no PEM":        write("none.key", []byte("nothing")), "a public key": open, "no file": filepath.Join(dir, "no"),
		"nonsense": write("bad.key", pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})),
	} {
		if _, err := attest.ReadPrivate(path, passphrase); err == nil {
			t.Errorf("%s is taken for a key", name)
		}
	}
}

func TestCertificatesAreKeys(t *testing.T) {
	ed, trusted := key()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Working Group"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, ed.Public(), ed)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "wg.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := attest.ReadPublic(path)
	if err != nil || k.ID != trusted.ID {
		t.Fatalf("%v, %v", k.ID, err)
	}
	steps, err := signedBy(t, time.Time{}, ed).Verify(t.Context(), attest.Trust{Keys: []attest.PublicKey{k}, Now: time.Now()})
	if err != nil || !strings.Contains(steps[len(steps)-1].Found, "CN=Working Group") {
		t.Errorf("%v, %v", steps, err)
	}
}

func TestHAR(t *testing.T) {
	b := recorded(t)
	all, err := b.HAR()
	if err != nil {
		t.Fatal(err)
	}
	one, err := b.HAR("mim1.entity.create.location")
	if err != nil {
		t.Fatal(err)
	}
	type har struct {
		Log struct {
			Version string
			Entries []struct {
				Check    string `json:"_check"`
				Request  struct{ Method, URL string }
				Response struct {
					Status  int
					Content struct{ Text string }
				}
			}
		}
	}
	var a, o har
	if err := json.Unmarshal(all, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(one, &o); err != nil {
		t.Fatal(err)
	}
	if a.Log.Version != "1.2" || len(a.Log.Entries) != len(b.Exchanges) {
		t.Errorf("version %s, %d entries of %d exchanges", a.Log.Version, len(a.Log.Entries), len(b.Exchanges))
	}
	if len(o.Log.Entries) != len(b.Of("mim1.entity.create.location")) || o.Log.Entries[0].Request.Method != "POST" || o.Log.Entries[0].Response.Status != 201 {
		t.Errorf("%s", one)
	}
}
