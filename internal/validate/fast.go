package validate

import (
	"encoding/json"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/xeipuuv/gojsonschema"
)

// The fast path accepts what is plainly valid, so that the engines need not look at
// it. It never refuses: whatever it is not sure of, and all that it finds invalid, is
// for the engines to judge, so that errors are theirs. It is used in loose mode only.

// answer is what a rule says of a value.
type answer int8

const (
	unsure answer = iota
	yes
	no
)

// and is the answer when both have to hold.
func (a answer) and(b answer) answer {
	switch {
	case a == no || b == no:
		return no
	case a == yes && b == yes:
		return yes
	}
	return unsure
}

func truth(b bool) answer {
	if b {
		return yes
	}
	return no
}

// typeBits are JSON types as a set; numbers are written as integers or not.
type typeBits uint8

const (
	bitNull typeBits = 1 << iota
	bitBoolean
	bitInteger
	bitFraction
	bitString
	bitArray
	bitObject
	bitAll typeBits = 1<<iota - 1
)

func typeBit(name string) typeBits {
	switch name {
	case "null":
		return bitNull
	case "boolean":
		return bitBoolean
	case "integer":
		return bitInteger
	case "number":
		return bitInteger | bitFraction
	case "string":
		return bitString
	case "array":
		return bitArray
	case "object":
		return bitObject
	}
	return 0
}

// rule is a compiled schema.
type rule struct {
	never   bool // false as a schema
	types   typeBits
	doubt   typeBits // types of values of which the rule can't say yes
	listed  *listed  // enum, const
	low     []limit
	high    []limit
	least   int // length of a string
	most    int // -1 for none
	pattern *pattern
	format  func(string) answer

	named      map[string]member // properties and required
	required   uint64
	patterns   []patternRule
	rest       *rule // additionalProperties, nil for all
	leastNames int32
	mostNames  int32

	items      *rule // of all items, or of those after the tuple
	tuple      []*rule
	leastItems int32
	mostItems  int32
	unique     bool
	contains   *rule

	all, any, one  []*rule
	not            *rule
	when           *rule
	then, elsewise *rule
}

type member struct {
	rules    []*rule
	required uint64
}

type patternRule struct {
	pattern *pattern
	rule    *rule
}

type limit struct {
	bound     float64
	exclusive bool
}

type listed struct {
	words                      map[string]bool
	numbers                    []node
	complex                    bool // has arrays or objects
	hasTrue, hasFalse, hasNull bool
}

// fastCompiler makes rules of a portable bundle.
type fastCompiler struct {
	bundle      *bundle
	definitions map[string]any
	made        map[string]*rule
	joined      map[*rule]bool
	failed      bool
}

// compileFast is nil when the bundle has something that the fast path does not know.
func compileFast(b *bundle) *rule {
	definitions, _ := b.root["definitions"].(map[string]any)
	c := &fastCompiler{bundle: b, definitions: definitions, made: map[string]*rule{}, joined: map[*rule]bool{}}
	r := c.reference(definition(0))
	if c.failed {
		return nil
	}
	c.join(r)
	return r
}

func newRule() *rule {
	return &rule{types: bitAll, most: -1, mostNames: -1, mostItems: -1}
}

func (c *fastCompiler) reference(ref string) *rule {
	if r, ok := c.made[ref]; ok {
		return r
	}
	r := newRule()
	c.made[ref] = r
	const prefix = "#/definitions/"
	if len(ref) <= len(prefix) {
		c.failed = true
		return r
	}
	node, ok := c.definitions[ref[len(prefix):]]
	if !ok {
		c.failed = true
		return r
	}
	c.fill(r, node)
	return r
}

func (c *fastCompiler) rule(node any) *rule {
	r := newRule()
	c.fill(r, node)
	return r
}

func (c *fastCompiler) list(v any) []*rule {
	list, ok := v.([]any)
	if !ok {
		c.failed = true
		return nil
	}
	rules := make([]*rule, len(list))
	for i, node := range list {
		rules[i] = c.rule(node)
	}
	return rules
}

func (c *fastCompiler) fill(r *rule, node any) {
	if is, ok := node.(bool); ok {
		r.never = !is
		return
	}
	m, ok := node.(map[string]any)
	if !ok {
		c.failed = true
		return
	}
	for name, value := range m {
		c.keyword(r, m, name, value)
	}
	if r.when == nil {
		r.then, r.elsewise = nil, nil
	}
}

