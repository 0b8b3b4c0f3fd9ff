"""Everything a user can set, as one table; values live in a small JSON file of her own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.errors import FileProblem
from studio.files import read_file
from studio.gui.i18n import LANGUAGES, mark
from studio.storage.atomic import write_atomic
from studio.units import MEBI

Value = str | int | float | bool
MOST_RECENT = 12
LARGEST_FILE_BYTES = MEBI


@dataclass(frozen=True)
class Setting:
    """One setting: type by its default, bounds or choices, and the text of the dialog."""

    key: str
    default: Value
    text: str
    help: str
    choices: tuple[tuple[Value, str], ...] = ()
    minimum: float = 0.0
    maximum: float = 0.0

    def accepts(self, value: object) -> bool:
        """Tell whether a value read from the file may be used."""
        if isinstance(self.default, bool) or isinstance(value, bool):
            return isinstance(value, bool) and isinstance(self.default, bool)
        if self.choices:
            return any(value == choice for choice, _ in self.choices)
        if isinstance(self.default, int | float):
            return isinstance(value, int | float) and self.minimum <= value <= self.maximum
        return isinstance(value, str)


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "language",
        "system",
        mark("Language"),
        mark("Language of menus, panels and reports."),
        (
            ("system", mark("Follow system")),
            *((name, {"en": "English", "zh": "中文"}[name]) for name in LANGUAGES),
        ),
    ),
    Setting(
        "theme",
        "system",
        mark("Theme"),
        mark("Light, dark, or as the desktop is set."),
        (
            ("system", mark("Follow system")),
            ("light", mark("Light")),
            ("dark", mark("Dark")),
        ),
    ),
    Setting(
        "font_scale",
        100,
        mark("Text size"),
        mark("Size of all texts in percent."),
        minimum=80,
        maximum=200,
    ),
    Setting(
        "start_page",
        "welcome",
        mark("When started without a file"),
        mark("What the window shows first."),
        (("welcome", mark("Welcome page")), ("last", mark("Last design"))),
    ),
    Setting(
        "live",
        True,
        mark("Simulate while editing"),
        mark("Switched off, the simulation runs only on request."),
    ),
    Setting(
        "snap",
        True,
        mark("Snap while dragging"),
        mark("Racks go to the grid and into line with others; S switches it, Alt does for once."),
    ),
    Setting(
        "baseline_on_open",
        True,
        mark("Pin the opened design as baseline"),
        mark("Differences in the metric strip then count from the file as it was opened."),
    ),
    Setting(
        "play_on_open",
        True,
        mark("Play the run when a design opens"),
        mark("Starts the traces of utilisation and power at once."),
    ),
)

BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}


class Settings:
    """The values of one user; unknown or wrong entries of the file fall back to defaults."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tree = _read(path)
        self._listeners: list[Callable[[str], None]] = []

    def get(self, key: str) -> Value:
        """Return a setting's value."""
        setting = BY_KEY[key]
        value = self._tree.get(key)
        return value if setting.accepts(value) else setting.default  # type: ignore[return-value]

    def set(self, key: str, value: Value) -> None:
        """Change a setting and write the file; wrong values are ignored."""
        if BY_KEY[key].accepts(value) and value != self.get(key):
            self._tree[key] = value
            self._write()
            self._tell(key)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the key after every change; `recent` is the key of the files."""
        self._listeners.append(listener)

    def _tell(self, key: str) -> None:
        for listener in self._listeners:
            listener(key)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Return the files used last, newest first."""
        entries = self._tree.get("recent")
        texts = entries if isinstance(entries, list) else []
        return tuple(Path(text) for text in texts if isinstance(text, str))[:MOST_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        resolved = path.resolve()
        kept = [str(known) for known in self.recent if known != resolved]
        self._tree["recent"] = [str(resolved), *kept][:MOST_RECENT]
        self._write()
        self._tell("recent")

    def clear_recent(self) -> None:
        """Forget the recent files."""
        self._tree["recent"] = []
        self._write()
        self._tell("recent")

    @property
    def tour_step(self) -> int | None:
        """Return where the guided tour was left, None before it ever began."""
        step = self._tree.get("tour_step")
        return step if isinstance(step, int) and step >= 0 else None

    def set_tour_step(self, step: int) -> None:
        """Remember where the guided tour is."""
        self._tree["tour_step"] = step
        self._write()

    def layout(self) -> tuple[str, str]:
        """Return window geometry and dock state as they were stored, empty at first."""
        geometry, state = self._tree.get("geometry"), self._tree.get("state")
        return (
            geometry if isinstance(geometry, str) else "",
            state if isinstance(state, str) else "",
        )

    def set_layout(self, geometry: str, state: str) -> None:
        """Store window geometry and dock state."""
        self._tree["geometry"], self._tree["state"] = geometry, state
        self._write()

    def _write(self) -> None:
        # A read-only home must not stop anybody from working: the choice then lasts this session.
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(self._tree, indent=2, ensure_ascii=False, sort_keys=True)
            write_atomic(self._path, text.encode())
        except (OSError, FileProblem):
            return


def _read(path: Path) -> dict[str, object]:
    try:
        tree = json.loads(read_file(path, LARGEST_FILE_BYTES))
    except (FileProblem, ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}
