"""What maintainers get in Telegram: the weekly digest, and word of an edit that cannot be used."""
