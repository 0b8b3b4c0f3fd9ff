"""Constants of one communication library generation on one hardware family; reads no file.

A profile says how a library turns rated links into achieved time. Nothing in it belongs to one
measurement, one model or one number of ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a network level is to a library: load/store fabric, or network behind an adapter."""

    SCALE_UP = "scale_up"
    SCALE_OUT = "scale_out"


@dataclass(frozen=True)
class Channel:
    """How one protocol uses the links of one role."""

    efficiency: float
    """Payload over rated bandwidth while streaming: headers, flags, credits. [1]"""
    step_s: float
    """Software part of one step between neighbours: write, flag, poll. [s]"""


@dataclass(frozen=True)
class Operation:
    """What one collective's kernel achieves relative to the links."""

    efficiency: float = 1.0
    """Achieved over protocol bandwidth of scale-up: copy or reduce throughput. [1]"""
    local_share: float = 0.0
    """Cost of a byte that stays on its rank, relative to one that crosses the link. [1]"""


@dataclass(frozen=True)
class Protocol:
    """One way a library moves data: a short one for small messages, a wide one for large ones."""

    name: str
    start_s: float
    """Set-up of one operation on top of the kernel launch. [s]"""
    channels: Mapping[Role, Channel]

    def achieved(self, role: Role, operation: Operation) -> float:
        """Return payload over rated bandwidth of links of a role while streaming. [1].

        Notes
        -----
        The kernel's own throughput is stated against the scale-up ports, which it drives; a
        network adapter moves less than that by itself, so only its protocol counts there.
        """
        kernel = operation.efficiency if role is Role.SCALE_UP else 1.0
        return self.channels[role].efficiency * kernel


@dataclass(frozen=True)
class InNetwork:
    """Reduction and multicast done by the switches."""

    start_s: float
    efficiency: float
    """Reduced payload over rated bandwidth inside the scale-up domain. [1]"""
    out_efficiency: float
    """The same in the scale-out network; 0 where its switches cannot reduce. [1]"""
    min_ranks: int = 4


@dataclass(frozen=True)
class NetworkProfile:
    """All constants of one hardware family and library generation."""

    name: str
    launch_s: float
    """Kernel launch and final synchronisation when replayed from a captured graph. [s]"""
    eager_launch_s: float
    """The same when each call is issued by the host. [s]"""
    peer_s: Mapping[Role, float]
    """Cost of addressing one more peer in an all-to-all. [s]"""
    protocols: tuple[Protocol, ...]
    operations: Mapping[str, Operation]
    in_network: InNetwork | None = None
    algorithms: tuple[str, ...] = ("ring", "tree")
    """What the library may choose from."""
    algorithms_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same for single collectives, by name, where they have a menu of their own."""
    hands_on: bool = False
    """Whether ranks send through the adapters of others of their node where theirs fail."""
    chain_ranks: int = 0
    """Innermost domains up to this size are a chain within a tree, not a tree of their own."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each constant comes from, by its name in the file."""

    def operation(self, name: str) -> Operation:
        """Return the constants of a collective, neutral where the profile has none."""
        return self.operations.get(name, Operation())

    def menu(self, collective: str) -> tuple[str, ...]:
        """Return the algorithms the library may choose from for one collective."""
        return self.algorithms_of.get(collective, self.algorithms)


@dataclass(frozen=True)
class ExpertPath:
    """Constants of one path of an expert library, for one direction (dispatch or combine)."""

    efficiency: Mapping[Role, float] = field(hash=False)
    """Achieved over rated bandwidth per role. [1]"""
    start_s: float = 0.0
    """Launch, counting tokens and the final barrier. [s]"""
    doubling_s: float = 0.0
    """Added every time the number of ranks doubles: depth of the notification. [s]"""
    peer_s: float = 0.0
    """Added for every further rank. [s]"""


@dataclass(frozen=True)
class ExpertProfile:
    """Constants of one expert-exchange library generation on one hardware family."""

    name: str
    normal: Mapping[str, ExpertPath]
    """`dispatch` and `combine` of the throughput path."""
    low_latency: Mapping[str, ExpertPath]
    sends_once_per_rank: bool = False
    """Whether the low-latency path sends one copy for several experts of one rank."""
    scale_byte_per_value: float = 0.0
    """Scales that travel with quantised tokens. [byte per value]"""


@dataclass(frozen=True)
class AccessProfile:
    """Constants of one way to reach a remote memory."""

    name: str
    bandwidth_byte_per_s: float
    """Rated, per direction, of the port used. [byte/s]"""
    efficiency: Mapping[str, float]
    """Achieved over rated for `read` and `write` between device memories. [1]"""
    start_s: Mapping[str, float]
    """First byte of a `read` and a `write` inside a node, software included. [s]"""
    far_s: float
    """Added between nodes: two more switches and the fibre, both ways. [s]"""
    far_efficiency: float
    """Bandwidth between nodes over that inside one. [1]"""
    host_read_byte_per_s: float
    """Cap where the data leave a host's memory. [byte/s]"""
    host_write_byte_per_s: float
    """Cap where the data enter a host's memory. [byte/s]"""
    host_s: float = 0.0
    """Added when one end is a host; negative where its memory answers sooner. [s]"""
    batch_s: float = 0.0
    """Posting and completing one batch of messages. [s]"""
