package faults

import "github.com/oasc/mimcheck/internal/reference/secure"

// Listening are the changes that faults make to how the platform listens by TLS.
func Listening(active ...Fault) []func(*secure.Settings) {
	var changes []func(*secure.Settings)
	for _, f := range active {
		if f.Listening != nil {
			changes = append(changes, f.Listening)
		}
	}
	return changes
}
