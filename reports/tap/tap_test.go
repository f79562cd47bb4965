package tap

import (
	"flag"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) { golden.Check(t, *update, ".tap", Render) }

var point = regexp.MustCompile(`^(not ok|ok) (\d+) - ((?:[^\\#]|\\.)*?)(?: # (SKIP|TODO) (.*))?$`)

// TestReadBack reads the stream as a TAP consumer does.
func TestReadBack(t *testing.T) {
	for _, name := range fixture.Names() {
		r := fixture.Report(name)
		lines := strings.Split(string(golden.Render(t, Render, r)), "\n")
		if lines[0] != "TAP version 14" || !strings.HasPrefix(lines[1], fmt.Sprintf("1..%d", r.Counts.Total)) {
			t.Fatalf("%s begins with %q, %q", name, lines[0], lines[1])
		}
		n := 0
		var block []string
		inside := false
		for _, line := range lines[2 : len(lines)-1] {
			switch {
			case line == "  ---":
				inside, block = true, nil
			case line == "  ...":
				inside = false
				var got struct {
					Message  string
					Waiver   struct{ Owner, Reason, Expires string }
					Findings []struct{ Message, Expected, Actual, Pointer, Hint, Curl string }
				}
				if err := yaml.Unmarshal([]byte(strings.Join(block, "\n")), &got); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if c := r.Checks[n-1]; len(got.Findings) != len(c.Findings) || got.Message == "" {
					t.Errorf("%s: %s has %d findings, want %d", name, c.ID, len(got.Findings), len(c.Findings))
				} else if w := r.Waiver(c.ID); w != nil && (got.Waiver.Owner != w.Owner || got.Waiver.Expires != w.Expires || got.Waiver.Reason == "") {
					t.Errorf("%s: %s is waived by %+v, want %+v", name, c.ID, got.Waiver, w)
				}
			case inside:
				block = append(block, line)
			case strings.HasPrefix(line, "#"):
			default:
				m := point.FindStringSubmatch(line)
				if m == nil {
					t.Fatalf("%s: %q is no test point", name, line)
				}
				c := r.Checks[n]
				n++
				want := map[reports.Outcome]string{
					reports.Passed: "ok ", reports.Failed: "not ok ", reports.CantTell: "not ok TODO",
					reports.Inapplicable: "ok SKIP", reports.Untested: "ok SKIP",
				}[c.Outcome]
				if w := r.Waiver(c.ID); c.Outcome == reports.Failed && w != nil && w.Applied {
					want = "not ok TODO"
				}
				if got := m[1] + " " + m[4]; got != want || m[2] != fmt.Sprint(n) || !strings.HasPrefix(m[3], c.ID) {
					t.Errorf("%s: %s (%s) is %q", name, c.ID, c.Outcome, line)
				}
			}
		}
		if n != r.Counts.Total {
			t.Errorf("%s: %d test points, want %d", name, n, r.Counts.Total)
		}
	}
}

func TestDescriptionIsNoDirective(t *testing.T) {
	r := fixture.Interrupted()
	r.Checks[0].Title = `tricky # SKIP \`
	if got := string(golden.Render(t, Render, r)); !strings.Contains(got, `tricky \# SKIP \\`+"\n") {
		t.Errorf("the title is a directive:\n%s", got)
	}
}
