"""The gap log: what is recorded of a message, how it is stored, and what is computed from it."""
