"""The command line: what each command prints, as text and as JSON, and how it ends."""

from __future__ import annotations

import csv
import errno
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio import __version__, paths
from studio.cli import __main__ as main_module
from studio.cli import parts_command
from studio.cli.__main__ import COMMANDS, main
from studio.design import edits
from studio.design.model import Design, Deviation
from studio.ids import Address
from studio.session.library import reference_designs
from studio.storage.project_file import encode_design, read_design, write_design

CM = "cloudmatrix-384"
Ran = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def call(*arguments: str) -> Ran:
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def shipped(name: str = CM) -> Design:
    return read_design(reference_designs()[name]).design


def test_totals_prints_the_figures(run: Callable[..., Ran]) -> None:
    code, out, _ = run("totals", CM)
    assert code == 0
    lines = dict(line.strip().split("  ", 1) for line in out.splitlines()[1:])
    assert lines["NPUs"].split() == ["384", "[counted]"]
    assert "6,912" in lines["Optical transceivers"]
    assert "299.5 PFLOP/s" in lines["BF16 compute, dense"]


def test_totals_in_chinese(run: Callable[..., Ran]) -> None:
    assert "光模块数" in run("totals", CM, "--lang", "zh")[1]


def test_totals_json_holds_the_promised_names_and_terms(run: Callable[..., Ran]) -> None:
    code, out, _ = run("totals", CM, "--json")
    tree = json.loads(out)
    assert code == 0
    assert tree["npu_count"] == 384
    assert tree["cpu_count"] == 192
    assert tree["transceiver_count"] == 6912
    assert set(tree["power_w"]) == {"nameplate", "typical", "idle"}
    assert {"bf16", "fp16", "int8"} <= set(tree["compute_flops"])
    for name in ("memory_bytes", "memory_bandwidth_byte_per_s", "optical_bandwidth_bit_per_s",
                 "price_usd"):  # fmt: skip
        assert tree[name] > 0
        terms = tree["terms"][name]["sum_of"]
        assert sum(term["count"] * term["each"] for term in terms) == pytest.approx(tree[name])
        assert all(term["source"] for term in terms)


def test_json_of_several_designs_is_a_list(run: Callable[..., Ran]) -> None:
    trees = json.loads(run("totals", CM, "gb200-nvl72", "--json")[1])
    assert [tree["npu_count"] for tree in trees] == [384, 72]


def test_a_figure_opens_into_its_terms(run: Callable[..., Ran]) -> None:
    out = run("totals", CM, "--explain", "memory_bytes")[1]
    assert "memory_bytes = 49.15 TB" in out
    assert "384" in out.splitlines()[-1]
    code, _, err = run("totals", CM, "--explain", "beauty")
    assert code == 2
    assert "no figure begins with 'beauty'" in err


def test_simulate_prints_and_gives_every_term(run: Callable[..., Ran]) -> None:
    code, out, _ = run("simulate", CM, "--scenario", "train-dense")
    assert code == 0
    assert "Step time" in out
    assert "rests on" in out
    tree = json.loads(run("simulate", CM, "--scenario", "train-dense", "--json")[1])
    assert tree["job"] == "training"
    step = tree["phases"][0]
    assert sum(term["seconds"] for term in step["terms"]) == pytest.approx(tree["step_time_s"])
    assert sum(tree["memory"]["terms"].values()) == pytest.approx(tree["memory"]["used_bytes"])


