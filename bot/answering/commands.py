"""The bot's commands: one table for the terminal, for Telegram and for its command menu."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.answering.render import choices_of, in_danger, render_danger, render_entry, source_link
from bot.domain.conversation import Choice, Reply, Section
from bot.domain.faq import Entry, Faq, Kind

_COMMAND = re.compile(r"\A\s*+/([A-Za-z]\w*)(?:@(\w+))?(?:\s+(.*))?", re.S)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the function that makes its reply, and whether the menu in groups offers it too."""

    reply: Callable[[Faq, str], Reply]
    in_groups: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A command as typed, such as `/start@some_bot ID`: its name, the bot that it addresses if any, the argument."""

    name: str
    bot: str | None
    argument: str


def call_of(text: str) -> Call | None:
    """Parse a text as a command; None if it is none."""
    match = _COMMAND.match(text)
    return Call(match[1].lower(), match[2], (match[3] or "").strip()) if match else None


def asks_to_forget(text: str) -> bool:
    """Whether a text is `/forget`. The caller deletes the person's data before it sends the reply."""
    call = call_of(text)
    return call is not None and call.name == "forget"


def command_reply(text: str, faq: Faq) -> Reply | None:
    """The reply to a command, without its effects such as deleting; None if the text is no command."""
    call = call_of(text)
    if call is None:
        return None
    command = COMMANDS.get(call.name) or OTHER_COMMANDS.get(call.name)
    return command.reply(faq, call.argument) if command else Reply((Section("", faq.interface.unknown_command),))


def topic_reply(topic: str, faq: Faq) -> Reply:
    """The questions of one topic, to choose from."""
    title = faq.interface.topic.format(topic=topic)
    return Reply((Section("", title),), choices=choices_of(faq.of_topic(topic)))


def linked(payload: str, faq: Faq) -> Entry | None:
    """The answer that the payload of a deep link names, or None. Cards cannot be linked to."""
    entry = faq.entries.get(payload)
    return entry if entry is not None and entry.kind is Kind.ANSWER else None


def deep_link(text: str, faq: Faq) -> Entry | None:
    """The answer that a text names as a deep link does, `/start ID`; None if it names none."""
    call = call_of(text)
    return linked(call.argument, faq) if call is not None and call.name == "start" else None


def _start(faq: Faq, argument: str) -> Reply:
    """The welcome with example questions; `/start ID`, as a deep link sends it, shows that entry at once."""
    entry = linked(argument, faq)
    if entry is not None:
        return render_entry(entry, faq)
    says = faq.interface
    languages = (Choice(says.language, command="settings"),) if len(faq.languages) > 1 else ()
    choices = (
        *choices_of(faq.entries[name] for name in says.examples),
        Choice(says.browse_topics, command="topics"),
        *languages,
        in_danger(faq),
    )
    return Reply((Section("", says.welcome),), choices_title=says.try_asking, choices=choices)


def _help(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.help),), choices=(Choice(faq.interface.browse_topics, command="topics"),))


def _topics(faq: Faq, argument: str) -> Reply:
    topics = tuple(Choice(topic, topic=topic) for topic in faq.topics)
    return Reply((Section("", faq.interface.topics),), choices=topics)


def _sources(faq: Faq, argument: str) -> Reply:
    documents = tuple(source_link(source, faq) for source in faq.sources.values() if source.original)
    return Reply((Section("", faq.interface.sources, sources=documents),))


def _settings(faq: Faq, argument: str) -> Reply:
    """The languages to choose from, where there are at least two."""
    if len(faq.languages) < 2:
        return Reply((Section("", faq.interface.settings),))
    languages = tuple(Choice(name, language=code) for code, name in faq.languages.items())
    return Reply((Section("", faq.interface.choose_language),), choices=languages)


def _privacy(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.privacy),))


def _forget(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.forget),))


def _danger(faq: Faq, argument: str) -> Reply:
    return render_danger(faq)


def _feedback(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.feedback),))


def _stop(faq: Faq, argument: str) -> Reply:
    return Reply((Section("", faq.interface.stopped),))


def _contact(faq: Faq, argument: str) -> Reply:
    """Whom to write to about the bot, if the setting names somebody; that nobody reads the chat in any case."""
    says = faq.interface
    contact = f"\n{says.contact.format(contact=faq.contact)}" if faq.contact else ""
    return Reply((Section("", says.program.strip() + contact),))


COMMANDS: dict[str, Command] = {
    "start": Command(_start),
    "help": Command(_help, in_groups=True),
    "topics": Command(_topics, in_groups=True),
    "sources": Command(_sources, in_groups=True),
    "settings": Command(_settings),
    "privacy": Command(_privacy, in_groups=True),
    "forget": Command(_forget, in_groups=True),
}
# Not in the menu: other names, and what buttons lead to.
OTHER_COMMANDS: dict[str, Command] = {
    "menu": Command(_topics),
    "language": Command(_settings),
    "feedback": Command(_feedback),
    "contact": Command(_contact),
    "stop": Command(_stop),
    "danger": Command(_danger),
}
