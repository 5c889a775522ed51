"""Made-up personal data as people on the move type it into a chat: what redaction must take out, and what it cannot.

Numbers are those that are kept for films and documents where there are such (Ofcom's 07700 900xxx, 555-01xx, ARCEP's
06 39 98, the Bundesnetzagentur's 0171 39200xx, RFC 2606, RFC 3849, RFC 5737); the others are numbering plans' own
examples or plainly invented. `zarminaq` is the name of nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category, decimal, normalize

WINDOW = 7  # digits on end that tell whose number it is
_BETWEEN = re.compile(r"(?<=\d)[-–—_./\\()·:*~+#°'’′ ]{1,4}(?=\d)")
_UNSEEN = {"Cf", "Me"}  # categories of characters that a reader does not see, or sees around a digit


@dataclass(frozen=True, slots=True)
class Personal:
    """Something that tells who wrote it: its kind, as it is typed, and what must be found nowhere: folded pieces."""

    kind: str
    text: str
    pieces: tuple[str, ...]

    def traces(self, text: str) -> list[str]:
        """What of it stands in a text, in whatever letters and digits, with whatever stands between digits."""
        seen = folded(text)
        return [piece for piece in self.pieces if piece in seen]


def folded(text: str) -> str:
    """A text in one form for search: small letters, ASCII digits, nothing that is not seen, nothing between digits."""
    plain = normalize("NFKC", text).casefold()
    seen = (c for c in plain if category(c) not in _UNSEEN and c != "\ufe0f")
    return _BETWEEN.sub("", "".join(str(decimal(c)) if c.isdecimal() else c for c in seen))


def _windows(digits: str) -> Iterator[str]:
    """All runs of digits that are long enough to tell whose they are; a short number whole."""
    length = min(WINDOW, len(digits))
    return (digits[start : start + length] for start in range(len(digits) - length + 1))


def _named(kind: str, listed: str, *pieces: str) -> tuple[Personal, ...]:
    """Items of one kind that tell by words; ``listed`` are their texts, on lines and between bars.

    Of several pieces those count that a text has.
    """
    texts = _texts(listed)
    return tuple(Personal(kind, text, tuple(one for one in pieces if one in folded(text)) or pieces) for text in texts)


def _numbered(kind: str, listed: str) -> tuple[Personal, ...]:
    """Items of one kind that tell by their digits; of those with letters also by what is written without a blank."""
    return tuple(Personal(kind, text, tuple(_pieces(text))) for text in _texts(listed))


def _short(kind: str, listed: str) -> tuple[Personal, ...]:
    """Items of one kind whose few digits may stand anywhere by chance: they tell with the words before them."""
    return tuple(Personal(kind, text, (folded(text),)) for text in _texts(listed))


def _pieces(text: str) -> Iterator[str]:
    seen = folded(text)
    for digits in re.findall(r"\d{5,}", seen):
        yield from _windows(digits)
    for word in re.findall(r"\S+", seen):
        if len(word) >= WINDOW and re.search(r"[^\W\d_]", word) and re.search(r"\d", word):
            yield word.strip(",.;:()")


def _texts(listed: str) -> list[str]:
    return [text for line in listed.strip("\n").split("\n") for text in line.split("|") if text]


EMAILS = (
    *_named(
        "e-mail",
        """
zarminaq@example.org|zarminaq+visa@example.com|ZARMINAQ_1@EXAMPLE.NET|z.zarminaq@mail.example.co.uk
zarminaq@gmail|zarminaq @ example . org|zarminaq@ example.org|mailto:zarminaq@example.org|zarminaq＠example．org
zarm\u200cinaq@example.org|"zarminaq q"@example.org|zarminaq@192.0.2.44|зарминаку.zarminaq@пример.рф
""",
        "zarminaq",
    ),
    *_named("e-mail in another script", "زرميناق@example.org|زرميناق@مثال.مصر", "زرميناق"),
    *_named("e-mail in another script", "зарминаку@example.org|зарминаку собака example точка org", "зарминаку"),
    *_named(
        "e-mail spelled out",
        """