func (c *fastCompiler) keyword(r *rule, m map[string]any, name string, value any) {
	switch name {
	case "$ref":
		ref, _ := value.(string)
		r.all = append(r.all, c.reference(ref))
	case "type":
		r.types &= c.types(value)
	case "enum":
		list, _ := value.([]any)
		c.enumerate(r, list)
	case "const":
		c.enumerate(r, []any{value})
	case "minimum", "exclusiveMinimum":
		r.low = append(r.low, limit{c.number(value), name != "minimum"})
	case "maximum", "exclusiveMaximum":
		r.high = append(r.high, limit{c.number(value), name != "maximum"})
	case "multipleOf":
		r.doubt |= bitInteger | bitFraction
	case "minLength":
		r.least = c.size(value)
	case "maxLength":
		r.most = c.size(value)
	case "pattern":
		text, _ := value.(string)
		r.pattern = c.pattern(text)
	case "format":
		text, _ := value.(string)
		r.format = formatNamed(text)
	case "properties":
		object, ok := value.(map[string]any)
		c.failed = c.failed || !ok
		for key, sub := range object {
			entry := r.member(key)
			entry.rules = append(entry.rules, c.rule(sub))
			r.named[key] = entry
		}
	case "required":
		list, ok := value.([]any)
		c.failed = c.failed || !ok
		for _, v := range list {
			key, ok := v.(string)
			c.failed = c.failed || !ok
			c.require(r, key)
		}
	case "patternProperties":
		object, ok := value.(map[string]any)
		c.failed = c.failed || !ok
		for text, sub := range object {
			r.patterns = append(r.patterns, patternRule{c.pattern(text), c.rule(sub)})
		}
	case "additionalProperties":
		if rest := c.rule(value); value != true {
			r.rest = rest
		}
	case "minProperties":
		r.leastNames = int32(c.size(value))
	case "maxProperties":
		r.mostNames = int32(c.size(value))
	case "items":
		if list, ok := value.([]any); ok {
			r.tuple = c.list(list)
			if rest, has := m["additionalItems"]; has {
				r.items = c.rule(rest)
			}
			return
		}
		r.items = c.rule(value)
	case "minItems":
		r.leastItems = int32(c.size(value))
	case "maxItems":
		r.mostItems = int32(c.size(value))
	case "uniqueItems":
		r.unique = value == true
	case "contains":
		r.contains = c.rule(value)
	case "allOf":
		r.all = append(r.all, c.list(value)...)
	case "anyOf":
		r.any = c.list(value)
	case "oneOf":
		r.one = c.list(value)
	case "not":
		r.not = c.rule(value)
	case "if":
		r.when = c.rule(value)
	case "then":
		r.then = c.rule(value)
	case "else":
		r.elsewise = c.rule(value)
	case "dependencies", "propertyNames":
		r.doubt |= bitObject
	case "additionalItems", "definitions", "$schema":
	default:
		c.failed = true
	}
}

func (r *rule) member(key string) member {
	if r.named == nil {
		r.named = map[string]member{}
	}
	return r.named[key]
}

func (c *fastCompiler) require(r *rule, key string) {
	entry := r.member(key)
	if entry.required == 0 {
		bit := (r.required + 1) // required is 2^n - 1
		if r.required+1 == 0 || bit >= 1<<62 {
			c.failed = true
			return
		}
		entry.required = bit
		r.required |= bit
	}
	r.named[key] = entry
}

func (c *fastCompiler) types(value any) typeBits {
	switch t := value.(type) {
	case string:
		return typeBit(t)
	case []any:
		var set typeBits
		for _, v := range t {
			name, _ := v.(string)
			set |= typeBit(name)
		}
		return set
	}
	c.failed = true
	return 0
}

// number is a limit that a float64 holds exactly enough; any other fails.
func (c *fastCompiler) number(value any) float64 {
	n := node{}
	text, ok := value.(json.Number)
	if !ok || hasLongNumber(value) {
		c.failed = true
		return 0
	}
	n.text = string(text)
	if !n.measure() {
		c.failed = true
	}
	return n.number
}

func (c *fastCompiler) size(value any) int {
	text, _ := value.(json.Number)
	n, err := strconv.ParseInt(string(text), 10, 31)
	c.failed = c.failed || err != nil || n < 0
	return int(n)
}

