package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Language is that of a page.
type Language string

// The languages of pages.
const (
	English Language = "en"
	Russian Language = "ru"
)

// words is the catalogue of one language.
type words struct {
	Lang                                                                                   Language
	Title, Skip, Alerts, AlertList, Messages, PerDay, AtNight, Night, StillFiring          string
	Since, Timeline, TimelineHint, NothingFired, Rules, Rule, Severity, Matched            string
	Groups, Fired, Resolved, Notified, HeldBackCol, Median, Longest, ByDay, Nobody         string
	Receiver, Total, Busiest, AlertsBegan, NoRoutes, Near, NearHint, Condition             string
	EveryRecord, Reached, When, Where, Of, MoreThan, More, NotLongEnough, Never, NeverHint string
	Unread, UnreadHint, Records, Shape, First, OtherShapes, Notes, Late, Future            string
	EvalErrors, TextErrors, MissingGroup, Folded, Evicted, Quarantined, Each               string
	Highest, NoValue, Threshold, ChartHint, Dashed, Shaded, ToEnd, Samples                 string
	Unlisted, Only, TestRule, Made, Bounds, NoRecords, Within, ForAtLeast                  string

	severities [alert.Critical + 1]string
	by         map[string]string
	units      [4]string
	decimal    string
	group      string
	date       string
}

