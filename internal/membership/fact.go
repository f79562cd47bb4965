package membership

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/oasc/mimcheck/internal/ledger"
)

// council is the stream of what concerns all: chapters, decisions, elections.
const council = "oasc"

// everyStream is what a fact reads whose rules look at all members.
const everyStream = "*"

// Fact is something that happened, one of the types of this package that end up as
// an event: LetterSigned, LetterSent, MemberListed, BoardApproved, ChapterFounded,
// ChapterJoined, CoordinatorNominated, BaselineProposed, VoteCast, DecisionClosed,
// TimeframeExtended, RunRecorded, BundleFiled, CertificateIssued, CertificateRefused,
// CertificateRevoked, CouncilMet, Elected, Contributed, SolutionProven.
type Fact interface {
	kind() string
	stream() string // of the event: a member's id or council
	key() string    // what makes it the only one; empty when it may happen again
	when() time.Time
	// reads are the streams, beside the council's, that its rules look at, or everyStream.
	reads() []string
	// allowed checks the rules against what was so when it happened, and against
	// everything that is recorded by now.
	allowed(then, now *State) error
	// apply adds it to s. It trusts nothing: the ledger may come from elsewhere.
	apply(s *State)
}

// keyed is a fact whose rules look at single events, by their keys, and not at the
// streams in which they stand.
type keyed interface{ keys() []string }

// blank makes an empty fact of a kind, nil for an unknown kind.
func blank(kind string) Fact {
	switch kind {
	case "LetterSigned":
		return &LetterSigned{}
	case "LetterSent":
		return &LetterSent{}
	case "MemberListed":
		return &MemberListed{}
	case "BoardApproved":
		return &BoardApproved{}
	case "ChapterFounded":
		return &ChapterFounded{}
	case "ChapterJoined":
		return &ChapterJoined{}
	case "CoordinatorNominated":
		return &CoordinatorNominated{}
	case "BaselineProposed":
		return &BaselineProposed{}
	case "VoteCast":
		return &VoteCast{}
	case "DecisionClosed":
		return &DecisionClosed{}
	case "TimeframeExtended":
		return &TimeframeExtended{}
	case "RunRecorded":
		return &RunRecorded{}
	case "SolutionProven":
		return &SolutionProven{}
	case "BundleFiled":
		return &BundleFiled{}
	case "CertificateRefused":
		return &CertificateRefused{}
	case "CertificateIssued":
		return &CertificateIssued{}
	case "CertificateRevoked":
		return &CertificateRevoked{}
	case "CouncilMet":
		return &CouncilMet{}
	case "Elected":
		return &Elected{}
	case "Contributed":
		return &Contributed{}
	}
	return nil
}

// FactOf reads the fact of an event. An unknown kind is an error: a status that
// leaves out what it doesn't understand could be wrong.
func FactOf(e ledger.Event) (Fact, error) {
	f, err := readFact(e.Kind, e.Data)
	if err != nil {
		return nil, fmt.Errorf("event %d of %s %w", e.Seq, e.Stream, err)
	}
	if f.stream() != e.Stream {
		return nil, fmt.Errorf("event %d of %s (%s) is one of %.80q: it stands in the wrong stream", e.Seq, e.Stream, e.Kind, f.stream())
	}
	return f, nil
}

// readFact reads the data of a fact of a kind.
func readFact(kind string, data []byte) (Fact, error) {
	f := blank(kind)
	if f == nil {
		return nil, fmt.Errorf("is of the kind %s, which this program doesn't know: use the newer mimcheck that wrote it", kind)
	}
	if err := json.Unmarshal(data, f); err != nil {
		return nil, fmt.Errorf("(%s) can't be read: %w", kind, err)
	}
	return f, nil
}

// Enter checks a fact against the rules and appends it to the ledger, in one step
// that no other writer comes between. A fact that breaks a rule is a *RuleError
// and leaves the ledger as it was.
func Enter(ctx context.Context, l *ledger.Ledger, f Fact) (ledger.Event, error) {
	events, err := EnterAll(ctx, l, f)
	if err != nil {
		return ledger.Event{}, err
	}
	return events[0], nil
}

