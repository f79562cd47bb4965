package mim3

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/validate"
	. "github.com/oasc/mimcheck/suites"
)

//go:embed market.schema.json
var marketSchema []byte

const marketURL = "urn:mimcheck:schema:market:1"

var validator = sync.OnceValues(func() (*validate.Validator, error) {
	document, err := validate.Decode(marketSchema)
	if err != nil {
		return nil, fmt.Errorf("market.schema.json: %w", err)
	}
	return validate.New(validate.Map{marketURL: document}, validate.Options{}), nil
})

// conforms holds things of a resource against its schema: only to what is mandatory, or
// only to the types of what is there.
func conforms(t *T, r *probe.Response, resource string, things []object, mandatory bool) {
	v, err := validator()
	if err != nil {
		t.CantTell("the schemas of the marketplace cannot be read, which is a fault of mimcheck: %v", err)
	}
	schema := v.Schema(marketURL + "#/$defs/" + resource)
	for i, thing := range things {
		result := schema.Validate(thing)
		if result.Verdict == validate.CantTell {
			t.CantTell("%s %d cannot be judged: %s", resource, i, result.Reason)
		}
		for _, e := range result.Errors {
			if (e.Keyword == "required") == mandatory {
				t.Holds(r, false, "%s %v, %s", resource, thing["id"], e)
			}
		}
	}
}
