package loggen

import "strconv"

// subscriber is an invented subscriber. All its properties follow from its number.
type subscriber struct{ n, h uint64 }

func newSubscriber(n uint64) subscriber { return subscriber{n, mix(n + 1)} }

func (s subscriber) abonement() uint64 { return 100000 + s.n }
func (s subscriber) account() uint64   { return 5001 + s.n }
func (s subscriber) customer() uint64  { return 7001 + s.n*3/4 }
func (s subscriber) surname() string   { return surnames[s.h%uint64(len(surnames))] }
func (s subscriber) first() string     { return firstNames[s.h>>8%uint64(len(firstNames))] }
func (s subscriber) device() string    { return devices[s.h>>16%uint64(len(devices))] }
func (s subscriber) agent() string     { return deviceAgents[s.h>>16%uint64(len(devices))] }
func (s subscriber) client() uint64    { return 1 + s.h>>24%16/13 } // most belong to client 1

// Names are made up; should somebody bear one, it is by chance.
var (
	surnames = [...]string{"Ветродуев", "Громыхайлов", "Звездочётов", "Кренделькин", "Лопухинцев", "Медовухин", "Незабудько",
		"Облаковский", "Пирожищев", "Рассветалов", "Сиренёва", "Тюльпанько", "Чудинович", "Шмелёвский", "О'Тыквин"}
	firstNames = [...]string{"Аркадий", "Вера", "Глеб", "Евдокия", "Захар", "Инна", "Лев", "Нина", "Пётр", "Яна"}
	staff      = [...]string{"admin", "noc", "billing_operator", "support1", "support2", "оператор"}

	devices      = [...]string{"mag", "android", "tizen_tv", "webos_tv", "dune", "iphone"}
	deviceNames  = [...]string{"MAG 250/254", "Android", "Samsung Tizen", "LG webOS", "Dune HD", "iPhone/iPad"}
	deviceAgents = [...]string{
		"Mozilla/5.0 (QtEmbedded; U; Linux; C) AppleWebKit/533.3 (KHTML, like Gecko) MAG200 stbapp ver: 2 rev: 250 Safari/533.3",
		"Dalvik/2.1.0 (Linux; U; Android 9; TVBOX Build/PPR1)",
		"Mozilla/5.0 (SMART-TV; Linux; Tizen 2.4.0) AppleWebkit/538.1 (KHTML, like Gecko) SamsungBrowser/1.1 TV Safari/538.1",
		"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/38.0.2125.122 Safari/537.36 WebAppManager",
		"Mozilla/5.0 (Unknown; Linux mips; U; en) DuneHD/1.0 (r11; HD TV-303D)",
		"ImpulsTV/3.1 (iPhone; iOS 16.1; Scale/3.00)",
	}
	browsers = [...]string{
		"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.1 Safari/605.1.15",
	}
	channels = [...]string{"Первый степной", "Новости 24/7", "Кинодом HD", "Матч района!", "Детский мир", "Охота и грибы", "Музыка 90-х",
		"Наука <HD>", "Дача ТВ", "Ретро", "Мультики", "Сериал+", "Путешествия", "Автодром", "Кухня", "Театр", "Бойцовский", "Радио Волна"}
	programmes = [...]string{"Новости", "Утро с чаем", "Где? Когда? Почём?", "Вечерний «Самовар»", "Погода", "Дом-3. Lite / \\спорт\\",
		"Сельский час", "Кино: \"Тихая гавань\"", "Хоккей. Прямой эфир", "Д'Артаньян и три щенка", "Технический перерыв", "Сериал «Трамвай», 12 серия"}
	tariffs = [...]string{"Базовый", "Базовый \"Плюс\"", "Кино", "Спорт", "Детский", "Всё включено"}
	sources = [...]string{"epgservice", "xmltv_common", "epgservice", "teleguide"}
)

// channelName is how channel n is called: names repeat with a number.
func channelName(n int) string {
	name := channels[n%len(channels)]
	if n < len(channels) {
		return name
	}
	return name + " " + strconv.Itoa(n/len(channels)+1)
}

// channelLabel is the EPG channel n as printed.
func channelLabel(n int) string { return "<EpgChannel: " + channelName(n) + ">" }

// sourceLabel is where the guide of channel n comes from.
func sourceLabel(n int) string { return "<EpgSource: " + sources[n%len(sources)] + ">" }

func edgeName(i int) string {
	n := strconv.Itoa(i)
	if i < 10 {
		n = "0" + n
	}
	switch {
	case i%11 == 10:
		return "Пограничный сервер №" + n
	case i%7 == 6:
		return "edge-" + n + " [pvr]"
	}
	return "edge-" + n
}

func (p *pen) mac(h uint64) {
	p.raw("00:1A:79")
	for i := range 3 {
		p.byte(':')
		b := h >> (24 + 8*i) & 255
		p.byte("0123456789ABCDEF"[b>>4])
		p.byte("0123456789ABCDEF"[b&15])
	}
}

// address writes one of the 762 host addresses of the three networks reserved for documentation.
func (p *pen) address(h uint64) {
	p.raw([...]string{"192.0.2.", "198.51.100.", "203.0.113."}[h>>32%3])
	p.num(1 + h>>40%254)
}

func (p *pen) phone(h uint64) {
	p.raw("+7900")
	p.pad(int(h>>20%1e7), 7)
}
