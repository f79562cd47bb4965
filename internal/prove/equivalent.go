package prove

// The reasons why a fault can be equivalent.
const (
	oneOfSeveral = "the tables of operations on one evolution have no parameter type (6.19 to 6.22): what it does is left open"
	notSpread    = "the platform asks no other source in this operation, so there is nothing that local=true would leave out"
	nowhereLocal = "the table of this operation has no parameter local (6.36.3.1), and whether 5.5.13 is meant for the making of snapshots, too, is left open"
	inBody       = "a query by POST has this in its body, and what the same parameter of the URL does is left open"
	noLink       = "what is answered holds no names that depend on an @context, so it links to none"
	refusesNone  = "there is no request of this operation that the platform refuses and the standard wants refused by one status code only"
	byItsStatus  = "a resource of the relation status can tell the state of the service by its status code alone"
	notOfThese   = "registrations are no entities: q of the same query, which this parameter goes with, selects none of them"
	formOfInput  = "a body says by itself of which form it is, and whether a parameter has to say so as well is left open"
	mayBeMissing = "the member is one that the schema of the answer leaves out of those that are required"
	notSelecting = "an entity map holds ids: which attributes would be shown of the entities changes nothing in it"
	sinceFour    = "the prices of offerings are a collection of their own since version 4 of TMF620 only, and part of the offerings before"
	notPaged     = "an entity map is of all that the query finds: it has no pages, and which part would be shown is asked for later"
	alwaysMapped = "the operation makes an entity map whether the parameter asks for one or not"
	mapForm      = "an entity map has one form only, whichever is asked for of entities"
	anyVocab     = "the platform holds the value of a VocabProperty against the term and against its expansion, and what the parameter does to other attributes is left open"
	ownKeys      = "the keys inside of a JsonProperty are never expanded by the platform, and what the parameter does to other attributes is left open"
	noServers    = "a description need not name servers: without any it is of the root of its host, which is outside of the endpoint and nothing is asked of"
	freshMaps    = "every request makes a map of its own, and that it has to be another one than before is nowhere asked"
)

// equivalent are faults that no check can notice, and why: what is different with them
// is nothing that the standard asks for, or shows in requests only that a harness must not
// send. One that a check notices all the same is an error of the proof.
func equivalent() map[string]string {
	why := map[string]string{}
	all := func(reason string, names ...string) {
		for _, name := range names {
			why["generic."+name] = reason
		}
	}
	each := func(reason, what string, operations ...string) {
		for _, o := range operations {
			all(reason, o+"."+what)
		}
	}
	past := []string{"delete-temporal-entities-entity", "delete-temporal-entities-entity-attrs-attr", "delete-temporal-entities-entity-attrs-attr-instance",
		"get-temporal-entities-entity", "patch-temporal-entities-entity-attrs-attr-instance", "post-temporal-entities-entity-attrs"}
	each(oneOfSeveral, "ignores-type", past...)
	each(notSpread, "ignores-local", "get-csourceregistrations")
	each(nowhereLocal, "ignores-local", "post-snapshots")
	for _, name := range []string{"timerel", "timeat", "endtimeat", "timeproperty", "lastn", "aggrmethods", "aggrperiodduration"} {
		all(inBody, "post-temporal-entityoperations-query.ignores-"+name)
	}
	each(noLink, "no-link", "get-jsonldcontexts", "get-jsonldcontexts-context", "get-info-sourceidentity", "get-entitymaps-entitymap")
	each(refusesNone, "other-refusal", "get-attributes", "get-info-sourceidentity", "places-get-api", "places-get-openapi.json", "places-get-status")
	for _, what := range []string{"refusal-as-text", "refusal-of-other-status"} {
		each(refusesNone, what, "get-attributes", "get-info-sourceidentity")
	}
	each(notOfThese, "ignores-expandvalues", "get-csourceregistrations")
	each(notOfThese, "ignores-jsonkeys", "get-csourceregistrations")
	all(formOfInput, "put-entities-entity.ignores-format", "put-entities-entity.ignores-options", "patch-entities-entity.ignores-format")
	all(mayBeMissing, "places-get.loses-first", "places-get.loses-last", "places-get-api.loses-last", "get-jsonldcontexts.loses-last", "get-jsonldcontexts-context.loses-last")
	all(noServers, "places-get-openapi.json.loses-last")
	for _, what := range []string{"loses-first", "loses-last", "retypes-first", "retypes-last"} {
		all(byItsStatus, "places-get-status."+what)
	}
	all(notSelecting, "get-entitymaps.ignores-datasetid")
	all(freshMaps, "get-entitymaps.stale")
	maps := []string{"get-entitymaps", "post-entitymaps", "get-temporal-entitymaps", "post-temporal-entitymaps"}
	for _, what := range []string{"ignores-count", "ignores-limit", "ignores-offset", "limit-more", "limit-less", "page-late", "no-count", "count-more", "counts-only"} {
		each(notPaged, what, maps...)
	}
	each(alwaysMapped, "ignores-entitymap", maps...)
	each(mapForm, "ignores-format", maps...)
	each(mapForm, "ignores-options", maps...)
	each(noLink, "no-link", maps...)
	for _, what := range []string{"lang", "geometryproperty", "containedby"} {
		all(notSelecting, "get-entitymaps.ignores-"+what)
	}
	for _, what := range []string{"lang", "datasetid", "lastn", "aggrmethods", "aggrperiodduration"} {
		all(notSelecting, "get-temporal-entitymaps.ignores-"+what)
	}
	for _, what := range []string{"lastn", "aggrmethods", "aggrperiodduration"} {
		all(notSelecting, "post-temporal-entitymaps.ignores-"+what)
	}
	for _, what := range []string{"timerel", "timeat", "endtimeat", "timeproperty"} {
		all(inBody, "post-temporal-entitymaps.ignores-"+what)
	}
	all(freshMaps, "get-temporal-entitymaps.stale")
	selecting := []string{"get-entities", "delete-entities", "get-temporal-entities", "get-entitymaps", "get-temporal-entitymaps"}
	each(anyVocab, "ignores-expandvalues", selecting...)
	each(ownKeys, "ignores-jsonkeys", selecting...)
	each(noLink, "no-link", "get-snapshots-snapshot", "patch-snapshots-snapshot")
	all(mayBeMissing, "patch-snapshots-snapshot.loses-first")
	why["market-productofferingprice.list.gone"] = sinceFour
	return why
}
