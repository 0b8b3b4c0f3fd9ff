"""The shipped catalogue: complete, sourced, in one direction and per package."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from studio import units
from studio.catalog.catalog import Catalog, data_of, decode_part_file, load_catalog, si_value
from studio.catalog.fields import FIELDS
from studio.catalog.part import Datum, Part
from studio.ids import PartId
from studio.paths import parts_dir

DATE = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")
FILES = sorted(parts_dir().glob("*.json"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([parts_dir()])


def all_data(catalog: Catalog) -> Iterator[tuple[str, str, Datum]]:
    for part in catalog.parts.values():
        for variant in ("", *part.variants):
            values = part.variants[variant].values if variant else part.values
            for field, datum in values.items():
                yield f"{part.id}/{variant}: {field}", field, datum


def si(catalog: Catalog, part_id: str, field: str, variant: str = "") -> float:
    return si_value(field, data_of(catalog.part(PartId(part_id)), variant)[field])


def port_rate(part: Part, name: str) -> float:
    return units.parse(part.ports[name].rate, "bandwidth")


def test_every_value_has_unit_source_grade_and_date(catalog: Catalog) -> None:
    for place, field, datum in all_data(catalog):
        assert field in FIELDS, place
        assert si_value(field, datum) >= 0, place
        assert datum.source in catalog.sources, place
        assert DATE.match(datum.date), place


def test_every_port_names_a_source_and_a_rate(catalog: Catalog) -> None:
    for part in catalog.parts.values():
        for name, port in part.ports.items():
            assert port.source in catalog.sources, f"{part.id}: {name}"
            assert port.connector, f"{part.id}: {name}"
            assert port_rate(part, name) > 0, f"{part.id}: {name}"


def test_assumed_and_inferred_values_say_from_what(catalog: Catalog) -> None:
    for place, _, datum in all_data(catalog):
        if datum.grade == "assumed":
            assert datum.note, place
        if datum.grade == "inferred":
            assert datum.note or datum.quoted, place


def test_only_our_own_assumptions_have_no_public_address(catalog: Catalog) -> None:
    for key, source in catalog.sources.items():
        assert source.title
        assert DATE.match(source.date), key
        assert source.url.startswith("https://") or key == "studio"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_in_canonical_form_and_use_every_source(path: Path) -> None:
    """Two spaces, stable order, final newline: a hand edit gives a small diff."""
    content = path.read_bytes()
    assert content == msgspec.json.format(content, indent=2) + b"\n"
    part_file = decode_part_file(path)
    used = {d.source for part in part_file.parts for d in part.values.values()}
    for part in part_file.parts:
        used |= {d.source for v in part.variants.values() for d in v.values.values()}
        used |= {port.source for port in part.ports.values()}
    assert used == set(part_file.sources)


def test_no_part_is_described_twice() -> None:
    ids = [part.id for path in FILES for part in decode_part_file(path).parts]
    assert [part_id for part_id, count in Counter(ids).items() if count > 1] == []


def test_every_part_has_a_chinese_name(catalog: Catalog) -> None:
    for part in catalog.parts.values():
        assert part.name, part.id
        assert part.name_zh, part.id
        for variant in part.variants.values():
            assert variant.label, part.id
            assert variant.label_zh, part.id


def test_idle_is_below_typical_is_below_maximum(catalog: Catalog) -> None:
    for part in catalog.parts.values():
        for variant in ("", *part.variants):
            data = data_of(part, variant)
            fields = ("power_idle", "power_typical", "power_max")
            powers = [si_value(f, data[f]) for f in fields if f in data]
            assert powers == sorted(powers), f"{part.id}/{variant}"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("npu", ("memory", "memory_bandwidth", "power_typical", "power_max", "power_idle")),
        ("cpu", ("cores", "memory_bandwidth", "power_typical", "power_max")),
        ("switch", ("capacity", "latency", "power_typical", "power_max", "price")),
        ("nic", ("rate", "power_typical", "price")),
        ("transceiver", ("rate", "lanes", "reach", "latency", "power_typical", "price")),
        ("cable", ("reach", "propagation")),
        ("power_supply", ("power_output", "efficiency", "price")),
        ("rack", ("rack_units", "width", "depth", "height", "mass", "price")),
        ("chassis", ("power_typical", "mass", "price")),
        ("cooling", ("power_typical", "price")),
    ],
)
def test_parts_of_a_kind_can_be_added_up(
    catalog: Catalog, kind: str, fields: tuple[str, ...]
) -> None:
    parts = [part for part in catalog.parts.values() if part.kind == kind]
    assert parts
    for part in parts:
        missing = [field for field in fields if field not in part.values]
        assert not missing, f"{part.id}: {missing}"


def test_every_accelerator_has_dense_bf16_or_fp8_and_a_profile_family(catalog: Catalog) -> None:
    for part in catalog.of_kind("npu"):
        assert part.family, part.id
        assert {"compute_bf16", "compute_fp8"} & set(part.values), part.id
        assert part.ports, part.id


@pytest.mark.parametrize(
    "part_id",
    [
        *("a100-sxm", "h100-sxm", "h800-sxm", "h20", "h200-sxm", "b200-sxm", "b300-sxm", "rubin"),
        *("mi300x", "mi350x", "mi355x", "tpu-v5p", "tpu-v6e", "tpu-ironwood", "trainium2"),
        *("ascend-910b", "ascend-910c", "ascend-950pr", "ascend-950dt"),
        *("lpo-400g", "sr8-400g", "sr4-400g", "dr4-400g", "dsp-800g", "lpo-800g", "dr4x2-800g"),
        *("fr4x2-800g", "dsp-1600g", "cpo-800g", "mpo16-om4", "mpo12-sm", "dac-400g", "acc-400g"),
        *("aec-400g", "aoc-400g", "nvlink5-copper", "cable-pcb", "psu-pah3000", "nvswitch-4"),
    ],
)
def test_the_promised_parts_are_there(catalog: Catalog, part_id: str) -> None:
    assert catalog.part(PartId(part_id)).id == part_id


def test_ascend_910c_by_hand(catalog: Catalog) -> None:
    """Two dies a package: 64 GB and 1,600 GB/s each (arXiv 2506.12708; Huawei white paper).

    7 links of 224 Gb/s a die: 7 x 28 = 196 GB/s a die, 392 GB/s a package in each direction;
    the vendor prints 784 GB/s for both directions.
    """
    chip = catalog.part(PartId("ascend-910c"))
    assert si(catalog, "ascend-910c", "memory") == 2 * 64e9
    assert si(catalog, "ascend-910c", "memory_bandwidth") == 2 * 1.6e12
    assert chip.values["memory_bandwidth"].quoted == "2*1600GB/s"
    assert chip.ports["ub"].count * port_rate(chip, "ub") == 392e9
    assert port_rate(chip, "ub") == 224e9 / 8
    assert "784 GB/s" in chip.ports["ub"].note
    assert port_rate(chip, "roce") == 400e9 / 8


@pytest.mark.parametrize(
    ("variant", "bf16", "fp32"),
    [
        ("", 780e12, 198e12),
        ("bin-626", 626e12, 165e12),
        ("bin-752", 752e12, 198e12),
        ("bin-800", 800e12, 212e12),
    ],
)
def test_the_bins_of_ascend_910c(catalog: Catalog, variant: str, bf16: float, fp32: float) -> None:
    """Huawei white paper table 6-13; 780 TFLOPS is the analyst's figure of 300 PFLOPS / 384."""
    assert si(catalog, "ascend-910c", "compute_bf16", variant) == bf16
    assert si(catalog, "ascend-910c", "compute_fp16", variant) == bf16
    assert si(catalog, "ascend-910c", "compute_fp32", variant) == fp32
    grade = data_of(catalog.part(PartId("ascend-910c")), variant)["compute_bf16"].grade
    assert grade == ("vendor" if variant else "analyst")


