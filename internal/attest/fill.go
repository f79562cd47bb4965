package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// fill reads the bundle's files, each of which has to be in its one form.
func (b *Bundle) fill(files map[string][]byte) (err error) {
	for _, name := range []string{reportFile, runFile, baselineFile, exchangesFile, eventsFile} {
		if _, have := files[name]; !have {
			return wrong(name, "the file is missing: every bundle has it")
		}
	}
	if b.Report, err = reports.Decode(files[reportFile]); err != nil {
		return &Error{File: reportFile, Err: err}
	}
	if err := strictly(runFile, files[runFile], &b.Run); err != nil {
		return err
	}
	b.baseline = files[baselineFile]
	if b.Baseline, err = baselines.Parse(b.baseline); err != nil {
		return &Error{File: baselineFile, Err: err}
	}
	if b.Exchanges, err = readLines[evidence.Exchange](exchangesFile, files[exchangesFile]); err != nil {
		return err
	}
	if b.Events, err = readLines[evidence.Event](eventsFile, files[eventsFile]); err != nil {
		return err
	}
	b.Blobs = map[string][]byte{}
	for name, content := range files {
		digest, isBlob := strings.CutPrefix(name, blobFolder+"/")
		if !isBlob {
			continue
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != digest {
			return wrong(name, "its content has the digest %x: a body is named after its digest", sum)
		}
		b.Blobs[digest] = content
	}
	for _, part := range b.parts(reports.Form, b) {
		var again bytes.Buffer
		if err := part.write(&again); err != nil {
			return &Error{File: part.name, Err: err}
		}
		if at := firstDifference(again.Bytes(), files[part.name]); at >= 0 {
			return wrong(part.name, "byte %d is not as mimcheck writes it", at)
		}
	}
	return nil
}

// readLines reads JSON with one value a line.
func readLines[T any](file string, raw []byte) ([]T, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var all []T
	for {
		var v T
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, wrong(file, "line %d can't be read: %w", len(all)+1, err)
		}
		all = append(all, v)
	}
}

// consistent says where the parts of the bundle contradict one another.
func (b *Bundle) consistent() error {
	r := b.Report
	switch {
	case r.Baseline.ID != b.Baseline.ID || r.Baseline.SHA256 != b.Baseline.SHA256:
		return wrong(baselineFile, "it is %s with the digest %s, and the report was judged by %s with %s", b.Baseline.ID, b.Baseline.SHA256, r.Baseline.ID, r.Baseline.SHA256)
	case r.Run.Seed != b.Run.Seed || r.Run.Profile != b.Run.Profile:
		return wrong(runFile, "its seed and profile are %d and %s, and the report has %d and %s", b.Run.Seed, b.Run.Profile, r.Run.Seed, r.Run.Profile)
	}
	for i, x := range b.Exchanges {
		if i > 0 && order(b.Exchanges[i-1].Check, b.Exchanges[i-1].Seq, x.Check, x.Seq) >= 0 {
			return wrong(exchangesFile, "line %d is out of order or there twice: expected the exchanges by check and order", i+1)
		}
	}
	for i, e := range b.Events {
		if i > 0 && order(b.Events[i-1].Check, b.Events[i-1].Seq, e.Check, e.Seq) >= 0 {
			return wrong(eventsFile, "line %d is out of order or there twice: expected the events by check and order", i+1)
		}
		first := i == 0 || b.Events[i-1].Check != e.Check
		if first && e.Seq != 1 || !first && e.Seq != b.Events[i-1].Seq+1 {
			return wrong(eventsFile, "line %d is event %d of %s, and the one before it is missing", i+1, e.Seq, e.Check)
		}
	}
	referred := map[string]bool{}
	for _, ref := range b.bodies() {
		referred[ref.SHA256] = true
		if content, have := b.Blobs[ref.SHA256]; have && int64(len(content)) != ref.Size {
			return wrong(blobFolder+"/"+ref.SHA256, "it has %d bytes, and what refers to it says %d", len(content), ref.Size)
		}
	}
	for digest := range b.Blobs {
		if !referred[digest] {
			return wrong(blobFolder+"/"+digest, "no exchange refers to it")
		}
	}
	return b.reported()
}

// reported says where the report tells of exchanges that are not those in the bundle.
func (b *Bundle) reported() error {
	byCheck := map[string][]evidence.Exchange{}
	for _, x := range b.Exchanges {
		byCheck[x.Check] = append(byCheck[x.Check], x)
	}
	for _, c := range b.Report.Checks {
		have := byCheck[c.ID]
		if len(have) != len(c.Exchanges) {
			return wrong(reportFile, "%s has %d exchanges, and %s has %d of it", c.ID, len(c.Exchanges), exchangesFile, len(have))
		}
		for i, told := range c.Exchanges {
			if said := say(told); said != sayRecorded(have[i]) {
				return wrong(reportFile, "exchange %d of %s is %s, and in %s %s", told.Seq, c.ID, said, exchangesFile, sayRecorded(have[i]))
			}
		}
	}
	return nil
}

func say(x reports.Exchange) string {
	return fmt.Sprintf("%d %s %s %d %s %s", x.Seq, x.Method, x.URL, x.Status, x.RequestID, x.ResponseID)
}

func sayRecorded(x evidence.Exchange) string {
	told := reports.Exchange{Seq: x.Seq, Method: x.Request.Method, URL: x.Request.URL, RequestID: x.Request.Body.SHA256}
	if x.Response != nil {
		told.Status, told.ResponseID = x.Response.Status, x.Response.Body.SHA256
	}
	return say(told)
}

// Missing are the bodies that were not kept, by digest, sorted.
func (b *Bundle) Missing() []string {
	var missing []string
	for _, ref := range b.bodies() {
		if _, have := b.Blobs[ref.SHA256]; !have {
			missing = append(missing, ref.SHA256)
		}
	}
	slices.Sort(missing)
	return slices.Compact(missing)
}
