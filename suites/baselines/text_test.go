package baselines

import (
	"strings"
	"testing"
)

func TestWriteText(t *testing.T) {
	for id, lines := range map[string][]string{
		"oasc-2019-01-16": {
			"oasc-2019-01-16\nOASC Minimal Interoperability Mechanisms, initial set of 2019, approved by OASC Council of Cities, 2019-01-16\n",
			"\nMIM1 Context Information Management\n  One interface to the real-time context information of different cities\n    oasc-2019-01-16/MIM1/access (mandatory, overHTTP)\n",
			"      met by: SAREF and SAREF4CITY; oneM2M base ontology; ISA core vocabularies\n",
		},
		"oasc-2026-06-draft": {
			", draft, 2026-06-01\n",
			"read: https://github.com/oasc/interlinking-data-mim-1 4eae37e 2026-01-20\n",
			"note: A draft: ",
		},
	} {
		b := get(t, id)
		var out strings.Builder
		if err := b.WriteText(&out); err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			if !strings.Contains(out.String(), line) {
				t.Errorf("%s: the text lacks %q:\n%s", id, line, out.String())
			}
		}
		for _, r := range b.Requirements() {
			if !strings.Contains(out.String(), r.ID+" ("+r.Obligation) {
				t.Errorf("%s is not shown", r.ID)
			}
		}
	}
}
