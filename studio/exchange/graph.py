"""The drawn fabric as GraphML, for Gephi, yEd, Cytoscape, igraph and networkx.

Every component is a node named by its address, every link an edge of its own: two cables between
the same chips stay two. Values are plain numbers whose names tell the unit. Written element by
element, since the tree that networkx builds first takes a gigabyte for 131,072 links.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from studio.exchange.link_state import link_state
from studio.exchange.table import Cell
from studio.fabric.addresses import component_addresses
from studio.fabric.fabric import Fabric
from studio.units import GIGA, bit_per_s

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_NODE_KEYS: Mapping[str, str] = {
    "part": "string",
    "kind": "string",
    "rack": "string",
    "box": "string",
    "rack_unit": "int",
    "rack_x_m": "double",
    "rack_y_m": "double",
    "node_state": "string",
}
_EDGE_KEYS: Mapping[str, str] = {
    "plane": "string",
    "port_a": "string",
    "port_b": "string",
    "gigabit_per_s": "double",
    "length_m": "double",
    "delay_s": "double",
    "edge_state": "string",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 can't carry, not even escaped."""


def graphml(fabric: Fabric) -> bytes:
    """Return components and links as a GraphML document in UTF-8.

    What an exception takes out of the design is left out; what it fails is there and says so.
    Source and target of an edge are the A and the B end of its link.
    """
    text = io.BytesIO()
    xml = XMLGenerator(text, encoding="utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("graphml", AttributesImpl({"xmlns": _NAMESPACE}))
    for what, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, kind in keys.items():
            declared = {"id": name, "for": what, "attr.name": name, "attr.type": kind}
            _element(xml, "key", declared, ())
    xml.startElement("graph", AttributesImpl({"edgedefault": "undirected"}))
    xml.startElement("desc", AttributesImpl({}))
    xml.characters(_plain(fabric.design.name))
    xml.endElement("desc")
    addresses = [_plain(address) for address in component_addresses(fabric.layout)]
    _write_components(xml, fabric, addresses)
    _write_links(xml, fabric, addresses)
    xml.endElement("graph")
    xml.endElement("graphml")
    xml.endDocument()
    return text.getvalue()


def _write_components(xml: XMLGenerator, fabric: Fabric, addresses: list[str]) -> None:
    layout = fabric.layout
    factor = fabric.component_factor.tolist()
    for number in fabric.component_present.nonzero()[0].tolist():
        part = layout.parts[int(layout.part[number])]
        housing = layout.housings[int(layout.housing[number])]
        rack = layout.racks[housing.rack]
        place = (rack.label, housing.label, housing.u, rack.x_m, rack.y_m)
        state = "ok" if factor[number] > 0 else "failed"
        values: tuple[Cell, ...] = (part.id, part.kind, *place, state)
        data = zip(_NODE_KEYS, values, strict=True)
        _element(xml, "node", {"id": addresses[number]}, data)


def _write_links(xml: XMLGenerator, fabric: Fabric, addresses: list[str]) -> None:
    links, ports = fabric.links, fabric.port_map
    for link in fabric.link_present.nonzero()[0].tolist():
        ends = {"source": addresses[int(links.a[link])], "target": addresses[int(links.b[link])]}
        values: tuple[Cell, ...] = (
            links.planes[int(links.plane[link])],
            ports.name(link, 0),
            ports.name(link, 1),
            bit_per_s(float(links.bandwidth_byte_per_s[link])) / GIGA,
            round(float(fabric.geometry.length_m[link]), 3),
            float(fabric.geometry.delay_s[link]),
            link_state(fabric, link),
        )
        data = zip(_EDGE_KEYS, values, strict=True)
        _element(xml, "edge", {"id": _plain(links.name(link)), **ends}, data)


def _element(
    xml: XMLGenerator, tag: str, own: dict[str, str], data: Iterable[tuple[str, Cell]]
) -> None:
    """Write an element and the values it carries."""
    xml.startElement(tag, AttributesImpl(own))
    for key, value in data:
        xml.startElement("data", AttributesImpl({"key": key}))
        xml.characters(_plain(str(value)))
        xml.endElement("data")
    xml.endElement(tag)
    xml.characters("\n")


def _plain(text: str) -> str:
    return _NOT_XML.sub("", text)
