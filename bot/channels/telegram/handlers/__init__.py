"""The handlers of each kind of update: messages, button presses, inline queries, being blocked."""
