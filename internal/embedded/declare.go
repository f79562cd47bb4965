package embedded

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"time"

	"github.com/oasc/mimcheck/internal/declaration"
	"github.com/oasc/mimcheck/internal/reference/documents"
	"github.com/oasc/mimcheck/suites/declared"
)

// declarations are what the reference platform declares: all that the baselines ask, by a
// key that is made for the purpose, each shown by a page of its own.
func declarations(now time.Time) (*documents.Documents, error) {
	asked, err := declared.All()
	if err != nil {
		return nil, err
	}
	d := declaration.Declarations{
		Platform: "embedded reference city platform",
		Signer:   declaration.Signer{Name: "Robin Example", Role: "data officer", Organisation: "Reference City"},
		Expires:  now.AddDate(1, 0, 0).Format(time.DateOnly),
	}
	files := map[string][]byte{}
	for _, a := range asked {
		title := "How it is seen to: " + a.Declared
		page := []byte(fmt.Sprintf("<!DOCTYPE html>\n<html lang=\"en\"><title>%[1]s</title><h1>%[1]s</h1><p>This city exists in mimcheck only, and this page shows what such a document is.</p></html>\n", html.EscapeString(title)))
		sum := sha256.Sum256(page)
		name := "/documents/" + a.Check + ".html"
		files[name] = page
		for _, requirement := range a.Requirements {
			d.Entries = append(d.Entries, declaration.Statement{Requirement: requirement, Statement: a.Declared,
				Documents: []declaration.Document{{Title: title, URL: documents.Base + name, SHA256: hex.EncodeToString(sum[:])}}})
		}
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	if files[""], err = declaration.Sign(context.Background(), d, now, key); err != nil {
		return nil, err
	}
	return documents.New(files, now), nil
}
