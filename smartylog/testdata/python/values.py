#!/usr/bin/env python3
"""Draws random Python values and prints, for each, what Python shows of it and
what smartylog should read.

    values.py --seed N --count N [--first N]

Every line is {"number": I, "era": 2 or 3, "repr": text, "want": JSON value}. Era
3 is the repr of a real object in this Python, 3.7 or newer; era 2 is the same
value as Python 2.7 prints it, written by this script. Plain literals of both are
read back and compared. Value number I of a seed depends on these two only:
--first I --count 1 draws it again.

Left out, because nothing in the text tells what it is:
- Python 3 text whose only characters beyond ASCII are escapes \\x80 to \\x9f:
  bytes in cp1251 look the same in Python 2;
- Django objects whose name holds what ends an object: see UNCLEAR.
"""

import argparse
import ast
import collections
import datetime
import decimal
import enum
import json
import os
import random
import re
import sys
import types
import uuid

try:
    import zoneinfo
except ImportError:  # before Python 3.9
    zoneinfo = None

# What a value is as JSON ------------------------------------------------------


def text_of(points):
    """Text with halves of surrogate pairs joined and lone ones replaced."""
    out, i = [], 0
    while i < len(points):
        c = ord(points[i])
        low = ord(points[i + 1]) if i + 1 < len(points) else 0
        if 0xD800 <= c < 0xDC00 and 0xDC00 <= low < 0xE000:
            out.append(chr(0x10000 + (c - 0xD800) * 0x400 + low - 0xDC00))
            i += 2
            continue
        out.append("\ufffd" if 0xD800 <= c < 0xE000 else chr(c))
        i += 1
    return "".join(out)


def text_of_bytes(data):
    """UTF-8; else cp1251 if more bytes fail than characters succeed; else UTF-8
    with each run of broken bytes replaced."""
    out, good, bad, i = [], 0, 0, 0
    while i < len(data):
        for n in range(1, 5):
            try:
                char = data[i:i + n].decode("utf-8")
            except UnicodeDecodeError:
                continue
            good += n > 1
            break
        else:
            char, n = None, 1
            bad += 1
        if char is not None or not out or out[-1] is not None:
            out.append(char)
        i += n
    if bad > good:
        return "".join("\x98" if b == 0x98 else bytes([b]).decode("cp1251") for b in data)
    return "".join("\ufffd" if c is None else c for c in out)


def is_ascii(text):
    return all(c < "\x80" for c in text)


def number_of(value):
    """JSON has no nan and no exact long."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else repr(value)
    return value if abs(value) <= 1 << 53 else str(value)


def key_of(value):
    """A key of a dict: Python's own text, for tuples JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return repr(value)


def dict_of(pairs):
    """Of equal keys the first counts, as smartylog prints it."""
    out = {}
    for key, value in pairs:
        out.setdefault(key_of(key), value)
    return out


def opaque(text):
    """Objects keep their text, but for addresses."""
    return re.sub(" at 0x[0-9a-fA-F]*", "", text)


# How Python 2 prints text -----------------------------------------------------


def quoted(chars, escape):
    quote = '"' if "'" in chars and '"' not in chars else "'"
    return quote + "".join("\\" + c if c in (quote, "\\") else escape(c) for c in chars) + quote


def escape_byte(c):
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return short.get(c) or (c if " " <= c <= "~" else "\\x%02x" % ord(c))


def escape_unicode(narrow):
    def escape(c):
        n = ord(c)
        if n < 0x100:
            return escape_byte(c)
        if n < 0x10000:
            return "\\u%04x" % n
        if narrow:
            return "\\u%04x\\u%04x" % (0xD800 + (n - 0x10000 >> 10), 0xDC00 + (n & 0x3FF))
        return "\\U%08x" % n
    return escape


def bytes2(data):
    return quoted(data.decode("latin-1"), escape_byte)


# The values -------------------------------------------------------------------


class Value:
    """One value: an object of Python 3, a text of Python 2, and what it means."""
    literal = False  # Python 2's text is a literal that check2 can read

    def __init__(self, three, two, want, want2=None):
        self.object, self.two, self.want3 = three, two, want
        self.want2 = want if want2 is None else want2

    def three(self):
        return self.object

    def want(self, era):
        return self.want3 if era == 3 else self.want2

    def clear(self, era):
        return True

    def again2(self):
        """What the text of Python 2 reads as in Python 3."""
        return self.object


