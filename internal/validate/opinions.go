package validate

import "fmt"

// Opinion is what one engine by itself says of a value.
type Opinion struct {
	Engine  string  `json:"engine"`
	Verdict Verdict `json:"verdict"` // CantTell of an engine that cannot judge, or leaves it to others
	Why     string  `json:"why,omitempty"`
}

// Opinions asks every engine that knows the schema, each by itself, so that it can be
// seen where they differ and why. The verdict on the value is not theirs: see Validate.
func (s *Schema) Opinions(v any) []Opinion {
	if err := s.Err(); err != nil {
		return nil
	}
	if err := wellFormed(v, 0); err != nil {
		return nil
	}
	var list []Opinion
	say := func(engine string, err error, complaints int, first string) {
		switch {
		case err != nil:
			list = append(list, Opinion{engine, CantTell, err.Error()})
		case complaints > 0:
			list = append(list, Opinion{engine, Invalid, first})
		default:
			list = append(list, Opinion{Engine: engine, Verdict: Valid})
		}
	}
	if s.gojson != nil {
		complaints, err := s.gojson.judge(v)
		say(EngineGojsonschema, err, len(complaints), first(complaints))
	}
	found, err := s.santhosh.judge(v)
	says := ""
	if len(found) > 0 {
		if says = found[0].String(); len(found) > 1 {
			says += fmt.Sprintf(" (and %d more)", len(found)-1)
		}
	}
	say(EngineSanthosh, err, len(found), says)
	if s.fast == nil {
		return list
	}
	quick := Opinion{EngineFast, CantTell, "left to the engines"}
	if t := tapeOf(v); t != nil {
		if s.fast.accept(t, 0) == yes {
			quick = Opinion{Engine: EngineFast, Verdict: Valid}
		}
		t.release()
	}
	return append(list, quick)
}
