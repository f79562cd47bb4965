package reference

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// registration is a context source registration (5.2.9). Its document is as it was
// given, with the names expanded. Registrations are immutable but for their counts.
type registration struct {
	id       string
	doc      map[string]any
	context  *jsonld.Context
	created  time.Time
	modified time.Time

	infos      []registrationInfo
	mode       string
	operations []string // single operations, groups resolved
	endpoint   string
	tenant     string
	headers    [][2]string
	manner     manner
	expires    time.Time
	observed   *timeSpan
	managed    *timeSpan
	scopes     []string
	datasets   []string
	localOnly  bool
	timeout    time.Duration
	cooldown   time.Duration
	properties *model.Entity // the source's own properties, for csf and geo-queries
	alias      string

	mu      sync.Mutex
	sent    int
	failed  int
	success time.Time
	failure time.Time
}

// timeSpan is a TimeInterval (5.2.11); end is zero while it is open.
type timeSpan struct{ start, end time.Time }

// registrationInfo is a RegistrationInfo (5.2.10): what of which entities a source
// has. No selectors are all entities, no attributes are all.
type registrationInfo struct {
	entities   []registeredEntity
	attributes []string
}

// registeredEntity is an EntityInfo (5.2.8).
type registeredEntity struct {
	id          string
	pattern     *regexp.Regexp
	patternText string
	types       []string
}

// modes of registrations (4.3.6).
const (
	inclusive = "inclusive"
	exclusive = "exclusive"
	redirect  = "redirect"
	auxiliary = "auxiliary"
)

// operationGroups are the groups of operations of 4.20.
var operationGroups = map[string][]string{
	"federationOps": {
		"retrieveEntity", "queryEntity", "queryBatch", "retrieveEntityTypes", "retrieveEntityTypeDetails", "retrieveEntityTypeInfo",
		"retrieveAttrTypes", "retrieveAttrTypeDetails", "retrieveAttrTypeInfo", "createSubscription", "updateSubscription",
		"retrieveSubscription", "querySubscription", "deleteSubscription",
		"retrieveEntityMap", "updateEntityMap", "deleteEntityMap", "createEntityMapQueryEntity", "retrieveContextSourceIdentity", // V1.9.1
	},
	"updateOps": {"updateEntity", "updateAttrs", "replaceEntity", "replaceAttrs"},
	"associationOps": { // V1.9.1
		"retrieveEntity", "queryEntity", "queryBatch", "retrieveEntityTypes", "retrieveEntityTypeDetails", "retrieveEntityTypeInfo",
		"retrieveAttrTypes", "retrieveAttrTypeDetails", "retrieveAttrTypeInfo", "createSubscription", "updateSubscription",
		"retrieveSubscription", "querySubscription", "deleteSubscription", "retrieveContextSourceIdentity",
	},
	"retrieveOps": {"retrieveEntity", "queryEntity"},
	"redirectionOps": {
		"createEntity", "updateEntity", "appendAttrs", "updateAttrs", "deleteAttrs", "deleteEntity", "mergeEntity", "replaceEntity",
		"replaceAttrs", "retrieveEntity", "queryEntity", "purgeEntity", "retrieveEntityTypes", "retrieveEntityTypeDetails", "retrieveEntityTypeInfo",
		"retrieveAttrTypes", "retrieveAttrTypeDetails", "retrieveAttrTypeInfo",
		"retrieveEntityMap", "updateEntityMap", "deleteEntityMap", "createEntityMapQueryEntity", "retrieveContextSourceIdentity", // V1.9.1
	},
}

var operationNames = slices.Concat(operationGroups["federationOps"], operationGroups["redirectionOps"], []string{
	"createBatch", "upsertBatch", "updateBatch", "deleteBatch", "mergeBatch", "upsertTemporal", "appendAttrsTemporal",
	"deleteAttrsTemporal", "updateAttrInstanceTemporal", "deleteAttrInstanceTemporal", "deleteTemporal", "retrieveTemporal", "queryTemporal",
	"createEntityMapQueryTemporal", // V1.9.1
})

// writes are the operations that an auxiliary source cannot have (4.3.6.4).
var readOperations = slices.Concat(operationGroups["federationOps"], []string{
	"retrieveTemporal", "queryTemporal", "createEntityMapQueryTemporal",
})

// registrationMembers are the members of a registration that are not properties of
// the context source.
var registrationMembers = []string{
	"id", "type", "registrationName", "description", "information", "tenant", "observationInterval", "managementInterval",
	"location", "observationSpace", "operationSpace", "expiresAt", "endpoint", "contextSourceInfo", "contextSourceAlias", "scope", "mode", "operations",
	"refreshRate", "management", "datasetId", "status", "timesSent", "timesFailed", "lastSuccess", "lastFailure",
	"createdAt", "modifiedAt", "@context",
}

