"""The fakes of Telegram are right themselves: they refuse what Telegram refuses, and PTB understands their answers."""

from __future__ import annotations

import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.ext import (
    ApplicationBuilder,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
    Defaults,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from tests.support.paths import SMALL
from tests.support.telegram_emulator import BotProcess, Emulator, bot_environment, serving
from tests.support.telegram_recording import AnyApplication, RecordingRequest, deliver, deliver_at_once
from tests.support.telegram_world import (
    BAD_GATEWAY,
    JSON,
    PERSONAL_MARKS,
    TOKEN,
    Button,
    Chat,
    Fault,
    Refused,
    Slow,
    Status,
    World,
    made_person,
    raw_updates,
    too_many,
)

Context = CallbackContext[Any, Any, Any, Any]
YES_NO = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def chat(world: World) -> Chat:
    return world.private()


def send(world: World, chat: Chat, text: str = "Hello", **fields: Any) -> JSON:
    sent: JSON = world.call("sendMessage", {"chat_id": chat.id, "text": text, **fields})
    return sent


def keyboard(*rows: list[JSON]) -> JSON:
    return {"reply_markup": {"inline_keyboard": list(rows)}}


# --- What Telegram refuses ---------------------------------------------------------------------------------------

HTML = {"parse_mode": "HTML"}
BUTTON = {"text": "Yes", "callback_data": "y"}

REFUSED_MESSAGES: list[tuple[str, JSON, str]] = [
    ("no text", {"text": ""}, "message text is empty"),
    ("only spaces", {"text": " \n"}, "message text is empty"),
    ("only tags", HTML | {"text": "<b> </b>"}, "message text is empty"),
    ("4097 units", {"text": "a" * 4097}, "message is too long"),
    ("4098 units of 2049 letters", HTML | {"text": "😀" * 2049}, "message is too long"),
    ("a tag left open", HTML | {"text": "<b>a"}, "can't parse entities"),
    ("a bare ampersand", HTML | {"text": "a & b"}, "can't parse entities"),
    ("an unknown tag", HTML | {"text": "<p>a</p>"}, "can't parse entities"),
    ("a link that Telegram drops", HTML | {"text": '<a href="garden">a</a>'}, "would be lost"),
    ("another markup", {"parse_mode": "Markdown"}, "unsupported parse_mode"),
    ("an unknown chat", {"chat_id": 404}, "chat not found"),
    ("no chat", {"chat_id": None}, "chat_id is empty"),
    ("a reply to nothing", {"reply_parameters": {"message_id": 404}}, "message to be replied not found"),
    ("65 bytes of data", keyboard([{"text": "a", "callback_data": "д" * 32 + "a"}]), "BUTTON_DATA_INVALID"),
    ("empty data", keyboard([{"text": "a", "callback_data": ""}]), "BUTTON_DATA_INVALID"),
    ("a button without text", keyboard([{"text": "", "callback_data": "y"}]), "Text is empty"),
    ("a button that does nothing", keyboard([{"text": "a"}]), "Text buttons are unallowed"),
    ("a button that does two things", keyboard([BUTTON | {"url": "https://a.b"}]), "Text buttons are unallowed"),
    ("a button to a file", keyboard([{"text": "a", "url": "file:///etc"}]), "Unsupported URL protocol"),
    ("nine buttons in a row", keyboard([BUTTON] * 9), "reply markup is too long"),
    ("101 buttons", keyboard(*[[BUTTON]] * 101), "reply markup is too long"),
    ("a keyboard that is no JSON", {"reply_markup": "{"}, "can't parse reply_markup"),
]


@pytest.mark.parametrize(
    ("fields", "reason"), [case[1:] for case in REFUSED_MESSAGES], ids=[case[0] for case in REFUSED_MESSAGES]
)
def test_a_message_against_the_rules_is_refused(world: World, chat: Chat, fields: JSON, reason: str) -> None:
    """Nothing of it is shown, and the call is kept with its refusal."""
    with pytest.raises(Refused, match=reason) as caught:
        send(world, chat, **fields)
    assert caught.value.code == 400
    assert world.shown(chat) == ()
    assert world.refused == world.called("sendMessage")


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "a" * 4096},
        HTML | {"text": f"<b>{'😀' * 2048}</b>"},
        {"text": "a < b & c"},
        keyboard(*[[BUTTON] * 8] * 12, [BUTTON] * 4),
        keyboard([{"text": "a", "callback_data": "д" * 32}]),
        keyboard([{"text": "a", "url": "tg://user?id=1"}, {"text": "b", "switch_inline_query": ""}]),
        {"reply_parameters": {"message_id": 404, "allow_sending_without_reply": True}},
        {"link_preview_options": {"is_disabled": True}, "disable_notification": True},
    ],
)
def test_a_message_at_the_limits_is_shown(world: World, chat: Chat, fields: JSON) -> None:
    """The limits are those of Telegram and no narrower."""
    send(world, chat, **fields)
    assert world.last(chat).from_bot


