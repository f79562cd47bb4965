package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	reports "github.com/oasc/mimcheck/reports/audit"
)

// ClientID is the name of the audit's client in a probe session.
const ClientID = "models.audit"

// pageSize is how many entities are asked for at once.
const pageSize = 100

// Platform is a source of the entities that a platform holds, type by type and page by
// page, read under the core @context in the normalised representation. With Sample it
// reads pages at seeded places only. An entity of several types is listed under each
// of them and judged once.
type Platform struct {
	Client  probe.Client
	Name    string
	URL     string
	Types   []string // names or IRIs, asked for when the platform lists none
	Sample  int      // entities at most; 0 for all
	Seed    uint64
	From    Position             // where to go on
	Reached func(Position) error // told when what is before a position has been given
	// Progress is told how many entities were read of how many there are, as far as the
	// platform says (else 0).
	Progress func(read, of int64)
	Redact   func(string) string // nil for nothing to hide

	first   string // id of the first entity of the last page
	repeats int64
	unseen  int64
	read    int64
}

// Position is a place in a platform's entities: the number of pages before it in the
// plan of the whole audit.
type Position struct {
	Kinds []plannedKind // as the platform listed them when the audit began
	Kind  int           // index in Kinds
	Done  int           // entities of that type before it
	Order int64         // entities of all types before it
}

// plannedKind is a type with the part of its entities that is read.
type plannedKind struct {
	Name  string
	Total int // as counted when the audit began; -1 when the platform does not count
	First int // offset of the first entity to read
	Most  int // entities to read at most; -1 for all
}

// Describe implements Source.
func (p *Platform) Describe() reports.Source {
	return reports.Source{Name: p.Name, URL: p.redact(p.URL), Sample: p.Sample, Seed: p.Seed * uint64(min(1, p.Sample))}
}

func (p *Platform) redact(s string) string {
	if p.Redact == nil {
		return s
	}
	return p.Redact(s)
}

