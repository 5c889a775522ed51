"""What of a person's message is stored: nothing that identifies, all that the question is about."""

from __future__ import annotations

import re
from unicodedata import digit, normalize

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.normalize import MAX_CHARACTERS, clean
from bot.text.redaction import MOST_CHARACTERS, redact
from tests.bench.redaction import PERSONAL, caught, changed, messages_of, sets_of

often = settings(max_examples=300, deadline=None)
seldom = settings(max_examples=100, deadline=None)


def listed(text: str) -> list[str]:
    """What stands between bars or on lines of its own."""
    return text.strip("\n").replace("\n", "|").split("|")


PIECES = [
    "\n",
    "|",
    *listed("""
zero |six |my pin |born |march |ul. |street |tent |insta |add me on |underscore | dot |号|码|telegram |X-Y |F+6X
[|]|[phone]|[number|e-mail]|[user]|[link]|@|a@b.org|telegram: |my insta is |http://|www.|t.me/x|.com
.in| dot | at |(at)|+49 |00|call |my |A|AB|P<|<<|1|22|333|2015|600 123 456|14 000 000| people
 million|$|%|/|-|.|,| |(|)|x|3/12/85|\u0301|\ud800|\udfff|\u200b|ﷺ|٣|１|😀|A/RES/|id |名|1.2.3.4|a:b:1:c
"""),
]
any_text = st.text(st.characters(exclude_categories=()), max_size=300)
awkward_text = st.lists(st.one_of(st.sampled_from(PIECES), any_text), max_size=60).map("".join)
# Nothing that can make a link, an address, a name in a network or a passport's line.
tame_text = any_text.map(
    lambda text: "".join(c for c in clean(text) if not c.isnumeric() and not set(normalize("NFKD", c)) & set("@.:=</_"))
)
MINE = re.compile(r"\b(my|our|mein|mon|mi|mio|meu|benim)\s", re.IGNORECASE)

SURVIVORS = listed(
    """
2015|2016-2021|2016–2021|1990/2000|2015 2016 2017|2015, 2016, 2017 and 2018|2015-16, 2016-17|since 01/2015
1990s, 2000s
258 million|258 million (2017)|in 2017 258 million|258 000 000 (2017)|173, 191 and 220 million|173, 191, 220 million
1,234,567|1.234.567|1 234 567|1'234'567|14 000|14,000|14.000|14 000 000|14 000 000 migrants|258 300 000|7 000 000 000
25,00,000|14,000.50|1.234,50|2015: 14 000|12 345 and 67 890|1,000-2,000|500 - 1 000 migrants|20 000-30 000 people
65 600 123 refugees|345 678 arrivals|600 123 456 people|600 123 456 personas|600 123 456 مهاجر|3000000 migrants
250 000
$689 billion|US$ 3 000|$1000000|$600 123 456|€1 234|3 000 USD|3000USD|3.4%|10-15 %|10.5 - 12.5 %|100 %
1.5 °C|1.25° warmer|0.85 °C|35°C and 40° heat|15° N|12.34 E|4.567 points|$1.25 N|since 12.2018|lat 12 lon 13
244m|244 m|65.6 million|65.6m in 2016|1 in 7|10, 20, 30|1 234 567.5|12:30|at 9 or 10|19th and 21st century
SDG 10.7|SDG10|A/RES/71/1|A/72/643/Add.1|E/CN.4/2002/68|S/2016/1057|S/RES/2240(2015)|resolution 2240 (2015)
Objective 23|COVID-19|COVID19 in 2020|article 13|1951 Convention|resolution 70/1
Directive 2008/115/EC|Regulation 604/2013
H1B|G7|EU27|GCM2018|migration2018|UNSCR1325|I-485|C143 and C97|24/7|9/11|in 2015? 2016!|2030 Agenda|Rev.9|B2B
2015年有244000人|٢٥٨ مليون مهاجر|في ٢٠١٥|२०१५|3arabi, 7abibi, el7a2i2a|the number 258 000 000|the total number: 14 000
e.g. camps, i.e. the U.N.|U.S. visas|the Ph.D. of Dr. no one|at 5 p.m. or 6 a.m.|work.in germany and so on|here.it is
he left.so what|he or she.they|report.pdf|arrived at camp dot|we arrived at camp dot in the night|look at that dot
is telegram safe|a whatsapp group|facebook posts|my whatsapp is blocked|call for action 2018|my 3 children
<<quotation>>
"""
)