var infoNames = []string{"propertyNames", "relationshipNames", "attributeNames"}

// renameRegistration gives a copy of a document with its names expanded or compacted.
func renameRegistration(doc map[string]any, name func(string) string, value func(any) any) map[string]any {
	out := map[string]any{}
	for key, v := range doc {
		switch {
		case key == "@context", key == "createdAt", key == "modifiedAt", slices.Contains(outputs, key):
		case slices.Contains(registrationMembers, key):
			out[key] = v
		default:
			out[name(key)] = value(v)
		}
	}
	list, ok := out["information"].([]any)
	if !ok {
		return out
	}
	renamed := make([]any, len(list))
	for i, item := range list {
		o, ok := item.(map[string]any)
		if !ok {
			renamed[i] = item
			continue
		}
		o = copyObject(o)
		renameLists(o, infoNames, name)
		if entities, ok := o["entities"].([]any); ok {
			copied := make([]any, len(entities))
			for k, e := range entities {
				copied[k] = e
				if eo, ok := e.(map[string]any); ok {
					eo = copyObject(eo)
					if text, ok := eo["type"].(string); ok {
						eo["type"] = name(text)
					}
					renameLists(eo, []string{"type"}, name)
					copied[k] = eo
				}
			}
			o["entities"] = copied
		}
		renamed[i] = o
	}
	out["information"] = renamed
	return out
}

// compileRegistration reads the document, whose names are expanded.
func (r *request) compileRegistration(g *registration, now time.Time) error {
	doc := g.doc
	if doc["type"] != "ContextSourceRegistration" {
		return problem.BadData("a registration's type must be ContextSourceRegistration (5.2.9), got %v", doc["type"])
	}
	for _, member := range []string{"registrationName", "description"} {
		if err := checkTexts(doc, member); err != nil {
			return err
		}
		if doc[member] == "" {
			return problem.BadData("%s must not be empty (5.2.9)", member)
		}
	}
	if v, given := doc["refreshRate"]; given {
		text, _ := v.(string)
		if _, ok := model.ParseDuration(text); !ok {
			return problem.BadData("refreshRate must be an ISO 8601 duration (5.2.9), got %v", v)
		}
	}
	if err := checkDatasets(doc["datasetId"]); err != nil {
		return err
	}
	var ok bool
	if g.endpoint, ok = doc["endpoint"].(string); !ok {
		return problem.BadData("a registration needs an endpoint, a URI (5.2.9)")
	}
	u, err := url.Parse(g.endpoint)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return problem.BadData("the endpoint of a registration must be an http or https URI, got %q", g.endpoint)
	}
	if g.infos, err = registrationInfos(doc["information"]); err != nil {
		return err
	}
	if err := g.compileMode(); err != nil {
		return err
	}
	if v, given := doc["expiresAt"]; given {
		if g.expires, err = timeOf("expiresAt", v); err != nil {
			return err
		}
		if !g.expires.After(now) {
			return problem.BadData("expiresAt %v is in the past", v)
		}
	}
	if g.observed, err = spanOf(doc, "observationInterval"); err != nil {
		return err
	}
	if g.managed, err = spanOf(doc, "managementInterval"); err != nil {
		return err
	}
	if v, given := doc["tenant"]; given {
		if g.tenant, ok = v.(string); !ok || g.tenant == "" {
			return problem.BadData("the tenant of a registration must be a string, got %v", v)
		}
		if r.p.noTenants {
			return problem.NoTenants("this platform has no tenants, and the registration is for tenant %q (5.5.10)", g.tenant)
		}
	}
	if v, given := doc["contextSourceAlias"]; given {
		if g.alias, ok = v.(string); !ok || g.alias == "" {
			return problem.BadData("contextSourceAlias must be a string that is not empty (5.2.9), got %v", v)
		}
	}
	if err := g.compileInfo(); err != nil {
		return err
	}
	if err := g.compileManagement(); err != nil {
		return err
	}
	return g.compileProperties()
}

func timeOf(name string, v any) (time.Time, error) {
	text, _ := v.(string)
	t, ok := model.ParseTime(text)
	if !ok {
		return t, problem.BadData("%s must be a DateTime (4.6.3), got %v", name, v)
	}
	return t, nil
}

