"""`supernode-studio diff`: what changed from one design to another; exit code 1 where any did."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

import msgspec

from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_json, load, what_if
from studio.cli.output import print_json, print_table
from studio.design.diff import Change, ChangeKind, field_changes
from studio.exploration.compare import Row, row_label
from studio.messages import Message, say
from studio.session.difference import DesignDifference, compare_fabrics, value_text
from studio.units import display

_KINDS: Mapping[ChangeKind, Message] = {
    "added": say("added"),
    "removed": say("removed"),
    "moved": say("moved"),
    "recabled": say("recabled"),
    "changed": say("changed"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    text = "a .supernode file or the name of a reference design; +PATH=VALUE changes a field"
    parser.add_argument("before", metavar="BEFORE", help=text)
    parser.add_argument("after", metavar="AFTER", help=text)
    add_json(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print."""
    before, after = (
        load(name, own=edits).fabric
        for name, *edits in (what_if(arguments.before), what_if(arguments.after))
    )
    found = compare_fabrics(before, after)
    if arguments.json:
        print_json(_tree(found))
    else:
        _print(found, arguments.lang, said_in(arguments))
    return 0 if found.is_empty else 1


def _tree(found: DesignDifference) -> dict[str, object]:
    fabric = found.fabric
    return {
        "changes": [_change(change) for change in found.changes],
        "racks_removed": [rack.label for rack in fabric.racks_removed],
        "links_added": int(fabric.new_links.sum()),
        "links_removed": fabric.links_removed,
        "figures": [
            {"name": row.name, "before": row.values[0], "after": row.values[1]}
            for row in found.figures
        ],
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "section": change.section,
        "key": change.key,
        "fields": [
            {
                "path": ".".join(one.path),
                "before": msgspec.to_builtins(one.before),
                "after": msgspec.to_builtins(one.after),
            }
            for one in field_changes(change)
        ],
    }


def _print(found: DesignDifference, language: str, said: Said) -> None:
    if found.is_empty:
        print(said(say("no differences")))
        return
    for change in found.changes:
        place = f"{change.section}.{change.key}" if change.key else change.section
        print(f"{said(_KINDS[change.kind]):<8} {place}")
        for one in field_changes(change):
            field = ".".join(one.path)
            sides = f"{value_text(one.before)} -> {value_text(one.after)}"
            print(f"           {f'{field}: ' if field else ''}{sides}")
    fabric = found.fabric
    added, removed = int(fabric.new_links.sum()), fabric.links_removed
    if added or removed:
        print(
            said(say("links      {added} added, {removed} removed", added=added, removed=removed))
        )
    if found.figures:
        print()
        head = ["", say("Before"), say("After")]
        print_table([head, *(_figure(row, language) for row in found.figures)], said=said)


def _figure(row: Row, language: str) -> list[str]:
    sides = ["–" if value is None else display(value, row.dimension) for value in row.values]
    return [row_label(row.name, language), *sides]
