package faults

import "strings"

// marketContents is the faults of what things say.
func marketContents() []Fault {
	offerings, orders := marketList("productOffering"), marketList("productOrder")
	items := func(edit func(i object)) func(o object) {
		return func(o object) {
			for _, i := range objects(o["productOrderItem"]) {
				edit(i)
			}
		}
	}
	return []Fault{
		{Name: "market.catalog.dead-category", Summary: "Catalogs name categories that are not there.", On: marketList("catalog"), Answer: things(referring("category"))},
		{Name: "market.category.dead-parent", Summary: "Categories are below one that is not there.", On: marketList("category"), Answer: things(func(o object) {
			if parent, ok := o["parentId"].(string); ok {
				o["parentId"] = parent + "-old"
			}
		})},
		{Name: "market.offering.dead-specification", Summary: "Offerings name product specifications that are not there.", On: offerings, Answer: things(referring("productSpecification"))},
		{Name: "market.offering.dead-category", Summary: "Offerings name categories that are not there.", On: offerings, Answer: things(referring("category"))},
		{Name: "market.offering.dead-price", Summary: "Offerings name prices that are not there.", On: offerings, Answer: things(referring("productOfferingPrice"))},
		{Name: "market.offering.no-specification", Summary: "Offerings name no product specification.", On: offerings, Answer: things(losing("productSpecification"))},
		{Name: "market.offering.no-category", Summary: "Offerings are in no category.", On: offerings, Answer: things(losing("category"))},
		{Name: "market.offering.no-price", Summary: "Offerings have no price.", On: offerings, Answer: things(losing("productOfferingPrice"))},
		{Name: "market.offering.no-sla", Summary: "Offerings have no service level agreement.", On: offerings, Answer: things(losing("serviceLevelAgreement"))},
		{Name: "market.offering.no-licence", Summary: "Neither offerings nor their specifications have a licence.",
			On: offerings.or(marketOne("productSpecification")), Answer: things(losing("productOfferingTerm", "productSpecCharacteristic"))},
		{Name: "market.offering.own-status", Summary: "Offerings have a status of the platform's own.", On: offerings, Answer: things(func(o object) { o["lifecycleStatus"] = "on the shelf" })},
		{Name: "market.offering.backwards", Summary: "Offerings end before they begin.", On: offerings, Answer: things(func(o object) {
			if p, ok := o["validFor"].(object); ok {
				p["startDateTime"], p["endDateTime"] = p["endDateTime"], p["startDateTime"]
			}
		})},
		{Name: "market.price.euro-sign", Summary: "Currencies are signs.", On: marketList("productOfferingPrice"), Answer: things(func(o object) {
			if p, ok := o["price"].(object); ok {
				p["unit"] = strings.Replace(p["unit"].(string), "EUR", "€", 1)
			}
		})},
		{Name: "market.product.own-status", Summary: "Products have a status of the platform's own.", On: marketList("product"), Answer: things(func(o object) { o["status"] = "in use" })},
		{Name: "market.order.own-state", Summary: "Orders have a state of the platform's own.", On: orders, Answer: things(func(o object) { o["state"] = "on its way" })},
		{Name: "market.order.no-items", Summary: "Orders in the list have no items.", On: orders, Answer: things(losing("productOrderItem"))},
		{Name: "market.order.own-action", Summary: "Items of orders have an action of the platform's own.", On: orders, Answer: things(items(func(i object) { i["action"] = "buy" }))},
		{Name: "market.order.same-items", Summary: "Items of orders are there twice.", On: orders, Answer: things(func(o object) {
			list := orderItems(o)
			o["productOrderItem"] = append(list, list...)
		})},
		{Name: "market.order.half-done", Summary: "Orders are completed before their items are.", On: orders, Answer: things(func(o object) {
			if o["state"] == "completed" {
				items(func(i object) { i["state"] = "inProgress" })(o)
			}
		})},
	}
}

// orderItems are the items of an order.
func orderItems(o object) []any { list, _ := o["productOrderItem"].([]any); return list }