def test_only_own_messages_can_be_edited_and_only_to_something_else(world: World, chat: Chat) -> None:
    """An edit of a person's message, of none, and to the same text and buttons are all refused."""
    asked = world.text(chat, "Hello")["message"]["message_id"]
    sent = send(world, chat, "<b>Hi</b>", **HTML, reply_markup=YES_NO)["message_id"]
    edits: list[tuple[JSON, str]] = [
        ({"message_id": asked, "text": "Hi"}, "message can't be edited"),
        ({"message_id": 404, "text": "Hi"}, "message to edit not found"),
        ({"message_id": sent, "text": "<b>Hi</b> ", **HTML, "reply_markup": YES_NO}, "message is not modified"),
        ({"message_id": sent, "text": ""}, "message text is empty"),
    ]
    for fields, reason in edits:
        with pytest.raises(Refused, match=reason):
            world.call("editMessageText", {"chat_id": chat.id, **fields})
    with pytest.raises(Refused, match="message is not modified"):
        world.call("editMessageReplyMarkup", {"chat_id": chat.id, "message_id": sent, "reply_markup": YES_NO})
    assert not world.last(chat).edited


def test_an_edit_changes_what_is_shown_and_drops_buttons_not_sent_again(world: World, chat: Chat) -> None:
    """As at Telegram, an edit without reply_markup takes the buttons away."""
    sent = send(world, chat, reply_markup=YES_NO)["message_id"]
    assert world.last(chat).buttons == ((Button("Yes", "y"), Button("No", "n")),)
    edited = world.call("editMessageText", {"chat_id": chat.id, "message_id": sent, "text": "<i>Bye</i>", **HTML})
    assert (edited["text"], edited["entities"]) == ("Bye", [{"type": "italic", "offset": 0, "length": 3}])
    assert edited["edit_date"] >= edited["date"]
    assert (world.last(chat).html, world.last(chat).labels, world.last(chat).edited) == ("<i>Bye</i>", (), True)
    world.call("editMessageReplyMarkup", {"chat_id": chat.id, "message_id": sent, "reply_markup": YES_NO})
    assert (world.last(chat).text, world.last(chat).labels) == ("Bye", ("Yes", "No"))


def test_deleting(world: World, chat: Chat) -> None:
    """In a private chat everything can be deleted, in a group only what is the bot's own."""
    group = world.group()
    foreign = world.text(group, "Hello")["message"]["message_id"]
    own = send(world, group)["message_id"]
    with pytest.raises(Refused, match="message can't be deleted"):
        world.call("deleteMessage", {"chat_id": group.id, "message_id": foreign})
    assert world.call("deleteMessages", {"chat_id": group.id, "message_ids": [foreign, own, 404]}) is True
    assert [shown.message_id for shown in world.shown(group)] == [foreign]
    asked = world.text(chat, "Hello")["message"]["message_id"]
    world.call("deleteMessage", {"chat_id": chat.id, "message_id": asked})
    with pytest.raises(Refused, match="message to delete not found"):
        world.call("deleteMessage", {"chat_id": chat.id, "message_id": asked})
    assert world.shown(chat) == ()


@pytest.mark.parametrize(
    ("status", "private_reason", "group_reason"),
    [
        ("kicked", "bot was blocked by the user", "bot was kicked from the group chat"),
        ("left", "bot is not a member", "bot is not a member of the group chat"),
        ("restricted", "not enough rights", "not enough rights"),
    ],
)
def test_who_is_out_cannot_write(
    world: World, chat: Chat, status: Status, private_reason: str, group_reason: str
) -> None:
    """Blocked, thrown out or muted, the bot is refused until it is let in again."""
    for place, reason in ((chat, private_reason), (world.group(), group_reason)):
        world.member(place, status)
        with pytest.raises(Refused, match=reason):
            send(world, place)
        world.member(place, "member")
        send(world, place)