class Plain(Value):
    literal = True


class Text(Plain):
    def __init__(self, text, kind, narrow):
        self.text, self.kind = text, kind
        data = text.encode("utf-8" if kind == "utf-8" else "cp1251", "replace") if kind != "unicode" else b""
        if kind == "unicode":
            two, want = "u" + quoted(text, escape_unicode(narrow)), text_of(text)
        else:
            two, want = bytes2(data), text_of_bytes(data)
        self.again = text_of(text) if kind == "unicode" else data
        super().__init__(text, two, text_of(text), want)

    def clear(self, era):
        text = repr(self.text).replace("\\\\", "")
        return era == 2 or not re.search(r"\\x[89]", text) or not is_ascii(text) or "\\u" in text.lower()

    def again2(self):
        return self.again


class Bytes(Plain):
    def __init__(self, data):
        super().__init__(data, bytes2(data), text_of_bytes(data))


class Items(Plain):
    """A list, tuple, set or frozenset."""

    def __init__(self, kind, items):
        self.kind = kind
        if kind in (set, frozenset):
            by_object = {}
            for item in items:
                if item.three() == item.three():  # the place of nan in a set is a matter of luck
                    by_object.setdefault(item.three(), item)
            self.made = kind(by_object)
            items = [by_object[x] for x in self.made]
        self.items = items
        self.literal = all(i.literal for i in items)

    def three(self):
        if self.kind in (set, frozenset):
            return self.made  # the order depends on how a set was made
        return self.kind(i.three() for i in self.items)

    @property
    def two(self):
        inner = ", ".join(i.two for i in self.items)
        if self.kind is list:
            return "[%s]" % inner
        if self.kind is tuple:
            return "(%s,)" % inner if len(self.items) == 1 else "(%s)" % inner
        return "%s([%s])" % (self.kind.__name__, inner)

    def want(self, era):
        return [i.want(era) for i in self.items]

    def clear(self, era):
        return all(i.clear(era) for i in self.items)

    def again2(self):
        return self.kind(i.again2() for i in self.items)


class Mapping(Plain):
    """A dict and what is made of one."""

    def __init__(self, pairs):
        by_object = {}
        for key, value in pairs:
            by_object.setdefault(key.three(), (key, value))
        self.pairs = list(by_object.values())
        self.literal = all(k.literal and v.literal for k, v in self.pairs)

    def three(self):
        return {k.three(): v.three() for k, v in self.pairs}

    @property
    def two(self):
        return "{%s}" % ", ".join("%s: %s" % (k.two, v.two) for k, v in self.pairs)

    def want(self, era):
        return dict_of((k.want(era), v.want(era)) for k, v in self.pairs)

    def clear(self, era):
        return all(k.clear(era) and v.clear(era) for k, v in self.pairs)

    def again2(self):
        return {k.again2(): v.again2() for k, v in self.pairs}


class Wrapped(Value):
    """A container in a call or in angle brackets: OrderedDict([…]), <QuerySet […]>."""

    def __init__(self, inner, three, two, want=lambda v: v):
        self.inner, self.make, self.write, self.turn = inner, three, two, want

    def three(self):
        return self.make(self.inner.three())

    @property
    def two(self):
        return self.write(self.inner.two)

    def want(self, era):
        return self.turn(self.inner.want(era))

    def clear(self, era):
        return self.inner.clear(era)


class Shown:
    """An object that shows a given text, or one with the reprs of others in it."""

    def __init__(self, form, *parts):
        self.form, self.parts = form, parts

    def __repr__(self):
        return self.form % tuple(map(repr, self.parts)) if self.parts else self.form


class Opaque(Value):
    """An object that keeps its text, which holds the reprs of others at %s."""

    def __init__(self, form3, form2, *parts):
        self.form3, self.form2, self.parts = form3, form2, parts

    def three(self):
        return Shown(self.form3, *(p.three() for p in self.parts)) if isinstance(self.form3, str) \
            else self.form3(*(p.three() for p in self.parts))

    @property
    def two(self):
        return self.form2 % tuple(p.two for p in self.parts) if self.parts else self.form2

    def want(self, era):
        return opaque(repr(self.three()) if era == 3 else self.two)

    def clear(self, era):
        return all(p.clear(era) for p in self.parts)


