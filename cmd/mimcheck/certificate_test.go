package main

import (
	"os"
	"testing"
)

// A run that was filed, and one that the Working Group signed.
func filed(t *testing.T) {
	t.Helper()
	put(t, "passphrase.txt", "a passphrase of the test\n")
	mimcheck(t, typed(`key new larsen --passphrase-file passphrase.txt`)...).want(t, 0)
	mimcheck(t, typed(`key new madsen --passphrase-file passphrase.txt`)...).want(t, 0)
	for _, out := range []string{"own", "witnessed"} { // of the reference platform: enough to be refused
		mimcheck(t, "run", "--mim", "MIM2", "--claim", "MIM2", "--filter", "mim2.schema.value.types", "--out", out)
	}
	mimcheck(t, typed(`certificate file own/run.mimcheck.zip --member Aarhus --by "A. Jensen"`)...).want(t, 0, "RunRecorded", "BundleFiled", "runs it again: mimcheck run --target TARGET.yaml --baseline oasc-2019-01-16")
	mimcheck(t, typed(`report sign witnessed/run.mimcheck.zip --key larsen.key --passphrase-file passphrase.txt`)...).want(t, 0)
}

const issueLine = `certificate issue own/run.mimcheck.zip witnessed/run.mimcheck.zip --member Aarhus --runner "B. Larsen" --runner-key larsen.pub ` +
	`--issuer "C. Madsen" --key madsen.key --passphrase-file passphrase.txt --url https://example.org/{id}`

func TestCertificateCommands(t *testing.T) {
	oneAfterTheOther(t)
	workdir(t)
	filed(t)
	for _, c := range []struct {
		line string
		code int
		says []string
	}{
		{issueLine, exitNonConformant, []string{"refused: MIM2 of aarhus", "own-platform", "whole-runs", "seen", "remedy"}},
		{issueLine + " --dry-run --json", exitNonConformant, []string{`"rule": "own-platform"`, `"selfRun"`}},
		{issueLine + " --mim MIM9", exitUsage, []string{"MIM9"}},
		{issueLine + " --on 2999-01-01", exitUsage, []string{"rule date"}},
		{`certificate issue own/run.mimcheck.zip own/run.mimcheck.zip --member Aarhus --runner x --runner-key larsen.pub --issuer y --key madsen.key --passphrase-file passphrase.txt --url https://example.org`, exitEvidence, []string{"signed by who made it"}},
		{`certificate issue passphrase.txt witnessed/run.mimcheck.zip --member Aarhus --runner x --runner-key larsen.pub --issuer y --key madsen.key --url https://example.org`, exitEvidence, []string{"not valid"}},
		{`certificate file own/run.mimcheck.zip --member Aarhus --by "A. Jensen"`, exitUsage, []string{"rule once"}},
		{`certificate file own/run.mimcheck.zip --member Vejle --by "V. Ejle"`, exitUsage, []string{"rule run"}},
		{`certificate file passphrase.txt --member Aarhus --by "A. Jensen"`, exitEvidence, []string{"not valid"}},
		{`certificate revoke none --by x --reason y`, exitUsage, []string{"certificate list"}},
		{`certificate verify passphrase.txt --key madsen.pub`, exitEvidence, []string{"the certificate is not valid"}},
		{`certificate verify passphrase.txt`, exitUsage, []string{"--key"}},
		{`certificate verify none.json --key madsen.pub`, exitUsage, []string{"none.json"}},
		{`certificate list`, 0, []string{"STANDING"}},
		{`certificate list --member Aarhus --json`, 0, []string{"[]"}},
		{`certificate list --out status.json`, exitUsage, []string{"key"}},
		{`certificate list --out status.json --key madsen.key --passphrase-file passphrase.txt`, 0, []string{"no certificates", "next update"}},
		{`certificate rules`, 0, []string{"four-eyes", "if not:"}},
		{`member card Aarhus`, 0, []string{"certification", "filed by A. Jensen", "certificate refused by C. Madsen"}},
		{`solution add Broker --provider One --bundle witnessed/run.mimcheck.zip --key larsen.pub --by WG`, exitUsage, []string{"solution-proven"}},
		{`solution add Broker --provider One --bundle own/run.mimcheck.zip --key larsen.pub --by WG`, exitEvidence, []string{"nobody signed it"}},
		{`solution add Broker --provider One --bundle own/run.mimcheck.zip --by WG`, exitUsage, []string{"--key"}},
		{`solution list --json`, 0, []string{"[]"}},
		{`solution show Broker`, exitUsage, []string{"solution list"}},
	} {
		t.Run(c.line, func(t *testing.T) {
			mimcheck(t, typed(c.line)...).want(t, c.code, c.says...)
		})
	}
}

func TestClaimsCommands(t *testing.T) {
	workdir(t)
	put(t, "claims.yaml", "vendor: One\nproduct: Broker\nclaims:\n  - mim: MIM2\n")
	put(t, "more.yaml", "vendor: Two\nproduct: Broker\nbaseline: oasc-2022-06-07\nbundles: [own/run.mimcheck.zip]\nclaims:\n  - mim: MIM7\n")
	put(t, "wrong.yaml", "vendor: One\nproduct: Broker\nclaims:\n  - mim: MIM9\n")
	mimcheck(t, "run", "--mim", "MIM2", "--claim", "MIM2", "--filter", "mim2.schema.value.types", "--out", "own")
	for _, c := range []struct {
		line string
		code int
		says []string
	}{
		{`claims check claims.yaml --bundle own/run.mimcheck.zip --unsigned`, exitInconclusive, []string{"not shown", "reference platform"}},
		{`claims check claims.yaml --bundle own/run.mimcheck.zip`, exitUsage, []string{"--key", "--unsigned"}},
		{`claims check claims.yaml --unsigned`, exitUsage, []string{"claims.yaml names no bundles"}},
		{`claims check claims.yaml --bundle claims.yaml --unsigned`, exitEvidence, []string{"not valid"}},
		{`claims check claims.yaml --bundle none.zip --unsigned`, exitUsage, []string{"none.zip"}},
		{`claims check wrong.yaml --bundle own/run.mimcheck.zip --unsigned`, exitUsage, []string{"wrong.yaml:4:10: claims[0].mim"}},
		{`claims check claims.yaml --bundle own/run.mimcheck.zip --unsigned --format odt`, exitUsage, []string{"text, markdown, csv or json"}},
		{`claims check claims.yaml --bundle own/run.mimcheck.zip --unsigned --baseline oasc-1999`, exitUsage, []string{"oasc-2019-01-16"}},
		{`claims compare more.yaml claims.yaml --unsigned`, exitUsage, []string{"names no bundles"}},
		{`claims compare more.yaml more.yaml --unsigned --format json`, exitInconclusive, []string{`"notShown"`}},
		{`claims template --mims MIM9`, exitUsage, []string{"MIM9", "MIM1"}},
		{`claims template --baseline oasc-1999`, exitUsage, []string{"oasc-2019-01-16"}},
		{`claims template --format odt`, exitUsage, []string{"markdown, html, csv or yaml"}},
		{`claims template --mims MIM2 --format html --out annex.html`, 0, nil},
	} {
		t.Run(c.line, func(t *testing.T) {
			mimcheck(t, typed(c.line)...).want(t, c.code, c.says...)
		})
	}
	if info, err := os.Stat("annex.html"); err != nil || info.Size() == 0 {
		t.Error(err)
	}
}
