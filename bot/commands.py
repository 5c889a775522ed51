"""The bot's commands: one table, from which the terminal, the menu and the help come."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.model import Choice, Entry, Faq, Kind, Reply, Section
from bot.rendering import choices_of, render_entry, source_link

_COMMAND = re.compile(r"\s*/([A-Za-z]\w*)(?:@\w+)?(?:\s+(.*))?", re.S)


def command_reply(text: str, faq: Faq) -> Reply | None:
    """What a command is answered with; None if the text is no command."""
    match = _COMMAND.match(text)
    if match is None:
        return None
    name, argument = match[1].lower(), (match[2] or "").strip()
    command = COMMANDS.get(name)
    return command(faq, argument) if command else Reply((Section("", faq.interface.unknown_command),))


def topic_reply(topic: str, faq: Faq) -> Reply:
    """The questions of one topic, to choose from."""
    title = faq.interface.topic.format(topic=topic)
    return Reply((Section("", title),), choices=choices_of(faq.of_topic(topic)))


def _start(faq: Faq, argument: str) -> Reply:
    """The welcome with example questions; `/start ID`, as a deep link sends it, shows that entry at once."""
    entry: Entry | None = faq.entries.get(argument)
    if entry is not None and entry.kind is Kind.ANSWER:
        return render_entry(entry, faq)
    examples = choices_of(faq.entries[name] for name in faq.interface.examples)
    return Reply((Section("", faq.interface.welcome),), choices_title=faq.interface.try_asking, choices=examples)


def _help(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.help),))


def _topics(faq: Faq, argument: str) -> Reply:
    topics = tuple(Choice(topic, topic=topic) for topic in faq.topics)
    return Reply((Section("", faq.interface.topics),), choices=topics)


def _sources(faq: Faq, argument: str) -> Reply:
    documents = tuple(source_link(source, faq) for source in faq.sources.values() if source.original)
    return Reply((Section("", faq.interface.sources, sources=documents),))


def _settings(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.settings),))


def _privacy(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.privacy),))


def _forget(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.forget),))


COMMANDS: Mapping[str, Callable[[Faq, str], Reply]] = {
    "start": _start,
    "help": _help,
    "topics": _topics,
    "sources": _sources,
    "settings": _settings,
    "privacy": _privacy,
    "forget": _forget,
}
