"""Calls to the Bot API: the HTTP client, how fast calls go out, and which are tried again."""
