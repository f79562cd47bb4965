package xmldoc

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	root, err := Parse([]byte(`<?xml version="1.0" encoding="ISO-8859-1"?><a:r xmlns:a="urn:a" xmlns="urn:d" b="1"><c a:d="2"> K` + "\xf6" + `ln <!-- no --></c><c/></a:r>`))
	if err != nil {
		t.Fatal(err)
	}
	c := root.First("urn:d", "c")
	if !root.Is("urn:a", "r") || len(root.All("urn:d", "c")) != 2 || c.Said() != "Köln" {
		t.Errorf("read %+v with %q", root, c.Said())
	}
	if v, has := c.Get("urn:a", "d"); !has || v != "2" {
		t.Errorf("the attribute is %q", v)
	}
	for name, want := range map[string]xml.Name{"a:x": {Space: "urn:a", Local: "x"}, "x": {Space: "urn:d", Local: "x"}} {
		if got, known := c.Resolve(name); !known || got != want {
			t.Errorf("%s is %v, expected %v", name, got, want)
		}
	}
	if _, known := c.Resolve("z:x"); known {
		t.Error("a prefix that nothing declares is known")
	}
}

// What may harm is refused, and what is no XML is told from it.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		limit      bool
	}{
		{"nothing", "", false},
		{"no XML", "{}", false},
		{"cut", "<a><b></b>", false},
		{"two roots", "<a/><b/>", false},
		{"unknown entity", "<a>&lol;</a>", false},
		{"entities", `<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>`, true},
		{"depth", strings.Repeat("<a>", MaxDepth+1) + strings.Repeat("</a>", MaxDepth+1), true},
		{"size", "<a>" + strings.Repeat("<b/>", MaxElements) + "</a>", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse([]byte(c.text)); err == nil || errors.Is(err, ErrLimit) != c.limit {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// Whatever comes, there is a tree or an error.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"<a/>", `<?xml version="1.0" encoding="utf-16"?><a/>`, `<a xmlns:b="c" b:d="e">f<![CDATA[g]]></a>`, "<!DOCTYPE a><a/>", "<a>&#1;</a>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		root, err := Parse(b)
		if (root == nil) == (err == nil) {
			t.Errorf("%q gave %v and %v", b, root, err)
		}
		if root != nil {
			root.Below(func(e *Element) bool { e.Said(); e.Resolve(e.Text); return true })
		}
	})
}
