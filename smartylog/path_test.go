package smartylog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

func TestField(t *testing.T) {
	r := one(t, head+"LOGIN_ERROR params={u'abonement': u'100245', 'x-y': [1, {'z': 2}], 5: u'five'} line=7 args=[u'a', u'b'] who=<A: 5> none=None a.b=1\n"+
		"Traceback (most recent call last):\n  File \"/srv/smarty/a.py\", line 3, in f\nKeyError: 'x'\n")
	r.Log, r.Instance = "smarty_accounts", "app1"
	for path, want := range map[string]any{
		"event": "LOGIN_ERROR", "log": "smarty_accounts", "instance": "app1", "level": "DEBUG", "module": "api", "line": int64(621),
		"function": "get", "pid": int64(83630), "thread": "Thread-3", "time": "2017-03-24T07:22:35Z", "text": nil,
		"exception.type": "KeyError", "exception.message": "'x'", "exception.frame": "a.py:3 f",
		"params.abonement": "100245", `params["abonement"]`: "100245", "ctx.params.abonement": "100245", `ctx["line"]`: int64(7), "ctx.line": int64(7),
		`params["x-y"][1].z`: int64(2), "params.x-y[0]": int64(1), "params[5]": "five", "args[0]": "a", "args[-1]": "b", "args[2]": nil, "args.a": nil,
		"who": "<A: 5>", "who.id": nil, "none": nil, "missing": nil, "missing.deep": nil, `ctx["a.b"]`: int64(1), "event.x": nil,
	} {
		p, err := smartylog.ParsePath(path)
		if err != nil {
			t.Errorf("ParsePath(%q): %v", path, err)
			continue
		}
		if got := r.Field(p); got != want {
			t.Errorf("Field(%q) = %v, want %v", path, got, want)
		}
		if p.String() != path {
			t.Errorf("String() = %q, want %q", p.String(), path)
		}
	}
	orphan := one(t, "KeyError: 'x'\n")
	for _, path := range []string{"level", "time", "event", "params.x", "line"} {
		p, _ := smartylog.ParsePath(path)
		if got := orphan.Field(p); got != nil {
			t.Errorf("orphan's %s = %v, want nil", path, got)
		}
	}
}

func TestParsePath_Errors(t *testing.T) {
	for _, path := range []string{"", ".a", "a.", "a..b", "a[", "a[x]", `a["x]`, "a b", "ctx[0]", "exception", "a]"} {
		if p, err := smartylog.ParsePath(path); err == nil {
			t.Errorf("ParsePath(%q) = %v, want an error", path, p)
		}
	}
}

func TestCatalogue(t *testing.T) {
	logs := smartylog.Logs()
	count := map[bool]int{}
	for _, l := range logs {
		count[l.Documented]++
		if l.Title == "" {
			t.Errorf("log %s has no title", l.Stem)
		}
	}
	if diff := cmp.Diff(map[bool]int{true: 14, false: 10}, count); diff != "" {
		t.Errorf("documented logs (-want +got):\n%s", diff)
	}
	kinds := map[string]int{}
	names := map[string]bool{}
	for _, e := range smartylog.Catalogue() {
		if e.Meaning == "" || e.Level == "" || e.Log == "" {
			t.Errorf("event %s lacks meaning, level or log", e.Name)
		}
		for _, f := range e.Fields {
			kinds[f.Kind]++
			if f.Kind == "key" {
				names[f.Name] = true
			}
			if f.Meaning == "" || f.Type == "" {
				t.Errorf("field %s of %s lacks meaning or type", f.Name, e.Name)
			}
			if f.Optional {
				kinds["optional"]++
			}
		}
	}
	// One open set, the locals of records without a name, belongs to no event.
	if diff := cmp.Diff(map[string]int{"key": 149, "traceback": 10, "open_set": 3, "optional": 10}, kinds); diff != "" || len(names) != 57 {
		t.Errorf("%d names, fields by kind (-want +got):\n%s", len(names), diff)
	}
	if e, ok := smartylog.EventByName("login_error"); !ok || e.Name != "LOGIN_ERROR" || e.Log != "smarty_accounts" {
		t.Errorf("EventByName = %+v, %v", e, ok)
	}
	if _, ok := smartylog.EventByName("LOGIN"); ok {
		t.Error("found an event that is not documented")
	}
	for glob, want := range map[string]int{"epg_*": 7, "*_REQUEST_ERROR": 6, "LOGIN_SUCCESS": 1, "[": 0, "*": 52, "x*": 0} {
		if got := len(smartylog.EventsLike(glob)); got != want {
			t.Errorf("EventsLike(%q) finds %d, want %d", glob, got, want)
		}
	}
	if !smartylog.SameValue("account_device_invalid", "account_deivce_invalid") || smartylog.SameValue("a", "b") || !smartylog.SameValue("a", "a") {
		t.Error("SameValue is wrong about the misspelt reason")
	}
}

func TestRecord_Source(t *testing.T) {
	r := smartylog.Record{Log: "smarty_epg"}
	if got := r.Source(); got != "smarty_epg" {
		t.Errorf("Source() = %q", got)
	}
	r.Instance = "app1"
	if got := r.Source(); got != "app1/smarty_epg" {
		t.Errorf("Source() = %q", got)
	}
}

// A clone stays what it was when the scanner goes on.
func TestRecord_Clone(t *testing.T) {
	for _, r := range readAll(t, sampleLog(t), smartylog.Options{}) {
		before := string(r.AppendJSON(nil, true))
		if after := string(r.Clone().AppendJSON(nil, true)); after != before {
			t.Errorf("clone differs:\n got %s\nwant %s", after, before)
		}
	}
}
