package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/internal/growth"
	"github.com/smarty-alert/smarty-alert/rules"
)

const (
	hostileRule = "rules:\n- id: a\n  event: LOGIN_ERROR\n"
	mebibyte    = 1 << 20
)

// repeated writes one line for each of n numbers, below a first one.
func repeated(first, format string, n int) string {
	var b strings.Builder
	b.WriteString(first)
	for i := range n {
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(format, "%+", fmt.Sprint(i+1)), "%d", fmt.Sprint(i)))
	}
	return b.String()
}

func many(s string, n int) string { return strings.Repeat(s, n) }

// hostile are files that somebody wrote to make the program slow, large or wrong,
// and a word of what is said about each; "": it is a valid file.
var hostile = map[string]struct{ text, want string }{
	"brackets":             {many("[", 100_000), "max depth"},
	"brackets closed":      {"rules: " + many("[", 100_000) + many("]", 100_000), "max depth"},
	"braces":               {"rules: " + many("{a: ", 100_000), "max depth"},
	"dashes":               {many("- ", 100_000) + "x\n", "max depth"},
	"9000 brackets":        {"rules: " + many("[", 9_000) + many("]", 9_000), "is a list"},
	"parentheses":          {hostileRule + "  match: '" + many("(", 100_000) + "1" + many(")", 100_000) + "'\n", "longer than"},
	"30,000 parentheses":   {hostileRule + "  match: '" + many("(", 15_000) + "1" + many(")", 15_000) + "'\n", "true or false"},
	"nots":                 {hostileRule + "  match: '" + many("not ", 8_000) + "true'\n", "maximum allowed nodes"},
	"minuses":              {hostileRule + "  match: '" + many("-", 30_000) + "1 > 0'\n", "maximum allowed nodes"},
	"steps of a path":      {hostileRule + "  match: params" + many(".a", 10_000) + " == 1\n", "maximum allowed nodes"},
	"open lists":           {hostileRule + "  match: '" + many("[", 30_000) + "'\n", "too early"},
	"long and":             {hostileRule + "  match: " + many("pid > 1 and ", 2_000) + "pid > 1\n", "maximum allowed nodes"},
	"text of 1 MiB":        {hostileRule + "  match: 'reason == \"" + many("x", mebibyte) + "\"'\n", "longer than"},
	"pattern of 1 MiB":     {hostileRule + "  match: 'reason matches \"" + many("(a|b)", 200_000) + "\"'\n", "longer than"},
	"pattern of 30 KiB":    {hostileRule + "  match: 'reason matches \"" + many("(a|b)", 6_000) + "\"'\n", "pattern is longer"},
	"counted repetitions":  {hostileRule + "  match: 'reason matches \"(a{1000}){1000}\"'\n", "1000"},
	"nested repetitions":   {hostileRule + "  match: 'reason matches \"((((a{10}){10}){10}){10}){10}\"'\n", "1000"},
	"many repetitions":     {hostileRule + "  match: 'reason matches \"" + many("(a{1,100}b?){9}", 250) + "\"'\n", ""},
	"1000 large patterns":  {repeated("rules:\n", "- {id: a%d, event: LOGIN_ERROR, match: 'reason matches \"(\\pL{10}){90}(\\pL{10}){90}\"'}\n", 1000), ""},
	"doubling fields":      {repeated(hostileRule+"  fields:\n    f0: reason + reason\n", "    f%+: f%d + f%d\n", 49) + "  match: f49 == \"x\"\n", ""},
	"doubling of a var":    {"vars: {x: '" + many("x", 1000) + "'}\n" + hostileRule + "  match: 'reason == " + many("x + ", 400) + "x'\n", ""},
	"long var":             {"vars: {x: '" + many("x", 60_000) + "'}\n" + hostileRule, "longer than"},
	"repeat":               {hostileRule + "  match: 'repeat(\"a\", 1000000000) == reason'\n", "not allowed"},
	"reduce":               {hostileRule + "  match: 'reduce([1], # + #acc) > 1'\n", "not allowed"},
	"map of map":           {hostileRule + "  match: 'map(args, map(args, #)) == nil'\n", "not allowed"},
	"filter":               {hostileRule + "  match: 'len(filter(args, # > 1)) > 1'\n", "not allowed"},
	"range":                {hostileRule + "  match: '1 in 1..1000000000'\n", "ranges"},
	"any of any of any":    {hostileRule + "  match: 'any(params.a, any(#, any(#, # == 1)))'\n", "nested"},
	"10,000 rules":         {repeated("rules:\n", "- id: login-%d\n  event: LOGIN_ERROR\n  group_by: [reason]\n  window: 5m\n  condition: count >= %+\n  annotations: {summary: '{{.Values.count}} failed logins'}\n", 10_000), ""},
	"10,000 bad rules":     {repeated("rules:\n", "- {id: login-%d, event: LOGIN_ERROR, windwo: 5m, condition: cuont >= %d}\n", 10_000), "more errors"},
	"100,000 faults":       {repeated("rules:\n", "- id: a%d\n  evnt: X\n", 100_000), "more errors"},
	"100,000 keys":         {repeated("rules:\n- id: a\n", "  wndow%d: 1\n", 100_000), "more errors"},
	"a million keys":       {repeated("", "k%d: 1\n", 1_000_000), "lines and values"},
	"8 million items":      {"rules: [" + many("a,", 8*mebibyte-10) + "]", "lines and values"},
	"16 MiB of breaks":     {many("\n", 16*mebibyte), "lines and values"},
	"16 MiB of one text":   {hostileRule + "  description: \"" + many("x", 16*mebibyte-100) + "\"\n", ""},
	"16 MiB of expression": {hostileRule + "  match: " + many("x", 16*mebibyte-100) + "\n", "longer than"},
	"16 MiB and more":      {many("# xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", 300_000), "longer than 16 MiB"},
	"billion laughs":       {laughs(), "unknown key"},
	"aliases of events":    {repeated("rules:\n- {id: x, event: &e ["+many("LOGIN_ERROR,", 1000)+"]}\n", "- {id: r%d, event: *e}\n", 2000), "names are written"},
	"aliases of rules":     {"rules:\n- &r {id: a, event: LOGIN_ERROR}\n" + many("- *r\n", 100_000), "reference"},
	"aliases of matches":   {repeated("rules:\n- {id: x, event: LOGIN_ERROR, match: &m \""+many("reason == 'a' or ", 150)+"pid > 1\"}\n", "- {id: r%d, event: LOGIN_ERROR, match: *m}\n", 3000), "KiB together"},
	"alias of itself":      {"rules: &a [*a]\n", "reference"},
	"5,000 vars and rules": {repeated("vars:\n", "  v%d: 1\n", 5000) + repeated("rules:\n", "- {id: r%d, event: LOGIN_ERROR}\n", 5000), ""},
	"list of 200,000":      {"lists: {l: [" + many("a,", 200_000) + "]}\n" + hostileRule, "at most 50000"},
	"list of 40,000":       {"lists: {l: [" + many("a,", 40_000) + "]}\n" + repeated("rules:\n", "- {id: r%d, event: MANAGEMENT_COMMAND_ERROR, match: command in l}\n", 1000), ""},
	"inhibits in a chain":  {repeated("rules:\n", "- {id: r%d, event: LOGIN_ERROR, window: 5m, condition: count > 3, inhibits: [r%+]}\n", 10_000), "no rule has the id"},
	"inhibits of nobody":   {repeated("rules:\n", "- {id: rule-%d, event: LOGIN_ERROR, window: 5m, condition: count > 3, inhibits: [rulle-%d]}\n", 5000), "and 4000 more"},
	"unknown events":       {repeated("rules:\n", "- {id: r%d, event: LOGIN_EROR_%d, windwo: 5m}\n", 10_000), "more errors"},
	"long event":           {hostileRule + "- {id: b, event: '" + many("*a", 50_000) + "'}\n", "longer than"},
	"long key":             {hostileRule + "  " + many("x", 100_000) + ": 1\n", "unknown key"},
	"long cron":            {hostileRule + "  schedule: '" + many("1,", 100_000) + "1 * * * *'\n", "longer than"},
	"cron that never is":   {hostileRule + "  schedule: 0 0 30 2 *\n  window: 5m\n  condition: count > 3\n", "never"},
	"range over a number":  {hostileRule + "  annotations: {summary: '{{range 10000000000}}{{end}}'}\n", "range needs a list"},
	"range over the count": {hostileRule + "  annotations: {summary: '{{range .Count}}{{end}}'}\n", "range needs a list"},
	"range of range":       {hostileRule + "  annotations: {summary: '{{range .Samples}}{{range $.Samples}}{{range $.Samples}}{{end}}{{end}}{{end}}'}\n", "range stands in range"},
	"endless template":     {hostileRule + "  annotations: {summary: '{{define \"a\"}}{{template \"a\" .}}{{end}}{{template \"a\" .}}'}\n", "define"},
	"wide printf":          {hostileRule + "  annotations: {summary: '{{printf \"%1000000000d\" 1}}'}\n", "width"},
	"many printfs":         {hostileRule + "  annotations: {summary: '{{$a := printf \"%999d\" 1}}{{printf \"" + many("%[1]s", 2000) + "\" $a}}'}\n", "too long"},
	"doubling template":    {hostileRule + "  annotations: {summary: '{{$a := \"xxxxxxxx\"}}" + many("{{$a = print $a $a}}", 60) + "'}\n", "too long"},
	"growing template":     {hostileRule + "  annotations: {summary: '{{$a := \"xxxxxxxxxx\"}}" + many("{{$a = reReplaceAll \"x\" \"xxxxxxxxxx\" $a}}", 12) + "'}\n", "too long"},
	"deep template":        {hostileRule + "  annotations: {summary: '" + many("{{if .Count}}", 100_000) + "'}\n", "longer than"},
	"nul":                  {"rules:\x00\n", "control characters"},
	"no UTF-8":             {many("\xff\xfe", mebibyte), "not UTF-8"},
}

