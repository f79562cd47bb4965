package reference

import (
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/mqtt"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// subscription is a Subscription (5.2.12) or, of context sources, a subscription of
// 5.11. Its document is as it was given, with the names expanded; what the platform
// counts stands beside it.
type subscription struct {
	id       string
	doc      map[string]any
	context  *jsonld.Context // under which it was made: for its q and its notifications
	link     string          // URL of that @context
	implicit bool            // the platform made that URL, for an @context that has none
	tenant   *tenant
	origin   origin
	copies   copies
	created  time.Time
	modified time.Time
	rules    rules
	mu       sync.Mutex // guards what follows
	sent     int
	failed   int
	last     time.Time // when a notification was tried
	success  time.Time
	failure  time.Time
	waiting  []delivery // not sent yet; a goroutine sends them while there are any
	delivers bool
	stop     func()          // ends the timer of a periodic subscription
	matches  map[string]bool // of context source subscriptions: registrations told about
}

// rules are what a subscription's document says, ready for use.
type rules struct {
	version     string // of the standard that notifications are in; empty is the latest
	selection   selection
	watched     []string // nil watches all
	triggers    []string
	interval    time.Duration // zero for one that follows changes
	throttling  time.Duration
	expires     time.Time
	paused      bool
	endpoint    endpoint
	temporal    *model.Interval // of subscriptions to context sources
	view        model.View
	projection  projection
	join        string
	level       int
	showChanges bool
}

type endpoint struct {
	url      string
	media    string
	timeout  time.Duration
	cooldown time.Duration
	headers  [][2]string
	bare     bool           // GeoJSON without @context (Prefer: body=json)
	mqtt     *mqtt.Endpoint // nil for one of HTTP
}

var triggerNames = []string{"entityCreated", "entityUpdated", "entityDeleted", "attributeCreated", "attributeUpdated", "attributeDeleted"}

// names that a subscription's document holds: they are stored expanded.
var (
	subscriptionNames = []string{"watchedAttributes"}
	notificationNames = []string{"attributes", "pick", "omit"}
)

// renameSubscription gives a copy of a document, or of a part of one, with its names
// expanded or compacted by name.
func renameSubscription(doc map[string]any, name func(string) string) map[string]any {
	out := copyObject(doc)
	renameLists(out, subscriptionNames, name)
	if n, ok := out["notification"].(map[string]any); ok {
		n = copyObject(n)
		renameLists(n, notificationNames, name)
		out["notification"] = n
	}
	if g, ok := out["geoQ"].(map[string]any); ok {
		g = copyObject(g)
		if text, ok := g["geoproperty"].(string); ok {
			g["geoproperty"] = name(text)
		}
		out["geoQ"] = g
	}
	if list, ok := out["entities"].([]any); ok {
		renamed := make([]any, len(list))
		for i, item := range list {
			o, ok := item.(map[string]any)
			if ok {
				o = copyObject(o)
				if text, ok := o["type"].(string); ok {
					o["type"] = renameTypes(text, name)
				}
				renamed[i] = o
			} else {
				renamed[i] = item
			}
		}
		out["entities"] = renamed
	}
	return out
}

// outputs are what only the platform tells of a registration, and of the notifications of
// a subscription: what clients say of it is ignored (5.2.9, 5.2.12, 5.2.14.2).
var outputs = []string{"status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"}

// withoutOutputs drops from a subscription, or a fragment of one, what clients cannot say.
// Both it and its member notification have to be copies.
func withoutOutputs(doc map[string]any) map[string]any {
	for _, name := range []string{"status", "createdAt", "modifiedAt"} {
		delete(doc, name)
	}
	if n, ok := doc["notification"].(map[string]any); ok {
		for _, name := range outputs {
			delete(n, name)
		}
	}
	return doc
}

func copyObject(o map[string]any) map[string]any {
	out := make(map[string]any, len(o))
	for key, v := range o {
		if key != "@context" {
			out[key] = v
		}
	}
	return out
}

func renameLists(o map[string]any, members []string, name func(string) string) {
	for _, member := range members {
		list, ok := o[member].([]any)
		if !ok {
			continue
		}
		renamed := make([]any, len(list))
		for i, item := range list {
			renamed[i] = item
			if text, ok := item.(string); ok {
				renamed[i] = name(text)
			}
		}
		o[member] = renamed
	}
}

// renameTypes renames the names inside of a type selection (4.17).
func renameTypes(text string, name func(string) string) string {
	if text == "*" {
		return text
	}
	var b strings.Builder
	for text != "" {
		end := strings.IndexAny(text, ",|;()")
		if end < 0 {
			end = len(text)
		}
		if end > 0 {
			b.WriteString(name(text[:end]))
		}
		if end < len(text) {
			b.WriteByte(text[end])
			end++
		}
		text = text[end:]
	}
	return b.String()
}

// checkNames refuses names that are not valid before they are expanded.
func checkNames(doc map[string]any) error {
	check := func(what string, v any) error {
		if v == nil {
			return nil
		}
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return problem.BadData("%s must be an array that is not empty", what)
		}
		for _, item := range list {
			if text, ok := item.(string); !ok || !model.IsName(text) {
				return problem.BadData("%s holds %v, which is not a valid name (4.6.2)", what, item)
			}
		}
		return nil
	}
	if err := check("watchedAttributes", doc["watchedAttributes"]); err != nil {
		return err
	}
	n, _ := doc["notification"].(map[string]any)
	for _, name := range stringsOf(n["attributes"]) {
		if slices.Contains([]string{"id", "type", "scope"}, name) {
			return problem.BadData("notification.attributes holds %s, which is no attribute (5.2.14)", name)
		}
	}
	for _, member := range notificationNames {
		if err := check("notification."+member, n[member]); err != nil {
			return err
		}
	}
	return nil
}

