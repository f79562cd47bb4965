package words

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
)

// said are the messages that the project's code and templates say, each with where.
func said(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, root := range []string{"..", "../../cmd", "../../internal"} {
		err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			switch {
			case err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go"):
				return err
			case strings.HasSuffix(path, ".go"):
				return saidInGo(path, found)
			case strings.HasSuffix(path, ".tmpl"):
				return saidInTemplate(path, found)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// saidInGo finds the calls of Say, or of a method say that hands on to it.
func saidInGo(path string, found map[string]string) error {
	source, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(source), `mimcheck/reports/words"`) && !strings.Contains(string(source), "package words\n") {
		return err
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, 0)
	if err != nil {
		return err
	}
	var wrong error
	ast.Inspect(file, func(n ast.Node) bool {
		call, is := n.(*ast.CallExpr)
		if !is || len(call.Args) == 0 {
			return true
		}
		method, is := call.Fun.(*ast.SelectorExpr)
		if !is || method.Sel.Name != "Say" && method.Sel.Name != "say" {
			return true
		}
		at := files.Position(call.Pos()).String()
		switch arg := call.Args[0].(type) {
		case *ast.BasicLit:
			text, err := strconv.Unquote(arg.Value)
			if err != nil {
				wrong = err
			}
			found[text] = at
		case *ast.Ident:
			if arg.Name != "english" { // of a method that hands on
				wrong = fmt.Errorf("%s: says what no test can find: expected the English text itself", at)
			}
		default:
			wrong = fmt.Errorf("%s: says what no test can find: expected the English text itself", at)
		}
		return true
	})
	return wrong
}

// saidInTemplate finds {{say "..."}}.
func saidInTemplate(path string, found map[string]string) error {
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	tree := parse.New(path)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(string(source), "", "", trees); err != nil {
		return err
	}
	var walk func(parse.Node)
	list := func(l *parse.ListNode) {
		if l == nil {
			return
		}
		for _, n := range l.Nodes {
			walk(n)
		}
	}
	walk = func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ListNode:
			list(n)
		case *parse.ActionNode:
			walk(n.Pipe)
		case *parse.TemplateNode:
			if n.Pipe != nil {
				walk(n.Pipe)
			}
		case *parse.IfNode:
			walk(n.Pipe)
			list(n.List)
			list(n.ElseList)
		case *parse.WithNode:
			walk(n.Pipe)
			list(n.List)
			list(n.ElseList)
		case *parse.RangeNode:
			walk(n.Pipe)
			list(n.List)
			list(n.ElseList)
		case *parse.PipeNode:
			for _, c := range n.Cmds {
				walk(c)
			}
		case *parse.CommandNode:
			for i, arg := range n.Args {
				if id, is := arg.(*parse.IdentifierNode); is && i == 0 && id.Ident == "say" && len(n.Args) > 1 {
					if text, is := n.Args[1].(*parse.StringNode); is {
						found[text.Text] = path
					}
				}
				walk(arg)
			}
		}
	}
	for _, one := range trees {
		if one.Root != nil {
			list(one.Root)
		}
	}
	return nil
}

// verb is a place in a format: %d, %[2]s.
var verb = regexp.MustCompile(`%(?:\[(\d+)\])?([a-zA-Z])|\{[a-z]+\}`)

// places are the places of a format with the number of their argument, sorted.
func places(format string) []string {
	var all []string
	for i, m := range verb.FindAllStringSubmatch(format, -1) {
		n := strconv.Itoa(i + 1)
		switch {
		case m[2] == "":
			all = append(all, m[0])
			continue
		case m[1] != "":
			n = m[1]
		}
		all = append(all, n+m[2])
	}
	sort.Strings(all)
	return all
}

// faults says what is wrong with the messages of a language, given those that are said.
func faults(code string, entries map[string]entry, said map[string]string) []string {
	var wrong []string
	complain := func(format string, args ...any) {
		wrong = append(wrong, code+": "+fmt.Sprintf(format, args...))
	}
	for key, at := range said {
		counted := len(places(key)) > 0 && strings.Contains(strings.Join(places(key), " "), "1d")
		e, there := entries[key]
		switch {
		case !there && (code != English || counted):
			complain("%q is missing (%s)", key, at)
		case there && counted && len(e.forms) == 0:
			complain("%q has a number and no forms", key)
		}
	}
	for key, e := range entries {
		if _, used := said[key]; !used {
			complain("%q is said nowhere", key)
		}
		want := places(key)
		if len(e.forms) == 0 && e.text == "" {
			complain("%q has no text", key)
		}
		if len(e.forms) == 0 && !slices.Equal(places(e.text), want) {
			complain("%q has the places %v, want %v: %s", key, places(e.text), want, e.text)
		}
		other := false
		for _, f := range e.forms {
			other = other || f.Case == "other"
			got := places(f.Text)
			if f.Case == "zero" && !strings.Contains(strings.Join(got, " "), "1d") { // "no checks" names no number
				got = append(got, "1d")
				sort.Strings(got)
			}
			if !slices.Equal(got, want) {
				complain("%q (%s) has the places %v, want %v: %s", key, f.Case, got, want, f.Text)
			}
		}
		if len(e.forms) > 0 && !other {
			complain("%q has no form for other numbers", key)
		}
	}
	sort.Strings(wrong)
	return wrong
}

// Every language says everything that is said, nothing else, and about the same things.
func TestEachLanguageIsComplete(t *testing.T) {
	said := said(t)
	if len(said) < 100 {
		t.Fatalf("only %d messages were found in the code", len(said))
	}
	for _, l := range Languages() {
		entries, err := read(l.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults(l.Code, entries, said) {
			t.Error(f)
		}
	}
}
