package loggen

// Generators of values that several events share. Each returns a function that writes one value.

func textOf(choices ...string) func(*pen) {
	return func(p *pen) { p.text(choices[p.dice.N(uint64(len(choices)))]) }
}

func strOf(choices ...string) func(*pen) {
	return func(p *pen) { p.str(choices[p.dice.N(uint64(len(choices)))]) }
}

func rawOf(choices ...string) func(*pen) {
	return func(p *pen) { p.raw(choices[p.dice.N(uint64(len(choices)))]) }
}

func intOf(lo, hi int) func(*pen) { return func(p *pen) { p.int(p.dice.Between(lo, hi)) } }

// textHex writes a secret-looking text of hexadecimal digits.
func textHex(digits int) func(*pen) {
	return func(p *pen) {
		p.open()
		for left := digits; left > 0; left -= 15 {
			p.hex(p.dice.N(1<<60), min(left, 15))
		}
		p.shut()
	}
}

// textDigits writes a text of decimal digits, e.g. a PIN.
func textDigits(n int) func(*pen) {
	return func(p *pen) {
		p.open()
		for range n {
			p.byte('0' + byte(p.dice.N(10)))
		}
		p.shut()
	}
}

func accountID(p *pen)     { p.id(p.sub.account()) }
func customerID(p *pen)    { p.id(p.sub.customer()) }
func textAbonement(p *pen) { p.textNum(p.sub.abonement()) }
func textAccount(p *pen)   { p.textNum(p.sub.account()) }
func textCustomer(p *pen)  { p.textNum(p.sub.customer()) }
func textClient(p *pen)    { p.textNum(p.sub.client()) }
func textDevice(p *pen)    { p.text(p.sub.device()) }
func textAgent(p *pen)     { p.text(p.sub.agent()) }
func textSurname(p *pen)   { p.text(p.sub.surname()) }
func textPhone(p *pen)     { p.open(); p.phone(p.sub.h); p.shut() }
func textUID(p *pen)       { p.open(); p.mac(p.sub.h); p.shut() }
func strIP(p *pen)         { p.byte('\''); p.address(p.sub.h); p.byte('\'') }
func clientNumber(p *pen)  { p.num(p.sub.client()) }

func textMoney(p *pen) {
	p.open()
	p.money(p.dice.Between(10, 90) * 1000)
	p.shut()
}

// accountModel writes <Account: 100245 (Surname First)>.
func accountModel(p *pen) {
	p.raw("<Account: ")
	p.num(p.sub.abonement())
	p.raw(" (" + p.sub.surname() + " ")
	p.raw(p.sub.first())
	p.raw(")>")
}

func deviceModel(p *pen) {
	p.model("ClientPlayDevice", deviceNames[p.sub.h>>16%uint64(len(devices))])
}

func clientModel(p *pen) {
	p.model("Client", pick(p.sub.client() == 1, "Телеком-ТВ", "Сельсвязь"))
}

// tariffIDs writes a list of ids, now and then as the set or query result it came from.
func tariffIDs(p *pen) {
	shape := p.dice.N(8)
	p.raw(pick(shape == 0, pick(p.era == 2, "set([", "{"), pick(shape == 1 && p.era == 3, "<QuerySet [", "[")))
	for i, n := 0, p.dice.Between(1, 4); i < n; i++ {
		p.id(uint64(1 + i*5 + p.dice.Between(0, 4)))
		p.raw(", ")
	}
	p.cut(2)
	p.raw(pick(shape == 0, pick(p.era == 2, "])", "}"), pick(shape == 1 && p.era == 3, "]>", "]")))
}

// requestDict writes parameters of a request: mostly a dict, one time in 16 a QueryDict.
func requestDict(entries ...entry) func(*pen) {
	d := newDict(entries...)
	return func(p *pen) {
		if p.roll>>56&15 == 0 && !p.entriesGiven() {
			p.queryDict(&d)
			return
		}
		p.dict(&d)
	}
}

// apiParams writes parameters as the external API passes them: one time in 4 as an object without a repr.
func apiParams(entries ...entry) func(*pen) {
	d := newDict(entries...)
	return func(p *pen) {
		if p.roll>>56&3 == 0 && !p.entriesGiven() {
			p.object("tvmiddleware.api_base.TVMiddlewareApiParams")
			return
		}
		p.dict(&d)
	}
}

func staffModel(p *pen) { p.model("User", staff[p.roll%uint64(len(staff))]) }
func staffAgent(p *pen) { p.str(browsers[p.roll%uint64(len(browsers))]) }
func staffAddress(p *pen) {
	p.byte('\'')
	p.raw("192.0.2.")
	p.num(200 + p.roll%uint64(len(staff)))
	p.byte('\'')
}
func programmeText(p *pen) { p.text(programmes[p.dice.N(uint64(len(programmes)))]) }