GONE = {
    "[e-mail]": listed(
        """
name@example.com|first.last+tag@mail.example.co.uk|NAME_1@EXAMPLE.ORG|x@localhost|o'name@example.com
имя@пример.рф|例@例子.中国|राम@उदाहरण.भारत|اسم@مثال.مصر|straße@münchen.example|name＠example．com
mailto:name@example.com|"a b"@example.org|na\u200bme@exam\u200bple.com|name at example dot com
name(at)example.com|name (at) example.com|name [at] example [dot] org|name{at}example{dot}net
name @ example . com|name@ example.com|name arroba ejemplo punto com
nome chiocciola esempio punto it|name dot two at yahoo dot co dot in|name at gmail.com
first.last at example.com|name ät beispiel punkt de|name(@)example.com|name [@] example.com|-first.last at example.com
"""
    ),
    "[link]": listed(
        """
http://example.com|https://example.com/a?b=c&d=1#e|HTTPS://EXAMPLE.COM|http://user:pw@example.com/
www.example.com|www.example.unheardof/x|example.com|sub.example.co.uk/x|un.org|iom.int
t.me/some_name|t.me/+AbCd1|telegram.me/some_name|wa.me/491701234567|tg://resolve?domain=x|пример.рф
10.0.0.1|10.0.0.1:8080|10.0.0.1/admin|2001:db8::1|example.unheardof/path|example.unheardof:8080
esteri.gov.it|xn--e1afmkfd.xn--p1ai
"""
    ),
    "[user]": listed(
        """
@name|@some_name1|@first.last|@имя_фамилия|@7abibi|＠name
"""
    ),
    "[phone]": listed(
        """
+49 170 1234567|0049 170 1234567|+49 (0) 170 / 123-45-67|(+49) 170 1234567|0170/1234567
+4915112345678|06 12 34 56 78|06.12.34.56.78|06-12-34-56-78|06, 12, 34, 56, 78|320 123 4567
600 123 456|600.123.456|600 12 34 56|694 123 4567|0532 123 45 67|(0532) 123 45 67|0612-345678
22 123 456|091-2345678|010 1234 5678|0944 123 456|71 123 456|0770 123 4567|070 123 4567|0300-1234567
01712-345678|0803 123 4567|024 123 4567|0911 23 45 67|07 123 456|55 1234 5678|(202) 555-0123
202.555.0123|0412-1234567|300 1234567|050 123 45 67|07700 900123|0917 123 4567|0812-3456-7890
０１７０ １２３４５６７|٠٩١٢٣٤٥٦٧٨|۰۹۱۲ ۳۴۵ ۶۷۸۹|०९८७६ ५४३२१|0612345678|06\xa012\u202f34 56 78
06      12 34 56 78|0\u20e361234567\u200b8
"""
    ),
    "[number]": listed(
        """
C01X00T47|AB1234567|AB1234|КВ123456|P<UTOTEST<<ANNA<MARIA<<<<<<<<<<<<|123456|612345678
L898902C36UTO7408122F1204159ZE184226B<<<<<10|DE89370400440532013000|DE89 3704 0044 0532 0130 00
GB29 NWBK 6016 1331 9268 19
AT61 1904 3002 3457 3201|MT84 MALT 0110 0001 2345 MTLC AST0 01S|fr14 2004 1010 0505 0001 3m02 606
A123456789|A-123-456-789|A 123 456 789
123-45C00678|385-12C01234|RSSMRA85T10A562S|RSS MRA 85T10 A562S|X1234567L|X-1234567-L|12345678Z
123-45-6789|4111 1111 1111 1111|4111-1111-1111-1111|1234 5678 9012|12345-1234567-1|12345678901
245-15C12345|245-15-C-12345|245 15C 12345|V-12.345.678|E-82.345.678
51°30'26"N|51° 30.441'|51°30′26″ N|51.5074° N|51.507 N|51.5074°
03/12/1985|1985-12-03|3.12.85|3. 12. 1985|12-03-1985|١٩٨٥/١٢/٠٣|1234567890123
"""
    ),
}
SURROUNDINGS = [
    ("", ""),
    ("please help ", " it is urgent"),
    ("(", ")"),
    ("«", "»!"),
    ("ساعدوني ", " من فضلك"),
    ("\n", "."),
]


@pytest.mark.parametrize("figure", SURVIVORS)
def test_the_figures_of_questions_survive(figure: str) -> None:
    """Years, counts, shares, laws, UN documents and ordinary words are stored as they were asked."""
    for before, after in [
        ("", ""),
        ("what about ", "?"),
        ("I read: ", " - is it true?"),
        ("(", ")"),
        ("اقرأ ", " صحيح"),
    ]:
        assert redact(f"{before}{figure}{after}") == f"{before}{figure}{after}".strip()


