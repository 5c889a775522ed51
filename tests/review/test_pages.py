"""The review page: what a reviewer sees and does, from a group of gaps to added lines and back, and who gets in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from bot.domain.faq import Fact, Source
from bot.domain.gap import GapReason, GapStatus, Note
from bot.evaluation.question_sets import Message
from bot.gaps.repository import GapLog
from bot.review.auth import MOST_BYTES, fields_of
from bot.review.proposals import facts_with, places
from bot.settings import Settings
from bot.storage import tables
from bot.storage.errors import LogError
from tests.support.review_workbench import HOST, KEYS, asked, page_over
from tests.support.samples import garden

pytestmark = pytest.mark.slow

KITE = ["where is the kite flying zone", "Where is the kite flying zone??", "where is a kite flying zone"]


def ferry(small: Path) -> str:
    return (small / "faq/en/ferry.yaml").read_text(encoding="utf-8")


async def test_nothing_yet(small: Path) -> None:
    """Without a log the pages say so kindly, and make none."""
    async with page_over(small) as visitor:
        for address, says in (
            ("/", "Nothing waits for you."),
            ("/?tab=later", "No gap is here."),
            ("/?words=dog", "No group is like that."),
            ("/done", "Nothing yet."),
            ("/replay", "Ask them again"),
        ):
            assert (await visitor.opens(address)).status_code == 200
            assert says in visitor.text
        assert not visitor.workbench.log.path.exists()


async def test_a_group_says_what_was_asked_and_what_is_near(small: Path) -> None:
    """How often, when, why, in which words, the nearest entries with their answers, and why none was given."""
    async with page_over(small, [*map(asked, KITE), asked("zebra poetry", reason=GapReason.NONE_OF_THESE)]) as visitor:
        assert "New 4" in visitor.text
        assert visitor.text.index(KITE[0]) < visitor.text.index("zebra poetry")
        await visitor.opens(visitor.link_to(KITE[0]))
        near = visitor.workbench.catalog.matcher.rank(KITE[0]).answers[0].entry.answer
        for says in ("3 times", "no match 3", "where is a kite flying zone", near, "No entry is sure"):
            assert says in visitor.text


def test_the_files_are_read_once_and_again_when_they_change(small: Path) -> None:
    """Each page of a group needs them."""
    settings = Settings(faq_dir=small / "faq", seeds_dir=small / "seeds")
    assert places(settings) is places(settings)
    (small / "faq/en/ferry.yaml").rename(small / "faq/en/boats.yaml")
    assert places(settings).file_of["ferry-bicycles"] == "boats.yaml"
    assert "boats.yaml" in places(settings).topics


async def test_a_phrasing_is_added_and_undone(small: Path) -> None:
    """First the line and what it changes, then one added line, the gaps closed by it; undo gives all of it back."""
    before = ferry(small)
    async with page_over(small, map(asked, [*KITE, "zebra poetry"])) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-bicycles")
        assert "+ - the zone for flying kites" in visitor.text
        assert "3 open gaps would be answered" in visitor.text
        assert ferry(small) == before
        dry_run = visitor.page
        await visitor.opens(visitor.link_to("Back, to change it"))
        assert ">the zone for flying kites</textarea>" in visitor.page, "what was written is still there"
        visitor.page = dry_run

        await visitor.sends(visitor.action_of("/apply"))
        assert "3 gaps changed" in visitor.text
        added = [line for line in ferry(small).splitlines() if line not in before.splitlines()]
        assert added == ["      - the zone for flying kites"]
        assert await visitor.texts(GapStatus.RESOLVED) == sorted(KITE)
        assert {gap.resolution for gap in await visitor.workbench.log.gaps(statuses=[GapStatus.RESOLVED])} == {
            "ferry-bicycles"
        }
        assert (
            visitor.workbench.catalog.matcher.faq.entries["ferry-bicycles"].phrasings[-1] == "the zone for flying kites"
        )

        await visitor.sends(visitor.action_of("/undo"))
        assert ferry(small) == before
        assert await visitor.texts(GapStatus.NEW) == sorted([*KITE, "zebra poetry"])
        assert "Its lines were taken out. 3 gaps as before." in visitor.text, visitor.text[-900:]


async def test_several_phrasings_are_tried_and_added_at_once(small: Path) -> None:
    """One a line, each once; one undo takes all of them out; words that somebody typed are refused among them too."""
    before = ferry(small)
    async with page_over(small, map(asked, [*KITE, "kites up"])) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        add = visitor.action_of("/add")
        response = await visitor.sends(add, text=f"flying kites\n{KITE[1]}", entry="ferry-bicycles")
        assert response.status_code == 422
        text = "the zone for flying kites\r\n\r\n kites up in the air \r\nthe zone for flying kites"
        await visitor.sends(add, text=text, entry="ferry-bicycles")
        assert "- the zone for flying kites" in visitor.text
        assert "Add these lines" in visitor.text
        await visitor.sends(visitor.action_of("/apply"))
        assert "“the zone for flying kites” and 1 other phrasing added to ferry-bicycles. 4 gaps" in visitor.text
        added = [line for line in ferry(small).splitlines() if line not in before.splitlines()]
        assert added == ["      - the zone for flying kites", "      - kites up in the air"]
        await visitor.sends(visitor.action_of("/undo"))
        assert ferry(small) == before


async def test_undo_leaves_what_was_decided_since(small: Path) -> None:
    """A gap that was left for later and then said to be off topic stays so when the first of the two is undone."""
    async with page_over(small, map(asked, KITE)) as visitor:
        gaps = [gap.id for gap in await visitor.workbench.log.gaps()]
        first = await visitor.workbench.mark(gaps, GapStatus.LATER, "all left for later")
        await visitor.workbench.mark(gaps[:1], GapStatus.OFF_TOPIC, "one said to be off topic")
        assert first is not None
        await visitor.sends(f"/done/{first.number}/undo")
        assert len(await visitor.texts(GapStatus.OFF_TOPIC)) == 1
        assert len(await visitor.texts(GapStatus.NEW)) == 2


async def test_the_words_of_a_person_are_not_taken(small: Path) -> None:
    """Neither as they were typed nor with other capitals and marks: phrasings are the editor's own."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        for text in (KITE[0], "Where is the  KITE flying zone!", " ?! "):
            response = await visitor.sends(visitor.action_of("/add"), text=text, entry="ferry-fares")
            assert response.status_code == 422
            assert 'role="alert"' in visitor.page
        assert not visitor.workbench.dry_runs


async def test_an_entry_is_searched_for(small: Path) -> None:
    """By words of its question; what is no entry is answered with those that are found; typed text stays."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        await visitor.opens(visitor.link_to("zebra poetry"))
        add = visitor.action_of("/add")
        await visitor.sends(add, text="a poem", other="when do boats leave", search="yes")
        assert ">a poem</textarea>" in visitor.page
        assert 'value="ferry-times"' in visitor.page
        response = await visitor.sends(add, text="a poem", other="ferry-tmes")
        assert response.status_code == 422
        assert "There is no entry ferry-tmes." in visitor.text
        await visitor.sends(add, text="a poem", other="When do the boats leave?")
        assert visitor.workbench.dry_runs[1].proposal.entry == "ferry-times"
        assert "For: When do the boats leave?" in visitor.text


async def test_one_of_those_that_were_found_is_chosen(small: Path) -> None:
    """The words of the search still stand in their field then; words that are typed after it are those that count."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        await visitor.opens(visitor.link_to("zebra poetry"))
        add, search = visitor.action_of("/add"), "when do boats leave"
        await visitor.sends(add, text="a poem", other=search, search="yes")
        assert f'name="searched" value="{search}"' in visitor.page
        await visitor.sends(add, text="a poem", other=search, searched=search, entry="ferry-times")
        assert visitor.workbench.dry_runs[1].proposal.entry == "ferry-times"
        await visitor.sends(add, text="a poem", other="ferry-fares", searched=search, entry="ferry-times")
        assert visitor.workbench.dry_runs[2].proposal.entry == "ferry-fares"


