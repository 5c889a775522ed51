"""What a running process holds: the FAQ in use, loading and reloading it, the wish to end."""
