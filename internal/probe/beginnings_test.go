package probe

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/oasc/mimcheck/internal/target"
)

func TestNoWordInATextIsMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.String(), 1, 20).Draw(t, "words")
		var b beginnings
		for _, w := range words {
			b.add(w)
		}
		text := rapid.String().Draw(t, "before") + rapid.SampledFrom(words).Draw(t, "word") + rapid.String().Draw(t, "after")
		if !perhaps(&b, text) || !perhaps(&b, []byte(text)) {
			t.Fatalf("%q is said to have none of %q", text, words)
		}
	})
}

func TestTextsWithoutWordsAreTold(t *testing.T) {
	var none, some beginnings
	some.add("s3cret-token")
	for _, text := range []string{"", "abc", "s3c", `{"id": "urn:ngsi-ld:Room:1", "type": "Room"}`} {
		if perhaps(&none, text) || perhaps(&some, text) {
			t.Errorf("%q is said to have a word that it hasn't", text)
		}
	}
	some.add("pin") // is in too many texts to be looked for
	if !perhaps(&some, "abc") {
		t.Error("a short word is not looked for")
	}
}

func BenchmarkRedactingABodyWithoutSecrets(b *testing.B) {
	r := newRedactor(&target.Target{})
	for i := range 60 {
		r.add("token-of-a-client-"+string(rune('A'+i)), varToken)
	}
	body := []byte(`{"id": "urn:ngsi-ld:Room:1", "type": "Room", "temperature": {"type": "Property", "value": 21.5, "unitCode": "CEL"}}`)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		r.bytes(body)
	}
}
