package mim3

// What the checks give evidence for, in every baseline that asks it.
var (
	// a catalogue of offerings
	catalogue = []string{
		"oasc-2019-01-16/MIM3/catalogue",
		"oasc-2022-06-07/MIM3/catalogue",
		"mims-plus-5.0/MIM3/modules",
	}
	// further catalogues and inventories, which the later baselines name
	inventory = []string{
		"oasc-2022-06-07/MIM3/catalogue",
		"mims-plus-5.0/MIM3/modules",
	}
	// product orders
	ordering = []string{
		"oasc-2019-01-16/MIM3/ordering",
		"oasc-2022-06-07/MIM3/orders",
		"mims-plus-5.0/MIM3/modules",
	}
	// orders of services and resources, which the later baselines name
	fulfilment = []string{
		"oasc-2022-06-07/MIM3/orders",
		"mims-plus-5.0/MIM3/modules",
	}
	// usage and payment
	revenue = []string{
		"oasc-2019-01-16/MIM3/revenue",
		"oasc-2022-06-07/MIM3/revenue",
		"mims-plus-5.0/MIM3/modules",
	}
	// service levels
	serviceLevels = []string{
		"oasc-2019-01-16/MIM3/sla",
		"oasc-2022-06-07/MIM3/sla-licence",
		"mims-plus-5.0/MIM3/modules",
	}
	// licences
	licences = []string{
		"oasc-2019-01-16/MIM3/licence",
		"oasc-2022-06-07/MIM3/sla-licence",
		"mims-plus-5.0/MIM3/modules",
	}
	parties = []string{
		"oasc-2022-06-07/MIM3/parties",
		"mims-plus-5.0/MIM3/modules",
	}
	customers = []string{
		"oasc-2022-06-07/MIM3/customers",
		"mims-plus-5.0/MIM3/modules",
	}
)