// compile reads a document whose names are expanded.
func (r *request) compile(s *subscription, now time.Time) (rules, error) {
	var out rules
	doc := s.doc
	if doc["type"] != "Subscription" {
		return out, problem.BadData("a subscription's type must be Subscription (5.2.12), got %v", doc["type"])
	}
	if err := checkTexts(doc, "subscriptionName", "description", "lang", "ngsildConformance"); err != nil {
		return out, err
	}
	if out.version, _ = doc["ngsildConformance"].(string); out.version != "" && conformanceOf(out.version) == nil {
		return out, problem.BadData("ngsildConformance must be a version of NGSI-LD, such as 1.6, got %q (5.2.12)", out.version)
	}
	core := &request{Request: r.Request, p: r.p, context: r.p.resolver.Core(), query: url.Values{}}
	if err := core.compileSelection(s, &out.selection); err != nil {
		return out, err
	}
	out.watched = stringsOf(doc["watchedAttributes"])
	if err := checkTruths(doc, "localOnly", "splitEntities"); err != nil {
		return out, err
	}
	if out.selection.infos == nil && out.watched == nil && doc["localOnly"] != true {
		return out, problem.BadData("a subscription needs entities or watchedAttributes, unless it is localOnly (5.2.12)")
	}
	var err error
	if out.triggers, err = triggers(doc["notificationTrigger"]); err != nil {
		return out, err
	}
	if out.interval, err = seconds(doc, "timeInterval"); err != nil {
		return out, err
	}
	if out.throttling, err = seconds(doc, "throttling"); err != nil {
		return out, err
	}
	if out.interval > 0 && (out.throttling > 0 || out.watched != nil || doc["notificationTrigger"] != nil) {
		return out, problem.BadData("timeInterval excludes throttling, watchedAttributes and notificationTrigger (5.2.12)")
	}
	if v, given := doc["expiresAt"]; given {
		text, _ := v.(string)
		at, ok := model.ParseTime(text)
		if !ok {
			return out, problem.BadData("expiresAt must be a DateTime (4.6.3), got %v", v)
		}
		if !at.After(now) {
			return out, problem.BadData("expiresAt %s is in the past", text)
		}
		out.expires = at
	}
	if v, given := doc["isActive"]; given {
		active, ok := v.(bool)
		if !ok {
			return out, problem.BadData("isActive must be true or false, got %v", v)
		}
		out.paused = !active
	}
	return out, core.compileNotification(s, &out)
}

func (r *request) compileSelection(s *subscription, out *selection) error {
	doc := s.doc
	out.linked = func(uri string) *model.Entity {
		if e := s.tenant.get(uri); e != nil {
			return e.Current(r.p.now())
		}
		return nil
	}
	var err error
	if out.infos, err = r.entityInfos(doc["entities"]); err != nil {
		return err
	}
	if v, given := doc["q"]; given {
		text, ok := v.(string)
		if !ok {
			return problem.BadData("q must be a string")
		}
		if out.q, err = query.ParseQ(text, query.QOptions{Context: s.context, ExpandValues: stringsOf(doc["expandValues"]), JSONKeys: stringsOf(doc["jsonKeys"])}); err != nil {
			return err
		}
	}
	if v, given := doc["csf"]; given {
		text, ok := v.(string)
		if !ok {
			return problem.BadData("csf must be a string")
		}
		if out.csf, err = query.ParseQ(text, query.QOptions{Context: s.context}); err != nil {
			return err
		}
	}
	if v, given := doc["scopeQ"]; given {
		text, ok := v.(string)
		if !ok {
			return problem.BadData("scopeQ must be a string")
		}
		if out.scope, err = query.ParseScopes(text); err != nil {
			return err
		}
	}
	if v, given := doc["geoQ"]; given {
		out.geo, err = geoQ(v)
	}
	return err
}

