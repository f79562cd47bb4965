package probe

import "github.com/oasc/mimcheck/internal/target"

// Secrets finds the secrets of a target in what others wrote.
type Secrets struct{ redact *redactor }

// Leak is a place at which a secret is told.
type Leak struct {
	Variable string // that stands for the secret
	Offset   int    // in bytes
}

// SecretsOf are the secrets that the target's file names.
func SecretsOf(t *target.Target) Secrets { return Secrets{newRedactor(t)} }

// Any says whether the target has any secret.
func (s Secrets) Any() bool { return len(s.redact.known().each) > 0 }

// Find returns the places in b at which a secret is told, in whatever escaping: the
// first one of each text that tells it.
func (s Secrets) Find(b []byte) []Leak {
	var leaks []Leak
	for _, secret := range s.redact.known().each {
		if at := secret.find.FindIndex(b); at != nil {
			leaks = append(leaks, Leak{secret.variable, at[0]})
		}
	}
	return leaks
}
