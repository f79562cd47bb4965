package mim0

import (
	. "github.com/oasc/mimcheck/suites"
)

func exampleChecks() []Check {
	return []Check{
		{
			ID: "mim0.description.examples.some", Title: "The description has examples",
			Requirements: []string{exemplified}, Clause: openAPI + "4.8.19", Fault: "rest.description.no-examples",
			Body: func(t *T) {
				d := description(t)
				shown := 0
				for _, o := range d.reads() {
					if d.exemplified(o) {
						shown++
					}
				}
				t.Holds(d.Response, shown > 0, "no operation of the description has an example of a parameter or of what it gives")
			},
		},
		{
			ID: "mim0.description.examples.each", Title: "Each operation of the description has an example",
			Requirements: []string{everyone}, Clause: openAPI + "4.8.19", Fault: "rest.description.one-unexemplified",
			Body: func(t *T) {
				d := description(t)
				all := d.reads()
				if len(all) == 0 {
					t.Untested("the description tells of no GET")
				}
				for _, o := range all {
					t.Holds(d.Response, d.exemplified(o), "GET %s has no example of a parameter or of what it gives", o.path)
				}
			},
		},
	}
}

// exemplified says whether an example shows the operation: of one of its parameters, or
// of what it gives, beside the schema or in it.
func (d document) exemplified(o operation) bool {
	shown := func(v object) bool {
		if v["example"] != nil || v["examples"] != nil {
			return true
		}
		schema := d.resolve(v["schema"])
		return schema["example"] != nil || schema["examples"] != nil
	}
	for _, p := range d.parameters(o) {
		if shown(p) {
			return true
		}
	}
	for _, v := range inner(d.success(o), "content") {
		if kind, _ := v.(object); shown(kind) {
			return true
		}
	}
	return false
}