# Drawing ----------------------------------------------------------------------

PIECES = [
    "a", "Z", "0", " ", "key", "Иван", "Первый канал", "Ёж", "№", "é", "ÿ", "漢字", "😀", "👨\u200d👩", "𝒳", "'", '"', "\\", "\\n",
    "\\u041f", "\\x", "\n", "\r", "\t", "\0", "\x1b[31m", "\x7f", "\x80", "\x85", "\x9f", "\xa0", "\xad", "\u200b", "\u2028", "\u2029",
    "\ufeff", "\ufffd", "\U000e0001", "\ud83d", "\ude00", "\udcd0", "=", " ip=", ",", ", ", ":", ": ", "[", "]", "(", ")", "{", "}",
    "<", ">", "...", "None", "u'", "%s", "#", ";", "\x00\x01", "1L",
]
TEXTS = [
    '<?xml version="1.0" encoding="UTF-8"?>\n<Init Success="True" Login=\'Иван\'/>', '{"customer": {"id": 5, "имя": "Иван\\n"}, "ok": true}',
    "http://edge-07.example.com:8080/ch12/index.m3u8?token=6a1f&x=1", "Mozilla/5.0 (X11; Linux x86_64) ip=6.6.6.6", "Traceback (most recent call last):\n  File",
    "SELECT \"a\" FROM b WHERE c = 'd'", "00:1A:79:3C:55:0F", "", "12", "True", "0:00:12.345678",
]
# What can end an object within a name of an object; and a name is unclear that
# begins like a repr but holds single quotes.
UNCLEAR = re.compile(r""">\s*([,)\]}:]|[\w'".-]+ ?=)|<.*[\[({]|[\[({].*<""")
NAMES = ["Иван", "Петров", "Первый", "HD", "18+", ">", "<", "->", "'", '"', "O'Brien", '"Спас"', "(", ")", "[http]", "7", "100245", ",", ":", "=", "«Мир»", "edge-07", "a=1", "{", "}", "{}", "<тест>", "Q&A", "..."]
CLASSES = ["Account", "EpgChannel", "StreamService", "Program", "User", "smarty.core.models.Device", "Тариф"]
EXCEPTIONS = ["ValueError", "KeyError", "IOError", "DoesNotExist", "redis.exceptions.ResponseError", "Exception", "UnicodeDecodeError"]
Point = collections.namedtuple("Point", "x y")
Stream = collections.namedtuple("Stream", "id url title")


class Color(enum.Enum):
    RED = "r>ed"
    BLUE = 2


def draw_text(rng):
    text = rng.choice(TEXTS) if rng.random() < 0.15 else "".join(rng.choice(PIECES) for _ in range(rng.choice([0, 1, 1, 2, 3, 5, 9])))
    if rng.random() < 0.3:
        text = "".join(c for c in text if is_ascii(c) or "а" <= c.lower() <= "ё")
    kind = rng.choice(["unicode", "unicode", "utf-8", "cp1251"])
    if kind == "utf-8" and re.search("[\ud800-\udfff]", text):
        kind = "unicode"
    return Text(text, kind, rng.random() < 0.5)


def draw_bytes(rng):
    n = rng.choice([0, 1, 4, 9, 20])
    data = rng.choice([bytes(rng.randrange(256) for _ in range(n)), "".join(rng.choice(PIECES[:12]) for _ in range(n)).encode("utf-8"),
                       "Привет, Ёж".encode("cp1251")[:n], "Первый канал".encode("utf-8")[:n], b"\x00\xff\xfe"[:n]])
    return Bytes(data)


def draw_int(rng):
    n = rng.choice([rng.randint(-9, 99), rng.randint(-2 ** 31, 2 ** 32), rng.randint(-2 ** 63, 2 ** 63), rng.randint(-10 ** 40, 10 ** 40),
                    2 ** 53 + rng.randint(-1, 1), 2 ** 63 + rng.randint(-1, 1), -2 ** 63 + rng.randint(-1, 1), 0])
    long = rng.random() < 0.3 or not -2 ** 63 <= n < 2 ** 63
    return Plain(n, "%d%s" % (n, "L" if long else ""), number_of(n))