@pytest.mark.parametrize(("personal", "placeholder"), [(text, name) for name, texts in GONE.items() for text in texts])
def test_what_identifies_a_person_goes(personal: str, placeholder: str) -> None:
    """One placeholder stands for it, whatever stands around it; of the rest nothing changes."""
    for before, after in SURROUNDINGS:
        redacted = redact(f"{before}{personal}{after}")
        assert re.sub(r"[\u20e3\ufe0f]", "", redacted) == f"{before}{placeholder}{after}".strip()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("telegram: some_name, please", "telegram: [user], please"),
        ("Telegram : @some_name", "Telegram : [user]"),
        ("insta: name.x.", "insta: [user]."),
        ("instagram account: name2", "instagram account: [user]"),
        ("my insta is name", "my insta is [user]"),
        ("my whatsapp name is @name", "my whatsapp name is [user]"),
        ("whatsapp: +49 170 1234567", "whatsapp: [phone]"),
        ("skype: live:name.x", "skype: [user]"),
        ("my skype is live:.cid.ab12cd", "my skype is [user]"),
        ("viber=name signal:name", "viber=[user] signal:[user]"),
        ("انستا: name", "انستا: [user]"),
        ("телеграм: имя", "телеграм: [user]"),
        ("telegram: instagram: name", "telegram: instagram: [user]"),
        ("telegram: t.me/name", "telegram: [link]"),
    ],
)
def test_names_in_networks_go_and_the_network_stays(typed: str, stored: str) -> None:
    """A network with a mark, or "my ... is", is followed by a name; a network alone is a word."""
    assert redact(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("600 123 456", "[phone]"),  # a mobile number in threes is one in several countries
        ("600 123 456 migrants", "600 123 456 migrants"),
        ("call 600 123 456 migrants", "call [phone] migrants"),
        ("600,123,456", "600,123,456"),  # nobody writes a phone number so
        ("my number is 600,123,456", "my number is [phone]"),
        ("65 600 123", "[phone]"),
        ("65 600 000", "65 600 000"),  # three figures and zeros are a count
        ("phone 65 600 000", "phone [phone]"),
        ("345 678", "[phone]"),  # in Andorra
        ("1 234 567", "1 234 567"),  # nowhere
        ("2 345 678", "[phone]"),  # in Bhutan
        ("14 523", "14 523"),
        ("tel. 14 523", "tel. [phone]"),
        ("passport no. 14523", "passport no. [number]"),
        ("card 14 000", "card 14 000"),
        ("2012 1990", "2012 1990"),
        ("phone 2012 1990", "phone [phone]"),
        ("2015 600 123 456", "[phone]"),
        ("+14 000 000", "[phone]"),
        ("0600 000 000", "[phone]"),
        ("3000000", "[number]"),
        ("3123456 migrants", "[number] migrants"),
        ("1 234 567 890 123 people", "[phone] people"),
        ("943 776 362 499", "[phone]"),
        ("1.511.349.895", "[phone]"),
        ("A 258 000 000 people", "[number] people"),
        ("tel600 123 457", "tel[phone]"),
        ("600 123 457abc", "[phone]abc"),
        ("电话13812345678号", "电话[phone]号"),
    ],
)
def test_between_a_count_and_a_phone_number_the_words_around_decide(typed: str, stored: str) -> None:
    """Well-formed thousands stay if round, counted, or no phone number anywhere; a word of contact overrules."""
    assert redact(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("look at interno.it", "look at [link]"),
        ("look at interno.it please", "look at interno.it please"),
        ("look at interno.it Please", "look at [link] Please"),
        ("look at interno.it/x please", "look at [link] please"),
        ("look at interno.gov.it please", "look at [link] please"),
        ("look at interno.com please", "look at [link] please"),
        ("I look for work.in Germany", "I look for [link] Germany"),
        ("(see https://example.com/a).", "(see [link])."),
        ("lat 51.5074, lon: 0.1278", "lat [number], lon: [number]"),
        ("- see -www.example.unheard", "- see -[link]"),
        ("is it on un.org?", "is it on [link]?"),
    ],
)
def test_a_sentence_without_a_blank_is_told_from_a_domain(typed: str, stored: str) -> None:
    """An ending that is also a word makes no link where a lower-case word follows."""
    assert redact(typed) == stored


