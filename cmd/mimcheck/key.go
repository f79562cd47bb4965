package main

import (
	"crypto"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
)

func newKey() *cobra.Command {
	return group("key", "Make and show the keys that reports are signed with", newKeyNew(), newKeyShow())
}

func newKeyNew() *cobra.Command {
	var passphraseFile string
	cmd := &cobra.Command{
		Use:   "new FILE",
		Short: "Make a key: FILE.key, encrypted by a passphrase, and FILE.pub",
		Long: `The private key is Ed25519 in PKCS #8, encrypted by the passphrase in
MIMCHECK_PASSPHRASE or in the first line of --passphrase-file. Give FILE.pub to those
who verify, by a way that they trust.`,
		Example: "  MIMCHECK_PASSPHRASE=... mimcheck key new working-group",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			passphrase, err := attest.Passphrase(passphraseFile)
			if err != nil {
				return err
			}
			private, public, err := attest.NewKey(passphrase)
			if err != nil {
				return err
			}
			secret, shown := args[0]+".key", args[0]+".pub"
			if err := create(secret, 0o600, private); err != nil {
				return err
			}
			if err := create(shown, 0o644, public); err != nil {
				return err
			}
			key, err := attest.ReadPublic(shown)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s and %s: key %s\n", secret, shown, key.ID)
			return nil
		},
	}
	cmd.Flags().StringVar(&passphraseFile, "passphrase-file", "", "file with the passphrase in its first line")
	return cmd
}

// create writes a file that is not there yet: a key that is lost is lost for good.
func create(path string, mode fs.FileMode, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: choose another name, or move it away", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func newKeyShow() *cobra.Command {
	return &cobra.Command{
		Use: "show FILE", Short: "Show the id and the public half of a key, or of a certificate", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := attest.ReadPublic(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "key %s (%T)\n", key.ID, key.Key)
			if c := key.Cert; c != nil {
				fmt.Fprintf(cmd.OutOrStdout(), "certificate of %s by %s, valid from %s to %s\n", c.Subject, c.Issuer, c.NotBefore.UTC().Format("2006-01-02"), c.NotAfter.UTC().Format("2006-01-02"))
			}
			content, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			if block, _ := pem.Decode(content); block != nil {
				return pem.Encode(cmd.OutOrStdout(), block)
			}
			return nil
		},
	}
}

// signingKey is the private key of a command that signs.
type signingKey struct{ file, passphraseFile string }

func (k *signingKey) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&k.file, "key", "", "the private key, see `mimcheck key new`")
	cmd.Flags().StringVar(&k.passphraseFile, "passphrase-file", "", "file with its passphrase (default: MIMCHECK_PASSPHRASE)")
}

func (k *signingKey) read() (crypto.Signer, error) {
	passphrase, err := attest.Passphrase(k.passphraseFile)
	if err != nil {
		return nil, err
	}
	return attest.ReadPrivate(k.file, passphrase)
}

// trustedKeys are the public keys of a command that verifies.
type trustedKeys struct{ files, revoked []string }

func (k *trustedKeys) flags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&k.files, "key", nil, "public keys or certificates that you trust")
	cmd.Flags().StringSliceVar(&k.revoked, "revoked", nil, "ids of keys that count no more")
}

func (k *trustedKeys) read(now time.Time) (attest.Trust, error) {
	trust := attest.Trust{Revoked: k.revoked, Now: now}
	for _, file := range k.files {
		key, err := attest.ReadPublic(file)
		if err != nil {
			return trust, err
		}
		trust.Keys = append(trust.Keys, key)
	}
	return trust, nil
}
