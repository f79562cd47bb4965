package attest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/evidence"
)

func exported(t testing.TB, b *attest.Bundle, checks ...string) []byte {
	t.Helper()
	har, err := b.HAR(checks...)
	if err != nil {
		t.Fatal(err)
	}
	return har
}

// A whole run goes out and comes in again as the same bundle, and goes out the same.
func TestHARThereAndBack(t *testing.T) {
	b := recorded(t)
	binary := evidence.NewMemoryBlobs(1 << 20).Put([]byte{0xff, 0, 'x'})
	b.Blobs[binary.SHA256] = []byte{0xff, 0, 'x'}
	for i := range b.Exchanges { // nothing else tells of this body
		if x := &b.Exchanges[i]; x.Response != nil && x.Response.Body.SHA256 == "" {
			x.Response.Body = binary
			for j, c := range b.Report.Checks {
				for k := range c.Exchanges {
					if c.ID == x.Check && c.Exchanges[k].Seq == x.Seq {
						b.Report.Checks[j].Exchanges[k].ResponseID = binary.SHA256
					}
				}
			}
			break
		}
	}
	har := exported(t, b)
	if !bytes.Contains(har, []byte(`"encoding": "base64"`)) {
		t.Error("no body is in base64, so that way was not tested")
	}
	again, part, err := attest.ImportHAR(har)
	if err != nil || part {
		t.Fatalf("part %v: %v", part, err)
	}
	if !bytes.Equal(encode(t, b), encode(t, again)) {
		t.Error("the bundle came back as another one")
	}
	if !bytes.Equal(har, exported(t, again)) {
		t.Error("the archive goes out otherwise the second time")
	}
}

func TestHAROfSomeChecks(t *testing.T) {
	const id = "mim1.entity.create.location"
	b := recorded(t)
	har := exported(t, b, id)
	read, part, err := attest.ImportHAR(har)
	if err != nil || !part {
		t.Fatalf("part %v: %v", part, err)
	}
	if len(read.Exchanges) != len(b.Of(id)) || len(read.Exchanges) == 0 || len(read.Report.Checks) != 1 || read.Run.Filter != id {
		t.Errorf("%d exchanges, %d checks, filter %s", len(read.Exchanges), len(read.Report.Checks), read.Run.Filter)
	}
	if !bytes.Equal(har, exported(t, read, id)) {
		t.Error("the archive goes out otherwise the second time")
	}
}

// Another program may lay the archive out in another way, and add to it.
func TestHARThatWasHandledByOthersIsRead(t *testing.T) {
	har := exported(t, recorded(t))
	var whole map[string]any
	d := json.NewDecoder(bytes.NewReader(har))
	d.UseNumber()
	if err := d.Decode(&whole); err != nil {
		t.Fatal(err)
	}
	log := whole["log"].(map[string]any)
	log["browser"], log["pages"], log["comment"] = map[string]any{"name": "x", "version": "1"}, []any{}, "looked at"
	log["entries"] = append(log["entries"].([]any), map[string]any{"startedDateTime": "2026-01-01T00:00:00Z", "time": 1, "_initiator": "script"})
	other, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := attest.ImportHAR(other)
	if err != nil || !bytes.Equal(exported(t, b), har) {
		t.Errorf("what others added is no longer left out: %v", err)
	}
}

func TestHARThatIsNotRightIsNamed(t *testing.T) {
	har := string(exported(t, recorded(t)))
	for name, c := range map[string]struct {
		old, new, want string
		inEntry        bool
	}{
		"cut":                        {har[len(har)/2:], "", "no HAR", false},
		"another version":            {`"version": "1.2"`, `"version": "1.1"`, "/log/version", false},
		"of another program":         {`"_mimcheck"`, `"_other"`, "another program", false},
		"another format":             {`"mimcheck-har"`, `"x"`, "mimcheck-har", false},
		"a newer version":            {`"version": "1.0",`, `"version": "7.0",`, "newer mimcheck", false},
		"another status":             {`"status": 201`, `"status": 200`, "not what was exported", false},
		"another status on the wire": {"\"response\": {\n          \"status\": 201", "\"response\": {\n          \"status\": 200", "not what was exported", true},
		"another verdict":            {`"verdict": "inconclusive"`, `"verdict": "conformant"`, "not what was exported", false},
		"another body":               {`\"type\":`, `\"tyqe\":`, "was altered", true},
		"another encoding":           {`"mimeType": "application/json",`, `"mimeType": "application/json", "_encoding": "rot13",`, "rot13", true},
		"an entry of no check":       {`"_check": "mim1.entity.create.location"`, `"_check": ""`, "whose exchange", true},
		"an entry out of time":       {`"time": `, `"time": -1, "_x": `, "expected a span", true},
		"no run":                     {`"report": {`, `"_x": {`, "/log/_mimcheck/report", false},
		"another baseline":           {`"id": "oasc-2019-01-16"`, `"id": "oasc-1999"`, "oasc-1999", false},
		"a body that is no text":     {`"text": "`, `"_encoding": "base64", "text": "`, "base64", true},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(har, c.old, c.new, 1)
			if c.inEntry {
				head, entries, _ := strings.Cut(har, `"entries": [`)
				broken = head + `"entries": [` + strings.Replace(entries, c.old, c.new, 1)
			}
			if broken == har {
				t.Fatalf("the archive has no %.40s", c.old)
			}
			_, _, err := attest.ImportHAR([]byte(broken))
			var named *attest.HARError
			if !errors.As(err, &named) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzImportHAR(f *testing.F) {
	b, err := attest.Read(sample)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(exported(f, b))
	f.Add(exported(f, b, b.Report.Checks[0].ID))
	f.Add([]byte(`{"log":{"version":"1.2","creator":{},"entries":[]}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		read, part, err := attest.ImportHAR(content)
		if err != nil {
			var named *attest.HARError
			if !errors.As(err, &named) {
				t.Errorf("%v is no *attest.HARError", err)
			}
			return
		}
		if part {
			return // its report is judged anew
		}
		again, _, err := attest.ImportHAR(exported(t, read))
		if err != nil || !bytes.Equal(encode(t, read), encode(t, again)) {
			t.Errorf("what was read goes out and comes in as something else: %v", err)
		}
	})
}