def test_l1_switch_by_hand(catalog: Catalog) -> None:
    """16 links up and 16 down at 28 GB/s are 448 GB/s each; 4 CPUs of 160 GB/s over 7 sub-planes.

    arXiv 2506.12708 section 3.3.3.
    """
    chip = catalog.part(PartId("ub-l1-switch"))
    assert chip.ports["up"].count * port_rate(chip, "up") == 448e9
    assert chip.ports["npu"].count * port_rate(chip, "npu") == 448e9
    assert chip.ports["cpu"].count * port_rate(chip, "cpu") == pytest.approx(4 * 160e9 / 7)
    cpu = catalog.part(PartId("kunpeng-920-80c"))
    assert cpu.ports["ub"].count * port_rate(cpu, "ub") == pytest.approx(160e9)
    assert si(catalog, "ub-l2-switch", "capacity") == 48 * 28e9


def test_dram_of_one_cpu_by_hand(catalog: Catalog) -> None:
    """8 channels of DDR5-5200 of 8 byte: 8 x 5.2e9 x 8 = 332.8 GB/s."""
    assert si(catalog, "kunpeng-920-80c", "memory_bandwidth") == 8 * 5.2e9 * 8
    assert si(catalog, "dimm-ddr5-64", "memory_bandwidth") * 8 == 8 * 5.2e9 * 8
    assert si(catalog, "dimm-ddr5-64", "memory", "96gb") == 96e9


