"""What the command palette finds: actions, objects and settings, by name or pinyin initials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.fabric.fabric import Fabric
from studio.gui.actions import Action
from studio.gui.i18n import mark, named
from studio.gui.settings import SETTINGS
from studio.gui.views.design_heads import design_head
from studio.gui.views.pinyin import readings
from studio.gui.views.sheets.places import NONE, chips_of, links_of

MOST_FOUND = 60
MOST_COMPONENTS = 20_000
"""Chips beyond this many are found by typing their address, not by browsing."""

_BY_WHAT_IT_DOES = 4
"""Rank behind all that fits by name."""

KIND_TITLES = {
    "action": mark("Action"),
    "design": mark("Design"),
    "object": mark("Object"),
    "part": mark("Part"),
    "scenario": mark("Scenario"),
    "setting": mark("Setting"),
}


@dataclass(frozen=True)
class PaletteEntry:
    """Something to choose; `target` is an action's id, an address, a file or a setting's key."""

    kind: str
    target: str
    text: str
    detail: str
    search: str
    """Lower-case: English, Chinese and the initials of its pinyin."""
    icon: str = ""
    is_enabled: bool = True
    about: str = ""
    """Lower-case: what it does, in both languages; for who knows that but not its name."""


def action_entries(
    table: Iterable[Action],
    shown: dict[str, str],
    enabled: dict[str, bool],
    chinese: dict[str, str],
) -> tuple[PaletteEntry, ...]:
    """Return all actions; `shown` maps their ids to the text in the window's language."""
    return tuple(
        PaletteEntry(
            "action",
            action.id,
            shown[action.id],
            action.shortcut,
            _search(action.text, chinese.get(action.text, "")),
            action.icon,
            enabled[action.id],
            f"{action.help} {chinese.get(action.help, '')}".lower(),
        )
        for action in table
        if action.id != "help.palette"
    )


def setting_entries(shown: dict[str, str], chinese: dict[str, str]) -> tuple[PaletteEntry, ...]:
    """Return all settings."""
    return tuple(
        PaletteEntry(
            "setting",
            setting.key,
            shown[setting.text],
            "",
            _search(setting.text, chinese.get(setting.text, "")),
            "settings",
        )
        for setting in SETTINGS
    )


def design_entries(
    shipped: Iterable[Path], recent: Iterable[Path], language: str
) -> tuple[PaletteEntry, ...]:
    """Return designs to open: those that ship by their names, recent files by theirs."""
    entries = []
    for path in shipped:
        if (head := design_head(path)) is not None:
            name = head.name_zh if language == "zh" and head.name_zh else head.name
            search = _search(f"{head.name} {path.stem}", head.name_zh)
            entries.append(PaletteEntry("design", str(path), name, "", search, "design"))
    entries += [
        PaletteEntry("design", str(path), path.name, str(path.parent), path.name.lower(), "open")
        for path in recent
    ]
    return tuple(entries)


def object_entries(fabric: Fabric, language: str) -> tuple[PaletteEntry, ...]:
    """Return everything in the design that has an address, single chips excepted."""
    design, layout = fabric.design, fabric.layout
    entries = [
        _object(rack.label, str(rack.rack), "rack", named(fabric.parts[rack.part], language))
        for rack in layout.racks
    ]
    entries += [
        _object(
            f"{layout.racks[housing.rack].label}/{housing.label}",
            named(design.assemblies[housing.template.assembly], language),
            "node",
        )
        for housing in layout.housings[:MOST_COMPONENTS]
    ]
    entries += [_object(f"rule:{one.name}", "", "cable") for one in fabric.links.rules]
    for plane_id, plane in design.planes.items():
        entries.append(_object(f"plane:{plane_id}", named(plane, language), "plane", plane.name_zh))
    for key, job in design.scenarios.items():
        name = job.name_zh if language == "zh" and job.name_zh else job.name
        search = _search(f"{key} {job.name} {job.model}", job.name_zh)
        entries.append(PaletteEntry("scenario", str(key), name, job.model, search, "scenario"))
    for own, change in design.parts.items():
        if change.base and own not in fabric.part_by_id:
            search = _search(f"{own} {change.name}", "")
            name = change.name or own
            entries.append(PaletteEntry("part", f"part:{own}", name, own, search, "part"))
    for part in fabric.parts:
        name = part.name_zh if language == "zh" else part.name
        search = _search(f"{part.id} {part.name} {part.kind}", part.name_zh)
        entries.append(PaletteEntry("part", f"part:{part.id}", name, part.id, search, "part"))
    return tuple(entries)


def at_address(fabric: Fabric, typed: str) -> tuple[PaletteEntry, ...]:
    """Return the chip or link whose address was typed in full, such as `R03/N2/npu[5]`."""
    address = typed.strip()
    chips = chips_of(fabric, address) if address.count("/") > 1 else NONE
    if len(chips) == 1:
        part = fabric.parts[int(fabric.layout.part[chips[0]])]
        return (_object(fabric.layout.address(int(chips[0])), part.name, "part"),)
    if address.startswith("rule:") and address.endswith("]") and len(links_of(fabric, address)):
        return (_object(address, "", "cable"),)
    return ()


def found(entries: Sequence[PaletteEntry], typed: str) -> tuple[PaletteEntry, ...]:
    """Return the entries that fit what was typed, best first."""
    wanted = typed.strip().lower()
    if not wanted:
        return tuple(entries[:MOST_FOUND])
    words, in_order = wanted.split(), _in_order(wanted)
    # Two letters are in nearly every sentence, two Chinese characters are a word.
    is_telling = len(wanted.encode()) > 2
    ranked = []
    for place, entry in enumerate(entries):
        rank = _rank(entry.search, wanted, words, in_order)
        if rank is None and is_telling and all(word in entry.about for word in words):
            rank = _BY_WHAT_IT_DOES
        if rank is not None:
            ranked.append((rank, place, entry))
    ranked.sort(key=lambda one: one[:2])
    return tuple(entry for _, _, entry in ranked[:MOST_FOUND])


def _rank(text: str, wanted: str, words: list[str], in_order: re.Pattern[str]) -> int | None:
    """Return how well a text fits: 0 best, None not at all."""
    if text.startswith(wanted):
        return 0
    if f" {wanted}" in text:
        return 1
    if all(word in text for word in words):
        return 2
    return 3 if len(wanted) > 2 and in_order.match(text) else None


def _in_order(wanted: str) -> re.Pattern[str]:
    """Return what a text matches that has the letters in this order, as `zmfit` `zoom to fit`.

    Up to each letter there is none of its kind, so that a text is gone through only once.
    """
    letters = (re.escape(letter) for letter in wanted if letter != " ")
    return re.compile("".join(f"[^{letter}]*{letter}" for letter in letters))


def _search(english: str, chinese: str) -> str:
    return " ".join((english, chinese, *readings(chinese))).lower()


def _object(address: str, name: str, icon: str, more: str = "") -> PaletteEntry:
    search = _search(f"{address} {name} {more}", more)
    return PaletteEntry("object", address, address, name, search, icon)
