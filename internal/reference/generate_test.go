package reference

import (
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// counted is how many entities the platform counts in a query.
func counted(t *testing.T, c *client, query, link string) int {
	t.Helper()
	n, err := strconv.Atoi(c.get("/entities?limit=0&count=true&"+query, link).is(200).header.Get(ngsild.HeaderCount))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestGenerate(t *testing.T) {
	const n = 5000
	counts := map[int]int{}
	for _, generated := range []int{0, n} {
		p, err := New(Options{Generate: generated})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(p)
		c := &client{T: t, url: server.URL, p: p}
		link := "Link: " + ngsild.ContextLink(server.URL+CityContextPath)
		counts[generated] = counted(t, c, "local=true", link)
		if generated > 0 {
			for _, kind := range []string{"Streetlight", "AirQualityObserved", "TrafficFlowObserved"} {
				if got := counted(t, c, "type="+kind, link); got < 100 {
					t.Errorf("%d entities of type %s, want more", got, kind)
				}
			}
			// Those of one template differ.
			values := c.get("/entities?type=Streetlight&pick=powerConsumption&format=simplified&limit=1000", link).is(200).json().([]any)
			seen := map[string]bool{}
			for _, v := range values {
				seen[fmt.Sprint(v)] = true
			}
			if len(seen) < 20 {
				t.Errorf("the street lights need %v W, want more different ones", seen)
			}
			ids := strings.Fields(c.get("/entities?type=Streetlight&q=powerConsumption>=50&limit=1000&local=true", link).is(200).ids())
			if len(ids) == 0 || len(ids) == counted(t, c, "type=Streetlight", link) {
				t.Errorf("%d street lights need 50 W or more, want some", len(ids))
			}
		}
		server.Close()
		p.Close()
	}
	if counts[n] != counts[0]+n {
		t.Errorf("%d entities with %d generated ones, and %d without", counts[n], n, counts[0])
	}
}

// Generated entities of one template share their attributes: a change of one is none of another.
func TestGeneratedAreSeparate(t *testing.T) {
	p, err := New(Options{Generate: 64 * 56 * 2})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	server := httptest.NewServer(p)
	defer server.Close()
	c := &client{T: t, url: server.URL, p: p}
	link := "Link: " + ngsild.ContextLink(server.URL+CityContextPath)
	before := counted(t, c, "type=Streetlight&q=powerConsumption==1", link)
	ids := strings.Fields(c.get("/entities?type=Streetlight&offset=500&limit=1", link).is(200).ids())
	c.send("PATCH", "/entities/urn:"+ids[0]+"/attrs/powerConsumption", `{"value": 1}`, link, "Content-Type: application/json").is(204)
	if got := counted(t, c, "type=Streetlight&q=powerConsumption==1", link); got != before+1 {
		t.Errorf("one street light was changed, %d changed", got-before)
	}
}
