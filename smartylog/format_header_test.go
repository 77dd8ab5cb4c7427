package smartylog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// rest is what follows the time in these tests.
const rest = " INFO a:1 b[1.c] X y=1"

// Every way in which the time is written gives the second it means.
func TestFormat21_Time(t *testing.T) {
	friday := time.Date(2017, 3, 24, 7, 22, 35, 0, time.UTC).Unix() // 10:22:35 in Moscow
	fourth := time.Date(2017, 3, 4, 7, 22, 35, 0, time.UTC).Unix()
	for text, want := range map[string]struct {
		sec    int64
		offset int
		flags  string
	}{
		"Fri Mar 24 10:22:35+0300 2017":  {friday, 10800, ""},
		"Fri Mar 24 10:22:35+03:00 2017": {friday, 10800, ""},
		"Fri Mar 24 07:22:35Z 2017":      {friday, 0, ""},
		"Fri Mar 24 07:22:35+0000 2017":  {friday, 0, ""},
		"Fri Mar 24 07:22:35-0000 2017":  {friday, 0, ""},
		"Fri Mar 24 12:52:35+0530 2017":  {friday, 19800, ""},
		"Thu Mar 23 21:22:35-1000 2017":  {friday, -36000, ""},
		"Fri Mar 24 10:22:35 2017":       {friday + 10800, 0, "no_offset"},
		"Sat Mar  4 10:22:35+0300 2017":  {fourth, 10800, ""},
		"Sat Mar 4 10:22:35+0300 2017":   {fourth, 10800, ""},
		"Sat Mar 04 10:22:35+0300 2017":  {fourth, 10800, ""},
		"Mon Mar 24 10:22:35+0300 2017":  {friday, 10800, "weekday_mismatch"},
		"Fri Mar 24 10:22:60+0300 2017":  {friday + 25, 10800, ""},
		"Sat Dec 31 23:59:60+0000 2016":  {time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), 0, ""},
		"Mon Feb 29 00:00:00+0000 2016":  {time.Date(2016, 2, 29, 0, 0, 0, 0, time.UTC).Unix(), 0, ""},
	} {
		r := one(t, text+rest+"\n")
		if r.Sec != want.sec || r.Offset != want.offset || flagsOf(r) != want.flags || r.Event != "X" {
			t.Errorf("%s: second %d offset %d flags %q event %q, want %+v", text, r.Sec, r.Offset, flagsOf(r), r.Event, want)
		}
	}
}

// A leap second first does not hide that the weekday is wrong.
func TestFormat21_WeekdayAfterLeapSecond(t *testing.T) {
	records := readAll(t, []byte("Mon Mar 24 10:22:60+0300 2017"+rest+"\nMon Mar 24 10:23:00+0300 2017"+rest+"\n"), smartylog.Options{})
	for _, r := range records {
		if !r.Flags.Has(smartylog.WeekdayMismatch) {
			t.Errorf("%s: flags %v, want weekday_mismatch", r.Raw[:24], r.Flags.Names())
		}
	}
}

// What strftime prints under Russian locales: glibc old and new, macOS, CLDR;
// UTF-8 and cp1251; on a line of its own, after a byte order mark and glued.
func TestFormat21_RussianNames(t *testing.T) {
	days := map[time.Weekday][]string{
		time.Monday: {"Пн", "пн", "Пнд", "ПН"}, time.Tuesday: {"Вт", "вт", "Втр"}, time.Wednesday: {"Ср", "ср", "Срд"},
		time.Thursday: {"Чт", "чт", "Чтв"}, time.Friday: {"Пт", "пт", "Птн", "Пт."}, time.Saturday: {"Сб", "сб", "Сбт"}, time.Sunday: {"Вс", "вс", "Вск"},
	}
	months := [...][]string{
		{"янв", "Янв", "янв.", "января"}, {"фев", "Фев", "февр.", "февраля"}, {"мар", "Мар", "марта"}, {"апр", "Апр", "апреля"},
		{"май", "мая", "Май", "Мая"}, {"июн", "Июн", "июня"}, {"июл", "Июл", "июля"}, {"авг", "Авг", "августа"},
		{"сен", "Сен", "сент.", "сентября"}, {"окт", "Окт", "октября"}, {"ноя", "Ноя", "нояб.", "ноября"}, {"дек", "Дек", "декабря"},
	}
	for at := time.Date(2017, 1, 1, 10, 22, 35, 0, time.UTC); at.Year() == 2017; at = at.AddDate(0, 0, 1) {
		dayNames, monthNames := days[at.Weekday()], months[at.Month()-1]
		text := fmt.Sprintf("%s %s %02d 10:22:35+0000 2017", dayNames[at.Day()%len(dayNames)], monthNames[at.YearDay()%len(monthNames)], at.Day()) + rest
		for _, before := range []string{"", "\xEF\xBB\xBF", head + "A b='"} {
			records := readAll(t, []byte(before+text+"\n"), smartylog.Options{})
			if r := records[len(records)-1]; r.Sec != at.Unix() || r.Event != "X" || r.Flags.Has(smartylog.WeekdayMismatch) {
				t.Errorf("%q: second %d flags %v, want %d", before+text, r.Sec, r.Flags.Names(), at.Unix())
			}
		}
		if r := one(t, cp1251(text)); r.Sec != at.Unix() || r.Event != "X" {
			t.Errorf("cp1251 %q: second %d flags %v, want %d", text, r.Sec, r.Flags.Names(), at.Unix())
		}
	}
}

