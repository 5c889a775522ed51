"""What redaction takes out because of the words around it: names, addresses, dates of birth, passwords, codes.

In English, Arabic, Spanish, French, Russian and Chinese, and less of German, Ukrainian, Persian, Turkish and Portuguese;
in some twenty more languages the words for digits, passwords, streets and rooms.
Words stand in tables, and are compared in a plain form, small and without accents (`_Plain`). A rule is a pattern; what
it finds goes, but for what its group has. Every pattern is linear: words are taken whole, and repeats are bounded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple


class _Plain(dict[int, str]):
    """For `str.translate`: each character as one plain one, digits as ASCII, letters without accents, small if asked."""

    def __init__(self, *, small: bool) -> None:
        self._small = small

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFD", chr(code))[0]
        plain = str(unicodedata.decimal(plain)) if plain.isdecimal() else _SAME_LETTER.get(plain, plain)
        small = plain.lower()
        self[code] = small if self._small and len(small) == 1 else plain
        return self[code]


_SAME_LETTER = dict(zip("ةہھىیېےکںٹڈڑ", "هههييييكنتدر", strict=True)) | {
    "ı": "i",
    "’": "'",
    "‘": "'",
    "`": "'",
    "،": ",",
    "：": ":",
}
_SMALL, _CASED = _Plain(small=True), _Plain(small=False)


def plain(text: str) -> str:
    """A text in the form in which words are compared: small, without accents, with ASCII digits."""
    return text.translate(_SMALL)


_ARABIC, _CHINESE = re.compile(r"[\u0600-\u06ff]"), re.compile(r"[\u4e00-\u9fff]")
_ARTICLE = "(?:[وبلفع]?(?:ال|ل)?)"


def _any(*tables: str) -> str:
    """A pattern of the words of these tables: `*` stands for letters that may follow, `_` for a blank or nothing.

    Words of Arabic script may have an article or preposition, Chinese ones may stand within others.
    """
    plain: dict[str, list[str]] = {}
    arabic: dict[str, list[str]] = {}
    chinese: dict[str, list[str]] = {}
    for word in sorted(
        {word.translate(_SMALL) for table in tables for word in table.split()}, key=lambda w: (-len(w), w)
    ):
        script = arabic if _ARABIC.search(word) else chinese if _CHINESE.search(word) else plain
        rest = re.escape(word[1:]).replace("_", "[ -]?").replace(r"\*", r"[^\W\d_]{0,6}")
        script.setdefault(re.escape(word[0]), []).append(rest)
    whole = [_grouped(plain)] if plain else []
    whole += [_ARTICLE + _grouped(arabic)] if arabic else []
    ways = [rf"\b(?:{'|'.join(whole)})(?![^\W\d_])"] if whole else []
    return f"(?:{'|'.join([*ways, *([_grouped(chinese)] if chinese else [])])})"


def _grouped(words: dict[str, list[str]]) -> str:
    """By first letter, so that most are passed over at once."""
    return "(?:" + "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in words.items()) + ")"


_ARABIC_WORD = r"[\u0600-\u06ff]{2,14}"
_GAP = r"[^\w\[\]\n@]"  # no part of a word or of a placeholder
_LETTER = r"[^\W\d_]"
_IS = (
    rf"(?:{_GAP}{{0,3}}(?:c'est\b|{_any('is are was its as at under es son est sont cest como ist lautet heißt heisst waa ni hai jest e это є як هو هي هوه است ام 是 为 為 叫')})"
    rf"){{0,2}}{_GAP}{{0,3}}"
)
_NUMBER = rf"(?:{_any('no nr n num ref number numero nummer numer numara* namba lambar* αριθμ* номер* नंबर নম্বর ቁጥር نمبر رقم* شماره 编号 号码 号 號')}|#|n°)"
_NUMBER_OR_NOT = rf"(?:{_NUMBER}{_IS})?"
_YEAR = r"(?:1[89]|20)\d\d(?!\d)"
CURRENCY = (  # behind a number
    r"(?:euro|eur\b|dollar|usd\b|gbp\b|chf\b|f?cfa\b|francs?\b|pesos\b|soles\b|reais\b|quetzal|lempira|naira|birr\b|shilling|rupee|taka\b"
    r"|afghani|afn\b|dirham|dinar|riyal|toman|rials?\b|liras?\b|tl\b|pounds?\b|kron[aeo]r?\b|zlot|złot|forint|dolar|evro|avro"
    r"|руб|грн|гривен|евро|доллар|лир|сом\b|тенге|ر[يی]ال|د[يی]نار|ل[يی]ر[هة]|[يی]ورو|دولار|درهم|تومان|افغان[يی]|جن[يی]ه|روپ[يی]ه|[元块欧])"
)
SURE_ENDINGS = (  # of domains, and no words
    r"com|org|net|int|edu|gov|mil|info|biz|co|eu|uk|fr|de|ch|nl|lu|dk|fi|lt|lv|ee|pl|cz|sk|hu|ro|bg|rs|hr|gr|cy|mt|pt|ru"
    r"|ua|by|md|tr|ge|az|kz|uz|kg|tj|sy|lb|jo|iq|ir|af|pk|bd|lk|np|eg|ly|sd|dz|ke|tz|ug|rw|za|ng|gh|mx|gt|hn|sv|cl|ec|ar"
    r"|br|au|nz|ph|th|vn|kr|jp|cn|tv|dev|app|online|site|website|xyz|shop|club|blog|news|ngo|link|xn--[\w-]+|рф|укр|бел"
)
_THINGS = (  # behind a number: not that of a house, but of what is counted
    r"(?:[%€$£](?! ?\d)|per ?cent|people|persons?\b|famil|child|kids|wom[ae]n|m[ae]n\b|migra|refug|year"
    r"|thousand|million|km\b|kilom|met|q?m2?\b|mm\b|cm\b|feet|foot|rooms?\b(?! ?\d)|letters|floors|beds\b|times|limit|max|per \b|anos?\b"
    r"|personas|ans?\b|personnes|pieces|chambres|habitac|jahre?n?\b"
    r"|of (?:us|them|you)\b|square|countr|zimmer(?! ?\d)|personen|leute|kisi|cocuk|yil|лет\b|год|человек|люд|рок|комнат(?!\w? ?\d)|этаж"
    rf"|{CURRENCY}"
    r"|осіб|чел|метр|кв\.? ?м|غرف|طوابق|سن(?!ه (?:19|20)\d\d)|سال|نفر|شخص|اشخاص|عائل|طفل|اطفال|متر|[年个個人间])"
)
_SHORT_TIMES = (  # of which nobody counts a thousand
    r"(?:month|week|day|hour|minute|night|mes(?:es)?\b|dias?\b|noches?\b|nuits?\b|horas?\b|mois\b|jours?\b|heures?\b"
    r"|monate?n?\b|tage?n?\b|stunden|woche|gun\b|ay\b|saat|месяц|дн[яеи]|час|місяц|ماه|روز|ساعت|شهر|اشهر|يوم|ايام|[月天])"
)
_NOT_OF_THINGS = rf"(?! ?{_THINGS})"
_COUNTED = rf"{_NOT_OF_THINGS}(?!(?<!\d\d\d\d) ?{_SHORT_TIMES})"

_ZERO = "zero nought naught oh nil cero null ноль нуль صفر sıfır nul nula nol sifuri eber sifir سفر शून्य শূন্য ዜሮ μηδεν"
_ONES = (
    "one two three four five six seven eight nine un uno una dos tres cuatro cinco seis siete ocho nueve une deux",
    "trois quatre cinq sept huit neuf ein eins zwei zwo drei vier fünf sechs sieben acht neun due tre quattro cinque",
    "sei sette otto nove um dois quatro oito один одна одно два две дві три четыре чотири пять п'ять шесть шість семь",
    "сім восемь вісім девять дев'ять واحد واحده اثنان اثنين اتنين ثلاثه تلاته ثلاث اربعه اربع خمسه خمس سته ست سبعه",
    "سبع ثمانيه ثماني تمانيه تمنيه تسعه تسع يك دو سه چهار پنج شش هفت هشت نه bir iki üç dört beş altı yedi sekiz dokuz",
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty",
    "seventy eighty ninety double triple treble diez once doce trece catorce quince dieci* veinte veinti* treinta",
    "cuarenta cincuenta sesenta setenta ochenta noventa doble dix onze douze treize quatorze quinze seize vingt",
    "vingts trente quarante cinquante soixante septante nonante zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn",
    "siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig десять одиннадцать",
    "двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать тридцать",
    "сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто одинадцять дванадцять тринадцять чотирнадцять",
    "п'ятнадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять двадцять тридцять п'ятдесят шістдесят сімдесят",
    "вісімдесят дев'яносто عشره عشر عشرون عشرين ثلاثون ثلاثين اربعين خمسين ستين سبعين ثمانين تسعين ده يازده دوازده",
    "سيزده چهارده پانزده شانزده هفده هجده نوزده بيست سي چهل پنجاه شصت هفتاد هشتاد نود on yirmi otuz kırk elli altmış",
    "yetmiş seksen doksan",
    # Portuguese, Dutch, Polish, Romanian, Serbian, Greek
    "meia três sete een twee drie vijf zes zeven acht negen jeden dwa trzy cztery pięć sześć siedem osiem dziewięć unu doi",
    "teen chaar char panch paanch chhe saat aath nau",
    "treze dezasseis dezesseis dezassete dezessete dezoito dezanove dezenove vinte quarenta cinquenta sessenta oitenta",
    "patru cinci șase șapte opt nouă jedan dva tri četiri pet šest sedam osam devet ένα δύο τρία τέσσερα πέντε έξι επτά",
    "εφτά οκτώ οχτώ εννέα εννιά",
    # Urdu, Pashto, Kurdish, Hindi, Bengali
    "ايك تين چار پانچ چھ چھے سات آٹھ نو گیارہ بارہ تیرہ چودہ پندرہ سولہ سترہ اٹھارہ انيس ساٹھ پچاس ڈبل یو دوه درې څلور پنځه",
    "شپږ اووه اته نهه لس یەک دوو سێ پێنج شەش حەوت هەشت yek du sê çar pênc şeş heft heşt neh एक दो तीन चार पांच पाँच छह छः छे",
    "सात आठ नौ दस डबल এক দুই তিন চার পাঁচ ছয় সাত আট নয় দশ ডাবল",
    # Swahili, Somali, Hausa, Amharic, Tigrinya
    "moja mbili tatu nne tano sita saba nane tisa kow hal laba saddex afar shan lix toddoba sideed sagaal daya biyu uku",
    "hudu biyar shida bakwai takwas tara አንድ ሁለት ሦስት ሶስት አራት አምስት ስድስት ሰባት ስምንት ዘጠኝ ሓደ ክልተ ሰለስተ ኣርባዕተ ሓሙሽተ ሽዱሽተ",
    "ሸውዓተ ሸሞንተ ትሽዓተ",
    # Tagalog, Indonesian, Vietnamese
    "isa dalawa tatlo apat lima anim pito walo siyam satu dua tiga empat enam tujuh delapan sembilan một hai ba bốn năm sáu",
    "bảy tám chín",
)
_HUNDREDS = (
    "hundred hundert cien ciento dosciento* tresciento* cuatrociento* quiniento* seisciento* seteciento* ochociento*",
    "noveciento* cent cents сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот двісті чотириста",
    "duzent* trezent* quatrocent* quinhent* seiscent* setecent* oitocent* novecent* ميتين مئتان مائه مائتين ثلاثميه تلتميه اربعميه",
    "خمسميه ستميه سبعميه ثمانميه تمنميه تسعميه ثلاثمئه اربعمئه خمسمئه ستمئه سبعمئه ثمانمئه تسعمئه ثلاثمائه اربعمائه خمسمائه",
    "п'ятсот шістсот сімсот вісімсот дев'ятсот مئه ميه مئتين yüz صد دويست سيصد چهارصد پانصد ششصد هفتصد هشتصد نهصد سو सौ শ",
)
_TENS_IN_GERMAN = r"\b[a-z]{3,6}und(?:zwan|drei|vier|funf|sech|sieb|acht|neun)(?:zig|ssig|ßig)(?![^\W_])"
_TENS_IN_URDU = (
    r"\b(?:[\u0600-\u06ff]{1,6}(?:[لتبئ]يس|سته|هتر|انوي)|[\u0900-\u097f]{1,9}(?:[लत]ीस|ईस|सठ|हत्तर|ानवे))(?![^\W_])"
)
_HUNDREDS_IN_GERMAN = r"\b(?:ein|zwei|drei|vier|funf|sechs|sieben|acht|neun|neunzehn)hundert[a-zß]{0,20}(?![^\W_])"
_ONE = rf"(?:{_any(_ZERO, *_ONES)}|{_HUNDREDS_IN_GERMAN}|\bو?[\u0621-\u064a]{{2,5}}[تطدن]عشر?(?![^\W_])|{_TENS_IN_GERMAN}|{_TENS_IN_URDU})"
_PAUSE = r"(?:[ ,.;:/–-]{1,3}(?:(?:y|e|et|und|and|then|ve|luego|puis|потом|dann|sonra|و|и|і)\b ?)?)"
_HUNDRED = _any(*_HUNDREDS)
_DIGIT_OR_ONE = rf"(?:{_ONE}|\d{{1,4}}(?![^\W_]))"

# --- Names in networks ---------------------------------------------------------------------------------------------

_OTHER_NETWORK = _any(
    "телеграм* телег* тг інст* одноклассник* ютуб* инст* вайбер* вотсап* ватсап* вацап* вконтакте вк фейсбук* скайп* снап* дискорд* تلغرام*",
    "تلجرام* تيليجرام* تليجرام* تيلجرام* تلي تلگرام* يوتيوب* انستا* انستغرام* انستجرام* اينستا* اينستاگرام* واتس* واتساپ*",
    "فيسبوك* فيس سناب* مسنجر ماسنجر تيك_توك سكايب فايبر ايمو تويتر 微信 电报 電報 脸书 臉書 推特 抖音 小红书 飞书 扣扣",
)
_LATIN_NETWORK = _any(
    "telegram* tele_gram tg insta instam ig instagram* whats_app* wa signal facebook* fb messenger viber* imo snap snapchat*",
    "tik_tok* skype twitter we_chat weixin discord linkedin reddit bluesky mastodon youtube steam twitch threads likee kwai x_account x_acc x_profile x_handle vk vkontakte zalo kakao* botim threema threads qq line_id",
)
_NETWORK = rf"(?:{_LATIN_NETWORK}|{_OTHER_NETWORK})"
_NAME_WORDS = (
    "user_name nick_name pseudo skype_id никнейм* юзернейм* kullanici_adi benutzername اليوزر اسم_المستخدم 用户名 昵称"
)
_USER_NAME_WORDS = (
    _NAME_WORDS,
    "login log_in user user_id логін identifiant usuario utilizador utente pseudo ник логин يوزر معرفي ايدي",
)
_USER_NAME = _any(*_USER_NAME_WORDS)
_ACCOUNT = (
    rf"(?:[ _-]?{_any('account acc id user handle name profile page cuenta perfil compte profil konto аккаунт* акк профил* حساب* صفحه* 账号 帳號')}"
    rf"|[ _-]?{_USER_NAME}|[号號]码?)?"
)
_NAME_ENDS = r"(?<![.-])(?![\w/]|[.-]\w)"  # and no part of a link
_ODD = (  # a name with a digit, an underscore or a dot among its letters, as no word has them
    rf"(?!covid)(?=[\d_.]{{0,8}}{_LETTER})(?=[^\W_]{{0,30}}_|[^\W\d]{{1,30}}\d|\d{{1,8}}{_LETTER}{{3}}|[^\W_]{{2,30}}\.(?:[^\W_]{{2}}|[^\W_ia](?![^\W_]))|{_LETTER}{{2,20}}-{_LETTER}{{1,20}}-?\d)"
    rf"[\w.-]{{4,}}{_NAME_ENDS}"
)
_ODDER = rf"(?!covid|art|{_LETTER}+-(?:19|20)\d\d)(?={_LETTER}[^\W_.]{{1,20}}_|{_LETTER}{{2,20}}\.{_LETTER}{{2,20}}\.{_LETTER}{{2}}|{_LETTER}{{2}}[^\W\d_.-]{{0,20}}(?:[._-][^\W_]{{1,20}}){{0,3}}[._-]?\d)[\w.-]{{5,}}{_NAME_ENDS}"
_NAME = rf"(?=[\d._-]{{0,8}}{_LETTER})\w[\w.-]{{2,}}{_NAME_ENDS}"
_LATIN_NAME = r"(?=[a-z\d_.]{0,8}[a-z])[a-z\d_][a-z\d_.-]{2,}(?<![.-])(?![^\W_])"
_NO_NAME = (  # words that follow a network's name in ordinary sentences
    "(?!"
    + _any(
        "app web pay and or if when because but so then that this these those they there please pls plz for from to",
        "too about with without the a an at on in of by as is are was it its my our your his her me us you we who",
        "what where why how not now today tomorrow tonight asap only also since after before until while thank* thx",
        "help need number account group* ist est es sono e em channel* chat* call* phone sms e_mail mail website link",
        "message* post* page can do does did will would should has have had get got out up no yes ok okay hi hello",
        "soon quickly urgent* anytime instead i im he she por para pero porque cuando que con sin de del el la los",
        "las un una y si gracias ahora hoy en grupo* tengo necesito pour mais parce quand avec sans le les des du une",
        "et ou merci svp maintenant car je il elle nous vous groupe* und oder wenn weil aber bitte danke mit ohne der",
        "die das ich wir gruppe* auf für и или если когда потому но пожалуйста спасибо для что как где я мы не это",
        "групп* канал* чат* по с в на і або якщо коли будь дякую чи та ve icin ile grub* kanal* ama eger و او اذا من",
        "في على عن الى مع لو لان انا كيف متى اين وين شكرا* رجاء* لكن ثم هل ما لا مجموعه قناه رقم* غروب كروب گروه",
        "كانال را رو به از",
    )
    + rf"|{_NETWORK}|live:)"
)
_NO_NEWS = (  # of an account
    "(?!"
    + _any(
        "was* were* keeps works shows says still just never always again broken down gone weak safe password code",
        "name names user nick profile friend* list every contacts photos data history esta estaba fue ha se bloque* hacke*",
        "a взлом* заблок* был* сломал* заблокир* gesperrt wurde funktioniert",
    )
    + rf"|(?!\w*(?:ahmed|hamm?ed|(?:wal|sa|[hw]ah|sh|am)eed|ayed|khaled|majed|rashed|abed|javed)\b){_LETTER}+ed\b|[a-z]+n't)"
)
_REACH_ME = (
    r"(?:\b(?:add|follow|find|write|text|message|msg|dm|pm|contact|reach|ping|call|hit|inbox|talk)(?: to)? (?:me|us)(?: up)?"
    r"|\b(?:ajout|contact|suiv|trouv|cherch|appel|ecri\w|rejoi)\w{0,4}[- ](?:moi|nous)\b|"
    + _any(
        "agrega* anade* escribe* busca* contacta* sigue* habla* manda* пиши* напиши* добав* найди* найти свяжи* ищи*",
        "подпи* راسل* تواصل* كلم* ضيف* اضيف* اضف* اكتب* ابحث* تابع* schreib* add_mich folg* yaz* ekle* ara",
    )
    + rf"(?: {_any('меня нас мне нам со_мной معي معنا لي mir mich uns bana')})?)"
)
_ON = rf"(?:{_GAP}{{1,2}}{_any('on at in via by through over my en por al mi su sur par mon dans в во на через мой моем على عال ع في عبر ب auf bei 的 用 上')}){{0,2}}"
_NO_PASSWORD = (
    "(?!"
    + _any(
        "lost wrong correct right old same different invalid incorrect required mandatory necessary secure strong mine known",
        "stolen unknown forgotten valid very more less here there enough good bad private secret must cannot please any all ever often shown shared given hidden taken sent visible saved weak long short",
        "perdida incorrecta incorrecto oublie* incorrect* falsch vergessen неверн* неправильн* забыл* yanlis غلط خطأ 错误 错",
    )
    + rf"|{_LETTER}+ing\b)"
)
_CALLED = (
    "called named nombre como я adım adı ich im under se_llama se_chama s'appelle sous_le_nom heißt nommé chiamato",
    "con_nombre под_именем под_ником з_ніком під_іменем зовут ismi isimli باسم اسمه اسمي اسمها بنام به_نام 叫 叫做",
)
_SIGN = rf"(?:{_IS}|{_GAP}{{0,2}}{_any(*_CALLED)}{_GAP}{{1,3}})"

_CAPITAL = r"[^\W\d_a-zа-яіїєґ][a-zа-яіїєґ][\w'-]{0,20}"
_NO_FEATURE = r"(?!(?i:business|premium|marketplace|groups?|pages?|messenger|channels?|live|stories|reels|web|plus|lite|ads|app|home|and|or|the|is|in|on|for|why|how|can|what|if|group|i|my|we|they|he|she|it|because|but|please|help|no|not|yes|who|when)(?![^\W_]))"
_CAMEL = r"(?!(?i:whatsapp|tiktok|youtube|wechat|linkedin|facebook|snapchat|icloud|iphone|paypal))[A-Z][a-z]{2,15}(?:[A-Z][a-z]{2,15}|[A-Z]{2,4}){1,4}\d{0,6}(?![\w.])"
_CASED_NAMES = (
    rf"((?i:(?:writ|post|comment)(?:ing|e|s)?|known|user|account) as )[^\W\d_a-z][\w.-]{{3,30}}(?=(?: [^\W_]{{1,12}}){{0,4}}? (?i:{_NETWORK}))",
    rf"((?i:find|search|look for|cherche\w{{0,3}}|busca\w{{0,3}}|ищ\w{{1,4}}|найд\w{{1,4}}|suche?n?|procur\w{{0,3}})(?: (?i:me|her|him|us|for|por|nach|under))?(?: (?i:me|her|him|us|for|por|nach|under))? )(?:{_CAPITAL} ){{1,3}}(?=(?i:on|sur|en|auf|no|bei|в|на) (?i:{_NETWORK}))",
    rf"((?i:{_NETWORK})(?:'?[td][ae])? ?:? ){_NO_FEATURE}{_CAPITAL}(?: {_NO_FEATURE}{_CAPITAL}){{1,2}}(?! (?i:group|channel|page|chat|групп|канал|grup|grupo|groupe|gruppe))(?![^\W_])",
    rf"((?i:{_NETWORK})(?i:{_ACCOUNT})(?i:{_SIGN}| )[\"'«“„])[^\W_][^\"'«»“”„\n]{{2,40}}(?=[\"'»”“])",
    rf"((?i:as|called|named|name|como|comme|als|как|under) [\"'«“„])[^\W_][^\"'«»“”„\n]{{2,40}}(?=[\"'»”“] (?i:on|en|sur|auf|no|in|в|на) (?i:{_NETWORK}))",
    rf"((?i:{_NETWORK})(?:{_GAP}{{1,2}}{_LETTER}{{1,10}}){{0,3}}?{_GAP}{{1,2}})@?{_CAMEL}",  # on facebook as Zar Minaq
    rf"((?i:{_NETWORK}{_ACCOUNT}|\b(?:mi|meu|mon|en|no|sur|auf|on|w) face|\bface(?= ?:))(?: ?[:=] ?|{_GAP}{{1,3}}(?i:as|is|name|named|called|under|by|with|name is|como|es|se llama|com o nome|som|est|sous|s'appelle|comme|als|ist|unter|heisst|come|как|под именем|як|это) (?i:the name |name |nombre |nom |dem namen |o nome |имя )?))(?i:{_NO_NAME}{_NO_NEWS})(?:{_CAPITAL} ){{1,3}}{_CAPITAL}",
    rf"((?i:{_NETWORK}{_ACCOUNT})(?: [^\W_]{{1,8}})? ?(?i:{_any('باسم اسمه اسمي اسمها بنام به_نام')}) )[\u0600-\u06ff]{{2,12}}(?: [\u0600-\u06ff]{{2,12}})?",
)
_NAMES = (
    r"(?<![\w.#&])[\w.]{2,32}#\d{4,5}(?!\w)",
    # telegram ahmad_r78, auf telegram schreiben ahmad_78
    rf"((?:{_NETWORK}|{_USER_NAME})(?!\.\w){_ACCOUNT}{_SIGN}(?<=\W))@?{_ODD}",
    rf"((?:{_NETWORK}|{_USER_NAME})(?:[,.;:!?)]{{0,2}} [^\W_](?:[^\W_]|'(?=[^\W_])){{0,12}}){{0,4}}[,.;:!?]{{0,2}} )@?{_ODDER}",
    # add me on insta zarminaq; my snap zarminaq, but not: my snap stopped
    rf"({_REACH_ME}{_ON}{_GAP}{{0,2}}{_NETWORK}{_ACCOUNT}{_SIGN})@?{_NO_NAME}{_NAME}",
    rf"(\b(?:my|our|mi|mon|mein|meu|мои|моя|мое|наш|мій) (?:{_NETWORK}|(?<!my )face){_IS}{_ACCOUNT} )@?{_NO_NAME}{_NO_NEWS}{_NAME}",
    rf"({_NETWORK}{_ACCOUNT} ?(?:[:=]|(?=@)) ?)(?:@ ?)?{_NO_NAME}(?:live:)?{_NAME}",
    # Latin letters behind a network's name in others: 微信abc
    rf"({_OTHER_NETWORK}{_ACCOUNT}{_SIGN})@?{_NO_NAME}{_LATIN_NAME}(?: {_NO_NAME}[a-z]{{2,20}}(?![^\W_]))?",
    rf"({_NETWORK}(?:{_GAP}{{1,2}}(?!live:){_LETTER}{{1,10}}){{0,3}} ?: ?)@?{_ODD}",
    rf"({_NETWORK}(?: {_LETTER}{{1,10}}){{1,3}} (?:is|es|est|e|ist|это|هو) )@?{_ODD}",
    rf"({_any('qq 扣扣 微信')}(?:[号號]码?)?{_IS})\d{{5,12}}(?!\d)",
    rf"({_any(_NAME_WORDS)}{_IS})@?{_NO_NAME}{_NAME}",
    rf"(?<![\w.-]){_ODD}(?= ?[(] ?{_NETWORK}| (?:on|is my|es mi|in|auf|sur|en|в|на|علي) {_NETWORK})",  # zar.minaq7 (insta)
    rf"({_NETWORK} ?/ ?)@?{_NO_NAME}{_NAME}",
    r"(?<![\w/])/?u/[\w-]{3,20}",
    r"\blive:\.?[\w.]{3,40}(?<!\.)",
    rf"(?<![\w.@])@ {_ODD}",
    rf"(?<![\w.@/-]){_LETTER}{{3,20}}(?:\.{_LETTER}{{2,20}}){{1,4}}[._]?\d{{1,6}}(?![\w/@-]|\.\w)",
    rf"(?<![\w.@/-])(?=[\d.]{{0,8}}{_LETTER})[^\W_][\w.]{{0,30}}[^\W_]_+[^\W_][^\W_][\w.-]*(?<![.-])",  # an underscore within is enough
)

# --- E-mail addresses and links, spelled out -----------------------------------------------------------------------

_OPEN, _SHUT = r" ?[\[({<] ?", r" ?[\])}>] ?"
_DOT_WORD = _any(
    "dot d0t punto point punkt ponto nokta kropka tecka tečka pika bodka punct pont punt точка tochka крапка тчк نقطه دوت دات 点 點"
)
_DOT = rf"(?: ?\bdot ?(?=com|net|org)| ?[\"'*/|~_]{{1,2}}{_DOT_WORD}[\"'*/|~_]{{1,2}} ?|{_OPEN}(?:{_DOT_WORD}|\.){_SHUT}| {_DOT_WORD} | ?[点點] ?)"
_ANY_DOT = rf"(?:{_DOT}| ?\. ?)"
_MARK = (
    " ?(?:"
    + _any(
        "underscore under_score dash hyphen minus plus guion guion_bajo barra_baja tiret tiret_bas tiret_du_bas",
        "подчеркивание нижнее_подчеркивание дефис тире підкреслення unterstrich bindestrich alttire alt_tire tire",
        "alt_cizgi شرطه شرطه_سفليه اندرسكور اندرلاين خط_تيره 下划线",
    )
    + ") ?"
)
_AT_SIGN = _any(
    "arroba arobase arobas chiocciola собака собачка sobaka кукла равлик ат ات ايت chez klammeraffe kuyruklu_a куче",
    "małpa snabel-a at_sign at_symbol the_a_sign 艾特",
)
_AT = rf"(?: ?@ ?| @t | ?[\"'*/|~_]{{1,2}}(?:at|a|@|{_AT_SIGN})[\"'*/|~_]{{1,2}} ?| ?圈a ?|{_OPEN}(?:at|a|@|et|{_AT_SIGN}){_SHUT}| (?:then )?(?:the )?{_AT_SIGN} (?:then )?|艾特)"
_AT_WORD = rf"(?:{_AT}| (?:at(?: the)?|et|علي|عند|在|圈a) )"
_PIECE = r"[^\W_][\w+-]{0,40}"
_PIECES = rf"(?<![\w.+]){_PIECE}(?:(?:{_ANY_DOT}|{_MARK}| (?=(?:\d{{1,4}}|{_any(_ZERO, *_ONES[:5])}) )){_PIECE})"
_LETTERS = r"(?<![\w.+])(?:[^\W_][ -]){2,30}[^\W_]"  # a l i
_LOCAL = rf"(?:{_PIECES}{{0,4}}|{_LETTERS})"
_PROVIDER = _any(
    "g_mail googlemail yahoo ymail hot_mail outlook icloud proton protonmail gmx yandex яндекс mail live ukr web",
    "posteo жмейл гмейл джимейл гмаил мейл мэйл маил майл яху рамблер укр جيميل جميل جي_ميل ياهو هوتميل اوتلوك qq 163 126",
)
_ENDING = rf"(?:(?:{SURE_ENDINGS}|es|it|me|io|ve|pe|al|si|se|be|at|no|id|my|ma|tn|et|ком|орг|нет|ру|юа|كوم|كام|اورج|نت)(?![^\W_])|康姆)"
_HOST = rf"(?:[\w-]{{1,40}}{_ANY_DOT}){{1,3}}{_ENDING}(?:{_DOT}[a-z]{{2}}(?!\w))?"
_MAIL_WORD = _any(
    "e_mail* mail* gmail correo correo_electronico courriel adresse_mail почт* емейл* имейл* мыло пошта мейл بريد*",
    "ايميل* 邮箱 电邮 邮件",
)
_NO_MAIL = r"(?!\S{1,64}@\w)"  # those are found without words

_MAILS = (
    r"(?:[a-z\d_.+-]|下划线|[点點]){1,40} ?(?:艾特|圈a) ?[a-z\d-]{1,30}(?: ?[点點.] ?[a-z]{2,4}){0,2}",
    rf"{_NO_MAIL}{_LOCAL}{_AT}{_LETTER}{{2,20}} (?:com|net|org|ru|ua|de|fr|es|ком|ру|юа|нет|укр)(?![^\W_])",
    # ali . k @ gmail . com; ali dot k at gmail dot com; ali at gmail dot com; dot k at gmail, but not: look at gmail
    rf"{_NO_MAIL}{_LOCAL}{_AT}{_HOST}",
    rf"{_LETTERS} ?@ ?(?:[^\W_] ){{3,20}}\. ?[^\W_](?: [^\W_]){{1,3}}(?!\w)",
    rf"{_NO_MAIL}{_LOCAL}(?:{_AT_WORD}|,? at,? | ){_PROVIDER}(?: | ?, ?|{_ANY_DOT})(?:com|net|org|ком|كوم|كام)(?![^\W_])",  # ali gmail com
    rf"{_NO_MAIL}{_LOCAL}{_AT_WORD}(?:(?:[\w-]{{1,40}}{_DOT}){{1,3}}|{_PROVIDER}(?:{_DOT}| \. ?|\.)){_ENDING}(?:{_DOT}[a-z]{{2}}(?!\w))?",
    rf"{_NO_MAIL}(?:{_PIECES}{{1,4}}|(?<![\w.+])(?=[a-z+-]{{1,30}}[\d_])[^\W_][\w+-]{{1,40}}|{_LETTERS})(?:{_AT_WORD}| (?:(?:on|en|in|bei|sur|auf) )?){_PROVIDER}(?: {_ENDING})?",
    rf"{_NO_MAIL}{_LOCAL}{_AT}{_PROVIDER}",
    rf"({_MAIL_WORD}(?: {_any('address* adress* adres* id hesab*')})?{_IS}){_NO_MAIL}{_LOCAL}{_AT_WORD}(?:(?:[\w-]{{1,40}}{_ANY_DOT}){{1,3}}{_LETTER}{{2,}}|{_PROVIDER})",
    r"(?<![\w.+])[\w.+]{1,64}[-_]at[-_][\w.]{1,64}[-_]dot[-_][a-z]{2,}",
    rf"({_any('gmail yahoo hotmail outlook icloud protonmail')}(?: (?:account|address|id|adress))?{_IS}){_NO_MAIL}{_ODD}",
    rf"((?:{_PROVIDER}|{_MAIL_WORD})(?:{_GAP}{{1,3}}{_LETTER}{{1,8}}){{0,6}}?{_GAP}{{1,3}})(?:[^\W_][ .-]{{1,3}}){{4,30}}[^\W_](?![^\W_])",
)
_THREE_WORDS = _any("w3w what3words what_3_words what_three_words")
_LINKS = (
    rf"(?<![\w.])[\w-]{{1,40}}(?:(?:{_DOT}| \. ?|\. )[\w-]{{1,40}}){{1,3}}(?: ?/ ?| (?:slash|barra|слэш|слеш|سلاش) )[\w+-]+[\w+./=?&-]*",
    r"(?<![\w.])(?:t me|wa me|(?:facebook|instagram|tiktok|vk|goo|bit|maps) (?:com|gl|ly))(?:/| slash )\S+",
    rf"({_THREE_WORDS}(?: {_LETTER}{{1,10}}){{0,3}}?{_IS})/{{0,3}}(?:{_LETTER}{{2,20}}\.){{2}}{_LETTER}{{2,20}}",
    rf"({_THREE_WORDS}(?: is)?(?: ?:)? )(?:{_NO_NAME}{_LETTER}{{2,20}} ){{2}}{_NO_NAME}{_LETTER}{{2,20}}",
    rf"(?<![\w.])(?!(?:the|an?|of|this|that)\b)[\w-]{{2,40}}(?: (?:dot|точка|крапка) [\w-]{{2,40}}){{0,2}} (?:dot|точка|крапка) (?:{SURE_ENDINGS}|ру|ком|орг)(?![^\W_])",
    rf"(?<![\w/:])/{{3}}{_LETTER}{{2,20}}\.{_LETTER}{{2,20}}\.{_LETTER}{{2,20}}",  # ///filled.count.soap
    r"(?<!\w)geo:[-\d][-\d.,;=?\w]*",
)

# --- Places --------------------------------------------------------------------------------------------------------

_PLUS = "[23456789CFGHJMPQRVWX]"
_DECIMAL = r"[-−]?\d{1,3}[.,٫]\d{1,8}"
_PLACE_WORD = _any(
    "gps coordinates coordinate coords location waypoint pin position lat latitude coordenadas ubicacion posicion coordonnees",
    "localisation koordinaten standort координат* местоположени* геолокаци* احداثيات* موقع* konum* 坐标 座標 位置 定位",
)
_CASED_PLACES = (
    r"(?<!\w)(?:(?i:mgrs|utm):? ?)?\d{1,2} ?[C-X](?:[A-Z]{2} ?\d{3,5} ?\d{3,5}|:? ?\d{6} ?[EÖm]?[ ,;/]{1,3}\d{6,7})(?!\d)",
    rf"(?i:(?<![a-z\d+])(?=[2-9]{{0,7}}[CFGHJMPQRVWX])(?=[a-z]{{0,7}}\d)(?:{_PLUS}{{8}}|{_PLUS}{{4,6}})\+{_PLUS}{{2,3}}(?![a-z\d+]))(?:,? {_CAPITAL})?",
    rf"(?<![\d.,]){_DECIMAL} ?°? ?[NSKG]\b[,; /]{{0,3}}{_DECIMAL} ?°? ?[EWODB]\b",
    rf"(?<!\w)[NS] ?{_DECIMAL}°?[,; /]{{0,3}}[EWO] ?{_DECIMAL}°?",
    r"(?<!\w)[NSEW] ?\d{1,3}(?:°| )[ ]?\d{1,2}(?:[.,]\d{1,5})?['′](?: ?\d{1,2}(?:[.,]\d{1,4})?[\"”″])?",
    r"(?<![\d.,])\d{1,3} \d{1,2} \d{1,2}(?:[.,]\d{1,4})? ?[NSEW]\b",
)
_CASED_HOMES = (
    rf"\b(?:Via|Viale|Piazza|Corso|Rua) (?:{_LETTER}[\w'.-]{{1,30}} ){{1,3}}\d{{1,4}}(?!\d){_COUNTED}",
    rf"(?:^|[,.;] |\b(?:in|abito|vivo|sto|casa|indirizzo|residenza):? )via (?!Dublin|Art|Form)(?:{_LETTER}[\w'.-]{{1,30}} ){{1,3}}(?!{_YEAR})\d{{1,4}}(?!\d){_COUNTED}",
    r"\b(?:[A-Z][\w'-]{1,20} ){1,2}(?:House|Court|Lodge|Building|Tower|Hotel|Hostel),? (?=(?:room|flat|apt|unit|Room|Flat|Apt|Unit)\b)",
    r"(?<!\w)(?!UN|EU|US|UK|KM|IN|OF|TO)[A-Z]{2} \d{5}(?:-\d{4})?(?![\w,./-]\d|\w)",  # OH 43207
    r"\b\d{1,4}[A-Za-z]?,? (?:[A-Z][\w'-]{1,20} ){1,2}(?:House|Court|Place|Park|Hill|Way|View|Lodge|Building|Tower|Hotel|Estate|Green)\b",
    r"\b(?:Lot|Spc|Suite|Ste) #? ?\d{1,4}(?!\d)",
    rf"\b(?i:на|по|in der|am|an der|auf der) {_CAPITAL}(?: {_CAPITAL})? \d{{1,4}}[a-zа-я]?(?:[/-]\d{{1,4}})?(?=,? (?i:ком|комн|кв|комната|кімната|zimmer|whg)(?![^\W_]))",
    # on Zarminaq Street, without a number
    rf"\b(?i:on|off|at|near|behind|opposite|corner of|street name is|address is):? (?!Wall|Silk|Downing|Main|High|The){_CAPITAL} (?:{_CAPITAL} )?(?i:street|road|lane|avenue|ave|crescent|drive|boulevard|terrace)(?![^\W_])",
)
_HOUSE = rf"(?!{_YEAR})\d{{1,4}}(?!\d)(?:(?:[ -]?[a-zа-я]|[ء-ي])(?![^\W_]|[.@/']\w))?(?: ?[/-] ?\d{{1,4}}(?!\d))?"
_STREET_NAME = (  # not what stands between a number and "street" in ordinary sentences
    "(?!"
    + _any(
        "on in of at to by the a an and or for from with people persons men women man woman boys girls child* famil*",
        "migra* refug* year years month* week* day days hour* million thousand hundred per percent time times more",
        "new other main different way ways death* dead km mile* meter* metre* lane form page st nd rd th is are was were that this",
        "who which if because desde hace por con en sin durante hay que y o mas menos depuis pendant dans avec sans",
        "est sont pour il je ou au seit ist im mit в на и с от по есть более من في منذ على مع هناك قبل بعد فيه فيها",
    )
    + rf"){_LETTER}[\w'.-]{{0,30}}"
)
_STREET_AFTER = _any(
    "street str st road rd avenue ave lane ln boulevard blvd drive dr square sq court ct close terrace crescent",
    "highway hwy alley row quay gardens pl cir circle grove mews parade parkway pkwy wharf sokak sokag* sok sk cadde* cad mah mahallesi",
)
_STREET_BEFORE = _any(
    "rue avenue av avda boulevard bd bvd chemin impasse allee quai calle avenida plaza paseo carrera cra camino",
    "callejon jiron jr rua travessa trav jl jalan largo praca ul ulica odos strada bulevardul utca carrer mtaa οδος οδου οδο λεωφορος ул улица улице улицы вул вулиця вулиці просп* пр пр-т пер мкр пл переул* бульвар*",
    "шоссе площад* набережн* شارع طريق حي زقاق حاره خيابان كوچه",
)
_OF = r"(?: (?:de la|de l'|de los|de las|de|du|des|del|la|le|les|los|las|di|della|do|da|von|der|al)(?![^\W_]))?"
_FLAT_WORD = _any(
    "flat apt apartment floor fl piso puerta apto bat batiment etage appt app кв квартира корп корпус подъезд эт этаж",
    "д дом буд будинок no daire kat zi zimmer whg top stock بنايه عماره شقه طابق پلاك واحد طبقه كوچه منزل bloque",
    "portal escalera room ком комн комната кімната chambre cuarto int appart oda ap depto dpto lgh leil asunto interno scala int mieszkanie lok m διαμ as appartement",
)
_FLAT = (
    rf"(?:[ ,.]{{1,3}}(?:{_FLAT_WORD}|(?=#))\.? ?{_NUMBER_OR_NOT}(?:\d{{1,4}}(?:[/-]\d{{1,4}})?[a-zа-я]?|[a-z])(?![^\W_])){{0,4}}"
    rf"(?:[ ,]{{1,3}}(?:{_LETTER}{{1,2}}-)?(?!{_YEAR})\d{{4,6}}(?!\d) {_LETTER}{{2,20}}|[ ,]{{1,2}}\d{{3}} \d\d {_LETTER}{{2,20}})?"  # and a town's
)
_LIVE = _any(
    "address adress addres i_live we_live live_at live_in living_at living_in staying_at stay_at i_sleep adresse direccion domicilio vivo vivimos",
    "me_empadrono j'habite habite wohne wohnen anschrift адрес* живу живем проживаю прописка адреса мешкаю adres*",
    "oturuyorum moro morada عنوان* ساكن* اسكن آدرس* 地址 我住 住址 住在",
)
_SHELTER = _any(
    "room rm pokoj soba kamer dormitorio hab bunk cell bed tent tents container containers caravan isobox iso_box rub_hall hut apartment apt flat",
    "cama baracke* compound appart ap studio house_no home_no cabin dorm dormitory ward cubicle cot bunker hangar trailer portacabin roulotte motel_room",
    "barrack* bungalow pod shelter house_number door_number carpa habitacion apartamento apto caseta contenedor",
    "modulo barraca celda casa_numero cuarto litera cabaña tente chambre appartement appt conteneur caravane cellule baraque dortoir zimmer",
    "quarto beliche tenda contentor stanza cabane mobil-home bett stube wohneinheit koje schlafsaal",
    "woning kunyhó wohnung zelt hausnummer палатк* комнат* контейнер* барак* камер* квартир* кв общежити* дом намет* кімнат* модул*",
    "койк* кроват* вагончик* хостел* ком комн ліжк*",
    "çadır* konteyner* oda odam odası koğuş yatak خيمه خيمت* غرفه غرفت* شقه شقت* كرفان* كرافان* كارافان* حاويه كونتينر* بنايه عماره منزل چادر* كانكس*",
    "سرير* تخت هنكار هنغار مهجع عنبر زنزانه كابينه هيلتر كبينه",
    "اتاق* 帐篷 帳篷 房间 宿舍 集装箱 营房 床位 床铺 板房",
)
_PART = _any(
    "block house villa unit sector zone plot section line row building bloc bloque zona district road camp street floor rue",
    "bat batiment app porte lager mz mza manzana lt lote casa daire nyumba guri xani mal بيت قريه حاره زقاق قاطع شارع مكان مکان گھر گلی محله کوچه مبنى سرک خانه کور خانوو कमरा मकान गली ब्लॉक বাড়ি রুম ব্লক ቤት блок* сектор* зона корпус بلوك",
    "قطاع منطقه ناحيه haus gebaude bölge blok kat 区",
)
_MORE_PARTS = _any(  # that tell only beside another
    "wing lane place corridor hall gate floor level aisle tier cluster phase alley bay door pasillo fila hilera pabellon",
    "compound area side lado pavilion pavillon zi dpto depto int interior lit letto galera portal escalera piso nave isla calle rua rue улица вулиця flur trakt obergeschoss sokagi caddesi etage allee rang couloir aile hangar secteur ilot quartier entree escalier",
    "setor bloco andar porta corredor reihe gang halle flugel ebene eingang aufgang stiege ряд лини* место крыло этаж поверх",
    "місце sira* koridor* kapi* sokak sokagi ممر* صف خط قاعه جناح دار طابق رديف راهرو فاز سالن درب زنگ",
)
_IN = r"(?:\b(?:my|our|in|at|mi|mon|ma|notre|я в|мы в|в|في|انا في|i'?m in|i am in|live in|stay(?:ing)? in)(?: the)? )"
_VALUE = r"(?:[a-zа-я] ?-? ?)?\d{1,5}(?!\d)(?:[a-zа-я](?![^\W_])|-\d{1,4})?"
_ORDINAL = _any(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth",
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth premier primero primeiro ersten zweiten dritten",
    "vierten fünften sechsten siebten achten neunten zehnten elften zwölften dreizehnten vierzehnten fünfzehnten",
    "zwanzigsten dreißigsten первого второго третьего четвертого пятого шестого седьмого восьмого девятого десятого",
    "одиннадцатого двенадцатого тринадцатого четырнадцатого пятнадцатого шестнадцатого семнадцатого восемнадцатого",
    "девятнадцатого двадцатого тридцатого першого другого третього четвертого п'ятого шостого сьомого восьмого",
    "дев'ятого десятого одинадцятого дванадцятого двадцятого тридцятого الاول الثاني الثالث الرابع الخامس السادس",
    "السابع الثامن التاسع العاشر يكم اول دوم سوم چهارم پنجم ششم هفتم هشتم نهم دهم يازدهم دوازدهم سيزدهم چهاردهم",
    "پانزدهم شانزدهم هفدهم هجدهم نوزدهم بيستم",
)
_STOREY_SAID = rf"(?:{_ORDINAL} (?:floor|piso|planta|andar|stock|etage|этаж|поверх|kat)|(?:ال)?(?:طابق|دور) {_ORDINAL}|(?:erdgeschoss|rez-de-chaussee|ground floor|top floor|planta baja))(?![^\W_])"
_STOREY = r"\d{1,2} ?(?:st|nd|rd|th|eme|er?|o|a|-?[ыи]?[йи]|\.)? ?(?:floor|etage|piso|planta|andar|stock|og|kat|этаж|поверх|طابق|طبقه)(?![^\W_])"
_ONE_PART = rf"(?:第?[a-z\d]{{1,3}} ?[区排栋号座层]|{_STOREY}|{_STOREY_SAID}|(?:{_SHELTER}|{_PART}|{_MORE_PARTS})\.? ?{_NUMBER_OR_NOT}(?:{_LETTER}{{1,8}} )?(?:(?!{_YEAR}){_VALUE}{_COUNTED}|{_LETTER}(?![^\W_]))号?)"

_DEGREES = r"\d{1,3}(?:[.,]\d{1,6})? ?(?:°|deg\w{0,5}|grad\w{0,2}|град\w{0,4}|derece|درج\w{1,3}|度)\.?[ ,]{0,2}"
_PLACES = (
    rf"({_any('lat latitude latitud breite breitengrad широта широта* широты enlem خط_العرض عرض_جغرافيايي عرض_جغرافي 纬度')}{_IS})-?{_DECIMAL}(?!\d)",
    rf"({_any('longitude longitud lon lng lange langengrad долгота долготы boylam خط_الطول طول_جغرافيايي 经度')}{_IS})-?{_DECIMAL}(?!\d)",
    rf"(\[number\]{_GAP}{{1,3}}(?:و )?طول{_IS}){_DECIMAL}(?!\d)",
    rf"\bx ?[:=]? ?{_DECIMAL}{_GAP}{{1,3}}y ?[:=]? ?{_DECIMAL}(?!\d)",
    # 51 deg 30 min 26 sec N
    rf"{_DEGREES}\d{{1,2}}(?:[.,]\d{{1,4}})? ?(?:['′]|(?:min\w{{0,4}}|мин\w{{0,4}}|dakika|دقيق\w{{1,2}}|分)\.?)"
    rf"(?:[ ,]{{0,2}}\d{{1,2}}(?:[.,]\d{{1,4}})? ?(?:['′\"”″]{{1,2}}|(?:se[cgk]\w{{0,5}}|сек\w{{0,4}}|saniye|ثاني\w{{1,2}}|秒)\.?))?"
    r"(?:[ ,]{0,2}(?:[nsewo]\b|north|south|east|west|nord|sud|norte|sur|este|oeste|est|ouest))?",
    rf"(?<![\d.,]){_DECIMAL} ?(?:°|град\w{{0,4}}|درجه)? ?(?:[сю]\.? ?ш\.?|пн\.? ?ш\.?|[вз]\.? ?д\.?|شمالا?|جنوبا?|شرقا?|غربا?)(?!\w)",
    r"(?:[北南]纬|[东西]经)[ :]?\d{1,3}(?:[.,]\d{1,8})? ?[度°]?(?: ?\d{1,2} ?[分'′](?: ?\d{1,2}(?:\.\d{1,3})? ?[秒\"″])?)?",
    rf"\d{{1,3}} ?° ?\d{{1,2}}(?:[.,]\d{{1,4}})?(?: ?(?:[nsewo]\b|north|south|east|west|nord|sud|norte|sur|est\b|este|ouest|oeste))(?:{_GAP}{{1,3}}\d{{1,3}} ?° ?\d{{1,2}}(?:[.,]\d{{1,4}})?(?: ?(?:[nsewo]\b|north|south|east|west|nord|sud|norte|sur|est\b|este|ouest|oeste)))?",
    rf"({_PLACE_WORD}{_IS}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}{_IS}){{0,2}}){_DECIMAL}(?:(?:[,;/ ]|°){{1,4}}|°? (?:and |by |x |y |et |und |и |و ?)){_DECIMAL}(?!\d| ?%| per ?cent)°?",
)
_HOMES = (
    # 14 Zarminaq Street, flat 3; 12 bis rue Zarminaq; Calle Zarminaq 14; Zarminaq sokak no 25; Zarminaqstraße 5; Calle 45 # 12-30
    rf"(?<![\w.,/])(?!{_YEAR})\d{{1,4}}(?: ?(?:bis|ter|quater|[a-d]))?,? ?{_any('rue avenue av boulevard bd chemin impasse imp allee quai cours ruelle montee faubourg square passage sentier hameau cite villa residence lotissement place_de place_du place_des')}"
    rf"{_OF} ?{_STREET_NAME}(?:{_OF} {_STREET_NAME})?{_FLAT}",
    rf"(?:{_FLAT_WORD} ?\d{{1,4}}[ ,]{{1,3}})?(?<![\w.,/])(?:{_HOUSE}{_COUNTED}|{_YEAR}(?=(?: {_STREET_NAME}){{1,3}} {_STREET_AFTER}\.?,? ?{_FLAT_WORD})),?"
    rf" (?:{_STREET_NAME} ){{1,3}}{_STREET_AFTER}{_FLAT}",
    rf"(?:{_STREET_BEFORE}\.?|\bc[/.]|\br\.){_OF} ?(?:{_STREET_NAME}{_OF}[ ,]{{1,2}}){{1,3}}(?:{_FLAT_WORD}\.? ?)?{_NUMBER_OR_NOT}{_HOUSE}{_COUNTED}{_FLAT}",
    rf"(?:{_STREET_NAME} ){{1,2}}(?:{_STREET_AFTER}\.? ?){{1,2}}(?:\d{{1,4}}\.? ?{_STREET_AFTER}\.? ?)?{_NUMBER}{_GAP}{{0,2}}{_HOUSE}{_FLAT}",
    rf"\b{_LETTER}{{2,30}}-?(?:stra(?:ß|ss)e|str\.?|gasse|allee|weg|damm|ufer|platz|ulica|gatan|vagen|gade|vej|straat|laan|weg|plein|kade|dijk|gracht|singel|gata|veien|vei|vagen|torget|katu|intie|kuja) {_HOUSE}{_COUNTED}{_FLAT}",
    rf"(?:{_STREET_NAME} )?\b(?:stra(?:ß|ss)e|allee|gasse|ufer) {_HOUSE}{_COUNTED}{_FLAT}",
    r"(?<!\w)(?:calle|cl|carrera|cra|kr|avenida|av|transversal|diagonal)\.? \d{1,3}[a-z]?(?: (?:sur|norte|este|oeste|bis|[a-z]))? ?(?:#|no\.?|n°|con) ?\d{1,3}[a-z]?(?: ?- ?\d{1,3})?",
    r"(?<!\w)(?:д(?:ом)?|буд)\.? ?\d{1,4}[а-я]?,? ?(?:кв(?:артира)?|корп(?:ус)?)\.? ?\d{1,4}",
    r"[\u4e00-\u9fff]{1,8}?(?:路|街|大道|巷|弄|胡同|村) ?\d{1,5} ?(?:号楼|[号號弄栋])(?: ?\d{1,4} ?(?:号楼|单元|[栋幢楼层室号]){1,2}){0,4}(?: ?\d{2,4}(?!\d))?",
    r"\d{1,4} ?(?:号楼|[栋幢座]) ?(?:\d{1,4} ?(?:单元|层|楼|室|号){0,2} ?){1,3}",
    # zarminaq 318, 4th floor; I live 14 Zarminaq Gardens; block C, tent 217; tent 41; in room 2041
    rf"(?:{_STREET_NAME} )?{_STREET_NAME} {_HOUSE}{_COUNTED}(?:,? ?(?:\d{{1,2}}(?:st|nd|rd|th) floor|\d\. ?(?:stock|og|etage|piso|kat))\b|(?=[ ,.]{{1,3}}{_any('flat apt apartment ap apto depto int cuarto piso puerta кв квартира ком комн комната кімната room zimmer whg daire oda شقه appt appart chambre lgh')}){_FLAT}(?<=\w))",
    rf"({_LIVE}{_IS}{_ON}{_GAP}{{0,2}})(?!{_PART}|{_SHELTER})(?:{_STREET_NAME}{_GAP}{{1,3}}){{0,4}}(?<!\w){_HOUSE}{_COUNTED}(?:,? {_STREET_NAME} {_STREET_AFTER})?{_FLAT}",
    rf"{_ONE_PART}(?:{_GAP}{{0,3}}(?:{_LETTER}{{1,4}}, )?(?:{_ONE_PART}|{_NUMBER}{_GAP}{{0,2}}(?!{_YEAR}){_VALUE}{_COUNTED}))+(?<=\w)",
    # 455 W 34th St; block E-12
    rf"(?<![\w.,/])\d{{1,5}} (?:[nsew]\.? )?\d{{1,3}}(?:st|nd|rd|th) {_STREET_AFTER}{_FLAT}",
    rf"({_any('block blk bloc bloque sector zone zona row lot блок* сектор* بلوك قطاع')} )[a-z] ?-? ?\d{{1,4}}(?![^\W_])",
    rf"({_any('отел* гостиниц* хостел* готел*')}(?: {_STREET_NAME}){{0,2}} )номер \d{{1,4}}(?!\d)",
    rf"({_any('house casa haus maison домик بيت')}{_IS}{_NUMBER_OR_NOT})(?!{_YEAR})\d{{2,4}}[a-z]?(?![^\W_]|[.,/-]\d){_COUNTED}",
    rf"({_any('house casa home haus maison дом')}(?: {_LETTER}{{1,12}}){{0,2}} {_NUMBER}{_IS})(?!{_YEAR})\d{{1,4}}[a-z]?(?![^\W_]|[.,/-]\d){_COUNTED}",
    rf"({_SHELTER}{_IS}{_NUMBER_OR_NOT}(?:(?:la|el|the|le|die|das|il|o|a) (?=\d))?)(?!{_YEAR})(?:{_LETTER} ?-?)?(?:\d{{1,2}}\.\d{{2,3}}(?!\d)|\d{{4,5}}[a-z]?(?![^\W_])|\d{{1,3}}-\d{{1,4}}(?!\d)|{_HOUSE}{_COUNTED})[号號]?",
    rf"({_any('po_box p_o_box p.o. postbox apartado postfach boite_postale bp skrytka а/я ص_ب صندوق_بريد posta_kutusu')}{_NUMBER_OR_NOT}{_IS})\d{{2,6}}(?!\d)",
    rf"({_IN}{_PART}{_IS}|{_PART} (?:[a-z] )?{_NUMBER}{_IS})(?:[a-z] ?-? ?)?(?!{_YEAR})(?:\d{{4,5}}(?!\d)|\d{{1,3}}(?!\d){_COUNTED})",
)

_CAMP = (
    "hotel hostel motel shelter camp center centre refuge reception albergue refugio pension pensao pousada residencia residence foyer azc abrigo hotspot alojamiento ostello alloggio konaklama kampi",
    "campamento campo acampamento centro_de camp_de lager heim unterkunft auberge kamp yurt pansiyon otel misafirhane",
    "хостел* отел* лагер* общежити* гостиниц* приют* готел* табор* гуртожит* مخيم* كمب* فندق* ملجا سكن کمپ* هتل* اردوگاه* خوابگاه* مسافرخانه*",
)
_CAMP_BEHIND = "house|court|lodge|building|tower|hotel|hostel|inn|motel|camp|shelter|cent(?:er|re)|guest ?house|hall|barracks|estate|park"
_OF_CAMP = r"(?i:(?:the|of|at|in|de|da|do|del|la|el|les|los|der|am|an der|named|called) )"
_NO_CAMP = r"(?!(?i:the|my|our|this|that|in|at|is|it|we|i|and|but|can|how|what|they|who|why|when|no|not|do|does|home office|red cross)(?![^\W_]))"
_BESIDE_HOMES = (  # of a text that has one: the name of the house, street, camp or town
    rf"\b(?:{_NO_CAMP}{_CAPITAL} ){{1,3}}(?i:{_CAMP_BEHIND}|street|road|lane|avenue|crescent)(?![^\W_])",
    rf"((?i:{_any(*_CAMP)}) (?:{_OF_CAMP}){{0,2}})(?:{_NO_CAMP}{_CAPITAL}(?: |(?![^\W_]))){{1,3}}(?<! )",
    # camp zarmin container [home]; [home] at hotel zarmin; [home], al zarmin; to zarmin, [home]
    rf"((?i:{_any(*_CAMP)}) )(?:{_OF_CAMP})?(?:(?i:{_STREET_NAME}){_GAP}{{1,3}}){{0,4}}(?=\[home\])",
    rf"(\[home\],?(?: {_LETTER}{{1,3}}){{0,2}} (?i:{_any(*_CAMP)}) )(?i:{_STREET_NAME})(?: (?i:{_STREET_NAME})(?=[,.;!?]|$))?",
    r"(\[home\], )(?i:al|el|umm|abu|bani|ras|bur|ain)[ -][^\W\d_]{3,20}(?: \d{1,3}(?!\d))?",
    rf"(\[home\] (?:in|at|en|à|bei|im|в|на|у|في|در) )(?!(?i:{_any(*_CAMP)}))(?i:{_STREET_NAME})",
    rf"(\b(?i:in|to|at|from|near|en|a|à|nach|im|в|из|на|من|الي|في) )(?i:{_STREET_NAME}), (?:(?i:{_SHELTER}|{_PART}|{_NUMBER})[ .]{{1,2}}){{0,2}}(?=\[home\])",
    rf"(\[home\],?) (?i:{_PART}|{_MORE_PARTS}) (?i:{_ORDINAL})",
    rf"(\[home\])(?:,? (?i:in|at|of|a|en|de|em|im|am|auf|na|v|в|на|г\.?|м\.?|у) (?:{_OF_CAMP})?|, ?){_NO_CAMP}{_CAPITAL}(?:[ -]{_NO_CAMP}{_CAPITAL}){{0,2}}",
    rf"(?i:{_STOREY}|{_STOREY_SAID})",
    rf"((?i:{_PART}|{_MORE_PARTS}|{_FLAT_WORD})\.? ?(?i:{_NUMBER_OR_NOT}))(?!{_YEAR})\d{{1,4}}[A-Za-z]?(?![\w.:/])(?i:{_COUNTED})",
    r"(\[home\],?)(?i: (?:in|at|of) (?:the )?| )(?!(?i:in|at|the|is|and|of)\b)[^\W\d_]{2,20}(?: [^\W\d_]{2,20})? (?i:camp|hotel|hostel|inn|lodge|shelter|side|extension)(?![^\W_])",
)

# --- Dates of birth ------------------------------------------------------------------------------------------------

_MONTH = _any(
    "farvardin ordibehesht khordad tir mordad shahrivar mehr aban azar bahman esfand meskerem tikimt hidar tahsas yekatit",
    "megabit miazia ginbot hamle nehase rabi_al-awwal jumada dhu_al-hijjah dhul_hijja",
    "jan january janvier januar enero ene janeiro feb february februar febrero fevrier fev mar march mars marzo marz",
    "april abril avril apr abr avr may mai mayo mayis june juin junio juni jun july juillet julio juli jul august",
    "aout agosto aug ago september septembre septiembre sept sep october octobre octubre oktober oct okt november",
    "novembre noviembre nov december decembre diciembre dezember dec dez dic mei maart fevereiro marco maio junho",
    "julho setembro outubro novembro dezembro stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia",
    "pazdziernika listopada grudnia gennaio febbraio maggio giugno luglio settembre ottobre dicembre январ* феврал*",
    "янв фев апр авг сен сент окт ноя дек januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
    "জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "март* апрел* мая маи июн* июл* август* сентябр* октябр* ноябр* декабр* січн* лют* берез* квіт* трав* черв* лип*",
    "серп* верес* жовт* листопад* груд* muharram safar rajab shaban ramadan ramazan shawwal محرم صفر رجب شعبان رمضان",
    "شوال ocak* subat* mart nisan* haziran* temmuz* agustos* eylul* ekim* kasim* aralik* يناير فبراير مارس ابريل مايو يونيو",
    "يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر كانون_الثاني كانون_الاول كانون_ثاني كانون_اول شباط اذار نيسان ايار",
    "حزيران تموز اب ايلول تشرين_الاول تشرين_الثاني تشرين_اول تشرين_ثاني فروردين ارديبهشت خرداد تير مرداد شهريور مهر",
    "ابان اذر دي بهمن اسفند",
).replace(r"\b", r"(?<![^\W\d_])", 1)  # 3march too
_JANUARY = _any("january jan janvier januar enero janeiro gennaio stycznia январ* січн* ocak* يناير كانون_الثاني")
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)(?:st|nd|rd|th|er|o|a|-?го|-?е)?\.?"
_AND = r"(?:[ ./,-]{1,3}(?:of |de |del |the |من |شهر |d')?)"
_ANY_YEAR = r"(?:1[3489]|20)\d\d(?!\d)"
_CHINESE_NUMBER = "[〇零一二三四五六七八九十两\\d]"


def _full_date(year: str) -> str:
    return (
        rf"(?:(?<!\d){_DAY}{_AND}?{_MONTH}\.?{_AND}{year}|{_MONTH}\.?{_AND}(?:the )?{_DAY}{_AND}{year}"
        rf"|(?<!\d){year}{_AND}(?:{_MONTH}\.?{_AND}{_DAY}|{_DAY}{_AND}{_MONTH})|(?<!\d){year} ?年 ?\d{{1,2}} ?月 ?\d{{1,2}} ?[日号])"
    )


_DAY_OF_BIRTH = (
    rf"(?:(?<!\d){_DAY}{_AND}?{_MONTH}(?:\.?{_AND}{_ANY_YEAR}|[ ./'-]{{1,2}}\d\d(?!\d))?|{_MONTH}\.?{_AND}(?:the )?{_DAY}(?:{_AND}{_ANY_YEAR})?"
    rf"|(?<!\d){_ANY_YEAR}{_AND}(?:{_MONTH}\.?{_AND}{_DAY}|{_DAY}{_AND}{_MONTH})|{_ANY_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}(?!\d)"
    r"|(?<!\d)(?:\d\d|\d{4}) ?年 ?\d{1,2} ?月 ?\d{1,2} ?[日号]"
    rf"|{_CHINESE_NUMBER}{{2,4}} ?年 ?{_CHINESE_NUMBER}{{1,3}} ?月(?: ?{_CHINESE_NUMBER}{{1,3}} ?[日号])?|{_CHINESE_NUMBER}{{1,3}} ?月 ?{_CHINESE_NUMBER}{{1,3}} ?[日号]"
    rf"|(?<!\d){_DAY}(?: ?/ ?|[ .-]{{1,2}})\d{{1,2}}(?: ?/ ?|[ .-]{{1,2}})\d{{1,4}}(?!\d))"
)
_BORN = (
    r"(?:\bd[. ]?o[. ]?b\b\.?|г\.? ?р\b\.?|\bд\.? ?[рн]\b\.?|"
    + _any(
        "came_to_world came_to_the_world came_into_the_world vino_al_mundo veio_ao_mundo venu_au_monde venue_au_monde zur_welt появил*_на_свет з'явил*_на_світ dünyaya_gel* به_دنيا born b_day birth_day* birth birthdate ne nee naissance naci nacio nacid* nacimiento cumple* cumplo_años nac",
        "anniv anniversaire* urodz* nilizaliwa alizaliwa kuzaliwa dhalasho* dhashay ipinanganak lahir sinh জন্ম* जन्म* nascut* rođen* γεννη* dogdu* dogan geb gebor* geboort* geburt* nato nata nascit* nasc* dogum* родил* рожд* народ* др дн день_рождения مواليد",
        "ميلاد* ولدت ولد مولود* متولد* تولد* 出生 出生日期 出生年月日 出生于 生于 生日 生辰",
    )
    + ")"
)
_LAW = (  # beside a date that is everybody's
    r"(?:convention|konvention|convencion|protocol|protokoll|treaty|declar|accord|agreement|law|act\b|ley\b|loi\b|gesetz|circulaire|decree|attack"
    r"|конвенц|закон|протокол|قانون|اتفاقي|公约|公約|协定|宣言|法)"
)
_LIMIT = _any(
    "after before since until between from till by nach vor seit bis zwischen despues antes desde hasta entre apres",
    "avant depuis jusque после до с по між після з від sonra once بعد قبل منذ حتى من بين از تا 之后 以前",
)
_NO_LIMIT = f"(?!{_LIMIT})"
_ALIVE = _full_date(r"(?:19[3-9]\d|200[0-8]|13[1-9]\d|'[3-9]\d)(?!\d)")
_TWENTY = _any(
    "twenty thirty vingt trente veinti treinta vinte trinta двадцать тридцать тридцять двадцять بيست سي yirmi otuz"
)
_DAY_SAID = rf"(?!on {_MONTH}[ .]?\d)(?:{_TWENTY}[ -](?:(?:y|et|و|e) )?)?(?:{_ORDINAL}|{_ONE})"
_DAY_IN_WORDS = rf"(?:{_DAY_SAID}{_AND}{_MONTH}|{_MONTH}{_AND}(?:the )?{_ORDINAL})(?:{_AND}{_ANY_YEAR}|(?:{_PAUSE}(?:de )?(?:{_ONE}|{_HUNDRED}|{_any('mil mille thousand tausend zweitausend тысяча тысячи тысяч الف ألفين bin هزار')})){{1,7}}+|[ ,]{{1,2}}\d\d(?![^\W_]))?"
_TURNS = (
    r"(?:\bturn(?:s|ed|ing)?(?= (?:an )?(?:\d|adult|(?:six|seven|eigh)teen|twenty))|"
    + _any(  # of somebody's age
        "years_old year_old yrs_old y/o cumplo cumple cumpli cumplio cumplira cumplire cumpliré completo completa completei faço_anos faz_anos fazer_anos سالم_ميشه سالش_ميشه исполн* исполнил* виповн*",
        "стукнет совершеннолет* повноліт* volljährig volljaehrig majeur majeure mayor_de_edad maior_de_idade doldur* yaşına yaşında yaşım yaşı عمري عمره عمرها بصير_عمر* سيبلغ يبلغ بلغ ساله سالگی 满",
        "birth_cert* birth_certificate* acte_de_naissance geburtsurkunde 周岁 岁生日 满18",
    )
    + ")"
)
_AGED = (
    r"(?:\d{1,2}(?: ?(?:years?|yrs?|ans|anos|anitos|jahre?|лет|года?|років|рок[иа]?|سن[هة]|سال|岁))?)(?: (?:old|alt))?"
)
_WILL_BE = r"\b(?:(?:will|gonna|going to|to) be|i'?ll be|he'?ll be|she'?ll be|(?:is|are|was|am|i'?m) (?:now |only )?|sera|aura|aurai|auras|ai eu|a eu|eu ses|werde|wird|wurde|bin|sere|tendra|tiene|faco|fara|faz|fez|будет|буде|станет|сделает|стал[оа]?|olacak|olacagim|oldu) "
_KIN = _any(
    "son daughter kid child baby husband wife brother sister mother father mom mum hijo hija nino nina bebe",
    "esposo esposa hermano hermana fils fille enfant femme mari frere soeur sohn tochter kind frau mann bruder",
    "schwester filho filha сын* доч* ребен* муж жена брат сестра син донька чоловік дружина oglum kizim esim",
    "ابني بنتي زوجي زوجتي اخي اختي طفلي پسرم دخترم همسرم 儿子 女儿 孩子 老婆 老公",
)
_ON_DAY = r"(?:(?:on|del|du|von|vom|from|el|le|am|em|a|в|от|no dia)(?![^\W_]) ?)?(?:(?:the|dem) )?"
_PART_OF_DATE = (
    r"(?:month|year|day|mes|ano|dia|mois|annee|jour|monat|jahr|tag|месяц|год|число|день|شهر|سنه|عام|يوم|ماه|سال|روز)"
)
_NEW_YEAR = (  # that offices write down for whoever knows no birthday
    rf"(?:1(?:st|er|o)?\.?{_AND}{_JANUARY}|{_JANUARY} (?:the )?1(?:st)?(?!\d))(?!{_AND}\d)"
)
_BESIDE_BIRTHS = (  # born on; she turns 18 on; he will be 18 on; I am 17,; my son, 2012,
    rf"(?:{_BORN}(?:{_GAP}{{1,3}}(?:{_NO_LIMIT}[^\W_]{{1,10}}|\[number\])){{0,4}}?{_IS}(?:{_ANY_YEAR}[ ,]{{1,3}}(?:(?:on|in|the|el|le|am|в|im|em|a) ){{0,2}})?"
    rf"|{_TURNS}{_GAP}{{1,3}}(?:{_NO_LIMIT}[^\W_]{{1,10}}{_GAP}{{1,2}}){{0,4}}?|满 ?\d{{1,2}} ?[周岁]岁?[, ]{{0,2}}"
    rf"|(?:{_WILL_BE}|{_any('im i_am j_ai tengo tiene bin ist мне ему ей мені йому їй')} ?){_AGED}[,(]?(?: and| y| et| und)? ?[(]?{_ON_DAY}"
    rf"|{_KIN}{_IS}(?:(?:\d{{4}}|del|du|von|vom|года?|г)[., ]{{1,2}}){{0,3}})"
)
_BIRTHS = (
    rf"({_BORN}{_IS}(?:in |im |en )?){_ONE}(?:{_PAUSE}{_ONE}){{1,5}}(?={_PAUSE}(?:{_MONTH}|{_DAY}|the |on ))",
    rf"({_BESIDE_BIRTHS})(?:{_DAY_OF_BIRTH}|{_DAY_IN_WORDS})",
    rf"({_BORN}(?:{_GAP}{{1,3}}{_NO_LIMIT}{_LETTER}{{1,10}}){{0,3}}{_IS}){_MONTH}\.?{_AND}{_ANY_YEAR}",
    rf"({_BORN}{_IS})(?:(?:{_PART_OF_DATE} ?)?\d{{1,4}}(?!\d){_GAP}{{1,3}}){{1,2}}{_PART_OF_DATE} ?\d{{1,4}}(?!\d)",
    rf"({_WILL_BE}{_ON_DAY}){_DAY_OF_BIRTH}(?=,? {_AGED}(?![\w.:]))",  # ich werde am 14. März 18
    # 14 March 08 on my birth certificate; 14 March is my birthday
    rf"(?!{_NEW_YEAR})(?:{_DAY_OF_BIRTH}|{_DAY_IN_WORDS})(?=(?: ?г(?:ода?|\.)?)? ?[\s(,-]{{0,3}}(?:{_LETTER}{{1,9}}{_GAP}{{1,2}}){{0,4}}?(?:{_TURNS}|{_BORN})"
    rf"| ?生(?![效产活成存态意])|[在于][\u4e00-\u9fff]{{1,8}}?(?:(?<![产发学医新诞])生的|[降出]生))",
    rf"({_BORN}(?:{_GAP}{{1,3}}{_NO_LIMIT}{_LETTER}{{1,10}}){{0,2}}?{_IS})(?:{_LETTER}{{3,12}} (?:of |de )?)?{_MONTH}(?:{_PAUSE}{_ONE}){{1,5}}",  # in words
    rf"({_BORN}{_IS}(?:{_any('on in am el le в у')} ?)?){_DAY}{_AND}{_LETTER}{{3,10}}{_AND}{_YEAR}",  # of a month misspelt
    rf"(?<!\w){_DAY}[./-]{_MONTH}[./-](?:{_YEAR}|\d\d(?!\d))",
    rf"((?:{_LAW}.{{0,30}}?|{_LIMIT} (?:the |dem |el |le )?){_ALIVE})|{_ALIVE}(?!.{{0,40}}?{_LAW})",  # of somebody alive
)

# --- Number plates -------------------------------------------------------------------------------------------------

_PLATE_WORD = _any(
    "plate plates number_plate reg_no registration_plate license_plate licence_plate car_number reg matricula placa placas patente plaque",
    "immatricul* kennzeichen nummernschild targa plaka* plakalı госномер* номер_машины номер_авто* номерной_знак",
    "لوحه* لوحت* نمره* نمرت* رقم_السياره رقم_العربيه رقم_الشاحنه رقم_الباص پلاك 车牌 车牌号 牌照",
)
_VEHICLE = "(?i:" + (
    "car|van|taxi|bus|truck|lorry|jeep|pick-?up|suv|toyota|nissan|renault|dacia|skoda|volvo|opel|mercedes|bmw|ford|transit|vehicle|carro|coche|camion|auto|voiture|kangoo|camionnette|wagen|araba"
    "|minivan|minibus|sprinter|vito|caddy|golf|passat|audi|peugeot|citroen|fiat|hyundai|kia|honda|mazda|suzuki|hilux|land ?cruiser|lada|motorbike|motorcycle|moto|scooter|pickup|trailer|patrol|police car|patrulla|camioneta|combi|furgone?|furgoneta|lkw|transporter|kamyon|kamyonet|otobus|фургон|газель|грузовик|мотоцикл|фура|микроавтобус|маршрутк|машин|авто|бус|легковик|سيار|ماشين|پژو|车"
    + r")\w{0,5}"
)
_NO_WORD = "(?!AND|THE|FOR|WHO|ARE|HAS|USD|EUR|GBP|UN|EU|US|UK|SDG|HDR|GCM|IOM|ILO|SOS|ISO|DIN|DES|LES|LOS|DEL|KM|TL)"
_PROVINCE = (  # that stands on a plate
    rf"(?: {_any('دمشق حلب حمص حماه ادلب درعا اللاذقيه طرطوس الرقه دير_الزور السويداء القنيطره الحسكه بغداد البصره بصره نينوي اربيل دهوك كركوك الانبار انبار بابل كربلا نجف ديالي كابل هرات قندهار بلخ ننكرهار تهران مشهد')})?"
)
_UPPER = "[A-ZА-ЯІЇЄΑ-Ω]"
_PLATE = (
    rf"{_NO_WORD}(?=(?:{_UPPER}|[\d -]){{0,9}}\d\d)(?:{_UPPER}{{1,3}}[ -]?(?!{_YEAR})\d{{2,5}}(?:[ -]?{_UPPER}{{1,3}})?"
    rf"|(?!{_YEAR})\d{{1,5}}[ -]?{_NO_WORD}{_UPPER}{{1,3}}(?:[ -]?\d{{1,4}})?)(?!\w)"
)
_PLATE_PART = (
    rf"(?!{_YEAR}|(?:on|in|at|is|and|to|of|my|for|the|was|not|ok|can|do|i|a(?! \d)|it|he|we|if|so|or|by|as|se|mi|un|il|du|des|les|der|die|das|ist|und|im|zu|я|он|мы|из|за|до|по|y|en|de|et|le|la|es|от|на|и|в|не|و)\b)"
    rf"(?:\d{{1,6}}{_LETTER}{{0,3}}\d{{0,4}}|{_LETTER}{{1,3}}(?:\d{{1,5}}{_LETTER}{{0,3}})?|{_LETTER}\d{_LETTER}\d{{3}})(?![^\W_]|[.@_][^\W_])"
)
_PLATES = (
    r"(?<!\d)\d\d ?[\u0600-\u06ff] ?\d{3}(?: ?(?:ايران|-)? ?\d\d)?(?!\d)",
    rf"\b(?:{_LETTER}ـ? ){{2,3}}(?<=[\u0600-\u06ff] )\d{{2,4}}(?!\d)",  # ب ص ر 1234
    rf"({_PLATE_WORD}{_IS}{_NUMBER_OR_NOT})(?:{_LETTER}{{2,12}} ){{0,2}}(?=(?:{_LETTER}{{1,3}}[ ·•-]{{1,2}}){{0,3}}[^\W_]{{0,6}}\d)"
    rf"{_PLATE_PART}(?:[ ·•-]{{1,3}}{_PLATE_PART}){{0,3}}(?:-\d{{2,4}}(?!\d))?{_PROVINCE}",
    rf"(سيارت?\w{{0,3}} |سياره )\d{{4,7}}(?!\d){_PROVINCE}",
    rf"({_any('taxi cab patrol patrulla police_car jeep такси تكسي taksi')}{_IS})(?!{_YEAR})(?:\d{{4,6}}|\d{{2,3}}-\d{{2,3}})(?!\d){_COUNTED}",
    rf"({_any('car van bus truck taxi jeep lorry vehicle police_car police_van patrol coche carro camion autobus taxi voiture camionnette wagen auto машин* автобус* фургон* такси سياره باص شاحنه تكسي ماشين')}{_IS}{_NUMBER}{_IS})(?!{_YEAR})\d{{3,6}}(?!\d){_COUNTED}",
)
_CASED_PLATES = (
    rf"(?<!\w){_PLATE}(?=(?: [^\W_]{{1,6}}){{0,3}} (?i:{_PLATE_WORD}))",
    rf"(?<!\w){_NO_WORD}{_UPPER}{{1,3}}[ -]?(?!{_YEAR})\d{{3,5}}(?=(?: [^\W_]{{1,6}}){{0,3}} {_VEHICLE})",
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",  # a British postcode
    rf"({_VEHICLE}(?:{_GAP}{{1,3}}[^\W_]{{1,12}}){{0,4}}?{_GAP}{{1,3}}){_PLATE}",
    rf"(?<!\w){_UPPER}{{2}} ?\d{{4}} ?{_UPPER}{{2}}(?!\w)",
    r"(?<!\w)[A-Z]{2}[- ]\d{3}[- ][A-Z]{2}(?![\w-])",
    r"(?<![\w/])\d{2,6}/(?!RES|EU|EC)[A-Z]{1,4}/\d{2,4}(?![\w/])",
    rf"((?i:license|licence|reg|tags?|tablice|nummer)(?: [A-Z]{{2}})?:? ){_NO_WORD}[A-Z]{{2,3}}[ -]?(?!{_YEAR})\d{{3,4}}(?![\w-])",
    rf"(?<!\w)[A-Z]{{1,3}}-[A-Z]{{1,2}}[ -]?(?!{_YEAR})\d{{1,4}}[EH]?(?![\w-])",
    rf"(?<![\w.,/])(?:0[1-9]|[1-7]\d|8[01]) {_NO_WORD}(?!\D*{_YEAR})(?:[A-Z] \d{{4}}|[A-Z]{{2}} \d{{3,4}}|[A-Z]{{3}} \d{{2,3}})(?!\w|[.,]\d)",
    rf"(?<!\w)[A-Z]{{2}}\d\d {_NO_WORD}[A-Z]{{3}}(?![\w-])",
    rf"(?<!\w){_NO_WORD}[A-Z]{{3}} ?\d{{3}}[A-Z](?![\w-])",
    rf"(?<![\w.,])(?!{_YEAR})\d{{4}}[ -]{_NO_WORD}[BCDFGHJKLMNPRSTVWXYZ]{{3}}(?![\w-])",
    r"(?<!\w)[АВЕКМНОРСТУХABEKMHOPCTYX] ?\d{3} ?[АВЕКМНОРСТУХABEKMHOPCTYX]{2} ?(?:\d{2,3})?(?!\w)",
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-Z][·• -]?(?=[A-Z]{0,4}\d)[A-Z\d]{5,6}(?![A-Z\d])",
)

# --- Numbers of files and transfers, codes -------------------------------------------------------------------------

_FILE = _any(
    "case matter file dossier claim application reference ref ticket registration receipt appointment booking folder",
    "petition docket file_id очеред* vorgangsnummer fallnummer antragsnummer kassenzeichen заявк* анкет* ходатайств* жалоб* ticket_id folio queja amparo radicado carpeta requête verfahren klage anzeige",
    "appeal hearing court expediente exp caso solicitud referencia tramite cita affaire demande recepisse rendez-vous",
    "recours aktenzeichen az akte vorgang antrag bescheid дел* заявлени* обращени* справа справи досье звернення",
    "dosya* esas başvuru* r.g. n.r.g. ruolo processo protocolo ملف* قضيه* قضيتي طلب* معامله* اضباره مراجعه دعوى پرونده* كيس 案件 档案 案号 文件",
    "申请 受理",
)
_FILE_ALONE = _any(
    "rg r.g. nrg n.r.g. ruolo vorgangsnummer fallnummer antragsnummer azr-nummer номер_дела номер_очереди номер_справи dosya_numara* başvuru_numara* file dossier expediente exp dosya* aktenzeichen akte az vorgang geschaftszeichen dosar zaak protocolo protocollo",
    "дело справа ملف* قضيتي دعوى پرونده* 案号 档案",
)
_TRANSFER_WORDS = (
    "money cash pick_up pickup collect* retirar retirer retrait cobrar envoi abhol* получени* выдач* السحب سحب استلام",
    "قبض 取款 提款 mtcn western_union western moneygram wu ria hawala* hawali havala hundi sarafi sarraf saraf remittance",
    "transfer money_transfer wire hawaladar envio giro remesa transferencia transfert virement mandat перевод*",
    "переказ* хавал* вестерн_юнион havale* حواله* حوالتي تحويل* صراف* ويسترن_يونيون وسترن_يونيون موني_غرام موني_جرام",
    "transaction* txn trx worldremit remitly taptap* sendwave wave orange_money mobile_money wari xoom paysend small_world paypal binance usdt",
    "wallet voucher vale remitente remesas rapid_cash giros золот*_корон* корона unistream юнистрим пэйсенд folio_del_envio orden_de_pago",
    "payment payout paiement pago auszahlung выпла* випла* retiro exchange bkash easypaisa jazzcash bizum mbway pix cash_code cash_pickup абхольн* abholnummer حواله* شام_كاش زين_كاش فودافون_كاش صرافه مصاري",
    "汇款 转账 西联 速汇金 哈瓦拉 xawaala* hewale* m_pesa kutuma_pesa muamala* przelew* przekaz bonifico vaglia uberweisung*",
    "overboeking kiriman padala chuyển_tiền हवाला हुंडी হুন্ডি ہنڈی ሐዋላ ሃዋላ ሓዋላ حەواڵە",
)
_TRANSFER = _any(*_TRANSFER_WORDS)
_CODE_WORDS = (
    "code codes ref reference tracking control key id token serial order secret secret_number pin folio orden referencia referência transaction_id txid codigo clave код* ключ* كود* كد رمز* kod* 码 代码 密码 监控号",
)
_CODE_WORD = "(?:" + _any(*_CODE_WORDS) + f"|{_NUMBER})"
_PASSWORD = (
    "security_answer secret_answer answer_secret respuesta_secreta reponse_secrete секретный_ответ geheime_antwort pass_word* pasword* passwrd passw passwd pass_phrase pwd pswd psw pass_code contraseña mot_de_passe mdp passwort* kennwort*",
    "wachtwoord lösenord hasło парол* parol parolim parolam haslo furaha* neno_la_siri senha palavra-passe şifre* parola* nenosiri kata_sandi mật_khẩu κωδικος باسورد* باسوورد*",
    "كلمه_سر* كلمه_السر كلمه_مرور* كلمه_المرور رمز_عبور* رمز_السر* گذرواژه پسورد پاس_ورڈ پاسورڈ پټنوم پاسۆرد पासवर्ड পাসওয়ার্ড ፓስወርድ 密码 口令",
)
_SENT_CODES = (  # to show who somebody is
    "verification_code* confirmation_code* security_code* recovery_code* backup_code* one_time_code* one-time_code otp_code* reset_code sms_code verify_code",
    "code_de_verification code_de_securite code_de_secours code_de_confirmation codigo_de_verificacion codigo_de_verificação codigo_de_confirmação",
    "codigo_de_seguridad codigo_de_segurança bestätigungscode* freischaltcode* sicherheitscode* wiederherstellungscode* sms-code verifizierungscode*",
    "doğrulama_kod* onay_kod* güvenlik_kod* код*_подтверждения код*_верификации код*_безопасности код*_из_смс код*_из_sms резервны*_код* код*_підтвердження",
    "код*_з_смс kod_weryfikacyjny codice_di_verifica codice_di_conferma كود_التحقق كود_التفعيل كود_التاكيد رمز_التحقق رمز_التاكيد رمز_التفعيل كد_تاييد كد_ورود كد_فعال_سازي 验证码 备用码 恢复码",
)
_SECRET_WORDS = (
    *_PASSWORD,
    *_SENT_CODES,
    "memorable_word code_word codeword secret_word activation_key kodewort codewort mot_secret palabra_secreta пинкод* nip unlock_code unlock_pattern pattern lock_code patron_de_desbloqueo muster пін пін-код ключевое_слово pin pin_code pin_number secret_word pass pw codes otp",
    "access_code secret_code pickup_code login_code cvv cvc puk token",
    "clave clave_secreta codigo codigo_secreto code_secret code_pin code_retrait",
    "code_de_retrait geheimzahl geheimwort abholcode para_kodu кнп кодовое_слово пин пин-код код_доступа",
    "پين رقم_سري الرقم_السري رمز* پن_کوڈ 暗语 取款码 暗号 pin码",
)
_SECRET = _any(*_SECRET_WORDS)
_LOCK = _any(
    "phone* mobile iphone samsung sim sim_card screen door lock safe gate card carte karte tarjeta handy* telefon* telefono celular movil portable puerta",
    "sms app bank bankomat atm cajero gate building account portal e_mail mail food_card cash_card credit_card debit_card ofii смс банк* приложени* замка домофон* كرت رساله* صراف_الي",
    "porte tür телефон* двер* экран* карт* بطاقه* سيم* هاتف* جوال* موبايل* گوشي* باب kapi 手机 门",
)
_WIFI_WORDS = ("wi_fi wlan netzwerkschlüssel wlan-schlüssel hotspot واي_فاي وای_فای вай_фай",)
_CHANGED_WORDS = (
    "changed_to changed_it_to set_it_to reset_it_to cambie_a cambie_por cambio_a cambio_por cambiado_a cambiado_por change_en",
    "change_pour changee_en geandert_in geandert_zu mudei_para mudou_para сменил*_на поменял*_на изменил*_на غيرتها غيرته غيروها غيرها 改成 改为",
)
_WIFI = _any(*_WIFI_WORDS)
_CHANGED = _any(*_CHANGED_WORDS)
_SAYS = rf"(?: ?[:=] ?| {_any('is was es era est ist war lautet heißt e это هو هي كان است بود ni waa jest είναι')} )"
_ENDS = r"(?<![.,;:?)\"'»،؟])(?![^\W_])"
PUBLIC = r"(?:(?:19|20)\d\d/\d{1,4}/[a-z]{2,3}(?![^\W_])|(?:a|s|e|st|hri|hrc|ccpr|cerd|cedaw|crc|cmw|cat)/[a-z.\d]{1,8}/|res/\d)"  # of a law, of the UN
_MIXED = (  # any signs without a blank, a digit and a letter among them, but no address
    rf"(?!{PUBLIC}|\S{{1,64}}@\S{{1,64}}\.|https?:|www\.)(?=\S{{0,30}}\d)(?=\S{{0,30}}{_LETTER})[^\s\[\]]{{4,40}}{_ENDS}"
)
_STRONG = (  # with two digits, or another sign
    rf"(?!covid)(?=\S{{6}})(?:(?=\S{{0,20}}\d\S?\d)(?=\S{{0,20}}{_LETTER}{{3}})|(?=\S{{1,20}}[!@#$%^&*+=])){_MIXED}"
)
_DIGITS = r"\d(?:[ -]?\d){2,15}(?!\d)"
_CODE = rf"(?:{_DIGITS}(?![-/.:]?[^\W_])|(?=[^\W_-]{{0,12}}[-/.]?[^\W_]{{0,12}}\d)[^\W_](?:[^\W_]|[-/.:](?=[^\W_])){{2,30}}(?![^\W_])|{_DIGITS})"
_TRANSFER_CODE = (  # K 5519 too
    rf"(?:{_CODE}|(?![aeiouyаеиоуыяюксвйéو])(?:{_LETTER} (?={_DIGITS})){{1,2}}{_DIGITS}){_COUNTED}"
)
_PARTED = (  # AZ/7719-23: of three digits or more, with a bar or a dash among letters; not C-411/10, which all may read
    rf"(?:{_LETTER}{{1,5}}-{_LETTER}{{1,5}} )?(?!{PUBLIC}|c-\d{{1,3}}/\d\d\b|(?:i|n|g|ds)-\d{{1,3}}[a-z]?\b)(?=[^\W_/-]{{0,8}}(?:[/-][^\W_/-]{{0,8}}){{0,3}}?\d{{3}})"
    rf"(?=[\d/-]{{0,9}}{_LETTER}|\d{{1,8}}/\d{{1,8}}-)[^\W_]{{1,8}}(?:[-/][^\W_]{{1,8}}){{1,4}}(?![^\W_])"
)
_SIGNS = rf"(?!{PUBLIC})[^\s\[\]]{{3,40}}{_ENDS}"
_LOGIN_WORDS = (
    "account acc compte cuenta konto codes credentials zugangsdaten identifiants access acces zugang* anmelde* вход giris* يوزر* аккаунт* حساب* 账号",
)
_LOGIN = rf"(?:{_USER_NAME}|{_any(*_LOGIN_WORDS)})"
_AND_PASSWORD = rf" ?[,;/]? (?:{_LETTER}{{1,3}} |و)?{_any(*_PASSWORD, 'pass clave pw')}"
_SECRETS = (
    # login ali / zarminaq1; login ali a password zarminaq; account ali77 pass zarminaq
    rf"({_LOGIN}(?:{_GAP}{{1,3}}{_LETTER}{{1,10}}){{0,3}}?{_IS}){_SIGNS} ?/ ?{_MIXED}",
    rf"({_USER_NAME}{_IS})(?!{_any(*_PASSWORD, 'and or y et und e и و ve')}){_SIGNS}(?={_AND_PASSWORD})",
    rf"(?<![\w.@-]){_ODD}(?={_AND_PASSWORD})",
    rf"({_any('typing typed entered tapped unlock unlocked unlocks ввожу ввел')}{_IS})(?!{_YEAR})\d{{4,8}}(?!\d){_COUNTED}",
    rf"({_any(*_PASSWORD)} (?:(?:for|of|to|de|du|del|da|para|для|на) )?(?:the |la |el |le )?{_TRANSFER}(?:{_SAYS}| )){_NO_NAME}{_NO_NEWS}{_NO_PASSWORD}(?!{_SECRET}|{_CODE_WORD}){_LETTER}{{3,15}}(?:(?: {_LETTER}{{2,15}}){{0,2}} {_LETTER}{{0,2}}\d{{1,4}})?",
    rf"({_CODE_WORD}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{0,4}}?{_IS})(?=(?:[^\W_]{{1,6}}-){{0,2}}[^\W_\d]{{0,6}}\d)[^\W_]{{2,6}}(?:-[^\W_]{{2,6}}){{2,5}}(?![^\W_])",
    rf"(\b\d{{1,2}}[ -](?:digit\w{{0,2}}|chiffres|cifras|digitos|цифр\w{{0,2}}|ziffern|stellig\w{{0,2}})(?: {_LETTER}{{1,10}}){{0,4}}?{_IS})(?!{_YEAR})\d{{4,8}}(?!\d){_COUNTED}",
    rf"(\b(?!zip|post|bar|dress|area|country)[a-z]{{2,12}}(?:code|pin|passwort|kennwort|kode){_IS})(?!{_YEAR})\d{{4,8}}(?!\d){_COUNTED}",
    rf"({_LOGIN}{_IS}\[number\]{_AND_PASSWORD}{_IS}){_SIGNS}",
    # Zar!2018minaq, whatever stands around it; but not: US$500million
    rf"(?<!\S)(?=[a-z])(?![a-z]{{1,3}}\$)(?=[^\s/\\]{{0,30}}\d)(?=[^\s/\\]{{0,30}}[a-z]{{2}})(?=[^\s/\\]{{1,30}}(?:[!$^*~][^\W_]|(?<=[a-z]{{3}})&(?=[a-z]{{3}})))[^\s\[\]/\\]{{6,40}}{_ENDS}",
    # the code of my phone is 1945
    rf"({_CODE_WORD} (?:(?:of|to|for|from|de|del|da|do|du|le|la|vom|von|pour|para|на|для|от|из|с|از|в|في|the|my|mi|ma|mon|mein\w{{0,2}}|моего) ){{0,3}}{_LOCK}(?: (?!{_NUMBER}){_LETTER}{{1,8}})?{_IS}(?:c )?){_CODE}{_COUNTED}",
    rf"({_LOCK}(?: (?!country|area){_LETTER}{{1,8}})? {_any('code codigo kod код رمز كود')}{_IS})(?!{_YEAR})\d{{4,8}}(?!\d){_COUNTED}",
    rf"({_SECRET}{_IS}\d{{1,2}}[ -]?(?:digit\w{{0,2}}|chiffres|cifras|digitos|цифр\w{{0,2}}|haneli|ziffern|stellig\w{{0,2}}|ارقام|位){_IS})\d{{4,12}}(?!\d)",
    rf"({_any('say tell told word phrase slogan dire mot diga decir palabra sagen wort сказать слово كلمه قول')}(?: {_LETTER}{{1,10}}){{0,5}}?{_IS}[\"'«“„])(?!article|section|objective|goal|title)(?:{_LETTER}{{2,15}}[ -]){{0,3}}\d{{1,6}}(?=[\"'»”“])",
    rf"({_SECRET}{_IS}(?:{_any('of my the card for maybe perhaps probably like de la mi quizas du ma peut-etre vielleicht от на для может наверное من ما ممكن يمكن')} ?){{0,3}}{_IS})(?:{_MIXED}|{_CODE}){_COUNTED}(?:{_GAP}{{1,3}}(?:(?:{_LETTER}{{1,3}}|und) )?{_MIXED}){{0,9}}",
    # 553207 is the verification code; 553207 код из смс
    rf"(?<![\w.,/-])(?!{_YEAR})\d(?:[ -]?\d){{3,7}}(?=(?:(?:{_SAYS}| (?:as|como|comme|als|как) )(?:{_LETTER}{{1,4}} )?(?:{_LETTER}{{2,12}} )?{_any(*_SENT_CODES, 'code codes pin otp kod kodu код пароль رمز كود كد codigo senha contraseña password passwort')}|{_IS}{_any(*_SENT_CODES)}))",
    rf"((?:{_SECRET}|{_WIFI})(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{0,6}}?{_IS}{_GAP}{{0,3}})(?<![^\W_])(?:{_STRONG}|(?<=[(\"'«“„])(?=[^\W\d]\S{{5}})(?!covid){_MIXED}|(?!{_YEAR})\d{{4,8}}(?!\d){_COUNTED})",
    rf"({_CHANGED}{_IS}){_STRONG}",
    # I got the code 448-120
    rf"({_any('texted sent received got came gave пришел пришло прислали получил* llego recibi* enviaron mandaron recu envoye bekam bekommen geschickt erhalten geldi chegou recebi وصلني جاني ارسلوا بعتولي امد فرستادن')}"
    rf"(?: {_LETTER}{{1,10}}){{0,3}}? {_any('code codes kod kodu код codigo كود كد رمز')}{_IS})(?!{_YEAR})(?:\d{{2}}[ -]\d\d[ -]\d\d|\d{{3,4}}[ -]?\d{{3,4}}|\d{{4,6}})(?!\d){_COUNTED}",
    rf"({_SECRET}{_IS}\[number\],? {_any('or and o y ou et e oder und или и або чи او و يا ya veya 或')} ){_STRONG}",
    # the PIN c 1945; "blue hat" is the password; zarminaq1 as my password
    rf"({_SECRET}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{0,4}}? c )\d{{4,8}}(?!\d){_COUNTED}",
    rf"({_SECRET}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{0,4}}?{_IS}[\"'«“„])(?=[^\W_])[^\"'«»“”„\n]{{3,40}}(?=[\"'»”“])",
    rf"(?<!\S){_MIXED}(?= (?:(?:as|for|is|was|es|est|ist|como|comme|como|als|это|هي|هو) )(?:(?:my|the|his|her|mi|la|el|mon|le|mein|das|minha|a|мой|наш) )?{_any(*_PASSWORD, 'pass pw pin clave')})",
    rf"({_any(*_PASSWORD, 'secret_word code_word codeword palabra_clave palabra_secreta mot_secret mot_de_code kodewort codewort geheimwort кодовое_слово секретное_слово')}(?: {_LETTER}{{1,12}}){{0,4}}?{_SAYS})(?:{_LETTER}{{2,12}}[ -]){{1,4}}(?!{_YEAR})\d{{1,6}}(?!\d){_COUNTED}",
    # my password is zarminaq, but not: my password is lost
    rf"({_any(*_PASSWORD)}(?: {_LETTER}{{1,12}}){{0,4}}?{_SAYS}){_NO_NAME}{_NO_NEWS}{_NO_PASSWORD}(?!{_ONE}){_SIGNS}",
    # a password of two or three words, one of them a number
    rf"((?:{_SECRET}(?: (?:{_any('for of para de pour du fur для от لل')} )?(?:the |la |die )?{_TRANSFER})?"
    rf"|{_TRANSFER}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{0,5}} {_any('code word name phrase palabra mot wort слово كلمه')}){_IS})"
    rf"(?:(?!{_SECRET}|{_any('article articulo art penal civil postal pais country البلد الدولة страны трудов* penale kodu')}){_LETTER}{{2,12}}[ -]){{0,2}}(?<=[ -])(?!(?<= ){_YEAR})\d{{2,6}}(?:[ -]\d{{2,6}}){{0,3}}(?!\d){_COUNTED}(?:-{_LETTER}{{2,12}})?",
    rf"({_any('密码 验证码 取款码 暗号 暗语 口令')}{_IS})[\u4e00-\u9fff]{{0,4}}\d{{2,8}}(?!\d)",
)
_CODES = (
    rf"({_any('серия серии series serie seri serial')}{_IS}{_NUMBER_OR_NOT})(?:\d\d ?\d\d(?!\d)|{_LETTER}{{1,3}} ?\d{{2,9}})",
    r"(?<!\d)\d{3,5}(?: \d{2,4}){0,2},? (?:and )?(?:then|luego|despues|puis|потом|dann|sonra|ثم|بعدين|بعدها|然后) \d{2,4}(?:[ -]?\d{2,4}){1,3}",
    # of a telephone: 600 123 456, extension 12
    rf"((?:\d[ ()/-]{{0,2}}){{6}}(?:\W.{{0,40}}?)?{_any('ext exten*ion extention* durchwahl poste anexo interno ramal доб доп dahili داخلي تحويله 分机 转')}{_IS}{_NUMBER_OR_NOT})(?!{_YEAR})\d{{2,6}}(?!\d){_COUNTED}",
    # of a German court: 5 K 771/23.A, Au 5 K 23.30771
    r"(?<![\w.,])(?:[a-z]{1,2} )?\d{1,2} (?!of|or|to|and|in|per)[a-z]{1,3} (?:\d{1,5}/\d\d(?:\.[a-z]{1,2})?|\d\d\.\d{3,6})(?![\w/])",
    r"[(]\d{4}[)] ?[\u4e00-\u9fff\d]{1,6}?[字第初终民刑行]{1,4}第? ?\d{1,6}号",
    rf"({_FILE}(?:[ -](?:id|code))?{_GAP}{{0,3}}{_NUMBER}{_IS}){_CODE}",
    rf"({_NUMBER} (?:(?:of|de|del|du|der|the|my|mi|la|mon|моего|нашего) ){{0,2}}{_FILE}{_IS})(?!{_YEAR}(?![-/]\d)){_CODE}",
    rf"((?:{_FILE}|{_TRANSFER})(?:{_GAP}{{1,3}}[^\W_]{{1,12}}){{0,4}}?{_IS})(?:{_PARTED}|(?<!\d)(?!{_YEAR})\d{{3,6}}-\d{{2,6}}(?!\d){_COUNTED})",
    rf"({_FILE}(?: {_LETTER}{{1,12}})?{_IS}{_NUMBER_OR_NOT})(?!{_YEAR})\d{{1,6}} (?:of|from|de|del|du|von|от|من|за|سنه|لسنه|لعام|عام) (?:the year )?{_YEAR}",
    rf"({_NUMBER} {_FILE}{_IS})(?=[\d-]{{0,9}}[a-z])\d{{1,4}}(?:-[^\W_]{{1,6}}){{1,3}}(?![^\W_])",
    rf"({_FILE}{_IS})\d{{3,7}}/\d{{2,6}}(?![\d/])",
    r"(?<!\w)[ek][.:] ?\d{4}[/-]\d{1,6}(?!\d)(?:/[ek](?![^\W_]))?",  # of a Turkish court
    rf"(?<![\w./-])\d{{2,6}}/\d{{2,6}}(?= (?:{_any('sayılı numaralı nolu')} )?{_any('esas dosya* дел* справ* dossier expediente akte پرونده*')})",
    rf"({_NUMBER} (?:of|de|di|do|der|du) {_CODE_WORD}{_IS})(?!{_YEAR})\d{{4,12}}(?!\d){_COUNTED}",
    rf"((?:#|{_NUMBER}) ?){_PARTED}",
    rf"({_CODE_WORD}{_IS}){_PARTED}",
    rf"({_TRANSFER}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{0,6}}? (?:say|says|saying|tell|told|word|words|phrase|dire|dis|mot|decir|diga|palabra|sag|sagen|wort|сказать|скажи|слово|كلمه|قول|بگو|گفت) )(?:{_LETTER}{{2,14}} ){{1,3}}(?!{_YEAR})\d{{1,6}}(?!\d){_COUNTED}",
    rf"({_FILE_ALONE}{_IS})(?!{_YEAR})(?:\d{{3,12}}|\d{{1,6}}[/-]\d{{1,6}})(?:[/-]\d{{1,6}})?(?!\d){_COUNTED}",
    rf"(\b(?:my|our|mi|mon|mein|meine|мое|мой) {_FILE}{_IS})(?!{_YEAR}){_CODE}{_COUNTED}",
    rf"(\b(?:(?:my|the|el|mi|le|mon|der|mein|мои) )?{_any('code codigo kod код')}(?: ?[:=] ?| (?:is|es|est|ist) ))(?!{_YEAR})\d{{4,8}}(?!\d){_COUNTED}",
    rf"({_any('案件 档案 案号 文件 申请 受理')}{_NUMBER_OR_NOT}{_IS})(?=[a-z-]{{0,8}}\d)[a-z\d](?:[a-z\d]|[/-](?=[a-z\d])){{2,24}}(?![a-z\d])",
    rf"({_CODE_WORD}(?: (?:of|for|de|del|da|do|du|la|le|из|на|من|از))? {_TRANSFER}{_IS})(?:(?!for|and|or|by|via|to|in|from|costs?\b|takes?\b){_LETTER}{{2,12}} ){{0,2}}(?!{_YEAR}){_TRANSFER_CODE}",
    rf"({_TRANSFER}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{1,3}} {_CODE_WORD}{_IS}{_NUMBER_OR_NOT})(?!{_YEAR}){_TRANSFER_CODE}",
    rf"({_TRANSFER}(?:{_GAP}{{0,3}}{_CODE_WORD}{_IS}){{1,2}})(?:{_TRANSFER_CODE}|\d\d(?!\d){_COUNTED})",
    rf"({_TRANSFER}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{0,6}}? {_any('show shows say says tell code give gave mostrar montrer zeigen покажи* показа* назвать скажи كود رمز كد')} )(?!a ){_LETTER} ?-? ?\d{{3,6}}(?!\d){_COUNTED}",
    rf"({_any('mtcn western_union money_gram hawala havala hundi حواله хавала 西联')}{_IS})(?!{_YEAR}|[1-9]\d{{0,3}}00(?!\d)){_TRANSFER_CODE}",
    rf"({_any('western_union money_gram hawala havala حواله хавала 西联')}{_IS})(?={_LETTER}{{1,8}}\d|\d{{1,8}}[^\W\d_-])[^\W_]{{4,14}}(?![^\W_])",
    rf"({_CODE_WORD} (?:(?:of|for|de|del|la|da|do|du|le|pour|para|на|для|из|لل|ال|في|the|my|mi|ma|mon|моего|моеи) ){{0,3}}{_TRANSFER}{_IS}){_TRANSFER_CODE}",
    rf"({_any('bsb sort_code routing* blz bankleitzahl transit_number code_banque code_guichet agencia бик мфо')}{_IS}{_NUMBER_OR_NOT})\d{{2,3}}(?:[ -]?\d{{2,4}}){{1,2}}(?!\d)",
    rf"({_any('postcode post_code zip zip_code plz postleitzahl code_postal codigo_postal индекс الرمز_البريدي posta_kodu 邮编')}{_IS})\d{{4,6}}(?!\d)",
    rf"({_NUMBER}{_IS}|{_CODE_WORD}{_IS})(?:\d{{1,4}}-{_LETTER}{{2,12}}-\d{{1,4}}|{_LETTER}{{2,12}}-\d{{1,4}}-{_LETTER}{{2,12}}|{_LETTER}(?:-[^\W_]){{3,12}})(?![^\W_])",
)

# --- Numbers said in words -----------------------------------------------------------------------------------------

_LETTER_NAME = _any(
    "plus плюс dash hyphen slash stroke guion barra tiret strich schragstrich дробь слеш тире дефис traco hifen еф ан be ce de te fe ge efe hache aga",
    "equis ele jota ka eme ene pe cu er erre ese uve zeta ze ipsilon alfa alpha bravo charlie delta echo foxtrot golf",
    "hotel india juliet* kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey x_ray",
    "yankee zulu",
)
_LETTER_SAID = rf"(?:\b{_LETTER}\b|\bas in [a-z]{{3,8}}\b|{_LETTER_NAME})"
_PHONE_WORD = _any(
    "phone number nr num call me text mobile cell cel whats_app viber signal ring tel telef* telephone llama* movil",
    "celular numero appele* rappele* portable nummer handy ruf* anruf* номер* телефон* тел звони* набер* наберіть",
    "numara* ara* telefoon* cellulare chiama* namba nambari simu lambar* taleefan* nomor telepon numer αριθμ* τηλεφων*",
    "رقم* هاتف* جوال* موبايل* اتصل* شماره تلفن زنگ نمبر فون नंबर फोन নম্বর ফোন ቁጥር ስልክ ቁጽሪ",
)
_PAPER_WORD = _any(
    "passport* identi* pin code password ssn senha cartao contraseña parola sifre* пароль kennwort id case file",
    "iban recepisse nip polis* полис* policy hesab* حساب* حسابي كرت account card social_security insurance nin pass pasaporte cedula nie dni clave codigo cuenta passeport carte",
    "aktenzeichen vorgangsnummer дело дела деле делу справа dossier expediente akte* dosya ملف قضيه etranger passaporte passaporto documento reisepass ausweis* paspoort pasoport* паспорт* пин код* инн снилс kimlik* pasaport* جواز* رمز* كود* كد هويه رقم* تذكره",
    "پاسپورت پاسپورٹ شناختی",
)
_MANY = _any(
    "thousand* тысяча millon millones million* mil mille tausend тысяч* миллион* الف مليون هزار ميليون bin milyon"
)
_UP_TO_THREE = rf"(?:{_GAP}{{1,3}}{_LETTER}{{1,9}}){{0,3}}?{_IS}(?:{_LETTER_SAID}{_GAP}{{1,2}}){{0,3}}"
_CHINESE_DIGIT = "[零〇○一二三四五六七八九两幺]"
_SAID = (
    rf"(?:{_ONE}{_PAUSE}){{2,4}}(?:{_STREET_NAME} ){{1,2}}{_STREET_AFTER}",
    rf"(?<![\w.,])\d{{1,4}}(?:{_PAUSE}{_ONE}{_PAUSE}\d{{1,4}}){{2,20}}+(?:{_PAUSE}{_ONE})?",
    rf"(?<![\w.,])(?!{_YEAR})\d{{2,4}}(?:{_PAUSE}{_ONE}){{2,8}}{_PAUSE}\d{{2,4}}(?!\d)",
    rf"({_any('房间 房号 帐篷 床位 密码 pin')}{_IS}){_CHINESE_DIGIT}{{3,8}}",
    rf"\b(?:plus|плюс|mas|piu|artı|زائد) {_ONE}(?:{_PAUSE}(?:{_DIGIT_OR_ONE}|{_HUNDRED})){{3,40}}+",
    rf"({_PLACE_WORD}(?:{_GAP}{{1,3}}{_LETTER}{{1,12}}){{0,3}}{_IS}){_ONE}(?:{_PAUSE}(?:{_ONE}|{_any('point dot comma coma punto virgule virgula komma punkt запятая точка nokta virgul فاصله نقطه degrees minutes grados degres grad градус* minutos minutes минут* north south east west long longitude lat latitude nord sud norte sur este oeste')})){{2,24}}+",
    rf"({_PHONE_WORD}{_UP_TO_THREE})(?=(?:\d{{1,4}}{_PAUSE}){{0,3}}(?:{_ONE}|{_HUNDRED}))(?:{_DIGIT_OR_ONE}|{_HUNDRED})"
    rf"(?:{_PAUSE}(?:{_DIGIT_OR_ONE}|{_HUNDRED}|{_LETTER_SAID})){{2,40}}+(?! ?{_MANY}){_COUNTED}",
    rf"((?:{_PAPER_WORD}|{_PLATE_WORD})(?! of ){_UP_TO_THREE})(?={_ONE}|{_HUNDRED})(?:{_DIGIT_OR_ONE}|{_HUNDRED})"
    rf"(?:{_PAUSE}(?:{_DIGIT_OR_ONE}|{_HUNDRED}|{_MANY}|{_LETTER_SAID})){{2,40}}+",
    # container four hundred and six; house number six
    rf"((?:{_SHELTER}|{_FILE}|{_any('house block casa haus дом بيت بلوك')}){_IS}(?!no? ){_NUMBER}{_IS}|{_SHELTER}{_IS}(?!on )(?=(?:{_ONE}|{_HUNDRED}){_PAUSE}(?:{_ONE}|{_HUNDRED})|{_HUNDREDS_IN_GERMAN}))"
    rf"(?:{_ONE}|{_HUNDRED})(?:{_PAUSE}(?:{_ONE}|{_HUNDRED})){{0,8}}+(?! ?{_MANY}){_COUNTED}",
    rf"(?:\b(?:double|triple|doble) )?{_any(_ZERO)}(?:{_PAUSE}(?:{_DIGIT_OR_ONE}|{_HUNDRED})){{3,40}}+{_NOT_OF_THINGS}",
    rf"{_ONE}(?:{_PAUSE}{_ONE}){{4,40}}+",
    rf"({_any('电话 手机 号码 号 护照 密码 微信 账号 证件 六位 四位')}{_IS}(?:[a-z] ?)?){_CHINESE_DIGIT}(?:[ ,、-]?{_CHINESE_DIGIT}){{3,30}}+",
    rf"{_CHINESE_DIGIT}(?:[ ,、-]?{_CHINESE_DIGIT}){{5,30}}+",
)


SPEAKS_OF_SECRETS = re.compile(  # of passwords, transfers, e-mail, the writer's own door; in the plain form
    _any(
        *(word for word in " ".join(_SECRET_WORDS).split() if word not in ("pass", "pattern", "muster")),
        "wallet_words seed_phrase recovery_words unlock* login log_in passcode* secret secreto secreta secrete geheim*",
        "секрет* таємн* контрольн* سري سريه 2fa puk atm_card bank_card e_devlet contra_del",
        "mtcn hawala* hawali havala hundi hawaladar xawil* xawal* xawaala* sarraf saraf хавал* havale* hewale* حواله* حوالتي",
        "صراف* हवाला हुंडी হুন্ডি ہنڈی ሐዋላ 钞票号 取款 abholnummer pick_up_number pickup_number numero_de_retrait",
        "my_e_mail my_mail e_mail_is mail_is mailim emailim mi_correo correo_es mon_mail mon_adresse meu_mail meine_mail",
        "meine_adresse моя_почт* моя_пошт* почта_моя скриньк* ايميل* 邮箱 g_mail gmail* yahoo* hotmail* outlook* rediff*",
        "gmx protonmail* icloud_com arroba собака собачка джимейл* гмейл* жмейл* جيميل ياهو هوتميل underscore underline",
        "my_address my_adress our_address i_live_at we_live_at living_at staying_at i_sleep_at mi_direccion adresim",
        "мой_адрес адрес_мой моя_адреса عنواني آدرسم po_box p.o._box p.o.box postcode post_code 我的地址",
    )
)
SPEAKS_OF_CODES = re.compile(  # beside an odd number
    _any(*_TRANSFER_WORDS, *_CODE_WORDS, *_LOGIN_WORDS, "sms смс* digits* cifras chiffres цифр* ziffern ارقام")
)
SPEAKS_OF_A_HOME = re.compile(  # beside a number
    _any(
        "i_live we_live we_are_at i_am_at i_stay we_stay i_sleep we_sleep sleeps_in sleeps_at sleeps_under keeps_us",
        "house_of hotel_is hotel_called plot purok brgy barangay pillar door gate buzzer doorbell behind_the_mosque beside_the",
        "flat_no qtr gali masjid blk гуртожит* общежити* общаг* 旅馆 租在 地下室",
        "vivo vivimos duermo dormimos duerme_en quedo_en j'habite habite habitons dort dorm_* dormons wohne wohnen wohnt",
        "schlafe schlafen schläft klingel moro moramos durmo fico_em живу живем живёт сплю спим ночует ночую домофон* мешкаю",
        "oturuyor* kalıyor* yaşıyor* ساكن* ساكنين نايم* قاعد_عند قاعده_عند عايش* كمپيم زندگي_ميكن* 我住 住在 家住",
    )
)


class _Rules(NamedTuple):
    """Patterns as they are written, and what a text must have for them to find anything.

    They are compiled when a text first has it: all together take half a second.
    """

    needed: re.Pattern[str]
    written: tuple[str, ...]
    placeholder: str
    cased: bool = False

    def patterns(self) -> tuple[re.Pattern[str], ...]:
        return _compiled(self.written)


@cache
def _compiled(written: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, written))


_DIGIT = re.compile(r"\d")
_NAMED = re.compile(rf"{_NETWORK}|{_USER_NAME}|\b(?:mi|meu|mon|en|no|sur|auf|on|w) face |\bface ?:|_|#|@|u/|\w\.\w")
_HOME = "[home]"  # stands for one until what is beside it was looked at
_RULES = (
    _Rules(re.compile(rf"@|{_AT_WORD}|[-_]at[-_]|{_PROVIDER}"), _MAILS, "[e-mail]"),
    _Rules(
        re.compile(
            rf"{_any(*_SECRET_WORDS, *_WIFI_WORDS, *_CHANGED_WORDS, *_TRANSFER_WORDS, *_CODE_WORDS, *_LOGIN_WORDS, *_USER_NAME_WORDS)}"
            rf"|{_NUMBER}|[!$^*~&]\w|typing|typed|unlock|entered|ввел|ввожу|digit|chiff|cifra|цифр|ziffer|stellig"
        ),
        _SECRETS,
        "[number]",
    ),
    _Rules(
        re.compile(r"/|geo:|w3w|what ?3|what ?three| (?:slash|barra|сл[эе]ш|سلاش|dot|точка|крапка) "), _LINKS, "[link]"
    ),
    _Rules(_NAMED, _CASED_NAMES, "[user]", cased=True),
    _Rules(_NAMED, _NAMES, "[user]"),
    _Rules(
        re.compile(rf"\d ?[ ./-] ?\d|月|{_PART_OF_DATE} ?\d|\d(?: of| de| do)? {_LETTER}{{3,10}} {_YEAR}|{_MONTH}"),
        _BIRTHS,
        "[number]",
    ),
    _Rules(_DIGIT, _CASED_PLACES, "[number]", cased=True),
    _Rules(_DIGIT, _PLACES, "[number]"),
    _Rules(re.compile(r"\d|street|road|lane|avenue|crescent|drive|terrace"), _CASED_HOMES, _HOME, cased=True),
    _Rules(_DIGIT, _HOMES, _HOME),
    _Rules(re.compile(re.escape(_HOME)), _BESIDE_HOMES, _HOME, cased=True),
    _Rules(re.compile(re.escape(_HOME)), (rf"{re.escape(_HOME)}(?:[ ,]{{0,2}}{re.escape(_HOME)})*",), "[number]"),
    _Rules(_DIGIT, _CASED_PLATES, "[number]", cased=True),
    _Rules(_DIGIT, (*_PLATES, *_CODES), "[number]"),
    _Rules(
        re.compile(
            rf"{_ONE}{_PAUSE}(?:{_ONE}|{_HUNDRED}|\d|{_LETTER_SAID}|{_MANY})|{_NUMBER}{_IS}{_ONE}|{_HUNDREDS_IN_GERMAN}"
            rf"|{_HUNDRED}{_PAUSE}|{_CHINESE_DIGIT}{{2}}"
        ),
        _SAID,
        "[number]",
    ),
)


def all_patterns() -> list[re.Pattern[str]]:
    """All patterns, compiled: a program that answers people does so at its start, so that no message waits for it."""
    return [pattern for rules in _RULES for pattern in rules.patterns()]


def redact_by_words(text: str) -> str:
    """The text with placeholders for what its words tell to be personal."""
    small, cased = plain(text), text.translate(_CASED)
    for rules in _RULES:
        for pattern in rules.patterns() if rules.needed.search(small) else ():
            parts = [
                (begin, found.end())
                for found in pattern.finditer(cased if rules.cased else small)
                if (begin := found.end(1) if found.lastindex else found.start()) < found.end()
            ]
            if parts:
                text, small, cased = (_replaced(form, parts, rules.placeholder) for form in (text, small, cased))
    return text


def _replaced(text: str, parts: Iterable[tuple[int, int]], placeholder: str) -> str:
    kept, start = [], 0
    for begin, end in parts:
        kept += [text[start:begin], placeholder]
        start = end
    return "".join((*kept, text[start:]))