func (c *fastCompiler) enumerate(r *rule, list []any) {
	if r.listed != nil { // both enum and const
		c.failed = true
		return
	}
	l := &listed{words: map[string]bool{}}
	for _, v := range list {
		switch x := v.(type) {
		case string:
			l.words[x] = true
		case json.Number:
			l.numbers = append(l.numbers, node{text: string(x), number: c.number(x)})
		case bool:
			l.hasTrue, l.hasFalse = l.hasTrue || x, l.hasFalse || !x
		case nil:
			l.hasNull = true
		default:
			l.complex = true
		}
	}
	r.listed = l
}

// join puts what conjuncts say of members into the rule itself, so that an object's
// members are looked up once.
func (c *fastCompiler) join(r *rule) {
	if r == nil || c.joined[r] {
		return
	}
	c.joined[r] = true
	for _, group := range [][]*rule{r.all, r.any, r.one, r.tuple, {r.rest, r.items, r.contains, r.not, r.when, r.then, r.elsewise}} {
		for _, sub := range group {
			c.join(sub)
		}
	}
	for _, entry := range r.named {
		for _, sub := range entry.rules {
			c.join(sub)
		}
	}
	for _, p := range r.patterns {
		c.join(p.rule)
	}
	if r.rest != nil || len(r.patterns) > 0 {
		return // these look at the rule's own names only
	}
	r.all = slices.DeleteFunc(slices.Clone(r.all), func(sub *rule) bool {
		if !sub.membersOnly() {
			return false
		}
		r.types &= sub.types
		for key, entry := range sub.named {
			mine := r.member(key)
			mine.rules = append(slices.Clone(mine.rules), entry.rules...)
			r.named[key] = mine
			if entry.required != 0 {
				c.require(r, key)
			}
		}
		return true
	})
}

// membersOnly says whether a rule is about types and named members only.
func (r *rule) membersOnly() bool {
	return !r.never && r.doubt == 0 && r.listed == nil && r.low == nil && r.high == nil && r.least == 0 && r.most < 0 && r.pattern == nil && r.format == nil &&
		r.rest == nil && r.patterns == nil && r.leastNames == 0 && r.mostNames < 0 && r.items == nil && r.tuple == nil && r.leastItems == 0 && r.mostItems < 0 &&
		!r.unique && r.contains == nil && len(r.all) == 0 && r.any == nil && r.one == nil && r.not == nil && r.when == nil
}

// mostSteps bounds how many rules are asked about one value: alternatives inside
// alternatives multiply.
const mostSteps = 1 << 20

// accept says what the rule thinks of the value at a node.
func (r *rule) accept(t *tape, at int32) answer {
	if r.never {
		return no
	}
	if t.steps++; t.steps > mostSteps {
		return unsure
	}
	n := &t.nodes[at]
	got := yes
	switch n.kind {
	case 'n':
		got = r.kind(bitNull)
	case 't', 'f':
		got = r.kind(bitBoolean)
	case '"':
		got = r.kind(bitString).and(r.text(n.text))
	case '0':
		got = r.numeric(n)
	case '{':
		if got = r.kind(bitObject); got != no {
			got = got.and(r.object(t, at))
		}
	case '[':
		if got = r.kind(bitArray); got != no {
			got = got.and(r.array(t, at))
		}
	}
	if got == no {
		return no
	}
	if r.listed != nil {
		if got = got.and(r.listed.holds(n)); got == no {
			return no
		}
	}
	return got.and(r.composed(t, at))
}

func (r *rule) kind(bit typeBits) answer {
	switch {
	case r.types&bit == 0:
		return no
	case r.doubt&bit != 0:
		return unsure
	}
	return yes
}

func (r *rule) numeric(n *node) answer {
	got := yes
	switch set := r.types & (bitInteger | bitFraction); {
	case set == 0:
		return no
	case set == bitInteger && !n.integer:
		got = unsure // 1.0 is an integer
	case set == bitFraction:
		got = unsure
	}
	if r.doubt&(bitInteger|bitFraction) != 0 {
		got = unsure
	}
	for _, l := range r.low {
		got = got.and(within(l.bound, n.number, l.exclusive, n.short))
	}
	for _, l := range r.high {
		got = got.and(within(n.number, l.bound, l.exclusive, n.short))
	}
	return got
}

// within says whether a is less than b, or not more. Floats keep the order of decimal
// numbers; that two long ones are the same says nothing.
func within(a, b float64, exclusive, exact bool) answer {
	switch {
	case a < b:
		return yes
	case a > b:
		return no
	case exact:
		return truth(!exclusive)
	}
	return unsure
}

