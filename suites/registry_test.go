package suites

import (
	"strings"
	"testing"
)

func sound(id string) Check {
	return Check{
		ID: id, Title: "A title", Requirements: []string{"b/MIM1/r"}, Clause: "5.6.1", Level: Core,
		Needs: []Need{NeedRead}, Fault: "a.fault", Body: func(*T) {},
	}
}

func TestRegistryIsSortedAndFindsByID(t *testing.T) {
	r, err := NewRegistry([]Check{sound("mim2.x.y"), sound("mim1.x.z")}, []Check{sound("mim1.x.a")})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range r.All() {
		ids = append(ids, c.ID)
	}
	if got := strings.Join(ids, " "); got != "mim1.x.a mim1.x.z mim2.x.y" {
		t.Errorf("order: %s", got)
	}
	if c, ok := r.Get("mim1.x.z"); !ok || c.ID != "mim1.x.z" {
		t.Errorf("Get found %q, %v", c.ID, ok)
	}
	if _, ok := r.Get("mim1.x.b"); ok {
		t.Error("Get found a check that is not there")
	}
	r.All()[0].ID = "changed"
	if _, ok := r.Get("mim1.x.a"); !ok {
		t.Error("changing what All returns changed the registry")
	}
}

// TestNewRegistry: each rule with a check that breaks it, beside one that keeps it.
func TestNewRegistry(t *testing.T) {
	if _, err := NewRegistry([]Check{sound("mim1.entity.create.minimal")}); err != nil {
		t.Fatalf("a sound check was refused: %v", err)
	}
	for name, c := range map[string]struct {
		spoil func(*Check)
		says  string
	}{
		"id without suite":     {func(c *Check) { c.ID = "entity.create.minimal" }, "of the form"},
		"id without topic":     {func(c *Check) { c.ID = "mim1.create" }, "of the form"},
		"id in upper case":     {func(c *Check) { c.ID = "MIM1.entity.create" }, "of the form"},
		"id taken twice":       {func(c *Check) { c.ID = "mim1.entity.taken" }, "taken twice"},
		"no title":             {func(c *Check) { c.Title = "" }, "no title"},
		"no requirement":       {func(c *Check) { c.Requirements = nil }, "no requirement"},
		"no clause":            {func(c *Check) { c.Clause = "" }, "no clause"},
		"no level":             {func(c *Check) { c.Level = "" }, "level"},
		"unknown level":        {func(c *Check) { c.Level = "middling" }, "level"},
		"unknown feature":      {func(c *Check) { c.Feature = "levitation" }, "levitation"},
		"unknown lack":         {func(c *Check) { c.Without = "levitation" }, "levitation"},
		"feature and lack":     {func(c *Check) { c.Feature, c.Without = FeatureBatch, FeatureBatch }, "and for its lack"},
		"no need":              {func(c *Check) { c.Needs = nil }, "needs"},
		"unknown need":         {func(c *Check) { c.Needs = []Need{NeedRead, "luck"} }, "luck"},
		"no fault":             {func(c *Check) { c.Fault = "" }, "no fault"},
		"no body":              {func(c *Check) { c.Body = nil }, "no body"},
		"two things at once":   {func(c *Check) { c.Title, c.Body = "", nil }, "no body"},
		"the other of the two": {func(c *Check) { c.Title, c.Body = "", nil }, "no title"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := sound("mim1.entity.bad")
			c.spoil(&bad)
			_, err := NewRegistry([]Check{sound("mim1.entity.taken"), bad})
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), bad.ID) {
				t.Errorf("the error speaks not of %q and %q: %v", bad.ID, c.says, err)
			}
		})
	}
	for _, feature := range append(Features(), "") {
		c := sound("mim1.entity.create.minimal")
		c.Feature, c.Level = feature, Extended
		if _, err := NewRegistry([]Check{c}); err != nil {
			t.Errorf("feature %q: %v", feature, err)
		}
	}
}

