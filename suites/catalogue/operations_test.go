package catalogue

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/suites"
)

// Every operation has checks, or a written reason for having none, and every check of
// MIM1 belongs to an operation.
func TestTraceOperations(t *testing.T) {
	traces, err := TraceOperations()
	if err != nil {
		t.Fatal(err)
	}
	if len(traces) < 66 {
		t.Errorf("%d operations, want all 66 of the specification", len(traces))
	}
	for _, o := range traces {
		switch {
		case o.Operation == "other":
			for _, c := range o.Checks {
				t.Errorf("%s belongs to no operation: add the beginning of its id to operations.csv", c.ID)
			}
		case len(o.Checks) == 0 && o.Reason == "":
			t.Errorf("%s has neither checks nor a written reason", o.Operation)
		}
	}
}

func TestTraceOperationsTable(t *testing.T) {
	checks := []suites.Check{{ID: "mim1.entity.create.again"}, {ID: "mim1.entity.created"}, {ID: "mim1.tenant"}, {ID: "mim2.entity.create"}}
	const head = "operation,method,path,clause,since,checks,reason\n"
	for name, c := range map[string]struct {
		rows string
		want string // operation: ids, and so on; or the error
		err  bool
	}{
		"a beginning ends at a dot": {head + "create,POST,/entities,5.6.1,1.3.1,entity.create,\n" + "all,,(all),4,1.3.1,tenant entity.created,\n",
			"create: mim1.entity.create.again; all: mim1.entity.created mim1.tenant", false},
		"what is left is other":  {head + "create,POST,/entities,5.6.1,1.3.1,entity.create tenant,\n", "create: mim1.entity.create.again mim1.tenant; other: mim1.entity.created", false},
		"a reason":               {head + "purge,DELETE,/entities,5.6.21,1.9.1,,not yet\n", "purge: (not yet); other: mim1.entity.create.again mim1.entity.created mim1.tenant", false},
		"a beginning of nothing": {head + "create,POST,/entities,5.6.1,1.3.1,entity.made,\n", "line 2: no check begins with mim1.entity.made", true},
		"a beginning too many":   {head + "create,POST,/entities,5.6.1,1.3.1,entity entity.create,\n", "no check begins with mim1.entity.create", true},
		"a reason beside checks": {head + "create,POST,/entities,5.6.1,1.3.1,tenant,not yet\n", "create has checks and a reason", true},
		"twice":                  {head + "all,,(all),4,1.3.1,tenant,\nall,,(all),4,1.3.1,tenant,\n", "line 3: all is there twice", true},
		"no clause":              {head + "all,,(all),,1.3.1,tenant,\n", "expected an operation", true},
		"another head":           {"operation\n", "has to begin with the line " + strings.TrimSpace(head), true},
		"not as many fields":     {head + "all\n", "operations.csv: record on line 2", true},
		"nothing at all":         {"", "has to begin with the line", true},
	} {
		t.Run(name, func(t *testing.T) {
			traces, err := traceOperations([]byte(c.rows), checks)
			if c.err {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error %v, want %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range traces {
				line := o.Operation + ":"
				for _, check := range o.Checks {
					line += " " + check.ID
				}
				if o.Reason != "" {
					line += " (" + o.Reason + ")"
				}
				got = append(got, line)
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("got %s, want %s", strings.Join(got, "; "), c.want)
			}
		})
	}
}