def test_leaving_a_group(world: World) -> None:
    """After leaveChat the bot is out."""
    group = world.group()
    world.call("leaveChat", {"chat_id": group.id})
    with pytest.raises(Refused, match="bot is not a member"):
        world.call("sendChatAction", {"chat_id": group.id, "action": "typing"})


def test_a_callback_query_is_answered_once_and_shortly(world: World, chat: Chat) -> None:
    """Too long, for an unknown query, to an address that is not the bot's own, or a second time: refused."""
    send(world, chat, reply_markup=YES_NO)
    query = world.press(chat, "No")["callback_query"]["id"]
    refusals: list[tuple[JSON, str]] = [
        ({"text": "a" * 201}, "MESSAGE_TOO_LONG"),
        ({"callback_query_id": "1"}, "query is too old"),
        ({"url": "https://garden.example"}, "URL_INVALID"),
    ]
    for fields, reason in refusals:
        with pytest.raises(Refused, match=reason):
            world.call("answerCallbackQuery", {"callback_query_id": query, **fields})
    assert world.unanswered == (query,)
    world.call("answerCallbackQuery", {"callback_query_id": query, "text": "a" * 200, "show_alert": "true"})
    assert world.callback_answers[query].is_alert
    assert not world.unanswered
    with pytest.raises(Refused, match="query is too old"):
        world.call("answerCallbackQuery", {"callback_query_id": query})


def article(identity: str = "1", **fields: Any) -> JSON:
    return {"type": "article", "id": identity, "title": "T", "input_message_content": {"message_text": "m"}} | fields


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"results": [article(str(number)) for number in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article("")]}, "RESULT_ID_INVALID"),
        ({"results": [article("д" * 33)]}, "RESULT_ID_INVALID"),
        ({"results": [article(title=" ")]}, "title is empty"),
        ({"results": [article(input_message_content={"message_text": "<b>", **HTML})]}, "can't parse entities"),
        ({"results": [article(input_message_content={"message_text": "a" * 4097})]}, "too long"),
        ({"results": [article(reply_markup={"inline_keyboard": [[{"text": "a"}]]})]}, "Text buttons are unallowed"),
        ({"results": [], "button": {"text": "a", "start_parameter": "a b"}}, "START_PARAM_INVALID"),
        ({"results": [], "button": {"text": "a", "start_parameter": "a" * 65}}, "START_PARAM_INVALID"),
        ({"results": [], "button": {"text": "", "start_parameter": "a"}}, "button text is empty"),
        ({"results": [], "inline_query_id": "1"}, "query is too old"),
    ],
)
def test_an_inline_answer_against_the_rules_is_refused(world: World, fields: JSON, reason: str) -> None:
    """Each rule for results, their content and the button holds."""
    query = world.inline("oak")["inline_query"]["id"]
    with pytest.raises(Refused, match=reason):
        world.call("answerInlineQuery", {"inline_query_id": query, **fields})
    assert not world.inline_answers


