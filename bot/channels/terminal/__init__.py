"""The bot in a terminal: the chat, and JSON lines for other programs."""
