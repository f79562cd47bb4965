package membership

import (
	"slices"
	"time"
)

// ChapterFounded is the fact that cities of a country founded its chapter.
type ChapterFounded struct {
	Country string   `json:"country"` // ISO 3166: DK, or GB-SCT
	Name    string   `json:"name"`    // such as Denmark
	Members []string `json:"members"` // ids
	On      Date     `json:"on"`
}

func (f ChapterFounded) kind() string    { return "ChapterFounded" }
func (f ChapterFounded) stream() string  { return council }
func (f ChapterFounded) key() string     { return "chapter:" + f.Country }
func (f ChapterFounded) when() time.Time { return f.On.Start() }
func (f ChapterFounded) reads() []string { return f.Members }

func (f ChapterFounded) allowed(then, now *State) error {
	if !countryForm.MatchString(f.Country) {
		return breach(RuleWords, "the country %.20q: expected a code of ISO 3166 such as DK or GB-SCT", f.Country)
	}
	if err := said("the name of the chapter", f.Name); err != nil {
		return err
	}
	if c := now.chapters[f.Country]; c != nil {
		return breach(RuleChapterOnce, "%s has the chapter %s already: let the cities join it", f.Country, c.Name)
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(f.Members)))); n < 2 || n != len(f.Members) {
		return breach(RuleChapterOfTwo, "the chapter %s is to be founded by %d different cities", f.Name, n)
	}
	for _, id := range f.Members {
		if err := mayJoin(id, f.Country, then, now); err != nil {
			return err
		}
	}
	return nil
}

func (f ChapterFounded) apply(s *State) {
	c := &Chapter{Country: f.Country, Name: f.Name, Founded: f.On}
	s.chapters[f.Country] = c
	for _, id := range f.Members {
		s.join(c, id)
	}
}

// ChapterJoined is the fact that a city joined the chapter of its country.
type ChapterJoined struct {
	Country string `json:"country"`
	Member  string `json:"member"`
	On      Date   `json:"on"`
}

func (f ChapterJoined) kind() string    { return "ChapterJoined" }
func (f ChapterJoined) stream() string  { return council }
func (f ChapterJoined) key() string     { return "joined:" + f.Member }
func (f ChapterJoined) when() time.Time { return f.On.Start() }
func (f ChapterJoined) reads() []string { return []string{f.Member} }

func (f ChapterJoined) allowed(then, now *State) error {
	if _, err := then.chapter(f.Country); err != nil {
		return err
	}
	return mayJoin(f.Member, f.Country, then, now)
}

func (f ChapterJoined) apply(s *State) {
	if c := s.chapters[f.Country]; c != nil {
		s.join(c, f.Member)
	}
}

// mayJoin checks that a city can go into the chapter of a country.
func mayJoin(id, country string, then, now *State) error {
	m, err := then.member(id)
	if err != nil {
		return err
	}
	if m.Country != country {
		return breach(RuleChapterCountry, "%s is of %s, the chapter of %s", m.Name, m.Country, country)
	}
	if c := now.chapterOf(id); c != nil {
		return breach(RuleChapterOnce, "%s is in the chapter %s already", m.Name, c.Name)
	}
	return nil
}

func (s *State) join(c *Chapter, id string) {
	c.Members = append(c.Members, id)
	if m := s.members[id]; m != nil {
		m.Chapter = c.Name
	}
}

// chapterOf is the chapter that a member is in, nil for none.
func (s *State) chapterOf(id string) *Chapter {
	for _, c := range s.chapters {
		if slices.Contains(c.Members, id) {
			return c
		}
	}
	return nil
}

// CoordinatorNominated is the fact that a chapter sent a network coordinator to the
// Council, who takes the place of the one before.
type CoordinatorNominated struct {
	Country string `json:"country"` // of the chapter that nominates
	Person  string `json:"person"`
	Member  string `json:"member"` // id of the person's city
	On      Date   `json:"on"`
}

func (f CoordinatorNominated) kind() string    { return "CoordinatorNominated" }
func (f CoordinatorNominated) stream() string  { return council }
func (f CoordinatorNominated) key() string     { return "coordinator:" + f.Country + ":" + string(f.On) }
func (f CoordinatorNominated) when() time.Time { return f.On.Start() }
func (f CoordinatorNominated) reads() []string { return []string{f.Member} }

func (f CoordinatorNominated) allowed(then, _ *State) error {
	c, err := then.chapter(f.Country)
	if err != nil {
		return err
	}
	m, err := then.member(f.Member)
	if err != nil {
		return err
	}
	if !slices.Contains(c.Members, f.Member) {
		return breach(RuleOwnChapter, "%s is not in the chapter %s on that day", m.Name, c.Name)
	}
	return said("the coordinator", f.Person)
}

func (f CoordinatorNominated) apply(s *State) {
	if c := s.chapters[f.Country]; c != nil {
		c.Coordinator = &Coordinator{Person: f.Person, Member: f.Member, Since: f.On}
	}
}
