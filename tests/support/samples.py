"""FAQs made in code, for tests that need no files: a garden with six questions, and whatever a test adds to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.domain.faq import Entry, Fact, Faq, Interface, Kind, Source, Wording

DAY = date(2026, 11, 21)


def entry(name: str, question: str, *phrasings: str, kind: Kind = Kind.ANSWER, topic: str = "Your visit") -> Entry:
    """An entry with an answer of its own and no sources; `replace` adds what else a test needs."""
    return Entry(
        id=name,
        kind=kind,
        topic=topic if kind is Kind.ANSWER else "",
        question=question,
        phrasings=phrasings,
        answer=f"The answer of {name}.",
        reviewed=DAY,
        review_by=DAY,
    )


def fact(name: str, says: str, time: str, *, is_printed: bool = True) -> Fact:
    return Fact(id=name, fact=says, time=time, as_of="printed" if is_printed else "inferred")


GUIDE = Source(
    id="guide",
    title="Guide to the garden",
    publisher="The garden",
    url="https://garden.example/guide?a=1&b=2",
    is_="landing",
    rating="confirmed",
    checked=DAY,
    facts=(fact("guide.1", "The oak was planted in 1850.", "1850"), fact("guide.2", "9,000 plants.", "2016")),
    date="May 2016",
    original="guide.txt",
)
LETTER = Source(
    id="letter",
    title="A letter",
    publisher="The gardener",
    url="https://gardener.example/",
    is_="publisher",
    rating="likely",
    checked=DAY,
    facts=(fact("letter.1", "The oak came from Lisbon.", "spring 1850", is_printed=False),),
    original="letter.txt",
)
MAP = Source(
    id="map",
    title="Map of the garden",
    publisher="The town",
    url="https://town.example/map",
    is_="page",
    rating="likely",
    checked=DAY,
    purpose="help",
)

INTERFACE = Interface(
    language_name="English",
    description="The garden's bot. Kept for {days} days.",
    short_description="The garden's bot.",
    browse_topics="Browse the topics",
    all_topics="All topics",
    back="Back",
    more="More",
    forget_failed="I could not delete.",
    choose_language="Choose a language:",
    language_chosen="I answer in English.",
    language_failed="I could not keep that.",
    text_only="I can read text only.",
    too_fast="Too fast.",
    failed="Something went wrong.",
    gone="This button is old.",
    helpful="Was this helpful?",
    helpful_yes="Yes",
    helpful_no="No",
    what_is_wrong="What is not right with it?",
    wrong="Wrong",
    outdated="Outdated",
    unclear="Unclear",
    thanks_helpful="Thanks.",
    thanks_not_helpful="Thanks, the editors will look.",
    urgent_title="Help in danger",
    private_chat="Ask in private",
    welcome="Welcome to the garden.",
    examples=("opening-hours", "oldest-tree"),
    try_asking="You could ask:",
    help="Ask in your own words.",
    topics="Choose a topic:",
    topic="Questions on: {topic}",
    sources="My answers rest on these:",
    privacy="Kept for {days} days.",
    forget="Done.",
    settings="English only.",
    unknown_command="I do not know that command.",
    unanswered="I don't know.\n",
    nearest_topic="Perhaps close: {topic}",
    other_year="Not for that year. I have {years}.",
    not_answered="I have no answer to number {numbers}.",
    too_many="I answer three questions at a time.",
    other_language="I can only read English.",
    no_words="I could not read a question there.",
    clarify="Do you mean one of these?",
    none_of_these="None of these",
    none_chosen="Then I have no answer.",
    no_such_choice="There is no such choice.",
    sure="So says the source.",
    nothing_more="I know no more.",
    no_answer_before="Which answer?",
    taken_as="That is about {question}.",
    of_forward="Compare the sources.",
    of_unknown_forward="I cannot check it.",
    stopped="I write only to you.",
    contact="Who runs it: {contact}",
    feedback="Press Yes or No.",
    language="Language",
    in_danger="In danger",
    not_asked="Not what I asked",
    say_unclear="Say what is unclear",
    what_is_unclear="Please write what is unclear; I keep it.",
    instead="Perhaps one of these:",
    program="I am a program.",
    emergency="In danger, call your local emergency number.\n",
    emergency_careful="If it is safe, call your local emergency number.",
    delete_chat="You can delete this chat.",
    which_danger="Which is it?",
    machine="Translated by a machine.",
    original="In English",
    or_card="Or: {card}",
    not_about_me="Not about me",
    type_again="Please type it again.",
    where_to_turn="Where to turn:",
    own_case="About your own garden, ask here:",
    own_case_pages=(),
    read_more="Read more:",
    see_also="Related questions:",
    can_answer="What I can answer:",
    time="This speaks of: {time}.",
    source="Source:",
    inferred="inferred",
    landing="leads to the text",
    publisher="the publisher's page",
    commands={},
    in_this_language={"en": "I answer in English.", "de": "Ich antworte auf Englisch."},
    no_answer={"de": "Das weiß ich nicht."},
)
WORDING = Wording(
    spellings={"tix": "tickets", "op hours": "opening hours"},
    synonyms=(("dog", "puppy", "hound"),),
    first_person=("i", "my", "we"),
    question_words=("what", "when", "where", "which", "who", "how", "is", "are", "can", "may", "do", "does"),
    lead_ins=("can you tell me", "my question is", "please"),
    joining_words=("and", "also", "plus", "&"),
    places=("Lisbon", "Sri Lanka", "Peru"),
    stemmer="english",
    number_words="english",
)

OPENING_HOURS = entry(
    "opening-hours",
    "When is the garden open?",
    "opening hours",
    "at what time do you open in the morning",
    "when does it close in the evening",
    "is the garden open on sunday",
    "until when may i stay",
)
TICKET_PRICE = entry(
    "ticket-price",
    "How much is a ticket?",
    "ticket price",
    "what does it cost to get in",
    "how much do i pay for two children",
    "entrance fee",
    "is there a discount for students",
)
DOGS = entry(
    "dogs",
    "May I bring my dog?",
    "dogs allowed",
    "can i come with my dog",
    "is a dog on a lead welcome",
    "rules for pets",
    "are animals let in",
)
GETTING_HERE = entry(
    "getting-here",
    "How do I get to the garden?",
    "which bus goes there",
    "nearest station",
    "where can i park my car",
    "the way from the town",
    "address of the garden",
)
OLDEST_TREE = replace(
    entry(
        "oldest-tree",
        "Which tree is the oldest?",
        "oldest tree",
        "how old is the big oak",
        "when was the first tree planted",
        "who planted the oak",
        "from which country came the oak",
        topic="The plants",
    ),
    answer="The oak is the oldest tree.\n\nIt came by ship & still grows.",
    sources=("guide.1", "letter.1"),
    read_more=("map",),
    see_also=("plant-number", "dogs"),
)
PLANT_NUMBER = replace(
    entry(
        "plant-number",
        "How many plants are there?",
        "number of plants",
        "how many species grow here",
        "how many kinds of roses",
        "plant statistics",
        "how large is the collection",
        topic="The plants",
    ),
    sources=("guide.2",),
    see_also=("oldest-tree",),
)
HURT = replace(
    entry(
        "hurt",
        "Somebody is hurt",
        "i fell and cannot stand up",
        "a branch hit my friend and he bleeds",
        "somebody is hurt please help",
        "we are locked in and it is dark",
        "i was stung and cannot breathe",
        kind=Kind.URGENT,
    ),
    read_more=("map",),
)
HELLO = entry(
    "hello", "A greeting", "hello", "hi", "good morning", "hey there", "greetings", "hi bot", kind=Kind.SMALLTALK
)
WEATHER = entry(
    "weather",
    "The weather",
    "will it rain tomorrow",
    "weather forecast",
    "temperature in the next days",
    "do i need an umbrella",
    "storm warning",
    kind=Kind.OUT_OF_SCOPE,
)
ENTRIES = (OPENING_HOURS, TICKET_PRICE, DOGS, GETTING_HERE, OLDEST_TREE, PLANT_NUMBER, HURT, HELLO, WEATHER)


def faq_of(*entries: Entry, wording: Wording = WORDING) -> Faq:
    """An FAQ of these entries, with the garden's sources and interface."""
    return Faq(
        language="en",
        entries={item.id: item for item in entries},
        sources={source.id: source for source in (GUIDE, LETTER, MAP)},
        interface=INTERFACE,
        wording=wording,
    )


def garden() -> Faq:
    """The garden's FAQ: six answers on two topics, an urgent card, small talk, and one thing it does not cover."""
    return faq_of(*ENTRIES)