func spanOf(doc map[string]any, name string) (*timeSpan, error) {
	v, given := doc[name]
	if !given {
		return nil, nil
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, problem.BadData("%s must be an object (5.2.11)", name)
	}
	var span timeSpan
	var err error
	if span.start, err = timeOf(name+".startAt", o["startAt"]); err != nil {
		return nil, err
	}
	if end, given := o["endAt"]; given {
		if span.end, err = timeOf(name+".endAt", end); err != nil {
			return nil, err
		}
	}
	return &span, nil
}

func registrationInfos(v any) ([]registrationInfo, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, problem.BadData("a registration needs information, an array that is not empty (5.2.9)")
	}
	var out []registrationInfo
	for _, item := range list {
		o, ok := item.(map[string]any)
		if !ok {
			return nil, problem.BadData("the information of a registration must hold objects (5.2.10)")
		}
		var info registrationInfo
		for _, member := range infoNames {
			names := o[member]
			if names == nil {
				continue
			}
			list, err := stringList("information."+member, names)
			if err != nil {
				return nil, err
			}
			info.attributes = append(info.attributes, list...)
		}
		if entities, given := o["entities"]; given {
			var err error
			if info.entities, err = registeredEntities(entities); err != nil {
				return nil, err
			}
		}
		if info.entities == nil && info.attributes == nil {
			return nil, problem.BadData("an item of information needs entities, propertyNames or relationshipNames (5.2.10)")
		}
		out = append(out, info)
	}
	return out, nil
}

func stringList(what string, v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, problem.BadData("%s must be an array that is not empty", what)
	}
	for _, item := range list {
		if text, ok := item.(string); !ok || text == "" {
			return nil, problem.BadData("%s must hold strings, got %v", what, item)
		}
	}
	return stringsOf(v), nil
}

func registeredEntities(v any) ([]registeredEntity, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, problem.BadData("information.entities must be an array that is not empty")
	}
	var out []registeredEntity
	for _, item := range list {
		o, ok := item.(map[string]any)
		if !ok {
			return nil, problem.BadData("information.entities must hold objects (5.2.8)")
		}
		var e registeredEntity
		switch kind := o["type"].(type) {
		case string:
			e.types = []string{kind}
		case []any:
			e.types = stringsOf(kind)
		}
		if len(e.types) == 0 {
			return nil, problem.BadData("an item of information.entities needs a type (5.2.8), got %v", o["type"])
		}
		if id, given := o["id"]; given {
			if e.id, ok = id.(string); !ok || !model.IsURI(e.id) {
				return nil, problem.BadData("the id in information.entities must be a URI, got %v", id)
			}
		}
		if pattern, given := o["idPattern"]; given {
			var err error
			e.patternText, _ = pattern.(string)
			if e.pattern, err = idPattern(e.patternText); err != nil {
				return nil, err
			}
		}
		out = append(out, e)
	}
	return out, nil
}

func (g *registration) compileMode() error {
	g.mode = inclusive
	if v, given := g.doc["mode"]; given {
		g.mode, _ = v.(string)
		if !slices.Contains([]string{inclusive, exclusive, redirect, auxiliary}, g.mode) {
			return problem.BadData("the mode of a registration must be inclusive, exclusive, redirect or auxiliary (4.3.6), got %v", v)
		}
	}
	names := []string{"federationOps"}
	if v, given := g.doc["operations"]; given {
		list, err := stringList("operations", v)
		if err != nil {
			return err
		}
		names = list
	}
	for _, name := range names {
		if group, ok := operationGroups[name]; ok {
			g.operations = append(g.operations, group...)
			continue
		}
		if !slices.Contains(operationNames, name) {
			return problem.BadData("the operation %q of a registration is none of 4.20", name)
		}
		g.operations = append(g.operations, name)
	}
	switch g.mode {
	case auxiliary:
		for _, name := range g.operations {
			if !slices.Contains(readOperations, name) {
				return problem.BadData("an auxiliary registration is for reading only; it has the operation %s (4.3.6.4)", name)
			}
		}
	case exclusive:
		for _, info := range g.infos {
			for _, e := range info.entities {
				if e.id == "" {
					return problem.BadData("an exclusive registration must name its entities by id (4.3.6.3)")
				}
			}
			if len(info.entities) == 0 || len(info.attributes) == 0 {
				return problem.BadData("an exclusive registration must name its entities and attributes (4.3.6.3)")
			}
		}
	}
	return nil
}

