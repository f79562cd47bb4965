package identity

import (
	"crypto/rand"
	"time"
)

// kept are requests to sign in by names that nobody can guess, until they end. Whoever
// uses it holds the platform's lock.
type kept map[string]*signIn

// keep gives the name that s is kept by. What has ended is forgotten.
func (k kept) keep(now time.Time, s *signIn) string {
	for name, old := range k {
		if now.After(old.ends) {
			delete(k, name)
		}
	}
	name := rand.Text()
	k[name] = s
	return name
}

// get is what is kept by the name; nil when it has ended.
func (k kept) get(now time.Time, name string) *signIn {
	if s := k[name]; s != nil && !now.After(s.ends) {
		return s
	}
	return nil
}
