package membership

import "fmt"

// Rule is the name of a rule of membership that a fact can break.
type Rule string

// The rules. Where OASC's own text says less than a program needs, the rule is
// this project's reading of it, and its sentence says so.
const (
	RuleDate            Rule = "date"
	RuleWords           Rule = "words"
	RuleOnce            Rule = "once"
	RuleKnownMember     Rule = "known-member"
	RuleNewMember       Rule = "new-member"
	RuleLetterOrder     Rule = "letter-order"
	RuleApproved        Rule = "approved-first"
	RuleChapterOfTwo    Rule = "chapter-of-two"
	RuleChapterOnce     Rule = "chapter-once"
	RuleChapterCountry  Rule = "chapter-country"
	RuleChapterKnown    Rule = "chapter-known"
	RuleOwnChapter      Rule = "own-chapter"
	RuleKnownBaseline   Rule = "known-baseline"
	RuleKnownMIM        Rule = "known-mim"
	RuleDecisionOpen    Rule = "decision-open"
	RuleCouncilVotes    Rule = "council-votes"
	RuleOneVote         Rule = "one-vote"
	RuleMajority        Rule = "majority"
	RuleTimeframe       Rule = "timeframe"
	RuleRun             Rule = "run"
	RuleFiling          Rule = "filed-first"
	RuleFourEyes        Rule = "four-eyes"
	RuleCertificate     Rule = "certificate"
	RuleElectionPerYear Rule = "election-per-year"
	RuleKnownOffice     Rule = "known-office"
	RuleContribution    Rule = "known-contribution"
	RuleSolution        Rule = "solution-proven"
)

// Rules lists all rules in a fixed order.
func Rules() []Rule {
	return []Rule{
		RuleDate, RuleWords, RuleOnce, RuleKnownMember, RuleNewMember, RuleLetterOrder, RuleApproved,
		RuleChapterOfTwo, RuleChapterOnce, RuleChapterCountry, RuleChapterKnown, RuleOwnChapter,
		RuleKnownBaseline, RuleKnownMIM, RuleDecisionOpen, RuleCouncilVotes, RuleOneVote, RuleMajority,
		RuleTimeframe, RuleRun, RuleFiling, RuleFourEyes, RuleCertificate, RuleElectionPerYear, RuleKnownOffice, RuleContribution, RuleSolution,
	}
}

// Sentence says what the rule asks.
func (r Rule) Sentence() string {
	switch r {
	case RuleDate:
		return "a date is a real day, not in the future, and in the order in which things can happen"
	case RuleWords:
		return "who, what and why are said in words, on one line of at most 300 characters"
	case RuleOnce:
		return "what happened once is recorded once"
	case RuleKnownMember:
		return "a city is a member, or has signed a Letter of Intent, before anything else is recorded of it"
	case RuleNewMember:
		return "a city that is on the register signs no further Letter of Intent, and is not listed again"
	case RuleLetterOrder:
		return "the Letter of Intent is signed, then sent to the secretariat, then approved by the Board"
	case RuleApproved:
		return "only a member that the Board has approved takes part in chapters, Council and elections"
	case RuleChapterOfTwo:
		return "a chapter is founded by at least two cities; single cities join later"
	case RuleChapterOnce:
		return "a country has one chapter, and a city is in one"
	case RuleChapterCountry:
		return "the cities of a chapter are of its country"
	case RuleChapterKnown:
		return "a chapter is founded before anything else is recorded of it"
	case RuleOwnChapter:
		return "a chapter nominates a network coordinator from one of its own cities"
	case RuleKnownBaseline:
		return "a decision, run or extension names a baseline that this program has"
	case RuleKnownMIM:
		return "a MIM is one of the baseline that is named with it"
	case RuleDecisionOpen:
		return "a vote is cast, and a decision closed, after it is proposed and before it is closed"
	case RuleCouncilVotes:
		return "the Council votes: the network coordinators whom the chapters nominated (one vote a chapter, by this project's reading)"
	case RuleOneVote:
		return "each member of the Council votes once on a decision"
	case RuleMajority:
		return "a decision is adopted by half of the yes and no votes plus one, which is more than half; abstentions are not counted, a tie or no vote at all rejects it"
	case RuleTimeframe:
		return "a timeframe has its start before its end, and an extension moves a date of a decision in force further away and gives a reason"
	case RuleRun:
		return "a run is recorded whole, for the member that it was made for, after it has ended"
	case RuleFiling:
		return "a member files the bundle of a recorded run of its own before it is certified"
	case RuleFourEyes:
		return "who issues a certificate is not who made its run, and neither are their keys the same"
	case RuleCertificate:
		return "a certificate is issued on a recorded conformant run, for a limited time, and can be revoked once"
	case RuleElectionPerYear:
		return "each office is elected once a year"
	case RuleKnownOffice:
		return "an office is one of cityRepresentative, viceCityRepresentative, councilCoordinator, viceCouncilCoordinator"
	case RuleContribution:
		return "a contribution is one of practice, webinar, conference"
	case RuleSolution:
		return "a solution is listed with a signed bundle of a real platform that finds at least one MIM conformant"
	}
	return "an unknown rule"
}

// RuleError says that a fact breaks a rule. The ledger is as it was.
type RuleError struct {
	Rule Rule
	Seen string // what breaks it, and what would not
	Err  error  // of what found it, if it was not the rule itself
}

// Error names the rule, what it asks and what was seen.
func (e *RuleError) Error() string {
	return fmt.Sprintf("refused by the rule %s (%s): %s; nothing was recorded", e.Rule, e.Rule.Sentence(), e.Seen)
}

// Unwrap gives the error of what found the breach.
func (e *RuleError) Unwrap() error { return e.Err }

func breach(r Rule, format string, args ...any) error {
	return &RuleError{Rule: r, Seen: fmt.Sprintf(format, args...)}
}
