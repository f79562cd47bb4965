// Package mim0 checks access to data (MIM0) by mechanism M1: a REST API that an OpenAPI
// 3.1 document at a well-known path describes, with its collections at /collections.
// All checks only observe. What NGSI-LD gives of access, package mim1 checks.
package mim0

// What the checks give evidence for.
const (
	mim0        = "oasc-2026-06-draft/MIM0/"
	described   = mim0 + "R1.3"           // a formal description of the interface
	modelled    = mim0 + "R1.4"           // the description tells the data models
	uniform     = mim0 + "R2.1"           // one envelope and one way of paging
	versioned   = mim0 + "C2-f"           // a stated version
	exemplified = mim0 + "C2-g"           // examples to try
	current     = mim0 + "C2-a"           // current data
	announced   = mim0 + "C2-e"           // the time of the next update
	limited     = mim0 + "C2-i"           // rate limits
	cached      = mim0 + "C2-h"           // caching and conditional requests
	healthy     = mim0 + "C2-l"           // a resource that tells the state of the service
	wellKnown   = mim0 + "M1-openapi"     // OpenAPI 3.1 at a well-known path
	everyone    = mim0 + "M1-example"     // an example of each operation
	problems    = mim0 + "M1-problem"     // problem details
	linking     = mim0 + "M1-link"        // Link header fields of collections
	formed      = mim0 + "M1-f"           // the query parameter f
	past        = mim0 + "C2-b"           // past data
	further     = mim0 + "R3.2"           // another way to learn of updates
	laidOut     = mim0 + "M1-collections" // /collections/{id}/items
)
