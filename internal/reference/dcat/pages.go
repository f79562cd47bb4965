package dcat

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/oasc/mimcheck/internal/reference/linked"
)

// perPage is how many datasets a page of the catalogue has.
const perPage = 3

// page sends the page of the catalogue that the query asks for, the first one unless it says
// otherwise. Pages lead to one another by Hydra.
func (c *Catalogue) page(w http.ResponseWriter, r *http.Request) {
	d, ok := c.document(w, r)
	if !ok {
		return
	}
	at := 1
	if asked := r.URL.Query().Get("page"); asked != "" {
		var err error
		if at, err = strconv.Atoi(asked); err != nil || at < 1 {
			http.Error(w, "page is a whole number from 1 on", http.StatusBadRequest)
			return
		}
	}
	catalogue, datasets := d.Graph[0], targets(d.Graph[0]["dcat:dataset"])
	last := (len(datasets) + perPage - 1) / perPage
	if at > last {
		http.Error(w, fmt.Sprintf("there is no page %d", at), http.StatusNotFound)
		return
	}
	listed := datasets[(at-1)*perPage : min(at*perPage, len(datasets))]
	shown, v := onPage(d.Graph, catalogue, listed, at == 1), view(root(r)+Base, at, last)
	kinds, _ := shown["@type"].([]any)
	shown["@type"] = append(kinds, "hydra:Collection")
	shown["hydra:totalItems"] = []any{map[string]any{"@value": strconv.Itoa(len(datasets)), "@type": "xsd:integer"}}
	shown["hydra:view"] = []any{map[string]any{"@id": v["@id"]}}
	d.Context["hydra"] = "http://www.w3.org/ns/hydra/core#"
	linked.Answer(w, r, d.Context, append(reached(d.Graph, shown, listed), v))
}

// onPage is the catalogue as a page has it: with the datasets that are listed and their
// records, and on the first page with the data services.
func onPage(graph []linked.Node, catalogue linked.Node, listed []string, services bool) linked.Node {
	out := maps.Clone(catalogue)
	out["dcat:dataset"] = references(listed)
	var records []string
	for _, id := range targets(catalogue["dcat:record"]) {
		about := targets(find(graph, id)["foaf:primaryTopic"])
		if len(about) > 0 && slices.Contains(listed, about[0]) {
			records = append(records, id)
		}
	}
	if out["dcat:record"] = references(records); len(records) == 0 {
		delete(out, "dcat:record")
	}
	if !services {
		delete(out, "dcat:service")
	}
	return out
}

// reached are the catalogue of a page and all that it leads to, but for datasets of other
// pages, in the order of the whole.
func reached(graph []linked.Node, catalogue linked.Node, listed []string) []linked.Node {
	wanted := map[any]bool{catalogue["@id"]: true}
	for open := []linked.Node{catalogue}; len(open) > 0; open = open[1:] {
		for _, values := range open[0] {
			for _, id := range targets(values) {
				n := find(graph, id)
				if n == nil || wanted[id] || slices.Contains(types(n), "dcat:Dataset") && !slices.Contains(listed, id) {
					continue
				}
				wanted[id] = true
				open = append(open, n)
			}
		}
	}
	nodes := []linked.Node{catalogue}
	for _, n := range graph[1:] {
		if wanted[n["@id"]] {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// view is what is to be said of a page: which one leads to which.
func view(address string, at, last int) linked.Node {
	to := func(n int) []any { return references([]string{fmt.Sprintf("%s?page=%d", address, n)}) }
	v := linked.Node{"@id": fmt.Sprintf("%s?page=%d", address, at), "@type": []any{"hydra:PartialCollectionView"}, "hydra:first": to(1), "hydra:last": to(last)}
	if at > 1 {
		v["hydra:previous"] = to(at - 1)
	}
	if at < last {
		v["hydra:next"] = to(at + 1)
	}
	return v
}

func find(graph []linked.Node, id string) linked.Node {
	for _, n := range graph {
		if n["@id"] == id {
			return n
		}
	}
	return nil
}

func types(n linked.Node) []string {
	var all []string
	list, _ := n["@type"].([]any)
	for _, t := range list {
		s, _ := t.(string)
		all = append(all, s)
	}
	return all
}

// targets are the names of the nodes that values refer to.
func targets(values any) []string {
	var all []string
	list, _ := values.([]any)
	for _, v := range list {
		if o, is := v.(map[string]any); is {
			if id, is := o["@id"].(string); is {
				all = append(all, id)
			}
		}
	}
	return all
}

func references(ids []string) []any {
	var all []any
	for _, id := range ids {
		all = append(all, map[string]any{"@id": id})
	}
	return all
}
