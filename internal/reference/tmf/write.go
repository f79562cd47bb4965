package tmf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxBody bounds what a client may send, in bytes.
const maxBody = 1 << 20

// body reads a JSON object; false when the refusal has been sent.
func (c *call) body() (object, bool) {
	raw, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, maxBody))
	if err != nil {
		c.fail(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes, or was cut", maxBody))
		return nil, false
	}
	var o object
	if err := json.Unmarshal(raw, &o); err != nil || o == nil {
		c.fail(http.StatusBadRequest, "the body is no JSON object")
		return nil, false
	}
	return o, true
}

func (c *call) create() {
	o, ok := c.body()
	if !ok {
		return
	}
	if err := c.collection.takes(o); err != nil {
		c.fail(http.StatusBadRequest, err.Error())
		return
	}
	now := c.p.clock().UTC().Truncate(time.Second).Format(time.RFC3339)
	o["id"] = uuid.NewString()
	if c.collection.kind == productOrder {
		o["state"], o["orderDate"] = "acknowledged", now
	} else {
		o["lastUpdate"] = now
	}
	c.p.mu.Lock()
	c.collection.things = append(c.collection.things, o)
	c.p.mu.Unlock()
	made := c.shown(o)
	c.w.Header().Set("Location", made["href"].(string))
	c.send(http.StatusCreated, made)
}

// update replaces the attributes that the body has (JSON Merge Patch, RFC 7396, on the
// first level).
func (c *call) update(id string) {
	patch, ok := c.body()
	if !ok {
		return
	}
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	i := c.collection.find(id)
	if i < 0 {
		c.fail(http.StatusNotFound, "there is no "+c.collection.kind+" "+id)
		return
	}
	for _, fixed := range []string{"id", "href"} {
		if _, there := patch[fixed]; there {
			c.fail(http.StatusBadRequest, "the attribute "+fixed+" cannot be changed")
			return
		}
	}
	changed := object{}
	for name, v := range c.collection.things[i] {
		changed[name] = v
	}
	for name, v := range patch {
		if v == nil {
			delete(changed, name)
		} else {
			changed[name] = v
		}
	}
	if err := c.collection.takes(changed); err != nil {
		c.fail(http.StatusBadRequest, err.Error())
		return
	}
	c.collection.things[i] = changed
	c.send(http.StatusOK, c.shown(changed))
}

func (c *call) remove(id string) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	i := c.collection.find(id)
	if i < 0 {
		c.fail(http.StatusNotFound, "there is no "+c.collection.kind+" "+id)
		return
	}
	c.collection.things = slices.Delete(c.collection.things, i, i+1)
	c.w.WriteHeader(http.StatusNoContent)
}

// named takes what has a name.
func named(o object) error {
	if name, _ := o["name"].(string); strings.TrimSpace(name) == "" {
		return errors.New("the attribute name is mandatory, a text")
	}
	return nil
}

// ordered takes an order: it has items, each with its own id and an action.
func ordered(o object) error {
	items, _ := o["productOrderItem"].([]any)
	if len(items) == 0 {
		return errors.New("the attribute productOrderItem is mandatory, a list with at least one item")
	}
	for _, one := range items {
		item, _ := one.(object)
		id, _ := item["id"].(string)
		action, _ := item["action"].(string)
		if id == "" || !slices.Contains([]string{"add", "modify", "delete", "noChange"}, action) {
			return errors.New("each productOrderItem has an id, and as its action add, modify, delete or noChange")
		}
	}
	return nil
}
