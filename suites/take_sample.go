package suites

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// mostSampledTypes bounds how many types a sample looks into, and so its requests.
const mostSampledTypes = 20

// TakeSample reads up to size entities that the platform holds: a page at a seeded
// place of each of some seeded types. The types are those that the platform lists
// (5.7.5) or else those given, names or IRIs, which the target declares. A platform
// that cannot be read is an error, *probe.Unjudgeable among the causes; one that can,
// but holds nothing, gives an empty sample with a reason.
func TakeSample(ctx context.Context, client probe.Client, seed uint64, size int, types []string) (*Sample, error) {
	s := &sampler{client: client, rand: rand.New(rand.NewPCG(seed, hash("sample"))), found: map[string]SampledEntity{}}
	listed, err := s.listTypes(ctx)
	if len(listed) == 0 {
		listed = types
	}
	if len(listed) == 0 {
		if err != nil {
			return nil, err
		}
		return &Sample{Taken: client.LastAsked(), Reason: s.because("GET /types lists no entity type, and the target declares none")}, nil
	}
	listed = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(listed))), unselectable)
	s.rand.Shuffle(len(listed), func(i, j int) { listed[i], listed[j] = listed[j], listed[i] })
	listed = listed[:min(len(listed), mostSampledTypes)]
	for i, kind := range listed {
		// What a poor type leaves goes to those after it.
		share := (size - len(s.found) + len(listed) - i - 1) / (len(listed) - i)
		if share <= 0 {
			break
		}
		if err := s.takeOf(ctx, kind, share); err != nil {
			s.errs = append(s.errs, err)
			if ctx.Err() != nil {
				break
			}
		}
	}
	if len(s.found) == 0 && len(s.errs) > 0 {
		return nil, errors.Join(s.errs...)
	}
	sample := &Sample{Taken: client.LastAsked()}
	for _, e := range s.found {
		sample.Entities = append(sample.Entities, e)
	}
	slices.SortFunc(sample.Entities, func(a, b SampledEntity) int { return cmp.Compare(a.ID, b.ID) })
	if len(sample.Entities) == 0 {
		sample.Reason = s.because(fmt.Sprintf("no entity of the %d types that are listed or declared can be seen", len(listed)))
	}
	return sample, nil
}

// unselectable says whether a type cannot be asked for, because its name holds
// characters that the type selection language uses (4.17).
func unselectable(kind string) bool { return kind == "" || strings.ContainsAny(kind, ",;|()") }

type sampler struct {
	client probe.Client
	rand   *rand.Rand
	found  map[string]SampledEntity
	notes  []string // what went wrong without making the platform unreadable
	errs   []error
}

func (s *sampler) because(reason string) string {
	return strings.Join(append([]string{reason}, s.notes...), "; ")
}

// listTypes asks for the entity types. A platform without discovery lists none.
func (s *sampler) listTypes(ctx context.Context) ([]string, error) {
	r, err := s.client.Do(ctx, probe.Request{Method: http.MethodGet, Path: "/types", Query: url.Values{}, Header: http.Header{}, Expects: []int{http.StatusNotImplemented}})
	if err != nil {
		return nil, err
	}
	var list struct {
		TypeList []string `json:"typeList"`
	}
	if r.Status != http.StatusOK {
		s.notes = append(s.notes, fmt.Sprintf("GET /types answered %d", r.Status))
	} else if err := json.Unmarshal(r.Body, &list); err != nil {
		s.notes = append(s.notes, "GET /types gave no EntityTypeList: "+err.Error())
	}
	return list.TypeList, nil
}

// takeOf takes a page of at most n entities of the type, from a seeded place.
func (s *sampler) takeOf(ctx context.Context, kind string, n int) error {
	first, err := s.page(ctx, kind, n, 0)
	if err != nil || first == nil {
		return err
	}
	total, err := strconv.Atoi(strings.TrimSpace(first.Header.Get(ngsild.HeaderCount)))
	if err == nil && total > n {
		if from := s.rand.IntN(total - n + 1); from > 0 {
			elsewhere, err := s.page(ctx, kind, n, from)
			if err != nil {
				return err
			}
			if elsewhere != nil {
				first = elsewhere
			}
		}
	}
	s.keep(first, n)
	return nil
}

// page is nil when the platform refuses the query.
func (s *sampler) page(ctx context.Context, kind string, n, from int) (*probe.Response, error) {
	q := url.Values{"type": {kind}, "limit": {strconv.Itoa(n)}, "count": {"true"}}
	if from > 0 {
		q.Set("offset", strconv.Itoa(from))
	}
	r, err := s.client.Do(ctx, probe.Request{Method: http.MethodGet, Path: "/entities", Query: q,
		Header: http.Header{"Accept": {ngsild.MediaJSONLD}}})
	if err == nil && r.Status != http.StatusOK {
		s.notes = append(s.notes, fmt.Sprintf("GET /entities?%s answered %d", q.Encode(), r.Status))
		return nil, nil
	}
	return r, err
}

// keep adds the entities of a page, at most n of them, whatever the platform's page is.
func (s *sampler) keep(r *probe.Response, n int) {
	var page []json.RawMessage
	if err := json.Unmarshal(r.Body, &page); err != nil {
		s.notes = append(s.notes, "GET /entities gave no JSON array: "+err.Error())
		return
	}
	for _, raw := range page[:min(len(page), n)] {
		var e struct {
			ID   string          `json:"id"`
			Type json.RawMessage `json:"type"`
		}
		if err := json.Unmarshal(raw, &e); err != nil || e.ID == "" {
			s.notes = append(s.notes, "GET /entities gave an item without id")
			continue
		}
		s.found[e.ID] = SampledEntity{ID: e.ID, Types: typesIn(e.Type), Body: raw}
	}
}

// typesIn reads the member type: a name or an array of names.
func typesIn(raw json.RawMessage) []string {
	var several []string
	if json.Unmarshal(raw, &several) == nil {
		return several
	}
	var one string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}
