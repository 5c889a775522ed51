"""Measurements: what takes how long, and how much memory. Nothing here is asserted; machines differ."""
