"""What a person reads: as Telegram's HTML, within its limits, and as plain text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.render import SCREEN, body_text, choices_of, render, render_entry, sources_of, to_text
from bot.channels.telegram.ui.html import LONGEST_ADDRESS, LONGEST_TITLE, to_html
from bot.domain.conversation import (
    Answer,
    Choice,
    Clarify,
    Decision,
    Link,
    Missing,
    NoAnswerReason,
    Reply,
    Section,
    Smalltalk,
    Unanswered,
    Urgent,
)
from bot.domain.faq import Cries, Entry, Faq, Kind, Source
from bot.domain.limits import BUTTON_CHARACTERS, SMALLEST_PHONE, label_width
from tests.support.samples import (
    DOGS,
    ENTRIES,
    GUIDE,
    HELLO,
    HURT,
    INTERFACE,
    LETTER,
    MAP,
    OLDEST_TREE,
    OPENING_HOURS,
    PLANT_NUMBER,
    WEATHER,
    fact,
    faq_of,
    garden,
)
from tests.support.telegram_html import Message, RefusedError, parse

FAQ = garden()


def messages(reply: Reply) -> list[Message]:
    """The reply's messages as a person sees them, each valid."""
    return [parse(html) for html in to_html(reply)]


def shown(reply: Reply) -> str:
    """All that a person sees in Telegram, without the space between."""
    return squeezed("".join(message.text for message in messages(reply)))


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_reply_says_which_questions_it_does_not_answer() -> None:
    """By their numbers, since the person's words may be anything; and that more than three were asked."""
    missing = (Missing(2, "why is grass green", is_gap=True), Missing(4, "who sleeps here", is_gap=False))
    reply = render(Answer((DOGS, PLANT_NUMBER), missing, is_cut=True), FAQ)
    assert [section.question for section in reply.sections] == [DOGS.question, PLANT_NUMBER.question, ""]
    assert reply.sections[-1].text == "I have no answer to number 2, 4.\nI answer three questions at a time."
    assert "grass" not in shown(reply)
    assert render(Answer((DOGS,), (), is_cut=False), FAQ).sections[-1].question == DOGS.question


def test_another_year_gets_the_years_that_there_are() -> None:
    """With the entry to choose; a page's own year is none of a document."""
    page = replace(MAP, facts=(fact("map.1", "The newest edition is that of 2024.", "2024"),))
    cited = replace(OLDEST_TREE, sources=("guide.1", "guide.2", "map.1"))
    faq = replace(faq_of(cited), sources={"guide": GUIDE, "map": page})
    reply = render(Unanswered(NoAnswerReason.OTHER_YEAR, cited), faq)
    assert reply.sections[0].text == "Not for that year. I have 2016."
    assert reply.choices == (Choice(cited.question, cited.id),)


# --- The validator itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "a < b",
        "a > b",
        "a & b",
        "a &nbsp; b",
        "a &amp b",
        "<b>a",
        "a</b>",
        "<b><i>a</b></i>",
        "<p>a</p>",
        "<br>",
        "a<br/>",
        "<b class='x'>a</b>",
        "<a>a</a>",
        '<b href="x">a</b>',
        '<a href="x&y">a</a>',
        '<a href="a"b">a</a>',
        '<a href="x"><a href="y">a</a></a>',
        "<code><b>a</b></code>",
        "<blockquote><blockquote>a</blockquote></blockquote>",
        "<blockquote><blockquote expandable>a</blockquote></blockquote>",
        "",
        " \n",
        "<b> </b>",
        "a\ud800",
        "a" * 4097,
        "😀" * 2049,
    ],
)
def test_what_telegram_refuses_is_refused(html: str) -> None:
    """The validator sees bad markup, hidden and oversized messages; else the tests below would prove nothing."""
    with pytest.raises(RefusedError):
        parse(html)


