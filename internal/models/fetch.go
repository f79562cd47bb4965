package models

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// maxDownload bounds an archive that is fetched, packed.
const maxDownload = 512 << 20

// Fetch downloads an archive of models to a temporary file and returns its name; the
// caller removes it. It is the only thing in this package that uses the network, and
// it is called for an address that the user gave. Only https is allowed, and http
// to this machine itself.
func Fetch(ctx context.Context, address string) (name string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("%q is no URL: %w", address, err)
	}
	if err := allowed(u); err != nil {
		return "", err
	}
	client := &http.Client{
		Timeout: 10 * time.Minute,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 5 {
				return errors.New("more than 5 redirects")
			}
			return allowed(r.URL)
		},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("the models could not be fetched: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the models could not be fetched: %s answered %s, expected 200", address, response.Status)
	}
	f, err := os.CreateTemp("", "mimcheck-models-*")
	if err != nil {
		return "", err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	n, err := io.Copy(f, io.LimitReader(response.Body, maxDownload+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("the models could not be fetched: %s ended after %d bytes: %w", address, n, err)
	case n > maxDownload:
		return "", fmt.Errorf("the models could not be fetched: %s is larger than %d bytes", address, maxDownload)
	}
	return f.Name(), nil
}

// allowed refuses addresses that would give data or secrets away.
func allowed(u *url.URL) error {
	switch {
	case u.User != nil:
		return errors.New("an address of models may hold no user name or password")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("models are fetched over https only, not from %s://%s", u.Scheme, u.Host)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
