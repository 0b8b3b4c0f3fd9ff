"""Power, energy and cost of the tokens of a job, opened down to watts of terms and prices."""

from __future__ import annotations

from collections.abc import Sequence

from studio.exploration.explanation.basis import Basis, given_input
from studio.exploration.explanation.counted import figure_line
from studio.exploration.explanation.quantities import amount, number, seconds
from studio.exploration.explanation.rates import tokens_line
from studio.messages import say
from studio.simulation.economics import MILLION
from studio.simulation.explanation import Line, opened
from studio.simulation.result import Phase, TimeTerm
from studio.simulation.words import word


def energy_line(basis: Basis) -> Line:
    """Return joules of the facility per token."""
    result = basis.result
    formula = say(
        "{power} ÷ {rate} tokens/s",
        power=amount(result.facility_power_w, "power"),
        rate=number(result.tokens_per_s),
    )
    return Line(
        "energy",
        say("Energy per token"),
        result.energy_j_per_token,
        "energy",
        formula,
        is_sum=False,
        opener=lambda: (facility_line(basis), tokens_line(basis)),
    )


def facility_line(basis: Basis) -> Line:
    """Return what the site draws while the job runs."""
    result, pue = basis.result, basis.given.running.pue
    equipment = result.equipment_power_w
    cooling = Line(
        "site",
        say("Cooling and losses of the site"),
        equipment * (pue - 1),
        "power",
        say(
            "{power} × ({pue:.3g} − 1)",
            power=amount(equipment, "power"),
            pue=pue,
        ),
        (given_input(say("PUE of the site"), pue, "count", say("site of the design")),),
    )
    return Line(
        "facility",
        say("Power of the facility"),
        result.facility_power_w,
        "power",
        opener=opened(equipment_line(basis), cooling),
    )


def equipment_line(basis: Basis) -> Line:
    """Return what the equipment draws while the job runs."""
    load = basis.result.load
    idle = load.machine_npus - load.npus
    host = basis.given.running.host_power_w

    def inside() -> Sequence[Line]:
        return opened(
            _working(basis),
            Line(
                "idle",
                say("NPUs that idle"),
                idle * load.idle_npu_w,
                "power",
                say("{count} × {each}", count=number(idle), each=amount(load.idle_npu_w, "power")),
                (basis.rating("power_idle"),),
            ),
            _host(basis, host),
        )()

    value = basis.result.equipment_power_w
    return Line("equipment", say("Power of the equipment"), value, "power", opener=inside)


def _working(basis: Basis) -> Line:
    load = basis.result.load
    formula = say(
        "{count} × {each}", count=number(load.npus), each=amount(load.npu_power_w, "power")
    )
    ratings = (basis.rating("power_typical"), basis.rating("power_idle"))
    constants = tuple(
        basis.power(name)
        for name in ("active_share", "compute_share", "memory_share", "network_share")
    )
    return Line(
        "working",
        say("NPUs that work"),
        load.npus * load.npu_power_w,
        "power",
        formula,
        (*ratings, *constants),
        opener=lambda: [_phase(phase) for phase in basis.result.phases if phase.npus],
    )


def _phase(phase: Phase) -> Line:
    """Return the NPUs of a phase, the draw of each term weighted by its time."""
    formula = say(
        "{count} × {each}", count=number(phase.npus), each=amount(phase.npu_power_w, "power")
    )
    ordered = sorted(phase.terms, key=lambda term: -term.seconds * term.npu_power_w)
    return Line(
        phase.name,
        word(phase.name),
        phase.npus * phase.npu_power_w,
        "power",
        formula,
        opener=lambda: [_term(phase, term) for term in ordered],
    )


def _term(phase: Phase, term: TimeTerm) -> Line:
    part = term.seconds / phase.seconds
    formula = say(
        "{npus} × {power} × {seconds} of {all}",
        npus=number(phase.npus),
        power=amount(term.npu_power_w, "power"),
        seconds=seconds(term.seconds),
        all=seconds(phase.seconds),
    )
    value = phase.npus * term.npu_power_w * part
    return Line(term.name, word(term.name), value, "power", formula, bound=term.bound)


def _host(basis: Basis, value: float) -> Line:
    """Return everything but the NPUs of the job, as the roll-up counts it."""
    part = basis.npu.id if basis.npu else ""
    figure = basis.totals.figures["power_w.typical"]
    whole = figure_line(figure, say("All but the NPUs"), lambda term: term.part != part)
    return Line("host", whole.label, value, "power", note=whole.note, opener=whole.opener)


def cost_line(basis: Basis) -> Line:
    """Return US dollars per million tokens."""
    result = basis.result
    return Line(
        "cost",
        say("Cost per million tokens"),
        result.cost_usd_per_million_tokens,
        "price",
        opener=lambda: [_cost(basis, name, value) for name, value in result.cost_terms],
    )


def _cost(basis: Basis, name: str, value: float) -> Line:
    running, rate = basis.given.running, basis.result.tokens_per_s
    per_million = MILLION / rate if rate else 0.0
    if name == "depreciation":
        formula = say(
            "{price} ÷ {lifetime} × {time} for a million tokens",
            price=amount(running.price_usd, "price"),
            lifetime=amount(running.lifetime_s, "time"),
            time=seconds(per_million),
        )
        lifetime = given_input(
            say("lifetime"), running.lifetime_s, "time", say("site of the design")
        )
        figure = basis.totals.figures.get("price_usd")
        price = figure_line(figure, say("Price")) if figure else None
        return Line(
            name,
            word(name),
            value,
            "price",
            formula,
            (lifetime,),
            is_sum=False,
            opener=opened(price, tokens_line(basis)),
        )
    each = running.electricity_usd_per_j
    formula = say(
        "{power} × {time} for a million tokens × {each:.3g} USD per kWh",
        power=amount(basis.result.facility_power_w, "power"),
        time=seconds(per_million),
        each=each * 3.6e6,
    )
    tariff = given_input(
        say("electricity, USD per kWh"), each * 3.6e6, "count", say("site of the design")
    )
    return Line(
        name,
        word(name),
        value,
        "price",
        formula,
        (tariff,),
        is_sum=False,
        opener=lambda: (facility_line(basis), tokens_line(basis)),
    )