def test_what_telegram_takes_is_taken() -> None:
    """Nested tags, links and escaped characters are read as a person sees them; markup does not count."""
    read = parse('<b>a <i>&lt;b&gt;</i></b> &amp; <a href="https://x.y/?a=1&amp;b=&quot;2">c&#x27;s</a>')
    assert read == Message("a <b> & c's", (("c's", 'https://x.y/?a=1&b="2'),))
    assert len(parse(f"<u><s>{'😀' * 2048}</s></u>").text) == 2048
    assert parse("<pre>a</pre><code>b</code><blockquote>c</blockquote><tg-spoiler>d</tg-spoiler>").text == "abcd"
    assert parse("<blockquote expandable>a</blockquote>").text == "a"


# --- What each decision shows ----------------------------------------------------------------------------------------


def test_an_answer_shows_its_question_text_time_sources_and_pages() -> None:
    """A person sees what was answered, the answer, the time it speaks of, and where it comes from."""
    assert to_html(render(Answer((OLDEST_TREE,)), FAQ)) == [
        "<b>Which tree is the oldest?</b>\n"
        "\n"
        "The oak is the oldest tree.\n"
        "\n"
        "It came by ship &amp; still grows.\n"
        "\n"
        '<a href="https://garden.example/guide?a=1&amp;b=2">Guide to the garden (May 2016)</a>\n'
        "\n"
        "<blockquote expandable>This speaks of: 1850; spring 1850 (inferred).\n"
        "Guide to the garden (May 2016) (leads to the text)\n"
        '<a href="https://gardener.example/">A letter</a> (the publisher&#x27;s page)</blockquote>\n'
        "\n"
        "Read more:\n"
        '<a href="https://town.example/map">Map of the garden</a>\n'
        "\n"
        "Related questions:"
    ]


def test_choices_that_a_button_would_cut_stand_in_the_text() -> None:
    """A person reads every choice whole; short ones are on the buttons alone, below the line that asks."""
    short, long = Choice("Short", "a"), Choice("x" * (BUTTON_CHARACTERS + 1), "b")
    reply = Reply((Section("", "Text"),), choices_title="Choose:", choices=(short, Choice("None of these")))
    assert to_html(reply) == ["Text\n\nChoose:"]
    assert to_html(reply, closing="Helpful?") == ["Text\n\n<i>Helpful?</i>"]
    listed = f"Choose:\n• Short\n• {long.label}"
    assert to_html(replace(reply, choices=(short, long, Choice("None of these")))) == [f"Text\n\n{listed}"]
    assert to_html(replace(reply, choices=(short, long)), closing="Helpful?") == [
        f"Text\n\n{listed}\n\n<i>Helpful?</i>"
    ]


def test_an_answer_in_plain_text_has_numbered_choices() -> None:
    """The terminal shows the same, with addresses in full and the next questions by number."""
    assert to_text(render(Answer((OLDEST_TREE,)), FAQ), INTERFACE) == (
        "Which tree is the oldest?\n"
        "\n"
        "The oak is the oldest tree.\n"
        "\n"
        "It came by ship & still grows.\n"
        "\n"
        "This speaks of: 1850; spring 1850 (inferred).\n"
        "\n"
        "Source: Guide to the garden (May 2016) [leads to the text]\n"
        "  https://garden.example/guide?a=1&b=2\n"
        "Source: A letter [the publisher's page]\n"
        "  https://gardener.example/\n"
        "\n"
        "Read more:\n"
        "- Map of the garden: https://town.example/map\n"
        "\n"
        "Related questions:\n"
        "1. How many plants are there?\n"
        "2. May I bring my dog?"
    )


def test_the_body_has_neither_question_nor_source_lines() -> None:
    """What is compared with the answer alone: its text, its time, its pages."""
    assert body_text(render(Answer((OLDEST_TREE,)), FAQ)) == (
        "The oak is the oldest tree.\n"
        "\n"
        "It came by ship & still grows.\n"
        "\n"
        "This speaks of: 1850; spring 1850 (inferred).\n"
        "\n"
        "Read more:\n"
        "- Map of the garden: https://town.example/map"
    )


