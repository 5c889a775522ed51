"""Being blocked: whoever blocks the bot is forgotten."""

from __future__ import annotations

from telegram.constants import ChatMemberStatus, ChatType

from bot.channels.telegram.context import BotContext
from bot.channels.telegram.update_record import UpdateRecord
from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count


async def on_member(context: BotContext, record: UpdateRecord) -> None:
    """Whoever blocks the bot is forgotten: that person has no other way left to ask for it."""
    change = record.update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return
    if change.new_chat_member.status == ChatMemberStatus.BANNED:
        record.set_outcome(Count(Outcome.BLOCKED, "", Channel.PRIVATE), is_answered=False)
        await context.assistant.forget(context.person_of(change.from_user))
