"""`check --unread` lists what a professional or a native speaker still has to read, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from bot.content.unread_report import unread_lines
from bot.domain.faq import Cries
from tests.support.samples import ENTRIES, HURT, faq_of

READ = replace(HURT, id="read", answer="Wait.", reviewed_by="a doctor")
SOMALI = Cries("so", "Soomaali", "Wac", "call so", "program so", "more so", {}, ())
FRENCH = replace(SOMALI, language="fr", name="Français", read_by="a native speaker")


def test_it_lists_what_nobody_has_read() -> None:
    """Each card with its steps and pages, each language with its four lines."""
    card = replace(HURT, answer="Sit down.\nWait for the gardener.\n")
    others = [entry for entry in ENTRIES if entry is not HURT]
    lines = list(unread_lines(replace(faq_of(card, READ, *others), cries=(SOMALI, FRENCH))))
    assert lines == [
        "1 urgent cards that no professional has read:",
        "\nhurt: Somebody is hurt (button: Somebody is hurt)",
        "  Sit down.",
        "  Wait for the gardener.",
        "  > Map of the garden: https://town.example/map",
        "\n1 languages whose lines no native speaker has read:",
        "\nso: Soomaali",
        "  Wac",
        "  call so",
        "  program so",
        "  more so",
    ]
