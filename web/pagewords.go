package web

import (
	"fmt"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers"
)

// words are the page's own, in one language.
type words struct {
	Firing, NothingFires, More, Ended, NothingEnded, Messages, NothingWaits, Logs, Rules                   string
	Since, Told, Nobody, Silenced, Inhibited, Ack, Runbook, Quiet, Trouble, Well, Refreshed, Still, Moving string
	Source, Newest, Behind, Problem, Records, Missing                                                      string
	Rule, Severity, Status, Matched, Fired, Errors, Switched                                               string
	Receiver, State, Created, Tries, LastError, Event, Lasted                                              string

	names map[string]string // of severities, states
	units [4]string         // day, hour, minute, second
}

var english = words{
	Firing: "Firing now", NothingFires: "Nothing fires.", More: "more fire", Ended: "Over in the last 24 hours", NothingEnded: "Nothing.",
	Messages: "Messages that are not out", NothingWaits: "All messages are out.", Logs: "Logs", Rules: "Rules",
	Since: "since", Told: "told", Nobody: "nobody is told", Silenced: "silenced", Inhibited: "another alert explains it", Ack: "looked after by", Runbook: "What to do",
	Quiet: "To keep it quiet for an hour", Trouble: "The service is not well", Well: "all is well", Refreshed: "as of", Still: "hold still", Moving: "keep it fresh",
	Source: "log", Newest: "newest record", Behind: "unread", Problem: "problem", Records: "records", Missing: "the file is not there",
	Rule: "rule", Severity: "severity", Status: "status", Matched: "matched", Fired: "fired", Errors: "errors", Switched: "switched off",
	Receiver: "receiver", State: "state", Created: "from", Tries: "tries", LastError: "last error", Event: "event", Lasted: "lasted",
	names: map[string]string{},
	units: [4]string{"d", "h", "m", "s"},
}

var russian = words{
	Firing: "Горит сейчас", NothingFires: "Ничего не горит.", More: "горит ещё", Ended: "Закончилось за последние 24 часа", NothingEnded: "Ничего.",
	Messages: "Сообщения, которые ещё не ушли", NothingWaits: "Все сообщения ушли.", Logs: "Журналы", Rules: "Правила",
	Since: "с", Told: "сообщено", Nobody: "никому не сообщается", Silenced: "заглушено", Inhibited: "объясняется другой тревогой", Ack: "занимается", Runbook: "Что делать",
	Quiet: "Чтобы молчало час", Trouble: "Служба не в порядке", Well: "всё в порядке", Refreshed: "на", Still: "не обновлять", Moving: "обновлять",
	Source: "журнал", Newest: "последняя запись", Behind: "не прочитано", Problem: "неполадка", Records: "записей", Missing: "файла нет",
	Rule: "правило", Severity: "важность", Status: "состояние", Matched: "подошло", Fired: "сработало", Errors: "ошибок", Switched: "отключено",
	Receiver: "получатель", State: "состояние", Created: "создано", Tries: "попыток", LastError: "последняя ошибка", Event: "событие", Lasted: "длилось",
	names: map[string]string{"critical": "критично", "warning": "предупреждение", "info": "к сведению",
		"stable": "действует", "test": "проба", "disabled": "выключено",
		"pending": "ждёт", "inflight": "отправляется", "retry": "будет повторено", "dead": "не доставлено"},
	units: [4]string{" д", " ч", " мин", " с"},
}

func wordsIn(language string) words {
	if language == string(notifiers.Russian) {
		return russian
	}
	return english
}

// of is what a severity or a state is called.
func (w words) of(name string) string {
	if known, ok := w.names[name]; ok {
		return known
	}
	return name
}

// length is a duration as people say it: two units at most.
func (w words) length(d time.Duration) string {
	s := max(0, int64(d/time.Second))
	for i, unit := range []int64{86400, 3600, 60} {
		if s < unit {
			continue
		}
		next := []int64{3600, 60, 1}[i]
		if rest := s % unit / next; rest > 0 {
			return fmt.Sprintf("%d%s %d%s", s/unit, w.units[i], rest, w.units[i+1])
		}
		return fmt.Sprintf("%d%s", s/unit, w.units[i])
	}
	return fmt.Sprintf("%d%s", s, w.units[3])
}
