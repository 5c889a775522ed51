"""Calls to the Bot API: the HTTP client, rate limits, and retries."""
