package reference

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/problem"
)

// base is the path of the API (6.2).
const base = "/ngsi-ld/v1"

func (p *Platform) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, op := range operations() {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+base+path, p.handle(op))
		if !strings.HasSuffix(path, "}") { // the binding writes collections with a slash (6.4, 6.6, 6.10)
			mux.HandleFunc(method+" "+base+path+"/{$}", p.handle(op))
		}
	}
	mux.HandleFunc("POST "+relayPath+"{id}", p.takeNotification)
	return mux
}

func all(lists ...[]string) []string { return slices.Concat(lists...) }

// operations are the operations by method and path.
func operations() map[string]operation {
	gate := []string{"type", "local"}
	input := []string{"options", "format"}
	byMap := []string{"entityMap", "entityMapLifetime", "splitEntities"}
	return map[string]operation{
		"POST /entities":              {parameters: []string{"local"}, body: objectBody, creates: true, do: (*request).createEntity},
		"GET /entities":               {parameters: all(selectionParameters, presentationParameters, pageParameters, byMap, []string{"orderBy", "collation", "orderFrom", "orderGeometry"}), offers: jsonAndGeo, do: (*request).queryEntities},
		"DELETE /entities":            {parameters: all(selectionParameters, []string{"drop", "keep"}), do: (*request).purgeEntities},
		"GET /entities/{entityId}":    {parameters: all(presentationParameters, gate, []string{"entityMap", "entityMapLifetime"}), offers: jsonAndGeo, do: (*request).retrieveEntity},
		"DELETE /entities/{entityId}": {parameters: gate, do: (*request).deleteEntity},
		"PUT /entities/{entityId}":    {parameters: all(gate, input), body: objectBody, do: (*request).replaceEntity},
		"PATCH /entities/{entityId}":  {parameters: all(gate, input, []string{"lang", "observedAt"}), body: objectBody, do: (*request).mergeEntity},

		"POST /entities/{entityId}/attrs":            {parameters: all(gate, []string{"options"}), body: objectBody, do: (*request).appendAttributes},
		"PATCH /entities/{entityId}/attrs":           {parameters: gate, body: objectBody, do: (*request).updateAttributes},
		"PATCH /entities/{entityId}/attrs/{attrId}":  {parameters: gate, body: objectBody, do: (*request).partialUpdate},
		"PUT /entities/{entityId}/attrs/{attrId}":    {parameters: gate, body: objectBody, do: (*request).replaceAttribute},
		"DELETE /entities/{entityId}/attrs/{attrId}": {parameters: all(gate, []string{"deleteAll", "datasetId"}), do: (*request).deleteAttribute},

		"POST /entityOperations/create": {parameters: []string{"local"}, body: listBody, creates: true, do: (*request).batchCreate},
		"POST /entityOperations/upsert": {parameters: []string{"local", "options"}, body: listBody, creates: true, do: (*request).batchUpsert},
		"POST /entityOperations/update": {parameters: []string{"local", "options"}, body: listBody, do: (*request).batchUpdate},
		"POST /entityOperations/merge":  {parameters: []string{"local"}, body: listBody, do: (*request).batchMerge},
		"POST /entityOperations/delete": {parameters: []string{"local"}, body: idsBody, do: (*request).batchDelete},
		"POST /entityOperations/query":  {parameters: all(pageParameters, byMap, input, []string{"local"}), offers: jsonAndGeo, body: objectBody, do: (*request).queryByPost},

		"GET /types":               {parameters: []string{"details", "local"}, offers: jsonOnly, do: (*request).listTypes},
		"GET /types/{type}":        {parameters: []string{"local"}, offers: jsonOnly, do: (*request).retrieveType},
		"GET /attributes":          {parameters: []string{"details", "local"}, offers: jsonOnly, do: (*request).listAttributes},
		"GET /attributes/{attrId}": {parameters: []string{"local"}, offers: jsonOnly, do: (*request).retrieveAttribute},

		"POST /jsonldContexts":               {body: rawBody, creates: true, do: (*request).addContext},
		"GET /jsonldContexts":                {parameters: []string{"details", "kind"}, offers: jsonOnly, do: (*request).listContexts},
		"GET /jsonldContexts/{contextId}":    {parameters: []string{"details"}, offers: contextOnly, do: (*request).serveContext},
		"DELETE /jsonldContexts/{contextId}": {parameters: []string{"reload"}, do: (*request).deleteContext},

		"POST /temporal/entities":                                          {parameters: []string{"local"}, body: objectBody, creates: true, do: (*request).createTemporal},
		"GET /temporal/entities":                                           {parameters: all(selectionParameters, temporalPresentation, temporalParameters, pageParameters, byMap, []string{"orderBy", "collation"}), offers: jsonOnly, do: (*request).queryTemporal},
		"GET /temporal/entities/{entityId}":                                {parameters: all(gate, temporalPresentation, temporalParameters), offers: jsonOnly, do: (*request).retrieveTemporal},
		"DELETE /temporal/entities/{entityId}":                             {parameters: gate, do: (*request).deleteTemporal},
		"POST /temporal/entities/{entityId}/attrs":                         {parameters: gate, body: objectBody, do: (*request).addTemporal},
		"DELETE /temporal/entities/{entityId}/attrs/{attrId}":              {parameters: all(gate, []string{"deleteAll", "datasetId"}), do: (*request).deleteTemporalAttribute},
		"PATCH /temporal/entities/{entityId}/attrs/{attrId}/{instanceId}":  {parameters: gate, body: objectBody, do: (*request).updateInstance},
		"DELETE /temporal/entities/{entityId}/attrs/{attrId}/{instanceId}": {parameters: gate, do: (*request).deleteInstance},
		"POST /temporal/entityOperations/query":                            {parameters: all(pageParameters, byMap, input, temporalParameters, []string{"local"}), offers: jsonOnly, body: objectBody, do: (*request).queryTemporalByPost},

		"POST /subscriptions":                    {body: objectBody, creates: true, do: (*request).createSubscription},
		"GET /subscriptions":                     {parameters: all(pageParameters, []string{"options"}), offers: jsonOnly, do: (*request).querySubscriptions},
		"GET /subscriptions/{subscriptionId}":    {parameters: []string{"options"}, offers: jsonOnly, do: (*request).retrieveSubscription},
		"PATCH /subscriptions/{subscriptionId}":  {body: objectBody, do: (*request).updateSubscription},
		"DELETE /subscriptions/{subscriptionId}": {do: (*request).deleteSubscription},

		"POST /csourceRegistrations":                    {body: objectBody, creates: true, do: (*request).registerSource},
		"GET /csourceRegistrations":                     {parameters: all(selectionParameters, pageParameters, []string{"attrs", "options", "timerel", "timeAt", "endTimeAt", "timeproperty"}), offers: jsonOnly, do: (*request).queryRegistrations},
		"GET /csourceRegistrations/{registrationId}":    {parameters: []string{"options"}, offers: jsonOnly, do: (*request).retrieveRegistration},
		"PATCH /csourceRegistrations/{registrationId}":  {body: objectBody, do: (*request).updateRegistration},
		"DELETE /csourceRegistrations/{registrationId}": {do: (*request).deleteRegistration},

		"POST /csourceSubscriptions":                    {body: objectBody, creates: true, do: (*request).createSourceSubscription},
		"GET /csourceSubscriptions":                     {parameters: all(pageParameters, []string{"options"}), offers: jsonOnly, do: (*request).querySourceSubscriptions},
		"GET /csourceSubscriptions/{subscriptionId}":    {parameters: []string{"options"}, offers: jsonOnly, do: (*request).retrieveSourceSubscription},
		"PATCH /csourceSubscriptions/{subscriptionId}":  {body: objectBody, do: (*request).updateSourceSubscription},
		"DELETE /csourceSubscriptions/{subscriptionId}": {do: (*request).deleteSourceSubscription},

		"GET /entityMaps":                  {parameters: all(selectionParameters, presentationParameters, pageParameters, byMap), offers: jsonOnly, do: (*request).createEntityMap},
		"POST /entityMaps":                 {parameters: all(pageParameters, byMap, input, []string{"local"}), offers: jsonOnly, body: objectBody, do: (*request).createEntityMapByPost},
		"GET /temporal/entityMaps":         {parameters: all(selectionParameters, temporalPresentation, temporalParameters, pageParameters, byMap), offers: jsonOnly, do: (*request).createPastMap},
		"POST /temporal/entityMaps":        {parameters: all(pageParameters, byMap, input, temporalParameters, []string{"local"}), offers: jsonOnly, body: objectBody, do: (*request).createPastMapByPost},
		"GET /entityMaps/{entityMapId}":    {offers: jsonOnly, do: (*request).retrieveEntityMap},
		"PATCH /entityMaps/{entityMapId}":  {body: objectBody, do: (*request).updateEntityMap},
		"DELETE /entityMaps/{entityMapId}": {do: (*request).deleteEntityMap},

		"POST /snapshots":                    {parameters: []string{"local"}, body: objectBody, whole: true, do: (*request).createSnapshot},
		"DELETE /snapshots":                  {parameters: []string{"q"}, whole: true, do: (*request).purgeSnapshots},
		"GET /snapshots/{snapshotId}":        {offers: jsonOnly, whole: true, do: (*request).retrieveSnapshot},
		"PATCH /snapshots/{snapshotId}":      {offers: jsonOnly, body: objectBody, whole: true, do: (*request).updateSnapshot},
		"DELETE /snapshots/{snapshotId}":     {whole: true, do: (*request).deleteSnapshot},
		"POST /snapshots/{snapshotId}/clone": {body: objectBody, whole: true, do: (*request).cloneSnapshot},

		"GET /info/sourceIdentity": {offers: jsonOnly, do: (*request).sourceIdentity},
	}
}