// compileInfo reads contextSourceInfo: headers for forwarded requests (4.3.6.5), and what
// says how the source wants to be asked (4.3.6.6).
func (g *registration) compileInfo() error {
	v, given := g.doc["contextSourceInfo"]
	if !given {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		return problem.BadData("contextSourceInfo must be an array of keys and values (5.2.22)")
	}
	for _, item := range list {
		pair, _ := item.(map[string]any)
		key, ok := pair["key"].(string)
		value, hasValue := pair["value"].(string)
		if !ok || !hasValue || key == "" || strings.ContainsAny(key+value, "\r\n") || strings.ContainsAny(key, " :") {
			return problem.BadData("contextSourceInfo has an item that is no key and value: %v", item)
		}
		if taken, err := g.manner.take(key, value); err != nil {
			return err
		} else if !taken {
			g.headers = append(g.headers, [2]string{key, value})
		}
	}
	return nil
}

// compileManagement reads the RegistrationManagementInfo (5.2.34).
func (g *registration) compileManagement() error {
	v, given := g.doc["management"]
	if !given {
		return nil
	}
	o, ok := v.(map[string]any)
	if !ok {
		return problem.BadData("management must be an object (5.2.34)")
	}
	if local, given := o["localOnly"]; given {
		if g.localOnly, ok = local.(bool); !ok {
			return problem.BadData("management.localOnly must be true or false, got %v", local)
		}
	}
	if v, given := o["cacheDuration"]; given {
		text, _ := v.(string)
		if _, ok := model.ParseDuration(text); !ok {
			return problem.BadData("management.cacheDuration must be an ISO 8601 duration, got %v", v)
		}
	}
	var err error
	if g.timeout, err = durationMember(o, "timeout", time.Millisecond); err != nil {
		return err
	}
	g.cooldown, err = durationMember(o, "cooldown", time.Millisecond)
	return err
}

// compileProperties makes an entity of the source's properties, scopes and places.
func (g *registration) compileProperties() error {
	e := &model.Entity{ID: g.id, Types: []string{ngsild.CoreVocab + "ContextSourceRegistration"}, Attributes: map[string][]*model.Attribute{}}
	for key, v := range g.doc {
		iri := ""
		switch {
		case key == "location" || key == "observationSpace" || key == "operationSpace":
			geometry, err := model.Geometry(geometryOf(v))
			if err != nil {
				return problem.BadData("%s of the registration: %v", key, err)
			}
			e.Attributes[ngsild.CoreVocab+key] = []*model.Attribute{{Kind: model.GeoProperty, Value: geometry}}
		case key == "contextSourceAlias" || key == "registrationName":
			iri = ngsild.CoreVocab + key
		case !slices.Contains(registrationMembers, key):
			iri = key
		}
		if iri != "" {
			e.Attributes[iri] = []*model.Attribute{{Kind: model.Property, Value: plainValue(v)}}
		}
	}
	if v, given := g.doc["scope"]; given {
		switch v := v.(type) {
		case string:
			g.scopes = []string{v}
		default:
			g.scopes = stringsOf(v)
		}
		for _, scope := range g.scopes {
			if !model.IsScope(scope) {
				return problem.BadData("the scope %q of the registration is not valid (4.18)", scope)
			}
		}
		if len(g.scopes) == 0 {
			return problem.BadData("the scope of the registration must be a string or an array of strings")
		}
	}
	e.Scope = g.scopes
	g.datasets = stringsOf(g.doc["datasetId"])
	g.properties = e
	return nil
}

// geometryOf takes a geometry bare or as a GeoProperty.
func geometryOf(v any) any {
	if o, ok := v.(map[string]any); ok {
		if value, ok := o["value"]; ok {
			return value
		}
	}
	return v
}

// plainValue takes a value bare or as a Property, whose names may be expanded.
func plainValue(v any) any {
	if o, ok := v.(map[string]any); ok {
		for _, key := range []string{"value", ngsild.CoreVocab + "hasValue"} {
			if value, ok := o[key]; ok {
				return value
			}
		}
	}
	return v
}

func (g *registration) expired(now time.Time) bool {
	return !g.expires.IsZero() && !g.expires.After(now)
}

