package reference

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzTemporalQueries asks for an evolution with any parameters, by GET and by POST:
// the platform answers with what it has or refuses, in JSON that is an answer to both.
func FuzzTemporalQueries(f *testing.F) {
	for _, seed := range []string{
		"timerel=after&timeAt=2024-01-01T00:00:00Z", "timerel=between&timeAt=0000-01-01T00:00:00Z&endTimeAt=9999-12-31T23:59:59.999999Z",
		"timerel=before&timeAt=2026-01-01T00:00:00Z&lastN=3&timeproperty=modifiedAt", "lastN=99999999999999999999",
		"options=aggregatedValues&aggrMethods=avg,stddev,totalCount&aggrPeriodDuration=PT1S", "options=aggregatedValues&aggrMethods=max&aggrPeriodDuration=P9999Y",
		"options=aggregatedValues&aggrMethods=sum&aggrPeriodDuration=P1M&timerel=after&timeAt=0001-01-01T00:00:00Z", "options=temporalValues,sysAttrs&pick=id,n",
		"format=temporalValues&attrs=n&datasetId=@none&lang=en", "timerel=after&timeAt=2024-01-01T00:00:00Z&q=n>3;s~=a&orderBy=id&local=true",
		"timerel=after&timeAt=2024-01-01T00:00:00Z&georel=near;maxDistance==1&geometry=Point&coordinates=[1,2]&scopeQ=/A/%23",
	} {
		f.Add(seed)
	}
	p, err := New(Options{Empty: true, Client: &http.Client{Transport: refusing{}}})
	if err != nil {
		f.Fatal(err)
	}
	ask := func(method, target, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/ngsi-ld/v1"+target, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		return w
	}
	if w := ask("POST", "/temporal/entities", `{"id":"urn:v","type":"V","scope":"/A/B","n":`+minutes(0, 20)+`,
		"s":[{"value":"a","observedAt":"2025-01-01T00:00:00Z"},{"value":[1],"observedAt":"0001-01-01T00:00:00Z"},{"value":1e308,"observedAt":"9999-01-01T00:00:00Z"},{"value":1e308}],
		"location":[{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]},"observedAt":"2025-01-01T00:00:00Z","datasetId":"urn:d"}]}`); w.Code != 201 {
		f.Fatal(w.Code, w.Body)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
		if err != nil {
			return
		}
		body := map[string]any{"type": "Query", "entities": []any{map[string]any{"type": "V"}}, "temporalQ": map[string]any{}}
		for name := range values {
			body["temporalQ"].(map[string]any)[name] = values.Get(name)
			if name == "q" || name == "attrs" || name == "pick" {
				body[name] = values.Get(name)
			}
		}
		raw, err := json.Marshal(body)
		if err != nil {
			return
		}
		query = values.Encode()
		for _, w := range []*httptest.ResponseRecorder{
			ask("GET", "/temporal/entities/urn:v?"+query, ""), ask("GET", "/temporal/entities?type=V&"+query, ""),
			ask("POST", "/temporal/entityOperations/query", string(raw)),
		} {
			if w.Code != 200 && w.Code != 206 && w.Code != 400 && w.Code != 404 && w.Code != 406 {
				t.Errorf("%s: status %d: %s", query, w.Code, w.Body)
			}
			if w.Code == 206 && w.Header().Get("Content-Range") == "" {
				t.Errorf("%s: 206 without Content-Range", query)
			}
			if !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s: %d with what is no JSON: %q", query, w.Code, w.Body)
			}
		}
	})
}