async def test_harm_is_shown_before_it_is_done(small: Path) -> None:
    """A phrasing that stands elsewhere: whose it is, which phrasing is shadowed, which test question changes."""
    message = Message("i1", "inscope", "timetable", {"entries": ["ferry-times"]})
    async with page_over(small, [asked("boat plan")], [message]) as visitor:
        await visitor.opens(visitor.link_to("boat plan"))
        await visitor.sends(visitor.action_of("/add"), text="ticket price!", entry="ferry-times")
        for says in (
            "is answered today with What does a ticket cost?",
            "Nearly the same words stand elsewhere already",
            "Add it all the same",
        ):
            assert says in visitor.text


async def test_a_test_question_that_gets_worse_is_named(small: Path) -> None:
    """With what it was and what it becomes."""
    message = Message("f1", "near_oos", "zebra fare", {})
    async with page_over(small, [asked("zebra price")], [message]) as visitor:
        await visitor.opens(visitor.link_to("zebra price"))
        await visitor.sends(visitor.action_of("/add"), text="what is the fare of a zebra", entry="ferry-fares")
        assert "1 message of the question sets would be handled otherwise" in visitor.text
        assert re.search(r"zebra fare near_oos (unanswered|clarify [\w, -]+) answer ferry-fares worse", visitor.text)


async def test_an_entry_is_drafted(small: Path) -> None:
    """Its lines are shown and added, the gaps wait for it, and the bot's FAQ does not change."""
    async with page_over(small, [asked("can i bring a horse")]) as visitor:
        version = visitor.workbench.catalog.matcher.faq.version
        await visitor.opens(visitor.link_to("can i bring a horse"))
        await visitor.sends(
            visitor.action_of("/draft"),
            question="May horses come on board?",
            phrasings="is my pony allowed\nhorses on the ferry",
            file="ferry.yaml",
        )
        assert "A draft answers nothing yet." in visitor.text
        await visitor.sends(visitor.action_of("/apply"))
        assert "May horses come on board?" in ferry(small)
        assert "horses on the ferry" in ferry(small)
        assert await visitor.texts(GapStatus.LATER) == ["can i bring a horse"]
        assert visitor.workbench.catalog.matcher.faq.version == version
        await visitor.opens("/done")
        await visitor.sends(visitor.action_of("/undo"))
        assert "horse" not in ferry(small)
        assert await visitor.texts(GapStatus.NEW) == ["can i bring a horse"]


HORSES = """is my pony allowed\nhorses on the ferry\nmay I take a horse\ntravel with a pony\nanimals with hooves
a stable on the boat\nbring my mare along\nponies on the ship"""


async def test_a_new_entry_with_its_answer_and_facts_is_whole(small: Path) -> None:
    """The facts are found by words and figures and ticked; the bot uses it, and the gaps that it answers are closed."""
    async with page_over(small, [asked("can i bring a horse"), asked("zebra poetry")]) as visitor:
        await visitor.opens(visitor.link_to("can i bring a horse"))
        draft = visitor.action_of("/draft")
        fields = {
            "question": "May horses come on board?",
            "phrasings": HORSES,
            "file": "ferry.yaml",
            "id": "ferry-horses",
            "answer": "In 2023 the ferry carried 1,400 people a day.\n\n  Horses too.  ",
        }
        await visitor.sends(draft, **fields, facts="passengers 1400 day", search="yes")
        assert "The ferry carried 1,400 people a day in 2023" in visitor.text
        assert 'name="fact" value="note.1">' in visitor.page
        assert "Horses too." in visitor.text
        await visitor.sends(draft, **fields, facts="nothing like it", fact="note.1", search="yes")
        assert 'name="fact" value="note.1" checked>' in visitor.page
        await visitor.sends(draft, **fields, fact="note.1")
        assert "It is written as a draft" not in visitor.text
        assert "1 open gap would be answered" in visitor.text
        assert "draft" not in visitor.text.partition("The lines")[2].partition("Gaps")[0]
        await visitor.opens(visitor.link_to("Back, to change it"))
        assert 'name="fact" value="note.1" checked>' in visitor.page
        assert "Horses too." in visitor.text
        await visitor.opens("/trial/1")
        await visitor.sends(visitor.action_of("/apply"))
        entry = visitor.workbench.catalog.matcher.faq.entries["ferry-horses"]
        assert entry.sources == ("note.1",)
        assert entry.answer == "In 2023 the ferry carried 1,400 people a day.\n\nHorses too."
        assert await visitor.texts(GapStatus.RESOLVED) == ["can i bring a horse"]


async def test_a_new_entry_that_the_check_finds_wanting_is_a_draft(small: Path) -> None:
    """With what it lacks: a figure that no fact states, a source, phrasings; a fact that there is not is not cited."""
    async with page_over(small, [asked("can i bring a horse")]) as visitor:
        version = visitor.workbench.catalog.matcher.faq.version
        await visitor.opens(visitor.link_to("can i bring a horse"))
        draft = visitor.action_of("/draft")
        fields = {"question": "May horses come on board?", "phrasings": "pony on board", "file": "ferry.yaml"}
        await visitor.sends(draft, **fields, answer="There were 17 horses in 2023.", fact="note.9 nothing.1")
        lacking = visitor.text.partition("It is written as a draft")[2].partition("Gaps")[0]
        for code in ("F301", "F404", "F405"):
            assert code in lacking
        assert "draft: true" in visitor.text
        await visitor.sends(visitor.action_of("/apply"))
        assert "There were 17 horses in 2023." in ferry(small)
        assert "note.9" not in ferry(small)
        assert await visitor.texts(GapStatus.LATER) == ["can i bring a horse"]
        assert visitor.workbench.catalog.matcher.faq.version == version


