"""Redact a message for storage: e-mail addresses, phone numbers, links, user names, document numbers, coordinates.

Where safety and readability conflict, safety wins, with one exception: the figures of ordinary questions (years,
counts, shares, numbers of laws and UN documents) stay, so that similar questions can still be recognised. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import NamedTuple

from bot.text.normalize import MAX_CHARACTERS, clean
from bot.text.redaction_by_words import CURRENCY, SURE_ENDINGS, redact_by_words
from bot.text.telephone import national_forms

MOST_CHARACTERS = 1000  # stored of one message; the rest says little more about what the FAQ lacks
_CUT_MARGIN = 100  # characters dropped from the end of a truncated message: half an address cannot be recognised
_LONGEST_WORD = 60  # a longer one, such as a line of Chinese, may be cut within
_SEARCHES = 8  # through the numbering plans of all countries, for one message; each takes some milliseconds
_CONTEXT = 40  # characters before and behind a number that may say what it is
_ROUNDS = 5  # of replacing; nearly every message needs one, and what is not settled then is not stored

# Domain endings. A sentence that continues without a space ("work.in", "here.it is") looks like a domain, so endings
# that are words in a widely used language do not count if a lower-case word follows; before a path or a port any
# ending counts. In doubt the text is removed: "Give it to.me" is a link.
_WORDLIKE = r"in|it|is|at|to|be|so|me|my|no|us|am|as|do|es|la|id|io|ai|et|er|ma|tn|ne|ni|al|si|se|pe|ie|va|ca|li|gg|mu"
_ANY_ENDING = rf"(?:{SURE_ENDINGS}|{_WORDLIKE})(?![\w-])"
_ENDING = rf"(?:(?:{SURE_ENDINGS})(?![\w-])|(?:{_WORDLIKE})(?![\w-])(?!\s+(?-i:[a-zà-ÿ])))"
_PATH = r"(?:[/#?]\S*[^\s.,;:!?)\]}»\"'])?"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"

_PART = r"[^\s@\"<>()\[\],;:«»“”]"  # of an e-mail address or a user name, in any script
_DOT = r"(?: ?[\[({<] ?(?:dot|punto|point|punkt) ?[\])}>] ?| (?:dot|punto|point|punkt|точка) )"
_AT_WORD = r"(?:ät|arroba|arobase|chiocciola|собака)"
_AT = rf"(?: ?@ ?| ?[\[({{<] ?(?:at|a|@|{_AT_WORD}) ?[\])}}>] ?| {_AT_WORD} )"
_LOCAL = r"(?<![\w.+-])[\w.+-]+"
_LOCAL_OF_TWO = r"(?<![\w.+-])(?=[\w-]+?[._][\w.+-])[\w.+-]++"
_PROVIDER = r"(?:g(?:oogle)?mail|yahoo|ymail|hotmail|outlook|live|icloud|proton(?:mail)?|gmx|yandex|libero)"

_NAME = rf"(?=[\d._+-]*[^\W\d_]){_PART}*(?<![.!?؟،…])"
_NETWORK = (
    r"(?:telegram|tg|insta(?:gram)?|ig|whats ?app|wa|signal|facebook|fb|messenger|viber|imo|snap(?:chat)?|tik ?tok"
    r"|skype|twitter|wechat|discord|user ?name|nick(?:name)?|телеграмм?|тг|инстаграмм?|инста|вайбер|вотсап|ватсап|вацап"
    r"|фейсбук|تلغرام|تلجرام|تيليجرام|تلگرام|انستا|انستغرام|اینستاگرام|واتساب|واتس|واتساپ|فيسبوك|فیسبوک)"
    r"(?:\s(?:account|id|user ?name|handle|name|nick(?:name)?|profile))?"
)
_MY_ACCOUNT = rf"(?:my|our|mein|mon|mi|mio|meu|benim)\s{_NETWORK}\s(?:is|est|es|ist|è|é)\s(?::\s)?"
_SKYPE_PREFIX = r"(?:live:)?"  # the prefix of Skype names
_NOT_A_NAME = (  # "my whatsapp is blocked" names nobody
    r"(?:not|blocked|bloqu\w+|hacked|hacke\w+|gesperrt|banned|down|gone|weak|bad|lost|poor|low|slow|good|the|an?|on|off|no)\b"
)

_DEGREES, _SIXTIETHS = r"(?<![\d.,])-?\d{1,3}", r"\d{1,2}(?:[.,]\d{1,6})? ?"
_MINUTE_MARK, _COMPASS_POINT = r"['’′\"”]", r"(?: ?(?-i:[NSEW])\b)"

# What is removed, longer forms first, so that no part of one is mistaken for something else.
_TABLE = (
    ("link with a scheme", r"(?<![^\W_])[a-z][a-z0-9+.-]{0,15}://\S*[^\s.,;:!?)\]}»\"']", "[link]"),
    ("link that begins with www", r"(?<![\w.])www\.\S*[^\s.,;:!?)\]}»\"']", "[link]"),
    ("e-mail with a quoted name", rf"\"[^\"\n@]{{1,64}}\"@{_PART}+(?<![.!?…])", "[e-mail]"),
    ("e-mail, any ending", rf"(?:mailto:)?(?<!{_PART})(?!'){_PART}+@{_PART}+(?<![.!?'…])", "[e-mail]"),
    ("name [at] example . com", rf"{_LOCAL}{_AT}(?:[\w-]+(?:{_DOT}| \. |\.))+{_ANY_ENDING}", "[e-mail]"),
    (
        "name at example dot com",
        rf"{_LOCAL}(?:{_DOT}[\w.+-]+)? at (?:[\w-]+{_DOT})+{_ENDING}(?:{_DOT}[a-z]{{2}}(?!\w))?",
        "[e-mail]",
    ),
    ("name at gmail.com, but not: look at iom.int", rf"{_LOCAL} at {_PROVIDER}\.{_ENDING}", "[e-mail]"),
    ("first.last at example.com", rf"{_LOCAL_OF_TWO} at (?:[\w-]+\.)+{_ENDING}", "[e-mail]"),
    ("IPv4 address", rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?!\d|\.\d)(?::\d+)?{_PATH}", "[link]"),
    ("IPv6 address", r"(?<![\w:])(?=[0-9a-f:]*\d)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,8}(?![\w:])", "[link]"),
    ("domain in a domain, as gov.it", rf"(?<![\w.@-])(?:[\w-]+\.){{2,}}{_ANY_ENDING}(?::\d+)?{_PATH}", "[link]"),
    ("domain", rf"(?<![\w.@-])(?:[\w-]+\.)+(?:{_ENDING}|[^\W\d_]{{2,24}}(?=/\S|:\d))(?::\d{{2,5}})?{_PATH}", "[link]"),
    ("@name", rf"@{_NAME}", "[user]"),
    ("telegram: name", rf"(?<![\w\[])({_NETWORK}\s?[:=]\s?)@?(?!{_NETWORK}\s?[:=]){_SKYPE_PREFIX}{_NAME}", r"\1[user]"),
    ("my telegram is name", rf"(?<![\w\[])({_MY_ACCOUNT})@?(?!{_NOT_A_NAME}){_SKYPE_PREFIX}{_NAME}", r"\1[user]"),
    ("machine-readable line of a passport", r"(?<![\w<])(?=[\w<]*\w<<|(?-i:[PIAC]<[A-Z]{3}))[\w<]{5,}", "[number]"),
    (
        "IBAN of twelve digits or more, in groups; after a group without a digit follows a full one with a digit",
        r"\b(?=[A-Z]{2}\d\d(?:[A-Z -]{0,6}\d){10})[A-Z]{2}\d\d"
        r"(?:[ -]?(?:(?=[A-Z]{0,3}\d)[A-Z\d]{4}|[A-Z]{4}(?=[ -]?(?=[A-Z]{0,3}\d)[A-Z\d]{4}))){2,8}"
        r"(?:[ -]?(?=[A-Z]{0,2}\d)[A-Z\d]{1,3}\b)?",
        "[number]",
    ),
    ("codice fiscale in groups", r"\b[A-Z]{3} ?[A-Z]{3} ?\d\d[A-Z]\d\d ?[A-Z]\d{3} ?[A-Z]\b", "[number]"),
    ("UNHCR registration", r"\b\d{3}[ -]?\d\d[ -]?C[ -]?\d{5}\b", "[number]"),
    ("Venezuelan identity card", r"\b[VE]-\d{1,2}\.\d{3}\.\d{3}\b", "[number]"),
    ("Spanish foreigner's number (NIE)", r"\b[XYZ][ -]?\d{7}[ -]?[A-Z]\b", "[number]"),
    ("US alien number", r"\b(?-i:A)[ -]?#? ?\d{2,3}[ .-]?\d{3}[ .-]?\d{3}(?!\d)", "[number]"),
    (
        "51°30'26\"N",
        rf"{_DEGREES} ?° ?{_SIXTIETHS}{_MINUTE_MARK}(?: ?{_SIXTIETHS}{_MINUTE_MARK}{{1,2}})?{_COMPASS_POINT}?",
        "[number]",
    ),
    (
        "51.5074° N, 51.507 N, but not: 1.5 °C",
        rf"{_DEGREES}[.,](?:\d{{2,8}} ?°{_COMPASS_POINT}|\d{{3,8}}(?: ?°(?! ?[CF]\b)|{_COMPASS_POINT}))",
        "[number]",
    ),
    (
        "lat 51.5074, long 0.1277, but not: how long 1.5",
        rf"\b((?:lat|lon|lng|latitude|longitude|long(?=\W{{1,3}}\d+[.,]\d{{4}}))\b\W{{0,3}}){_DEGREES}[.,]\d{{1,8}}(?!\d)",
        r"\1[number]",
    ),
)  # fmt: skip
PLACEHOLDERS = re.compile("|".join(re.escape(f"[{name}]") for name in ("e-mail", "phone", "link", "user", "number")))
_PLAIN_WORD = re.compile(r"[^\W\d_]++[,.;:?!]?|\[[a-z-]++\]")
_MAY_BE_PERSONAL = re.compile(r"[@/\d]|\.\w")  # a quick test: without one of these hardly anything is found
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), new) for _, pattern, new in _TABLE)

# A run: words that contain a digit, with little between them. Only letters used in document numbers are part of it;
# letters of other scripts, such as Chinese, touch figures in ordinary text. G7, EU27, H1B, COVID19, 244m, GCM2018, 2k15
# and 3arabi are in no run.
_LETTER = r"A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿḀ-ỿ"
_ORDINARY = (
    rf"(?:\d{{1,3}}[{_LETTER}]+|[{_LETTER}]+\d{{1,3}}|[{_LETTER}]+\d{{1,2}}[{_LETTER}]+|[{_LETTER}]{{2,}}(?:1[89]|20)\d\d"
    rf"|(?:1[89]|20)\d\d[{_LETTER}]+|[{_LETTER}]{{4,}}\d{{4}}|\d{{4,6}}(?:usd|eur|gbp|k|m|km|bn|mio)"
    rf"|[{_LETTER}]?(?-i:[a-z]*(?:\d[a-z]+){{1,3}}\d?)|\d\d?h\d\d|\d{{1,3}}x\d{{1,3}}(?:[cm]m)?|2k[0-2]\d)(?![{_LETTER}\d])"
)
_WORD = rf"(?!{_ORDINARY})[{_LETTER}]*\d[{_LETTER}\d]*"
_SEPARATORS = r"(?:_|[^\w%$€£¥₹‰°?!]){1,6}"
_RUN = re.compile(  # the second and the last line are for letters glued to a run, as in "tel600 123 456"
    rf"(?:(?:\+ ?)?(?:\((?=\+?\d{{1,6}}\)\W{{0,3}}\d))?\+?(?<![{_LETTER}\d]){_WORD}"
    rf"|(?<=[{_LETTER}])\d{{1,4}}(?={_SEPARATORS}\d))"
    rf"(?:{_SEPARATORS}(?:{_WORD}"
    rf"|\d{{1,4}}(?=[{_LETTER}])))*",
    re.IGNORECASE,
)

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:1[89]|20)\d\d(?!\d)"
_DATE = re.compile(
    rf"(?<!\d)(?<!\d[./-])(?:{_DAY}([./-] ?){_DAY}\1(?:{_YEAR}|\d\d)|{_YEAR}([./-]){_DAY}\2{_DAY})(?!\d|[./-]\d)"
)
_OF_THIS_TIME = re.compile(rf"{_DAY}([./-]){_DAY}\1(?:201|202|203)\d|(?:201|202|203)\d-{_DAY}-{_DAY}")
_PAIRS = re.compile(r"\d\d(_|[^\w,;:]{1,3})\d\d(?:\1\d\d)+")
_CARD = re.compile(r"\d{3}-\d\d-\d{4}|\d{5}-\d{7}-\d|[1-9]\d{3}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,4})?")
_COUNT = re.compile(
    r"[1-9]\d{0,2}(?:([,.'’ ])\d{3})(?:\1\d{3}){0,2}(?:(?!\1)[.,]\d{1,2})?|[1-9]\d?(?:,\d\d){1,3},\d{3}"
)
_SMALL = re.compile(r"[1-9]\d{0,3}|\d{1,3}[.,]\d{1,2}|[1-9]\d?[.,]\d{3}")
_SPAN = rf"{_YEAR}(?:[-/–]\d\d(?!\d))?"
_YEARS = re.compile(rf"{_SPAN}(?:\D{{1,6}}{_SPAN})*")
_YEARS_FIRST = re.compile(rf"(?:{_SPAN}\D{{1,6}})+")
_LAW = re.compile(  # 604/2013, 2008/115/EC, 13.445/2017
    r"(?:[1-9]\d{0,3}|\d{1,2}\.\d{3})/(?:19[4-9]|20[0-4])\d|(?:19[4-9]|20[0-4])\d/[1-9]\d{0,3}"
)
_NEXT = re.compile(rf"[,;:]\s+|\s?\((?={_YEAR}$)")  # 173, 191, 220; 2240 (2015)
_TO = re.compile(r" ?[-–—/] ?")
_UN_SYMBOL = re.compile(r"[1-9]\d{0,3}(?:[/.(][1-9]\d{0,3}){0,2}")  # S/RES/2240(2015)
_UN_SYMBOL_HEAD = re.compile(r"(?<![\w/])(?:A|S|E|ST|CCPR|CERD|CEDAW|CRC|CMW|CAT|HRI|HRC)/(?:[A-Z]{1,6}[./])*$")
_JUDGMENT = re.compile(r"[1-9]\d{2,4}/\d\d")  # Hirsi v. Italy, 27765/09
_PARTIES = re.compile(
    r"\b(?:vs?\b\.?|c\.|gg\.) \w+(?: (?:and |et |und |& )?\w+){0,2},? (?:\(?(?:app\w*\.? )?(?:nos?\.? )?)?$",
    re.IGNORECASE,
)

_OF_LAW = re.compile(  # and until, after
    r"(?:§|\b(?:art(?:icle|ikel|[ií]culo|igo)?|law|act|directive|regulation|gesetz|richtlinie|loi|ley|lei"
    r"|закон\w{0,3}|стат\w{1,4}|kanun\w{0,4}|قانون|المادة|ماده)\b).{0,30}?"
    r"\b(?:until|till|before|after|since|from|by|bis|vor|nach|ab|seit|jusqu.au|avant|après|depuis|hasta|desde|até"
    r"|of|vom|du|del|до|после|після|з|с|от|від|حتى|قبل|بعد|منذ|تا|از)\s$",
    re.IGNORECASE,
)
_UP_TO_NUMBER = r"(?:\W{1,3}(?:is|are|no|nr|num(?:ber)?|me|us|at|on|est|es|ist|è|numéro|número)){0,3}\W{0,4}$"
_PHONE_CONTEXT = re.compile(
    r"(?<![^\W_])(?:(?<!the )(?<!this )(?<!law )(?<!decree )(?<!resolution )number|call|reach me|text me"
    r"|phone|mobile|cell|cel|tel|fax|sms|hotline|wa"
    r"|whats ?app|viber|signal|imo|telegram|t[eé]l[eéè](?:ph|f)on\w*|numero|número|numéro|nummer|handy|celular|m[oó]vil"
    r"|cellulare|portable|appele[rz]|ll[aá]m[ae]\w*|chiama\w*|numara\w*|telepon|nomor|simu|namba|номер\w*"
    r"|тел|телефон\w*|звони\w*"
    r"|(?:ال)?(?:هاتف|رقم|جوال|موبايل|واتس|اتصل)\w*|تلفن|شماره|موبایل|फोन|नंबर|ফোন|ስልክ|电话|手机)"
    rf"{_UP_TO_NUMBER}",
    re.IGNORECASE,
)
_DOCUMENT_CONTEXT = re.compile(
    r"(?<![^\W_])(?:my|passports?|pass?aporte|passeport|passaporto|reisepass|паспорт\w*|جواز\w*|id|identity|case|file|born"
    r"|dossier|aktenzeichen|alien|visa|permit|permesso|card|account|konto|compte|cuenta|iban|ssn|cnic|aadhaar|dni|nie|dob"
    rf"|c[eé]dula|registration|unhcr|birth ?date|date of birth){_UP_TO_NUMBER}",
    re.IGNORECASE,
)
_MONEY = re.compile(r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|dollars?|euros?))\s?$", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:\b(?:over|more than|about|around|almost|nearly|plus de|environ|près de|más de|casi|mais de|cerca de|über"
    r"|mehr als|rund|fast|più di|oltre|meer dan|ponad|více než|больше|более|свыше|около|почти|понад|близько"
    r"|أكثر من|اكثر من|حوالي|بیش از|حدود)|超过|约)\s?$",
    re.IGNORECASE,
)
_COUNT_CONTEXT = re.compile(
    rf"(?:[km]|bn|mio)\b|\s?[%$€£¥₹‰]|\s?{CURRENCY}|[\s-]{{0,2}}"
    r"(?:(?:international|new|young|irregular|undocumented|forcibly|internally|displaced)\s){0,2}"
    r"(?:millio|milliar|billion|trillion|thousand|mil\b|mill[oó]n|mili[aoõ]|mln|mio\b|mrd\b|bn\b|milyon|juta|migra|immigra"
    r"|emigra|people|persons?\b|personas|personnes|persone|personen|refugee|réfugié|refugiad|rifugiat|flüchtl|asylum"
    r"|displaced|children|enfants|kinder|niñ[oa]s|women\b|men\b|femmes|workers|students|girls|boys|families|deaths|dead\b"
    r"|arrivals|countries|years|dólar|per ?cent|kilomet|km\b|tonnes|kişi|göçmen|mülteci"
    r"|мигрант|мільйон|миллион|млн|людей|человек|беженц|біженц|осіб|万|名|人"
    r"|مليون|ملايين|مليار|مهاجر|لاجئ|شخص|میلیون|نفر|پناه)",
    re.IGNORECASE,
)


class _Searches:
    """The searches through all numbering plans that one message has, in all rounds together; each is made once.

    What was found is not kept for other messages: telephone numbers would stay in memory.
    """

    def __init__(self) -> None:
        self._forms: dict[str, tuple[str, ...]] = {}

    def forms(self, digits: str) -> tuple[str, ...] | None:
        """The national forms of all countries in which this is a phone number; None if no search is left."""
        if digits not in self._forms:
            if len(self._forms) == _SEARCHES:
                return None
            self._forms[digits] = tuple(national_forms(digits))
        return self._forms[digits]


class _Run(NamedTuple):
    """A run of digits with what the words around it say about its meaning."""

    shape: str  # as typed, but in ASCII digits
    digits: str
    is_counted: bool  # "million", "people", "%" follow, a currency precedes, or "over" a round number
    is_of_law: bool  # "§ 24 until" precedes
    after_phone_word: bool  # "call", "my number is" precede
    after_document_word: bool  # "passport", "my" precede
    after_parties: bool  # "v. Italy" precedes
    after_un_symbol: bool  # "A/RES/" precedes
    searches: _Searches


def redact(text: str) -> str:
    """Replace everything that may identify a person by placeholders; at most ``MOST_CHARACTERS``, never raises.

    Placeholders: ``[e-mail]``, ``[phone]``, ``[link]``, ``[user]``, ``[number]``. Redacting twice changes nothing. The
    cost grows with the length of the text, whatever it holds.
    """
    searches = _Searches()
    cleaned = clean(text)
    kept = _replace(cleaned, searches)
    if kept == text and len(text) <= MOST_CHARACTERS and text == text.strip():
        return text
    if max(len(text) - 1, len(cleaned)) >= MAX_CHARACTERS:
        kept = _cut(kept, max(len(kept) - _CUT_MARGIN, 0))
    settled = _settled(_cut(kept, MOST_CHARACTERS), searches)
    if settled is None:  # as in "a.in a.in a.in …", where each link makes one of the word before it
        plain = " ".join(word if _PLAIN_WORD.fullmatch(word) else "[number]" for word in kept.split())
        settled = _settled(_cut(plain, MOST_CHARACTERS), searches)
    return "[number]" if settled is None else settled


def _settled(text: str, searches: _Searches) -> str | None:
    """The text once nothing in it changes any more; None if that takes too many rounds.

    A placeholder or a cut can change the context of a number, and replacing text can bring an accent next to a letter.
    """
    for _ in range(_ROUNDS):
        again = _cut(_replace(clean(text), searches), MOST_CHARACTERS)
        if again == text:
            return text
        text = again
    return None


def without_personal_data(text: str) -> str:
    """The text without anything that may identify a person, and without placeholders; unchanged if nothing is left."""
    left = PLACEHOLDERS.sub(" ", redact(text)) if _MAY_BE_PERSONAL.search(text) else text
    return " ".join(left.split()) or text


def _cut(text: str, most: int) -> str:
    """The text up to the last whole word within ``most`` characters, never ending in part of a placeholder."""
    kept = text[:most]
    if re.match(r"\S\S", text[max(most - 1, 0) : most + 1]):
        *head, word = kept.rsplit(maxsplit=1) or [""]
        kept = head[0] if head and len(word) <= _LONGEST_WORD else re.sub(r"\[[a-z-]{0,6}$", "", kept)
    return kept.strip()


def _replace(text: str, searches: _Searches) -> str:
    text = redact_by_words(text)
    for pattern, placeholder in _PATTERNS:
        text = pattern.sub(placeholder, text)
    return _RUN.sub(partial(_redact_run, searches=searches), text)


def _redact_run(found: re.Match[str], *, searches: _Searches) -> str:
    """The run as it may be stored: unchanged or as a placeholder."""
    if any(c.isalpha() for c in found[0]):
        return "[number]"
    shape = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in found[0])
    digits = re.sub(r"\D", "", shape)
    before = found.string[max(found.start() - _CONTEXT, 0) : found.start()]
    after = found.string[found.end() : found.end() + _CONTEXT]
    run = _Run(
        shape=shape,
        digits=digits,
        is_counted=bool(
            _COUNT_CONTEXT.match(after) or _MONEY.search(before) or (_ABOUT.search(before) and _is_round(digits))
        ),
        is_of_law=bool(_OF_LAW.search(before)),
        after_phone_word=bool(_PHONE_CONTEXT.search(before)),
        after_document_word=bool(_DOCUMENT_CONTEXT.search(before)),
        after_parties=bool(_PARTIES.search(before)),
        after_un_symbol=bool(_UN_SYMBOL_HEAD.search(before)),
        searches=searches,
    )
    if _may_stay(run):
        return found[0]
    return "[phone]" if _is_phone(run) else "[number]"


def _may_stay(run: _Run) -> bool:
    """Whether a run is a figure: short, years, or a count. Anything else of seven digits or more is removed."""
    if _DATE.search(run.shape):
        return run.is_of_law and bool(_OF_THIS_TIME.fullmatch(run.shape))
    if run.after_un_symbol and _UN_SYMBOL.fullmatch(run.shape):
        return True
    if run.after_parties and _JUDGMENT.fullmatch(run.shape):
        return True
    if len(run.digits) >= 7 and run.shape.startswith(("+", "(+", "00")):
        return False
    if (run.after_phone_word or run.after_document_word) and len(run.digits) >= 5:
        signs = (run.is_counted, _is_round(run.digits), len(run.digits) < 7)
        return sum(signs) >= 2
    if re.search(r"\d{6}", run.shape):
        count = _without_years_first(run)
        return run.is_counted and count.isdecimal() and _is_round(count)
    if _PAIRS.fullmatch(run.shape):
        return False
    if _COUNT.fullmatch(run.shape):
        return len(run.digits) < 6 or _is_count(run.shape, run) or not _is_written_like_a_phone(run)
    return len(run.digits) < 7 or _are_figures(run)


def _without_years_first(run: _Run) -> str:
    """The shape of a run without the years before what is counted: in 2015 1200000 people."""
    years = _YEARS_FIRST.match(run.shape) if run.is_counted else None
    return run.shape[years.end() :] if years else run.shape


def _are_figures(run: _Run) -> bool:
    """Whether a run of several numbers consists of years, counts and numbers of laws."""
    if _YEARS.fullmatch(run.shape):
        return True
    shape = _without_years_first(run)
    parts = _NEXT.split(shape)
    small_may_stay = len(parts) > 1 or shape != run.shape
    return all(
        (small_may_stay and _SMALL.fullmatch(part))
        or _YEARS.fullmatch(part)
        or _LAW.fullmatch(part)
        or _is_range(part, run)
        for part in parts
    )


def _is_range(part: str, run: _Run) -> bool:
    """Whether this is a count or a range that ends in one: `1,000-2,000`, `500 - 1 000`."""
    first, *rest = _TO.split(part)
    return len(rest) <= 1 and all(
        _is_count(end, run) or (rest and end is first and re.fullmatch(r"[1-9]\d{0,2}", end)) for end in (first, *rest)
    )


def _is_count(shape: str, run: _Run) -> bool:
    """Whether digits are grouped by thousands, and separators, trailing zeros or the context show a count."""
    count = _COUNT.fullmatch(shape)
    return bool(count and (count[1] in (",", "'", "’", None) or run.is_counted or _is_round(re.sub(r"\D", "", shape))))


def _is_round(digits: str) -> bool:
    return digits.endswith("000") and len(digits.rstrip("0")) <= 4 and not digits.startswith("0")


def _is_written_like_a_phone(run: _Run) -> bool:
    """Whether digits grouped by thousands are a phone number in some country: `600 123 456` is, `1 234 567` is not.

    Nearly all numbers of eight or nine digits are. Numbers of seven digits are usually written 3-4, so if the first
    group is a single digit, the groups must be those of the national format. True for more than nine digits, and when
    no search is left.
    """
    forms = run.searches.forms(run.digits) if len(run.digits) <= 9 else None
    if forms is None:
        return True
    groups = re.findall(r"\d+", run.shape)
    return any(
        re.findall(r"\d+", national) == groups if len(groups[0]) == 1 else re.sub(r"\D", "", national) == run.digits
        for national in forms
    )


def _is_phone(run: _Run) -> bool:
    """Whether the placeholder of a removed run is ``[phone]``. Digits without separators may be a passport number."""
    if _DATE.search(run.shape) or len(run.digits) < 5:
        return False
    if run.after_phone_word or run.shape.startswith(("+", "(+")):
        return True
    plain = run.shape == run.digits and not run.digits.startswith("0")
    if run.after_document_word or plain or _CARD.fullmatch(run.shape):
        return False
    return bool(run.searches.forms(run.digits))
