"""The command line: every command of `python -m bot`, in the order in which `--help` shows them."""

from __future__ import annotations

import sys

import typer

from bot.cli.ask import ask, chat
from bot.cli.check import check
from bot.cli.console import open_streams
from bot.cli.db import app as db_app
from bot.cli.db import keys
from bot.cli.doctor import doctor
from bot.cli.evaluate import evaluate
from bot.cli.faq import learn, schema, show, topics
from bot.cli.gaps import app as gaps_app
from bot.cli.preview import preview
from bot.cli.serve import review, run
from bot.cli.translations import translations
from bot.content.diagnostics import ContentError
from bot.settings import SettingsError, read_settings

app = typer.Typer(
    help="""An FAQ bot for questions about migration. Without a command it opens the chat, or with a
    token of Telegram's it answers there.

    \b
    First steps:
      python -m bot ask "why now"              one question
      python -m bot ask --explain "why now"    how that answer was found
      python -m bot topics                     all questions, with their ids
      python -m bot check                      after editing the FAQ
      python -m bot preview                    entries as people see them, while you edit
      python -m bot run                        in Telegram, with TELEGRAM_BOT_TOKEN
      python -m bot gaps                       what was asked and had no answer
      python -m bot review                     the same in the browser, to make the FAQ better
    """,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(gaps_app, name="gaps")
app.add_typer(db_app, name="db")
_ABOUT_THE_FAQ = (check, preview, translations)
for command in (run, chat, ask, show, topics, *_ABOUT_THE_FAQ, review, doctor, keys, learn, schema, evaluate):
    app.command()(command)


def main() -> None:
    """Run the command line. An error that the user can fix is printed without a traceback, with exit code 2."""
    open_streams()
    try:
        app()
    except (ContentError, SettingsError) as error:
        print(error, file=sys.stderr)
        if isinstance(error, ContentError):
            print("\nThe content cannot be used. `python -m bot check` shows all that is wrong.", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; see that it can be read and written", file=sys.stderr)
        sys.exit(2)


@app.callback(invoke_without_command=True)
def _without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        if read_settings().telegram_bot_token is not None:
            run()
        else:
            chat()
