"""In which of the FAQ's languages a message is answered."""

from __future__ import annotations

import unicodedata

from bot.domain.conversation import Question
from bot.domain.faq import Faq
from bot.text.language_id import guess

FEWEST_WORDS = 3  # by which a message in Latin letters tells its language surely


def reply_language(question: Question, told: str | None, faq: Faq) -> str:
    """The language that a message is answered in; ``told`` is the message's, None for the FAQ's own.

    It is the one that the person chose; else that of the message if it surely is in one of the FAQ's; else that of the
    reply before, which a word or two do not change; else what the message may be in; else that of the person's device.
    """
    own = told or faq.language
    is_sure = _is_sure(question.text)
    likely = told or guess(question.text)
    wanted = (question.chosen, own if is_sure else None, question.before, likely, *question.spoken)
    return next((language for language in wanted if language and faq.speaks(language)), faq.language)


def faq_of_reply(question: Question, told: str | None, faq: Faq) -> Faq:
    """The FAQ in the language that a message is answered in; ``told`` as in `reply_language`."""
    return faq.in_language(reply_language(question, told, faq))


def _is_sure(text: str) -> bool:
    """Whether a text is long enough for its language to be sure; in other scripts than Latin a word is."""
    words = [word for word in text.split() if any(map(str.isalpha, word))]
    letters = [letter for letter in text if letter.isalpha()]
    is_latin = all(unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in letters)
    return len(words) >= FEWEST_WORDS or not is_latin