// cp1251 encodes the letters from А to я.
func cp1251(s string) string {
	var b []byte
	for _, r := range s {
		if r >= 'А' && r <= 'я' {
			r += 0xC0 - 'А'
		}
		b = append(b, byte(r))
	}
	return string(b)
}

// Words that are no months or weekdays begin no record.
func TestFormat21_NoTimes(t *testing.T) {
	for _, text := range []string{
		"Пон мар 24 10:22:35+0300 2017", "Птица мар 24 10:22:35+0300 2017", "Пт мрт 24 10:22:35+0300 2017", "Fry Mar 24 10:22:35+0300 2017",
		"Fri Mat 24 10:22:35+0300 2017", "Fri Mar 10:22:35+0300 2017", "Fri Mar 24 10:22+0300 2017", "Fri Mar 24 10:22:35+0300 17",
		"Fri Mar 24 10.22.35+0300 2017", "Fri, Mar 24 10:22:35+0300 2017", "[Fri Mar 24 10:22:35 2017]", "fri mar 24 10:22:35+0300 2017",
	} {
		records := readAll(t, []byte(head+"A\n"+text+rest+"\n"), smartylog.Options{})
		if len(records) != 1 || !strings.Contains(records[0].Text(), text[:3]) {
			t.Errorf("%q: %d records, text %q; want it to continue the record before", text, len(records), records[0].Text())
		}
	}
}

