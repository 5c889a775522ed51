"""Names for the types of python-telegram-bot that several modules use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes

from bot.channels.telegram.context import Service

Handle = Callable[[Service, Update, ContextTypes.DEFAULT_TYPE], Awaitable[None]]


AnyApplication = Application[Any, Any, Any, Any, Any, Any]
