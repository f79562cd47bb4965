package models_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/models"
)

func TestFetch(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/models.zip", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(zipped(checkout, "x/")) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/models.zip", http.StatusFound) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://models.example/x.zip", http.StatusFound)
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("PK"))
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	for path, wrong := range map[string]string{
		server.URL + "/models.zip": "", server.URL + "/moved": "",
		server.URL + "/loop": "redirects", server.URL + "/away": "https only", server.URL + "/none": "404", server.URL + "/cut": "ended",
		"http://models.example/x.zip": "https only", "file:///etc/passwd": "https only", "https://user:secret@models.example/x.zip": "password", "::": "no URL",
	} {
		name, err := models.Fetch(t.Context(), path)
		if wrong != "" {
			if err == nil || !strings.Contains(err.Error(), wrong) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: got %v, want an error that says %q", path, err, wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if done, err := models.Sync(filepath.Join(t.TempDir(), "store"), name, path, day); err != nil || len(done.Added) != 5 {
			t.Errorf("%s: %+v %v", path, done, err)
		}
		_ = os.Remove(name)
	}
}
