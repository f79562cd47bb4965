package membership_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// The story of a city, from its Letter of Intent to a certificate that has expired.
func Example() {
	if err := story(); err != nil {
		fmt.Println(err)
	}

	// Output:
	// refused by the rule chapter-country (the cities of a chapter are of its country): Villaclara is of ES, the chapter of PT; nothing was recorded
	// 2020-04-01 notStarted: No run of it is recorded.
	// 2021-03-01 experimenting: 1 run is recorded, the latest on 2021-03-01 (run-1), and none that shows it implemented.
	// 2021-10-11 implementing: The run run-2 on 2021-10-11 found a part of it: 0 of 1 mandatory requirements, 51 of 60 of their checks.
	// 2022-04-02 overdue: It was to be implemented by 2022-04-01. The run run-2 on 2021-10-11 found a part of it: 0 of 1 mandatory requirements, 51 of 60 of their checks.
	// 2022-05-02 implemented: The run run-3 on 2022-05-02 found it conformant (selfTested); that holds until 2023-05-02.
	// 2024-06-01 lapsed: The certificate oasc-2022-17 on the run run-4 found it conformant (certified), but that expired after 2024-05-31.
	// other: One model of parking for three towns
	// whole: true
}

func story() (err error) {
	dir, err := os.MkdirTemp("", "story")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC) }
	l, err := ledger.Open(filepath.Join(dir, "ledger.db"), ledger.WithClock(now))
	if err != nil {
		return err
	}
	defer l.Close()
	baseline, err := baselines.Get(membership.InitialBaseline)
	if err != nil {
		return err
	}

	run := func(id string, day membership.Date, verdict reports.Verdict, conformant, passed int) membership.RunRecorded {
		finished := day.Start()
		return membership.RunRecorded{
			Member: "villaclara", Run: id, Report: strings.Repeat("0", 64), Baseline: baseline.ID, BaselineSHA256: baseline.SHA256,
			Target: "the city's broker", Profile: "sandbox", Assurance: membership.SelfTested, Started: finished, Finished: finished, Verdict: verdict,
			MIMs: []membership.RunMIM{{MIM: "MIM1", Claimed: true, Verdict: verdict, Conformant: conformant, Mandatory: 1, Passed: passed, Checks: 60}},
		}
	}
	good := run("run-3", "2022-05-02", reports.Conformant, 1, 60)
	witnessed := run("run-4", "2022-05-20", reports.Conformant, 1, 60)
	witnessed.Assurance = membership.Witnessed
	facts := []membership.Fact{
		membership.LetterSigned{Member: "villaclara", Name: "Villaclara", Country: "ES", By: "Ana Ruiz", Role: "mayor", On: "2020-02-03"},
		membership.LetterSent{Member: "villaclara", To: "the secretariat", On: "2020-02-05"},
		membership.BoardApproved{Member: "villaclara", By: "Board meeting of April 2020", On: "2020-04-01"},
		membership.ChapterJoined{Country: "ES", Member: "villaclara", On: "2020-04-20"},
		run("run-1", "2021-03-01", reports.NonConformant, 0, 22),
		run("run-2", "2021-10-11", reports.NonConformant, 0, 51),
		good,
		membership.BundleFiled{Member: "villaclara", Run: good.Run, Bundle: strings.Repeat("b", 64), By: "Ana Ruiz", On: "2022-05-03"},
		witnessed,
		membership.CertificateIssued{
			Certificate: "oasc-2022-17", SHA256: strings.Repeat("c", 64), Member: "villaclara", SelfRun: good.Run, Run: witnessed.Run, RunFinished: witnessed.Finished,
			Baseline: baseline.ID, MIMs: []string{"MIM1"}, Assurance: membership.Certified,
			Runner: "A member of the Working Group", RunnerKey: strings.Repeat("1", 64), Issuer: "Another member of it", IssuerKey: strings.Repeat("2", 64),
			On: "2022-06-01", ValidUntil: "2024-05-31",
		},
		membership.Contributed{Member: "villaclara", What: membership.Practice, Title: "One model of parking for three towns", On: "2023-09-14"},
	}
	if _, err := membership.EnterAll(ctx, l, facts...); err != nil {
		return err
	}

	// What breaks a rule is refused, with its name.
	_, err = membership.Enter(ctx, l, membership.ChapterJoined{Country: "PT", Member: "villaclara", On: "2024-01-10"})
	fmt.Println(err)

	events, err := l.Events(ctx)
	if err != nil {
		return err
	}
	card, err := membership.CardOf(events, "villaclara", now())
	if err != nil {
		return err
	}
	for _, change := range card.Timeline {
		if change.MIM == "MIM1" {
			fmt.Printf("%s %s: %s\n", membership.DateOf(change.At), change.To, change.Reason)
		}
	}
	fmt.Println("other:", card.Contributions[0].Title)
	fmt.Println("whole:", l.Verify(ctx) == nil)
	return nil
}
