package suites

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/reports"
)

// describe says in words what value, a matcher or a JSON value, asks for.
func describe(value any) string {
	m, isMatcher := value.(types.GomegaMatcher)
	if !isMatcher {
		return compact(value)
	}
	if j, ok := m.(jsonMatcher); ok {
		return compact(j.want)
	}
	return "a value " + inWords(m)
}

// inWords is the part of a matcher's failure message that is about what it wants. It is
// asked after a mismatch.
func inWords(m types.GomegaMatcher) (words string) {
	defer func() {
		if recover() != nil { // some matchers only tell of what they have looked at
			words = fmt.Sprintf("that matches %T", m)
		}
	}()
	message := m.FailureMessage("")
	// "Expected", the value, "to be", what is wanted: each on lines of its own, values indented.
	lines := strings.Split(message, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[0] == "Expected" && !strings.HasPrefix(lines[i], " ") {
			return withoutAddresses(strings.Join(strings.Fields(strings.Join(lines[i:], " ")), " "))
		}
	}
	return withoutAddresses("that matches: " + message)
}

// steadyMaps makes Gomega show the members of maps in order: findings of the same evidence
// have to be the same. Gomega's formatters are those of the whole program.
var steadyMaps = sync.OnceFunc(func() {
	format.RegisterCustomFormatter(func(v any) (string, bool) {
		if reflect.ValueOf(v).Kind() != reflect.Map {
			return "", false
		}
		b, err := json.Marshal(v)
		return excerpt(b), err == nil
	})
})

// address matches where Go shows a pointer with the type of what it points to.
var address = regexp.MustCompile(`(<[^<>|]*?) \| 0x[0-9a-f]+(>|,)`)

// withoutAddresses takes memory addresses out of text: they say nothing to a reader,
// and are others each time.
func withoutAddresses(text string) string { return address.ReplaceAllString(text, "$1$2") }

// steady is the finding as it is told each time that it is found.
func steady(f reports.Finding) reports.Finding {
	f.Message, f.Expected, f.Actual = withoutAddresses(f.Message), withoutAddresses(f.Expected), withoutAddresses(f.Actual)
	return f
}