def test_sources_are_all_pages_behind_a_reply() -> None:
    """Sources first, then pages to read, each once."""
    assert [link.url for link in sources_of(render(Answer((OLDEST_TREE,)), FAQ))] == [GUIDE.url, LETTER.url, MAP.url]
    assert sources_of(render(Clarify((DOGS, OLDEST_TREE)), FAQ)) == ()


def test_times_and_sources_stand_once() -> None:
    """Facts of the same time and source do not repeat them; a page that is a source is not shown again."""
    source = replace(GUIDE, facts=(fact("guide.1", "One.", "2016"), fact("guide.2", "Two.", "2016")))
    entry = replace(OPENING_HOURS, sources=("guide.1", "guide.2"), read_more=("guide", "map", "map"))
    reply = render(Answer((entry,)), replace(faq_of(entry), sources={"guide": source, "map": MAP}))
    assert reply.sections[0].time == "This speaks of: 2016."
    assert [link.url for link in reply.sections[0].sources] == [GUIDE.url]
    assert [link.url for link in reply.pages] == [MAP.url]


def test_in_another_language_times_labels_and_dates_are_of_that_language() -> None:
    """The title of a source is a name, and stays; a time that cannot be put in it is left out."""
    facts = (fact("guide.1", "One.", "May 2016"), fact("guide.2", "Two.", "once", is_printed=False))
    source, times = replace(GUIDE, facts=facts), {"May 2016": "mai 2016", "once": ""}
    entry = replace(OPENING_HOURS, sources=("guide.1", "guide.2"), language="fr")
    says = replace(INTERFACE, source="Source :", time="De : {time}.", landing="page de départ")
    faq = replace(faq_of(entry), language="fr", interface=says, sources={"guide": source}, times=times)
    text = to_text(render(Answer((entry,)), faq), says)
    assert "\n\nDe : mai 2016.\n\n" in text
    assert f"\nSource : Guide to the garden (mai 2016) [page de départ]\n  {GUIDE.url}" in text


def test_a_time_that_ends_with_a_point_ends_its_line() -> None:
    """As Russian dates do."""
    source = replace(GUIDE, facts=(fact("guide.1", "One.", "May 2016"),))
    entry = replace(OPENING_HOURS, sources=("guide.1",))
    faq = replace(faq_of(entry), sources={"guide": source}, times={"May 2016": "май 2016 г."})
    assert render(Answer((entry,)), faq).sections[0].time == "This speaks of: май 2016 г."


def test_an_answer_without_facts_has_no_time_line() -> None:
    """Nothing is said of a time where no fact speaks of one."""
    reply = render(Answer((DOGS,)), FAQ)
    assert reply == Reply((Section(DOGS.question, DOGS.answer),), INTERFACE.read_more, choices_title=INTERFACE.see_also)
    assert to_text(reply, INTERFACE) == "May I bring my dog?\n\nThe answer of dogs."


def test_a_page_needs_no_label() -> None:
    """Only a document's address is explained, where it leads elsewhere than to the text; dates go with titles."""
    document = replace(GUIDE, is_="document")
    page = replace(MAP, is_="publisher", facts=(fact("map.1", "A fact.", "2016"),))
    entry = replace(OPENING_HOURS, sources=("guide.1", "map.1"))
    reply = render(Answer((entry,)), replace(faq_of(entry), sources={"guide": document, "map": page}))
    assert reply.sections[0].sources == (Link("Guide to the garden (May 2016)", GUIDE.url), Link(MAP.title, MAP.url))


def test_two_answers_stand_in_one_reply() -> None:
    """Both questions are answered, each with its own sources; what is related excludes what is shown."""
    reply = render(Answer((OLDEST_TREE, PLANT_NUMBER)), FAQ)
    assert [section.question for section in reply.sections] == [OLDEST_TREE.question, PLANT_NUMBER.question]
    assert [choice.entry for choice in reply.choices] == ["dogs"]
    (message,) = messages(reply)
    assert message.text.index(OLDEST_TREE.question) < message.text.index("A letter")
    assert message.text.index("A letter") < message.text.index(PLANT_NUMBER.question)
    assert message.text.index(PLANT_NUMBER.question) < message.text.index("This speaks of: 2016.")
    assert [address for _, address in message.links] == [GUIDE.url, LETTER.url, GUIDE.url, MAP.url]


