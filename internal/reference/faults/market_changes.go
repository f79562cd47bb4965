package faults

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
)

// marketCreations is the faults of creating things.
func marketCreations() []Fault {
	post, order := marketPost(), marketPost("productOrder")
	var mu sync.Mutex
	var unlisted []string
	item := object{"id": "1", "action": "add"}
	return []Fault{
		{Name: "market.create.ok", Summary: "What is created is answered with 200.", On: marketPost("category"), Answer: Status(http.StatusCreated, http.StatusOK)},
		{Name: "market.order.ok", Summary: "What is ordered is answered with 200.", On: order, Answer: Status(http.StatusCreated, http.StatusOK)},
		{Name: "market.create.lost", Summary: "What is created is not kept.", On: post, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := Record(next, r)
			if u, err := url.Parse(a.Header.Get("Location")); err == nil && a.Status == http.StatusCreated {
				again := r.Clone(r.Context())
				again.Method, again.URL = http.MethodDelete, u
				Record(next, again)
			}
			a.WriteTo(w)
		}},
		{Name: "market.create.unlisted", Summary: "What is created does not come into the lists.", On: post.or(marketList()), Answer: func(r *http.Request, a *Answer) {
			mu.Lock()
			defer mu.Unlock()
			if r.Method == http.MethodPost {
				unlisted = append(unlisted, path.Base(a.Header.Get("Location")))
				return
			}
			listOf(func(l []any) []any {
				kept := []any{}
				for _, o := range objects(l) {
					if id, _ := o["id"].(string); !slices.Contains(unlisted, id) {
						kept = append(kept, o)
					}
				}
				return kept
			})(r, a)
		}},
		{Name: "market.create.nameless", Summary: "What has no name gets one.", On: marketPost("category"), Request: sent(func(o object) {
			if o["name"] == nil {
				o["name"] = "unnamed"
			}
		})},
		{Name: "market.create.malformed", Summary: "Broken JSON is taken.", On: post, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			broken := !json.Valid(ReadBody(r))
			a := Record(next, r)
			if broken && a.Status == http.StatusBadRequest {
				a.Status, a.Body = http.StatusCreated, []byte(`{}`)
			}
			a.WriteTo(w)
		}},
		{Name: "market.create.stateless", Summary: "New orders have no state.", On: order, Answer: things(losing("state"))},
		{Name: "market.create.drops-items", Summary: "An order on its own has no items.", On: marketOne("productOrder"), Answer: things(func(o object) { o["productOrderItem"] = []any{} })},
		{Name: "market.order.offering-lost", Summary: "The items of an order on its own refer to no offering.", On: marketOne("productOrder"), Answer: things(func(o object) {
			for _, i := range objects(o["productOrderItem"]) {
				delete(i, "productOffering")
			}
		})},
		{Name: "market.order.location-elsewhere", Summary: "The Location of a new order leads nowhere.", On: order, Answer: movedLocation},
		{Name: "market.category.location-elsewhere", Summary: "The Location of a new category leads nowhere.", On: marketPost("category"), Answer: movedLocation},
		{Name: "market.order.empty-taken", Summary: "Orders without items are taken.", On: order, Request: sent(func(o object) {
			if len(orderItems(o)) == 0 {
				o["productOrderItem"] = []any{item}
			}
		})},
		{Name: "market.order.actionless-taken", Summary: "Items without an action are added.", On: order, Request: sent(func(o object) {
			for _, i := range objects(o["productOrderItem"]) {
				if i["action"] == nil {
					i["action"] = "add"
				}
			}
		})},
		{Name: "market.order.any-action-taken", Summary: "Items with an unknown action are added.", On: order, Request: sent(func(o object) {
			for _, i := range objects(o["productOrderItem"]) {
				if s, ok := i["action"].(string); ok && !slices.Contains([]string{"add", "modify", "delete", "noChange"}, s) {
					i["action"] = "add"
				}
			}
		})},
	}
}

// marketChanges is the faults of changing and deleting things.
func marketChanges() []Fault {
	patch, remove := inMarket(http.MethodPatch, true), inMarket(http.MethodDelete, true)
	return []Fault{
		{Name: "market.update.ignored", Summary: "Changes are answered and not made.", On: patch, Request: func(r *http.Request) { r.Method = http.MethodGet }},
		{Name: "market.update.replaces", Summary: "A change loses the attributes that it does not name.", On: patch, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			before := r.Clone(r.Context())
			before.Method = http.MethodGet
			old, _ := decode(Record(next, before).Body).(object)
			sent(func(o object) {
				for name := range old {
					if _, named := o[name]; !named && name != "id" && name != "href" && name != "name" && !strings.HasPrefix(name, "@") {
						o[name] = nil
					}
				}
			})(r)
			next.ServeHTTP(w, r)
		}},
		{Name: "market.update.unknown", Summary: "A change of what is not there is answered as made.", On: patch, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNotFound {
				a.Status, a.Body = http.StatusOK, []byte(`{}`)
			}
		}},
		{Name: "market.delete.kept", Summary: "What is deleted is kept.", On: remove, Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusNoContent) }},
		{Name: "market.delete.unknown", Summary: "The deletion of what is not there is answered as done.", On: remove, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNotFound {
				a.Status, a.Body = http.StatusNoContent, nil
			}
		}},
	}
}

// movedLocation is an Answer change: Location leads to where nothing is.
func movedLocation(_ *http.Request, a *Answer) {
	if to := a.Header.Get("Location"); to != "" {
		a.Header.Set("Location", to+"-moved")
	}
}
