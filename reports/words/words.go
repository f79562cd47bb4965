// Package words says the fixed words of reports in the languages of the catalogue:
// headings, labels, outcomes, verdicts and the sentences around them, with plural
// forms, numbers and dates as a language writes them. What a run recorded (titles,
// clauses, reasons, answers) is evidence and stays as it is.
//
// A message is named by its English text, as in gettext, so that code and templates
// read as the report does; catalogue/CODE.json has its translations. English itself
// has an entry only where the number decides the form.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/fi"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/nl"
	"github.com/go-playground/locales/pt_PT"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

//go:embed catalogue/*.json
var files embed.FS

// Language is one that reports can be written in.
type Language struct {
	Code string // of ISO 639-1
	Name string // in the language itself
}

// English is the code of the language that messages are named by.
const English = "en"

// Languages lists the languages, English first.
func Languages() []Language {
	return []Language{{English, "English"}, {"de", "Deutsch"}, {"es", "Español"}, {"fi", "Suomi"}, {"fr", "Français"},
		{"it", "Italiano"}, {"nl", "Nederlands"}, {"pt", "Português"}}
}

// Codes lists the codes of Languages.
func Codes() []string {
	var codes []string
	for _, l := range Languages() {
		codes = append(codes, l.Code)
	}
	return codes
}

// Printer says words in one language.
type Printer struct {
	code    string
	out     *message.Printer
	locale  locales.Translator
	decimal string // separator
}

// In gives the printer of the language with a code; an empty one is English. The error
// of an unknown one names those that there are.
func In(code string) (*Printer, error) {
	if code == "" {
		code = English
	}
	if !slices.Contains(Codes(), code) {
		return nil, unknown(code)
	}
	entries, err := read(code)
	if err != nil {
		return nil, fmt.Errorf("the words of %q are broken, which is a fault of mimcheck: %w", code, err)
	}
	tag := language.MustParse(code)
	known := catalog.NewBuilder(catalog.Fallback(tag))
	for key, e := range entries {
		if err := e.add(known, tag, key); err != nil {
			return nil, fmt.Errorf("the message %q in %q is broken, which is a fault of mimcheck: %w", key, code, err)
		}
	}
	p := &Printer{code: code, out: message.NewPrinter(tag, message.Catalog(known)), locale: localeOf(code), decimal: ","}
	if code == English {
		p.decimal = "."
	}
	return p, nil
}

// InEnglish gives the printer of English.
func InEnglish() *Printer {
	p, err := In(English)
	if err != nil {
		panic(err) // the catalogue is compiled in, and tested
	}
	return p
}

func unknown(code string) error {
	var names []string
	nearest := ""
	for _, l := range Languages() {
		names = append(names, l.Code+" ("+l.Name+")")
		main, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(code), "_", "-"), "-") // of fr-FR, fr_FR
		if main == l.Code || strings.EqualFold(code, l.Name) {
			nearest = "; did you mean " + l.Code + "?"
		}
	}
	return fmt.Errorf("reports are not written in the language %q: expected one of %s%s", code, strings.Join(names, ", "), nearest)
}

// entry is one message of a catalogue: a text, or forms by what the first number of the
// message is.
type entry struct {
	text  string
	forms []form
}

type form struct {
	Case, Text string // Case is zero (the number 0), or a plural category of CLDR
}

// cases are those of entries, in the order in which they are tried.
var cases = []string{"zero", "one", "other"}

// UnmarshalJSON reads a text, or an object of forms.
func (e *entry) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &e.text) == nil {
		return nil
	}
	var forms map[string]string
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	for _, c := range cases {
		if text, has := forms[c]; has {
			e.forms = append(e.forms, form{c, text})
			delete(forms, c)
		}
	}
	if len(forms) > 0 {
		return fmt.Errorf("it has forms other than %s", strings.Join(cases, ", "))
	}
	return nil
}

func (e entry) add(to *catalog.Builder, tag language.Tag, key string) error {
	if e.forms == nil {
		return to.SetString(tag, key, e.text)
	}
	var choices []any
	for _, f := range e.forms {
		switch f.Case {
		case "zero":
			choices = append(choices, "=0", f.Text)
		case "one":
			choices = append(choices, plural.One, f.Text)
		default:
			choices = append(choices, plural.Other, f.Text)
		}
	}
	return to.Set(tag, key, plural.Selectf(1, "%d", choices...))
}

// read gives the messages of a language.
func read(code string) (map[string]entry, error) {
	raw, err := files.ReadFile("catalogue/" + code + ".json")
	if err != nil {
		return nil, err
	}
	var entries map[string]entry
	return entries, json.Unmarshal(raw, &entries)
}

// localeOf gives how the language writes dates, as CLDR has it; British for English and
// European for Portuguese, since the members are mostly there.
func localeOf(code string) locales.Translator {
	switch code {
	case "de":
		return de.New()
	case "es":
		return es.New()
	case "fi":
		return fi.New()
	case "fr":
		return fr.New()
	case "it":
		return it.New()
	case "nl":
		return nl.New()
	case "pt":
		return pt_PT.New()
	}
	return en_GB.New()
}

// Code is the language's code, as the lang attribute of HTML has it.
func (p *Printer) Code() string { return p.code }

// Say gives the message that is named by its English text, a format of package fmt.
// Numbers are written as the language writes them.
func (p *Printer) Say(english string, args ...any) string { return p.out.Sprintf(english, args...) }

// Label is a word that something follows: "Why:".
func (p *Printer) Label(word string) string { return p.Say("%s:", word) }

// Number is n as the language writes it.
func (p *Printer) Number(n int64) string { return p.out.Sprint(n) }

// Date is the day and the time in UTC: 14 March 2026, 09:26 UTC.
func (p *Printer) Date(t time.Time) string {
	t = t.UTC()
	return p.locale.FmtDateLong(t) + ", " + p.locale.FmtTimeShort(t) + " UTC"
}

// Day is the day alone, in UTC.
func (p *Printer) Day(t time.Time) string { return p.locale.FmtDateLong(t.UTC()) }

// Duration is a time span as a person says it: 850 ms, 42.3 s, 3 min 5 s. The units are
// those of the SI, the same in each language.
func (p *Printer) Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return strings.Replace(fmt.Sprintf("%.1f s", d.Seconds()), ".", p.decimal, 1)
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}
