"""Names for the types of python-telegram-bot that several modules use."""

from __future__ import annotations

from typing import Any

from telegram.ext import Application

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
