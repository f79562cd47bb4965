// Package target describes the platform under test: where it is, how to get in,
// what it claims, and how politely it has to be treated.
package target

// Profile says what a run may do to a platform.
type Profile string

// The profiles, from the most careful.
const (
	// Observe sends GET, HEAD and OPTIONS (and query POSTs if allowed) only.
	Observe Profile = "observe"
	// Sandbox creates, changes and deletes what the run itself created, only.
	Sandbox Profile = "sandbox"
	// Reference is for the embedded platform: everything, as fast as it goes.
	Reference Profile = "reference"
)

// Endpoint names of target.yaml.
const (
	// NGSILD is the base URL of the NGSI-LD API, up to and including /ngsi-ld/v1.
	NGSILD = "ngsi-ld"
	// OGCFeatures is the address of the landing page of an API by OGC API - Features.
	OGCFeatures = "ogc-features"
	// REST is the base URL of a REST API that an OpenAPI document describes, with its
	// collections at /collections (mechanism M1 of MIM0).
	REST = "rest"
	// SensorThings is the root of a service by OGC SensorThings API, up to and including its
	// version.
	SensorThings = "sensorthings"
	// OGCProcesses is the address of the landing page of an API by OGC API - Processes.
	OGCProcesses = "ogc-processes"
	// Tiles3D is the address of the tileset JSON that leads to all of a tileset by 3D Tiles.
	Tiles3D = "3d-tiles"
	// WFS is the address of an OGC Web Feature Service, which takes operations as its query.
	WFS = "wfs"
	// Declarations is the address of signed declarations, see package declaration.
	Declarations = "declarations"
	// DCAT is the address of a data catalogue by DCAT-AP.
	DCAT = "dcat"
	// LDES is the address of a Linked Data Event Stream, or of the root node of a view of it.
	LDES = "ldes"
	// OpenID is the issuer of an OpenID provider, below which its metadata are.
	OpenID = "openid"
	// Protected is the address of a resource that only those with a token may read.
	Protected = "protected"
)

// Endpoint names of the TM Forum Open APIs that marketplaces use. Each is the base URL
// of one API, up to and including its version, such as
// https://market.example.org/tmf-api/productCatalogManagement/v4.
const (
	TMF620 = "tmf620" // product catalogue
	TMF622 = "tmf622" // product orders
	TMF629 = "tmf629" // customers
	TMF632 = "tmf632" // parties
	TMF633 = "tmf633" // service catalogue
	TMF634 = "tmf634" // resource catalogue
	TMF635 = "tmf635" // usage
	TMF637 = "tmf637" // product inventory
	TMF638 = "tmf638" // service inventory
	TMF639 = "tmf639" // resource inventory
	TMF641 = "tmf641" // service orders
	TMF651 = "tmf651" // agreements
	TMF652 = "tmf652" // resource orders
	TMF670 = "tmf670" // payment methods
	TMF676 = "tmf676" // payments
)

// endpointNames are all endpoint names, in the order in which they are told.
func endpointNames() []string {
	return []string{NGSILD, OGCFeatures, SensorThings, WFS, REST, OGCProcesses, Tiles3D, Declarations, DCAT, LDES, OpenID, Protected, TMF620, TMF622, TMF629, TMF632, TMF633, TMF634, TMF635, TMF637, TMF638, TMF639,
		TMF641, TMF651, TMF652, TMF670, TMF676}
}

// Target is a platform under test. Load reads it from target.yaml, FromURL makes
// it from one address.
type Target struct {
	Name string
	// Endpoints are the APIs: name -> base URL without a trailing slash. That of NGSILD has
	// one where the platform's lists are at paths that end with one: /entities/.
	Endpoints map[string]string
	Tenant    string            // NGSILD-Tenant of each request; empty for the default tenant
	Header    map[string]string // sent with each request
	// SecretHeaders names the members of Header whose value is a secret.
	SecretHeaders []string
	Auth          Auth
	Clients       map[string]Client // see ClientNames
	SignIn        *SignIn           // how the user of the client Code signs in; nil without such a client
	User          User              // who signs in
	Tokens        map[string]string // that were kept from before, see TokenNames; values are secrets
	TLS           TLS
	Context       string // URL of an @context that the platform knows; empty for the core context
	Statement     Statement
	Polite        Politeness
	// Models are paths of data-model catalogues (files or folders) that MIM2 checks use.
	Models []string
}