@pytest.mark.parametrize(
    "question",
    listed(
        """
3 children on the street|18 year old street vendor|2 in 3 street children|section 5 of the act|zone 2 is dangerous
we were 20 people in one tent|a tent for 5 people|there are 3 rooms in the house|apartment 3 rooms|container 40 feet
the code of conduct 2018|penal code 1860|country code 33|western union takes 12 percent|western union fees 2017
hawala report 2018|a wire transfer of 500 dollars|the number of applications 4500|number of cases 1234
file number is missing
one, two or three people|one two three|twenty thirty forty|one hundred two hundred three hundred four hundred
two thousand and sixteen|nineteen fifty one convention|un deux trois|uno, dos, tres|一二三|二〇一八年|一九五一年公约
my facebook stopped working|my whatsapp was hacked|my telegram doesn't work
my signal is weak|telegram group for refugees|write me on telegram now|contact me on signal because I am afraid
I am on telegram every day|we are on facebook every day|instagram and facebook|is facebook/whatsapp data shared
she was born in 2015 in Syria|born between 1980 and 1990|né en 1990|nacido en 2001|родился в 2001 году
مواليد 2001|出生于2001年
on 19 September 2016 leaders met|2018年12月10日|EU-US 2016 deal|30 EUR 50|10 US 500|15 S 20 E|H-2A 2018|35.5 north
en la calle hay 5 niños|calle desde hace 3 meses|rue des migrants|via Italy in 2016|на улице 5 человек|дом 5 комнат
في شارع 5 أشخاص|منزل 5 غرف|auf der Straße 5 Jahre|look at that. it is good|we stay at mail. it
ali said at gmail there was
what is a plus code|plate tectonics 2015|matrícula escolar 2019|appointment 5 days late|dot com bubble
my password is lost|is it safe if my password is known|password policy 2019|пароль не подходит|نسيت كلمة السر
wifi since 3 days|my code is long
login page shows error 500|user account locked for 24 hours|my code is lost in 2018|US$500million|visa extension 2025
in this room no one helps|we were in a tent two three weeks|a shelter two hundred people|room on one floor
five in one room, two beds|case of two hundred fifty people|they changed it to 18000
the rules changed to Directive 2008/115/EC|truck, SOS 112|in Jan '95
2018年12月10日在马拉喀什产生的文件|1 Jan '51 convention|the pin of the office (floor 2)
Haus 3 Zimmer|via Dublin 3|35 degrees in 10 minutes|facebook is Blocked In Iran|my face is swollen|how long 2.50 km
deaths in 2k15|at gate 5 of the airport|place 4 in the ranking|in phase 2 of the plan|on 1 june 2025 after 5 years
i am 17 years|he turns 18 in september|the 9th of may holiday|must pay 5000 first|is transaction fee 3 percent
bus ticket costs 25 euro|children born abroad after 1 july 2012|the third floor is closed|block 5 trains
Camp Ashraf 3400 people|Via Rail ticket
on Wall Street|gmail 2 step asks|cuarto mes de embarazo|tengo 17 años desde hace 3 meses|codigo penal articulo 318
غرفة ل ٥ اشخاص|عمري ١٧ سنة|رمز البلد ٤٩|мне 17 лет|исполнится 18 что делать|закон номер 5 от 2020 года|3楼是哪个部门
over 520000 crossed in 2023|more than 750000 were counted|100000 fcfa au mali|western union 500 limit per day
hawala 5000 dollars|حواله ۱۰۰۰ یورو|Z.M.A. v belgium 30696/09|Zar et Min c. Italie 16643/09|photos 35x45mm
what is what3words and do ships use them|when they write 1 january as birthday|§24 до 04.03.2026
law is valid until 31.12.2025|the tent 5 of us sleep in|el punto es que no|le point de contact
a 6 digit code is real|the court in 2023/2024
in 2015 1200000 people came|room 12 square meters|ISO 9001 car|gesetz vom 30.06.2017
Zeile 12 im Formular|quarto 12 metros quadrados|is EU blue card 45300 euro|8 USC 1158 one year deadline
"""
    ),
)
def test_questions_with_the_words_of_personal_data_stay(question: str) -> None:
    """A street, a tent, a code, a network or a birth alone is nobody's, nor are the figures beside it."""
    assert redact(question) == clean(question)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("my password is zarminaq, help", "my password is [number], help"),
        ("password for the portal: Zar-minaq!7.", "password for the portal: [number]."),
        ("pwd zarminaq_71 or zarminaq*72", "pwd [number] or [number]"),
        ("login zar.minaq password minaq", "login [number] password [number]"),
        ("konto zarminaq7 passwort minaq", "konto [number] passwort [number]"),
        ("login: zarminaq / minaq77", "login: [number]"),
        ("wifi of the hall zar-minaq77", "wifi of the hall [number]"),
        ("I wrote Zar!minaq7 there", "I wrote [number] there"),
        ("the code of my phone is 1945", "the code of my phone is [number]"),
        ("كلمة السر minaq@77", "كلمة السر [number]"),
        ("мой пароль Zarminaq#7", "мой пароль [number]"),
        ("我的密码是minaq77", "我的密码是[number]"),
        ("lat 1.5 long 2.12345", "lat [number] long [number]"),
        ("51 deg 30 min 26 sec N", "[number]"),
        ("我在9F4V+2WX", "我在[number]"),
        ("facebook: Zar Minaq Qasim", "facebook: [user]"),
        ("020 7946 0000, extension 12", "[phone], extension [number]"),
        ("مکان نمبر ۱۲ گلی نمبر ۳", "[number]"),
        ("میرا نمبر صفر ایک دو تین", "میرا نمبر [number]"),
        ("1930 Zar Minaq Ave Apt 5", "[number]"),
        ("tent A-1143", "tent [number]"),
        ("caravan ٥٨ب", "caravan [number]"),
        ("caravan two hundred and nine", "caravan [number]"),
        ("house number six", "house number [number]"),
        ("дело номер триста два дробь пять", "дело номер [number]"),
        ("their jeep had ZA-00931 on it", "their jeep had [number] on it"),
        ("zarminaq then the at sign then example.org", "[e-mail]"),
        ("zarminaq[@]example[.]org", "[e-mail]"),
        ("zarminaq#12345", "[user]"),
        ("3 Mar '85", "[number]"),
        ("2015年3月9日在柏林生的", "[number]在柏林生的"),
        ("xawaalad lambarka waa ZA-00931-K", "xawaalad lambarka waa [number]"),
        ('I changed it to "Zar00-minaq"', 'I changed it to "[number]"'),
        ("my pw was maybe zarMinaq2x", "my pw was maybe [number]"),
        ("password of the portal (zar.minaq9)", "password of the portal ([number])"),
        ("PO box 4400", "PO box [number]"),
        # homes
        ("room 31 at the Zarmin Bay Hotel", "room [number] at the [number]"),
        ("they brought us to the Zarmin Inn, room 31", "they brought us to the [number], room [number]"),
        ("in hiding on Zarminaq Street", "in hiding [number]"),
        ("estamos en el cuarto 12 del hotel Zarmin", "estamos en el cuarto [number]"),
        ("بمخيم زرمينا خيمة ٨٤", "بمخيم [number]"),
        ("barrack 6 lane 2 place 44", "[number]"),
        ("bâtiment 4, escalier B, porte 12", "[number]"),
        ("عمارة رقم ٩ الدور الثالث شقة ١١", "[number]"),
        ("营地B区第4排12号帐篷", "营地[number]帐篷"),
        ("casa azul #77", "casa azul #[number]"),
        ("camp zarmin container B-12, no heating", "camp [number], no heating"),
        ("room 31 at hotel zarmin in minaq", "room [number] at hotel [number] in [number]"),
        ("villa 27, street 914, al zarmin", "[number]"),
        ("we came to zarmin, tent 12", "we came to [number]"),
        ("کمپ زرمینا کانکس شماره ۸۸ ردیف سوم", "کمپ [number]"),
        ("отель заря номер 17", "отель [number]"),
        # dates of birth
        ("they came to the world on the 9th of march 2022", "they came to the world on the [number]"),
        ("law says § 24 until 04.03.1990", "law says § 24 until [number]"),
        ("write over 600 123 456", "write over [phone]"),
        ("more than 5122015 300000 people came", "more than [phone] people came"),
        ("she will be 18 on 14 march", "she will be 18 on [number]"),
        ("ich werde am 2. Februar 18", "ich werde am [number] 18"),
        ("сыну исполнится 18 второго ноября", "сыну исполнится 18 [number]"),
        ("my son, 4 august", "my son, [number]"),
        ("im 17, 2nd of feb 08 on my birth cert", "im 17, [number] on my birth cert"),
        ("born in the year 2006 on 30 of september", "born in the year 2006 on [number]"),
        ("born nineteen eighty seven, june the third", "born [number], [number]"),
        ("мы родились четвертого августа 1991", "мы родились [number]"),
        ("12 Tir 1984", "[number]"),
        # passwords and codes
        ("login zarminaq91 pass Zar2019x", "login [number] pass [number]"),
        ("zarmin77 as my password", "[number] as my password"),
        ('memorable word "zarminaq"', 'memorable word "[number]"'),
        ("the security answer is zarminaq", "the security answer is [number]"),
        ("my pass phrase was blue river goat 12", "my pass phrase was [number]"),
        ("activation key for the site: 8HT3-QQ0P-77ZX", "activation key for the site: [number]"),
        ("the guard saw me typing 6612", "the guard saw me typing [number]"),
        ("hawala man says tell lion 55", "hawala man says [number]"),
        ("give code ZAR-7739-X to the sarraf", "give code [number] to the sarraf"),
        ("کد حواله سیمرغ ۴۴۱۸", "کد حواله [number]"),
        ("backup codes 4zar-p2mn 9xw1-m7bt", "backup codes [number]"),
        ("553-207 is the verification code", "[number] is the verification code"),
        ("٥٥٣٢٠٧ هو رمز التحقق", "[number] هو رمز التحقق"),
        ("пришёл код 448-120", "пришёл код [number]"),
        ("they texted me 7731 as a code", "they texted me [number] as a code"),
        ("590217 — код из смс", "[number] — код из смс"),
        ("کد تایید ۵۸۲۰۷", "کد تایید [number]"),
        ("Passwort lautet Zarminaq5", "Passwort lautet [number]"),
        ("كود الحوالة ك ٥٥١٩", "كود الحوالة [number]"),
        ("the hawala man said show K 5519", "the hawala man said show [number]"),
        ("пароль хавалы: синий чайник 8", "пароль хавалы: [number]"),
        ("bsb 062-914", "bsb [number]"),
        ("mahkemesi 2023/1874 esas", "mahkemesi [number] esas"),
        ("RG 48120/2023", "RG [number]"),
        ("case 2291 of 2023", "case [number]"),
        ("court wrote Au 5 K 23.30771", "court wrote [number]"),
        # names in networks
        ("im on facebook under Zar Minaq", "im on facebook under [user]"),
        ("busca Zar Minaq en facebook", "busca [user]en facebook"),
        ("channel on telegram is ZarMinaqKing", "channel on telegram is [user]"),
        ("انا عالفيس باسم زرمينا كاسوار", "انا عالفيس باسم [user]"),
        # plates and places on the map
        ("the 63 ZK 441 plate", "the [number] plate"),
        ("سيارة نمرتها ٤٨٢٩١ دمشق", "سيارة نمرتها [number]"),
        ("ΝΙΧ 4082 is the police car", "[number] is the police car"),
        ("GC7P+4R Zarminaq", "[number]"),
        ("what three words says zar.min.aq", "what three words says [link]"),
        ("MGRS 34TEK 48217 30955", "[number]"),
        ("36.4217 K, 26.9904 D", "[number]"),
        ("широта 36.81 долгота 27.11", "широта [number] долгота [number]"),
        ("w3w: spoon.lamp.river", "w3w: [link]"),
        # e-mail and numbers in words
        ("zarminaq *at* example *dot* com", "[e-mail]"),
        ("zarminaq at gmail, com", "[e-mail]"),
        ("联系zar下划线mei圈a163点com", "联系[e-mail]"),
        ("zar ponto minaq arroba sapo ponto pt", "[e-mail]"),
        ("it is zarminaq dot pk", "it is [link]"),
        ("gmail: z a r m i n a q", "gmail: [e-mail]"),
        ("my gmail is zar.minaq77", "my gmail is [e-mail]"),
        ("плюс семь девятьсот шестнадцать ноль пять", "[number]"),
        ("0 seven 9 one 1 two 4", "[number]"),
        ("Zimmer zweihundertvierzehn", "Zimmer [number]"),
        # a year stands behind it: nobody counts 9374 years
        ("كلمة السر 9374 سنة 2018", "كلمة السر [number] سنة 2018"),
    ],
)
def test_what_the_words_around_tell_goes_and_they_stay(typed: str, stored: str) -> None:
    """Passwords with their logins, and forms of places, names and numbers that people write on a telephone."""
    assert redact(typed) == stored


