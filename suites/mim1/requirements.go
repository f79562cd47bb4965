// Package mim1 checks context information management: the NGSI-LD API of ETSI GS
// CIM 009. One file is one operation or topic.
package mim1

// What the checks give evidence for, in every baseline that asks it. The subject
// that was MIM1 in 2019 is spread over MIM0 (access) and MIM1 (interlinking) since 2025.
// The mechanism of the 2019 set's one mandatory requirement, access, is the NGSI-LD
// API as a whole: every check of it counts there, beside the narrower requirement.
var (
	access = []string{ // the API as a whole: provision and retrieval
		"oasc-2019-01-16/MIM1/access",
		"oasc-2026-06-draft/MIM0/R1.2",
	}
	retrieve = []string{ // one entity by its id
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/retrieve",
		"oasc-2026-06-draft/MIM1/R1.2",
	}
	query = []string{ // selection by type, attribute, value
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/retrieve",
		"oasc-2019-01-16/MIM1/query-current",
		"oasc-2026-06-draft/MIM0/R2.2",
	}
	discover = []string{
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/discover",
	}
	geo = []string{
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/geo",
		"oasc-2026-06-draft/MIM0/C2-c",
	}
	structured = []string{ // contexts, names, the information model
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/structured",
		"oasc-2026-06-draft/MIM1/R2.1",
		"oasc-2026-06-draft/MIM1/R2.2",
	}
	negotiation = []string{
		"oasc-2019-01-16/MIM1/access",
		"oasc-2026-06-draft/MIM0/R1.1",
		"oasc-2026-06-draft/MIM0/M1-json",
	}
	errorAnswers = []string{
		"oasc-2019-01-16/MIM1/access",
		"oasc-2026-06-draft/MIM0/C2-j",
	}
	subscribing = []string{ // subscriptions as resources
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/subscribe",
		"oasc-2026-06-draft/MIM0/C2-d",
	}
	notifying = []string{ // what subscribers are sent
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/subscribe",
		"oasc-2026-06-draft/MIM0/C2-d",
		"oasc-2026-06-draft/MIM0/R3.1",
	}
	alsoNotifying = append([]string{ // by a second way, beside that of notifying
		"oasc-2026-06-draft/MIM0/R3.2",
	}, notifying...)
	subscriptionErrors = []string{
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/subscribe",
		"oasc-2026-06-draft/MIM0/C2-d",
		"oasc-2026-06-draft/MIM0/C2-j",
	}
	partly = []string{ // part of an entity is asked for
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/retrieve",
		"oasc-2022-06-07/MIM2/single-attributes",
		"oasc-2026-06-draft/MIM0/C2-k",
	}
	lasting = []string{ // ids outlast what happens to the entity
		"oasc-2019-01-16/MIM1/access",
		"oasc-2026-06-draft/MIM0/R1.2",
		"oasc-2026-06-draft/MIM1/R1.5",
	}
	related = []string{ // relationships lead to entities
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/retrieve",
		"oasc-2026-06-draft/MIM1/R1.2",
		"oasc-2026-06-draft/MIM1/R3.1",
	}
	alsoKnown = []string{ // one identifier leads to another, and is found by it
		"oasc-2026-06-draft/MIM1/R1.4",
	}
	identity = []string{
		"oasc-2019-01-16/MIM1/access",
		"oasc-2019-01-16/MIM1/structured",
		"oasc-2026-06-draft/MIM1/R1.1",
	}
)