def test_facts_are_found_by_words_and_figures() -> None:
    """Those with most of the words first; a word finds those that begin with it; what is to be left out is not."""
    facts = [
        Fact("report.1", "Migrants sent 1,400 million home.", "2023", "printed", ("1,400 million",)),
        Fact("report.2", "Of 281 000 000 migrants, half are women.", "2020", "printed"),
        Fact("report.3", "Immigrants pay taxes.", "2020", "printed"),
        Fact("report.4", "Migrants sent letters.", "2020", "printed", left_out="It is of no use."),
    ]
    source = Source(
        "report", "Report", "UN", "https://un.example", "page", "confirmed", date(2026, 11, 1), tuple(facts)
    )
    faq = replace(garden(), sources={"report": source})
    expected = {
        "migrant": ["report.1", "report.2"],
        "1400": ["report.1"],
        "1,400": ["report.1"],
        "281,000,000": ["report.2"],
        "migrants women?": ["report.2", "report.1"],
        "2020": ["report.2", "report.3"],
        "taxes (": ["report.3"],
        "": [],
        "?!": [],
        "zebra": [],
    }
    assert {query: [fact.id for _, fact in facts_with(faq, query)] for query in expected} == expected


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"question": "May horses come?", "file": "ferry.yaml", "phrasings": "pony", "answer": "x" * 2000}, "too long"),
        ({"question": "", "file": "ferry.yaml"}, "Write some words."),
        ({"question": "May horses come?", "file": ""}, "Choose the topic"),
        ({"question": "May horses come?", "file": "../../secret.yaml"}, "Choose the topic"),
        ({"question": "May horses come?", "file": "ferry.yaml", "id": "ferry-fares"}, "There is an entry ferry-fares"),
        ({"question": "can i bring a horse?", "file": "ferry.yaml"}, "somebody typed"),
        ({"question": "May horses come?", "file": "ferry.yaml", "id": "Horses Come"}, "Write an id for the new entry"),
        ({"question": "هل تأتي الخيول؟", "file": "ferry.yaml"}, "Write an id for the new entry"),
        ({"question": "May horses come?", "file": "ferry.yaml"}, "Write at least one other way to ask it."),
        ({"question": "May horses come? " * 30, "file": "ferry.yaml"}, "That is too long."),
    ],
)
async def test_a_draft_that_says_too_little_is_asked_for_more(small: Path, fields: dict[str, str], says: str) -> None:
    """The form comes back with what was written and what is missing."""
    before = ferry(small)
    async with page_over(small, [asked("can i bring a horse")]) as visitor:
        await visitor.opens(visitor.link_to("can i bring a horse"))
        response = await visitor.sends(visitor.action_of("/draft"), **fields)
        assert response.status_code == 422
        assert says in visitor.text
        assert ferry(small) == before


async def test_off_topic_teaches_by_a_line(small: Path) -> None:
    """An editor's rewording goes into off_topic.yaml, and the gaps are off topic."""
    path = small / "faq/en/off_topic.yaml"
    path.write_text("off_topic:\n  - how tall is the tower\n", encoding="utf-8")
    async with page_over(small, [asked("who won the match")]) as visitor:
        await visitor.opens(visitor.link_to("who won the match"))
        await visitor.sends(visitor.action_of("/off-topic-line"), message="who won the football game")
        await visitor.sends(visitor.action_of("/apply"))
        assert path.read_text(encoding="utf-8").splitlines()[-1] == "  - who won the football game"
        assert await visitor.texts(GapStatus.OFF_TOPIC) == ["who won the match"]


async def test_later_off_topic_and_open_again(small: Path) -> None:
    """One press each, from tab to tab; an unticked wording is left as it is."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/later"), **visitor.ticks_without(KITE[2]))
        assert "2 gaps left for later" in visitor.text
        assert await visitor.texts(GapStatus.NEW) == [KITE[2]]

        await visitor.opens("/?tab=later")
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/off-topic"))
        await visitor.opens("/?tab=off-topic")
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/reopen"))
        assert await visitor.texts(GapStatus.NEW) == sorted(KITE)


async def test_what_is_unticked_is_left_as_it_is_by_every_button(small: Path) -> None:
    """By a draft too; on the way back to its form the ticks are as they were, and nobody's words are in the address."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        ticks = visitor.ticks_without(KITE[2])
        fields = {"text": KITE[0], "question": "May I fly a kite?", "phrasings": "flying kites", "file": "ferry.yaml"}
        await visitor.sends(visitor.action_of("/draft"), **ticks, **fields)
        back, apply = visitor.link_to("Back, to change it"), visitor.action_of("/apply")
        assert "zone" not in back
        await visitor.opens(back)
        assert 'value="May I fly a kite?"' in visitor.page
        assert visitor.page.count(" checked") == 2
        await visitor.sends(apply)
        assert await visitor.texts(GapStatus.LATER) == sorted(KITE[:2])
        assert await visitor.texts(GapStatus.NEW) == [KITE[2]]


async def test_several_groups_are_ticked_and_dealt_with_at_once(small: Path) -> None:
    """One press, one undo; what came after the page was loaded stays as it is."""
    async with page_over(small, map(asked, [*KITE, "zebra poetry", "what is love"])) as visitor:
        ticks = re.findall(r'<h2 id="group-(\d+)"><a[^>]*><bdi[^>]*>([^<]*)</bdi>', visitor.page)
        assert all(f'aria-labelledby="group-{number}"' in visitor.page for number, _ in ticks)
        assert len(ticks) == 3
        (seen, *_) = re.findall(r'name="seen" value="(\d+)"', visitor.page)
        await visitor.workbench.log.write([asked("Zebra poetry!")])
        chosen = " ".join(number for number, text in ticks if text != "what is love")
        await visitor.opens("/")
        await visitor.settles()
        await visitor.sends("/groups/off-topic?tab=new", groups=chosen, seen=seen)
        assert "4 gaps marked as off topic" in visitor.text
        assert await visitor.texts(GapStatus.OFF_TOPIC) == sorted([*KITE, "zebra poetry"])
        assert await visitor.texts(GapStatus.NEW) == ["Zebra poetry!", "what is love"]
        await visitor.sends(visitor.action_of("/undo"))
        assert await visitor.texts(GapStatus.OFF_TOPIC) == []


async def test_without_a_ticked_group_nothing_is_done(small: Path) -> None:
    """The page says what is lacking; an action that there is not is refused."""
    async with page_over(small, map(asked, KITE)) as visitor:
        response = await visitor.sends("/groups/later?tab=new", seen="99")
        assert response.status_code == 422
        assert "No group is ticked." in visitor.text
        assert (await visitor.sends("/groups/delete?tab=new", groups="1")).status_code == 404
        assert await visitor.texts(GapStatus.NEW) == sorted(KITE)


FLIGHT = ["where is the kite flying zone", "où peut-on faire voler un cerf-volant ?", "what does a zebra eat"]


async def test_what_may_ask_the_same_is_suggested_and_joins_only_if_it_is_ticked(small: Path) -> None:
    """In another language too; an untouched form leaves it as it is."""
    notes = [asked(FLIGHT[0]), asked(FLIGHT[1], language="fr"), asked(FLIGHT[2])]
    async with page_over(small, notes) as visitor:
        await visitor.opens("/")
        group = visitor.link_to(FLIGHT[0])
        await visitor.compares()
        await visitor.opens(group)
        suggested = visitor.page.partition("may ask the same")[2].partition("</fieldset>")[0]
        assert "cerf-volant" in suggested
        assert "zebra" not in suggested
        assert suggested.count(" checked") == 0
        await visitor.sends(visitor.action_of("/later"), **visitor.ticks_without(FLIGHT[1]))
        assert await visitor.texts(GapStatus.LATER) == [FLIGHT[0]]
        await visitor.opens("/")
        await visitor.opens(visitor.link_to("cerf-volant"))
        await visitor.sends(visitor.action_of("/off-topic"), **visitor.ticks_without())
        assert await visitor.texts(GapStatus.OFF_TOPIC) == [FLIGHT[1]]


async def test_a_ticked_suggestion_is_treated_with_its_group(small: Path) -> None:
    """One press for both."""
    async with page_over(small, [asked(FLIGHT[0]), asked(FLIGHT[1], language="fr")]) as visitor:
        await visitor.opens("/")
        group = visitor.link_to(FLIGHT[0])
        await visitor.compares()
        await visitor.opens(group)
        await visitor.sends(visitor.action_of("/off-topic"), **visitor.ticks_without())
        assert await visitor.texts(GapStatus.OFF_TOPIC) == sorted(FLIGHT[:2])
        assert "2 gaps" in visitor.text