def test_a_field_of_the_scenario_can_be_set(run: Callable[..., Ran]) -> None:
    def step(*more: str) -> Any:
        return json.loads(run("simulate", CM, "--scenario", "train-dense", "--json", *more)[1])

    assert step("--set", "tp=4")["plan"].startswith("TP 4")
    assert step()["plan"].startswith("TP 8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("simulate", CM, "--scenario", "none"), 2, "has no scenario 'none'; it has"),
        (("simulate", CM, "--scenario", "train-dense", "--set", "tp"), 2, "write FIELD=VALUE"),
        (("simulate", CM, "--scenario", "train-dense", "--set", "xx=1"), 2, "the fields are"),
        (("simulate", CM, "--scenario", "train-dense", "--set", "tp=x"), 2, "Expected `int`"),
        (("simulate", CM, "--scenario", "train-dense", "--set", "cp=0"), 2, "cp is 0"),
        (("simulate", CM, "--set", "prefill_share=nan"), 2, "nan is not a finite number"),
        (
            ("simulate", CM, "--scenario", "train-dense", "--set", "recompute=some"),
            2,
            "'some'; possible: none, selective, full - at `recompute`",
        ),
        (("totals", "nothing-384"), 3, "no such file, and no reference design of that name"),
        (("totals", "cloudmatrix-38"), 3, "there is cloudmatrix-384"),
        (("totals",), 2, "required"),
        (("totals", CM, "--lang", "fr"), 2, "invalid choice"),
        (("dance",), 2, "invalid choice"),
        (("check", "/"), 3, "is a folder"),
        (("upgrade", "none.supernode"), 3, "no such file"),
        (("new", "/no/such/folder/x.supernode"), 3, "was not written"),
    ],
)
def test_what_goes_wrong_is_said_with_its_exit_code(
    arguments: tuple[str, ...], code: int, said: str, run: Callable[..., Ran]
) -> None:
    ended, out, err = run(*arguments)
    assert ended == code
    assert said in err
    assert "Traceback" not in err + out


def test_compare_reproduces_the_published_ratios(run: Callable[..., Ran]) -> None:
    code, out, _ = run("compare", CM, "gb200-nvl72", "--json")
    tree = json.loads(out)
    ratios = {row["name"]: row["ratios"][0] for row in tree["rows"]}
    assert code == 0
    assert tree["reference"] == tree["designs"][-1]
    # SemiAnalysis, April 2025: 1.7x compute, 3.6x memory, 2.1x bandwidth, 3.9x power.
    assert ratios["compute_flops.bf16"] == pytest.approx(1.7, abs=0.05)
    assert ratios["memory_bytes"] == pytest.approx(3.6, abs=0.06)
    assert ratios["memory_bandwidth_byte_per_s"] == pytest.approx(2.1, abs=0.05)
    assert ratios["power_w.typical"] == pytest.approx(3.9, rel=0.1)


def test_compare_takes_what_if_edits(run: Callable[..., Ran]) -> None:
    code, out, _ = run("compare", f"{CM}+racks.compute-west.array.count=5", CM, "--json")
    assert code == 0
    tree = json.loads(out)
    assert tree["designs"] == ["CloudMatrix 384 +count=5", "CloudMatrix 384"]
    npus = next(row for row in tree["rows"] if row["name"] == "npu_count")
    assert npus["values"] == [352, 384]
    speed = next(row for row in tree["rows"] if row["name"] == "result.tokens_per_s")
    assert speed["ratios"][0] < 1
    code, _, error = run("compare", f"{CM}+racks.nowhere.array.count=5", CM)
    assert code == 2
    assert "nowhere" in error


def test_compare_gives_no_ratio_between_different_jobs(run: Callable[..., Ran]) -> None:
    training = f"{CM}+active_scenario=train-dense"
    code, out, _ = run("compare", training, CM, "--json")
    assert code == 0
    tree = json.loads(out)
    rows = {row["name"]: row for row in tree["rows"]}
    assert tree["jobs"][0] != tree["jobs"][1]
    assert rows["result.tokens_per_s"]["ratios"] == [None, 1.0]
    assert rows["result.step_time_s"]["values"][1] is None
    assert rows["result.tpot_s"]["values"][0] is None
    assert rows["memory_bytes"]["ratios"] == [1.0, 1.0]


def test_compare_prints_a_table(run: Callable[..., Ran]) -> None:
    code, out, _ = run("compare", CM, "gb200-nvl72")
    row = next(line for line in out.splitlines() if line.startswith("NPUs"))
    assert code == 0
    assert row.split() == ["NPUs", "384", "5.33x", "72"]
    assert out.splitlines()[-1] == "Ratios are to GB200 NVL72."


def test_check_finds_nothing_in_a_shipped_design(run: Callable[..., Ran]) -> None:
    assert run("check", CM) == (0, f"{CM}: no findings\n", "")
    assert json.loads(run("check", CM, "--json")[1]) == []