// EnterAll enters facts in their order, all of them or, when one breaks a rule, none.
func EnterAll(ctx context.Context, l *ledger.Ledger, facts ...Fact) ([]ledger.Event, error) {
	var entered []ledger.Event
	err := l.Update(ctx, func(u *ledger.Update) error {
		entered = entered[:0]
		events, err := concerning(u, facts)
		if err != nil {
			return err
		}
		before, err := factsUntil(events, forever)
		if err != nil {
			return err
		}
		for _, f := range facts {
			if err := allow(f, before, u.Now()); err != nil {
				return err
			}
			e, err := u.Append(ledger.Draft{Stream: f.stream(), Kind: f.kind(), Key: f.key(), Data: f})
			var twice *ledger.DuplicateError
			if errors.As(err, &twice) {
				return &RuleError{Rule: RuleOnce, Seen: err.Error(), Err: err}
			}
			if err != nil {
				return err
			}
			entered = append(entered, e)
			later := slices.IndexFunc(before, func(b Fact) bool { return b.when().After(f.when()) })
			if later < 0 {
				later = len(before)
			}
			before = slices.Insert(before, later, f)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return entered, nil
}

// allow checks the rules for a fact, given those that are recorded in the order of time.
func allow(f Fact, before []Fact, now time.Time) error {
	if at := f.when(); at.IsZero() || at.After(now) {
		return breach(RuleDate, "%s is dated %s; now it is %s", f.kind(), dated(at), now.Format(time.DateTime))
	}
	then, err := foldFacts(before, f.when())
	if err != nil {
		return err
	}
	all, err := foldFacts(before, forever)
	if err != nil {
		return err
	}
	return f.allowed(then, all)
}

// forever is later than any date of a fact.
var forever = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// concerning reads the events that the rules of some facts look at.
func concerning(u *ledger.Update, facts []Fact) ([]ledger.Event, error) {
	streams := streamsOf(facts)
	events, err := u.Events(streams...)
	if err != nil || len(streams) == 0 {
		return events, err
	}
	for _, f := range facts {
		k, ok := f.(keyed)
		if !ok {
			continue
		}
		for _, key := range k.keys() {
			e, found, err := u.Has(key)
			if err != nil {
				return nil, err
			}
			if found && !slices.ContainsFunc(events, func(have ledger.Event) bool { return have.Position == e.Position }) {
				events = append(events, e)
			}
		}
	}
	return events, nil
}

// streamsOf are the streams that the rules of some facts look at; none stands for all.
func streamsOf(facts []Fact) []string {
	streams := []string{council}
	for _, f := range facts {
		if slices.Contains(f.reads(), everyStream) {
			return nil
		}
		streams = append(streams, existing(f.reads())...)
	}
	return streams
}

// existing leaves out what can't be the id of a member: the rules say what is wrong.
func existing(ids []string) []string {
	var ok []string
	for _, id := range ids {
		if id == slug(id) && id != "" {
			ok = append(ok, id)
		}
	}
	return ok
}

func dated(t time.Time) string {
	if t.IsZero() {
		return "on a day that does not exist, or on none"
	}
	return t.Format(time.DateTime)
}

// maxWords is the longest text of a fact, in characters.
const maxWords = 300

// said checks texts that have to be there; pairs of what it is and the text.
func said(pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		what, text := pairs[i], pairs[i+1]
		if strings.TrimSpace(text) == "" {
			return breach(RuleWords, "%s is empty", what)
		}
		if err := sayable(what, text); err != nil {
			return err
		}
	}
	return nil
}

// sayable checks a text that may be empty.
func sayable(what, text string) error {
	if n := len([]rune(text)); n > maxWords {
		return breach(RuleWords, "%s has %d characters", what, n)
	}
	if strings.IndexFunc(text, unicode.IsControl) >= 0 || strings.ToValidUTF8(text, "") != text {
		return breach(RuleWords, "%s %q has control characters", what, text)
	}
	return nil
}