async def test_groups_are_put_together_and_that_lasts(small: Path) -> None:
    """From a group's suggestions or from the list; later questions with these words join; a double press is one."""
    notes = [*map(asked, KITE), asked("kite area directions"), asked("zebra poetry")]
    async with page_over(small, notes) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.compares()
        await visitor.opens(f"/group/{min(visitor.workbench.gaps)}?tab=new")
        together = visitor.action_of("/together")
        assert (await visitor.sends(together)).status_code == 422
        assert "Nothing is chosen." in visitor.text
        every = " ".join(re.findall(r'name="ticked" value="(\w+)"', visitor.page))
        for lead in await visitor.presses_twice(together, ticked=every):
            assert lead.endswith("done=1")
        await visitor.opens(lead)
        assert "5 gaps put together." in visitor.text or "4 gaps put together." in visitor.text
    await _add(small, asked("kite area directions"))
    async with page_over(small) as visitor:
        groups = visitor.workbench.clusters(tuple(GapStatus))
        assert len(groups[0].gaps) >= 5, "also after a restart"
        await visitor.sends("/done/1/undo")
        assert "gaps as before" in visitor.text
        await visitor.opens()
        assert len(visitor.workbench.clusters(tuple(GapStatus))) == 3

        response = await visitor.sends("/groups/together?tab=new", groups="1")
        assert response.status_code == 422
        ticked = " ".join(str(group.gaps[0].id) for group in visitor.workbench.clusters(tuple(GapStatus)))
        assert await visitor.presses_twice("/groups/together?tab=new", groups=ticked) == ["/?tab=new&done=2"] * 2
        assert len(visitor.workbench.clusters(tuple(GapStatus))) == 1


async def _add(folder: Path, note: Note) -> None:
    """Let somebody ask while no page is open."""
    async with GapLog(folder / "data", KEYS, keep=timedelta(days=90)) as log:
        await log.write([note])


async def test_a_group_is_split_and_that_lasts(small: Path) -> None:
    """What is not ticked is a group of its own, with all its gaps; without anything unticked nothing is done."""
    async with page_over(small, [*map(asked, KITE), asked(KITE[2])]) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        apart = visitor.action_of("/apart")
        for ticks, says in (({}, "All texts are ticked."), (visitor.ticks_without(*KITE), "No text is ticked.")):
            assert (await visitor.sends(apart, **ticks)).status_code == 422
            assert says in visitor.text
        ticks = visitor.ticks_without(KITE[2])
        leads = [*await visitor.presses_twice(apart, **ticks), *await visitor.presses_twice(apart, **ticks)]
        assert {lead.partition("?")[2] for lead in leads} == {"tab=new&done=1"}
        await visitor.opens(leads[0])
        assert "2 gaps made a group of their own." in visitor.text
    async with page_over(small) as visitor:
        groups = visitor.workbench.clusters(tuple(GapStatus))
        assert sorted(sorted(gap.gap.text for gap in one.gaps) for one in groups) == sorted(
            [sorted(KITE[:2]), [KITE[2], KITE[2]]]
        )
        await visitor.sends("/done/1/undo")
        assert len(visitor.workbench.clusters(tuple(GapStatus))) == 1


async def test_of_two_who_group_at_once_the_second_is_told(small: Path) -> None:
    """Before this page has noticed: nothing is done, and a press on the page as it is now does it."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        gap = next(gap.id for gap in await visitor.workbench.log.gaps() if gap.gap.text == KITE[2])
        async with visitor.workbench.log.database.connection() as connection:
            await connection.execute(sa.update(tables.gap).where(tables.gap.c.id == gap).values(in_group=7))
        response = await visitor.sends(visitor.action_of("/apart"), **visitor.ticks_without(KITE[1]))
        assert response.status_code == 409
        assert "Nothing was done: 1 gap was changed meanwhile" in visitor.text
        assert "grouped otherwise" in visitor.text
        assert await visitor.done() == []


async def test_who_decided_is_kept_and_told(small: Path) -> None:
    """In what was done, after a restart too, and to another reviewer who comes second with an older page."""
    async with page_over(small, map(asked, KITE), reviewer="Bo") as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        page = visitor.page
        async with page_over(small, reviewer="Ana") as other:
            await other.opens(other.link_to(KITE[0]))
            await other.sends(other.action_of("/off-topic"))
        visitor.page = page
        response = await visitor.sends(visitor.action_of("/later"))
        assert response.status_code == 409
        assert "3 gaps were changed meanwhile, by Ana (3 off topic)" in visitor.text
        await visitor.opens("/done")
        assert re.search(r"3 gaps marked as off topic [^,]+, \d\d:\d\d UTC , Ana ", visitor.text)
        await visitor.sends("/done/1/undo")
        assert re.search(r"Undone on [^.]+ UTC by Bo\. 3 gaps as before\.", visitor.text)


async def test_an_estimate_stands_there_before_the_trial_ends(small: Path) -> None:
    """The first page after the button has it, with how far the trial is; the trial then says the same of these gaps."""
    async with page_over(small, map(asked, [*KITE, "zebra poetry"])) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        fields = visitor._filled(visitor.action_of("/add"), {"text": "flying kites zone", "entry": "ferry-bicycles"})
        response = await visitor.client.post(visitor.action_of("/add"), data=fields)
        page = (await visitor.client.get(response.headers["location"])).text
        assert "What it would probably change" in page
        assert "of these texts</strong> would be answered" in page
        assert "is being learned" in page
        dry_run = visitor.workbench.dry_runs[1]
        await visitor.opens("/trial/1")
        assert dry_run.estimate is not None
        assert dry_run.impact is not None
        guessed = {gap.gap.text for gap, _ in dry_run.estimate.answered}
        assert guessed == {gap.gap.text for gap, _ in dry_run.impact.answered} == set(KITE)
        assert dry_run.asked == dry_run.to_ask == 4


async def test_what_came_after_the_page_was_looked_at_is_left_as_it_is(small: Path) -> None:
    """A new wording in the group is nothing that the reviewer decided on; the same words asked once more are."""
    async with page_over(small, map(asked, KITE[:2])) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        ticks, off_topic = visitor.ticks_without(), visitor.action_of("/off-topic")
        await visitor.workbench.log.write([asked(KITE[2]), asked(KITE[0])])
        await visitor.opens()
        await visitor.settles()
        await visitor.sends(off_topic, **ticks)
        assert await visitor.texts(GapStatus.OFF_TOPIC) == sorted([KITE[0], KITE[0], KITE[1]])
        assert await visitor.texts(GapStatus.NEW) == [KITE[2]]


@pytest.mark.parametrize("is_known", [True, False])
async def test_of_two_reviewers_the_second_is_told_what_the_first_did(small: Path, *, is_known: bool) -> None:
    """Whether or not the page has noticed by itself: nothing is changed, and then it can be decided on what is left."""
    async with page_over(small, [*map(asked, KITE), asked("zebra poetry")]) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        page, log = visitor.page, visitor.workbench.log
        first = next(gap.id for gap in await log.gaps() if gap.gap.text == KITE[0])
        await log.mark([first], GapStatus.RESOLVED, entry="ferry-fares")
        if is_known:
            await visitor.opens("/")
            await visitor.settles()
            visitor.page = page
        response = await visitor.sends(visitor.action_of("/off-topic"))
        assert response.status_code == 409
        assert "Nothing was done: 1 gap was changed meanwhile" in visitor.text
        assert "(1 answered by ferry-fares)" in visitor.text
        assert "1 of 2 groups" in visitor.text
        assert await visitor.texts(GapStatus.OFF_TOPIC) == []
        assert await visitor.done() == []
        await visitor.sends(visitor.action_of("/off-topic"))
        assert await visitor.texts(GapStatus.OFF_TOPIC) == sorted(KITE[1:])
        assert await visitor.texts(GapStatus.RESOLVED) == [KITE[0]]


async def test_what_was_written_stays_when_somebody_else_was_first(small: Path) -> None:
    """A trial is not begun of gaps that are dealt with; a group that is gone says what became of it."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        page, log = visitor.page, visitor.workbench.log
        ids = [gap.id for gap in await log.gaps()]
        fields = {"text": "the zone for flying kites", "entry": "ferry-bicycles"}
        await log.mark(ids[:1], GapStatus.LATER)
        await visitor.opens("/")
        await visitor.settles()
        visitor.page = page
        response = await visitor.sends(visitor.action_of("/add"), **fields)
        assert response.status_code == 409
        assert ">the zone for flying kites</textarea>" in visitor.page
        assert not visitor.workbench.dry_runs
        visitor.page = page
        await log.mark(ids, GapStatus.OFF_TOPIC)
        response = await visitor.sends(visitor.action_of("/later"))
        assert response.status_code == 409
        assert "3 gaps were changed meanwhile" in visitor.text
        assert "(3 off topic)" in visitor.text
        assert await visitor.texts(GapStatus.OFF_TOPIC) == sorted(KITE)


