package importer

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// sigmaRules are the rules of Sigma in all files, which refer to each other.
type sigmaRules struct {
	list   []*sigmaRule
	byName map[string][]*sigmaRule // by name or id
}

// sigmaRule is a detection or a correlation.
type sigmaRule struct {
	tr          *translator
	r           *reader
	title, name string
	uuid        string
	d           *draft
	where       node   // of a detection
	log         string // of a detection
	at          strictyaml.Value
	correlation *reader // nil for a detection
	alone       bool    // written as a rule of its own
	written     bool
	refs        []strictyaml.Value // of a correlation: the names of its rules
}

// readSigma takes a rule down; correlate writes it, when all are known.
func (tr *translator) readSigma(r *reader) {
	s := &sigmaRule{tr: tr, r: r, at: r.m.Value(), title: r.text("title"), name: r.text("name"), uuid: r.text("id"), alone: true}
	if s.title == "" {
		s.title = s.name
	}
	what := "Sigma rule"
	if v := r.get("correlation"); v.There() && v.IsMapping() {
		s.correlation = &reader{m: v.Mapping(), used: map[string]bool{}}
		s.refs = s.correlation.get("rules").List()
		what = "Sigma correlation of type " + s.correlation.text("type")
	}
	s.d = tr.draft(s.at, what, s.title)
	tr.sigma.add(s)
	switch action := r.get("action"); {
	case action.There():
		s.d.refuse(action, "collections by action are no longer part of Sigma")
	case s.correlation == nil && !r.has("detection"):
		s.d.refuse(s.at, "it has neither a detection nor a correlation")
	case s.correlation == nil:
		s.readDetection()
	}
}

