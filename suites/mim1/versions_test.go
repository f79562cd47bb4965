package mim1_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

// news is what a version of the specification brought that a request can show.
type news struct {
	version    string
	features   []suites.Feature
	parameters []string            // of the URL, whatever the resource
	options    map[string][]string // values of the parameters options and format
	members    []string            // of an object anywhere in a body
	kinds      []string            // of attributes
	operations []string            // METHOD path, * is one segment
	more       func(r *http.Request, body any) bool
}

// brought is the history of the API as far as requests show it: what a platform of an
// older version need not know.
func brought() []news {
	return []news{
		{version: "1.4.1", features: []suites.Feature{suites.FeatureTenants},
			parameters: []string{"lang", "aggrMethods", "aggrPeriodDuration"}, options: map[string][]string{"options": {"aggregatedValues"}},
			kinds: []string{"LanguageProperty"}, members: []string{"languageMap"},
			more: func(r *http.Request, _ any) bool { return r.Header.Get(ngsild.HeaderTenant) != "" }},
		{version: "1.5.1", features: []suites.Feature{suites.FeatureContexts},
			parameters: []string{"scopeQ"}, members: []string{"scope", "scopeQ", "contextSourceInfo"},
			operations: []string{"POST /jsonldContexts", "GET /jsonldContexts", "GET /jsonldContexts/*", "DELETE /jsonldContexts/*"},
			more: func(r *http.Request, body any) bool {
				return strings.ContainsAny(r.URL.Query().Get("type"), ";|()") || anywhere(body, func(o map[string]any) bool {
					types, several := o["type"].([]any)
					return several && len(types) > 1
				})
			}},
		{version: "1.6.1", features: []suites.Feature{suites.FeatureMerge, suites.FeatureReplace, suites.FeatureDistributed},
			parameters: []string{"local"}, options: map[string][]string{"options": {"concise", "simplified"}},
			members:    []string{"mode", "operations", "management", "notificationTrigger", "showChanges", "sysAttrs"},
			operations: []string{"PUT /entities/*", "PATCH /entities/*", "PUT /entities/*/attrs/*", "POST /entityOperations/merge"},
			more: func(r *http.Request, body any) bool {
				return anywhere(body, func(o map[string]any) bool {
					return o["format"] == "concise" || o["format"] == "simplified" || slices.ContainsFunc([]string{"value", "object"}, func(m string) bool { return o[m] == "urn:ngsi-ld:null" })
				})
			}},
		{version: "1.7.1", kinds: []string{"VocabProperty"}, members: []string{"vocab", "jsonldContext"}},
		{version: "1.8.1", features: []suites.Feature{suites.FeatureLinked, suites.FeatureEntityMaps},
			parameters: []string{"format", "pick", "omit", "join", "joinLevel", "containedBy", "expandValues", "jsonKeys", "entityMap", "entityMapLifetime"},
			kinds:      []string{"JsonProperty", "ListProperty", "ListRelationship"},
			members:    []string{"json", "valueList", "objectList", "pick", "omit", "join", "joinLevel", "contextSourceAlias"},
			operations: []string{"GET /info/sourceIdentity", "GET /entityMaps/*", "PATCH /entityMaps/*", "DELETE /entityMaps/*"},
			more: func(r *http.Request, _ any) bool {
				return r.Method != http.MethodDelete && r.Method != http.MethodPatch && r.URL.Query().Has("datasetId")
			}},
		{version: "1.9.1", features: []suites.Feature{suites.FeaturePurge, suites.FeatureOrder, suites.FeatureSnapshots},
			parameters: []string{"orderBy", "collation", "orderFrom", "orderGeometry", "splitEntities"},
			members:    []string{"orderBy", "ordering", "splitEntities", "lastN", "ngsildproof", "entityIdSealed", "valueType", "aggrParams", "aggrMethods", "aggrPeriodDuration"},
			operations: []string{"DELETE /entities", "GET /entityMaps", "POST /entityMaps", "GET /temporal/entityMaps", "POST /temporal/entityMaps",
				"POST /snapshots", "GET /snapshots/*", "PATCH /snapshots/*", "DELETE /snapshots/*", "POST /snapshots/*/clone"},
			more: func(r *http.Request, _ any) bool { return r.Header.Get("NGSILD-Snapshot") != "" }},
	}
}

