"""What can be done with a text alone: one form for comparing, numbers, languages, redaction."""
