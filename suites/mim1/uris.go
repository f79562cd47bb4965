package mim1

import (
	"fmt"
	"net/url"

	"github.com/onsi/gomega/types"
)

// isURI says whether s is an absolute URI or IRI (RFC 3986, RFC 3987): a scheme and
// something after it, without white space.
func isURI(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r == '<' || r == '>' || r == '"' || r == 0x7f {
			return false
		}
	}
	return u.Opaque != "" || u.Host != "" || u.Path != ""
}

// beURI matches a string that is an absolute URI.
func beURI() types.GomegaMatcher { return uriMatcher{} }

type uriMatcher struct{}

func (uriMatcher) Match(actual any) (bool, error) {
	s, ok := actual.(string)
	return ok && isURI(s), nil
}

func (uriMatcher) FailureMessage(actual any) string {
	return fmt.Sprintf("%s is no absolute URI", compact(actual))
}

func (uriMatcher) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("%s is an absolute URI and should not be", compact(actual))
}