def test_related_questions_are_at_most_three_and_exist() -> None:
    """A related entry that this FAQ lacks is passed over; a fourth is not shown."""
    entry = replace(OPENING_HOURS, see_also=("gone", "dogs", "oldest-tree", "opening-hours", "getting-here", "hurt"))
    reply = render(Answer((entry,)), faq_of(entry, *ENTRIES[1:]))
    assert [choice.entry for choice in reply.choices] == ["dogs", "oldest-tree", "getting-here"]


def test_an_urgent_card_says_first_what_to_do() -> None:
    """Then whom to call, that nobody reads the chat, the steps, and where to turn."""
    card = replace(HURT, answer="Sit down.\nWait for the gardener.")
    assert to_html(render(Urgent(card), FAQ)) == [
        "Sit down.\n"
        "In danger, call your local emergency number.\n"
        "\n"
        "I am a program.\n"
        "\n"
        "Wait for the gardener.\n"
        "\n"
        "Where to turn:\n"
        '<a href="https://town.example/map">Map of the garden</a>'
    ]


def test_a_card_on_which_a_call_may_be_a_danger_says_first_what_else_to_do() -> None:
    """Somebody who hides or is held is not told to phone first, and with a caution."""
    card = replace(HURT, answer="Be quiet.\nHide.", careful=True)
    assert body_text(render(Urgent(card), FAQ)).startswith(
        "Be quiet.\n\nI am a program.\n\nIf it is safe, call your local emergency number.\n\nHide.\n\nWhere to turn:"
    )


def test_a_discreet_card_ends_with_how_to_delete_the_chat() -> None:
    """Somebody else may look at the screen later, and at the button that led to the card."""
    card = replace(HURT, discreet=True, button="Something else")
    (section,) = render(Urgent(card), FAQ).sections
    assert (section.question, section.text.splitlines()[-1]) == ("", "You can delete this chat.")
    assert choices_of([card, DOGS]) == (Choice("Something else", "hurt", is_card=True), Choice(DOGS.question, "dogs"))


def test_clarify_ends_with_none_of_these() -> None:
    """Every choice leads to its entry, and the last says that none fits."""
    reply = render(Clarify((DOGS, OLDEST_TREE)), FAQ)
    assert to_html(reply) == ["Do you mean one of these?"]
    assert reply.choices[:2] == (Choice(DOGS.question, "dogs"), Choice(OLDEST_TREE.question, "oldest-tree"))
    assert reply.choices[-1] == Choice("None of these")
    assert to_text(reply, INTERFACE).endswith("1. May I bring my dog?\n2. Which tree is the oldest?\n3. None of these")


@pytest.mark.parametrize(
    ("decision", "text", "ways_on"),
    [
        (Smalltalk(HELLO), "The answer of hello.", ["topics"]),
        (Unanswered(NoAnswerReason.NO_MATCH), "I don't know.", ["topics"]),
        (
            Unanswered(NoAnswerReason.NO_MATCH, topic="A & B"),
            "I don't know.\nPerhaps close: A & B",
            ["A & B", "topics"],
        ),
        (Unanswered(NoAnswerReason.OUT_OF_SCOPE, WEATHER), "The answer of weather.", ["topics"]),
        (
            Unanswered(NoAnswerReason.OTHER_LANGUAGE),
            "I can only read English.\n\nI am a program.",
            ["danger", "topics"],
        ),
        (
            Unanswered(NoAnswerReason.EMPTY),
            "I could not read a question there.\n\nI am a program.",
            ["danger", "topics"],
        ),
    ],
)
def test_what_is_no_answer_says_so_and_leads_on(decision: Decision, text: str, ways_on: list[str]) -> None:
    """Small talk and honest misses are short, alike in Telegram and the terminal, and no dead end."""
    reply = render(decision, FAQ)
    assert [message.text for message in messages(reply)] == [text]
    assert body_text(reply) == text
    assert to_text(reply, INTERFACE).startswith(f"{text}\n\n1. ")
    assert [choice.topic or choice.command for choice in reply.choices] == ways_on


