"""The table of what the inspector shows of every kind of design value."""

from __future__ import annotations

from studio.design import schemes
from studio.design.model import Assembly, LinkRule, Placement, Plane, Rack
from studio.design.scenario import Inference, Training
from studio.design.site import Site
from studio.gui.i18n import mark
from studio.gui.views.inspector_fields import Choice, Row
from studio.workload.precision import FORMATS as PRECISIONS

_FACES: tuple[Choice, ...] = (("front", mark("Front")), ("rear", mark("Rear")))
_ROTATIONS: tuple[Choice, ...] = ((0, "0°"), (90, "90°"), (180, "180°"), (270, "270°"))
WITHIN: tuple[Choice, ...] = (
    ("design", mark("Whole design")),
    ("rack", mark("Every rack")),
    ("placement", mark("Every placement")),
)
_ROLES: tuple[Choice, ...] = (
    ("scale_up", mark("Scale-up")),
    ("scale_out", mark("Scale-out")),
    ("host", mark("Host (NPU to CPU)")),
    ("management", mark("Management")),
    ("storage", mark("Storage")),
)
_KINDS: tuple[Choice, ...] = (
    ("node", mark("Node")),
    ("switch_box", mark("Switch box")),
    ("tray", mark("Tray")),
    ("shelf", mark("Shelf")),
    ("board", mark("Board")),
)
_RECOMPUTE: tuple[Choice, ...] = (
    ("none", mark("None")),
    ("selective", mark("Selective")),
    ("full", mark("Full")),
)
_OPTIMIZERS: tuple[Choice, ...] = (
    ("adam", mark("Adam")),
    ("adam-bf16", mark("Adam, BF16 moments")),
    ("adam-8bit", mark("Adam, 8-bit moments")),
    ("sgd", mark("SGD with momentum")),
)
_OFFLOAD: tuple[Choice, ...] = (
    ("none", mark("None")),
    ("optimizer", mark("Optimizer")),
    ("activations", mark("Activations")),
    ("both", mark("Both")),
)
_PHASES: tuple[Choice, ...] = (
    ("apart", mark("On NPUs of their own")),
    ("together", mark("On the same NPUs")),
)
_SCHEDULES: tuple[Choice, ...] = tuple(
    (name, name) for name in ("1f1b", "interleaved", "zero-bubble", "dualpipe")
)
_PRECISION: tuple[Choice, ...] = tuple((name, name) for name in PRECISIONS)
_ZERO: tuple[Choice, ...] = ((0, "0"), (1, "1"), (2, "2"), (3, "3"))
_KEYS: tuple[Choice, ...] = tuple((name, name) for name in ("index", "block", "modulo"))

SCHEME_TYPES: tuple[type, ...] = tuple(schemes.USUAL_SCHEMES)

AUTO = mark("0 lets the studio choose")
CHOSEN = mark("Auto")
ALIKE = mark("0 in all three cuts prefill instances as those for decoding")

