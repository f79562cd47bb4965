package main

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports/formats"
	"github.com/oasc/mimcheck/reports/history"
	"github.com/oasc/mimcheck/reports/pdf"
)

const bundleFile = "mimcheck-report/run.mimcheck.zip"

// The way of a bundle: made by a run, copied elsewhere, judged again, signed, verified,
// altered and found out.
func TestTheWayOfABundle(t *testing.T) {
	oneAfterTheOther(t)
	dir := workdir(t)
	t.Setenv("MIMCHECK_PASSPHRASE", "a passphrase of the test")
	mimcheck(t, "run", "--filter", atOnce+" || MIM2", "--fault", anyFault(t)).want(t, 1, "run.mimcheck.zip")
	elsewhere := filepath.Join(t.TempDir(), "copy.zip")
	put(t, elsewhere, read(t, bundleFile))
	mimcheck(t, "replay", elsewhere).want(t, 1, "confirms the report", "NOT CONFORMANT")
	mimcheck(t, "replay", elsewhere, "--baseline", "oasc-2026-06-draft", "--out", "again").want(t, 3, "draft")
	if _, err := os.Stat(filepath.Join(dir, "again", "report.json")); err != nil {
		t.Error(err)
	}
	mimcheck(t, "report", "har", elsewhere, "--check", "mim1.entity.create.location").want(t, 0, `"_check": "mim1.entity.create.location"`)
	mimcheck(t, "report", "har", elsewhere, "--check", "mim1.no.such").want(t, 2, "mim1.no.such")
	mimcheck(t, "report", "har", elsewhere, "--out", "all.har").want(t, 0)
	mimcheck(t, "report", "har", "import", "all.har", "--out", "back.zip").want(t, 0, "Not conformant")
	if read(t, "back.zip") != read(t, elsewhere) {
		t.Error("the bundle came back from its HAR as another one")
	}
	mimcheck(t, "report", "har", elsewhere, "--check", "mim1.entity.create.location", "--out", "one.har").want(t, 0)
	mimcheck(t, "report", "har", "import", "one.har", "--out", "one.zip").want(t, 0, "one.zip")
	mimcheck(t, "replay", "one.zip").want(t, 1, "confirms the report", "1 failed")
	put(t, "browser.har", `{"log": {"version": "1.2", "creator": {"name": "a browser", "version": "1"}, "entries": [{"request": {"method": "GET"}}]}}`)
	mimcheck(t, "report", "har", "import", "browser.har", "--out", "x.zip").want(t, 4, "browser.har", "another program")
	put(t, "altered.har", strings.Replace(read(t, "all.har"), `"status": 201`, `"status": 200`, 1))
	mimcheck(t, "report", "har", "import", "altered.har", "--out", "x.zip").want(t, 4, "not what was exported")
	mimcheck(t, "report", "diff", "mimcheck-report/report.json", elsewhere).want(t, 0, "is the same")

	mimcheck(t, "key", "new", "wg").want(t, 0, "wg.key", "wg.pub")
	mimcheck(t, "key", "new", "wg").want(t, 2, "there already")
	mimcheck(t, "key", "show", "wg.pub").want(t, 0, "BEGIN PUBLIC KEY")
	if of, want := mimcheck(t, "key", "show", "wg.key"), mimcheck(t, "key", "show", "wg.pub"); of != want {
		t.Errorf("the public half of a private key is shown as %+v, expected %+v", of, want)
	}
	put(t, "wrong.txt", "not the passphrase")
	mimcheck(t, "key", "show", "wg.key", "--passphrase-file", "wrong.txt").want(t, 2, "is the passphrase right?")
	mimcheck(t, "key", "new", "other").want(t, 0)
	mimcheck(t, "report", "verify", elsewhere).want(t, 2, "--key")
	mimcheck(t, "report", "verify", elsewhere, "--unsigned").want(t, 0, "not checked")
	mimcheck(t, "report", "verify", elsewhere, "--key", "wg.pub").want(t, 4, "nobody signed")
	mimcheck(t, "report", "sign", elsewhere, "--key", "wg.key").want(t, 0, "signed by key")
	mimcheck(t, "report", "verify", elsewhere, "--key", "wg.pub").want(t, 0, "ok  evidence", "ok  scope", "ok  signature", "verified")
	mimcheck(t, "report", "verify", elsewhere, "--key", "other.pub").want(t, 4, "no trusted key")
	mimcheck(t, "replay", elsewhere).want(t, 1, "confirms the report")

	altered := bytes.Clone([]byte(read(t, elsewhere)))
	altered[len(altered)/2] ^= 1
	put(t, "altered.zip", string(altered))
	mimcheck(t, "report", "verify", "altered.zip", "--key", "wg.pub").want(t, 4, "altered.zip")
	mimcheck(t, "replay", "altered.zip").want(t, 4, "altered.zip")
	t.Setenv("MIMCHECK_PASSPHRASE", "")
	mimcheck(t, "report", "sign", elsewhere, "--key", "wg.key").want(t, 2, "MIMCHECK_PASSPHRASE")
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestDiffOfTwoRuns(t *testing.T) {
	oneAfterTheOther(t)
	workdir(t)
	mimcheck(t, "run", "--filter", atOnce, "--out", "a").want(t, 3)
	mimcheck(t, "run", "--filter", atOnce, "--out", "b", "--fault", anyFault(t)).want(t, 1)
	mimcheck(t, "report", "diff", "a/report.json", "b/run.mimcheck.zip").want(t, 0, "regression mim1.entity.create.location")
	mimcheck(t, "report", "diff", "a/report.json", "b/report.json", "--fail-on", "regression").want(t, 1, "got worse", "mim1.entity.create.location")
	mimcheck(t, "report", "diff", "b/report.json", "a/report.json", "--fail-on", "regression").want(t, 0, "fixed")
	mimcheck(t, "report", "diff", "b/report.json", "a/report.json", "--fail-on", "change").want(t, 1)
	mimcheck(t, "report", "diff", "a/report.json", "a/report.json", "--fail-on", "anything").want(t, 2, "regression or change")
	mimcheck(t, "report", "history", "b/run.mimcheck.zip", "a/report.json").want(t, 0, "2 runs", "mim1.entity.create.location", "Passed, then Failed", "had the same outcome in each run")
	mimcheck(t, "report", "history", "b/report.json", "a/report.json", "--format", "html", "--lang", "fi", "--out", "history.html").want(t, 0)
	if page := read(t, "history.html"); !strings.Contains(page, "Ajohistoria") || !strings.Contains(page, `lang="fi"`) {
		t.Error("the history is not in Finnish")
	}
	mimcheck(t, "report", "history", "a/report.json", "a/run.mimcheck.zip").want(t, 2, "reports of one run")
	mimcheck(t, "report", "history", "a/report.json", "b/report.json", "--format", "odt").want(t, 2, "odt")
	out := mimcheck(t, "report", "diff", "a/report.json", "b/report.json", "--json")
	var d map[string]any
	if err := json.Unmarshal([]byte(out.out), &d); err != nil || d["checks"] == nil {
		t.Errorf("%v: %s", err, out.out)
	}
}

func TestWaiversAndExpectedFailures(t *testing.T) {
	oneAfterTheOther(t)
	workdir(t)
	fault := anyFault(t)
	entry := func(check, more string) string {
		return "- {check: " + check + ", reason: next release, expires: 2999-12-31" + more + "}\n"
	}
	put(t, "waivers.yaml", "waivers:\n"+entry("mim1.entity.create.location", ", owner: Working Group"))
	put(t, "unknown.yaml", "waivers:\n"+entry("mim1.no.such", ", owner: Working Group"))
	put(t, "expected.yaml", "expected:\n"+entry("mim1.entity.create.location", ""))
	put(t, "stale.yaml", "expected:\n"+entry("mim1.entity.create.location", "")+entry("mim1.entity.create.scope", ""))
	put(t, "flaky.yaml", "expected:\n"+entry("mim1.entity.create.location", ", reruns: 2"))
	put(t, "others.yaml", "expected:\n"+entry("mim1.entity.create.scope", ", reruns: 1"))

	all := []string{"run", "--claim", "MIM1", "--filter", atOnce, "--fault", fault}
	with := func(more ...string) outcome { return mimcheck(t, append(append([]string{}, all...), more...)...) }
	with("--waivers", "waivers.yaml").want(t, 3, "Waived until 2999-12-31 by Working Group: mim1.entity.create.location")
	for _, file := range []string{"report.json", "report.html", "report.md"} {
		if !strings.Contains(read(t, "mimcheck-report/"+file), "next release") {
			t.Errorf("%s does not show the waiver", file)
		}
	}
	mimcheck(t, "replay", bundleFile).want(t, 3, "confirms the report", "Waived until")
	with("--waivers", "unknown.yaml").want(t, 2, "mim1.no.such", "matches no check")
	with("--waivers", "none.yaml").want(t, 2, "none.yaml")
	with("--expected-failures", "expected.yaml").want(t, 0, "failed as expected: mim1.entity.create.location", "exit code is 0")
	with("--expected-failures", "stale.yaml").want(t, 2, "mim1.entity.create.scope is expected to fail and passed")
	with("--expected-failures", "flaky.yaml").want(t, 1, "failed each time", "mim1.entity.create.location")
	put(t, "both.yaml", "expected:\n"+entry("mim1.no.such", ""))
	with("--expected-failures", "both.yaml").want(t, 1, "nobody expected it: mim1.entity.create.location", "mim1.no.such is expected to fail and is no check")
	with("--expected-failures", "others.yaml").want(t, 1, "nobody expected it: mim1.entity.create.location")
	with("--expected-failures", "none.yaml").want(t, 2, "none.yaml")
}

func TestRepeatTellsWhatVaries(t *testing.T) {
	workdir(t)
	platform, err := reference.New(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer platform.Close()
	seen := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := faults.Record(platform, r)
		if strings.Contains(r.UserAgent(), "mim1.entity.create.location)") && r.Method == http.MethodPost {
			if seen++; seen == 2 {
				answer.Status = http.StatusOK
			}
		}
		answer.WriteTo(w)
	}))
	defer server.Close()
	run := []string{"run", "--url", server.URL, "--profile", "sandbox", "--rate", "-1", "--spec-version", embedded.SpecVersion, "--concurrency", "1"}
	mimcheck(t, append(run, "--repeat", "3", "--filter", "mim1.entity.create.location")...).
		want(t, 3, "1 check varied", "mim1.entity.create.location: passed, failed, passed", "exchange 1, POST ", "the status is 201, then 200")
	mimcheck(t, append(run, "--repeat", "2", "--filter", "mim1.entity.create.scope")...).want(t, 3, "had the same outcome in all")
	mimcheck(t, append(run, "--repeat", "0")...).want(t, 2, "--repeat 0")

	// One that is known to fail at times is run again, and is no news when it passes then.
	seen = 1
	put(t, "flaky.yaml", "expected:\n- {check: mim1.entity.create.location, reason: at times, expires: 2999-12-31, reruns: 1}\n")
	mimcheck(t, append(run, "--expected-failures", "flaky.yaml", "--filter", "mim1.entity.create.location")...).
		want(t, 0, "failed as expected: mim1.entity.create.location")
	if seen != 3 {
		t.Errorf("the check was run %d times, expected twice", seen-1)
	}
}