def test_a_topic_with_braces_is_shown_as_it_is() -> None:
    """Texts of editors are no templates."""
    reply = render(Unanswered(NoAnswerReason.NO_MATCH, topic="{time} {0} {"), FAQ)
    assert reply.sections[0].text.endswith("Perhaps close: {time} {0} {")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.id))
def test_an_entry_is_shown_as_its_decision_shows_it(entry: Entry) -> None:
    """`show ID` and a deep link give what a person who asks gets."""
    decisions: dict[Kind, Decision] = {
        Kind.ANSWER: Answer((entry,)),
        Kind.URGENT: Urgent(entry),
        Kind.SMALLTALK: Smalltalk(entry),
        Kind.OUT_OF_SCOPE: Unanswered(NoAnswerReason.OUT_OF_SCOPE, entry),
    }
    assert render_entry(entry, FAQ) == render(decisions[entry.kind], FAQ)


# --- Whatever the texts are ------------------------------------------------------------------------------------------

character = st.one_of(
    st.sampled_from("<>&\"'; \n\tab😀\ud800\udc00\u0301\u200f"),
    st.characters(exclude_categories=()),
)
short_text = st.text(character, min_size=1, max_size=40)
long_text = st.builds(
    lambda text, times: (text * times)[:10_000], short_text, st.sampled_from([30, 300, 3_000, 10_000])
)
texts = st.one_of(short_text, long_text)


@st.composite
def entries(draw: st.DrawFn, name: str) -> Entry:
    """An entry of arbitrary texts that cites and leads to all sources."""
    return replace(
        OPENING_HOURS,
        id=name,
        question=draw(texts),
        answer=draw(texts),
        topic=draw(texts),
        sources=("guide.1", "letter.1"),
        read_more=("map",),
    )


@st.composite
def sources(draw: st.DrawFn, source: Source) -> Source:
    facts = tuple(replace(item, time=draw(texts)) for item in source.facts)
    return replace(source, title=draw(texts), url=draw(texts), date=draw(st.none() | texts), facts=facts)


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """The reply to any decision about entries of arbitrary texts."""
    one, two = draw(entries("one")), draw(entries("two"))
    drawn = [draw(sources(source)) for source in (GUIDE, LETTER, MAP)]
    decisions: list[Decision] = [
        Answer((one,)),
        Answer((one, two)),
        Clarify((one, two)),
        Urgent(one),
        Smalltalk(one),
        Unanswered(NoAnswerReason.OUT_OF_SCOPE, one),
        Unanswered(NoAnswerReason.NO_MATCH, topic=one.topic),
        Unanswered(NoAnswerReason.OTHER_LANGUAGE),
    ]
    return render(
        draw(st.sampled_from(decisions)), replace(faq_of(one, two), sources={source.id: source for source in drawn})
    )


