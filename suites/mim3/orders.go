package mim3

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

func orders() resource {
	return resource{api: "TMF622", endpoint: probe.TMF622, name: "productOrder", words: "product orders", feature: FeatureProductOrders, requirements: ordering}
}

func orderChecks() []Check {
	m := orders()
	return slices.Concat(m.all(), []Check{
		m.check("content", "state", "states", Check{
			Title: "The state of an order is one of the order's life cycle", Fault: "market.order.own-state",
			Body: func(t *T) {
				p := m.sample(t)
				for _, o := range p.things {
					t.Holds(p.Response, orderState(text(o, "state")), "the state of order %v is %v", o["id"], o["state"])
				}
			},
		}),
		m.check("content", "items", "attributes", Check{
			Title: "Each order has items, each with its id and its action", Fault: "market.order.no-items",
			Body: func(t *T) {
				p := m.sample(t)
				for _, o := range p.things {
					items := itemsOf(o)
					t.Holds(p.Response, len(items) > 0, "order %v has no items", o["id"])
					for _, i := range items {
						t.Holds(p.Response, idOf(i) != "" && text(i, "action") != "", "an item of order %v has not both id and action", o["id"])
					}
				}
			},
		}),
		m.check("content", "actions", "attributes", Check{
			Title: "The action of an item is add, modify, delete or noChange", Fault: "market.order.own-action",
			Body: func(t *T) {
				p, stated := m.sample(t), 0
				for _, o := range p.things {
					for _, i := range itemsOf(o) {
						if action := text(i, "action"); action != "" {
							stated++
							t.Holds(p.Response, slices.Contains(actions(), strings.ToLower(action)), "the action of item %v of order %v is %q", i["id"], o["id"], action)
						}
					}
				}
				if stated == 0 {
					t.Untested("none of the orders has an item with an action")
				}
			},
		}),
		m.check("content", "distinctItems", "attributes", Check{
			Title: "No two items of an order have the same id", Fault: "market.order.same-items",
			Body: func(t *T) {
				p, several := m.sample(t), 0
				for _, o := range p.things {
					seen := map[string]bool{}
					items := itemsOf(o)
					if len(items) > 1 {
						several++
					}
					for _, i := range items {
						t.Holds(p.Response, idOf(i) == "" || !seen[idOf(i)], "the items of order %v have the id %v twice", o["id"], i["id"])
						seen[idOf(i)] = true
					}
				}
				if several == 0 {
					t.Inapplicable("none of the orders has two items")
				}
			},
		}),
		m.check("content", "completed", "states", Check{
			Title: "An order that is completed has completed items only", Fault: "market.order.half-done",
			Body: func(t *T) {
				p, completed := m.sample(t), 0
				for _, o := range p.things {
					if !strings.EqualFold(text(o, "state"), "completed") { // version 2 writes it with a capital
						continue
					}
					completed++
					for _, i := range itemsOf(o) {
						state := text(i, "state")
						t.Holds(p.Response, state == "" || strings.EqualFold(state, "completed"), "order %v is completed and its item %v is %s", o["id"], i["id"], state)
					}
				}
				if completed == 0 {
					t.Inapplicable("none of the orders is completed")
				}
			},
		}),
		placing("success", Check{
			Title: "An offering can be ordered, and the answer is the order with its id and href", Fault: "market.order.ok",
			Body: func(t *T) {
				r, made := order(t)
				t.Holds(r, idOf(made) != "" && text(made, "href") != "", "the order has not both id and href")
			},
		}),
		placing("state", Check{
			Title: "A new order is in a state of the order's life cycle", Fault: "market.create.stateless",
			Body: func(t *T) {
				r, made := order(t)
				t.Holds(r, orderState(text(made, "state")), "the state is %v", made["state"])
			},
		}),
		placing("items", Check{
			Title: "A new order has the items that were ordered", Fault: "market.create.drops-items",
			Body: func(t *T) {
				r, made := order(t)
				r, got := found(t, m.at(t, r, made))
				items := itemsOf(got)
				t.MustHold(r, len(items) == 1, "one item was ordered, and the order has %d", len(items))
				t.Holds(r, strings.EqualFold(text(items[0], "action"), "add"), "add was ordered, and the action is %v", items[0]["action"])
			},
		}),
		placing("offering", Check{
			Title: "The item of a new order refers to the offering that was ordered", Fault: "market.order.offering-lost",
			Body: func(t *T) {
				offering := own(t)
				r, made := m.make(t, anOrder(t, offering))
				r, got := found(t, m.at(t, r, made))
				items := itemsOf(got)
				t.MustHold(r, len(items) == 1, "one item was ordered, and the order has %d", len(items))
				reference, _ := items[0]["productOffering"].(object)
				t.Holds(r, idOf(reference) == idOf(offering), "the offering %v was ordered, and the item refers to %v", offering["id"], reference["id"])
			},
		}),
		placing("location", Check{
			Title: "A Location in the answer to an order leads to the order", Fault: "market.order.location-elsewhere", Level: Extended,
			Body: func(t *T) {
				r, made := order(t)
				m.located(t, r, made)
			},
		}),
		placing("retrievable", Check{
			Title: "A new order is there", Fault: "market.create.lost",
			Body: func(t *T) {
				r, made := order(t)
				r, got := found(t, m.at(t, r, made))
				t.Holds(r, idOf(got) == idOf(made), "the id is %v, and %v was asked for", got["id"], made["id"])
			},
		}),
		refusedOrder("noItems", "An order without its mandatory items is refused", "market.order.empty-taken", func(o object) { delete(o, "productOrderItem") }),
		refusedOrder("noAction", "An order whose item has no action is refused", "market.order.actionless-taken", func(o object) { delete(itemsOf(o)[0], "action") }),
		refusedOrder("unknownAction", "An order whose item has an unknown action is refused", "market.order.any-action-taken", func(o object) { itemsOf(o)[0]["action"] = "borrow" }),
		placing("malformed", Check{
			Title: "An order that is no JSON is refused", Fault: "market.create.malformed",
			Body: func(t *T) {
				t.Expect(m.posted(t, []byte(`{"description": "`+t.Name("Mimcheck")))).To(HaveStatus(http.StatusBadRequest))
			},
		}),
	})
}

