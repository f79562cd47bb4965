package rdf

import (
	"math/big"
	"regexp"
	"strings"
)

var numeric = regexp.MustCompile(`^(?:integer|decimal|double|float|long|int|short|byte|nonNegativeInteger|positiveInteger|nonPositiveInteger|negativeInteger|unsignedLong|unsignedInt|unsignedShort|unsignedByte)$`)

// mostDigits bounds the numbers that are read: one with an exponent can be endless.
const mostDigits = 40

// Number is the value of a literal of a number type of XML Schema; false when it is none,
// or one that is too long.
func (t Term) Number() (*big.Rat, bool) {
	kind, is := strings.CutPrefix(t.Datatype, XSD)
	if t.Kind != Literal || !is || !numeric.MatchString(kind) || len(t.Value) > mostDigits || strings.ContainsAny(t.Value, "/_xXpP") {
		return nil, false
	}
	if at := strings.IndexAny(t.Value, "eE"); at >= 0 && len(t.Value)-at > 4 {
		return nil, false
	}
	return new(big.Rat).SetString(t.Value)
}