// Levels, modules, functions and threads of any shape.
func TestFormat21_Parts(t *testing.T) {
	const stamp = "Fri Mar 24 10:22:35+0300 2017 "
	for text, want := range map[string]struct {
		smartylog.Header
		event, message string
	}{
		"WARN a:1 b[1.c] X":                               {Header: smartylog.Header{Level: "WARN", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"NOTICE a:1 b[1.c] X":                             {Header: smartylog.Header{Level: "NOTICE", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"Level 15 a:1 b[1.c] X":                           {Header: smartylog.Header{Level: "Level 15", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"Level -5 a:1 b[1.c] X":                           {Header: smartylog.Header{Level: "Level -5", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"debug a:1 b[1.c] X":                              {Header: smartylog.Header{Level: "debug", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"TRACE_2 a:1 b[1.c] X":                            {Header: smartylog.Header{Level: "TRACE_2", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"E a:1 b[1.c] X":                                  {Header: smartylog.Header{Level: "E", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"INFO a:0 <module>[1.c] X":                        {Header: smartylog.Header{Level: "INFO", Module: "a", Function: "<module>", PID: 1, Thread: "c"}, event: "X"},
		"INFO a:7 <lambda>[1.c] X":                        {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 7, Function: "<lambda>", PID: 1, Thread: "c"}, event: "X"},
		"INFO (unknown file):0 (unknown function)[1.c] X": {Header: smartylog.Header{Level: "INFO", Module: "(unknown file)", Function: "(unknown function)", PID: 1, Thread: "c"}, event: "X"},
		"INFO a.b-c:1 b[1.c] X":                           {Header: smartylog.Header{Level: "INFO", Module: "a.b-c", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"INFO a:1 b[1.MainThread] X":                      {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "MainThread"}, event: "X"},
		"INFO a:1 b[1.Dummy-1] X":                         {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "Dummy-1"}, event: "X"},
		"INFO a:1 b[1.ThreadPoolExecutor-0_1] X":          {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "ThreadPoolExecutor-0_1"}, event: "X"},
		"INFO a:1 b[1.Thread-7 (worker)] X":               {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "Thread-7 (worker)"}, event: "X"},
		"INFO a:1 b[1.Thread-7 (<lambda>)] X":             {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "Thread-7 (<lambda>)"}, event: "X"},
		"INFO a:1 b[1.Поток 7] X":                         {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "Поток 7"}, event: "X"},
		"INFO a:1 b[1.] X":                                {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1}, event: "X"},
		"INFO a:1 b[1.pool [a]] X":                        {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "pool [a]"}, event: "X"},
		"INFO a:1 b[1.pool [a] b] X y=1":                  {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "pool [a] b"}, event: "X"},
		"INFO a:1 b[1.pool] [b] LOGIN_SUCCESS":            {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "pool] [b"}, event: "LOGIN_SUCCESS"},
		"INFO a:1 b[1.c] Internal Error: [x] FOO":         {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, message: "Internal Error: [x] FOO"},
		"INFO a:1 b[1.c] [hydra] timeout":                 {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, message: "[hydra] timeout"},
		"INFO a:1 b[1.c] Ошибка: [a] LOGIN_SUCCESS":       {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, message: "Ошибка: [a] LOGIN_SUCCESS"},
		"INFO a:1 b[1.c]":                                 {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}},
		"INFO a:1 b[1.c] ":                                {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}},
		"INFO     a:1 b[1.c] X":                           {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"    INFO a:1 b[1.c] X":                           {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"INFO a:1     b[1.c] X":                           {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"INFO a:1 b[1.c]    X y=1":                        {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "c"}, event: "X"},
		"INFO a:1 b[1.pool [a]]  X":                       {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "pool [a]"}, event: "X"},
		"INFO a:1 b[None.c] X":                            {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", Thread: "c"}, event: "X"},
		"Level 15     a:1 b[None.None]  X":                {Header: smartylog.Header{Level: "Level 15", Module: "a", Line: 1, Function: "b", Thread: "None"}, event: "X"},
		"INFO a:1 b[1.\xff\xfe] X":                        {Header: smartylog.Header{Level: "INFO", Module: "a", Line: 1, Function: "b", PID: 1, Thread: "яю"}, event: "X"},
	} {
		for _, end := range []string{"\n", "\r\n"} {
			r := one(t, stamp+text+end)
			if glued := readAll(t, []byte(head+"A a=1 "+stamp+text+end), smartylog.Options{}); len(glued) != 2 || glued[1].Event != r.Event {
				t.Errorf("%q in the middle of a line: %q", text, events(glued))
			}
			if diff := cmp.Diff(want.Header, r.Header()); diff != "" {
				t.Errorf("%q (-want +got):\n%s", text, diff)
			}
			if r.Event != want.event || r.Text() != want.message || r.Level() != want.Level {
				t.Errorf("%q: event %q text %q level %q, want %q %q %q", text, r.Event, r.Text(), r.Level(), want.event, want.message, want.Level)
			}
		}
	}
}

// Colours wherever a formatter puts them, marks and holes change nothing.
func TestFormat21_Decoration(t *testing.T) {
	const on, off = "\x1b[1;31m", "\x1b[0m"
	plain := one(t, "Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630.Thread-3] LOGIN_ERROR reason='x' params={'a': 1}\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\nKeyError: 'x'\n")
	for name, text := range map[string]string{
		"all of it":         on + "Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630.Thread-3] LOGIN_ERROR reason='x' params={'a': 1}\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\nKeyError: 'x'" + off + "\n",
		"every part":        on + "Fri Mar 24 10:22:35+0300 2017" + off + " " + on + "ERROR" + off + " " + on + "api:621" + off + " " + on + "get" + off + "[83630.Thread-3] " + on + "LOGIN_ERROR" + off + " " + on + "reason" + off + "='x' params={'a': 1}" + off + "\n" + on + "Traceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\nKeyError: 'x'" + off + "\n",
		"level":             "Fri Mar 24 10:22:35+0300 2017 " + on + "ERROR" + off + " api:621 get[83630.Thread-3] LOGIN_ERROR reason='x' params={'a': 1}\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\nKeyError: 'x'\n",
		"values":            "Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630.Thread-3] LOGIN_ERROR" + off + " reason=" + on + "'x'" + off + " " + on + "params=" + off + on + "{'a': 1}" + off + "\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\nKeyError: 'x'\n",
		"message":           "Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630.Thread-3] " + on + "LOGIN_ERROR reason='x' params={'a': 1}" + off + "\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\nKeyError: 'x'\n",
		"before the thread": "Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630." + on + "Thread-3" + off + "]" + on + " LOGIN_ERROR" + off + " reason='x' params={'a': 1}" + off + "\r\nTraceback (most recent call last):\r\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\r\nKeyError: 'x'\r\n",
		"byte order mark":   "\xEF\xBB\xBFFri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630.Thread-3] LOGIN_ERROR reason='x' params={'a': 1}\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\nKeyError: 'x'\n",
		"NULs":              strings.Repeat("\x00", 5000) + "Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630.Thread-3] LOGIN_ERROR reason='x'\x00 params={'a': 1}\x00\x00\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/a.py\", line 1, in f\nKeyError: 'x'\n",
	} {
		for _, before := range []string{"", head + "A a=1\n", head + "A a='x'", "Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630.Thread-3] LOGIN_ERROR reason='y'\n"} {
			records := readAll(t, []byte(before+text), smartylog.Options{})
			got := records[len(records)-1]
			if before != "" {
				if first := records[0]; len(records) != 2 || len(first.Decode().Pairs) != 1 || first.Flags&smartylog.PartialValue != 0 {
					t.Errorf("%s after %q: the record before it reads %s", name, before, first.AppendJSON(nil, false))
				}
			}
			got.Log, got.File, got.Pos = plain.Log, plain.File, plain.Pos
			got.Flags &^= smartylog.Glued
			if diff := cmp.Diff(string(plain.AppendJSON(nil, false)), strings.ReplaceAll(string(got.AppendJSON(nil, false)), `\r\n`, `\n`)); diff != "" {
				t.Errorf("%s after %q (-want +got):\n%s", name, before, diff)
			}
		}
	}
}

// A hole of a sparse file belongs to no record, however long it is.
func TestFormat21_Hole(t *testing.T) {
	for _, size := range []int{1, 100, 5000, 200 << 10, 700 << 10, 3 << 20} {
		text := head + "A a=1\n" + strings.Repeat("\x00", size) + head + "B b=2\n"
		s := smartylog.NewScanner(strings.NewReader(text), 0, smartylog.Options{})
		var got []string
		rec := new(smartylog.Record)
		for s.Next(rec) == nil {
			got = append(got, seen(rec)+string(rec.Raw))
		}
		for s.Flush(rec) {
			got = append(got, seen(rec)+string(rec.Raw))
		}
		want := []string{`A {"a":1} ` + head + "A a=1\n", `B {"b":2} ` + head + "B b=2\n"}
		if diff := cmp.Diff(want, got); diff != "" || s.Skipped() != int64(size) {
			t.Errorf("%d NULs, %d skipped (-want +got):\n%.2000s", size, s.Skipped(), diff)
		}
	}
}

// So does one in the middle of a line.
func TestFormat21_HoleWithinLine(t *testing.T) {
	for _, size := range []int{1, 600, 900, 3000, 4096, 300_000} {
		for _, before := range []string{"A a='x'", "A a='x'\nnote"} {
			text := head + before + strings.Repeat("\x00", size) + head + "B b=2" + strings.Repeat("\x00", size) + "\xEF\xBB\xBF" + head + "C\n"
			records := readAll(t, []byte(text), smartylog.Options{})
			var got []string
			for _, r := range records {
				got = append(got, string(r.Raw)+strings.Join(r.Flags.Names(), " "))
			}
			want := []string{head + before, head + "B b=2glued", "\xEF\xBB\xBF" + head + "C\nglued"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d NULs after %q (-want +got):\n%.2000s", size, before, diff)
			}
		}
	}
}

// The longest name of a thread that is read; a header with a longer one is none.
func TestHeader_LongestThread(t *testing.T) {
	for n, ok := range map[int]bool{1: true, 127: true, 128: false} {
		r := one(t, "Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1."+strings.Repeat("t", n)+"] X\n")
		if r.HasTime() != ok || ok && len(r.Header().Thread) != n {
			t.Errorf("a thread's name of %d bytes: header %v, flags %v", n, r.Header(), r.Flags.Names())
		}
	}
}