// placing is a check that places orders, for offerings that it makes before.
func placing(name string, c Check) Check {
	c.Endpoints = []string{probe.TMF622, probe.TMF620}
	return orders().write("create", name, c)
}

// anOrder is a body to order an offering by.
func anOrder(t *T, offering object) object {
	reference := object{"id": offering["id"], "name": offering["name"]}
	if href := text(offering, "href"); href != "" {
		reference["href"] = href
	}
	return object{
		"description": t.Name("Mimcheck"),
		"@type":       "ProductOrder",
		"productOrderItem": []any{object{
			"id": "1", "quantity": 1, "action": "add", "@type": "ProductOrderItem", "productOffering": reference,
		}},
	}
}

// own makes an offering of the check's own, so that nobody's goods are ordered. A catalogue
// that clients cannot write to ends the check.
func own(t *T) object {
	given := object{"name": t.Name("Mimcheck"), "description": "Made by a conformance test, which removes it again", "@type": "ProductOffering", "lifecycleStatus": "Active"}
	r := t.POST("/productOffering", JSON(given), At(probe.TMF620))
	if r.Status != http.StatusCreated {
		t.Untested("an offering of the run's own could not be created (%d), and others' are not ordered", r.Status)
	}
	made := t.Object(r)
	t.MustHold(r, idOf(made) != "", "the offering that was created has no id")
	return made
}

func order(t *T) (*probe.Response, object) {
	return orders().make(t, anOrder(t, own(t)))
}

func refusedOrder(name, title, fault string, spoil func(o object)) Check {
	return placing(name, Check{
		Title: title, Fault: fault,
		Body: func(t *T) {
			o := anOrder(t, own(t))
			spoil(o)
			t.Expect(orders().posted(t, o)).To(HaveStatus(http.StatusBadRequest, http.StatusUnprocessableEntity))
		},
	})
}

// itemsOf are the items of an order, which version 2 called otherwise.
func itemsOf(o object) []object {
	if items := objects(o["productOrderItem"]); len(items) > 0 {
		return items
	}
	return objects(o["orderItem"])
}

func actions() []string { return []string{"add", "modify", "delete", "nochange", "no_change"} }

// orderState says whether a state is one of TMF622, in its versions' spellings.
func orderState(state string) bool {
	switch unspaced(state) {
	case "draft", "acknowledged", "rejected", "pending", "held", "inprogress", "cancelled", "completed", "failed", "partial",
		"assessingcancellation", "pendingcancellation", "assessingmodification", "pendingmodification", "assessingfeasibility":
		return true
	}
	return false
}
