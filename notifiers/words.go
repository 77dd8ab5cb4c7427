package notifiers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Language is the one in which texts are written.
type Language string

// The languages. The zero value is English.
const (
	English Language = "en"
	Russian Language = "ru"
)

// plural has the forms that a number takes: English two, Russian three. Each has a
// %d for the number.
type plural []string

// words is the catalogue of one language.
type words struct {
	severity [alert.Critical + 1]string

	// States as they stand in brackets in front of a line.
	firing, still, resolved, event string
	wasFiring                      string // with the two times
	firingMany, resolvedMany       plural
	stillMany                      string // with the number as the plural says it

	since, at, wasDuring, value, condition, suppressed, rule, labels, about string
	Words

	fromTo       string // a span of time: from, to, how long
	during       string // how long
	holdsSince   string // when the condition began to hold
	within       string // of the window
	suppressedBy plural
	several      string // rules
	none         string // no value
	template     string // whose failure is told
	more         plural // alerts that are not shown
	ends         map[string]string

	// Digests, and who looks after an alert.
	groupsAtOnce                                       plural
	together, groups, groupsSince, alerts, alertsSum   string
	rules, topGroups, others, all, flapping, untilCalm string
	acked, by                                          string

	// Digests of what was read late.
	readLate plural
	whyLate  string

	// What the watch says of a receiver.
	waiting, givenUp            plural
	fails, isBehind, hasGivenUp string // of the receiver, a number of messages and more
	diskFull                    string // with the time since when
	noSnapshot                  string
	setAside                    string // with the path

	// And of logs.
	unreadable, fileGone, stuck, vanished, unparsed, late string

	date  string        // the layout of a day
	units [4]string     // day, hour, minute, second
	form  func(int) int // which form of a plural
}

var english = words{
	severity: [...]string{alert.Info: "INFO", alert.Warning: "WARNING", alert.Critical: "CRITICAL"},
	firing:   "FIRING", still: "STILL FIRING", resolved: "RESOLVED", event: "EVENT", wasFiring: "WAS FIRING %s–%s",
	firingMany: plural{"FIRING %d"}, resolvedMany: plural{"RESOLVED %d"}, stillMany: "STILL %s",
	since: "Since", at: "At", wasDuring: "Was firing", value: "Value", condition: "Condition", suppressed: "Suppressed",
	rule: "Rule", labels: "Labels", about: "About", Words: Words{Todo: "What to do", Runbook: "Runbook", Silence: "Silence", Open: "Open", AsOf: "As of"},
	fromTo: "%s to %s, for %s", during: ", for %s", holdsSince: "; the condition holds since %s", within: "within %s",
	suppressedBy: plural{"%d more during the cooldown"}, several: "several rules", none: "none", template: "Template", more: plural{"and %d more"},
	ends: map[string]string{
		"expired":          "; ended because nothing was seen of it for long",
		"rule_removed":     "; ended because its rule was removed",
		"rule_changed":     "; ended because its rule was changed",
		"rule_quarantined": "; ended because its rule is faulty and was stopped; the trouble may go on",
		"state_lost":       "; ended because its state was lost; the trouble may go on",
	},
	groupsAtOnce: plural{"%d group", "%d groups at once"}, together: "All together",
	groups: "Groups", groupsSince: "%d since %s, told of in this message alone", alerts: "Alerts", alertsSum: "%d firing, %d resolved",
	rules: "Rules", topGroups: "Top", others: "and %d more", all: "all",
	flapping: "Flapping", untilCalm: "it comes and goes too often: told of again when it is calm", acked: "Acked", by: "by %s",
	readLate: plural{"%d alert, read too late", "%d alerts, read too late"},
	whyLate:  "fired and over while smarty-alert was down or behind in reading; what still fires is told in messages of its own",
	waiting:  plural{"%d message waits", "%d messages wait"}, givenUp: plural{"%d message was given up", "%d messages were given up"},
	fails: "receiver %s takes no messages: %s; %s", isBehind: "receiver %s is behind: %s, the oldest for %s", hasGivenUp: "receiver %s: %s; see smarty-alert outbox list",
	diskFull:   "the disk of the state is full since %s: alerts go on from memory; free space on it",
	noSnapshot: "no snapshot of the state can be written: a restart will take longer and longer; see the log of smarty-alert",
	setAside:   "the state was damaged and was set aside: alerts that fired before are forgotten; look at %s and remove it",
	unreadable: "log %s cannot be read: %s", fileGone: "the file is gone", stuck: "%d bytes wait and cannot be read",
	vanished: "%d bytes of log %s vanished before they could be read: alerts may be missing",
	unparsed: "log %s: %d of the last %d records could not be read; smarty-alert parse shows them",
	late:     "alerts come %s late: %d bytes of logs wait to be read",
	date:     "2006-01-02", units: [...]string{"d", "h", "m", "s"},
	form: func(n int) int {
		if n == 1 {
			return 0
		}
		return 1
	},
}

