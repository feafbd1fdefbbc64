"""The command group, and how everything that can go wrong becomes an exit status."""

from __future__ import annotations

import gc
import importlib
import io
import os
import signal
import sys
import traceback
from typing import NoReturn

import click

from dedup import __version__
from dedup.errors import ConfigError, InputError
from dedup.printable import printable

# Modules of `dedup.cli`; each is imported when its command runs or shows its help.
_COMMANDS = {
    "report": "analyse a corpus: what is duplicated, who took it from whom, and do they say so",
    "attributions": "list whom articles credit, and with what",
    "compare": "show what two documents share, side by side",
    "check": "gate new content: exit 1 on what is copied, repeated, uncredited or misquoted",
    "clean": "write a corpus without its duplicates",
    "index": "keep a corpus in one file, to compare new content with",
}

COULD_NOT_RUN = 2


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"dedup.cli.{cmd_name}").command
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dedup")
def app() -> None:
    """Find near-duplicate paragraphs in a corpus of articles, and see who ran them first.

    \b
    Example:
      dedup report articles/
    """


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 fine, 1 findings, 2 could not run."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads cost .06 s, and have no work
    gc.disable()  # one command leaves hardly a cycle: looking for some costs it a tenth, finds none
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly when the reader has enough
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a code page lacks many an article's characters
    try:
        status = app.main(args, prog_name="dedup", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        status = COULD_NOT_RUN
    except (InputError, ConfigError) as error:
        click.echo(f"Error: {printable(str(error))}", err=True)
        status = COULD_NOT_RUN
    except (KeyboardInterrupt, click.Abort):
        status = 128 + signal.SIGINT
    except BrokenPipeError:  # where there is no SIGPIPE
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = COULD_NOT_RUN
    except Exception:
        traceback.print_exc()
        click.echo("Error: this is a bug in dedup; please report it with the lines above", err=True)
        status = COULD_NOT_RUN
    gc.freeze()  # or they would be looked for once more before the end
    sys.exit(status or 0)