async def test_a_tick_in_an_old_list_changes_nothing(small: Path) -> None:
    """Of a group that somebody else has dealt with; the other ticked groups are left too."""
    async with page_over(small, map(asked, ["zebra poetry", "lion opera"])) as visitor:
        (seen, *_) = re.findall(r'name="seen" value="(\d+)"', visitor.page)
        await visitor.workbench.log.mark([1], GapStatus.LATER)
        response = await visitor.sends("/groups/off-topic?tab=new", groups="1 2", seen=seen)
        assert response.status_code == 409
        assert "(1 left for later)" in visitor.text
        assert await visitor.texts(GapStatus.OFF_TOPIC) == []
        await visitor.sends("/groups/off-topic?tab=new", groups="1 2", seen=seen)
        assert await visitor.texts(GapStatus.OFF_TOPIC) == ["lion opera"]


async def test_lines_for_gaps_that_somebody_else_closed_are_not_added_unseen(small: Path) -> None:
    """The trial says what became of them; a second press adds the lines and leaves those gaps as they are."""
    before = ferry(small)
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-bicycles")
        await visitor.workbench.log.mark([1], GapStatus.OFF_TOPIC)
        response = await visitor.sends(visitor.action_of("/apply"))
        assert response.status_code == 409
        assert "(1 off topic)" in visitor.text
        assert ferry(small) == before
        await visitor.sends(visitor.action_of("/apply"))
        assert "2 gaps changed" in visitor.text
        assert await visitor.texts(GapStatus.OFF_TOPIC) == [KITE[0]]


async def test_a_change_that_was_taken_back_is_none(small: Path) -> None:
    """Then the page is not older than the gaps."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        await visitor.opens(visitor.link_to("zebra poetry"))
        page = visitor.page
        await visitor.sends(visitor.action_of("/later"))
        await visitor.sends(visitor.action_of("/undo"))
        visitor.page = page
        await visitor.sends(visitor.action_of("/off-topic"))
        assert await visitor.texts(GapStatus.OFF_TOPIC) == ["zebra poetry"]


async def test_without_any_tick_nothing_is_done(small: Path) -> None:
    """And the page says why."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        response = await visitor.sends(visitor.action_of("/later"), **visitor.ticks_without(*KITE))
        assert response.status_code == 422
        assert "No text is ticked." in visitor.text
        assert await visitor.done() == []


async def test_after_each_action_the_next_group_follows(small: Path) -> None:
    """With what was done and its undo at the top, in the order of the list; after the last it says that it was."""
    texts = ["zebra poetry", "lion opera", "what is love"]
    notes = [asked(text) for number, text in zip((3, 2, 1), texts, strict=True) for _ in range(number)]
    async with page_over(small, notes) as visitor:
        await visitor.opens(visitor.link_to(texts[0]))
        assert "1 of 3 groups" in visitor.text
        await visitor.sends(visitor.action_of("/later"))
        assert "3 gaps left for later. Undo" in visitor.text
        assert f'<h1><bdi dir="auto" lang="en">{texts[1]}' in visitor.page
        await visitor.sends(visitor.action_of("/add"), text="opera of lions", entry="ferry-bicycles")
        await visitor.sends(visitor.action_of("/apply"))
        assert "added to ferry-bicycles. 2 gaps changed. Undo" in visitor.text
        assert f'<h1><bdi dir="auto" lang="en">{texts[2]}' in visitor.page
        assert "No more groups" in visitor.text
        await visitor.sends(visitor.action_of("/off-topic"))
        assert "1 gap marked as off topic. Undo" in visitor.text
        assert "No more groups: that was the last of this list." in visitor.text
        await visitor.sends(visitor.action_of("/undo"))
        assert await visitor.texts(GapStatus.NEW) == [texts[2]]


async def test_the_next_group_is_one_of_the_filtered_list(small: Path) -> None:
    """And not one that was treated along with this one, or by somebody else meanwhile; one may be passed over."""
    texts = ["zebra poetry", "lion opera", "zebra songs", "zebra dances"]
    notes = [asked(text) for number, text in zip((4, 3, 2, 1), texts, strict=True) for _ in range(number)]
    async with page_over(small, notes) as visitor:
        await visitor.opens("/?tab=new&words=zebra")
        await visitor.opens(visitor.link_to(texts[0]))
        later = visitor.action_of("/later")
        others = [gap.id for gap in visitor.workbench.gaps.values() if gap.gap.text == texts[2]]
        await visitor.workbench.mark(others, GapStatus.OFF_TOPIC, "elsewhere")
        await visitor.sends(later)
        assert f'<h1><bdi dir="auto" lang="en">{texts[3]}' in visitor.page
        await visitor.opens("/")
        await visitor.opens(visitor.link_to(texts[1]))
        await visitor.opens(visitor.link_to("Next group"))
        assert texts[3] in visitor.text
        await visitor.sends(visitor.action_of("/later"))
        assert "Those that you passed over are below." in visitor.text
        assert texts[1] in visitor.text


async def test_a_button_that_is_pressed_again_says_what_the_first_press_did(small: Path) -> None:
    """From another tab, or where the first answer was slow: with the undo of what was done, and no second deed."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        for address in ("/", visitor.link_to("zebra poetry")):
            await visitor.opens(address)
            page, later = visitor.page, visitor.action_of("/later")
            for _ in range(2):
                visitor.page = page
                await visitor.sends(later, groups="1")
                assert "1 gap left for later." in visitor.text
            await visitor.sends(visitor.action_of("/undo"))
            assert await visitor.texts(GapStatus.NEW) == ["zebra poetry"]
        assert await visitor.done() == ["1 gap left for later"] * 2
        assert (await visitor.sends("/group/99/later")).status_code == 404


async def test_what_the_first_press_left_out_is_done_by_the_second(small: Path) -> None:
    """Of an older page too, if it asks for the same: what was unticked at first is marked then, and nothing twice."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        page, later = visitor.page, visitor.action_of("/later")
        await visitor.sends(later, **visitor.ticks_without(KITE[2]))
        visitor.page = page
        await visitor.sends(later)
        assert await visitor.texts(GapStatus.LATER) == sorted(KITE)
        assert await visitor.done() == ["2 gaps left for later", "1 gap left for later"]


