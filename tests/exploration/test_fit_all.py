"""The one command that fits everything names modules that exist, in an order that holds."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from tests.reference.fit_all import ROOT, commands


def test_every_command_exists_and_power_follows_serving() -> None:
    listed = commands(with_held_out=True)
    for command in listed:
        if command[0] == "-m":
            assert find_spec(command[1]) is not None
        else:
            assert (Path(ROOT) / command[0]).is_file()
    fits = [command[1] for command in commands(with_held_out=False) if command[0] == "-m"]
    assert fits.index("tests.reference.fit_network") < fits.index("tests.reference.fit_training")
    assert fits.index("tests.reference.fit_inference") < fits.index("tests.reference.fit_power")
    assert listed[-1] == ("packaging/accuracy.py",)
