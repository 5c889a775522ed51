"""What several processes with one database share: who handles which update, and their common rate limits."""