var catalogue = map[Language]*words{
	English: {
		Lang: English, Title: "What the rules would have said", Skip: "Skip to the rules",
		Alerts: "alerts", AlertList: "Alerts", Messages: "messages", PerDay: "a day", AtNight: "at night", Night: "Night is from %d:00 to %d:00, %s",
		StillFiring: "Still firing at the end", Since: "since",
		Timeline: "Timeline of all alerts", TimelineHint: "A bar is the time during which alerts of the rule were on, a narrow one a single message. A name leads to the rule.",
		NothingFired: "No rule fired.",
		Rules:        "Rules", Rule: "Rule", Severity: "Severity", Matched: "Matched", Groups: "Groups", Fired: "Fired", Resolved: "Resolved", Notified: "Messages",
		HeldBackCol: "Held back", Median: "Median", Longest: "Longest",
		ByDay: "By day", Nobody: "Nobody would have been told of anything.", Receiver: "Receiver", Total: "In all", Busiest: "Busiest day", AlertsBegan: "alerts that began",
		NoRoutes: "No routes were given, so nobody can say who would have been told: these are alerts that began. With --config the messages are counted.",
		Near:     "Matched, but never fired", NearHint: "The nearest first. The share is exact: the highest value that any group reached beside the constant that the condition asks for.",
		Condition: "Condition", EveryRecord: "every record", Reached: "Reached", When: "When", Where: "Where", Of: "of", MoreThan: "more than",
		More: "and more must hold", NotLongEnough: "the condition held, but never for %s (times: %s)",
		Never: "Never matched", NeverHint: "No record of these logs counted for these rules. Either all was well, or the log or the event is called something else here.",
		Unread: "Lines that could not be read", UnreadHint: "By their shape (numbers as 0, quoted text as …), the most frequent first.",
		Records: "Records", Shape: "Shape", First: "First", OtherShapes: "other shapes",
		Notes: "Worth knowing", Late: "late records (older than what was final already)", Future: "records from the future (more than 2 minutes ahead of the next one)",
		EvalErrors: "evaluations failed", TextErrors: "texts failed and gave way to the plain one", MissingGroup: "records without a field of group_by",
		Folded: "firing groups beyond max_firing, told of as one", Evicted: "groups over groups.max", Quarantined: "kept failing and was quarantined",
		Each: "Rule by rule", Highest: "highest", NoValue: "nothing was judged", Threshold: "threshold",
		ChartHint: "highest value in each part of the time", Dashed: "The dashed line is the threshold", Shaded: "Red on top: alerts were on",
		ToEnd: "still on", Samples: "Records", Unlisted: "%s more are counted, not listed",
		Only: "one message", TestRule: "status: test, nobody is told",
		Made:      "Made by smarty-alert replay from finished logs. Nothing was sent. Secrets in records are hidden.",
		Bounds:    "Listed are at most %d alerts, %d of one rule, with %d records each, and the charts of %d rules. Totals are of everything.",
		NoRecords: "There was not one record to read.", Within: "in", ForAtLeast: "for",
		severities: [...]string{"", "info", "warning", "critical"},
		by: map[string]string{"cooldown": "by its cooldown", "warmup": "by its warmup", "max_firing": "by max_firing", "silence": "by a silence",
			"inhibition": "by inhibition", "calendar": "by a calendar", "repeat": "by its repeat interval"},
		units: [4]string{"d", "h", "m", "s"}, decimal: ".", group: ",", date: "2006-01-02 15:04:05",
	},
	Russian: {
		Lang: Russian, Title: "Что сказали бы правила", Skip: "Сразу к правилам",
		Alerts: "тревоги", AlertList: "Тревоги", Messages: "сообщения", PerDay: "в сутки", AtNight: "ночью", Night: "Ночь — с %d:00 до %d:00, %s",
		StillFiring: "Не закончились к концу логов", Since: "с",
		Timeline: "Все тревоги по времени", TimelineHint: "Полоса — время, когда у правила были тревоги; узкая — одиночное сообщение. Имя ведёт к правилу.",
		NothingFired: "Ни одно правило не сработало.",
		Rules:        "Правила", Rule: "Правило", Severity: "Важность", Matched: "Записей", Groups: "Групп", Fired: "Сработало", Resolved: "Закончилось", Notified: "Сообщений",
		HeldBackCol: "Удержано", Median: "Медиана", Longest: "Дольше всего",
		ByDay: "По дням", Nobody: "Никому ничего бы не сказали.", Receiver: "Получатель", Total: "Всего", Busiest: "Худший день", AlertsBegan: "начавшиеся тревоги",
		NoRoutes: "Маршруты не заданы, поэтому неизвестно, кому бы сказали: здесь начавшиеся тревоги. С --config считаются сообщения.",
		Near:     "Записи были, но правило не сработало", NearHint: "Сначала самые близкие. Доля точная: наибольшее значение среди всех групп против числа, которого требует условие.",
		Condition: "Условие", EveryRecord: "любая запись", Reached: "Достигнуто", When: "Когда", Where: "Где", Of: "из", MoreThan: "больше чем",
		More: "и должно выполняться ещё кое-что", NotLongEnough: "условие выполнялось, но ни разу не продержалось %s (раз: %s)",
		Never: "Ни одной записи", NeverHint: "Ни одна запись этих логов не подошла этим правилам: либо всё было хорошо, либо лог или событие здесь называется иначе.",
		Unread: "Строки, которые не удалось прочесть", UnreadHint: "По виду (числа — 0, текст в кавычках — …), сначала самые частые.",
		Records: "Записей", Shape: "Вид", First: "Первая", OtherShapes: "прочие",
		Notes: "Стоит знать", Late: "опоздавших записей (старше уже подсчитанного)", Future: "записей из будущего (больше чем на 2 минуты впереди следующей)",
		EvalErrors: "вычислений не удалось", TextErrors: "текстов не вышло, вместо них — простой", MissingGroup: "записей без поля из group_by",
		Folded: "групп сверх max_firing, о них сказано одной тревогой", Evicted: "групп сверх groups.max", Quarantined: "всё время ошибалось и было отключено",
		Each: "По правилам", Highest: "наибольшее", NoValue: "ничего не вычислялось", Threshold: "порог",
		ChartHint: "наибольшее значение в каждом отрезке времени", Dashed: "Пунктир — порог", Shaded: "Красным сверху — были тревоги",
		ToEnd: "не закончилась", Samples: "Записи", Unlisted: "ещё %s посчитаны, но не перечислены",
		Only: "одно сообщение", TestRule: "status: test, никому не говорится",
		Made:      "Сделано командой smarty-alert replay по готовым логам. Ничего не отправлялось. Секреты в записях скрыты.",
		Bounds:    "Перечислено не больше %d тревог, %d на правило, по %d записи, и графики %d правил. Итоги — по всему.",
		NoRecords: "Не было ни одной записи.", Within: "за", ForAtLeast: "не меньше",
		severities: [...]string{"", "к сведению", "предупреждение", "критично"},
		by: map[string]string{"cooldown": "паузой правила", "warmup": "разогревом", "max_firing": "max_firing", "silence": "тишиной",
			"inhibition": "подавлением", "calendar": "календарём", "repeat": "интервалом повтора"},
		units: [4]string{"д", "ч", "мин", "с"}, decimal: ",", group: " ", date: "02.01.2006 15:04:05",
	},
}

// Duration is a length of time, its two greatest units at most.
func (w *words) Duration(d time.Duration) string {
	if d < time.Second {
		return "0 " + w.units[3]
	}
	var parts []string
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if n := d / unit; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, w.units[i]))
			d -= n * unit
		} else if len(parts) > 0 {
			break
		}
		if len(parts) == 2 {
			break
		}
	}
	return strings.Join(parts, " ")
}

// Number writes a number with its thousands apart.
func (w *words) Number(v any) string {
	var s string
	switch v := v.(type) {
	case int:
		s = strconv.Itoa(v)
	case int64:
		s = strconv.FormatInt(v, 10)
	case *float64:
		return w.Number(*v)
	case float64:
		s = strconv.FormatFloat(v, 'f', -1, 64)
		if whole, part, ok := strings.Cut(s, "."); ok {
			return w.thousands(whole) + w.decimal + part[:min(len(part), 3)]
		}
	}
	return w.thousands(s)
}

func (w *words) thousands(s string) string {
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + w.group + s[i:]
	}
	return s
}

// By says what held something back.
func (w *words) By(h HeldBack) string { return w.Number(h.Times) + " " + w.by[h.By] }

// SeverityName is the severity in words.
func (w *words) SeverityName(s alert.Severity) string { return w.severities[s] }
