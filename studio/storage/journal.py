"""The recovery journal: every step of an open document, written as it happens.

One file a document in the state folder, one JSON object a line: first the design the history began
with, then steps as the sections they changed, then where undo and redo went. The user's own file is
never touched. A torn last line, as after a power cut, is left out when reading.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec

from studio.decoding import read_as
from studio.design.model import Design
from studio.errors import FileProblem
from studio.files import read_file
from studio.messages import Listed, Message, entry
from studio.units import MEBI

SUFFIX = ".journal"
LARGEST_JOURNAL_BYTES = 256 * MEBI
_DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line; which members are set tells what it is."""

    begin: Design | None = None
    path: str = ""
    process: int = 0
    label: str = ""
    values: dict[str, list[str]] = {}
    """What the label is filled in with, so that it is read back in any language."""
    merge: bool = False
    """Replaces the step before it: a drag goes on."""
    sections: dict[str, msgspec.Raw] = {}
    place: int = -1
    """Undo, redo or a jump went here; with a step, the place it was made at."""
    saved: bool = False


@dataclass(frozen=True)
class RecoveredStep:
    """One step read back."""

    label: str
    design: Design


@dataclass(frozen=True)
class Recovered:
    """A document as its journal has it."""

    journal: Path
    path: Path | None
    """The user's file, None for a design that was never saved."""
    first: Design
    steps: tuple[RecoveredStep, ...]
    place: int
    saved_place: int
    """Steps that the user's file holds; 0 when it was never saved since."""

    @property
    def current(self) -> Design:
        """Return the design at the place the user had reached."""
        return self.steps[self.place - 1].design if self.place else self.first

    @property
    def saved(self) -> Design | None:
        """Return the design that the user's file holds; None where that step is gone."""
        if self.saved_place > len(self.steps):
            return None
        return self.steps[self.saved_place - 1].design if self.saved_place else self.first

    @property
    def has_unsaved(self) -> bool:
        """Tell whether anything would be lost without recovery."""
        return self.place != self.saved_place


class Journal:
    """Writes the journal of one open document."""

    def __init__(
        self, folder: Path, design: Design, path: Path | None, before: Path | None = None
    ) -> None:
        """Begin a journal.

        Parameters
        ----------
        before : a journal that was ended and is gone on with; it is moved here.

        Raises
        ------
        FileProblem : the folder can't be written.
        """
        self.file = folder / f"{_plain(design.id)}-{os.getpid()}{SUFFIX}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if before is not None:
                before.replace(self.file)
            self._out: BufferedWriter = self.file.open("wb" if before is None else "ab")
        except OSError as error:
            raise FileProblem(
                "{file}: {reason}; recovery is off",
                file=self.file,
                reason=error.strerror,
            ) from error
        if before is None:
            self._write(_Line(begin=design, path=str(path or ""), process=os.getpid()))

    def step(self, label: str, before: Design, after: Design, place: int, *, merge: bool) -> None:
        """Note a step that led to `after`, now the step number `place`."""
        sections = {
            name: msgspec.Raw(msgspec.json.encode(getattr(after, name)))
            for name in Design.__struct_fields__
            if getattr(after, name) is not getattr(before, name)
        }
        template, values = _kept(label)
        line = _Line(label=template, values=values, merge=merge, sections=sections, place=place)
        self._write(line)

    def moved(self, place: int) -> None:
        """Note that undo, redo or a jump went to `place`."""
        self._write(_Line(place=place))

    def saved(self, place: int, path: Path) -> None:
        """Note that the user's file holds the design at `place`."""
        self._write(_Line(saved=True, place=place, path=str(path)))

    def close(self, *, keep: bool = False) -> None:
        """End the journal; it is deleted unless something in it was not saved."""
        self._out.close()
        if not keep:
            self.file.unlink(missing_ok=True)

    def _write(self, line: _Line) -> None:
        # A full disk must not stop an edit: the journal is the second copy, not the first.
        try:
            self._out.write(msgspec.json.encode(line) + b"\n")
            self._out.flush()
        except (OSError, ValueError):
            return


def _plain(text: str) -> str:
    return "".join(mark for mark in text if mark.isalnum() or mark == "-")[:64] or "design"


def _kept(label: str) -> tuple[str, dict[str, list[str]]]:
    if not isinstance(label, Message):
        return str(label), {}
    texts = {
        name: [str(text) for text in value.texts] if isinstance(value, Listed) else [str(value)]
        for name, value in label.values.items()
    }
    return label.template, texts


def _read_label(line: _Line) -> str:
    values = {name: Listed(map(entry, texts)) for name, texts in line.values.items()}
    return Message(line.label, values) if values and _fills(line.label, values) else line.label


def _fills(template: str, values: Mapping[str, object]) -> bool:
    """Tell whether a template asks for the values as they are; a damaged one may ask anything."""
    try:
        fields = [field[1:] for field in Formatter().parse(template) if field[1] is not None]
    except ValueError:
        return False
    return all(name in values and not form and not how for name, form, how in fields)


def orphaned_journals(folder: Path) -> tuple[Path, ...]:
    """Return the journals of processes that no longer run, newest first."""
    files = tuple(folder.glob(f"*{SUFFIX}"))
    if not files:
        return ()
    # Imported where it is needed: most starts find no journal, and it costs them time.
    from studio.storage.processes import wrote_and_runs

    found = [file for file in files if not wrote_and_runs(_process_of(file), file)]
    return tuple(sorted(found, key=lambda file: file.stat().st_mtime, reverse=True))


def _process_of(file: Path) -> int:
    number = file.stem.rpartition("-")[2]
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def read_journal(file: Path) -> Recovered:
    """Read a journal back.

    Raises
    ------
    FileProblem : it can't be read, or does not begin with a design.
    """
    lines = _lines(file)
    first = next(lines, None)
    if first is None or first.begin is None:
        raise FileProblem("{file}: does not begin with a design", file=file.name)
    steps: list[RecoveredStep] = []
    place, saved_place, path = 0, 0, first.path
    current = first.begin
    for line in lines:
        if line.saved:
            saved_place, path = line.place, line.path
        elif line.label:
            try:
                current = _applied(current, line.sections)
            except _DAMAGE:
                # As behind a torn line: later steps may rest on this one.
                break
            del steps[line.place - 1 :]
            steps.append(RecoveredStep(_read_label(line), current))
            place = len(steps)
        elif 0 <= line.place <= len(steps):
            place = line.place
            current = steps[place - 1].design if place else first.begin
    return Recovered(
        file, Path(path) if path else None, first.begin, tuple(steps), place, saved_place
    )


def _lines(file: Path) -> Iterator[_Line]:
    content = read_file(file, LARGEST_JOURNAL_BYTES)
    for text in content.split(b"\n"):
        try:
            yield read_as(text, _Line)
        except _DAMAGE:
            # What follows a torn line was never finished either.
            return


def _applied(design: Design, sections: dict[str, msgspec.Raw]) -> Design:
    types: dict[str, Any] = {field.name: field.type for field in msgspec.structs.fields(Design)}
    decoded = {name: read_as(raw, types[name]) for name, raw in sections.items() if name in types}
    return msgspec.structs.replace(design, **decoded)
