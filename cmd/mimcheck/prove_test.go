package main

import (
	"testing"

	"github.com/oasc/mimcheck/reports/proof"
)

func TestProve(t *testing.T) {
	workdir(t)
	o := mimcheck(t, "prove", "--filter", "mim1.entity.create.location", "--seeds", "1", "--format", "json")
	o.want(t, 0)
	r, err := proof.Decode([]byte(o.out))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Proved || r.Run.Seeds != 1 || r.Counts.Checks != 1 || r.Counts.Killed == 0 || len(r.OutOfScope) == 0 {
		t.Errorf("proved %v, run %+v, counts %+v", r.Proved, r.Run, r.Counts)
	}
	mimcheck(t, "prove", "--filter", "mim1.entity.create.location", "--fault", "entity.create.overwrites").
		want(t, 1, "Survivors", "entity.create.overwrites", "not proved: 0.0 % of the faults were noticed")
	for flag, says := range map[string]string{
		"--fault=no.such-fault": `"no.such-fault" is unknown`, "--filter=&&": "--filter", "--format=pdf": "json, markdown, text",
		"--at-least=101": "0 to 100", "--seeds=-1": "must not be negative", "--baseline=none": "none",
	} {
		mimcheck(t, "prove", flag).want(t, 2, says)
	}
}
