"""Being blocked: whoever blocks the bot is forgotten."""

from __future__ import annotations

from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import ContextTypes

from bot.channels.telegram.context import Service
from bot.channels.telegram.update_log import tell
from bot.domain.conversation import Channel
from bot.domain.gap import Count


async def on_member(service: Service, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:  # noqa: ARG001
    """Whoever blocks the bot is forgotten: that person has no other way left to ask for it."""
    change = update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return
    if change.new_chat_member.status == ChatMemberStatus.BANNED:
        tell(Count("blocked", "", Channel.PRIVATE), is_answered=False)
        await service.forget(service.person_of(change.from_user))
