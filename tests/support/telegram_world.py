"""A small model of Telegram as one bot sees it, for tests: what each call is answered with, and what people do.

It holds Telegram's own rules (core.telegram.org/bots/api) for the methods that an FAQ bot may use, and is stricter
in a few things: HTML as tests/telegram_html.py has it, links only to http, https and tg, replies within one chat.
It knows no network; its faults are only written down here, for those that carry calls to it.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import Any, Literal, TypeAlias, assert_never
from urllib.parse import urlsplit

from tests.support.telegram_html import (
    FOLDED,
    EmptyError,
    Message,
    RefusedError,
    Span,
    TooLongError,
    check_length,
    parse,
    units,
)

JSON: TypeAlias = dict[str, Any]
Status: TypeAlias = Literal["member", "administrator", "restricted", "left", "kicked"]

TOKEN = "7:AAmade-up-token-made-up-token-made-up1"  # noqa: S105 - made up
BOT_ID, BOT_USERNAME = 7, "made_faq_bot"

# Every name, address and number of a made-up person or group holds one of these, so that a test can look for them
# where personal data must not be.
PERSONAL_MARKS = ("Xyzzyfirst", "xyzzy_handle", "73105839", "Frobozzgroup")
_NAME, _HANDLE, _NUMBER, _TITLE = PERSONAL_MARKS


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes to the bot; `language_code` is None for those whose app sends none."""

    id: int
    first_name: str
    username: str
    language_code: str | None = "en"

    def to_json(self) -> JSON:
        user: JSON = {"id": self.id, "is_bot": False, "first_name": self.first_name, "username": self.username}
        return user | ({"language_code": self.language_code} if self.language_code else {})


def made_person(number: int, language_code: str | None = "en") -> Person:
    """A made-up person with the personal marks; the same number is the same person. The id needs more than 32 bits."""
    return Person(int(f"{_NUMBER}{number:03}"), f"{_NAME}{number}", f"{_HANDLE}{number}", language_code)


ANYBODY = made_person(1)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of the bot's; a private one has its person's id and no title."""

    id: int
    type: Literal["private", "group", "supergroup"]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message: it sends data, opens an address, or does something else (then both are None)."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a person sees it now. `html` is the text as the bot sent it, and '' for what people wrote.

    `kind` says what a message without words is: a voice, a location and so on; it is empty for others.
    """

    message_id: int
    from_bot: bool
    text: str
    html: str
    links: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[Button, ...], ...]
    reply_to: int | None
    edited: bool
    kind: str

    @property
    def labels(self) -> tuple[str, ...]:
        """What its buttons say, row after row."""
        return tuple(button.label for row in self.buttons for button in row)


class Refused(Exception):  # noqa: N818 - an answer of Telegram's, which a test may also script
    """What Telegram answers where it does not do what it was asked."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code, self.description, self.parameters = code, description, dict(parameters or {})

    def to_json(self) -> JSON:
        answer: JSON = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the bot's; `error` is what Telegram refused it with."""

    method: str
    fields: JSON
    error: Refused | None = None


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What a person sees after a press: a short notice, or an alert to close; an empty text is neither."""

    text: str
    is_alert: bool


# --- Faults, as a script of what goes wrong on the way -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slow:
    """The call waits so many seconds; then it is done and answered."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Raw:
    """This status and body are answered; nothing is done."""

    status: int
    body: bytes
    content_type: str = "text/html"


# reset: the connection breaks, nothing is done.     timeout: no answer ever comes, nothing is done.
# lost: the call is done, its answer never arrives.  cut: the call is done, its answer breaks off halfway.
Fault: TypeAlias = Refused | Slow | Raw | Literal["reset", "timeout", "lost", "cut"]