def draw_float(rng):
    f = rng.choice([rng.random(), rng.uniform(-1e6, 1e6), rng.uniform(-1, 1) * 10.0 ** rng.randint(-320, 308), float(rng.randint(-10 ** 6, 10 ** 18)),
                    rng.choice([0.0, -0.0, 1e16, 1e15, 1e22, 1e-5, 1e-4, 5e-324, sys.float_info.max, 0.1 + 0.2, float("nan"), float("inf"), -float("inf")])])
    return Plain(f, repr(f), number_of(f))


def draw_complex(rng):
    c = complex(draw_float(rng).object, draw_float(rng).object)
    if rng.random() < 0.3:
        c = complex(0, rng.randint(-5, 5))
    value = Plain(c, repr(c), repr(c))
    value.literal = False  # -0-1j is an expression that loses the sign
    return value


def draw_constant(rng):
    o = rng.choice([True, False, None, None, True, Ellipsis, NotImplemented])
    value = Plain(o, repr(o), o if o in (True, False, None) else repr(o))
    value.literal = o in (True, False, None)
    return value


def draw_scalar(rng):
    return rng.choice([draw_text] * 5 + [draw_int] * 3 + [draw_float, draw_constant, draw_bytes, draw_complex])(rng)


def draw_key(rng):
    """A value that Python can hash and whose text as a key says all."""
    if rng.random() < 0.08:
        return Items(tuple, [rng.choice([draw_int, draw_word])(rng) for _ in range(rng.randint(0, 3))])
    return rng.choice([draw_text] * 6 + [draw_int] * 2 + [draw_float, draw_bytes, draw_uuid, draw_word])(rng)


def draw_word(rng):
    return Text(rng.choice(["abonement", "lang", "Иван", "id", "x y"]), "unicode", False)


def draw_uuid(rng):
    u = uuid.UUID(int=rng.getrandbits(128))
    return Value(u, repr(u), str(u))


def draw_decimal(rng):
    d = decimal.Decimal(rng.choice(["0", "1.0", "-12.50", "1E+3", "NaN", "-Infinity", "0E-10", str(rng.randint(0, 10 ** 30))]))
    return Value(d, repr(d), str(d))


# Containers -------------------------------------------------------------------


def draw_list(rng, depth):
    kind = rng.choice([list, list, list, tuple, tuple, set, frozenset])
    n = rng.choice([0, 1, 1, 2, 3, 6])
    if kind in (set, frozenset):
        return Items(kind, [draw_key(rng) for _ in range(n)])
    return Items(kind, [draw(rng, depth + 1) for _ in range(n)])


def draw_dict(rng, depth):
    return Mapping([(draw_key(rng), draw(rng, depth + 1)) for _ in range(rng.choice([0, 1, 1, 2, 3, 6]))])


def draw_ordered(rng, depth):
    inner = draw_dict(rng, depth)
    new = rng.random() < 0.3  # Python 3.12 shows a dict

    def two(_):
        items = ", ".join("(%s, %s)" % (k.two, v.two) for k, v in inner.pairs)
        return "OrderedDict([%s])" % items if items else "OrderedDict()"
    return Wrapped(inner, lambda d: Shown("OrderedDict(%s)", d) if new and d else collections.OrderedDict(d), two)


def draw_defaultdict(rng, depth):
    kind = rng.choice([list, int, None])
    shown = "None" if kind is None else "<type '%s'>" % kind.__name__
    if rng.random() < 0.2:
        shown = "<function <lambda> at 0x7f3d2c11ad50>"
        return Wrapped(draw_dict(rng, depth), lambda d: Shown("defaultdict(" + shown + ", %s)", d), lambda t: "defaultdict(%s, %s)" % (shown, t))
    return Wrapped(draw_dict(rng, depth), lambda d: collections.defaultdict(kind, d), lambda t: "defaultdict(%s, %s)" % (shown, t))


def draw_counter(rng, depth):
    counts = Mapping([(draw_key(rng), Plain(n, str(n), n)) for n in range(9, 9 - rng.choice([0, 1, 3]), -1)])
    return Wrapped(counts, collections.Counter, lambda t: "Counter()" if t == "{}" else "Counter(%s)" % t)


