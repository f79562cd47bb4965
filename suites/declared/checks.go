package declared

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/oasc/mimcheck/internal/declaration"
	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Checks lists a check for each requirement that asks for a declaration. An error is a
// fault of the project.
func Checks() ([]Check, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	checks := make([]Check, len(all))
	for i, a := range all {
		level := Extended
		if a.Mandatory {
			level = Core
		}
		checks[i] = Check{
			ID: a.Check, Title: "It is declared, by a document that can be read: " + a.Declared,
			Requirements: a.Requirements, Clause: a.Requirements[0], Level: level,
			Needs: []Need{NeedRead, NeedDeclarations}, Endpoints: []string{probe.Declarations},
			Fault: "declarations.documents-gone",
			Hint:  a.Why + " Declare it: `mimcheck declaration template`, then `mimcheck declaration sign`, and publish the file with its documents.",
			Body:  a.body,
		}
	}
	return checks, nil
}

// body holds what is declared about the requirement against what makes a declaration count.
func (a Asked) body(t *T) {
	r := t.GET("", AnyMedia())
	t.Require(r).To(HaveStatus(200), "the declarations have to be at the address of the endpoint %s", probe.Declarations)
	declared, key, err := declaration.Read(t.Context(), r.Body, t.Now())
	t.Require(r).To(Hold(err == nil, "the declarations don't count: %v", err))
	var about []declaration.Statement
	for _, id := range a.Requirements {
		about = append(about, declared.About(id)...)
	}
	if len(about) == 0 && !a.Mandatory {
		t.Inapplicable("nothing is declared about it, and it is not mandatory")
	}
	if len(about) == 0 {
		t.Untested("nothing is declared about it. %s Declare it: see `mimcheck declaration template`", a.Why)
	}
	err = declared.InForce(t.Now())
	t.Require(r).To(Hold(err == nil, "the declarations don't hold: %v", err))
	shown := true
	for _, s := range about {
		for _, d := range s.Documents {
			shown = document(t, r, d) && shown
		}
	}
	if shown {
		t.Note("Some of this was declared and not tested: %s (%s, %s) stands for it, by the key %s, until %s.",
			declared.Signer.Name, declared.Signer.Role, declared.Signer.Organisation, key, declared.Expires)
	}
}

// document: what a declaration points to can be read, and is what was signed.
func document(t *T, from *probe.Response, d declaration.Document) bool {
	path, query := locate(t, from, d)
	r := t.GET(path, AnyMedia(), Header("Accept", "*/*"), func(r *probe.Request) { r.FromRoot, r.Query = true, query })
	if !t.Expect(r).To(HaveStatus(http.StatusOK), "the document %q can't be read at %s", d.Title, d.URL) ||
		!t.Expect(r).To(Hold(len(r.Body) > 0, "the document %q at %s is empty", d.Title, d.URL)) {
		return false
	}
	sum := sha256.Sum256(r.Body)
	return d.SHA256 == "" || t.Expect(r).To(Hold(hex.EncodeToString(sum[:]) == strings.ToLower(d.SHA256),
		"the document %q at %s has the digest %x, and %s was signed: it was changed since", d.Title, d.URL, sum, d.SHA256))
}

// locate is where a document is at the endpoint's host. One at another host is not
// asked for: the run's credentials and its manners are for the target's own.
func locate(t *T, from *probe.Response, d declaration.Document) (path string, query url.Values) {
	base, err := url.Parse(t.Env.Endpoints[probe.Declarations])
	if err != nil || base.Host == "" {
		t.CantTell("the address of the endpoint %s is not known, so that no document can be read", probe.Declarations)
	}
	to, err := base.Parse(d.URL)
	t.Require(from).To(Hold(err == nil, "the address %q of the document %q is no URL", d.URL, d.Title))
	if to.Scheme != base.Scheme || to.Host != base.Host {
		t.Untested("the document %q is at %s, and mimcheck reads documents only at the host of the declarations (%s): publish it, or a copy of it, there", d.Title, to.Host, base.Host)
	}
	return to.EscapedPath(), to.Query()
}
