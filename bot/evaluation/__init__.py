"""How well the bot does on question sets."""