// anywhere says whether an object of a body, at whatever depth, is so.
func anywhere(v any, so func(o map[string]any) bool) bool {
	switch x := v.(type) {
	case []any:
		return slices.ContainsFunc(x, func(item any) bool { return anywhere(item, so) })
	case map[string]any:
		if so(x) {
			return true
		}
		for _, item := range x {
			if anywhere(item, so) {
				return true
			}
		}
	}
	return false
}

// shows says what of the news a request shows, empty for nothing.
func (n news) shows(r *http.Request, body any) string {
	for _, operation := range n.operations {
		method, path, _ := strings.Cut(operation, " ")
		if faults.Op(method, path)(r) {
			return operation
		}
	}
	q := r.URL.Query()
	for _, name := range n.parameters {
		if q.Has(name) {
			return "the parameter " + name
		}
	}
	for name, values := range n.options {
		for _, value := range strings.Split(q.Get(name), ",") {
			if slices.Contains(values, value) {
				return name + "=" + value
			}
		}
	}
	found := ""
	if anywhere(body, func(o map[string]any) bool {
		for _, name := range n.members {
			if _, there := o[name]; there {
				found = "the member " + name
			}
		}
		if kind, _ := o["type"].(string); slices.Contains(n.kinds, kind) {
			found = kind
		}
		return found != ""
	}) {
		return found
	}
	if n.more != nil && n.more(r, body) {
		return "news of " + n.version
	}
	return ""
}

// A check asks nothing of a platform that its version of the specification does not
// have: on a platform of the first version with the rule, which knows nothing of what
// came later and refuses it, the check passes, or is inapplicable.
func TestChecksAskNothingOfLaterVersions(t *testing.T) {
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	for _, check := range slices.Concat(mim1.Provision(), mim1.Consumption(), mim1.Subscriptions(), mim1.Registrations(), mim1.MQTT(), mim1.Temporal(), mim1.Further()) {
		version := check.Since
		if version == "" {
			version = "1.3.1"
		}
		features := claimedFor(check)
		var later []news
		for _, n := range brought() {
			if semver.Compare("v"+n.version, "v"+version) > 0 {
				later = append(later, n)
				features = slices.DeleteFunc(slices.Clone(features), func(f suites.Feature) bool { return slices.Contains(n.features, f) })
			}
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if check.Feature != "" && !slices.Contains(features, check.Feature) {
				t.Errorf("the check is of a feature, %s, that came later than the check's first version, %s", check.Feature, version)
				return
			}
			seen := make(chan string, 100)
			old := faults.Fault{Name: "a platform of version " + version, On: func(*http.Request) bool { return true }, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				var body any
				if json.Unmarshal(faults.ReadBody(r), &body) != nil {
					body = nil
				}
				for _, n := range later {
					if what := n.shows(r, body); what != "" {
						select {
						case seen <- r.Method + " " + r.URL.Path + ": " + what:
						default:
						}
						w.Header().Set("Content-Type", ngsild.MediaJSON)
						w.WriteHeader(http.StatusBadRequest)
						_, _ = w.Write([]byte(`{"type":"` + ngsild.ErrorPrefix + ngsild.BadRequestData + `","title":"what is this?","status":400}`))
						return
					}
				}
				next.ServeHTTP(w, r)
			}}
			p := made(t, reference.Options{Empty: check.Has(suites.NeedWrite), NoTenants: check.Without == suites.FeatureTenants, SpecVersion: version})
			t.Cleanup(p.Close)
			r := inVersion(t, check, version, features, 0, p, old)
			if r.Outcome != reports.Passed && r.Outcome != reports.Inapplicable {
				close(seen)
				t.Errorf("the check ends as %s: %s\n%s", r.Outcome, r.Reason, strings.Join(slices.Collect(func(yield func(string) bool) {
					for s := range seen {
						if !yield(s) {
							return
						}
					}
				}), "\n"))
			}
		})
	}
}

