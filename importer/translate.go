package importer

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Tools whose rules can be read.
const (
	ElastAlert = "elastalert"
	Sigma      = "sigma"
)

// Codes of what Result.Found holds besides errors.
const (
	Differs       = "differs"        // a line of the output means something else
	Verify        = "verify"         // a name of the output is worth a look
	Elsewhere     = "elsewhere"      // a key whose place is the configuration
	NotTranslated = "not-translated" // a key or a rule that was left out
)

// Options say how to read the files. The zero Options find out themselves.
type Options struct {
	From string // ElastAlert or Sigma; "": by the keys of each document
	Map  Map
}

// File is a file of another tool.
type File struct {
	Name string
	Data []byte
}

// Result is what became of the files.
type Result struct {
	Text  []byte // a rule file; nil when there is no rule in it
	Rules int    // in Text
	Notes int    // remarks in Text: what differs, what to check, what lies elsewhere
	Left  int    // rules and keys that are not translated, errors among them
	Found []strictyaml.Fault
}

// translator is what all files share.
type translator struct {
	o      Options
	faults strictyaml.Faults
	drafts []*draft
	ids    map[string]bool
	sigma  sigmaRules
}

// Translate makes one rule file of all files, whose rules may refer to each
// other. It reads nothing else and does not fail: what is wrong is in Found, by
// file, line and column.
func Translate(files []File, o Options) *Result {
	tr := &translator{o: o, ids: map[string]bool{}}
	if set, _, err := rules.Parse("builtin", []byte("rules: []"), rules.Options{}); err == nil {
		for _, r := range set.Rules {
			tr.ids[r.ID] = true
		}
	}
	for _, f := range files {
		for _, doc := range strictyaml.ParseAll(f.Name, f.Data, &tr.faults) {
			tr.read(doc)
		}
	}
	tr.refuseFaulty()
	tr.correlate()
	tr.verify()
	return tr.result()
}

// read takes one document, whichever tool it belongs to.
func (tr *translator) read(doc strictyaml.Value) {
	if !doc.IsMapping() {
		doc.Warn(NotTranslated, "a rule is a mapping (key: value)", "not translated: this is no rule")
		return
	}
	r := &reader{m: doc.Mapping(), used: map[string]bool{}}
	switch from := tr.o.From; {
	case from == Sigma, from == "" && (r.has("detection") || r.has("correlation")):
		tr.readSigma(r)
	case from == ElastAlert, from == "" && r.has("type"):
		tr.readElastAlert(r)
	default:
		doc.Warn(NotTranslated, "a rule of ElastAlert has a type, one of Sigma a detection or a correlation", "not translated: this is no rule of ElastAlert or Sigma")
	}
}

// verify refuses the rules that our own loader refuses, so that what is written
// loads. Others may fail then that refer to them, hence the rounds.
func (tr *translator) verify() {
	for tr.left() > 0 {
		faults, starts := load(tr.text()), tr.starts()
		if len(faults) == 0 {
			return
		}
		left := tr.left()
		for _, f := range faults {
			if i := sort.SearchInts(starts, f.Line+1) - 1; i >= 0 {
				tr.drafts[i].refuseOnce(f)
			}
		}
		if tr.left() == left { // a fault of no rule: nothing can be written
			for _, d := range tr.drafts {
				d.refuseOnce(faults[0])
			}
		}
	}
}

// left is how many rules are not refused.
func (tr *translator) left() int {
	n := 0
	for _, d := range tr.drafts {
		if d.refused == "" {
			n++
		}
	}
	return n
}

// starts are the lines of the text in which the drafts begin.
func (tr *translator) starts() []int {
	out := make([]int, len(tr.drafts))
	line := 1 + strings.Count(ruleFile(tr.lists(), nil), "\n")
	for i, d := range tr.drafts {
		out[i] = line
		line += strings.Count(d.text(), "\n") + 1
	}
	return out
}

