"""How people reach the bot. Every channel translates messages in and replies out; what happens between is the same."""