@pytest.mark.parametrize(
    "count",
    listed(
        """
65.6 million people|258 million in 2017|two hundred fifty eight million people|the number is sixty five million people
doscientos cincuenta y ocho millones de personas|двести пятьдесят восемь миллионов человек
номер двести пятьдесят восемь миллионов|مئتين وثمانية وخمسين مليون شخص|deux cent cinquante-huit millions de personnes
两亿五千八百万人|28 July 1951 Convention|declaration of 10 December 1948|born after 1 January 2005
Hirsi v. Italy 27765/09
"""
    ),
)
def test_counts_and_public_dates_stay(count: str) -> None:
    """Also in words, and behind a word of contact: nobody can be called at a count of people."""
    assert redact(count) == clean(count)


@pytest.mark.parametrize(
    "name",
    ["personal_first", "personal_second", "personal_third", "personal_fourth", "personal_fifth", "personal_sixth"],
)
def test_of_each_kind_nearly_all_is_caught(name: str) -> None:
    """In messages of writers who had not seen the rules; what was learnt from them is to stay: all but one."""
    shares = caught(dict(sets_of([PERSONAL / f"{name}.jsonl"])), redact)
    assert len(shares) >= 14
    missed = {kind: there - found for kind, share in shares.items() for found, there in share.values()}
    assert {kind: number for kind, number in missed.items() if number > 1} == {}


