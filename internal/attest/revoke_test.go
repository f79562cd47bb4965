package attest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
)

func TestRevocationsAreWrittenAndRead(t *testing.T) {
	_, trusted := key()
	path := filepath.Join(t.TempDir(), "revoked.yaml")
	other := strings.Repeat("ab", 32)
	for _, r := range []attest.Revocation{{Key: trusted.ID, Reason: "stolen: \"yes\""}, {Key: other, Since: "2026-05-01", Reason: "replaced"}} {
		content, err := attest.Revoke(path, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := attest.ReadRevocations(path)
	if err != nil || len(list) != 2 || list[0].Reason != "stolen: \"yes\"" || list[1].Since != "2026-05-01" {
		t.Errorf("got %+v, %v", list, err)
	}
	if _, err := attest.Revoke(path, attest.Revocation{Key: other, Reason: "again"}); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a key is revoked twice: %v", err)
	}
}

func TestBadRevocationListsAreNamed(t *testing.T) {
	good := strings.Repeat("0", 64)
	for name, c := range map[string]struct{ content, want string }{
		"nothing":       {"", "revokes no key"},
		"no list":       {"revoked: yes\n", "no list of revoked keys"},
		"unknown field": {"revoked:\n  - {key: " + good + ", reason: x, until: 2026-01-01}\n", "until"},
		"no id":         {"revoked:\n  - {key: wg, reason: x}\n", `entry 1 revokes the key "wg"`},
		"no reason":     {"revoked:\n  - {key: \"" + good + "\"}\n", "no reason"},
		"no day":        {"revoked:\n  - {key: \"" + good + "\", reason: x, since: yesterday}\n", `since "yesterday"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "revoked.yaml")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := attest.ReadRevocations(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// A stolen key never counts; one that was replaced counts for what it signed before.
func TestWhatARevokedKeySigned(t *testing.T) {
	ed, trusted := key()
	b := signedBy(t, time.Time{}, ed)
	today := time.Now().UTC()
	for name, c := range map[string]struct {
		since string
		valid bool
	}{"always": {"", false}, "since today": {today.Format(time.DateOnly), false}, "from tomorrow on": {today.AddDate(0, 0, 1).Format(time.DateOnly), true}} {
		_, err := b.Verify(t.Context(), attest.Trust{Keys: []attest.PublicKey{trusted}, Now: today.Add(time.Minute),
			Revoked: []attest.Revocation{{Key: trusted.ID, Since: c.since, Reason: "the laptop was stolen"}}})
		if c.valid != (err == nil) || err != nil && (!strings.Contains(err.Error(), "is revoked") || !strings.Contains(err.Error(), "laptop")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCertificatesExpire(t *testing.T) {
	ed, trusted := key()
	now := time.Now()
	content, err := attest.Certificate(ed, "Working Group", now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "wg.crt")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := attest.ReadPublic(path)
	if err != nil || k.ID != trusted.ID || k.Cert.Subject.CommonName != "Working Group" {
		t.Fatalf("%+v, %v", k, err)
	}
	for name, c := range map[string]struct {
		at   time.Time
		want string
	}{"valid": {now.Add(time.Minute), ""}, "expired": {now.Add(2 * time.Hour), "not valid at that time"}} {
		_, err := signedBy(t, c.at, ed).Verify(t.Context(), attest.Trust{Keys: []attest.PublicKey{k}, Now: now.AddDate(0, 0, 1)})
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := attest.Certificate(ed, "x", now, now.Add(-time.Hour)); err == nil {
		t.Error("a key may expire before it is made")
	}
}