// Statement is what the target claims (an implementation conformance statement).
type Statement struct {
	Baseline string   // baseline id; empty for the default one
	MIMs     []string // claimed MIMs; empty: those that an endpoint is given for
	Features []string // claimed optional features, see suites.Feature
	// SpecVersion is the version of ETSI GS CIM 009 that the platform implements,
	// such as "1.6.1"; empty for the newest that the checks know.
	SpecVersion string
	// Types says which data model each entity type follows: type IRI or name -> model name.
	Types map[string]string
	// Profiles says which application profile the entities of a type follow beside their
	// data model: type IRI or name -> name of the model that is the profile.
	Profiles map[string]string
	// Places says which features of the endpoint OGCFeatures are also entities of the
	// endpoint NGSILD: collection id -> how the two belong together.
	Places map[string]Place
}

// Place tells how the features of a collection and the entities of a type belong together.
type Place struct {
	Type string `json:"type"` // name or IRI of the entity type
	// ID is the entity's id, with {id} for that of the feature and {NAME} for its property.
	ID         string            `json:"id"`
	Geometry   string            `json:"geometry"`             // attribute with the geometry
	Properties map[string]string `json:"properties,omitempty"` // property -> attribute with the same value
	Tolerance  float64           `json:"tolerance"`            // how far apart the geometries may be, in metres
}

// NewPlace is a Place of a type by the rules that hold where nothing else is said: the
// ids are the same, the geometry is the location, and a metre is no difference.
func NewPlace(kind string) Place {
	return Place{Type: kind, ID: "{id}", Geometry: "location", Tolerance: 1}
}

// Auth holds credentials; at most one kind is set. Values are secrets.
type Auth struct {
	Bearer string
	APIKey struct{ Header, Query, Value string }
	Basic  struct{ User, Password string }
	OAuth2 struct {
		TokenURL, ClientID, ClientSecret string
		Scopes                           []string
	}
}

// Client is a program that the provider at the endpoint OpenID knows.
type Client struct {
	ID, Secret string   // the secret of the client Code is empty when it is a public one
	Scopes     []string // that it asks for; empty leaves them to the provider
}

// SignIn is what checks have to know of the client Code, none of which is a secret.
type SignIn struct {
	ClientID string `json:"clientId"`
	Public   bool   `json:"public,omitempty"` // the client has no secret
	// Redirect is the address that the provider sends people back to. Nothing is sent there.
	Redirect string `json:"redirectUri"`
	// User and Password are the names of the fields of the page that people sign in at;
	// empty when nobody can.
	User     string `json:"userField,omitempty"`
	Password string `json:"passwordField,omitempty"`
}

// User is a user of the provider who is there for tests. The password is a secret.
type User struct{ Name, Password string }

// Names of the clients that checks get tokens as.
const (
	Reader   = "reader"   // whose token opens the endpoint Protected
	Limited  = "limited"  // whose token lacks the right to
	Stranger = "stranger" // whose token is of another tenant
	Outsider = "outsider" // whose token is for other data
	Code     = "code"     // that people sign in for
)

// ClientNames are all names of clients.
func ClientNames() []string { return []string{Reader, Limited, Stranger, Outsider, Code} }

// Expired is the name of a token that opened the endpoint Protected, and has ended.
const Expired = "expired"

// TokenNames are all names of tokens.
func TokenNames() []string { return []string{Expired} }

// Scopes are those that the clients ask for, by client.
func (t *Target) Scopes() map[string][]string {
	var scopes map[string][]string
	for name, c := range t.Clients {
		if scopes == nil {
			scopes = map[string][]string{}
		}
		scopes[name] = c.Scopes
	}
	return scopes
}

// TLS holds file paths for mutual TLS and private roots.
type TLS struct {
	CertFile, KeyFile, CAFile string
	ServerName                string
	// Authorities are certificates in PEM form, beside those of CAFile: of a platform that
	// mimcheck starts itself.
	Authorities []byte
}

// Politeness bounds what a run may ask of the platform.
type Politeness struct {
	Rate        float64 // requests per second; 0 is unlimited
	Concurrency int     // requests at once
	QueryPOST   bool    // observe may send query POSTs
	MaxBody     int64   // bytes of one decompressed body
}
