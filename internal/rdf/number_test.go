package rdf

import "testing"

func TestNumber(t *testing.T) {
	for _, c := range []struct{ value, kind, want string }{
		{"12323.0", "decimal", "12323"}, {"12323", "nonNegativeInteger", "12323"}, {"-.5e1", "double", "-5"},
		{"12 kB", "integer", ""}, {"1e9999", "double", ""}, {"0x10", "integer", ""}, {"1/2", "decimal", ""}, {"12", "string", ""},
	} {
		n, is := Term{Kind: Literal, Value: c.value, Datatype: XSD + c.kind}.Number()
		if is != (c.want != "") || is && n.RatString() != c.want {
			t.Errorf("%s of xsd:%s is %v (%v), expected %q", c.value, c.kind, n, is, c.want)
		}
	}
	if _, is := Ref(XSD + "integer").Number(); is {
		t.Error("an IRI is a number")
	}
}
