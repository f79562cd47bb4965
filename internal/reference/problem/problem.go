// Package problem holds the errors of the NGSI-LD API as RFC 7807 problem details
// (clauses 5.5.2, 5.5.3 and 6.3.2).
package problem

import (
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// Problem is an error that the API answers with.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
	Status int    `json:"status"`
}

// Error is the title and detail.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// From gives the problem in err, or an InternalError that hides err's text.
func From(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return Internal("the platform failed to serve the request; this is a defect of the platform")
}

func made(name string, status int, title, format string, args []any) *Problem {
	return &Problem{Type: ngsild.ErrorPrefix + name, Title: title, Detail: fmt.Sprintf(format, args...), Status: status}
}

// Invalid is InvalidRequest: the request is malformed, whatever its data mean.
func Invalid(format string, args ...any) *Problem {
	return made(ngsild.InvalidRequest, http.StatusBadRequest, "Invalid request", format, args)
}

// BadData is BadRequestData: the request's data break a rule of the information model.
func BadData(format string, args ...any) *Problem {
	return made(ngsild.BadRequestData, http.StatusBadRequest, "Bad request data", format, args)
}

// Exists is AlreadyExists.
func Exists(format string, args ...any) *Problem {
	return made(ngsild.AlreadyExists, http.StatusConflict, "Already exists", format, args)
}

// Conflict is Conflict: a registration stands against another or against local data.
func Conflict(format string, args ...any) *Problem {
	return made(ngsild.Conflict, http.StatusConflict, "Conflict", format, args)
}

// NotSupported is OperationNotSupported.
func NotSupported(format string, args ...any) *Problem {
	return made(ngsild.OperationNotSupported, http.StatusUnprocessableEntity, "Operation not supported", format, args)
}

// NotFound is ResourceNotFound.
func NotFound(format string, args ...any) *Problem {
	return made(ngsild.ResourceNotFound, http.StatusNotFound, "Resource not found", format, args)
}

// NoTenant is NonexistentTenant.
func NoTenant(format string, args ...any) *Problem {
	return made(ngsild.NonexistentTenant, http.StatusNotFound, "Tenant does not exist", format, args)
}

// NoTenants is NoMultiTenantSupport.
func NoTenants(format string, args ...any) *Problem {
	return made(ngsild.NoMultiTenantSupport, http.StatusNotImplemented, "No support of tenants", format, args)
}

// ContextUnavailable is LdContextNotAvailable, with the status of V1.9.1; InVersion gives
// that of others.
func ContextUnavailable(format string, args ...any) *Problem {
	return made(ngsild.LdContextNotAvailable, http.StatusGatewayTimeout, "JSON-LD context not available", format, args)
}

// InVersion is the problem as a version of ETSI GS CIM 009 has it ("1.8.1"); what is no
// version stands for the latest. Until V1.8.1 LdContextNotAvailable has the status 503
// (table 6.3.2-1).
func (p *Problem) InVersion(specVersion string) *Problem {
	if v := "v" + specVersion; p.Type != ngsild.ErrorPrefix+ngsild.LdContextNotAvailable || !semver.IsValid(v) || semver.Compare(v, "v1.9.0") >= 0 {
		return p
	}
	older := *p
	older.Status = http.StatusServiceUnavailable
	return &older
}

// TooComplex is TooComplexQuery.
func TooComplex(format string, args ...any) *Problem {
	return made(ngsild.TooComplexQuery, http.StatusForbidden, "Too complex query", format, args)
}

// TooMany is TooManyResults.
func TooMany(format string, args ...any) *Problem {
	return made(ngsild.TooManyResults, http.StatusForbidden, "Too many results", format, args)
}

// Internal is InternalError.
func Internal(format string, args ...any) *Problem {
	return made(ngsild.InternalError, http.StatusInternalServerError, "Internal error", format, args)
}
