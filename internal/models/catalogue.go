// Package models is the data-model catalogue: which model an entity type follows,
// the schema of each model, and the reduction of NGSI-LD entities to the
// key-values form that a schema describes.
package models

// Catalogue holds the data models that a run knows. It is safe for concurrent use.
type Catalogue struct{}