@pytest.mark.parametrize("action", ["/later", "/off-topic"])
async def test_a_double_press_on_a_mark_is_one_deed(small: Path, action: str) -> None:
    """Both requests lead to what was done, and its undo gives back what was before."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        leads = await visitor.presses_twice(f"/group/1{action}?tab=new")
        assert leads == ["/?tab=new&done=1&end=1"] * 2
        await visitor.sends("/done/1/undo")
        assert await visitor.texts(GapStatus.NEW) == ["zebra poetry"]


async def test_a_double_press_adds_a_line_once_and_takes_it_out_once(small: Path) -> None:
    """And both say so."""
    before = ferry(small)
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        fields = {"text": "the zone for flying kites", "entry": "ferry-bicycles"}
        assert await visitor.presses_twice(visitor.action_of("/add"), **fields) == ["/trial/1"] * 2
        await visitor.opens("/trial/1")
        assert await visitor.presses_twice(visitor.action_of("/apply")) == ["/?tab=new&done=1&end=1"] * 2
        assert ferry(small).count("the zone for flying kites") == 1
        assert await visitor.presses_twice("/done/1/undo") == ["/done#action-1"] * 2
        assert ferry(small) == before
        assert await visitor.texts(GapStatus.NEW) == sorted(KITE)


async def test_an_undo_leaves_what_was_decided_later(small: Path) -> None:
    """Here or by somebody else; and the undo of the later leads to what was before both."""
    async with page_over(small, [asked("zebra poetry"), asked("lion opera")]) as visitor:
        first, second = (gap.id for gap in await visitor.workbench.log.gaps())
        for gap in (first, second):
            await visitor.sends(f"/group/{gap}/later?tab=new")
        await visitor.sends(f"/group/{first}/off-topic?tab=later")
        await visitor.workbench.log.mark([second], GapStatus.RESOLVED, entry="ferry-fares")
        await visitor.sends("/done/1/undo")
        await visitor.sends("/done/2/undo")
        now = {gap.id: gap.status for gap in await visitor.workbench.log.gaps()}
        assert now == {first: GapStatus.OFF_TOPIC, second: GapStatus.RESOLVED}
        await visitor.sends("/done/3/undo")
        now = {gap.id: gap.status for gap in await visitor.workbench.log.gaps()}
        assert now == {first: GapStatus.NEW, second: GapStatus.RESOLVED}


async def test_an_undo_after_the_lines_were_taken_out_by_hand(small: Path) -> None:
    """As git does it: the gaps are open again all the same, and the page says that the lines were gone."""
    before = ferry(small)
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-bicycles")
        await visitor.sends(visitor.action_of("/apply"))
        (small / "faq/en/ferry.yaml").write_text(before, encoding="utf-8")
        await visitor.sends("/done/1/undo")
        assert "Its lines were not there any more" in visitor.text
        assert ferry(small) == before
        assert await visitor.texts(GapStatus.NEW) == sorted(KITE)


async def test_a_trial_of_an_faq_that_has_changed_is_tried_anew(small: Path) -> None:
    """What it would change may be another by now, though the file of its line is as it was."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-bicycles")
        path = small / "faq/en/smalltalk.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("- hello", "- hello you", 1), encoding="utf-8")
        await visitor.sends(visitor.action_of("/apply"))
        assert "changed by somebody meanwhile" in visitor.text
        assert "zone for flying" not in ferry(small)
        await visitor.sends(visitor.action_of("/apply"))
        assert "zone for flying" in ferry(small)


async def test_a_number_that_another_gap_has_by_now_shows_that_one(small: Path) -> None:
    """The number of the newest gap, once it is forgotten, goes to the next: what was forgotten is not shown for it."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        await visitor.workbench.log.forget(KEYS.pseudonym("asker", "zebra poetry"))
        await visitor.workbench.log.write([asked("lion opera")])
        await visitor.opens()
        await visitor.settles()
        assert "zebra" not in visitor.text
        assert "lion opera" in visitor.text


async def test_a_fault_of_ours_ends_a_trial_and_a_replay(small: Path) -> None:
    """With a word to the reviewer, and not in a page that renews itself for ever."""
    broken = Message("b1", "inscope", "timetable", {"entries": 5})  # which no set holds
    async with page_over(small, map(asked, KITE), [broken]) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-bicycles")
        assert "Something went wrong in this program" in visitor.text
        await visitor.sends("/replay/begin")
        assert "Something went wrong in this program" in visitor.text


async def test_a_page_that_a_form_led_to_can_be_loaded_again(small: Path) -> None:
    """What is no page by itself leads to the one that its form stands on."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        for address, leads in (
            ("/group/1/add?tab=new", "/group/1?tab=new"),
            ("/trial/1/apply", "/trial/1?tab=new"),
            ("/done/1/undo", "/done?tab=new"),
            ("/replay/close", "/replay?tab=new"),
        ):
            assert (await visitor.client.get(address)).headers["location"] == leads


async def test_a_file_that_somebody_changed_meanwhile_is_tried_anew(small: Path) -> None:
    """Nothing is added to what was not seen, and nothing of theirs is lost."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-fares")
        path = small / "faq/en/ferry.yaml"
        path.write_text(
            ferry(small).replace("      - price of a crossing\n", "      - crossing, price\n"), encoding="utf-8"
        )
        await visitor.sends(visitor.action_of("/apply"))
        assert "The file was changed by somebody meanwhile." in visitor.text
        await visitor.sends(visitor.action_of("/apply"))
        assert "- the zone for flying kites\n" in ferry(small)
        assert "- crossing, price\n" in ferry(small)


async def test_a_broken_file_keeps_the_edit_from_being_made(small: Path) -> None:
    """It is named with its line, and the page goes on."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        add = visitor.action_of("/add")
        (small / "faq/en/words.yaml").write_text("spellings: [", encoding="utf-8")
        await visitor.sends(add, text="the zone for flying kites", entry="ferry-fares")
        assert "This cannot be added. Nothing was changed. faq/en/words.yaml:" in visitor.text
        assert (await visitor.opens("/")).status_code == 200


