"""Files and arguments nobody should write: one sentence, the right exit code, never a traceback."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.cli.__main__ import main
from studio.session.library import find_design

SMALL = "dgx-h100-su32"
WHOLE: dict[str, Any] = json.loads(find_design(SMALL).read_text(encoding="utf-8"))


def head(**more: object) -> str:
    return json.dumps({"format": WHOLE["format"], "format_version": 1, **more})


def nested_assemblies(depth: int) -> dict[str, object]:
    made = {
        f"a{n}": {"kind": "node", "name": "a", "contents": {"x": {"assembly": f"a{n + 1}"}}}
        for n in range(depth)
    }
    return {"id": "x", "name": "x", "assemblies": made}


FILES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t",
    "no-json": b"hello",
    "a-list": b"[]",
    "half": json.dumps(WHOLE).encode()[:2000],
    "utf-16": json.dumps(WHOLE).encode("utf-16"),
    "latin-1": '{"format": "é"}'.encode("latin-1"),
    "zero-bytes": b"\0" * 1000,
    "deep-lists": b"[" * 200_000,
    "deep-objects": b'{"design":' * 100_000,
    "huge-number": head(design=1).replace("1}", "1" * 100_000 + "}").encode(),
    "huge-exponent": head().replace("1}", "1e400}").encode(),
    "negative-version": head().replace("1}", "-1}").encode(),
    "no-design": head().encode(),
    "null-design": head(design=None).encode(),
    "bare-nan": head(design={"id": "x", "name": "x", "site": {"pue": float("nan")}}).encode(),
    "other-format": json.dumps({"format": "cake", "format_version": 1}).encode(),
    "endless-name": head(design={"id": "x", "name": 'a"' * 30_000}).encode(),
    "endless-nesting": head(design=nested_assemblies(5000)).encode(),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", ["check", "simulate"])
def test_no_design_at_all(
    name: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"{name}.supernode"
    file.write_bytes(FILES[name])
    assert main([command, str(file)]) == 3
    said = capsys.readouterr().err
    assert said.startswith("supernode-studio: ")
    assert file.name in said
    assert len(said) < 1000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a" * 5000, "no such file"),
        ("a\0b", "no such file"),
        (".", "is a folder"),
        ("/dev/null", "is no plain file"),
        ("missing.supernode", "no such file"),
    ],
)
def test_no_file_at_all(name: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", name]) == 3
    assert text in capsys.readouterr().err


def changed(path: tuple[str, ...], value: object) -> dict[str, Any]:
    tree = copy.deepcopy(WHOLE)
    place = tree["design"]
    for step in path[:-1]:
        place = place.setdefault(step, {})
    place[path[-1]] = value
    return tree


NODE = ("assemblies", "dgx", "contents", "gpu", "count")


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (NODE, 10**12, "are possible"),
        (NODE, -1, "0 to"),
        (NODE, 2**63, "0 to 100000 are possible"),
        (NODE, 1.5, "Expected `int`"),
        (NODE, "8", "Expected `int`"),
        (("racks", "dgx-west", "array", "count"), 10**12, "20000 racks are possible"),
        (("racks", "dgx-west", "x_m"), 1e308, "at most"),
        (("racks", "dgx-west", "part"), "no-such-rack", "no-such-rack"),
        (("racks", "dgx-west", "contents", "N", "assembly"), "dgxx", "is not in the design"),
        (("racks", "dgx-west", "label"), "R", "both have a rack labelled"),
        (("links", "rails", "plane"), "nowhere", "is not in the design"),
        (("links", "rails", "cable"), "string", "string"),
        (("links", "rails", "multiplicity"), 10**12, "are possible"),
        (("links", "rails", "a"), "[" * 1000, "selector"),
        (("links", "rails", "scheme"), {"type": "torus", "dims": [10**6] * 99}, "axes"),
        (("links", "rails", "scheme"), {"type": "knot"}, "knot"),
        (("assemblies", "dgx", "contents", "gpu"), {"assembly": "dgx"}, "contains itself"),
        (("site", "routing"), {"slack_m": -5.0}, "slack"),
        (("exceptions",), {"R01": {"state": "degraded", "factor": 7.0}}, "0..1"),
        (("zz",), 1, "unknown field"),
    ],
)
def test_a_design_that_can_not_be(
    path: tuple[str, ...],
    value: object,
    text: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "odd.supernode"
    file.write_text(json.dumps(changed(path, value)), encoding="utf-8")
    assert main(["totals", str(file)]) == 3
    said = capsys.readouterr().err
    assert text in said
    assert "odd.supernode" in said


def test_an_active_scenario_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.supernode"
    file.write_text(json.dumps(changed(("active_scenario",), "gone")), encoding="utf-8")
    assert main(["simulate", str(file)]) == 3
    assert "active_scenario 'gone' is not in the design; it has " in capsys.readouterr().err


def paths_of(tree: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    return [path, *(found for key, value in inner for found in paths_of(value, (*path, key)))]


PATHS = [path for path in paths_of(WHOLE["design"]) if path]
VALUES = st.one_of(
    st.sampled_from([0, 1, -1, 3, 17, 4096, 10**6, 10**12, 2**62, 2**64]),
    st.sampled_from([0.0, -1.0, 1e-300, 0.5, 1e12, 1e308, float("nan"), float("inf")]),
    st.sampled_from(["", "**/gpu", "R*", "R*/N*/*", "int8", "x" * 500, "\0", "a/b", "[", "A"]),
    st.sampled_from([None, True, [], {}, {"type": "ring"}, {"type": "clos", "uplinks": 10**9}]),
)
COMMANDS = st.sampled_from(["check", "totals", "simulate", "structure", "flow"])


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    changes=st.lists(st.tuples(st.sampled_from(PATHS), VALUES), min_size=1, max_size=3),
    command=COMMANDS,
)
def test_any_change_of_any_field_ends_in_an_answer_or_a_sentence(
    changes: list[tuple[tuple[Any, ...], object]],
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tree = copy.deepcopy(WHOLE)
    for path, value in changes:
        place = tree["design"]
        try:
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    file = tmp_path / "any.supernode"
    file.write_text(json.dumps(tree), encoding="utf-8")
    code = main([command, str(file)])
    said = capsys.readouterr().err
    assert code in (0, 1, 2, 3), said
    assert "Traceback" not in said
    assert bool(said) == (code in (2, 3))


@pytest.mark.parametrize("value", ["NaN", "1e999", "[[[[", "[" * 100_000, "\0", '{"a": 1}', "1"])
@pytest.mark.parametrize(
    "path", ["site.pue", "racks", "racks.dgx-west.array.count", "", "..", "id"]
)
def test_any_edit_of_the_command_line(
    path: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", SMALL, "--edit", f"{path}={value}"]) in (0, 1, 2, 3)
    assert "Traceback" not in capsys.readouterr().err


def spawn(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "studio.cli", *arguments]
    return subprocess.run(command, text=True, stderr=subprocess.PIPE, check=False, **options)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [("totals", SMALL), ("check", SMALL, "--json")])
def test_a_full_disk_behind_the_output_is_a_file_problem(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = spawn(*arguments, stdout=full)
    assert done.returncode == 3
    assert done.stderr.startswith("supernode-studio: the output stopped: No space left")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    done = spawn("new", str(tmp_path / "new.supernode"), stdout=subprocess.PIPE)
    assert done.returncode == 3
    assert "was not written: Permission denied" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_a_design_of_a_million_parts_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    file = tmp_path / "large.supernode"
    tree = changed(NODE, 4096)
    tree["design"]["racks"]["dgx-west"]["array"] = {"count": 20_000, "pitch": 0.6}
    file.write_text(json.dumps(tree), encoding="utf-8")
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30));"
        "from studio.cli.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "totals", str(file)],
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "are possible" in done.stderr


RED = "\x1b[31mred\x1b[0m\u202e"


def test_a_name_in_a_file_can_not_drive_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "red.supernode"
    file.write_text(json.dumps(changed(("name",), RED)), encoding="utf-8")
    assert main(["compare", str(file), SMALL]) == 0
    assert "\\x1b[31mred\\x1b[0m\\u202e" in capsys.readouterr().out
    file.write_text(json.dumps(changed((RED,), 1)), encoding="utf-8")
    assert main(["totals", str(file)]) == 3
    said = capsys.readouterr().err
    assert "\\x1b[31mred" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("text", ["x" * 100_000, "a\nb", "\r\r", "\x9b2J"])
def test_an_argument_is_repeated_on_one_line_of_bearable_length(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (("totals", text), ("totals", SMALL, "--explain", text), ("parts", text)):
        assert main(arguments) in (2, 3)
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert len(said) < 2000
        assert said.rstrip("\n").isprintable()


def test_half_a_character_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "half.supernode"
    file.write_text(json.dumps(changed(("links", "rails", "scheme"), "\ud800")), encoding="utf-8")
    assert main(["check", str(file)]) == 3
    assert "half.supernode: line 1, column " in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="devices are files on Unix only")
@pytest.mark.parametrize("command", ["check", "validate", "upgrade"])
def test_what_never_ends_is_not_read(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for name in ("/dev/zero", str(pipe)):
        assert main([command, name]) == 3
        assert "is no plain file" in capsys.readouterr().err


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.skipif(os.name != "posix", reason="closes a stream by its number")
def test_a_closed_stream_is_nothing_wrong(stream: str) -> None:
    number = {"stdout": 1, "stderr": 2}[stream]
    closed = subprocess.run(
        ["sh", "-c", f'exec "$0" -m studio.cli check {SMALL} {number}>&-', sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert closed.returncode == 0
    assert closed.stderr == ""


@pytest.mark.parametrize("command", ["simulate", "sensitivity"])
def test_an_impossible_plan_is_the_fault_of_who_wrote_it(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file's own plan exits as a bad file does; a flag's as a bad flag, whatever the file."""
    file = tmp_path / "odd.supernode"
    job = ("scenarios", "train-dense")
    file.write_text(json.dumps(changed((*job, "tp"), 999_999)), encoding="utf-8")
    asked = ["--scenario", "train-dense"]
    assert main([command, str(file), *asked]) == 3
    said = capsys.readouterr().err
    assert "odd.supernode: Llama 3 70B training" in said
    assert "nearest valid: TP 64, or set 0 to let the studio choose" in said
    assert main([command, str(file), *asked, "--set", "tp=64"]) == 0
    for value, nearest in (("-1", "TP 1"), ("4.5", "TP 4"), ("999999", "TP 64"), ("1e30", "TP 64")):
        assert main([command, SMALL, *asked, "--set", f"tp={value}"]) == 2
        assert f"nearest valid: {nearest}, or" in capsys.readouterr().err


def test_a_fraction_where_a_file_holds_a_count_names_the_nearest_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.supernode"
    tree = changed(("scenarios", "train-dense", "tp"), 4.5)
    file.write_text(json.dumps(tree), encoding="utf-8")
    assert main(["simulate", str(file)]) == 3
    said = capsys.readouterr().err
    assert "nearest whole number: 4 - at `design.scenarios.train-dense.tp`" in said