zarminaq at example dot org|zarminaq AT example DOT org|zarminaq (at) example (dot) org|zarminaq[at]example.org
zarminaq{at}example{dot}org|zarminaq(@)example.org|zarminaq [@] example.org|zarminaq<at>example.org
zarminaq arroba example punto org|zarminaq chiocciola example punto it|zarminaq at gmail.com|zarminaq at gmail dot com
zarminaq dot k at gmail dot com|zarminaq . k @ gmail . com|z_zarminaq @ gmail . com
zarminaq underscore 7 at yahoo dot com
zarminaq7 at gmail|my e-mail is zarminaq at example.org|mi correo es zarminaq arroba gmail punto com
zarminaq艾特gmail点com
mon courriel : zarminaq arobase example point fr|моя почта zarminaq собака gmail точка ком|zarminaq-at-example-dot-org
ايميلي zarminaq ات جيميل دوت كوم|邮箱是 zarminaq@qq点com
z.zarminaq at example.org|zarminaq ät example punkt de
""",
        "zarminaq",
    ),
    *_named("e-mail spelled out in another script", "ايميلي زرميناق ات جيميل دوت كوم", "زرميناق"),
)

PHONES = _numbered(
    "phone",
    """
+44 7700 900123|07700 900123|07700-900-123|(07700) 900123|+44 (0) 7700 900123|+44(0)7700900123|+44 20 7946 0958
020 7946 0958|+1 202-555-0143|(202) 555-0143|202.555.0143|202-555-0143|1-202-555-0143|2025550143|tel. 555-0143
+33 6 39 98 12 34|+33 (0)6 39 98 12 34|06 39 98 12 34|06.39.98.12.34|06-39-98-12-34|0639981234|0033639981234
(+33) 639981234|+49 171 3920012|0171 3920012|0171/3920012|0171-39-200-12|+49.171.3920012|+49 (171) 3920012
030 23125123|(030) 23125-123|0171 / 39 200 12|0171...3920012|0 1 7 1 3 9 2 0 0 1 2|tel:+491713920012
+353 20 915 1234|020 915 1234|+46 70 174 06 35|070-174 06 35|+61 491 570 156|0491 570 156|(02) 5550 1234
+36 55 123 456|+90 501 234 56 78|0501 234 56 78|+963 944 567 890|00963944567890|0944 567 890|+380 50 123 4567
01812-345678|0802 123 4567|+52 55 1234 5678|55 1234 5678|+39 312 345 6789|312 345 6789|+34 612 34 56 78
+30 691 234 5678|691 234 5678|+251 91 123 4567|091 123 4567|+252 61 1234567|0412-1234567|321 1234567|091-2345678
0100 123 4567|call 71 123 456|131 2345 6789|call 512 345 678|my number is 8123456|whatsapp 07700 900123
٠٩٤٤ ٥٦٧ ٨٩٠|٠٩٤٤٥٦٧٨٩٠|(٠٧٧٠٠) ٩٠٠١٢٣|+٩٦٣ ٩٤٤ ٥٦٧ ٨٩٠|رقم ٠٩٤٤٥٦٧٨٩٠|۰۹۱۲ ۳۴۵ ۶۷۸۹|+۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹|۰۷۰۱۲۳۴۵۶۷
۰۹۱۲-۳۴۵-۶۷۸۹|০১৮১২-৩৪৫৬৭৮|८१२३४५६७८९|၀၉ ၁၂၃ ၄၅၆ ၇၈၉|０１７１ ３９２００１２|＋４９ １７１ ３９２００１２|𝟎𝟏𝟕𝟏 𝟑𝟗𝟐𝟎𝟎𝟏𝟐
0171\u00a0392\u202f0012|01\u200b71 392\u200b0012|0\ufe0f\u20e31\ufe0f\u20e371 3920012
""",
)

LINKS = (
    *_named(
        "link",
        """
https://t.me/zarminaq|t.me/zarminaq|t.me／zarminaq|telegram.me/zarminaq|tg://resolve?domain=zarminaq
facebook.com/zarminaq|https://www.facebook.com/zarminaq.q|fb.me/zarminaq|www.instagram.com/zarminaq/|x.com/zarminaq
vk.com/zarminaq|linkedin.com/in/zarminaq|https://example.org/case/zarminaq?t=1#q|hxxps://example.org/zarminaq
t . me / zarminaq|t dot me slash zarminaq|facebook com/zarminaq|///filled.zarminaq.soap|www.zarminaq.example
zarminaq.example.org|http://zarminaq:pw@example.org/|threads.net/@zarminaq
""",
        "zarminaq",
    ),
    *_named("link", "t.me/+Zq7RkExampleXy|chat.whatsapp.com/Zq7RkExampleXy", "zq7rkexamplexy"),
    *_numbered(
        "link with a number",
        """
