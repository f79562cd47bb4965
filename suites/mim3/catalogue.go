package mim3

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// The resources of the product catalogue.
func catalogs() resource {
	return resource{api: "TMF620", endpoint: probe.TMF620, name: "catalog", later: "productCatalog", words: "catalogs", requirements: catalogue, empty: true}
}
func categories() resource {
	return resource{api: "TMF620", endpoint: probe.TMF620, name: "category", words: "categories", requirements: catalogue, empty: true}
}
func offerings() resource {
	return resource{api: "TMF620", endpoint: probe.TMF620, name: "productOffering", words: "product offerings", requirements: catalogue}
}
func prices() resource {
	return resource{api: "TMF620", endpoint: probe.TMF620, name: "productOfferingPrice", words: "prices of offerings", requirements: catalogue, empty: true, since4: true}
}
func specifications() resource {
	return resource{api: "TMF620", endpoint: probe.TMF620, name: "productSpecification", words: "product specifications", requirements: catalogue, empty: true}
}

func catalogueChecks() []Check {
	var checks []Check
	for _, m := range []resource{catalogs(), categories(), offerings(), prices(), specifications()} {
		checks = append(checks, m.all()...)
	}
	return append(checks, catalogs().check("content", "categories", "references", Check{
		Title: "The categories that a catalog names are there", Fault: "market.catalog.dead-category",
		Body: func(t *T) {
			catalogs().refer(t, categories(), func(c object) []object { return objects(c["category"]) })
		},
	}))
}

// tries is how many references a check follows.
const tries = 10

