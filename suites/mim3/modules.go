package mim3

import (
	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// modules are the resources of a marketplace that are not at its centre: each is a
// feature that a target can claim.
func modules() []resource {
	return []resource{
		{api: "TMF629", endpoint: probe.TMF629, name: "customer", words: "customers", feature: FeatureCustomers, requirements: customers},
		{api: "TMF632", endpoint: probe.TMF632, name: "individual", words: "individuals", feature: FeatureParties, requirements: parties, empty: true},
		{api: "TMF632", endpoint: probe.TMF632, name: "organization", words: "organizations", feature: FeatureParties, requirements: parties},
		{api: "TMF633", endpoint: probe.TMF633, name: "serviceSpecification", words: "service specifications", feature: FeatureServiceCatalogue, requirements: inventory},
		{api: "TMF634", endpoint: probe.TMF634, name: "resourceSpecification", words: "resource specifications", feature: FeatureResourceCatalogue, requirements: inventory},
		{api: "TMF635", endpoint: probe.TMF635, name: "usage", words: "usage records", feature: FeatureUsage, requirements: revenue},
		{api: "TMF637", endpoint: probe.TMF637, name: "product", words: "products", feature: FeatureProducts, requirements: inventory},
		{api: "TMF638", endpoint: probe.TMF638, name: "service", words: "services", feature: FeatureServices, requirements: inventory},
		{api: "TMF639", endpoint: probe.TMF639, name: "resource", words: "resources", feature: FeatureResources, requirements: inventory},
		{api: "TMF641", endpoint: probe.TMF641, name: "serviceOrder", words: "service orders", feature: FeatureServiceOrders, requirements: fulfilment},
		{api: "TMF651", endpoint: probe.TMF651, name: "agreement", words: "agreements", feature: FeatureAgreements, requirements: serviceLevels},
		{api: "TMF652", endpoint: probe.TMF652, name: "resourceOrder", words: "resource orders", feature: FeatureResourceOrders, requirements: fulfilment},
		{api: "TMF670", endpoint: probe.TMF670, name: "paymentMethod", words: "payment methods", feature: FeaturePaymentMethods, requirements: revenue},
		{api: "TMF676", endpoint: probe.TMF676, name: "payment", words: "payments", feature: FeaturePayments, requirements: revenue},
	}
}

func moduleChecks() []Check {
	var checks []Check
	for _, m := range modules() {
		if m.name == "product" { // what was ordered has to be found as what is on offer
			checks = append(checks, append(m.all(), productStatus(m))...)
			continue
		}
		checks = append(checks, m.basics()...)
	}
	return checks
}

func productStatus(m resource) Check {
	return m.check("content", "status", "states", Check{
		Title: "The status of a product is one of the product's life cycle", Fault: "market.product.own-status",
		Body: func(t *T) {
			p, stated := m.sample(t), 0
			for _, o := range p.things {
				if status := text(o, "status"); status != "" {
					stated++
					t.Holds(p.Response, productStage(status), "the status of product %v is %q", o["id"], status)
				}
			}
			if stated == 0 {
				t.Inapplicable("none of the products states its status")
			}
		},
	})
}

// productStage says whether a status is one of TMF637, in its versions' spellings.
func productStage(status string) bool {
	switch unspaced(status) {
	case "created", "pendingactive", "cancelled", "active", "pendingterminate", "terminated", "suspended", "aborted":
		return true
	}
	return false
}
