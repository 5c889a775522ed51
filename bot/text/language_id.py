"""Whether a message is in another language than the FAQ, as guessed by py3langid, which is loaded when first needed."""

from __future__ import annotations

import unicodedata
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

FEWEST_WORDS = 3  # fewer Latin-script words are as often a name or a typo as another language
SURE = 0.6  # the least probability of a guess for a text in Latin script
MOST_CHARACTERS = 500  # enough to identify a language


@cache
def _identifier() -> LanguageIdentifier:
    """Load the model. Costs 80 MB and half a second, so only once a message does not look like the FAQ's language."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def guess(text: str) -> str:
    """The most probable language of a text, as an ISO 639-1 code."""
    language, _ = _identifier().classify(text[:MOST_CHARACTERS])
    return str(language)


def is_foreign(text: str, language: str) -> bool:
    """Whether the text is almost certainly in another language than the given one.

    For a text mostly in another script than Latin the guess is enough; one in Latin script also needs `FEWEST_WORDS`
    words and a probability of at least `SURE`.
    """
    letters = [c for c in text[:MOST_CHARACTERS] if c.isalpha()]
    if not letters:
        return False
    guessed, probability = _identifier().classify(text[:MOST_CHARACTERS])
    if guessed == language:
        return False
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if latin < len(letters) / 2:
        return True
    return len(text.split()) >= FEWEST_WORDS and float(probability) >= SURE