func offeringChecks() []Check {
	m := offerings()
	referring := func(name, member, title, fault string, to resource) Check {
		return m.check("content", name, "references", Check{
			Title: title, Fault: fault,
			Body: func(t *T) {
				m.refer(t, to, func(o object) []object {
					return slices.DeleteFunc(objects(o[member]), func(reference object) bool {
						return idOf(reference) == "" && member == "productOfferingPrice" // version 2 has the price itself here
					})
				})
			},
		})
	}
	return []Check{
		referring("specification", "productSpecification", "The product specification that an offering names is there", "market.offering.dead-specification", specifications()),
		referring("category", "category", "The categories that an offering names are there", "market.offering.dead-category", categories()),
		referring("price", "productOfferingPrice", "The prices that an offering names are there", "market.offering.dead-price", prices()),
		m.check("content", "described", "attributes", Check{
			Title: "Each offering is a bundle or names the product specification that describes it", Level: Extended, Fault: "market.offering.no-specification",
			Requirements: []string{"oasc-2022-06-07/MIM3/catalogue", "mims-plus-5.0/MIM3/modules"},
			Body: func(t *T) {
				p := m.sample(t)
				for _, o := range p.things {
					bundle, _ := o["isBundle"].(bool)
					t.Holds(p.Response, bundle || len(objects(o["productSpecification"])) > 0, "offering %v names no product specification", o["id"])
				}
			},
		}),
		m.check("content", "categorised", "attributes", Check{
			Title: "Each offering is in a category", Level: Extended, Fault: "market.offering.no-category",
			Requirements: []string{"oasc-2022-06-07/MIM3/catalogue", "mims-plus-5.0/MIM3/modules"},
			Body: func(t *T) {
				p := m.sample(t)
				for _, o := range p.things {
					t.Holds(p.Response, len(objects(o["category"])) > 0, "offering %v is in no category", o["id"])
				}
			},
		}),
		m.check("content", "priced", "attributes", Check{
			Title: "Each offering has a price, be it that it is free of charge", Level: Extended, Fault: "market.offering.no-price",
			Requirements: []string{"oasc-2022-06-07/MIM3/catalogue", "mims-plus-5.0/MIM3/modules"},
			Body: func(t *T) {
				p := m.sample(t)
				for _, o := range p.things {
					t.Holds(p.Response, len(objects(o["productOfferingPrice"])) > 0, "offering %v has no price", o["id"])
				}
			},
		}),
		m.check("content", "lifecycle", "lifecycle", Check{
			Title: "The status of an offering is one of the catalogue's life cycle", Level: Extended, Fault: "market.offering.own-status",
			Body: func(t *T) {
				p, stated := m.sample(t), 0
				for _, o := range p.things {
					status := text(o, "lifecycleStatus")
					if status == "" {
						continue
					}
					stated++
					t.Holds(p.Response, lifecycle(status), "the lifecycleStatus of offering %v is %q", o["id"], status)
				}
				if stated == 0 {
					t.Inapplicable("none of the offerings states its lifecycleStatus")
				}
			},
		}),
		m.check("content", "period", "attributes", Check{
			Title: "The time for which an offering is valid does not end before it begins", Fault: "market.offering.backwards",
			Body: func(t *T) {
				p, periods := m.sample(t), 0
				for _, o := range p.things {
					period, _ := o["validFor"].(object)
					from, err := time.Parse(time.RFC3339, text(period, "startDateTime"))
					to, err2 := time.Parse(time.RFC3339, text(period, "endDateTime"))
					if err != nil || err2 != nil {
						continue // open at one end, or for another check to say
					}
					periods++
					t.Holds(p.Response, !to.Before(from), "offering %v is valid from %v to %v", o["id"], period["startDateTime"], period["endDateTime"])
				}
				if periods == 0 {
					t.Inapplicable("none of the offerings has a time with both ends")
				}
			},
		}),
		m.check("content", "serviceLevel", "sla", Check{
			Title: "Each offering holds or links to a service level agreement", Level: Extended, Fault: "market.offering.no-sla",
			Requirements: serviceLevels,
			Body: func(t *T) {
				p := m.sample(t)
				for _, o := range p.things {
					t.Holds(p.Response, len(objects(o["serviceLevelAgreement"])) > 0 || len(objects(o["agreement"])) > 0 || term(o, "sla", "service level"),
						"offering %v has no serviceLevelAgreement, agreement or term of service", o["id"])
				}
			},
		}),
		m.check("content", "licence", "licence", Check{
			Title: "Each offering holds or links to a licence", Level: Extended, Fault: "market.offering.no-licence",
			Requirements: licences,
			Hint:         "The licence is a term of the offering, or a characteristic of its product specification.",
			Body: func(t *T) {
				p := m.sample(t)
				for _, o := range p.things[:min(len(p.things), tries)] {
					t.Holds(p.Response, licensed(t, o), "offering %v has neither a term nor an attachment or agreement with a licence, and nor has its product specification a characteristic of one", o["id"])
				}
			},
		}),
		prices().check("content", "amount", "attributes", Check{
			Title: "The currency of a price is told by its letters of ISO 4217", Level: Extended, Fault: "market.price.euro-sign",
			Body: func(t *T) {
				p, amounts := prices().sample(t), 0
				for _, o := range p.things {
					price, is := o["price"].(object)
					if !is || price["unit"] == nil {
						continue
					}
					amounts++
					unit := text(price, "unit")
					t.Holds(p.Response, len(unit) == 3 && strings.ToUpper(unit) == unit && strings.Trim(unit, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "",
						"the currency of price %v is %v", o["id"], price["unit"])
				}
				if amounts == 0 {
					t.Inapplicable("none of the prices has an amount of money")
				}
			},
		}),
	}
}

// lifecycle says whether a status is one of TMF620, in its versions' spellings.
func lifecycle(status string) bool {
	switch unspaced(status) {
	case "instudy", "indesign", "intest", "active", "launched", "retired", "obsolete", "rejected", "underchange":
		return true
	}
	return false
}

// term says whether the offering has a term that is about one of the subjects.
func term(o object, subjects ...string) bool {
	for _, one := range objects(o["productOfferingTerm"]) {
		if about(text(one, "name")+" "+text(one, "description"), subjects...) {
			return true
		}
	}
	return false
}

// about says whether some words are about one of the subjects. A short one is a word of its own.
func about(words string, subjects ...string) bool {
	words = strings.ToLower(words)
	for _, s := range subjects {
		if len(s) > 3 && strings.Contains(words, s) || slices.Contains(strings.FieldsFunc(words, func(r rune) bool { return !unicode.IsLetter(r) }), s) {
			return true
		}
	}
	return false
}

// licensed says whether a licence is to be found at an offering or at what describes it.
func licensed(t *T, o object) bool {
	words := []string{"licen", "lizenz", "lisens", "terms of use"} // licence, licenza, licencia, licentie, lisenssi
	if term(o, words...) {
		return true
	}
	for _, member := range []string{"attachment", "agreement"} {
		for _, one := range objects(o[member]) {
			if about(text(one, "name")+" "+text(one, "description")+" "+text(one, "attachmentType"), words...) {
				return true
			}
		}
	}
	for _, reference := range objects(o["productSpecification"]) {
		if idOf(reference) == "" {
			continue // another check tells of it
		}
		r := t.GET(specifications().path(t) + "/" + url.PathEscape(idOf(reference)))
		if r.Status != 200 {
			continue
		}
		specification := t.Object(r)
		for _, member := range []string{"productSpecCharacteristic", "attachment"} {
			for _, one := range objects(specification[member]) {
				if about(text(one, "name")+" "+text(one, "description")+" "+text(one, "attachmentType"), words...) {
					return true
				}
			}
		}
	}
	return false
}
