package importer

import (
	"fmt"
	"strings"
)

// anyRule: every record is an alert.
func (e *elastRule) anyRule() {
	e.selectRecords()
	e.single()
}

// single writes a rule whose records are alerts one by one.
func (e *elastRule) single() {
	e.message(e.realert())
	e.d.differs("mode", e.r.get("type"), "records of one second and one group are one alert, which has their number")
}

// compareKeys are the fields of compare_key.
func (e *elastRule) compareKeys() []string {
	v := e.r.get("compare_key")
	var out []string
	for _, s := range v.Texts() {
		out = append(out, e.tr.o.Map.field(s))
	}
	if len(out) == 0 {
		e.d.refuse(v, "compare_key is missing")
	}
	return out
}

// listed is the condition that compare_key is in the list under a key.
func (e *elastRule) listed(key string) (string, node, bool) {
	fields, v := e.compareKeys(), e.r.get(key)
	if len(fields) != 1 {
		e.d.refuse(e.r.get("compare_key"), "%s compares one field", key)
		return "", node{}, false
	}
	var items []string
	for _, item := range v.List() {
		lit, ok := literal(item)
		if strings.HasPrefix(item.Raw(), "!file") || !ok {
			e.d.refuse(item, "entries of %s must be written out", key)
			return "", node{}, false
		}
		items = append(items, lit)
	}
	if len(items) == 0 {
		e.d.refuse(v, "%s is empty", key)
		return "", node{}, false
	}
	n := leaf(fields[0], mark)
	n.items = items
	return fields[0], n, true
}

func (e *elastRule) blacklist() {
	if _, in, ok := e.listed("blacklist"); ok {
		e.selectRecords(in)
		e.single()
	}
}

func (e *elastRule) whitelist() {
	field, in, ok := e.listed("whitelist")
	if !ok {
		return
	}
	ignore, _ := e.r.get("ignore_null").Bool()
	if ignore {
		e.selectRecords(leaf(field, mark+" != nil"), not(in))
	} else {
		e.selectRecords(not(in))
	}
	e.single()
}

// change: this record's values against those of the one before it.
func (e *elastRule) change() {
	fields := e.compareKeys()
	ignore, _ := e.r.get("ignore_null").Bool()
	var extra []node
	if ignore {
		for _, f := range fields {
			extra = append(extra, leaf(f, mark+" != nil"), leaf(f, mark+` != ""`))
		}
	}
	e.selectRecords(extra...)
	if ignore {
		e.d.differs("match", e.r.get("ignore_null"), "ElastAlert ignores 0 as well")
	}
	if e.r.has("timeframe") {
		e.d.refuse(e.r.get("timeframe"), "a change that counts only within a timeframe has no counterpart: without timeframe the rule can be translated")
		return
	}
	var parts []string
	for _, f := range fields {
		p := e.d.path(f, "condition", e.r.get("compare_key"))
		parts = append(parts, fmt.Sprintf("last.%s != prev.%s", p, p))
	}
	changed := strings.Join(parts, " or ")
	if len(parts) > 1 {
		changed = "(" + changed + ")"
	}
	e.d.set("condition", text("prev.time != nil and "+changed))
	e.message(e.realert())
}

func (e *elastRule) frequency() {
	v := e.r.get("num_events")
	n, ok := whole(v, 1, 1<<40)
	if !ok {
		e.d.refuse(v, "num_events is missing or no number")
		return
	}
	if !e.needTimeframe() {
		return
	}
	e.selectRecords()
	e.d.set("condition", text(fmt.Sprintf("count >= %d", n)))
	e.message(e.realert())
	e.d.differs("mode", v, "an alert is a single message, as ElastAlert's are; without mode and cooldown it lasts and is resolved")
	if e.window > exactWindow {
		e.d.differs("mode", e.r.get("timeframe"), "as the record that completes it counts from the end of its minute on, the message comes with the next one")
	}
	if e.realert() > 0 {
		e.d.differs("cooldown", e.r.get("realert"), "ElastAlert empties the window at each match it keeps quiet about; here those records stay in the window")
	}
}

// flatline: fewer records than a threshold.
func (e *elastRule) flatline() {
	v := e.r.get("threshold")
	n, ok := whole(v, 1, 1<<40)
	if !ok {
		e.d.refuse(v, "threshold is missing or no number above 0")
		return
	}
	if !e.needTimeframe() {
		return
	}
	e.selectRecords()
	e.d.set("condition", text(fmt.Sprintf("count < %d", n)))
	e.d.set("absence", scalar("true"))
	e.state()
	if len(e.groups) == 0 {
		e.d.set("groups", []pair{{"expect", text("all")}})
	}
	forget := e.r.get("forget_keys")
	if on, _ := forget.Bool(); on {
		e.d.differs("absence", forget, "forget_keys: ElastAlert forgets a key with its first alert; here its alert lasts until the key is back")
	} else if len(e.groups) > 0 {
		e.d.differs("absence", v, "ElastAlert never forgets a key; here one is forgotten after 24h without a record unless it fires (groups.forget_after)")
	}
}
