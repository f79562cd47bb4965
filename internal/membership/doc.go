// Package membership tells who OASC's members are and where each stands with the
// Minimal Interoperability Mechanisms that its Council adopted.
//
// Everything that happens is a fact: a Letter of Intent signed, a vote cast, a run
// recorded. Enter checks a fact against the rules of membership and appends it to
// the ledger; what breaks a rule is refused with the rule's name (*RuleError). What
// is so at a date is computed from the facts by pure functions: FoldState gives the
// register and the decisions, StatusOf the status of a member's MIMs, CardOf all of
// its responsibilities.
//
// A fact counts from the day on which it happened, not from that on which it was
// recorded: the ledger keeps both.
package membership