// Each check that applies passes on a platform of each version, and not of its rule's first
// and of the latest one only, which other tests have. Between these, what is sent or
// expected differs by version in V1.8.1, the last one with 503 and without 201 for entity
// maps, and where checks make registrations or entities as the version has them.
func TestChecksPassInEachVersion(t *testing.T) {
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	asTheVersionHas := []string{"generated.", "registration.", "sourceSubscription.", "sourceNotification."}
	for _, version := range []string{"1.4.1", "1.5.1", "1.6.1", "1.7.1", "1.8.1"} {
		ran := 0
		for _, check := range everyCheck() {
			since := "v" + cmp.Or(check.Since, "1.3.1")
			id := strings.TrimPrefix(check.ID, "mim1.")
			sensitive := slices.ContainsFunc(asTheVersionHas, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
			if semver.Compare(since, "v"+version) >= 0 || version != "1.8.1" && !sensitive {
				continue
			}
			ran++
			t.Run(version+"/"+check.ID, func(t *testing.T) {
				t.Parallel()
				p := made(t, reference.Options{Empty: check.Has(suites.NeedWrite), NoTenants: check.Without == suites.FeatureTenants, SpecVersion: version})
				t.Cleanup(p.Close)
				if r := inVersion(t, check, version, claimedFor(check), 0, p); r.Outcome != reports.Passed {
					t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
				}
			})
		}
		t.Logf("version %s: %d checks", version, ran)
	}
}

// rule is a rule of the specification that not all of its versions have, and the checks
// of it: ids without their suite, * stands for anything.
type rule struct {
	since, what, clause string
	checks              []string
}

// rules are what each version brought. The versions are those that ETSI's test purposes
// state; of what is concise and of local=true, which came between V1.5.1 and V1.6.1 as far
// as is known, nothing is asked before V1.6.1.
func rules() []rule {
	return []rule{
		{"1.4.1", "LanguageProperty and lang", "4.5.18, 4.15", []string{"*.languageProperty", "*.languageProperties", "entity.create.languageMapMissing", "entity.represent.lang*",
			"notification.lang.*", "observe.entity.languages", "query.lang", "subscription.member.lang", "temporal.query.lang", "temporal.retrieve.lang"}},
		{"1.4.1", "tenants, and 404 NonexistentTenant", "4.14, 5.5.10", []string{"tenant.*", "notification.tenant.*", "subscription.tenant.*"}},
		{"1.4.1", "aggregated temporal representation", "4.5.19", []string{"temporal.aggregate.*"}},
		{"1.4.1", "system attributes of what is no entity", "4.8", []string{"registration.*.sysAttrs", "sourceSubscription.*.sysAttrs", "subscription.query.sysAttrs",
			"subscription.retrieve.*ysAttrs", "subscription.update.modifiedAt"}},
		{"1.5.1", "several types of an entity, type selectors", "4.16, 4.17", []string{"*.addsType", "*.updateAddsType", "entity.create.types", "query.type.and", "query.type.or",
			"query.type.oneOfSeveral", "notification.entities.bothTypes", "notification.entities.eitherType"}},
		{"1.5.1", "scopes and scopeQ", "4.18, 4.19", []string{"attribute.*.scope", "attribute.update.scopeOfNone", "entity.create.scope", "query.scope.*", "notification.scopeQ.*", "registration.query.scope",
			"subscription.*.scopeQ", "subscription.query.whole"}},
		{"1.5.1", "@contexts that are stored and served", "5.13", []string{"cachedContext.*", "error.form.addContext", "error.form.listContexts", "error.form.serveContext", "error.form.deleteContext", "hostedContext.*", "implicitContext.*", "answer.media.context*"}},
		{"1.5.1", "the same entity twice in a batch, what options=update keeps", "5.5.11, 5.6.8.4", []string{"batch.create.duplicate", "batch.delete.duplicate", "batch.upsert.duplicate",
			"batch.upsert.updateReplacesAttributes"}},
		{"1.5.1", "temporal evolutions in pages: 206 and Content-Range", "6.3.10", []string{"temporal.page.*"}},
		{"1.5.1", "temporal queries by POST in pages, and counts", "5.5.9, 6.3.13", []string{"temporal.query.count", "temporal.post.count", "temporal.post.pages"}},
		{"1.5.1", "counts of queries by POST", "6.3.13", []string{"batch.query.count"}},
		{"1.5.1", "q as the only selector; languages in q", "5.7.2.4, 4.9", []string{"query.q.alone", "query.q.anyLanguage", "query.q.language"}},
		{"1.5.1", "contextSourceInfo", "5.2.9", []string{"registration.create.contextSourceInfo", "registration.refusal.infoNoPairs"}},
		{"1.6.1", "the concise representation, and the names simplified and concise", "4.5.2.3, 6.3.7", []string{"entity.create.concise", "entity.represent.concise*",
			"entity.represent.simplified", "generated.entity.concise", "notification.format.concise"}},
		{"1.6.1", "Prefer: body=json", "6.3.6", []string{"entity.represent.bareFeature", "notification.http.geoJsonPrefer*"}},
		{"1.6.1", "local=true", "6.3.18", []string{"query.local.*"}},
		{"1.6.1", "NGSI-LD Null", "5.4", []string{"attribute.*.null*", "entity.create.nullMarker", "temporal.create.nullMember"}},
		{"1.6.1", "partial updates that change no type", "5.6.4.4", []string{"attribute.partialUpdate.typeChange"}},
		{"1.6.1", "merge and replace", "5.6.17 to 5.6.20", []string{"entity.merge.*", "attribute.delete.addedAgain", "entity.modified.replaceAttribute", "entity.modified.merge", "entity.modified.batchMerge", "error.form.merge*", "error.form.replace*", "error.form.batchMerge", "entity.replace.*", "attribute.replace.*", "batch.merge.*", "jsonLd.sent.*erge", "jsonLd.sent.replace*", "notification.change.merge",
			"notification.change.replace*", "temporal.history.merged", "temporal.history.replaced*"}},
		{"1.6.1", "modes and operations of registrations, distributed operations", "4.3.6", []string{"distributed.*", "registration.conflict.*", "registration.create.mode*", "registration.retrieve.status",
			"registration.create.operations", "registration.refusal.auxiliaryWrites", "registration.refusal.exclusive*", "registration.refusal.modeUnknown",
			"registration.refusal.operationUnknown", "registration.update.conflict"}},
		{"1.6.1", "triggers, changes, deletions, time-outs and system attributes of notifications", "5.2.12, 5.8.6", []string{"notification.trigger.*", "notification.changes.*",
			"notification.deleted.*", "notification.sysAttrs.*", "notification.count.timeout", "subscription.member.cooldown", "subscription.member.notificationTrigger",
			"subscription.member.showChanges", "subscription.member.sysAttrs", "subscription.member.timeout", "subscription.refusal.timeoutNegative", "subscription.refusal.cooldownNegative", "subscription.refusal.sysAttrsNoTruth", "subscription.refusal.showChangesNoTruth", "subscription.refusal.intervalAndTrigger", "subscription.refusal.triggerUnknown"}},
		{"1.6.1", "what was deleted is in the history; scopes there; languages in simplified evolutions", "4.5.6", []string{"temporal.history.deleted*", "temporal.query.scope", "temporal.post.scopeQ", "temporal.create.scope", "temporal.history.scope",
			"temporal.values.languageProperty"}},
		{"1.7.1", "VocabProperty", "4.5.20", []string{"*.vocabProperty", "*.vocabProperties"}},
		{"1.7.1", "unknown parameters are refused with 400 InvalidRequest", "6.3.20", []string{"error.parameter.*", "error.form.retrieveEntityTypes", "temporal.*.unknownParameter"}},
		{"1.7.1", "jsonldContext of subscriptions", "5.2.12", []string{"notification.context.jsonldContext", "subscription.refusal.context*", "subscription.member.jsonldContext", "subscription.update.contextUnavailable"}},
		{"1.8.1", "JsonProperty, ListProperty and ListRelationship", "4.5.21, 4.5.22, 4.5.24", []string{"*.jsonProperty", "*.jsonProperties", "*.listProperty", "*.listRelationship"}},
		{"1.8.1", "format", "6.3.7, 6.3.12", []string{"batch.query.format", "entity.represent.format", "entity.represent.formatOfQuery", "temporal.values.formatOfQuery", "temporal.post.format", "temporal.values.format", "*.formatWins", "*.unknownFormat", "temporal.format.*", "notification.format.simplified"}},
		{"1.8.1", "pick and omit", "4.21", []string{"*.pick*", "*.omit*", "*.unknownPick", "query.pick.*", "query.omit.*"}},
		{"1.8.1", "expandValues and jsonKeys of q", "4.9", []string{"query.q.expandValues", "query.q.jsonKeys"}},
		{"1.8.1", "linked entities", "4.5.23", []string{"linked.*", "notification.join.*", "subscription.refusal.join*", "subscription.member.join*"}},
		{"1.8.1", "datasetId of retrievals and queries", "4.5.5", []string{"*.retrieve.dataset", "query.dataset.*", "temporal.query.dataset", "temporal.post.dataset", "temporal.post.lang", "temporal.retrieve.defaultDataset",
			"notification.dataset.*", "subscription.create.dataset", "subscription.member.datasetId", "subscription.refusal.datasetNoUri"}},
		{"1.8.1", "entity maps of queries", "5.14.1 to 5.14.3", []string{"entityMap.*", "error.form.*EntityMap", "answer.*.entityMap"}},
		{"1.8.1", "a source's identity, and Via", "5.15.1, 6.3.18", []string{"sourceIdentity.*", "distributed.forward.via*", "distributed.loop.*", "distributed.pastChange.via", "distributed.pastChange.loop", "distributed.pastChange.unknown", "distributed.pastChange.forbidden"}},
		{"1.6.1", "timesFailed of subscriptions; no former values in what is simplified, by ETSI's OpenAPI document of V1.6.1", "5.2.14", []string{"*.count.timesFailed", "subscription.refusal.simplifiedChanges"}},
		{"1.9.1", "the types of the entity that an operation is about, as the text of that version has them", "5.6.2.4 to 5.6.6.4, 5.6.17.4 to 5.6.19.4, 5.7.1.4", []string{"*.ofType"}},
		{"1.8.1", "null in subscriptions", "5.5.8", []string{"subscription.update.null"}},
		{"1.9.1", "lastN and aggregation in a TemporalQuery, which the OpenAPI documents of V1.6.1 and V1.8.1 do not have", "5.2.21", []string{"temporal.post.last", "temporal.post.aggregate*"}},
		{"1.8.1", "changes of attributes do not touch the others' times", "4.8", []string{"attribute.append.timestamps", "attribute.replace.timestamps", "attribute.update.timestamps"}},
		{"1.8.1", "merging by languages and by values that are objects", "5.5.12", []string{"entity.merge.languages", "entity.merge.objectValue"}},
		{"1.8.1", "bounds of temporal intervals; local temporal queries; types that are added", "4.11, 5.7.4.4", []string{"temporal.interval.afterBound", "temporal.interval.between[SE]*", "temporal.query.local", "temporal.create.types", "temporal.append.types",
			"temporal.aggregate.notEligible", "temporal.observe.between", "temporal.observe.last", "temporal.observe.max", "temporal.observe.query", "temporal.observe.sum", "temporal.observe.totalCount"}},
		{"1.6.1", "fragments of attributes without a type", "5.6.4.4", []string{"attribute.partialUpdate.withoutType"}},
		{"1.9.1", "updates that add what is not there", "5.6.2.4", []string{"attribute.update.addsDefault", "attribute.update.addsDataset"}},
		{"1.9.1", "scopes that join others, and that are no attributes", "5.6.3.4, 5.6.4.4, 5.6.19.4", []string{"attribute.append.noOverwriteScope", "attribute.partialUpdate.scope", "attribute.replace.scope"}},
		{"1.9.1", "NGSI-LD Null inside of values", "5.5.4", []string{"entity.create.nullInside", "attribute.partialUpdate.nullInside", "temporal.create.nullInside"}},
		{"1.9.1", "q: conditions on linked entities, != in any language, !~= of strings, queries that are too wide or too deep", "4.9, 5.7.2.4", []string{"query.q.linked*", "query.q.unequalInAnyLanguage", "query.q.notPatternOfStrings", "query.q.systemAlone"}},
		{"1.9.1", "null in the list of a batch", "5.6.7.4", []string{"batch.*.nullItem"}},
		{"1.9.1", "the type *, | in pick, geometryProperty for GeoJSON only, the dataset @none", "6.4.3.2, 4.21, 5.7.1.4, 4.5.5.1",
			[]string{"query.type.any", "entity.represent.pickBar", "entity.represent.geometryPropertyAlone", "entity.create.defaultNamed"}},
		{"1.9.1", "simplified lists that stand alone, NGSI-LD Null in lists", "4.5.4, 4.5.22.3", []string{"entity.represent.listsSimplified", "attribute.update.nullOfListRelationship"}},
		{"1.9.1", "what is told of entities that are deleted, as the text of that version has it", "5.8.6", []string{"notification.deleted.entityAlone", "notification.deleted.entitySysAttrs"}},
		{"1.8.1", "sources that fail, and how sources want to be asked", "6.3.17, 4.3.6.6", []string{"distributed.failing.*", "distributed.warning.*", "distributed.manner.*", "registration.refusal.infoAccept", "registration.refusal.infoContentType", "registration.refusal.infoContext", "registration.update.badManner"}},
		{"1.8.1", "what members of registrations hold", "5.2.9, 5.2.34, 5.10.2.4", []string{"registration.refusal.datasetNoUri", "registration.refusal.aliasEmpty", "registration.refusal.descriptionEmpty",
			"registration.refusal.nameEmpty", "registration.refusal.rateNoDuration", "registration.refusal.managementNoObject", "registration.refusal.localNoBoolean", "registration.refusal.timeoutZero",
			"registration.refusal.cooldownZero", "registration.refusal.cacheNoDuration", "registration.query.qA*", "registration.query.geoAlone"}},
		{"1.8.1", "what is registered of ids and types, and what contextSourceInfo cannot say", "5.2.8, 4.3.6.5", []string{"registration.query.idBeforePattern", "registration.query.severalTypes", "distributed.forward.infoIgnored"}},
		{"1.9.1", "the entities that sources are asked for", "4.3.6.1", []string{"distributed.query.registeredIds"}},
		{"1.5.1", "how long an @context is kept", "6.3.16", []string{"context.link.outdated"}},
		{"1.4.1", "ends of registrations", "5.9.2.4", []string{"registration.create.expired", "registration.refusal.expiresPast"}},
		{"1.5.1", "scopes of subscriptions to registrations", "5.11.2.4", []string{"sourceNotification.matching.scope"}},
		{"1.6.1", "filters of subscriptions to registrations", "5.11.2.4", []string{"sourceNotification.matching.filter"}},
		{"1.9.1", "entities that registrations contradict, associationOps", "5.9.3.4, 4.20", []string{"registration.update.existingEntity", "distributed.group.association"}},
		{"1.9.1", "sources of earlier versions", "4.3.6.8", []string{"distributed.manner.conformance", "registration.refusal.infoConformance"}},
		{"1.9.1", "purge", "5.6.21", []string{"purge.*", "error.form.purgeEntities", "distributed.purge.*", "distributed.local.purge"}},
		{"1.9.1", "names in partial results", "6.3.6", []string{"attribute.append.partialNames"}},
		{"1.9.1", "proofs of attributes, and valueType of languages", "4.5.2.2, 5.2.32", []string{"entity.create.proof", "entity.create.sealedWithoutProof", "entity.create.languageTypeOther"}},
		{"1.9.1", "members that kinds of attributes have and never have, as the text of that version has them", "4.5.2 to 4.5.24, 5.2.5 to 5.2.7, 5.2.32, 5.2.35 to 5.2.38",
			[]string{"entity.create.secondValueIn*", "entity.create.foreignOutputIn*", "entity.represent.foreignOutput", "entity.create.unitOfUnitless", "*.outputIgnored", "entity.create.formWithoutValue",
				"entity.create.insideEachForm", "entity.create.nameOfMember", "entity.create.nameNotAllowed", "entity.create.contextInside", "entity.create.entityTimesIgnored"}},
		{"1.9.1", "concise kinds of attributes, as the text of that version has them", "4.5.18.3 to 4.5.24.3", []string{"entity.create.concise?*"}},
		{"1.9.1", "data types of members, as the text of that version has them", "4.6, 4.7, 5.2.5, 5.2.6", []string{"entity.create.*NoString", "entity.create.datasetNoUri", "entity.create.objectListNoUri",
			"entity.create.expiresNoTime", "entity.create.defaultTwice", "entity.create.languageNo*", "entity.create.languageTexts", "entity.create.valueListNoArray", "entity.create.geometryCollection", "entity.create.geometry*Text",
			"entity.create.locationNoGeoProperty", "entity.create.timeReified", "entity.create.timeWithComma", "entity.create.*Expanded", "entity.create.objects", "entity.create.content", "entity.create.keywords", "entity.create.jsonNull", "entity.merge.nullOfName"}},
		{"1.9.1", "simplified kinds and instances of attributes, and in GeoJSON, as the text of that version has them", "4.5.4, 4.5.16, 4.5.17", []string{"entity.represent.wrapped", "entity.represent.datasets", "linked.several?*", "entity.retrieve.datasetDefault",
			"entity.represent.geometryDefault", "entity.represent.geometryOfProperty", "entity.represent.featureInstances", "entity.represent.collection*"}},
		{"1.9.1", "versions of entities that sources have for a time", "4.5.5.2, 4.5.5.3", []string{"distributed.retrieve.expir*"}},
		{"1.9.1", "data types beside those of attributes, as the text of that version has them", "5.2.23, 5.2.33, 5.2.40", []string{"batch.query.emptyLists", "batch.query.idFirst", "sourceIdentity.ofTenant"}},
		{"1.9.1", "transient entities", "4.22", []string{"entity.create.transient"}},
		{"1.9.1", "orderBy", "4.23", []string{"query.order.*", "temporal.query.order*"}},
		{"1.9.1", "entity maps that are created, also for the past", "5.14.4, 5.14.5", []string{"entityMap.create*", "error.form.createEntityMap*", "entityMap.lifetime.*ast*", "entityMap.lifetime.new*", "entityMap.named.past*",
			"entityMap.past.*", "answer.media.new*Map*", "distributed.*ntityMap.csf", "distributed.local.*Map*", "distributed.pastMap.csf"}},
		{"1.9.1", "entity maps of retrievals, as the text of that version has them", "5.7.1.4", []string{"entityMap.retrieval.*", "entityMap.lifetime.retrieval"}},
		{"1.9.1", "entity maps in use, as the text of that version has them", "5.5.9.3, 5.7.2.4", []string{"entityMap.life.f*", "entityMap.life.removed", "entityMap.sources.*"}},
		{"1.9.1", "notifications of each update in a batch, as the text of that version has it", "5.5.11.3", []string{"notification.change.batchTwice"}},
		{"1.9.1", "q: values of lists and of vocabularies, languages in lists or none named, as the text of that version has them", "4.9", []string{"query.q.listProperty", "query.q.vocabUri", "query.q.noLanguage", "query.q.unequalInLanguage", "query.q.languageInArray"}},
		{"1.5.1", "types in parentheses", "4.17", []string{"query.type.andOr"}},
		{"1.6.1", "names in merges and replacements", "5.6.17 to 5.6.20", []string{"context.linked.*erge", "context.linked.replace*"}},
		{"1.6.1", "filters of sources in queries", "5.7.2.4", []string{"query.csfInvalid"}},
		{"1.9.1", "the type *, of this platform only", "6.4.3.2", []string{"query.type.anyElsewhere"}},
		{"1.9.1", "snapshots", "5.16", []string{"snapshot.*", "error.form.*Snapshot*", "answer.media.snapshot"}},
		{"1.9.1", "entities that are split among sources, types that these are asked for", "5.7.2.4", []string{"distributed.*.split*", "distributed.query.registeredTypes", "entityMap.parts.*", "entityMap.linked.*"}},
		{"1.9.1", "lists in simplified evolutions, as the text of that version has them", "4.5.9", []string{"temporal.values.list*"}},
		{"1.8.1", "attributes as another name of pick", "5.2.14", []string{"subscription.refusal.attributesMembers"}},
		{"1.9.1", "subscriptions to what is on the platform itself, to parts of entities, and in another version", "5.2.12", []string{"subscription.*.localOnly*", "subscription.*.splitEntities*", "subscription.member.ngsildConformance"}},
		{"1.9.1", "selectors of several ids and of any type", "5.2.33", []string{"notification.entities.ids", "notification.entities.idFirst", "notification.entities.anyType"}},
		{"1.9.1", "what clients say of what only the platform can tell", "5.2.9, 5.2.12", []string{"subscription.create.statusIgnored", "subscription.create.countsIgnored", "*.madeUpIgnored"}},
		{"1.9.1", "answers and notifications in the form of an earlier version", "4.3.6.8", []string{"earlier.*", "notification.earlier.*"}},
		{"1.9.1", "what an auxiliary source may offer, in updates", "5.9.3.4", []string{"registration.update.auxiliaryWrites"}},
		{"1.9.1", "temporal queries that are about linked entities or too wide, their type *, lastN of a TemporalQuery, several objects simplified", "5.7.3.4, 5.7.4.4, 6.18.3.2, 5.2.21, 4.5.9",
			[]string{"temporal.retrieve.linkedPick", "temporal.query.linked*", "temporal.query.systemAlone", "temporal.query.anyType", "temporal.post.badLast", "temporal.post.ordering", "temporal.values.severalObjects"}},
		{"1.9.1", "registrations for what the platform has itself", "5.9.2.4", []string{"registration.conflict.existing*"}},
	}
}

// Every check of a rule that not all versions have names the version that brought it, and
// every version that a check names is that of such a rule. Where a later rule is of fewer
// checks, it counts.
func TestTheVersionOfEachRule(t *testing.T) {
	used := map[string]bool{}
	holds := map[string]int{}
	versions := []string{"1.3.1", "1.4.1", "1.5.1", "1.6.1", "1.7.1", "1.8.1", "1.9.1"}
	for _, check := range slices.Concat(mim1.Provision(), mim1.Consumption(), mim1.Subscriptions(), mim1.Registrations(), mim1.MQTT(), mim1.Temporal(), mim1.Further()) {
		id := strings.TrimPrefix(check.ID, "mim1.")
		var since []string
		for _, r := range rules() {
			for _, pattern := range r.checks {
				if matched, err := path.Match(pattern, id); err != nil {
					t.Fatal(err)
				} else if matched {
					since = append(since, r.since)
					if r.since == check.Since {
						used[r.since+" "+pattern] = true
					}
				}
			}
		}
		switch {
		case check.Since == "" && len(since) > 0:
			t.Errorf("%s states no version; the rule came with %s", check.ID, since)
		case check.Since != "" && !slices.Contains(since, check.Since):
			t.Errorf("%s states version %s; the table has %v: add the check to rules()", check.ID, check.Since, since)
		}
		for _, version := range versions {
			if check.Since == "" || semver.Compare("v"+check.Since, "v"+version) <= 0 {
				holds[version]++
			}
		}
	}
	for _, r := range rules() {
		for _, pattern := range r.checks {
			if !used[r.since+" "+pattern] {
				t.Errorf("no check of version %s is like %s (%s)", r.since, pattern, r.what)
			}
		}
	}
	for i, version := range versions {
		t.Logf("version %s: %d checks", version, holds[version])
		if i > 0 && holds[version] <= holds[versions[i-1]] {
			t.Errorf("version %s brought nothing", version)
		}
	}
}