def draw_deque(rng, depth):
    inner = Items(list, [draw(rng, depth + 1) for _ in range(rng.randint(0, 3))])
    most = rng.choice([None, 5])
    return Wrapped(inner, lambda v: collections.deque(v, most), lambda t: "deque(%s%s)" % (t, "" if most is None else ", maxlen=5"))


def draw_view(rng, depth):
    kind = rng.choice(["keys", "values", "items"])
    inner = draw_dict(rng, depth)

    def two(_):
        parts = {"keys": [k.two for k, _ in inner.pairs], "values": [v.two for _, v in inner.pairs], "items": ["(%s, %s)" % (k.two, v.two) for k, v in inner.pairs]}[kind]
        return "dict_%s([%s])" % (kind, ", ".join(parts))
    view = Wrapped(inner, lambda d: getattr(d, kind)(), two)
    view.want = lambda era: [{"keys": k.want(era), "values": v.want(era), "items": [k.want(era), v.want(era)]}[kind] for k, v in inner.pairs]
    return view


def draw_bytearray(rng, depth):
    """Python 2 escapes the single quote here in any case."""
    return Wrapped(draw_bytes(rng), bytearray, lambda t: "bytearray(b%s)" % (t if t[0] == "'" else t.replace("'", "\\'")))


def draw_querydict(rng, depth):
    name = rng.choice(["QueryDict", "QueryDict", "MultiValueDict"])
    inner = Mapping([(draw_text(rng), Items(list, [draw_text(rng) for _ in range(rng.choice([0, 1, 1, 1, 2]))])) for _ in range(rng.randint(0, 4))])

    def unwrap(d):
        return {k: v[0] if len(v) == 1 else v for k, v in d.items()}
    return Wrapped(inner, lambda d: Shown("<" + name + ": %s>", d), lambda t: "<%s: %s>" % (name, t), unwrap)


def draw_queryset(rng, depth):
    items = [draw_model(rng) for _ in range(rng.choice([0, 1, 2, 3]))]
    if rng.random() < 0.3:
        mark = "...(remaining elements truncated)..."
        items.append(Plain(mark, "'%s'" % mark, mark))
    name = rng.choice(["QuerySet", "QuerySet", "ProgramQuerySet", ""])
    form = "<" + name + " %s>" if name else "%s"
    return Wrapped(Items(list, items), lambda v: Shown(form, v), lambda t: form % t)


def draw_recursion(rng, depth):
    item = draw_word(rng)
    inside = [item.three()]
    inside.append(inside)
    table = {item.three(): 1}
    table["self"] = table
    alone = []
    alone.append(alone)
    return rng.choice([
        Value(alone, "[[...]]", ["[...]"]),
        Value(inside, "[%s, [...]]" % item.two, [item.want(3), "[...]"]),
        Value(table, "{%s: 1, 'self': {...}}" % item.two, {item.want(3): 1, "self": "{...}"}),
        Value(Shown("([1, (...)],)"), "([1, (...)],)", [[1, "(...)"]]),
        Value(Shown("[0, 1, 2, ...]"), "[0, 1, 2, ...]", [0, 1, 2, "..."]),
    ])


# Calls ------------------------------------------------------------------------


class Zone(datetime.tzinfo):
    """A zone of another library, as that shows it."""

    def __init__(self, text, minutes):
        self.text, self.delta = text, datetime.timedelta(minutes=minutes)

    def __repr__(self):
        return self.text

    def utcoffset(self, when):
        return self.delta


ZONES = ["Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Europe/London", "UTC", "Asia/Yekaterinburg"]


def zone_infos():
    """The zones that this machine knows."""
    found = []
    for name in ZONES if zoneinfo else []:
        try:
            found.append(zoneinfo.ZoneInfo(name))
        except (zoneinfo.ZoneInfoNotFoundError, OSError):
            pass
    return found


ZONE_INFOS = zone_infos()


