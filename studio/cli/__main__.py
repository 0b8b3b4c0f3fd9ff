"""The command `supernode-studio`: one file per sub-command, each loaded only when it is asked for.

Exit codes: 0 fine, 1 findings, 2 usage, 3 file, 4 internal.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from studio import __version__
from studio.cli.help_words import Said, helped_in, language_in, translate_help
from studio.cli.output import plain_output
from studio.errors import FileProblem, InvalidDesign, StudioError
from studio.languages import locale_language, translator
from studio.messages import say

EXIT_FINE, EXIT_FINDINGS, EXIT_USAGE, EXIT_FILE, EXIT_INTERNAL = range(5)
EXIT_INTERRUPTED = 130

COMMANDS = {
    "open": "open the window, on files or reference designs",
    "totals": "add up designs: compute, memory, bandwidth, optics, power, price",
    "simulate": "run the active or a named scenario",
    "search": "try every valid mapping of a scenario, best first",
    "sensitivity": "which hardware number a scenario depends on most",
    "compare": "put designs side by side, with ratios",
    "diff": "what changed from one design to another, and the effect on every figure",
    "check": "check the design rules",
    "flow": "time of one collective over the drawn links",
    "structure": "hops, bisection, oversubscription, single points of failure",
    "validate": "compare the simulator with published measurements",
    "export": "write totals, parts, links, cables, results or a picture to a file",
    "models": "list the AI models, or import one from a config.json",
    "parts": "list the catalogue, or show one part with its sources",
    "new": "start a design from a reference design or empty",
    "upgrade": "rewrite a file in the newest format",
}

MORE = (
    "'supernode-studio COMMAND --help' tells more. "
    "DESIGN is a .supernode file or the name of a reference design, such as cloudmatrix-384."
)


class Command(Protocol):
    """What every file of a sub-command defines."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it and return the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that lacks a character shows a question mark instead of ending the job.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    with plain_output():
        return _answer(list(sys.argv[1:] if argv is None else argv))


def _answer(arguments: list[str]) -> int:
    if not arguments:
        arguments = ["open"]
    first = arguments[0]
    if first not in COMMANDS and not first.startswith("-") and first.endswith(".supernode"):
        return _answer(["open", *arguments])
    with helped_in(language_in(arguments) or locale_language(os.environ)) as said:
        if first not in COMMANDS:
            _parser(said).parse_args(arguments)
            return EXIT_USAGE
        command = cast("Command", importlib.import_module(f"studio.cli.{first}_command"))
        parsed = _own_parser(first, command, said).parse_args(arguments[1:])
    return _run(command, parsed)


def _own_parser(name: str, command: Command, said: Said) -> argparse.ArgumentParser:
    told = said(COMMANDS[name])
    parser = argparse.ArgumentParser(
        prog=f"supernode-studio {name}",
        description=f"{told[0].upper()}{told[1:]}{said('.')}",
    )
    command.configure(parser)
    translate_help(parser, said)
    return parser


def _reader_has_gone(error: OSError) -> bool:
    """Tell whether nobody reads the pipe any more, as with `| head`: nothing is wrong then.

    Windows calls a pipe without a reader an invalid argument, but also a name no file can have.
    """
    is_invalid = error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and is_invalid)


def _run(command: Command, parsed: argparse.Namespace) -> int:
    said = translator(getattr(parsed, "lang", None) or locale_language(os.environ))
    try:
        code = command.run(parsed)
        if sys.stdout:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except OSError as error:
        # Reading and writing files raise errors of our own: what is left is the output itself.
        code = EXIT_FINE if _reader_has_gone(error) else EXIT_FILE
        if code != EXIT_FINE:
            _complain(said(say("the output stopped: {reason}", reason=error.strerror or error)))
        _discard_output()
    except StudioError as error:
        _complain(said(error.message))
        code = EXIT_FILE if isinstance(error, (FileProblem, InvalidDesign)) else EXIT_USAGE
    except MemoryError:
        _complain(said(say("out of memory; the design is too large")))
        code = EXIT_INTERNAL
    except Exception as error:  # noqa: BLE001 - the composition root is the last to catch
        code = _report(error, said)
    return code


def _complain(text: str) -> None:
    print(f"supernode-studio: {text}", file=sys.stderr)


def _discard_output() -> None:
    """Send what is still buffered nowhere, so that ending does not fail once more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report(error: Exception, said: Callable[[str], str]) -> int:
    _complain(said(say("internal error: {error}", error=repr(error))))
    if os.environ.get("SUPERNODE_DEBUG"):
        traceback.print_exception(error)
    else:
        hint = say("Set SUPERNODE_DEBUG=1 to see where, and please report it.")
        print(said(hint), file=sys.stderr)
    return EXIT_INTERNAL


def _parser(said: Said) -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {name:<{width}}  {said(text)}" for name, text in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="supernode-studio",
        usage="supernode-studio [--help] [--version] COMMAND …",
        description=said("Draw an AI supernode and see what it delivers."),
        epilog=f"{said('commands')}:\n{listing}\n\n{said(MORE)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"supernode-studio {__version__}")
    parser.add_argument("command", choices=list(COMMANDS), help=argparse.SUPPRESS)
    translate_help(parser, said)
    return parser


if __name__ == "__main__":
    sys.exit(main())
