"""`supernode-studio parts`: the catalogue with sources, and where one's own parts go."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from studio import paths
from studio.catalog.part import Part
from studio.cli.loading import add_json
from studio.cli.output import print_json, print_table
from studio.ids import PartId
from studio.session.library import catalog


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("part", nargs="?", help="show one part with all values and sources")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the parts or show one."""
    parts = catalog()
    if arguments.part:
        part = parts.part(PartId(arguments.part))
        if arguments.json:
            print_json(_tree(part))
        else:
            _show(part)
        return 0
    if arguments.json:
        print_json([{"id": p.id, "kind": p.kind, "name": p.name} for p in parts.parts.values()])
        return 0
    print_table([[p.id, p.kind, p.name] for p in parts.parts.values()], right_from=9)
    print(f"\nYour own parts: {paths.user_parts_dir()}")
    return 0


def _tree(part: Part) -> dict[str, Any]:
    """Return a part with the sources its values name."""
    layers = (part.values, *(variant.values for variant in part.variants.values()))
    named = [datum.source for data in layers for datum in data.values()]
    named += [port.source for port in part.ports.values() if port.source]
    sources = {name: msgspec.to_builtins(catalog().sources[name]) for name in dict.fromkeys(named)}
    return {**msgspec.to_builtins(part), "sources": sources}


def _show(part: Part) -> None:
    print(f"{part.id}: {part.name} ({part.vendor}, {part.kind})")
    sources = catalog().sources
    layers = {"": part.values} | {f"[{key}] ": v.values for key, v in part.variants.items()}
    rows = [
        [
            f"  {prefix}{name}",
            datum.value,
            f"quoted {datum.quoted}" if datum.quoted else "",
            f"{datum.grade}, {datum.date}: {sources[datum.source].title}",
        ]
        for prefix, data in layers.items()
        for name, datum in data.items()
    ]
    print_table(rows, right_from=9)
    for name, port in part.ports.items():
        print(f"  port {name}: {port.count} x {port.rate} {port.connector}")