// refuseOnce refuses a rule for a fault of it in our language.
func (d *draft) refuseOnce(f strictyaml.Fault) {
	if d.refused == "" {
		d.refuse(d.at, "the rule would not load: %s", reason(f))
	}
}

// refuseFaulty refuses the rules that have errors in their own file: what of them
// was read is not all.
func (tr *translator) refuseFaulty() {
	err, ok := tr.faults.Err().(strictyaml.Errors)
	if !ok {
		return
	}
	for _, f := range err {
		var of *draft
		for _, d := range tr.drafts {
			if d.at.File() == f.File && d.at.Line() <= f.Line && (of == nil || d.at.Line() > of.at.Line()) {
				of = d
			}
		}
		if of != nil && of.refused == "" {
			of.refused = f.Msg
		}
	}
}

// load is what our loader finds wrong with a rule file.
func load(file string) strictyaml.Errors {
	_, _, err := rules.Parse("imported.yaml", []byte(file), rules.Options{})
	faults, ok := err.(strictyaml.Errors)
	if err != nil && !ok {
		return strictyaml.Errors{{Msg: err.Error()}}
	}
	return faults
}

// reason is a fault without its place in a file that nobody sees.
func reason(f strictyaml.Fault) string {
	if f.Path == "" {
		return f.Msg
	}
	return f.Path + ": " + f.Msg
}

// text is the whole rule file.
func (tr *translator) text() string { return ruleFile(tr.lists(), tr.drafts) }

// lists are the long lists of values, which stand above the rules.
func (tr *translator) lists() string {
	var b strings.Builder
	for _, d := range tr.drafts {
		if d.refused != "" {
			continue
		}
		for _, l := range d.lists {
			b.WriteString("  " + l.key + ": " + inline(l.value, false) + "\n")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "lists:\n" + b.String()
}

func ruleFile(lists string, drafts []*draft) string {
	var b strings.Builder
	b.WriteString("version: 1\n" + lists + "rules:\n")
	for i, d := range drafts {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(d.text())
	}
	return b.String()
}

func (tr *translator) result() *Result {
	res := &Result{Found: tr.faults.Sorted(), Rules: tr.left()}
	left := map[string]bool{} // a place of which two things are told counts once
	for _, f := range res.Found {
		switch f.Code {
		case Differs, Verify, Elsewhere:
			res.Notes++
		default:
			left[fmt.Sprintf("%s:%d", f.File, f.Line)] = true
		}
	}
	res.Left = len(left)
	if res.Rules > 0 {
		res.Text = []byte(tr.text())
	}
	return res
}

var notInID = regexp.MustCompile(`[^a-z0-9_.]+`)

// id makes an identifier of a name, which nothing else has.
func (tr *translator) id(name string) string {
	base := strings.Trim(notInID.ReplaceAllString(strings.ToLower(name), "-"), "-.")
	if len(base) > 80 {
		base = strings.TrimRight(base[:80], "-.")
	}
	if base == "" {
		base = "imported"
	}
	id := base
	for i := 2; tr.ids[id]; i++ {
		id = fmt.Sprintf("%s-%d", base, i)
	}
	tr.ids[id] = true
	return id
}

// reader is a mapping of the other tool that knows which keys were read.
type reader struct {
	m    *strictyaml.Mapping
	used map[string]bool
}

func (r *reader) get(name string) strictyaml.Value {
	r.used[name] = true
	return r.m.Get(name)
}

// text is the text of a key, "" when it is not there.
func (r *reader) text(name string) string {
	s, _ := r.get(name).Text()
	return s
}

func (r *reader) has(name string) bool { return r.m.Key(name).There() }

// unread are the keys that nobody asked for, in their order.
func (r *reader) unread() []string {
	var out []string
	for _, key := range r.m.Keys() {
		if !r.used[key] {
			out = append(out, key)
		}
	}
	return out
}