// Operation is one operation of the HTTP binding, as others may know it.
type Operation struct {
	Method, Path string   // below /ngsi-ld/v1, parameters in braces
	Parameters   []string // of the query
	Answers      bool     // a success gives JSON
	Creates      bool     // a success makes a resource of its own
}

// Operations lists the operations, sorted by path and method.
func Operations() []Operation {
	var list []Operation
	for pattern, op := range operations() {
		method, path, _ := strings.Cut(pattern, " ")
		list = append(list, Operation{method, path, op.parameters, op.offers != nil, op.creates && !strings.Contains(path, "entityOperations")})
	}
	slices.SortFunc(list, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return list
}

// ServeHTTP serves the platform's APIs.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req := &request{Request: r, w: w, p: p}
	if strings.Contains(r.URL.EscapedPath(), "//") {
		req.fail(problem.BadData("the path %s has an empty segment where an id or a name belongs", r.URL.Path))
		return
	}
	handler, pattern := p.mux.Handler(r)
	if pattern != "" {
		p.mux.ServeHTTP(w, r)
		return
	}
	status, allow := refused(handler, r)
	if status != http.StatusMethodNotAllowed && strings.HasSuffix(r.URL.Path, "/") {
		// what an operation would do with the resource that the path ends at is not
		// what the client asked for: it left out an id or a name
		without := r.Clone(r.Context())
		without.URL.Path, without.URL.RawPath = strings.TrimSuffix(r.URL.Path, "/"), strings.TrimSuffix(r.URL.RawPath, "/")
		if handler, pattern = p.mux.Handler(without); pattern != "" {
			req.fail(problem.BadData("the path %s ends with a slash where an id or a name belongs", r.URL.Path))
			return
		}
		status, allow = refused(handler, without)
	}
	switch {
	case status != http.StatusMethodNotAllowed:
		req.fail(problem.NotFound("there is no resource %s", r.URL.Path))
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", allow+", OPTIONS")
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == base+"/entities/" && (r.Method == http.MethodPut || r.Method == http.MethodPatch):
		req.fail(problem.BadData("the entity's id is not present in the path %s (5.6.17, 5.6.18)", r.URL.Path))
	default:
		w.Header().Set("Allow", allow)
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// refused gives the status and the Allow header with which the mux refuses a request.
func refused(handler http.Handler, r *http.Request) (status int, allow string) {
	answer := refusal{header: http.Header{}}
	handler.ServeHTTP(&answer, r)
	return answer.status, answer.header.Get("Allow")
}

// refusal takes what the mux would answer to a request that it has no handler for.
type refusal struct {
	header http.Header
	status int
}

func (r *refusal) Header() http.Header         { return r.header }
func (r *refusal) Write(b []byte) (int, error) { return len(b), nil }
func (r *refusal) WriteHeader(status int)      { r.status = status }

func (p *Platform) alias(t *tenant) string {
	if t.name == "" {
		return p.name
	}
	return p.name + ":" + t.name
}

// duration is an ISO 8601 duration in days, hours, minutes and seconds.
func duration(d time.Duration) string {
	seconds := int64(d / time.Second)
	return fmt.Sprintf("P%dDT%dH%dM%dS", seconds/86400, seconds/3600%24, seconds/60%60, seconds%60)
}
