package harness_test

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/reports"
)

// What is seen of TLS and of tokens is judged again offline, also when no connection is
// trusted and when tokens are not signed.
func TestAReplayJudgesSecurityTheSame(t *testing.T) {
	for _, c := range []struct{ fault, failed string }{
		{"", ""},
		{"tls.old-too", "mim6.tls.version.old"},
		{"tls.ended", "mim6.tls.certificate.time"},
		{"tls.self-signed", "mim6.tls.certificate.trusted"},
		{"tls.plain-too", "mim6.tls.plain.closed"},
		{"identity.token.unsigned", "mim6.token.jwt.signed"},
		{"protected.signature-unchecked", "mim6.protected.token.altered"},
	} {
		if testing.Short() && c.fault != "" && c.fault != "tls.ended" {
			continue
		}
		t.Run("fault "+c.fault, func(t *testing.T) {
			s := harness.Settings{Baseline: "oasc-2026-06-draft", Filter: "MIM6"}
			if c.fault != "" { // the checks beside the one that fails, too
				s.Faults, s.Filter = []string{c.fault}, `/^`+strings.Split(c.failed, ".")[1]+`\./`
			}
			b := ran(t, s)
			compare(t, b)
			failed := false
			for _, check := range b.Report.Checks {
				failed = failed || check.ID == c.failed && check.Outcome == reports.Failed
			}
			if failed != (c.failed != "") {
				t.Errorf("%s did not fail", c.failed)
			}
		})
	}
}