BAD_GATEWAY = Raw(502, b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n")


def too_many(retry_after: int = 1) -> Refused:
    """The answer to a bot that sends too much."""
    return Refused(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def raw_updates(*updates: Any) -> Raw:
    """An answer to getUpdates that holds exactly these, be they updates or not."""
    return Raw(200, json.dumps({"ok": True, "result": updates}).encode(), "application/json")


class Faults:
    """What goes wrong with the next calls of a method; `*` is any method that has no faults of its own.

    A World never hears of a call that was not done; `used` has all calls that met a fault, oldest first.
    """

    def __init__(self) -> None:
        self.used: list[tuple[str, Fault]] = []
        self._scripted: dict[str, deque[Fault]] = {}

    def add(self, method: str, fault: Fault, *, times: int = 1) -> None:
        self._scripted.setdefault(method, deque()).extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """The fault of this call, which is then used up."""
        for name in (method, "*"):
            if self._scripted.get(name):
                fault = self._scripted[name].popleft()
                self.used.append((method, fault))
                return fault
        return None

    def awaits(self, method: str) -> bool:
        """Whether a fault of this method is still to come."""
        return bool(self._scripted.get(method))

    def clear(self) -> None:
        """From now on all goes well."""
        self._scripted.clear()


# --- The world ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Stored:
    message: JSON  # as Telegram sends it, but for what it replies to
    html: str = ""
    links: tuple[tuple[str, str], ...] = ()
    reply_to: int | None = None
    is_own: bool = False


class World:
    """The Telegram side of one bot: chats with their messages, and what the bot has set, answered and called.

    `call` is the bot's side. The makers of updates (`text`, `press`, ...) are the people's side: each changes the
    world and returns the update that Telegram would send, to be delivered to the bot by the test.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        name: str = "Made FAQ",
        username: str = BOT_USERNAME,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token, self.username, self.clock = token, username, clock
        self.calls: list[Call] = []
        self.updates: list[JSON] = []  # all that were ever made
        self.names, self.descriptions, self.short_descriptions = {"": name}, {"": ""}, {"": ""}  # by language
        self.menus: dict[tuple[str, str], dict[str, str]] = {}  # commands by scope ("chat 5") and language
        self.menu_buttons: dict[int | None, JSON] = {}  # by chat; None is for all
        self.callback_answers: dict[str, CallbackAnswer] = {}  # by query
        self.guest_answers: dict[str, JSON] = {}  # by query, the result
        self.inline_answers: dict[str, JSON] = {}  # by query, with results, button, cache_time, is_personal
        self.webhook: JSON = {"url": ""}
        self._chats: dict[int, Chat] = {}
        self._people: dict[int, Person] = {}
        self._statuses: dict[int, str] = {}  # the bot's own, by chat
        self._messages: dict[tuple[int, int], _Stored] = {}
        self._queries: set[str] = set()
        self._inline_queries: set[str] = set()
        self._guest_queries: set[str] = set()
        self._message_ids, self._update_ids = count(1), count(100_001)
        self._query_ids, self._group_ids = count(4_000_000_001), count(101)

    # --- What tests ask ---

    def shown(self, chat: Chat) -> tuple[Shown, ...]:
        """The messages of a chat as a person sees them now, oldest first."""
        return tuple(_shown(stored) for (where, _), stored in self._messages.items() if where == chat.id)

    def last(self, chat: Chat) -> Shown:
        """The newest message of a chat. Fails if there is none."""
        shown = self.shown(chat)
        assert shown, f"nothing is shown in chat {chat.id}\n{self.listing()}"
        return shown[-1]

    def replies(self, chat: Chat) -> tuple[Shown, ...]:
        """The bot's own messages of a chat, oldest first."""
        return tuple(message for message in self.shown(chat) if message.from_bot)

    def answered(self) -> Counter[int]:
        """How many messages each chat got from the bot."""
        return Counter(int(call.fields["chat_id"]) for call in self.called("sendMessage") if call.error is None)

    def called(self, method: str) -> tuple[Call, ...]:
        """The calls of one method, refused ones too, oldest first."""
        return tuple(call for call in self.calls if call.method == method)

    @property
    def refused(self) -> tuple[Call, ...]:
        """The calls that Telegram refused."""
        return tuple(call for call in self.calls if call.error)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The callback queries that still show a person a turning wheel."""
        return tuple(sorted(self._queries - self.callback_answers.keys()))

    def listing(self) -> str:
        """All that is shown and all that was refused, to be read when a test fails."""
        lines: list[str] = []
        for chat in self._chats.values():
            lines.append(f"{chat.type} chat {chat.id} {chat.title}".rstrip())
            for shown in self.shown(chat):
                who = "bot" if shown.from_bot else "person"
                lines.append(f"  {shown.message_id} {who}: {shown.text!r}")
                lines += [f"    {[button.label for button in row]}" for row in shown.buttons]
        lines += [f"refused {call.method}: {call.error}" for call in self.refused]
        return "\n".join(lines) or "nothing is shown"

    # --- Chats and people ---

    def private(self, person: Person = ANYBODY) -> Chat:
        """The private chat of a person, who has opened it."""
        self._people[person.id] = person
        return self._know(Chat(person.id, "private"))

    def group(self, title: str = _TITLE, *, kind: Literal["group", "supergroup"] = "group") -> Chat:
        """A new group that the bot is a member of."""
        prefix = "-" if kind == "group" else "-100"
        return self._know(Chat(int(f"{prefix}{_NUMBER}{next(self._group_ids)}"), kind, title))

    def _know(self, chat: Chat) -> Chat:
        self._statuses.setdefault(chat.id, "member")
        return self._chats.setdefault(chat.id, chat)

    def _sender(self, chat: Chat, sender: Person | None) -> Person:
        person = sender or self._people.get(chat.id, ANYBODY)
        return self._people.setdefault(person.id, person)

    def _chat_json(self, chat: Chat) -> JSON:
        if chat.type != "private":
            return {"id": chat.id, "type": chat.type, "title": chat.title}
        person = self._people[chat.id]
        return {"id": chat.id, "type": "private", "first_name": person.first_name, "username": person.username}

    @property
    def _bot_json(self) -> JSON:
        return {"id": BOT_ID, "is_bot": True, "first_name": self.names[""], "username": self.username}

    # --- Updates ---

    def _update(self, kind: str, content: JSON) -> JSON:
        self.updates.append({"update_id": next(self._update_ids), kind: deepcopy(content)})
        return self.updates[-1]

    def text(
        self, chat: Chat, text: str, *, sender: Person | None = None, reply_to: int | None = None, via_bot: bool = False
    ) -> JSON:
        """A person writes; `via_bot` is what an inline result leaves in the chat."""
        content: JSON = {"text": text} | _optional("entities", _found_entities(text))
        return self._written(chat, content | ({"via_bot": self._bot_json} if via_bot else {}), sender, reply_to)

    def forward(self, chat: Chat, text: str, *, sender: Person | None = None) -> JSON:
        """A person forwards what somebody else wrote elsewhere, who hides the account."""
        origin: JSON = {"type": "hidden_user", "sender_user_name": f"{_NAME}9", "date": int(self.clock()) - 3600}
        content: JSON = {"text": text, "forward_origin": origin} | _optional("entities", _found_entities(text))
        return self._written(chat, content, sender)

    def edit(self, message_id: int, text: str, *, chat: Chat) -> JSON:
        """A person changes the text of a message of theirs."""
        message = self._messages[chat.id, message_id].message
        message.pop("entities", None)
        message |= {"text": text, "edit_date": int(self.clock())} | _optional("entities", _found_entities(text))
        return self._update("edited_message", self._full(chat.id, message_id))

    def photo(self, chat: Chat, caption: str | None = None, *, sender: Person | None = None) -> JSON:
        content: JSON = {"photo": [_file("photo") | {"width": 90, "height": 60}]}
        return self._written(chat, content | ({"caption": caption} if caption else {}), sender)

    def sticker(self, chat: Chat, *, sender: Person | None = None) -> JSON:
        kind: JSON = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._written(chat, {"sticker": _file("sticker") | kind}, sender)

    def voice(self, chat: Chat, *, sender: Person | None = None) -> JSON:
        return self._written(chat, {"voice": _file("voice") | {"duration": 3, "mime_type": "audio/ogg"}}, sender)

    def video_note(self, chat: Chat, *, sender: Person | None = None) -> JSON:
        return self._written(chat, {"video_note": _file("video_note") | {"duration": 3, "length": 240}}, sender)

    def location(
        self, chat: Chat, latitude: float = 7.310583, longitude: float = 9.731058, *, sender: Person | None = None
    ) -> JSON:
        return self._written(chat, {"location": {"latitude": latitude, "longitude": longitude}}, sender)

    def contact(self, chat: Chat, *, sender: Person | None = None) -> JSON:
        return self._written(chat, {"contact": {"phone_number": f"+999{_NUMBER}", "first_name": _NAME}}, sender)

    def document(self, chat: Chat, caption: str | None = None, *, sender: Person | None = None) -> JSON:
        content: JSON = {"document": _file("document") | {"file_name": f"{_HANDLE}.pdf"}}
        return self._written(chat, content | ({"caption": caption} if caption else {}), sender)

    def service(
        self, chat: Chat, kind: Literal["new_chat_members", "left_chat_member", "pinned_message"] = "new_chat_members"
    ) -> JSON:
        """What Telegram itself writes into a chat: somebody came or left, or the newest message was pinned."""
        match kind:
            case "new_chat_members":
                return self._written(chat, {kind: [made_person(9).to_json()]}, None)
            case "left_chat_member":
                return self._written(chat, {kind: made_person(9).to_json()}, None)
            case "pinned_message":
                pinned = self._full(chat.id, self.last(chat).message_id)
                pinned.pop("reply_to_message", None)
                return self._written(chat, {kind: pinned}, None)
            case _:
                assert_never(kind)

    def _written(self, chat: Chat, content: JSON, sender: Person | None, reply_to: int | None = None) -> JSON:
        person = self._sender(self._know(chat), sender)
        if reply_to is not None:
            assert (chat.id, reply_to) in self._messages, f"chat {chat.id} has no message {reply_to} to reply to"
        message_id = self._store(chat, person.to_json(), content, _Stored({}, reply_to=reply_to))
        return self._update("message", self._full(chat.id, message_id))

    def press(self, chat: Chat, label: str, *, message_id: int | None = None, sender: Person | None = None) -> JSON:
        """A person presses the button with this label, of the newest message that has it unless one is named."""
        messages = [shown for shown in self.shown(chat) if message_id in (None, shown.message_id)]
        for shown in reversed(messages):
            for button in (button for row in shown.buttons for button in row if button.label == label):
                assert button.data is not None, f"the button {label!r} sends no data: {button}"
                return self._pressed(chat, button.data, self._full(chat.id, shown.message_id), sender)
        there = [shown.labels for shown in messages if shown.labels]
        raise AssertionError(f"no button {label!r} in chat {chat.id}, only {there}\n{self.listing()}")

    def press_data(self, chat: Chat, data: str, *, message_id: int | None = None, sender: Person | None = None) -> JSON:
        """A press with this data, which no button need have: an older version's, or made up by a client."""
        pressed = message_id if message_id is not None else self.replies(chat)[-1].message_id
        return self._pressed(chat, data, self._full(chat.id, pressed), sender)

    def press_inaccessible(self, chat: Chat, data: str, *, sender: Person | None = None) -> JSON:
        """A press below a message too old for the bot to get: only its id and chat are told."""
        message: JSON = {"chat": self._chat_json(self._know(chat)), "message_id": next(self._message_ids), "date": 0}
        return self._pressed(chat, data, message, sender)

    def _pressed(self, chat: Chat, data: str, message: JSON, sender: Person | None) -> JSON:
        query = str(next(self._query_ids))
        self._queries.add(query)
        content = {"id": query, "from": self._sender(chat, sender).to_json(), "message": message}
        return self._update("callback_query", content | {"chat_instance": str(-abs(chat.id)), "data": data})

    def inline(self, text: str, *, sender: Person | None = None, offset: str = "") -> JSON:
        """A person types the bot's name and a text in some chat of theirs."""
        assert len(text) <= 256, "Telegram cuts an inline query at 256 characters"
        query = str(next(self._query_ids))
        self._inline_queries.add(query)
        content: JSON = {"id": query, "from": (sender or ANYBODY).to_json(), "query": text, "offset": offset}
        return self._update("inline_query", content | {"chat_type": "group"})

    def guest(self, text: str, *, sender: Person | None = None, replied: str = "") -> JSON:
        """A person names the bot in a private chat with somebody else, maybe in a reply to what that one wrote."""
        query, person = str(next(self._query_ids)), (sender or ANYBODY).to_json()
        self._guest_queries.add(query)
        chat = {"id": 77, "type": "private", "first_name": f"{_NAME}77"}
        message: JSON = {"message_id": next(self._message_ids), "date": int(self.clock()), "chat": chat, "from": person}
        message |= {"text": text, "guest_query_id": query} | _optional("entities", _found_entities(text))
        if replied:
            other = {"message_id": next(self._message_ids), "date": int(self.clock()), "chat": chat, "text": replied}
            message["reply_to_message"] = other | {"from": made_person(77).to_json()}
        return self._update("guest_message", message)

    def member(self, chat: Chat, status: Status, *, sender: Person | None = None) -> JSON:
        """Somebody makes the bot this in a chat; `kicked` in a private chat is a person who blocks the bot."""
        self._know(chat)
        was, self._statuses[chat.id] = self._statuses[chat.id], status
        content: JSON = {
            "chat": self._chat_json(chat),
            "from": self._sender(chat, sender).to_json(),
            "date": int(self.clock()),
            "old_chat_member": _member_json(self._bot_json, was),
            "new_chat_member": _member_json(self._bot_json, status),
        }
        return self._update("my_chat_member", content)

    # --- Messages ---

    def _store(self, chat: Chat, sender: JSON, content: JSON, stored: _Stored) -> int:
        message_id = next(self._message_ids)
        where = {"message_id": message_id, "from": sender, "chat": self._chat_json(chat), "date": int(self.clock())}
        stored.message = where | content
        self._messages[chat.id, message_id] = stored
        return message_id

    def _full(self, chat_id: int, message_id: int) -> JSON:
        """A message as Telegram sends it, with what it replies to, and no further."""
        stored = self._messages[chat_id, message_id]
        replied = self._messages.get((chat_id, stored.reply_to or 0))
        return deepcopy(stored.message | ({"reply_to_message": replied.message} if replied else {}))

    # --- Calls ---

    def call(self, method: str, fields: Mapping[str, Any]) -> Any:
        """The `result` that Telegram answers, given fields as JSON or as form texts. Raises Refused."""
        given = deepcopy(dict(fields))
        try:
            given = _decoded(given)
            result = self._answer(method, given)
        except Refused as refused:
            self.calls.append(Call(method, given, refused))
            raise
        self.calls.append(Call(method, given))
        return result

    def _answer(self, method: str, fields: JSON) -> Any:
        methods: dict[str, Callable[[JSON], Any]] = {
            "answerCallbackQuery": self._answer_callback_query,
            "answerGuestQuery": self._answer_guest_query,
            "answerInlineQuery": self._answer_inline_query,
            "close": lambda _: True,
            "deleteMessage": self._delete_message,
            "deleteMessages": self._delete_messages,
            "deleteMyCommands": lambda fields: self._set_my_commands(fields | {"commands": []}),
            "deleteWebhook": lambda _: self._set_webhook({"url": ""}),
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "editMessageText": self._edit_message_text,
            "getChat": self._get_chat,
            "getMe": lambda _: self._get_me(),
            "getMyCommands": self._get_my_commands,
            "getMyDescription": lambda fields: {"description": _said(self.descriptions, fields)},
            "getMyName": lambda fields: {"name": _said(self.names, fields)},
            "getMyShortDescription": lambda fields: {"short_description": _said(self.short_descriptions, fields)},
            "getUpdates": lambda _: [],
            "getWebhookInfo": lambda _: self.webhook | {"has_custom_certificate": False, "pending_update_count": 0},
            "leaveChat": self._leave_chat,
            "logOut": lambda _: True,
            "sendChatAction": self._send_chat_action,
            "sendMessage": self._send_message,
            "setChatMenuButton": self._set_chat_menu_button,
            "setMyCommands": self._set_my_commands,
            "setMyDescription": lambda fields: _say(self.descriptions, fields, "description", 512),
            "setMyName": lambda fields: _say(self.names, fields, "name", 64),
            "setMyShortDescription": lambda fields: _say(self.short_descriptions, fields, "short_description", 120),
            "setWebhook": self._set_webhook,
        }
        if method not in methods:
            raise Refused(404, f"Not Found: this model of Telegram has no method {method}")
        return methods[method](fields)

    def _get_me(self) -> JSON:
        can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True}
        can["supports_guest_queries"] = True
        return self._bot_json | can | {"can_connect_to_business": False, "has_main_web_app": False}

    def _get_chat(self, fields: JSON) -> JSON:
        chat = self._chat(fields)
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
        return {"id": chat.id, "type": chat.type} | more

    def _chat(self, fields: JSON) -> Chat:
        chat = self._chats.get(_integer(fields, "chat_id", "chat not found"))
        if chat is None:
            raise _bad("chat not found")
        match self._statuses[chat.id]:
            case "kicked" if chat.type == "private":
                raise Refused(403, "Forbidden: bot was blocked by the user")
            case "kicked":
                raise Refused(403, f"Forbidden: bot was kicked from the {chat.type} chat")
            case "left":
                raise Refused(403, f"Forbidden: bot is not a member of the {chat.type} chat")
        return chat

    def _send_message(self, fields: JSON) -> JSON:
        chat = self._chat(fields)
        if self._statuses[chat.id] == "restricted":
            raise _bad("not enough rights to send text messages to the chat")
        message = _checked_text(fields, "text")
        keyboard = _checked_markup(fields.get("reply_markup"), inline_only=False)
        stored = _Stored({}, _as_html(message, fields), message.links, self._replied(chat, fields), is_own=True)
        content = _content(message) | _optional("reply_markup", keyboard)
        return self._full(chat.id, self._store(chat, self._bot_json, content, stored))

    def _replied(self, chat: Chat, fields: JSON) -> int | None:
        reply = fields.get("reply_parameters")
        if reply is None:
            return None
        if reply.get("chat_id", chat.id) != chat.id:
            raise _bad("this model of Telegram has replies within one chat only")
        if (chat.id, reply.get("message_id")) in self._messages:
            return int(reply["message_id"])
        if reply.get("allow_sending_without_reply"):
            return None
        raise _bad("message to be replied not found")

    def _editable(self, fields: JSON) -> _Stored:
        chat = self._chat(fields)
        stored = self._messages.get((chat.id, _integer(fields, "message_id", "message identifier is not specified")))
        if stored is None:
            raise _bad("message to edit not found")
        if not stored.is_own:
            raise _bad("message can't be edited")
        return stored

    def _edit_message_text(self, fields: JSON) -> JSON:
        stored = self._editable(fields)
        message = _checked_text(fields, "text")
        keyboard = _checked_markup(fields.get("reply_markup"))
        edited = self._edited(stored, _content(message) | _optional("reply_markup", keyboard))
        stored.html, stored.links = _as_html(message, fields), message.links
        return edited

    def _edit_message_reply_markup(self, fields: JSON) -> JSON:
        stored = self._editable(fields)
        kept = {name: stored.message[name] for name in ("text", "entities") if name in stored.message}
        keyboard = _checked_markup(fields.get("reply_markup"))
        return self._edited(stored, kept | _optional("reply_markup", keyboard))

    def _edited(self, stored: _Stored, content: JSON) -> JSON:
        names = ("text", "entities", "reply_markup")
        if all(stored.message.get(name) == content.get(name) for name in names):
            raise _bad(
                "message is not modified: specified new message content and reply markup are exactly the same as"
                " a current content and reply markup of the message"
            )
        kept = {name: value for name, value in stored.message.items() if name not in names}
        stored.message = kept | {"edit_date": int(self.clock())} | content
        return self._full(stored.message["chat"]["id"], stored.message["message_id"])

    def _delete_message(self, fields: JSON) -> bool:
        chat = self._chat(fields)
        key = chat.id, _integer(fields, "message_id", "message identifier is not specified")
        if key not in self._messages:
            raise _bad("message to delete not found")
        if not self._may_delete(chat, self._messages[key]):
            raise _bad("message can't be deleted")
        del self._messages[key]
        return True

    def _delete_messages(self, fields: JSON) -> bool:
        """Those that are not there are passed over, as Telegram does."""
        chat, ids = self._chat(fields), fields.get("message_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
            raise _bad("1 to 100 message identifiers are needed")
        for message_id in ids:
            stored = self._messages.get((chat.id, message_id))
            if stored is not None and self._may_delete(chat, stored):
                del self._messages[chat.id, message_id]
        return True

    def _may_delete(self, chat: Chat, stored: _Stored) -> bool:
        return stored.is_own or chat.type == "private" or self._statuses[chat.id] == "administrator"

    def _send_chat_action(self, fields: JSON) -> bool:
        self._chat(fields)
        if fields.get("action") not in _ACTIONS:
            raise _bad("wrong parameter action in request")
        return True

    def _leave_chat(self, fields: JSON) -> bool:
        self._statuses[self._chat(fields).id] = "left"
        return True

    def _answer_callback_query(self, fields: JSON) -> bool:
        query, text, url = fields.get("callback_query_id"), fields.get("text", ""), fields.get("url", "")
        if query not in self._queries or query in self.callback_answers:
            raise _bad("query is too old and response timeout expired or query ID is invalid")
        if units(text) > 200:
            raise _bad("MESSAGE_TOO_LONG")
        if url and not url.startswith((f"https://t.me/{self.username}?start=", f"t.me/{self.username}?start=")):
            raise _bad("URL_INVALID")
        self.callback_answers[query] = CallbackAnswer(text, fields.get("show_alert", False))
        return True

    def _answer_guest_query(self, fields: JSON) -> JSON:
        query, result = fields.get("guest_query_id", ""), fields.get("result") or {}
        if query not in self._guest_queries or query in self.guest_answers:
            raise _bad("query is too old and response timeout expired or query ID is invalid")
        _check_inline_result(result)
        self.guest_answers[query] = result
        return {"inline_message_id": f"guest{query}"}

    def _answer_inline_query(self, fields: JSON) -> bool:
        query, results = fields.get("inline_query_id"), fields.get("results")
        if query not in self._inline_queries or query in self.inline_answers:
            raise _bad("query is too old and response timeout expired or query ID is invalid")
        if not isinstance(results, list) or len(results) > 50:
            raise _bad("RESULTS_TOO_MUCH")
        for result in results:
            _check_inline_result(result)
        if len({result["id"] for result in results}) < len(results):
            raise _bad("RESULT_ID_DUPLICATE")
        if len(fields.get("next_offset", "").encode()) > 64:
            raise _bad("NEXT_OFFSET_INVALID")
        _check_inline_button(fields.get("button"))
        kept = ("results", "button", "cache_time", "is_personal", "next_offset")
        self.inline_answers[query] = {name: fields[name] for name in kept if name in fields}
        return True

    def _set_my_commands(self, fields: JSON) -> bool:
        key, commands = self._menu(fields), fields.get("commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise _bad("commands must be a list of at most 100")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
                raise _bad("BOT_COMMAND_INVALID")
            if not 1 <= units(command.get("description", "").strip()) <= 256:
                raise _bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.menus.pop(key, None)
        if commands:
            self.menus[key] = {command["command"]: command["description"] for command in commands}
        return True

    def _get_my_commands(self, fields: JSON) -> list[JSON]:
        menu = self.menus.get(self._menu(fields), {})
        return [{"command": name, "description": description} for name, description in menu.items()]

    def _menu(self, fields: JSON) -> tuple[str, str]:
        """The key of a menu: its scope, with the chat and person of a scope that has them, and its language."""
        scope = fields.get("scope") or {"type": "default"}
        if scope.get("type") not in _SCOPES:
            raise _bad("unsupported scope specified")
        named = [scope[name] for name in ("chat_id", "user_id") if name in scope]
        if scope["type"] in ("chat", "chat_administrators", "chat_member") and not named:
            raise _bad("chat_id is not specified")
        if "chat_id" in scope:
            self._chat(scope)
        return " ".join([scope["type"], *map(str, named)]), _language(fields)

    def _set_chat_menu_button(self, fields: JSON) -> bool:
        chat = self._chat(fields).id if "chat_id" in fields else None
        button = fields.get("menu_button", {"type": "default"})
        if button.get("type") not in ("commands", "web_app", "default"):
            raise _bad("menu button type is unsupported")
        self.menu_buttons[chat] = button
        return True

    def _set_webhook(self, fields: JSON) -> bool:
        url, secret = fields.get("url", ""), fields.get("secret_token", "")
        if url and not url.startswith("https://"):
            raise _bad("bad webhook: An HTTPS URL must be provided for webhook")
        if url and (urlsplit(url).port or 443) not in (443, 80, 88, 8443):
            raise _bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise _bad("secret token contains illegal symbols or is too long")
        self.webhook = {"url": url, "allowed_updates": fields.get("allowed_updates", [])}
        return True


# --- Rules -------------------------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ACTIONS = _words(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker"
    " find_location record_video_note upload_video_note"
)
_SCOPES = _words(
    "default all_private_chats all_group_chats all_chat_administrators chat chat_administrators chat_member"
)
_BUTTON_ACTIONS = _words(
    "url callback_data web_app login_url switch_inline_query switch_inline_query_current_chat"
    " switch_inline_query_chosen_chat copy_text callback_game pay"
)
# What a form carries as JSON within a text: objects and lists, and numbers and truth values.
_STRUCTURED = _words(
    "reply_markup reply_parameters link_preview_options entities commands scope result results button menu_button"
    " message_ids allowed_updates"
)
_SIMPLE = _words(
    "chat_id message_id show_alert cache_time is_personal disable_notification protect_content message_thread_id"
    " timeout offset limit drop_pending_updates max_connections"
)
_TYPES = {
    "b": "bold",
    "i": "italic",
    "u": "underline",
    "s": "strikethrough",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    FOLDED: "expandable_blockquote",
}
# What Telegram finds by itself in any text.
_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@]))"
    r"|(?P<mention>(?<!\w)@[A-Za-z0-9_]{4,32}(?!\w))"
    r"|(?P<url>(?<!\w)https?://[^\s<>\"]*[^\s<>\".,;:!?)])"
)


