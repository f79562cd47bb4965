// Package ledgertest gives tests places for new ledgers.
package ledgertest

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// variable names a database in which tests may make schemas: a throw-away one.
const variable = "MIMCHECK_TEST_POSTGRES"

// HasPostgres says whether there is a PostgreSQL server for tests.
func HasPostgres() bool { return os.Getenv(variable) != "" }

// Places makes, for each way to keep a ledger, a place for a new one: a path or a URL.
func Places() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{"SQLite": SQLite, "PostgreSQL": Postgres}
}

// SQLite gives the path of a ledger that is not there yet, with characters that a URL
// would have to escape.
func SQLite(t testing.TB) string { return filepath.Join(t.TempDir(), "a ledger?#%41.db") }

// Postgres makes a schema, which goes away after the test, and gives the URL for a new
// ledger in it. Without a server it skips the test.
func Postgres(t testing.TB) string {
	t.Helper()
	if !HasPostgres() {
		t.Skip("no PostgreSQL: " + variable + " names no database; .ci/run starts one")
	}
	server := os.Getenv(variable)
	name := "test_" + strings.ToLower(rand.Text())
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
