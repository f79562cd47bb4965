package declaration

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// Question is one requirement that a template asks about.
type Question struct {
	Requirement string
	Declared    string // what has to be so
	Why         string // why it is asked
	Mandatory   bool
}

// Template is a draft in YAML, to be filled in and signed, with an entry for each question.
func Template(questions []Question, now time.Time) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `# Declarations about a platform, where no machine can look. Fill in what is so, and take
# out the entries of which nothing is declared. Documents are addresses at the host at
# which the signed file will be published; sha256 may be left out for a page that changes.
platform: ""
signer:
  name: ""
  role: ""
  organisation: ""
expires: %q
declarations:
`, now.AddDate(1, 0, 0).Format(time.DateOnly))
	for _, q := range questions {
		obligation := "not mandatory"
		if q.Mandatory {
			obligation = "mandatory"
		}
		fmt.Fprintf(&out, "  # %s: %s\n  # %s\n  - requirement: %s\n    statement: \"\"\n    documents:\n      - title: \"\"\n        url: \"\"\n",
			obligation, q.Declared, q.Why, strconv.Quote(q.Requirement))
	}
	return out.Bytes()
}