IMPERSONAL = ("impersonal_first", "impersonal_second", "impersonal_third", "impersonal_fourth")


@pytest.mark.parametrize("names", [*((name,) for name in IMPERSONAL[:3]), IMPERSONAL], ids="+".join)
def test_next_to_nothing_is_lost_of_what_is_not_personal(names: tuple[str, ...]) -> None:
    """Less than one in a hundred questions with figures, dates and the words of personal data in them.

    Of the hundred of the fourth set one changes, so it counts with the others.
    """
    texts = [message.text for name in names for message in messages_of(PERSONAL / f"{name}.jsonl")]
    assert len(changed(texts, redact)) < 0.01 * len(texts)


@often
@given(awkward_text)
def test_redacting_twice_changes_nothing(text: str) -> None:
    """What is stored is stable, fits, holds nothing hidden, and any text is redacted."""
    redacted = redact(text)
    assert redact(redacted) == redacted
    assert len(redacted) <= MOST_CHARACTERS
    assert redacted == clean(redacted).strip()


@often
@given(tame_text)
def test_a_text_without_figures_addresses_and_names_stays(text: str) -> None:
    """Nothing is lost of a question that holds nothing personal, whatever its script."""
    if len(clean(text)) <= MOST_CHARACTERS and not MINE.search(text):
        assert redact(text) == clean(text).strip()