func (r *rule) text(s string) answer {
	got := yes
	if r.least > 0 || r.most >= 0 {
		n := utf8.RuneCountInString(s)
		if n < r.least || r.most >= 0 && n > r.most {
			return no
		}
	}
	if r.pattern != nil && !r.pattern.matches(s) {
		return no
	}
	if r.format != nil {
		got = r.format(s)
	}
	return got
}

func (r *rule) object(t *tape, at int32) answer {
	n := &t.nodes[at]
	if n.count < r.leastNames || r.mostNames >= 0 && n.count > r.mostNames {
		return no
	}
	if r.named == nil && r.patterns == nil && r.rest == nil {
		return yes
	}
	got, met := yes, uint64(0)
	for i := at + 1; i < n.end; i = t.nodes[i].end {
		name := t.nodes[i].name
		entry, known := r.named[name]
		met |= entry.required
		for _, sub := range entry.rules {
			if got = got.and(sub.accept(t, i)); got == no {
				return no
			}
		}
		known = known && len(entry.rules) > 0 // required alone does not describe it
		for _, p := range r.patterns {
			if p.pattern.matches(name) {
				known = true
				if got = got.and(p.rule.accept(t, i)); got == no {
					return no
				}
			}
		}
		if !known && r.rest != nil {
			if got = got.and(r.rest.accept(t, i)); got == no {
				return no
			}
		}
	}
	if met != r.required {
		return no
	}
	return got
}

func (r *rule) array(t *tape, at int32) answer {
	n := &t.nodes[at]
	if n.count < r.leastItems || r.mostItems >= 0 && n.count > r.mostItems {
		return no
	}
	got, found := yes, no // found: an item that contains asks for
	for i, k := at+1, 0; i < n.end; i, k = t.nodes[i].end, k+1 {
		switch {
		case k < len(r.tuple):
			got = got.and(r.tuple[k].accept(t, i))
		case r.items != nil:
			got = got.and(r.items.accept(t, i))
		}
		if got == no {
			return no
		}
		if r.contains != nil && found != yes {
			if one := r.contains.accept(t, i); one != no {
				found = one
			}
		}
	}
	if r.contains != nil {
		got = got.and(found)
	}
	if r.unique {
		got = got.and(t.distinct(at))
	}
	return got
}

// distinct says whether the items of a short list of texts differ.
func (t *tape) distinct(at int32) answer {
	n := &t.nodes[at]
	if n.count < 2 {
		return yes
	}
	if n.count > 32 {
		return unsure
	}
	for i := at + 1; i < n.end; i++ {
		if t.nodes[i].kind != '"' {
			return unsure
		}
		for k := at + 1; k < i; k++ {
			if t.nodes[k].text == t.nodes[i].text {
				return no
			}
		}
	}
	return yes
}

func (l *listed) holds(n *node) answer {
	switch n.kind {
	case '"':
		return truth(l.words[n.text])
	case '0':
		got := no
		for i := range l.numbers {
			switch one := &l.numbers[i]; {
			case one.text == n.text:
				return yes
			case one.number == n.number:
				got = unsure // 1 and 1.0, or a long number
			}
		}
		return got
	case 't':
		return truth(l.hasTrue)
	case 'f':
		return truth(l.hasFalse)
	case 'n':
		return truth(l.hasNull)
	}
	if l.complex {
		return unsure
	}
	return no
}

func (r *rule) composed(t *tape, at int32) answer {
	got := yes
	for _, sub := range r.all {
		if got = got.and(sub.accept(t, at)); got == no {
			return no
		}
	}
	if r.any != nil {
		best := no
		for _, sub := range r.any {
			if one := sub.accept(t, at); one == yes {
				best = yes
				break
			} else if one == unsure {
				best = unsure
			}
		}
		if got = got.and(best); got == no {
			return no
		}
	}
	if r.one != nil {
		if got = got.and(exactlyOne(r.one, t, at)); got == no {
			return no
		}
	}
	if r.not != nil {
		switch r.not.accept(t, at) {
		case yes:
			return no
		case unsure:
			got = unsure
		}
	}
	if r.when != nil {
		return got.and(r.conditional(t, at))
	}
	return got
}

func exactlyOne(rules []*rule, t *tape, at int32) answer {
	certain, doubtful := 0, 0
	for _, sub := range rules {
		switch sub.accept(t, at) {
		case yes:
			if certain++; certain > 1 {
				return no
			}
		case unsure:
			doubtful++
		}
	}
	switch {
	case doubtful > 0:
		return unsure
	case certain == 1:
		return yes
	}
	return no
}

