package suites

// The optional features of an NGSI-LD platform. What no feature covers (entities
// and attributes, one by one, and their query) every implementation must do.
const (
	FeatureBatch         Feature = "batch"                     // 5.6.7-5.6.10, POST /entityOperations/*
	FeatureMerge         Feature = "merge"                     // 5.6.17, PATCH /entities/{id}
	FeatureReplace       Feature = "replace"                   // 5.6.18, 5.6.19, PUT
	FeatureDiscovery     Feature = "discovery"                 // 5.7.5-5.7.10, /types and /attributes
	FeatureGeoQuery      Feature = "geoQuery"                  // 4.10
	FeatureGeoJSON       Feature = "geoJson"                   // 4.5.16, 6.3.15
	FeatureContexts      Feature = "contexts"                  // 5.13, /jsonldContexts
	FeatureTenants       Feature = "tenants"                   // 4.14
	FeatureTemporal      Feature = "temporal"                  // 5.6.11-5.6.16, 5.7.3, 5.7.4
	FeatureSubscriptions Feature = "subscriptions"             // 5.8
	FeatureRegistrations Feature = "registrations"             // 5.9, 5.10
	FeatureDistributed   Feature = "distributed"               // 4.3.6, 5.5.9: forwarding to context sources
	FeatureSourceSubs    Feature = "registrationSubscriptions" // 5.11
	FeatureMQTT          Feature = "mqtt"                      // 7.2
	FeaturePurge         Feature = "purge"                     // 5.6.21
	FeatureEntityMaps    Feature = "entityMaps"                // 5.14
	FeatureSnapshots     Feature = "snapshots"                 // 5.16
	FeatureLinked        Feature = "linked"                    // 4.5.23, join and joinLevel
	FeatureOrder         Feature = "ordering"                  // 4.23 (V1.9.1), orderBy
)

// The optional conformance classes of an API by OGC API - Features (OGC 17-069r4, 18-058r1).
const (
	FeaturePlacesHTML    Feature = "placesHtml"    // conf/html
	FeaturePlacesOpenAPI Feature = "placesOpenApi" // conf/oas30
	FeaturePlacesCRS     Feature = "placesCrs"     // Part 2, conf/crs
)

// FeatureWFS says that geospatial data are served by a Web Feature Service (OGC 09-025r2).
const FeatureWFS Feature = "wfs"

// What of security is checked (MIM6 of 2026).
const (
	FeatureOpenID            Feature = "openId"            // an OpenID provider
	FeatureClientCredentials Feature = "clientCredentials" // which gives tokens to clients (RFC 6749, 4.4)
	FeatureProtectedData     Feature = "protectedData"     // data that take a token of it
	FeatureScopes            Feature = "scopes"            // of the right scope
	FeatureTenantAccess      Feature = "tenantAccess"      // of the right tenant
	FeatureAudiences         Feature = "audiences"         // for these data
	FeatureSignIn            Feature = "signIn"            // people sign in for clients (RFC 6749, 4.1)
	FeatureHSTS              Feature = "hsts"              // hosts that want HTTPS always (RFC 6797)
)

// FeatureREST says that data are accessed by mechanism M1 of MIM0: REST with OpenAPI 3.1.
const FeatureREST Feature = "rest"

// FeatureEventStream says that past data come as a Linked Data Event Stream (LDES 1.0.0-alpha).
const FeatureEventStream Feature = "eventStream"

// FeatureProcesses says that models are called by OGC API - Processes (OGC 18-062r2).
const FeatureProcesses Feature = "processes"

// FeatureSensorThings says that what sensors observe, and where, comes by OGC SensorThings
// API (OGC 18-088, or 15-078r6).
const FeatureSensorThings Feature = "sensorThings"

// FeatureTilesets says that the city can be seen in three dimensions by 3D Tiles (OGC 22-025r4).
const FeatureTilesets Feature = "tilesets"

// The optional modules of a marketplace by TM Forum's Open APIs, beside the product
// catalogue (TMF620) that each marketplace has.
const (
	FeatureProductOrders     Feature = "productOrders"     // TMF622
	FeatureCustomers         Feature = "customers"         // TMF629
	FeatureParties           Feature = "parties"           // TMF632
	FeatureServiceCatalogue  Feature = "serviceCatalogue"  // TMF633
	FeatureResourceCatalogue Feature = "resourceCatalogue" // TMF634
	FeatureUsage             Feature = "usage"             // TMF635
	FeatureProducts          Feature = "products"          // TMF637
	FeatureServices          Feature = "services"          // TMF638
	FeatureResources         Feature = "resources"         // TMF639
	FeatureServiceOrders     Feature = "serviceOrders"     // TMF641
	FeatureAgreements        Feature = "agreements"        // TMF651
	FeatureResourceOrders    Feature = "resourceOrders"    // TMF652
	FeaturePaymentMethods    Feature = "paymentMethods"    // TMF670
	FeaturePayments          Feature = "payments"          // TMF676
)

// FeatureDataCatalogue says that a catalogue by DCAT-AP tells the models of the data.
const FeatureDataCatalogue Feature = "dataCatalogue"

// Features lists every feature that a target can claim, in the order in which
// they are shown.
func Features() []Feature {
	return []Feature{
		FeatureBatch, FeatureMerge, FeatureReplace, FeatureDiscovery, FeatureGeoQuery, FeatureGeoJSON,
		FeatureContexts, FeatureTenants, FeatureTemporal, FeatureSubscriptions, FeatureRegistrations,
		FeatureDistributed, FeatureSourceSubs, FeatureMQTT, FeaturePurge, FeatureEntityMaps,
		FeatureSnapshots, FeatureLinked, FeatureOrder,
		FeaturePlacesHTML, FeaturePlacesOpenAPI, FeaturePlacesCRS, FeatureWFS, FeatureSensorThings, FeatureREST, FeatureEventStream, FeatureProcesses, FeatureTilesets,
		FeatureProductOrders, FeatureCustomers, FeatureParties, FeatureServiceCatalogue, FeatureResourceCatalogue,
		FeatureUsage, FeatureProducts, FeatureServices, FeatureResources, FeatureServiceOrders, FeatureAgreements,
		FeatureResourceOrders, FeaturePaymentMethods, FeaturePayments, FeatureDataCatalogue,
		FeatureOpenID, FeatureClientCredentials, FeatureProtectedData, FeatureScopes, FeatureTenantAccess, FeatureAudiences, FeatureSignIn, FeatureHSTS,
	}
}
