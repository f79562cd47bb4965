package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/oasc/mimcheck/internal/evidence"
)

var (
	errTime = errors.New("request over its time")
	errTurn = errors.New("the check's time would end before its turn")
)

// failure is why an attempt gave no whole answer. ctx is that of the attempt.
func (s *Session) failure(ctx context.Context, err error) *evidence.Failure {
	l := s.opts.Limits
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	fail := func(class evidence.FailureClass, format string, args ...any) *evidence.Failure {
		return &evidence.Failure{Class: class, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case errors.Is(err, errTime):
		return fail(evidence.Timeout, "no whole answer within %s: the platform is too slow to be judged, or does not answer", l.Request)
	case errors.Is(err, errDrip):
		return fail(evidence.Timeout, "the body came too slowly: expected at least %d bytes in %s", minProgress, l.Progress)
	case errors.Is(err, errTurn):
		return fail(evidence.Timeout, "the check's time would have ended before the request's turn came: allow checks more time (--timeout), or the platform more requests (--rate)")
	case errors.Is(ctx.Err(), context.Canceled):
		return fail(evidence.Interrupted, "the run was stopped before the answer was there")
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fail(evidence.Timeout, "the check's time was over before the answer was there: allow checks more time (--timeout)")
	case errors.Is(err, errTooLarge):
		return fail(evidence.TooLarge, "the body is larger than %d bytes when decompressed: ask for less, or allow more by politeness.maxBody", l.Body)
	case errors.Is(err, errCoding):
		return fail(evidence.Encoding, "the body's content coding can't be undone (%s): expected gzip, deflate or none, and whole", s.redact.clip(err.Error()))
	}
	return s.redact.transportFailure(err)
}

// transportFailure is the failure that a network error is.
func (r *redactor) transportFailure(err error) *evidence.Failure {
	fail := func(class evidence.FailureClass, format string, args ...any) *evidence.Failure {
		return &evidence.Failure{Class: class, Reason: fmt.Sprintf(format, args...)}
	}
	var (
		name      *net.DNSError
		network   net.Error
		notTLS    tls.RecordHeaderError
		alert     tls.AlertError
		untrusted *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	text := err.Error()
	switch {
	case errors.As(err, &name):
		return fail(evidence.DNS, "the host name %s could not be resolved (%s): check the address and the network", name.Name, name.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fail(evidence.Refused, "nothing listens at the address (connection refused): check the address, and that the platform runs")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fail(evidence.Refused, "the host is not reachable (%s): check the address and the network", r.clip(text))
	case errors.As(err, &untrusted), errors.As(err, &authority), errors.As(err, &host), errors.As(err, &invalid):
		return fail(evidence.TLS, "the platform's certificate is not trusted (%s): check the address, or give its authority by tls.ca", r.clip(text))
	case errors.As(err, &notTLS), errors.As(err, &alert),
		strings.Contains(text, "server gave HTTP response to HTTPS client"), strings.Contains(text, "tls: "), strings.Contains(text, "x509: "),
		strings.Contains(text, "remote error: tls"), strings.Contains(text, "TLS handshake"):
		return fail(evidence.TLS, "no secure connection could be made (%s): check that the address is right to say https, and tls.cert if the platform asks for a certificate", r.clip(text))
	case errors.As(err, &network) && network.Timeout():
		return fail(evidence.Timeout, "the platform did not answer in time (%s)", r.clip(text))
	case strings.Contains(text, "server response headers exceeded"), strings.Contains(text, "header list too large"), strings.Contains(text, "too many 1xx"):
		return fail(evidence.TooLarge, "the answer's header is larger than what is read (%s)", r.clip(text))
	case strings.Contains(text, "malformed HTTP"):
		return fail(evidence.NotTheAPI, "what answered does not speak HTTP (%s): check the address", r.clip(text))
	case strings.Contains(text, "Location header"):
		return fail(evidence.Redirects, "the platform redirects to what is no URL (%s)", r.clip(text))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		strings.Contains(text, "malformed MIME header"), strings.Contains(text, "server closed"), strings.Contains(text, "chunk"), strings.Contains(text, "stream error"),
		strings.Contains(text, "GOAWAY"), strings.Contains(text, "connection lost"), strings.Contains(text, "Content-Length"):
		return fail(evidence.Cut, "the connection ended before the answer was whole (%s)", r.clip(text))
	}
	return fail(evidence.Other, "the request could not be carried out (%s)", r.clip(text))
}

// clip redacts a text from outside and shortens it for a sentence, in this order:
// half a secret would not be found.
func (r *redactor) clip(s string) string {
	const most = 300
	s = strings.Join(strings.Fields(r.text(strings.ToValidUTF8(s, "\uFFFD"))), " ")
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
