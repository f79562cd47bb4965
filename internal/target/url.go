package target

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ngsildPath ends the base URL of every NGSI-LD API (ETSI GS CIM 009, 6.2).
const ngsildPath = "/ngsi-ld/v1"

// FromURL makes a target of the address of an NGSI-LD API, with or without
// /ngsi-ld/v1 at its end. The target is named after the host.
func FromURL(raw string) (*Target, error) {
	base, err := ngsildBase(raw)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, err // not reached: ngsildBase parsed it
	}
	return &Target{Name: u.Host, Endpoints: map[string]string{NGSILD: base}}, nil
}

// ngsildBase is the base URL of the NGSI-LD API at raw, without a trailing slash.
func ngsildBase(raw string) (string, error) {
	base, err := baseURL(raw)
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(base, ngsildPath) {
		base += ngsildPath
	}
	return base, nil
}

// baseURL checks an absolute http or https URL that paths can be appended to. Its
// errors never repeat raw, which may hold a password.
func baseURL(raw string) (string, error) {
	u, err := httpURL(raw)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(raw, "?#") {
		return "", errors.New("the address has a query or a fragment: expected a base URL that paths can be appended to; leave out everything from ? or # on")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// httpURL parses an absolute http or https URL without credentials.
func httpURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil { // its text would repeat the address, or the password in it
		return nil, errors.New("the address is no URL: expected one such as https://broker.example.org, with a number for the port if any, and %XX for what a path can't hold")
	}
	switch {
	case u.User != nil:
		return nil, errors.New("the address holds credentials (before the @): leave them out, and give them under auth in a target.yaml as {env: NAME} or {file: PATH}")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the address has the scheme %q: expected http or https, such as https://broker.example.org", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("the address names no host: expected a URL such as https://broker.example.org")
	}
	return u, nil
}
