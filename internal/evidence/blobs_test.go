package evidence_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/evidence"
)

var _ evidence.Blobs = (*evidence.MemoryBlobs)(nil)

func TestMemoryBlobs(t *testing.T) {
	blobs := evidence.NewMemoryBlobs(8)
	a := blobs.Put([]byte("abcd"))
	if a.SHA256 != "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589" || a.Size != 4 {
		t.Errorf("got %+v", a)
	}
	if again := blobs.Put([]byte("abcd")); again != a || blobs.Size() != 4 {
		t.Errorf("the same bytes are kept twice: %+v, %d bytes", again, blobs.Size())
	}
	if got, ok := blobs.Get(a.SHA256); !ok || string(got) != "abcd" {
		t.Errorf("got %q, %v", got, ok)
	}
	if none := blobs.Put(nil); none != (evidence.Body{}) {
		t.Errorf("no body has a reference: %+v", none)
	}
	tooMuch := blobs.Put([]byte("12345"))
	if tooMuch.SHA256 == "" || tooMuch.Size != 5 {
		t.Errorf("a body over the limit has no reference: %+v", tooMuch)
	}
	if _, ok := blobs.Get(tooMuch.SHA256); ok || blobs.Size() != 4 {
		t.Errorf("a body over the limit was kept: %d bytes", blobs.Size())
	}
}

func TestMemoryBlobsOfAllSizes(t *testing.T) {
	blobs := evidence.NewMemoryBlobs(1 << 20)
	contents := map[string]string{}
	for i, size := range []int{1, 60_000, 10_000, 1, 70_000, 65_536, 2, 100} {
		content := strings.Repeat(string(rune('a'+i)), size)
		contents[blobs.Put([]byte(content)).SHA256] = content
	}
	for digest, want := range contents {
		if got, ok := blobs.Get(digest); !ok || string(got) != want {
			t.Errorf("%d bytes of %q came back as %d bytes, %v", len(want), want[:1], len(got), ok)
		}
	}
	for _, none := range []string{"", "zz", "88d4", strings.Repeat("a", 64), strings.Repeat("a", 66)} {
		if got, ok := blobs.Get(none); ok {
			t.Errorf("%q gives %d bytes", none, len(got))
		}
	}
}

func TestMemoryBlobsAtOnce(t *testing.T) {
	blobs := evidence.NewMemoryBlobs(1 << 20)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			ref := blobs.Put(fmt.Appendf(nil, "body %d", i%10))
			if _, ok := blobs.Get(ref.SHA256); !ok {
				t.Errorf("body %d is not there", i)
			}
		})
	}
	all.Wait()
	seen := map[string]string{}
	for digest, content := range blobs.All() {
		seen[digest] = string(content)
	}
	if len(seen) != 10 {
		t.Errorf("all are %d bodies, expected 10: %v", len(seen), seen)
	}
	for i := range 10 {
		want := fmt.Sprintf("body %d", i)
		if got := seen[blobs.Put([]byte(want)).SHA256]; got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	}
	if blobs.Size() != 60 {
		t.Errorf("10 bodies of 6 bytes take %d bytes", blobs.Size())
	}
}
