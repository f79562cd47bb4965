package verdict

import (
	"fmt"
	"strings"

	"github.com/oasc/mimcheck/reports"
)

// share is "2 of its 7 checks".
func share(some []reports.CheckResult, total int) string {
	return fmt.Sprintf("%d of its %s", len(some), plural(total, "check"))
}

// first names the first check of the list and its reason, as a sentence's end.
func first(checks []reports.CheckResult) string {
	c := checks[0]
	reason := strings.TrimSpace(c.Reason)
	if reason == "" {
		reason = fmt.Sprintf("outcome %q without a reason", c.Outcome)
	}
	return fmt.Sprintf("%s: %s.", c.ID, strings.TrimRight(reason, "."))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func were(checks []reports.CheckResult) string {
	if len(checks) == 1 {
		return "was"
	}
	return "were"
}

func are(names []string) string {
	if len(names) == 1 {
		return "is"
	}
	return "are"
}

// list is "A", "A and B", "A, B and C".
func list(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