// find is the rule that a correlation names by its name or id. Of several one in
// the same file is meant, else the first.
func (rs *sigmaRules) find(name, file string) *sigmaRule {
	found := rs.byName[name]
	for _, s := range found {
		if s.at.File() == file {
			return s
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

func (rs *sigmaRules) add(s *sigmaRule) {
	rs.list = append(rs.list, s)
	if rs.byName == nil {
		rs.byName = map[string][]*sigmaRule{}
	}
	for _, name := range []string{s.name, s.uuid} {
		if name != "" && !slices.Contains(rs.byName[name], s) {
			rs.byName[name] = append(rs.byName[name], s)
		}
	}
}

// correlate writes all rules of Sigma. A detection that a correlation refers to
// is written only where that says generate, or needs its alerts.
func (tr *translator) correlate() {
	tr.decideAlone()
	for _, s := range tr.sigma.list {
		if s.correlation != nil && s.alone {
			s.writeCorrelation(0)
		}
	}
	for _, s := range tr.sigma.list {
		switch {
		case s.correlation == nil && s.alone:
			s.writeDetection()
		case s.correlation != nil && !s.written:
			if s.inCycle() {
				s.d.refuse(s.at, "correlations refer to each other in a circle")
			}
		}
	}
	used := tr.usedRules()
	for _, s := range tr.sigma.list {
		if s.d.refused == "" && !s.alone && !used[s] {
			s.d.refuse(s.at, "only correlations that are not translated refer to it")
		}
	}
	tr.refuseFaulty()
	tr.drafts = slices.DeleteFunc(tr.drafts, func(d *draft) bool { return d.refused == "" && len(d.entries) == 0 })
}

// decideAlone finds the rules that are there for correlations only.
func (tr *translator) decideAlone() {
	for _, generated := range []bool{false, true} { // one that generates is enough
		for _, s := range tr.sigma.list {
			if s.correlation == nil || s.generates() != generated {
				continue
			}
			for _, v := range s.refs {
				if of := tr.sigma.find(v.Raw(), v.File()); of != nil {
					of.alone = generated
				}
			}
		}
	}
}

// usedRules are those that a correlation which was translated refers to.
func (tr *translator) usedRules() map[*sigmaRule]bool {
	out := map[*sigmaRule]bool{}
	for _, of := range tr.sigma.list {
		if of.correlation == nil || of.d.refused != "" {
			continue
		}
		for _, v := range of.refs {
			out[tr.sigma.find(v.Raw(), v.File())] = true
		}
	}
	return out
}

// generates reports whether the rules of a correlation are rules of their own too.
func (s *sigmaRule) generates() bool {
	v := s.correlation.get("generate")
	if own := s.r.get("generate"); own.There() {
		v = own
	}
	on, _ := v.Bool()
	return on
}

// inCycle reports whether a correlation leads back to itself.
func (s *sigmaRule) inCycle() bool {
	seen := map[*sigmaRule]bool{}
	var reaches func(of *sigmaRule) bool
	reaches = func(of *sigmaRule) bool {
		if of == nil || of.correlation == nil || seen[of] {
			return false
		}
		seen[of] = true
		for _, v := range of.refs {
			next := s.tr.sigma.find(v.Raw(), v.File())
			if next == s || reaches(next) {
				return true
			}
		}
		return false
	}
	return reaches(s)
}

// writeDetection writes a rule whose every record is an alert.
func (s *sigmaRule) writeDetection() {
	if s.written || s.d.refused != "" {
		return
	}
	s.written = true
	s.writeHead()
	s.d.selects(s.where, s.log, s.r.get("detection"))
	s.d.set("mode", text("event"))
	s.leftOver()
}

// levels are Sigma's, and the severity that stands for each.
var levels = map[string]string{"critical": "critical", "high": "critical", "medium": "warning", "low": "info", "informational": "info"}

// statuses are Sigma's, and ours.
var statuses = map[string]string{"stable": "stable", "test": "test", "experimental": "test", "deprecated": "disabled", "unsupported": "disabled"}

// writeHead writes what detections and correlations have in common.
func (s *sigmaRule) writeHead() {
	name := s.name
	if name == "" {
		name = s.title
	}
	s.d.identify(s.tr.id(name))
	if s.title != "" {
		s.d.set("name", text(s.title))
	}
	if t := s.r.text("description"); t != "" {
		s.d.set("description", text(t))
	}
	if v := s.r.get("status"); v.There() {
		if ours, ok := statuses[v.Raw()]; ok {
			s.d.set("status", text(ours))
		} else {
			s.d.left(v, "the status %q", v.Raw())
		}
		if v.Raw() == "test" || v.Raw() == "experimental" {
			s.d.differs("status", v, "a rule of status test is evaluated and never notified here")
		}
	}
	if v := s.r.get("level"); v.There() {
		if ours, ok := levels[v.Raw()]; ok {
			s.d.set("severity", text(ours))
		} else {
			s.d.left(v, "the level %q", v.Raw())
		}
	}
	s.writeTexts()
}

// writeTexts writes the annotations.
func (s *sigmaRule) writeTexts() {
	if s.title != "" {
		s.d.add("annotations", "summary", text(literalText(s.title)))
	}
	for _, t := range []struct{ key, name string }{{"falsepositives", "false_positives"}, {"references", "references"}, {"tags", "tags"}} {
		v := s.r.get(t.key)
		if !v.There() {
			continue
		}
		if list := v.Texts(); len(list) > 0 {
			s.d.add("annotations", t.name, text(literalText(strings.Join(list, ", "))))
		}
	}
	if s.uuid != "" {
		s.d.add("annotations", "sigma_id", text(literalText(s.uuid)))
	}
}

// about are keys that tell of the rule's making and change nothing.
var about = []string{"author", "date", "modified", "license", "related", "taxonomy", "fields", "scope", "sigma-version"}

// leftOver tells of every key that was not read.
func (s *sigmaRule) leftOver() {
	for _, key := range s.r.unread() {
		at := s.r.m.Key(key)
		if slices.Contains(about, key) {
			s.d.elsewhere(at, "%s: it tells of the rule's making, the original keeps it", key)
			continue
		}
		s.d.left(at, "%s", key)
	}
	if s.correlation == nil {
		return
	}
	for _, key := range s.correlation.unread() {
		s.d.left(s.correlation.m.Key(key), "correlation.%s", key)
	}
}
