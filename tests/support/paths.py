"""Where things lie that tests read."""

from pathlib import Path

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
SMALL, FRENCH = TESTS / "small", TESTS / "small_fr"  # a small FAQ, and its translation
QUESTIONS = TESTS / "questions"
