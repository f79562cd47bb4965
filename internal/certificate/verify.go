package certificate

import (
	"fmt"
	"slices"
	"time"

	"github.com/oasc/mimcheck/internal/membership"
)

// Answer is what is known of a certificate at a time.
type Answer string

// The answers.
const (
	Good    Answer = "valid"
	Bad     Answer = "notValid"
	Unknown Answer = "unknown" // it is signed and not over, but whether it was revoked is not known
)

// Verification is the answer with its reason.
type Verification struct {
	Answer Answer `json:"answer"`
	Reason string `json:"reason"`
	Next   string `json:"next,omitempty"` // what to do when it is unknown
}

// Verify says how a certificate stands at a time. raw is the certificate as it was signed;
// both it and the list were opened, so their signatures are right. Without a list, or with
// one that is stale, a revocation would not be known: then the answer is no more than unknown.
func Verify(c Certificate, raw []byte, list *StatusList, now time.Time) Verification {
	today := membership.DateOf(now)
	bad := func(format string, args ...any) Verification {
		return Verification{Answer: Bad, Reason: fmt.Sprintf(format, args...)}
	}
	unknown := func(format string, args ...any) Verification {
		return Verification{Unknown, fmt.Sprintf(format, args...), "Get the newest status list from who issued the certificate: " + c.Verify}
	}
	switch {
	case today < c.ValidFrom:
		return bad("It is valid from %s only.", c.ValidFrom)
	case today > c.ValidUntil:
		return bad("It has expired: it was valid until %s.", c.ValidUntil)
	case list == nil:
		return unknown("No status list was given: whether it was revoked is not known.")
	}
	i := slices.IndexFunc(list.Certificates, func(e Entry) bool { return e.ID == c.ID })
	if i < 0 {
		if !list.Issued.After(c.Issued) {
			return unknown("The status list of %s is not newer than the certificate.", list.Issued.Format(time.RFC3339))
		}
		return bad("The status list of %s, which has every certificate that was issued, does not have it.", list.Issued.Format(time.RFC3339))
	}
	entry := list.Certificates[i]
	switch {
	case entry.SHA256 != digestOf(raw):
		return bad("The status list has another certificate with the id %s.", c.ID)
	case entry.Standing == membership.Revoked && entry.Ended <= today:
		return bad("It counts no more since %s: %s.", entry.Ended, entry.Reason)
	case entry.Standing == membership.Contradicted && entry.Ended <= today:
		return bad("It counts no more since %s: %s.", entry.Ended, entry.Reason)
	case !now.Before(list.NextUpdate):
		return unknown("The status list is stale: it is of %s and was to be replaced by %s.", list.Issued.Format(time.RFC3339), list.NextUpdate.Format(time.RFC3339))
	}
	return Verification{Answer: Good, Reason: fmt.Sprintf("Valid until %s; not revoked by the status list of %s.", c.ValidUntil, list.Issued.Format(time.RFC3339))}
}