@pytest.mark.parametrize(
    ("part_id", "port", "bidirectional"),
    [
        ("a100-sxm", "nvlink", 600e9),
        ("h100-sxm", "nvlink", 900e9),
        ("h800-sxm", "nvlink", 400e9),
        ("b200-gb200", "nvlink", 1.8e12),
        ("b300-gb300", "nvlink", 1.8e12),
        ("rubin", "nvlink", 3.0e12),
        ("mi300x", "xgmi", 896e9),
        ("mi350x", "xgmi", 1075.2e9),
        ("tpu-ironwood", "ici", 1.2e12),
    ],
)
def test_links_quoted_for_both_directions_are_halved(
    catalog: Catalog, part_id: str, port: str, bidirectional: float
) -> None:
    part = catalog.part(PartId(part_id))
    per_direction = part.ports[port].count * port_rate(part, port)
    assert 2 * per_direction == pytest.approx(bidirectional, rel=1e-9)
    assert part.ports[port].note, "what the source printed"


@pytest.mark.parametrize(
    ("part_id", "field", "dense"),
    [
        ("h100-sxm", "compute_bf16", 989.4e12),
        ("h100-sxm", "compute_fp8", 1978.9e12),
        ("b200-gb200", "compute_bf16", 360e15 / 2 / 72),
        ("b200-gb200", "compute_fp8", 720e15 / 2 / 72),
        ("b200-gb200", "compute_fp4", 1440e15 / 2 / 72),
        ("b300-gb300", "compute_fp4", 1080e15 / 72),
        ("b300-gb300", "compute_int8", 24e15 / 2 / 72),
    ],
)
def test_sparse_figures_became_dense_and_kept_the_quoted_one(
    catalog: Catalog, part_id: str, field: str, dense: float
) -> None:
    """NVIDIA product pages print FLOPS with sparsity per rack; GB300 alone prints dense FP4."""
    datum = catalog.part(PartId(part_id)).values[field]
    assert si_value(field, datum) == pytest.approx(dense, rel=1e-4)
    assert "sparse" in datum.quoted
    assert datum.note


@pytest.mark.parametrize(
    ("part_id", "field", "quoted"),
    [
        ("b200-gb200", "memory", "13.8 TB"),
        ("trainium2", "memory", "1,536 GiB per 16"),
        ("nvswitch-4", "capacity", "7.2 TB/s"),
        ("qm9700", "capacity", "51.2 Tb/s"),
        ("nvlink5-copper", "rate", "100 GB/s"),
        ("osfp-2xdr4-port", "power_typical", "17 W"),
    ],
)
def test_converted_values_keep_what_was_printed(
    catalog: Catalog, part_id: str, field: str, quoted: str
) -> None:
    datum = catalog.part(PartId(part_id)).values[field]
    assert quoted in datum.quoted
    assert datum.quoted != datum.value


def test_units_of_other_systems_by_hand(catalog: Catalog) -> None:
    """1 cubic foot is 0.3048^3 m^3; 96 GiB are 96 x 2^30 byte; 40 C are 313.15 K."""
    cooling = "a3-bus-cabinet-cooling"
    assert si(catalog, cooling, "airflow") == pytest.approx(5238 * 0.3048**3 / 60)
    assert si(catalog, cooling, "inlet_max") == pytest.approx(313.15)
    assert si(catalog, "trainium2", "memory") == 96 * 2**30
    assert si(catalog, "psu-pah3000", "efficiency") == pytest.approx(0.965)
    assert si(catalog, "lpo-400g", "rate") == 400e9 / 8
    assert si(catalog, "dimm-ddr5-64", "failure_rate") == pytest.approx(2e-4)


def test_nvlink_copper_counts_pairs(catalog: Catalog) -> None:
    """72 GPUs x 18 links x 2 lanes x 2 directions = 5,184 pairs in an NVL72."""
    assert 72 * 18 * si(catalog, "nvlink5-copper", "lanes") == 5184


def test_a_transceiver_fits_the_medium_of_a_cable(catalog: Catalog) -> None:
    media = {part.tags["medium"] for part in catalog.of_kind("cable")}
    for part in catalog.of_kind("transceiver"):
        assert part.tags["medium"] in media, part.id
        assert part.tags["optics_kind"] in {"LPO", "DSP", "NPO", "CPO"}, part.id
        assert part.tags["connector"], part.id


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        # Google: integer products run at twice the rate of bfloat16 on v5p and v6e.
        ("tpu-v5p", "compute_int8", 918e12),
        ("tpu-v6e", "compute_int8", 1836e12),
        # The export version of H100 has 1 of its 67 TFLOPS of double precision.
        ("h800-sxm", "compute_fp64", 1e12),
    ],
)
def test_ratings_that_were_taken_from_another_format_or_card(
    part: str, field: str, value: float, catalog: Catalog
) -> None:
    assert si(catalog, part, field) == value


def test_what_joins_has_ports(catalog: Catalog) -> None:
    joining = [*catalog.of_kind("switch"), *catalog.of_kind("nic"), *catalog.of_kind("npu")]
    assert [part.id for part in joining if not part.ports] == []
