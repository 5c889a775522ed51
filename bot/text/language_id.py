"""In which language a message is written, told by its script, by letters of few languages, and by its commonest words.

It need not be sure: only the language of the reply and the gap log depend on it, no answer does.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

UNKNOWN = "und"  # ISO 639: undetermined
MOST_CHARACTERS = 500  # enough to tell a language

# Of each script, as the first word of its letters' Unicode names, the language that is commonest in it.
_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "THAI": "th",
    "ARABIC": "ar",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "BENGALI": "bn",
    "ETHIOPIC": "am",
    "TAMIL": "ta",
}
# Letters that few languages have; each counts as one common word.
_LETTERS = {
    "uk": "іїєґ",
    "fa": "پچژگ",
    "ur": "ٹڈڑںے",
    "de": "äöß",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "pl": "ąćęłńśźż",
    "tr": "ğışİ",
    "fr": "œêèù",
    "it": "ìò",
}
_COMMON = {
    "en": "the of and to in is are was were be been a an that this these those it its for on with as at by from "
    "not but or if they we you he she i my your our their what which who how many much when where why do "
    "does did can could would should will has have had there about into than some any no all get please "
    "me us them so",
    "de": "der die das den dem des ein eine einen einem einer und ist sind war waren wird werden nicht auch auf "
    "mit von vom zu zum zur für fur fuer im ich du er sie es wir ihr mein meine wie was wer wo wann warum "
    "welche welcher viele viel gibt haben hat habe kann können konnen koennen muss bei nach aus über "
    "ueber wenn oder aber kein keine mir mich bitte danke hilfe hallo",
    "es": "el la los las un una unos unas de del y es son está esta están que qué se no por para con en al lo "
    "como cómo cuántos cuantos cuántas cuantas cuánto cuanto cuándo cuando dónde donde quién quien hay su "
    "sus mi me yo te tu pero más mas muy ser tiene tengo puedo puede hacer sobre desde hasta porque cual "
    "cuál ayuda hola gracias favor quiero",
    "fr": "le la les un une des du de et est sont était que qui quoi ce cette ces se ne pas pour par avec dans "
    "en au aux sur il elle ils elles on nous vous je tu mon ma mes leur leurs comment combien quand où "
    "pourquoi quel quelle quels quelles y a ont ai plus mais ou si être avoir faire depuis peut peux aide "
    "bonjour salut merci svp c d l qu j n s",
    "it": "il lo la i gli le un una uno di del della dei delle degli e è sono era che chi cosa non per con in "
    "nel nella da dal dalla al alla come quanti quante quanto quando dove perché perche quale quali si ci "
    "mi ti mio mia io ho ha hanno più piu ma anche essere avere fare posso aiuto ciao grazie",
    "nl": "de het een en van is zijn was waren dat die dit deze in op te met voor door aan bij naar om uit over "
    "als maar niet geen ook er ik je jij hij zij we wij hoe wat wie waar wanneer waarom welke hoeveel "
    "veel heeft hebben heb kan kunnen moet word wordt mijn help hallo bedankt",
    "pl": "i w we z ze na do od po za o u nie jest są sa był była że to ten ta te tego się sie jak ile co kto "
    "gdzie kiedy dlaczego czy który która które ich jego jej dla przez przy ale lub mam ma może moze mogę "
    "moge proszę prosze dziękuję dzień dobry cześć pomocy",
    "pt": "o a os as um uma de do da dos das e é são sao está esta estão que não nao se por para pra com em no "
    "na nos nas ao como quantos quantas quanto quando onde quem qual quais há ha tem têm foi ser meu "
    "minha eu você voce seu sua mais mas muito sobre porque ajuda olá ola obrigado obrigada oi",
    "tr": "ve bir bu şu o ne nasıl nasil kaç kac kim nerede neden niçin hangi mi mı mu mü musun mısın için icin "
    "ile de da ki var yok çok cok daha en gibi kadar ben sen biz siz onlar benim olarak olan oldu olur "
    "değil degil ama veya sonra önce yardım yardim merhaba selam teşekkürler lütfen lutfen",
}
# How Russian and Arabic are typed in Latin letters, with digits for letters that these lack.
_COMMON |= {
    "ru": "skolko chto eto kak gde kto kogda pochemu zachem mozhno nado nuzhno oni nas vas ego ikh privet spasibo "
    "pozhaluysta pozhalujsta pomogite lyudey lyudej lyudi mire strane dlya menya chem kakie kakoy kakoj est ili",
    "ar": "kam eih ezay ezzay keef kif leh lesh laysh fen feen wen wein emta imta ana enta inta ento ehna e7na howa "
    "heya fel 3ala 3al 3ayez 3ayz 3andi 3ndi mish mesh msh wa7ed aywa 3ashan shu sho hada shukran salam 7ad",
}
_LANGUAGES_OF: Counter[str] = Counter(word for words in _COMMON.values() for word in set(words.split()))
_WEIGHTS = {language: {word: 1 / _LANGUAGES_OF[word] for word in words.split()} for language, words in _COMMON.items()}
_WORD = re.compile(r"[^\W_]+")
_WIDE = {"CJK": 3, "HIRAGANA": 3, "KATAKANA": 3, "HANGUL": 3}  # a letter of these counts as so many Latin ones
OTHER_SCRIPT = 0.3  # least share of another script's letters beside Latin ones, as names are, to tell the language


def by_script(text: str) -> str | None:
    """The language of a text in another script than the Latin one, names within it aside; None for other texts."""
    scripts = _scripts(text[:MOST_CHARACTERS].lower())
    return guess(text) if scripts and _main_script(scripts) != "LATIN" else None


def _scripts(text: str) -> Counter[str]:
    """How much of a text is in each script, by the first word of its letters' Unicode names."""
    scripts = Counter(unicodedata.name(c, "?").split()[0] for c in text if c.isalpha())
    return Counter({script: count * _WIDE.get(script, 1) for script, count in scripts.items()})


def _main_script(scripts: Counter[str]) -> str:
    others = [(count, script) for script, count in scripts.items() if script != "LATIN"]
    count, script = max(others, default=(0, "LATIN"))
    return script if count >= OTHER_SCRIPT * scripts.total() else "LATIN"


def guess(text: str) -> str:
    """The most probable language of a text, as an ISO 639 code; `UNKNOWN` if nothing tells it."""
    text = text[:MOST_CHARACTERS].lower()
    scripts = _scripts(text)
    if not scripts:
        return UNKNOWN
    script = _main_script(scripts)
    if script == "CJK" and scripts["HIRAGANA"] + scripts["KATAKANA"]:
        return "ja"
    points: dict[str, float] = dict.fromkeys((*_LETTERS, *_COMMON), 0.0)
    for language, letters in _LETTERS.items():
        points[language] += sum(map(text.count, letters))
    if script != "LATIN":
        near = {"ARABIC": ("fa", "ur"), "CYRILLIC": ("uk",)}.get(script.split("-")[0], ())
        return (
            max(near, key=lambda language: points[language])
            if any(points[one] for one in near)
            else _SCRIPTS.get(script.split("-")[0], UNKNOWN)
        )
    for word in _WORD.findall(text):
        for language, weights in _WEIGHTS.items():
            points[language] += weights.get(word, 0)
    ranked = sorted(_COMMON, key=lambda language: -points[language])
    return ranked[0] if points[ranked[0]] > points[ranked[1]] else UNKNOWN
