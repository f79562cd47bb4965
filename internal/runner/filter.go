package runner

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onsi/ginkgo/v2/formatter"
	gtypes "github.com/onsi/ginkgo/v2/types"
)

// ParseFilter reads a label expression of --filter, in Ginkgo's language, and
// answers whether a check's labels match it. Its error is one line that tells
// what is wrong with the expression.
func ParseFilter(filter string) (func(labels []string) bool, error) {
	matches, err := gtypes.ParseLabelFilter(filter)
	if err != nil {
		return nil, fmt.Errorf("--filter %q is no label expression: %s; try `core && !need:write`, see `mimcheck list --labels`", filter, whatIsWrong(err))
	}
	return matches, nil
}

// whatIsWrong is the last line of Ginkgo's error, without the colours that it has
// for a terminal: the lines above repeat the expression.
func whatIsWrong(err error) string {
	var told gtypes.GinkgoError
	if !errors.As(err, &told) {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(formatter.New(formatter.ColorModeNone).F(told.Message)), "\n")
	return strings.TrimSuffix(lines[len(lines)-1], ".")
}