// textOfPDF is what the streams of a PDF in the plain layout hold, in UTF-16 as their text is,
// read as ASCII.
func textOfPDF(t *testing.T, content string) string {
	t.Helper()
	var text strings.Builder
	for part := range strings.SplitSeq(content, "stream\n") {
		r, err := zlib.NewReader(strings.NewReader(part))
		if err != nil {
			continue // no stream, or one that is not packed
		}
		page, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(strings.ReplaceAll(string(page), "\x00", ""))
	}
	return text.String()
}

// Secrets of every kind, told back by the platform in every place where something is
// recorded: none lands in any artefact, and the self-check says so. Where one is put, it
// is found.
func TestPlantedSecretsNeverLandInArtefacts(t *testing.T) {
	oneAfterTheOther(t)
	dir := workdir(t)
	const key, tenantSecret = `k3y with "quotes" & <marks>`, "header-s3cret-9f8e7d"
	t.Setenv("CITY_KEY", key)
	t.Setenv("CITY_HEADER", tenantSecret)
	platform, err := reference.New(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer platform.Close()
	var answered atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("api") != key || r.Header.Get("X-City-Token") != tenantSecret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		query := r.URL.Query()
		query.Del("api")
		forwarded := r.Clone(r.Context())
		forwarded.URL.RawQuery = query.Encode()
		answer := faults.Record(platform, forwarded)
		switch n := answered.Add(1); {
		case n%17 == 0: // a redirect that tells them
			w.Header().Set("Location", r.URL.Path+"?"+url.Values{"api": {key}, "x": {tenantSecret}}.Encode())
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		case n%19 == 0: // a page of an error that tells them
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<p>no upstream for "+tenantSecret+" "+key)
			return
		}
		answer.Header.Set("X-Echo", key+" "+url.QueryEscape(key))
		answer.Header.Set("Set-Cookie", "session="+tenantSecret)
		answer.Header.Set("WWW-Authenticate", base64.StdEncoding.EncodeToString([]byte(tenantSecret)))
		echo, _ := json.Marshal(key)
		answer.Body = bytes.ReplaceAll(answer.Body, []byte(`"title":"`), []byte(`"title":"`+strings.Trim(string(echo), `"`)+tenantSecret))
		answer.Body = bytes.ReplaceAll(answer.Body, []byte(`"unitCode":"`), []byte(`"unitCode":"`+tenantSecret))
		answer.WriteTo(w)
	}))
	defer server.Close()
	put(t, "city.yaml", "name: city\nendpoints:\n  ngsi-ld: {url: "+server.URL+"}\nheaders:\n  X-City-Token: {env: CITY_HEADER}\nauth:\n  apiKey: {query: api, value: {env: CITY_KEY}}\n")
	got := mimcheck(t, "run", "--target", "city.yaml", "--profile", "sandbox", "--rate", "-1", "--concurrency", "8", "--spec-version", embedded.SpecVersion, "--filter", "entity || entities || errors || MIM2")
	if got.code != exitNonConformant && got.code != exitInconclusive {
		t.Fatalf("exit code %d\n%s", got.code, got.errOut)
	}
	mimcheck(t, "report", "har", bundleFile, "--out", "all.har").want(t, 0)
	t.Setenv(pdf.BrowserVariable, pdf.None)
	for _, format := range formats.Names() {
		mimcheck(t, "report", "render", "mimcheck-report/report.json", "--format", format, "--out", "report."+format).want(t, 0)
	}
	answered.Store(5) // so that redirects and errors come to other checks
	mimcheck(t, "run", "--target", "city.yaml", "--profile", "sandbox", "--rate", "-1", "--concurrency", "8", "--spec-version", embedded.SpecVersion, "--filter", atOnce, "--out", "again")
	for _, format := range history.Names() {
		mimcheck(t, "report", "history", "again/report.json", bundleFile, "--format", format, "--out", "history."+format).want(t, 0)
	}
	put(t, "terminal.txt", got.out+got.errOut)
	replayed := mimcheck(t, "replay", bundleFile)
	replayed.want(t, got.code, "confirms the report") // although it sees stand-ins where the run saw secrets
	put(t, "replay.txt", replayed.out)
	scrub := []string{"report", "scrub", "--check", "--target", "city.yaml"}
	mimcheck(t, append(scrub, dir)...).want(t, 0, "No secret of city.yaml is told in")

	// by another way than the one that redacts
	forms := []string{key, tenantSecret, url.QueryEscape(key), base64.StdEncoding.EncodeToString([]byte(tenantSecret)), `k3y with \"quotes\"`, "k3y with &#34;"}
	tells := func(content string) string {
		for _, form := range forms {
			if strings.Contains(content, form) {
				return form
			}
		}
		return ""
	}
	artefacts, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, path := range artefacts {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content, name := string(raw), filepath.Base(path)
		switch name {
		case "city.yaml":
			continue
		case "report.pdf":
			content = textOfPDF(t, content)
		}
		if form := tells(content); form != "" {
			t.Errorf("%s tells %q", name, form)
		}
		seen[name] = strings.Contains(content, "MIMCHECK_")
	}
	for _, name := range []string{"all.har", "report.pdf", "report.html", "report.json", "history.html"} {
		if !seen[name] {
			t.Errorf("%s has no stand-in for a secret: nothing was told in it, so nothing was tested", name)
		}
	}
	z, err := zip.OpenReader(bundleFile)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	variables := 0
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		variables += bytes.Count(content, []byte("${MIMCHECK_"))
		for _, form := range forms {
			if bytes.Contains(content, []byte(form)) {
				t.Errorf("%s in the bundle tells %q", f.Name, form)
			}
		}
	}
	if variables < 100 {
		t.Errorf("the bundle has %d stand-ins: nothing was told, so nothing was tested", variables)
	}

	for where, leak := range map[string]string{"plain.txt": "x " + tenantSecret, "url.txt": url.QueryEscape(key), "base64.txt": base64.StdEncoding.EncodeToString([]byte("u:" + tenantSecret))} {
		put(t, where, leak)
		mimcheck(t, append(scrub, where)...).want(t, 4, where, "MIMCHECK_")
	}
	var inside bytes.Buffer
	w := zip.NewWriter(&inside)
	f, err := w.Create("deep/file")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(f, strings.Repeat(" ", 5000)+tenantSecret)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, "leak.zip", inside.String())
	mimcheck(t, append(scrub, "leak.zip")...).want(t, 4, "leak.zip!deep/file", "byte 5000")
	mimcheck(t, "report", "scrub", "--target", "city.yaml", dir).want(t, 2, "--check")
	mimcheck(t, append(scrub, "no-such-file")...).want(t, 2, "no-such-file")
}
