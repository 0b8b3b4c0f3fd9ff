"""One-sided reads and writes between memories of NPUs and hosts; knows no file.

What a copy engine or a load/store fabric achieves on one path, without any collective.
"""

from __future__ import annotations

from studio.errors import InvalidInput
from studio.simulation.network.profile import AccessProfile


def access_time_s(
    profile: AccessProfile,
    verb: str,
    size_byte: float,
    *,
    is_far: bool,
    from_host: bool = False,
    to_host: bool = False,
) -> float:
    """Return the time of one read or write of `size_byte`.

    Parameters
    ----------
    profile :
        Constants of the path.
    verb :
        `read` or `write`.
    size_byte :
        Message. [byte]
    is_far :
        Between nodes.
    from_host, to_host :
        Whether the data leave or enter the memory of a host.

    Raises
    ------
    InvalidInput : the verb is neither, or the size is negative.

    Notes
    -----
    T = start + far + host + S / (min(B e, host caps) far efficiency).
    """
    if verb not in profile.efficiency:
        raise InvalidInput(
            "{verb!r} is no access; use {efficiency}",
            verb=verb,
            efficiency=" or ".join(sorted(profile.efficiency)),
        )
    if size_byte < 0:
        raise InvalidInput(
            "a message of {size_byte} bytes can't be sent",
            size_byte=size_byte,
        )
    start = profile.start_s[verb] + (profile.far_s if is_far else 0.0)
    start += profile.host_s if from_host or to_host else 0.0
    return start + size_byte / access_bandwidth(
        profile, verb, is_far=is_far, from_host=from_host, to_host=to_host
    )


def access_bandwidth(
    profile: AccessProfile, verb: str, *, is_far: bool, from_host: bool, to_host: bool
) -> float:
    """Return the bandwidth of long reads or writes. [byte/s]."""
    rate = profile.bandwidth_byte_per_s * profile.efficiency[verb]
    if from_host:
        rate = min(rate, profile.host_read_byte_per_s)
    if to_host:
        rate = min(rate, profile.host_write_byte_per_s)
    return rate * (profile.far_efficiency if is_far else 1.0)


def batch_time_s(profile: AccessProfile, verb: str, size_byte: float, messages: int) -> float:
    """Return the time of a batch of messages posted together between nodes. [s]."""
    rate = access_bandwidth(profile, verb, is_far=True, from_host=False, to_host=False)
    return profile.batch_s + messages * size_byte / rate
