"""The matcher: what is found, in which order, and why."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.faq import Entry, Kind, Lookalike
from bot.domain.matching import Evidence, PhrasingEvidence, Row
from bot.matching import regression as ridge
from bot.matching.matcher import EQUAL_DIGITS, EVIDENCE_SHOWN, RANKED, RegressionMatcher, fit, training_rows
from bot.matching.regression import WHOLE_ROWS
from tests.support.samples import (
    DOGS,
    ENTRIES,
    GETTING_HERE,
    HELLO,
    HURT,
    OLDEST_TREE,
    OPENING_HOURS,
    PLANT_NUMBER,
    TICKET_PRICE,
    WEATHER,
    entry,
    faq_of,
    garden,
)

EIGHT = (OPENING_HOURS, TICKET_PRICE, DOGS, GETTING_HERE, OLDEST_TREE, HURT, HELLO, WEATHER)
MATCHER = RegressionMatcher(garden())
WITHOUT_PLANTS = RegressionMatcher(faq_of(*EIGHT))
some = settings(max_examples=100, deadline=None)


def scores(matcher: RegressionMatcher, text: str) -> dict[str, float]:
    """The scores of a message by entry."""
    return {candidate.entry.id: candidate.score for candidate in matcher.rank(text).candidates}


def unmet(text: str, of: Entry) -> tuple[str, ...]:
    return MATCHER.unmet(MATCHER.model.tokenizer.read(text), of)


@pytest.mark.parametrize("item", ENTRIES, ids=lambda item: str(item.id))
def test_every_phrasing_finds_its_entry(item: Entry) -> None:
    """Typed as it stands, in capitals or with marks, a phrasing leads to its entry."""
    for text in item.phrasings:
        for typed in (text, text.upper(), f"  {text} ???"):
            assert MATCHER.rank(typed).candidates[0].entry == item


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("may my puppy come", DOGS),
        ("tix price", TICKET_PRICE),
        ("opning hours", OPENING_HOURS),
        ("on sundays, until when is it open?", OPENING_HOURS),
        ("oldest trees", OLDEST_TREE),
        ("the next bus stop and station", GETTING_HERE),
        ("help, i was hit by a branch", HURT),
    ],
)
def test_other_words_for_a_question_find_its_entry(text: str, found: Entry) -> None:
    """Synonyms, spellings, typos and other forms lead to the entry though no phrasing says it so."""
    assert MATCHER.rank(text).candidates[0].entry == found


def test_a_ranking_holds_the_best_of_each_kind() -> None:
    """The reply is an answer or small talk, the card an urgent entry, the answers are answers, all best first."""
    for text in ("opening hours", "hello", "storm warning", "i fell and cannot stand up", "xyzzy", ""):
        ranking = MATCHER.rank(text)
        assert ranking.card is not None
        assert ranking.card.entry == HURT
        assert ranking.reply.entry.kind in (Kind.ANSWER, Kind.SMALLTALK)
        assert {candidate.entry.kind for candidate in ranking.answers} == {Kind.ANSWER}
        for listed in (ranking.candidates, ranking.answers):
            in_order = [round(candidate.score, EQUAL_DIGITS) for candidate in listed]
            assert in_order == sorted(in_order, reverse=True)
        assert len(ranking.candidates) == min(RANKED, len(ENTRIES))
        best = next(c for c in ranking.candidates if c.entry.kind in (Kind.ANSWER, Kind.SMALLTALK))
        assert ranking.reply == best


@some
@given(st.text(st.characters(exclude_categories=()), max_size=80) | st.sampled_from([e.question for e in ENTRIES]))
def test_any_text_is_ranked(text: str) -> None:
    """Nothing that a person types raises; probabilities and coverage lie in [0, 1]."""
    ranking = MATCHER.rank(text)
    for share in (ranking.confidence, ranking.certainty, ranking.urgency, ranking.coverage):
        assert 0 <= share <= 1
    for candidate in ranking.candidates:
        MATCHER.evidence(text, candidate.entry)
        MATCHER.unmet(ranking.reading, candidate.entry)


@pytest.mark.parametrize("text", ["", "…", "ჟჟჟ ღღღ", "7"])
def test_a_text_of_nothing_known_scores_nothing(text: str) -> None:
    """All scores are 0, in the order of ids, with little confidence, no urgency to speak of and no known word."""
    ranking = MATCHER.rank(text)
    assert {candidate.score for candidate in ranking.candidates} == {0.0}
    assert [c.entry.id for c in ranking.candidates] == sorted(item.id for item in ENTRIES)[:RANKED]
    assert ranking.confidence < 0.2
    assert ranking.urgency < 0.85
    assert ranking.coverage == 0


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_entries_and_phrasings_does_not_matter(order: random.Random) -> None:
    """An editor may sort files, entries and phrasings at will: no score, confidence or urgency changes."""
    shuffled = [replace(item, phrasings=tuple(order.sample(item.phrasings, len(item.phrasings)))) for item in EIGHT]
    order.shuffle(shuffled)
    one, other = RegressionMatcher(faq_of(*EIGHT)), RegressionMatcher(faq_of(*shuffled))
    for text in ("opening hours", "may my puppy see the oak", "somebody fell", "will the bus be late", "hey"):
        assert scores(other, text) == pytest.approx(scores(one, text), abs=1e-3)
        assert other.rank(text).confidence == pytest.approx(one.rank(text).confidence, abs=0.01)
        assert other.rank(text).certainty == pytest.approx(one.rank(text).certainty, abs=0.01)
        assert other.rank(text).urgency == pytest.approx(one.rank(text).urgency, abs=0.01)


def test_a_year_chooses_among_the_entries_that_a_message_is_about() -> None:
    """It lowers what it is not about, and no card; without a year nothing changes."""
    roses = entry("roses", "How many roses bloomed?", "number of roses", "how many roses bloomed in 2016")
    visitors = entry("visitors", "How many visitors came in 2016?", "visitors 2016", "guests of 2016", "2016 crowd")
    matcher = RegressionMatcher(faq_of(roses, visitors, *EIGHT))
    assert matcher.rank("how many roses were there in 2016").reply.entry == roses
    assert matcher.rank("visitors in 2016").reply.entry == visitors
    assert scores(matcher, "roses 2016").get("visitors", 0) <= scores(matcher, "roses").get("visitors", 0) + 1e-6
    assert scores(matcher, "somebody fell 2016")["hurt"] >= scores(matcher, "somebody fell")["hurt"]
    assert matcher.rank("roses 2016").coverage == matcher.rank("roses 1999").coverage == 1


def test_numbers_letters_and_what_is_off_topic_ask_nothing() -> None:
    """Unless a phrasing consists of them."""
    matcher = RegressionMatcher(
        replace(faq_of(entry("plot", "Where is plot 7?", "7", "plot 7"), *EIGHT), off_topic=("so",))
    )
    for text, nothing in (("7", False), ("8", True), ("b", True), ("so", True), ("so what", False), ("", False)):
        assert matcher.asks_nothing(matcher.read(text)) == nothing, text


def test_the_same_faq_gives_the_same_model() -> None:
    """Two fits do not differ at all: replies do not change from start to start."""
    one, other = RegressionMatcher(garden()), RegressionMatcher(garden(), fit(garden()))
    assert one.rank("a dog under the oak") == other.rank("a dog under the oak")


def test_a_lookalike_of_none_lowers_the_score() -> None:
    """A message that an editor marks as belonging nowhere scores lower, and the entry's own phrasings keep theirs."""
    text = "is the garden shop open"
    marked = replace(OPENING_HOURS, not_this=(Lookalike(text, None),))
    before, after = RegressionMatcher(faq_of(*EIGHT)), RegressionMatcher(faq_of(marked, *EIGHT[1:]))
    assert scores(after, text)["opening-hours"] < scores(before, text)["opening-hours"] - 0.2
    assert scores(after, "opening hours")["opening-hours"] > 0.6
    assert after.rank(text).confidence < before.rank(text).confidence


