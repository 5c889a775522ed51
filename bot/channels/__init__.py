"""How people reach the bot. Each channel translates messages and replies; the assistant between is the same for all."""