@pytest.mark.parametrize(
    ("method", "fields", "reason"),
    [
        ("setMyCommands", {"commands": [{"command": "Help", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": "a" * 257}]}, "DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": "a"}] * 101}, "at most 100"),
        ("setMyCommands", {"commands": [], "scope": {"type": "world"}}, "unsupported scope"),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 404}}, "chat not found"),
        ("setMyCommands", {"commands": [], "language_code": "english"}, "invalid language code"),
        ("setMyDescription", {"description": "a" * 513}, "too long"),
        ("setMyShortDescription", {"short_description": "a" * 121}, "too long"),
        ("setMyName", {"name": "a" * 65}, "too long"),
        ("setWebhook", {"url": "http://garden.example"}, "HTTPS"),
        ("setWebhook", {"url": "https://garden.example:8080"}, "only on ports"),
        ("setWebhook", {"url": "https://garden.example", "secret_token": "a b"}, "illegal symbols"),
        ("setChatMenuButton", {"menu_button": {"type": "door"}}, "unsupported"),
        ("sendChatAction", {"chat_id": 73105839001, "action": "dancing"}, "wrong parameter action"),
        ("sendTea", {}, "has no method sendTea"),
    ],
)
def test_settings_against_the_rules_are_refused(world: World, method: str, fields: JSON, reason: str) -> None:
    """Menus, descriptions, webhooks and actions have their rules; an unknown method is not found."""
    world.private()
    with pytest.raises(Refused, match=reason):
        world.call(method, fields)


# --- What people do ----------------------------------------------------------------------------------------------


def test_updates_rise_and_are_recorded(world: World, chat: Chat) -> None:
    """Every maker's update has the next id, and what people write is shown as theirs."""
    other = world.group(kind="supergroup")
    made = [world.text(chat, "/start@made_faq_bot a"), world.photo(chat, "A photo"), world.text(other, "Hi")]
    made += [make(chat) for make in (world.sticker, world.voice, world.location, world.contact, world.document)]
    made += [world.service(chat), world.service(chat, "pinned_message"), world.service(other, "left_chat_member")]
    made += [world.inline("oak"), world.member(other, "administrator"), world.press_inaccessible(chat, "y")]
    made.append(world.edit(1, "edited 😀 /help", chat=chat))
    ids = [update["update_id"] for update in made]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert all(Update.de_json(update).to_dict().keys() == update.keys() for update in made)
    assert (world.shown(chat)[0].text, world.shown(chat)[0].edited) == ("edited 😀 /help", True)
    assert made[-1]["edited_message"]["entities"] == [{"type": "bot_command", "offset": 10, "length": 5}]
    assert made[0]["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 19}]


def test_every_name_and_number_of_a_person_is_marked(world: World) -> None:
    """Whatever identifies a person or a group can be found by its mark."""
    person, group = made_person(5, None), world.group()
    assert "language_code" not in world.text(world.private(person), "Hi")["message"]["from"]
    for value in (person.id, person.first_name, person.username, group.id, group.title):
        assert any(mark in str(value) for mark in PERSONAL_MARKS)


def test_a_press_names_the_buttons_there_are(world: World, chat: Chat) -> None:
    """A test that presses a button which is not there says which are."""
    send(world, chat, reply_markup={"inline_keyboard": [[BUTTON, {"text": "Map", "url": "https://a.b"}]]})
    with pytest.raises(AssertionError, match=r"no button 'Maybe' .* \[\('Yes', 'Map'\)\]"):
        world.press(chat, "Maybe")
    with pytest.raises(AssertionError, match="sends no data"):
        world.press(chat, "Map")


def test_a_reply_goes_one_level_deep(world: World, chat: Chat) -> None:
    """A replied message comes without what it replies to itself."""
    first = world.text(chat, "One")["message"]["message_id"]
    second = world.text(chat, "Two", reply_to=first)["message"]["message_id"]
    third = world.text(chat, "Three", reply_to=second)["message"]
    assert third["reply_to_message"]["text"] == "Two"
    assert "reply_to_message" not in third["reply_to_message"]


# --- PTB over RecordingRequest -----------------------------------------------------------------------------------


async def echo(update: Update, context: Context) -> None:
    message = update.effective_message
    assert message is not None
    assert message.text is not None
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Thanks", callback_data="thanks")]])
    await message.reply_text(f"<b>{message.text}</b>", reply_markup=buttons, do_quote=True)


async def thank(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    assert isinstance(query.message, Message)
    assert query.message.reply_to_message is not None
    await query.answer("Noted")
    await query.edit_message_text(f"You asked: {query.message.reply_to_message.text}")


def built(builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any]) -> AnyApplication:
    defaults = Defaults(parse_mode="HTML", link_preview_options=LinkPreviewOptions(is_disabled=True))
    application = builder.token(TOKEN).defaults(defaults).build()
    application.add_handler(CommandHandler("start", echo))
    application.add_handler(MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, echo))
    application.add_handler(CallbackQueryHandler(thank))
    return application


@asynccontextmanager
async def recorded(world: World) -> AsyncIterator[tuple[AnyApplication, RecordingRequest]]:
    request = RecordingRequest(world)
    builder = ApplicationBuilder().request(request).get_updates_request(request).concurrent_updates(8)
    async with built(builder) as application:
        await application.start()
        try:
            yield application, request
        finally:
            await application.stop()


def as_it_is(update: Update) -> Update:
    """For an application with handlers of python-telegram-bot's own."""
    return update


async def test_an_application_answers_and_edits(world: World, chat: Chat) -> None:
    """A message in, a reply out; a press in, the reply edited, which finds the question through its reply."""
    async with recorded(world) as (application, _):
        await deliver(application, world.text(chat, "Hello"), form=as_it_is)
        assert (world.last(chat).text, world.last(chat).reply_to) == ("Hello", 1)
        await deliver(application, world.press(chat, "Thanks"), form=as_it_is)
    assert world.last(chat).text == "You asked: Hello"
    assert [answer.text for answer in world.callback_answers.values()] == ["Noted"]
    assert not world.refused
    assert world.called("sendMessage")[0].fields["link_preview_options"] == {"is_disabled": True}


async def test_many_updates_at_once_are_all_handled(world: World, chat: Chat) -> None:
    """`deliver_at_once` comes back when the last one is done, and they do overlap."""
    async with recorded(world) as (application, request):
        request.fail("sendMessage", Slow(0.2))
        await deliver_at_once(application, *[world.text(chat, str(number)) for number in range(20)], form=as_it_is)
    assert sorted(int(shown.text) for shown in world.replies(chat)) == list(range(20))
    assert world.replies(chat)[0].text != "0"


@pytest.mark.parametrize(
    "html",
    [
        "plain &amp; simple",
        "<b>bold</b> and <i>slanted</i>",
        "😀 <b>after two units</b>",
        "<b>one <i>in the other</i></b>",
        "<b><i>both</i></b>",
        '<a href="https://a.example/?q=1">link</a>: /help, @somebody, https://b.example',
        "<code>a &lt; b</code> <u>c</u> <s>d</s>",
        "<pre>e</pre>\n<blockquote>f</blockquote>",
    ],
)
async def test_ptb_reads_the_same_html_back(world: World, chat: Chat, html: str) -> None:
    """The entities stand where the tags stood."""
    async with recorded(world) as (application, _):
        message = await application.bot.send_message(chat.id, html)
    assert message.text_html == html
    assert world.last(chat).html == html


async def test_spaces_around_a_message_go_and_entities_follow(world: World, chat: Chat) -> None:
    """Offsets count from what is left."""
    async with recorded(world) as (application, _):
        message = await application.bot.send_message(chat.id, " \n<b> a</b> b\n")
    assert (message.text, message.text_html) == ("a b", "<b>a</b> b")


async def test_ptb_sets_and_gets_menus_and_descriptions(world: World, chat: Chat) -> None:
    """Each scope and language has its own; descriptions fall back to the one without a language."""
    async with recorded(world) as (application, _):
        bot = application.bot
        scope = BotCommandScopeChat(chat.id)
        await bot.set_my_commands([BotCommand("help", "Help")], language_code="en")
        await bot.set_my_commands([BotCommand("gaps", "Gaps")], scope=scope)
        assert await bot.get_my_commands() == ()
        assert await bot.get_my_commands(scope=scope) == (BotCommand("gaps", "Gaps"),)
        assert world.menus == {("default", "en"): {"help": "Help"}, (f"chat {chat.id}", ""): {"gaps": "Gaps"}}
        await bot.delete_my_commands(language_code="en")
        assert ("default", "en") not in world.menus
        await bot.set_my_description("About")
        await bot.set_my_short_description("Short", language_code="fr")
        assert (await bot.get_my_description("fr")).description == "About"
        assert (await bot.get_my_short_description()).short_description == ""
        await bot.set_my_name("Garden")
        assert (await bot.get_me()).first_name == "Garden"
        await bot.set_chat_menu_button()
    assert not world.refused


async def test_ptb_answers_inline_queries(world: World) -> None:
    """Results with the bot's defaults, the button and the cache time arrive."""
    query = world.inline("oak")["inline_query"]["id"]
    result = InlineQueryResultArticle("1", "Oak", InputTextMessageContent("<b>Oak</b>"))
    async with recorded(world) as (application, _):
        button = InlineQueryResultsButton("Ask me", start_parameter="inline")
        await application.bot.answer_inline_query(query, [result], button=button, cache_time=0)
    answer = world.inline_answers[query]
    assert answer["results"][0]["input_message_content"]["parse_mode"] == "HTML"
    assert (answer["button"]["start_parameter"], answer["cache_time"]) == ("inline", 0)


FAULTS: list[tuple[str, Fault, type[Exception], int]] = [
    ("400", Refused(400, "Bad Request: no"), BadRequest, 0),
    ("403", Refused(403, "Forbidden: bot was blocked by the user"), Forbidden, 0),
    ("409", Refused(409, "Conflict: another"), Conflict, 0),
    ("429", too_many(3), RetryAfter, 0),
    ("502", BAD_GATEWAY, NetworkError, 0),
    ("reset", "reset", NetworkError, 0),
    ("timeout", "timeout", TimedOut, 0),
    ("lost", "lost", NetworkError, 1),
    ("cut", "cut", NetworkError, 1),
]
# PTB warns that a future version gives `retry_after` as a timedelta.
AS_SECONDS = "ignore:.*retry_after.*:telegram.warnings.PTBDeprecationWarning"


@pytest.mark.filterwarnings(AS_SECONDS)
@pytest.mark.parametrize(("fault", "error", "shown"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
async def test_faults_offline(world: World, chat: Chat, fault: Fault, error: type[Exception], shown: int) -> None:
    """Each fault is the error that it should be, once; only a lost or cut answer leaves a message behind."""
    async with recorded(world) as (application, request):
        request.fail("sendMessage", fault)
        with pytest.raises(error):
            await application.bot.send_message(chat.id, "Hello")
        assert len(world.replies(chat)) == shown
        await application.bot.send_message(chat.id, "Hello again")
    assert world.last(chat).text == "Hello again"


async def test_refusals_reach_the_bot_as_errors(world: World, chat: Chat) -> None:
    """What the world refuses, PTB raises."""
    async with recorded(world) as (application, request):
        with pytest.raises(BadRequest, match="Can't parse entities"):
            await application.bot.send_message(chat.id, "<b>")
        with pytest.raises(NetworkError, match="UnicodeEncodeError"):
            await application.bot.send_message(chat.id, "\ud800")
        request.fail("*", BAD_GATEWAY, times=2)
        for _ in range(2):
            with pytest.raises(NetworkError):
                await application.bot.send_chat_action(chat.id, "typing")
        assert await application.bot.get_updates(timeout=0) == ()
        assert request.faults.used == [("sendChatAction", BAD_GATEWAY)] * 2
    with pytest.raises(InvalidToken):
        await Bot("8:another", request=RecordingRequest(world)).initialize()


# --- PTB over the emulator ---------------------------------------------------------------------------------------


@asynccontextmanager
async def polling(emulator: Emulator) -> AsyncIterator[AnyApplication]:
    """A real bot that polls the emulator over HTTP."""
    async with serving(emulator) as url, built(ApplicationBuilder().base_url(f"{url}/bot")) as application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling(allowed_updates=["message", "callback_query", "my_chat_member"])
        try:
            yield application
        finally:
            await application.updater.stop()
            await application.stop()


@asynccontextmanager
async def calling(emulator: Emulator) -> AsyncIterator[Bot]:
    """A bot that only calls, and waits two seconds for an answer."""
    async with serving(emulator) as url:
        request = HTTPXRequest(read_timeout=2, connect_timeout=30)
        async with Bot(TOKEN, base_url=f"{url}/bot", request=request) as bot:
            yield bot


async def test_a_polling_bot_answers(world: World, chat: Chat) -> None:
    """A message in, a reply out, a press in, an edit out, over real HTTP; getMe has what handlers need."""
    emulator = Emulator(world, delay=0.01)
    async with polling(emulator) as application:
        assert (application.bot.username, application.bot.supports_inline_queries) == ("made_faq_bot", True)
        await emulator.send(world.text(chat, "/start@made_faq_bot"))
        await emulator.until(lambda world: world.last(chat).from_bot)
        await emulator.send(world.member(world.group(), "member"), world.press(chat, "Thanks"))
        await emulator.until(lambda world: world.last(chat).edited)
    assert world.last(chat).text == "You asked: /start@made_faq_bot"
    assert not world.refused


async def test_long_html_is_measured_after_parsing(world: World, chat: Chat) -> None:
    """4,096 letters within tags are one message."""
    async with calling(Emulator(world)) as bot:
        await bot.send_message(chat.id, f"<b>{'a' * 4096}</b>", parse_mode="HTML")
        with pytest.raises(BadRequest, match="too long"):
            await bot.send_message(chat.id, f"<b>{'a' * 4097}</b>", parse_mode="HTML")
    assert len(world.replies(chat)) == 1


@pytest.mark.slow
@pytest.mark.filterwarnings(AS_SECONDS)
@pytest.mark.parametrize(("fault", "error", "shown"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
async def test_faults_over_http(world: World, chat: Chat, fault: Fault, error: type[Exception], shown: int) -> None:
    """The same script breaks a real connection in the same ways."""
    emulator = Emulator(world)
    async with calling(emulator) as bot:
        emulator.fail("sendMessage", fault)
        with pytest.raises(error):
            await bot.send_message(chat.id, "Hello")
        assert len(world.replies(chat)) == shown
        await bot.send_message(chat.id, "Hello again")
    assert world.last(chat).text == "Hello again"


async def test_a_slow_answer_is_an_answer(world: World, chat: Chat) -> None:
    """A slow call is done once it has waited."""
    emulator = Emulator(world)
    async with calling(emulator) as bot:
        emulator.fail("sendMessage", Slow(0.1))
        assert (await bot.send_message(chat.id, "Hello")).text == "Hello"


async def test_another_token_is_unauthorized(world: World) -> None:
    """The server knows one bot."""
    async with serving(Emulator(world)) as url:
        with pytest.raises(InvalidToken):
            async with Bot("8:another", base_url=f"{url}/bot"):
                pass


async def test_raw_updates_reach_the_bot_as_they_are(world: World, chat: Chat) -> None:
    """What getUpdates answers can be scripted, here the same update twice, which PTB answers twice."""
    emulator = Emulator(world)
    update = world.text(chat, "Twice")
    async with polling(emulator):
        emulator.fail("getUpdates", raw_updates(update, update))
        await emulator.until(lambda world: len(world.replies(chat)) == 2)


@pytest.mark.slow
async def test_polling_survives_faults_of_its_own(world: World, chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    """A bot whose getUpdates fails hears the next message all the same."""
    caplog.set_level(logging.CRITICAL, logger="telegram.ext.Updater")
    emulator = Emulator(world)
    async with polling(emulator):
        for fault in (BAD_GATEWAY, "reset", "cut"):
            emulator.fail("getUpdates", fault)
        await emulator.send(world.text(chat, "Hello"))
        await emulator.until(lambda world: bool(world.replies(chat)), timeout=120)


async def test_waiting_in_vain_shows_what_there_is(world: World, chat: Chat) -> None:
    """The failure of a wait lists the messages."""
    world.text(chat, "Nobody hears me")
    with pytest.raises(AssertionError, match="person: 'Nobody hears me'"):
        await Emulator(world).until(lambda world: bool(world.replies(chat)), timeout=0.01)


# --- The bot as a process ----------------------------------------------------------------------------------------


def process(folder: Path, *arguments: str, module: str) -> BotProcess:
    environment = bot_environment(folder, "http://127.0.0.1:1", faq=SMALL / "faq", seeds=SMALL / "seeds")
    return BotProcess(*arguments, folder=folder, environment=environment, module=module)


async def test_a_process_is_read_while_it_runs_and_stopped(tmp_path: Path) -> None:
    """Its output is there at once, and SIGTERM ends it; one that has no handler for it ends by the signal."""
    async with process(tmp_path, "0", "--bind", "127.0.0.1", module="http.server") as server:
        await server.wait_for_output("Serving HTTP")
        assert server.exit_code is None
        assert await server.stop() == -signal.SIGTERM
    assert "Serving HTTP" in server.stdout


async def test_a_process_that_ends_early_says_why(tmp_path: Path) -> None:
    """Waiting for the output of a process that has failed shows its errors."""
    async with process(tmp_path, module="no_such_module") as failed:
        with pytest.raises(AssertionError, match="No module named no_such_module"):
            await failed.wait_for_output("ready")
        assert (await failed.wait(), await failed.stop()) == (1, 1)


async def test_a_process_left_running_is_killed(tmp_path: Path) -> None:
    """Nothing outlives its test."""
    async with process(tmp_path, "0", "--bind", "127.0.0.1", module="http.server") as server:
        await server.wait_for_output("Serving HTTP")
    assert server.exit_code == -signal.SIGKILL


@pytest.mark.slow
async def test_the_bot_itself_starts_with_this_environment(tmp_path: Path) -> None:
    """The program is found from any folder, and reads its content from where it is told."""
    async with process(tmp_path, "check", module="bot") as checking:
        assert await checking.wait() == 0, checking.output
