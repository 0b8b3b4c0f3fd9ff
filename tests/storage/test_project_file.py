"""The project file: identity, versions, and files from strangers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import paths
from studio.design import edits
from studio.design.model import FORMAT_VERSION
from studio.errors import FileProblem
from studio.session.document import Document
from studio.session.library import reference_designs
from studio.storage import project_file
from studio.storage.atomic import write_atomic
from studio.storage.project_file import (
    decode_design,
    encode_design,
    read_design,
    write_design,
)
from tests.builders import small_catalog, two_racks

Tree = dict[str, Any]


def tree(**more: Any) -> Tree:
    made: Tree = json.loads(encode_design(two_racks()))
    return made | more


def said(content: bytes | str | Tree) -> str:
    if isinstance(content, dict):
        content = json.dumps(content)
    with pytest.raises(FileProblem) as caught:
        decode_design(content.encode() if isinstance(content, str) else content)
    message = str(caught.value)
    assert 0 < len(message) < 600
    assert "Traceback" not in message
    return message


def test_a_design_reads_back_as_itself() -> None:
    design = two_racks()
    content = encode_design(design)
    assert decode_design(content).design == design
    assert encode_design(decode_design(content).design) == content


def test_the_file_is_text_that_shows_an_edit_as_one_line() -> None:
    before = encode_design(two_racks()).decode().splitlines()
    after = encode_design(
        edits.set_field(two_racks(), ("racks", "row", "array", "count"), 7)
    ).decode()
    changed = [line for line in after.splitlines() if line not in before]
    assert [line.strip() for line in changed] == ['"count": 7,']
    assert after.endswith("}\n")


def test_chinese_text_is_readable_in_the_file() -> None:
    design = edits.set_field(two_racks(), ("name_zh",), "超节点")
    assert "超节点" in encode_design(design).decode()


@pytest.mark.parametrize("name", reference_designs())
def test_a_shipped_design_saves_as_the_same_bytes(name: str, tmp_path: Path) -> None:
    content = reference_designs()[name].read_bytes()
    path = tmp_path / f"{name}.supernode"
    path.write_bytes(content)
    opened = read_design(path)
    assert write_design(path, opened.design, opened) == content
    assert path.read_bytes() == content
    assert encode_design(opened.design) == content


def test_a_file_with_another_layout_keeps_it_until_it_is_edited(tmp_path: Path) -> None:
    path = tmp_path / "hand.supernode"
    content = json.dumps(tree()).encode()
    path.write_bytes(content)
    document = Document.open(path, small_catalog())
    document.save()
    assert path.read_bytes() == content
    document.apply("rename", lambda d: edits.set_field(d, ("name",), "New"))
    document.save()
    assert path.read_bytes() == encode_design(document.design)


@given(st.integers(0, 4000))
def test_a_truncated_file_is_refused_with_its_place(length: int) -> None:
    content = encode_design(two_racks())
    assert len(content) < 4000 or length < len(content) - 2
    message = said(content[: min(length, len(content) - 3)])
    assert "line" in message or "empty" in message


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_politely(content: bytes) -> None:
    said(content)


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=3))
def test_a_damaged_file_is_read_or_refused(place: int, damage: bytes) -> None:
    content = bytearray(encode_design(two_racks()))
    content[place : place + len(damage)] = damage
    try:
        decode_design(bytes(content))
    except FileProblem as problem:
        assert len(str(problem)) < 600  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"[]", "no supernode design"),
        (b"3", "no supernode design"),
        (b'"text"', "no supernode design"),
        (b"{}", "no supernode design: Object missing required field `format`"),
        (b'{"format": "gns3", "format_version": 1}', "no supernode design but 'gns3'"),
        (b'{"format": "supernode", "format_version": "1"}', "Expected `int`, got `str`"),
        (b'{"format": "supernode", "format_version": 0}', "format version 0; the first one was 1"),
        (b'{"format": "supernode", "format_version": -5}', "format version -5"),
        (b'{"format": "supernode", "format_version": 1}', "missing required field `design`"),
        (b'{"format": "supernode",\n "format_version": 1,,}', "line 2, column 22"),
        (b"\xff\xfe\x00", "byte order mark of UTF-16; save it as plain UTF-8"),
        (b"\x00" * 1000, "line 1, column 1"),
        (b"[" * 1_000_000, "no supernode design|nested too deeply"),
        (b'{"a":' * 1_000_000, "nested too deeply|missing"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_design_is_refused(content: bytes, expected: str) -> None:
    assert re.search(expected, said(content))


def at(path: str, value: Any) -> Tree:
    """Return the file of two racks with one value changed."""
    made = tree()
    owner, steps = made["design"], path.split(".")
    for step in steps[:-1]:
        owner = owner[step]
    owner[steps[-1]] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("racks.row.x_m", "left", "Expected `float`, got `str` - at `.*racks.row.x_m`"),
        (
            "racks.row.array.count",
            1.5,
            "Expected `int`, got `float`; nearest whole number: 2 - at `.*racks.row.array.count`",
        ),
        (
            "racks.row.array.count",
            None,
            "Expected `int`, got `null` - at `.*racks.row.array.count`",
        ),
        ("racks.row.colour", "red", "unknown field `colour` - at `.*racks.row`"),
        (
            "racks.row.contents.N.face",
            "top",
            "Invalid enum value 'top'; possible: front, rear - at `.*contents.N.face`",
        ),
        ("links.uplinks.scheme", {"type": "star"}, "Invalid value 'star' - at `.*uplinks.scheme"),
        ("links.uplinks.scheme", {"type": "clos"}, "missing required field `uplinks`"),
        (
            "assemblies.node.contents.chip",
            [],
            "Expected `object`, got `array` - at `.*contents.chip`",
        ),
        ("planes.up.role", 7, "Expected `str`, got `int` - at `.*planes.up.role`"),
        ("scenarios.train.job", "mining", "Invalid value 'mining' - at `.*scenarios.train"),
        ("site.pue", True, "Expected `float`, got `bool` - at `.*site.pue`"),
        (
            "exceptions",
            {"R01": {"state": "tired"}},
            "Invalid enum value 'tired'; possible: .* - at `.*R01.state`",
        ),
        ("id", 5, "Expected `str`, got `int` - at `.*design.id`"),
        ("racks", None, "Expected `object`, got `null` - at `.*racks`"),
    ],
)
def test_a_wrong_value_is_refused_with_the_names_on_the_way_to_it(
    path: str, value: Any, expected: str
) -> None:
    assert re.search(expected, said(at(path, value)))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "1e", "0x10", "01"])
def test_numbers_that_are_none_are_refused(text: str) -> None:
    content = encode_design(two_racks()).replace(b'"x_m": 1.0', f'"x_m": {text}'.encode())
    assert text.encode() in content
    message = said(content)
    assert "line" in message or "range" in message or "racks" in message


def test_huge_integers_do_no_harm() -> None:
    content = json.dumps(at("racks.row.array.count", 10**30))
    try:
        design = decode_design(content.encode()).design
    except FileProblem as problem:
        assert "count" in str(problem)  # noqa: PT017 - either outcome is right
    else:
        assert design.racks["row"].array.count == 10**30  # type: ignore[index]


def test_deep_nesting_in_an_unknown_member_is_refused() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    content = encode_design(two_racks()).decode().replace('"id":', f'"odd": {deep}, "id":', 1)
    said(content)


def newer(**design: Any) -> bytes:
    made = tree(format_version=FORMAT_VERSION + 1)
    made["design"] |= design
    return json.dumps(made).encode()


def test_a_newer_format_opens_read_only() -> None:
    opened = decode_design(newer(holograms={"a": 1}))
    assert opened.is_read_only
    assert opened.version == FORMAT_VERSION + 1
    assert opened.design == two_racks()


def test_a_newer_format_that_means_something_else_is_refused() -> None:
    message = said(newer(racks=[1, 2]))
    assert "newer than this studio" in message
    assert "install a newer" in message
    assert "racks" in message


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, 10**12, 10**30])
def test_an_unknown_version_without_a_design_is_refused(version: int) -> None:
    content = json.dumps({"format": "supernode", "format_version": version})
    said(content)


def test_a_newer_file_is_never_saved_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "newer.supernode"
    path.write_bytes(newer(holograms={"a": 1}))
    content = path.read_bytes()
    link = tmp_path / "link.supernode"
    link.symlink_to(path)
    # By another name without a link, as where a file system makes no difference of capitals.
    twin = tmp_path / "NEWER.supernode"
    twin.hardlink_to(path)
    monkeypatch.chdir(tmp_path)
    document = Document.open(path, small_catalog())
    document.apply("rename", lambda d: edits.set_field(d, ("name",), "New"))
    dotted = tmp_path / "." / "newer.supernode"
    for target in (None, path, Path("newer.supernode"), dotted, link, twin):
        with pytest.raises(FileProblem, match=r"newer format"):
            document.save(target)
        assert path.read_bytes() == content
    document.save(tmp_path / "copy.supernode")
    assert path.read_bytes() == content
    assert not document.is_read_only
    assert read_design(tmp_path / "copy.supernode").design.name == "New"


@pytest.mark.parametrize("text", [b"1e999", b"[" * 100_000 + b"]" * 100_000])
def test_a_newer_file_with_a_hostile_value_is_refused(text: bytes) -> None:
    said(newer(holograms="here").replace(b'"here"', text))


def test_news_at_any_depth_of_a_newer_file_are_left_out() -> None:
    made = json.loads(newer())
    made["design"]["racks"]["row"]["halo"] = 3
    made["design"]["racks"]["row"]["contents"]["N"]["array"]["swirl"] = {"by": [1]}
    made["design"]["links"]["uplinks"]["scheme"]["twist"] = True
    made["design"]["assemblies"]["node"]["links"]["in"]["colour"] = "red"
    opened = decode_design(json.dumps(made).encode())
    assert opened.is_read_only
    assert opened.design == two_racks()
    made["design"]["links"]["uplinks"]["scheme"]["type"] = "moebius"
    assert "moebius" in said(json.dumps(made).encode())


def later_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the newest format be two steps later: names in capitals, then a field renamed."""

    def capitals(design: Mapping[str, Any]) -> dict[str, Any]:
        return {**design, "name": design["name"].upper()}

    def renamed(design: Mapping[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in design.items() if key != "writer"}
        return {**kept, "author": design["writer"]}

    monkeypatch.setattr(project_file, "FORMAT_VERSION", FORMAT_VERSION + 2)
    steps = {FORMAT_VERSION: capitals, FORMAT_VERSION + 1: renamed}
    monkeypatch.setattr(project_file, "UPGRADES", steps)


def test_an_older_file_is_upgraded_step_by_step_and_saved_as_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = json.loads(encode_design(two_racks()))
    made["design"]["writer"] = "Ada"
    path = tmp_path / "old.supernode"
    path.write_text(json.dumps(made))
    later_steps(monkeypatch)
    opened = read_design(path)
    assert (opened.design.name, opened.design.author) == ("TWO RACKS", "Ada")
    assert opened.upgraded == ("1 to 2", "2 to 3")
    assert not opened.is_read_only
    document = Document.open(path, small_catalog())
    document.save()
    again = read_design(path)
    assert (again.version, again.design, again.upgraded) == (3, opened.design, ())


@pytest.mark.parametrize("design", [{}, {"name": 3}, [], None, "text"])
def test_an_older_file_that_can_not_be_upgraded_is_refused(
    design: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_steps(monkeypatch)
    content = {"format": "supernode", "format_version": 1, "design": design}
    assert "upgraded from format 1" in said(json.dumps(content).encode())


def test_an_unedited_copy_of_a_newer_file_keeps_everything_and_stays_closed(tmp_path: Path) -> None:
    path, copy = tmp_path / "newer.supernode", tmp_path / "copy.supernode"
    path.write_bytes(newer(holograms={"a": 1}))
    document = Document.open(path, small_catalog())
    document.save(copy)
    assert copy.read_bytes() == path.read_bytes()
    document.apply("rename", lambda d: edits.set_field(d, ("name",), "New"))
    with pytest.raises(FileProblem, match=r"newer format"):
        document.save()
    assert copy.read_bytes() == path.read_bytes()


def test_a_file_that_is_not_there_or_no_file_is_said(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none.supernode", "no such file"), (tmp_path, "is a folder")):
        with pytest.raises(FileProblem, match=said):
            read_design(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.supernode"
    with path.open("wb") as file:
        file.truncate(300 * 2**20)
    with pytest.raises(FileProblem, match=r"huge.supernode: 300 MiB; at most 256 MiB are read"):
        read_design(path)


def failing(error: OSError) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    "step", ["os.fsync", "pathlib.Path.replace", "studio.storage.atomic._created"]
)
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")]
)
def test_a_failed_save_loses_nothing(
    step: str, error: OSError, file_of_two_racks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document.open(file_of_two_racks, small_catalog())
    content = file_of_two_racks.read_bytes()
    document.apply("rename", lambda d: edits.set_field(d, ("name",), "New"))
    monkeypatch.setattr(step, failing(error))
    with pytest.raises(FileProblem, match=rf"was not written: {error.strerror}. Save to another"):
        document.save()
    monkeypatch.undo()
    assert file_of_two_racks.read_bytes() == content
    assert [path.name for path in file_of_two_racks.parent.iterdir()] == [file_of_two_racks.name]
    assert document.is_modified
    assert document.design.name == "New"
    document.save()
    assert read_design(file_of_two_racks).design.name == "New"


class Crash(BaseException):
    pass


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_a_crash_before_the_rename_leaves_the_old_file(
    step: str, file_of_two_racks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = file_of_two_racks.read_bytes()
    monkeypatch.setattr(step, failing(Crash()))  # type: ignore[arg-type]
    with pytest.raises(Crash):
        write_atomic(file_of_two_racks, b"half")
    assert file_of_two_racks.read_bytes() == content


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"was not written: No such file or directory"):
        write_atomic(tmp_path / "no" / "x.supernode", b"x")
    with pytest.raises(FileProblem, match=r"was not written"):
        write_atomic(tmp_path, b"x")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_saving_through_a_link_keeps_the_link(file_of_two_racks: Path) -> None:
    link = file_of_two_racks.with_name("link.supernode")
    link.symlink_to(file_of_two_racks)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert file_of_two_racks.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_saving_keeps_the_rights_of_the_file(file_of_two_racks: Path) -> None:
    file_of_two_racks.chmod(0o600)
    write_atomic(file_of_two_racks, b"new")
    assert file_of_two_racks.stat().st_mode & 0o777 == 0o600


HOSTILE: dict[str, Callable[[], Tree]] = {
    "racks": lambda: at("racks.row.array", {"count": 10**12, "rows": 10**12}),
    "chips": lambda: at("assemblies.node.contents.chip.count", 10**12),
    "nodes": lambda: at("racks.row.contents.N.array.count", 10**12),
    "links": lambda: at("links.uplinks.multiplicity", 10**12),
    "inner links": lambda: at("assemblies.node.links.in.multiplicity", 10**12),
    "height": lambda: at("assemblies.node.height_u", 10**12),
    "labels": lambda: at("racks.row.label", "{n:>1000000000}"),
    "class": lambda: at("racks.row.label", "{id.__class__}"),
    "itself": lambda: at("assemblies.node.contents.x", {"assembly": "node", "count": 1000}),
    "axes": lambda: at("links.uplinks", _mesh("full-mesh", dims=[1] * 10_000)),
    "dragonfly": lambda: at("links.uplinks", _mesh("dragonfly", group_size=1, links=10**12)),
    "sub-planes": lambda: at("links.uplinks", _mesh("per-sub-plane", count=10**12)),
    "stars": lambda: at("links.uplinks.a", "R*" * 190 + "/N*/l*"),
    "many": lambda: at(
        "assemblies", {f"a{n}": _big() for n in range(5000)}
    ),
}  # fmt: skip


def _mesh(kind: str, **more: Any) -> Tree:
    return {"plane": "up", "a": "**/chip", "b": "**/chip", "scheme": {"type": kind, **more}}


def _big() -> Tree:
    return {
        "kind": "node",
        "name": "x",
        "contents": {"a": {"count": 100_000, "part": "ub-l2-switch"}},
    }


_PROBE = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from studio.errors import StudioError
from studio.session.document import Document
from tests.builders import small_catalog
for name in sys.argv[1:]:
    try:
        Document.open(Path(name), small_catalog())
        print("opened")
    except StudioError as error:
        print("refused", str(error)[:200].replace(chr(10), " "))
# ru_maxrss would begin with what the parent process held when it forked; VmHWM is this process's.
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's process status")
def test_hostile_files_are_refused_in_bounded_memory(tmp_path: Path) -> None:
    names = []
    for number, make in enumerate(HOSTILE.values()):
        path = tmp_path / f"{number}.supernode"
        path.write_text(json.dumps(make()))
        names.append(str(path))
    ran = subprocess.run(
        [sys.executable, "-c", _PROBE, *names],
        capture_output=True,
        text=True,
        check=False,
        cwd=paths.data_root(),
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    *answers, peak_mib = ran.stdout.splitlines()
    for name, answer in zip(HOSTILE, answers, strict=True):
        expected = "opened" if name == "stars" else "refused"
        assert answer.startswith(expected), (name, answer)
    assert int(peak_mib) < 600