def sendable(text: str) -> str:
    """The text as a message can carry it: what is half a character becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def link_text(link: Link) -> str:
    label = f" ({sendable(link.label[:LONGEST_TITLE])})" if link.label else ""
    return sendable(link.title[:LONGEST_TITLE]) + label


def expected(reply: Reply) -> str:
    """All that a reply should show, in order: texts in full, titles as far as documented."""
    parts: list[str] = []
    for section in reply.sections:
        parts += [sendable(section.question[:LONGEST_TITLE]), sendable(section.text)]
        is_answer = bool(section.question.strip())
        first = section.sources[:1] if is_answer else ()
        parts += [link_text(replace(link, label="")) for link in first]
        parts.append(sendable(section.time))
        parts += [link_text(link) for link in section.sources if link not in first or link.label]
    if reply.pages:
        parts += [reply.pages_title, *map(link_text, reply.pages)]
    if reply.choices:
        parts.append(reply.choices_title)
    if any(label_width(choice.label) > SMALLEST_PHONE for choice in reply.choices):
        parts += [
            f"•{sendable(choice.label[:LONGEST_TITLE])}" for choice in reply.choices if choice.entry or choice.topic
        ]
    return squeezed("".join(parts))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(replies())
def test_any_reply_is_valid_html_and_loses_nothing(reply: Reply) -> None:
    """Whatever editors write, Telegram takes it, and every text arrives, in order; only long titles are cut."""
    assert shown(reply) == expected(reply)


@settings(max_examples=100, deadline=None)
@given(replies())
def test_links_lead_where_their_record_says(reply: Reply) -> None:
    """Every address of bearable length arrives as it is, under its title."""
    wanted = [
        (sendable(link.title[:LONGEST_TITLE]), sendable(link.url))
        for link in (*(link for section in reply.sections for link in section.sources), *reply.pages)
        if len(link.url) <= LONGEST_ADDRESS and link.title[:LONGEST_TITLE].strip()
    ]
    assert [link for message in messages(reply) for link in message.links] == wanted


@settings(max_examples=100, deadline=None)
@given(replies())
def test_plain_text_cuts_nothing(reply: Reply) -> None:
    """The terminal shows every text in full, and a number before each choice."""
    text = to_text(reply, INTERFACE)
    assert all(section.text.strip() in text and section.question in text for section in reply.sections)
    assert all(f"{number}. {choice.label}" in text for number, choice in enumerate(reply.choices, 1))
    assert all(section.text.strip() in body_text(reply) for section in reply.sections)


@pytest.mark.parametrize("text", ["'" * 3000, "a'" * 2000])
def test_apostrophes_are_not_divided(text: str) -> None:
    """A long text without spaces may hold apostrophes."""
    assert shown(Reply((Section("", text),))) == text


@pytest.mark.parametrize("text", ["word " * 2000, "a&b" * 3000, "😀" * 5000, "\n\n".join(["paragraph"] * 900)])
def test_long_texts_are_divided_into_few_messages(text: str) -> None:
    """Nothing is lost, and nobody gets a hail of messages."""
    reply = Reply((Section("A question", text),))
    assert shown(reply) == squeezed(f"A question{text}")
    assert len(messages(reply)) <= 2 + len(text.encode("utf-16-le")) // 1000


def test_text_is_divided_between_words() -> None:
    """A word that fits into a message is never torn."""
    words = [f"word{number}" for number in range(3000)]
    seen = messages(Reply((Section("", " ".join(words)),)))
    assert [word for message in seen for word in message.text.split()] == words


# --- The project's own content ---------------------------------------------------------------------------------------


def test_every_entry_of_the_project_fits_into_one_message(faq: Faq) -> None:
    """What people get from this FAQ is valid, whole and in one piece."""
    for entry in faq.entries.values():
        reply = render_entry(entry, faq)
        (message,) = messages(reply)
        assert all(squeezed(line) in squeezed(message.text) for line in entry.answer.splitlines()), entry.id
        assert [address for _, address in message.links] == [
            link.url for link in (*(link for section in reply.sections for link in section.sources), *reply.pages)
        ]


def test_every_urgent_card_of_the_project_begins_with_what_to_do(faq: Faq) -> None:
    """No card of this FAQ keeps a person in danger reading, or waiting for somebody to read the chat."""
    cards = faq.of_kind(Kind.URGENT)
    assert cards
    for card in cards:
        (message,) = messages(render_entry(card, faq))
        says = faq.interface
        number = says.emergency_careful if card.careful else says.emergency
        assert message.text.startswith(card.answer.splitlines()[0])
        assert says.program.strip() in message.text
        assert number.strip() in message.text
        assert (says.delete_chat.strip() in message.text) == card.discreet
        assert 0 < len(card.button) <= BUTTON_CHARACTERS
        assert message.links


# --- Another language ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "line"), [("de", "Ich antworte auf Englisch."), ("uk", "I answer in English.")])
@pytest.mark.parametrize(
    "decision",
    [
        Answer((OLDEST_TREE,)),
        Clarify((OLDEST_TREE, DOGS)),
        Urgent(HURT),
        Smalltalk(HELLO),
        Unanswered(NoAnswerReason.OUT_OF_SCOPE, WEATHER),
    ],
)
def test_a_reply_says_in_which_language_it_is(decision: Decision, language: str, line: str) -> None:
    """In the language of the message where there is a line in it, and before the reply itself, which is the same."""
    reply, plain = render(decision, FAQ, language), render(decision, FAQ)
    assert reply.sections == (Section("", line), *plain.sections)
    assert replace(reply, sections=plain.sections) == plain


def test_no_answer_is_told_in_the_language_of_the_message() -> None:
    """Before the same in the FAQ's language; alone there where no line is in that language."""
    decision = Unanswered(NoAnswerReason.OTHER_LANGUAGE)
    assert [section.text for section in render(decision, FAQ, "de").sections] == [
        "Das weiß ich nicht.",
        f"{FAQ.interface.other_language}\n\n{FAQ.interface.program}",
    ]
    assert render(decision, FAQ, "uk") == render(decision, FAQ)


