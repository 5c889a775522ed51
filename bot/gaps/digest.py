"""The weekly digest for maintainers: what was asked, which answers did not help, which gaps wait for review. Pure.

It is in English whatever the FAQ's language. The only texts of people in it are those of gaps, which are redacted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from bot.domain.conversation import Outcome, Reply, Section
from bot.domain.faq import Faq
from bot.domain.gap import Count, LoggedGap
from bot.domain.matching import Matcher
from bot.gaps.clustering import Group, group_gaps
from bot.gaps.statistics import Statistics, statistics
from bot.text.normalize import clean

DUE_HOUR = 8  # UTC, of Monday
WEEK = timedelta(days=7)
GROUPS, ENTRIES, LANGUAGES = 3, 3, 8  # shown
LONGEST_TEXT, LONGEST_ID = 160, 40  # characters shown of a gap and of an entry's id, so that all fits into one message
_OUTCOMES = {
    Outcome.ANSWER: "answered",
    Outcome.CLARIFY: "offered a choice",
    Outcome.UNANSWERED: "unanswered",
    Outcome.URGENT: "urgent",
    Outcome.NONE_OF_THESE: "took none of the choices",
}
_NOT_RIGHT = (Outcome.WRONG, Outcome.OUTDATED)
_ISOLATED = "\u2068{}\u2069"  # FSI, PDI: a right-to-left text must not reorder what stands around it


def due_week(moment: datetime) -> str | None:
    """The ISO week whose digest is due, such as `2026-W48`; None on a Monday before 08:00 UTC, when none is due."""
    utc = moment.astimezone(UTC)
    year, week, day = utc.isocalendar()
    return None if day == 1 and utc.hour < DUE_HOUR else f"{year:04}-W{week:02}"


def digest(
    counts: Collection[tuple[date, Count, int]], open_gaps: Collection[LoggedGap], matcher: Matcher, *, now: datetime
) -> Reply:
    """The digest of the seven days until now. Grouping the gaps takes about a second for some thousands."""
    today = now.astimezone(UTC).date()
    summed = statistics(counts, matcher.faq, today=today, days=WEEK.days)
    marked = [row for row in counts if row[1].outcome in _NOT_RIGHT]
    not_right = statistics(marked, matcher.faq, today=today, days=WEEK.days).complaints
    groups = group_gaps(open_gaps, matcher, now=now, most=GROUPS)
    sections = [Section(f"The seven days to {today}", "\n".join([*_asked(summed), _open(open_gaps, now)]))]
    if not_right:
        listed = [f"• {_shortened(entry, LONGEST_ID)}: {times}" for entry, times in list(not_right.items())[:ENTRIES]]
        sections.append(Section("Most marked as wrong or outdated", "\n".join(listed)))
    if groups:
        sections.append(Section("Largest groups of open gaps", "\n\n".join(map(_group, groups))))
    review = "To review gaps: python -m bot review in a browser, python -m bot gaps groups in a terminal."
    return Reply((*sections, Section("", review)))


def week_in_numbers(
    counts: Collection[tuple[date, Count, int]], open_gaps: Collection[LoggedGap], faq: Faq, *, now: datetime
) -> Reply:
    """The seven days until now in numbers alone, without any text of a person."""
    today = now.astimezone(UTC).date()
    summed = statistics(counts, faq, today=today, days=WEEK.days)
    lines = [*_asked(summed)]
    if summed.questions:
        lines.append("By day: " + ", ".join(f"{day:%a} {number}" for day, number in summed.by_day.items()) + ".")
        lines.append(f"By language: {_listed(summed.by_language, LANGUAGES)}.")
    if summed.asked:
        lines.append(f"Asked most: {_listed(summed.asked)}.")
    return Reply((Section(f"The seven days to {today}", "\n".join([*lines, _open(open_gaps, now)])),))


def _asked(summed: Statistics) -> Iterator[str]:
    if not summed.questions:
        yield "Nobody asked anything: a quiet week."
    else:
        shares = [
            f"{number} {_OUTCOMES[outcome]} ({number / summed.questions:.0%})"
            for outcome, number in summed.by_outcome.items()
            if number or outcome is not Outcome.NONE_OF_THESE
        ]
        yield f"{_number(summed.questions, 'question')}: {', '.join(shares)}."
    if summed.helpful or summed.not_helpful:
        yield f"Helpful {summed.helpful}, not helpful {summed.not_helpful}."
    if summed.not_about_me:
        yield f"Urgent cards that were not about the person: {_listed(summed.not_about_me)}."


def _listed(numbers: Mapping[str, int], most: int = ENTRIES) -> str:
    return ", ".join(f"{_shortened(name, LONGEST_ID)} {times}" for name, times in list(numbers.items())[:most])


def _open(gaps: Collection[LoggedGap], now: datetime) -> str:
    if not gaps:
        return "No gap is open. Thank you!"
    new = sum(now - gap.at.replace(tzinfo=UTC) < WEEK for gap in gaps)
    return f"{_number(len(gaps), 'open gap')}, {new} new this week."


def _group(group: Group) -> str:
    text = _ISOLATED.format(_shortened(group.text, LONGEST_TEXT) or "(no words)")
    lines = [f"{_number(group.count, 'gap')}, {group.trend[-1]} this week: {text}"]
    lines += [f"nearest: {_shortened(one.entry.id, LONGEST_ID)}" for one in group.nearest[:1]]
    return "\n".join(lines)


def _shortened(text: str, most: int) -> str:
    """A text on one line, at most ``most`` characters long. `clean` removes any mark that could end its isolation."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _number(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
