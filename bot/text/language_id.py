"""Is a message written in a language that the FAQ does not have? Guessed by py3langid, loaded when first needed."""

from __future__ import annotations

import unicodedata
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

FEWEST_WORDS = 3  # fewer Latin-script words are as often a name or a typo as another language
SURE = 0.6
MOST_CHARACTERS = 500  # a language shows in fewer


@cache
def _identifier() -> LanguageIdentifier:
    """About 80 MB and half a second, spent only once a message does not look like the FAQ's language."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def guess(text: str) -> str:
    """The language that a text is probably in, as an ISO 639-1 code."""
    language, _ = _identifier().classify(text[:MOST_CHARACTERS])
    return str(language)


def is_foreign(text: str, language: str) -> bool:
    """Whether the text is surely in another language than the given one.

    A text mostly in another script than Latin needs no more than the guess; one in Latin letters needs three words
    and a guess that is sure enough.
    """
    letters = [c for c in text[:MOST_CHARACTERS] if c.isalpha()]
    if not letters:
        return False
    guess, probability = _identifier().classify(text[:MOST_CHARACTERS])
    if guess == language:
        return False
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if latin < len(letters) / 2:
        return True
    return len(text.split()) >= FEWEST_WORDS and float(probability) >= SURE
