package embedded

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
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
	for name, client := range t.Clients {
		file := name + ".secret"
		files[file] = []byte(client.Secret + "\n")
		clients[name] = named{"id": client.ID, "secret": named{"file": file}, "scopes": client.Scopes}
	}
	if files["target.yaml"], err = yaml.Marshal(named{
		"name": t.Name, "endpoints": endpoints, "clients": clients, "tls": named{"ca": "authority.pem"},
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
