package main

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
)

// A platform that tells the credentials back wherever it can, and is wrong often:
// none of it reaches the terminal, the report or the journal.
func TestSecretsNeverLand(t *testing.T) {
	oneAfterTheOther(t)
	const secret = `s3cret+/of "the" city`
	dir := workdir(t)
	t.Setenv("CITY_TOKEN", secret)
	platform, err := reference.New(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer platform.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		answer := faults.Record(platform, r)
		answer.Header.Set("X-Echo", secret)
		answer.Header.Set("Location", "/"+url.PathEscape(secret))
		answer.Body = bytes.ReplaceAll(answer.Body, []byte(`"Property"`), []byte(`"Property `+strings.ReplaceAll(secret, `"`, `\"`)+`"`))
		answer.Body = bytes.ReplaceAll(answer.Body, []byte(`"title":"`), []byte(`"title":"`+base64.StdEncoding.EncodeToString([]byte(secret))))
		answer.WriteTo(w)
	}))
	defer server.Close()
	target := "name: city\nendpoints:\n  ngsi-ld: {url: " + server.URL + "}\nauth:\n  bearer: {env: CITY_TOKEN}\n"
	if err := os.WriteFile("city.yaml", []byte(target), 0o600); err != nil {
		t.Fatal(err)
	}
	got := mimcheck(t, "run", "--target", "city.yaml", "--profile", "sandbox", "--rate", "-1", "--concurrency", "16", "--features", "all", "--spec-version", embedded.SpecVersion)
	got.want(t, exitNonConformant, "MIMCHECK_BEARER")

	forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
		strings.ReplaceAll(secret, `"`, `\"`), strings.ReplaceAll(secret, `"`, "&#34;"), strings.ReplaceAll(secret, `"`, "&quot;")}
	look := func(where, content string) {
		for _, form := range forms {
			if i := strings.Index(content, form); i >= 0 {
				t.Errorf("%s tells the secret: …%s…", where, content[max(0, i-80):min(len(content), i+80)])
			}
		}
	}
	look("the terminal", got.out+got.errOut)
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		look(path, string(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
