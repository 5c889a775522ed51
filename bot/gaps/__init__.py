"""The gap log: what is noted of a message, what of its text may be kept, and where it is kept."""
