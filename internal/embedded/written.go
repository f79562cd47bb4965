package embedded

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"github.com/oasc/mimcheck/internal/target"
)

// WriteTarget writes what a run against the platform needs into the folder, which is made
// if it is missing: target.yaml, the authority of its certificate, and its clients' secrets.
func (c *City) WriteTarget(folder string) error {
	t, err := c.Target()
	if err != nil {
		return err
	}
	type named = map[string]any
	endpoints, clients := named{}, named{}
	files := map[string][]byte{"authority.pem": c.Authority}
	for name, url := range t.Endpoints {
		endpoints[name] = named{"url": url}
	}
	kept := func(file, secret string) named {
		files[file] = []byte(secret + "\n")
		return named{"file": file}
	}
	for name, client := range t.Clients {
		said := named{"id": client.ID, "scopes": client.Scopes}
		if client.Secret != "" {
			said["secret"] = kept(name+".secret", client.Secret)
		}
		if name == target.Code {
			said["redirectUri"] = t.SignIn.Redirect
			said["user"] = named{"name": t.User.Name, "password": kept("user.password", t.User.Password), "nameField": t.SignIn.User, "passwordField": t.SignIn.Password}
		}
		clients[name] = said
	}
	tokens := named{}
	for name, token := range t.Tokens {
		tokens[name] = kept(name+".token", token)
	}
	if files["target.yaml"], err = yaml.Marshal(named{
		"name": t.Name, "endpoints": endpoints, "clients": clients, "tokens": tokens, "tls": named{"ca": "authority.pem"},
		"statement": named{"features": t.Statement.Features, "specVersion": t.Statement.SpecVersion, "places": t.Statement.Places, "profiles": t.Statement.Profiles},
	}); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("the folder for the target can't be made: %w", err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return fmt.Errorf("the target can't be written: %w", err)
		}
	}
	return nil
}
