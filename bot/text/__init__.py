"""Functions of a text alone: normalization, number words, language identification, redaction."""