func (r *rule) conditional(t *tape, at int32) answer {
	branch := r.elsewise
	switch r.when.accept(t, at) {
	case unsure:
		return unsure
	case yes:
		branch = r.then
	}
	if branch == nil {
		return yes
	}
	return branch.accept(t, at)
}

// pattern is a regular expression, with a table for the commonest form: a text of
// characters of one class.
type pattern struct {
	re    *regexp.Regexp
	table *[utf8.RuneSelf]bool
	empty bool // the table's form takes the empty text
}

func (c *fastCompiler) pattern(text string) *pattern {
	re, err := regexp.Compile(c.bundle.patterns[text])
	if err != nil {
		c.failed = true
		return &pattern{re: regexp.MustCompile("$^")}
	}
	p := &pattern{re: re}
	tree, err := syntax.Parse(c.bundle.patterns[text], syntax.Perl)
	if err != nil {
		return p
	}
	tree = tree.Simplify()
	if tree.Op != syntax.OpConcat || len(tree.Sub) != 3 || tree.Sub[0].Op != syntax.OpBeginText || tree.Sub[2].Op != syntax.OpEndText {
		return p
	}
	repeat := tree.Sub[1]
	if repeat.Op != syntax.OpPlus && repeat.Op != syntax.OpStar || repeat.Sub[0].Op != syntax.OpCharClass {
		return p
	}
	p.table, p.empty = new([utf8.RuneSelf]bool), repeat.Op == syntax.OpStar
	class := repeat.Sub[0].Rune
	for i := 0; i+1 < len(class); i += 2 {
		for r := class[i]; r <= class[i+1] && r < utf8.RuneSelf; r++ {
			p.table[r] = true
		}
	}
	return p
}

func (p *pattern) matches(s string) bool {
	if p.table == nil || s == "" && !p.empty {
		return p.re.MatchString(s)
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || !p.table[s[i]] {
			return p.re.MatchString(s)
		}
	}
	return true
}

// formatNamed judges a format: the usual forms at sight, all others as the engines do.
func formatNamed(name string) func(string) answer {
	slow := func(s string) answer { return truth(gojsonschema.FormatCheckers.IsFormat(privateFormat(name), s)) }
	quick := map[string]func(string) bool{"date-time": plainDateTime, "uri": plainURI, "iri": plainURI}[name]
	if quick == nil {
		return slow
	}
	return func(s string) answer {
		if quick(s) {
			return yes
		}
		return slow(s)
	}
}

// plainDateTime knows date-times as nearly all are written (RFC 3339, 5.6); false says
// nothing.
func plainDateTime(s string) bool {
	const form = "dddd-dd-ddTdd:dd:dd"
	if len(s) <= len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] == 'd' && !isDigit(s[i]) || form[i] != 'd' && form[i] != s[i] {
			return false
		}
	}
	two := func(at int) int { return int(s[at]-'0')*10 + int(s[at+1]-'0') }
	month, day := two(5), two(8)
	if month < 1 || month > 12 || day < 1 || day > 28 || two(11) > 23 || two(14) > 59 || two(17) > 59 {
		return false
	}
	rest := s[len(form):]
	if rest[0] == '.' {
		i := 1
		for i < len(rest) && isDigit(rest[i]) {
			i++
		}
		if i == 1 || i > 10 {
			return false
		}
		rest = rest[i:]
	}
	return rest == "Z"
}

// plainURI knows URNs and web addresses of letters, digits and a few signs; false says
// nothing.
func plainURI(s string) bool {
	rest := ""
	switch {
	case len(s) > 8 && s[:8] == "https://":
		rest = s[8:]
	case len(s) > 7 && s[:7] == "http://":
		rest = s[7:]
	case len(s) > 4 && s[:4] == "urn:":
		for i := 4; i < len(s); i++ {
			if !plainChar[s[i]] && s[i] != ':' {
				return false
			}
		}
		return true
	default:
		return false
	}
	host := true
	for i := range len(rest) {
		switch c := rest[i]; {
		case plainChar[c]:
		case c == '/' && i > 0:
			host = false
		case !host && (c == ':' || c == '#'):
		default:
			return false
		}
	}
	return true
}

// plainChar are letters, digits and signs that are in every part of a URI what they are.
var plainChar = func() (table [256]bool) {
	for c := range table {
		b := byte(c)
		table[c] = isLetter(b) || isDigit(b) || b == '-' || b == '.' || b == '_'
	}
	return table
}()
