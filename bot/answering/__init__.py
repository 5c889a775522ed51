"""From a message to its reply: decide, render, and one turn of a conversation. Pure, and independent of channels."""