@pytest.mark.parametrize(
    "question",
    [
        "How does migration help the countries that people leave, and those they come to?",
        "Pourquoi le Secrétaire général publie-t-il ce rapport maintenant ?",
        "¿Quién protege a los niños migrantes en la frontera?",
        "Wie hilft der Pakt Menschen, die vor dem Klimawandel fliehen?",
        "ما هو الاتفاق العالمي من أجل الهجرة؟ هل هو ملزم",
        "کنوانسیون چه حقوقی به کارگران مهاجر می دهد؟",
        "शरणार्थी और प्रवासी में क्या अंतर है?",
        "অভিবাসন কেন হয়?",
        "移民和难民有什么区别？",
        "Чем мигрант отличается от беженца? 😀🚢",
        "ስደተኛ ማን ነው",
        "Göçmenler neden ülkelerini terk ediyor?",
    ],
)
def test_a_question_in_any_language_stays(question: str) -> None:
    """A plain question is stored as it was asked, but for compatibility characters."""
    assert redact(question) == clean(question)


def test_a_long_text_is_cut_at_a_word_and_after_redaction() -> None:
    """Neither a word nor a placeholder is stored in part, and no half of an address is left at a cut."""
    assert redact("word " * 500) == ("word " * 200).strip()
    assert redact("words " * 500) == ("words " * 166).strip()
    assert redact("x" * 995 + " name@example.com") == "x" * 995
    assert redact("名" * 3000) == "名" * MOST_CHARACTERS
    assert redact("(a@b.org)" * 300) == "([e-mail])" * 100
    assert redact("(((a@b.org)" * 300) == "((([e-mail])" * 83 + "((("
    torn = "https://example.com/" + "a" * 3300 + " ok " + "please write to me soon " * 32
    assert len(torn) < MAX_CHARACTERS < len(torn + "name.of.me@example.com")
    assert "name" not in redact(torn + "name.of.me@example.com")


def test_a_cut_does_not_bring_back_what_would_be_redacted() -> None:
    """A number that a word beyond the cut made a count is looked at again."""
    text = "x " * 494 + "600 123 456 people and more"
    assert redact("600 123 456 people") == "600 123 456 people"
    assert "600" not in redact(text)


# What numbering plans give as examples, as an exhaustive list of a phone number's shapes.
FORMS = [getattr(phonenumbers.PhoneNumberFormat, name) for name in ("E164", "INTERNATIONAL", "NATIONAL", "RFC3966")]
KINDS = [phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE]
# In these places a whole number has five or six digits and looks like "14 000", "12345" or "100-200". They stay unless
# a country code or a word of contact precedes: else no count of thousands could be stored.
SHORT = {"AC", "AD", "CK", "FK", "KI", "NF", "SB", "SH", "SR", "TO", "TV", "VU", "WS"}
SCRIPTS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "０１２３４５６７８９"]
PHONES = [
    (region, phonenumbers.format_number(number, form))
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in KINDS
    for form in FORMS
    if (number := phonenumbers.example_number_for_type(region, kind)) is not None
]
LONG = [phone for region, phone in PHONES if region not in SHORT or phone.startswith(("+", "tel"))]
PAPERS = [text for name in ("[number]", "[phone]") for text in GONE[name] if text.isascii()]
separator = st.sampled_from([" ", "-", ".", "/", "", " - ", " / ", "·", "–", "\u00a0", "_", "\n", "  "])
around = st.text("aAzZбж ,.!?…-()[]«»\"'\n😀ومשא家ก", max_size=20)


def digits(text: str) -> str:
    """The digits of a text, of whatever script, in ASCII."""
    return "".join(str(digit(c)) for c in normalize("NFKC", text) if c.isdecimal())


def survives(personal: str, redacted: str) -> bool:
    """Whether five digits on end of the one stand in the other, whatever stands between them."""
    whole, left = digits(personal), digits(redacted)
    return any(whole[i : i + 5] in left for i in range(len(whole) - 4))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["+", "tel", ""])