def test_check_ends_with_1_where_a_rule_is_broken(run: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "broken.supernode"
    write_design(path, edits.set_field(shipped(), ("site", "width_m"), 3.0))
    code, out, _ = run("check", str(path))
    assert code == 1
    assert "stands outside the hall of 3 x 8 m [floor-space]" in out
    assert "机房之外" in run("check", str(path), "--lang", "zh")[1]
    code, out, _ = run("check", str(path), "--json")
    assert code == 1
    assert {one["rule"] for one in json.loads(out)} == {"floor-space"}


def test_an_exception_that_names_nothing_is_a_finding(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    path = tmp_path / "odd.supernode"
    write_design(path, edits.set_state(shipped(), Address("R99"), Deviation("failed")))
    code, out, _ = run("check", str(path))
    assert code == 1
    assert "[dangling-exception]" in out


def test_new_writes_a_design_and_does_not_replace_one(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    path = tmp_path / "mine.supernode"
    assert run("new", str(path), "--from", CM, "--name", "Mine")[0] == 0
    design = read_design(path).design
    assert design.name == "Mine"
    assert design.racks == shipped().racks
    assert design.id != shipped().id
    code, _, err = run("new", str(path))
    assert code == 3
    assert "exists already; add --force" in err
    assert read_design(path).design == design
    assert run("new", str(path), "--force")[0] == 0
    assert read_design(path).design.racks == {}


def test_upgrade_rewrites_only_what_differs(run: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "x.supernode"
    content = json.dumps(json.loads(encode_design(shipped()))).encode()
    path.write_bytes(content)
    assert "would be written" in run("upgrade", str(path), "--dry-run")[1]
    assert path.read_bytes() == content
    assert run("upgrade", str(path))[0] == 0
    assert path.read_bytes() == encode_design(shipped())
    assert "nothing to do" in run("upgrade", str(path))[1]
    path.write_bytes(content.replace(b'"format_version": 1', b'"format_version": 2'))
    code, _, err = run("upgrade", str(path))
    assert code == 3
    assert "newer than this studio" in err


BAD_FILES: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)),
    "truncated": b'{"format": "supernode", "format_version": 1, "design": {"id": "x",',
    "other": b'{"format": "drawing", "format_version": 1}',
    "deep": b'{"format": "supernode", "format_version": 1, "design": ' + b"[" * 200_000,
    "number": b'{"format": "supernode", "format_version": 1, "design": 7}',
    "latin": '{"format": "supernode", "format_version": 1, "x": "é"}'.encode("latin-1"),
    "dangling": b'{"format": "supernode", "format_version": 1, "design": {"id": "x", "name": "x",'
    b' "racks": {"r": {"part": "no-such-rack", "x_m": 1, "y_m": 1}}}}',
}


@pytest.mark.parametrize("command", ["totals", "simulate", "compare", "check", "upgrade"])
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_ends_with_3_and_one_sentence(
    command: str, name: str, run: Callable[..., Ran], tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.supernode"
    path.write_bytes(BAD_FILES[name])
    code, out, err = run(command, str(path))
    if (command, name) == ("upgrade", "dangling"):
        assert code == 0  # rewriting a text needs no catalogue
        return
    assert code == 3, err
    assert err.startswith("supernode-studio: ")
    assert f"{name}.supernode" in err
    assert len(err) < 600
    assert "Traceback" not in err + out


def test_help_lists_every_command(run: Callable[..., Ran]) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for name in COMMANDS:
        assert f"  {name} " in out
    assert run("--version")[:2] == (0, f"supernode-studio {__version__}\n")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "open"])
def test_every_command_has_its_help(name: str, run: Callable[..., Ran]) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert f"supernode-studio {name}" in out


def in_a_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=paths.data_root(),
        env={"PATH": "", "HOME": "/nonexistent", **environment},
    )


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["totals", CM], ["compare", CM, CM], ["check", CM],
     ["simulate", CM, "--scenario", "train-dense"]],
    ids=lambda value: str(value[0]),
)  # fmt: skip
def test_no_command_but_open_loads_qt(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom studio.cli.__main__ import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "loaded = [n for n in sys.modules if n.split('.')[0] in ('PySide6', 'pyqtgraph')]\n"
        "sys.exit(str(loaded) if loaded else 0)"
    )
    ran = in_a_process("-c", code)
    assert ran.returncode == 0, ran.stderr


