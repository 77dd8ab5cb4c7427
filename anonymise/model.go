package anonymise

import (
	"strings"
)

// harmlessModels are classes of Smarty whose names are business data, folded.
var harmlessModels = wordSet(`channel epgchannel epgsource tariff tariffs streamservice program programme epgprogram genre category
	videogenre radio video movie film season episode package service datacenter clientplaydevice playdevice devicetype language country
	currency camera stream multicast bundle banner application app theme icon timezone dsttzinfo statictzinfo utc`)

// personModels are classes whose objects are people, or contracts with them.
var personModels = wordSet(`account customer user contract subscriber abonement profile manager person simplelazyobject`)

// model is the beginning of "<Account: 100245 (…)>".
var model = lazy(`^<([A-Za-z_][\w.]*): `)

// object finds what to replace in what prints as <…>: the names of models, and
// the values in requests and in XML.
func (r *rewriter) object(c Class, name, s string) []edit {
	if c == Verbatim {
		return nil
	}
	m := model.FindStringSubmatch(s)
	if m == nil || !strings.HasSuffix(s, ">") {
		return r.scan(s, true, c)
	}
	body := s[len(m[0]) : len(s)-1]
	return moved(r.model(c, m[1], body), len(m[0]))
}

// model finds what to replace in the body of a model's repr.
func (r *rewriter) model(c Class, class, body string) []edit {
	folded := strings.ToLower(class[strings.LastIndexByte(class, '.')+1:])
	switch {
	case strings.HasPrefix(body, "<"):
		return r.object(c, "", body)
	case c == Hidden:
		return r.whole(Hidden, body)
	case strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") && strings.HasSuffix(class, "Set"):
		return r.scan(body, true, Nested)
	case harmlessModels[folded]:
		return r.patterns(body, 0, len(body), strong)
	case strings.Contains(folded, "request") || strings.Contains(folded, "response"):
		return r.scan(body, true, Unknown)
	case folded == "client" || folded == "provider" || folded == "operator":
		return r.label(Operator, body)
	case personModels[folded] || c == Person || c == ID:
		return r.label(Person, body)
	}
	return r.label(Unknown, body)
}

// numbered is "100245 (Иван Петров)", or Django's own "Account object (5)".
var numbered = lazy(`^(\S+)( \()(.+)\)$`)

var plainObject = lazy(`^\w+ object(?: \((\d+)\))?$`)

// label replaces how an object is called: its number and its name.
func (r *rewriter) label(c Class, s string) []edit {
	if m := plainObject.FindStringSubmatchIndex(s); m != nil {
		if m[2] < 0 {
			return nil
		}
		return moved(r.whole(ID, s[m[2]:m[3]]), m[2])
	}
	m := numbered.FindStringSubmatchIndex(s)
	if m == nil {
		return r.whole(c, s)
	}
	first := c
	if c == Person && hasDigit(s[:m[3]]) {
		first = ID
	}
	return append(r.whole(first, s[:m[3]]), moved(r.whole(c, s[m[6]:m[7]]), m[6])...)
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }
