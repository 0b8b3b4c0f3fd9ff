"""`supernode-studio simulate`: what a design delivers for one of its scenarios."""

from __future__ import annotations

import argparse
import math
from typing import Any

import msgspec

from studio.cli.explained import print_line
from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import Loaded, add_designs, add_json, blamed, load
from studio.cli.output import print_json, print_table
from studio.decoding import convert_to, reason_of_value
from studio.design.scenario import Scenario
from studio.errors import InvalidInput
from studio.exchange.explanation_json import figures_json, input_json
from studio.exchange.result_json import result_json
from studio.exploration.explanation.basis import Basis
from studio.exploration.explanation.evidence import weakest_input, weakest_text
from studio.exploration.explanation.figures import open_figure, result_figures
from studio.fabric.fabric import Fabric
from studio.messages import Listed, say
from studio.session.evaluation import active_scenario, sim_input, with_error_band
from studio.simulation.error_band import range_text
from studio.simulation.job import SimInput
from studio.simulation.job_figures import figures_of
from studio.simulation.machine_of import machine_of
from studio.simulation.result import Memory, SimResult
from studio.simulation.rollup.totals import Totals, roll_up
from studio.simulation.simulate import simulate
from studio.simulation.words import word
from studio.units import display


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser)
    add_json(parser)
    add_language(parser)
    add_scenario(parser)
    parser.add_argument(
        "--explain",
        metavar="FIGURE",
        help="open one figure, such as ttft_s or phase.decode, down to inputs and sources",
    )


def add_scenario(parser: argparse.ArgumentParser) -> None:
    """Add the flags that choose a scenario and change it for one run."""
    parser.add_argument("--scenario", default="", help="one of the design's scenarios")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="change a field of the scenario, such as batch_per_npu=64",
    )


def run(arguments: argparse.Namespace) -> int:
    """Simulate and print."""
    loaded = [load(text, arguments) for text in arguments.designs]
    bases = [_simulate(one, arguments) for one in loaded]
    if arguments.json:
        objects = [
            {
                "design": one.name,
                **result_json(basis.result),
                "weakest_evidence": _weakest(basis),
                "terms": _terms(basis, arguments),
            }
            for one, basis in zip(loaded, bases, strict=True)
        ]
        print_json(objects[0] if len(objects) == 1 else objects)
        return 0
    said = said_in(arguments)
    for one, basis in zip(loaded, bases, strict=True):
        print(f"{said(one.title)}: {said(basis.result.scenario)}")
        if arguments.explain:
            print_line(open_figure(basis, arguments.explain), said)
        else:
            _print(basis, said)
    return 0


def _weakest(basis: Basis) -> dict[str, Any] | None:
    found = weakest_input(basis)
    return input_json(found) if found else None


def _terms(basis: Basis, arguments: argparse.Namespace) -> dict[str, Any]:
    names = [arguments.explain] if arguments.explain else result_figures(basis)
    return figures_json({name: open_figure(basis, name) for name in names})


def given_of(
    fabric: Fabric, arguments: argparse.Namespace, totals: Totals | None = None
) -> SimInput:
    """Return what a simulation is given for the scenario of the command line.

    Raises
    ------
    StudioError : no such scenario, a field that can't be, or a design that can't be simulated.
    """
    totals = totals or roll_up(fabric)
    machine = machine_of(fabric, totals)
    scenario = active_scenario(fabric, arguments.scenario)
    for change in arguments.set:
        field, equals, value = change.partition("=")
        if not equals or field not in scenario.__struct_fields__:
            fields = Listed(scenario.__struct_fields__)
            raise InvalidInput(
                "--set {text!r}: write FIELD=VALUE; the fields are {fields}",
                text=change,
                fields=fields,
            )
        scenario = _with(scenario, field, value)
    return sim_input(fabric, totals, machine, scenario)


def _with(scenario: Scenario, field: str, value: str) -> Scenario:
    tree = {**msgspec.to_builtins(scenario), field: value}
    try:
        changed = convert_to(tree, type(scenario), strict=False)
    except msgspec.ValidationError as error:
        if (number := _fraction(value)) and not isinstance(getattr(scenario, field), str):
            # The rules of the job know the nearest whole number that is possible.
            return msgspec.structs.replace(scenario, **{field: number})
        reason = reason_of_value(error, tree, type(scenario))
        text = f"{field}={value}"
        raise InvalidInput("--set {text!r}: {reason}", text=text, reason=reason) from error
    given = getattr(changed, field)
    if isinstance(given, float) and not math.isfinite(given):
        raise InvalidInput("{path}: {value} is not a finite number", path=field, value=value)
    return changed


def _fraction(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _simulate(loaded: Loaded, arguments: argparse.Namespace) -> Basis:
    totals = roll_up(loaded.fabric)
    given = given_of(loaded.fabric, arguments, totals)
    with blamed(loaded, arguments):
        result = simulate(given)
    return Basis(given, with_error_band(result, given.machine), loaded.fabric, totals)


def _reliability_rows(result: SimResult) -> list[list[str]]:
    found = result.reliability
    if found is None:
        return []
    return [
        [say("Time between interruptions"), display(found.between_s, "time")],
        [say("Best checkpoint interval"), display(found.interval_s, "time")],
        [say("Effective training time"), f"{found.effective_share:.1%}"],
    ]


def _print(basis: Basis, said: Said) -> None:
    result = basis.result
    print(f"  {said(result.model)}, {said(result.plan)}")
    print_table(_figure_rows(result, said), indent=2, said=said)
    for phase in result.phases:
        place = said(phase.place)
        print(f"  {said(word(phase.name))}: {display(phase.seconds, 'time')} {place}")
        print_table(
            [
                [
                    word(term.name),
                    display(term.seconds, "time"),
                    f"{term.seconds / phase.seconds:.1%}",
                ]
                for term in phase.terms
            ],
            indent=4,
            said=said,
        )
    for text in (result.memory.remedy, *result.warnings):
        if text:
            print(f"  {said(say('note: {text}', text=text))}")
    for measured in dict.fromkeys(band.text for band in result.error_bands.values()):
        print(f"  {said(say('error band: {text}', text=measured))}")
    rests_on = say(
        "rests on: {assumptions}; weakest evidence: {grade}",
        assumptions=Listed(result.assumptions, "; "),
        grade=weakest_text(basis),
    )
    print(f"  {said(rests_on)}")


def _figure_rows(result: SimResult, said: Said) -> list[list[str]]:
    used, capacity = result.memory.used_byte, result.memory.capacity_byte
    memory = say(
        "{used} of {capacity}", used=display(used, "data"), capacity=display(capacity, "data")
    )
    refusal = "" if result.memory.fits else f"  {said(say('DOES NOT FIT'))}"
    return [
        *([one.label, one.text(result), one.range_text(result)] for one in figures_of(result)),
        *_reliability_rows(result),
        [
            say("Memory of the fullest NPU"),
            said(memory) + refusal,
            range_text(result.error_bands.get("memory"), used, "data"),
        ],
        [
            say("Memory by moment"),
            " · ".join(
                f"{said(word(one.name))} {display(one.byte, 'data')}"
                for one in result.memory.moments
            ),
            "",
        ],
        *_host_rows(result.memory),
    ]


def _host_rows(memory: Memory) -> list[list[str]]:
    if not memory.host_terms:
        return []
    held = say(
        "{used} of {capacity}",
        used=display(memory.host_byte, "data"),
        capacity=display(memory.host_capacity_byte, "data"),
    )
    return [[say("Memory of the CPUs per NPU"), held, ""]]
