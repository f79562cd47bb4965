// Package ngsild is the vocabulary of NGSI-LD (ETSI GS CIM 009): names, headers,
// error types, contexts and sample entities. It holds words, no behaviour of a
// broker: checks and the reference platform both use it and share nothing else.
package ngsild

// Errors are URIs made of ErrorPrefix and one of these names (5.5.2, 6.3.2).
const (
	ErrorPrefix = "https://uri.etsi.org/ngsi-ld/errors/"

	InvalidRequest        = "InvalidRequest"        // 400
	BadRequestData        = "BadRequestData"        // 400
	AlreadyExists         = "AlreadyExists"         // 409
	Conflict              = "Conflict"              // 409
	OperationNotSupported = "OperationNotSupported" // 422
	ResourceNotFound      = "ResourceNotFound"      // 404
	NonexistentTenant     = "NonexistentTenant"     // 404
	NoMultiTenantSupport  = "NoMultiTenantSupport"  // 501
	InternalError         = "InternalError"         // 500
	TooComplexQuery       = "TooComplexQuery"       // 403
	TooManyResults        = "TooManyResults"        // 403
	LdContextNotAvailable = "LdContextNotAvailable" // 503 up to V1.8.1, 504 since V1.9.1
)

// Media types (6.3.4, 6.3.15).
const (
	MediaJSON       = "application/json"
	MediaJSONLD     = "application/ld+json"
	MediaGeoJSON    = "application/geo+json"
	MediaMergePatch = "application/merge-patch+json"
	MediaProblem    = "application/problem+json"
)

// Header fields of the HTTP binding (6.3).
const (
	HeaderTenant    = "NGSILD-Tenant"
	HeaderCount     = "NGSILD-Results-Count"
	HeaderEntityMap = "NGSILD-EntityMap"
	HeaderSnapshot  = "NGSILD-Snapshot"
)

// ContextRel is the link relation of an @context in a Link header (6.3.5).
const ContextRel = "http://www.w3.org/ns/json-ld#context"

// DefaultVocab is where a term that no context defines expands to.
const DefaultVocab = "https://uri.etsi.org/ngsi-ld/default-context/"

// CoreVocab is the namespace of the core model's terms.
const CoreVocab = "https://uri.etsi.org/ngsi-ld/"

// CoreContextURL is the core @context of the version that the checks were written against.
const CoreContextURL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"

// ContextLink is the Link header value that names the @context at url (6.3.5).
func ContextLink(url string) string {
	return "<" + url + `>; rel="` + ContextRel + `"; type="` + MediaJSONLD + `"`
}