func laughs() string {
	var b strings.Builder
	b.WriteString("a: &a [" + many("x,", 9) + "]\n")
	for c := 'b'; c < 'n'; c++ {
		fmt.Fprintf(&b, "%c: &%c [%s]\n", c, c, many("*"+string(c-1)+",", 9))
	}
	return b.String() + "rules: *m\n"
}

// Whatever a file holds, it is read or refused soon: what it costs is counted in
// what is allocated, since time says more of the machine than of the program.
func TestHostileFilesAreBounded(t *testing.T) {
	for name, tc := range hostile {
		t.Run(name, func(t *testing.T) {
			var err error
			work := growth.Of(func() { _, _, err = rules.Parse("r.yaml", []byte(tc.text), rules.Options{}) })
			if work.Bytes > 400*mebibyte || work.Objects > 5_000_000 {
				t.Errorf("%d bytes of rules cost %+v", len(tc.text), work)
			}
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused: %.500s", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("nothing of %q in: %.500s", tc.want, fmt.Sprint(err))
			}
			if err != nil && len(err.Error()) > 2*mebibyte {
				t.Errorf("a report of %d bytes", len(err.Error()))
			}
		})
	}
}

// What was probably meant is looked for among all rules, so only for the first unknown ids.
func TestHostileInhibits_AreCorrectedAHundredTimes(t *testing.T) {
	_, _, err := rules.Parse("r.yaml", []byte(hostile["inhibits of nobody"].text), rules.Options{})
	if n := strings.Count(fmt.Sprint(err), "did you mean"); n != 100 {
		t.Errorf("%d of 5000 unknown ids are corrected", n)
	}
}