// Each implements Source.
func (p *Platform) Each(ctx context.Context, give func([]Item) error) error {
	at := p.From
	if at.Kinds == nil {
		kinds, err := p.plan(ctx)
		if err != nil {
			return err
		}
		at = Position{Kinds: kinds}
	}
	var all int64
	for _, k := range at.Kinds {
		if n := k.size(); n > 0 {
			all += int64(n)
		}
	}
	for ; at.Kind < len(at.Kinds); at.Kind, at.Done = at.Kind+1, 0 {
		for {
			items, n, err := p.page(ctx, &at)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			at.Done += n
			if err := give(items); err != nil {
				return err
			}
			if p.read += int64(n); p.Progress != nil {
				p.Progress(p.read, max(all, p.read))
			}
			if p.Reached != nil {
				if err := p.Reached(at); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// size is how many entities of the type are to be read, -1 when that is not known.
func (k plannedKind) size() int {
	switch {
	case k.Most >= 0 && k.Total >= 0:
		return min(k.Most, k.Total-k.First)
	case k.Most >= 0:
		return k.Most
	}
	return k.Total
}

// plan lists the types and, for a sample, chooses a place in each.
func (p *Platform) plan(ctx context.Context) ([]plannedKind, error) {
	names, err := p.list(ctx)
	if err != nil {
		return nil, err
	}
	kinds := make([]plannedKind, 0, len(names))
	all := 0
	for _, name := range names {
		total, err := p.count(ctx, name)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, plannedKind{Name: name, Total: total, Most: -1})
		all += max(0, total)
	}
	if p.Sample <= 0 {
		return kinds, nil
	}
	random := rand.New(rand.NewPCG(p.Seed, 0x706c6174666f726d))
	left := p.Sample
	for i := range kinds {
		k := &kinds[i]
		k.Most = min(left, max(1, (p.Sample+len(kinds)-1)/len(kinds)))
		if k.Total >= 0 && all > 0 {
			k.Most = min(left, k.Total, max(1, p.Sample*k.Total/all))
			k.First = random.IntN(k.Total - k.Most + 1)
			p.unseen += int64(k.Total - k.Most)
		}
		left -= k.Most
	}
	return kinds, nil
}

// list asks for the entity types (ETSI GS CIM 009, 5.7.5).
func (p *Platform) list(ctx context.Context) ([]string, error) {
	r, err := p.Client.Do(ctx, probe.Request{Method: http.MethodGet, Path: "/types", Query: url.Values{}, Header: http.Header{}, Expects: []int{http.StatusNotImplemented}})
	if err != nil {
		return nil, err
	}
	var answer struct {
		TypeList []string `json:"typeList"`
	}
	if r.Status == http.StatusOK {
		if err := json.Unmarshal(r.Body, &answer); err != nil {
			return nil, fmt.Errorf("GET /types gave no EntityTypeList (5.2.24): %w", err)
		}
	}
	names := answer.TypeList
	if len(names) == 0 {
		names = p.Types
	}
	names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
	if len(names) == 0 && r.Status != http.StatusOK {
		return nil, fmt.Errorf("GET /types answered %d, and the target declares no types: name them in target.yaml", r.Status)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (p *Platform) ask(ctx context.Context, kind string, limit, offset int) (*probe.Response, error) {
	q := url.Values{"type": {kind}, "limit": {strconv.Itoa(limit)}, "count": {"true"}}
	if offset > 0 {
		q.Set("offset", strconv.Itoa(offset))
	}
	r, err := p.Client.Do(ctx, probe.Request{Method: http.MethodGet, Path: "/entities", Query: q, Header: http.Header{"Accept": {ngsild.MediaJSONLD}}})
	if err != nil {
		return nil, err
	}
	if r.Status != http.StatusOK {
		return nil, fmt.Errorf("GET /entities?%s answered %d where 200 was expected", q.Encode(), r.Status)
	}
	return r, nil
}

// count is how many entities of a type there are, -1 when the platform does not say (6.3.13).
func (p *Platform) count(ctx context.Context, kind string) (int, error) {
	r, err := p.ask(ctx, kind, 1, 0)
	if err != nil {
		return 0, err
	}
	total, err := strconv.Atoi(strings.TrimSpace(r.Header.Get(ngsild.HeaderCount)))
	if err != nil || total < 0 {
		return -1, nil //nolint:nilerr // a platform need not count
	}
	return total, nil
}

// page reads the next entities of a type: n counts those of the page, of which items
// are those to be judged. n is 0 after the last.
func (p *Platform) page(ctx context.Context, at *Position) (items []Item, n int, err error) {
	k := at.Kinds[at.Kind]
	limit := pageSize
	if k.Most >= 0 {
		limit = min(limit, k.Most-at.Done)
	}
	if limit <= 0 {
		return nil, 0, nil
	}
	r, err := p.ask(ctx, k.Name, limit, k.First+at.Done)
	if err != nil {
		return nil, 0, err
	}
	where := fmt.Sprintf("GET /entities?type=%s&limit=%d&offset=%d", url.QueryEscape(k.Name), limit, k.First+at.Done)
	var page []json.RawMessage
	if err := json.Unmarshal(r.Body, &page); err != nil {
		return nil, 0, fmt.Errorf("%s gave no JSON array: %w", where, err)
	}
	first := firstID(page)
	if first != "" && first == p.first && at.Done > 0 {
		return nil, 0, fmt.Errorf("%s begins with %s as the page before it did: the platform does not heed offset (6.3.10), so not all can be read", where, first)
	}
	p.first = first
	for _, raw := range page[:min(limit, len(page))] {
		if p.listedBefore(raw, at) {
			p.repeats++
			continue
		}
		at.Order++
		items = append(items, Item{Order: at.Order, Where: where, Raw: raw})
	}
	return items, min(limit, len(page)), nil
}

// firstID is the id of the first entity of a page, empty when it has none.
func firstID(page []json.RawMessage) string {
	var head struct {
		ID string `json:"id"`
	}
	if len(page) == 0 || json.Unmarshal(page[0], &head) != nil {
		return ""
	}
	return head.ID
}

// listedBefore says whether an entity was there under another of its types, which was
// read before, whole.
func (p *Platform) listedBefore(raw json.RawMessage, at *Position) bool {
	if p.Sample > 0 {
		return false
	}
	var head struct {
		Type json.RawMessage `json:"type"`
	}
	var several []string
	if json.Unmarshal(raw, &head) != nil || json.Unmarshal(head.Type, &several) != nil {
		return false
	}
	for _, k := range at.Kinds[:at.Kind] {
		if slices.Contains(several, k.Name) {
			return true
		}
	}
	return false
}
