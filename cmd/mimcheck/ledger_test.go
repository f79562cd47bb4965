package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/ledger/ledgertest"
)

func TestLedgerCommands(t *testing.T) {
	workdir(t)
	candidate(t)
	mimcheck(t, "ledger", "verify").want(t, 0, "is whole: 6 events")
	head := strings.TrimSpace(mimcheck(t, "ledger", "head").out)
	mimcheck(t, "member", "letter", "sign", "Newtown", "--country", "IS", "--by", "Jon", "--role", "mayor").want(t, 0)
	mimcheck(t, "ledger", "verify", "--head", head).want(t, 0, "7 events")
	mimcheck(t, "ledger", "events").want(t, 0, "LetterSigned", "BaselineProposed", "letter:newtown")
	of := mimcheck(t, "ledger", "events", "--member", "Newtown", "--json")
	of.want(t, 0, `"stream":"newtown"`)
	if lines := strings.Count(of.out, "\n"); lines != 1 {
		t.Errorf("%d events of Newtown, expected 1:\n%s", lines, of.out)
	}
	mimcheck(t, "ledger", "export", "copy.ndjson").want(t, 0, "7 events")
	if out := mimcheck(t, "ledger", "export").out; !strings.Contains(out, `{"end":`) {
		t.Errorf("the export to standard output is not whole:\n%s", out)
	}
	mimcheck(t, "ledger", "import", "copy.ndjson", "--unsigned", "--ledger", "copy.db").want(t, 0, "7 events added")
	mimcheck(t, "ledger", "import", "copy.ndjson", "--unsigned", "--ledger", "copy.db").want(t, 0, "0 events added")
	mimcheck(t, "ledger", "verify", "--ledger", "copy.db", "--head", head).want(t, 0, "is whole")
	mimcheck(t, "status", "--member", "Villaclara", "--ledger", "copy.db").want(t, 0, "MIM1")
}

// TestSignedExport: what a trusted key signed is imported; what was changed, left out or
// put in another order since is refused, and the line named.
func TestSignedExport(t *testing.T) {
	workdir(t)
	candidate(t)
	t.Setenv("MIMCHECK_PASSPHRASE", "a passphrase of the test")
	for _, name := range []string{"wg", "other"} {
		mimcheck(t, "key", "new", name).want(t, 0)
	}
	mimcheck(t, "ledger", "export", "copy.ndjson", "--key", "wg.key").want(t, 0, "6 events, signed")
	mimcheck(t, "ledger", "export", "plain.ndjson").want(t, 0, "6 events, not signed")
	mimcheck(t, "ledger", "export", "others.ndjson", "--key", "other.key").want(t, 0)
	read := func(name string) []string {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return strings.SplitAfter(strings.TrimSuffix(string(content), "\n"), "\n")
	}
	edited := func(name string, edit func(lines []string) []string) {
		put(t, name, strings.Join(edit(read("copy.ndjson")), "")+"\n")
	}
	edited("changed.ndjson", func(l []string) []string {
		l[2] = strings.Replace(l[2], "secretariat", "Secretariat", 1)
		return l
	})
	edited("dropped.ndjson", func(l []string) []string { return slices.Delete(l, 3, 4) })
	edited("reordered.ndjson", func(l []string) []string { l[3], l[4] = l[4], l[3]; return l })
	edited("shortened.ndjson", func(l []string) []string { return slices.Delete(l, 6, 7) })
	others := read("others.ndjson") // another signature on the same ledger, moved to another text
	edited("moved.ndjson", func(l []string) []string {
		l[7] = strings.Replace(l[7], l[7][strings.Index(l[7], `"seal"`):], others[7][strings.Index(others[7], `"seal"`):], 1)
		return l
	})
	for _, c := range []struct {
		line string
		code int
		says string
	}{
		{"changed.ndjson --key wg.pub", exitEvidence, "in line 3"},
		{"dropped.ndjson --key wg.pub", exitEvidence, "in line 4"},
		{"reordered.ndjson --key wg.pub", exitEvidence, "in line 4"},
		{"shortened.ndjson --key wg.pub", exitEvidence, "in line 7"},
		{"shortened.ndjson --unsigned", exitEvidence, "in line 7"},
		{"moved.ndjson --key wg.pub", exitEvidence, "no trusted key"},
		{"plain.ndjson --key wg.pub", exitEvidence, "not signed"},
		{"others.ndjson --key wg.pub", exitEvidence, "no trusted key"},
		{"copy.ndjson --key wg.pub --revoked " + keyID(t, "wg.pub"), exitEvidence, "revoked"},
		{"copy.ndjson", exitUsage, "no key is trusted"},
		{"copy.ndjson --key wg.key", exitUsage, "wg.key"},
	} {
		t.Run(c.line, func(t *testing.T) {
			mimcheck(t, strings.Fields("ledger import "+c.line+" --ledger new.db")...).want(t, c.code, c.says)
		})
	}
	mimcheck(t, "ledger", "export", "--ledger", "new.db").want(t, 0, `"events":0`) // nothing of it was kept
	mimcheck(t, "ledger", "import", "copy.ndjson", "--key", "wg.pub", "--ledger", "new.db").want(t, 0, "6 events added")
}

func keyID(t *testing.T, file string) string {
	t.Helper()
	key, err := attest.ReadPublic(file)
	if err != nil {
		t.Fatal(err)
	}
	return key.ID
}

