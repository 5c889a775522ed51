"""Being blocked: the data of a person who blocks the bot is deleted."""

from __future__ import annotations

from telegram.constants import ChatMemberStatus, ChatType

from bot.channels.telegram.context import BotContext
from bot.channels.telegram.update_record import UpdateRecord
from bot.domain.conversation import Channel, Outcome
from bot.domain.gap import Count


async def on_member(context: BotContext, record: UpdateRecord) -> None:
    """Delete the data of a person who blocks the bot, and so can no longer send /forget."""
    change = record.update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return
    if change.new_chat_member.status == ChatMemberStatus.BANNED:
        record.set_outcome(Count(Outcome.BLOCKED, "", Channel.PRIVATE), is_timed=False)
        context.forget(context.user_pseudonym(change.from_user))
        await context.assistant.forget(context.user_pseudonym(change.from_user))
