"""Types are looked at by one thread at a time: a decoder that met a half-known one would crash."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import studio

ALWAYS_TYPED = ("msgspec.convert", "msgspec.json.Decoder")

# `kind` of `gate` is asked for while the library looks at `Inner`, on the way through `Outer`.
_TWO_THREADS = """
from __future__ import annotations

import threading

import msgspec

from studio.decoding import convert_to, read_as

entered, leave = threading.Event(), threading.Event()


class Gate:
    @property
    def kind(self):
        entered.set()
        leave.wait()
        return int


gate = Gate()


class Inner(msgspec.Struct):
    number: gate.kind


class Outer(msgspec.Struct):
    name: str
    inner: Inner


made = []
tree = {"name": "x", "inner": {"number": 3}}
text = msgspec.json.encode(tree)
work = {
    "read_as": lambda: made.append(read_as(text, Outer)),
    "convert_to": lambda: made.append(convert_to(tree, Outer)),
}
first = threading.Thread(target=work[FIRST])
second = threading.Thread(target=work[SECOND])
first.start()
entered.wait()
second.start()
second.join(0.2)
leave.set()
first.join()
second.join()
assert made == [Outer("x", Inner(3))] * 2, made
"""


@pytest.mark.parametrize("first", ["read_as", "convert_to"])
@pytest.mark.parametrize("second", ["read_as", "convert_to"])
def test_a_second_thread_waits_until_a_type_is_known(first: str, second: str) -> None:
    script = _TWO_THREADS.replace("FIRST", repr(first)).replace("SECOND", repr(second))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_nothing_else_decodes_into_a_type() -> None:
    folder = Path(studio.__file__).parent
    found = {
        f"{file.relative_to(folder)}:{call.lineno}"
        for file in folder.rglob("*.py")
        if file.name != "decoding.py"
        for call in _typed_calls(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert not found


def test_the_scan_sees_what_it_looks_for() -> None:
    source = "msgspec.json.decode(x, type=A)\nmsgspec.convert(x, A)\nmsgspec.json.Decoder(A)\n"
    assert len(list(_typed_calls(ast.parse(source)))) == 3
    assert not list(_typed_calls(ast.parse("msgspec.json.decode(x)")))


def _typed_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls of the library that make it look at a type."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = ast.unparse(call.func)
            is_typed = len(call.args) > 1 or any(one.arg == "type" for one in call.keywords)
            if name in ALWAYS_TYPED or (name == "msgspec.json.decode" and is_typed):
                yield call
