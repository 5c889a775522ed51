"""Cries for help in other languages: heard as the right card, calm messages left alone, kept on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.decide import decide, decide_with_reasoning
from bot.answering.explain import explain
from bot.content.loader import read_content
from bot.domain.conversation import Question, Urgent
from bot.domain.faq import Faq, Kind
from bot.domain.matching import Thresholds
from bot.matching.hearing import Hearing, rows_of
from bot.matching.matcher import RegressionMatcher
from bot.matching.model_cache import is_learned, load_or_fit, load_or_hear, load_or_learn_acts
from tests.support.paths import SMALL

THRESHOLDS = Thresholds(0.5, 0.6, 0.4, urgent=0.9, surely_urgent=0.95, perhaps_urgent=0.3)


@pytest.fixture(scope="module")
def ferry() -> Faq:
    return read_content(SMALL / "faq", SMALL / "seeds").faq()


@pytest.fixture(scope="module")
def hearing(ferry: Faq) -> Hearing:
    return Hearing.fit(ferry)


@pytest.fixture(scope="module")
def three(faq: Faq) -> Hearing:
    """The hearing of three of the project's languages: one that the encoder reads, one that it does not, one script."""
    cards = {entry.id: entry for entry in faq.of_kind(Kind.URGENT)}
    cries = tuple(cries for cries in faq.cries if cries.language in ("es", "so", "am"))
    return Hearing.fit(replace(faq, entries=cards, cries=cries))


@pytest.mark.parametrize(
    ("text", "card", "language"),
    [
        ("el barco se hunde somos 40 personas ayudaaaa", "urgent-boat-distress", "es"),
        ("mi esposo me pega todos los dias tengo miedo", "urgent-violence-home", "es"),
        ("NO QUIERO VIVIR MAS", "urgent-suicide", "es"),
        ("secuestraron a mi hermano y piden dinero", "urgent-kidnapped", "es"),
    ],
)
def test_a_cry_is_heard(three: Hearing, text: str, card: str, language: str) -> None:
    """Typos, capitals and other words than those of any cry: the card, the language, and that it is urgent."""
    heard = three.hear(text)
    assert heard is not None
    assert (heard.card, heard.language) == (card, language)
    assert heard.probability >= heard.ear.line


def test_words_alone_tell_the_card(three: Hearing) -> None:
    """Where the encoder reads no word of a language, the words that it shares with a cry tell card and language."""
    heard = three.hear("ninkaygu maalin kasta wuu i garaacaa")
    assert heard is not None
    assert (heard.card, heard.language) == ("urgent-violence-home", "so")


@pytest.mark.parametrize(
    "text",
    [
        "hola soy maria y vivo en madrid",
        "dónde puedo aprender a nadar",
        "quiero saber cuántos barcos llegaron en 2019",
        "gracias por todo",
        "sidee baan u heli karaa fiisaha ardayda",
        "magacaygu waa Cali waxaan deganahay Jarmalka",
        "ሰላም እንዴት ነህ",
    ],
)
def test_a_calm_message_is_no_cry(three: Hearing, text: str) -> None:
    """Greetings and questions frighten nobody."""
    heard = three.hear(text)
    assert heard is None or heard.probability < heard.ear.line


@pytest.mark.parametrize("text", ["", "🆘", "42", "?!"])
def test_no_words_are_heard_as_nothing(three: Hearing, text: str) -> None:
    """Where there is no word there is no language either."""
    assert three.hear(text) is None


def test_a_heard_card_comes_first(ferry: Faq, hearing: Hearing) -> None:
    """What is heard gets its card, in the language of the cry, and is not kept; without hearing it is not urgent."""
    hears, text = RegressionMatcher(ferry, hearing=hearing), "er treibt im meer und ein passagier schwimmt da draußen"
    reasoning = decide_with_reasoning(Question(text), hears)
    assert reasoning.decision == Urgent(ferry.entries["urgent-overboard"])
    assert (reasoning.language, reasoning.is_private) == ("de", True)
    assert not isinstance(decide(Question(text), RegressionMatcher(ferry, hears.model)), Urgent)


@pytest.mark.parametrize(
    "text", ["man overboard", "when does the ferry leave", "fire on bord", "thansk", "42", "", "🆘"]
)
def test_the_own_language_is_ranked_as_ever(ferry: Faq, hearing: Hearing, text: str) -> None:
    """Messages in the FAQ's language, typos included, are ranked as if there were no cries."""
    deaf = RegressionMatcher(ferry)
    assert RegressionMatcher(ferry, deaf.model, hearing).rank(text) == deaf.rank(text)


def test_an_faq_without_cries_hears_none(ferry: Faq, tmp_path: Path) -> None:
    """Nothing is learned where there is nothing to learn from."""
    assert load_or_hear(replace(ferry, cries=()), tmp_path) is None


