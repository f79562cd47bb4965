package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
)

// What signs people in, and what they and their clients are given, is in no file of a run,
// although the platform tells it back in a header field: one request at a time, since what
// was not given yet nobody can know for a secret.
func TestWhatSignsInNeverLands(t *testing.T) {
	workdir(t)
	var mu sync.Mutex
	secrets := map[string]string{} // secret -> what it is
	city, err := embedded.Start("127.0.0.1:0", reference.Options{}, faults.Fault{Name: "telling", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/identity") },
		Answer: func(_ *http.Request, a *faults.Answer) {
			mu.Lock()
			defer mu.Unlock()
			if to, err := url.Parse(a.Header.Get("Location")); err == nil && to.Query().Get("code") != "" {
				secrets[to.Query().Get("code")] = "a code"
			}
			var given map[string]any
			_ = json.Unmarshal(a.Body, &given) // most answers are no objects
			for _, name := range []string{"access_token", "refresh_token", "id_token"} {
				if token, is := given[name].(string); is {
					secrets[token[strings.LastIndexByte(token, '.')+1:]] = name
				}
			}
			for secret := range secrets {
				a.Header.Set("X-Told", secret)
				a.Header.Set("X-Told-Again", base64.StdEncoding.EncodeToString([]byte(secret)))
				break
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	if err := city.WriteTarget("city"); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"*.secret", "*.password", "*.token"} {
		files, err := filepath.Glob(filepath.Join("city", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			secret := strings.TrimSpace(string(content))
			secrets[secret[strings.LastIndexByte(secret, '.')+1:]] = file
		}
	}
	got := mimcheck(t, "run", "--target", "city/target.yaml", "--profile", "sandbox", "--rate", "-1", "--concurrency", "1", "--baseline", "oasc-2026-06-draft", "--claim", "MIM6", "--filter", "MIM6", "--out", "out")
	kinds := map[string]bool{}
	look := func(where, content string) {
		for secret, what := range secrets {
			kinds[what] = true
			if i := strings.Index(content, secret); i >= 0 {
				t.Errorf("%s tells %s: …%s…", where, what, content[max(0, i-80):min(len(content), i+80)])
			}
		}
	}
	look("the terminal", got.out+got.errOut)
	files, err := filepath.Glob(filepath.Join("out", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the run left nothing: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		look(file, string(content))
	}
	bundle, err := zip.OpenReader(filepath.Join("out", "run.mimcheck.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer bundle.Close()
	for _, entry := range bundle.File {
		opened, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(opened)
		if err != nil {
			t.Fatal(err)
		}
		look(entry.Name, string(content))
	}
	for _, what := range []string{"a code", "access_token", "refresh_token", "id_token"} {
		if !kinds[what] {
			t.Errorf("the run was given no %s, so that nothing is shown", what)
		}
	}
}

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
