package reference

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func benchPlatform(b *testing.B, entities int) *Platform {
	b.Helper()
	p, err := New(Options{Empty: true})
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < entities; i += 1000 {
		var batch []string
		for j := i; j < min(i+1000, entities); j++ {
			batch = append(batch, fmt.Sprintf(`{"id":"urn:%d","type":"T%d","n":%d,"location":{"type":"Point","coordinates":[%f,52]}}`, j, j%10, j, float64(j%1000)/1000))
		}
		if w := call(p, "POST", "/entityOperations/create", "["+strings.Join(batch, ",")+"]"); w.Code != 201 {
			b.Fatal(w.Body)
		}
	}
	return p
}

func call(p http.Handler, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/ngsi-ld/v1"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func BenchmarkRetrieve(b *testing.B) {
	p := benchPlatform(b, 1000)
	for b.Loop() {
		call(p, "GET", "/entities/urn:5", "")
	}
}

func BenchmarkCreateDelete(b *testing.B) {
	p := benchPlatform(b, 1000)
	for b.Loop() {
		call(p, "POST", "/entities", `{"id":"urn:x","type":"T","p":{"type":"Property","value":1,"unitCode":"CEL"},"r":{"type":"Relationship","object":"urn:5"}}`)
		call(p, "DELETE", "/entities/urn:x", "")
	}
}

func BenchmarkQueryLarge(b *testing.B) {
	p := benchPlatform(b, 100_000)
	for name, query := range map[string]string{
		"page": "type=T5", "last": "type=T5&offset=9980", "count": "type=T5&q=n>50000&count=true",
		"near": "type=T5&georel=near;maxDistance==5000&geometry=Point&coordinates=[0.5,52]&count=true", "ordered": "type=T5&orderBy=n;desc",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if w := call(p, "GET", "/entities?"+query, ""); w.Code != 200 {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
