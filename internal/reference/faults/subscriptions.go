package faults

import "slices"

// subscriptions is the faults of subscriptions and their notifications (5.8): ways in
// which brokers store a subscription otherwise than it was sent, or notify too much,
// too little or something else.
func subscriptions() []Fault {
	return slices.Concat[[]Fault]()
}
