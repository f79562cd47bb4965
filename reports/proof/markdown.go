package proof

import (
	"bytes"
	"fmt"
	"io"
)

// Markdown writes the report as GitHub-flavoured Markdown, the lists folded.
func Markdown(w io.Writer, r *Report) error {
	var out bytes.Buffer
	sign := "✅"
	if !r.Proved {
		sign = "❌"
	}
	fmt.Fprintf(&out, "## %s Proof of the checks\n\n%s\n\n%s.\n\n", sign, r.verdict(), r.summary())
	fmt.Fprint(&out, "| Requirement | Checks | Faults that reach them | Killed | Survived | Equivalent |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, q := range r.Requirements {
		fmt.Fprintf(&out, "| `%s` | %d | %d | %d | %d | %d |\n", q.ID, q.Checks, q.Reached, q.Killed, q.Survived, q.Equivalent)
	}
	for _, l := range r.lists() {
		fmt.Fprintf(&out, "\n<details><summary>%s (%d)</summary>\n\n", l.title, len(l.lines))
		for _, line := range l.lines {
			fmt.Fprintf(&out, "- %s\n", escape(line))
		}
		fmt.Fprint(&out, "\n</details>\n")
	}
	fmt.Fprint(&out, "\n<details><summary>Checks</summary>\n\n| Check | Faults that reach it | Killed | Alone | Needed for |\n| --- | ---: | ---: | ---: | --- |\n")
	for _, c := range r.Checks {
		needed := ""
		if c.NeededFor != "" {
			needed = "`" + c.NeededFor + "`"
		}
		fmt.Fprintf(&out, "| `%s` | %d | %d | %d | %s |\n", c.ID, c.Reached, c.Killed, c.Sole, needed)
	}
	fmt.Fprint(&out, "\n</details>\n")
	_, err := w.Write(out.Bytes())
	return err
}