// TestGate: each rule with what breaks it, beside what keeps it.
func TestGate(t *testing.T) {
	known := func() Known {
		return Known{
			Requirements: []string{"b/MIM1/r", "b/MIM1/unchecked"},
			NoCheck:      map[string]string{"b/MIM1/unchecked": "No check is written yet."},
			TestPurposes: map[string]bool{"001_01": true},
			Faults:       map[string]bool{"a.fault": true},
		}
	}
	check := sound("mim1.entity.create")
	check.TestPurposes = []string{"001_01"}
	for name, c := range map[string]struct {
		check func(*Check)
		known func(*Known)
		says  string // empty: the gate opens
	}{
		"sound":                        {nil, nil, ""},
		"check of unknown requirement": {func(c *Check) { c.Requirements = append(c.Requirements, "b/MIM1/none") }, nil, `requirement "b/MIM1/none" is in no baseline`},
		"unknown test purpose":         {func(c *Check) { c.TestPurposes = []string{"999_99"} }, nil, `test purpose "999_99" is unknown`},
		"test purposes left out":       {func(c *Check) { c.TestPurposes = []string{"999_99"} }, func(k *Known) { k.TestPurposes = nil }, ""},
		"no test purpose is known":     {nil, func(k *Known) { k.TestPurposes = map[string]bool{} }, `test purpose "001_01" is unknown`},
		"unknown fault":                {func(c *Check) { c.Fault = "no.fault" }, nil, `fault "no.fault" is unknown`},
		"faults left out":              {func(c *Check) { c.Fault = "no.fault" }, func(k *Known) { k.Faults = nil }, ""},
		"no fault is known":            {nil, func(k *Known) { k.Faults = map[string]bool{} }, `fault "a.fault" is unknown`},
		"neither check nor reason":     {nil, func(k *Known) { k.NoCheck = nil }, `"b/MIM1/unchecked" has neither`},
		"empty reason":                 {nil, func(k *Known) { k.NoCheck["b/MIM1/unchecked"] = " \n" }, `"b/MIM1/unchecked" has neither`},
		"check and reason":             {nil, func(k *Known) { k.NoCheck["b/MIM1/r"] = "No check is written yet." }, `"b/MIM1/r" has checks and a reason`},
		"check and empty reason":       {nil, func(k *Known) { k.NoCheck["b/MIM1/r"] = "" }, `"b/MIM1/r" has checks and a reason`},
		"verdicts instead of a reason": {nil, func(k *Known) { k.NoCheck, k.Derived = nil, map[string][]string{"b/MIM1/unchecked": {"MIM2"}} }, ""},
		"verdicts and checks":          {nil, func(k *Known) { k.Derived = map[string][]string{"b/MIM1/r": {"MIM2"}} }, ""},
		"verdicts and a reason":        {nil, func(k *Known) { k.Derived = map[string][]string{"b/MIM1/unchecked": {"MIM2"}} }, `"b/MIM1/unchecked" asks for verdicts of other MIMs, and`},
		"reason for nothing":           {nil, func(k *Known) { k.NoCheck["b/MIM1/none"] = "No check is written yet." }, `"b/MIM1/none", which is in no baseline`},
	} {
		t.Run(name, func(t *testing.T) {
			checked, k := check, known()
			if c.check != nil {
				c.check(&checked)
			}
			if c.known != nil {
				c.known(&k)
			}
			r, err := NewRegistry([]Check{checked})
			if err != nil {
				t.Fatal(err)
			}
			err = r.Gate(k)
			switch {
			case c.says == "" && err != nil:
				t.Errorf("the gate is closed: %v", err)
			case c.says != "" && err == nil:
				t.Error("the gate is open")
			case c.says != "" && !strings.Contains(err.Error(), c.says):
				t.Errorf("the error does not say %q: %v", c.says, err)
			}
		})
	}
}

func TestGateNamesEverythingSorted(t *testing.T) {
	a, b := sound("mim1.x.a"), sound("mim1.x.b")
	a.Requirements, b.Requirements = []string{"b/MIM1/none"}, []string{"b/MIM1/nil"}
	r, err := NewRegistry([]Check{b, a})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Gate(Known{Requirements: []string{"b/MIM1/z", "b/MIM1/y"}})
	if err == nil {
		t.Fatal("the gate is open")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d problems, expected 4:\n%v", len(lines), err)
	}
	for i := 1; i < len(lines); i++ {
		if lines[i-1] > lines[i] {
			t.Errorf("not sorted:\n%v", err)
		}
	}
}