wa.me/447700900123|https://wa.me/+447700900123|signal.me/#p/+447700900123|viber://chat?number=%2B447700900123
m.facebook.com/profile.php?id=100912345678901
""",
    ),
)

USERS = _named(
    "user name",
    """
telegram zarminaq_r78|snap zarminaq99|insta zarmi.zarminaq|add me on insta zarminaq|find me on telegram zarminaq
username zarminaq
text me on whatsapp as zarminaq|my discord is zarminaq|my snap zarminaq
zarminaq#1234|u/zarminaq|facebook/zarminaq|@ zarminaq_7
escríbeme por telegram zarminaq|agrégame en insta zarminaq|ajoute-moi sur snap zarminaq
écris-moi sur telegram zarminaq
пиши мне в телеграм zarminaq|добавь меня в инсте zarminaq|мой тг zarminaq_77|вк zarminaq77|تلغرام zarminaq
حسابي على الانستا zarminaq|راسلني على تلغرام zarminaq|微信zarminaq|我的微信号是zarminaq|加我微信 zarminaq
微信号:zarminaq_99
@zarminaq|＠zarminaq|@zarminaq_q99|@z.zarminaq|telegram: zarminaq|Telegram : @zarminaq|tg: zarminaq|insta: zarminaq
ig: zarminaq|fb: zarminaq.q|facebook: zarminaq|snapchat=zarminaq|tiktok: @zarminaq|discord: zarminaq#1234
skype: live:zarminaq|imo: zarminaq|my telegram is zarminaq|my facebook name is zarminaq|my username is zarminaq
mi instagram es zarminaq|тг: zarminaq|تلغرام: zarminaq|اینستاگرام: zarminaq|wechat: zarminaq
""",
    "zarminaq",
)

PAPERS = _numbered(
    "document",
    """
L898902C3|C01X00T47|AB1234567|passport no. 12345678|passport A1234567|my passport is AB 123 4567|КВ 123456
паспорт 75 12 345678|جواز سفر ٠١٢٣٤٥٦٧|N° 12AB34567|I<UTOD231458907<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10|visa D1234567|DEU912345678|FRA 912345678
ZU1234567|residence permit I12345678|X1234567L|Y-1234567-Z|EIS123456|Kimlik 9 912 345 678 9|TC 99123456789
A912345678|A# 912-345-678|A 912 345 678|MSC2190912345|EAC-21-900-91234|N0912345678|GWF912345678|UCI 11-2345-6789
asylum case 2019/12345|case 18/0123456|Az. 7654321-461|AZ: 7 654 321 - 461|RM0912345|IFA 1234567801|permit 123 456
2812345678|281.234.5678|10-123456|1-12345678|case number 123456|05/000123456|case no. 2018-01-12345|12345/2019
UNHCR 245-15C12345|UNHCR 245-15-C-12345|UNHCR 245 15C 12345|245-00123456|my UNHCR number is 24515C12345
078-05-1120|RSSMRA85T10A562S|12345-1234567-1|1234 5678 9012|850312-1234|19850312-1234
11010519491231002X|V-12.345.678|E-82.345.678|V12345678|my cédula is 1.023.456.789|756.1234.5678.97
1 85 03 75 116 191 42
123.456.789-09|GOMC850312HDFRRL09|490154203237518
""",
)

SAID = _named(
    "number said in words",
    """
zero six one two three|call zero six one two three four|my number is zero six one two three four five
oh seven seven zero zero six one two three|mi número es cero seis uno dos tres cuatro
zéro six douze trente-quatre cinquante-six
null eins sieben sechs eins|ноль шесть один два три четыре|мой номер ноль шесть один два
صفر ستة واحد اثنين ثلاثة أربعة
رقمي صفر ستة واحد اثنين|电话是零六一二三四五六|我的护照号码 零六一二三四五|passport six one two three four five six
my pin is four six one two|el pin es cuatro seis uno dos|пин четыре шесть один два
""",
    "six one",
    "seis uno",
    "six douze",
    "sechs eins",
    "шесть один",
    "ستة واحد",
    "零六一",
    "six one two",
    "four six",
)

CODES = _short(
    "number of a file, transfer or secret",
    """
