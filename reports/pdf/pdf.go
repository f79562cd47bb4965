// Package pdf renders a report as PDF: the HTML page as a Chromium on this machine
// prints it or, where there is none, a plain layout that says that it is one.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/html"
	"github.com/oasc/mimcheck/reports/words"
)

// BrowserVariable is the environment variable with the path of the browser to print
// with, or with None.
const BrowserVariable = "MIMCHECK_BROWSER"

// None as the browser asks for the plain layout.
const None = "none"

// longest is how long a browser may take.
const longest = 2 * time.Minute

// Render writes the report as PDF in the language of p, by the browser that is named in
// BrowserVariable, else by one that is found, else in the plain layout. A browser that is
// there and fails is an error: a document that looks otherwise than the last one, for no
// reason that is told, helps nobody.
func Render(w io.Writer, r *reports.Report, p *words.Printer) error {
	browser, err := find(os.Getenv(BrowserVariable))
	if err != nil {
		return err
	}
	if browser == "" {
		return Plain(w, r, p)
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	content, err := print(ctx, browser, r, p)
	if err != nil {
		return fmt.Errorf("%s can't print the report: %w; name another browser in %s, or %s for a plain layout", browser, err, BrowserVariable, None)
	}
	_, err = w.Write(content)
	return err
}

// browsers are the names of Chromium and what is built from it.
func browsers() []string {
	return []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"}
}

// find gives the path of the browser to use; empty for none.
func find(wanted string) (string, error) {
	switch wanted {
	case None:
		return "", nil
	case "":
		for _, name := range browsers() {
			if path, err := exec.LookPath(name); err == nil {
				return path, nil
			}
		}
		return "", nil
	}
	path, err := exec.LookPath(wanted)
	if err != nil {
		return "", fmt.Errorf("the browser in %s can't be run: %w; expected the path of a Chromium, or %s", BrowserVariable, err, None)
	}
	return path, nil
}

// print has the browser print the page, without a network and in a profile of its own.
func print(ctx context.Context, browser string, r *reports.Report, p *words.Printer) (content []byte, err error) {
	dir, err := os.MkdirTemp("", "mimcheck-pdf-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var page bytes.Buffer
	if err := html.RenderIn(&page, r, p); err != nil {
		return nil, err
	}
	from, to := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.pdf")
	if err := os.WriteFile(from, page.Bytes(), 0o600); err != nil {
		return nil, err
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(from)}
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + filepath.Join(dir, "profile"), "--lang=" + p.Code(),
		"--generate-pdf-document-outline", "--no-pdf-header-footer", "--print-to-pdf=" + to, address.String()}
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // which root can't have; the page allows its own script only
	}
	cmd := exec.CommandContext(ctx, browser, args...)
	cmd.WaitDelay = 5 * time.Second // for children that hold the output open
	said, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, lastLine(said))
	}
	content, err = os.ReadFile(to)
	if err != nil || !bytes.HasPrefix(content, []byte("%PDF-")) {
		return nil, fmt.Errorf("it left no PDF behind: %s", lastLine(said))
	}
	return content, nil
}

// lastLine is the last thing that a program said.
func lastLine(said []byte) string {
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	last := lines[len(lines)-1]
	return last[:min(len(last), 300)]
}