def _bad(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


def _optional(name: str, value: Any) -> JSON:
    return {name: value} if value else {}


def _decoded(fields: JSON) -> JSON:
    """The fields as JSON values; a form carries all but texts as JSON within a text."""
    decoded = dict(fields)
    for name, value in fields.items():
        if isinstance(value, str) and name in _STRUCTURED | _SIMPLE:
            try:
                decoded[name] = json.loads(value)
            except ValueError:
                if name in _STRUCTURED:
                    raise _bad(f"can't parse {name} JSON object") from None
    return decoded


def _integer(fields: JSON, name: str, otherwise: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _bad(otherwise if value is not None else f"{name} is empty")
    return value


def _checked_text(fields: JSON, name: str) -> Message:
    """The message that Telegram makes of a text, with spaces at its ends removed. Raises Refused."""
    text, mode = fields.get(name), fields.get("parse_mode")
    if not isinstance(text, str) or not text.strip():
        raise _bad("message text is empty")
    if fields.get("entities") and mode:
        raise _bad("this model of Telegram takes entities or a parse_mode, not both")
    if mode and mode.lower() != "html":
        raise _bad("unsupported parse_mode: this model of Telegram has only HTML")
    try:
        message = parse(text) if mode else _plain(text, fields.get("entities") or ())
    except TooLongError:
        raise _bad("message is too long") from None
    except EmptyError:
        raise _bad("message text is empty") from None
    except RefusedError as error:
        raise _bad(f"can't parse entities: {error}") from None
    for label, address in message.links:
        if not _is_address(address):
            raise _bad(f"can't parse entities: the link {label!r} would be lost, its address is {address!r}")
    return message


def _plain(text: str, entities: Sequence[JSON] = ()) -> Message:
    """A text with its entities told apart; those that Telegram finds by itself are found anew."""
    check_length(text)
    tags = {kind: tag for tag, kind in _TYPES.items()}
    spans = []
    for entity in entities:
        if not 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(text):
            raise _bad("ENTITY_BOUNDS_INVALID")
        if entity["type"] in tags:
            spans.append(Span(tags[entity["type"]], entity["offset"], entity["length"], entity.get("url", "")))
    encoded = text.encode("utf-16-le")
    named = ((span, encoded[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le")) for span in spans)
    links = tuple((label, span.address) for span, label in named if span.tag == "a")
    return Message(text, links, tuple(spans))


def _as_html(message: Message, fields: JSON) -> str:
    """A message as HTML: as it was sent, or put together from its entities, of which one may stand within another."""
    if fields.get("parse_mode"):
        return str(fields["text"])
    encoded = message.text.encode("utf-16-le")
    spans = sorted(message.spans, key=lambda span: (span.start, -span.length))
    return _tagged(encoded, spans, 0, len(encoded) // 2)


def _tagged(encoded: bytes, spans: Sequence[Span], at: int, end: int) -> str:
    """The text from ``at`` to ``end`` with the spans within it, outermost first, as tags."""
    html = ""
    for index, span in enumerate(spans):
        if span.start < at:  # within the span before it
            continue
        last = span.start + span.length
        inner = [one for one in spans[index + 1 :] if one.start + one.length <= last]
        address = f' href="{escape(span.address)}"' if span.address else ""
        within = _tagged(encoded, inner, span.start, last)
        html += (
            f"{_escaped(encoded[2 * at : 2 * span.start])}<{span.tag}{address}>{within}</{span.tag.partition(' ')[0]}>"
        )
        at = last
    return html + _escaped(encoded[2 * at : 2 * end])


def _escaped(encoded: bytes) -> str:
    return escape(encoded.decode("utf-16-le"))


def _content(message: Message) -> JSON:
    """Text and entities of a bot's message, as Telegram sends them back: without the spaces around."""
    text = message.text.strip()
    before = units(message.text[: len(message.text) - len(message.text.lstrip())])
    entities: list[JSON] = []
    for span in message.spans:
        start, end = max(span.start - before, 0), min(span.start + span.length - before, units(text))
        if start < end:
            entity: JSON = {"type": _TYPES[span.tag], "offset": start, "length": end - start}
            entities.append(entity | _optional("url", span.address))
    closed = [entity for entity in entities if entity["type"] in ("text_link", "code", "pre")]
    found = [entity for entity in _found_entities(text) if not any(_meet(entity, other) for other in closed)]
    ordered = sorted(entities + found, key=lambda entity: (entity["offset"], -entity["length"]))
    return {"text": text} | _optional("entities", ordered)


def _found_entities(text: str) -> list[JSON]:
    """The commands, mentions and addresses of a text; offsets and lengths in UTF-16 code units."""
    return [
        {"type": match.lastgroup, "offset": units(text[: match.start()]), "length": units(match[0])}
        for match in _FOUND.finditer(text)
    ]


def _meet(one: JSON, other: JSON) -> bool:
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])


def _is_address(url: Any) -> bool:
    if not isinstance(url, str) or re.search(r"\s", url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "tg") and bool(parts.hostname)


def _checked_markup(markup: JSON | None, *, inline_only: bool = True) -> JSON | None:
    """The inline keyboard as Telegram keeps it, None for none. Raises Refused."""
    if not markup:
        return None
    if "inline_keyboard" not in markup:
        if inline_only or not markup.keys() & {"keyboard", "remove_keyboard", "force_reply"}:
            raise _bad("inline keyboard expected")
        return None
    rows = [row for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise _bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: JSON) -> None:
    if not str(button.get("text", "")).strip():
        raise _bad("can't parse inline keyboard button: Text is empty")
    actions = button.keys() & _BUTTON_ACTIONS
    if len(actions) != 1:
        raise _bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in actions and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise _bad("BUTTON_DATA_INVALID")
    if "url" in actions and not _is_address(button["url"]):
        raise _bad(f"inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")


def _check_inline_result(result: JSON) -> None:
    if result.get("type") != "article":
        raise _bad("this model of Telegram has inline results of type article only")
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise _bad("RESULT_ID_INVALID")
    if not str(result.get("title", "")).strip():
        raise _bad("article title is empty")
    _checked_text(result.get("input_message_content") or {}, "message_text")
    _checked_markup(result.get("reply_markup"))


def _check_inline_button(button: JSON | None) -> None:
    if button is None:
        return
    if not str(button.get("text", "")).strip():
        raise _bad("button text is empty")
    if "web_app" not in button and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button.get("start_parameter", "")):
        raise _bad("START_PARAM_INVALID")


def _language(fields: JSON) -> str:
    language = str(fields.get("language_code") or "")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise _bad("invalid language code specified")
    return language


def _said(texts: Mapping[str, str], fields: JSON) -> str:
    """The text of a language, or the one for all languages that have none of their own."""
    return texts.get(_language(fields)) or texts.get("", "")


def _say(texts: dict[str, str], fields: JSON, name: str, longest: int) -> bool:
    text, language = fields.get(name, ""), _language(fields)
    if units(text) > longest:
        raise _bad(f"{name} is too long")
    texts[language] = text
    return True


# --- As JSON, and as shown ---------------------------------------------------------------------------------------


def _file(kind: str) -> JSON:
    return {"file_id": f"{_HANDLE}-{kind}", "file_unique_id": f"{_HANDLE}-{kind}-unique", "file_size": 1024}


def _member_json(user: JSON, status: str) -> JSON:
    member: JSON = {"user": user, "status": status}
    match status:
        case "administrator":
            return member | dict.fromkeys(("can_be_edited", "is_anonymous", *_RIGHTS), False)
        case "restricted":
            return member | dict.fromkeys(("is_member", *_PERMISSIONS), False) | {"until_date": 0}
        case "kicked":
            return member | {"until_date": 0}
    return member


_RIGHTS = _words(
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members"
    " can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories"
)
_PERMISSIONS = _words(
    "can_change_info can_invite_users can_pin_messages can_send_messages can_send_polls can_send_other_messages"
    " can_add_web_page_previews can_manage_topics can_send_audios can_send_documents can_send_photos can_send_videos"
    " can_send_video_notes can_send_voice_notes can_edit_tag"
)


_WITHOUT_WORDS = ("photo", "sticker", "voice", "video_note", "location", "contact", "document")


def _shown(stored: _Stored) -> Shown:
    message = stored.message
    rows: Sequence[Sequence[JSON]] = message.get("reply_markup", {}).get("inline_keyboard", ())
    return Shown(
        message_id=message["message_id"],
        from_bot=stored.is_own,
        text=str(message.get("text") or message.get("caption", "")),
        html=stored.html,
        links=stored.links,
        buttons=tuple(
            tuple(Button(button["text"], button.get("callback_data"), button.get("url")) for button in row)
            for row in rows
        ),
        reply_to=stored.reply_to,
        edited="edit_date" in message,
        kind=next((kind for kind in _WITHOUT_WORDS if kind in message), ""),
    )
