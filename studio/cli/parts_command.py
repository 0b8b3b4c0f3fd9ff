"""`supernode-studio parts`: the catalogue with sources, and where one's own parts go."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from studio import paths
from studio.catalog.fields import FIELDS
from studio.catalog.kinds import KIND_TITLES
from studio.catalog.part import Part
from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_json
from studio.cli.output import print_json, print_table
from studio.ids import PartId
from studio.messages import Name, say
from studio.session.library import catalog
from studio.simulation.source_words import source_text
from studio.simulation.words import grade_name


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "part", metavar="PART", nargs="?", help="show one part with all values and sources"
    )
    add_json(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the parts or show one."""
    parts, said = catalog(), said_in(arguments)
    if arguments.part:
        part = parts.part(PartId(arguments.part))
        if arguments.json:
            print_json(_tree(part))
        else:
            _show(part, said)
        return 0
    if arguments.json:
        print_json([{"id": p.id, "kind": p.kind, "name": p.name} for p in parts.parts.values()])
        return 0
    rows = [[p.id, _kind(p, said), Name(p.name, p.name_zh)] for p in parts.parts.values()]
    print_table(rows, right_from=9, said=said)
    print("\n" + said(say("Your own parts: {folder}", folder=str(paths.user_parts_dir()))))
    return 0


def _tree(part: Part) -> dict[str, Any]:
    """Return a part with the sources its values name."""
    layers = (part.values, *(variant.values for variant in part.variants.values()))
    named = [datum.source for data in layers for datum in data.values()]
    named += [port.source for port in part.ports.values() if port.source]
    sources = {name: msgspec.to_builtins(catalog().sources[name]) for name in dict.fromkeys(named)}
    return {**msgspec.to_builtins(part), "sources": sources}


def _kind(part: Part, said: Said) -> Name:
    """In English the word of the file, in other languages the title of the library."""
    return Name(part.kind, said(KIND_TITLES[part.kind]))


def _show(part: Part, said: Said) -> None:
    name, kind = said(Name(part.name, part.name_zh)), said(_kind(part, said))
    print(f"{part.id}: {name} ({part.vendor}, {kind})")
    sources = catalog().sources
    layers = {"": part.values} | {f"[{key}] ": v.values for key, v in part.variants.items()}
    rows = [
        [
            f"{prefix}{said(Name(name, FIELDS[name].label_zh))}",
            datum.value,
            say("quoted {value}", value=datum.quoted) if datum.quoted else "",
            f"{said(grade_name(datum.grade))}, {datum.date}: "
            + said(source_text(sources[datum.source].title)),
        ]
        for prefix, data in layers.items()
        for name, datum in data.items()
    ]
    print_table(rows, right_from=9, indent=2, said=said)
    for name, port in part.ports.items():
        title = said(say("port {name}", name=name))
        print(f"  {title}: {port.count} x {port.rate} {port.connector}")
