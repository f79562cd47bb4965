// Package reports holds the versioned report of a run: the complete result that
// every format (sub-packages) renders and that the ledger records.
package reports

import "time"

// SchemaVersion is the version of the report's JSON form, published as
// schemas/report.schema.json. The major number changes when a reader has to.
const SchemaVersion = "1.1"

// Report is the complete result of one run against one target.
// Its canonical JSON (see Encode) is the input of every other format.
type Report struct {
	SchemaVersion string        `json:"schemaVersion"`
	Tool          Tool          `json:"tool"`
	Run           Run           `json:"run"`
	Target        Target        `json:"target"`
	Baseline      BaselineRef   `json:"baseline"`
	Selection     Selection     `json:"selection"`
	Counts        Counts        `json:"counts"`
	Verdict       BaselineJudge `json:"verdict"`
	Checks        []CheckResult `json:"checks"` // sorted by id
	Cleanup       Cleanup       `json:"cleanup"`
	Waivers       []Waiver      `json:"waivers,omitempty"` // agreed exceptions, sorted by check; since version 1.1
	Notes         []string      `json:"notes,omitempty"`   // what a reader has to know about this run, in sentences
}

// Tool names the program that made the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Build   string `json:"build,omitempty"` // VCS revision, empty when unknown
}

// Run tells when and how the run was done.
type Run struct {
	ID          string    `json:"id"`
	Started     time.Time `json:"started"`
	Finished    time.Time `json:"finished"`
	Seed        uint64    `json:"seed"`
	Profile     string    `json:"profile"`     // observe, sandbox or reference
	Concurrency int       `json:"concurrency"` // checks at once
	Rate        float64   `json:"rate"`        // requests per second; 0 is unlimited
	Requests    int       `json:"requests"`    // exchanges made
	Interrupted bool      `json:"interrupted,omitempty"`
	Command     string    `json:"command,omitempty"` // command line that repeats the run, without secrets
}

// Target is the platform under test, without any credential.
type Target struct {
	Name      string            `json:"name"`
	Endpoints map[string]string `json:"endpoints"` // endpoint name -> base URL
	Tenant    string            `json:"tenant,omitempty"`
	// Version is the version of ETSI GS CIM 009 that the target states.
	Version string `json:"specVersion,omitempty"`
	// Claims are the MIMs and optional features that the statement claims.
	MIMs     []string `json:"mims"`
	Features []string `json:"features"`
	Member   string   `json:"member,omitempty"`
}

// BaselineRef names the baseline and the digest of its bytes.
type BaselineRef struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Status string `json:"status"` // approved or draft
	SHA256 string `json:"sha256"`
}

// Selection is what the user chose to run.
type Selection struct {
	Filter string   `json:"filter,omitempty"`
	MIMs   []string `json:"mims,omitempty"`
}

// Counts are the number of checks by outcome.
type Counts struct {
	Total        int `json:"total"`
	Passed       int `json:"passed"`
	Failed       int `json:"failed"`
	CantTell     int `json:"cantTell"`
	Inapplicable int `json:"inapplicable"`
	Untested     int `json:"untested"`
}

// CheckResult is the outcome of one check with its reason and evidence.
type CheckResult struct {
	ID           string    `json:"id"`
	Title        string    `json:"title"`
	MIM          string    `json:"mim"` // suite: MIM1, MIM2, ...
	Group        string    `json:"group"`
	Requirements []string  `json:"requirements"` // those of the run's baseline
	Clause       string    `json:"clause"`
	TestPurposes []string  `json:"testPurposes,omitempty"`
	Level        string    `json:"level"`
	Feature      string    `json:"feature,omitempty"`
	Needs        []string  `json:"needs"`
	Outcome      Outcome   `json:"outcome"`
	Reason       string    `json:"reason,omitempty"` // empty only when passed
	Findings     []Finding `json:"findings,omitempty"`
	// Started is the offset from the run's start, in milliseconds.
	StartedMS  int64      `json:"startedMs"`
	DurationMS int64      `json:"durationMs"`
	Exchanges  []Exchange `json:"exchanges,omitempty"`
}

// Finding is one mismatch between what a clause says and what was seen.
type Finding struct {
	Message  string `json:"message"`
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	Pointer  string `json:"pointer,omitempty"`  // RFC 6901, into the response body
	Exchange int    `json:"exchange,omitempty"` // Exchange.Seq, 0 when none
	Hint     string `json:"hint,omitempty"`     // what usually causes it
}

// Exchange is one request and its answer, redacted.
type Exchange struct {
	Seq        int    `json:"seq"` // order within the check, from 1
	Method     string `json:"method"`
	URL        string `json:"url"`
	Status     int    `json:"status,omitempty"` // 0 when there was no answer
	Error      string `json:"error,omitempty"`
	DurationMS int64  `json:"durationMs"`
	Curl       string `json:"curl,omitempty"`       // kept for exchanges that a finding points to
	Response   string `json:"response,omitempty"`   // excerpt of the body, kept likewise
	RequestID  string `json:"request,omitempty"`    // SHA-256 of the request body
	ResponseID string `json:"responseId,omitempty"` // SHA-256 of the response body
}

// Waiver is an agreed exception: the check counts neither for nor against the platform.
type Waiver struct {
	Check   string `json:"check"`
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`   // who stands for it
	Expires string `json:"expires"` // YYYY-MM-DD, the last day on which it holds
	// Outcome is what the check found all the same; Applied says that it was excused.
	Outcome Outcome `json:"outcome"`
	Applied bool    `json:"applied"`
}

// BaselineJudge is the verdict tree: baseline, MIMs, capabilities, requirements.
type BaselineJudge struct {
	Verdict Verdict    `json:"verdict"`
	Reason  string     `json:"reason"`
	MIMs    []MIMJudge `json:"mims"`
}

// MIMJudge is the verdict of one MIM.
type MIMJudge struct {
	ID           string            `json:"id"`
	Title        string            `json:"title"`
	Claimed      bool              `json:"claimed"`
	Verdict      Verdict           `json:"verdict"`
	Reason       string            `json:"reason"`
	Capabilities []CapabilityJudge `json:"capabilities"`
	// Declared says that its verdict rests on declarations alone; since version 1.1.
	Declared bool `json:"declared,omitempty"`
}

// CapabilityJudge is the verdict of one capability.
type CapabilityJudge struct {
	ID           string             `json:"id"`
	Title        string             `json:"title"`
	Verdict      Verdict            `json:"verdict"`
	Reason       string             `json:"reason"`
	Requirements []RequirementJudge `json:"requirements"`
}

// RequirementJudge is the verdict of one requirement and the checks it rests on.
type RequirementJudge struct {
	ID         string   `json:"id"`
	Text       string   `json:"text"`
	Obligation string   `json:"obligation"`
	Verdict    Verdict  `json:"verdict"`
	Reason     string   `json:"reason"`
	Checks     []string `json:"checks,omitempty"`
	Counts     Counts   `json:"counts"`
	// Declared says that all that speaks for it was declared, and nothing of it tested;
	// since version 1.1.
	Declared bool `json:"declared,omitempty"`
	// DerivedFrom are the MIMs from whose verdicts its own follows; since version 1.1.
	DerivedFrom []string `json:"derivedFrom,omitempty"`
}

// Cleanup tells what became of the things that the run created.
type Cleanup struct {
	Created int      `json:"created"`
	Removed int      `json:"removed"`
	Left    []string `json:"left,omitempty"` // paths that could not be removed
}