async def test_an_entry_that_was_renamed_by_hand_is_asked_for_anew(small: Path) -> None:
    """The page may know of it a little later than the files say it; where the files are gone it goes on too."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        await visitor.opens(visitor.link_to("zebra poetry"))
        path = small / "faq/en/ferry.yaml"
        path.write_text(ferry(small).replace("id: ferry-fares", "id: ferry-fees"), encoding="utf-8")
        response = await visitor.sends(visitor.action_of("/add"), text="a poem", entry="ferry-fares")
        assert response.status_code == 422
        assert "ferry-fares no longer stands in the FAQ's files." in visitor.text
        (small / "faq/en").rename(small / "faq/gone")
        assert (await visitor.opens("/group/1")).status_code == 200


async def test_a_file_that_is_a_link_to_elsewhere_is_tried_and_edited(small: Path) -> None:
    """The link stays one."""
    path, target = small / "faq/en/ferry.yaml", small / "elsewhere.yaml"
    path.rename(target)
    path.symlink_to(target)
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-bicycles")
        await visitor.sends(visitor.action_of("/apply"))
        assert "the zone for flying kites" in target.read_text(encoding="utf-8")
        assert path.is_symlink()


async def test_texts_that_were_forgotten_stand_nowhere(small: Path) -> None:
    """Neither in a trial that was made before, nor in the replay, nor in what was done."""
    async with page_over(small, map(asked, [*KITE, "what is the fare"])) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-bicycles")
        assert KITE[0] in visitor.text
        await visitor.opens("/replay")
        await visitor.sends("/replay/begin")
        assert "what is the fare" in visitor.text
        for text in (*KITE, "what is the fare"):
            await visitor.workbench.log.forget(KEYS.pseudonym("asker", text))
        await visitor.opens()
        await visitor.settles()
        for address in ("/", "/trial/1", "/replay", "/done", "/?tab=resolved"):
            await visitor.opens(address)
            assert "fare" not in visitor.text.casefold().replace("ferry-fares", ""), address
            assert "where is" not in visitor.text.casefold(), address


async def test_no_text_stands_in_a_title(small: Path) -> None:
    """Browsers write titles into their history, where nobody's question belongs."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        await visitor.opens(visitor.link_to("zebra poetry"))
        title = re.search("<title>(.*)</title>", visitor.page)
        assert title is not None
        assert title[1].startswith("1 gap")


async def test_new_gaps_appear_and_forgotten_ones_go(small: Path) -> None:
    """The page reads the log anew when it has changed."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.workbench.log.write([asked("zebra poetry")])
        await visitor.opens()
        await visitor.settles()
        assert "zebra poetry" in visitor.text
        await visitor.workbench.log.forget(KEYS.pseudonym("asker", "zebra poetry"))
        await visitor.opens()
        await visitor.settles()
        assert "zebra poetry" not in visitor.text


async def test_a_replay_closes_what_is_answered_by_now(small: Path) -> None:
    """The gaps that the FAQ answers are counted, shown and resolved by their entry."""
    async with page_over(small, map(asked, ["what is the fare", "zebra poetry"])) as visitor:
        await visitor.opens("/replay")
        await visitor.sends("/replay/begin")
        assert "Now answered: 1" in visitor.text
        assert "Still open: 1" in visitor.text
        await visitor.sends("/replay/close")
        assert await visitor.texts(GapStatus.RESOLVED) == ["what is the fare"]


async def test_what_is_closed_is_offered_no_more(small: Path) -> None:
    """The replay has its button only while there is something to close."""
    async with page_over(small, [asked("what is the fare")]) as visitor:
        await visitor.sends("/replay/begin")
        assert "Close these" in visitor.text
        await visitor.sends("/replay/close")
        await visitor.opens("/replay")
        assert "Close these" not in visitor.text


async def test_statistics_are_of_counts(small: Path) -> None:
    """For each span of days; what is no span is the usual one."""
    async with page_over(small, map(asked, KITE)) as visitor:
        for days in ("7", "28", "365", "x", "-1"):
            assert (await visitor.opens(f"/statistics?days={days}")).status_code == 200
            assert "kite" not in visitor.text


async def test_tables_of_statistics_are_saved(small: Path) -> None:
    """Each as a file of its own name, of the days shown, with a mark that says it is UTF-8; what is none says so."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens("/statistics?days=7")
        response = await visitor.client.get(visitor.link_to("What became of the questions (CSV)"))
        assert response.headers["content-disposition"] == 'attachment; filename="outcomes-7-days.csv"'
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        assert response.content.startswith(b"\xef\xbb\xbfoutcome,questions\r\n")
        assert b"unanswered,3\r\n" in response.content
        addresses = re.findall(r'href="(/statistics/[^"]*)"', visitor.page)
        assert len(addresses) == 5
        for address in addresses:
            assert (await visitor.client.get(address)).status_code == 200, address
        assert (await visitor.client.get("/statistics/nothing.csv")).status_code == 404


async def test_the_list_is_narrowed_and_paged(small: Path) -> None:
    """By words, by language, 25 groups a page; a page or tab that is none is the nearest that is."""
    animals = (
        "antelope badger camel dolphin elephant falcon giraffe hedgehog iguana jaguar kangaroo lobster magpie "
        "newt octopus penguin quail rabbit salmon turtle urchin vulture walrus yak zebra mongoose"
    )
    notes = map(asked, animals.split())
    async with page_over(small, [*notes, asked("warum ist der himmel blau", language="de")]) as visitor:
        assert len(re.findall('<li class="card">', visitor.page)) == 25
        assert "page 1 of 2" in visitor.text
        await visitor.opens("/?page=99")
        assert len(re.findall('<li class="card">', visitor.page)) == 2
        for query in ("?language=de", "?words=HIMMEL", "?language=de&page=-3", "?words=himmel&tab=nothing"):
            await visitor.opens(f"/{query}")
            assert "1 group," in visitor.text
            assert "warum ist der himmel blau" in visitor.text


async def test_the_list_is_narrowed_by_days(small: Path) -> None:
    """Both days included; a group is listed whole if it was asked in them; all that follows keeps the filters."""
    notes = [asked("zebra poetry", ago=timedelta(days=days)) for days in (1, 20)]
    notes += [asked("lion opera", ago=timedelta(days=20)), asked("what is love", ago=timedelta(days=9))]
    async with page_over(small, notes) as visitor:
        days = {gap.gap.text: gap.at.date().isoformat() for gap in visitor.workbench.gaps.values()}
        love, lion = days["what is love"], days["lion opera"]
        for query, texts in (
            (f"?from={love}&to={love}", {"what is love"}),
            (f"?from={love}", {"what is love", "zebra poetry"}),
            (f"?to={lion}", {"lion opera", "zebra poetry"}),
            (f"?from={love}&to={lion}", set()),
            ("?from=yesterday&to=2026-13-01", {"what is love", "lion opera", "zebra poetry"}),
        ):
            await visitor.opens(f"/{query}")
            assert {text for text in ("what is love", "lion opera", "zebra poetry") if text in visitor.text} == texts
        await visitor.opens(f"/?to={lion}")
        assert f'type="date" value="{lion}"' in visitor.page
        await visitor.opens(visitor.link_to("zebra poetry"))
        await visitor.sends(visitor.action_of("/later"))
        await visitor.sends(visitor.action_of("/later"))
        assert "that was the last of this list" in visitor.text
        assert "No group is like that." in visitor.text
        assert await visitor.texts(GapStatus.NEW) == ["what is love"]


async def test_texts_are_shown_and_not_run(small: Path) -> None:
    """Whatever somebody typed stands in the page as text, in its own direction."""
    text = "<script>alert(1)</script> \u202eevil \" onload='x' {{ 1234567*7 }}"
    async with page_over(small, [asked(text), asked("كم تكلفة العبارة", language="ar")]) as visitor:
        assert "<script" not in visitor.page
        assert "8641969" not in visitor.text
        assert 'dir="auto" lang="ar"' in visitor.page
        await visitor.opens(visitor.link_to("evil"))
        assert "<script" not in visitor.page


# --- Who gets in -------------------------------------------------------------------------------------------------


def stranger(visitor: object, host: str = HOST) -> httpx.AsyncClient:
    """Somebody without the cookie."""
    transport = httpx.ASGITransport(visitor.review.app)  # type: ignore[attr-defined]
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


