package formats

import (
	"fmt"
	"io"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/words"
)

// large has 1,000 checks with 8,000 exchanges, a fifth of them failed.
func large() *reports.Report {
	r := fixture.Full()
	var template []reports.CheckResult
	for _, o := range reports.Outcomes() {
		template = append(template, reports.With(r.Checks, o)[0])
	}
	r.Checks = nil
	for i := range 1000 {
		c := template[i%len(template)]
		c.ID = fmt.Sprintf("mim1.group%02d.case%04d", i%40, i)
		c.Group = fmt.Sprintf("group%02d", i%40)
		c.Exchanges = nil
		for seq := range 8 {
			c.Exchanges = append(c.Exchanges, reports.Exchange{Seq: seq + 1, Method: "GET", URL: "https://broker.example.org/ngsi-ld/v1/entities?type=Library", Status: 200, DurationMS: 12})
		}
		r.Checks = append(r.Checks, c)
	}
	r.Counts = reports.Count(r.Checks)
	return r
}

func BenchmarkRender(b *testing.B) {
	r := large()
	for _, f := range All() {
		b.Run(f.Name, func(b *testing.B) {
			var size counter
			for b.Loop() {
				size = 0
				if err := f.Render(&size, r, words.InEnglish()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size)/1e6, "MB")
		})
	}
}

// counter counts bytes.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return io.Discard.Write(p)
}
