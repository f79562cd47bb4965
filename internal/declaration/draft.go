package declaration

import (
	"fmt"
	"os"

	"github.com/goccy/go-yaml/ast"

	"github.com/oasc/mimcheck/internal/yamldoc"
)

// maxDraft is the largest draft that is read, in bytes.
const maxDraft = 1 << 20

// ReadDraft reads declarations as people write them, in YAML, before they are signed.
// known are the ids of requirements that may be declared about. Every problem is told,
// each as *yamldoc.Error, joined.
func ReadDraft(path string, known func(requirement string) bool) (Declarations, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Declarations{}, fmt.Errorf("the declarations can't be read: %w", err)
	}
	if info.Size() > maxDraft {
		return Declarations{}, &yamldoc.Error{File: path, Message: fmt.Sprintf("the file is larger than %d bytes: expected declarations as `mimcheck declaration template` writes them", maxDraft)}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return Declarations{}, fmt.Errorf("the declarations can't be read: %w", err)
	}
	return parseDraft(path, raw, known)
}

func parseDraft(path string, raw []byte, known func(string) bool) (Declarations, error) {
	f := draft{Document: yamldoc.Document{File: path, Want: "declarations as `mimcheck declaration template` writes them"}, known: known}
	if body := f.Parse(raw); body != nil {
		f.root(body)
	}
	return f.d, f.Err()
}

// draft is a file of declarations while it is read.
type draft struct {
	yamldoc.Document
	known func(string) bool
	d     Declarations
}

func (f *draft) root(n ast.Node) {
	seen := f.Mapping(n, "",
		f.Into("platform", &f.d.Platform),
		yamldoc.Named("signer", func(n ast.Node, at string) {
			f.need(n, at, f.Mapping(n, at, f.Into("name", &f.d.Signer.Name), f.Into("role", &f.d.Signer.Role),
				f.Into("organisation", &f.d.Signer.Organisation)), "name", "role", "organisation")
		}),
		f.Into("expires", &f.d.Expires),
		yamldoc.Named("declarations", f.entries),
	)
	f.need(n, "", seen, "platform", "signer", "expires", "declarations")
}

func (f *draft) entries(n ast.Node, at string) {
	for i, item := range f.list(n, at) {
		at := fmt.Sprintf("%s[%d]", at, i)
		var s Statement
		f.need(item, at, f.Mapping(item, at, f.Into("requirement", &s.Requirement), f.Into("statement", &s.Statement),
			yamldoc.Named("documents", func(n ast.Node, at string) { s.Documents = f.documents(n, at) })), "requirement", "statement", "documents")
		if s.Requirement != "" && !f.known(s.Requirement) {
			f.Wrong(item, at+".requirement", "%q is no requirement that asks for a declaration: `mimcheck declaration template` lists them", s.Requirement)
		}
		f.d.Entries = append(f.d.Entries, s)
	}
}

func (f *draft) documents(n ast.Node, at string) []Document {
	var all []Document
	for i, item := range f.list(n, at) {
		at := fmt.Sprintf("%s[%d]", at, i)
		var d Document
		f.need(item, at, f.Mapping(item, at, f.Into("title", &d.Title), f.Into("url", &d.URL), f.Into("sha256", &d.SHA256)), "title", "url")
		all = append(all, d)
	}
	return all
}

func (f *draft) list(n ast.Node, at string) []ast.Node {
	items, ok := n.(*ast.SequenceNode)
	if !ok {
		f.Wrong(n, at, "expected a list, each item after a dash, seen %s", yamldoc.Kind(n))
		return nil
	}
	return items.Values
}

// need tells of fields that are not there; seen is nil when what should have them is no mapping.
func (f *draft) need(n ast.Node, at string, seen map[string]bool, fields ...string) {
	for _, field := range fields {
		if seen != nil && !seen[field] {
			f.Wrong(n, yamldoc.Join(at, field), "missing: give it")
		}
	}
}
