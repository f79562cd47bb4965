package probe

import (
	"net/http"
	"reflect"
	"testing"
)

func TestHeadersAreKeptOnce(t *testing.T) {
	var s headers
	first := s.one(http.Header{"Accept": {"a"}, "Via": {"x", "y"}})
	again := s.one(http.Header{"Via": {"x", "y"}, "Accept": {"a"}})
	if reflect.ValueOf(first).Pointer() != reflect.ValueOf(again).Pointer() {
		t.Error("the same header is kept twice")
	}
	for _, other := range []http.Header{
		{}, {"Accept": {"a"}}, {"Accept": {"a"}, "Via": {"y", "x"}}, {"Accept": {"a"}, "Via": {"xy"}}, {"Accept": {"a", "Via"}}, {"AcceptVia": {"x", "y"}},
	} {
		if got := s.one(other); !reflect.DeepEqual(got, other) {
			t.Errorf("%v is taken for %v", other, got)
		}
	}
}
