package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/membership"
)

// day is a flag's value: a day of the calendar in UTC, or none.
type day membership.Date

func (d *day) String() string { return string(*d) }

// Type names the value in the help.
func (d *day) Type() string { return "date" }

// Set takes a day.
func (d *day) Set(s string) error {
	if !membership.Date(s).Valid() {
		return fmt.Errorf("it is no day: expected the form 2026-01-31")
	}
	*d = day(s)
	return nil
}

// date is the day, or today where none is given.
func (d *day) date() membership.Date {
	if *d == "" {
		return membership.DateOf(time.Now())
	}
	return membership.Date(*d)
}

// end is the last moment of the day, for the whole day counts; now where none is given.
func (d *day) end() time.Time {
	if *d == "" {
		return time.Now().UTC()
	}
	return membership.Date(*d).End().Add(-time.Nanosecond)
}

func onFlag(cmd *cobra.Command, d *day) {
	cmd.Flags().Var(d, "on", "day on which it happened, YYYY-MM-DD (default today)")
}

func asOfFlag(cmd *cobra.Command, d *day) {
	cmd.Flags().Var(d, "as-of", "show what was so at the end of this day, YYYY-MM-DD (default now)")
}
