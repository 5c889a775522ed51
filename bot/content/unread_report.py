"""`check --unread`: what people in danger read that nobody competent has read yet, to be given to a reader."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.faq import Faq, Kind


def unread_lines(faq: Faq) -> Iterator[str]:
    """The lines of each card that no professional has read, and those of each language that no native speaker has."""
    cards = [card for card in faq.of_kind(Kind.URGENT) if card.reviewed_by is None]
    yield f"{len(cards)} urgent cards that no professional has read:"
    for card in cards:
        yield f"\n{card.id}: {card.question} (button: {card.label})"
        yield from (f"  {line}" for line in card.answer.strip().splitlines())
        yield from (f"  > {faq.sources[page].title}: {faq.sources[page].url}" for page in card.read_more)
    languages = [cries for cries in faq.cries if cries.read_by is None]
    yield f"\n{len(languages)} languages whose lines no native speaker has read:"
    for cries in languages:
        yield f"\n{cries.language}: {cries.name}"
        yield from (f"  {line}" for line in cries.lines)