case no. 9374|file number: 9374|dossier n° 9374|expediente nº 9374|caso número 9374|дело № 9374|номер дела: 9374
ملف رقم 9374
رقم الملف 9374|案号9374|文件编号:9374|hawala code 9374|hawala number is 9374|the code for the hawala is 9374|MTCN 9374
MTCN: 93 74 12|western union number 9374|transfer code 9374|código de la transferencia 9374|clave del giro 9374
code du transfert : 9374
код перевода 9374|номер перевода 9374|رقم الحوالة 9374|كود الحوالة 9374|汇款号码9374|my pin is 9374|PIN: 9374
mi pin es 9374
mot de passe zarm9374|contraseña zarm9374|пароль zarm9374|пин-код 9374|الرقم السري 9374|كلمة السر zarm9374
密码是9374|取款码9374
""",
)

PLATES = _short(
    "number plate",
    """
AB-123-CD|AB 123 CD|B-XY 1234|34 ABC 123|KX65 ABC|1234 BCD|plate AB 9374|my car plate is 93 74 ABC
matrícula 9374 BCD|placa ABC 9374
plaque AB-937-CD|Kennzeichen B-XY 9374|А 937 ВС 77|номер машины А937ВС77|госномер А937ВС|رقم السيارة 93741
لوحة السيارة 93741
车牌京A93741|京A·93741|车牌号: 沪B93741
""",
)

HOMES = _named(
    "home address",
    """
I live in 14 Zarminaq Street|14 Zarminaq Street, flat 3|221b Zarminaq Rd|14, Zarminaq Avenue|Rue Zarminaq 5, 2nd floor
12 bis rue Zarminaq|5, avenue de la Zarminaq|calle Zarminaq 14|Calle de Zarminaq, nº 14, piso 2
avenida Zarminaq número 14
Zarminaqstraße 5|Zarminaqstr. 5a|Via Zarminaq 14|ул. Zarminaq, д. 5, кв. 12|улица Zarminaq 5|вулиця Zarminaq, 5
شارع Zarminaq 14|شارع Zarminaq رقم 14
""",
    "zarminaq",
) + _short(
    "number of a tent or room",
    """
tent 9374|tent number 9374|tent no. C9374|container 9374|in room 9374|my room is 9374|room number 9374
block C number 9374
carpa 9374|habitación 9374|tente n° 9374|chambre 9374|Zimmer 9374|палатка № 9374|комната 9374|квартира 9374
контейнер 9374
خيمة رقم 9374|الخيمة 9374|غرفة رقم 9374|كرفان 9374|帐篷9374号|房间9374|人民路9374号|中山路12号9374室
""",
)  # fmt: skip

LETTERS = (
    *_named("passport's line", "P<UTOQASIMI<<ZARMINAQ<MARIA<<<<<<<<<<<<<<<<<", "zarminaq", "qasimi"),
    *_named("codice fiscale", "RSS MRA 85T10 A562S", "85t10", "a562s"),
)

MONEY = _numbered(
    "account or card",
    """
DE89 3704 0044 0532 0130 17|DE89370400440532013017|GB82 WEST 1234 5698 7654 32|gb82west12345698765432
FR14 2004 1010 0505 0901 3M02 606|TR33 0006 1005 1978 6457 8413 26|UA213223130917026007233566001|NO93 8601 1117 947
NL91 ABNA 0417 1643 19|IBAN: SY21 0123 4567 8912 3456 7812 3456|4111 1911 1511 1711|5555-5455-5355-4444
378282246310915|3782 822463 10915|4111191115111711|my card 4111.1911.1511.1711
""",
)

BIRTHDAYS = _numbered(
    "date of birth",
    """
12/03/1985|12.03.85|3. 12. 1985|1985-03-12|1985/3/12|12 03 1985|dob 3/12/85|born 12.3.1985|19850312|12／03／1985
١٢/٠٣/١٩٨٥|۱۲/۰۳/۱۳۶۴|1364/03/12
""",
)

BIRTHDAYS += _named(
    "date of birth with its month in words",
    """