// geoQ reads a GeoQuery (5.2.13) whose geoproperty is expanded.
func geoQ(v any) (*query.Geo, error) {
	o, ok := v.(map[string]any)
	if !ok {
		return nil, problem.BadData("geoQ must be an object (5.2.13)")
	}
	relation, _ := o["georel"].(string)
	geometry, _ := o["geometry"].(string)
	property := model.Location
	if text, ok := o["geoproperty"].(string); ok {
		property = text
	}
	return query.ParseGeo(relation, geometry, o["coordinates"], property)
}

func triggers(v any) ([]string, error) {
	if v == nil {
		return []string{"attributeCreated", "attributeUpdated"}, nil
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, problem.BadData("notificationTrigger must be an array that is not empty")
	}
	for _, item := range list {
		if text, ok := item.(string); !ok || !slices.Contains(triggerNames, text) {
			return nil, problem.BadData("notificationTrigger has %v, which is none of %s", item, strings.Join(triggerNames, ", "))
		}
	}
	return stringsOf(v), nil
}

func stringsOf(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// checkTexts refuses members that are there and no strings.
func checkTexts(doc map[string]any, members ...string) error {
	for _, member := range members {
		if v, given := doc[member]; given {
			if _, ok := v.(string); !ok {
				return problem.BadData("%s must be a string, got %v", member, v)
			}
		}
	}
	return nil
}

// checkTruths refuses members that are there and neither true nor false.
func checkTruths(doc map[string]any, members ...string) error {
	for _, member := range members {
		if v, given := doc[member]; given {
			if _, ok := v.(bool); !ok {
				return problem.BadData("%s must be true or false, got %v", member, v)
			}
		}
	}
	return nil
}

// checkDatasets refuses what is no array of datasetIds.
func checkDatasets(v any) error {
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return problem.BadData("datasetId must be an array that is not empty, got %v", v)
	}
	for _, item := range list {
		if text, ok := item.(string); !ok || text != "@none" && !model.IsURI(text) {
			return problem.BadData("datasetId has %v, which is neither a URI nor @none", item)
		}
	}
	return nil
}

// seconds reads a duration that must be above zero.
func seconds(o map[string]any, member string) (time.Duration, error) {
	return durationMember(o, member, time.Second)
}

func durationMember(o map[string]any, member string, unit time.Duration) (time.Duration, error) {
	v, given := o[member]
	if !given {
		return 0, nil
	}
	number, isNumber := v.(json.Number)
	f, err := number.Float64()
	if !isNumber || err != nil || !(f > 0) || f > math.MaxInt64/float64(unit) {
		return 0, problem.BadData("%s must be a number above zero, got %v", member, v)
	}
	return time.Duration(f * float64(unit)), nil
}

func (r *request) compileNotification(s *subscription, out *rules) error {
	n, ok := s.doc["notification"].(map[string]any)
	if !ok {
		return problem.BadData("a subscription needs the member notification, an object (5.2.14)")
	}
	out.view = model.View{}
	switch format := n["format"]; format {
	case nil, "normalized":
	case "concise":
		out.view.Format = model.Concise
	case "keyValues", "simplified":
		out.view.Format = model.Simplified
	default:
		return problem.BadData("notification.format is %v, which is none of normalized, concise, simplified, keyValues", format)
	}
	for member, flag := range map[string]*bool{"sysAttrs": &out.view.SysAttrs, "showChanges": &out.showChanges} {
		if v, given := n[member]; given {
			if *flag, ok = v.(bool); !ok {
				return problem.BadData("notification.%s must be true or false, got %v", member, v)
			}
		}
	}
	if out.showChanges && out.view.Format == model.Simplified {
		return problem.BadData("notification.showChanges cannot go with the simplified format (5.2.14)")
	}
	if lang, ok := s.doc["lang"].(string); ok {
		out.view.Lang = model.LanguageRanges(lang)
	}
	if names := stringsOf(n["attributes"]); names != nil {
		out.projection.attrs = names
	}
	for _, name := range stringsOf(n["pick"]) {
		out.projection.pick = append(out.projection.pick, member{name: name})
	}
	for _, name := range stringsOf(n["omit"]) {
		out.projection.omit = append(out.projection.omit, member{name: name})
	}
	if err := out.projection.check(); err != nil {
		return err
	}
	if err := checkDatasets(s.doc["datasetId"]); err != nil {
		return err
	}
	for _, id := range stringsOf(s.doc["datasetId"]) {
		out.projection.datasets = append(out.projection.datasets, strings.TrimPrefix(id, "@none"))
	}
	switch join := n["join"]; join {
	case nil, "@none":
	case "inline", "flat":
		out.join, out.level = join.(string), 1
	default:
		return problem.BadData("notification.join must be inline, flat or @none, got %v", join)
	}
	if v, given := n["joinLevel"]; given {
		number, _ := v.(json.Number)
		level, err := number.Int64()
		if err != nil || level < 1 || level > maxJoinLevel {
			return problem.BadData("notification.joinLevel must be a whole number from 1 to %d, got %v", maxJoinLevel, v)
		}
		out.level = int(level)
	}
	return compileEndpoint(n["endpoint"], &out.endpoint)
}

