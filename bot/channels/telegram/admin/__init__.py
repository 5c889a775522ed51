"""What maintainers get in Telegram: the weekly digest, and alerts about edits that cannot be used."""
