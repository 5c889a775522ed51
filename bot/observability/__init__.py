"""Log lines and metrics, both free of texts, persons and secrets."""