def pytz_text(rng, minutes):
    clock = str(datetime.timedelta(minutes=minutes))
    name = rng.choice(["MSK", "EST", "LMT", "%+03d" % (minutes // 60)])
    return "<DstTzInfo 'Europe/Moscow' %s%s%s %s>" % (name, "+" if minutes > 0 else "", clock, rng.choice(["STD", "DST"]))


def draw_zone(rng):
    """A zone as pytz, Django, dateutil, psycopg2 and Python show it."""
    minutes = rng.choice([180, 0, -300, 330, -210, 60 * rng.randint(-12, 14)])
    return Zone(*rng.choice([
        ("<UTC>", 0), ("tzutc()", 0), (pytz_text(rng, minutes), minutes), ("tzoffset(None, %d)" % (minutes * 60), minutes),
        ("tzoffset('MSK', %d)" % (minutes * 60), minutes), ("psycopg2.tz.FixedOffsetTimezone(offset=%d, name=None)" % minutes, minutes),
        ("pytz.FixedOffset(%d)" % minutes, minutes), ("<StaticTzInfo 'Etc/GMT-3'>", 180),
    ]))


def draw_zone3(rng):
    minutes = rng.choice([180, -300, 330, 60 * rng.randint(-12, 14)])
    delta = datetime.timedelta(minutes=minutes)
    kinds = [draw_zone(rng), datetime.timezone.utc, datetime.timezone(delta), datetime.timezone(delta, "MSK"), datetime.timezone(delta + datetime.timedelta(seconds=17)),
             Zone("psycopg2.tz.FixedOffsetTimezone(offset=%r, name=None)" % delta, minutes)]
    return rng.choice(ZONE_INFOS) if ZONE_INFOS and rng.random() < 0.4 else rng.choice(kinds)


def rfc3339(when):
    delta = when.utcoffset()
    if delta is not None and delta.total_seconds() % 60:
        when, delta = (when - delta).replace(tzinfo=None), None
    text = when.replace(tzinfo=None).isoformat().rstrip("0") if when.microsecond else when.replace(tzinfo=None).isoformat()
    if not delta:
        return text + "Z"
    minutes = int(delta.total_seconds()) // 60
    return text + "%s%02d:%02d" % ("+" if minutes > 0 else "-", abs(minutes) // 60, abs(minutes) % 60)


def draw_datetime(rng):
    day = datetime.datetime(rng.randint(1972, 2036), rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), rng.choice([0, rng.randint(0, 59)]),
                            rng.choice([0, rng.randint(0, 59)]), rng.choice([0, 0, 120000, rng.randint(0, 999999)]), fold=int(rng.random() < 0.2))
    if rng.random() < 0.15:  # a night that an hour repeats or lacks
        day = day.replace(year=2025, month=rng.choice([3, 10]), day=rng.choice([9, 26, 30]), hour=rng.choice([1, 2, 3]))
    if rng.random() < 0.4:
        two = day.replace(fold=0)
        return Value(day, repr(two), rfc3339(day))
    zone, three = draw_zone(rng), day.replace(tzinfo=draw_zone3(rng))
    two = day.replace(fold=0, tzinfo=zone)
    return Value(three, repr(two), rfc3339(three), rfc3339(two))


def draw_date(rng):
    d = datetime.date.fromordinal(rng.randint(1, datetime.date.max.toordinal()))
    return Value(d, repr(d), d.isoformat())


def draw_time(rng):
    t = datetime.time(rng.randint(0, 23), rng.randint(0, 59), rng.choice([0, rng.randint(0, 59)]), rng.choice([0, 500000, rng.randint(0, 999999)]))
    return Value(t, repr(t), t.isoformat().rstrip("0") if t.microsecond else t.isoformat())


def draw_timedelta(rng):
    d = rng.choice([datetime.timedelta(seconds=12, microseconds=345678), datetime.timedelta(rng.randint(-999999999, 999999998), rng.randint(0, 86399), rng.randint(0, 999999)),
                    datetime.timedelta(microseconds=rng.randint(-10 ** 7, 10 ** 10)), datetime.timedelta(0), datetime.timedelta.max, datetime.timedelta.min, datetime.timedelta(days=rng.randint(-5, 5))])
    n = (d.days, d.seconds, d.microseconds)
    two = n if d.microseconds else n[:2] if d.seconds else n[:1]
    return Value(d, "datetime.timedelta(%s)" % ", ".join(map(str, two)), d.total_seconds())


def draw_exception(rng, depth):
    name = rng.choice(EXCEPTIONS)
    args = [draw(rng, depth + 1) for _ in range(rng.choice([0, 1, 1, 1, 2]))]
    form = name + "(" + ", ".join(["%s"] * len(args))
    return Opaque(form + ")", form + (",)" if len(args) == 1 else ")"), *args)


def draw_call(rng, depth):
    a, b, c = draw(rng, depth + 1), draw(rng, depth + 1), draw_text(rng)
    return rng.choice([
        Opaque(Point, "Point(x=%s, y=%s)", a, b), Opaque(Stream, "Stream(id=%s, url=%s, title=%s)", a, b, c),
        Opaque(lambda v: types.SimpleNamespace(key=v), "Namespace(key=%s)", a), Opaque("smarty.billing.Tariff(%s, name=%s)", "smarty.billing.Tariff(%s, name=%s)", a, c),
        Opaque("functools.partial(<function f at 0x7f3d2c11ad50>, %s)", "functools.partial(<function f at 0x7f3d2c11ad50>, %s)", a),
        Opaque("ErrorDetail(string=%s, code='invalid')", "ErrorDetail(string=%s, code='invalid')", c), Opaque("ValidationError([%s])", "ValidationError([%s])", c),
        Opaque("range(0, 3)", "xrange(3)"), Opaque(lambda: range(2, -4, -2), "xrange(2, -4, -2)"), Opaque(lambda v: slice(1, v, None), "slice(1, %s, None)", a),
        Opaque(lambda: re.compile("^a>b'$"), "<_sre.SRE_Pattern object at 0x7f3d2c11ad50>"), Opaque("array('i', [1, 2])", "array('i', [1, 2])"),
        Opaque("f.<locals>.User(id=%s)", "User(id=%s)", a),
    ])


# Objects in angle brackets ----------------------------------------------------


class Model(Opaque):
    def __init__(self, name, text):
        self.name = name
        super().__init__(text, text)

    def clear(self, era):
        odd = self.name.count("'") % 2 or self.name.count('"') % 2
        return not UNCLEAR.search(self.name) and not (odd and self.name[0] in "'\"{")


def draw_model(rng):
    name = " ".join(rng.choice(NAMES) for _ in range(rng.randint(1, 4)))
    return Model(name, "<%s: %s>" % (rng.choice(CLASSES), name))


OBJECTS = [  # Python 3, Python 2
    ("<SimpleLazyObject: <User: admin>>", None), ("<SimpleLazyObject: <function <lambda> at 0x7f3d2c11ad50>>", None),
    ("<django.utils.functional.lazy.<locals>.__proxy__ object at 0x7f3d2c11ad50>", "<django.utils.functional.__proxy__ object at 0x7f3d2c11ad50>"),
    ("<WSGIRequest: GET '/tvmiddleware/api/x/?a=>&b=<'>", None), ('<HttpResponse status_code=200, "text/html; charset=utf-8">', "<django.http.response.HttpResponse object at 0x7f3d2c11ad50>"),
    ("<class 'int'>", "<type 'int'>"), ("<class 'smarty.core.models.Account'>", None), ("<class 'ValueError'>", "<type 'exceptions.ValueError'>"),
    ("<function <lambda> at 0x7f3d2c11ad50>", None), ("<function f at 0x7F3D>", None), ("<bound method X.y of <smarty.X object at 0x7f3d2c11ad50>>", None),
    ("<built-in function len>", None), ("<generator object <genexpr> at 0x7f3d2c11ad50>", None), ("<generator object f.<locals>.<genexpr> at 0x7f3d>", None),
    ("<_io.TextIOWrapper name='x>' mode='r' encoding='UTF-8'>", "<open file 'x>', mode 'r' at 0x7f3d2c11ad50>"), ("<Response [200]>", None),
    ("<re.Match object; span=(0, 3), match='a>b'>", "<_sre.SRE_Match object at 0x7f3d2c11ad50>"), ("<memory at 0x7f3d2c11ad50>", None),
    ("<module 'os' from '/usr/lib/python3.11/os.py'>", "<module 'os' from '/usr/lib/python2.7/os.pyc'>"), ("<Thread(Thread-7 (worker), started daemon 140)>", "<Thread(Thread-1, started daemon 140)>"),
    ("<Channel: [Bad Unicode data]>", None), ("<object object at 0x7f3d2c11ad50>", None), ("<weakref at 0x7f3d; to 'X' at 0x7f3e>", None), ("<unprintable Account object>", None),
]


def draw_object(rng, depth):
    if rng.random() < 0.4:
        return draw_model(rng)
    if rng.random() < 0.2:
        return draw_within(rng, depth)
    three, two = rng.choice(OBJECTS)
    return Opaque(three, two or three)


def draw_within(rng, depth):
    """Objects that show the reprs of others."""
    form = rng.choice(["<SimpleLazyObject: %s>", "<bound method X.y of %s>", "<Color.RED: %s>", "<Request: user=%s>"])
    if rng.random() < 0.2:
        return Opaque(lambda: Color.RED, "<Color.RED: 'r>ed'>")
    return Opaque(form, form, draw_text(rng) if rng.random() < 0.5 else draw_dict(rng, max(depth, 3)))


def draw_request(rng):
    """The request of Django before 1.9, over several lines."""
    parts = [draw_querydict(rng, 3), draw_querydict(rng, 3), draw_dict(rng, 3), Mapping([(draw_word(rng), draw_text(rng)) for _ in range(5)])]
    form = "<WSGIRequest\npath:/tvmiddleware/api/x/,\nGET:%s,\nPOST:%s,\nCOOKIES:%s,\nMETA:%s>"
    return Opaque(form, form, *parts)


def draw(rng, depth):
    """Any value; the deeper the plainer."""
    calls = [draw_uuid, draw_decimal, draw_datetime, draw_date, draw_time, draw_timedelta]
    nested = [draw_list] * 5 + [draw_dict] * 6 + [draw_ordered, draw_defaultdict, draw_counter, draw_deque, draw_view, draw_bytearray, draw_querydict,
                                                  draw_queryset, draw_recursion, draw_exception, draw_call] + [draw_object] * 4
    roll = rng.random()
    if depth == 0 and roll > 0.99:
        return draw_request(rng)
    if roll < (0.2, 0.35, 0.55, 0.8, 1)[min(depth, 4)]:
        return draw_scalar(rng)
    if roll > 0.85:
        return rng.choice(calls)(rng)
    return rng.choice(nested)(rng, depth)


# Checks and output ------------------------------------------------------------


def same(a, b):
    """Equality in which types count and nan equals nan."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (float, complex)):
        return repr(a) == repr(b)
    if isinstance(a, (set, frozenset)):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    if isinstance(a, dict):
        a, b = list(a.items()), list(b.items())
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def joined(value):
    """The value with the halves of surrogate pairs joined."""
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, dict):
        return {joined(k): joined(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(map(joined, value))
    return value


def check3(value, text):
    """Plain literals must read back as the value that was drawn."""
    try:
        again = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError):
        return  # no plain literal
    if value.literal and not same(again, value.three()):
        raise AssertionError("%s reads back as %r" % (text, again))


STRING = re.compile(r"""(u?)('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
LONG = re.compile(r"\b(\d+)L\b")


def check2(value, text):
    """So must literals of Python 2, once written as those of Python 3."""
    out, at = [], 0
    for m in STRING.finditer(text):
        out.append(LONG.sub(r"\1", text[at:m.start()]))
        out.append(("" if m.group(1) else "b") + m.group(2))
        at = m.end()
    out.append(LONG.sub(r"\1", text[at:]))
    names = {"__builtins__": {}, "set": set, "frozenset": frozenset, "nan": float("nan"), "inf": float("inf"), "True": True}
    again = eval("".join(out), names)
    if not same(joined(again), joined(value.again2())):
        raise AssertionError("%s reads back as %r" % (text, again))


def pairs(seed, number):
    """The value of that number, as each era prints it."""
    value = draw(random.Random("%d:%d" % (seed, number)), 0)
    if value.clear(3):
        text = repr(value.three())
        check3(value, text)
        yield {"number": number, "era": 3, "repr": text, "want": value.want(3)}
    if value.clear(2):
        if value.literal:
            check2(value, value.two)
        yield {"number": number, "era": 2, "repr": value.two, "want": value.want(2)}


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--seed", type=int, required=True)
    args.add_argument("--count", type=int, required=True, help="how many values")
    args.add_argument("--first", type=int, default=0, help="number of the first")
    a = args.parse_args()
    for number in range(a.first, a.first + a.count):
        for pair in pairs(a.seed, number):
            print(json.dumps(pair, ensure_ascii=False))


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of sets
        os.execve(sys.executable, [sys.executable] + sys.argv, dict(os.environ, PYTHONHASHSEED="0"))
    main()