# --- In another language -------------------------------------------------------------------------------------------


def speaking(language: str, do: str) -> Cries:
    return Cries(language, language, do, f"call {language}", f"program {language}", f"more {language}", {}, ())


HEARING = replace(FAQ, cries=(speaking("de", "Rufen"), speaking("ru", "Звоните"), speaking("so", "Wac")))


def first_section(decision: Decision, language: str | None, faq: Faq = HEARING) -> str:
    return render(decision, faq, language).sections[0].text


def test_a_card_begins_with_the_lines_of_the_language() -> None:
    """The four lines first, then the card's own steps in English, without what the lines said already."""
    reply = render(Urgent(HURT), HEARING, "so")
    assert [section.text for section in reply.sections] == ["Wac\ncall so\nprogram so\nmore so", HURT.answer]
    assert reply.pages == render(Urgent(HURT), HEARING).pages
    assert len(messages(reply)) == 1


def test_a_discreet_card_says_how_to_delete_the_chat() -> None:
    """That is in no line of the language."""
    discreet = replace(HURT, discreet=True)
    assert INTERFACE.delete_chat in render(Urgent(discreet), HEARING, "so").sections[1].text


def test_a_card_in_a_language_without_lines_says_that_it_is_in_english() -> None:
    """Nothing of the English card is left out then."""
    assert first_section(Urgent(HURT), "nl") == INTERFACE.in_this_language["en"]
    assert render(Urgent(HURT), HEARING, "nl").sections[1:] == render(Urgent(HURT), HEARING).sections


def test_without_an_answer_the_language_says_what_to_do_in_danger() -> None:
    """What is not understood may be a cry for help."""
    first = first_section(Unanswered(NoAnswerReason.OTHER_LANGUAGE), "so")
    assert first == "Wac\ncall so\nprogram so"


def test_an_unknown_language_gets_what_to_do_in_danger_in_many_scripts() -> None:
    """One of each script first, then the other languages, as many as fit a screen."""
    assert first_section(Unanswered(NoAnswerReason.OTHER_LANGUAGE), "und") == "Rufen\nЗвоните\nWac"
    many = tuple(speaking(f"l{number}", f"{number} {'x' * 200}") for number in range(9))
    longer = replace(HEARING, cries=(*many, *HEARING.cries))
    shown = first_section(Unanswered(NoAnswerReason.OTHER_LANGUAGE), "und", longer)
    assert len(shown) <= SCREEN + len(shown.splitlines())
    assert "Звоните" in shown


def test_an_english_reply_has_no_other_line() -> None:
    """Nobody who writes in the FAQ's language is spoken to in another."""
    assert render(Urgent(HURT), HEARING) == render(Urgent(HURT), FAQ)
