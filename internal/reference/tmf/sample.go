package tmf

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed sample.json
var raw []byte

// productOrder is the @type of orders.
const productOrder = "ProductOrder"

// sample is the marketplace of the sample city.
func sample() ([]*collection, error) {
	var things map[string][]object // @type -> things
	if err := json.Unmarshal(raw, &things); err != nil {
		return nil, fmt.Errorf("the sample marketplace is no JSON: %w", err)
	}
	var all []*collection
	for _, c := range []struct {
		path, kind string
		takes      func(object) error
	}{
		{"productCatalogManagement/v4/catalog", "Catalog", named},
		{"productCatalogManagement/v4/category", "Category", named},
		{"productCatalogManagement/v4/productOffering", "ProductOffering", named},
		{"productCatalogManagement/v4/productOfferingPrice", "ProductOfferingPrice", named},
		{"productCatalogManagement/v4/productSpecification", "ProductSpecification", named},
		{"productOrderingManagement/v4/productOrder", productOrder, ordered},
		{"customerManagement/v4/customer", "Customer", nil},
		{"party/v4/individual", "Individual", nil},
		{"party/v4/organization", "Organization", nil},
		{"serviceCatalogManagement/v4/serviceSpecification", "ServiceSpecification", nil},
		{"resourceCatalog/v4/resourceSpecification", "ResourceSpecification", nil},
		{"usageManagement/v4/usage", "Usage", nil},
		{"productInventory/v4/product", "Product", nil},
		{"serviceInventory/v4/service", "Service", nil},
		{"resourceInventoryManagement/v4/resource", "Resource", nil},
		{"serviceOrdering/v4/serviceOrder", "ServiceOrder", nil},
		{"agreementManagement/v4/agreement", "Agreement", nil},
		{"resourceOrdering/v4/resourceOrder", "ResourceOrder", nil},
		{"paymentMethods/v4/paymentMethod", "PaymentMethod", nil},
		{"paymentManagement/v4/payment", "Payment", nil},
	} {
		all = append(all, &collection{path: c.path, kind: c.kind, takes: c.takes, things: things[c.kind]})
	}
	return all, nil
}

// Collection is what others may know of a collection.
type Collection struct {
	Name     string // productOffering
	Writable bool
}

// Collections lists the collections of the marketplace.
func Collections() []Collection {
	all, err := sample()
	if err != nil {
		return nil // New says what is wrong
	}
	list := make([]Collection, len(all))
	for i, c := range all {
		list[i] = Collection{c.path[strings.LastIndex(c.path, "/")+1:], c.takes != nil}
	}
	return list
}

// Endpoints are the base paths of the APIs by TM Forum's numbers, in lower case.
func Endpoints() map[string]string {
	return map[string]string{
		"tmf620": Base + "/productCatalogManagement/v4",
		"tmf622": Base + "/productOrderingManagement/v4",
		"tmf629": Base + "/customerManagement/v4",
		"tmf632": Base + "/party/v4",
		"tmf633": Base + "/serviceCatalogManagement/v4",
		"tmf634": Base + "/resourceCatalog/v4",
		"tmf635": Base + "/usageManagement/v4",
		"tmf637": Base + "/productInventory/v4",
		"tmf638": Base + "/serviceInventory/v4",
		"tmf639": Base + "/resourceInventoryManagement/v4",
		"tmf641": Base + "/serviceOrdering/v4",
		"tmf651": Base + "/agreementManagement/v4",
		"tmf652": Base + "/resourceOrdering/v4",
		"tmf670": Base + "/paymentMethods/v4",
		"tmf676": Base + "/paymentManagement/v4",
	}
}