// TestKeptStatus: what is kept beside the events and was changed is found, with exit code
// 4, and made anew.
func TestKeptStatus(t *testing.T) {
	workdir(t)
	candidate(t)
	const status = "MIM1"
	mimcheck(t, "status", "--member", "Villaclara", "--recompute").want(t, 0, status)
	mimcheck(t, "ledger", "verify").want(t, 0, "is whole")
	db, err := sql.Open("sqlite", filepath.Join("state", "mimcheck", "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE kept SET data = zeroblob(9) WHERE name = 'villaclara'"); err != nil {
		t.Fatal(err)
	}
	mimcheck(t, "ledger", "verify").want(t, exitEvidence, `row "villaclara" is damaged`, "--recompute")
	mimcheck(t, "status", "--member", "Villaclara").want(t, 0, status) // from the events
	mimcheck(t, "status", "--recompute").want(t, 0)
	mimcheck(t, "ledger", "verify").want(t, 0, "is whole")
}

// TestLedgerInPostgres: the commands do with a database what they do with a file.
func TestLedgerInPostgres(t *testing.T) {
	at := ledgertest.Postgres(t)
	workdir(t)
	t.Setenv("MIMCHECK_LEDGER", at)
	mimcheck(t, "ledger", "verify").want(t, exitUsage, "no ledger")
	candidate(t)
	mimcheck(t, "ledger", "verify").want(t, 0, "is whole: 6 events")
	mimcheck(t, "status", "--member", "Villaclara").want(t, 0, "MIM1")
	mimcheck(t, "ledger", "export", "copy.ndjson").want(t, 0, "6 events")
	mimcheck(t, "ledger", "import", "copy.ndjson", "--unsigned", "--ledger", "copy.db").want(t, 0, "6 events added")
	mimcheck(t, "run", "--member", "Villaclara", "--filter", atOnce, "--ledger", at).want(t, exitInconclusive, "recorded for Villaclara")
	mimcheck(t, "ledger", "verify").want(t, 0, "7 events")
}

// TestLedgerURLHidesThePassword, wherever the ledger is named.
func TestLedgerURLHidesThePassword(t *testing.T) {
	workdir(t)
	const at = "postgres://wg:hunter2@127.0.0.1:1/mims?connect_timeout=2"
	t.Setenv("MIMCHECK_LEDGER", at)
	for _, line := range []string{"ledger verify", "ledger verify --help", "member list", "status", "run --member Aarhus", "run --help", "member letter send Aarhus"} {
		r := mimcheck(t, strings.Fields(line)...)
		if said := r.out + r.errOut; strings.Contains(said, "hunter2") || !strings.Contains(said, "127.0.0.1:1/mims") {
			t.Errorf("%s: expected the URL without its password:\n%s", line, said)
		}
	}
	mimcheck(t, "ledger", "verify", "--ledger", "mysql://127.0.0.1/mims").want(t, exitUsage, "postgres://")
}

func TestLedgerCommandsNameWhatIsWrong(t *testing.T) {
	workdir(t)
	mimcheck(t, "ledger", "verify").want(t, exitUsage, "no ledger", "--ledger") // an absent ledger is not a whole one
	candidate(t)
	mimcheck(t, "ledger", "export", "copy.ndjson").want(t, 0)
	whole, err := os.ReadFile("copy.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("changed.ndjson", bytes.Replace(whole, []byte("Ana Ruiz"), []byte("Ann Ruiz"), 1))
	write("cut.ndjson", whole[:len(whole)/2])
	write("none.db", []byte("this is no ledger, it is a text that is long enough to be read as one"))
	for _, c := range []struct {
		line string
		code int
		says string
	}{
		{"ledger import changed.ndjson --unsigned --ledger new.db", exitEvidence, "changed.ndjson"},
		{"ledger import cut.ndjson --unsigned --ledger new.db", exitEvidence, "cut.ndjson"},
		{"ledger import missing.ndjson --unsigned --ledger new.db", exitUsage, "missing.ndjson"},
		{"ledger export copy.ndjson", exitUsage, "there already"},
		{"ledger export missing/copy.ndjson", exitUsage, "missing/copy.ndjson"},
		{"ledger verify --head 1:abc", exitUsage, "64 hexadecimal digits"},
		{"ledger verify --head 3:" + strings.Repeat("0", 64), exitEvidence, "event 3"},
		{"ledger verify --head 99:" + strings.Repeat("0", 64), exitEvidence, "missing"},
		{"ledger verify --ledger none.db", exitEvidence, "none.db"},
		{"ledger head --ledger none.db", exitEvidence, "none.db"},
		{"ledger events --member Nowhere", exitUsage, "Nowhere"},
		{"member list --ledger none.db", exitEvidence, "none.db"},
		{"status --ledger none.db", exitEvidence, "none.db"},
		{"run --member Aarhus --ledger none.db", exitEvidence, "none.db"}, // before the run, not after
		{"ledger repair", exitUsage, "verify"},
	} {
		t.Run(c.line, func(t *testing.T) {
			mimcheck(t, strings.Fields(c.line)...).want(t, c.code, c.says)
		})
	}
	mimcheck(t, "ledger", "verify").want(t, 0, "is whole: 6 events")
}