// show is the registration as an answer has it.
func (g *registration) show(c *jsonld.Context, sysAttrs bool) map[string]any {
	out := renameRegistration(g.doc, c.Compact, c.CompactValue)
	out["id"] = g.id
	if sysAttrs {
		out["createdAt"] = model.FormatTime(g.created)
		out["modifiedAt"] = model.FormatTime(g.modified)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sent > 0 {
		out["timesSent"] = g.sent
		out["status"] = "ok"
		if g.failure.After(g.success) {
			out["status"] = "failed"
		}
	}
	if g.failed > 0 {
		out["timesFailed"] = g.failed
		out["lastFailure"] = model.FormatTime(g.failure)
	}
	if !g.success.IsZero() {
		out["lastSuccess"] = model.FormatTime(g.success)
	}
	return out
}

// sourceQuery says which registrations are looked for (5.10.2, 5.12).
type sourceQuery struct {
	infos    []entityInfo
	attrs    []string
	csf      *query.Q
	geo      *query.Geo
	scope    *query.Scopes
	interval *model.Interval // nil looks for sources of the current state
	// past looks for sources of the past, whatever the interval if it is nil. A
	// registration that tells no interval is not left out by it.
	past bool
}

// match says whether the registration can have what is looked for (5.12).
func (s *sourceQuery) match(g *registration) bool {
	if !s.matchTime(g) || !s.csf.Match(g.properties, nil) {
		return false
	}
	if s.geo != nil && len(g.properties.Attributes[s.geo.Property]) > 0 && !s.geo.Match(g.properties) {
		return false
	}
	if s.scope != nil && len(g.scopes) > 0 && !s.scope.Match(g.properties) {
		return false
	}
	for n := range g.infos { // not by value: most requests are held against all registrations
		if s.matchInfo(&g.infos[n]) {
			return true
		}
	}
	return false
}

func (s *sourceQuery) matchTime(g *registration) bool {
	switch {
	case s.past && (s.interval == nil || g.observed == nil && g.managed == nil):
		return true
	case s.interval == nil:
		return g.observed == nil && g.managed == nil
	}
	span := g.observed
	if s.interval.Property != "observedAt" {
		span = g.managed
	}
	if span == nil {
		return false
	}
	switch s.interval.Relation {
	case "before":
		return span.start.Before(s.interval.At)
	case "after":
		return span.end.IsZero() || span.end.After(s.interval.At)
	default:
		return span.start.Before(s.interval.End) && (span.end.IsZero() || span.end.After(s.interval.At))
	}
}

func (s *sourceQuery) matchInfo(i *registrationInfo) bool {
	if s.attrs != nil && i.attributes != nil && !slices.ContainsFunc(s.attrs, func(name string) bool { return contains(i.attributes, name) }) {
		return false
	}
	if len(s.infos) == 0 || len(i.entities) == 0 {
		return true
	}
	for n := range i.entities {
		for m := range s.infos {
			if i.entities[n].overlaps(&s.infos[m]) {
				return true
			}
		}
	}
	return false
}

// overlaps says whether entities can be meant by both.
func (e *registeredEntity) overlaps(i *entityInfo) bool {
	if !i.types.Any() && !i.types.Mentions(e.types) {
		return false
	}
	if i.ids != nil {
		return slices.ContainsFunc(i.ids, e.hasID)
	}
	if i.pattern != nil && e.id != "" {
		return i.pattern.MatchString(e.id)
	}
	return true // two patterns: whether they meet cannot be told
}

func (e *registeredEntity) hasID(id string) bool {
	switch {
	case e.id != "":
		return e.id == id
	case e.pattern != nil:
		return e.pattern.MatchString(id)
	default:
		return true
	}
}

// conflict finds a registration of whose entities and attributes g would claim the
// same for itself (5.9.2).
func (s *registrationSet) conflict(g *registration) *registration {
	for _, other := range s.list {
		if other.id == g.id || !claims(g.mode) || !claims(other.mode) || g.mode == redirect && other.mode == redirect {
			continue
		}
		for _, a := range g.infos {
			for _, b := range other.infos {
				if a.overlaps(b) {
					return other
				}
			}
		}
	}
	return nil
}

// claims says whether a mode leaves no place for other sources.
func claims(mode string) bool { return mode == exclusive || mode == redirect }

func (i registrationInfo) overlaps(other registrationInfo) bool {
	if i.attributes != nil && other.attributes != nil && !slices.ContainsFunc(i.attributes, func(name string) bool { return contains(other.attributes, name) }) {
		return false
	}
	if len(i.entities) == 0 || len(other.entities) == 0 {
		return true
	}
	return slices.ContainsFunc(i.entities, func(a registeredEntity) bool {
		return slices.ContainsFunc(other.entities, func(b registeredEntity) bool {
			if !slices.ContainsFunc(a.types, func(kind string) bool { return contains(b.types, kind) }) {
				return false
			}
			switch {
			case a.id != "":
				return b.hasID(a.id)
			case b.id != "":
				return a.hasID(b.id)
			default:
				return a.patternText == b.patternText || a.pattern == nil || b.pattern == nil
			}
		})
	})
}