ROWS: dict[type, tuple[Row, ...]] = {
    Rack: (
        Row("x_m", mark("Position x"), "quantity", "length", 0, 40),
        Row("y_m", mark("Position y"), "quantity", "length", 0, 20),
        Row("rotation_deg", mark("Rotation"), "choice", choices=_ROTATIONS),
        Row("array.count", mark("Racks in a row"), "count", "count", 1, 32),
        Row("array.rows", mark("Rows"), "count", "count", 1, 16),
        Row("array.pitch", mark("Pitch"), "quantity", "length", 0, 3),
        Row("array.row_pitch", mark("Row pitch"), "quantity", "length", 0, 6),
        Row("label", mark("Label pattern"), "text", tip=mark("{n:02} is the rack's number")),
        Row("first", mark("First number"), "count", "count"),
        Row("note", mark("Note"), "text"),
    ),
    Placement: (
        Row("u", mark("Lowest rack unit"), "count", "count", 0, 48),
        Row("face", mark("Face"), "choice", choices=_FACES),
        Row("array.count", mark("Count"), "count", "count", 1, 24),
        Row("array.pitch", mark("Pitch in U"), "count", "count", 0, 12),
        Row("label", mark("Label pattern"), "text"),
        Row("first", mark("First number"), "count", "count"),
    ),
    Assembly: (
        Row("name", mark("Name"), "text"),
        Row("name_zh", mark("Chinese name"), "text"),
        Row("kind", mark("Kind"), "choice", choices=_KINDS),
        Row("height_u", mark("Height in U"), "count", "count", 0, 24),
        Row("depth_m", mark("Depth"), "quantity", "length", 0, 1.5),
        Row("mass_kg", mark("Chassis mass"), "quantity", "mass", 0, 200),
        Row("note", mark("Note"), "text"),
    ),
    Plane: (
        Row("name", mark("Name"), "text"),
        Row("name_zh", mark("Chinese name"), "text"),
        Row("role", mark("Role"), "choice", choices=_ROLES),
        Row("sub_planes", mark("Sub-planes"), "count", "count", 1, 32),
        Row(
            "oversubscription",
            mark("Oversubscription meant"),
            "count",
            "count",
            0,
            8,
            tip=mark("Capacity down over up of its switches; 0 states no intent"),
        ),
        Row("color", mark("Colour"), "colour"),
    ),
    LinkRule: (
        Row("a", mark("A side"), "text", tip=mark("Which components, such as R*/N*/npu")),
        Row("b", mark("B side"), "text", tip=mark("Which components, such as R*/N*/npu")),
        Row("a_port", mark("Port group at A"), "text"),
        Row("b_port", mark("Port group at B"), "text"),
        Row("within", mark("Applied to"), "choice", choices=WITHIN),
        Row("multiplicity", mark("Links per pair"), "count", "count", 1, 16),
        Row(
            "bandwidth_byte_per_s",
            mark("Bandwidth per link"),
            "quantity",
            "bandwidth",
            0,
            2e11,
            tip=mark("0 takes the slower of the two port rates"),
            zero=CHOSEN,
        ),
        Row("links_per_cable", mark("Links per cable"), "count", "count", 1, 16),
        Row(
            "length_m",
            mark("Length"),
            "quantity",
            "length",
            0,
            100,
            tip=mark("0 takes the length from rack positions and routing"),
            zero=CHOSEN,
        ),
        Row("note", mark("Note"), "text"),
    ),
    Training: (
        Row("name", mark("Name"), "text"),
        Row("name_zh", mark("Chinese name"), "text"),
        Row("precision", mark("Precision"), "choice", choices=_PRECISION),
        Row("sequence_tokens", mark("Sequence length"), "count", "count", 512, 131072),
        Row("global_batch", mark("Global batch"), "count", "count", 16, 16384),
        Row("micro_batch", mark("Micro batch"), "count", "count", 1, 64),
        Row("tp", mark("Tensor parallel (TP)"), "count", "count", 0, 64, tip=AUTO, zero=CHOSEN),
        Row("pp", mark("Pipeline parallel (PP)"), "count", "count", 0, 64, tip=AUTO, zero=CHOSEN),
        Row("dp", mark("Data parallel (DP)"), "count", "count", 0, 1024, tip=AUTO, zero=CHOSEN),
        Row("ep", mark("Expert parallel (EP)"), "count", "count", 0, 384, tip=AUTO, zero=CHOSEN),
        Row("cp", mark("Context parallel (CP)"), "count", "count", 1, 64),
        Row("zero_stage", mark("ZeRO stage"), "choice", choices=_ZERO),
        Row("recompute", mark("Recomputation"), "choice", choices=_RECOMPUTE),
        Row("optimizer", mark("Optimizer"), "choice", choices=_OPTIMIZERS),
        Row(
            "offload",
            mark("Offload to hosts"),
            "choice",
            choices=_OFFLOAD,
            tip=mark("The memory of the CPUs holds it, over the links drawn to them"),
        ),
        Row("schedule", mark("Pipeline schedule"), "choice", choices=_SCHEDULES),
        Row("virtual_stages", mark("Virtual stages"), "count", "count", 1, 8),
        Row("npus", mark("NPUs used"), "count", "count", tip=mark("0 takes all"), zero=mark("All")),
    ),
    Inference: (
        Row("name", mark("Name"), "text"),
        Row("name_zh", mark("Chinese name"), "text"),
        Row("precision", mark("Precision"), "choice", choices=_PRECISION),
        Row("kv_precision", mark("KV-cache precision"), "choice", choices=_PRECISION),
        Row("input_tokens", mark("Input tokens"), "count", "count", 16, 131072),
        Row("output_tokens", mark("Output tokens"), "count", "count", 1, 16384),
        Row(
            "batch_per_npu", mark("Batch per NPU"), "count", "count", 0, 512, tip=AUTO, zero=CHOSEN
        ),
        Row("tp", mark("Tensor parallel (TP)"), "count", "count", 1, 64),
        Row("pp", mark("Pipeline parallel (PP)"), "count", "count", 1, 64),
        Row("ep", mark("Expert parallel (EP)"), "count", "count", 0, 384, tip=AUTO, zero=CHOSEN),
        Row("dp", mark("Data parallel (DP)"), "count", "count", 0, 1024, tip=AUTO, zero=CHOSEN),
        Row("npus", mark("NPUs used"), "count", "count", tip=mark("0 takes all"), zero=mark("All")),
        Row(
            "phases",
            mark("Prompts and decoding"),
            "choice",
            choices=_PHASES,
            tip=mark(
                "On NPUs of their own (disaggregated), or together in every instance "
                "(continuous batching): then prompts share the steps of decoding"
            ),
        ),
        Row("prefill_tp", mark("TP of prefill"), "count", "count", 0, 64, tip=ALIKE, zero=CHOSEN),
        Row("prefill_dp", mark("DP of prefill"), "count", "count", 0, 1024, tip=ALIKE, zero=CHOSEN),
        Row("prefill_ep", mark("EP of prefill"), "count", "count", 0, 384, tip=ALIKE, zero=CHOSEN),
        Row("prefill_pp", mark("PP of prefill"), "count", "count", 0, 64, tip=ALIKE, zero=CHOSEN),
        Row(
            "chunk_tokens",
            mark("Prompt tokens per pass"),
            "count",
            "count",
            0,
            65536,
            tip=AUTO,
            zero=CHOSEN,
        ),
        Row(
            "prefill_share",
            mark("NPUs for prefill"),
            "quantity",
            "ratio",
            0,
            0.95,
            tip=mark("0 balances the two phases"),
            zero=CHOSEN,
        ),
        Row("tpot_objective_s", mark("TPOT objective"), "quantity", "time", 0.005, 0.2),
        Row("ttft_objective_s", mark("TTFT objective"), "quantity", "time", 0.1, 20),
        Row("prefix_cache_hit", mark("Prefix-cache hits"), "quantity", "ratio", 0, 1),
        Row("mtp_tokens", mark("Tokens drafted (MTP)"), "count", "count", 0, 4),
        Row("mtp_acceptance", mark("Drafts accepted"), "quantity", "ratio", 0, 1),
        Row("redundant_experts", mark("Experts held twice"), "count", "count", 0, 256),
        Row(
            "expert_imbalance",
            mark("Imbalance of experts"),
            "quantity",
            "ratio",
            0,
            3,
            tip=AUTO,
            zero=CHOSEN,
        ),
    ),
    Site: (
        Row("width_m", mark("Hall width"), "quantity", "length", 4, 100),
        Row("depth_m", mark("Hall depth"), "quantity", "length", 4, 100),
        Row("pue", mark("PUE"), "quantity", "count", 1, 2),
        Row(
            "electricity_price_usd_per_j",
            mark("Electricity price"),
            "quantity",
            "energy_price",
            0,
            1.2e-7,
        ),
        Row("carbon_kg_per_j", mark("Carbon intensity"), "quantity", "carbon", 0, 3e-7),
        Row("lifetime_s", mark("Written off over"), "quantity", "time", 3.15e7, 3.15e8),
        Row("inlet_temperature_k", mark("Air inlet"), "quantity", "temperature", 283, 318),
        Row("coolant_temperature_k", mark("Coolant inlet"), "quantity", "temperature", 283, 328),
        Row("routing.tray_above_rack_m", mark("Tray above racks"), "quantity", "length", 0, 2),
        Row("routing.slack_m", mark("Slack per cable"), "quantity", "length", 0, 5),
        Row("routing.slack_fraction", mark("Slack as a share"), "quantity", "ratio", 0, 0.5),
        Row("routing.tray_area_m2", mark("Tray cross-section"), "quantity", "area"),
    ),
    schemes.Stride: (
        Row("scheme.step", mark("Step"), "count", "count"),
        Row("scheme.offset", mark("Offset"), "count", "count"),
    ),
    schemes.PerSubPlane: (
        Row("scheme.count", mark("Sub-planes"), "count", "count", 1, 32),
        Row("scheme.a_by", mark("A side by"), "choice", choices=_KEYS),
        Row("scheme.b_by", mark("B side by"), "choice", choices=_KEYS),
    ),
    schemes.Rail: (Row("scheme.count", mark("Rails"), "count", "count", 1, 16),),
    schemes.Clos: (Row("scheme.uplinks", mark("Uplinks each"), "count", "count", 1, 64),),
    schemes.Dragonfly: (
        Row("scheme.group_size", mark("Group size"), "count", "count", 1, 64),
        Row("scheme.links", mark("Links per pair of groups"), "count", "count", 1, 16),
    ),
}

SCHEME_NAMES: dict[type, str] = {
    schemes.OneToOne: mark("One to one"),
    schemes.Stride: mark("Stride"),
    schemes.EachToEach: mark("Each to each"),
    schemes.PerSubPlane: mark("Per sub-plane"),
    schemes.Rail: mark("Rail"),
    schemes.FullMesh: mark("Full mesh"),
    schemes.Ring: mark("Ring"),
    schemes.Torus: mark("Torus"),
    schemes.Clos: mark("Clos tier"),
    schemes.Dragonfly: mark("Dragonfly"),
}
