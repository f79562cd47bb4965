package attest

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/youmark/pkcs8"
)

// PEM types of keys (RFC 7468).
const (
	pemEncrypted   = "ENCRYPTED PRIVATE KEY"
	pemPublic      = "PUBLIC KEY"
	pemCertificate = "CERTIFICATE"
)

// minPassphrase is the shortest passphrase for a new key, in bytes.
const minPassphrase = 12

// PublicKey is a key that signatures are verified with.
type PublicKey struct {
	ID   string // see KeyID
	Key  crypto.PublicKey
	Cert *x509.Certificate // nil when the key came without one
}

// KeyID is the hex SHA-256 of the key's SubjectPublicKeyInfo.
func KeyID(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("the key is of no kind that mimcheck signs with: expected Ed25519, ECDSA or RSA: %w", err)
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil
}

// NewKey makes an Ed25519 key. private is PKCS #8, encrypted by the passphrase (PBES2
// with scrypt and AES-256), and public is its SubjectPublicKeyInfo; both in PEM.
func NewKey(passphrase []byte) (private, public []byte, err error) {
	if len(passphrase) < minPassphrase {
		return nil, nil, fmt.Errorf("the passphrase has %d bytes, expected at least %d: whoever has the key's file and guesses it can sign", len(passphrase), minPassphrase)
	}
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := pkcs8.MarshalPrivateKey(key, passphrase, &pkcs8.Opts{Cipher: pkcs8.AES256CBC,
		KDFOpts: pkcs8.ScryptOpts{SaltSize: 16, CostParameter: 1 << 15, BlockSize: 8, ParallelizationParameter: 1}})
	if err != nil {
		return nil, nil, fmt.Errorf("the key can't be encrypted: %w", err)
	}
	shown, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemEncrypted, Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: pemPublic, Bytes: shown}), nil
}

// ReadPrivate reads the encrypted private key at path.
func ReadPrivate(path string, passphrase []byte) (crypto.Signer, error) {
	content, err := readKey(path)
	if err != nil {
		return nil, err
	}
	signer, err := OpenPrivate(content, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return signer, nil
}

// OpenPrivate opens an encrypted private key in PEM.
func OpenPrivate(content, passphrase []byte) (crypto.Signer, error) {
	block, err := decodePEM(content)
	if err != nil {
		return nil, err
	}
	if block.Type != pemEncrypted {
		return nil, fmt.Errorf("it holds a PEM block %q, expected %q: a private key that is not encrypted is not used; make one by `mimcheck key new`", block.Type, pemEncrypted)
	}
	key, _, err := pkcs8.ParsePrivateKey(block.Bytes, passphrase)
	if err != nil {
		return nil, fmt.Errorf("the key can't be opened: is the passphrase right? (%w)", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("it holds a key of a kind that can't sign")
	}
	return signer, nil
}

// ReadPublic reads a public key, or a certificate, in PEM.
func ReadPublic(path string) (PublicKey, error) {
	content, err := readKey(path)
	if err != nil {
		return PublicKey{}, err
	}
	block, err := decodePEM(content)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%s: %w", path, err)
	}
	var k PublicKey
	switch block.Type {
	case pemPublic:
		k.Key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case pemCertificate:
		if k.Cert, err = x509.ParseCertificate(block.Bytes); err == nil {
			k.Key = k.Cert.PublicKey
		}
	default:
		return k, fmt.Errorf("%s holds a PEM block %q, expected %q or %q", path, block.Type, pemPublic, pemCertificate)
	}
	if err != nil {
		return k, fmt.Errorf("the key in %s can't be read: %w", path, err)
	}
	k.ID, err = KeyID(k.Key)
	return k, err
}

// PublicHalf reads the public half of any key file in PEM, and gives it in PEM as well. Of a
// certificate that is the certificate. The passphrase is asked for when the key is a private one.
func PublicHalf(path string, passphrase func() ([]byte, error)) (PublicKey, []byte, error) {
	content, err := readKey(path)
	if err != nil {
		return PublicKey{}, nil, err
	}
	if block, _ := pem.Decode(content); block == nil || block.Type != pemEncrypted {
		k, err := ReadPublic(path)
		if err != nil {
			return k, nil, err
		}
		return k, pem.EncodeToMemory(block), nil
	}
	secret, err := passphrase()
	if err != nil {
		return PublicKey{}, nil, err
	}
	signer, err := ReadPrivate(path, secret)
	if err != nil {
		return PublicKey{}, nil, err
	}
	k := PublicKey{Key: signer.Public()}
	if k.ID, err = KeyID(k.Key); err != nil {
		return k, nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(k.Key)
	return k, pem.EncodeToMemory(&pem.Block{Type: pemPublic, Bytes: der}), err
}

func readKey(path string) ([]byte, error) {
	const most = 64 << 10
	content, err := readAtMost(path, most)
	if err != nil {
		return nil, fmt.Errorf("the key can't be read: %w", err)
	}
	return content, nil
}

func decodePEM(content []byte) (*pem.Block, error) {
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, errors.New("it holds no PEM block: expected a key as `mimcheck key new` writes it")
	}
	return block, nil
}

// Passphrase reads the passphrase of a key: the first line of file or, without one, the
// environment variable MIMCHECK_PASSPHRASE.
func Passphrase(file string) ([]byte, error) {
	if file == "" {
		if p := os.Getenv("MIMCHECK_PASSPHRASE"); p != "" {
			return []byte(p), nil
		}
		return nil, errors.New("the key has a passphrase: give it in MIMCHECK_PASSPHRASE, or a file with it by --passphrase-file")
	}
	content, err := readAtMost(file, 4096)
	if err != nil {
		return nil, fmt.Errorf("the passphrase can't be read: %w", err)
	}
	for i, c := range content {
		if c == '\n' || c == '\r' {
			content = content[:i]
			break
		}
	}
	if len(content) == 0 {
		return nil, fmt.Errorf("%s holds no passphrase in its first line", file)
	}
	return content, nil
}
