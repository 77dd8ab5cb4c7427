package logstats

import "testing"

func TestSignOf(t *testing.T) {
	for message, want := range map[string]sign{
		`A a=u'x'`:                                  signU,
		`A a=[u'x']`:                                signU,
		`A a='you' b='u'`:                           signNone,
		`A a='вход'`:                                signThree,
		`A a=<Account: 'Иван'>`:                     signNone,
		`A a=b'\xd0'`:                               signThree,
		`A a=KeyError('x',)`:                        signTwo,
		`A a=KeyError('x')`:                         signThree,
		`A a=KeyError('it\'s',)`:                    signTwo,
		`A a=Exception('x', 'y')`:                   signNone,
		`A a=Account.DoesNotExist('none.',)`:        signTwo,
		`A a=Decimal('1.0')`:                        signNone,
		`A a=('x',)`:                                signNone, // a tuple
		`A a=<type 'exceptions.ValueError'>`:        signTwo,
		`A a=<class 'ValueError'>`:                  signThree,
		`A a=<class 'django.db.Error'>`:             signNone,
		`A a=100L`:                                  signTwo,
		`A a=[1L, -2L]`:                             signTwo,
		`A a={'b': 2L}`:                             signTwo,
		`A a=100LX b=L c=0x1L`:                      signNone,
		`A a=a tank of 100L in all`:                 signNone,
		`A a='x, 100L, y'`:                          signNone, // somebody's text
		`A a=datetime.timedelta(0, 12)`:             signTwo,
		`A a=datetime.timedelta(-1, 86399, 999999)`: signTwo,
		`A a=datetime.timedelta(seconds=12)`:        signThree,
		`A a=datetime.timedelta(0)`:                 signNone,
		`A a='datetime.timedelta(0, 12)'`:           signNone,
		`A a=set([1])`:                              signTwo,
		`A a=frozenset(['x'])`:                      signTwo,
		`A a=frozenset({1})`:                        signThree,
		`A a=MySet([1]) b=offset([1])`:              signNone,
		`A a={'b': 'c'}`:                            signNone, // bytes of Python 2 look like this
		`A a={'b': 'c', 'd': 'e'}`:                  signPlain,
		`A a={'b': 'c', 'd': u'e'}`:                 signU,
		`A a='b' c='d' e='f' g='h'`:                 signNone,
		`A a='it\'s' b=u'x'`:                        signU,
		`A a=O'Brien b=u'x'`:                        signU,
		`A a='cut`:                                  signNone,
		`A`:                                         signNone,
		`'`:                                         signNone,
		`A a=KeyError('`:                            signNone,
		`A a=<class '`:                              signNone,
		`A a=set(`:                                  signNone,
	} {
		if got := signOf([]byte(message)); got != want {
			t.Errorf("%s: %d, want %d", message, got, want)
		}
	}
}

func BenchmarkSignOf(b *testing.B) {
	for name, message := range map[string]string{
		"two":   `LOGIN_SUCCESS login_type='basic_device' params={u'api_key': u'9f2c1a77', u'lang': u'ru', u'device': u'mag', u'client_id': u'1'}`,
		"plain": `LOGIN_SUCCESS login_type='basic_device' params={'api_key': '9f2c1a77', 'lang': 'ru', 'device': 'mag', 'client_id': '1'} login_method='device_uid'`,
		"none":  `MANAGEMENT_COMMAND_SUCCESS command='epg_import' execution_time=1.0`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				signOf([]byte(message))
			}
		})
	}
}
