package faults

import (
	"net/http"
	"slices"
	"strings"
)

// provision is the faults of context information provision: ways in which brokers
// store less, more or something else than they were told, or take what they should
// refuse.
func provision() []Fault {
	return slices.Concat(
		writing(), entityCreation(), informationModel(), entityDeletion(), entityMerging(), entityReplacement(),
		attributeAppending(), attributeUpdating(), attributePatching(), attributeReplacement(), attributeDeletion(),
		batches(),
	)
}

// operation is an operation that writes.
type operation struct {
	name    string // as faults are named: entity.create, ...
	on      Match
	success int // status of an answer that tells no more than success
}

// The writing operations of single entities and attributes.
func entityCreate() operation { return operation{"entity.create", Op("POST", "/entities"), 201} }
func entityDelete() operation { return operation{"entity.delete", Op("DELETE", "/entities/*"), 204} }
func entityMerge() operation  { return operation{"entity.merge", Op("PATCH", "/entities/*"), 204} }
func entityReplace() operation {
	return operation{"entity.replace", Op("PUT", "/entities/*"), 204}
}
func attributeAppend() operation {
	return operation{"attribute.append", Op("POST", "/entities/*/attrs"), 204}
}
func attributeUpdate() operation {
	return operation{"attribute.update", Op("PATCH", "/entities/*/attrs"), 204}
}
func attributePatch() operation {
	return operation{"attribute.partial-update", Op("PATCH", "/entities/*/attrs/*"), 204}
}
func attributeReplace() operation {
	return operation{"attribute.replace", Op("PUT", "/entities/*/attrs/*"), 204}
}
func attributeDelete() operation {
	return operation{"attribute.delete", Op("DELETE", "/entities/*/attrs/*"), 204}
}

// batch is a batch operation.
func batch(name string) operation {
	success := 204
	if name == "create" {
		success = 201
	}
	return operation{"batch." + name, Op("POST", "/entityOperations/"+name), success}
}

// writing is the faults that each writing operation can have.
func writing() []Fault {
	var all []Fault
	single := []operation{
		entityCreate(), entityDelete(), entityMerge(), entityReplace(),
		attributeAppend(), attributeUpdate(), attributePatch(), attributeReplace(), attributeDelete(),
	}
	for _, op := range single {
		all = append(all, Fault{
			Name:    op.name + ".swallowed",
			Summary: "says that it did it, and does nothing",
			On:      op.on, Instead: swallow(op.success),
		})
	}
	for _, op := range single[1:] {
		all = append(all, Fault{
			Name:    op.name + ".any-id-not-found",
			Summary: "looks an id up that is no URI, and answers 404 instead of 400",
			On:      op.on.where(idIsNoURI), Answer: notFoundInstead,
		})
	}
	for _, op := range []operation{attributePatch(), attributeReplace(), attributeDelete()} {
		all = append(all, Fault{
			Name:    op.name + ".any-name-not-found",
			Summary: "looks for an attribute by what is no name, and answers 404 instead of 400",
			On:      op.on.where(func(r *http.Request) bool { return strings.ContainsAny(r.URL.Path, " <>()") }), Answer: notFoundInstead,
		})
	}
	for _, op := range slices.Concat(single, []operation{
		batch("create"), batch("upsert"), batch("update"), batch("delete"), batch("merge")}) {
		if op.name == "entity.delete" || op.name == "attribute.delete" {
			continue // no body
		}
		all = append(all, Fault{
			Name:    op.name + ".syntax-error-as-bad-data",
			Summary: "answers BadRequestData where the body is not even JSON",
			On:      op.on, Instead: answering(func(e exchange) {
				if !e.isJSON && e.Status == 400 {
					e.problem(400, "BadRequestData")
				}
			}),
		})
	}
	return all
}
