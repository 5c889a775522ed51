"""From a message to what a person reads: decide, render, and one turn of a conversation. Pure; knows no channel."""
