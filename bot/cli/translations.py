"""`python -m bot translations`: how far the languages are, and their texts for translators and back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import fail, show_text
from bot.settings import read_settings


def translations(
    language: Annotated[str, typer.Argument(help="What to look at next in this language, as in fr.")] = "",
    *,
    export: Annotated[Path | None, typer.Option(help="Write the language's texts to a .po file.")] = None,
    import_: Annotated[Path | None, typer.Option("--import", help="Take the texts of a .po file.")] = None,
) -> None:
    """Show how far each language is translated.

    With a language, what to translate or read next; its texts can be written to a .po file, for Weblate, Poedit and the
    like, and taken from one.
    """
    from rich.console import Console

    from bot.content.diagnostics import ContentError, blocking_errors
    from bot.content.loader import read_content
    from bot.content.parsed import Translation
    from bot.content.translation_po import PoError, export_po, import_po
    from bot.content.translation_report import next_lines, table

    settings = read_settings()
    content = read_content(settings.faq_dir, settings.seeds_dir)
    broken = blocking_errors(tuple(content.diagnostics))
    if broken:
        raise ContentError(broken)
    if not language and (export or import_):
        fail("translations: name the language too, as in: translations fr --export fr.po")
    if not language:
        Console().print(table(content))
        return
    folder = settings.faq_dir / language
    found = next((one for one in content.translations if one.language == language), None)
    if found is None and export is None and import_ is None:
        fail(f"translations: there is no folder {folder}; begin with: translations {language} --export {language}.po")
    translation = found or Translation(language, f"{settings.faq_dir.name}/{language}")
    if export is not None:
        export.write_bytes(export_po(translation, content))
        print(f"{export}: written")
    elif import_ is not None:
        try:
            files = import_po(import_.read_bytes(), translation, content, date.today())
        except PoError as error:
            fail(f"{import_}: {error}")
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        print(f"{folder}: {len(files)} files written; python -m bot check says what is left")
    else:
        show_text("\n".join(next_lines(translation, content)))
