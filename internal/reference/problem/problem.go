// Package problem holds the errors of the NGSI-LD API as RFC 7807 problem details
// (clauses 5.5.2, 5.5.3 and 6.3.2).
package problem

import (
	"errors"
	"fmt"
	"net/http"

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

// ContextUnavailable is LdContextNotAvailable, with the status of V1.8.1; V1.9.1
// asks for 504.
func ContextUnavailable(format string, args ...any) *Problem {
	return made(ngsild.LdContextNotAvailable, http.StatusServiceUnavailable, "JSON-LD context not available", format, args)
}

// TooComplex is TooComplexQuery.
func TooComplex(format string, args ...any) *Problem {
	return made(ngsild.TooComplexQuery, http.StatusForbidden, "Too complex query", format, args)
}

// Internal is InternalError.
func Internal(format string, args ...any) *Problem {
	return made(ngsild.InternalError, http.StatusInternalServerError, "Internal error", format, args)
}
