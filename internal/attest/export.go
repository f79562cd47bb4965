package attest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

const exportType = "urn:mimcheck:predicate:ledger-export:1"

// Export is what the signature of an exported ledger says beside what it is of.
type Export struct {
	Signed time.Time `json:"signedAt"`
}

// SignedAt is when it was signed.
func (e Export) SignedAt() time.Time { return e.Signed }

// SealExport signs the summary of an export, which has the digest of all of it, and gives
// the envelope as a value that fits on one line.
func SealExport(ctx context.Context, summary []byte, at time.Time, keys ...crypto.Signer) (json.RawMessage, error) {
	seal, err := Seal(ctx, exportType, exportSubjects(summary), Export{at.UTC().Truncate(time.Second)}, keys...)
	if err != nil {
		return nil, err
	}
	var line bytes.Buffer
	err = json.Compact(&line, seal)
	return line.Bytes(), err
}

// CheckExport says why a seal is not one over the summary of an export by keys that are
// trusted: *Error.
func CheckExport(ctx context.Context, summary []byte, seal json.RawMessage, trust Trust) error {
	const what = "the export's signature"
	var envelope bytes.Buffer // in the form in which it was signed
	if err := json.Indent(&envelope, seal, "", "  "); err != nil {
		return about(what, err)
	}
	envelope.WriteByte('\n')
	statement, _, err := Unseal[Export](ctx, what, exportType, envelope.Bytes(), trust)
	if err != nil {
		return err
	}
	want := exportSubjects(summary)
	if len(statement.Subject) != 1 || statement.Subject[0].Name != want[0].Name || statement.Subject[0].Digest["sha256"] != want[0].Digest["sha256"] {
		return about(what, fmt.Errorf("it is of another export: signed is %v, and this one's summary has the digest %s", statement.Subject, want[0].Digest["sha256"]))
	}
	return nil
}

func exportSubjects(summary []byte) []Subject {
	sum := sha256.Sum256(summary)
	return []Subject{{Name: "ledger export", Digest: map[string]string{"sha256": hex.EncodeToString(sum[:])}}}
}
