package evidence_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/evidence"
)

func exchange(seq int) evidence.Exchange {
	return evidence.Exchange{Check: "a", Seq: seq, Started: time.Unix(int64(seq), 7).UTC(), Duration: time.Duration(seq),
		Request: evidence.Request{Method: http.MethodGet, URL: "http://city.example/?q=<a&b>", Header: http.Header{"Accept": {"a", "b"}}}}
}

// However records are packed, they come back whole, by their numbers, and are written the
// same way.
func TestLog(t *testing.T) {
	want := []evidence.Exchange{exchange(1), exchange(2), exchange(3), exchange(4), exchange(5)}
	var lines bytes.Buffer
	if err := evidence.WriteLines(&lines, want); err != nil {
		t.Fatal(err)
	}
	if strings.Count(lines.String(), "\n") != len(want) || !strings.Contains(lines.String(), "<a&b>") {
		t.Fatalf("not one record a line as it is: %s", lines.String())
	}
	for name, steps := range map[string][][]int{ // what is added before each packing, and after the last one
		"nothing packed":              {{1, 2, 3, 4, 5}},
		"all packed at once":          {{1, 2, 3, 4, 5}, {}},
		"all packed, out of order":    {{2, 1, 5, 4, 3}, {}},
		"one after the other":         {{1, 2}, {}, {4, 3}, {5}},
		"a segment before the former": {{1, 4}, {2, 3}, {5}, {}},
		"the last one comes late":     {{1, 2, 4, 5}, {3}},
	} {
		t.Run(name, func(t *testing.T) {
			var log evidence.Log[evidence.Exchange]
			var packer evidence.Packer
			for i, step := range steps {
				if i > 0 {
					if err := log.Pack(&packer); err != nil {
						t.Fatal(err)
					}
				}
				for _, seq := range step {
					log.Add(exchange(seq))
				}
			}
			if log.Len() != len(want) || log.Open() != len(steps[len(steps)-1]) {
				t.Errorf("%d records, %d open", log.Len(), log.Open())
			}
			got, err := log.All(&packer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			var out bytes.Buffer
			if err := log.Write(&out, &packer); err != nil {
				t.Fatal(err)
			}
			if out.String() != lines.String() {
				t.Errorf("written:\n%s\nexpected:\n%s", out.String(), lines.String())
			}
		})
	}
}

// What can't be packed is not lost.
func TestLogKeepsWhatJSONCannotHold(t *testing.T) {
	var log evidence.Log[evidence.Exchange]
	var packer evidence.Packer
	late := exchange(1)
	late.Started = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	log.Add(late)
	if err := log.Pack(&packer); err == nil {
		t.Error("a time that JSON can't hold was packed")
	}
	if got, err := log.All(&packer); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	other := evidence.Log[evidence.Exchange]{}
	other.Add(exchange(1))
	if err := other.Pack(&packer); err != nil {
		t.Errorf("the packer is not fit for use after an error: %v", err)
	}
	if got, err := other.All(&packer); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}