def test_rows_are_of_all_languages(ferry: Faq) -> None:
    """Cries and look-alikes of each language, and the FAQ's own phrasings, each once."""
    rows = rows_of(ferry)
    assert len({(row.text, row.language) for row in rows}) == len(rows)
    assert {row.language for row in rows} == {"de", "en"}
    assert any(row.card == "urgent-fire" and row.language == "en" for row in rows)
    assert sum(row.card is None and row.language == "de" for row in rows) == len(ferry.cries[0].look_alikes)


def test_hearing_is_the_same_from_disk(ferry: Faq, hearing: Hearing, tmp_path: Path) -> None:
    """Learned, or read: what is heard is the same; and it is learned once, beside the FAQ's own model."""
    learned_now: list[Faq] = []
    for _ in range(2):
        load_or_fit(ferry, tmp_path)
        read = load_or_hear(ferry, tmp_path, before_fit=learned_now.append)
        load_or_learn_acts(ferry, tmp_path)
        assert is_learned(ferry, tmp_path)
    assert read is not None
    assert learned_now == [ferry]
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 3
    for text in ("feuer auf dem schiff", "wann fährt die fähre", "пожар", "hello"):
        one, other = hearing.hear(text), read.hear(text)
        assert (one and (one.card, one.language)) == (other and (other.card, other.language))
        assert (one and one.probability) == pytest.approx(other and other.probability, abs=1e-3)


def test_a_broken_model_is_learned_again(ferry: Faq, tmp_path: Path) -> None:
    """A file that does not hold what it should is never trusted."""
    load_or_hear(ferry, tmp_path)
    (model,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    values = json.loads((model / "model.json").read_text(encoding="utf-8"))
    (model / "model.json").write_text(json.dumps(values | {"ears": {}}), encoding="utf-8")
    again = load_or_hear(ferry, tmp_path)
    assert again is not None
    assert again.hear("feuer an bord") is not None


def test_an_edit_of_a_cry_is_learned(ferry: Faq, tmp_path: Path) -> None:
    """Another cry is another model; an edit of an answer is not."""
    load_or_hear(ferry, tmp_path)
    german = ferry.cries[0]
    more = replace(german, cries={**german.cries, "urgent-fire": (*german.cries["urgent-fire"], "der mast brennt")})
    learned_now: list[Faq] = []
    load_or_hear(replace(ferry, cries=(replace(german, do="Rufen Sie."),)), tmp_path, before_fit=learned_now.append)
    assert learned_now == []
    load_or_hear(replace(ferry, cries=(more,)), tmp_path, before_fit=learned_now.append)
    assert len(learned_now) == 1


def test_a_probability_becomes_an_urgency(hearing: Hearing) -> None:
    """At its own lines a probability reaches the thresholds of the FAQ, and it rises between them."""
    heard = hearing.hear("feuer an bord")
    assert heard is not None
    ear = replace(heard.ear, perhaps=0.2, line=0.6, surely=0.8)
    lines = (0.0, 0.2, 0.6, 0.8, 1.0)
    urgencies = [replace(heard, ear=ear, probability=line).urgency(THRESHOLDS) for line in lines]
    assert urgencies == pytest.approx([0.0, 0.3, 0.9, 0.95, 1.0])


def test_held_out_scores_do_not_see_their_row(hearing: Hearing) -> None:
    """A cry that is held out has a lower score for its card than the same text as a message."""
    at = next(number for number, row in enumerate(hearing.rows) if row.language == "de" and row.card is not None)
    (scores,) = hearing.held_out([at])
    card = hearing.cards.index(hearing.rows[at].card or "")
    heard = hearing.hear(hearing.rows[at].text)
    assert heard is not None
    assert scores.joined(heard.ear.share)[card] < heard.cards[0][1]


@pytest.mark.slow
def test_every_language_of_the_project_is_heard(matcher: RegressionMatcher) -> None:
    """Each language's own cries find a card, nearly always, and are told as that language."""
    for cries in matcher.faq.cries:
        texts = [texts[0] for texts in cries.cries.values()]
        found = [decide_with_reasoning(Question(text), matcher) for text in texts]
        assert sum(isinstance(one.decision, Urgent) for one in found) >= 0.9 * len(texts), cries.language
        assert sum(one.language == cries.language for one in found) >= 0.8 * len(texts), cries.language


def test_an_explanation_says_what_was_heard(ferry: Faq, hearing: Hearing) -> None:
    """An editor sees that the urgency comes from the cries, and in which language."""
    told = explain("er treibt im meer und ein passagier schwimmt da draußen", RegressionMatcher(ferry, hearing=hearing))
    assert "heard as       de, by the cries of all languages: urgent-overboard first" in told
    assert "heard as" not in explain("man overboard", RegressionMatcher(ferry, hearing=hearing))
