package validate_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/validate"
)

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, in, wrong string }{
		{"object", `{"a":[1,-2.5e3,"x",true,null,{}]}`, ""},
		{"white space around", " \n1\t", ""},
		{"empty", ``, "no value"},
		{"cut", `{"a":[1`, "ends inside"},
		{"trailing", `1 2`, "more than one"},
		{"same name twice", `{"a":1,"a":2}`, "duplicate"},
		{"same name twice, escaped", `{"a":1,"\u0061":2}`, "duplicate"},
		{"invalid UTF-8", "\"\xff\"", "UTF-8"},
		{"lone surrogate", `"\ud800"`, "surrogate"},
		{"byte order mark", "\ufeff1", "invalid character"},
		{"NaN", `NaN`, "invalid"},
		{"deep", strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "deeper than 128"},
		{"at the limit", strings.Repeat("[", 128) + strings.Repeat("]", 128), ""},
		{"number beyond float64", `1e400`, "64-bit float"},
		{"number with a huge exponent", `1e999999999`, "64-bit float"},
		{"number below float64", `1e-999999999`, "64-bit float"},
		{"zero with a huge exponent", `0e99999999`, ""},
		{"HTML", `<html>`, "invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := validate.Decode([]byte(c.in))
			if c.wrong == "" {
				if err != nil {
					t.Fatal(err)
				}
				d := json.NewDecoder(strings.NewReader(c.in))
				d.UseNumber()
				var want any
				if err := d.Decode(&want); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(v, want) {
					t.Errorf("got %v, want %v", v, want)
				}
				return
			}
			var syntax *validate.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a syntax error", err)
			}
			if !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("got %q, want it to say %q", err, c.wrong)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"a":[1,"x",null]}`, `1e400`, `{"a":1,"a":2}`, `"\ud800"`, `[[[`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := validate.Decode(b)
		if err != nil {
			return
		}
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Fatalf("encoding/json refuses %q: %v", b, err)
		}
		if !reflect.DeepEqual(v, want) {
			t.Fatalf("%q: got %v, encoding/json reads %v", b, v, want)
		}
	})
}