def test_a_message_off_topic_lowers_what_is_like_it() -> None:
    """What editors list as off topic, and what is said in nearly the same words, scores lower and is trusted less."""
    before = RegressionMatcher(faq_of(*EIGHT))
    after = RegressionMatcher(replace(faq_of(*EIGHT), off_topic=("is the garden shop open",)))
    for text in ("is the garden shop open", "garden shop open today"):
        assert scores(after, text)["opening-hours"] < scores(before, text)["opening-hours"] - 0.1
        assert after.rank(text).confidence < before.rank(text).confidence
    assert scores(after, "opening hours")["opening-hours"] > 0.6
    assert after.rows[-1] == Row("is the garden shop open", None)


def test_a_lookalike_of_another_entry_finds_that_one() -> None:
    """A message that belongs to another entry lowers the one and finds the other."""
    text = "is the garden open for dogs"
    marked = replace(OPENING_HOURS, not_this=(Lookalike(text, "dogs"),))
    before, after = RegressionMatcher(faq_of(*EIGHT)), RegressionMatcher(faq_of(marked, *EIGHT[1:]))
    assert before.rank(text).candidates[0].entry.id == "opening-hours"
    assert after.rank(text).candidates[0].entry.id == "dogs"
    assert scores(after, text)["opening-hours"] < scores(before, text)["opening-hours"]


