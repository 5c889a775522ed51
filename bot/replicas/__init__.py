"""What several processes with one database share: which update is whose, and how fast all together may go."""