def test_phone_numbers_of_all_countries_go(form: str) -> None:
    """Mobile and fixed, as they are written at home and abroad; the short ones of small places are known and few."""
    kept = {
        region
        for region, phone in PHONES
        if (phone.startswith(form) if form else not phone.startswith(("+", "tel")))
        and survives(phone, redact(f"please help {phone} it is urgent"))
    }
    assert kept == (SHORT - {"AD"} if form == "" else set())


def test_short_phone_numbers_go_where_they_are_called_so() -> None:
    """After a word of contact five digits are enough."""
    for region, phone in PHONES:
        if region in SHORT:
            assert not survives(phone, redact(f"call me on {phone} please")), region
            assert not survives(phone, redact(f"رقم الهاتف: {phone}")), region


@seldom
@given(st.sampled_from(LONG), separator, st.sampled_from(SCRIPTS), around, around)
def test_no_phone_number_survives(phone: str, mark: str, script: str, before: str, after: str) -> None:
    """Whatever its separators, the script of its digits and its surroundings."""
    typed = re.sub(r"(?<=[\d)])[ ./-]+(?=[\d(])", mark, phone).translate(str.maketrans("0123456789", script))
    assert not survives(phone, redact(f"{before}{typed}{after}"))


@seldom
@given(st.sampled_from(PAPERS), around, around)
def test_no_document_number_survives(paper: str, before: str, after: str) -> None:
    """Passports, accounts, cards, dates of birth, in whatever surroundings, unless letters touch them."""
    assert not survives(paper, redact(f"{before} {paper} {after}"))


label = st.text("abzAZ09éßбя中ع", min_size=1, max_size=12)
local = st.lists(label, min_size=1, max_size=3).map("_".join) | st.lists(label, min_size=2, max_size=3).map(".".join)
domain = st.builds(
    lambda labels, end: ".".join([*labels, end]),
    st.lists(label, min_size=1, max_size=3),
    st.sampled_from(["com", "org", "fr", "рф"]),
)


@seldom
@given(local, domain, st.sampled_from(["@", " @ ", "(at)", " [at] ", "＠"]), around, around)
def test_no_e_mail_address_survives(name: str, host: str, at: str, before: str, after: str) -> None:
    """Of any script, and in disguise."""
    redacted = redact(f"{before} {name}{at}{host} {after}")
    assert f"{clean(name)}{clean(at)}" not in redacted
    assert clean(host) not in redacted


@pytest.mark.parametrize(
    "piece",
    listed(
        """
a@|1-|(|.|a.|@|1 |a|<|a<|[|[phone]|telegram: |my wa is |+|a at |a dot |://|a://|www.|"|1.
600 123 457; x |123456 |AB12 3456 |1:|2015 |_|1_|A/|1.1.1.|ﷺ|\ud800|call 1 |1 000 |1 234 567 is x, a.in |a1b|name @ |́
mailto:
"""
    ),
)
@pytest.mark.slow
def test_hostile_texts_are_settled(piece: str) -> None:
    """A hundred thousand characters are no trouble, and redacting again changes nothing. For time see test_linear."""
    for text in (piece * 10_000, piece * 4_000 + "!", "x" + piece * 100_000):
        redacted = redact(text)
        assert redact(redacted) == redacted


def test_what_goes_on_changing_is_not_stored() -> None:
    """Where each link makes one of the word before it, words that are no plain ones go all at once."""
    assert redact("call for work " + "a.in " * 3) == "call for work [link] [link] [link]"
    hostile = redact("1 234 567 is x, " * 8 + "a.in " * 174)
    assert not re.search(r"\d|a\.in", hostile)
    assert redact(hostile) == hostile


@seldom
@given(
    st.lists(st.sampled_from(["a.in", "1 234 567", "600 123 457", "x,", "to.me", "[link]", "dot", "at", "my", "id 1"])),
    st.integers(1, 60),
)
def test_a_chain_of_changes_ends(pieces: list[str], times: int) -> None:
    """Whatever the order of what changes with what stands behind it."""
    redacted = redact(" ".join(pieces * times))
    assert redact(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    ["hawala code 9374 mois", "my pin is 4821 days ago", "мой номер ноль шесть один два 18 months"],
)
def test_a_number_is_no_duration_if_nobody_counts_that_long(text: str) -> None:
    """A code beside a word for days or months is a code all the same."""
    assert "[number]" in redact(text)
    assert not any(digits in redact(text) for digits in ("9374", "4821", "ноль"))


@pytest.mark.parametrize("text", ["the code 150 people", "we waited 18 months for the code", "i was in room 12 months"])
def test_what_is_counted_stays(text: str) -> None:
    """A number of people, or of months that somebody may have waited."""
    assert redact(text) == text
