package main

import (
	"cmp"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/reports"
)

func newKey() *cobra.Command {
	return group("key", "Make and show the keys that reports are signed with", newKeyNew(), newKeyShow(), newKeyRevoke())
}

func newKeyNew() *cobra.Command {
	var passphraseFile, name, expires string
	cmd := &cobra.Command{
		Use:   "new FILE",
		Short: "Make a key: FILE.key, encrypted by a passphrase, and FILE.pub",
		Long: `The private key is Ed25519 in PKCS #8, encrypted by the passphrase in
MIMCHECK_PASSPHRASE or in the first line of --passphrase-file. Give FILE.pub to those
who verify, by a way that they trust. With --expires there is FILE.crt instead, a
certificate: what the key signs after that day does not count.`,
		Example: `  MIMCHECK_PASSPHRASE=... mimcheck key new working-group
  MIMCHECK_PASSPHRASE=... mimcheck key new working-group --expires 2027-12-31 --name "MIMs Working Group"`,
		Args: cobra.ExactArgs(1),
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
			if expires != "" {
				if public, err = expiring(private, passphrase, cmp.Or(name, filepath.Base(args[0])), expires); err != nil {
					return err
				}
				shown = args[0] + ".crt"
			}
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
	cmd.Flags().StringVar(&expires, "expires", "", "last day on which the key signs, YYYY-MM-DD (default: it does not expire)")
	cmd.Flags().StringVar(&name, "name", "", "who the key is of, with --expires (default: the file's name)")
	return cmd
}

// expiring is the certificate of the encrypted key, valid from now to the end of a day.
func expiring(private, passphrase []byte, name, expires string) ([]byte, error) {
	last, err := time.Parse(time.DateOnly, expires)
	if err != nil {
		return nil, fmt.Errorf("--expires %q: expected a day such as 2027-12-31", expires)
	}
	key, err := attest.OpenPrivate(private, passphrase)
	if err != nil {
		return nil, err
	}
	return attest.Certificate(key, name, time.Now(), last.AddDate(0, 0, 1).Add(-time.Second))
}

func newKeyRevoke() *cobra.Command {
	var list, reason, since string
	cmd := &cobra.Command{
		Use:   "revoke FILE.pub --reason TEXT",
		Short: "Add a key to the list of keys that count no more",
		Long: `The list is a YAML file for those who verify: give it to them as you gave the key.
Without --since no signature of the key counts, whenever it says that it was made: that
is for a key that others may have. With --since earlier ones do, as for a key that was
replaced.`,
		Example: `  mimcheck key revoke working-group.pub --reason "the laptop was stolen" --list revoked.yaml`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := attest.ReadPublic(args[0])
			if err != nil {
				return err
			}
			content, err := attest.Revoke(list, attest.Revocation{Key: key.ID, Since: since, Reason: reason})
			if err != nil {
				return err
			}
			if err := reports.Write(list, content); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: key %s is revoked; verify with --revocations %s\n", list, key.ID, list)
			return nil
		},
	}
	cmd.Flags().StringVar(&list, "list", "revoked.yaml", "the list, which is begun if it is not there")
	cmd.Flags().StringVar(&reason, "reason", "", "why the key counts no more")
	cmd.Flags().StringVar(&since, "since", "", "first day whose signatures count no more, YYYY-MM-DD (default: all)")
	must(cmd, "reason")
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
	var passphraseFile string
	cmd := &cobra.Command{
		Use: "show FILE", Short: "Show the id and the public half of a key, or of a certificate", Args: cobra.ExactArgs(1),
		Long: `The file is a public key, a certificate or a private key; the last is opened by the
passphrase in MIMCHECK_PASSPHRASE or in the first line of --passphrase-file, and nothing
of it is shown but its public half.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			key, shown, err := attest.PublicHalf(args[0], func() ([]byte, error) { return attest.Passphrase(passphraseFile) })
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "key %s (%T)\n", key.ID, key.Key)
			if c := key.Cert; c != nil {
				fmt.Fprintf(cmd.OutOrStdout(), "certificate of %s by %s, valid from %s to %s\n", c.Subject, c.Issuer, c.NotBefore.UTC().Format("2006-01-02"), c.NotAfter.UTC().Format("2006-01-02"))
			}
			_, err = cmd.OutOrStdout().Write(shown)
			return err
		},
	}
	cmd.Flags().StringVar(&passphraseFile, "passphrase-file", "", "file with the passphrase of a private key in its first line")
	return cmd
}

// signingKey is the private key of a command that signs.
type signingKey struct{ file, passphraseFile string }

func (k *signingKey) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&k.file, "key", "", "the private key, see mimcheck key new")
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
type trustedKeys struct {
	files, revoked []string
	revocations    string // file
}

func (k *trustedKeys) flags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&k.files, "key", nil, "public keys or certificates that you trust")
	cmd.Flags().StringSliceVar(&k.revoked, "revoked", nil, "ids of keys that count no more")
	cmd.Flags().StringVar(&k.revocations, "revocations", "", "YAML `file` of keys that count no more, see mimcheck key revoke")
}

func (k *trustedKeys) read(now time.Time) (attest.Trust, error) {
	trust := attest.Trust{Now: now}
	if k.revocations != "" {
		var err error
		if trust.Revoked, err = attest.ReadRevocations(k.revocations); err != nil {
			return trust, err
		}
	}
	for _, id := range k.revoked {
		trust.Revoked = append(trust.Revoked, attest.Revocation{Key: id, Reason: "named by --revoked"})
	}
	for _, file := range k.files {
		key, err := attest.ReadPublic(file)
		if err != nil {
			return trust, err
		}
		trust.Keys = append(trust.Keys, key)
	}
	return trust, nil
}
