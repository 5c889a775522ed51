"""The digest in the maintainers' chats: weekly, and whenever a person there asks for it or for its numbers.

The gap log is read asynchronously and summed up in a thread, so that answers do not wait for either.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from telegram import Bot, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.answering.commands import call_of
from bot.channels.telegram.context import BotContext
from bot.channels.telegram.transport.http_client import REFUSALS
from bot.channels.telegram.ui.html import to_html
from bot.domain.conversation import Reply, Section
from bot.domain.gap import OPEN
from bot.gaps.digest import digest, due_week, week_in_numbers
from bot.gaps.repository import utc_now
from bot.observability.logs import kind_and_place
from bot.storage.errors import LogError

CHECK_EVERY = 600.0  # seconds between checks whether a digest is due, or can be sent by now
NO_LOG = (
    "The gap log cannot be read just now, so there is no digest. What to do about it stands in the bot's log lines."
)
_Job = tuple[str, str]  # the pseudonym of a chat, and a week
_logger = logging.getLogger(__name__)


def maintainers_command(update: Update, bot: Bot, chats: tuple[int, ...]) -> str | None:
    """The name of a command of the maintainers', such as digest, that a message in one of these chats is, or None.

    Messages that are edited, forwarded, or written through a bot, as a channel or as the group do not count.
    """
    message = update.message
    if message is None or message.chat_id not in chats or not _is_from_person(message):
        return None
    call = call_of(message.text or "")
    if call is None or (call.bot or bot.username).lower() != bot.username.lower():
        return None
    return call.name if call.name in COMMANDS else None


def _is_from_person(message: Message) -> bool:
    is_passed_on = message.forward_origin is not None or message.via_bot is not None or message.sender_chat is not None
    return not is_passed_on and message.from_user is not None and not message.from_user.is_bot


async def digest_of(context: BotContext, *, now: datetime) -> Reply:
    """The digest of the last seven days. Raises LogError."""
    log = context.gap_writer.log
    counts, gaps = await log.counts(), await log.gaps(statuses=OPEN)
    return await asyncio.to_thread(digest, counts, gaps, context.catalog.matcher, now=now)


async def numbers_of(context: BotContext, *, now: datetime) -> Reply:
    """The numbers of the last seven days. Raises LogError."""
    log = context.gap_writer.log
    return week_in_numbers(await log.counts(), await log.gaps(statuses=OPEN), context.catalog.faq, now=now)


COMMANDS = {"digest": digest_of, "stats": numbers_of}


async def command_reply(name: str, context: BotContext) -> Reply:
    """The reply to a maintainers' command."""
    try:
        return await COMMANDS[name](context, now=context.gap_writer.log.now())
    except LogError as error:
        _logger.error("there is no digest: %s", error)
        return Reply((Section("", NO_LOG),))


class WeeklyDigest:
    """Sends the weekly digest to the maintainers' chats. Of several processes with one gap log, one sends it.

    ``bot`` should have no rate limiter: one that waits for these chats would hold up the answers in all others.
    """

    def __init__(
        self,
        context: BotContext,
        bot: Bot,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._context = context
        self._bot = bot
        self._now = now
        self._sleep = sleep
        self._acquired: set[_Job] = set()  # and not done yet

    async def run(self) -> None:
        """Send the digests that are due, until cancelled. After an error it tries again later."""
        while True:
            try:
                await self.send_due()
            except LogError as error:
                _logger.error("no digest could be sent: %s; it is tried again", error)
            except Exception as fault:  # a bug must not stop the digests of later weeks
                _logger.error("no digest could be sent: %s; it is tried again", kind_and_place(fault))
            await self._sleep(CHECK_EVERY)

    async def send_due(self) -> None:
        """Send the digest that is due to each chat to which no process has sent it. Raises LogError."""
        week = due_week(self._now())
        if week is None:
            return
        texts: list[str] = []
        for place, chat in enumerate(self._context.maintainer_chats, 1):
            job = (f"digest:{self._context.keys.pseudonym('chat', f'telegram:{chat}')}", week)
            if not await self._acquire(job):
                continue
            try:
                texts = texts or to_html(await digest_of(self._context, now=self._now()))
                await self._send(texts, chat)
            except REFUSALS as refusal:
                _logger.error(
                    "Telegram refuses the digest of %s for the chat at place %d of MAINTAINER_CHATS (%s); see that its"
                    " number is right (of a group that became a supergroup it has changed) and that the bot may write"
                    " there. It is tried again next week",
                    week,
                    place,
                    type(refusal).__name__,
                )
            except TelegramError as error:
                await self._release(job)
                _logger.warning("the digest of %s cannot be sent now (%s); trying again", week, type(error).__name__)
                continue
            except BaseException:  # cancellation included
                await self._release(job)
                raise
            self._acquired.discard(job)

    async def _send(self, texts: list[str], chat: int) -> None:
        preview = LinkPreviewOptions(is_disabled=True)
        for text in texts:
            await self._bot.send_message(chat, text, parse_mode=ParseMode.HTML, link_preview_options=preview)

    async def _acquire(self, job: _Job) -> bool:
        """Acquire a job, unless another process has it; whether this process has it. Raises LogError."""
        if job not in self._acquired and not await self._context.gap_writer.log.acquire_job(*job):
            return False
        self._acquired.add(job)
        return True

    async def _release(self, job: _Job) -> None:
        """Release a job to any process. If the gap log cannot be written, this process keeps it and does it later."""
        with suppress(LogError):
            await self._context.gap_writer.log.release_job(*job)
            self._acquired.discard(job)