async def test_only_the_address_of_the_terminal_opens_it_and_only_once(small: Path) -> None:
    """Without its cookie every page is refused, a token works once, and the terminal shows the next."""
    async with page_over(small, [asked("zebra poetry")]) as visitor, stranger(visitor) as other:
        for address in ("/", "/group/1", "/done", "/statistics", "/replay", "/nothing", "/?token=guess", "/?token="):
            response = await other.get(address)
            assert response.status_code == 403
            assert "zebra" not in response.text
        (told,) = visitor.told
        assert (await other.get(f"/{told}")).status_code == 200
        assert (await other.get("/")).status_code == 200
        async with stranger(visitor) as third:
            assert (await third.get(f"/{told}")).status_code == 403
        cookie = next(iter(other.cookies.jar))
        assert cookie.name.endswith(HOST.partition(":")[2]), "a page on another port has a cookie of its own"
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "strict"


async def test_another_name_for_this_machine_is_refused(small: Path) -> None:
    """A page of another site that has its name point here learns nothing, not even with the cookie."""
    async with page_over(small, [asked("zebra poetry")]) as visitor:
        response = await visitor.client.get("/", headers={"host": "evil.example:8765"})
        assert response.status_code == 421
        assert "zebra" not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_a_form_of_another_site_changes_nothing(small: Path, headers: dict[str, str]) -> None:
    """Every address that takes forms refuses those without the session's token, and those that are not ours."""
    async with page_over(small, map(asked, KITE)) as visitor:
        token = visitor.review.app.form_token if headers else "guess"
        for route in (
            *("/group/1/add", "/group/1/draft", "/group/1/off-topic-line", "/group/1/later", "/group/1/off-topic"),
            *("/group/1/reopen", "/trial/1/apply", "/trial/1/again", "/done/1/undo", "/replay/begin", "/replay/close"),
        ):
            response = await visitor.client.post(route, data={"form_token": token}, headers=headers)
            assert response.status_code == 403, route
        assert await visitor.texts(GapStatus.NEW) == sorted(KITE)


async def test_a_form_that_is_too_long_is_refused(small: Path) -> None:
    """No more of it is read."""
    async with page_over(small, map(asked, KITE)) as visitor:
        response = await visitor.sends("/group/1/add", text="x" * MOST_BYTES)
        assert response.status_code == 413
        assert fields_of(b"\xff=\xfe") == {}
        assert fields_of(b"a&" * 2000) == {}


async def test_every_answer_forbids_scripts_frames_and_caches(small: Path) -> None:
    """Refusals too; and no page holds a script or a style of its own."""
    async with page_over(small, map(asked, KITE)) as visitor, stranger(visitor) as other:
        pages = [
            await other.get("/"),
            *[await visitor.client.get(one) for one in ("/", "/statistics", "/static/style.css")],
        ]
        for response in pages:
            assert "default-src 'none'" in response.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["x-content-type-options"] == "nosniff"
            if response.headers["content-type"].startswith("text/html"):
                assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://(?!www\.w3\.org)", response.text)


async def test_what_is_not_there_says_so(small: Path) -> None:
    """A page, group, trial or deed that is none is refused in words."""
    async with page_over(small, map(asked, KITE)) as visitor:
        for address in ("/nothing", "/group/99", "/trial/99", "/static/nothing.css", "/group/x"):
            assert (await visitor.client.get(address)).status_code == 404, address
        for address in ("/group/1/nothing", "/trial/99/apply"):
            assert (await visitor.sends(address)).status_code == 404, address
        assert (await visitor.sends("/done/99/undo")).status_code == 200


async def test_a_log_that_cannot_be_read_says_so(small: Path) -> None:
    """In the log's own words, which say what to do."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.workbench.log.close()
        visitor.workbench.log.path.write_bytes(b"no database" * 1000)
        response = await visitor.opens()
        assert response.status_code == 503
        assert "is no database; move it away" in visitor.text
        with pytest.raises(LogError):
            await visitor.workbench.refresh()


async def test_gaps_of_long_ago_are_in_no_group(small: Path) -> None:
    """What is past its time is not shown, though nothing deleted it before."""
    async with page_over(small, [asked("zebra poetry", ago=timedelta(days=91)), asked("lion opera")]) as visitor:
        assert "lion opera" in visitor.text
        assert "zebra" not in visitor.text


async def test_what_is_answered_by_now_is_closed_by_a_press(small: Path) -> None:
    """A group that the FAQ answers says by which entry, and is resolved by it."""
    async with page_over(small, [asked("what is the fare")]) as visitor:
        await visitor.opens(visitor.link_to("what is the fare"))
        assert "Answered by ferry-fares" in visitor.text
        await visitor.sends(visitor.action_of("/resolve"), resolves="ferry-fares")
        assert await visitor.texts(GapStatus.RESOLVED) == ["what is the fare"]
        assert (await visitor.sends("/group/1/resolve?tab=resolved", resolves="ferry-tmes")).status_code == 404


async def test_an_answer_that_was_marked_as_wrong_does_not_answer_once_more(small: Path) -> None:
    """It says so, and is closed once the entry was corrected; the same question without complaint is closed before."""
    complaint = asked("what is the fare", reason=GapReason.OUTDATED, entry="ferry-fares")
    async with page_over(small, [complaint]) as visitor:
        await visitor.opens(visitor.link_to("what is the fare"))
        assert "It is answered with ferry-fares, and that was marked as outdated." in visitor.text
        assert "Answered by" not in visitor.text
        await visitor.workbench.log.write([asked("what is the fare")])
        await visitor.opens()
        await visitor.settles()
        await visitor.opens(visitor.link_to("what is the fare"))
        resolve = visitor.action_of("/resolve")
        await visitor.sends(resolve, resolves="ferry-fares")
        (still,) = await visitor.workbench.log.gaps(statuses=[GapStatus.NEW])
        assert still.gap.reason is GapReason.OUTDATED
        await visitor.sends("/group/1/resolve?tab=new", corrected="ferry-fares")
        assert len(await visitor.texts(GapStatus.RESOLVED)) == 2


async def test_what_nobody_corrected_is_not_closed_as_corrected(small: Path) -> None:
    """The FAQ is the same as when its answer was marked: the reviewer is told to correct it first."""
    async with page_over(small) as visitor:
        version = visitor.workbench.catalog.faq.version
        marked = asked("what is the fare", reason=GapReason.OUTDATED, entry="ferry-fares", version=version)
        await visitor.workbench.log.write([marked])
        await visitor.opens("/")
        await visitor.settles()
        await visitor.opens(visitor.link_to("what is the fare"))
        response = await visitor.sends("/group/1/resolve?tab=new", corrected="ferry-fares")
        assert response.status_code == 422
        assert "Correct ferry-fares in its file first." in visitor.text
        assert await visitor.texts(GapStatus.RESOLVED) == []


async def test_lines_are_not_added_while_the_log_fails(small: Path) -> None:
    """It says why; what became of the gaps is not known then."""
    async with page_over(small, map(asked, KITE)) as visitor:
        await visitor.opens(visitor.link_to(KITE[0]))
        await visitor.sends(visitor.action_of("/add"), text="the zone for flying kites", entry="ferry-bicycles")
        await visitor.workbench.log.close()
        visitor.workbench.log.path.write_bytes(b"no database" * 1000)
        response = await visitor.sends(visitor.action_of("/apply"))
        assert response.status_code == 503
        assert "The lines were added" not in visitor.text
        assert "the zone for flying kites" not in ferry(small)