born 12 March 1985|born on the 12th of March, 1985|I was born March 12 1985|DOB: 12 Mar 1985
date of birth is 12-Mar-1985|12-Mar-1985
12 March 1985 (date of birth)|my birthday is 12 March|né le 12 mars 1985|née le 12 mars 1985
date de naissance : 12 mars 1985
nací el 12 de marzo de 1985|fecha de nacimiento: 12 de marzo de 1985|mi cumpleaños es el 12 de marzo
geboren am 12. März 1985
родился 12 марта 1985|дата рождения: 12 марта 1985 года|12 марта 1985 г.р.|мой день рождения 12 марта
народився 12 березня 1985
مواليد 12 مارس 1985|تاريخ الميلاد 12 آذار 1985|ولدت في 12 مارس 1985|我出生于1985年3月12日|出生日期:1985年3月12日
1985年3月12日出生
""",
    "12 march",
    "march 12",
    "12 mar",
    "12 mars",
    "12 de marzo",
    "12. märz",
    "12 марта",
    "12 березня",
    "12 مارس",
    "12 آذار",
    "3月12日",
    "12th",
    "12-mar",
)

PLACES = _numbered(
    "address of a device or place on the map",
    """
192.0.2.44|198.51.100.7:8080|203.0.113.9/login|2001:db8::8a2e:370:7334|2001:db8:0:85a3::8a2e:7334
51.5074, -0.1278|51.50742,-0.12781|36.1408 N 5.3536 W|33.5138° N, 36.2765° E|35°30'26"N 12°36'39"E
N 36.140 W 5.353|8FVC9G8F+6X|9G8F+6XQ Lisbon
lat 35.5074 lon 12.6278|35° 30.441' N 12° 36.665' E|35,5074 12,6278
""",
)

PLACES += _short(
    "place on the map, to a kilometre or so",
    """
36.14 N, 5.35 W|GPS: 36.14, 5.35|my location is 36.14 5.35|北纬36.14度东经5.35度
36,14 с.ш. 5,35 в.д.|36.14 شمالا 5.35 شرقا
""",
)

PERSONAL = (
    *(*EMAILS, *PHONES, *SAID, *LINKS, *USERS, *PAPERS, *LETTERS, *CODES, *PLATES, *MONEY, *BIRTHDAYS, *HOMES, *PLACES),
)

# What nobody promises. A person is asked to leave out names and home addresses: only those with a number are found. The
# others look like words or figures of ordinary questions, and to take them out would take those too.
NOT_PROMISED = (
    *_named("name", "my name is Zarminaq Qasimi|I am Zarminaq, sister of Idris|Mrs. Zarminaq", "zarminaq"),
    *_named("home address", "the blue house behind Zarminaq mosque|Zarminaq village, near the mill", "zarminaq"),
    *_named("number spelled in words", "double seven nine hundred|seventy-one thirty-nine", "seven"),
    *_named("number parted by words", "0171 and then 39 and then 20012", "0171 and then 39"),
    *_named("e-mail spelled like a sentence", "zarminaq at example.org", "zarminaq"),
    *_named("user name without a mark", "telegram zarminaq|@ zarminaq|zarminaq on snap", "zarminaq"),
    *_named("number of four digits", "I am number 1234", "1234"),
    *_named(
        "count that is somebody's phone number", "512 345 678 people|512 345 678, 65.6 million people", "512345678"
    ),
    *_named("identity card that is written like a count", "12.345.678", "12345678"),
)

# Questions as people ask them, none of them about a ferry. At a blank something may be put in; "_" is a blank within a
# figure. The figures are what must stay.
QUESTIONS = (
    "how long may they keep my papers if I came in 2018 and asked again after 5_days",
    "does article_13 of the 1951_Convention protect 10,000_people at the frontier",
    "is it true that 65.6_million were displaced in 2016 and $689_billion was sent home",
    "can my brother of 17 join me when I have waited 18_months for the decision",
    "what does Directive_2008/115/EC say about detention, is it 6_months or longer?",
    "they asked 350_euros for the residence card within 30_days, why",
    "what does A/RES/71/1 say about smugglers since 2016?",
    "why were 3_of_4 applications refused between 2015_and_2017",
    "j'attends une réponse depuis 2019, combien de mois encore, est-ce que 6_mois suffisent",
    "wie viele Monate muss ich warten, wenn ich 2015 gekommen bin, reichen 6_Monate",
    "متى يقبلون طلب اللجوء بعد 6_أشهر من سنة 2018 في المخيم",
    "скільки мешканців повернулося додому у 2017 році, правда що 10_000_осіб",
)
