package proof

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Text writes the report for a terminal.
func Text(w io.Writer, r *Report) error {
	var out bytes.Buffer
	table := tabwriter.NewWriter(&out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "CHECKS\tREACHED\tKILLED\tSURVIVED\tEQUIVALENT\t  REQUIREMENT")
	for _, q := range r.Requirements {
		fmt.Fprintf(table, "%d\t%d\t%d\t%d\t%d\t  %s\n", q.Checks, q.Reached, q.Killed, q.Survived, q.Equivalent, q.ID)
	}
	_ = table.Flush() // a buffer takes everything
	out.WriteString("\n")
	fmt.Fprintln(table, "REACHED\tKILLED\tALONE\t  CHECK\t  NEEDED FOR")
	for _, c := range r.Checks {
		fmt.Fprintf(table, "%d\t%d\t%d\t  %s\t  %s\n", c.Reached, c.Killed, c.Sole, c.ID, c.NeededFor)
	}
	_ = table.Flush()
	for _, l := range r.lists() {
		fmt.Fprintf(&out, "\n%s (%d):\n  %s\n", l.title, len(l.lines), strings.Join(l.lines, "\n  "))
	}
	fmt.Fprintf(&out, "\n%s\n%s\n", r.summary(), r.verdict())
	_, err := w.Write(out.Bytes())
	return err
}

func (r *Report) verdict() string {
	if r.Proved {
		return "The checks are proved."
	}
	return "The checks are not proved: " + strings.Join(r.Reasons, "; ") + "."
}
