package membership

import "time"

// CouncilMet is the fact that the Council had a meeting.
type CouncilMet struct {
	Title   string   `json:"title"`
	Mode    Mode     `json:"mode"`
	Place   string   `json:"place,omitempty"`
	Present []string `json:"present"` // countries of the chapters whose coordinators took part
	On      Date     `json:"on"`
}

// Mode is how a meeting is held.
type Mode string

// The modes.
const (
	OnSite Mode = "onSite"
	Remote Mode = "remote"
)

func (f CouncilMet) kind() string    { return "CouncilMet" }
func (f CouncilMet) stream() string  { return council }
func (f CouncilMet) key() string     { return "meeting:" + string(f.On) + ":" + slug(f.Title) }
func (f CouncilMet) when() time.Time { return f.On.Start() }
func (f CouncilMet) reads() []string { return nil }

func (f CouncilMet) allowed(then, _ *State) error {
	if err := said("the title of the meeting", f.Title); err != nil {
		return err
	}
	if slug(f.Title) == "" || len(slug(f.Title)) > 200 {
		return breach(RuleWords, "the title %q: expected a few words with Latin letters", f.Title)
	}
	switch f.Mode {
	case Remote:
	case OnSite:
		if err := said("the place of the meeting", f.Place); err != nil {
			return err
		}
	default:
		return breach(RuleWords, "the mode is %.20q: expected onSite or remote", f.Mode)
	}
	seen := map[string]bool{}
	for _, country := range f.Present {
		c, err := then.chapter(country)
		if err != nil {
			return err
		}
		if c.Coordinator == nil {
			return breach(RuleCouncilVotes, "%s has no network coordinator in the Council on %s", c.Name, f.On)
		}
		if seen[country] {
			return breach(RuleOnce, "%s is present twice", c.Name)
		}
		seen[country] = true
	}
	return nil
}

func (f CouncilMet) apply(s *State) {
	for _, country := range f.Present {
		if c := s.chapters[country]; c != nil && c.Coordinator != nil {
			from := c.Coordinator.Member
			s.metFrom[from] = append(s.metFrom[from], f)
		}
	}
}

// Office is one that is elected every year.
type Office string

// The offices.
const (
	CityRepresentative     Office = "cityRepresentative"     // of the Cities, to the Board
	ViceCityRepresentative Office = "viceCityRepresentative" // of the Cities, to the Board
	CouncilCoordinator     Office = "councilCoordinator"
	ViceCouncilCoordinator Office = "viceCouncilCoordinator"
)

// Elected is the fact that a person of a member city was elected into an office.
type Elected struct {
	Office Office `json:"office"`
	Person string `json:"person"`
	Member string `json:"member"` // id of the person's city
	On     Date   `json:"on"`
}

func (f Elected) kind() string    { return "Elected" }
func (f Elected) stream() string  { return council }
func (f Elected) key() string     { return "election:" + string(f.Office) + ":" + f.year() }
func (f Elected) when() time.Time { return f.On.Start() }
func (f Elected) reads() []string { return []string{f.Member} }

func (f Elected) year() string {
	year, _, _ := cutLast(string(f.On), "-")
	year, _, _ = cutLast(year, "-")
	return year
}

func (f Elected) allowed(then, now *State) error {
	switch f.Office {
	case CityRepresentative, ViceCityRepresentative, CouncilCoordinator, ViceCouncilCoordinator:
	default:
		return breach(RuleKnownOffice, "the office is %.40q", f.Office)
	}
	if _, err := then.member(f.Member); err != nil {
		return err
	}
	for _, e := range now.elections {
		if e.Office == f.Office && e.year() == f.year() {
			return breach(RuleElectionPerYear, "%s was elected %s on %s", e.Person, e.Office, e.On)
		}
	}
	return said("the person elected", f.Person)
}

func (f Elected) apply(s *State) { s.elections = append(s.elections, f) }

// Contributed is the fact that a member shared a best practice, or took part in a
// webinar or conference.
type Contributed struct {
	Member string       `json:"member"`
	What   Contribution `json:"what"`
	Title  string       `json:"title"`
	URL    string       `json:"url,omitempty"`
	On     Date         `json:"on"`
}

// Contribution is a sort of contribution.
type Contribution string

// The contributions.
const (
	Practice   Contribution = "practice"
	Webinar    Contribution = "webinar"
	Conference Contribution = "conference"
)

func (f Contributed) kind() string   { return "Contributed" }
func (f Contributed) stream() string { return f.Member }
func (f Contributed) key() string {
	return "contribution:" + f.Member + ":" + string(f.On) + ":" + slug(f.Title)
}
func (f Contributed) when() time.Time { return f.On.Start() }
func (f Contributed) reads() []string { return []string{f.Member} }

func (f Contributed) allowed(then, _ *State) error {
	if _, err := then.member(f.Member); err != nil {
		return err
	}
	switch f.What {
	case Practice, Webinar, Conference:
	default:
		return breach(RuleContribution, "it is %.40q", f.What)
	}
	if err := said("its title", f.Title); err != nil {
		return err
	}
	if slug(f.Title) == "" || len(slug(f.Title)) > 150 {
		return breach(RuleWords, "the title %q: expected a few words with Latin letters", f.Title)
	}
	return sayable("its URL", f.URL)
}

func (f Contributed) apply(s *State) { s.given[f.Member] = append(s.given[f.Member], f) }
