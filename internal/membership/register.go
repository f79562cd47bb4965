package membership

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/nearest"
)

// Register is the list of all members and candidates, sorted by id.
type Register struct {
	members []Member
	byName  func() map[string][]int // folded name, alias or id -> places in members
}

// NewRegister makes a register. An id that is there twice is an error.
func NewRegister(members []Member) (*Register, error) {
	r := &Register{members: slices.Clone(members)}
	r.byName = sync.OnceValue(r.index) // who only lists the members does without
	slices.SortFunc(r.members, func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	for i, m := range r.members {
		if i > 0 && r.members[i-1].ID == m.ID {
			return nil, fmt.Errorf("two members have the id %s (%s, %s and %s, %s): expected each once",
				m.ID, r.members[i-1].Name, r.members[i-1].Country, m.Name, m.Country)
		}
	}
	return r, nil
}

func (r *Register) index() map[string][]int {
	byName := make(map[string][]int, 2*len(r.members))
	for i, m := range r.members {
		for _, name := range append([]string{m.ID, m.Name}, m.Aliases...) {
			key := folded(name)
			if !slices.Contains(byName[key], i) {
				byName[key] = append(byName[key], i)
			}
		}
	}
	return byName
}

// Founders is the register as it is embedded: the members that OASC's membership
// flyer lists, without what a ledger adds (see State.Register).
func Founders() (*Register, error) { return founding() }

// Find resolves a name in the embedded register; see Register.Find.
func Find(name string) (Member, error) {
	r, err := founding()
	if err != nil {
		return Member{}, err
	}
	return r.Find(name)
}

// Members are all members, sorted by id.
func (r *Register) Members() []Member { return slices.Clone(r.members) }

// Get is the member with an id.
func (r *Register) Get(id string) (Member, bool) {
	i, found := slices.BinarySearchFunc(r.members, id, func(m Member, id string) int { return strings.Compare(m.ID, id) })
	if !found {
		return Member{}, false
	}
	return r.members[i], true
}

// Find resolves an id, a name, an alias or a spelling without regard to case,
// diacritics and punctuation. A country or its code may follow after a comma, such
// as "Valencia, Spain". An unknown name gives an error with the nearest ones, an
// ambiguous one an error with all that it may mean.
func (r *Register) Find(name string) (Member, error) {
	if m, ok := r.Get(name); ok {
		return m, nil
	}
	found := r.byName()[folded(name)]
	if before, country, ok := cutLast(name, ","); ok && len(found) != 1 {
		found = nil
		for _, i := range r.byName()[folded(before)] {
			m := r.members[i]
			if folded(country) == folded(m.Country) || folded(country) == folded(m.Chapter) {
				found = append(found, i)
			}
		}
	}
	switch len(found) {
	case 1:
		return r.members[found[0]], nil
	case 0:
		return Member{}, r.unknown(name)
	}
	var may []string
	for _, i := range found {
		may = append(may, r.members[i].ID)
	}
	return Member{}, fmt.Errorf("the name %q is that of several members: expected one of the ids %s", name, strings.Join(may, ", "))
}

func (r *Register) unknown(name string) error {
	if strings.TrimSpace(name) == "" {
		return fmt.Errorf("the name of a member is empty: expected one such as Aarhus")
	}
	if len(r.members) == 0 {
		return fmt.Errorf("no member is named %q: the register is empty", name)
	}
	// Aliases are compared too, but the answer names members, each once.
	spellings := make([]string, 0, len(r.byName()))
	for s := range r.byName() {
		spellings = append(spellings, s)
	}
	var names []string
	for _, s := range nearest.To(fmt.Sprintf("%.100s", folded(name)), spellings, 12) {
		for _, i := range r.byName()[s] {
			if n := r.members[i].Name; !slices.Contains(names, n) && len(names) < 3 {
				names = append(names, n)
			}
		}
	}
	return fmt.Errorf("no member is named %.80q: the nearest names are %s", name, strings.Join(names, ", "))
}

// cutLast cuts s at the last separator.
func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}
