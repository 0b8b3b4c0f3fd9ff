"""The jobs of the reference designs with all their results rest on."""

from __future__ import annotations

from functools import cache

from studio import api
from studio.exploration.explanation.basis import Basis
from studio.ids import ScenarioId
from studio.session.evaluation import sim_input
from studio.session.library import reference_designs
from studio.simulation.machine_of import machine_of
from studio.simulation.simulate import simulate


@cache
def supernode(design: str) -> api.Supernode:
    """Return a reference design."""
    return api.load(design)


@cache
def basis(design: str, scenario: str, **changes: object) -> Basis:
    """Return a job of a reference design, with fields of its scenario changed."""
    import msgspec

    one = supernode(design)
    chosen = msgspec.structs.replace(one.design.scenarios[ScenarioId(scenario)], **changes)
    machine = machine_of(one.fabric, one.rolled_up)
    given = sim_input(one.fabric, one.rolled_up, machine, chosen)
    return Basis(given, simulate(given), one.fabric, one.rolled_up)


JOBS = [
    (design, scenario)
    for design in sorted(reference_designs())
    for scenario in supernode(design).design.scenarios
]
