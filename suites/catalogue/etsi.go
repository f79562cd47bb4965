package catalogue

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

//go:embed etsi.csv
var etsi []byte

// TestPurpose names one test purpose of ETSI's test suite for NGSI-LD. Ids are not
// unique (IOP_CNF_01_01 is there for three operations); id and operation together are.
type TestPurpose struct {
	ID        string
	Operation string   // as the suite calls it, such as createEntity
	Clauses   []string // of ETSI GS CIM 009, such as 5.6.1
	// Edited: the copy that the facts were read from had changed it after ETSI.
	Edited bool
}

// TestPurposes returns ETSI's test purposes, sorted by id and operation.
func TestPurposes() ([]TestPurpose, error) {
	return readPurposes(etsi)
}

func readPurposes(raw []byte) ([]TestPurpose, error) {
	const columns = "id,operation,clauses,origin"
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll() // wants as many fields in each row as in the first
	if err != nil {
		return nil, fmt.Errorf("etsi.csv: %w", err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != columns {
		return nil, fmt.Errorf("etsi.csv has to begin with the line %s", columns)
	}
	purposes := make([]TestPurpose, 0, len(rows)-1)
	for i, row := range rows[1:] {
		p := TestPurpose{ID: row[0], Operation: row[1], Clauses: strings.Fields(row[2]), Edited: row[3] == "edited"}
		if p.ID == "" || p.Operation == "" || row[3] != "etsi" && row[3] != "edited" {
			return nil, fmt.Errorf("etsi.csv, line %d: expected an id, an operation and the origin etsi or edited, got %q", i+2, row)
		}
		purposes = append(purposes, p)
	}
	slices.SortFunc(purposes, byIDAndOperation)
	for i := 1; i < len(purposes); i++ {
		if byIDAndOperation(purposes[i-1], purposes[i]) == 0 {
			return nil, fmt.Errorf("etsi.csv: %s of %s is there twice", purposes[i].ID, purposes[i].Operation)
		}
	}
	return purposes, nil
}

func byIDAndOperation(a, b TestPurpose) int {
	if c := strings.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	return strings.Compare(a.Operation, b.Operation)
}
