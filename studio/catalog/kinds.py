"""What the kinds of parts are called, in the order a library shows them."""

from __future__ import annotations

from collections.abc import Mapping

from studio.messages import Message, say

KIND_TITLES: Mapping[str, Message] = {
    "rack": say("Racks"),
    "npu": say("NPUs and GPUs"),
    "cpu": say("CPUs"),
    "switch": say("Switch chips"),
    "nic": say("NICs"),
    "transceiver": say("Transceivers"),
    "cable": say("Cables"),
    "memory": say("Memory"),
    "storage": say("Storage"),
    "power_supply": say("Power supplies"),
    "cooling": say("Cooling"),
    "chassis": say("Chassis"),
    "board": say("Boards"),
}
