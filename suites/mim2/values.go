package mim2

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func valueChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.values.unit.code", Title: "A unitCode is a code of UN/CEFACT Recommendation 20",
			Requirements: unambiguous, Clause: cim + "5.2.5; UN/CEFACT Recommendation 20",
			Level: suites.Core, Needs: needs(), Fault: "models.unit.as-symbol",
			Hint: "Symbols such as °C or µg/m3 are no codes: these are CEL and GQ.",
			Body: func(t *suites.T) {
				eachMember(t, "no sampled attribute has a unitCode", func(_ models.Attr, i models.Instance) (any, string) {
					if i.UnitCode == nil {
						return nil, ""
					}
					if code, ok := i.UnitCode.(string); !ok || !unitCodes()[code] {
						return i.UnitCode, "the unitCode is no code of UN/CEFACT Recommendation 20"
					}
					return i.UnitCode, ""
				})
			},
		},
		{
			ID: "mim2.values.observedAt.form", Title: "An observedAt is a DateTime in UTC",
			Requirements: unambiguous, Clause: cim + "4.6.3, 4.8",
			Level: suites.Core, Needs: needs(), Fault: "models.observed-at.local-time",
			Hint: "It ends with Z; an offset such as +01:00 is not allowed.",
			Body: func(t *suites.T) {
				eachMember(t, "no sampled attribute has an observedAt", func(_ models.Attr, i models.Instance) (any, string) {
					if i.ObservedAt == nil {
						return nil, ""
					}
					if _, ok := dateTime(i.ObservedAt); !ok {
						return i.ObservedAt, "the observedAt is no DateTime of the form YYYY-MM-DDThh:mm:ssZ"
					}
					return i.ObservedAt, ""
				})
			},
		},
		{
			ID: "mim2.values.observedAt.past", Title: "Nothing was observed in the future",
			Requirements: unambiguous, Clause: cim + "4.8",
			Level: suites.Core, Needs: needs(), Fault: "models.observed-at.future",
			Hint: "Local time that is marked as UTC, or a device whose clock is wrong, looks like this.",
			Body: func(t *suites.T) {
				now := clock(t)
				eachMember(t, "no sampled attribute has an observedAt", func(_ models.Attr, i models.Instance) (any, string) {
					at, ok := dateTime(i.ObservedAt)
					if !ok {
						return nil, ""
					}
					if at.After(now.Add(clockTolerance)) {
						return i.ObservedAt, "the observedAt is after the sample was taken"
					}
					return i.ObservedAt, ""
				})
			},
		},
		{
			ID: "mim2.values.date.past", Title: "What is said to have been observed, created or changed was so before now",
			Requirements: unambiguous, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.date.future",
			Hint: "Local time that is marked as UTC, or a device whose clock is wrong, looks like this.",
			Body: func(t *suites.T) {
				now := clock(t)
				eachMember(t, "no sampled entity says when it was observed", func(a models.Attr, i models.Instance) (any, string) {
					if !pastDate.MatchString(local(a)) {
						return nil, ""
					}
					text, _ := i.Value.(string)
					at, err := time.Parse(time.RFC3339, text)
					if err != nil {
						return nil, ""
					}
					if at.After(now.Add(clockTolerance)) {
						return i.Value, "the date is after the sample was taken"
					}
					return i.Value, ""
				})
			},
		},
		{
			ID: "mim2.values.dataset.uri", Title: "A datasetId is a URI, and no two instances of an attribute share one",
			Requirements: open, Clause: cim + "4.5.5.1",
			Level: suites.Core, Needs: needs(), Fault: "models.dataset.repeated",
			Hint: "Instances of one attribute are told apart by their datasetId alone.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.each(func(s subject) {
					for _, f := range s.entity.Faults {
						if strings.Contains(f.Message, "datasetId") {
							y.add(f.Message, s.id, reports.Finding{Pointer: f.Pointer})
						}
					}
					for _, a := range s.entity.Attributes {
						for _, i := range a.Instances {
							if i.DatasetID != "" && !strings.Contains(i.DatasetID, ":") {
								y.add("a datasetId is no URI", s.id, reports.Finding{Pointer: "/" + token(a.Served), Actual: i.DatasetID})
							}
						}
					}
				})
				y.report()
				v.conclude("no entity was sampled")
			},
		},
		{
			ID: "mim2.values.language.tag", Title: "The texts of a LanguageProperty are told apart by language tags",
			Requirements: unambiguous, Clause: cim + "4.5.18.2, 4.6.5; IETF BCP 47",
			Level: suites.Core, Needs: needs(), Fault: "models.language.by-name",
			Hint: "It is da or da-DK, not Danish.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				for _, s := range v.subjects {
					for _, a := range s.entity.Attributes {
						if a.Kind != models.LanguageProperty {
							continue
						}
						for _, i := range a.Instances {
							v.judged++
							for _, tag := range tags(i.Value) {
								if tag == "@none" {
									continue
								}
								if _, err := language.Raw.Parse(tag); err != nil {
									y.add(fmt.Sprintf("%s: %q is no language tag", local(a), tag), s.id, reports.Finding{Pointer: i.Pointer, Actual: brief(i.Value)})
								}
							}
						}
					}
				}
				y.report()
				v.conclude("no sampled entity has a LanguageProperty")
			},
		},
	}
}

// clockTolerance is how far clocks may be apart.
const clockTolerance = 10 * time.Minute

// pastDate is the names of dates that models say of the past.
var pastDate = regexp.MustCompile(`^(dateObserved(To|From)?|dateCreated|dateModified|dateLast[A-Za-z]*|dateInstalled|dateServiceStarted|occupancyModified|observationDateTime|timeInstant)$`)

// dateTimeForm is a DateTime by 4.6.3: UTC, no offset, at most six digits of a second.
var dateTimeForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d{1,6})?Z$`)

func dateTime(v any) (time.Time, bool) {
	text, ok := v.(string)
	if !ok || !dateTimeForm.MatchString(text) {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, strings.Replace(text, ",", ".", 1))
	return at, err == nil
}

// clock is when the sample was taken.
func clock(t *suites.T) time.Time {
	at := t.Sampled().Taken
	if at.IsZero() {
		t.CantTell("the run does not say when its sample was taken")
	}
	return at
}

func tags(languages any) []string {
	m, _ := languages.(map[string]any)
	var list []string
	for tag := range m {
		list = append(list, tag)
	}
	slices.Sort(list)
	return list
}

// eachMember reports what is wrong with a member of each instance. No value and no
// complaint: the instance has no such member.
func eachMember(t *suites.T, nothing string, about func(a models.Attr, i models.Instance) (value any, wrong string)) {
	v := look(t)
	y := v.tally()
	for _, s := range v.subjects {
		for _, a := range s.entity.Attributes {
			for _, i := range a.Instances {
				value, wrong := about(a, i)
				if value == nil {
					continue
				}
				v.judged++
				if wrong != "" {
					y.add(local(a)+": "+wrong, s.id, reports.Finding{Pointer: i.Pointer, Actual: brief(value)})
				}
			}
		}
	}
	y.report()
	v.conclude(nothing)
}
