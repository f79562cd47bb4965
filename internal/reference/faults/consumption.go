package faults

import "slices"

// consumption is the faults of context information consumption: ways in which
// brokers find too much or too little, or show it differently from what was asked.
func consumption() []Fault {
	return slices.Concat(
		retrieval(), typeSelection(), idSelection(), attrsSelection(), scopeSelection(), queryExpressions(), geoQueries(),
		paging(), counting(), postedQueries(), representations(), discovery(), negotiation(), contexts(), problems(),
	)
}
