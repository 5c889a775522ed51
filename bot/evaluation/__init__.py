"""Measure how well the bot does on question sets."""