// compileEndpoint reads an Endpoint (5.2.15).
func compileEndpoint(v any, out *endpoint) error {
	o, ok := v.(map[string]any)
	if !ok {
		return problem.BadData("notification needs the member endpoint, an object (5.2.15)")
	}
	out.url, _ = o["uri"].(string)
	u, err := url.Parse(out.url)
	if err != nil || !model.IsURI(out.url) {
		return problem.BadData("endpoint.uri must be a URI, got %v", o["uri"])
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return problem.BadData("endpoint.uri %q has no host", out.url)
		}
	case "mqtt", "mqtts":
		if err := compileMQTT(o, out); err != nil {
			return err
		}
	default:
		return problem.NotSupported("this platform notifies by http, https, mqtt and mqtts only, not by %s", u.Scheme)
	}
	out.media = ngsild.MediaJSON
	if v, given := o["accept"]; given {
		out.media, _ = v.(string)
		if !slices.Contains(jsonAndGeo, out.media) {
			return problem.BadData("endpoint.accept must be one of %s, got %v", strings.Join(jsonAndGeo, ", "), v)
		}
	}
	if out.timeout, err = durationMember(o, "timeout", time.Millisecond); err != nil {
		return err
	}
	if out.cooldown, err = durationMember(o, "cooldown", time.Millisecond); err != nil {
		return err
	}
	if out.headers, err = keyValues(o, "receiverInfo"); err != nil {
		return err
	}
	for _, h := range out.headers {
		if strings.ContainsAny(h[0]+h[1], "\r\n") || strings.ContainsAny(h[0], " :") {
			return problem.BadData("endpoint.receiverInfo has an item that is no header's key and value: %s", h[0])
		}
		if strings.EqualFold(h[0], "Prefer") && strings.Contains(h[1], "body=json") {
			out.bare = true
		}
	}
	return nil
}

// compileMQTT reads what an Endpoint says of MQTT (7.2).
func compileMQTT(o map[string]any, out *endpoint) error {
	notifierInfo, err := keyValues(o, "notifierInfo")
	if err != nil {
		return err
	}
	to, err := mqtt.Parse(out.url, notifierInfo)
	if err != nil {
		return problem.BadData("endpoint: %v", err)
	}
	out.mqtt = &to
	return nil
}

// keyValues reads an array of KeyValuePair (5.2.22) of an Endpoint.
func keyValues(o map[string]any, member string) ([][2]string, error) {
	v, given := o[member]
	if !given {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, problem.BadData("endpoint.%s must be an array of keys and values (5.2.22)", member)
	}
	out := make([][2]string, len(list))
	for i, item := range list {
		pair, _ := item.(map[string]any)
		key, ok := pair["key"].(string)
		value, hasValue := pair["value"].(string)
		if !ok || !hasValue || key == "" {
			return nil, problem.BadData("endpoint.%s has an item that is no key and value (5.2.22): %v", member, item)
		}
		out[i] = [2]string{key, value}
	}
	return out, nil
}

// status is a subscription's status (5.2.12).
func (s *subscription) status(now time.Time) string {
	switch {
	case !s.rules.expires.IsZero() && !s.rules.expires.After(now):
		return "expired"
	case s.rules.paused:
		return "paused"
	default:
		return "active"
	}
}

// show is the subscription as an answer has it.
func (s *subscription) show(c *jsonld.Context, sysAttrs bool, now time.Time) map[string]any {
	out := renameSubscription(s.doc, c.Compact)
	out["id"] = s.id
	out["status"] = s.status(now)
	if _, given := out["jsonldContext"]; !given && s.implicit {
		out["jsonldContext"] = s.link
	}
	if sysAttrs {
		out["createdAt"] = model.FormatTime(s.created)
		out["modifiedAt"] = model.FormatTime(s.modified)
	}
	n, _ := out["notification"].(map[string]any)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent > 0 {
		n["timesSent"] = s.sent
		n["lastNotification"] = model.FormatTime(s.last)
		n["status"] = "ok"
		if s.failure.After(s.success) {
			n["status"] = "failed"
		}
	}
	if s.failed > 0 {
		n["timesFailed"] = s.failed
		n["lastFailure"] = model.FormatTime(s.failure)
	}
	if !s.success.IsZero() {
		n["lastSuccess"] = model.FormatTime(s.success)
	}
	return out
}
