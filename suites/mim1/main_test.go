package mim1_test

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets more checks run at once than there are processors, unless the number
// is given: those of notifications wait most of their time. Garbage is collected seldom:
// what a platform leaves behind goes all at once when its test is over.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
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