def test_rows_are_questions_phrasings_and_lookalikes_each_once() -> None:
    """Titles of cards are for editors and are not learned; a text that stands twice in an entry is one row."""
    one = replace(entry("one", "What is one?", "one", "one", "What is one?"), not_this=(Lookalike("two", "card"),))
    card = replace(entry("card", "A title", "aid", kind=Kind.URGENT), not_this=(Lookalike("one", None),))
    rows = [(row.text, row.entry) for row in training_rows((one, card))]
    assert rows == [("What is one?", 0), ("one", 0), ("two", 1), ("aid", 1), ("one", None)]


@pytest.mark.parametrize("whole_rows", [WHOLE_ROWS, 5], ids=["on all rows", "on the nearest"])
def test_evidence_adds_up_to_the_score(whole_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts that explain a candidate are its score, taken apart by words and by phrasings."""
    monkeypatch.setattr(ridge, "WHOLE_ROWS", whole_rows)
    matcher = RegressionMatcher(garden())
    for text in ("how old is my dog", "OPENING hours of the oak", "xyzzy", ""):
        for candidate in matcher.rank(text).candidates:
            evidence = matcher.evidence(text, candidate.entry, most=10**6)
            assert sum(part for _, part in evidence.words) == pytest.approx(evidence.by_words, abs=1e-4)
            assert evidence.by_words + evidence.by_meaning == pytest.approx(candidate.score, abs=1e-4)
            assert sum(one.part for one in evidence.phrasings) == pytest.approx(candidate.score, abs=1e-4)


def test_evidence_names_the_words_that_carried_a_score() -> None:
    """The words of the message that speak for an entry, the largest part first; a word shows with its meaning."""
    evidence = MATCHER.evidence("how old is that oak?", OLDEST_TREE)
    assert {"oak", "old"} <= {word for word, _ in MATCHER.evidence("how old is that oak?", OLDEST_TREE, most=99).words}
    assert "dog" in {word for word, _ in MATCHER.evidence("the puppy", DOGS).words}
    assert evidence.words[0][0] == "(letters)"
    assert [abs(part) for _, part in evidence.words] == sorted((abs(p) for _, p in evidence.words), reverse=True)
    assert len(evidence.words) == EVIDENCE_SHOWN


def test_evidence_names_the_phrasings_that_carried_a_score() -> None:
    """A few, the largest part first, each with its text, its entry, its similarity to the message and its part."""
    text = "how old is that oak?"
    evidence = MATCHER.evidence(text, OLDEST_TREE)
    assert (evidence.phrasings[0].text, evidence.phrasings[0].entry) == ("how old is the big oak", "oldest-tree")
    assert len(evidence.phrasings) == EVIDENCE_SHOWN
    everything = MATCHER.evidence(text, OLDEST_TREE, most=10**6).phrasings
    assert evidence.phrasings == everything[:EVIDENCE_SHOWN]
    assert MATCHER.evidence(text, OLDEST_TREE, most=2).phrasings == everything[:2]
    parts = [round(abs(one.part), EQUAL_DIGITS) for one in everything]
    assert parts == sorted(parts, reverse=True)
    vector = MATCHER.model.vectors.vector(MATCHER.model.tokenizer.read(text))
    similarities = dict(zip((r.text for r in MATCHER.rows), MATCHER.model.index.similarities(*vector), strict=True))
    owners = {row.text: None if row.entry is None else ENTRIES[row.entry].id for row in MATCHER.rows}
    for one in everything:
        assert one.similarity >= similarities[one.text] - 1e-5
        assert one.entry == owners[one.text]


def test_a_phrasing_carries_its_own_entry() -> None:
    """It is like itself and carries most of its entry's score; a text of nothing is like none and carries nothing."""
    for item in ENTRIES:
        for text in item.phrasings:
            first = MATCHER.evidence(text, item).phrasings[0]
            assert first == PhrasingEvidence(text, item.id, first.similarity, first.part)
            assert first.similarity == pytest.approx(1, abs=1e-5)
            assert first.part > 0.4
    assert MATCHER.evidence("…", DOGS) == Evidence((), (), 0.0, 0.0)


def test_a_phrasing_may_speak_against_an_entry() -> None:
    """Phrasings of other entries, and look-alikes of none, take their part away."""
    marked = replace(OPENING_HOURS, not_this=(Lookalike("is the garden shop open", None),))
    evidence = RegressionMatcher(faq_of(marked, *EIGHT[1:])).evidence("the garden shop", marked)
    (against,) = (one for one in evidence.phrasings if one.text == "is the garden shop open")
    assert against.part < 0
    assert against.entry is None
    others = MATCHER.evidence("when is the oak open", GETTING_HERE).phrasings
    assert (others[0].text, others[0].entry) == ("When is the garden open?", "opening-hours")
    assert others[0].part < 0


# --- Shadows ---------------------------------------------------------------------------------------------------------


@some
@given(st.sampled_from([text for e in ENTRIES for text in e.phrasings]) | st.text(max_size=40), st.data())
def test_a_shadow_is_the_own_phrasing_of_the_largest_part(text: str, data: st.DataObject) -> None:
    """None of another entry, whatever its part; none at all where no phrasing of the entry speaks for it."""
    item = data.draw(st.sampled_from(ENTRIES), label="entry")
    every = MATCHER.evidence(text, item, most=10**6).phrasings
    parts = {one.text: one.part for one in every if one.entry == item.id and one.part > 0}
    shadow = MATCHER.shadow(text, item)
    assert shadow is None if not parts else shadow is not None and parts[shadow] == max(parts.values())


def test_a_phrasing_is_its_entrys_shadow() -> None:
    """What stands in the entry speaks most for it, as does what is nearest to a message of other words."""
    assert all(MATCHER.shadow(text, item) == text for item in ENTRIES for text in item.phrasings)
    assert MATCHER.shadow("how old is that oak?", OLDEST_TREE) == "how old is the big oak"
    assert MATCHER.shadow("are puppies allowed", DOGS) == "dogs allowed"


@pytest.mark.parametrize(
    ("text", "of", "shadow", "larger"),
    [
        ("when is the oak open", GETTING_HERE, "the way from the town", "When is the garden open?"),
        ("may i bring my dog", OPENING_HOURS, "until when may i stay", "May I bring my dog?"),
        ("is the garden open for dogs", OLDEST_TREE, "how old is the big oak", "When is the garden open?"),
        ("may i bring my dog", OLDEST_TREE, "how old is the big oak", "May I bring my dog?"),  # that one is for it
    ],
)
def test_a_shadow_is_no_phrasing_of_another_entry(text: str, of: Entry, shadow: str, larger: str) -> None:
    """Although one of them has the larger part in the score, for or against."""
    first = MATCHER.evidence(text, of).phrasings[0]
    assert (first.text, first.entry == of.id) == (larger, False)
    assert MATCHER.shadow(text, of) == shadow


@pytest.mark.parametrize("text", ["", "…", "ჟჟჟ"])
def test_what_is_like_nothing_has_no_shadow(text: str) -> None:
    """Nothing speaks for any entry."""
    assert all(MATCHER.shadow(text, item) is None for item in ENTRIES)


def test_a_phrasing_that_speaks_against_its_entry_is_no_shadow() -> None:
    """A phrasing made of all the others may take away: what else it says is no reason for the entry."""
    pieces = ("red fox", "blue owl", "green elk", "black cat", "white dog")
    one = entry("one", f"{' '.join(pieces)} zzzz", *pieces)
    matcher = RegressionMatcher(faq_of(one, OPENING_HOURS))
    of_words = matcher.model.ridge.parts(*matcher.model.vectors.vector(matcher.read("zzzz")), 0)[1]
    assert [matcher.rows[at].text for at in np.flatnonzero(of_words)] == [one.question]
    assert of_words.sum() < 0
    assert matcher.shadow("zzzz", one) != one.question


@pytest.mark.parametrize(
    ("text", "of", "missing"),
    [
        ("the oak in the guide of 2016", OLDEST_TREE, ()),
        ("the oak in 1900", OLDEST_TREE, ("1900",)),
        ("the oaks of 1900 and 2015 in Peru", OLDEST_TREE, ("1900", "2015", "peru")),
        ("from LISBON", OLDEST_TREE, ()),
        ("from lisbon", DOGS, ("lisbon",)),
        ("oaks of Sri  Lanka", OLDEST_TREE, ("sri lanka",)),
        ("dogs of perú", DOGS, ("peru",)),
        ("plants of 2016", PLANT_NUMBER, ()),
        ("12 plants, 1750 oaks, 20160 roses", PLANT_NUMBER, ()),
        ("9,000 plants", DOGS, ()),
        ("opening hours", OPENING_HOURS, ()),
    ],
)
def test_years_and_places_of_which_an_entry_says_nothing(text: str, of: Entry, missing: tuple[str, ...]) -> None:
    """Only an entry, or a fact it cites, that names a year or place of the message meets it."""
    assert unmet(text, of) == missing


def test_a_year_of_the_question_or_a_phrasing_is_met() -> None:
    """What an entry's own texts name is met, too; the date of its source as well."""
    item = replace(entry("fair", "When was the fair of 1999?", "the fair in peru"), sources=("guide.2",))
    matcher = RegressionMatcher(faq_of(item, OPENING_HOURS))
    reading = matcher.model.tokenizer.read("fair 1999 peru 2016 1998 sri lanka")
    assert matcher.unmet(reading, item) == ("1998", "sri lanka")


def test_near_rows_are_pairs_as_similar_as_asked() -> None:
    """The same words in another order or with marks are near; each pair stands once and no row is near itself."""
    twin = entry("twin", "Opening hours", "The opening hours!", "a very different question")
    matcher = RegressionMatcher(faq_of(OPENING_HOURS, twin))
    texts = [row.text for row in matcher.rows]
    near = {(texts[one], texts[other]) for one, other in matcher.near_rows(0.95)}
    assert near == {("opening hours", "Opening hours")}
    assert ("opening hours", "The opening hours!") in {
        (texts[one], texts[other]) for one, other in matcher.near_rows(0.5)
    }
    everything = matcher.near_rows(-1)
    assert len(everything) == len(set(everything)) == len(texts) * (len(texts) - 1) // 2
    assert all(one < other for one, other in everything)
    assert matcher.near_rows(1.1) == []


def test_near_rows_agree_with_the_index() -> None:
    """The similarity that pairs rows is the one that a message has to them."""
    pairs = set(MATCHER.near_rows(0.3))
    for at, row in enumerate(MATCHER.rows):
        vector = MATCHER.model.vectors.vector(MATCHER.model.tokenizer.read(row.text))
        similar = MATCHER.model.index.similarities(*vector)
        for other in range(at + 1, len(MATCHER.rows)):
            if abs(similar[other] - 0.3) > 1e-4:
                assert ((at, other) in pairs) is bool(similar[other] > 0.3)


@pytest.mark.parametrize("entries", [(OPENING_HOURS,), (OPENING_HOURS, HELLO), (HELLO,), (DOGS, WEATHER)])
def test_an_faq_may_lack_kinds(entries: tuple[Entry, ...]) -> None:
    """An FAQ without urgent cards, small talk or out-of-scope entries ranks all the same and finds nothing urgent."""
    ranking = RegressionMatcher(faq_of(*entries)).rank(entries[0].phrasings[0])
    assert ranking.candidates[0].entry == entries[0]
    assert ranking.card is None
    assert ranking.urgency < 0.5
    assert ranking.confidence > 0.5


def test_a_phrasing_without_words_harms_nothing() -> None:
    """A phrasing of marks or emoji is learned from nothing and leaves the others as they are."""
    matcher = RegressionMatcher(
        faq_of(replace(OPENING_HOURS, phrasings=("🕐", "???", *OPENING_HOURS.phrasings)), *EIGHT[1:])
    )
    assert matcher.rank("opening hours").candidates[0].entry.id == "opening-hours"


def test_ties_are_broken_by_id() -> None:
    """Of entries with the same phrasings the first id wins, in whatever order the files stand."""
    texts = ("red ball", "blue ball in the grass", "green ball")
    b, a = entry("b", "Where is the ball?", *texts), entry("a", "Where is the ball?", *texts)
    matcher = RegressionMatcher(faq_of(b, a, OPENING_HOURS, HELLO))
    assert [matcher.rank(text).candidates[0].entry.id for text in texts] == ["a", "a", "a"]


@pytest.mark.slow
def test_what_is_found_without_a_phrasing_is_found_by_an_faq_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first entry for each row, had it been missing, is nearly always that of an FAQ learned without it."""
    monkeypatch.setattr("bot.matching.matcher.SURE", 2.0)  # held out, words and meaning count always
    agree = []
    for at, item in enumerate(EIGHT):
        for phrasing in item.phrasings:
            rest = replace(item, phrasings=tuple(text for text in item.phrasings if text != phrasing))
            lacking = RegressionMatcher(faq_of(*EIGHT[:at], rest, *EIGHT[at + 1 :]))
            row = WITHOUT_PLANTS.rows.index(Row(phrasing, at))
            found = EIGHT[WITHOUT_PLANTS.model.found_without[row]]
            agree.append(lacking.rank(phrasing).candidates[0].entry.id == found.id)
    assert sum(agree) >= 0.9 * len(agree)  # the grams and their weights change a little, too


def test_rows_that_find_their_entry_only_as_they_are_listed() -> None:
    """Phrasings of which the others of their entry know nothing find another entry without being listed."""
    odd = replace(DOGS, phrasings=(*DOGS.phrasings, "how much for a ticket"))
    listed = RegressionMatcher(faq_of(OPENING_HOURS, TICKET_PRICE, odd)).only_listed()
    assert (Row("how much for a ticket", 2), TICKET_PRICE) in listed
    assert Row("can i come with my dog", 2) not in [row for row, _ in listed]
    assert all(
        row.entry is not None and found.id != ("opening-hours", "ticket-price", "dogs")[row.entry]
        for row, found in listed
    )


# --- A stranger among the entries ------------------------------------------------------------------------------------

BOATS = entry(
    "boats",
    "Where are rowing boats rented?",
    "rowing boats",
    "renting a pedalo",
    "kayak hire per hour",
    "lake with swan boats",
)


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.SMALLTALK, Kind.OUT_OF_SCOPE])
def test_an_unrelated_entry_changes_little(kind: Kind) -> None:
    """An entry on something else changes no first candidate, and no score of another entry by much."""
    more = RegressionMatcher(faq_of(*ENTRIES, replace(BOATS, kind=kind)))
    for text in (text for item in ENTRIES for text in item.phrasings):
        before, after = MATCHER.rank(text), more.rank(text)
        assert after.candidates[0].entry == before.candidates[0].entry
        known = scores(more, text)
        assert all(abs(known[name] - score) < 0.15 for name, score in scores(MATCHER, text).items() if name in known)


# --- Among very many rows --------------------------------------------------------------------------------------------


@pytest.fixture(params=[128, 16])
def local(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RegressionMatcher:
    """The garden's matcher as it would be among very many rows, with as many neighbours."""
    monkeypatch.setattr(ridge, "WHOLE_ROWS", 5)
    monkeypatch.setattr(ridge, "NEIGHBOURS", request.param)
    matcher = RegressionMatcher(garden())
    assert isinstance(matcher.model.ridge, ridge.LocalRidge)
    return matcher


def test_a_local_matcher_finds_every_phrasing(local: RegressionMatcher) -> None:
    """It ranks as one that learned from all rows: the same first entry, with a score and confidence like it."""
    for item in ENTRIES:
        for text in item.phrasings:
            ranking, whole = local.rank(text), MATCHER.rank(text)
            assert ranking.candidates[0].entry == item
            assert ranking.candidates[0].score == pytest.approx(whole.candidates[0].score, abs=0.1)
            assert ranking.confidence == pytest.approx(whole.confidence, abs=0.15)
            assert local.evidence(text, item).phrasings[0].text == text
            assert local.shadow(text, item) == text


def test_a_local_matcher_ranks_any_text(local: RegressionMatcher) -> None:
    """Texts of nothing known, and of a word that most rows lack, included."""
    for text in ("", "жжж", "umbrella", "may my puppy see the oak"):
        ranking = local.rank(text)
        assert len(ranking.candidates) == RANKED
        assert all(0 <= share <= 1 for share in (ranking.confidence, ranking.certainty, ranking.urgency))
    assert {candidate.score for candidate in local.rank("").candidates} == {0.0}


def test_a_local_matcher_holds_out_all_of_few_rows(local: RegressionMatcher) -> None:
    """It knows what would have been found without each row, and most are found by the others."""
    own = [row.entry for row in local.rows]
    found = local.model.found_without.tolist()
    assert -1 not in found
    assert sum(one == other for one, other in zip(own, found, strict=True)) > len(own) / 2
