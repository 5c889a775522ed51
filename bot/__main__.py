"""`python -m bot`, which the command `migration-faq-bot` is too."""

from __future__ import annotations

import gc

GC_THRESHOLD = 50_000  # new objects between collections; Python's 700 take a fifth of the start, a tenth of the answers


def main() -> None:
    """Run the command that the arguments name."""
    gc.set_threshold(GC_THRESHOLD)
    from bot.cli.main import main as run_command  # so late that its imports have the threshold too

    try:
        run_command()
    finally:
        gc.freeze()  # what is left is not searched for circles while the process ends, which takes .1 s of `check`


if __name__ == "__main__":
    main()
