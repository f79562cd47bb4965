package mim1_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets more checks run at once than there are processors, unless the number
// is given: those of notifications wait most of their time.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", "16"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