var russian = words{
	severity: [...]string{alert.Info: "ИНФО", alert.Warning: "ВНИМАНИЕ", alert.Critical: "КРИТИЧНО"},
	firing:   "ТРЕВОГА", still: "ВСЁ ЕЩЁ ТРЕВОГА", resolved: "ОТБОЙ", event: "СОБЫТИЕ", wasFiring: "БЫЛА ТРЕВОГА %s–%s",
	firingMany:   plural{"%d ТРЕВОГА", "%d ТРЕВОГИ", "%d ТРЕВОГ"},
	resolvedMany: plural{"%d ОТБОЙ", "%d ОТБОЯ", "%d ОТБОЕВ"}, stillMany: "ВСЁ ЕЩЁ %s",
	since: "Началось", at: "Когда", wasDuring: "Длилось", value: "Значение", condition: "Условие", suppressed: "Пропущено",
	rule: "Правило", labels: "Метки", about: "Описание", Words: Words{Todo: "Что делать", Runbook: "Инструкция", Silence: "Заглушить", Open: "Открыть", AsOf: "По состоянию на"},
	fromTo: "с %s по %s, %s", during: ", длится %s", holdsSince: "; условие выполняется с %s", within: "за %s",
	suppressedBy: plural{"за время паузы ещё %d запись", "за время паузы ещё %d записи", "за время паузы ещё %d записей"},
	several:      "разные правила", none: "нет", template: "Шаблон",
	more: plural{"и ещё %d тревога", "и ещё %d тревоги", "и ещё %d тревог"},
	ends: map[string]string{
		"expired":          "; закрыто, потому что об этом давно ничего не слышно",
		"rule_removed":     "; закрыто, потому что правило удалено",
		"rule_changed":     "; закрыто, потому что правило изменено",
		"rule_quarantined": "; закрыто, потому что правило неисправно и остановлено; неполадка может продолжаться",
		"state_lost":       "; закрыто, потому что состояние потеряно; неполадка может продолжаться",
	},
	groupsAtOnce: plural{"сразу %d группа", "сразу %d группы", "сразу %d групп"}, together: "Всё вместе",
	groups: "Групп", groupsSince: "%d с %s, о них говорит только это сообщение", alerts: "Тревог", alertsSum: "идёт %d, кончилось %d",
	rules: "Правила", topGroups: "Главные", others: "и ещё %d", all: "все",
	flapping: "Мигает", untilCalm: "то есть, то нет; следующее сообщение, когда успокоится", acked: "Занимается", by: "%s",
	readLate: plural{"%d тревога, о которой узнали поздно", "%d тревоги, о которых узнали поздно", "%d тревог, о которых узнали поздно"},
	whyLate:  "началось и кончилось, пока smarty-alert не работал или не успевал читать; о том, что ещё идёт, сообщения отдельные",
	waiting:  plural{"ждёт %d сообщение", "ждут %d сообщения", "ждут %d сообщений"},
	givenUp:  plural{"не доставлено %d сообщение", "не доставлено %d сообщения", "не доставлено %d сообщений"},
	fails:    "получатель %s не принимает сообщений: %s; %s", isBehind: "получатель %s не успевает: %s, самое старое уже %s", hasGivenUp: "получатель %s: %s; см. smarty-alert outbox list",
	diskFull:   "диск с состоянием полон с %s: тревоги идут из памяти; освободите на нём место",
	noSnapshot: "не записать снимок состояния: перезапуск будет всё дольше; см. журнал smarty-alert",
	setAside:   "состояние было повреждено и отложено в сторону: тревоги, которые шли раньше, забыты; посмотрите %s и удалите",
	unreadable: "журнал %s не читается: %s", fileGone: "файла больше нет", stuck: "%d байт ждут, и их не прочесть",
	vanished: "%d байт журнала %s пропали непрочитанными: тревог могло быть больше",
	unparsed: "журнал %s: %d из последних %d записей не разобрать; их покажет smarty-alert parse",
	late:     "тревоги опаздывают на %s: ждут чтения %d байт журналов",
	date:     "02.01.2006", units: [...]string{" д", " ч", " мин", " с"},
	form: func(n int) int {
		switch n %= 100; {
		case n%10 == 1 && n != 11:
			return 0
		case n%10 >= 2 && n%10 <= 4 && (n < 12 || n > 14):
			return 1
		}
		return 2
	},
}

func (l Language) words() *words {
	if l == Russian {
		return &russian
	}
	return &english
}

// count says a number with its noun.
func (w *words) count(n int, forms plural) string {
	return fmt.Sprintf(forms[min(w.form(n), len(forms)-1)], n)
}

// clock is a moment in full.
func (w *words) clock(t time.Time) string { return t.Format(w.date + " 15:04:05 MST") }

// Span writes seconds as people say them: 38m 10s, 2h 5m, 3d 4h.
func Span(seconds int64) string { return english.span(seconds) }

func (w *words) span(seconds int64) string {
	seconds = max(seconds, 0)
	sizes := [...]int64{86400, 3600, 60, 1}
	for i, size := range sizes {
		if n := seconds / size; n > 0 || size == 1 {
			text := strconv.FormatInt(n, 10) + w.units[i]
			if i+1 < len(sizes) {
				if rest := seconds % size / sizes[i+1]; rest > 0 {
					text += " " + strconv.FormatInt(rest, 10) + w.units[i+1]
				}
			}
			return text
		}
	}
	return ""
}

// DiskFull says that the disk of the state is full.
func (l Language) DiskFull(since time.Time) string {
	return fmt.Sprintf(l.words().diskFull, since.UTC().Format(time.RFC3339))
}

// NoSnapshot says that the state cannot be saved as a whole.
func (l Language) NoSnapshot() string { return l.words().noSnapshot }

// SetAside says that a damaged state lies at a path, out of use.
func (l Language) SetAside(path string) string { return fmt.Sprintf(l.words().setAside, path) }

// FileGone says of a log that its file is not there any more.
func (l Language) FileGone() string { return l.words().fileGone }

// Stuck says of a log that bytes of it cannot be read.
func (l Language) Stuck(bytes int64) string { return fmt.Sprintf(l.words().stuck, bytes) }

// severityName is as it stands in titles.
func (w *words) severityName(s alert.Severity) string {
	if int(s) < len(w.severity) && s > 0 {
		return w.severity[s]
	}
	return strings.ToUpper(s.String())
}
