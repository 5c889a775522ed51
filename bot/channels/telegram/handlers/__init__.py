"""What is done for each kind of update: messages, buttons, inline queries, being blocked."""
