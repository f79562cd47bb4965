package embedded_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/target"
)

// The target that is written is the one that a run of the embedded platform has, and its
// authority is trusted.
func TestWriteTarget(t *testing.T) {
	city, err := embedded.Start("127.0.0.1:0", reference.Options{Empty: true})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	folder := filepath.Join(t.TempDir(), "city")
	if err := city.WriteTarget(folder); err != nil {
		t.Fatal(err)
	}
	read, err := target.Load(filepath.Join(folder, "target.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := city.Target()
	if err != nil {
		t.Fatal(err)
	}
	if want.Tokens[target.Expired] == "" || read.Tokens[target.Expired] == "" {
		t.Error("there is no token that has ended")
	}
	read.Tokens = want.Tokens // a new one each time
	want.TLS = target.TLS{CAFile: filepath.Join(folder, "authority.pem")}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Error(diff)
	}
	session, err := probe.Open(t.Context(), read, probe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	r, err := session.Client("check").Do(t.Context(), probe.Request{Endpoint: target.OpenID, Method: "GET", Path: "/.well-known/openid-configuration", Anonymous: true})
	if err != nil || r.Status != 200 {
		t.Errorf("the provider is not reached by the target that was written: %v %v", r, err)
	}
	if err := city.WriteTarget(filepath.Join(folder, "target.yaml")); err == nil {
		t.Error("a file was taken for a folder")
	}
}