def test_a_terminal_without_unicode_is_no_reason_to_stop() -> None:
    ran = in_a_process("-m", "studio.cli", "totals", CM, "--lang", "zh", PYTHONIOENCODING="ascii")
    assert ran.returncode == 0, ran.stderr
    assert "384" in ran.stdout


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "studio.cli", "totals", CM, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=paths.data_root(),
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert b"Traceback" not in errors


@pytest.mark.parametrize(
    ("system", "error", "code"),
    [
        ("linux", BrokenPipeError(), 0),
        ("win32", OSError(errno.EINVAL, "Invalid argument"), 0),
        ("win32", OSError(errno.EINVAL, "Invalid argument", "a?.supernode"), 3),
        ("linux", OSError(errno.EINVAL, "Invalid argument"), 3),
        ("linux", OSError(errno.ENOSPC, "No space left on device"), 3),
    ],
)
def test_an_output_that_stops_is_told_from_a_reader_that_goes_away(
    monkeypatch: pytest.MonkeyPatch,
    run: Callable[..., Ran],
    system: str,
    error: OSError,
    code: int,
) -> None:
    def stops(_: object) -> int:
        raise error

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(parts_command, "run", stops)
    monkeypatch.setattr(main_module, "_discard_output", lambda: None)
    got, _, errors = run("parts")
    assert got == code
    assert ("output stopped" in errors) == bool(code)


def test_simulate_opens_a_figure_down_to_sources(run: Callable[..., Ran]) -> None:
    code, out, _ = run("simulate", CM, "--scenario", "decode-r1", "--explain", "ttft_s")
    assert code == 0
    assert "Time to first token: " in out
    peak = next(line for line in out.splitlines() if "INT8 peak of an NPU" in line)
    assert "[inferred, Huawei, Atlas 800T A3 product page" in peak
    code, _, err = run("simulate", CM, "--explain", "warp")
    assert code == 2
    assert "it has tokens_per_s" in err


def test_simulate_json_opens_every_figure(run: Callable[..., Ran]) -> None:
    tree = json.loads(run("simulate", CM, "--scenario", "train-moe", "--json")[1])
    step = tree["terms"]["phase.step"]
    assert step["value"] == tree["step_time_s"]
    assert step["unit"] == "s"
    assert sum(one["value"] for one in step["sum_of"]) == pytest.approx(step["value"])
    experts = next(one for one in step["sum_of"] if one["label"] == "Experts")
    inputs = experts["sum_of"][0]["sum_of"][0]["inputs"]
    assert {"label", "value", "unit", "source", "grade"} <= set(inputs[0])
    assert set(tree["terms"]) >= {"tokens_per_s", "memory", "effective_share", "latency.node"}


def test_compare_prints_csv_with_units_and_error_bands(run: Callable[..., Ran]) -> None:
    code, out, _ = run("compare", CM, "gb200-nvl72", "--csv")
    assert code == 0
    head, jobs, *rows = csv.reader(io.StringIO(out))
    assert head[:4] == ["figure", "unit", "CloudMatrix 384 value", "CloudMatrix 384 error band low"]
    assert jobs[0] == "job"
    assert all(len(row) == len(head) for row in rows)
    tokens = next(row for row in rows if row[0] == "result.tokens_per_s")
    assert float(tokens[3]) < float(tokens[2]) < float(tokens[4])


def test_export_writes_a_report_with_the_drawing(run: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "nvl72.html"
    code, _, _ = run("export", "gb200-nvl72", "report", str(path), "--width", "640")
    assert code == 0
    page = path.read_text(encoding="utf-8")
    assert 'src="data:image/png;base64,' in page
    assert "GB200 NVL72" in page
    code, _, error = run("export", "gb200-nvl72", "report", str(tmp_path / "report.pdf"))
    assert code == 3
    assert ".html" in error
